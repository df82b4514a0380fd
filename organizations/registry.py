"""The register: put an organization in, change what it says of it, change its status, merge and split."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext_lazy as _

from organizations import ties
from organizations.models import Kind, Organization, OrganizationStatus, ProgrammeEnrolment, Status, Succession
from organizations.models.organizations import MembersAre
from organizations.models.statuses import ENDED, WITH_SUCCESSOR
from organizations.refusals import check, in_words, keep
from organizations.signals import registry_changed
from programmes.access import Permission, require
from programmes.models import Place, Programme

#: Which status may follow which (domain study, 2.2).
TRANSITIONS: dict[str, frozenset[str]] = {
    Status.FORMING: frozenset({Status.ACTIVE, Status.DISBANDED}),
    Status.ACTIVE: frozenset({Status.DORMANT, Status.DISBANDED, Status.MERGED, Status.SPLIT}),
    Status.DORMANT: frozenset({Status.ACTIVE, Status.DISBANDED, Status.MERGED}),
}
#: What `change` changes; everything else has an operation of its own.
FACTS = (
    "name",
    "kind",
    "tier",
    "place",
    "formed_on",
    "formed_precision",
    "registered_on",
    "registration_law",
    "registration_number",
    "promoter",
    "commodities",
    "livelihood",
    "members_are",
)
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def may_write(by: Any, organization: Organization) -> None:
    """Raises PermissionDenied unless `by` keeps the register of a programme or country of the organization."""
    if by is None:
        return
    visible = Organization.objects.visible_to(by, Permission.REGISTRY_WRITE).filter(pk=organization.pk)
    if not visible.exists():
        require(None, Permission.REGISTRY_WRITE)


def changed(*organizations: Organization) -> None:
    registry_changed.send(sender=Organization, organization_ids={organization.pk for organization in organizations})


def not_later_than_today(day: datetime.date, field: str) -> None:
    """Raises ValidationError: the register says what happened, not what is planned."""
    if day > datetime.date.today():
        raise ValidationError({field: _("This day lies in the future.")})


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
        in_its_countries([place], programme)
    organization = fresh(
        code=code, name=name, kind=kind, place=place, formed_on=formed_on, promoter=promoter, status=status, **fields
    )
    check(organization)
    with in_words():
        enter([(organization, status)], programme)
    return organization


def fresh(
    *,
    code: str,
    name: str,
    kind: str,
    place: Place,
    formed_on: datetime.date,
    promoter: str,
    status: str = Status.ACTIVE,
    **fields: Any,
) -> Organization:
    """An organization that is not written yet. Raises ValidationError by field for what one row breaks by itself."""
    if formed_on > datetime.date.today():
        raise ValidationError({"formed_on": _("The formation cannot lie in the future.")})
    if status not in (Status.FORMING, Status.ACTIVE):
        raise ValidationError({"status": _("A new organization is forming or active.")})
    if not _CODE.fullmatch(code):
        raise ValidationError(
            {"code": _("A code consists of the letters A to Z, digits, points, hyphens and lines (_).")}
        )
    return Organization(
        code=code,
        name=name,
        kind=kind,
        place=place,
        formed_on=formed_on,
        promoter=promoter,
        country_id=place.country_id or place.pk,
        **fields,
    )


def enter(rows: list[tuple[Organization, str]], programme: Programme) -> list[Organization]:
    """Write checked organizations with first status and enrolment, in three statements however many they are."""
    entered = [organization for organization, _status in rows]
    Organization.objects.bulk_create(entered, batch_size=2000)
    OrganizationStatus.objects.bulk_create(
        [
            OrganizationStatus(
                organization=organization,
                status=status,
                valid=DateRange(organization.formed_on, None),
                verified_on=datetime.date.today(),
            )
            for organization, status in rows
        ],
        batch_size=2000,
    )
    ProgrammeEnrolment.objects.bulk_create(
        [
            ProgrammeEnrolment(
                organization=organization, programme=programme, valid=DateRange(organization.formed_on, None)
            )
            for organization in entered
        ],
        batch_size=2000,
    )
    changed(*entered)
    return entered


def in_its_countries(places: Iterable[Place], programme: Programme) -> None:
    """Raises ValidationError: a slip of the place would put the organization before people of another country."""
    countries = set(programme.countries.values_list("pk", flat=True))
    for place in places:
        in_countries(place, countries, programme)


def in_countries(place: Place, countries: set[int], programme: Programme) -> None:
    """Raises ValidationError for a place outside the countries of a programme, if it has any."""
    if countries and (place.country_id or place.pk) not in countries:
        raise ValidationError(
            {
                "place": _("%(place)s is not in a country of %(programme)s.")
                % {"place": place.name, "programme": programme}
            }
        )


@transaction.atomic
def change(*, organization: Organization, version: int, by: Any, **fields: Any) -> Organization:
    """Change what the register says of an organization; `fields` are some of FACTS, `version` the one that was seen.

    Raises ValidationError by field: where somebody else has meanwhile put something else, with what stands there now;
    a formation after something that is tied to the organization; a tier that does not fit its memberships.
    """
    may_write(by, organization)
    now = Organization.objects.select_for_update(of=("self",)).select_related("place").get(pk=organization.pk)
    differing = {name: value for name, value in fields.items() if getattr(now, name) != value}
    unknown = set(fields) - set(FACTS)
    assert not unknown, unknown
    if version != now.version and differing:
        raise ValidationError({name: _theirs(now, name) for name in differing})
    if not differing:
        return now
    formed_before = now.formed_on
    for name, value in differing.items():
        setattr(now, name, value)
    _persons_fit(now)
    now.version += 1
    with in_words(on="formed_on"):
        if now.formed_on != formed_before:
            _move_formation(now, formed_before)
        keep(now, on="formed_on")
    changed(now)
    return now


def _theirs(now: Organization, name: str) -> Any:
    return _(
        "Somebody else changed the entry meanwhile; here stands now: “%(value)s”. Save again to put yours there."
    ) % {"value": in_words_of(now, name)}


def in_words_of(organization: Any, name: str) -> str:
    """A fact as people read it; “–” for nothing."""
    display = getattr(organization, f"get_{name}_display", None)
    value = display() if display else getattr(organization, name)
    if isinstance(value, list):
        value = ", ".join(value)
    return "–" if value in (None, "") else str(value)


def _persons_fit(organization: Organization) -> None:
    if unites(organization) and organization.person_memberships.exists():
        raise no_persons()


def unites(organization: Organization) -> bool:
    """Are its members organizations only?"""
    return organization.kind == Kind.INTER_PROFESSIONAL or organization.members_are == MembersAre.ORGANIZATIONS


def no_persons() -> ValidationError:
    return ValidationError({"members_are": _("Persons are members of it; end their memberships first.")})


def _move_formation(organization: Organization, before: datetime.date) -> None:
    """The first status, and an enrolment that began with the formation, begin on the new day."""
    day = organization.formed_on
    if day > datetime.date.today():
        raise ValidationError({"formed_on": _("The formation cannot lie in the future.")})
    tied = ties.earliest(organization)
    if tied is not None and tied[0] < day:
        raise ValidationError(
            {"formed_on": _("Something is dated earlier: %(what)s, %(day)s.") % {"what": tied[1], "day": tied[0]}}
        )
    first = organization.statuses.order_by("valid").first()
    if first is not None:
        if first.valid.upper is not None and first.valid.upper <= day:
            raise ValidationError(
                {"formed_on": _("Its first status ended on %(day)s already.") % {"day": first.valid.upper}}
            )
        first.valid = DateRange(day, first.valid.upper)
        first.save(update_fields=["valid"])
    organization.enrolments.filter(valid__startswith=before).filter(
        models.Q(valid__endswith__isnull=True) | models.Q(valid__endswith__gt=day)
    ).update(valid=ties.since(day))


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
    """From `on` the organization has this status. An end closes its memberships, linkages, services and offices.

    Raises ValidationError: a step that is not possible, a day before the last status began or in the future, a merger
    without its successor (I-07), a successor that ended before, something that begins after the end.
    """
    may_write(by, organization)
    last = check_change(organization, status, on, successors)
    touched: set[int] = set()
    new = OrganizationStatus(
        organization=organization, status=status, valid=DateRange(on, None), reason=reason, verified_on=on
    )
    with in_words():
        if status in ENDED:
            touched = ties.close(organization, on)
        last.valid = DateRange(last.valid.lower, on)
        last.save(update_fields=["valid"])
        for successor in successors:
            Succession.objects.create(predecessor=organization, successor=successor, on=on)
        keep(new)
    registry_changed.send(
        sender=Organization, organization_ids={organization.pk, *touched, *(one.pk for one in successors)}
    )
    return new


@transaction.atomic
def check_change(
    organization: Organization, status: str, on: datetime.date, successors: tuple[Organization, ...] = ()
) -> OrganizationStatus:
    """The present status, held until the end of the transaction. Raises ValidationError as `change_status` does."""
    last = organization.statuses.select_for_update(of=("self",)).order_by("-valid").first()
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
    not_later_than_today(on, "on")
    _check_successors(organization, status, on, successors)
    if status in ENDED:
        ties.refuse_later(organization, on)
    return last


def _check_successors(
    organization: Organization, status: str, on: datetime.date, successors: tuple[Organization, ...]
) -> None:
    """Raises ValidationError unless a merger or split, and nothing else, has successors that live on that day."""
    if (status in WITH_SUCCESSOR) != bool(successors):
        raise ValidationError({"successors": _("A merger or split names its successors; nothing else does.")})
    if status == Status.MERGED and len(successors) > 1:
        raise ValidationError({"successors": _("A merger has one successor; into several it is a split.")})
    for successor in successors:
        ended = successor.statuses.filter(status__in=ENDED, valid__startswith__lte=on).exists()
        if ended or successor.formed_on > on or successor.pk == organization.pk:
            raise ValidationError({"successors": _("%(name)s does not exist on that day.") % {"name": successor.name}})
