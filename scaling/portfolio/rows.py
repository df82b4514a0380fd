"""From what was drawn to lines for COPY, with the ids that rows refer to each other by."""

from __future__ import annotations

from random import Random

from scaling.portfolio import ties
from scaling.portfolio.copying import NULL, day, flat, moment, span, text
from scaling.portfolio.frame import Frame
from scaling.portfolio.lives import Cluster, Organization
from scaling.portfolio.plan import Plan, organization_prefix
from scaling.portfolio.sheets import Entry, Sheet, entries
from scaling.portfolio.ties import Deal, Deals, Support

NAMES = {
    "union": "Union",
    "federation": "National federation",
    "cluster_federation": "Cluster federation",
    "village_organization": "Village organization",
}


class Writer:
    """Takes clusters, gives lines by table. `next_ids` are those of the rows to come."""

    def __init__(self, plan: Plan, frame: Frame, random: Random, next_ids: dict[str, int]) -> None:
        self.frame, self.random, self.next_ids = frame, random, dict(next_ids)
        self.names = list(next_ids)
        self.first_organization = next_ids["organizations"]
        self.code = organization_prefix(plan.seed)
        self.deals = Deals(plan.end.toordinal(), random)
        self.rows: dict[str, list[str]] = {name: [] for name in self.names}

    def take(self) -> dict[str, list[str]]:
        rows, self.rows = self.rows, {name: [] for name in self.names}
        return rows

    def add(self, cluster: Cluster) -> None:
        district = cluster.federations[-1].district
        support = self.frame.support[cluster.programme][district]
        for one in cluster.all:
            self._organization(one)
            self._support(one, support)
            for entry in entries(one, self.frame.days, self.random):
                self._entry(one, entry)
        for deal in self.deals.of(cluster, support):
            self._deal(cluster.programme, deal)

    def _id(self, name: str) -> int:
        found = self.next_ids[name]
        self.next_ids[name] = found + 1
        return found

    def _pk(self, one: Organization) -> int:
        """Organizations are numbered in the order in which they are drawn."""
        return self.first_organization + one.number - 1

    # --- register -------------------------------------------------------------------------------------------------
    def _organization(self, one: Organization) -> None:
        pk = self._pk(one)
        self.next_ids["organizations"] = max(self.next_ids["organizations"], pk + 1)
        country = one.programme // 2
        name = f"{NAMES.get(one.kind, 'Group')} {one.number} (synthetic)"
        members = "persons" if one.tier == "primary" else "organizations"
        registered = day(one.formed + 120) if one.kind == "cooperative" or one.tier != "primary" else NULL
        self.rows["organizations"].append(
            f"{pk}\t{self.code}{one.number:07}\t{name}\t{one.kind}\t{one.tier}"
            f"\t{self.frame.districts[country][one.district]}\t{self.frame.countries[country].pk}"
            f"\t{day(one.formed)}\tday\t{registered}\t\t\t{one.promoter}\t{{}}\t\t{members}\tt\t1"
        )
        for status, since, until, reason in one.statuses:
            self.rows["statuses"].append(f"{pk}\t{status}\t{span(since, until)}\t{reason}\t\t{day(since)}")
        if one.successor is not None and one.end is not None:
            self.rows["successions"].append(f"{pk}\t{self._pk(one.successor)}\t{day(one.end)}")
        for programme, since, until in one.enrolled:
            self.rows["enrolments"].append(f"{pk}\t{self.frame.programmes[programme].pk}\t{span(since, until)}")
        if one.bonded_on is not None:
            self.rows["bonding checks"].append(f"{pk}\t{day(one.bonded_on)}\tt\tField facilitator")
        for each in one.memberships:
            role = "associate" if one.number % 50 == 0 else "full"
            paid = day(each.since + 365) if one.number % 3 else NULL
            self.rows["apex memberships"].append(
                f"{pk}\t{self._pk(each.apex)}\t{span(each.since, each.until)}\t{role}\t\t{paid}\t{each.reason}"
            )

    def _support(self, one: Organization, support: list[Support]) -> None:
        pk = self._pk(one)
        self.rows["support"] += [f"{found}\t{pk}" for found in ties.reached(one, support, self.random)]

    def _deal(self, programme: int, deal: Deal) -> None:
        country = programme // 2
        currency = self.frame.countries[country].iso3
        pk = self._id("linkages")
        partner = self.frame.partners[country][deal.partner] if deal.partner else NULL
        other = NULL if deal.other is None else self._pk(deal.other)
        value, money = (NULL, "") if deal.value is None else (deal.value, currency)
        broker = NULL if deal.brokered_by is None else deal.brokered_by
        self.rows["linkages"].append(
            f"{pk}\t{self._pk(deal.one)}\t{partner}\t{other}\t{deal.kind}\t{deal.form}\t\t{day(deal.since)}"
            f"\t{span(deal.since, deal.until)}\t{value}\t{money}\t{NULL}\t\t{int(deal.status == 'renewed')}"
            f"\t{deal.status}\t{broker}\t{deal.covers}\t{deal.causality}"
        )
        for when, kind, amount, to in deal.moves:
            passed_on = NULL if to is None else self._pk(to)
            self.rows["transactions"].append(f"{pk}\t{day(when)}\t{kind}\t{amount}\t{currency}\t{passed_on}")

    # --- rounds ---------------------------------------------------------------------------------------------------
    def _entry(self, one: Organization, entry: Entry) -> None:
        due, round_ = self._id("due lists"), entry.round
        is_due = "t" if entry.reason == "due" else "f"
        self.rows["due lists"].append(f"{due}\t{round_.id}\t{self._pk(one)}\t{is_due}\t{entry.reason}")
        if entry.exit_form is not None:
            ended, reason, members = entry.exit_form
            self.rows["exit forms"].append(
                f"{due}\t{day(ended)}\t{reason}\t{NULL if members is None else members}\t{round_.people[0]}"
                f"\t{moment(round_.reference)}"
            )
        if entry.sheet is not None:
            self._return(self._pk(one), round_.id, round_.people[2], entry.sheet)

    def _return(self, organization: int, round_: int, manager: int, sheet: Sheet) -> None:
        pk = self._id("returns")
        changed_by = manager if sheet.version > 2 else sheet.officer
        self.rows["returns"].append(
            f"{pk}\t{organization}\t{round_}\t{flat(sheet.values)}\t{flat(sheet.reasons)}\t{flat(sheet.evidence)}"
            f"\t{flat(sheet.confirmed)}\t{{}}\t{sheet.method}\t{sheet.state}\t{sheet.version}\t{sheet.officer}"
            f"\t{{{','.join(map(str, sheet.entered_by))}}}\t{moment(sheet.entered)}\t{moment(sheet.submitted, 12)}"
            f"\t{NULL if sheet.approver is None else sheet.approver}\t{moment(sheet.approved, 15)}\t{changed_by}"
            f"\t{sheet.way}\t{NULL if sheet.reported is None else flat(sheet.reported)}\t{sheet.code}\t{sheet.note}"
        )
        if sheet.comment and sheet.submitted is not None:
            self.rows["comments"].append(f"{pk}\t\t{text(sheet.comment)}\t{manager}\t{moment(sheet.submitted + 3, 12)}")
