"""Membership of organizations in apex organizations over time: several parents, never a circle on any date."""

from __future__ import annotations

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from organizations.models.base import inside_life, known, of_organization
from programmes.access import ScopedQuerySet
from programmes.trails import tracked


class ApexRole(models.TextChoices):
    FULL = "full", _("full member")
    ASSOCIATE = "associate", _("associate")
    DELEGATE_SEAT = "delegate_seat", _("delegate seat")


class Profession(models.TextChoices):
    """What a member of an inter-professional association unites (SRC-25)."""

    PRODUCERS = "producers", _("producers")
    PROCESSORS = "processors", _("processors")
    TRADERS = "traders", _("traders")
    INPUT_SUPPLIERS = "input_suppliers", _("input suppliers")
    TRANSPORTERS = "transporters", _("transporters")
    EXPORTERS = "exporters", _("exporters")


@tracked(synced=True)
class ApexMembership(models.Model):
    member = models.ForeignKey(
        "organizations.Organization",
        on_delete=models.CASCADE,
        related_name="apex_memberships",
        verbose_name=_("member"),
    )
    apex = models.ForeignKey(
        "organizations.Organization",
        on_delete=models.PROTECT,
        related_name="member_memberships",
        verbose_name=_("apex"),
    )
    valid = DateRangeField(_("valid"))
    role = models.CharField(_("role"), max_length=20, choices=ApexRole.choices, default=ApexRole.FULL)
    profession = models.CharField(_("profession"), max_length=20, choices=Profession.choices, blank=True)
    fee_paid_until = models.DateField(_("fee paid until"), null=True, blank=True)
    exit_reason = models.CharField(_("reason for leaving"), max_length=200, blank=True)

    scope = of_organization("member")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("apex membership")
        verbose_name_plural = _("apex memberships")
        ordering = ["member", "valid"]
        constraints = [
            known("role", ApexRole, "apex_membership_role_known"),
            known("profession", Profession, "apex_membership_profession_known", blank=True),
            models.CheckConstraint(condition=~models.Q(member=models.F("apex")), name="apex_membership_not_of_itself"),
            models.CheckConstraint(condition=models.Q(valid__isempty=False), name="apex_membership_valid_not_empty"),
            models.CheckConstraint(
                condition=models.Q(valid__startswith__isnull=False), name="apex_membership_has_a_beginning"
            ),
            ExclusionConstraint(
                name="apex_membership_no_overlap",
                expressions=[
                    ("member", RangeOperators.EQUAL),
                    ("apex", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
        ]
        triggers = [
            inside_life("apex_membership_inside_lives", columns=("member_id", "apex_id")),
            pgtrigger.Trigger(
                name="apex_membership_tiers",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF (SELECT parent.tier = 'primary' FROM organizations_organization parent
                        WHERE parent.id = NEW.apex_id) THEN
                        RAISE EXCEPTION 'a primary organization is no apex'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'apex_membership_apex_is_no_primary';
                    END IF;
                    IF (SELECT organizations_rank(parent.tier) < organizations_rank(child.tier)
                        FROM organizations_organization parent, organizations_organization child
                        WHERE parent.id = NEW.apex_id AND child.id = NEW.member_id) THEN
                        RAISE EXCEPTION 'the apex is of a lower tier than its member'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'apex_membership_tiers_rise';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="apex_membership_no_circle",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    PERFORM pg_advisory_xact_lock(hashtext('organizations_apexmembership'));
                    IF EXISTS (
                        WITH RECURSIVE up(node, span) AS (
                            SELECT NEW.apex_id, NEW.valid
                            UNION
                            SELECT m.apex_id, up.span * m.valid
                            FROM organizations_apexmembership m JOIN up ON m.member_id = up.node
                            WHERE NOT isempty(up.span * m.valid) AND m.id <> COALESCE(NEW.id, -1)
                        )
                        SELECT 1 FROM up WHERE node = NEW.member_id
                    ) THEN
                        RAISE EXCEPTION 'an organization would be above itself on some date'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'apex_membership_no_circle';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} → {self.apex}"
