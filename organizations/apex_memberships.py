"""Join an apex, leave it, come back."""

from __future__ import annotations

import copy
import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from organizations.bulk import BATCH, RowErrors, may_write_all
from organizations.models import ApexMembership, Organization, Tier
from organizations.refusals import check, in_words, keep, span
from organizations.registry import changed, may_write, not_later_than_today
from organizations.ties import hold, is_below, outside_life


@dataclass(frozen=True)
class Joined:
    """The membership, and warnings that do not forbid it."""

    membership: ApexMembership
    warnings: tuple[str | Promise, ...]


@transaction.atomic
def join(
    *,
    member: Organization,
    apex: Organization,
    on: datetime.date,
    by: Any,
    until: datetime.date | None = None,
    **fields: Any,
) -> Joined:
    """`member` belongs to `apex` from `on` (until `until`, half-open). Coming back is joining again.

    Raises ValidationError by field: itself, a primary as apex (I-05), a lower tier (I-06), a circle on any date
    (I-01), an overlap (I-02), a day outside either's life (I-03).
    """
    may_write(by, member)
    period = span(on, until)
    _check_pair(member, apex)
    if is_below(apex, member, period):
        raise _circle(member, apex)
    for organization in outside_life([member, apex], period):
        raise _outside_life(organization)
    membership = ApexMembership(member=member, apex=apex, valid=period, **fields)
    keep(membership)
    changed(member, apex)
    warnings = (_("Both are of the same tier."),) if apex.tier == member.tier else ()
    return Joined(membership, warnings)


def _check_pair(member: Organization, apex: Organization) -> None:
    """What two organizations can break whatever the days."""
    if member.pk == apex.pk:
        raise ValidationError({"apex": _("An organization cannot be its own apex.")})
    if apex.tier == Tier.PRIMARY:
        raise ValidationError(
            {"apex": _("%(name)s is a primary organization; change its tier first.") % {"name": apex.name}}
        )
    ranks = list(Tier)
    if ranks.index(Tier(apex.tier)) < ranks.index(Tier(member.tier)):
        raise ValidationError({"apex": _("An apex is of the same or a higher tier than its member.")})


def _circle(member: Organization, apex: Organization) -> ValidationError:
    return ValidationError(
        {"apex": _("%(apex)s is below %(member)s on some of these days.") % {"apex": apex, "member": member}}
    )


def _outside_life(organization: Organization) -> ValidationError:
    return ValidationError({"on": _("%(name)s does not exist on all of these days.") % {"name": organization.name}})


@dataclass(frozen=True)
class Joining:
    """`member` joins `apex` on a day and stays, or until a day; `fields` as those of `join`."""

    member: Organization
    apex: Organization
    on: datetime.date
    until: datetime.date | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def join_many(*, rows: Sequence[Joining], by: Any) -> list[ApexMembership]:
    """`join` for many rows in a fixed number of queries. All or none. Raises RowErrors by position."""
    may_write_all(by, [row.member for row in rows])
    lives = lifespans([one.pk for row in rows for one in (row.member, row.apex)])
    above = _edges_above([row.apex.pk for row in rows])
    own = _edges_of([row.member.pk for row in rows])
    errors: dict[int, ValidationError] = {}
    memberships = []
    for number, row in enumerate(rows):
        try:
            days = span(row.on, row.until)
            _check_pair(row.member, row.apex)
            if _reaches(above, row.apex.pk, row.member.pk, days):
                raise _circle(row.member, row.apex)
            for one in (row.member, row.apex):
                if not contains(lives[one.pk], days):
                    raise _outside_life(one)
            if any(apex == row.apex.pk and overlap(days, held) for apex, held in own.get(row.member.pk, [])):
                raise ValidationError({"apex": _("It is a member of it on some of these days already.")})
            membership = ApexMembership(member=row.member, apex=row.apex, valid=days, **row.fields)
            # What a check asks besides is whether both exist, one query each: they are objects here.
            check(membership, exclude=("member", "apex"), unique=False)
        except ValidationError as error:
            errors[number] = error
            continue
        memberships.append(membership)
        for edges in (above, own):
            edges.setdefault(row.member.pk, []).append((row.apex.pk, days))
    if errors:
        raise RowErrors(errors)
    with in_words():
        made = ApexMembership.objects.bulk_create(memberships, batch_size=BATCH)
    if rows:
        changed(*(one for row in rows for one in (row.member, row.apex)))
    return made


#: Member → its apexes, and on which days.
Edges = dict[int, list[tuple[int, DateRange]]]


def _edges_of(members: list[int]) -> Edges:
    found: Edges = {}
    rows = ApexMembership.objects.filter(member__in=members).values_list("member_id", "apex_id", "valid")
    for member, apex, valid in rows:
        found.setdefault(member, []).append((apex, valid))
    return found


def _edges_above(organizations: list[int]) -> Edges:
    """All memberships on the ways up from these organizations, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE up(member_id, apex_id) AS ("
            " SELECT member_id, apex_id FROM organizations_apexmembership WHERE member_id = ANY(%s)"
            " UNION SELECT m.member_id, m.apex_id FROM organizations_apexmembership m JOIN up"
            " ON m.member_id = up.apex_id) SELECT DISTINCT member_id FROM up",
            [organizations],
        )
        members = [member for (member,) in cursor.fetchall()]
    return _edges_of(members)


def _reaches(edges: Edges, start: int, goal: int, span: DateRange) -> bool:
    """Does a way up lead from `start` to `goal` on some day of `span`?"""
    ways, seen = [(start, span)], set()
    while ways:
        node, days = ways.pop()
        if node == goal:
            return True
        for apex, valid in edges.get(node, []):
            shared = overlap(days, valid)
            if shared is not None and (apex, shared) not in seen:
                seen.add((apex, shared))
                ways.append((apex, shared))
    return False


def overlap(one: DateRange, other: DateRange) -> DateRange | None:
    """The days that both have; None for none."""
    lower = max(one.lower or datetime.date.min, other.lower or datetime.date.min)
    upper = min(one.upper or datetime.date.max, other.upper or datetime.date.max)
    return DateRange(lower, None if upper == datetime.date.max else upper) if lower < upper else None


def contains(life: DateRange, span: DateRange) -> bool:
    """Does every day of `span` lie in `life`?"""
    return (life.lower or datetime.date.min) <= span.lower and (
        life.upper is None or (span.upper is not None and span.upper <= life.upper)
    )


def lifespans(organizations: list[int]) -> dict[int, DateRange]:
    """The days on which organizations exist, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, organizations_lifespan(id) FROM organizations_organization WHERE id = ANY(%s)", [organizations]
        )
        return dict(cursor.fetchall())


@transaction.atomic
def leave(*, membership: ApexMembership, on: datetime.date, by: Any, reason: str = "") -> ApexMembership:
    """The membership ends on `on` (that day it no longer holds); the row stays.

    Raises ValidationError when it did not hold on the day before.
    """
    may_write(by, membership.member)
    hold(membership)
    _may_end(membership, on)
    membership.valid = DateRange(membership.valid.lower, on)
    membership.exit_reason = reason
    keep(membership, update=("valid", "exit_reason"), exit_reason="reason")
    changed(membership.member, membership.apex)
    return membership


def _may_end(membership: ApexMembership, on: datetime.date) -> None:
    if membership.valid.upper is not None or on <= membership.valid.lower:
        raise ValidationError({"on": _("The membership does not hold on the day before; nothing to leave.")})
    not_later_than_today(on, "on")


@transaction.atomic
def leave_many(*, rows: Sequence[tuple[ApexMembership, datetime.date]], by: Any) -> list[ApexMembership]:
    """`leave` for many rows, as they were just read and locked, with member and apex. All or none. Raises RowErrors."""
    may_write_all(by, [membership.member for membership, _on in rows])
    errors, left = {}, []
    for number, (seen, on) in enumerate(rows):
        membership = copy.copy(seen)  # what is refused together is tried again in parts
        try:
            _may_end(membership, on)
            membership.valid = DateRange(membership.valid.lower, on)
        except ValidationError as error:
            errors[number] = error
        left.append(membership)
    if errors:
        raise RowErrors(errors)
    if left:
        with in_words():
            ApexMembership.objects.bulk_update(left, ["valid"], batch_size=BATCH)
        changed(*(one for row in left for one in (row.member, row.apex)))
    return left
