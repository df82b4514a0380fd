"""The register: put an organization in, change it, end it, merge and split."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext_lazy as _

from organizations.models import (
    ApexMembership,
    Kind,
    Linkage,
    Office,
    Organization,
    OrganizationStatus,
    ProgrammeEnrolment,
    Status,
    Succession,
    Tier,
)
from organizations.models.organizations import MembersAre
from organizations.models.statuses import ENDED
from organizations.signals import registry_changed
from programmes.access import Permission, require
from programmes.models import Place, Programme

#: Which status may follow which (domain study, 2.2).
TRANSITIONS: dict[str, frozenset[str]] = {
    Status.FORMING: frozenset({Status.ACTIVE, Status.DISBANDED}),
    Status.ACTIVE: frozenset({Status.DORMANT, Status.DISBANDED, Status.MERGED, Status.SPLIT}),
    Status.DORMANT: frozenset({Status.ACTIVE, Status.DISBANDED, Status.MERGED}),
}


IN_THE_FUTURE = _("This day lies in the future.")
#: Rows in one statement.
BATCH = 2000


def may_write(by: Any, organization: Organization) -> None:
    """Raises PermissionDenied unless `by` keeps the register of a programme or country of the organization."""
    if by is None:
        return
    visible = Organization.objects.visible_to(by, Permission.REGISTRY_WRITE).filter(pk=organization.pk)
    if not visible.exists():
        require(None, Permission.REGISTRY_WRITE)


def changed(*organizations: Organization) -> None:
    registry_changed.send(sender=Organization, organization_ids={organization.pk for organization in organizations})


class RowErrors(Exception):
    """Rows that were to be written together: position → what is wrong with it. Nothing was written."""

    def __init__(self, errors: dict[int, ValidationError]) -> None:
        super().__init__(f"{len(errors)} rows")
        self.errors = errors


def may_write_all(by: Any, organizations: Iterable[Organization]) -> None:
    """`may_write` for many, in one query."""
    if by is None:
        return
    wanted = {organization.pk for organization in organizations}
    visible = Organization.objects.visible_to(by, Permission.REGISTRY_WRITE).filter(pk__in=wanted)
    if visible.count() != len(wanted):
        require(None, Permission.REGISTRY_WRITE)


def _check_facts(organization: Organization) -> None:
    """Rules that one row can break by itself. Raises ValidationError by field."""
    if organization.formed_on > datetime.date.today():
        raise ValidationError({"formed_on": _("The formation cannot lie in the future.")})
    registered_on = organization.registered_on
    if registered_on is not None and registered_on < organization.formed_on:
        raise ValidationError({"registered_on": _("It was registered before it was formed.")})
    if registered_on is not None and registered_on > datetime.date.today():
        raise ValidationError({"registered_on": _("The registration cannot lie in the future.")})
    if organization.kind == Kind.INTER_PROFESSIONAL and (
        organization.tier == Tier.PRIMARY or organization.members_are != MembersAre.ORGANIZATIONS
    ):
        raise ValidationError({"kind": _("An inter-professional association unites organizations and is an apex.")})


def _fresh(
    *,
    code: str,
    name: str,
    kind: str,
    place: Place,
    formed_on: datetime.date,
    promoter: str,
    status: str = Status.ACTIVE,
    **fields: Any,
) -> tuple[Organization, str]:
    """An organization that is not written yet, with its first status. Raises ValidationError by field."""
    if status not in (Status.FORMING, Status.ACTIVE):
        raise ValidationError({"status": _("A new organization is forming or active.")})
    if set(code) & set("/\\?#"):
        raise ValidationError({"code": _("A code has no “/”, “\\”, “?” or “#”, because it stands in addresses.")})
    organization = Organization(
        code=code,
        name=name,
        kind=kind,
        place=place,
        formed_on=formed_on,
        promoter=promoter,
        country_id=place.country_id or place.pk,
        **fields,
    )
    _check_facts(organization)
    return organization, status


def _enter(fresh: list[tuple[Organization, str]], programme: Programme) -> list[Organization]:
    """Write checked organizations with first status and enrolment, in three statements however many they are."""
    entered = [organization for organization, _status in fresh]
    Organization.objects.bulk_create(entered, batch_size=BATCH)
    OrganizationStatus.objects.bulk_create(
        [
            OrganizationStatus(
                organization=organization,
                status=status,
                valid=DateRange(organization.formed_on, None),
                verified_on=datetime.date.today(),
            )
            for organization, status in fresh
        ],
        batch_size=BATCH,
    )
    ProgrammeEnrolment.objects.bulk_create(
        [
            ProgrammeEnrolment(
                organization=organization, programme=programme, valid=DateRange(organization.formed_on, None)
            )
            for organization in entered
        ],
        batch_size=BATCH,
    )
    changed(*entered)
    return entered


@transaction.atomic
def register(
    *,
    code: str,
    name: str,
    kind: str,
    place: Place,
    formed_on: datetime.date,
    promoter: str,
    programme: Programme,
    by: Any,
    status: str = Status.ACTIVE,
    **fields: Any,
) -> Organization:
    """Put an organization in the register, with its first status and its enrolment in a programme.

    Raises ValidationError by field: a code that is taken, a formation in the future, a first status that ends.
    """
    if by is not None:
        require(by, Permission.REGISTRY_WRITE, programme=programme)
    organization, status = _fresh(
        code=code, name=name, kind=kind, place=place, formed_on=formed_on, promoter=promoter, status=status, **fields
    )
    organization.full_clean()
    return _enter([(organization, status)], programme)[0]


@transaction.atomic
def register_many(*, rows: Sequence[dict[str, Any]], programme: Programme, by: Any) -> list[Organization]:
    """`register` for many rows, each a dict of what it takes; a fixed number of queries. All or none.

    Raises RowErrors by position, with the ValidationError that `register` would raise for that row.
    """
    if by is not None:
        require(by, Permission.REGISTRY_WRITE, programme=programme)
    codes = [row["code"] for row in rows]
    taken = set(Organization.objects.filter(code__in=codes).values_list("code", flat=True))
    fresh, errors = [], {}
    for number, row in enumerate(rows):
        try:
            if row["code"] in taken:
                raise ValidationError({"code": _("The code “%(code)s” is taken.") % {"code": row["code"]}})
            taken.add(row["code"])
            organization, status = _fresh(**row)
            # What full_clean asks besides is whether place and country exist, one query each: they are objects here.
            organization.clean_fields(exclude={"place", "country"})
            fresh.append((organization, status))
        except ValidationError as error:
            errors[number] = error
    if errors:
        raise RowErrors(errors)
    return _enter(fresh, programme)


#: Facts that may be filled in later, when the register does not have them yet.
FILLABLE = ("registered_on", "registration_law", "registration_number", "commodities")


@transaction.atomic
def fill_missing(*, rows: Sequence[tuple[Organization, dict[str, Any]]], by: Any) -> list[Organization]:
    """Put in facts (of FILLABLE) that the register does not have yet; what it has stays. Returns those that changed.

    Raises RowErrors by position.
    """
    may_write_all(by, [organization for organization, _facts in rows])
    filled, errors = [], {}
    for number, (organization, facts) in enumerate(rows):
        missing = {key: value for key, value in facts.items() if value and not getattr(organization, key)}
        if not missing:
            continue
        for key, value in missing.items():
            setattr(organization, key, value)
        organization.version += 1
        try:
            _check_facts(organization)
            organization.clean_fields(exclude={"place", "country"})
        except ValidationError as error:
            errors[number] = error
        filled.append(organization)
    if errors:
        raise RowErrors(errors)
    if filled:
        Organization.objects.bulk_update(filled, [*FILLABLE, "version"], batch_size=BATCH)
        changed(*filled)
    return filled


@transaction.atomic
def change_status(
    *,
    organization: Organization,
    status: str,
    on: datetime.date,
    by: Any,
    reason: str = "",
    successors: tuple[Organization, ...] = (),
) -> OrganizationStatus:
    """From `on` the organization has this status. An end closes its memberships, linkages and offices on that day.

    Raises ValidationError: a step that is not possible, a day before the last status began, a merger without its
    successor (I-07), a successor that ended before.
    """
    may_write(by, organization)
    last = organization.statuses.order_by("-valid").first()
    if last is None or status not in TRANSITIONS.get(last.status, frozenset()):
        raise ValidationError(
            {
                "status": _("From “%(now)s” this step is not possible.")
                % {"now": last.get_status_display() if last else "–"}
            }
        )
    if on <= last.valid.lower:
        raise ValidationError(
            {"on": _("The present status began on %(day)s; a later day is expected.") % {"day": last.valid.lower}}
        )
    if (status in (Status.MERGED, Status.SPLIT)) != bool(successors):
        raise ValidationError({"successors": _("A merger or split names its successors; nothing else does.")})
    for successor in successors:
        ended = successor.statuses.filter(status__in=ENDED, valid__startswith__lte=on).exists()
        if ended or successor.formed_on > on or successor.pk == organization.pk:
            raise ValidationError({"successors": _("%(name)s does not exist on that day.") % {"name": successor.name}})
    if status in ENDED:
        _close_ties(organization, on)
    last.valid = DateRange(last.valid.lower, on)
    last.save(update_fields=["valid"])
    for successor in successors:
        Succession.objects.create(predecessor=organization, successor=successor, on=on)
    new = OrganizationStatus.objects.create(
        organization=organization, status=status, valid=DateRange(on, None), reason=reason, verified_on=on
    )
    changed(organization, *successors)
    return new


def _close_ties(organization: Organization, on: datetime.date) -> None:
    """What is still open ends with the organization; what would begin later is refused by the database."""
    for model, condition in (
        (ApexMembership, {"member": organization}),
        (ApexMembership, {"apex": organization}),
        (Linkage, {"organization": organization}),
        (Office, {"organization": organization}),
    ):
        for row in model._default_manager.filter(**condition, valid__contains=on):
            row.valid = DateRange(row.valid.lower, on)
            row.save(update_fields=["valid"])
