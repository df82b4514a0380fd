"""Which places a map shows: the countries of the selection, or what lies right inside one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse

from programmes import boundaries
from programmes.models import Boundary, Place
from scaling.dashboards.frame import Asked
from scaling.dashboards.selection import Area, Selection
from scaling.figures.drawn import countries


@dataclass(frozen=True)
class Shown:
    """A place on the map. `goes_down`: others lie inside it."""

    code: str
    name: str
    outlined: bool
    goes_down: bool
    #: its code in the outlines
    shape: str


@dataclass
class Level:
    """What is shown together. `around`: the place that holds it; None for countries."""

    asked: Asked
    around: Place | None
    shown: dict[str, Shown] = field(default_factory=dict)

    @property
    def outlined(self) -> list[Shown]:
        return [one for one in self.shown.values() if one.outlined]

    @property
    def outlines_url(self) -> str:
        """Where the outlines are; empty for countries, whose outlines come with the charts."""
        return "" if self.around is None else reverse("place-boundaries", kwargs={"code": self.around.code})

    def outlines(self) -> dict[str, Any]:
        assert self.around is not None
        rows = boundaries.inside(self.asked.user, self.around).select_related("place")
        return {"type": "FeatureCollection", "features": boundaries.features(rows)}

    @cached_property
    def sources(self) -> list[tuple[str, str, bool]]:
        if self.around is None:
            return []
        return boundaries.sources(boundaries.inside(self.asked.user, self.around))

    def url(self, code: str) -> str:
        """Into an area: its own map, or where nothing lies inside it, its organizations."""
        one = self.shown.get(code)
        if one is None or one.goes_down:
            return self.asked.links.here(place=code)
        return self.asked.organizations_url(place=code)


def grouping(selection: Selection) -> Mapping[str, str]:
    """Place → where it is counted: its country where several are selected, else the area right inside what is."""
    tops = [area for area in selection.areas.values() if area.level == 0]
    if selection.place is not None or len(tops) < 2:
        return selection.areas_below()
    return {area.code: _country(selection, area).code for area in selection.areas.values()}


def _country(selection: Selection, area: Area) -> Area:
    while area.parent is not None and area.parent in selection.areas:
        area = selection.areas[area.parent]
    return area


def level(asked: Asked) -> Level:
    """In one query, whatever lies there."""
    selection = asked.selection
    tops = [area for area in selection.areas.values() if area.level == 0]
    if selection.place is None and len(tops) != 1:
        rows = Place.objects.filter(pk__in=[area.id for area in tops]).order_by("name", "pk")
        known = countries.outlines()
        shown = {one.code: Shown(one.code, one.shown_name, one.iso3 in known, True, one.iso3) for one in rows}
        return Level(asked, None, shown)
    around = selection.place or tops[0]
    inside = Place.objects.visible_to(asked.user).filter(parent=around.id).order_by("name", "pk")
    found: Any = inside.annotate(
        outlined=Exists(Boundary.objects.filter(place=OuterRef("pk"))),
        goes_down=Exists(Place.objects.filter(parent=OuterRef("pk"))),
    )
    shown = {one.code: Shown(one.code, one.shown_name, one.outlined, one.goes_down, one.code) for one in found}
    return Level(asked, around.row, shown)


__all__ = ["Level", "Shown", "grouping", "level"]
