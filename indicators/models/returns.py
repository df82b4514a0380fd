"""A return: one organization's values for one round, in one row, with its state and its history."""

from __future__ import annotations

import uuid

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organizations.models.base import known
from programmes.access import ByProgramme, ScopedQuerySet
from programmes.trails import by_moment


class ReturnState(models.TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("submitted")
    RETURNED = "returned", _("returned with comments")
    APPROVED = "approved", _("approved")


class Method(models.TextChoices):
    REGISTER = "register", _("register")
    ASSESSMENT = "assessment", _("assessment")
    SURVEY = "survey", _("survey")
    ESTIMATE = "estimate", _("estimate")
    RECALL = "recall", _("recall")


class Way(models.TextChoices):
    """How a change came in."""

    GRID = "grid", _("grid")
    FORM = "form", _("form")
    WORKBOOK = "workbook", _("workbook")
    API = "api", _("API")
    COMMAND = "command", _("command")


class CorrectionCode(models.TextChoices):
    """Why an approved value was wrong."""

    TRANSCRIPTION = "transcription", _("copied or typed wrongly")
    MISCOUNT = "miscount", _("counted wrongly")
    DEFINITION = "definition", _("definition misunderstood")
    LATE_INFORMATION = "late_information", _("information that came later")
    VERIFICATION = "verification", _("found by verification or audit")
    MIXED_UP = "mixed_up", _("mixed up with another organization or round")
    OTHER = "other", _("other reason")


def evidence_path(instance: models.Model, filename: str) -> str:
    """A name that says nothing and comes from nowhere outside."""
    return f"evidence/{uuid.uuid4().hex}"


@pghistory.track(
    pghistory.InsertEvent(level=pgtrigger.Statement),
    pghistory.UpdateEvent(level=pgtrigger.Statement),
    pghistory.DeleteEvent(level=pgtrigger.Statement),
    **by_moment(),
)
class Return(models.Model):
    """`values` maps an indicator code, or code.cell for a disaggregation (`OP-06.women`), to a number.

    What has no value has a reason in `null_reasons`; a key is never in both. `evidence` maps a rated item to what was
    seen. `reported` keeps the values as first approved once they have been corrected.
    """

    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.PROTECT, related_name="returns", verbose_name=_("organization")
    )
    round = models.ForeignKey(
        "indicators.Round", on_delete=models.PROTECT, related_name="returns", verbose_name=_("round")
    )
    values = models.JSONField(_("values"), default=dict)
    null_reasons = models.JSONField(_("reasons for no value"), default=dict, blank=True)
    evidence = models.JSONField(_("evidence"), default=dict, blank=True)
    #: Warnings that a person looked at and let stand: rule and key (`growth:OP-06`) → the note.
    confirmed = models.JSONField(_("confirmed warnings"), default=dict, blank=True)
    incomplete = ArrayField(
        models.CharField(max_length=40), default=list, blank=True, verbose_name=_("incomplete disaggregations")
    )
    method = models.CharField(_("method"), max_length=20, choices=Method.choices, default=Method.ASSESSMENT)
    state = models.CharField(_("state"), max_length=20, choices=ReturnState.choices, default=ReturnState.DRAFT)
    version = models.PositiveIntegerField(_("version"), default=1)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("entered by")
    )
    #: Everybody who ever entered a value here; none of them approves it (I-19).
    entered_by_ids = ArrayField(models.BigIntegerField(), default=list, editable=False)
    entered_at = models.DateTimeField(_("entered"), default=timezone.now)
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approved by"),
    )
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)
    #: Who made the latest change of whatever kind, and how it came in; each row of the history has its own.
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("changed by"),
    )
    changed_from = models.CharField(
        _("came in by"), max_length=20, choices=Way.choices, default=Way.COMMAND, db_default=Way.COMMAND
    )
    reported = models.JSONField(_("values as first approved"), null=True, blank=True)
    correction_code = models.CharField(
        _("kind of reason for the correction"), max_length=20, choices=CorrectionCode.choices, blank=True, db_default=""
    )
    correction_reason = models.CharField(_("note on the correction"), max_length=300, blank=True)

    scope = ByProgramme("round__programme")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("return")
        verbose_name_plural = _("returns")
        ordering = ["pk"]
        constraints = [
            known("state", ReturnState, "return_state_known"),
            known("method", Method, "return_method_known"),
            known("changed_from", Way, "return_way_known"),
            known("correction_code", CorrectionCode, "return_correction_code_known", blank=True),
            models.UniqueConstraint(fields=["round", "organization"], name="return_once_a_round"),
            models.CheckConstraint(
                condition=models.Q(approved_by__isnull=True) | ~models.Q(approved_by=models.F("entered_by")),
                name="return_approved_by_another",
            ),
            models.CheckConstraint(
                condition=models.Q(state=ReturnState.APPROVED, approved_by__isnull=False, approved_at__isnull=False)
                | (~models.Q(state=ReturnState.APPROVED) & models.Q(approved_by__isnull=True)),
                name="return_approved_says_by_whom",
            ),
            models.CheckConstraint(
                condition=models.Q(reported__isnull=True)
                | (~models.Q(correction_reason="") & ~models.Q(correction_code="")),
                name="return_correction_has_reason",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="return_values_fit",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="PERFORM indicators_check_return(NEW); RETURN NEW;",
            ),
            pgtrigger.Trigger(
                name="return_locked_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF EXISTS (SELECT 1 FROM indicators_round r
                               WHERE r.id IN (OLD.round_id, NEW.round_id) AND r.status = 'locked') THEN
                        RAISE EXCEPTION 'the round is locked; reopen it first'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'return_locked_stays';
                    END IF;
                    IF TG_OP = 'UPDATE' AND OLD.state = 'approved' AND NEW.state = 'approved'
                       AND NEW.values IS DISTINCT FROM OLD.values AND NEW.reported IS NULL THEN
                        RAISE EXCEPTION 'an approved value changes only by a correction, which keeps what was reported'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'return_approved_is_corrected';
                    END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="return_approval_holds",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF TG_OP <> 'INSERT' AND OLD.state = 'approved'
                       AND (TG_OP = 'DELETE' OR NEW.state <> 'approved') THEN
                        RAISE EXCEPTION 'an approved return stays approved; its values are corrected'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'return_approved_stays';
                    END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    IF NEW.approved_by_id = ANY (NEW.entered_by_ids) THEN
                        RAISE EXCEPTION 'approved by somebody who entered values'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'return_approved_by_another';
                    END IF;
                    IF TG_OP = 'UPDATE' AND NOT OLD.entered_by_ids <@ NEW.entered_by_ids THEN
                        RAISE EXCEPTION 'who entered values is never forgotten'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'return_entered_by_is_kept';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} · {self.round}"


class EvidenceFile(models.Model):
    """A paper behind a value. The file lies outside the web root under a name of our own; its name is only told."""

    of_return = models.ForeignKey(Return, on_delete=models.CASCADE, related_name="files", verbose_name=_("return"))
    code = models.CharField(_("about"), max_length=60)
    file = models.FileField(_("file"), upload_to=evidence_path, max_length=200)
    name = models.CharField(_("name"), max_length=200)
    content_type = models.CharField(_("type"), max_length=100)
    size = models.PositiveIntegerField(_("bytes"))
    sha256 = models.CharField(_("checksum"), max_length=64)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded"), auto_now_add=True)

    scope = ByProgramme("of_return__round__programme")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("evidence file")
        verbose_name_plural = _("evidence files")
        constraints = [
            models.UniqueConstraint(fields=["of_return", "code", "sha256"], name="evidence_file_once"),
        ]

    def __str__(self) -> str:
        return self.name


class EntryBatch(models.Model):
    """A batch of changes that a browser sent, by its own key: sent again, it gets the same answer and no effect."""

    key = models.UUIDField(_("key"), primary_key=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("user")
    )
    round = models.ForeignKey("indicators.Round", on_delete=models.CASCADE, related_name="+", verbose_name=_("round"))
    body_hash = models.CharField(_("checksum"), max_length=64)
    answer = models.JSONField(_("answer"))
    received_at = models.DateTimeField(_("received"), auto_now_add=True)

    scope = ByProgramme("round__programme")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("batch of changes")
        verbose_name_plural = _("batches of changes")
        indexes = [models.Index(fields=["received_at"], name="entry_batch_received")]

    def __str__(self) -> str:
        return str(self.key)


class ReturnComment(models.Model):
    """What the reviewer and the officer say to each other about a return, or about one of its values."""

    of_return = models.ForeignKey(Return, on_delete=models.CASCADE, related_name="comments", verbose_name=_("return"))
    code = models.CharField(_("about"), max_length=60, blank=True)
    text = models.TextField(_("comment"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("author")
    )
    written_at = models.DateTimeField(_("written"), auto_now_add=True)

    scope = ByProgramme("of_return__round__programme")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment on a return")
        verbose_name_plural = _("comments on returns")
        constraints = [models.CheckConstraint(condition=~models.Q(text=""), name="return_comment_has_text")]

    def __str__(self) -> str:
        return self.text[:60]
