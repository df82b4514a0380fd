"""When something is measured: rounds, with the window of entry apart from the date or period they describe.

Outcome rounds describe a date; output rounds (half-years and years) describe the reporting period that ends on it. Both
live the same life (due list, entry, review, lock), so they are one table.
"""

from __future__ import annotations

import datetime

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from indicators.models.catalogue import CollectedIn
from organizations.models.base import known
from programmes.access import ByProgramme, ScopedQuerySet
from programmes.trails import tracked


class RoundKind(models.TextChoices):
    BASELINE = "baseline", _("baseline")
    BIENNIAL = "biennial", _("biennial")
    MIDTERM = "midterm", _("mid-term")
    COMPLETION = "completion", _("completion")
    EX_POST = "ex_post", _("ex-post")
    SEMI_ANNUAL = "semi_annual", _("half-year")
    ANNUAL = "annual", _("year")


#: Rounds in which outputs of a reporting period are reported; the others describe a date.
COLLECTS = {RoundKind.SEMI_ANNUAL: CollectedIn.HALF_YEAR, RoundKind.ANNUAL: CollectedIn.YEAR}
OUTPUT_KINDS = tuple(COLLECTS)


class RoundStatus(models.TextChoices):
    PLANNED = "planned", _("planned")
    OPEN = "open", _("open")
    CLOSED = "closed", _("closed")
    LOCKED = "locked", _("locked")
    REOPENED = "reopened", _("reopened")


def remind_before_and_after() -> list[int]:
    """Two weeks and three days before the window ends, and a week after for those who have not reported."""
    return [14, 3, -7]


def _day_after(field: str) -> models.ExpressionWrapper:
    return models.ExpressionWrapper(
        models.F(field) + models.Value(datetime.timedelta(days=1)), output_field=models.DateField()
    )


@tracked(synced=True)
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
    period = DateRangeField(_("period it describes"), null=True, blank=True)
    window = DateRangeField(_("open for entry"))
    status = models.CharField(_("status"), max_length=20, choices=RoundStatus.choices, default=RoundStatus.PLANNED)
    status_reason = models.CharField(_("why it was reopened"), max_length=300, blank=True)
    scale_version = models.ForeignKey(
        "indicators.ScaleVersion", on_delete=models.PROTECT, related_name="+", verbose_name=_("version of the scale")
    )
    #: Codes of the indicators that are asked; filled from the catalogue when the round opens, fixed from then on.
    instrument = ArrayField(
        models.CharField(max_length=40), default=list, blank=True, verbose_name=_("indicators asked")
    )
    #: A baseline for those who entered after the programme's own: due is only who has no baseline yet.
    is_for_late_entrants = models.BooleanField(_("own baselines of late entrants"), default=False)
    #: Amounts of money in returns are in this currency; without one they are not converted.
    currency = models.CharField(_("currency of amounts"), max_length=3, blank=True, default="")
    #: Days before (positive) or after (negative) the end of the window on which officers are reminded.
    reminder_days = ArrayField(
        models.SmallIntegerField(), default=remind_before_and_after, blank=True, verbose_name=_("days of reminders")
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
                condition=models.Q(
                    kind__in=OUTPUT_KINDS, period__isnull=False, period__endswith=_day_after("reference_date")
                )
                | (~models.Q(kind__in=OUTPUT_KINDS) & models.Q(period__isnull=True)),
                name="round_of_outputs_has_its_period",
            ),
            models.CheckConstraint(
                condition=models.Q(is_for_late_entrants=False) | models.Q(kind=RoundKind.BASELINE),
                name="round_for_late_entrants_is_a_baseline",
            ),
            ExclusionConstraint(
                name="round_periods_no_overlap",
                expressions=[
                    ("programme", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=models.Q(period__isnull=False),
            ),
            models.CheckConstraint(
                condition=~models.Q(status=RoundStatus.REOPENED) | ~models.Q(status_reason=""),
                name="round_reopened_with_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(currency="") | models.Q(currency__regex=r"^[A-Z]{3}$"),
                name="round_currency_iso_4217",
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
                    IF OLD.status <> 'planned' AND OLD.instrument <> NEW.instrument THEN
                        RAISE EXCEPTION 'the indicators asked are fixed once the round has opened'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'round_instrument_is_pinned';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def collects(self) -> CollectedIn:
        """Which fields of the catalogue belong in such a round."""
        return COLLECTS.get(RoundKind(self.kind), CollectedIn.OUTCOME)

    @property
    def tag_labels(self) -> list[str]:
        """Other rounds that this one serves as, in words."""
        return [str(RoundKind(tag).label) for tag in self.tags]

    @property
    def takes_entries(self) -> bool:
        return self.status in (RoundStatus.OPEN, RoundStatus.REOPENED)


class DueReason(models.TextChoices):
    """Why an organization is due in a round, or not."""

    DUE = "due", _("due")
    TOO_YOUNG = "too_young", _("formed less than six months before")
    ENDED = "ended", _("ended before; exit form")
    FORMING = "forming", _("still forming")
    HAS_BASELINE = "has_baseline", _("has its own baseline already")


@tracked()
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


class ExitForm(models.Model):
    """The last word on an organization that ended before a round: when, why, and how many members it last had."""

    due = models.OneToOneField(
        RoundDue, on_delete=models.PROTECT, related_name="exit_form", verbose_name=_("organization due in a round")
    )
    ended_on = models.DateField(_("ended on"))
    reason = models.CharField(_("reason"), max_length=300)
    last_members = models.PositiveIntegerField(_("members when it was last counted"), null=True, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("entered by")
    )
    entered_at = models.DateTimeField(_("entered"), auto_now=True)

    scope = ByProgramme("due__round__programme")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("exit form")
        verbose_name_plural = _("exit forms")
        constraints = [models.CheckConstraint(condition=~models.Q(reason=""), name="exit_form_has_reason")]

    def __str__(self) -> str:
        return str(self.due)


@tracked()
class OverlapSample(models.Model):
    """Of members asked in a round, how many are in another organization too: by kind and place, empty for all (4.2).

    The narrowest sample that fits an organization counts: its kind and place, its kind, its place, all.
    """

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="overlap_samples", verbose_name=_("round"))
    kind = models.CharField(_("kind"), max_length=30, blank=True)
    place = models.ForeignKey(
        "programmes.Place", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("place")
    )
    asked = models.PositiveIntegerField(_("members asked"))
    in_another = models.PositiveIntegerField(_("members of another organization too"))

    scope = ByProgramme("round__programme")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("sample of double membership")
        verbose_name_plural = _("samples of double membership")
        constraints = [
            models.UniqueConstraint(
                fields=["round", "kind", "place"], nulls_distinct=False, name="overlap_sample_once"
            ),
            models.CheckConstraint(
                condition=models.Q(asked__gt=0, in_another__lte=models.F("asked")), name="overlap_sample_within_asked"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round}: {self.in_another} / {self.asked}"


class Reminder(models.Model):
    """What an officer was told about a round on a day; e-mail and the list on the work page show the same."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="reminders", verbose_name=_("round"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("user")
    )
    day = models.DateField(_("day"))
    missing = models.PositiveIntegerField(_("not reported"))
    sent_at = models.DateTimeField(_("sent"), auto_now_add=True)

    scope = ByProgramme("round__programme")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [models.UniqueConstraint(fields=["round", "user", "day"], name="reminder_once_a_day")]

    def __str__(self) -> str:
        return f"{self.round} · {self.day}"
