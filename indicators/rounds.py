"""Plan, open, close, lock and reopen a round. Opening freezes the list of organizations that are due."""

from __future__ import annotations

import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from indicators.instruments import asked_by_default
from indicators.models import OUTPUT_KINDS, DueReason, Round, RoundDue, RoundKind, RoundStatus, ScaleVersion
from indicators.signals import returns_changed, round_closed
from organizations.models import Organization, OrganizationStatus, Status
from organizations.models.statuses import ENDED
from programmes.access import Permission, may, require
from programmes.models import Programme

#: Formed at least this long before the reference date (domain study, 2.5 point 4).
OLD_ENOUGH = datetime.timedelta(days=183)

_STEPS: dict[str, frozenset[str]] = {
    RoundStatus.PLANNED: frozenset({RoundStatus.OPEN}),
    RoundStatus.OPEN: frozenset({RoundStatus.CLOSED}),
    RoundStatus.CLOSED: frozenset({RoundStatus.LOCKED, RoundStatus.REOPENED}),
    RoundStatus.LOCKED: frozenset({RoundStatus.REOPENED}),
    RoundStatus.REOPENED: frozenset({RoundStatus.CLOSED}),
}


def _step(round_: Round, status: str, by: Any, reason: str = "", instrument: list[str] | None = None) -> Round:
    if by is not None:
        require(by, Permission.ROUNDS_MANAGE, programme=round_.programme)
    now = Round.objects.select_for_update().get(pk=round_.pk)
    if status not in _STEPS[now.status]:
        raise ValidationError(
            {"status": _("From “%(now)s” this step is not possible.") % {"now": now.get_status_display()}}
        )
    now.status = status
    now.status_reason = reason or now.status_reason  # why it was reopened stays told after it is closed again
    now.instrument = instrument or now.instrument
    now.full_clean()
    now.save(update_fields=["status", "status_reason", "instrument"])
    returns_changed.send(sender=Round, return_ids=set(), round_ids={now.pk})
    return now


def scale_version_on(day: datetime.date) -> ScaleVersion | None:
    """The version of the rating scale that rounds of a date use: the newest that is valid by then."""
    valid = ScaleVersion.objects.filter(Q(valid_from__isnull=True) | Q(valid_from__lte=day))
    return valid.order_by(F("valid_from").desc(nulls_last=True), "-pk").first()


@transaction.atomic
def plan(
    *,
    programme: Programme,
    kind: str,
    reference_date: datetime.date,
    window: tuple[datetime.date, datetime.date],
    by: Any,
    period_from: datetime.date | None = None,
    code: str = "",
    **fields: Any,
) -> Round:
    """Plan a round. `window` is the first and the last day of entry; a round of outputs describes the period from
    `period_from` to the reference date, both included. Raises ValidationError by field.

    An officer's plan is a proposal: it is a manager who opens it.
    """
    if not may(by, Permission.RETURNS_ENTER, programme=programme):
        require(by, Permission.ROUNDS_MANAGE, programme=programme)
    errors: dict[str, Any] = {}
    if window[1] < window[0]:
        errors["window_to"] = _("The last day of entry cannot be before the first.")
    outputs = kind in OUTPUT_KINDS
    if outputs and (period_from is None or period_from > reference_date):
        errors["period_from"] = _("Give the first day of the period, on or before its last.")
    if errors:
        raise ValidationError(errors)
    day = datetime.timedelta(days=1)
    round_ = Round(
        programme=programme,
        code=code or f"{programme.code}-{kind}-{reference_date.isoformat()}".lower().replace("_", "-"),
        kind=kind,
        reference_date=reference_date,
        period=DateRange(period_from, reference_date + day) if outputs else None,
        window=DateRange(window[0], window[1] + day),
        scale_version=scale_version_on(reference_date),
        **fields,
    )
    round_.full_clean()
    round_.save()
    return round_


@transaction.atomic
def open_round(*, round: Round, by: Any) -> Round:
    """Open a planned round and freeze what is asked and who is due: active or dormant on the reference date, six months
    old or more; for late entrants, who was due in no baseline before."""
    opened = _step(round, RoundStatus.OPEN, by, instrument=round.instrument or asked_by_default(round))
    day = opened.reference_date
    had_baseline = set(
        RoundDue.objects.filter(
            round__programme=opened.programme, round__kind=RoundKind.BASELINE, is_due=True
        ).values_list("organization_id", flat=True)
        if opened.is_for_late_entrants
        else ()
    )
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
        if organization.pk in had_baseline:
            reason = DueReason.HAS_BASELINE
        elif status in ENDED:
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
    closed = _step(round, RoundStatus.CLOSED, by)
    round_closed.send(sender=Round, round=closed)
    return closed


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
