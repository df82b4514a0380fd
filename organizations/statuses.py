"""What stands on record of an organization's life: verify it, correct it, take the last step back."""

from __future__ import annotations

import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext_lazy as _

from organizations.models import Organization, OrganizationStatus, Succession
from organizations.models.statuses import ENDED
from organizations.refusals import in_words, keep
from organizations.registry import TRANSITIONS, changed, may_write, not_later_than_today


def _locked(row: OrganizationStatus, by: Any) -> tuple[OrganizationStatus, list[OrganizationStatus]]:
    """The row and all statuses of its organization in their order, held until the end of the transaction."""
    may_write(by, row.organization)
    rows = list(row.organization.statuses.select_for_update(of=("self",)).order_by("valid"))
    return next(one for one in rows if one.pk == row.pk), rows


@transaction.atomic
def verify(*, status: OrganizationStatus, on: datetime.date, by: Any, evidence: str = "") -> OrganizationStatus:
    """On `on` somebody saw that the status holds. Raises ValidationError for a day on which it does not."""
    row, _rows = _locked(status, by)
    not_later_than_today(on, "on")
    if on < row.valid.lower or (row.valid.upper is not None and on >= row.valid.upper):
        raise ValidationError({"on": _("The status does not hold on that day.")})
    row.verified_on, row.evidence = on, evidence or row.evidence
    keep(row, update=("verified_on", "evidence"))
    changed(row.organization)
    return row


@transaction.atomic
def correct(
    *, status: OrganizationStatus, value: str, since: datetime.date, by: Any, reason: str = "", evidence: str = ""
) -> OrganizationStatus:
    """The status was another, or began on another day; the one before ends where it begins.

    Raises ValidationError by field: a step that is not possible before or after, an end that is not one (take it back
    instead), a day outside its neighbours, a first status that does not begin with the formation.
    """
    row, rows = _locked(status, by)
    place = rows.index(row)
    before = rows[place - 1] if place else None
    after = rows[place + 1] if place + 1 < len(rows) else None
    if value != row.status:
        _may_be(row, value, before, after)
    with in_words(on="since"):
        if since != row.valid.lower:
            _move(row, since, before)
        row.status, row.reason, row.evidence = value, reason, evidence
        keep(row, status="value", on="since")
    changed(row.organization)
    return row


def _may_be(
    row: OrganizationStatus, value: str, before: OrganizationStatus | None, after: OrganizationStatus | None
) -> None:
    if row.status in ENDED or value in ENDED:
        raise ValidationError(
            {"value": _("An end is not corrected into something else; take it back, or end it anew.")}
        )
    if before is not None and value not in TRANSITIONS.get(before.status, frozenset()):
        raise ValidationError(
            {"value": _("From “%(now)s” this step is not possible.") % {"now": before.get_status_display()}}
        )
    if after is not None and after.status not in TRANSITIONS.get(value, frozenset()):
        raise ValidationError({"value": _("“%(next)s” cannot follow.") % {"next": after.get_status_display()}})


def _move(row: OrganizationStatus, since: datetime.date, before: OrganizationStatus | None) -> None:
    """Both sides of the border move; the one that shrinks first, for no day may have two."""
    if before is None:
        raise ValidationError({"since": _("The first status begins with the formation; change that day instead.")})
    not_later_than_today(since, "since")
    if since <= before.valid.lower or (row.valid.upper is not None and since >= row.valid.upper):
        raise ValidationError({"since": _("This day lies outside the status before and this one.")})
    old = row.valid.lower
    before.valid = DateRange(before.valid.lower, since)
    row.valid = DateRange(since, row.valid.upper)
    for one in (before, row) if since < old else (row, before):
        one.save(update_fields=["valid"])
    Succession.objects.filter(predecessor=row.organization_id, on=old).update(on=since)


@transaction.atomic
def take_back(*, status: OrganizationStatus, by: Any) -> Organization:
    """The last status was a mistake: it goes, the one before holds on. Ties that ended with it stay ended.

    Raises ValidationError for a status that is not the last, or is the first.
    """
    row, rows = _locked(status, by)
    if row.pk != rows[-1].pk or len(rows) == 1:
        raise ValidationError(_("Only the last status can be taken back, and never the first."))
    before = rows[-2]
    with in_words():
        Succession.objects.filter(predecessor=row.organization_id, on=row.valid.lower).delete()
        row.delete()
        before.valid = DateRange(before.valid.lower, None)
        before.save(update_fields=["valid"])
    changed(row.organization)
    return row.organization
