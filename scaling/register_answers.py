"""Answer a metric of organizations: choose rounds, take cells (or records where cells do not tell), call the function.

Cells answer for whole programmes, places, kinds, tiers and federations against own baselines. Another opening, another
day, one organization, a federation cut by kind or place, and programmes that share organizations are answered from the
records themselves.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count
from django.utils import timezone

from indicators.models import Round, RoundStatus
from organizations.models import Organization, ProgrammeEnrolment
from programmes.models import Place, Programme
from scaling import readers, register_rollups
from scaling.answers import UnknownCode
from scaling.metrics import Outcome, RegisterMetric, RegisterSubject
from scaling.metrics.cells import LOCAL, Register, joined
from scaling.metrics.observe import edges_on
from scaling.metrics.records import years_between
from scaling.metrics.thresholds import Thresholds
from scaling.models import Cell, DirtyMark, FederationTotal, MarkKind
from scaling.register_rollups import Position
from scaling.thresholds import InForce

Day = datetime.date
BY = ("selection", "programme", "place", "kind", "tier", "cohort", "round")
#: Rows of these never put two programmes together.
PER_PROGRAMME = ("programme", "round")
#: More organizations than this are answered from cells only.
MOST_RECORDS = 20_000


class TooMany(Exception):
    """The question goes to the records of more organizations than can be read while somebody waits."""


class NotThis(Exception):
    """A parameter that does not fit the others; `why` is one of the names in `metrics_api`."""

    def __init__(self, parameter: str, why: str) -> None:
        super().__init__(why)
        self.parameter, self.why = parameter, why


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked, as codes. `as_of`: the register of that day, with the last round before it."""

    programmes: tuple[str, ...] = ()
    place: str = ""
    kind: str = ""
    tier: str = ""
    apex: str = ""
    organization: str = ""
    round: str = ""
    against: str = ""
    by: str = "selection"
    as_of: Day | None = None
    dimension: str = "governance"
    months: Decimal = Decimal(24)
    prices: str = LOCAL
    include_synthetic: bool = False


@dataclass(frozen=True)
class Source:
    """A programme on a day, with the round whose returns count."""

    programme: Programme
    on: Day
    closing: readers.RoundRow | None


@dataclass(frozen=True)
class Part:
    """A register of what stands alike: one cell and cohort of one source."""

    source: Source
    place: str
    kind: str
    tier: str
    cohort: str
    register: Register
    computed_at: datetime.datetime


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
    """Raises UnknownCode for what does not exist in the asker's scope, NotThis, TooMany."""
    sources = _sources(user, question)
    selection = _Selection.of(user, question)
    against = _against(sources, question)
    if selection.from_cells(question, sources, against):
        parts = selection.cells(sources)
    else:
        parts = selection.records(sources, question, against)
    groups: dict[str | None, list[Part]] = defaultdict(list)
    for part in parts:
        groups[_group(part, question.by)].append(part)
    if question.by == "selection":
        groups.setdefault(None, [])
    waiting = _waiting(sources)
    limits = InForce(source.programme.pk for source in sources)
    return [
        _row(metric, question, group, found or [], sources, against, waiting, limits)
        for group, found in sorted(groups.items(), key=lambda one: (one[0] is not None, one[0] or ""))
    ]


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
    register = joined(part.register for part in parts)
    of = tuple(dict.fromkeys(part.source for part in parts)) if group is not None else tuple(sources)
    years, mixed = _years(parts, against)
    thresholds = limits.together((source.programme.pk, source.on) for source in of)
    outcome = metric.compute(
        RegisterSubject(
            cell=register,
            years=years,
            dimension=question.dimension,
            months=question.months,
            prices=question.prices,
            thresholds=thresholds,
            has_mixed_spans=mixed,
        )
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


# --- what is asked about ---------------------------------------------------------------------------------------------
def _sources(user: Any, question: Question) -> list[Source]:
    visible = {programme.code: programme for programme in Programme.objects.visible_to(user).order_by("code")}
    for code in question.programmes:
        if code not in visible:
            raise UnknownCode("programme", code)
    chosen = [visible[code] for code in question.programmes] or [
        programme for programme in visible.values() if question.include_synthetic or not programme.is_synthetic
    ]
    if question.organization and not question.programmes:
        enrolled = ProgrammeEnrolment.objects.filter(organization__code=question.organization)
        ids = set(enrolled.values_list("programme_id", flat=True))
        chosen = [programme for programme in visible.values() if programme.pk in ids]
    if question.round:
        found = Round.objects.visible_to(user).filter(code=question.round).select_related("programme").first()
        if found is None or (question.programmes and found.programme.code not in question.programmes):
            raise UnknownCode("round", question.round)
        if found.status == RoundStatus.PLANNED:
            raise NotThis("round", "planned")
        if question.as_of is not None and question.as_of < found.reference_date:
            raise NotThis("as_of", "before_round")
        return [Source(found.programme, question.as_of or found.reference_date, register_rollups.round_row(found))]
    until = question.as_of or datetime.date.today()
    rounds: dict[int, list[readers.RoundRow]] = defaultdict(list)
    opened = Round.objects.filter(programme__in=chosen, reference_date__lte=until).exclude(status=RoundStatus.PLANNED)
    for found in opened.order_by("reference_date", "pk"):
        rounds[found.programme_id].append(register_rollups.round_row(found))
    sources: list[Source] = []
    for programme in chosen:
        outcomes = [one for one in rounds[programme.pk] if one.is_outcome]
        if question.by == "round":
            sources += [Source(programme, one.date, one) for one in outcomes]
            continue
        closing = outcomes[-1] if outcomes else (rounds[programme.pk] or [None])[-1]  # type: ignore[list-item]
        on = question.as_of or (closing.date if closing is not None else until)
        sources.append(Source(programme, on, closing))
    return sources


def _against(sources: list[Source], question: Question) -> readers.RoundRow | None:
    if not question.against:
        return None
    found = Round.objects.filter(
        code=question.against, programme__in={source.programme.pk for source in sources}
    ).first()
    if found is None:
        raise UnknownCode("against", question.against)
    if any(source.programme.pk != found.programme_id for source in sources):
        raise NotThis("against", "one_programme")
    if all(found.reference_date >= source.on for source in sources):
        raise NotThis("against", "later")
    return register_rollups.round_row(found)


def _waiting(sources: list[Source]) -> dict[int, int]:
    pks = [source.closing.pk for source in sources if source.closing is not None]
    marks = DirtyMark.objects.filter(kind=MarkKind.ROUND, object_id__in=pks)
    return dict(marks.values("object_id").annotate(n=Count("pk")).values_list("object_id", "n"))


@dataclass(frozen=True)
class _Selection:
    """Which organizations: by place (and all inside it), kind, tier, apex, or one of them."""

    places: frozenset[str] | None = None
    kind: str = ""
    tier: str = ""
    apex: Organization | None = None
    organization: Organization | None = None

    @classmethod
    def of(cls, user: Any, question: Question) -> _Selection:
        places = None
        if question.place:
            found = Place.objects.visible_to(user).filter(code=question.place).first()
            if found is None:
                raise UnknownCode("place", question.place)
            places = frozenset(_inside(found.pk))
        named: dict[str, Organization | None] = {}
        for name in ("apex", "organization"):
            code = getattr(question, name)
            one = Organization.objects.visible_to(user).filter(code=code).first() if code else None
            if code and one is None:
                raise UnknownCode(name, code)
            named[name] = one
        return cls(places, question.kind, question.tier, **named)

    def takes(self, place: str, kind: str, tier: str) -> bool:
        return (self.places is None or place in self.places) and self.kind in ("", kind) and self.tier in ("", tier)

    @property
    def is_cut(self) -> bool:
        return self.places is not None or bool(self.kind or self.tier)

    def needs_records(self, question: Question) -> bool:
        """Cells know neither a single organization nor a federation cut by something."""
        cut = self.is_cut or question.by in ("place", "kind", "tier")
        return self.organization is not None or (self.apex is not None and cut)

    def from_cells(self, question: Question, sources: list[Source], against: readers.RoundRow | None) -> bool:
        if against is not None or self.needs_records(question):
            return False
        if any(source.closing is None or source.closing.date != source.on for source in sources):
            return False
        return question.by in PER_PROGRAMME or not _shared_organizations(sources)

    # --- from cells ------------------------------------------------------------------------------------------------
    def cells(self, sources: list[Source]) -> list[Part]:
        by_round = {source.closing.pk: source for source in sources if source.closing is not None}
        parts = []
        if self.apex is not None:
            totals = FederationTotal.objects.filter(round__in=by_round, apex=self.apex)
            for total in totals:
                for cohort, register in register_rollups.loaded(total.components).items():
                    parts.append(Part(by_round[total.round_id], "", "", "", cohort, register, total.computed_at))
            return parts
        cells = Cell.objects.filter(round__in=by_round).select_related("place")
        if self.places is not None:
            cells = cells.filter(place__code__in=self.places)
        if self.kind:
            cells = cells.filter(kind=self.kind)
        if self.tier:
            cells = cells.filter(tier=self.tier)
        for cell in cells:
            for cohort, register in register_rollups.loaded(cell.components).items():
                source = by_round[cell.round_id]
                parts.append(Part(source, cell.place.code, cell.kind, cell.tier, cohort, register, cell.computed_at))
        return parts

    # --- from records ----------------------------------------------------------------------------------------------
    def records(self, sources: list[Source], question: Question, against: readers.RoundRow | None) -> list[Part]:
        programmes = {source.programme.pk for source in sources}
        if ProgrammeEnrolment.objects.filter(programme__in=programmes).count() > MOST_RECORDS:
            raise TooMany
        shared = {} if question.by in PER_PROGRAMME else _shared_organizations(sources)
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


def _shared_organizations(sources: list[Source]) -> dict[str, int]:
    """Code of each organization that several of these programmes support → the one in which it counts: that of the
    latest date. A country counts it once."""
    days = {source.programme.pk: source.on for source in sources}
    if len(days) < 2:
        return {}
    enrolled: dict[str, set[int]] = defaultdict(set)
    for pk, programme_id, valid in ProgrammeEnrolment.objects.filter(
        programme__in=days,
        organization__in=ProgrammeEnrolment.objects.filter(programme__in=days)
        .values("organization")
        .annotate(n=Count("programme", distinct=True))
        .filter(n__gt=1)
        .values("organization"),
    ).values_list("organization__code", "programme_id", "valid"):
        day = days[programme_id]
        if (valid.lower is None or valid.lower <= day) and (valid.upper is None or day < valid.upper):
            enrolled[pk].add(programme_id)
    return {
        code: max(programmes, key=lambda pk: (days[pk], -pk))
        for code, programmes in enrolled.items()
        if len(programmes) > 1
    }


__all__ = ["BY", "NotThis", "Question", "Row", "TooMany", "rows"]
