"""Answer a metric of organizations: choose rounds, take cells (or records where cells do not tell), call the function.

Cells answer for whole programmes, places, kinds, tiers and federations against own baselines. Another opening, another
day, one organization, a federation cut by kind or place, programmes that share organizations, and what was known at a
moment are answered from the records themselves.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, Q
from django.utils import timezone

from organizations.models import Organization, ProgrammeEnrolment
from programmes.models import Place, Programme
from scaling import readers, recorded, register_parts, register_rollups, register_shared
from scaling.answers import UnknownCode
from scaling.metrics import Outcome, RegisterMetric, RegisterSubject
from scaling.metrics.cells import Register
from scaling.metrics.observe import edges_on
from scaling.metrics.records import years_between
from scaling.metrics.stored import Flat, flatten, plus, unflatten
from scaling.metrics.thresholds import Thresholds
from scaling.models import DirtyMark, MarkKind, RoundLayout
from scaling.register_parts import Part
from scaling.register_questions import (
    BY,
    NotThis,
    Question,
    Source,
    against_of,
    shared_organizations,
    sources_of,
    visible_programmes,
)
from scaling.register_rollups import Position
from scaling.register_sql import store
from scaling.thresholds import InForce

Day = datetime.date
#: Rows of these never put two programmes together.
PER_PROGRAMME = ("programme", "round")
#: More organizations than this are answered from cells only.
MOST_RECORDS = 20_000


class TooMany(Exception):
    """The question goes to the records of more organizations than can be read while somebody waits."""


@dataclass(frozen=True)
class Row:
    """One answered row. `group`: what the row is about, by the name of `by` (None for the whole selection)."""

    metric: RegisterMetric
    question: Question
    group: str | None
    sources: tuple[Source, ...]
    outcome: Outcome
    register: Register
    computed_at: datetime.datetime | None
    marks_waiting: int
    thresholds: Thresholds

    @property
    def is_synthetic(self) -> bool:
        return any(source.programme.is_synthetic for source in self.sources)


def rows(*, user: Any, metric: RegisterMetric, question: Question) -> list[Row]:
    """Raises UnknownCode for what does not exist in the asker's scope, NotThis, TooMany; with `known_at` also what
    `recorded.known` raises. Who may see what is decided by today, what there is to see by `known_at`."""
    visible = visible_programmes(user)
    seen = _Seen.of(user, question)
    with recorded.known(question.known_at):
        return _rows(metric, question, visible, seen)


def _rows(metric: RegisterMetric, question: Question, visible: dict[str, Programme], seen: _Seen) -> list[Row]:
    if question.known_at is not None:
        visible = on_record(visible)
    sources = sources_of(visible, question)
    selection = _Selection.of(seen, question)
    against = against_of(sources, question)
    shared = shared_of(question, sources)
    if selection.from_cells(question, sources, against, shared):
        parts = selection.cells(sources, question.by, shared)
    else:
        parts = selection.records(sources, question, against)
    groups: dict[str | None, list[Part]] = defaultdict(list)
    for part in parts:
        groups[_group(part, question.by)].append(part)
    if question.by == "selection":
        groups.setdefault(None, [])
    waiting = _waiting(sources) if question.known_at is None else {}
    limits = InForce(source.programme.pk for source in sources)
    return [
        _row(metric, question, group, found or [], sources, against, waiting, limits)
        for group, found in sorted(groups.items(), key=lambda one: (one[0] is not None, one[0] or ""))
    ]


def on_record(visible: dict[str, Programme]) -> dict[str, Programme]:
    """A programme registered later has no place in what was known then."""
    there = set(Programme.objects.filter(pk__in=[one.pk for one in visible.values()]).values_list("pk", flat=True))
    return {code: one for code, one in visible.items() if one.pk in there}


def _group(part: Part, by: str) -> str | None:
    if by == "programme":
        return part.source.programme.code
    if by == "round":
        return part.source.closing.code if part.source.closing else ""
    return None if by == "selection" else str(getattr(part, by))


def _row(
    metric: RegisterMetric,
    question: Question,
    group: str | None,
    parts: list[Part],
    sources: list[Source],
    against: readers.RoundRow | None,
    waiting: Mapping[int, int],
    limits: InForce,
) -> Row:
    register, key, _weight = register_parts.together(parts)
    of = tuple(dict.fromkeys(part.source for part in parts)) if group is not None else tuple(sources)
    years, mixed = _years(parts, against)
    thresholds = limits.together((source.programme.pk, source.on) for source in of)
    asked = (years, question.dimension, question.months, question.prices, thresholds, mixed)
    outcome = register_parts.outcome(
        key, (metric.name, *asked), lambda: metric.compute(RegisterSubject(register, *asked))
    )
    pks = {source.closing.pk for source in of if source.closing is not None}
    return Row(
        metric=metric,
        question=question,
        group=group,
        sources=of,
        outcome=outcome,
        register=register,
        computed_at=min((part.computed_at for part in parts), default=None),
        marks_waiting=sum(waiting.get(pk, 0) for pk in pks),
        thresholds=thresholds,
    )


def _years(parts: Iterable[Part], against: readers.RoundRow | None) -> tuple[Decimal | None, bool]:
    """Years between opening and closing, the longest where they differ; whether they do."""
    if against is not None:
        found = {years_between(against.date, part.source.on) for part in parts}
    else:
        found = {
            years_between(Day.fromisoformat(part.cohort), part.source.on)
            for part in parts
            if part.cohort and part.register.membership.then.n
        }
        if not found:  # nobody has a baseline: what is seen is new or late
            found = {years_between(Day.fromisoformat(part.cohort), part.source.on) for part in parts if part.cohort}
    return max(found, default=None), len(found) > 1


# --- which organizations ---------------------------------------------------------------------------------------------
def _waiting(sources: list[Source]) -> dict[int, int]:
    pks = [source.closing.pk for source in sources if source.closing is not None]
    marks = DirtyMark.objects.filter(kind=MarkKind.ROUND, object_id__in=pks)
    return dict(marks.values("object_id").annotate(n=Count("pk")).values_list("object_id", "n"))


@dataclass(frozen=True)
class _Seen:
    """The place and the organizations that are named, by their ids, as the asker may see them today."""

    place: int | None = None
    apex: int | None = None
    organization: int | None = None

    @classmethod
    def of(cls, user: Any, question: Question) -> _Seen:
        named: dict[str, int] = {}
        for name, model in (("place", Place), ("apex", Organization), ("organization", Organization)):
            if code := getattr(question, name):
                pk = model.objects.visible_to(user).filter(code=code).values_list("pk", flat=True).first()
                if pk is None:
                    raise UnknownCode(name, code)
                named[name] = pk
        return cls(**named)


@dataclass(frozen=True)
class _Selection:
    """Which organizations: by place (and all inside it), kind, tier, apex, or one of them."""

    place: str = ""
    places: frozenset[str] | None = None
    kind: str = ""
    tier: str = ""
    apex: Organization | None = None
    organization: Organization | None = None

    @classmethod
    def of(cls, seen: _Seen, question: Question) -> _Selection:
        """Raises UnknownCode for what was not on record yet at the moment that is asked for."""
        places = None
        if seen.place is not None:
            places = frozenset(_inside(seen.place))
            if not places:
                raise UnknownCode("place", question.place)
        named: dict[str, Organization | None] = {}
        for name, pk in (("apex", seen.apex), ("organization", seen.organization)):
            named[name] = None if pk is None else Organization.objects.filter(pk=pk).first()
            if pk is not None and named[name] is None:
                raise UnknownCode(name, getattr(question, name))
        return cls(question.place, places, question.kind, question.tier, **named)

    def takes(self, place: str, kind: str, tier: str) -> bool:
        return (self.places is None or place in self.places) and self.kind in ("", kind) and self.tier in ("", tier)

    @property
    def is_cut(self) -> bool:
        return self.places is not None or bool(self.kind or self.tier)

    def needs_records(self, question: Question) -> bool:
        """Cells know neither a single organization nor a federation cut by something."""
        cut = self.is_cut or question.by in ("place", "kind", "tier")
        return self.organization is not None or (self.apex is not None and cut)

    def from_cells(
        self,
        question: Question,
        sources: list[Source],
        against: readers.RoundRow | None,
        shared: Mapping[str, int],
    ) -> bool:
        if question.known_at is not None or against is not None or self.needs_records(question):
            return False
        if any(source.closing is None or source.closing.date != source.on for source in sources):
            return False
        return not shared or (self.apex is None and register_shared.can_be_taken_away(shared))

    # --- from cells ------------------------------------------------------------------------------------------------
    def cells(self, sources: list[Source], by: str, shared: Mapping[str, int] | None = None) -> list[Part]:
        """`shared`: organizations of several of the sources, with the programme in which each counts."""
        layouts = _layouts(sources)
        if self.apex is not None:
            return register_parts.federation_totals(sources, self.apex.pk, layouts)
        return self._stored(sources, layouts, self._cells_for(by), shared)

    def cells_of_areas(
        self, sources: list[Source], areas: Iterable[str], shared: Mapping[str, int] | None = None
    ) -> list[Part]:
        """One for each area, source and cohort: everything inside the area, of the kind and tier selected. An area that
        holds others of these stands for what lies in none of them."""
        every = set(areas)
        around = every & set(Place.objects.filter(code__in=every).values_list("parent__code", flat=True))
        wanted = Q(kind=self.kind, tier=self.tier) & (
            Q(within=True, place__code__in=every - around) | Q(within=False, place__code__in=around)
        )
        return self._stored(sources, _layouts(sources), wanted, shared)

    def _stored(
        self,
        sources: list[Source],
        layouts: Mapping[int, RoundLayout],
        wanted: Q,
        shared: Mapping[str, int] | None,
    ) -> list[Part]:
        parts = register_parts.cells(sources, wanted, layouts)
        if not shared:
            return parts
        away = register_shared.taken_away(sources, shared, layouts)
        around = _around({place for leaves in away.values() for place, _kind, _tier, _cohort in leaves})
        return [self._less(part, away.get(part.source.programme.pk, {}), around) for part in parts]

    def _less(self, part: Part, away: Mapping[register_shared.Leaf, Flat], around: Mapping[str, set[str]]) -> Part:
        """The part without what counts in another programme."""
        flat: Flat | None = None
        for (place, kind, tier, cohort), components in away.items():
            inside = place == part.place if part.is_alone else part.place in around[place]
            alike = cohort == part.cohort and part.kind in ("", kind) and part.tier in ("", tier)
            if inside and alike and self.takes(place, kind, tier):
                flat = plus(flatten(part.register) if flat is None else flat, components, -1)
        return part if flat is None else replace(part, register=unflatten(flat), key=None)

    def _cells_for(self, by: str) -> Q:
        """The fewest cells that together are what is asked for, each organization in one of them."""
        wanted = ~Q(kind="") if by == "kind" and not self.kind else Q(kind=self.kind)
        wanted &= ~Q(tier="") if by == "tier" and not self.tier else Q(tier=self.tier)
        if by == "place":
            return wanted & Q(within=False) & (Q() if self.places is None else Q(place__code__in=self.places))
        if self.places is None:
            return wanted & Q(within=True, place__level=0)
        return wanted & Q(within=True, place__code=self.place)

    # --- from records ----------------------------------------------------------------------------------------------
    def records(self, sources: list[Source], question: Question, against: readers.RoundRow | None) -> list[Part]:
        programmes = {source.programme.pk for source in sources}
        if ProgrammeEnrolment.objects.filter(programme__in=programmes).count() > MOST_RECORDS:
            raise TooMany
        shared = shared_of(question, sources)
        parts = []
        for source in sources:
            if against is not None and against.date >= source.on:
                continue
            reading = readers.read(programme_id=source.programme.pk, on=source.on, closing=source.closing)
            elsewhere = {code for code, pk in shared.items() if pk != source.programme.pk}
            parts += self._of_reading(source, reading, elsewhere, against)
        return parts

    def _of_reading(
        self,
        source: Source,
        reading: readers.Reading,
        elsewhere: set[str],
        against: readers.RoundRow | None,
    ) -> list[Part]:
        only: set[str] = set(reading.own) - elsewhere
        if self.organization is not None:
            only &= _with_predecessors(reading, self.organization.code)
        opens = None if against is None else dict.fromkeys(reading.ids, against.date)
        found = register_rollups.positions(reading, opens, only)
        if self.apex is not None:
            edges = edges_on(reading.records, reading.on)
            found = register_rollups.federations(found, edges).get(self.apex.code, {})
        now = timezone.now()
        return [
            _part(source, position, register, now) for position, register in found.items() if self.takes(*position.cell)
        ]


def shared_of(question: Question, sources: list[Source]) -> dict[str, int]:
    """Organizations that would count twice; nothing where programmes are not put together."""
    return {} if question.by in PER_PROGRAMME else shared_organizations(sources)


def _layouts(sources: Iterable[Source]) -> dict[int, RoundLayout]:
    return store.layouts(source.closing.pk for source in sources if source.closing is not None)


def _around(codes: set[str]) -> dict[str, set[str]]:
    """Each of these places with all that it lies in, by code."""
    found: dict[str, set[str]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH RECURSIVE around(code, id) AS (
                   SELECT p.code, p.id FROM programmes_place p WHERE p.code = ANY(%s)
                   UNION
                   SELECT a.code, p.parent_id FROM around a JOIN programmes_place p ON p.id = a.id
                   WHERE p.parent_id IS NOT NULL
               ) SELECT a.code, p.code FROM around a JOIN programmes_place p ON p.id = a.id""",
            [sorted(codes)],
        )
        for code, above in cursor.fetchall():
            found[code].add(above)
    return found


def _part(source: Source, position: Position, register: Register, now: datetime.datetime) -> Part:
    return Part(source, position.place, position.kind, position.tier, position.cohort, register, now)


def _inside(place_id: int) -> set[str]:
    """Codes of a place and of all inside it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH RECURSIVE inside(id) AS (
                   SELECT %s::bigint UNION SELECT p.id FROM programmes_place p JOIN inside ON p.parent_id = inside.id
               ) SELECT p.code FROM programmes_place p JOIN inside ON inside.id = p.id""",
            [place_id],
        )
        return {row[0] for row in cursor.fetchall()}


def _with_predecessors(reading: readers.Reading, code: str) -> set[str]:
    """An organization and those that were merged or split into it."""
    found = {code}
    while True:
        more = {record.code for record in reading.records if found & set(record.successors)} - found
        if not more:
            return found
        found |= more


__all__ = ["BY", "NotThis", "Question", "Row", "TooMany", "rows"]
