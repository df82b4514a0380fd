"""Rules of alerts (SU-05, domain study 4.5, and what else needs somebody's eye): plain facts in, findings out.

    of_organization(facts, limits) → findings of one active organization, and the rules that could not be decided
    of_programme(rounds, survival, on, limits) → findings of a programme as a whole

A rule that cannot be decided (nothing was observed in the round) neither opens an alert nor closes one.
Figures of a finding are whole numbers, decimals as text, or days as ISO text.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from scaling.metrics.cells import Register
from scaling.metrics.dependency import concentration
from scaling.metrics.inclusion import LEVELS, elite_capture
from scaling.metrics.register import RegisterSubject
from scaling.metrics.survival import survival_after_support
from scaling.metrics.thresholds import Thresholds

Day = datetime.date
FigureValue = int | str
TWO_PLACES = Decimal("0.01")

WATCH, ALERT, HIGH = LEVELS[1:]
INCLUSION_FALLING = "inclusion_falling"
WEAK_FUNDED = "weak_funded"
STAGNATION = "stagnation"
FEDERATION_SHRINKING = "federation_shrinking"
ONE_BUYER = "one_buyer"
AGGREGATED_EARLY = "aggregated_early"
ROUND_OVERDUE = "round_overdue"
SURVIVAL_LOW = "survival_low"
RULES = (
    INCLUSION_FALLING,
    WEAK_FUNDED,
    STAGNATION,
    FEDERATION_SHRINKING,
    ONE_BUYER,
    AGGREGATED_EARLY,
    ROUND_OVERDUE,
    SURVIVAL_LOW,
)
#: Stages in their order; who is linked has none left to reach.
STAGES = ("forming", "bonded", "aggregated", "linked")


@dataclass(frozen=True)
class Finding:
    rule: str
    severity: str
    figures: Mapping[str, FigureValue] = field(default_factory=dict)


@dataclass(frozen=True)
class Undecided:
    """Nothing is known that decides the rule."""


Verdict = Finding | Undecided | None
UNDECIDED = Undecided()


@dataclass(frozen=True)
class Standing:
    """Members and stage in a round."""

    members: int
    stage: str


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of one active organization on a day.

    `observed`: it has an approved return in the last outcome round. `cell`: its own components against its baseline.
    `standings`: of that round and the two outcome rounds before it, the oldest first; None where it was not observed.
    `gate`: decisions on the bonding gate by date. `funded`: first days of its own linkages in force that bring credit
    or a grant. `aggregated_on`: since when it is in an apex. `members_year_ago`, `members_now`: direct members of an
    apex. `sales`: buyer → value in the last twelve months.
    """

    observed: bool = False
    is_primary: bool = True
    cell: Register = field(default_factory=Register)
    standings: tuple[Standing | None, ...] = ()
    gate: tuple[tuple[Day, bool], ...] = ()
    funded: tuple[Day, ...] = ()
    aggregated_on: Day | None = None
    members_year_ago: int = 0
    members_now: int = 0
    sales: Mapping[str, Decimal] = field(default_factory=dict)


def _text(value: Decimal) -> str:
    return format(value.quantize(TWO_PLACES, ROUND_HALF_UP), "f")


def gate_on(gate: Iterable[tuple[Day, bool]], day: Day) -> bool | None:
    """What the last decision up to a day says; None when there was none."""
    decided = [met for on, met in gate if on <= day]
    return decided[-1] if decided else None


def below_gate_now(facts: Facts) -> bool:
    return bool(facts.gate) and not facts.gate[-1][1]


def inclusion_falling(facts: Facts, limits: Thresholds) -> Verdict:
    """The level of elite capture of the organization itself."""
    if not facts.is_primary:
        return None
    if not facts.observed:
        return UNDECIDED
    outcome = elite_capture(RegisterSubject(cell=facts.cell, thresholds=limits))
    if not outcome.figure.value:
        return None
    parts = {name: part.value for name, part in outcome.components.items() if part.value is not None}
    figures: dict[str, FigureValue] = {
        name: int(value) if name.endswith("_change") else _text(Decimal(value)) for name, value in parts.items()
    }
    return Finding(INCLUSION_FALLING, LEVELS[int(outcome.figure.value)], figures)


def weak_funded(facts: Facts, limits: Thresholds) -> Verdict:
    """Credit or a grant was opened while the organization was below the bonding gate, and it still is. High where more
    than one was."""
    weak = sorted(day for day in facts.funded if gate_on(facts.gate, day) is False)
    if not weak or not below_gate_now(facts):
        return None
    figures: dict[str, FigureValue] = {
        "linkages": len(weak),
        "since": weak[-1].isoformat(),
        "below_gate_on": facts.gate[-1][0].isoformat(),
    }
    return Finding(WEAK_FUNDED, HIGH if len(weak) > 1 else ALERT, figures)


def stagnation(facts: Facts, limits: Thresholds) -> Verdict:
    """Over two rounds members did not grow and the stage did not rise."""
    if not facts.is_primary:
        return None
    if not facts.observed:
        return UNDECIDED
    if len(facts.standings) < 3 or facts.standings[0] is None or facts.standings[-1] is None:
        return None
    then, now = facts.standings[0], facts.standings[-1]
    if now.stage == STAGES[-1] or now.members > then.members or STAGES.index(now.stage) > STAGES.index(then.stage):
        return None
    return Finding(STAGNATION, WATCH, {"members_then": then.members, "members_now": now.members, "stage": now.stage})


def federation_shrinking(facts: Facts, limits: Thresholds) -> Verdict:
    """An apex has fewer direct members than twelve months ago."""
    lost = facts.members_year_ago - facts.members_now
    if lost <= 0:
        return None
    share = Decimal(lost) * 100 / facts.members_year_ago
    figures: dict[str, FigureValue] = {
        "direct_members_then": facts.members_year_ago,
        "direct_members_now": facts.members_now,
        "lost_per_cent": _text(share),
    }
    return Finding(FEDERATION_SHRINKING, ALERT if share >= limits.federation_loss else WATCH, figures)


def one_buyer(facts: Facts, limits: Thresholds) -> Verdict:
    """The index of concentration of its sales is above the threshold; an alert where there is a single buyer."""
    index = concentration(facts.sales.values())
    if index is None or index <= limits.concentration:
        return None
    buyers = sum(1 for value in facts.sales.values() if value > 0)
    return Finding(ONE_BUYER, ALERT if buyers == 1 else WATCH, {"concentration": _text(index), "buyers": buyers})


def aggregated_early(facts: Facts, limits: Thresholds) -> Verdict:
    """In an apex, not bonded when it joined, and below the bonding gate now."""
    since = facts.aggregated_on
    if not facts.is_primary or since is None or not below_gate_now(facts) or gate_on(facts.gate, since):
        return None
    figures: dict[str, FigureValue] = {"since": since.isoformat(), "below_gate_on": facts.gate[-1][0].isoformat()}
    return Finding(AGGREGATED_EARLY, WATCH, figures)


OF_ORGANIZATIONS: dict[str, Callable[[Facts, Thresholds], Verdict]] = {
    INCLUSION_FALLING: inclusion_falling,
    WEAK_FUNDED: weak_funded,
    STAGNATION: stagnation,
    FEDERATION_SHRINKING: federation_shrinking,
    ONE_BUYER: one_buyer,
    AGGREGATED_EARLY: aggregated_early,
}


def of_organization(facts: Facts, limits: Thresholds) -> tuple[list[Finding], frozenset[str]]:
    """Findings in the order of the rules, and the rules that were undecided."""
    verdicts = {rule: check(facts, limits) for rule, check in OF_ORGANIZATIONS.items()}
    findings = [verdict for verdict in verdicts.values() if isinstance(verdict, Finding)]
    return findings, frozenset(rule for rule, verdict in verdicts.items() if isinstance(verdict, Undecided))


# --- of a programme --------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class RoundState:
    """A round that takes entries: the last day of its window, organizations due and those of them not reported."""

    code: str
    last_day: Day
    due: int
    not_reported: int


def round_overdue(rounds: Iterable[RoundState], on: Day, limits: Thresholds) -> Finding | None:
    """The window of a round ended and not all that are due were reported. Tells the one that waits longest."""
    late = sorted((one for one in rounds if one.last_day < on and one.not_reported > 0), key=lambda one: one.last_day)
    if not late:
        return None
    days = (on - late[0].last_day).days
    figures: dict[str, FigureValue] = {
        "round": late[0].code,
        "window_ended": late[0].last_day.isoformat(),
        "due": late[0].due,
        "not_reported": late[0].not_reported,
        "rounds_overdue": len(late),
    }
    return Finding(ROUND_OVERDUE, ALERT if days > limits.overdue_days else WATCH, figures)


def survival_low(register: Register, limits: Thresholds) -> Finding | None:
    """Fewer organizations than expected exist so many months after support ended; an alert where even those not seen
    since would not make up for it. Says nothing of a small cohort."""
    subject = RegisterSubject(cell=register, months=Decimal(limits.survival_months), thresholds=limits)
    outcome = survival_after_support(subject)
    value, cohort = outcome.figure.value, outcome.components["cohort"].value
    if value is None or cohort is None or cohort < limits.smallest_denominator or value >= limits.least_survival:
        return None
    at_best = outcome.high.value if outcome.high is not None else None
    figures: dict[str, FigureValue] = {
        "survival": _text(value),
        "months": limits.survival_months,
        "cohort": int(cohort),
        "expected": _text(limits.least_survival),
    }
    sure = at_best is not None and at_best < limits.least_survival
    return Finding(SURVIVAL_LOW, ALERT if sure else WATCH, figures)
