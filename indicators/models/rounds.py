"""When something is measured: rounds with their window apart from the date they describe, and reporting periods."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from organizations.models.base import known
from programmes.access import ByProgramme, ScopedQuerySet


class RoundKind(models.TextChoices):
    BASELINE = "baseline", _("baseline")
    BIENNIAL = "biennial", _("biennial")
    MIDTERM = "midterm", _("mid-term")
    COMPLETION = "completion", _("completion")
    EX_POST = "ex_post", _("ex-post")


class RoundStatus(models.TextChoices):
    PLANNED = "planned", _("planned")
    OPEN = "open", _("open")
    CLOSED = "closed", _("closed")
    LOCKED = "locked", _("locked")
    REOPENED = "reopened", _("reopened")


@pghistory.track(
    pghistory.InsertEvent(level=pgtrigger.Statement),
    pghistory.UpdateEvent(level=pgtrigger.Statement),
)
class Round(models.Model):
    """A collection round of a programme. Instrument and scale version are fixed for it (I-18)."""

    programme = models.ForeignKey(
        "programmes.Programme", on_delete=models.CASCADE, related_name="rounds", verbose_name=_("programme")
    )
    code = models.SlugField(_("code"), max_length=60, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=RoundKind.choices)
    tags = ArrayField(
        models.CharField(max_length=20, choices=RoundKind.choices), default=list, blank=True, verbose_name=_("tags")
    )
    reference_date = models.DateField(_("date it describes"))
    window = DateRangeField(_("open for entry"))
    status = models.CharField(_("status"), max_length=20, choices=RoundStatus.choices, default=RoundStatus.PLANNED)
    status_reason = models.CharField(_("why it was reopened"), max_length=300, blank=True)
    scale_version = models.ForeignKey(
        "indicators.ScaleVersion", on_delete=models.PROTECT, related_name="+", verbose_name=_("version of the scale")
    )

    scope = ByProgramme("programme")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("round")
        verbose_name_plural = _("rounds")
        ordering = ["programme", "reference_date"]
        constraints = [
            known("kind", RoundKind, "round_kind_known"),
            known("status", RoundStatus, "round_status_known"),
            models.UniqueConstraint(fields=["programme", "kind", "reference_date"], name="round_once"),
            models.CheckConstraint(
                condition=~models.Q(status=RoundStatus.REOPENED) | ~models.Q(status_reason=""),
                name="round_reopened_with_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(tags__contained_by=list(RoundKind.values)), name="round_tags_known"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="round_takes_only_its_steps",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                    IF OLD.status <> NEW.status AND (OLD.status, NEW.status) NOT IN (
                        ('planned', 'open'), ('open', 'closed'), ('closed', 'locked'), ('closed', 'reopened'),
                        ('locked', 'reopened'), ('reopened', 'closed')) THEN
                        RAISE EXCEPTION 'a round goes from % to % by no step', OLD.status, NEW.status
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'round_takes_only_its_steps';
                    END IF;
                    IF OLD.scale_version_id <> NEW.scale_version_id
                       AND EXISTS (SELECT 1 FROM indicators_return r WHERE r.round_id = NEW.id) THEN
                        RAISE EXCEPTION 'returns were scored on this version of the scale'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'round_scale_is_pinned';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def takes_entries(self) -> bool:
        return self.status in (RoundStatus.OPEN, RoundStatus.REOPENED)


class PeriodKind(models.TextChoices):
    SEMI_ANNUAL = "semi_annual", _("half-year")
    ANNUAL = "annual", _("year")


class ReportingPeriod(models.Model):
    """A half-year or year for which outputs are reported."""

    programme = models.ForeignKey(
        "programmes.Programme", on_delete=models.CASCADE, related_name="periods", verbose_name=_("programme")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=PeriodKind.choices)
    period = DateRangeField(_("period"))
    is_locked = models.BooleanField(_("locked"), default=False)

    scope = ByProgramme("programme")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("reporting period")
        verbose_name_plural = _("reporting periods")
        constraints = [
            known("kind", PeriodKind, "period_kind_known"),
            ExclusionConstraint(
                name="period_no_overlap",
                expressions=[
                    ("programme", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.period}"


class DueReason(models.TextChoices):
    """Why an organization is due in a round, or not."""

    DUE = "due", _("due")
    TOO_YOUNG = "too_young", _("formed less than six months before")
    ENDED = "ended", _("ended before; exit form")
    FORMING = "forming", _("still forming")


class RoundDue(models.Model):
    """The list of organizations due, frozen when the round opens."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="due", verbose_name=_("round"))
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.PROTECT, related_name="+", verbose_name=_("organization")
    )
    is_due = models.BooleanField(_("due"))
    reason = models.CharField(_("reason"), max_length=20, choices=DueReason.choices)

    scope = ByProgramme("round__programme")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("organization due in a round")
        verbose_name_plural = _("organizations due in rounds")
        constraints = [
            known("reason", DueReason, "round_due_reason_known"),
            models.UniqueConstraint(fields=["round", "organization"], name="round_due_once"),
            models.CheckConstraint(
                condition=models.Q(is_due=True, reason=DueReason.DUE)
                | (models.Q(is_due=False) & ~models.Q(reason=DueReason.DUE)),
                name="round_due_or_reason",
            ),
        ]
        triggers = [pgtrigger.ReadOnly(name="round_due_is_frozen")]

    def __str__(self) -> str:
        return f"{self.round} · {self.organization}"


class Target(models.Model):
    """What is to be reached: an indicator, for a programme or phase, by a date."""

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
    set_on = models.DateField(_("set on"))
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("set by"),
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
                fields=["indicator", "programme", "phase", "disaggregation", "by_date", "set_on"],
                nulls_distinct=False,
                name="target_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.by_date}: {self.value}"
