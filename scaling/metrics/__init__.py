"""Scale-up metrics: pure functions on plain numbers, one file per family. Importing the package fills the list."""

from scaling.metrics import (
    coverage,
    crowd_in,
    finance,
    leverage,
    per_unit,
    phase_on_phase,
    reach,
    unit_costs,
)
from scaling.metrics.registry import METRICS, Metric, Outcome

__all__ = [
    "METRICS",
    "Metric",
    "Outcome",
    "coverage",
    "crowd_in",
    "finance",
    "leverage",
    "per_unit",
    "phase_on_phase",
    "reach",
    "unit_costs",
]
