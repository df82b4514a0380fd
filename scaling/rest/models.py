"""What the API remembers of requests: answers under their Idempotency-Key, and bulk writes in the background."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Language
from programmes.access import ByPerson, ScopedQuerySet


class StoredAnswer(models.Model):
    """The answer to a POST with an Idempotency-Key. Written with what the request did, or not at all.

    `token` tells the transaction that put the key down from one that found it there.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    token = models.UUIDField(default=uuid.uuid4, editable=False)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=bytes)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("answer under an idempotency key")
        verbose_name_plural = _("answers under idempotency keys")
        indexes = [models.Index(fields=["created_at"], name="stored_answer_age")]
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="stored_answer_once")]

    def __str__(self) -> str:
        return self.key


class JobState(models.TextChoices):
    QUEUED = "queued", _("waits")
    RUNNING = "running", _("is being done")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


class Mode(models.TextChoices):
    ALL_OR_NOTHING = "all_or_nothing", _("all or nothing")
    BEST_EFFORT = "best_effort", _("what can be written is written")


OPEN = (JobState.QUEUED, JobState.RUNNING)


class BulkJob(models.Model):
    """Many rows to be written in the background. The row is the truth: a killed worker is followed by the next.

    `done` counts rows that are answered; `tries` how many workers began without finishing a part.
    """

    kind = models.CharField(max_length=40)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    language = models.CharField(max_length=5, choices=Language.choices, default=Language.ENGLISH)
    mode = models.CharField(max_length=20, choices=Mode.choices)
    dry_run = models.BooleanField(default=False)
    state = models.CharField(max_length=20, choices=JobState.choices, default=JobState.QUEUED)
    tries = models.PositiveSmallIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField()
    counts = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=500, blank=True)

    scope = ByPerson("user")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("bulk write")
        verbose_name_plural = _("bulk writes")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state"], condition=Q(state__in=["queued", "running"]), name="bulk_job_open")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="bulk_job_state_known"),
            models.CheckConstraint(condition=Q(mode__in=Mode.values), name="bulk_job_mode_known"),
            models.CheckConstraint(condition=Q(done__lte=F("total")), name="bulk_job_done_up_to_total"),
            models.CheckConstraint(
                condition=Q(state__in=OPEN, ended_at__isnull=True) | (~Q(state__in=OPEN) & Q(ended_at__isnull=False)),
                name="bulk_job_ended_unless_open",
            ),
            models.CheckConstraint(
                condition=~Q(state=JobState.FAILED) | ~Q(problem=""), name="bulk_job_says_why_failed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class BulkPart(models.Model):
    """Some rows of a job, written in one transaction with their answers. `refused`: position → what the whole list says
    against a row."""

    job = models.ForeignKey(BulkJob, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    first = models.PositiveIntegerField()
    rows = models.JSONField()
    refused = models.JSONField(default=dict)
    answers = models.JSONField(null=True, blank=True)

    class Meta:
        verbose_name = _("part of a bulk write")
        verbose_name_plural = _("parts of bulk writes")
        constraints = [models.UniqueConstraint(fields=["job", "number"], name="bulk_part_once")]

    def __str__(self) -> str:
        return f"{self.job_id}/{self.number}"
