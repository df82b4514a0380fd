"""GeoJSON that somebody brings: read within limits, each feature checked by itself, or refused with a reason."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from django.utils.translation import gettext as _

from programmes import boundary_shapes
from programmes.boundary_shapes import Shape
from programmes.spreadsheets import MEGABYTE, Refused

LARGEST = 20 * MEGABYTE
MOST_FEATURES = 5_000
MOST_POINTS = 1_000_000
MOST_PROPERTIES = 60
LONGEST_TEXT = 200
#: So many points of a file are kept until it is taken over; thinned out again then, by what is drawn together.
KEPT_POINTS = 120_000
AREAS = ("Polygon", "MultiPolygon")
#: Names of WGS84 with the longitude first, which is all that GeoJSON knows of today.
WGS84 = ("CRS84", "EPSG:4326", "EPSG::4326", "WGS84")

# What can be wrong with a feature; the words are in `problem_words`.
NOT_A_FEATURE, NO_GEOMETRY, NOT_AN_AREA, COORDINATES = "not_a_feature", "no_geometry", "not_an_area", "coordinates"
OPEN_RING, OUTSIDE, NOTHING_LEFT = "open_ring", "outside", "nothing_left"


class _Wrong(Exception):
    def __init__(self, problem: str, found: str = "") -> None:
        super().__init__(problem)
        self.problem, self.found = problem, found


@dataclass
class _Counter:
    points: int = 0


def read(content: bytes) -> list[dict[str, Any]]:
    """Every feature as {"row", "properties", "geometry", "problem", "found"}; a bad one has a problem in place of its
    geometry. Raises Refused for a file that is no collection of features, or too large."""
    features = _features(_parsed(content))
    counter = _Counter()
    rows: list[dict[str, Any]] = []
    shapes: list[Shape | None] = []
    for number, feature in enumerate(features, start=1):
        row: dict[str, Any] = {"row": number, "properties": {}, "geometry": None, "problem": "", "found": ""}
        shape: Shape | None = None
        try:
            row["properties"] = _properties(feature)
            shape = _shape(feature, counter)
        except _Wrong as wrong:
            row["problem"], row["found"] = wrong.problem, wrong.found
        rows.append(row)
        shapes.append(shape)
    good = [i for i, shape in enumerate(shapes) if shape is not None]
    thinned = boundary_shapes.simplified([shape for shape in shapes if shape is not None], KEPT_POINTS)
    for i, outline in zip(good, thinned, strict=True):
        rows[i]["geometry"] = outline.geometry
    return rows


def _parsed(content: bytes) -> Any:
    if len(content) > LARGEST:
        raise Refused(
            _("The file is larger than %(mb)s MB. Simplify the boundaries first.") % {"mb": LARGEST // MEGABYTE}
        )
    if not content.strip():
        raise Refused(_("The file is empty."))
    if content.startswith(b"PK\x03\x04"):
        raise Refused(
            _("This is a packed file (zip). Unpack it, and bring the GeoJSON in it; a shapefile must be converted.")
        )
    try:
        return json.loads(content.decode("utf-8-sig"), parse_constant=_no_number)
    except UnicodeDecodeError:
        raise Refused(_("GeoJSON is text in UTF-8; this is not.")) from None
    except RecursionError:
        raise Refused(_("The file is nested far deeper than GeoJSON is.")) from None
    except json.JSONDecodeError as error:
        raise Refused(
            _("This is not JSON: line %(line)s, character %(column)s.") % {"line": error.lineno, "column": error.colno}
        ) from None
    except ValueError:  # a number of thousands of digits, NaN
        raise Refused(_("The file holds something that is no number where a number is expected.")) from None


def _no_number(text: str) -> NoReturn:
    raise ValueError(text)


def _features(data: Any) -> list[Any]:
    if not isinstance(data, dict) or data.get("type") != "FeatureCollection":
        kind = data.get("type") if isinstance(data, dict) else type(data).__name__
        found = str(kind)[:40]
        raise Refused(_("A GeoJSON “FeatureCollection” is expected, not “%(found)s”.") % {"found": found})
    system = data.get("crs")
    if system is not None:
        name = str((system.get("properties") or {}).get("name", "")) if _is_named(system) else ""
        if not any(known in name.upper() for known in WGS84):
            raise Refused(
                _("The file is in another coordinate system (%(name)s). Export it in WGS84 (EPSG:4326).")
                % {"name": name[:60] or "?"}
            )
    features = data.get("features")
    if not isinstance(features, list) or not features:
        raise Refused(_("The collection holds no features."))
    if len(features) > MOST_FEATURES:
        raise Refused(_("The file holds more than %(most)s features.") % {"most": MOST_FEATURES})
    return features


def _is_named(system: Any) -> bool:
    return isinstance(system, dict) and isinstance(system.get("properties") or {}, dict)


def _properties(feature: Any) -> dict[str, str]:
    """What is said of a feature: texts and numbers only, as texts."""
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise _Wrong(NOT_A_FEATURE)
    given = feature.get("properties")
    found = {}
    for name, value in list(given.items())[:MOST_PROPERTIES] if isinstance(given, dict) else []:
        if isinstance(value, str | int | float) and not isinstance(value, bool) and (text := _clean(value)):
            found[_clean(name)] = text
    if "id" not in found and isinstance(feature.get("id"), str | int) and not isinstance(feature["id"], bool):
        found["id"] = _clean(feature["id"])
    return found


def _clean(value: Any) -> str:
    """As it can be shown and stored; numbers without a useless fraction."""
    if isinstance(value, float) and value.is_integer():
        value = int(value) if abs(value) < 1e15 else value
    return "".join(char for char in str(value)[: 2 * LONGEST_TEXT] if char.isprintable()).strip()[:LONGEST_TEXT]


def _shape(feature: dict[str, Any], counter: _Counter) -> Shape:
    geometry = feature.get("geometry")
    if not isinstance(geometry, dict):
        raise _Wrong(NO_GEOMETRY)
    kind = geometry.get("type")
    if kind not in AREAS:
        raise _Wrong(NOT_AN_AREA, _clean(kind))
    parts = geometry.get("coordinates")
    polygons = [parts] if kind == "Polygon" else parts
    if not isinstance(polygons, list) or not polygons:
        raise _Wrong(COORDINATES)
    rings = [[list(_ring(ring, counter)) for ring in _list(polygon)] for polygon in polygons]
    shape = boundary_shapes.made(rings)
    if shape is None:
        raise _Wrong(NOTHING_LEFT)
    return shape


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise _Wrong(COORDINATES)
    return value


def _ring(ring: Any, counter: _Counter) -> Iterator[tuple[float, float]]:
    points = _list(ring)
    counter.points += len(points)
    if counter.points > MOST_POINTS:
        raise Refused(_("The boundaries have more than %(most)s points. Simplify them first.") % {"most": MOST_POINTS})
    if len(points) < 4 or points[0] != points[-1]:
        raise _Wrong(OPEN_RING)
    for point in points:
        if not isinstance(point, list) or not 2 <= len(point) <= 4:
            raise _Wrong(COORDINATES)
        east, north = point[0], point[1]
        if type(east) not in (int, float) or type(north) not in (int, float):
            raise _Wrong(COORDINATES)
        if not (-180 <= east <= 180 and -90 <= north <= 90):
            raise _Wrong(OUTSIDE, f"{_short(east)}, {_short(north)}")
        yield float(east), float(north)


def _short(value: float) -> str:
    return f"{value:g}" if isinstance(value, float) or abs(value) < 1e15 else "…"


def problem_words(problem: str, found: str) -> str:
    """What is wrong with a feature, and what would be right."""
    return {
        NOT_A_FEATURE: _("This is not a GeoJSON “Feature”."),
        NO_GEOMETRY: _("It has no geometry."),
        NOT_AN_AREA: _("A Polygon or MultiPolygon is expected, not “%(found)s”.") % {"found": found},
        COORDINATES: _("Its coordinates cannot be read: lists of rings of [longitude, latitude] are expected."),
        OPEN_RING: _("A ring needs four points or more and must end where it begins."),
        OUTSIDE: _(
            "%(found)s lies outside of longitude −180 to 180 and latitude −90 to 90; "
            "export the file in WGS84 (EPSG:4326)."
        )
        % {"found": found},
        NOTHING_LEFT: _("Its outline encloses no area."),
    }[problem]


__all__ = ["LARGEST", "problem_words", "read"]
