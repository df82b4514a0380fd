"""The filter bar read strictly from the address, checked against what the asker may see.

A value that cannot be read is told beside its filter and left out of every link; the rest is kept. No figure is drawn
then, because it would answer another question than the one asked.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from organizations.forms.fields import plain
from organizations.models import Kind, Organization, Tier
from programmes.models import Phase, Place, Programme
from scaling import moments
from scaling.dashboards.links import CHOICES, LONGEST, NAMES, PAGING, Links, carried
from scaling.dashboards.selected import Area, Selection, in_phase, phases_of, rounds_of, upward
from scaling.models import Cell

Day = datetime.date
_IN_BRACKETS = re.compile(r"\(([^()]+)\)\s*$")


# --- reading an address ----------------------------------------------------------------------------------------------
def read(request: HttpRequest, *, takes: Iterable[str], own: Iterable[str] = ()) -> Selection:
    """The selection of a request, in a fixed number of queries; raises nothing, errors stand in it. `own`: what only
    this page asks for; kept in its links as it stands in the address, and for the page to check."""
    found = Selection()
    query = request.GET
    if PAGING in takes:
        found.after = query.get(PAGING, "")[:LONGEST]
    raw = _raw(query, found, tuple(own), PAGING if PAGING in takes else "")
    found.values |= {name: raw[name] for name in own if name in raw}
    user = request.user
    found.visible = {
        one.code: one for one in Programme.objects.visible_to(user).order_by("name", "pk").prefetch_related("countries")
    }
    _programmes(found, raw)
    _choices(found, raw)
    ids = [programme.pk for programme in found.programmes]
    found.phases, found.rounds = phases_of(ids), rounds_of(ids)
    _phase(found, raw)
    _rounds(found, raw)
    _as_of(found, raw)
    _known_at(found, raw)
    if {"place", "kind", "tier"} & set(takes):
        _what_there_is(found)
    _place(found, raw, user)
    if raw.get("apex"):
        _apex(found, raw["apex"], user)
    return found


def _raw(query: QueryDict, found: Selection, own: tuple[str, ...], besides: str) -> dict[str, str]:
    """What stands in the address; `besides`: a name that is no filter and is read elsewhere."""
    raw = {}
    for name, values in query.lists():
        if name == besides:
            continue
        if name not in NAMES and name not in own:
            found.errors[""] = _("Unknown filter “%(name)s”. Known here: %(known)s.") % {
                "name": name[:60],
                "known": ", ".join((*NAMES, *own)),
            }
        elif len(values) > 1:
            found.errors[name] = _("One value is expected, not several.")
        elif len(values[0]) > LONGEST:
            found.errors[name] = _("At most %(longest)d characters are expected.") % {"longest": LONGEST}
        elif values[0]:
            raw[name] = values[0]
    return raw


def _unknown(code: str) -> str:
    return _("There is no “%(code)s” that you may see.") % {"code": code[:60]}


def _programmes(found: Selection, raw: Mapping[str, str]) -> None:
    countries = {country.code for one in found.visible.values() for country in one.countries.all()}
    if country := raw.get("country"):
        if country in countries:
            found.values["country"] = country
        else:
            found.errors["country"] = _unknown(country)
    for name in ("programme", "beside"):
        if not (code := raw.get(name)):
            continue
        if code not in found.visible:
            found.errors[name] = _unknown(code)
        elif name == "programme" and found["country"] and not _works_in(found.visible[code], found["country"]):
            found.errors[name] = _("%(programme)s does not work in this country.") % {"programme": code}
        else:
            found.values[name] = code
    if found["beside"] and found["beside"] == found["programme"]:
        found.errors["beside"] = _("Name another programme to compare with.")
        del found.values["beside"]
    if found["programme"]:
        found.programmes = [found.visible[found["programme"]]]
        return
    only_synthetic = all(one.is_synthetic for one in found.visible.values())
    found.programmes = [
        one
        for one in found.visible.values()
        if (raw.get("synthetic") == "1" or only_synthetic or not one.is_synthetic)
        and (not found["country"] or _works_in(one, found["country"]))
    ]


def _works_in(programme: Programme, country: str) -> bool:
    return any(one.code == country for one in programme.countries.all())


def _choices(found: Selection, raw: Mapping[str, str]) -> None:
    for name, allowed in CHOICES.items():
        value = raw.get(name, "")
        if value and value in allowed:
            found.values[name] = value
        elif value:
            found.errors[name] = _("One of %(allowed)s is expected.") % {
                "allowed": ", ".join(one for one in allowed if one)
            }


def _phase(found: Selection, raw: Mapping[str, str]) -> None:
    code = raw.get("phase")
    if not code:
        return
    phase = next((one for one in found.phases if one.code == code), None)
    if phase is None:
        found.errors["phase"] = _unknown(code)
        return
    found.values["phase"] = code
    found.programmes = [one for one in found.programmes if one.pk == phase.programme_id]


def _rounds(found: Selection, raw: Mapping[str, str]) -> None:
    by_code = {one.code: one for one in found.rounds}
    for name in ("round", "against"):
        code = raw.get(name)
        if not code:
            continue
        if name == "against" and code not in by_code and any(one.code == code for one in found.phases):
            found.values[name] = code
        elif code not in by_code:
            found.errors[name] = _("There is no round “%(code)s” with figures in this selection.") % {"code": code[:60]}
        else:
            found.values[name] = code
    phase, closing = found.phase, found.round
    if phase is not None and closing is not None and not in_phase(closing, phase):
        found.errors["round"] = _("This round describes a date outside the phase.")
        del found.values["round"]
    if found.against_phase is not None:
        _against_phase(found, found.against_phase)
    elif found["against"]:
        against = by_code[found["against"]]
        if len({one.programme_id for one in found.rounds} | {p.pk for p in found.programmes}) > 1:
            found.errors["against"] = _("Another round to compare with belongs to one programme; name that programme.")
        elif closing is not None and against.reference_date >= closing.reference_date:
            found.errors["against"] = _("The round to compare with must describe an earlier date.")
    if "against" in found.errors:
        found.values.pop("against", None)


def _against_phase(found: Selection, against: Phase) -> None:
    if len({one.programme_id for one in found.phases}) > 1:
        found.errors["against"] = _("Another phase to compare with belongs to one programme; name that programme.")
        return
    last = found.phase or found.phases[-1]
    if against.sequence >= last.sequence:
        found.errors["against"] = _("The phase to compare with must come before %(phase)s.") % {"phase": last.label}


def _as_of(found: Selection, raw: Mapping[str, str]) -> None:
    text = raw.get("as_of")
    if not text:
        return
    try:
        day = Day.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        day = None
    closing = found.round
    if day is None or not 1900 <= day.year <= 2100:
        found.errors["as_of"] = _("A date such as 2022-06-30 is expected.")
    elif closing is not None and day < closing.reference_date:
        found.errors["as_of"] = _("This day lies before the date that the round describes.")
    else:
        found.as_of, found.values["as_of"] = day, text


def _known_at(found: Selection, raw: Mapping[str, str]) -> None:
    if text := raw.get("known_at"):
        try:
            found.known_at = moments.read(text)
        except moments.NotAMoment as why:
            found.errors["known_at"] = str(why)
        else:
            found.values["known_at"] = text


def _what_there_is(found: Selection) -> None:
    """Kinds and tiers of the last round of each programme, its countries and the places right below them."""
    cells = _cells(found)
    whole = set(cells.filter(place__level=0).values_list("kind", "tier").distinct())
    found.kinds = [kind for kind in Kind.values if (kind, "") in whole]
    found.tiers = [tier for tier in Tier.values if ("", tier) in whole]
    places = cells.filter(kind="", tier="", place__level__lte=1)
    found.areas = upward(places.values_list("place_id", flat=True).distinct())


def _cells(found: Selection) -> QuerySet[Cell]:
    """Of the last round of each programme, with all that lies inside a place."""
    last = {one.programme_id: one.pk for one in found.rounds}
    return Cell.objects.filter(round__in=last.values(), within=True)


def _place(found: Selection, raw: Mapping[str, str], user: Any) -> None:
    text = raw.get("place")
    if not text:
        return
    code = coded(text)
    area = next((one for one in found.areas.values() if one.code == code), None)
    if area is None:
        place = Place.objects.visible_to(user).filter(code=code).first()
        if place is None:
            found.errors["place"] = _unknown(text)
            return
        found.areas |= upward([place.pk])
        area = found.areas[place.pk]
    found.place, found.values["place"] = area, code
    below = _cells(found).filter(kind="", tier="", place__parent=area.id)
    found.areas |= upward([area.id, *below.values_list("place_id", flat=True).distinct()])


def _apex(found: Selection, text: str, user: Any) -> None:
    found.apex = Organization.objects.visible_to(user).filter(code=coded(text)).first()
    if found.apex is None:
        found.errors["apex"] = _unknown(text)
    else:
        found.values["apex"] = found.apex.code


def coded(text: str) -> str:
    """The code in what was typed or chosen from suggestions: `KEN-D1` or `District 1 (KEN-D1)`."""
    inside = _IN_BRACKETS.search(plain(text))
    return inside.group(1).strip() if inside else plain(text)


__all__ = [
    "CHOICES",
    "LONGEST",
    "NAMES",
    "PAGING",
    "Area",
    "Links",
    "Selection",
    "carried",
    "coded",
    "in_phase",
    "read",
]
