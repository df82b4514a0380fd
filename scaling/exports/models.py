"""An export that is made in the background and kept as a file for a while."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Language
from programmes.access import ByPerson, ScopedQuerySet
from scaling.rest.models import OPEN, JobState


class ExportFile(models.Model):
    """What was asked (a list and its filters, as in an address), how far it is. The file lies in its parts, so that
    neither making nor sending it holds all of it; it is there exactly when the row says done."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=2000, blank=True)
    language = models.CharField(max_length=5, choices=Language.choices, default=Language.ENGLISH)
    state = models.CharField(max_length=20, choices=JobState.choices, default=JobState.QUEUED)
    tries = models.PositiveSmallIntegerField(default=0)
    rows = models.PositiveBigIntegerField(null=True, blank=True)
    size = models.PositiveBigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=500, blank=True)

    scope = ByPerson("user")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("export as a file")
        verbose_name_plural = _("exports as files")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["state"], condition=Q(state__in=["queued", "running"]), name="export_file_open")
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="export_file_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=OPEN, ended_at__isnull=True) | (~Q(state__in=OPEN) & Q(ended_at__isnull=False)),
                name="export_file_ended_unless_open",
            ),
            models.CheckConstraint(
                condition=Q(state=JobState.DONE, size__isnull=False, rows__isnull=False)
                | (~Q(state=JobState.DONE) & Q(size__isnull=True, rows__isnull=True)),
                name="export_file_size_when_done",
            ),
            models.CheckConstraint(
                condition=~Q(state=JobState.FAILED) | ~Q(problem=""), name="export_file_says_why_failed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}.parquet"


class ExportPart(models.Model):
    """A piece of a file."""

    file = models.ForeignKey(ExportFile, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        verbose_name = _("part of an export")
        verbose_name_plural = _("parts of exports")
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="export_part_once")]

    def __str__(self) -> str:
        return f"{self.file_id}/{self.number}"
