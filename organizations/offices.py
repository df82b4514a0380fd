"""Offices that persons hold in organizations. Personal data: the least, and only with consent."""

from __future__ import annotations

import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext_lazy as _

from organizations.models import Office, Organization, Person
from organizations.refusals import OUTSIDE_LIFE, is_hidden, keep, span
from organizations.registry import changed, may_write, not_later_than_today
from organizations.ties import hold, inside_life
from programmes.access import Permission


def may_read_persons(by: Any, organization: Organization) -> bool:
    return (
        by is None or Organization.objects.visible_to(by, Permission.PERSONAL_READ).filter(pk=organization.pk).exists()
    )


def _may_write_persons(by: Any, organization: Organization) -> None:
    may_write(by, organization)
    if not may_read_persons(by, organization):
        raise PermissionDenied(_("Your role does not allow this here."))


@transaction.atomic
def add(
    *,
    organization: Organization,
    person: str,
    consent_on: datetime.date | None,
    title: str,
    since: datetime.date,
    by: Any,
    until: datetime.date | None = None,
    is_elected: bool = True,
    sex: str = "",
    birth_year: int | None = None,
) -> Office:
    """The person with the code `person` holds an office from `since` (until `until`, half-open).

    A code that is new puts the person on record, with the day of their consent; of somebody who is there nothing is
    changed. Raises ValidationError by field: no consent, a code of another country, days outside the organization's
    life, the same office on the same days.
    """
    _may_write_persons(by, organization)
    period = span(since, until)
    if not inside_life(organization, period):
        raise ValidationError({"since": OUTSIDE_LIFE})
    found = _person(organization, person, consent_on, sex, birth_year)
    office = Office(person=found, organization=organization, title=title, is_elected=is_elected, valid=period)
    keep(office)
    changed(organization)
    return office


def _person(
    organization: Organization, code: str, consent_on: datetime.date | None, sex: str, birth_year: int | None
) -> Person:
    if is_hidden(code):
        raise ValidationError({"person": _("This contains characters that cannot be seen; type it again.")})
    found = Person.objects.filter(code=code).first()
    if found is not None:
        if found.country_id != organization.country_id:
            raise ValidationError({"person": _("This code belongs to somebody else.")})
        return found
    if consent_on is None:
        raise ValidationError({"consent_on": _("Nobody is put on record without the day of their consent.")})
    not_later_than_today(consent_on, "consent_on")
    found = Person(code=code, country=organization.country, consent_on=consent_on, sex=sex, birth_year=birth_year)
    keep(found, code="person")
    return found


@transaction.atomic
def end(*, office: Office, on: datetime.date, by: Any) -> Office:
    """The office ends on `on`: that day it is no longer held. Raises ValidationError when it was not before."""
    _may_write_persons(by, office.organization)
    hold(office)
    if (office.valid.lower is not None and on <= office.valid.lower) or (
        office.valid.upper is not None and on > office.valid.upper
    ):
        raise ValidationError({"on": _("The office is not held on the day before.")})
    not_later_than_today(on, "on")
    office.valid = DateRange(office.valid.lower, on)
    keep(office, update=("valid",))
    changed(office.organization)
    return office
