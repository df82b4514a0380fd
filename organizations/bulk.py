"""The operations of the register for many rows at once: the same checks, a fixed number of queries, all or none."""

from __future__ import annotations

import copy
import datetime
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from organizations.models import Kind, Organization, PersonMembership, Tier
from organizations.models.organizations import MembersAre
from organizations.refusals import check, in_words
from organizations.registry import FACTS, changed, enter, fresh, no_persons, unites
from programmes.access import Permission, require
from programmes.models import Programme

T = TypeVar("T")
R = TypeVar("R")
#: Rows in one statement.
BATCH = 2000
#: Facts that may be filled in later, when the register does not have them yet.
FILLABLE = ("registered_on", "registration_law", "registration_number", "commodities")


class RowErrors(Exception):
    """Rows that were to be written together: position → what is wrong with it. Nothing was written."""

    def __init__(self, errors: dict[int, ValidationError]) -> None:
        super().__init__(f"{len(errors)} rows")
        self.errors = errors


def tolerant(
    rows: Sequence[T], operation: Callable[[list[T]], Sequence[R]]
) -> tuple[dict[int, R], dict[int, ValidationError]]:
    """An operation for many rows, for as many as it takes: position → its result, position → why not.

    Rows that the operation names are left out. What the database refuses of all together is narrowed down by halves,
    so that one bad row costs a few statements more and never the others.
    """
    done: dict[int, R] = {}
    errors: dict[int, ValidationError] = {}
    waiting = [list(range(len(rows)))] if rows else []
    while waiting:
        positions = waiting.pop()
        try:
            with transaction.atomic():
                results = operation([rows[position] for position in positions])
        except RowErrors as refused:
            errors |= {positions[number]: error for number, error in refused.errors.items()}
            if left := [one for number, one in enumerate(positions) if number not in refused.errors]:
                waiting.append(left)
        except ValidationError as error:
            if len(positions) == 1:
                errors[positions[0]] = error
            else:
                half = len(positions) // 2
                waiting += [positions[half:], positions[:half]]
        else:
            done |= dict(zip(positions, results, strict=True))
    return done, errors


def may_write_all(by: Any, organizations: Iterable[Organization]) -> None:
    """`may_write` for many, in one query."""
    if by is None:
        return
    wanted = {organization.pk for organization in organizations}
    visible = Organization.objects.visible_to(by, Permission.REGISTRY_WRITE).filter(pk__in=wanted)
    if visible.count() != len(wanted):
        require(None, Permission.REGISTRY_WRITE)


def _check_facts(organization: Organization) -> None:
    """What the database refuses of one row, foreseen, because it would refuse all rows with it."""
    registered_on = organization.registered_on
    if registered_on is not None and registered_on < organization.formed_on:
        raise ValidationError({"registered_on": _("It cannot have been registered before it was formed.")})
    if registered_on is not None and registered_on > datetime.date.today():
        raise ValidationError({"registered_on": _("The registration cannot lie in the future.")})
    if organization.kind == Kind.INTER_PROFESSIONAL and (
        organization.tier == Tier.PRIMARY or organization.members_are != MembersAre.ORGANIZATIONS
    ):
        raise ValidationError(
            {"kind": _("An inter-professional association is an apex, and its members are organizations.")}
        )
    # What a check asks besides is whether place and country exist, one query each: they are objects here.
    check(organization, exclude=("place", "country"), unique=False)


@transaction.atomic
def register_many(*, rows: Sequence[dict[str, Any]], programme: Programme, by: Any) -> list[Organization]:
    """`register` for many rows, each a dict of what it takes; a fixed number of queries. All or none.

    Raises RowErrors by position, with the ValidationError that `register` would raise for that row.
    """
    if by is not None:
        require(by, Permission.REGISTRY_WRITE, programme=programme)
    taken = set(Organization.objects.filter(code__in=[row["code"] for row in rows]).values_list("code", flat=True))
    made, errors = [], {}
    for number, row in enumerate(rows):
        try:
            if row["code"] in taken:
                raise ValidationError({"code": _("The code “%(code)s” is taken.") % {"code": row["code"]}})
            taken.add(row["code"])
            organization = fresh(**row)
            _check_facts(organization)
            made.append((organization, row.get("status", "active")))
        except ValidationError as error:
            errors[number] = error
    if errors:
        raise RowErrors(errors)
    with in_words():
        return enter(made, programme)


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
        except ValidationError as error:
            errors[number] = error
        filled.append(organization)
    if errors:
        raise RowErrors(errors)
    if filled:
        with in_words():
            Organization.objects.bulk_update(filled, [*FILLABLE, "version"], batch_size=BATCH)
        changed(*filled)
    return filled


@transaction.atomic
def change_many(*, rows: Sequence[tuple[Organization, dict[str, Any]]], by: Any) -> list[Organization]:
    """`change` for many rows, each with some of FACTS that differ, as they were just read and locked. All or none.

    The formation stays: moving it moves statuses and enrolments, which `change` does one by one. Raises RowErrors by
    position, ValidationError for what the database refuses.
    """
    may_write_all(by, [organization for organization, _facts in rows])
    with_persons = set(
        PersonMembership.objects.filter(organization__in=[one.pk for one, _facts in rows]).values_list(
            "organization_id", flat=True
        )
    )
    errors, ready = {}, []
    for number, (seen, facts) in enumerate(rows):
        organization = copy.copy(seen)  # what is refused together is tried again in parts
        try:
            if "formed_on" in facts:
                raise ValidationError({"formed_on": _("In bulk the formation stays; change it one by one.")})
            for key, value in facts.items():
                setattr(organization, key, value)
            organization.country_id = organization.place.country_id or organization.place.pk
            if organization.pk in with_persons and unites(organization):
                raise no_persons()
            organization.version += 1
            _check_facts(organization)
        except ValidationError as error:
            errors[number] = error
        ready.append(organization)
    if errors:
        raise RowErrors(errors)
    if ready:
        with in_words(on="formed_on"):
            Organization.objects.bulk_update(ready, [*FACTS, "version"], batch_size=BATCH)
        changed(*ready)
    return ready
