"""Maps without a browser: outlines on a plane where a degree of longitude is as wide as it is in the middle of the map.

A map is never mirrored; only its words begin on the right in Arabic.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

from scaling import formats
from scaling.figures.base import ROLES
from scaling.figures.drawn import countries
from scaling.figures.drawn.canvas import INK, LINE, MUTED, PAPER, Canvas, NotDrawn, is_dark
from scaling.figures.drawn.marks import shade

Trace = Mapping[str, Any]
Geometry = Mapping[str, Any]
EDGE = 10.0
#: Under the map: the bar of the colours and what is hatched.
BELOW = 40.0
#: Names are written while they do not crowd the map.
MOST_NAMES = 16


def draw(canvas: Canvas, traces: Sequence[Trace], outlines: Mapping[str, Any] | None) -> None:
    """Raises NotDrawn where an outline is missing: a map without some of its places would be a wrong one."""
    around: Mapping[str, Geometry] = {}
    if traces[0]["locationmode"] == "ISO-3":
        around = countries.outlines()
        shapes: Mapping[str, Geometry] = around
    else:
        shapes = _by_code(traces[0]["geojson"] if outlines is None else outlines)
    wanted = [code for trace in traces for code in trace["locations"]]
    if missing := [code for code in wanted if code not in shapes]:
        raise NotDrawn(f"no outline of {', '.join(missing[:5])}")
    place = _Plane(canvas, [shapes[code] for code in wanted])
    if around:
        for geometry in around.values():
            canvas.path(place.rings(geometry, only_inside=True), "#e4e8e5", edge=PAPER)
    for trace in traces:
        for i, code in enumerate(trace["locations"]):
            hatched = bool(trace["meta"].get("hatched"))
            canvas.path(place.rings(shapes[code]), _colour(trace, i), edge=PAPER, hatched=hatched)
    if len(wanted) <= MOST_NAMES:
        for trace in (one for one in traces if "customdata" in one):
            for i, code in enumerate(trace["locations"]):
                colour = INK if trace["meta"].get("hatched") or not is_dark(_colour(trace, i)) else PAPER
                x, y = place.middle(shapes[code])
                canvas.text(
                    canvas.width - x if canvas.rtl else x, y, _broken(trace["text"][i]), anchor="middle", colour=colour
                )
    _legend(canvas, traces)


def _by_code(collection: Any) -> dict[str, Geometry]:
    if not isinstance(collection, Mapping):
        raise NotDrawn("outlines are not at hand")
    return {feature["properties"]["code"]: feature["geometry"] for feature in collection["features"]}


def _colour(trace: Trace, i: int) -> str:
    least, most = float(trace["zmin"]), float(trace.get("zmax", max(trace["z"], default=1)))
    part = (float(trace["z"][i]) - least) / ((most - least) or 1)
    return shade(trace["colorscale"], min(max(part, 0.0), 1.0))


class _Plane:
    """From longitude and latitude to the picture, so that all wanted places fill it."""

    def __init__(self, canvas: Canvas, geometries: Sequence[Geometry]) -> None:
        points = [point for one in geometries for ring in _rings(one) for point in ring]
        west, east = min(x for x, _y in points), max(x for x, _y in points)
        south, north = min(y for _x, y in points), max(y for _x, y in points)
        self.narrow = math.cos(math.radians((south + north) / 2)) or 1e-6
        wide, tall = ((east - west) * self.narrow) or 1e-9, (north - south) or 1e-9
        room_x, room_y = canvas.width - 2 * EDGE, canvas.height - BELOW - 2 * EDGE
        self.scale = min(room_x / wide, room_y / tall)
        self.left = EDGE + (room_x - wide * self.scale) / 2
        self.top = EDGE + (room_y - tall * self.scale) / 2
        self.west, self.north = west, north
        self.width, self.height = canvas.width, canvas.height - BELOW

    def at(self, x: float, y: float) -> tuple[float, float]:
        return self.left + (x - self.west) * self.narrow * self.scale, self.top + (self.north - y) * self.scale

    def rings(self, geometry: Geometry, *, only_inside: bool = False) -> list[list[tuple[float, float]]]:
        """`only_inside`: what surrounds the wanted places is cut off at the edge of the picture."""
        placed = [[self.at(x, y) for x, y in ring] for ring in _rings(geometry)]
        if not only_inside:
            return placed
        cut = ([(min(max(x, 0), self.width), min(max(y, 0), self.height)) for x, y in ring] for ring in placed)
        return [ring for ring in cut if len(set(ring)) > 2]

    def middle(self, geometry: Geometry) -> tuple[float, float]:
        """The middle of the largest part."""
        x, y, _size = max((_centroid(ring) for ring in _rings(geometry, outer=True)), key=lambda one: one[2])
        return self.at(x, y)


def _rings(geometry: Geometry, *, outer: bool = False) -> Iterator[Sequence[tuple[float, float]]]:
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    for polygon in polygons:
        yield from polygon[:1] if outer else polygon


def _centroid(ring: Sequence[tuple[float, float]]) -> tuple[float, float, float]:
    """Its point of balance, and how large it is."""
    x0, y0 = ring[0][0], ring[0][1]
    area = x = y = 0.0
    for (ax, ay), (bx, by) in pairwise(ring):
        cross = (ax - x0) * (by - y0) - (bx - x0) * (ay - y0)
        area += cross
        x += (ax + bx - 2 * x0) * cross
        y += (ay + by - 2 * y0) * cross
    return (x0 + x / (3 * area), y0 + y / (3 * area), abs(area)) if area else (x0, y0, 0.0)


def _broken(name: str) -> str:
    """Long names stand in lines."""
    return "<br>".join(textwrap.wrap(name, 15, break_long_words=False)) or name


def _legend(canvas: Canvas, traces: Sequence[Trace]) -> None:
    y, at = canvas.height - 22, EDGE
    for trace in traces:
        if trace["meta"].get("hatched"):
            box = [(canvas.start(at), y - 6), (canvas.start(at + 22), y - 6)]
            canvas.path(
                [[*box, (canvas.start(at + 22), y + 6), (canvas.start(at), y + 6)]], ROLES["unseen"], hatched=True
            )
            canvas.text(at + 28, y, trace["name"])
        elif trace.get("showscale") is not False:
            low, high = float(trace["zmin"]), float(trace["zmax"])
            steps, long = 24, 200.0
            for i in range(steps):
                colour = shade(trace["colorscale"], (i + 0.5) / steps)
                canvas.rect(at + i * long / steps, y - 6, at + (i + 1) * long / steps, y + 6, colour, edge=colour)
            suffix = trace.get("colorbar", {}).get("ticksuffix", "")
            for value, place, anchor in ((low, at, "start"), (high, at + long, "end")):
                canvas.text(place, y + 14, _number(value) + suffix, anchor=anchor, colour=MUTED, size=11)
            canvas.line([(at, y - 6), (at + long, y - 6)], LINE, 0.5)
            at += long + 30


def _number(value: float) -> str:
    size = abs(value)
    return formats.number(Decimal(repr(value)), 0 if size >= 100 or value == int(value) else 1 if size >= 10 else 2)


__all__ = ["draw"]
