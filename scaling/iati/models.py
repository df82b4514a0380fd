"""Who reports to IATI: for everywhere, or for the programmes of one country."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from programmes.access import ByCountryOrEverywhere, ScopedQuerySet
from programmes.models.financing import CURRENCY_PATTERN
from scaling.iati.codes import FlowType, OrganisationRole, OrganisationType

#: An agency that registers organizations, a hyphen, and the number it gave; no space and none of / & | ?
REF_PATTERN = r"^[A-Za-z0-9]+-[^\s/&|?]+$"


class ReportingOrganization(models.Model):
    """What an activity file says of its publisher, and its defaults."""

    country = models.ForeignKey(
        "programmes.Place",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("country"),
        help_text=_("Empty: for every programme without a reporting organization of its country."),
    )
    ref = models.CharField(
        _("identifier"),
        max_length=80,
        help_text=_("Registration agency and number, for instance XM-DAC-41108. It begins every activity identifier."),
    )
    type = models.CharField(_("type"), max_length=2, choices=OrganisationType.choices)
    name = models.CharField(_("name"), max_length=200)
    partner = models.ForeignKey(
        "programmes.Partner",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("the same as this financier"),
        help_text=_("Its money is then outgoing; that of other financiers is incoming."),
    )
    role = models.CharField(
        _("its role in the activities"),
        max_length=1,
        choices=OrganisationRole.choices,
        default=OrganisationRole.ACCOUNTABLE,
    )
    secondary = models.BooleanField(_("reports on behalf of others"), default=False)
    currency = models.CharField(_("default currency"), max_length=3, default="USD")
    language = models.CharField(_("default language"), max_length=2, choices=settings.LANGUAGES, default="en")
    sector = models.CharField(
        _("sector (five digits of OECD-DAC)"),
        max_length=5,
        default="31194",
        help_text=_("31194 stands for agricultural co-operatives, 43040 for rural development."),
    )
    flow_type = models.CharField(_("default flow type"), max_length=2, choices=FlowType.choices, blank=True)

    scope = ByCountryOrEverywhere("country")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("reporting organization")
        verbose_name_plural = _("reporting organizations")
        constraints = [
            models.UniqueConstraint(
                fields=["country"],
                nulls_distinct=False,
                name="reporting_organization_once_for_a_country_and_everywhere",
            ),
            models.CheckConstraint(condition=models.Q(ref__regex=REF_PATTERN), name="reporting_organization_ref_form"),
            models.CheckConstraint(
                condition=models.Q(type__in=OrganisationType.values), name="reporting_organization_type_known"
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=OrganisationRole.values), name="reporting_organization_role_known"
            ),
            models.CheckConstraint(
                condition=models.Q(currency__regex=CURRENCY_PATTERN), name="reporting_organization_currency_iso_4217"
            ),
            models.CheckConstraint(
                condition=models.Q(sector__regex=r"^[0-9]{5}$"), name="reporting_organization_sector_of_five_digits"
            ),
            models.CheckConstraint(
                condition=models.Q(flow_type="") | models.Q(flow_type__in=FlowType.values),
                name="reporting_organization_flow_type_known",
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="reporting_organization_has_name"),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.name}"
