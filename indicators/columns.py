"""Columns of exports of results that SQL has to say for itself (programmes/columns.py)."""

from __future__ import annotations

from django.db.models import F, Value
from django.db.models.functions import Coalesce, NullIf

from indicators.models import PhaseResultCorrection
from programmes.columns import Columns, in_force

PHASE_RESULT: Columns = {
    "corrected_value": lambda view: Coalesce(in_force(PhaseResultCorrection, "result", "value"), F("value")),
    "corrected_basis": lambda view: Coalesce(
        NullIf(in_force(PhaseResultCorrection, "result", "basis"), Value("")), F("basis")
    ),
    "corrections": None,
}
