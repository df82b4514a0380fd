from accounts.catalogue_admin import register
from programmes import models

register(
    models.Election,
    models.Partner,
    models.Phase,
    models.PhasePlace,
    models.Place,
    models.PolicyEvent,
    models.Programme,
    models.ProgrammeReplication,
    models.RoleAssignment,
    models.SourceCheck,
    models.SpaceAssessment,
)
# Money changes by operations, which mark what must be computed again.
register(models.FinancingLine, models.FinancingCorrection, models.ExchangeRate, models.PriceIndex, read_only=True)
