"""Traces as marks in the measures of their axes, before anybody knows how large the picture is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from scaling.figures.base import ROLES
from scaling.figures.drawn.axes import Axis, is_number
from scaling.figures.drawn.canvas import INK, NotDrawn, mixed

Trace = Mapping[str, Any]
XY = tuple[float, float]


@dataclass
class Marks:
    """`boxes`: x0, y0, x1, y1, colour, word in it. `lines`: points, colour, width. `bands`: outline, colour, opacity.
    `dots`: x, y, radius, colour, open, opacity. `words`: x, y, text, position as Plotly names it."""

    boxes: list[tuple[float, float, float, float, str, str]] = field(default_factory=list)
    lines: list[tuple[list[XY], str, float]] = field(default_factory=list)
    bands: list[tuple[list[XY], str, float]] = field(default_factory=list)
    dots: list[tuple[float, float, float, str, bool, float]] = field(default_factory=list)
    words: list[tuple[float, float, str, str]] = field(default_factory=list)

    def reach(self, which: int) -> list[float]:
        """Every value of x (0) or y (1)."""
        found: list[float] = []
        for x0, y0, x1, y1, _colour, _word in self.boxes:
            found += (y0, y1) if which else (x0, x1)
        found += [point[which] for points, *_rest in (*self.lines, *self.bands) for point in points]
        found += [dot[1] if which else dot[0] for dot in self.dots]
        return found + [word[1] if which else word[0] for word in self.words]


def colour_of(trace: Trace, i: int = 0) -> str:
    """The colour of a mark by what it means."""
    meta = trace.get("meta", {})
    return ROLES.get(meta["roles"][i] if "roles" in meta else meta.get("role", ""), INK)


def bars(marks: Marks, traces: Sequence[Trace], x: Axis, y: Axis, mode: str) -> None:
    """`mode` as in the layout: stack and relative pile up, overlay does not, otherwise they stand side by side."""
    piles: dict[tuple[float, bool], float] = defaultdict(float)
    together = mode in ("stack", "relative", "overlay") or len(traces) == 1
    for turn, trace in enumerate(traces):
        lying = trace.get("orientation") == "h"
        names, values = (trace["y"], trace["x"]) if lying else (trace["x"], trace["y"])
        across, along = (y, x) if lying else (x, y)
        width = float(trace.get("width") or 0.8)
        for i, (name, value) in enumerate(zip(names, values, strict=True)):
            place, size = across.number(name), float(value) if is_number(value) else None
            if place is None or size is None:
                continue
            base = trace.get("base")
            if base is not None:
                start = along.number(base[i] if isinstance(base, list) else base) or 0.0
            elif mode in ("stack", "relative"):
                start = piles[place, size < 0]
                piles[place, size < 0] += size
            else:
                start = 0.0
            thick = width if together else width / len(traces)
            low = place - width / 2 + (0 if together else turn * thick)
            ends = (start, start + size)
            box = (ends[0], low, ends[1], low + thick) if lying else (low, ends[0], low + thick, ends[1])
            marks.boxes.append((*box, colour_of(trace, i), ""))


def scatter(marks: Marks, traces: Sequence[Trace], x: Axis, y: Axis) -> None:
    piled: dict[float, float] = defaultdict(float)
    before: list[XY] = []
    for trace in traces:
        points = _points(trace, x, y)
        mode, line, marker = trace["mode"], trace.get("line", {}), trace.get("marker", {})
        colour = colour_of(trace)
        if trace.get("stackgroup"):
            floor = [(at, piled[at]) for at, _value in (point for point in points if point)]
            for point in points:
                if point:
                    piled[point[0]] += point[1]
            roof = [(at, piled[at]) for at, _value in floor]
            marks.bands.append(([*roof, *reversed(floor)], colour, 0.8))
            continue
        for piece in _pieces(points) if "lines" in mode else []:
            piece = _stepped(piece) if line.get("shape") == "hv" else piece
            if trace.get("fill") == "tonexty" and before:
                marks.bands.append(([*piece, *reversed(before)], colour, 0.16))
            elif trace.get("fill"):
                raise NotDrawn(str(trace["fill"]))
            before = piece
            if float(line.get("width", 2)):
                marks.lines.append((piece, colour, float(line.get("width", 2))))
        for i, point in enumerate(points):
            if point is None:
                continue
            if "markers" in mode:
                is_open = str(marker.get("symbol", "")).endswith("-open")
                opacity = float(marker.get("opacity", 1))
                marks.dots.append((*point, _radius(marker, i), colour_of(trace, i), is_open, opacity))
            if "text" in mode and trace["text"][i]:
                marks.words.append((*point, trace["text"][i], str(trace.get("textposition", "middle center"))))


def heat(marks: Marks, trace: Trace, x: Axis, y: Axis) -> None:
    least, most = float(trace["zmin"]), float(trace["zmax"])
    for row, values in enumerate(trace["z"]):
        for column, value in enumerate(values):
            at, on = x.number(trace["x"][column]), y.number(trace["y"][row])
            if value is None or at is None or on is None:
                continue
            part = min(max((float(value) - least) / ((most - least) or 1), 0.0), 1.0)
            word = str(trace["text"][row][column]) if trace.get("texttemplate") else ""
            marks.boxes.append((at - 0.5, on - 0.5, at + 0.5, on + 0.5, shade(trace["colorscale"], part), word))


def _points(trace: Trace, x: Axis, y: Axis) -> list[XY | None]:
    pairs = [(x.number(a), y.number(b)) for a, b in zip(trace["x"], trace["y"], strict=True)]
    return [None if a is None or b is None else (a, b) for a, b in pairs]


def _pieces(points: Sequence[XY | None]) -> list[list[XY]]:
    """Lines without their gaps."""
    pieces: list[list[XY]] = [[]]
    for point in points:
        if point is None:
            pieces.append([])
        else:
            pieces[-1].append(point)
    return [piece for piece in pieces if len(piece) > 1]


def _stepped(points: list[XY]) -> list[XY]:
    found = points[:1]
    for point in points[1:]:
        found += [(point[0], found[-1][1]), point]
    return found


def _radius(marker: Mapping[str, Any], i: int) -> float:
    size = marker.get("size", 7)
    if not isinstance(size, list):
        return float(size) / 2
    if marker.get("sizemode") == "area":
        across = 2 * (float(size[i]) / (2 * float(marker["sizeref"]))) ** 0.5
    else:
        across = float(size[i])
    return max(across, float(marker.get("sizemin", 0))) / 2


def shade(scale: Sequence[Sequence[Any]], part: float) -> str:
    """The colour at a part of a scale."""
    for (low, first), (high, second) in pairwise(scale):
        if part <= high:
            return mixed(first, second, (part - low) / ((high - low) or 1))
    return str(scale[-1][1])
