"""What is to be reached. A target is never overwritten: a revision points at the one it revises."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from programmes.access import ByProgramme, ScopedQuerySet
from programmes.trails import tracked

#: What makes two targets the same one at different times.
IDENTITY = ("indicator_id", "programme_id", "phase_id", "disaggregation", "by_date")


@tracked(synced=True)
class Target(models.Model):
    """An indicator's value for a programme or phase, to be reached by a date.

    Revisions form a chain. In force is the last one of it that is no proposal; a proposal waits while nothing revises
    it. `set_by` is who set or proposed it, `accepted_by` who made a proposal count.
    """

    indicator = models.ForeignKey(
        "indicators.Indicator", on_delete=models.PROTECT, related_name="targets", verbose_name=_("indicator")
    )
    programme = models.ForeignKey(
        "programmes.Programme", on_delete=models.CASCADE, related_name="targets", verbose_name=_("programme")
    )
    phase = models.ForeignKey(
        "programmes.Phase",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="targets",
        verbose_name=_("phase"),
    )
    disaggregation = models.SlugField(_("disaggregation"), max_length=40, blank=True)
    by_date = models.DateField(_("by"))
    value = models.DecimalField(_("value"), max_digits=20, decimal_places=4)
    note = models.CharField(_("note"), max_length=300, blank=True)
    is_proposal = models.BooleanField(_("proposed, not accepted yet"), default=False)
    set_on = models.DateField(_("set on"))
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("set by"),
    )
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("accepted by"),
    )
    revises = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="revised_by", verbose_name=_("revises")
    )

    scope = ByProgramme("programme")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "programme", "phase", "disaggregation", "by_date"],
                condition=models.Q(revises__isnull=True),
                nulls_distinct=False,
                name="target_first_once",
            ),
            models.CheckConstraint(
                condition=models.Q(is_proposal=False) | models.Q(accepted_by__isnull=True),
                name="target_proposal_is_not_accepted",
            ),
            models.CheckConstraint(
                condition=models.Q(value__gt=-(10**15), value__lt=10**15), name="target_value_within_reach"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="target_revises_the_same",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF NEW.revises_id IS NOT NULL AND NOT EXISTS (
                        SELECT 1 FROM indicators_target t
                        WHERE t.id = NEW.revises_id AND t.indicator_id = NEW.indicator_id
                          AND t.programme_id = NEW.programme_id AND t.phase_id IS NOT DISTINCT FROM NEW.phase_id
                          AND t.disaggregation = NEW.disaggregation AND t.by_date = NEW.by_date
                    ) THEN
                        RAISE EXCEPTION 'a revision is of the same indicator, programme, phase, part and date'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'target_revises_the_same';
                    END IF;
                    IF NEW.phase_id IS NOT NULL AND NOT EXISTS (
                        SELECT 1 FROM programmes_phase p
                        WHERE p.id = NEW.phase_id AND p.programme_id = NEW.programme_id
                    ) THEN
                        RAISE EXCEPTION 'the phase belongs to another programme'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'target_fits_its_phase';
                    END IF;
                    IF TG_OP = 'UPDATE' AND NEW.value <> OLD.value THEN
                        RAISE EXCEPTION 'a target changes by a revision'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'target_value_stays';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.by_date}: {self.value}"
