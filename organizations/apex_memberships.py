"""Join an apex, leave it, come back."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from organizations.models import ApexMembership, Organization, Tier
from organizations.refusals import keep, span
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
    if member.pk == apex.pk:
        raise ValidationError({"apex": _("An organization cannot be its own apex.")})
    if apex.tier == Tier.PRIMARY:
        raise ValidationError(
            {"apex": _("%(name)s is a primary organization; change its tier first.") % {"name": apex.name}}
        )
    ranks = list(Tier)
    if ranks.index(Tier(apex.tier)) < ranks.index(Tier(member.tier)):
        raise ValidationError({"apex": _("An apex is of the same or a higher tier than its member.")})
    if is_below(apex, member, period):
        raise ValidationError(
            {"apex": _("%(apex)s is below %(member)s on some of these days.") % {"apex": apex, "member": member}}
        )
    for organization in outside_life([member, apex], period):
        raise ValidationError({"on": _("%(name)s does not exist on all of these days.") % {"name": organization.name}})
    membership = ApexMembership(member=member, apex=apex, valid=period, **fields)
    keep(membership)
    changed(member, apex)
    warnings = (_("Both are of the same tier."),) if apex.tier == member.tier else ()
    return Joined(membership, warnings)


@transaction.atomic
def leave(*, membership: ApexMembership, on: datetime.date, by: Any, reason: str = "") -> ApexMembership:
    """The membership ends on `on` (that day it no longer holds); the row stays.

    Raises ValidationError when it did not hold on the day before.
    """
    may_write(by, membership.member)
    hold(membership)
    if membership.valid.upper is not None or on <= membership.valid.lower:
        raise ValidationError({"on": _("The membership does not hold on the day before; nothing to leave.")})
    not_later_than_today(on, "on")
    membership.valid = DateRange(membership.valid.lower, on)
    membership.exit_reason = reason
    keep(membership, update=("valid", "exit_reason"), exit_reason="reason")
    changed(membership.member, membership.apex)
    return membership
