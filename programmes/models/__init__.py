"""Places, programmes and their phases, partners and their money, the space around them, and who is assigned to what."""

from programmes.models.assignments import RoleAssignment
from programmes.models.boundaries import Boundary, BoundaryUpload, MatchBy
from programmes.models.context import Election, PolicyEvent, Space, SpaceAssessment
from programmes.models.financing import (
    CorrectionKind,
    FinancingClass,
    FinancingCorrection,
    FinancingLine,
    FinancingStage,
)
from programmes.models.partners import Partner, PartnerCategory
from programmes.models.places import Place
from programmes.models.programmes import (
    Phase,
    PhasePlace,
    Programme,
    ProgrammeCountry,
    ProgrammeReplication,
    SourceCheck,
)
from programmes.models.rates import ExchangeRate, PriceIndex, RateKind, RateUpload
from programmes.models.trails import Trail

__all__ = [
    "Boundary",
    "BoundaryUpload",
    "CorrectionKind",
    "Election",
    "ExchangeRate",
    "FinancingClass",
    "FinancingCorrection",
    "FinancingLine",
    "FinancingStage",
    "MatchBy",
    "Partner",
    "PartnerCategory",
    "Phase",
    "PhasePlace",
    "Place",
    "PolicyEvent",
    "PriceIndex",
    "Programme",
    "ProgrammeCountry",
    "ProgrammeReplication",
    "RateKind",
    "RateUpload",
    "RoleAssignment",
    "SourceCheck",
    "Space",
    "SpaceAssessment",
    "Trail",
]
