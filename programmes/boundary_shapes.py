"""Outlines of places: mended, and thinned out without gaps between neighbours. The one place that knows shapely."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import shapely
from shapely.geometry import MultiPolygon, Polygon, shape
from shapely.geometry.base import BaseGeometry

#: A MultiPolygon of shapely, which tells nothing of its types.
Shape: TypeAlias = Any
Ring = Sequence[tuple[float, float]]
#: What is thinner than this part of the whole extent cannot be seen: about half a pixel of a wide map.
FINEST = 1 / 2000
#: Beyond this outlines would look wrong, however many points they have.
COARSEST = 1 / 40


@dataclass(frozen=True)
class Outline:
    """A GeoJSON MultiPolygon, its outer rings against the clock, and how many points it has."""

    geometry: dict[str, Any]
    points: int


def made(polygons: Sequence[Sequence[Ring]]) -> Shape | None:
    """An area from its rings (of each polygon the outer one first), mended where it crosses itself; None if nothing
    is left of it."""
    return _areas(MultiPolygon([(rings[0], rings[1:]) for rings in polygons]))


def of_geojson(geometry: dict[str, Any]) -> Shape | None:
    return _areas(shape(geometry))


def _areas(found: BaseGeometry) -> Shape | None:
    if not found.is_valid:
        found = shapely.make_valid(found, method="structure", keep_collapsed=False)
    parts = [
        part for part in shapely.get_parts(shapely.get_parts(found)) if isinstance(part, Polygon) and part.area > 0
    ]
    return MultiPolygon(parts) if parts else None


def simplified(shapes: Sequence[Shape], most_points: int) -> list[Outline]:
    """Neighbours together, so that what they share stays shared: as fine as can be seen, and coarser until all of them
    have `most_points` at most."""
    if not shapes:
        return []
    west, south, east, north = shapely.total_bounds(list(shapes))
    extent = max(east - west, north - south)
    tolerance = extent * FINEST
    while True:
        outlines = _thinned(shapes, tolerance)
        if sum(one.points for one in outlines) <= most_points or tolerance >= extent * COARSEST:
            return outlines
        tolerance *= 1.6


def _thinned(shapes: Sequence[Shape], tolerance: float) -> list[Outline]:
    found = shapely.coverage_simplify(list(shapes), tolerance)
    digits = min(max(math.ceil(-math.log10(tolerance)) + 1, 2), 7)
    return [
        _outline(thin, tolerance, digits) or _outline(full, 0, 7) or _whole(full)
        for thin, full in zip(found, shapes, strict=True)
    ]


def _outline(found: BaseGeometry, tolerance: float, digits: int) -> Outline | None:
    """Without islands too small to be seen, but never without the largest part."""
    parts = sorted(shapely.get_parts(found), key=lambda part: -part.area)
    kept = [part for i, part in enumerate(parts) if i == 0 or part.area > tolerance**2]
    polygons = []
    for part in kept:
        turned = shapely.orient_polygons(part)
        outer = _rounded(turned.exterior.coords, digits)
        if len(outer) < 4:
            continue
        holes = [_rounded(one.coords, digits) for one in turned.interiors if Polygon(one).area > tolerance**2]
        polygons.append([outer, *(hole for hole in holes if len(hole) >= 4)])
    if not polygons:
        return None
    points = sum(len(ring) for polygon in polygons for ring in polygon)
    return Outline({"type": "MultiPolygon", "coordinates": polygons}, points)


def _rounded(ring: Any, digits: int) -> list[list[float]]:
    points = [[round(x, digits), round(y, digits)] for x, y in ring]
    return [points[0], *(after for before, after in itertools.pairwise(points) if after != before)]


def _whole(found: Shape) -> Outline:
    """An area smaller than a centimetre, which rounding would take away."""
    polygons = [[[list(point) for point in part.exterior.coords]] for part in shapely.get_parts(found)]
    return Outline({"type": "MultiPolygon", "coordinates": polygons}, sum(len(one[0]) for one in polygons))


__all__ = ["Outline", "Shape", "made", "of_geojson", "simplified"]
