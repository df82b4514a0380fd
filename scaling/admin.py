from accounts.catalogue_admin import register
from scaling import models

register(
    models.Alert,
    models.Cell,
    models.DirtyMark,
    models.FederationTotal,
    models.Heartbeat,
    models.PhaseCell,
    models.ReportSchedule,
    models.ThresholdSetting,
    read_only=True,
)
