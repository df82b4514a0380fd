"""Federations as of a day, a level at a time: what stands at the top, and what stands below one organization.

Below an apex there may be millions, so that a level is read in pages, the largest first, and never the levels below
it. What is large is told by the last rounds up to the day: members below an apex, or that a primary reported.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    DecimalField,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    TextField,
    Value,
    When,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce

from indicators.models import Return, ReturnState
from organizations.models import ApexMembership, Organization, OrganizationStatus, ProgrammeEnrolment, Status, Tier
from scaling.federation_told import Told
from scaling.models import ApexShape, FederationTotal
from scaling.observations import MEMBERS

Day = datetime.date
#: Organizations of a level that are read at once.
PAGE = 25
#: Nobody told how large it is: it stands behind those of which somebody did.
UNKNOWN = Decimal(-1)
_NUMBER: Any = DecimalField(max_digits=30, decimal_places=4)


class _Component(Func):
    """The number of a row of components that stands where the layout of its round puts `path`; null without one."""

    arg_joiner = ")[array_position("
    template = "(%(expressions)s, '%(path)s')]"
    output_field = _NUMBER


def _component(path: str) -> Func:
    return _Component(F("numbers"), F("round__layout__paths"), path=path)


@dataclass(frozen=True)
class Branch:
    """An organization in the tree. `members`: below an apex, or of its own; None: not told. `span`: direct members."""

    organization: Organization
    members: int | None
    has_members: bool
    span: int | None
    is_cut: bool
    is_active: bool


@dataclass(frozen=True)
class Level:
    """A page of a level; `after` is where the next one begins, "" at the end."""

    branches: list[Branch]
    after: str


def _looked_up(values: Mapping[int, Any], kind: Any) -> Cast:
    """The value that stands at the id of the row; null without one."""
    every = Func(Value(json.dumps(values)), template="%(expressions)s::jsonb", output_field=TextField())
    at = Func(
        every, Cast("pk", TextField()), template="(%(expressions)s)", arg_joiner=" ->> ", output_field=TextField()
    )
    return Cast(at, kind)


def sized(found: QuerySet[Organization], rounds: Iterable[int], *, on: Day, told: Told | None = None) -> Any:
    """Organizations with what the tree shows of each: size, span, is_cut, has_members, is_active. `told`: of apexes, in
    place of what is stored of the rounds."""
    rounds = list(rounds)
    holds = ApexMembership.objects.filter(apex=OuterRef("pk"), valid__contains=on)
    shapes = ApexShape.objects.filter(round__in=rounds, apex=OuterRef("pk")).order_by("-round__reference_date")
    members, direct = _component("membership|now|total"), _component("reach|direct|total")
    totals = (
        FederationTotal.objects.filter(round__in=rounds, apex=OuterRef("pk"))
        .values("apex", "round", "round__reference_date")
        .annotate(n=Sum(Coalesce(members + Coalesce(direct, Value(0), output_field=_NUMBER), direct)))
        .order_by("-round__reference_date")
    )
    below: Any = Subquery(totals.values("n")[:1], output_field=_NUMBER)
    span: Any = Subquery(shapes.values("span")[:1])
    is_cut: Any = Subquery(shapes.values("is_cut")[:1])
    if told is not None:
        below = _looked_up(told.members, _NUMBER)
        span = _looked_up({pk: one.span for pk, one in told.shapes.items()}, IntegerField())
        is_cut = _looked_up({pk: one.is_cut for pk, one in told.shapes.items()}, BooleanField())
    reported = (
        Return.objects.filter(round__in=rounds, organization=OuterRef("pk"), state=ReturnState.APPROVED)
        .order_by("-round__reference_date")
        .annotate(n=Cast(KeyTextTransform(MEMBERS, "values"), _NUMBER))
    )
    return found.annotate(
        size=Coalesce(
            Case(
                When(tier=Tier.PRIMARY, then=Subquery(reported.values("n")[:1])),
                default=below,
                output_field=_NUMBER,
            ),
            Value(UNKNOWN),
            output_field=_NUMBER,
        ),
        span=span,
        is_cut=Coalesce(is_cut, Value(False)),
        has_members=_any(holds),
        is_active=_any(
            OrganizationStatus.objects.filter(organization=OuterRef("pk"), status=Status.ACTIVE, valid__contains=on)
        ),
    )


def _any(rows: QuerySet[Any]) -> Coalesce:
    """Whether there is any, looked up for each organization that is shown: of EXISTS the planner would make one pass
    over every membership and status that there is."""
    first = rows.order_by().annotate(is_there=Value(True)).values("is_there")[:1]
    return Coalesce(Subquery(first, output_field=BooleanField()), Value(False))


def roots(user: Any, programmes: Iterable[int], *, on: Day) -> QuerySet[Organization]:
    """Apexes of the programmes that are in no apex on a day and have members."""
    enrolled = ProgrammeEnrolment.objects.filter(programme__in=list(programmes), valid__contains=on)
    above = ApexMembership.objects.filter(member=OuterRef("pk"), valid__contains=on)
    found: Any = Organization.objects.visible_to(user)
    return found.apexes().filter(  # type: ignore[no-any-return]
        ~Exists(above), pk__in=enrolled.values("organization"), formed_on__lte=on
    )


def below(user: Any, apex: Organization, *, on: Day) -> QuerySet[Organization]:
    """Direct members of an apex on a day that the asker may see."""
    members = ApexMembership.objects.filter(apex=apex, valid__contains=on)
    return Organization.objects.visible_to(user).filter(pk__in=members.values("member"))


def level(
    found: QuerySet[Organization], rounds: Iterable[int], *, on: Day, after: str = "", told: Told | None = None
) -> Level:
    """A page of these organizations, the largest first. ValueError for an `after` that no page gave."""
    rows = sized(found, rounds, on=on, told=told)
    if after:
        size, pk = _mark(after)
        rows = rows.filter(Q(size__lt=size) | Q(size=size, pk__gt=pk))
    read: list[Any] = list(rows.order_by("-size", "pk")[: PAGE + 1])
    more = len(read) > PAGE
    read = read[:PAGE]
    branches = [
        Branch(row, None if row.size < 0 else int(row.size), row.has_members, row.span, row.is_cut, row.is_active)
        for row in read
    ]
    return Level(branches, f"{read[-1].size.normalize():f}_{read[-1].pk}" if more else "")


def _mark(text: str) -> tuple[Decimal, int]:
    size, _, pk = text.partition("_")
    if not (pk.isdecimal() and len(pk) < 19 and size.lstrip("-").replace(".", "", 1).isdecimal()):
        raise ValueError(text)
    return Decimal(size), int(pk)


__all__ = ["PAGE", "Branch", "Level", "below", "level", "roots", "sized"]
