"""What is measured: the catalogue and its scale, rounds and returns, targets, and results reported for a phase."""

from indicators.models.assessments import SecondAssessment
from indicators.models.catalogue import (
    CollectedIn,
    EntryField,
    Indicator,
    IndicatorLevel,
    IndicatorType,
    IndicatorVersion,
    ValueType,
)
from indicators.models.results import PhaseResult, PhaseResultCorrection
from indicators.models.returns import (
    CorrectionCode,
    EntryBatch,
    EvidenceFile,
    Return,
    ReturnComment,
    ReturnState,
    Way,
)
from indicators.models.rounds import (
    OUTPUT_KINDS,
    DueReason,
    ExitForm,
    OverlapSample,
    Reminder,
    Round,
    RoundDue,
    RoundKind,
    RoundStatus,
)
from indicators.models.rules import OPERATORS, Rule, RuleKind, Severity
from indicators.models.scales import Anchor, Scale, ScaleItem, ScaleVersion
from indicators.models.targets import Target
from indicators.models.workbooks import WorkbookUpload

__all__ = [
    "OPERATORS",
    "OUTPUT_KINDS",
    "Anchor",
    "CollectedIn",
    "CorrectionCode",
    "DueReason",
    "EntryBatch",
    "EntryField",
    "EvidenceFile",
    "ExitForm",
    "Indicator",
    "IndicatorLevel",
    "IndicatorType",
    "IndicatorVersion",
    "OverlapSample",
    "PhaseResult",
    "PhaseResultCorrection",
    "Reminder",
    "Return",
    "ReturnComment",
    "ReturnState",
    "Round",
    "RoundDue",
    "RoundKind",
    "RoundStatus",
    "Rule",
    "RuleKind",
    "Scale",
    "ScaleItem",
    "ScaleVersion",
    "SecondAssessment",
    "Severity",
    "Target",
    "ValueType",
    "Way",
    "WorkbookUpload",
]
