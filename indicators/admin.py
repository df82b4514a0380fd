from accounts.catalogue_admin import register
from indicators import models

register(
    models.Anchor,
    models.EntryField,
    models.Indicator,
    models.IndicatorVersion,
    models.OverlapSample,
    models.Rule,
    models.Scale,
    models.ScaleItem,
    models.ScaleVersion,
)
# Rounds, returns, results and targets change by operations, which check, keep history and tell the upper floor.
register(
    models.EntryBatch,
    models.EvidenceFile,
    models.ExitForm,
    models.PhaseResult,
    models.PhaseResultCorrection,
    models.Reminder,
    models.Return,
    models.ReturnComment,
    models.Round,
    models.RoundDue,
    models.Target,
    models.WorkbookUpload,
    read_only=True,
)
