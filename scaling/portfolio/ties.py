"""Linkages with the money that moved through them, and whom interventions reached; no database."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from scaling.portfolio.lives import FAR, Cluster, Organization

#: How likely an organization of a tier has a linkage.
LINKED = {"primary": 0.08, "local_apex": 0.35, "meso_apex": 0.85, "national_apex": 1.0}
#: kind, form and types of transaction by partner.
DEALS = (
    ("bank", "finance_credit", "written_contract"),
    ("bank", "finance_savings", "account"),
    ("buyer", "offtake", "written_contract"),
    ("inputs", "input_supply", "oral"),
    ("ministry", "policy_platform", "seat"),
)
PURPOSES = (("bonding", "coaching"), ("bridging", "process_advice"), ("brokering", "mentoring"))
#: Share of organizations alive throughout an intervention that it reached.
REACHED = {"bonding": 0.35, "bridging": 0.1, "brokering": 0.03}


@dataclass(frozen=True, slots=True)
class Support:
    """An intervention in one district of one programme."""

    id: int
    purpose: str
    since: int
    until: int


@dataclass(slots=True)
class Deal:
    """A linkage. `partner` is a name of the frame, or empty when `other` is the organization dealt with."""

    one: Organization
    partner: str
    other: Organization | None
    kind: str
    form: str
    since: int
    until: int | None
    status: str
    value: int | None
    covers: str
    causality: str
    brokered_by: int | None
    #: day, type, amount, whom it was passed on to
    moves: list[tuple[int, str, int, Organization | None]] = field(default_factory=list)


def reached(one: Organization, support: list[Support], random: Random) -> list[int]:
    """Ids of the interventions of its district that reached it; each lies inside its life."""
    return [
        each.id
        for each in support
        if one.formed <= each.since and each.until <= one.last and random.random() < REACHED[each.purpose]
    ]


class Deals:
    def __init__(self, end: int, random: Random) -> None:
        self.end, self.random = end, random.random

    def of(self, cluster: Cluster, support: list[Support]) -> list[Deal]:
        brokers = [each for each in support if each.purpose == "brokering"]
        found = []
        for one in cluster.all:
            if self.random() < LINKED[one.tier]:
                deal = self._deal(one, brokers)
                if deal is not None:
                    self._move(deal, cluster)
                    found.append(deal)
        found += self._among_apexes(cluster)
        return found

    def _span(self, one: Organization) -> tuple[int, int | None, str] | None:
        """A span inside a life, with the status that goes with it."""
        since = one.formed + 150 + int(self.random() * 1200)
        if since >= min(one.last, self.end) - 30:
            return None
        until = since + 300 + int(self.random() * 900)
        if until >= one.last:
            return since, one.last, "ended"
        if until >= self.end:
            return since, None if one.last == FAR else one.last, "renewed" if self.random() < 0.2 else "in_force"
        return since, until, "breached" if self.random() < 0.1 else "ended"

    def _deal(self, one: Organization, brokers: list[Support]) -> Deal | None:
        span = self._span(one)
        if span is None:
            return None
        place = 0 if one.tier == "meso_apex" else int(self.random() * len(DEALS))
        partner, kind, form = DEALS[place]
        broker = next((each for each in brokers if each.until <= span[0] and self.random() < 0.4), None)
        return Deal(
            one, partner, None, kind, form, *span,
            value=10_000 + int(self.random() * 900_000) if partner in ("bank", "buyer") else None,
            covers="network" if one.tier != "primary" and self.random() < 0.5 else "itself",
            causality="direct" if broker else "facilitated" if self.random() < 0.5 else "independent",
            brokered_by=broker.id if broker else None,
        )  # fmt: skip

    def _among_apexes(self, cluster: Cluster) -> list[Deal]:
        """A union deals with the cluster's federation: neither is above the other."""
        unions = [one for one in cluster.federations if one.kind == "union"]
        federation = cluster.federations[-1]
        if not unions or federation.end is not None:
            return []
        span = self._span(unions[0])
        if span is None or span[0] < federation.formed:
            return []
        return [
            Deal(unions[0], "", federation, "offtake", "memorandum", *span,
                 value=None, covers="itself", causality="independent", brokered_by=None)
        ]  # fmt: skip

    def _move(self, deal: Deal, cluster: Cluster) -> None:
        until = min(deal.until or FAR, self.end)
        if deal.kind == "finance_credit":
            self._credit(deal, cluster, until)
        elif deal.kind in ("finance_savings", "offtake", "input_supply"):
            name = {"finance_savings": "savings_deposited", "offtake": "sale", "input_supply": "purchase"}[deal.kind]
            for _ in range(2):
                deal.moves.append((self._day(deal.since, until), name, 500 + int(self.random() * 60_000), None))

    def _credit(self, deal: Deal, cluster: Cluster, until: int) -> None:
        amount = 20_000 + int(self.random() * 400_000)
        lent = self._day(deal.since, until)
        deal.moves.append((lent, "loan_disbursed", amount, None))
        for member in (cluster.villages if deal.one.tier == "meso_apex" else ())[:3]:
            # What a federation lends on to a member is told as such, and is never counted again.
            inside = any(
                each.apex is deal.one and each.since <= lent and lent < (each.until or FAR)
                for each in member.memberships
            )
            if inside:
                deal.moves.append((lent, "loan_disbursed", amount // 4, member))
        if self.random() < 0.7:
            deal.moves.append((self._day(lent, until), "loan_repaid", amount // 2, None))
        if self.random() < 0.2:
            deal.moves.append((self._day(lent, until), "roll_over", amount // 2, None))

    def _day(self, since: int, until: int) -> int:
        return since + int(self.random() * (until - since))
