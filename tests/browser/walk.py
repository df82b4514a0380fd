"""`./dev walk`: every page as every role with many synthetic organizations, seen by a browser.

./dev walk [--organizations 100000] [--pictures FOLDER] [--width 1440] [--theme light] [--language en]

The portfolio is made and computed once and kept in `var/walk`. Prints a line for each page: milliseconds until its
pictures were drawn, its status, what the console said, what axe found, pixels too wide. Ends with 1 where something is
wrong.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.installations import ROLES, served
from tests.browser.pages import launched
from tests.browser.walking import Walker
from tests.deployment.processes import ROOT


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev walk")
    parser.add_argument("--organizations", type=int, default=100_000, help="how many, all tiers together")
    parser.add_argument("--pictures", type=Path, help="a folder for pictures of the pages, as the first role sees them")
    parser.add_argument("--roles", nargs="*", choices=ROLES, default=ROLES)
    parser.add_argument("--width", type=int, default=1440)
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    parser.add_argument("--language", default="en")
    options = parser.parse_args()
    folder = ROOT / "var" / "walk"
    wrong: list[str] = []
    with served(os.environ["DATABASE_URL"], folder) as web, sync_playwright() as playwright:
        web.fill("fresh")
        (place,) = web.fill("many", str(options.organizations))
        walker = Walker(
            launched(playwright),
            web.base,
            width=options.width,
            theme=options.theme,
            language=options.language,
            again=True,
        )
        say("role; page; ms; status; console; axe; pixels too wide")
        for role in options.roles:
            walker.pictures = options.pictures if role == options.roles[0] else None
            for seen in walker.walk(place, role):
                wrong += seen.wrong
                say(
                    f"{seen.role}; {seen.path}; {seen.milliseconds:.0f}; {seen.status}; {len(seen.complaints)}; "
                    f"{len(seen.violations)}; {max(seen.wide, 0)}"
                )
    for one in wrong:
        say(f"wrong: {one}")
    return 1 if wrong else 0


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
