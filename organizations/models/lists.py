"""Lists of organizations that somebody brought, and what was learned from them about a programme's words."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from organizations.models.base import known
from programmes.access import ByProgramme, ScopedQuerySet


class ListState(models.TextChoices):
    RECEIVED = "received", _("received")
    COLUMNS = "columns", _("columns to choose")
    CHECKING = "checking", _("being checked")
    READY = "ready", _("checked")
    REFUSED = "refused", _("refused")
    COMMITTED = "committed", _("taken over")


def list_path(instance: models.Model, filename: str) -> str:
    """A name that says nothing and comes from nowhere outside."""
    return f"lists/{uuid.uuid4().hex}"


class ListUpload(models.Model):
    """A file and what a person decided about it; `revision` counts the decisions, so that a check of an earlier one
    does not pass for a check of the last.

    `outline` has the beginning of each sheet, `mapping` column number → field, `defaults` field → text for rows that
    have none, `choices` the matched values and the decisions about rows, `plan` what the list would change.
    """

    programme = models.ForeignKey(
        "programmes.Programme", on_delete=models.CASCADE, related_name="lists", verbose_name=_("programme")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("user")
    )
    name = models.CharField(_("name"), max_length=200)
    file = models.FileField(_("file"), upload_to=list_path, max_length=200)
    sha256 = models.CharField(_("fingerprint"), max_length=64)
    language = models.CharField(_("language"), max_length=8, default="en")
    state = models.CharField(_("state"), max_length=20, choices=ListState.choices, default=ListState.RECEIVED)
    progress = models.PositiveSmallIntegerField(_("progress, per cent"), default=0)
    revision = models.PositiveIntegerField(_("revision"), default=1)
    outline = models.JSONField(_("beginning of each sheet"), default=list, blank=True)
    sheet = models.CharField(_("sheet"), max_length=200, blank=True)
    header_row = models.PositiveIntegerField(_("row of the headings"), default=1)
    mapping = models.JSONField(_("columns"), default=dict, blank=True)
    defaults = models.JSONField(_("for rows that have none"), default=dict, blank=True)
    date_order = models.CharField(
        _("order in dates"), max_length=3, blank=True, choices=[("dmy", _("day first")), ("mdy", _("month first"))]
    )
    choices = models.JSONField(_("decisions"), default=dict, blank=True)
    plan = models.JSONField(_("what it would change"), default=dict, blank=True)
    message = models.CharField(_("message"), max_length=500, blank=True)
    uploaded_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    committed_at = models.DateTimeField(_("taken over"), null=True, blank=True)

    scope = ByProgramme("programme")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("list of organizations")
        verbose_name_plural = _("lists of organizations")
        ordering = ["-pk"]
        constraints = [
            known("state", ListState, "list_state_known"),
            models.CheckConstraint(condition=models.Q(progress__lte=100), name="list_progress_to_100"),
            models.CheckConstraint(condition=models.Q(date_order__in=["", "dmy", "mdy"]), name="list_order_known"),
            models.CheckConstraint(
                condition=models.Q(state=ListState.COMMITTED, committed_at__isnull=False)
                | (~models.Q(state=ListState.COMMITTED) & models.Q(committed_at__isnull=True)),
                name="list_committed_says_when",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ColumnMemory(models.Model):
    """How a heading was read in a programme's lists; an empty field means that the column is not read."""

    programme = models.ForeignKey("programmes.Programme", on_delete=models.CASCADE, related_name="+")
    header = models.CharField(_("heading"), max_length=300)
    field = models.CharField(_("field"), max_length=40, blank=True)

    scope = ByProgramme("programme")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("remembered column")
        verbose_name_plural = _("remembered columns")
        constraints = [models.UniqueConstraint(fields=["programme", "header"], name="column_memory_once")]

    def __str__(self) -> str:
        return f"{self.header} → {self.field}"


class ValueMemory(models.Model):
    """What a word in a programme's lists was matched to: the code of a choice, place, partner or organization."""

    programme = models.ForeignKey("programmes.Programme", on_delete=models.CASCADE, related_name="+")
    field = models.CharField(_("field"), max_length=40)
    text = models.CharField(_("text"), max_length=300)
    choice = models.CharField(_("read as"), max_length=60)

    scope = ByProgramme("programme")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("remembered value")
        verbose_name_plural = _("remembered values")
        constraints = [models.UniqueConstraint(fields=["programme", "field", "text"], name="value_memory_once")]

    def __str__(self) -> str:
        return f"{self.text} → {self.choice}"
