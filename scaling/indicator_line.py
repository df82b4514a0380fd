"""One line of an indicator: what it is about, its baseline, and its periods. Read by `indicator_lines.py`."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field, replace

from indicators.models import Indicator, IndicatorVersion, PhaseResult, Round, Target
from programmes.models import Phase, Place, Programme
from scaling.metrics import achievement
from scaling.metrics import figures as f
from scaling.metrics.figures import Figure

Day = datetime.date


@dataclass(frozen=True)
class Observed:
    """What was reached: a figure, when, and what it rests on (a reported result, or returns of a round)."""

    figure: Figure
    on: Day | None = None
    round: Round | None = None
    returns: int = 0
    result: PhaseResult | None = None
    #: Put together here from the parts that the source gives.
    is_total: bool = False


@dataclass(frozen=True)
class Period:
    """From when to when (inclusive; None where nobody says), what was to be reached and what was."""

    start: Day | None
    end: Day | None
    target: Target | None = None
    actual: Observed | None = None


@dataclass
class Line:
    programme: Programme
    phase: Phase | None
    indicator: Indicator
    part: str
    place: Place | None
    unit: str
    basis: str
    version: IndicatorVersion | None
    baseline: Observed | None = None
    periods: list[Period] = field(default_factory=list)

    @property
    def higher_is_better(self) -> bool:
        return self.version is None or self.version.higher_is_better

    @property
    def is_rating(self) -> bool:
        return self.indicator.is_rating

    def achieved(self, period: Period) -> Figure:
        """Per cent of the target of a period, with the direction in which the indicator should change."""
        actual, target, start = self._compared(period)
        return achievement.achieved(actual, target, start, higher_is_better=self.higher_is_better)

    def way(self, period: Period) -> Figure:
        """Per cent of the way from the baseline to the target."""
        return achievement.way(*self._compared(period))

    def _compared(self, period: Period) -> tuple[Figure, Figure, Figure]:
        actual = period.actual.figure if period.actual else f.null(f.NOT_REPORTED, unit=self.unit)
        target = f.known(period.target.value) if period.target else f.null(f.NOT_APPLICABLE)
        baseline = self.baseline.figure if self.baseline else f.null(f.MISSING_BASELINE)
        # The target is on the basis that is counted; what counts is how far it is from it.
        return replace(actual, basis=""), target, replace(baseline, basis="")
