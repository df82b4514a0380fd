"""What is known of one organization, as of today or of a moment."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse

from indicators.models import Return
from organizations import profile as register
from organizations.models import Organization
from programmes.models import Programme
from scaling import readers
from scaling.dashboards import similar
from scaling.dashboards.page import Cell, Column, Table
from scaling.metrics.records import Record
from scaling.models import Alert

Day = datetime.date
#: The newest returns that are shown.
RETURNS = 60


@dataclass(frozen=True)
class Asked:
    """What the address asks for. `where`: among whom similar organizations are looked for; `moment`: as it was known
    then, as it stands in the address (`known_at`) and read."""

    where: str = similar.WHERE[0]
    known_at: str = ""
    moment: datetime.datetime | None = None
    today: Day = Day.min

    def query(self, **changed: str) -> str:
        """The same with some of it changed, with its question mark; empty for the defaults."""
        told = {"similar": self.where, "known_at": self.known_at} | changed
        told["similar"] = "" if told["similar"] == similar.WHERE[0] else told["similar"]
        shown = {name: value for name, value in told.items() if value}
        return f"?{urlencode(shown)}" if shown else ""


@dataclass
class Known:
    """What is known of the organization. `seen`: dates of rounds with approved returns → what they say."""

    organization: Organization
    profile: register.Profile
    returns: list[Return]
    programme: Programme | None
    record: Record | None
    on: Day
    similar: similar.Similar
    alerts: list[Alert]
    path: str
    asked: Asked

    @property
    def seen(self) -> list[tuple[Day, Any]]:
        return [] if self.record is None else sorted(self.record.observed.items())

    @property
    def dimensions(self) -> list[str]:
        return list(dict.fromkeys(name for _day, one in self.seen for name in one.scores))

    @property
    def today(self) -> Day:
        return self.asked.today

    @property
    def like(self) -> dict[str, str]:
        return {
            "kind": str(self.organization.get_kind_display()),
            "tier": str(self.organization.get_tier_display()),
            "place": str(self.programme)
            if self.similar.where == "programme" and self.programme is not None
            else self.organization.place.shown_name,
        }

    def url(self, part: str = "") -> str:
        base = reverse("organizations:profile", args=[self.organization.code])
        return f"{base}#{part}" if part else base

    def list_url(self) -> str:
        one = self.organization
        programme = self.programme.code if self.programme else ""
        place = "" if self.similar.where == "programme" else f"&place={one.place.code}"
        return f"{reverse('organizations:list')}?programme={programme}&kind={one.kind}&tier={one.tier}{place}"

    def table(self, name: str, columns: list[Column], rows: list[list[Cell]], caption: str, title: str) -> Table:
        """A table of the page, to be downloaded as CSV and XLSX with the same address behind the question mark."""
        csv, xlsx = (
            reverse("scaling:organization-table", args=[self.organization.code, name, kind]) + self.asked.query()
            for kind in ("csv", "xlsx")
        )
        return Table(name, columns, rows, caption, title, csv_url=csv, xlsx_url=xlsx)


def read(request: HttpRequest, organization: Organization, asked: Asked) -> Known:
    """Inside the moment, if one is asked for. A fixed number of queries, whatever the size of its programme."""
    today = asked.today
    profile = register.build(organization, user=request.user, on=today)
    returns = list(
        Return.objects.visible_to(request.user)
        .filter(organization=organization)
        .select_related("round__programme")
        .order_by("-round__reference_date", "round__kind", "-pk")[:RETURNS]
    )
    enrolled = [one.programme for one in reversed(profile.enrolments)]
    programme = enrolled[0] if enrolled else None
    record, on = None, today
    closing = None
    if programme is not None:
        rounds = [one for one in readers.rounds_of(programme.pk, today) if one.is_outcome]
        closing = rounds[-1] if rounds else None
        if closing is not None:
            on = closing.date
            reading = readers.read(programme_id=programme.pk, on=on, closing=closing, only=[organization.pk])
            record = next((one for one in reading.records if one.code == organization.code), None)
    alerts = list(
        Alert.objects.visible_to(request.user)
        .filter(Q(organization=organization), closed_at__isnull=True)
        .select_related("programme")
        .order_by("-opened_at", "pk")[:20]
    )
    like = similar.read(user=request.user, organization=organization, closing=closing, where=asked.where)
    return Known(organization, profile, returns, programme, record, on, like, alerts, request.path, asked)


def count_of(one: Any) -> int | None:
    """Members as a return says, or memberships where it says only these."""
    found: int | None = one.members if one.members is not None else one.memberships
    return found


def counts_of(known: Known) -> list[tuple[Day, int]]:
    return [(day, n) for day, one in known.seen if (n := count_of(one)) is not None]


def mean_of(one: Any) -> Decimal:
    return sum(one.scores.values(), Decimal(0)) / len(one.scores)
