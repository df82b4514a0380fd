"""Who scales up: organizations, their life, their federations, their linkages, the support they get."""

from organizations.models.apex_memberships import ApexMembership, ApexRole
from organizations.models.linkages import Linkage, LinkageKind, LinkageStatus, LinkageTransaction, TransactionType
from organizations.models.lists import ColumnMemory, ListState, ListUpload, ValueMemory
from organizations.models.organizations import (
    Kind,
    Organization,
    OrganizationNorm,
    ProgrammeEnrolment,
    Tier,
)
from organizations.models.people import Office, Person, PersonMembership
from organizations.models.statuses import BondingCheck, OrganizationStatus, Status, Succession
from organizations.models.support import Facilitator, Intervention, Service, ServiceKind, ServiceUse

__all__ = [
    "ApexMembership",
    "ApexRole",
    "BondingCheck",
    "ColumnMemory",
    "Facilitator",
    "Intervention",
    "Kind",
    "Linkage",
    "LinkageKind",
    "LinkageStatus",
    "LinkageTransaction",
    "ListState",
    "ListUpload",
    "Office",
    "Organization",
    "OrganizationNorm",
    "OrganizationStatus",
    "Person",
    "PersonMembership",
    "ProgrammeEnrolment",
    "Service",
    "ServiceKind",
    "ServiceUse",
    "Status",
    "Succession",
    "Tier",
    "TransactionType",
    "ValueMemory",
]
