"""The list of organizations: narrowed, in the order of names, a page at a time without counting the rest."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q

from organizations.models import ApexMembership, Organization, OrganizationStatus, ProgrammeEnrolment
from organizations.models.organizations import OrganizationQuerySet
from programmes.models import Programme

PAGE = 50
#: Counting stops here: what somebody wants to know of more is that there are too many to look through.
COUNTED = 1000


@dataclass(frozen=True)
class Page:
    rows: list[Organization]
    #: How many there are in all, at most COUNTED.
    count: int
    more_than_counted: bool
    #: Code after which the next page begins, before which the one before ends; "" where there is none.
    after: str
    before: str


def narrowed(user: Any, filters: dict[str, Any], *, on: datetime.date) -> OrganizationQuerySet:
    """What `user` may see, by the cleaned data of the filter form."""
    found: Any = Organization.objects.visible_to(user)
    if filters.get("q"):
        found = found.named(filters["q"])
    if filters.get("programme"):
        enrolled = ProgrammeEnrolment.objects.filter(programme=filters["programme"], valid__contains=on)
        found = found.filter(pk__in=enrolled.values("organization"))
    if filters.get("place"):
        found = found.within(filters["place"])
    for name in ("kind", "tier"):
        if filters.get(name):
            found = found.filter(**{name: filters[name]})
    if filters.get("status"):
        statuses = OrganizationStatus.objects.filter(
            organization=OuterRef("pk"), valid__contains=on, status=filters["status"]
        )
        found = found.filter(Exists(statuses))
    if filters.get("apex"):
        found = found.under(filters["apex"], on=on)
    if filters.get("alone"):
        found = found.in_no_apex(on=on)
    return found  # type: ignore[no-any-return]


def page(found: OrganizationQuerySet, user: Any, *, on: datetime.date, after: str = "", before: str = "") -> Page:
    """PAGE rows behind the organization `after`, or before `before`; from the beginning when it is unknown."""
    counted = found[: COUNTED + 1].count()
    edge = found.model._default_manager.visible_to(user).filter(code=after or before).values_list("name", "code")
    mark = edge.first() if after or before else None
    backwards = bool(before and not after and mark)
    rows: Any = found
    if mark:
        name, code = mark
        rows = rows.filter(
            Q(name__lt=name) | Q(name=name, code__lt=code)
            if backwards
            else Q(name__gt=name) | Q(name=name, code__gt=code)
        )
    rows = rows.order_by("-name", "-code") if backwards else rows.order_by("name", "code")
    read = list(_with_today(rows, user, on)[: PAGE + 1])
    further = len(read) > PAGE
    read = read[:PAGE]
    if backwards:
        read.reverse()
    has_next = backwards or further
    has_previous = further if backwards else mark is not None
    return Page(
        read,
        min(counted, COUNTED),
        counted > COUNTED,
        after=read[-1].code if read and has_next else "",
        before=read[0].code if read and has_previous else "",
    )


def _with_today(rows: Any, user: Any, on: datetime.date) -> Any:
    return rows.select_related("place").prefetch_related(
        Prefetch("statuses", OrganizationStatus.objects.filter(valid__contains=on), to_attr="statuses_then"),
        Prefetch(
            "apex_memberships",
            ApexMembership.objects.filter(
                valid__contains=on, apex__in=Organization.objects.visible_to(user)
            ).select_related("apex"),
            to_attr="apexes_then",
        ),
        Prefetch(
            "enrolments",
            ProgrammeEnrolment.objects.filter(
                valid__contains=on, programme__in=Programme.objects.visible_to(user)
            ).select_related("programme"),
            to_attr="enrolments_then",
        ),
    )
