"""Scale-up metrics: pure functions on plain numbers, one file per family. Importing the package fills the lists.

`METRICS` are about phases (`subjects.py`), `REGISTER_METRICS` about organizations (`cells.py`, `register.py`).
"""

from scaling.metrics import (
    aggregation,
    coverage,
    crowd_in,
    dependency,
    finance,
    inclusion,
    leverage,
    membership,
    net_reach,
    network,
    outcomes,
    partial_rounds,
    pathway,
    per_unit,
    phase_on_phase,
    reach,
    savings_credit,
    service_coverage,
    survival,
    unit_costs,
)
from scaling.metrics.register import REGISTER_METRICS, RegisterMetric, RegisterSubject
from scaling.metrics.registry import METRICS, Metric, Outcome

__all__ = [
    "METRICS",
    "REGISTER_METRICS",
    "Metric",
    "Outcome",
    "RegisterMetric",
    "RegisterSubject",
    "aggregation",
    "coverage",
    "crowd_in",
    "dependency",
    "finance",
    "inclusion",
    "leverage",
    "membership",
    "net_reach",
    "network",
    "outcomes",
    "partial_rounds",
    "pathway",
    "per_unit",
    "phase_on_phase",
    "reach",
    "savings_credit",
    "service_coverage",
    "survival",
    "unit_costs",
]
