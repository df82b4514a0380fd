"""A second, independent rating of a sample of organizations, by which the first ones can be trusted or not."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from programmes.access import ByProgramme, ScopedQuerySet
from programmes.trails import tracked


@tracked()
class SecondAssessment(models.Model):
    """An organization drawn for a second rating in a round, and the levels that a second assessor gave.

    `levels` maps a rated item to a level from 1 to 6. The draw is told by its seed, so that it can be repeated.
    """

    round = models.ForeignKey(
        "indicators.Round", on_delete=models.PROTECT, related_name="second_assessments", verbose_name=_("round")
    )
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.PROTECT, related_name="+", verbose_name=_("organization")
    )
    seed = models.PositiveIntegerField(_("seed of the draw"))
    drawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("drawn by")
    )
    drawn_at = models.DateTimeField(_("drawn"), auto_now_add=True)
    assessor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("second assessor"),
    )
    levels = models.JSONField(_("levels"), default=dict, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)

    scope = ByProgramme("round__programme")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("second assessment")
        verbose_name_plural = _("second assessments")
        ordering = ["round", "organization"]
        constraints = [
            models.UniqueConstraint(fields=["round", "organization"], name="second_assessment_once"),
            models.CheckConstraint(
                condition=models.Q(done_at__isnull=True, assessor__isnull=True, levels={})
                | (models.Q(done_at__isnull=False, assessor__isnull=False) & ~models.Q(levels={})),
                name="second_assessment_says_by_whom",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="second_assessment_is_independent",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF EXISTS (SELECT 1 FROM indicators_round r
                               WHERE r.id IN (OLD.round_id, NEW.round_id) AND r.status = 'locked') THEN
                        RAISE EXCEPTION 'the round is locked; reopen it first'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'second_assessment_locked_stays';
                    END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    IF EXISTS (SELECT 1 FROM indicators_return f
                               WHERE f.round_id = NEW.round_id AND f.organization_id = NEW.organization_id
                                 AND NEW.assessor_id = ANY (f.entered_by_ids)) THEN
                        RAISE EXCEPTION 'the second assessor entered the first ratings'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'second_assessment_is_independent';
                    END IF;
                    IF EXISTS (SELECT 1 FROM jsonb_each(NEW.levels) one
                               WHERE one.value NOT IN ('1', '2', '3', '4', '5', '6')
                                  OR NOT EXISTS (SELECT 1 FROM indicators_indicator i
                                                 WHERE i.code = one.key AND i.is_rating)) THEN
                        RAISE EXCEPTION 'levels are whole numbers from 1 to 6 of rated items'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'second_assessment_levels_1_to_6';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.organization} · {self.round}"
