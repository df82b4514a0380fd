"""The register: put an organization in, change it, end it, merge and split."""

from __future__ import annotations

import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext_lazy as _

from organizations.models import (
    ApexMembership,
    Linkage,
    Office,
    Organization,
    OrganizationStatus,
    ProgrammeEnrolment,
    Status,
    Succession,
)
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


def may_write(by: Any, organization: Organization) -> None:
    """Raises PermissionDenied unless `by` keeps the register of a programme or country of the organization."""
    if by is None:
        return
    visible = Organization.objects.visible_to(by, Permission.REGISTRY_WRITE).filter(pk=organization.pk)
    if not visible.exists():
        require(None, Permission.REGISTRY_WRITE)


def changed(*organizations: Organization) -> None:
    registry_changed.send(sender=Organization, organization_ids={organization.pk for organization in organizations})


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
    if formed_on > datetime.date.today():
        raise ValidationError({"formed_on": _("The formation cannot lie in the future.")})
    if status not in (Status.FORMING, Status.ACTIVE):
        raise ValidationError({"status": _("A new organization is forming or active.")})
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
    organization.full_clean()
    organization.save()
    OrganizationStatus.objects.create(
        organization=organization, status=status, valid=DateRange(formed_on, None), verified_on=datetime.date.today()
    )
    ProgrammeEnrolment.objects.create(organization=organization, programme=programme, valid=DateRange(formed_on, None))
    changed(organization)
    return organization


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
