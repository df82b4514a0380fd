"""The list of metrics of organizations: functions on a `Register`, each with the decorator `@register_metric(…)`.

A metric says what it rests on, because that decides what a round with gaps does to it (domain study 2.5 point 6, 4.14):

- REGISTER: who exists and how they are tied; complete by itself;
- MATCHED: organizations observed at both dates; below 80 per cent coverage the caveat PARTIAL;
- ROUND: whoever was observed; PARTIAL as well, and null NOT_SURVEYED below 50 per cent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TypeVar

from scaling.metrics import figures as f
from scaling.metrics.cells import LOCAL, Change, Number, Pair, Priced, Register, Tally
from scaling.metrics.figures import Figure
from scaling.metrics.registry import METRICS, Outcome, gettext_noop
from scaling.metrics.thresholds import DEFAULT, Thresholds

#: What is counted: partners, or per cent of growth.
N = TypeVar("N", int, Decimal)

REGISTER, MATCHED, ROUND = "register", "matched", "round"

#: Caveats of figures of organizations.
PARTIAL = "partial"
ESTIMATE = "estimate"
NOT_COMPARABLE = "not_comparable"
RECALL_BASELINE = "recall_baseline"
BIASED = "biased"
SAMPLED_OVERLAP = "sampled_overlap"


@dataclass(frozen=True)
class RegisterSubject:
    """What one row of a metric of organizations is about.

    `cell`: the components. `years` between opening and closing (days / 365.25), None without an opening.
    `dimension`: of scores, for instance "governance". `months`: horizon of survival. `prices`: LOCAL, USD or REAL.
    """

    cell: Register
    years: Decimal | None = None
    dimension: str = ""
    months: Decimal = Decimal(24)
    prices: str = LOCAL
    thresholds: Thresholds = field(default=DEFAULT)
    #: Organizations are compared over spans of different length: a rate for one year means nothing.
    has_mixed_spans: bool = False


@dataclass(frozen=True)
class RegisterMetric:
    """As `Metric`, for organizations. `parameters`: which of dimension, months, prices the figure depends on."""

    name: str
    family: str
    unit: str
    formula: str
    definition: str
    components: tuple[str, ...]
    catalogue_code: str
    rests_on: str
    needs_opening: bool
    parameters: tuple[str, ...]
    function: Callable[[RegisterSubject], Outcome]
    version: int = 1

    def compute(self, subject: RegisterSubject) -> Outcome:
        outcome = self.function(subject)
        if outcome.n_due is None:
            due = subject.cell.due if self.rests_on != REGISTER else subject.cell.active
            outcome = replace(outcome, n_due=due)
        return outcome if self.rests_on == REGISTER else _as_far_as_covered(outcome, subject, self.rests_on)


REGISTER_METRICS: dict[str, RegisterMetric] = {}


def coverage(subject: RegisterSubject) -> Figure:
    """Approved returns in per cent of those due; NOT_APPLICABLE when none was due (4.14)."""
    return percent(subject.cell.reported, subject.cell.due)


def _as_far_as_covered(outcome: Outcome, subject: RegisterSubject, rests_on: str) -> Outcome:
    covered = coverage(subject).value
    if covered is None or covered >= subject.thresholds.partial_below or outcome.figure.value is None:
        return outcome
    if rests_on == ROUND and covered < subject.thresholds.matched_only_below:
        return replace(outcome, figure=f.null(f.NOT_SURVEYED, unit=outcome.figure.unit), low=None, high=None)
    return replace(outcome, figure=with_caveat(outcome.figure, PARTIAL))


def add_metric(
    function: Callable[[RegisterSubject], Outcome],
    *,
    name: str,
    family: str,
    unit: str,
    formula: str,
    definition: str,
    components: tuple[str, ...],
    rests_on: str,
    catalogue_code: str = "",
    needs_opening: bool = False,
    parameters: tuple[str, ...] = (),
) -> None:
    """Put a metric on the list. A name is taken once, over both lists."""
    if name in REGISTER_METRICS or name in METRICS:
        raise ValueError(f"there is a metric {name} already")
    REGISTER_METRICS[name] = RegisterMetric(
        name,
        family,
        unit,
        formula,
        definition,
        components,
        catalogue_code,
        rests_on,
        needs_opening,
        parameters,
        function,
    )


def register_metric(
    *,
    family: str,
    unit: str,
    formula: str,
    definition: str,
    components: tuple[str, ...],
    rests_on: str,
    catalogue_code: str = "",
    needs_opening: bool = False,
    parameters: tuple[str, ...] = (),
) -> Callable[[Callable[[RegisterSubject], Outcome]], Callable[[RegisterSubject], Outcome]]:
    """Decorator: the function's name is the metric's name."""

    def put(function: Callable[[RegisterSubject], Outcome]) -> Callable[[RegisterSubject], Outcome]:
        add_metric(
            function,
            name=function.__name__,
            family=family,
            unit=unit,
            formula=formula,
            definition=definition,
            components=components,
            rests_on=rests_on,
            catalogue_code=catalogue_code,
            needs_opening=needs_opening,
            parameters=parameters,
        )
        return function

    return put


# --- from components to figures --------------------------------------------------------------------------------------
def with_caveat(figure: Figure, caveat: str) -> Figure:
    """The figure with one caveat more; null stays as it is."""
    if figure.value is None or caveat in figure.caveats:
        return figure
    return replace(figure, caveats=(*figure.caveats, caveat))


def count(value: Number, unit: str = "") -> Figure:
    return f.known(value, unit=unit)


def summed(tally: Tally, unit: str, reason: str = f.NOT_REPORTED) -> Figure:
    """The sum; null with `reason` if nobody has the value, NO_RATE if somebody's could not be converted."""
    if tally.missing:
        return f.null(f.NO_RATE, unit=unit)
    return f.known(tally.total, unit=unit) if tally.n else f.null(reason, unit=unit)


def ratio(pair: Pair, unit: str, times: int = 1, zero: str = f.NOT_APPLICABLE) -> Figure:
    """numerator / denominator × times; NOT_REPORTED if nobody has both, `zero` if the denominator is 0."""
    if pair.missing:
        return f.null(f.NO_RATE, unit=unit)
    if not pair.n:
        return f.null(f.NOT_REPORTED, unit=unit)
    return f.divide(f.known(pair.numerator), f.known(pair.denominator), unit=unit, times=times, zero=zero)


def percent(part: Number, whole: Number) -> Figure:
    """100 × part / whole, NOT_APPLICABLE when there is no whole."""
    return f.divide(f.known(part), f.known(whole), unit="per cent", times=100)


def growth(change: Change) -> Figure:
    """100 × (now - then) / then of the same organizations: MISSING_BASELINE without one, ZERO_BASELINE of nothing."""
    if change.missing:
        return f.null(f.NO_RATE, unit="per cent")
    if not change.n:
        return f.null(f.MISSING_BASELINE, unit="per cent")
    if change.then == 0:
        return f.null(f.ZERO_BASELINE, unit="per cent")
    return f.known(Decimal(change.now - change.then) * 100 / change.then, unit="per cent")


def median(histogram: Mapping[N, int], unit: str, reason: str = f.NOT_REPORTED) -> Figure:
    """The middle value, of an even number the mean of the two in the middle; null with `reason` of nothing."""
    size = sum(histogram.values())
    if not size:
        return f.null(reason, unit=unit)
    middle: list[N] = []
    below = 0
    for value, times in sorted(histogram.items()):
        below += times
        while len(middle) < 2 and below > (size - 1 + len(middle)) // 2:
            middle.append(value)
    return f.known(Decimal(middle[0] + middle[1]) / 2, unit=unit)


def mean(histogram: Mapping[int, int], unit: str, reason: str = f.NOT_APPLICABLE) -> Figure:
    size = sum(histogram.values())
    if not size:
        return f.null(reason, unit=unit)
    return f.known(Decimal(sum(value * times for value, times in histogram.items())) / size, unit=unit)


P = TypeVar("P")


def priced(table: Mapping[Priced, P], measure: str, prices: str, empty: P) -> tuple[P, str, str]:
    """The components of a measure in these prices, their currency, and a reason if there is none to be had.

    Amounts in several currencies do not add up: UNIT_MISMATCH; ask for US dollars.
    """
    found = {currency: parts for (name, kind, currency), parts in table.items() if (name, kind) == (measure, prices)}
    if not found:
        return empty, "", f.NOT_REPORTED
    if len(found) > 1:
        return empty, "", f.UNIT_MISMATCH
    currency, parts = next(iter(found.items()))
    return parts, currency, ""


__all__ = ["REGISTER_METRICS", "RegisterMetric", "RegisterSubject", "gettext_noop", "register_metric"]
