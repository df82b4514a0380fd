"""Linkages with upstream partners and the money that moves through them."""

from __future__ import annotations

from decimal import Decimal

import pgtrigger
from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from organizations.models.base import inside_life, known, money, of_organization
from programmes.access import ScopedQuerySet
from programmes.trails import tracked


class LinkageKind(models.TextChoices):
    INPUT_SUPPLY = "input_supply", _("input supply")
    OFFTAKE = "offtake", _("offtake")
    FINANCE_SAVINGS = "finance_savings", _("savings deposit")
    FINANCE_CREDIT = "finance_credit", _("credit")
    INSURANCE = "insurance", _("insurance")
    TECHNOLOGY_EXTENSION = "technology_extension", _("technology or extension")
    POLICY_PLATFORM = "policy_platform", _("policy platform")
    INFRASTRUCTURE = "infrastructure", _("infrastructure")
    INFORMATION = "information", _("information")
    OTHER = "other", _("other")


class LinkageForm(models.TextChoices):
    WRITTEN_CONTRACT = "written_contract", _("written contract")
    MEMORANDUM = "memorandum", _("memorandum")
    ORAL = "oral", _("oral")
    ACCOUNT = "account", _("account")
    SEAT = "seat", _("seat")


class LinkageStatus(models.TextChoices):
    NEGOTIATING = "negotiating", _("negotiating")
    IN_FORCE = "in_force", _("in force")
    BREACHED = "breached", _("breached")
    ENDED = "ended", _("ended")
    RENEWED = "renewed", _("renewed")


class Causality(models.TextChoices):
    """How far support brought it about (OECD: mobilised only where it would not have come without it)."""

    DIRECT = "direct", _("direct result of support")
    FACILITATED = "facilitated", _("facilitated")
    INDEPENDENT = "independent", _("independent")


class Covers(models.TextChoices):
    ITSELF = "itself", _("the organization itself")
    NETWORK = "network", _("the whole network below")
    NAMED = "named", _("named members")


#: What an agreement is worth, for lists that begin with the largest; below all others where no value is on record.
SIZE = Coalesce("value", models.Value(Decimal(-1)), output_field=models.DecimalField(max_digits=20, decimal_places=4))


@tracked(synced=True)
class Linkage(models.Model):
    """An arrangement of an organization with a partner; or with an organization outside its own network."""

    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.CASCADE, related_name="linkages", verbose_name=_("organization")
    )
    partner = models.ForeignKey(
        "programmes.Partner",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="linkages",
        verbose_name=_("partner"),
    )
    partner_organization = models.ForeignKey(
        "organizations.Organization",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="linkages_as_partner",
        verbose_name=_("partner that is an organization"),
    )
    kind = models.CharField(_("kind"), max_length=30, choices=LinkageKind.choices)
    form = models.CharField(_("form"), max_length=20, choices=LinkageForm.choices)
    reference = models.CharField(_("contract reference"), max_length=100, blank=True)
    signed_on = models.DateField(_("signed"), null=True, blank=True)
    valid = DateRangeField(_("valid"))
    value = models.DecimalField(_("value"), max_digits=20, decimal_places=4, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    volume = models.DecimalField(_("volume"), max_digits=20, decimal_places=4, null=True, blank=True)
    volume_unit = models.CharField(_("unit of volume"), max_length=30, blank=True)
    renewals = models.PositiveSmallIntegerField(_("renewals"), default=0)
    status = models.CharField(_("status"), max_length=20, choices=LinkageStatus.choices, default=LinkageStatus.IN_FORCE)
    brokered_by = models.ForeignKey(
        "organizations.Intervention",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="linkages",
        verbose_name=_("brokered by"),
    )
    covers = models.CharField(_("covers"), max_length=20, choices=Covers.choices, default=Covers.ITSELF)
    causality = models.CharField(_("causality"), max_length=20, choices=Causality.choices)

    scope = of_organization("organization")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("linkage")
        verbose_name_plural = _("linkages")
        ordering = ["organization", "valid"]
        indexes = [
            # Lists of agreements over whole programmes: the largest first, and those that end soon.
            models.Index(SIZE.desc(), "id", name="linkage_by_size"),
            models.Index("valid__endswith", name="linkage_by_end"),
        ]
        constraints = [
            known("kind", LinkageKind, "linkage_kind_known"),
            known("form", LinkageForm, "linkage_form_known"),
            known("status", LinkageStatus, "linkage_status_known"),
            known("causality", Causality, "linkage_causality_known"),
            known("covers", Covers, "linkage_covers_known"),
            *money("linkage"),
            models.CheckConstraint(
                condition=models.Q(partner__isnull=False, partner_organization__isnull=True)
                | models.Q(partner__isnull=True, partner_organization__isnull=False),
                name="linkage_one_partner",
            ),
            models.CheckConstraint(
                condition=models.Q(valid__isempty=False, valid__startswith__isnull=False),
                name="linkage_has_a_beginning",
            ),
        ]
        triggers = [
            inside_life("linkage_inside_life"),
            pgtrigger.Trigger(
                name="linkage_outside_its_network",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF NEW.partner_organization_id IS NOT NULL AND (
                        NEW.partner_organization_id = NEW.organization_id
                        OR organizations_related(NEW.organization_id, NEW.partner_organization_id, NEW.valid)
                        OR organizations_related(NEW.partner_organization_id, NEW.organization_id, NEW.valid)
                    ) THEN
                        RAISE EXCEPTION 'the partner is above or below in the same network: that is a membership'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'linkage_outside_its_network';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} · {self.partner or self.partner_organization}"

    @property
    def is_live(self) -> bool:
        """It goes on: neither ended nor breached."""
        return self.status not in (LinkageStatus.ENDED, LinkageStatus.BREACHED)


class TransactionType(models.TextChoices):
    LOAN_DISBURSED = "loan_disbursed", _("loan disbursed")
    LOAN_REPAID = "loan_repaid", _("loan repaid")
    ROLL_OVER = "roll_over", _("loan rolled over")
    SAVINGS_DEPOSITED = "savings_deposited", _("savings deposited")
    PURCHASE = "purchase", _("purchase from the partner")
    SALE = "sale", _("sale to the partner")
    PREMIUM = "premium", _("premium")
    CLAIM = "claim", _("claim")
    CAPITAL_INVESTED = "capital_invested", _("capital invested")
    GRANT = "grant", _("grant")


@tracked(exclude=["crosses_network_boundary"])
class LinkageTransaction(models.Model):
    """Money that moved through a linkage.

    What an apex lends on, or deposits for its members, names the organization it passed to; such a row and a loan
    rolled over do not cross the boundary of the network and are never counted again (I-12, I-13).
    """

    linkage = models.ForeignKey(
        Linkage, on_delete=models.CASCADE, related_name="transactions", verbose_name=_("linkage")
    )
    date = models.DateField(_("date"))
    type = models.CharField(_("type"), max_length=20, choices=TransactionType.choices)
    amount = models.DecimalField(_("amount"), max_digits=20, decimal_places=4)
    currency = models.CharField(_("currency"), max_length=3)
    passed_on_to = models.ForeignKey(
        "organizations.Organization",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("passed on to (inside the network)"),
    )
    crosses_network_boundary = models.GeneratedField(
        expression=models.Q(passed_on_to__isnull=True) & ~models.Q(type=TransactionType.ROLL_OVER),  # type: ignore[arg-type]
        output_field=models.BooleanField(),
        db_persist=True,
        verbose_name=_("crosses the boundary of the network"),
    )

    scope = of_organization("linkage__organization")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("transaction of a linkage")
        verbose_name_plural = _("transactions of linkages")
        ordering = ["date", "pk"]
        constraints = [
            known("type", TransactionType, "transaction_type_known"),
            *money("transaction", "amount"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="transaction_inside_its_linkage",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF NOT (SELECT NEW.date <@ l.valid FROM organizations_linkage l WHERE l.id = NEW.linkage_id) THEN
                        RAISE EXCEPTION 'the date lies outside the linkage'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'transaction_inside_its_linkage';
                    END IF;
                    IF NEW.passed_on_to_id IS NOT NULL AND NOT (
                        SELECT organizations_related(NEW.passed_on_to_id, l.organization_id,
                                                     daterange(NEW.date, NEW.date, '[]'))
                            OR organizations_related(l.organization_id, NEW.passed_on_to_id,
                                                     daterange(NEW.date, NEW.date, '[]'))
                        FROM organizations_linkage l WHERE l.id = NEW.linkage_id
                    ) THEN
                        RAISE EXCEPTION 'passed on to an organization outside the network'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'transaction_passed_on_inside_network';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.linkage} {self.date} {self.type}"
