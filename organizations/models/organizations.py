"""The register: organizations of every kind and tier, and which programmes they take part in."""

from __future__ import annotations

import datetime
from typing import Any

import pgtrigger
from django.apps import apps
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from organizations.models.base import ENROLMENT, known
from programmes.access import ByLinkedRows, ByProgramme, Everyone, ScopedQuerySet
from programmes.models import Place
from programmes.trails import tracked
from programmes.vocabulary import always


class Kind(models.TextChoices):
    SHG = "shg", _("self-help group")
    SAVINGS_AND_LOAN = "savings_and_loan", _("savings and loan group")
    FARMER_GROUP = "farmer_group", _("farmer group")
    COOPERATIVE = "cooperative", _("cooperative")
    COMMODITY_ASSOCIATION = "commodity_association", _("commodity association")
    WATER_USERS = "water_users", _("water users' association")
    FOREST_USERS = "forest_users", _("forest users' group")
    PASTORAL = "pastoral", _("rangeland or pastoral group")
    FISHER = "fisher", _("fisher group")
    WAREHOUSE_RECEIPT = "warehouse_receipt", _("warehouse receipt group")
    CATTLE_MARKET = "cattle_market", _("cattle market")
    VILLAGE_ORGANIZATION = "village_organization", _("village organization")
    CLUSTER_FEDERATION = "cluster_federation", _("cluster federation")
    UNION = "union", _("union")
    FEDERATION = "federation", _("federation")
    NETWORK = "network", _("network")
    CHAMBER = "chamber", _("chamber")
    INTER_PROFESSIONAL = "inter_professional", _("inter-professional association")
    BUSINESS_CENTRE = "business_centre", _("business centre")
    PLATFORM = "platform", _("multistakeholder platform")


#: The note's three families, derived from the kind (domain study, 2.2); every other kind is "other".
FAMILIES: dict[str, frozenset[str]] = {
    "savings_and_loan": frozenset({Kind.SHG, Kind.SAVINGS_AND_LOAN}),
    "commodity": frozenset(
        {
            Kind.FARMER_GROUP,
            Kind.COOPERATIVE,
            Kind.COMMODITY_ASSOCIATION,
            Kind.WAREHOUSE_RECEIPT,
            Kind.CATTLE_MARKET,
            Kind.FISHER,
        }
    ),
    "natural_resource": frozenset({Kind.WATER_USERS, Kind.FOREST_USERS, Kind.PASTORAL}),
}


class Tier(models.TextChoices):
    PRIMARY = "primary", _("primary")
    LOCAL_APEX = "local_apex", _("local apex")
    MESO_APEX = "meso_apex", _("meso apex")
    NATIONAL_APEX = "national_apex", _("national apex")
    INTERNATIONAL_APEX = "international_apex", _("regional or international apex")


class Promoter(models.TextChoices):
    SELF = "self", _("its members")
    PROJECT = "project", _("a project")
    GOVERNMENT = "government", _("government")
    NGO = "ngo", _("an NGO")
    APEX = "apex", _("an apex organization")
    PRIVATE = "private", _("a company")


class MembersAre(models.TextChoices):
    PERSONS = "persons", _("persons")
    ORGANIZATIONS = "organizations", _("organizations")
    BOTH = "both", _("both")


class Precision(models.TextChoices):
    DAY = "day", _("day")
    MONTH = "month", _("month")
    YEAR = "year", _("year")


class Words(models.Func):
    """Name and code as one text without accents and capitals (migration 0003)."""

    function = "organizations_words"
    output_field = models.TextField()


class OrganizationQuerySet(ScopedQuerySet["Organization"]):
    """The questions that are asked of the register."""

    def primary(self) -> OrganizationQuerySet:
        return self.filter(tier=Tier.PRIMARY)

    def apexes(self) -> OrganizationQuerySet:
        return self.exclude(tier=Tier.PRIMARY)

    def active(self, *, on: datetime.date) -> OrganizationQuerySet:
        """Whose status is "active" on a date."""
        return self.filter(statuses__status="active", statuses__valid__contains=on)

    def named(self, text: str) -> OrganizationQuerySet:
        """Whose name or code contains a text; capitals and accents make no difference."""
        return self.alias(words=Words("name", "code")).filter(  # type: ignore[return-value]
            words__contains=Words(models.Value(text), models.Value(""))
        )

    def within(self, place: Place) -> OrganizationQuerySet:
        """In a place or anywhere below it."""
        if place.is_country:
            return self.filter(country=place)
        return self.filter(place__in=RawSQL("SELECT organizations_places_within(%s)", [place.pk]))

    def in_no_apex(self, *, on: datetime.date) -> OrganizationQuerySet:
        """Which belong to no apex on a date."""
        memberships = apps.get_model("organizations.ApexMembership")._default_manager
        return self.filter(~models.Exists(memberships.filter(member=models.OuterRef("pk"), valid__contains=on)))

    def under(self, apex: Organization, *, on: datetime.date) -> OrganizationQuerySet:
        """All organizations below an apex on a date, by whatever path, each once."""
        return self.filter(pk__in=RawSQL("SELECT organizations_below(%s, %s)", [apex.pk, on]))


@tracked(synced=True)
class Organization(models.Model):
    """An organization of smallholders, at any tier. Its fate and its ties are dated rows of their own."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=30, choices=Kind.choices)
    tier = models.CharField(_("tier"), max_length=30, choices=Tier.choices, default=Tier.PRIMARY)
    place = models.ForeignKey(
        "programmes.Place", on_delete=models.PROTECT, related_name="organizations", verbose_name=_("place")
    )
    country = models.ForeignKey(
        "programmes.Place", on_delete=models.PROTECT, related_name="+", editable=False, verbose_name=_("country")
    )
    formed_on = models.DateField(_("formed"))
    formed_precision = models.CharField(
        _("known to the"), max_length=10, choices=Precision.choices, default=Precision.DAY
    )
    registered_on = models.DateField(_("registered"), null=True, blank=True)
    registration_law = models.CharField(_("registered under"), max_length=200, blank=True)
    registration_number = models.CharField(_("registration number"), max_length=100, blank=True)
    promoter = models.CharField(_("promoted by"), max_length=20, choices=Promoter.choices)
    commodities = ArrayField(models.CharField(max_length=60), default=list, blank=True, verbose_name=_("commodities"))
    livelihood = models.CharField(_("livelihood"), max_length=60, blank=True)
    members_are = models.CharField(
        _("members are"), max_length=20, choices=MembersAre.choices, default=MembersAre.PERSONS
    )
    is_synthetic = models.BooleanField(_("synthetic"), default=False)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    scope = ByLinkedRows(ENROLMENT, link="organization", country="country")
    objects = OrganizationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")
        ordering = ["code"]
        indexes = [
            models.Index(fields=["country", "kind", "tier"], name="organization_by_kind"),
            models.Index(fields=["name", "code"], name="organization_by_name"),
            # Federations begin with apexes, which are few among all.
            models.Index(fields=["id"], condition=~models.Q(tier="primary"), name="organization_apexes"),
            GinIndex(OpClass(Words("name", "code"), name="gin_trgm_ops"), name="organization_words"),
        ]
        constraints = [
            known("kind", Kind, "organization_kind_known"),
            known("tier", Tier, "organization_tier_known"),
            known("promoter", Promoter, "organization_promoter_known"),
            known("members_are", MembersAre, "organization_members_known"),
            known("formed_precision", Precision, "organization_precision_known"),
            models.CheckConstraint(
                condition=models.Q(registered_on__isnull=True) | models.Q(registered_on__gte=models.F("formed_on")),
                name="organization_registered_not_before_formed",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind=Kind.INTER_PROFESSIONAL)
                | (~models.Q(tier=Tier.PRIMARY) & models.Q(members_are=MembersAre.ORGANIZATIONS)),
                name="organization_inter_professional_unites_organizations",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="organization_country_of_its_place",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    SELECT COALESCE(p.country_id, p.id) INTO NEW.country_id
                    FROM programmes_place p WHERE p.id = NEW.place_id;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="organization_change_fits_its_ties",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("tier", "formed_on", "kind"),
                func="""
                    IF EXISTS (SELECT 1 FROM organizations_apexmembership m
                        JOIN organizations_organization child ON child.id = m.member_id
                        JOIN organizations_organization parent ON parent.id = m.apex_id
                        WHERE (m.member_id = NEW.id OR m.apex_id = NEW.id)
                          AND (parent.tier = 'primary'
                               OR organizations_rank(parent.tier) < organizations_rank(child.tier)
                               OR lower(m.valid) < child.formed_on OR lower(m.valid) < parent.formed_on)) THEN
                        RAISE EXCEPTION 'the change does not fit a membership in an apex'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'organization_change_fits_its_ties';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="organization_has_a_status",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("formed_on"),
                timing=pgtrigger.Deferred,
                func="PERFORM organizations_check_life(NEW.id); RETURN NULL;",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """The country repeats that of the place; the database sets it too."""
        self.country_id = self.place.country_id or self.place.pk
        super().save(*args, **kwargs)

    @property
    def family(self) -> str:
        """savings_and_loan, commodity, natural_resource or other."""
        return next((name for name, kinds in FAMILIES.items() if self.kind in kinds), "other")


@tracked(synced=True)
class ProgrammeEnrolment(models.Model):
    """An organization takes part in a programme, from when to when. It is what scope hangs on."""

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="enrolments", verbose_name=_("organization")
    )
    programme = models.ForeignKey(
        "programmes.Programme", on_delete=models.PROTECT, related_name="enrolments", verbose_name=_("programme")
    )
    valid = DateRangeField(_("valid"), default=always)

    scope = ByProgramme("programme")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("enrolment in a programme")
        verbose_name_plural = _("enrolments in programmes")
        constraints = [
            ExclusionConstraint(
                name="enrolment_no_overlap",
                expressions=[
                    ("organization", RangeOperators.EQUAL),
                    ("programme", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(condition=models.Q(valid__isempty=False), name="enrolment_valid_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.organization} · {self.programme}"


class OrganizationNorm(models.Model):
    """Usual size of a kind in a country. Norms warn; they do not forbid."""

    kind = models.CharField(_("kind"), max_length=30, choices=Kind.choices)
    country = models.ForeignKey(
        "programmes.Place", on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("country")
    )
    least = models.PositiveIntegerField(_("fewest members"), null=True, blank=True)
    most = models.PositiveIntegerField(_("most members"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)

    scope = Everyone()
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("norm of size")
        verbose_name_plural = _("norms of size")
        constraints = [
            known("kind", Kind, "norm_kind_known"),
            models.UniqueConstraint(fields=["kind", "country"], nulls_distinct=False, name="norm_once"),
            models.CheckConstraint(
                condition=models.Q(least__isnull=True)
                | models.Q(most__isnull=True)
                | models.Q(most__gte=models.F("least")),
                name="norm_most_not_below_least",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.least}–{self.most}"
