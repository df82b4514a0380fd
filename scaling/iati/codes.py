"""The few code lists of IATI 2.03 that are used here, and what of Trellis each code stands for."""

from __future__ import annotations

from babel.core import get_global
from django.db import models
from django.utils.translation import gettext_lazy as _

from organizations.models import Kind
from programmes.models import Partner, PartnerCategory
from programmes.models.financing import FinancingInstrument
from programmes.models.partners import PartnerSector
from programmes.models.programmes import PhaseStatus

VERSION = "2.03"
#: Names of our own: what the standard cannot say.
NAMESPACE = "urn:trellis:iati:1"


class OrganisationType(models.TextChoices):
    GOVERNMENT = "10", _("government")
    LOCAL_GOVERNMENT = "11", _("local government")
    OTHER_PUBLIC = "15", _("other public body")
    INTERNATIONAL_NGO = "21", _("international NGO")
    NATIONAL_NGO = "22", _("national NGO")
    PARTNERSHIP = "30", _("public private partnership")
    MULTILATERAL = "40", _("multilateral")
    FOUNDATION = "60", _("foundation")
    PRIVATE = "70", _("private sector")
    PRIVATE_RECIPIENT = "72", _("private sector of the country")
    ACADEMIC = "80", _("academic, training or research")
    OTHER = "90", _("other")


class OrganisationRole(models.TextChoices):
    FUNDING = "1", _("funding")
    ACCOUNTABLE = "2", _("accountable")
    EXTENDING = "3", _("extending")
    IMPLEMENTING = "4", _("implementing")


class ActivityStatus(models.TextChoices):
    PIPELINE = "1", _("pipeline")
    IMPLEMENTATION = "2", _("implementation")
    FINALISATION = "3", _("finalisation")
    CLOSED = "4", _("closed")
    CANCELLED = "5", _("cancelled")
    SUSPENDED = "6", _("suspended")


class DateType(models.TextChoices):
    START_PLANNED = "1", _("planned start")
    START = "2", _("start")
    END_PLANNED = "3", _("planned end")
    END = "4", _("end")


class TransactionType(models.TextChoices):
    INCOMING = "1", _("incoming funds")
    COMMITMENT = "2", _("outgoing commitment")
    DISBURSEMENT = "3", _("disbursement")
    INCOMING_COMMITMENT = "11", _("incoming commitment")


class BudgetType(models.TextChoices):
    ORIGINAL = "1", _("original")
    REVISED = "2", _("revised")


class BudgetStatus(models.TextChoices):
    INDICATIVE = "1", _("indicative")
    COMMITTED = "2", _("committed")


class RelatedType(models.TextChoices):
    PARENT = "1", _("parent")
    CHILD = "2", _("child")
    SIBLING = "3", _("sibling")


class ResultType(models.TextChoices):
    OUTPUT = "1", _("output")
    OUTCOME = "2", _("outcome")
    IMPACT = "3", _("impact")
    OTHER = "9", _("other")


class Measure(models.TextChoices):
    UNIT = "1", _("unit")
    PERCENTAGE = "2", _("percentage")
    NOMINAL = "3", _("nominal")
    ORDINAL = "4", _("ordinal")
    QUALITATIVE = "5", _("qualitative")


class FlowType(models.TextChoices):
    ODA = "10", _("official development assistance")
    OTHER_OFFICIAL = "20", _("other official flows")
    PRIVATE = "30", _("private development finance")
    NON_FLOW = "40", _("no flow")


#: IndicatorVocabulary and ResultVocabulary: a list of the reporting organization.
OWN_VOCABULARY = "99"
#: What this list is called, so that a reader can tell ours and IFAD's apart.
CATALOGUE_URI = "urn:trellis:catalogue"
IFAD_CORE_URI = "urn:trellis:ifad-core-indicators"
#: SectorVocabulary: purpose codes of five digits.
DAC_SECTORS = "1"
#: AidType: a project with its own budget and timetable.
PROJECT_TYPE = "C01"
#: ActivityScope: one country; several.
NATIONAL, MULTI_NATIONAL = "4", "3"

STATUS = {
    PhaseStatus.PIPELINE: ActivityStatus.PIPELINE,
    PhaseStatus.APPROVED: ActivityStatus.PIPELINE,
    PhaseStatus.ONGOING: ActivityStatus.IMPLEMENTATION,
    PhaseStatus.COMPLETED: ActivityStatus.FINALISATION,
    PhaseStatus.CLOSED: ActivityStatus.CLOSED,
    PhaseStatus.CANCELLED: ActivityStatus.CANCELLED,
}
#: FinanceType of an instrument, where it says enough.
FINANCE = {
    FinancingInstrument.GRANT: "110",
    FinancingInstrument.LOAN: "421",
    FinancingInstrument.EQUITY: "510",
    FinancingInstrument.GUARANTEE: "1100",
}
_BY_CATEGORY = {
    PartnerCategory.IFAD: OrganisationType.MULTILATERAL,
    PartnerCategory.INTERNATIONAL_IFI: OrganisationType.MULTILATERAL,
    PartnerCategory.INTERNATIONAL_UN: OrganisationType.MULTILATERAL,
    PartnerCategory.INTERNATIONAL_BILATERAL: OrganisationType.GOVERNMENT,
    PartnerCategory.INTERNATIONAL_NGO: OrganisationType.INTERNATIONAL_NGO,
    PartnerCategory.GOVERNMENT_NATIONAL: OrganisationType.GOVERNMENT,
    PartnerCategory.GOVERNMENT_SUBNATIONAL: OrganisationType.LOCAL_GOVERNMENT,
    PartnerCategory.PRIVATE_COMPANY: OrganisationType.PRIVATE,
    PartnerCategory.PRODUCER_ORGANIZATION: OrganisationType.PRIVATE_RECIPIENT,
    PartnerCategory.BENEFICIARIES: OrganisationType.OTHER,
    PartnerCategory.REPLICATION_BY_OTHERS: OrganisationType.OTHER,
}
_BY_SECTOR = {
    PartnerSector.PUBLIC: OrganisationType.OTHER_PUBLIC,
    PartnerSector.PRIVATE: OrganisationType.PRIVATE_RECIPIENT,
    PartnerSector.CIVIL_SOCIETY: OrganisationType.NATIONAL_NGO,
    PartnerSector.MIXED: OrganisationType.PARTNERSHIP,
}


def organisation_type(partner: Partner) -> str:
    return str(_BY_CATEGORY.get(partner.category) or _BY_SECTOR[PartnerSector(partner.sector)])  # type: ignore[call-overload]


#: Controlled names of dimensions; a part that is in none is a "part". Values are the codes of parts.
DIMENSIONS = {
    "women": "sex",
    "men": "sex",
    "women_headed": "head of household",
    "youth": "age",
    "poorest": "poverty class",
    "indigenous": "indigenous people",
    "disabled": "disability",
    "initial": "moment",
    "after_scale_up": "moment",
    "individuals": "borrower",
    **dict.fromkeys((*Kind.values, "SHG", "VLC", "CMRC"), "organization kind"),
}
PART, PLACE = "part", "place"
DIMENSION_NAMES = frozenset({*DIMENSIONS.values(), PART, PLACE})


def dimension_of(part: str) -> str:
    return DIMENSIONS.get(part, PART)


def alpha2(iso3: str) -> str | None:
    """ISO 3166-1 alpha-2 of a country (CLDR knows both); None for a code that is none."""
    found = get_global("territory_aliases").get(iso3)
    return str(found[0]) if found else None
