"""Workbooks that were uploaded: the file, what it would change, and what became of it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from organizations.models.base import known
from programmes.access import ByProgramme, ScopedQuerySet


class UploadState(models.TextChoices):
    RECEIVED = "received", _("received")
    READY = "ready", _("read")
    REFUSED = "refused", _("refused")
    COMMITTED = "committed", _("taken over")


def workbook_path(instance: models.Model, filename: str) -> str:
    """A name that says nothing and comes from nowhere outside."""
    return f"workbooks/{uuid.uuid4().hex}"


class WorkbookUpload(models.Model):
    """`plan` is what the file would change, made in the background; it is checked again when it is taken over."""

    round = models.ForeignKey(
        "indicators.Round", on_delete=models.CASCADE, related_name="uploads", verbose_name=_("round")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("user")
    )
    name = models.CharField(_("name"), max_length=200)
    file = models.FileField(_("file"), upload_to=workbook_path, max_length=200)
    language = models.CharField(_("language"), max_length=8, default="en")
    state = models.CharField(_("state"), max_length=20, choices=UploadState.choices, default=UploadState.RECEIVED)
    progress = models.PositiveSmallIntegerField(_("progress, per cent"), default=0)
    plan = models.JSONField(_("what it would change"), default=dict, blank=True)
    message = models.CharField(_("message"), max_length=500, blank=True)
    uploaded_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    committed_at = models.DateTimeField(_("taken over"), null=True, blank=True)

    scope = ByProgramme("round__programme")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("uploaded workbook")
        verbose_name_plural = _("uploaded workbooks")
        ordering = ["-pk"]
        constraints = [
            known("state", UploadState, "workbook_state_known"),
            models.CheckConstraint(condition=models.Q(progress__lte=100), name="workbook_progress_to_100"),
            models.CheckConstraint(
                condition=models.Q(state=UploadState.COMMITTED, committed_at__isnull=False)
                | (~models.Q(state=UploadState.COMMITTED) & models.Q(committed_at__isnull=True)),
                name="workbook_committed_says_when",
            ),
        ]

    def __str__(self) -> str:
        return self.name
