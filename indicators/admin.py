from accounts.catalogue_admin import register
from indicators import models

register(
    models.Anchor,
    models.Indicator,
    models.IndicatorVersion,
    models.ReportingPeriod,
    models.Scale,
    models.ScaleItem,
    models.ScaleVersion,
    models.Target,
)
# Rounds, returns and results change by operations, which check, keep history and tell the upper floor.
register(
    models.PhaseResult,
    models.PhaseResultCorrection,
    models.Return,
    models.ReturnComment,
    models.Round,
    models.RoundDue,
    read_only=True,
)
