"""Outlines of countries from the installed chart library (Natural Earth), as GeoJSON by ISO 3166-1 alpha-3."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders

MAP = "vendor/topo/world_110m.json"


@cache
def outlines() -> dict[str, dict[str, Any]]:
    """Nothing where the browser libraries are not installed: pages then show bars."""
    path = finders.find(MAP)
    if not path:
        return {}
    topology = json.loads(Path(str(path)).read_text())
    arcs = _arcs(topology)
    found = {}
    for one in topology["objects"]["countries"]["geometries"]:
        parts = [one["arcs"]] if one["type"] == "Polygon" else one.get("arcs", [])
        polygons = [[_ring(ring, arcs) for ring in part] for part in parts]
        if polygons and len(str(one.get("id", ""))) == 3:
            found[one["id"]] = {"type": "MultiPolygon", "coordinates": polygons}
    return found


def _arcs(topology: Mapping[str, Any]) -> list[list[tuple[float, float]]]:
    """TopoJSON keeps shared borders once, as steps of whole numbers."""
    (across, up), (west, south) = topology["transform"]["scale"], topology["transform"]["translate"]
    found = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * across + west, y * up + south))
        found.append(points)
    return found


def _ring(numbers: Sequence[int], arcs: Sequence[list[tuple[float, float]]]) -> list[tuple[float, float]]:
    """Arcs one behind the other; ~n is arc n run backwards."""
    ring: list[tuple[float, float]] = []
    for number in numbers:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        ring += arc[1:] if ring else arc
    return ring


__all__ = ["outlines"]
