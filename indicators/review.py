"""Review: approve returns, send one back with a comment, correct an approved value with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from indicators import instruments
from indicators.models import CorrectionCode, Return, ReturnComment, ReturnState, Round, RoundStatus, Severity, Way
from indicators.returns import ENTERED_REASONS, number, tell
from indicators.rules import check
from indicators.signals import returns_approved
from programmes.access import Permission, may, require
from programmes.texts import checked, problem_of


def _reviewed_round(round_: Round, by: Any) -> Round:
    require(by, Permission.RETURNS_REVIEW, programme=round_.programme)
    now = Round.objects.select_for_update(of=("self",), no_key=True).get(pk=round_.pk)
    if now.status == RoundStatus.LOCKED:
        raise ValidationError({"round": _("The round is locked; reopen it first.")})
    return now


def _locked(of: Return, by: Any) -> Return:
    row = Return.objects.select_for_update(of=("self",)).select_related("round__programme").get(pk=of.pk)
    _reviewed_round(row.round, by)
    return row


@dataclass
class Approval:
    """What became of an approval: returns approved, and by organization code why others were not."""

    approved: list[Return] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)


@transaction.atomic
def approve_rows(
    *, round: Round, by: Any, organizations: Iterable[str] | None = None, way: str = Way.COMMAND
) -> Approval:
    """Approve submitted returns, all of the round or those named; never what `by` entered (I-19)."""
    now = _reviewed_round(round, by)
    wanted = Return.objects.select_for_update(of=("self",)).select_related("organization").filter(round=now)
    if organizations is not None:
        wanted = wanted.filter(organization__code__in=list(organizations))
    done = Approval()
    for row in wanted.order_by("pk"):
        if row.state != ReturnState.SUBMITTED:
            if organizations is not None:
                done.kept[row.organization.code] = _("Only a submitted return can be approved.")
        elif by.pk in {row.entered_by_id, *row.entered_by_ids}:
            done.kept[row.organization.code] = _("Somebody else than who entered the values approves them.")
        else:
            row.state, row.approved_by, row.approved_at = ReturnState.APPROVED, by, timezone.now()
            row.version += 1
            row.changed_by, row.changed_from = by, way
            done.approved.append(row)
    Return.objects.bulk_update(
        done.approved,
        ["state", "approved_by", "approved_at", "version", "changed_by", "changed_from"],
        batch_size=1000,
    )
    if done.approved:
        tell(done.approved)
        returns_approved.send(sender=Return, returns=done.approved)
    return done


def approve(*, of: Return, by: Any, way: str = Way.COMMAND) -> Return:
    """Approve one submitted return. Raises ValidationError when it is not submitted or `by` entered it (I-19)."""
    organization = of.organization.code
    done = approve_rows(round=of.round, by=by, organizations=[organization], way=way)
    if organization in done.kept:
        raise ValidationError({"state": done.kept[organization]})
    return done.approved[0]


@transaction.atomic
def send_back(*, of: Return, by: Any, comment: str, code: str = "", way: str = Way.COMMAND) -> Return:
    """Return it to the officer with comments: this one, or those on its values since it was submitted.

    Raises ValidationError where there is neither.
    """
    row = _locked(of, by)
    if row.state != ReturnState.SUBMITTED:
        raise ValidationError({"state": _("Only a submitted return can be sent back.")})
    comment = checked(comment, "comment")
    said = row.comments.filter(author=by, written_at__gte=row.submitted_at).exists() if row.submitted_at else False
    if not comment and not said:
        raise ValidationError({"comment": _("Say what should be mended.")})
    row.state, row.version = ReturnState.RETURNED, row.version + 1
    row.changed_by, row.changed_from = by, way
    row.save()
    if comment:
        ReturnComment.objects.create(of_return=row, author=by, text=comment, code=code)
    return row


@transaction.atomic
def comment(*, of: Return, by: Any, text: str, code: str = "") -> ReturnComment:
    """Say something about a return or one of its values, as somebody who enters or reviews it.

    Raises ValidationError for an empty text.
    """
    text = checked(text, "text")
    if not text:
        raise ValidationError({"text": _("Write a comment.")})
    if not may(by, Permission.RETURNS_ENTER, programme=of.round.programme):
        require(by, Permission.RETURNS_REVIEW, programme=of.round.programme)
    return ReturnComment.objects.create(of_return=of, author=by, text=text, code=code)


@transaction.atomic
def comment_many(said: Iterable[tuple[Return, str, str]], *, by: Any) -> list[ReturnComment]:
    """Comments on values of many returns, each (return, text, key); the programmes of all of them are asked once."""
    said = list(said)
    for programme in {row.round.programme_id: row.round.programme for row, _text, _key in said}.values():
        if not may(by, Permission.RETURNS_ENTER, programme=programme):
            require(by, Permission.RETURNS_REVIEW, programme=programme)
    rows = [ReturnComment(of_return=row, author=by, text=checked(text, "comment"), code=key) for row, text, key in said]
    return ReturnComment.objects.bulk_create(rows, batch_size=1000)


@transaction.atomic
def correct(
    *,
    of: Return,
    by: Any,
    values: Mapping[str, Any],
    code: str,
    reason: str,
    null_reasons: Mapping[str, str] | None = None,
    evidence: Mapping[str, str] | None = None,
    way: str = Way.COMMAND,
) -> Return:
    """Change approved values; what was first approved is kept in `reported`. `code` is one of CorrectionCode;
    `null_reasons` names values that turn out not to be known.

    Raises ValidationError without a coded reason and a note, for a return that is not approved, for a correction that
    changes nothing, and by key for values that do not fit.
    """
    row = _locked(of, by)
    if row.state != ReturnState.APPROVED:
        raise ValidationError({"state": _("Only approved values are corrected; a draft is simply changed.")})
    if code not in CorrectionCode.values:
        raise ValidationError({"code": _("Choose why the value was wrong.")})
    reason = checked(reason, "reason", longest=300)
    if not reason:
        raise ValidationError({"reason": _("Say why the value is corrected.")})
    if wrong := {key: why for key, text in (evidence or {}).items() if (why := problem_of(text))}:
        raise ValidationError(wrong)
    unknown = dict(null_reasons or {})
    if wrong := {key: _("One of these reasons is expected: %(known)s.") % {"known": ", ".join(ENTERED_REASONS)}
                 for key, why in unknown.items() if why not in ENTERED_REASONS}:  # fmt: skip
        raise ValidationError(wrong)
    kept = {key: value for key, value in row.values.items() if key not in unknown}
    new = {**kept, **{key: _plain(key, value) for key, value in values.items()}}
    papers = {**row.evidence, **(evidence or {})}
    reasons = {**{key: why for key, why in row.null_reasons.items() if key not in new}, **unknown}
    if (new, papers, reasons) == (row.values, row.evidence, row.null_reasons):
        raise ValidationError({"values": _("This is what stands there already.")})
    instrument = instruments.load(row.round)
    errors = {
        one.key: one.message
        for one in check(instrument.fields, instrument.rules, instruments.sheet_of(new, papers, {}, {}))
        if one.severity != Severity.WARNING
    }
    if errors:
        raise ValidationError(errors)
    with pghistory.context(reason=reason, user=by.pk):
        row.reported = row.reported if row.reported is not None else row.values
        row.values, row.evidence, row.null_reasons = new, papers, reasons
        row.correction_code, row.correction_reason, row.version = code, reason, row.version + 1
        row.changed_by, row.changed_from = by, way
        row.save()
    tell([row])
    return row


def _plain(key: str, value: Any) -> int | float:
    try:
        found = number(value)
    except ValidationError as error:
        raise ValidationError({key: error.messages[0]}) from error
    return int(found) if found == found.to_integral_value() else float(found)
