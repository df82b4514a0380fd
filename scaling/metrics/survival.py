"""Survival after support (SU-08; domain study 4.8), and the Kaplan-Meier estimate that times to a stage use too.

At each time t at which one of the organizations under observation has the event:

    S(t) = S(before t) × (1 - events at t / organizations still under observation at t)

Who ends at t without the event (censored) is still under observation at t. Exact fractions inside, because "falls to
one half" must not depend on rounding; months = days / 30.4375, stored to one place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from scaling.metrics import figures as f
from scaling.metrics import register as r
from scaling.metrics.cells import EVENT, UNKNOWN, Spell
from scaling.metrics.figures import Bound, Figure
from scaling.metrics.register import RegisterSubject, register_metric
from scaling.metrics.registry import Outcome, gettext_noop

Spells = Mapping[Spell, int]

#: What to take an organization for that was not seen since: gone when last seen, out of sight since, or alive.
GONE, LOST_SIGHT, ALIVE = "gone", "lost_sight", "alive"


@dataclass(frozen=True)
class Curve:
    """Steps of S: (months, share still without the event after them), falling; followed for `followed` months."""

    steps: tuple[tuple[Decimal, Fraction], ...]
    followed: Decimal
    n: int

    def at(self, months: Decimal) -> Fraction | None:
        """S at a time; None when nobody was followed so long and not all had the event."""
        last = self.steps[-1][1] if self.steps else Fraction(1)
        if not self.n or (months > self.followed and last > 0):
            return None
        return next((share for time, share in reversed(self.steps) if time <= months), Fraction(1))

    def first_at_or_below(self, share: Fraction) -> Decimal | None:
        return next((time for time, left in self.steps if left <= share), None)


def kaplan_meier(spells: Spells, unknown: str = LOST_SIGHT) -> Curve:
    """The estimate from months → how many. `unknown`: what to take those for that were not seen since."""
    events: dict[Decimal, int] = {}
    leaving: dict[Decimal, int] = {}
    alive = 0
    for (months, end), times in spells.items():
        if end == UNKNOWN and unknown == ALIVE:
            alive += times
            continue
        leaving[months] = leaving.get(months, 0) + times
        if end == EVENT or (end == UNKNOWN and unknown == GONE):
            events[months] = events.get(months, 0) + times
    n = sum(leaving.values()) + alive
    at_risk, left = n, Fraction(1)
    steps: list[tuple[Decimal, Fraction]] = []
    for months in sorted(leaving):
        if events.get(months):
            left *= 1 - Fraction(events[months], at_risk)
            steps.append((months, left))
        at_risk -= leaving[months]
    followed = max((months for (months, _end), times in spells.items() if times), default=Decimal(0))
    return Curve(tuple(steps), followed, n)


def _decimal(share: Fraction) -> Decimal:
    return Decimal(share.numerator) / share.denominator


def _survival(spells: Spells, months: Decimal) -> tuple[Figure, Figure, Figure]:
    """The estimate in per cent and its bounds. NOT_APPLICABLE without a cohort, or where none is that old."""
    shares = [kaplan_meier(spells, unknown).at(months) for unknown in (LOST_SIGHT, GONE, ALIVE)]
    none = f.null(f.NOT_APPLICABLE, unit="per cent")
    found = [none if share is None else f.known(_decimal(share) * 100, unit="per cent") for share in shares]
    return found[0], found[1], found[2]


def _outcome(subject: RegisterSubject, spells: Spells) -> Outcome:
    value, low, high = _survival(spells, subject.months)
    ends = {end: sum(times for (_m, kind), times in spells.items() if kind == end) for end in (EVENT, UNKNOWN)}
    n = sum(spells.values())
    parts = {
        "cohort": r.count(n, "organizations"),
        "ended": r.count(ends[EVENT], "organizations"),
        "unknown": r.count(ends[UNKNOWN], "organizations"),
    }
    if value.value is None:
        return Outcome(value, parts, n=n - ends[UNKNOWN], n_due=n)
    return Outcome(value, parts, n=n - ends[UNKNOWN], n_due=n, low=low, high=high)


@register_metric(
    family="survival",
    unit="per cent",
    formula="100 × product of (1 - disbanded / under observation) up to n months after support ended",
    definition=gettext_noop(
        "Share of the organizations active when support ended that still exist after so many months (Kaplan-Meier). "
        "Merged ones leave the observation; of those not seen within a year the bounds tell both extremes."
    ),
    components=("cohort", "ended", "unknown"),
    rests_on=r.REGISTER,
    catalogue_code="SU-08",
    parameters=("months",),
)
def survival_after_support(subject: RegisterSubject) -> Outcome:
    return _outcome(subject, subject.cell.survival.alive)


@register_metric(
    family="survival",
    unit="per cent",
    formula="100 × product of (1 - disbanded or dormant / under observation) up to n months after support ended",
    definition=gettext_noop("The same where becoming dormant counts as the end."),
    components=("cohort", "ended", "unknown"),
    rests_on=r.REGISTER,
    catalogue_code="SU-08",
    parameters=("months",),
)
def functional_survival_after_support(subject: RegisterSubject) -> Outcome:
    return _outcome(subject, subject.cell.survival.functional)


def median_months(spells: Spells) -> Figure:
    """The first time at which half have had the event; a lower bound (time followed) where that was not reached."""
    curve = kaplan_meier(spells)
    if not curve.n:
        return f.null(f.NOT_APPLICABLE, unit="months")
    found = curve.first_at_or_below(Fraction(1, 2))
    if found is None:
        return f.known(curve.followed, unit="months", bound=Bound.LOWER)
    return f.known(found, unit="months")
