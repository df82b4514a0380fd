"""Invented boundaries of the synthetic districts, so that the map tells something at first sight. They are nobody's."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from programmes import boundaries
from programmes.models import Boundary, Place

COUNTRY = "KEN"
#: Codes by row from the north, by column from the west.
DISTRICTS = (("KEN-D1", "KEN-D4"), ("KEN-D3", "KEN-D2"))
WEST, NORTH, WIDE, TALL = 36.0, 1.0, 1.1, 0.9
STEPS = 16
Point = tuple[float, float]


def _line(start: Point, end: Point, sway: float) -> list[Point]:
    """From corner to corner in bends that both neighbours share; corners stay where they are."""
    (x0, y0), (x1, y1) = start, end
    found = []
    for step in range(STEPS + 1):
        part = step / STEPS
        bend = sway * math.sin(math.pi * part) * (math.sin(5 * part + 7 * x0 + 3 * y0) + 0.6)
        found.append((x0 + (x1 - x0) * part - (y1 - y0) * bend, y0 + (y1 - y0) * part + (x1 - x0) * bend))
    return found


def _corner(row: int, column: int) -> Point:
    """The inner one lies off the middle, so that no two districts are alike."""
    inner = (0.12, -0.1) if (row, column) == (1, 1) else (0.0, 0.0)
    return WEST + column * WIDE + inner[0], NORTH - row * TALL + inner[1]


def _ring(row: int, column: int) -> list[Point]:
    """Every side is drawn in the same direction whoever asks, and turned round where needed."""
    top = _line(_corner(row, column), _corner(row, column + 1), 0.11)
    bottom = _line(_corner(row + 1, column), _corner(row + 1, column + 1), 0.11)
    left = _line(_corner(row, column), _corner(row + 1, column), 0.13)
    right = _line(_corner(row, column + 1), _corner(row + 1, column + 1), 0.13)
    return [*top, *right[1:], *bottom[::-1][1:], *left[::-1][1:]]


def collection(rows: Sequence[Sequence[str]] = DISTRICTS) -> dict[str, Any]:
    features = [
        {
            "type": "Feature",
            "properties": {"code": code},
            "geometry": {"type": "Polygon", "coordinates": [[list(point) for point in _ring(row, column)]]},
        }
        for row, codes in enumerate(rows)
        for column, code in enumerate(codes)
    ]
    return {"type": "FeatureCollection", "features": features}


@transaction.atomic
def load(*, by: Any) -> int:
    """Bring them as anybody would, once; returns how many."""
    country = Place.objects.get(code=COUNTRY)
    if Boundary.objects.filter(place__country=country).exists():
        return 0
    upload = boundaries.receive(
        country=country,
        upload=SimpleUploadedFile("invented-districts.geojson", json.dumps(collection()).encode()),
        source="invented for demonstration",
        licence="free to use",
        by=by,
        is_synthetic=True,
    )
    return boundaries.commit(upload=upload, by=by, seen=boundaries.look(upload)[1])


__all__ = ["collection", "load"]
