"""What is measured: the catalogue and its scale, rounds and returns, targets, and results reported for a phase."""

from indicators.models.catalogue import Indicator, IndicatorLevel, IndicatorType, IndicatorVersion
from indicators.models.results import PhaseResult, PhaseResultCorrection
from indicators.models.returns import Return, ReturnComment, ReturnState
from indicators.models.rounds import (
    DueReason,
    ReportingPeriod,
    Round,
    RoundDue,
    RoundKind,
    RoundStatus,
    Target,
)
from indicators.models.scales import Anchor, Scale, ScaleItem, ScaleVersion

__all__ = [
    "Anchor",
    "DueReason",
    "Indicator",
    "IndicatorLevel",
    "IndicatorType",
    "IndicatorVersion",
    "PhaseResult",
    "PhaseResultCorrection",
    "ReportingPeriod",
    "Return",
    "ReturnComment",
    "ReturnState",
    "Round",
    "RoundDue",
    "RoundKind",
    "RoundStatus",
    "Scale",
    "ScaleItem",
    "ScaleVersion",
    "Target",
]
