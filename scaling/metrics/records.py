"""Plain records of organizations, from which `observe.py` makes components. Spans are half-open: [start, end)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

PRIMARY = "primary"
INTER_PROFESSIONAL = "inter_professional"
FORMING, ACTIVE, DORMANT = "forming", "active", "dormant"
DISBANDED, MERGED, SPLIT = "disbanded", "merged_into", "split_into"
#: Who provides a service to members, the nearest first.
PROVIDERS = ("own", "apex", "partner")
ENDED = frozenset({DISBANDED, MERGED, SPLIT})

DAYS_PER_MONTH = Decimal("30.4375")
DAYS_PER_YEAR = Decimal("365.25")
ONE_PLACE = Decimal("0.1")


def months_between(start: datetime.date, end: datetime.date) -> Decimal:
    """Days / 30.4375, half up to one place."""
    return (Decimal((end - start).days) / DAYS_PER_MONTH).quantize(ONE_PLACE, ROUND_HALF_UP)


def years_between(start: datetime.date, end: datetime.date) -> Decimal:
    return Decimal((end - start).days) / DAYS_PER_YEAR


@dataclass(frozen=True, kw_only=True)
class Span:
    start: datetime.date
    end: datetime.date | None = None

    def holds(self, day: datetime.date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)


@dataclass(frozen=True, kw_only=True)
class Status(Span):
    status: str


@dataclass(frozen=True, kw_only=True)
class InApex(Span):
    """Membership in an apex; `fee_paid_until` None where no fee is recorded."""

    apex: str
    fee_paid_until: datetime.date | None = None


@dataclass(frozen=True, kw_only=True)
class AtStage(Span):
    """The condition of a stage ("bonded", "aggregated", "linked") held; `direct`: a linkage of its own."""

    stage: str
    direct: bool = False


@dataclass(frozen=True, kw_only=True)
class WithPartner(Span):
    """A linkage with a partner, its own or through an apex; `renewed`: a new agreement followed when it ended.

    `funds`: it brings money from outside, as credit or as a grant.
    """

    partner: str
    funds: bool = False
    direct: bool = True
    renewed: bool = False


@dataclass(frozen=True, kw_only=True)
class Service(Span):
    """`provider`: one of PROVIDERS."""

    kind: str
    provider: str = "own"


@dataclass(frozen=True, kw_only=True)
class Observed:
    """What was approved of one organization in one round. None, or a key that is not there: not reported.

    `memberships`: what an apex reports as its members; `direct_members`: individuals without a primary organization.
    `second_share`: 0 to 1, memberships that are a second one of the same person; `sampled` if that is from a sample.
    `exits`: group ("" for all members) → (left, members at the start + joined). `scores`: dimension → 1 to 6.
    `money`: savings, external_credit, loans_outstanding, late_loans, loan_fund_cash, property_now, property_start,
    debts. `recalled`: the value was told afterwards.
    """

    members: int | None = None
    groups: Mapping[str, int] = field(default_factory=dict)
    leaders: int | None = None
    leader_groups: Mapping[str, int] = field(default_factory=dict)
    memberships: int | None = None
    direct_members: int | None = None
    second_share: Decimal | None = None
    sampled: bool = False
    exits: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    scores: Mapping[str, Decimal] = field(default_factory=dict)
    scale: str = ""
    money: Mapping[str, Decimal] = field(default_factory=dict)
    currency: str = ""
    attending: int | None = None
    registered: int | None = None
    served: int | None = None
    served_poorest: int | None = None
    recalled: bool = False


@dataclass(frozen=True, kw_only=True)
class Record:
    """One organization. Place, kind and tier are those of the closing date.

    `due`, `observed`: by reference date of the round. `successors`: whom it was merged into or split into.
    `verified_on`: last day somebody saw it. `sales`: buyer → value. `support_ended_on`: start of its survival.
    `gate`: what checklists and assessments decided of the bonding gate, by their dates.
    `entrenched`: the same persons in the main offices beyond their term, and GOV-2 at 3 or less; None: not known.
    """

    code: str
    kind: str
    formed_on: datetime.date
    place: str = ""
    tier: str = PRIMARY
    statuses: tuple[Status, ...] = ()
    verified_on: datetime.date | None = None
    successors: tuple[str, ...] = ()
    due: frozenset[datetime.date] = frozenset()
    observed: Mapping[datetime.date, Observed] = field(default_factory=dict)
    apexes: tuple[InApex, ...] = ()
    stages: tuple[AtStage, ...] = ()
    linkages: tuple[WithPartner, ...] = ()
    services: tuple[Service, ...] = ()
    sales: Mapping[str, Decimal] = field(default_factory=dict)
    support_ended_on: datetime.date | None = None
    gate: tuple[tuple[datetime.date, bool], ...] = ()
    entrenched: bool | None = None

    @property
    def is_primary(self) -> bool:
        return self.tier == PRIMARY

    def status_on(self, day: datetime.date) -> str:
        """The status of a day; empty before formation."""
        return next((status.status for status in self.statuses if status.holds(day)), "")

    def is_active(self, day: datetime.date) -> bool:
        return self.status_on(day) == ACTIVE

    def exists(self, day: datetime.date) -> bool:
        return self.status_on(day) in (FORMING, ACTIVE, DORMANT)

    def ended_on(self) -> datetime.date | None:
        return min((status.start for status in self.statuses if status.status in ENDED), default=None)

    def members_on(self, day: datetime.date | None) -> int | None:
        """Members of a round if it was active and reported them."""
        seen = self.seen(day)
        return None if seen is None else seen.members

    def seen(self, day: datetime.date | None) -> Observed | None:
        """The observation of a round, of an organization that was active on its date."""
        return self.observed.get(day) if day is not None and self.is_active(day) else None


@dataclass(frozen=True)
class Rates:
    """By (currency, date): how many units a US dollar buys, and prices of the date / prices of the base year."""

    per_dollar: Mapping[tuple[str, datetime.date], Decimal] = field(default_factory=dict)
    deflator: Mapping[tuple[str, datetime.date], Decimal] = field(default_factory=dict)
