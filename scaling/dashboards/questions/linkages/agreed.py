"""What is read of linkages: counts of agreements by year, kind of partner and value, in a fixed number of queries.

Agreements are those of the register on a day, counted from it where there are few enough of them, and else as they were
counted when the last round was computed (`totals.py`), which is then the day that is told.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, Sum, Value
from django.db.models.functions import Coalesce, ExtractYear
from django.utils.translation import gettext as _

from organizations.models import Kind, Linkage, LinkageStatus, Organization, ProgrammeEnrolment, Tier
from programmes.models import Partner
from scaling.dashboards import records
from scaling.dashboards.frame import Asked
from scaling.register_sql.linkage_totals import CLASSES, ORGANIZATION

Day = datetime.date
#: Of more linkages than these, what was counted with the round is told where it can be.
MANY = 1_000
#: Linkages that are counted while somebody waits.
MOST = 50_000
#: Years that are drawn, the last ones.
YEARS = 10


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
class Buyers:
    """Organizations by how much hangs on one buyer: `counts` by `linkage_totals.CLASSES`, `above` the threshold."""

    counts: tuple[int, ...] = (0,) * (len(CLASSES) + 1)
    above: int = 0

    @property
    def n(self) -> int:
        return sum(self.counts)


#: partner type → year → agreements
ByYear = Mapping[str, Mapping[int, int]]


@dataclass(frozen=True)
class Agreed:
    """`begun` up to the day and `ended` up to it, by type of partner. `now`: groups of those in force. `partners`:
    distinct ones in force, by type. `brokered`: of those in force, through support. `buyers`: None where they are
    counted from the register (`buyers.py`)."""

    on: Day
    begun: ByYear
    ended: ByYear
    now: list[Group]
    partners: Mapping[str, int]
    brokered: int = 0
    buyers: Buyers | None = None
    too_many: bool = False

    @property
    def is_of_round(self) -> bool:
        """Counted when the round of the day was computed."""
        return self.buyers is not None

    @property
    def years(self) -> list[int]:
        begins = [year for years in self.begun.values() for year in years]
        if not begins:
            return []
        return list(range(max(min(begins), self.on.year - YEARS + 1), self.on.year + 1))

    def in_force(self, partner: str, year: int) -> int:
        """Agreements in force at the end of a year; of the last year, on the day."""
        begun, ended = (by.get(partner, {}) for by in (self.begun, self.ended))
        return sum(n for one, n in begun.items() if one <= year) - sum(n for one, n in ended.items() if one <= year)

    def total(self, year: int) -> int:
        return sum(self.in_force(partner, year) for partner in self.begun)

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


def read(asked: Asked, on: Day, stored: Agreed | None) -> Agreed:
    """`stored`: what `totals.read` knows, which is told where it is of too many to be counted."""
    if stored is not None and sum(n for years in stored.begun.values() for n in years.values()) > MANY:
        return stored
    rows = linkages(asked, on)
    if stored is None and rows.order_by()[: MOST + 1].count() > MOST:
        return Agreed(on, {}, {}, [], {}, too_many=True)
    typed = rows.order_by().annotate(who=Coalesce(F("partner__type"), Value(ORGANIZATION)))
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
    return Agreed(
        on,
        _by_year(typed, "valid__startswith"),
        _by_year(typed.filter(valid__endswith__lte=on), "valid__endswith"),
        now,
        partners,
        brokered,
    )


def _by_year(typed: Any, edge: str) -> dict[str, dict[int, int]]:
    found: dict[str, dict[int, int]] = defaultdict(dict)
    for row in typed.annotate(year=ExtractYear(edge)).values("who", "year").annotate(n=Count("pk")):
        found[row["who"]][row["year"]] = row["n"]
    return dict(found)


def partner_names() -> dict[str, str]:
    types = {value: str(label) for value, label in Partner._meta.get_field("type").flatchoices}
    return types | {ORGANIZATION: _("organization of another network")}


def holder_name(group: Group) -> str:
    """Primary organizations by their kind, apexes by their tier."""
    return str(Kind(group.kind).label if group.tier == Tier.PRIMARY else Tier(group.tier).label)
