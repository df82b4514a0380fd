"""A pack that somebody asked for, and packs that come by themselves."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from accounts.models import Language
from programmes.access import ByProgramme, ScopedQuerySet


class PackFormat(models.TextChoices):
    PDF = "pdf", _("PDF")
    XLSX = "xlsx", _("Excel (XLSX)")


class Cadence(models.TextChoices):
    MONTHLY = "monthly", _("every month")
    QUARTERLY = "quarterly", _("every quarter")
    HALF_YEARLY = "half_yearly", _("every half-year")


class ReportState(models.TextChoices):
    QUEUED = "queued", _("waits")
    RUNNING = "running", _("is being made")
    DONE = "done", _("ready")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


OPEN = (ReportState.QUEUED, ReportState.RUNNING)


class IsObject(models.Func):
    """Whether a JSON value is an object: SQL knows of no shorter way."""

    template = "(jsonb_typeof(%(expressions)s) = 'object')"
    output_field = models.BooleanField()


class Digest(models.Func):
    """The SHA-256 of bytes in hexadecimal digits."""

    template = "encode(sha256(%(expressions)s), 'hex')"
    output_field = models.CharField()


class ReportSchedule(models.Model):
    """A pack that comes on a cadence; its owner hears by e-mail, with a link and never the file."""

    programme = models.ForeignKey("programmes.Programme", on_delete=models.CASCADE, related_name="report_schedules")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="report_schedules")
    selection = models.JSONField(default=dict, blank=True)
    language = models.CharField(_("language"), max_length=5, choices=Language.choices)
    format = models.CharField(_("format"), max_length=10, choices=PackFormat.choices)
    cadence = models.CharField(_("how often"), max_length=20, choices=Cadence.choices)
    first_on = models.DateField(_("first on"))
    next_on = models.DateField(_("next on"))
    created_at = models.DateTimeField(auto_now_add=True)

    scope = ByProgramme("programme")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("pack on a cadence")
        verbose_name_plural = _("packs on a cadence")
        ordering = ["next_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(language__in=Language.values), name="report_schedule_language_known"),
            models.CheckConstraint(condition=Q(format__in=PackFormat.values), name="report_schedule_format_known"),
            models.CheckConstraint(condition=Q(cadence__in=Cadence.values), name="report_schedule_cadence_known"),
            models.CheckConstraint(
                condition=Q(next_on__gte=F("first_on")), name="report_schedule_next_not_before_first"
            ),
            models.CheckConstraint(condition=IsObject("selection"), name="report_schedule_selection_is_object"),
            models.UniqueConstraint(
                fields=["programme", "owner", "language", "format", "selection"], name="report_schedule_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.cadence} {self.format}"


class Report(models.Model):
    """A pack: what was asked, how far it is, and the file once it is there.

    `known_at` is frozen when it is asked: figures are those known then. `selection`: filters as in addresses. `tries`:
    how many workers began with it. The file is kept in the row, so that it is there exactly when the row says so, and
    gone with it.
    """

    programme = models.ForeignKey("programmes.Programme", on_delete=models.CASCADE, related_name="reports")
    schedule = models.ForeignKey(
        ReportSchedule, on_delete=models.SET_NULL, null=True, blank=True, related_name="reports"
    )
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    selection = models.JSONField(default=dict, blank=True)
    language = models.CharField(_("language"), max_length=5, choices=Language.choices)
    format = models.CharField(_("format"), max_length=10, choices=PackFormat.choices)
    known_at = models.DateTimeField(_("as known at"))
    created_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=20, choices=ReportState.choices, default=ReportState.QUEUED)
    tries = models.PositiveSmallIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=1)
    ended_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=500, blank=True)
    content = models.BinaryField(null=True, blank=True)
    size = models.PositiveIntegerField(null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    scope = ByProgramme("programme")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("pack")
        verbose_name_plural = _("packs")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state"], condition=Q(state__in=["queued", "running"]), name="report_open")]
        constraints = [
            models.CheckConstraint(condition=Q(language__in=Language.values), name="report_language_known"),
            models.CheckConstraint(condition=Q(format__in=PackFormat.values), name="report_format_known"),
            models.CheckConstraint(condition=Q(state__in=ReportState.values), name="report_state_known"),
            models.CheckConstraint(condition=IsObject("selection"), name="report_selection_is_object"),
            models.CheckConstraint(condition=Q(done__lte=F("total")), name="report_done_up_to_total"),
            models.CheckConstraint(condition=Q(known_at__lte=F("created_at")), name="report_known_before_it_was_asked"),
            models.CheckConstraint(
                condition=Q(state__in=OPEN, ended_at__isnull=True) | (~Q(state__in=OPEN) & Q(ended_at__isnull=False)),
                name="report_ended_unless_open",
            ),
            models.CheckConstraint(
                condition=Q(state=ReportState.DONE, content__isnull=False, done=F("total"))
                | (~Q(state=ReportState.DONE) & Q(content__isnull=True)),
                name="report_file_when_done",
            ),
            models.CheckConstraint(
                condition=Q(content__isnull=True, size__isnull=True, sha256="")
                | Q(content__isnull=False, size=Length("content"), sha256=Digest("content")),
                name="report_file_is_what_it_says",
            ),
            models.CheckConstraint(
                condition=Q(state=ReportState.FAILED) ^ Q(problem=""), name="report_problem_when_failed"
            ),
            models.CheckConstraint(
                condition=~Q(state=ReportState.RUNNING) | Q(tries__gte=1), name="report_running_was_begun"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.created_at:%Y-%m-%d} {self.format}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def filename(self) -> str:
        return f"{self.programme.code}-{self.known_at:%Y-%m-%d}-{self.language}.{self.format}".lower()


def without_content() -> Any:
    """Packs without their files, for lists."""
    return Report.objects.defer("content")
