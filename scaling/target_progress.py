"""How far a programme is towards its targets: what was reached, what should be reached by today, what is to be reached.

Results of a phase count as reported (corrections applied); numbers of organizations as the sum of approved returns: a
stock as it stood in the last round that asked for it, what is counted in periods as the sum of the phase's periods.
Ratings are never added up: theirs is the median level in the last round that asked for it.
"""

from __future__ import annotations

import datetime
import itertools
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from indicators import targets
from indicators.models import (
    OUTPUT_KINDS,
    EntryField,
    Indicator,
    IndicatorLevel,
    PhaseResult,
    Round,
    RoundKind,
    RoundStatus,
    Target,
    ValueType,
)
from indicators.results import on_basis
from programmes.models import Phase, Programme
from programmes.vocabulary import CountBasis, FigureBasis

Day = datetime.date
#: Of apexes this is what their members report once more.
MEMBERS = "OP-06"


@dataclass(frozen=True)
class Reached:
    """A value, from when it is, out of how many returns, and whether persons may be in it twice."""

    value: Decimal
    on: Day
    returns: int = 0
    repeats: bool = False
    since: tuple[Day, Decimal] | None = None


@dataclass(frozen=True)
class Progress:
    """One indicator (or a part of it) against its last target. `expected`: by today, if progress were even."""

    indicator: Indicator
    part: str
    programme: Programme
    phase: Phase | None
    target: Target
    expected: Decimal | None
    reached: Reached | None

    @property
    def gap(self) -> Decimal | None:
        """Per cent above or below what should be reached by today."""
        if self.reached is None or not self.expected:
            return None
        return (self.reached.value - self.expected) * 100 / abs(self.expected)

    @property
    def share(self) -> Decimal | None:
        """Per cent of the end target; None for a target of zero."""
        if self.reached is None or not self.target.value:
            return None
        return self.reached.value * 100 / self.target.value

    @property
    def expected_share(self) -> Decimal | None:
        return None if self.expected is None or not self.target.value else self.expected * 100 / self.target.value


def read(*, programmes: Sequence[Programme], phases: Iterable[Phase], today: Day) -> list[Progress]:
    """The largest gap first, then what cannot be told. Five queries, but for results, which bring their corrections.

    `programmes` are ones that the asker sees, with few enough organizations to sum returns while somebody waits.
    """
    by_programme, by_phase = {one.pk: one for one in programmes}, {one.pk: one for one in phases}
    rows = Target.objects.filter(programme__in=by_programme).select_related("indicator").order_by("pk")
    steps: dict[tuple[int, int, int | None, str], list[Target]] = defaultdict(list)
    for key, chain in targets.chains(rows).items():
        if (stands := chain.in_force) is not None and (key[2] is None or key[2] in by_phase):
            steps[key[1], key[0], key[2], key[3]].append(stands)
    results = _results(by_programme, today)
    sums = Sums(
        by_programme, {f"{one[-1].indicator.code}{'.' + key[3] if key[3] else ''}" for key, one in steps.items()}
    )
    found = []
    for (programme, _indicator, phase_id, part), own in steps.items():
        own.sort(key=lambda one: one.by_date)
        last, phase = own[-1], by_phase.get(phase_id) if phase_id else None
        if last.indicator.level == IndicatorLevel.PHASE:
            reached = results.get((programme, phase_id, last.indicator_id, part))
        else:
            reached = sums.reached(programme, f"{last.indicator.code}{'.' + part if part else ''}", phase)
        found.append(
            Progress(
                last.indicator, part, by_programme[programme], phase, last,
                expected(own, phase.effectiveness if phase else None, reached, today), reached,
            )
        )  # fmt: skip
    return sorted(found, key=lambda one: (one.gap is None, one.gap or Decimal(0), one.indicator.position, one.part))


def expected(own: Sequence[Target], start: Day | None, reached: Reached | None, today: Day) -> Decimal | None:
    """Where the line from the beginning over the targets stands today; after the last target, that target.

    It begins with the first value observed of a stock, else with zero at the start of the phase; None where neither is
    known and the next target is still to come.
    """
    points = [(one.by_date, one.value) for one in own]
    first = reached.since if reached is not None and reached.since else (start, Decimal(0)) if start else None
    if first is not None and first[0] < points[0][0]:
        points.insert(0, first)
    if today >= points[-1][0]:
        return points[-1][1]
    if today < points[0][0]:
        return None
    (day, value), (later, goal) = next(
        (one, other) for one, other in itertools.pairwise(points) if one[0] <= today < other[0]
    )
    return value + (goal - value) * (today - day).days / (later - day).days


def _results(programmes: Iterable[int], today: Day) -> dict[tuple[int, int | None, int, str], Reached]:
    found = {}
    rows = PhaseResult.objects.filter(programme__in=programmes).select_related("phase").prefetch_related("corrections")
    for row in rows.order_by("pk"):
        value, _basis, _correction = on_basis(row, FigureBasis.CORRECTED)
        if value is not None:
            day = row.phase.completion if row.phase is not None and row.phase.completion else today
            found[row.programme_id, row.phase_id, row.indicator_id, row.subcategory] = Reached(value, min(day, today))
    return found


class Sums:
    """Sums of approved returns (of ratings the median level), by round and key: three queries, four with ratings."""

    def __init__(self, programmes: Iterable[int], keys: Iterable[str], until: Day | None = None) -> None:
        wanted = sorted(keys)
        fields = EntryField.objects.filter(key__in=wanted).values_list("key", "basis", "value_type")
        self.basis = {key: basis for key, basis, _type in fields}
        self.levels = {key for key, _basis, kind in fields if kind == ValueType.LEVEL}
        rounds = Round.objects.filter(programme__in=programmes).exclude(
            status__in=(RoundStatus.PLANNED, RoundStatus.OPEN)  # half a round would look like a fall
        )
        if until is not None:
            rounds = rounds.filter(reference_date__lte=until)
        # Of rounds of one date the outcome round counts last, as it does in the figures of organizations.
        ordered = sorted(rounds, key=lambda one: (one.reference_date, one.kind not in OUTPUT_KINDS, one.pk))
        self.rounds = {one.pk: one for one in ordered}
        self.sums: dict[tuple[int, str], tuple[Decimal, int]] = {}
        self._read("sum(value)", [key for key in wanted if key not in self.levels])
        if self.levels:
            self._read("percentile_disc(0.5) WITHIN GROUP (ORDER BY value)", sorted(self.levels))

    def _read(self, how: str, keys: Sequence[str]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                f"""SELECT round_id, key, {how}, count(*) FROM (
                   SELECT r.round_id, k.key, (r.values ->> k.key)::numeric AS value
                   FROM indicators_return r
                   JOIN organizations_organization o ON o.id = r.organization_id
                   JOIN unnest(%s::text[]) AS k(key) ON r.values ? k.key
                   WHERE r.round_id = ANY(%s) AND r.state = 'approved'
                     AND (o.tier = 'primary' OR split_part(k.key, '.', 1) <> %s)) AS reported
                   GROUP BY 1, 2""",
                [list(keys), list(self.rounds), MEMBERS],
            )
            for round_id, key, value, n in cursor.fetchall():
                self.sums[round_id, key] = (value, n)

    def is_last(self, key: str) -> bool:
        """Whether the last round tells it all: a stock or a level, never the sum of periods."""
        return key in self.levels or self.basis.get(key) == CountBasis.STOCK

    def reached(self, programme: int, key: str, phase: Phase | None) -> Reached | None:
        start, end = (phase.effectiveness, phase.closing or phase.completion) if phase is not None else (None, None)
        own = [
            (one, *self.sums[one.pk, key])
            for one in self.rounds.values()
            if one.programme_id == programme
            and (one.pk, key) in self.sums
            and (start is None or one.reference_date >= start)
            and (end is None or one.reference_date <= end or self.is_last(key))
        ]
        if not own:
            return None
        if self.is_last(key):
            (first, then, _n), (last, now, n) = own[0], own[-1]
            since = (first.reference_date, then) if first.reference_date < last.reference_date else None
            return Reached(now, last.reference_date, n, since=since)
        periods = _apart(own)
        total = sum((one[1] for one in periods), Decimal(0))
        return Reached(total, periods[-1][0].reference_date, sum(one[2] for one in periods), repeats=len(periods) > 1)


def _apart(own: list[Any]) -> list[Any]:
    """Rounds with periods of which none lies in another: a half-year inside a reported year is not counted again."""
    years = [one[0].period for one in own if one[0].kind == RoundKind.ANNUAL]
    return [
        one
        for one in own
        if one[0].kind != RoundKind.SEMI_ANNUAL
        or not any(year.lower <= one[0].period.lower and one[0].period.upper <= year.upper for year in years)
    ]
