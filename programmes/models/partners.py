"""Financiers and upstream actors, in one list."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from programmes.access import Everyone, ScopedQuerySet
from programmes.trails import tracked


class PartnerCategory(models.TextChoices):
    """Categories of financiers (domain study, 2.2 Financier)."""

    IFAD = "ifad", _("IFAD")
    INTERNATIONAL_IFI = "international_ifi", _("International financial institution")
    INTERNATIONAL_UN = "international_un", _("United Nations")
    INTERNATIONAL_BILATERAL = "international_bilateral", _("Bilateral donor")
    INTERNATIONAL_NGO = "international_ngo", _("International NGO or foundation")
    GOVERNMENT_NATIONAL = "government_national", _("National government")
    GOVERNMENT_SUBNATIONAL = "government_subnational", _("State or local government")
    DOMESTIC_FINANCIAL_INSTITUTION = "domestic_financial_institution", _("Domestic financial institution")
    PRIVATE_COMPANY = "private_company", _("Private company")
    PRODUCER_ORGANIZATION = "producer_organization", _("Producer organization")
    BENEFICIARIES = "beneficiaries", _("Beneficiaries")
    REPLICATION_BY_OTHERS = "replication_by_others", _("Others replicating the model")


class PartnerSector(models.TextChoices):
    PUBLIC = "public", _("public")
    PRIVATE = "private", _("private")
    CIVIL_SOCIETY = "civil_society", _("civil society")
    MIXED = "mixed", _("mixed")


class PartnerType(models.TextChoices):
    """What an upstream partner does (domain study, 2.2 Partner)."""

    INPUT_SUPPLIER = "input_supplier", _("input supplier")
    BUYER = "buyer", _("buyer")
    PROCESSOR = "processor", _("processor")
    EXPORTER = "exporter", _("exporter")
    BANK = "bank", _("bank")
    MICROFINANCE = "microfinance", _("microfinance institution")
    INSURER = "insurer", _("insurer")
    TECHNOLOGY_EXTENSION = "technology_extension", _("technology or extension provider")
    RESEARCH = "research", _("research")
    LOCAL_GOVERNMENT = "local_government", _("local government")
    MINISTRY = "ministry", _("ministry")
    NGO = "ngo", _("NGO")
    DONOR = "donor", _("donor")
    PLATFORM = "platform", _("platform")
    HOUSEHOLDS = "households", _("participating households")


@tracked(synced=True)
class Partner(models.Model):
    """Whoever finances, or deals with organizations upstream."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200)
    category = models.CharField(_("category of financier"), max_length=40, choices=PartnerCategory.choices, blank=True)
    sector = models.CharField(_("sector"), max_length=20, choices=PartnerSector.choices)
    type = models.CharField(_("type"), max_length=30, choices=PartnerType.choices)
    country = models.ForeignKey(
        "programmes.Place", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("country")
    )
    is_synthetic = models.BooleanField(_("synthetic"), default=False)

    scope = Everyone()
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(category="") | models.Q(category__in=PartnerCategory.values),
                name="partner_category_known",
            ),
            models.CheckConstraint(condition=models.Q(sector__in=PartnerSector.values), name="partner_sector_known"),
            models.CheckConstraint(condition=models.Q(type__in=PartnerType.values), name="partner_type_known"),
        ]

    def __str__(self) -> str:
        return self.name
