"""Review: approve a return, send it back with a comment, correct an approved value with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from indicators.models import Return, ReturnComment, ReturnState, RoundStatus
from indicators.returns import check_evidence, check_values, tell
from programmes.access import Permission, require


def _locked(of: Return, by: Any) -> Return:
    row = Return.objects.select_for_update(of=("self",)).select_related("round__programme").get(pk=of.pk)
    assert row.round is not None
    require(by, Permission.RETURNS_REVIEW, programme=row.round.programme)
    if row.round.status == RoundStatus.LOCKED:
        raise ValidationError({"round": _("The round is locked; reopen it first.")})
    return row


@transaction.atomic
def approve(*, of: Return, by: Any) -> Return:
    """Approve a submitted return. Raises ValidationError when it is not submitted or `by` entered it (I-19)."""
    row = _locked(of, by)
    if row.state != ReturnState.SUBMITTED:
        raise ValidationError({"state": _("Only a submitted return can be approved.")})
    if by.pk in {row.entered_by_id, *row.entered_by_ids}:
        raise ValidationError({"approved_by": _("Somebody else than who entered the values approves them.")})
    row.state, row.approved_by, row.approved_at = ReturnState.APPROVED, by, timezone.now()
    row.version += 1
    row.save()
    tell([row])
    return row


@transaction.atomic
def send_back(*, of: Return, by: Any, comment: str, code: str = "") -> Return:
    """Return it to the officer with a comment. Raises ValidationError without one."""
    row = _locked(of, by)
    if row.state != ReturnState.SUBMITTED:
        raise ValidationError({"state": _("Only a submitted return can be sent back.")})
    if not comment.strip():
        raise ValidationError({"comment": _("Say what should be mended.")})
    row.state, row.version = ReturnState.RETURNED, row.version + 1
    row.save()
    ReturnComment.objects.create(of_return=row, author=by, text=comment.strip(), code=code)
    return row


@transaction.atomic
def correct(
    *, of: Return, by: Any, values: Mapping[str, Any], reason: str, evidence: Mapping[str, str] | None = None
) -> Return:
    """Change approved values; what was first approved is kept in `reported`.

    Raises ValidationError without a reason, for a return that is not approved, and by key for values that do not fit.
    """
    row = _locked(of, by)
    if row.state != ReturnState.APPROVED:
        raise ValidationError({"state": _("Only approved values are corrected; a draft is simply changed.")})
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the value is corrected.")})
    new = {**row.values, **values}
    check_values(new, row.null_reasons)
    row.evidence = {**row.evidence, **(evidence or {})}
    check_evidence(row.evidence, new)
    with pghistory.context(reason=reason.strip(), user=by.pk):
        row.reported = row.reported if row.reported is not None else row.values
        row.values, row.correction_reason, row.version = new, reason.strip(), row.version + 1
        row.save()
    tell([row])
    return row
