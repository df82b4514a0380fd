"""The life of an organization: exactly one status on each day after its formation, no gap, no overlap."""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from organizations.models.base import inside_life, known, of_organization
from programmes.access import ScopedQuerySet
from programmes.trails import tracked


class Status(models.TextChoices):
    FORMING = "forming", _("forming")
    ACTIVE = "active", _("active")
    DORMANT = "dormant", _("dormant")
    DISBANDED = "disbanded", _("disbanded")
    MERGED = "merged_into", _("merged into another")
    SPLIT = "split_into", _("split into others")


#: A status after which the organization is no more.
ENDED = frozenset({Status.DISBANDED, Status.MERGED, Status.SPLIT})
WITH_SUCCESSOR = frozenset({Status.MERGED, Status.SPLIT})

_CHECK_LATER: dict[str, Any] = {
    "when": pgtrigger.After,
    "operation": pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
    "timing": pgtrigger.Deferred,
}


@tracked(synced=True)
class OrganizationStatus(models.Model):
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.CASCADE, related_name="statuses", verbose_name=_("organization")
    )
    status = models.CharField(_("status"), max_length=20, choices=Status.choices)
    valid = DateRangeField(_("valid"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    evidence = models.CharField(_("evidence"), max_length=300, blank=True)
    verified_on = models.DateField(_("verified"), null=True, blank=True)

    scope = of_organization("organization")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("status")
        verbose_name_plural = _("statuses")
        ordering = ["organization", "valid"]
        # The watch list begins with those that are dormant, which are few among all statuses.
        indexes = [models.Index(fields=["id"], condition=models.Q(status="dormant"), name="status_dormant")]
        constraints = [
            known("status", Status, "status_known"),
            ExclusionConstraint(
                name="status_one_a_day",
                expressions=[("organization", RangeOperators.EQUAL), ("valid", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(condition=models.Q(valid__isempty=False), name="status_valid_not_empty"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="status_whole_life",
                func="PERFORM organizations_check_life(COALESCE(NEW.organization_id, OLD.organization_id)); "
                "RETURN NULL;",
                **_CHECK_LATER,
            )
        ]

    def __str__(self) -> str:
        return f"{self.organization}: {self.status}"


@tracked()
class Succession(models.Model):
    """`successor` carries on what `predecessor` was, by a merger or a split."""

    predecessor = models.ForeignKey(
        "organizations.Organization",
        on_delete=models.CASCADE,
        related_name="successions",
        verbose_name=_("predecessor"),
    )
    successor = models.ForeignKey(
        "organizations.Organization",
        on_delete=models.PROTECT,
        related_name="predecessions",
        verbose_name=_("successor"),
    )
    on = models.DateField(_("on"))

    scope = of_organization("predecessor")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("succession")
        verbose_name_plural = _("successions")
        constraints = [
            models.UniqueConstraint(fields=["predecessor", "successor"], name="succession_once"),
            models.CheckConstraint(
                condition=~models.Q(predecessor=models.F("successor")), name="succession_of_another"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="succession_fits_lives",
                func="PERFORM organizations_check_life(COALESCE(NEW.predecessor_id, OLD.predecessor_id)); RETURN NULL;",
                **_CHECK_LATER,
            )
        ]

    def __str__(self) -> str:
        return f"{self.predecessor} → {self.successor}"


@tracked()
class BondingCheck(models.Model):
    """A facilitator's dated checklist: the group was bonded on that day, or not (domain study 4.9).

    It holds until an assessment decides. Other stages follow from memberships and linkages and are never typed.
    """

    organization = models.ForeignKey(
        "organizations.Organization",
        on_delete=models.CASCADE,
        related_name="bonding_checks",
        verbose_name=_("organization"),
    )
    on = models.DateField(_("on"))
    is_bonded = models.BooleanField(_("bonded"), default=True)
    source = models.CharField(_("who says so"), max_length=200)

    scope = of_organization("organization")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("bonding checklist")
        verbose_name_plural = _("bonding checklists")
        ordering = ["organization", "on"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "on"], name="bonding_check_one_a_day"),
            models.CheckConstraint(condition=~models.Q(source=""), name="bonding_check_has_source"),
        ]
        triggers = [inside_life("bonding_check_inside_life", span='daterange(NEW."on", NEW."on", \'[]\')')]

    def __str__(self) -> str:
        return f"{self.organization} {self.on}"
