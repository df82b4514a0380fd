"""Services that an organization offers its members."""

from __future__ import annotations

import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext_lazy as _

from organizations.models import Organization, Service
from organizations.models.support import ServiceProvider
from organizations.refusals import OUTSIDE_LIFE, keep, span
from organizations.registry import changed, may_write, not_later_than_today
from organizations.ties import hold, inside_life
from programmes.models import Partner


@transaction.atomic
def add(
    *,
    organization: Organization,
    kind: str,
    provider: str,
    since: datetime.date,
    by: Any,
    until: datetime.date | None = None,
    partner: Partner | None = None,
) -> Service:
    """Members get this service from `since` (until `until`, half-open).

    Raises ValidationError by field: a partner that is missing or too much, days outside the organization's life, the
    same service on the same days.
    """
    may_write(by, organization)
    period = span(since, until)
    if (provider == ServiceProvider.PARTNER) != (partner is not None):
        raise ValidationError({"partner": _("Name the partner when, and only when, a partner provides the service.")})
    if not inside_life(organization, period):
        raise ValidationError({"since": OUTSIDE_LIFE})
    same = organization.services.filter(kind=kind, provider=provider, partner=partner, valid__overlap=period)
    if same.exists():
        raise ValidationError({"since": _("This service is there on some of these days already.")})
    service = Service(organization=organization, kind=kind, provider=provider, partner=partner, valid=period)
    keep(service)
    changed(organization)
    return service


@transaction.atomic
def end(*, service: Service, on: datetime.date, by: Any) -> Service:
    """The service ends on `on`: that day it is no longer there. Raises ValidationError when it was not before."""
    may_write(by, service.organization)
    hold(service)
    if on <= service.valid.lower or (service.valid.upper is not None and on > service.valid.upper):
        raise ValidationError({"on": _("The service is not there on the day before.")})
    not_later_than_today(on, "on")
    service.valid = DateRange(service.valid.lower, on)
    keep(service, update=("valid",))
    changed(service.organization)
    return service
