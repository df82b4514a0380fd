"""What is measured: the catalogue and its scale, rounds and returns, targets, and results reported for a phase."""

from indicators.models.catalogue import Indicator, IndicatorLevel, IndicatorType, IndicatorVersion
from indicators.models.results import PhaseResult, PhaseResultCorrection
from indicators.models.scales import Anchor, Scale, ScaleItem, ScaleVersion

__all__ = [
    "Anchor",
    "Indicator",
    "IndicatorLevel",
    "IndicatorType",
    "IndicatorVersion",
    "PhaseResult",
    "PhaseResultCorrection",
    "Scale",
    "ScaleItem",
    "ScaleVersion",
]
