"""Lives of organizations and their federations, drawn one cluster at a time; no database.

Days are ordinals (`date.toordinal`), spans half-open, `None` an open end. Every rule of the register holds by
construction: one status a day from formation on, memberships inside both lives, tiers that rise, no circle.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from scaling.portfolio.plan import Plan, Sizes

KINDS = (
    ("shg", 0.66),
    ("savings_and_loan", 0.78),
    ("farmer_group", 0.88),
    ("water_users", 0.93),
    ("forest_users", 0.96),
    ("cooperative", 0.99),
    ("pastoral", 1.0),
)
#: Share of women among the members of a kind, about.
WOMEN = {"shg": 0.96, "savings_and_loan": 0.75, "farmer_group": 0.45, "cooperative": 0.4, "pastoral": 0.35}
EXIT_REASONS = ("fees", "distance", "no service used", "quarrel with the board")
FAR = 10**7
#: Shares of groups that another programme supports too, and that go into a neighbour.
IN_TWO, MERGED = 0.02, 0.015


@dataclass(slots=True)
class Membership:
    apex: Organization
    since: int
    until: int | None
    reason: str = ""


@dataclass(slots=True)
class Organization:
    """`end` is the day of the status that ended it. `programmes` are indexes, its own first."""

    number: int
    programme: int
    district: int
    kind: str
    tier: str
    formed: int
    promoter: str
    end: int | None = None
    statuses: list[tuple[str, int, int | None, str]] = field(default_factory=list)
    successor: Organization | None = None
    memberships: list[Membership] = field(default_factory=list)
    bonded_on: int | None = None
    enrolled: list[tuple[int, int, int | None]] = field(default_factory=list)

    @property
    def last(self) -> int:
        """Where its life ends, for comparing."""
        return FAR if self.end is None else self.end

    def status_on(self, day: int) -> str:
        return next(status for status, since, until, _ in self.statuses if since <= day and (until or FAR) > day)


@dataclass(slots=True)
class Cluster:
    """What is drawn, and written, together. A cluster that comes first brings the programme's unions and top."""

    programme: int
    federations: list[Organization]
    villages: list[Organization]
    groups: list[Organization]

    @property
    def all(self) -> list[Organization]:
        return [*self.federations, *self.villages, *self.groups]


class Lives:
    """Draws all clusters of a plan, one after the other, from one source of chance."""

    def __init__(self, plan: Plan, random: Random) -> None:
        self.plan, self.random = plan, random
        self.start, self.end = plan.start.toordinal(), plan.end.toordinal()
        self.number = 0

    def clusters(self) -> Iterator[Cluster]:
        for programme, sizes in enumerate(self.plan.sizes):
            yield from self._programme(programme, sizes)

    def _programme(self, programme: int, sizes: Sizes) -> Iterator[Cluster]:
        top = self._apex(programme, 0, "federation", "national_apex", self.start - 1000, 800, mortal=False)
        unions = [
            self._apex(programme, number * sizes.districts // sizes.unions, "union", "local_apex", self.start, 300)
            for number in range(sizes.unions)
        ]
        for union in unions:
            self._join(union, top, 300)
        earlier: list[Organization] = []
        for number in range(sizes.clusters):
            district = number * sizes.districts // sizes.clusters
            cluster = self._apex(programme, district, "cluster_federation", "meso_apex", self.start - 300, 500)
            self._join(cluster, top, 500)
            villages, groups = [], []
            for village in range(
                sizes.village_organizations * number // sizes.clusters,
                sizes.village_organizations * (number + 1) // sizes.clusters,
            ):
                apex = self._apex(programme, district, "village_organization", "local_apex", self.start - 600, 1100)
                if self.random.random() < 0.96:
                    self._join(apex, cluster, 400)
                members = [
                    self._group(programme, district)
                    for _ in range(
                        sizes.groups * village // sizes.village_organizations,
                        sizes.groups * (village + 1) // sizes.village_organizations,
                    )
                ]
                self._merge(members)
                for group in members:
                    self._federate(group, apex, earlier, unions)
                villages.append(apex)
                groups += members
                earlier = [*earlier[-5:], apex]
            yield Cluster(programme, [*([top, *unions] if number == 0 else []), cluster], villages, groups)

    # --- one organization -----------------------------------------------------------------------------------------
    def _new(self, programme: int, district: int, kind: str, tier: str, formed: int, promoter: str) -> Organization:
        self.number += 1
        return Organization(self.number, programme, district, kind, tier, min(formed, self.end - 250), promoter)

    def _apex(
        self, programme: int, district: int, kind: str, tier: str, earliest: int, spread: int, *, mortal: bool = True
    ) -> Organization:
        one = self._new(programme, district, kind, tier, earliest + int(self.random.random() * spread), "apex")
        one.statuses = [("active", one.formed, None, "")]
        if mortal and self.random.random() < 0.02:
            day = one.formed + 700 + int(self.random.random() * 1500)
            if day < self.end:
                self._end(one, "disbanded", day, "members left")
        self._enrol(one)
        return one

    def _group(self, programme: int, district: int) -> Organization:
        random = self.random.random
        chance = random()
        kind = next(kind for kind, limit in KINDS if chance < limit)
        older = random() < 0.45
        # Older groups existed before the programme; the others are formed while it runs, until the last months.
        formed = (
            self.start - int(random() * 2200) if older else self.start + int(random() * (self.end - self.start - 250))
        )
        promoter = ("self" if random() < 0.5 else "ngo") if older else ("project" if random() < 0.85 else "government")
        one = self._new(programme, district, kind, "primary", formed, promoter)
        self._fate(one)
        self._enrol(one)
        return one

    def _fate(self, one: Organization) -> None:
        random = self.random.random
        day, status, statuses = one.formed, "active", one.statuses
        if random() < 0.3:
            day = one.formed + 40 + int(random() * 110)
            statuses.append(("forming", one.formed, day, ""))
        turn = max(day, self.start) + 200 + int(random() * 2500)
        chance = random()
        if chance > 0.15 or turn >= self.end:
            statuses.append((status, day, None, ""))
            return
        statuses.append(("active", day, turn, ""))
        if chance < 0.06:
            statuses.append(("disbanded", turn, None, "no meetings for two years"))
            one.end = turn
            return
        statuses.append(("dormant", turn, None, "not met for half a year"))
        later = turn + 250 + int(random() * 600)
        chance = random()
        if later < self.end and chance < 0.8:
            since = statuses.pop()
            statuses.append((since[0], turn, later, since[3]))
            if chance < 0.5:
                statuses.append(("active", later, None, "revived"))
            else:
                statuses.append(("disbanded", later, None, "no sign of life for 24 months"))
                one.end = later

    def _end(self, one: Organization, status: str, day: int, reason: str) -> None:
        last, since, _until, why = one.statuses.pop()
        one.statuses += [(last, since, day, why), (status, day, None, reason)]
        one.end = day

    def _enrol(self, one: Organization) -> None:
        since = one.formed if one.formed > self.start - 400 else self.start - 30 + int(self.random.random() * 30)
        # An organization that ended stays for one more round, which asks for its exit form.
        until = None if one.end is None else max(one.end, since) + 730
        if until is not None and until > self.end:
            until = None
        one.enrolled = [(one.programme, since, until)]
        other = self.plan.neighbour(one.programme)
        if one.tier == "primary" and other is not None and self.random.random() < IN_TWO:
            one.enrolled.append((other, since, until))

    def _merge(self, groups: list[Organization]) -> None:
        """Now and then a group goes into a neighbour that is there on that day and stays."""
        for number, one in enumerate(groups):
            if self.random.random() >= MERGED or one.statuses[-1][0] != "active":
                continue
            other = groups[number - 1]
            day = max(one.statuses[-1][1], other.formed, self.start) + 150 + int(self.random.random() * 900)
            if other is one or other.end is not None or day >= self.end:
                continue
            self._end(one, "merged_into", day, "too few members alone")
            one.successor = other
            self._re_enrol(one)

    def _re_enrol(self, one: Organization) -> None:
        """The enrolment, which was drawn before it was known that the organization ends."""
        until = max(one.last, one.enrolled[0][1]) + 730
        one.enrolled = [
            (programme, since, until if until <= self.end else None) for programme, since, _ in one.enrolled
        ]

    # --- federations ----------------------------------------------------------------------------------------------
    def _federate(
        self, group: Organization, apex: Organization, earlier: list[Organization], unions: list[Organization]
    ) -> None:
        random = self.random.random
        if random() < 0.9:
            first = self._join(group, apex, 500)
            if first is not None and random() < 0.88:
                # Most are looked at before they are let in; the others are what the alert for early joining is about.
                group.bonded_on = max(group.formed, first.since - 10 - int(random() * 120))
            if first is not None and random() < 0.07:
                self._leave(group, first, earlier)
        if random() < 0.055:  # a little more than wanted: some never overlap
            self._join(group, unions[int(random() * len(unions))], 700)

    def _leave(self, group: Organization, first: Membership, earlier: list[Organization]) -> None:
        """Leaves: a third moves to another federation, a third comes back, a third stays alone."""
        random = self.random.random
        day = first.since + 200 + int(random() * 900)
        if day >= (first.until or FAR) or day >= self.end:
            return
        ended = first.until
        first.until, first.reason = day, EXIT_REASONS[int(random() * len(EXIT_REASONS))]
        chance = random()
        if chance < 0.34 and earlier:
            self._join(group, earlier[0], 60, after=day)
        elif chance < 0.67:
            back = day + 200 + int(random() * 500)
            if back < min(ended or FAR, self.end):
                group.memberships.append(Membership(first.apex, back, ended, first.reason if ended else ""))

    def _join(self, member: Organization, apex: Organization, within: int, after: int = 0) -> Membership | None:
        since = max(member.formed, apex.formed, after) + int(self.random.random() * within)
        until = min(member.last, apex.last)
        if since >= until or since >= self.end:
            return None
        found = Membership(apex, since, None if until == FAR else until)
        if found.until is not None:
            found.reason = "ended" if member.last == until else "the federation ended"
        member.memberships.append(found)
        return found
