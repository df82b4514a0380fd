"""An organization takes part in a programme, and stops. Who may see it hangs on this."""

from __future__ import annotations

import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext_lazy as _

from organizations.models import Organization, ProgrammeEnrolment
from organizations.refusals import OUTSIDE_LIFE, keep, span
from organizations.registry import changed, may_write, not_later_than_today
from organizations.ties import hold, inside_life
from programmes.access import Permission, require
from programmes.models import Programme


@transaction.atomic
def enrol(
    *,
    organization: Organization,
    programme: Programme,
    since: datetime.date,
    by: Any,
    until: datetime.date | None = None,
) -> ProgrammeEnrolment:
    """The organization takes part from `since` (until `until`, half-open).

    Raises ValidationError: days outside the organization's life, an enrolment on the same days.
    """
    may_write(by, organization)
    if by is not None:
        require(by, Permission.REGISTRY_WRITE, programme=programme)
    period = span(since, until)
    if not inside_life(organization, period):
        raise ValidationError({"since": OUTSIDE_LIFE})
    row = ProgrammeEnrolment(organization=organization, programme=programme, valid=period)
    keep(row)
    changed(organization)
    return row


@transaction.atomic
def end(*, enrolment: ProgrammeEnrolment, on: datetime.date, by: Any) -> ProgrammeEnrolment:
    """From `on` the organization no longer takes part; its people still see what was. Raises ValidationError."""
    may_write(by, enrolment.organization)
    hold(enrolment)
    if by is not None:
        require(by, Permission.REGISTRY_WRITE, programme=enrolment.programme)
    lower, upper = enrolment.valid.lower, enrolment.valid.upper
    if (lower is not None and on <= lower) or (upper is not None and on > upper):
        raise ValidationError({"on": _("It does not take part on the day before.")})
    not_later_than_today(on, "on")
    enrolment.valid = DateRange(lower, on)
    keep(enrolment, update=("valid",))
    changed(enrolment.organization)
    return enrolment
