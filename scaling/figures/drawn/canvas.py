"""What is drawn on: rectangles, lines, circles and texts, written as SVG; from the right in Arabic."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

INK, MUTED, LINE, PAPER = "#1d2b28", "#5c6a67", "#d9dfdd", "#ffffff"
SIZE = 12.0
#: The width of a letter for its size, on the average; generous, because nothing is measured.
LETTER = 0.6
_ISOLATES = re.compile("[\u2066-\u2069]")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
Point = tuple[float, float]


class NotDrawn(Exception):
    """A picture of a kind that only a browser draws."""


def broken(text: object) -> list[str]:
    """The lines of a text."""
    return str(text).split("<br>")


def breadth(text: object, size: float = SIZE) -> float:
    return max(len(_ISOLATES.sub("", line)) for line in broken(text)) * size * LETTER


def mixed(low: str, high: str, part: float) -> str:
    """A colour between two."""
    pairs = [(int(low[i : i + 2], 16), int(high[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in pairs)


def is_dark(colour: str) -> bool:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue < 140


class Canvas:
    """`rtl`: what is said of left and right is meant of the beginning and the end of a line."""

    def __init__(self, width: float, height: float, rtl: bool = False) -> None:
        self.width, self.height, self.rtl = width, height, rtl
        self.parts: list[str] = []
        self.hatches: set[str] = set()

    def _x(self, x: float) -> float:
        return self.width - x if self.rtl else x

    def rect(self, x0: float, y0: float, x1: float, y1: float, colour: str, *, edge: str = PAPER) -> None:
        left, right = sorted((self._x(x0), self._x(x1)))
        top, bottom = sorted((y0, y1))
        self.parts.append(
            f'<rect x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" height="{bottom - top:.1f}" '
            f'fill="{_known(colour)}" stroke="{_known(edge)}" stroke-width="0.7"/>'
        )

    def line(self, points: Iterable[Point], colour: str, width: float = 1.0, *, dashed: bool = False) -> None:
        path = " ".join(f"{self._x(x):.1f},{y:.1f}" for x, y in points)
        dash = ' stroke-dasharray="3 3"' if dashed else ""
        self.parts.append(
            f'<polyline points="{path}" fill="none" stroke="{_known(colour)}" stroke-width="{width}"{dash}/>'
        )

    def area(self, points: Iterable[Point], colour: str, opacity: float) -> None:
        path = " ".join(f"{self._x(x):.1f},{y:.1f}" for x, y in points)
        self.parts.append(f'<polygon points="{path}" fill="{_known(colour)}" fill-opacity="{opacity}"/>')

    def start(self, x: float) -> float:
        """A place counted from where a line of text begins, as the picture counts it."""
        return self._x(x)

    def path(self, rings: Iterable[Iterable[Point]], colour: str, *, edge: str = PAPER, hatched: bool = False) -> None:
        """An outline with its holes, where it lies: maps are not mirrored. `hatched`: stripes of the colour."""
        steps = " ".join("M" + " L".join(f"{x:.1f},{y:.1f}" for x, y in ring) + " Z" for ring in rings)
        fill = _known(colour)
        if hatched:
            self.hatches.add(fill)
            fill = f"url(#hatch-{fill[1:]})"
        self.parts.append(
            f'<path d="{steps}" fill="{fill}" fill-rule="evenodd" stroke="{_known(edge)}" stroke-width="0.7"/>'
        )

    def ribbon(self, x0: float, top0: float, x1: float, top1: float, thick: float, colour: str) -> None:
        """A band of the same thickness from one place to another."""
        a, b = self._x(x0), self._x(x1)
        middle = (a + b) / 2
        self.parts.append(
            f'<path d="M{a:.1f},{top0:.1f} C{middle:.1f},{top0:.1f} {middle:.1f},{top1:.1f} {b:.1f},{top1:.1f} '
            f"L{b:.1f},{top1 + thick:.1f} C{middle:.1f},{top1 + thick:.1f} {middle:.1f},{top0 + thick:.1f} "
            f'{a:.1f},{top0 + thick:.1f} Z" fill="{_known(colour)}" fill-opacity="0.4"/>'
        )

    def dot(self, x: float, y: float, radius: float, colour: str, *, is_open: bool = False, opacity: float = 1) -> None:
        fill = f'fill="{PAPER}" stroke="{_known(colour)}" stroke-width="2"' if is_open else f'fill="{_known(colour)}"'
        self.parts.append(
            f'<circle cx="{self._x(x):.1f}" cy="{y:.1f}" r="{radius:.1f}" {fill} fill-opacity="{opacity}"/>'
        )

    def text(
        self, x: float, y: float, text: object, *, anchor: str = "start", colour: str = INK, size: float = SIZE
    ) -> None:
        """`y` is the middle of the text. `anchor`: start, middle, end, in reading direction."""
        if self.rtl:
            anchor = {"start": "end", "end": "start"}.get(anchor, anchor)
        lines = broken(text)
        first = y + size * 0.35 - (len(lines) - 1) * size * 0.55
        for i, one in enumerate(lines):
            self.parts.append(
                f'<text x="{self._x(x):.1f}" y="{first + i * size * 1.1:.1f}" text-anchor={quoteattr(anchor)} '
                f'font-size="{size}" fill="{_known(colour)}">{escape(one)}</text>'
            )

    def _patterns(self) -> str:
        made = (
            f'<pattern id="hatch-{one[1:]}" width="6" height="6" patternUnits="userSpaceOnUse" '
            f'patternTransform="rotate(45)"><rect width="6" height="6" fill="{PAPER}"/>'
            f'<rect width="2.4" height="6" fill="{one}"/></pattern>'
            for one in sorted(self.hatches)
        )
        return f"<defs>{''.join(made)}</defs>" if self.hatches else ""

    def document(self) -> str:
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width:g} {self.height:g}" '
            f'width="{self.width:g}" height="{self.height:g}" font-family="Noto Sans, Noto Sans Arabic">'
            f"{self._patterns()}{''.join(self.parts)}</svg>"
        )


def _known(colour: str) -> str:
    if not _COLOUR.fullmatch(colour):
        raise NotDrawn(colour)
    return colour
