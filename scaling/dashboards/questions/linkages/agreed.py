"""What is read of linkages: counts of agreements by year, kind of partner and value, in a fixed number of queries.

Rollups hold partners per organization, not who the partners are nor what agreements are worth; so these are counted
from the register, and only where there are few enough of them.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, F, Q, Sum, Value, When
from django.db.models.functions import Coalesce, ExtractYear
from django.utils.translation import gettext as _

from organizations.models import Kind, Linkage, LinkageStatus, Organization, ProgrammeEnrolment, Tier
from programmes.models import Partner
from scaling.dashboards import records
from scaling.dashboards.frame import Asked

Day = datetime.date
#: Linkages that are counted while somebody waits.
MOST = 50_000
#: Years that are drawn, the last ones.
YEARS = 10
#: A partner that is an organization of another network has no type.
ORGANIZATION = "organization"


@dataclass(frozen=True)
class Group:
    """Agreements that stand alike. `value`: the sum of those that have one, in `currency`."""

    tier: str
    kind: str
    partner: str
    currency: str
    n: int
    valued: int
    value: Decimal


@dataclass(frozen=True)
class Agreed:
    """`by_year`: partner type → (year of begin, year of end or None, in force on the day) → agreements. `now`: groups
    of those in force. `partners`: distinct ones in force, by type. `brokered`: of those in force, through support."""

    on: Day
    by_year: Mapping[str, Mapping[tuple[int, int | None, bool], int]]
    now: list[Group]
    partners: Mapping[str, int]
    brokered: int = 0
    too_many: bool = False

    @property
    def years(self) -> list[int]:
        begins = [begin for rows in self.by_year.values() for begin, _end, _holds in rows]
        if not begins:
            return []
        return list(range(max(min(begins), self.on.year - YEARS + 1), self.on.year + 1))

    def in_force(self, partner: str, year: int) -> int:
        """Agreements in force at the end of a year; of the last year, on the day."""
        rows = self.by_year.get(partner, {})
        if year == self.on.year:
            return sum(n for (_begin, _end, holds), n in rows.items() if holds)
        return sum(n for (begin, end, _h), n in rows.items() if begin <= year and (end is None or end > year))

    def total(self, year: int) -> int:
        return sum(self.in_force(partner, year) for partner in self.by_year)

    def currency(self) -> str:
        """The currency in which most agreements have a value; amounts of several do not add up."""
        counts: dict[str, int] = defaultdict(int)
        for group in self.now:
            if group.valued:
                counts[group.currency] += group.valued
        return max(counts, key=lambda code: (counts[code], code), default="")


def day_of(asked: Asked) -> Day:
    """The register is kept from day to day: today, unless a day or a round is chosen."""
    selection = asked.selection
    if selection.as_of is not None:
        return selection.as_of
    chosen = selection.round
    return chosen.reference_date if chosen is not None else selection.today


def linkages(asked: Asked, on: Day) -> Any:
    """Linkages of the selection that began up to the day and were more than a negotiation."""
    found = records.narrowed(asked, on=on)
    if found is None:
        found = Organization.objects.visible_to(asked.user)
    enrolled = ProgrammeEnrolment.objects.filter(programme__in=asked.selection.programmes)
    return (
        Linkage.objects.visible_to(asked.user)
        .filter(
            organization__in=found.filter(pk__in=enrolled.values("organization")).values("pk"),
            valid__startswith__lte=on,
        )
        .exclude(status=LinkageStatus.NEGOTIATING)
    )


def holding(on: Day) -> Q:
    return Q(valid__endswith__isnull=True) | Q(valid__endswith__gt=on)


def read(asked: Asked, on: Day) -> Agreed:
    rows = linkages(asked, on)
    if rows.order_by()[: MOST + 1].count() > MOST:
        return Agreed(on, {}, [], {}, too_many=True)
    typed = rows.order_by().annotate(
        who=Coalesce(F("partner__type"), Value(ORGANIZATION)),
        holds=Case(When(holding(on), then=Value(True)), default=Value(False)),
    )
    by_year: dict[str, dict[tuple[int, int | None, bool], int]] = defaultdict(dict)
    years = typed.annotate(begin=ExtractYear("valid__startswith"), end=ExtractYear("valid__endswith"))
    for row in years.values("who", "begin", "end", "holds").annotate(n=Count("pk")):
        by_year[row["who"]][row["begin"], row["end"], row["holds"]] = row["n"]
    live = typed.filter(holding(on))
    groups = live.values("organization__tier", "organization__kind", "who", "currency").annotate(
        n=Count("pk"), valued=Count("value"), sum=Sum("value"), brokered=Count("brokered_by")
    )
    now, brokered = [], 0
    for row in groups:
        tier, kind = row["organization__tier"], row["organization__kind"]
        value = row["sum"] or Decimal(0)
        now.append(Group(tier, kind, row["who"], row["currency"], row["n"], row["valued"], value))
        brokered += row["brokered"]
    partners = {
        row["who"]: row["partners"] + row["others"]
        for row in live.values("who").annotate(
            partners=Count("partner", distinct=True), others=Count("partner_organization", distinct=True)
        )
    }
    return Agreed(on, by_year, now, partners, brokered)


def partner_names() -> dict[str, str]:
    types = {value: str(label) for value, label in Partner._meta.get_field("type").flatchoices}
    return types | {ORGANIZATION: _("organization of another network")}


def holder_name(group: Group) -> str:
    """Primary organizations by their kind, apexes by their tier."""
    return str(Kind(group.kind).label if group.tier == Tier.PRIMARY else Tier(group.tier).label)
