"""What the page of an organization shows: its facts and everything that is dated, with what held on a day."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.utils.formats import date_format

from organizations.models import (
    ApexMembership,
    Intervention,
    Linkage,
    LinkageTransaction,
    Office,
    Organization,
    OrganizationStatus,
    ProgrammeEnrolment,
    Service,
    Succession,
)
from organizations.models.organizations import Precision
from organizations.models.statuses import ENDED
from organizations.offices import may_read_persons
from programmes.access import Permission

#: Of rows that may be many only the newest are shown, and how many there are.
SHOWN = 100


@dataclass(frozen=True)
class Profile:
    organization: Organization
    on: datetime.date
    is_today: bool
    status: OrganizationStatus | None
    statuses: list[OrganizationStatus]
    up: list[ApexMembership]
    down: list[ApexMembership]
    down_count: int
    linkages: list[Linkage]
    services: list[Service]
    interventions: list[Intervention]
    offices: list[Office]
    enrolments: list[ProgrammeEnrolment]
    successors: list[Succession]
    predecessors: list[Succession]
    may_write: bool
    may_read_history: bool
    may_read_persons: bool

    @property
    def has_ended(self) -> bool:
        return bool(self.statuses) and self.statuses[-1].status in ENDED

    @property
    def apexes(self) -> list[ApexMembership]:
        """Memberships in apexes that hold on the day."""
        return [one for one in self.up if one.holds]  # type: ignore[attr-defined]

    @property
    def formed(self) -> str:
        return formed(self.organization)


def formed(organization: Organization) -> str:
    """The formation as exactly as it is known."""
    formats = {Precision.YEAR: "Y", Precision.MONTH: "YEAR_MONTH_FORMAT"}
    return date_format(organization.formed_on, formats.get(Precision(organization.formed_precision), "DATE_FORMAT"))


def _dated(rows: Any, on: datetime.date) -> list[Any]:
    """The rows as a list; each says whether it holds on the day."""
    found = list(rows)
    for row in found:
        lower, upper = row.valid.lower, row.valid.upper
        row.holds = (lower is None or lower <= on) and (upper is None or on < upper)
    return found


def build(organization: Organization, *, user: Any, on: datetime.date) -> Profile:
    """Everything of one organization that `user` may see; organizations outside that are left out or unnamed."""
    visible = Organization.objects.visible_to(user)
    statuses = _dated(organization.statuses.order_by("valid"), on)
    down = ApexMembership.objects.filter(apex=organization, member__in=visible, valid__contains=on)
    persons = may_read_persons(user, organization)
    return Profile(
        organization=organization,
        on=on,
        is_today=on == datetime.date.today(),
        status=next((one for one in statuses if one.holds), None),
        statuses=statuses,
        up=_dated(
            ApexMembership.objects.filter(member=organization, apex__in=visible)
            .select_related("apex")
            .order_by("-valid")[:SHOWN],
            on,
        ),
        down=list(down.select_related("member__place").order_by("member__name", "member__code")[:SHOWN]),
        down_count=down.count(),
        linkages=_dated(_linkages(organization, visible), on),
        services=_dated(organization.services.select_related("partner").order_by("-valid")[:SHOWN], on),
        interventions=_dated(
            Intervention.objects.visible_to(user)
            .filter(reached__organization=organization)
            .select_related("phase__programme", "provider")
            .order_by("-valid")[:SHOWN],
            on,
        ),
        offices=_dated(organization.offices.select_related("person").order_by("-valid")[:SHOWN], on) if persons else [],
        enrolments=_dated(
            ProgrammeEnrolment.objects.visible_to(user)
            .filter(organization=organization)
            .select_related("programme")
            .order_by("valid"),
            on,
        ),
        successors=list(organization.successions.filter(successor__in=visible).select_related("successor")),
        predecessors=list(organization.predecessions.filter(predecessor__in=visible).select_related("predecessor")),
        may_write=_holds(user, Permission.REGISTRY_WRITE, organization),
        may_read_history=_holds(user, Permission.AUDIT_READ, organization),
        may_read_persons=persons,
    )


def _linkages(organization: Organization, visible: Any) -> Any:
    """Newest first; a partner organization or a receiver that the reader may not see stays unnamed."""
    named = Prefetch("passed_on_to", visible, to_attr="receiver")
    transactions = LinkageTransaction.objects.prefetch_related(named).order_by("-date", "-pk")
    return (
        organization.linkages.select_related("partner")
        .prefetch_related(
            Prefetch("partner_organization", visible, to_attr="visible_partner"),
            Prefetch("transactions", transactions),
        )
        .order_by("-valid")[:SHOWN]
    )


def _holds(user: Any, permission: Permission, organization: Organization) -> bool:
    return Organization.objects.visible_to(user, permission).filter(pk=organization.pk).exists()
