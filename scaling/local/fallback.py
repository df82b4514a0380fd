"""Browser libraries where npm cannot be reached: the chart bundle of the Python package; pages keep their own style."""

from __future__ import annotations

from pathlib import Path

import plotly

VENDOR = Path(__file__).resolve().parents[2] / "static" / "vendor"


def main() -> None:
    VENDOR.mkdir(parents=True, exist_ok=True)
    bundle = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    (VENDOR / "plotly.min.js").write_bytes(bundle.read_bytes())
    for name in ("plotly.css", "bootstrap.min.css", "bootstrap.rtl.min.css", "bootstrap.bundle.min.js"):
        path = VENDOR / name
        if not path.exists():
            path.write_text("")
    icons = VENDOR / "icons.svg"
    if not icons.exists():
        icons.write_text('<svg xmlns="http://www.w3.org/2000/svg"></svg>')


if __name__ == "__main__":
    main()
