from accounts.catalogue_admin import register
from organizations import models

register(
    models.BondingCheck,
    models.Facilitator,
    models.Intervention,
    models.OrganizationNorm,
    models.Person,
    models.Service,
    models.ServiceUse,
)
# The register changes by operations, which keep its history whole.
register(
    models.ApexMembership,
    models.ColumnMemory,
    models.Linkage,
    models.LinkageTransaction,
    models.ListUpload,
    models.Office,
    models.Organization,
    models.OrganizationStatus,
    models.PersonMembership,
    models.ProgrammeEnrolment,
    models.Succession,
    models.ValueMemory,
    read_only=True,
)
