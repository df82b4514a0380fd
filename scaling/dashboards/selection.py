"""What the filter bar selects: read strictly from the address, checked against what the asker may see.

A value that cannot be read is told beside its filter and left out of every link; the rest is kept. No figure is drawn
then, because it would answer another question than the one asked.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from indicators.models import OUTPUT_KINDS, Round, RoundStatus
from organizations.forms.fields import plain
from organizations.models import Kind, Organization, Tier
from programmes.models import Phase, Place, Programme
from programmes.vocabulary import FigureBasis
from scaling import moments
from scaling.metrics.cells import LOCAL, REAL, USD
from scaling.models import Cell
from scaling.register_questions import Question

Day = datetime.date

#: Every filter by its name in the address, in the order of the bar.
NAMES = (
    "country",
    "programme",
    "phase",
    "place",
    "kind",
    "tier",
    "apex",
    "round",
    "as_of",
    "known_at",
    "prices",
    "basis",
    "against",
    "beside",
    "synthetic",
)
#: Filters with a fixed list of values, the first of which is the default and stands in no address.
CHOICES: dict[str, tuple[str, ...]] = {
    "kind": ("", *Kind.values),
    "tier": ("", *Tier.values),
    "prices": (LOCAL, USD, REAL),
    "basis": tuple(FigureBasis.values),
    "synthetic": ("0", "1"),
}
#: What no longer fits when one of them changes.
CLEARS: dict[str, tuple[str, ...]] = {
    "country": ("programme", "phase", "place", "apex", "round", "against", "beside", "organization"),
    "programme": ("phase", "place", "apex", "round", "against", "beside", "organization"),
    "phase": ("round", "against", "as_of"),
    "round": ("as_of", "against"),
    "synthetic": ("programme", "phase", "place", "apex", "round", "against", "beside", "organization"),
}
LONGEST = 200
#: Where the page of a list begins; no filter, so that no link carries it along.
PAGING = "after"
_IN_BRACKETS = re.compile(r"\(([^()]+)\)\s*$")


@dataclass(frozen=True)
class Links:
    """Addresses with the same filters, some of them changed. The one place that builds links between pages."""

    path: str
    values: Mapping[str, str] = field(default_factory=dict)

    def here(self, **changed: str) -> str:
        return self.to(self.path, **changed)

    def to(self, path: str, **changed: str) -> str:
        """Another page of the frame; what no longer fits a changed filter is left out."""
        values = dict(self.values)
        for name, value in changed.items():
            if value != values.get(name, ""):
                for dependent in CLEARS.get(name, ()):
                    values.pop(dependent, None)
        values |= changed
        return self.with_only(path, values)

    def in_query(self) -> dict[str, str]:
        """The filters that do not stand in the path."""
        in_path = self.path == reverse("scaling:programmes")
        return {name: value for name, value in self.values.items() if not (in_path and name == "programme")}

    @staticmethod
    def with_only(path: str, values: Mapping[str, str]) -> str:
        """A page with these filters; defaults and empty ones are left out."""
        shown = {name: value for name, value in values.items() if value and value != _default(name)}
        if "programme" in shown and path == reverse("scaling:programmes"):
            path = reverse("scaling:programme", kwargs={"code": shown.pop("programme")})
        return path + (f"?{urlencode(shown)}" if shown else "")


def _default(name: str) -> str:
    return CHOICES[name][0] if name in CHOICES else ""


def carried(query: QueryDict) -> dict[str, str]:
    """The filters of an address as they stand there, for links of the navigation; checked by the page they lead to."""
    return {name: str(query[name]) for name in NAMES if 0 < len(query.get(name, "")) <= LONGEST}


@dataclass(frozen=True)
class Area:
    """A place that holds organizations of the selection, or that lies around one."""

    id: int
    code: str
    name: str
    parent: int | None
    level: int
    row: Place = field(compare=False)


@dataclass
class Selection:
    """What the asker selected, resolved. `values`: the filters that could be read, as they stand in an address."""

    values: dict[str, str] = field(default_factory=dict)
    #: filter (or "" for the whole address) → what is wrong with it
    errors: dict[str, str] = field(default_factory=dict)
    #: programmes that the asker may see, and those of the selection
    visible: dict[str, Programme] = field(default_factory=dict)
    programmes: list[Programme] = field(default_factory=list)
    phases: list[Phase] = field(default_factory=list)
    #: outcome rounds of the selected programmes that opened, by date
    rounds: list[Round] = field(default_factory=list)
    #: by id: the countries with cells of the selection, the places right below them and right below the selected one
    areas: dict[int, Area] = field(default_factory=dict)
    kinds: list[str] = field(default_factory=list)
    tiers: list[str] = field(default_factory=list)
    place: Area | None = None
    apex: Organization | None = None
    as_of: Day | None = None
    #: Figures as they were known then; None: now.
    known_at: datetime.datetime | None = None
    #: after which mark the shown page of a list begins, on pages that take PAGING
    after: str = ""

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, _default(name))

    @property
    def programme(self) -> Programme | None:
        """The one programme, where there is only one to speak of."""
        return self.programmes[0] if len(self.programmes) == 1 else None

    @property
    def phase(self) -> Phase | None:
        return next((phase for phase in self.phases if phase.code == self["phase"]), None)

    @property
    def round(self) -> Round | None:
        return next((one for one in self.rounds if one.code == self["round"]), None)

    @property
    def against_phase(self) -> Phase | None:
        """The phase to compare with; a round of the same code goes first."""
        if any(one.code == self["against"] for one in self.rounds):
            return None
        return next((phase for phase in self.phases if phase.code == self["against"]), None)

    @property
    def against_round(self) -> str:
        """The round to compare with: the one named, or the last of the phase named, before the closing one."""
        phase = self.against_phase
        if phase is None:
            return self["against"]
        closing = self.round or self._last_in(self.phase)
        until = closing or (self.rounds[-1] if self.rounds else None)
        earlier = [one for one in self.rounds if until and one.reference_date < until.reference_date]
        inside = [one for one in earlier if in_phase(one, phase)]
        return inside[-1].code if inside else ""

    @property
    def question(self) -> Question:
        """The same as a question to metrics of organizations. Without `programmes` it would mean all."""
        last = self._last_in(self.phase)
        closing = self["round"] or ("" if last is None else last.code)
        return Question(
            programmes=tuple(programme.code for programme in self.programmes),
            place=self["place"],
            kind=self["kind"],
            tier=self["tier"],
            apex="" if self.apex is None else self.apex.code,
            round=closing,
            against=self.against_round,
            as_of=self.as_of,
            prices=self["prices"],
            include_synthetic=True,
            known_at=self.known_at,
        )

    def beside(self) -> Question | None:
        """The question of another programme to compare with: its last round, the same kind and tier."""
        if not self["beside"]:
            return None
        return Question(
            programmes=(self["beside"],), kind=self["kind"], tier=self["tier"], prices=self["prices"],
            include_synthetic=True, known_at=self.known_at,
        )  # fmt: skip

    def _last_in(self, phase: Phase | None) -> Round | None:
        """The last outcome round that describes a date in the phase."""
        inside = [] if phase is None else [one for one in self.rounds if in_phase(one, phase)]
        return inside[-1] if inside else None

    # --- places ----------------------------------------------------------------------------------------------------
    def areas_below(self) -> dict[str, str]:
        """Place → the child of the selected place that holds it; without a place, the child of its country."""
        found = {}
        for area in self.areas.values():
            path = self._path(area)
            codes = [one.code for one in path]
            if self.place is None:
                found[area.code] = path[min(1, len(path) - 1)].code
            elif self.place.code in codes:
                below = codes.index(self.place.code) + 1
                found[area.code] = codes[below] if below < len(codes) else self.place.code
        return found

    def _path(self, area: Area) -> list[Area]:
        """From the country down to the place."""
        path = [area]
        while path[0].parent is not None and path[0].parent in self.areas:
            path.insert(0, self.areas[path[0].parent])
        return path

    def path(self) -> list[Area]:
        return [] if self.place is None else self._path(self.place)

    def children(self) -> list[Area]:
        """Places one can go into from here, by name."""
        if self.place is not None:
            found = [area for area in self.areas.values() if area.parent == self.place.id]
        else:
            found = [area for area in self.areas.values() if area.level > 0 and self._stands_high(area)]
        return sorted(found, key=lambda area: area.name)

    def _stands_high(self, area: Area) -> bool:
        return area.parent is None or self.areas[area.parent].level == 0 if area.parent in self.areas else True

    def area_names(self) -> dict[str, str]:
        return {area.code: area.name for area in self.areas.values()}


def in_phase(one: Round, phase: Phase) -> bool:
    """Whether the date that a round describes lies in the phase; a phase without an end goes on."""
    start, end = phase.effectiveness or phase.approval, phase.closing or phase.completion
    return (start is None or start <= one.reference_date) and (end is None or one.reference_date <= end)


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
    found.phases = list(Phase.objects.filter(programme__in=ids, is_aggregate=False).order_by("programme", "sequence"))
    found.rounds = list(
        Round.objects.filter(programme__in=ids)
        .exclude(status=RoundStatus.PLANNED)
        .exclude(kind__in=OUTPUT_KINDS)
        .select_related("programme")
        .order_by("reference_date", "pk")
    )
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
    found.areas = _upward(places.values_list("place_id", flat=True).distinct())


def _cells(found: Selection) -> QuerySet[Cell]:
    """Of the last round of each programme, with all that lies inside a place."""
    last = {one.programme_id: one.pk for one in found.rounds}
    return Cell.objects.filter(round__in=last.values(), within=True)


def _upward(ids: Iterable[int]) -> dict[int, Area]:
    wanted = list(set(ids))
    if not wanted:
        return {}
    rows = Place.objects.raw(
        """WITH RECURSIVE up(id) AS (
               SELECT unnest(%s::bigint[]) UNION SELECT p.parent_id FROM programmes_place p JOIN up ON p.id = up.id
               WHERE p.parent_id IS NOT NULL
           ) SELECT p.id, p.code, p.name, p.names, p.parent_id, p.level FROM programmes_place p JOIN up USING (id)""",
        [wanted],
    )
    return {row.pk: Area(row.pk, row.code, row.shown_name, row.parent_id, row.level, row) for row in rows}


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
        found.areas |= _upward([place.pk])
        area = found.areas[place.pk]
    found.place, found.values["place"] = area, code
    below = _cells(found).filter(kind="", tier="", place__parent=area.id)
    found.areas |= _upward([area.id, *below.values_list("place_id", flat=True).distinct()])


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


__all__ = ["CHOICES", "NAMES", "Area", "Links", "Selection", "carried", "read"]
