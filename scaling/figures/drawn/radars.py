"""One thing along several axes: rings of the scale, an outline for each date, the names around."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import cos, pi, sin
from typing import Any

from scaling.figures.drawn.axes import is_number
from scaling.figures.drawn.canvas import LINE, MUTED, Canvas, NotDrawn, Point, breadth
from scaling.figures.drawn.marks import colour_of

#: Height of the legend below, and room for a line of words above and below the rings.
LEGEND, WORDS = 26.0, 22.0


def draw(canvas: Canvas, traces: Sequence[Mapping[str, Any]], layout: Mapping[str, Any]) -> None:
    """The first axis points up, the others follow as the layout turns. A value that is missing leaves its outline open.
    Raises NotDrawn for a scale without a range or shapes on different axes."""
    radial = layout.get("polar", {}).get("radialaxis", {})
    names = list(traces[0]["theta"][:-1])
    if len(radial.get("range", ())) != 2 or any(list(one["theta"][:-1]) != names for one in traces):
        raise NotDrawn("scatterpolar")
    low, high = (float(one) for one in radial["range"])
    across = canvas.width / 2 - max(breadth(name) for name in names) - 12
    radius = max(min(across, (canvas.height - LEGEND) / 2 - WORDS), 20.0)
    middle = (canvas.width / 2, (canvas.height - LEGEND) / 2)

    def at(i: int, value: float) -> Point:
        angle, part = 2 * pi * i / len(names), radius * (value - low) / (high - low)
        return middle[0] + part * sin(angle), middle[1] - part * cos(angle)

    whole = [*range(len(names)), 0]
    for tick in radial.get("tickvals", ()):
        canvas.line([at(i, tick) for i in whole], LINE)
    for i, name in enumerate(names):
        canvas.line([middle, at(i, high)], LINE)
        x, y = at(i, high)
        side = sin(2 * pi * i / len(names))
        anchor = "middle" if abs(side) < 0.1 else "start" if side > 0 else "end"
        canvas.text(x + 8 * side, y - 10 * cos(2 * pi * i / len(names)), name, anchor=anchor)
    for trace in traces:
        _shape(canvas, trace, at)
    for tick in radial.get("tickvals", ()):
        canvas.text(middle[0] + 3, at(0, tick)[1], f"{tick:g}", colour=MUTED, size=10)
    _legend(canvas, traces)


def _shape(canvas: Canvas, trace: Mapping[str, Any], at: Any) -> None:
    values, colour = list(trace["r"][:-1]), colour_of(trace)
    known = [at(i, float(value)) if is_number(value) else None for i, value in enumerate(values)]
    there = [point for point in known if point is not None]
    if len(there) == len(known):
        canvas.area(there, colour, 0.2)
    for begin, end in zip(known, [*known[1:], *known[:1]], strict=True):
        if begin is not None and end is not None:
            canvas.line([begin, end], colour, 2.5)
    for x, y in there:
        canvas.dot(x, y, 3.5, colour)


def _legend(canvas: Canvas, traces: Sequence[Mapping[str, Any]]) -> None:
    shown = [(str(one["name"]), colour_of(one)) for one in traces if one.get("name")]
    x = (canvas.width - sum(breadth(name) + 34 for name, _colour in shown)) / 2
    for name, colour in shown:
        canvas.dot(x + 5, canvas.height - LEGEND / 2, 5, colour)
        canvas.text(x + 15, canvas.height - LEGEND / 2, name)
        x += breadth(name) + 34


__all__ = ["draw"]
