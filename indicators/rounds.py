"""Open, close, lock and reopen a round. Opening freezes the list of organizations that are due."""

from __future__ import annotations

import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from indicators.models import DueReason, Round, RoundDue, RoundStatus
from indicators.signals import returns_changed
from organizations.models import Organization, OrganizationStatus, Status
from organizations.models.statuses import ENDED
from programmes.access import Permission, require

#: Formed at least this long before the reference date (domain study, 2.5 point 4).
OLD_ENOUGH = datetime.timedelta(days=183)

_STEPS: dict[str, frozenset[str]] = {
    RoundStatus.PLANNED: frozenset({RoundStatus.OPEN}),
    RoundStatus.OPEN: frozenset({RoundStatus.CLOSED}),
    RoundStatus.CLOSED: frozenset({RoundStatus.LOCKED, RoundStatus.REOPENED}),
    RoundStatus.LOCKED: frozenset({RoundStatus.REOPENED}),
    RoundStatus.REOPENED: frozenset({RoundStatus.CLOSED}),
}


def _step(round_: Round, status: str, by: Any, reason: str = "") -> Round:
    if by is not None:
        require(by, Permission.ROUNDS_MANAGE, programme=round_.programme)
    now = Round.objects.select_for_update().get(pk=round_.pk)
    if status not in _STEPS[now.status]:
        raise ValidationError(
            {"status": _("From “%(now)s” this step is not possible.") % {"now": now.get_status_display()}}
        )
    now.status = status
    now.status_reason = reason or now.status_reason  # why it was reopened stays told after it is closed again
    now.full_clean()
    now.save(update_fields=["status", "status_reason"])
    returns_changed.send(sender=Round, return_ids=set(), round_ids={now.pk})
    return now


@transaction.atomic
def open_round(*, round: Round, by: Any) -> Round:
    """Open a planned round and freeze who is due: active or dormant on the reference date, six months old or more."""
    opened = _step(round, RoundStatus.OPEN, by)
    day = opened.reference_date
    organizations = Organization.objects.filter(
        enrolments__programme=opened.programme, enrolments__valid__contains=day
    ).distinct()
    statuses = dict(
        OrganizationStatus.objects.filter(organization__in=organizations, valid__contains=day).values_list(
            "organization_id", "status"
        )
    )
    rows = []
    for organization in organizations:
        status = statuses.get(organization.pk)
        if status in ENDED:
            reason = DueReason.ENDED
        elif status == Status.FORMING:
            reason = DueReason.FORMING
        elif status is None or organization.formed_on > day - OLD_ENOUGH:
            reason = DueReason.TOO_YOUNG
        else:
            reason = DueReason.DUE
        rows.append(RoundDue(round=opened, organization=organization, is_due=reason == DueReason.DUE, reason=reason))
    RoundDue.objects.bulk_create(rows)
    return opened


@transaction.atomic
def close(*, round: Round, by: Any) -> Round:
    """No more entries; what was submitted can still be reviewed."""
    return _step(round, RoundStatus.CLOSED, by)


@transaction.atomic
def lock(*, round: Round, by: Any) -> Round:
    """Nothing changes any more (I-19)."""
    return _step(round, RoundStatus.LOCKED, by)


@transaction.atomic
def reopen(*, round: Round, by: Any, reason: str) -> Round:
    """Take entries again. Raises ValidationError without a reason."""
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the round is reopened.")})
    return _step(round, RoundStatus.REOPENED, by, reason.strip())
