"""The builders' figures as SVG without a browser, for packs: same marks, same colours by meaning, light theme.

It knows what the builders of `scaling.figures` write and no more of Plotly: bars, lines, dots, texts, heat maps,
Sankey diagrams, maps, radars, lines across with a word. `to_svg` raises NotDrawn for anything else, so that a pack says
that a picture stands on the page only, and never shows a wrong one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scaling.figures.drawn import chart, flows, maps, radars
from scaling.figures.drawn.canvas import Canvas, NotDrawn


def to_svg(
    figure: Mapping[str, Any],
    *,
    width: int = 720,
    height: int = 320,
    rtl: bool = False,
    outlines: Mapping[str, Any] | None = None,
) -> str:
    """A figure as an SVG document. `rtl`: mirrored, as the page does it. `outlines`: the GeoJSON collection of a map
    whose figure names only its address. Raises NotDrawn."""
    canvas = Canvas(width, height, rtl)
    kinds = {trace.get("type") for trace in figure["data"]}
    if kinds == {"sankey"}:
        flows.draw(canvas, figure["data"][0], figure["layout"])
    elif kinds == {"scatterpolar"}:
        radars.draw(canvas, figure["data"], figure["layout"])
    elif kinds == {"choropleth"}:
        maps.draw(canvas, figure["data"], outlines)
    elif kinds and kinds <= {"bar", "scatter", "heatmap"}:
        chart.draw(canvas, figure["data"], figure["layout"])
    else:
        raise NotDrawn(", ".join(sorted(str(kind) for kind in kinds)))
    return canvas.document()


__all__ = ["NotDrawn", "to_svg"]
