"""Services to members, and what a programme does for organizations."""

from __future__ import annotations

import pgtrigger
from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.utils.translation import gettext_lazy as _

from organizations.models.base import inside_life, known, money, of_organization
from programmes.access import ByProgramme, ScopedQuerySet
from programmes.trails import tracked


class ServiceKind(models.TextChoices):
    INPUTS = "inputs", _("inputs")
    OUTPUT_MARKETS = "output_markets", _("output markets")
    FINANCE = "finance", _("finance")
    INSURANCE = "insurance", _("insurance")
    TECHNOLOGY = "technology", _("technology")
    INFORMATION = "information", _("information")
    NATURAL_RESOURCES = "natural_resources", _("access to natural resources")
    REPRESENTATION = "representation", _("representation")


class ServiceProvider(models.TextChoices):
    OWN = "own", _("the organization itself")
    APEX = "apex", _("an apex")
    PARTNER = "partner", _("a partner")


@tracked(synced=True)
class Service(models.Model):
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.CASCADE, related_name="services", verbose_name=_("organization")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=ServiceKind.choices)
    provider = models.CharField(_("provided by"), max_length=20, choices=ServiceProvider.choices)
    partner = models.ForeignKey(
        "programmes.Partner",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("partner"),
    )
    valid = DateRangeField(_("valid"))

    scope = of_organization("organization")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        constraints = [
            known("kind", ServiceKind, "service_kind_known"),
            known("provider", ServiceProvider, "service_provider_known"),
            models.CheckConstraint(condition=models.Q(valid__isempty=False), name="service_valid_not_empty"),
        ]
        triggers = [inside_life("service_inside_life")]

    def __str__(self) -> str:
        return f"{self.organization} · {self.kind}"


class ServiceUse(models.Model):
    """Members who used a service in a period."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="uses", verbose_name=_("service"))
    period = DateRangeField(_("period"))
    members_served = models.PositiveIntegerField(_("members served"))
    women_served = models.PositiveIntegerField(_("women served"), null=True, blank=True)
    poorest_served = models.PositiveIntegerField(_("poorest served"), null=True, blank=True)
    price = models.DecimalField(_("price"), max_digits=20, decimal_places=4, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    covers_cost = models.BooleanField(_("the price covers the cost"), null=True, blank=True)

    scope = of_organization("service__organization")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("use of a service")
        verbose_name_plural = _("uses of services")
        constraints = [
            models.UniqueConstraint(fields=["service", "period"], name="service_use_once"),
            models.CheckConstraint(
                condition=models.Q(women_served__isnull=True) | models.Q(women_served__lte=models.F("members_served")),
                name="service_use_women_within_members",
            ),
            models.CheckConstraint(
                condition=models.Q(poorest_served__isnull=True)
                | models.Q(poorest_served__lte=models.F("members_served")),
                name="service_use_poorest_within_members",
            ),
            *money("service_use", "price"),
        ]

    def __str__(self) -> str:
        return f"{self.service} {self.period}"


class Purpose(models.TextChoices):
    BONDING = "bonding", _("bonding")
    BRIDGING = "bridging", _("bridging (aggregation)")
    BROKERING = "brokering", _("brokering (linkage)")


class Method(models.TextChoices):
    TRAINING = "training", _("training")
    COACHING = "coaching", _("coaching")
    MENTORING = "mentoring", _("mentoring")
    COUNSELLING = "counselling", _("counselling")
    ON_THE_JOB = "on_the_job", _("on-the-job training")
    PROCESS_ADVICE = "process_advice", _("process advice")
    EXCHANGE_VISIT = "exchange_visit", _("exchange visit")
    GRANT = "grant", _("grant")
    EQUIPMENT = "equipment", _("equipment")


@tracked(synced=True)
class Intervention(models.Model):
    """Support of a phase to organizations, for one purpose, by one method."""

    phase = models.ForeignKey(
        "programmes.Phase", on_delete=models.PROTECT, related_name="interventions", verbose_name=_("phase")
    )
    organizations = models.ManyToManyField(
        "organizations.Organization",
        through="InterventionOrganization",
        related_name="interventions",
        verbose_name=_("organizations"),
    )
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose.choices)
    method = models.CharField(_("method"), max_length=20, choices=Method.choices)
    topic = models.CharField(_("topic"), max_length=200, blank=True)
    provider = models.ForeignKey(
        "programmes.Partner",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("provider"),
    )
    valid = DateRangeField(_("dates"))
    participants = models.PositiveIntegerField(_("participants"), null=True, blank=True)
    women = models.PositiveIntegerField(_("women"), null=True, blank=True)
    cost = models.DecimalField(_("cost"), max_digits=20, decimal_places=4, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)

    scope = ByProgramme("phase__programme")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("intervention")
        verbose_name_plural = _("interventions")
        constraints = [
            known("purpose", Purpose, "intervention_purpose_known"),
            known("method", Method, "intervention_method_known"),
            models.CheckConstraint(
                condition=models.Q(valid__isempty=False, valid__startswith__isnull=False),
                name="intervention_has_a_beginning",
            ),
            models.CheckConstraint(
                condition=models.Q(women__isnull=True) | models.Q(women__lte=models.F("participants")),
                name="intervention_women_within_participants",
            ),
            *money("intervention", "cost"),
        ]

    def __str__(self) -> str:
        return f"{self.phase}: {self.purpose}"


@tracked()
class InterventionOrganization(models.Model):
    """An organization that an intervention reached."""

    intervention = models.ForeignKey(Intervention, on_delete=models.CASCADE, related_name="reached")
    organization = models.ForeignKey("organizations.Organization", on_delete=models.CASCADE, related_name="+")

    scope = ByProgramme("intervention__phase__programme")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("organization reached by an intervention")
        verbose_name_plural = _("organizations reached by interventions")
        constraints = [
            models.UniqueConstraint(fields=["intervention", "organization"], name="intervention_organization_once")
        ]
        triggers = [
            inside_life(
                "intervention_inside_life",
                span="(SELECT i.valid FROM organizations_intervention i WHERE i.id = NEW.intervention_id)",
            ),
            pgtrigger.ReadOnly(name="intervention_organization_is_not_moved"),
        ]

    def __str__(self) -> str:
        return f"{self.intervention} · {self.organization}"


class Facilitator(models.Model):
    """Somebody who strengthens organizations: a catalyst or a technician of an employer."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    programme = models.ForeignKey(
        "programmes.Programme", on_delete=models.CASCADE, related_name="facilitators", verbose_name=_("programme")
    )
    employer = models.ForeignKey(
        "programmes.Partner",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("employer"),
    )
    is_catalyst = models.BooleanField(_("trained as a catalyst"), default=False)
    valid = DateRangeField(_("active"))
    organizations = models.ManyToManyField(
        "organizations.Organization", blank=True, related_name="facilitators", verbose_name=_("organizations served")
    )

    scope = ByProgramme("programme")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("facilitator")
        verbose_name_plural = _("facilitators")

    def __str__(self) -> str:
        return self.code
