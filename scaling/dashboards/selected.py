"""What the filter bar selects, resolved: programmes, phases, rounds, places, as of today or of a moment."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.utils import timezone

from indicators.models import OUTPUT_KINDS, Round, RoundStatus
from organizations.models import Kind, Organization, ProgrammeEnrolment, Tier
from programmes.models import Phase, Place, Programme
from scaling.answers import UnknownCode
from scaling.dashboards.links import default
from scaling.register_answers import MOST_RECORDS
from scaling.register_questions import Question

Day = datetime.date


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
        return self.values.get(name, default(name))

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

    @property
    def today(self) -> Day:
        """The day on which it is asked: of what was known at a moment, the day of that moment here."""
        return timezone.localdate(self.known_at) if self.known_at is not None else datetime.date.today()

    # --- as of a moment --------------------------------------------------------------------------------------------
    def recall(self, takes: Iterable[str]) -> None:
        """Inside `recorded.known`: programmes, phases, rounds, places, kinds and tiers are those that were on record at
        the moment. `takes`: filters of the page. Raises UnknownCode for a phase or round that is chosen and was not;
        of a programme or place the figures say so themselves. Nothing without a moment."""
        if self.known_at is None:
            return
        ids = [one.pk for one in self.programmes]
        if not self["programme"]:
            there = Programme.objects.filter(pk__in=ids).prefetch_related("countries").in_bulk()
            self.programmes = [there[pk] for pk in ids if pk in there]
        self.phases, self.rounds = phases_of(ids), rounds_of(ids)
        known = {one.code for one in self.phases} | {one.code for one in self.rounds}
        for name in ("phase", "round", "against"):
            if self[name] and self[name] not in known:
                raise UnknownCode(name, self[name])
        if {"place", "kind", "tier"} & set(takes):
            self._recall_places(ids)

    def _recall_places(self, programmes: list[int]) -> None:
        """Of those registered then, as the cells tell it of now; of more than can be answered it stays."""
        enrolled = ProgrammeEnrolment.objects.filter(programme__in=programmes)
        if enrolled.order_by()[: MOST_RECORDS + 1].count() > MOST_RECORDS:
            return
        registered = Organization.objects.filter(pk__in=enrolled.values("organization")).order_by()
        stood = set(registered.values_list("place", "kind", "tier").distinct())
        self.kinds = [kind for kind in Kind.values if any(kind == one for _place, one, _tier in stood)]
        self.tiers = [tier for tier in Tier.values if any(tier == one for _place, _kind, one in stood)]
        around = None if self.place is None else self.place.id
        every = upward({place for place, _kind, _tier in stood} | ({around} if around is not None else set()))
        path = [] if around is None else [one.id for one in path_of(every, every[around])] if around in every else []
        self.areas = {
            pk: area
            for pk, area in every.items()
            if area.level <= 1 or pk in path or (around is not None and area.parent == around)
        }

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
        return path_of(self.areas, area)

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


# --- what there is ---------------------------------------------------------------------------------------------------
def phases_of(programmes: Iterable[int]) -> list[Phase]:
    found = Phase.objects.filter(programme__in=list(programmes), is_aggregate=False)
    return list(found.order_by("programme", "sequence"))


def rounds_of(programmes: Iterable[int]) -> list[Round]:
    """Outcome rounds that opened, by date."""
    return list(
        Round.objects.filter(programme__in=list(programmes))
        .exclude(status=RoundStatus.PLANNED)
        .exclude(kind__in=OUTPUT_KINDS)
        .select_related("programme")
        .order_by("reference_date", "pk")
    )


def upward(ids: Iterable[int]) -> dict[int, Area]:
    """These places and all that they lie in, by id."""
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


def path_of(areas: Mapping[int, Area], area: Area) -> list[Area]:
    """From the country down to the place."""
    path = [area]
    while path[0].parent is not None and path[0].parent in areas:
        path.insert(0, areas[path[0].parent])
    return path


__all__ = ["Area", "Selection", "in_phase", "path_of", "phases_of", "rounds_of", "upward"]
