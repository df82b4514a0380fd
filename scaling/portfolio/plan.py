"""How many of everything, and when. Plain arithmetic; proportions are those of India's rural livelihoods mission."""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass
from functools import cached_property

GROUPS_PER_VILLAGE_ORGANIZATION = 16.4
VILLAGE_ORGANIZATIONS_PER_CLUSTER = 24.6
#: Share of groups that a union unites besides their village organization, and how many groups a union has.
SECOND_PARENTS = 0.05
GROUPS_PER_UNION = 20
CLUSTERS_PER_DISTRICT = 3
DISTRICTS_PER_REGION = 12

#: The year of the last round; fixed, so that the same seed gives the same rows in any year.
LAST_YEAR = 2024
YEARS_BETWEEN_ROUNDS = 2
MOST_ROUNDS = 12
#: ISO 3166 leaves QMA to QZZ to its users, and no currency of ISO 4217 begins so (apart from QAR, outside the range):
#: an invented country and an invented currency share a code that collides with nothing real.
USER_ASSIGNED = [f"Q{chr(second)}{chr(third)}" for second in range(77, 91) for third in range(65, 91)]


@dataclass(frozen=True)
class Sizes:
    """Organizations of one programme by what they are; together `total`."""

    groups: int
    village_organizations: int
    clusters: int
    unions: int

    @property
    def total(self) -> int:
        return self.groups + self.village_organizations + self.clusters + self.unions + 1  # and one national federation

    @classmethod
    def of(cls, total: int) -> Sizes:
        village = 1 / GROUPS_PER_VILLAGE_ORGANIZATION
        weight = 1 + village * (1 + 1 / VILLAGE_ORGANIZATIONS_PER_CLUSTER) + SECOND_PARENTS / GROUPS_PER_UNION
        groups = (total - 1) / weight
        villages = max(1, round(groups * village))
        clusters = max(1, round(villages / VILLAGE_ORGANIZATIONS_PER_CLUSTER))
        unions = max(1, round(groups * SECOND_PARENTS / GROUPS_PER_UNION))
        return cls(total - 1 - villages - clusters - unions, villages, clusters, unions)

    @property
    def districts(self) -> int:
        return max(2, math.ceil(self.clusters / CLUSTERS_PER_DISTRICT))


@dataclass(frozen=True)
class Plan:
    """What is asked for. Raises ValueError, in words, for what cannot be made."""

    organizations: int
    seed: int
    programmes: int = 4
    rounds: int = 4

    def __post_init__(self) -> None:
        if not 1 <= self.programmes <= 40:
            raise ValueError("Between 1 and 40 programmes can be made.")
        if self.organizations < 25 * self.programmes:
            raise ValueError(
                "A programme needs 25 organizations at least; ask for more of them or for fewer programmes."
            )
        if self.organizations > 20_000_000:
            raise ValueError("More than 20 million organizations are not made.")
        if not 1 <= self.rounds <= MOST_ROUNDS:
            raise ValueError(f"Between 1 and {MOST_ROUNDS} rounds can be made.")
        if not 0 <= self.seed < 10**9:
            raise ValueError("A seed is a whole number from 0 to 999999999.")

    @property
    def prefix(self) -> str:
        """What the codes of programmes, partners and places begin with."""
        return prefix_of(self.seed)

    @cached_property
    def sizes(self) -> list[Sizes]:
        share, rest = divmod(self.organizations, self.programmes)
        return [Sizes.of(share + (number < rest)) for number in range(self.programmes)]

    @property
    def countries(self) -> int:
        """Two programmes work in each country, the last one perhaps alone."""
        return math.ceil(self.programmes / 2)

    def neighbour(self, programme: int) -> int | None:
        """The other programme of the same country."""
        other = programme ^ 1
        return other if other < self.programmes else None

    @property
    def start(self) -> datetime.date:
        return datetime.date(LAST_YEAR - YEARS_BETWEEN_ROUNDS * (self.rounds - 1), 1, 1)

    @property
    def end(self) -> datetime.date:
        """Nothing is dated later than the day before."""
        return datetime.date(LAST_YEAR, 12, 31)

    @property
    def reference_dates(self) -> list[datetime.date]:
        """The baseline and a round every second year."""
        return [datetime.date(self.start.year + YEARS_BETWEEN_ROUNDS * number, 6, 30) for number in range(self.rounds)]

    @property
    def phases(self) -> list[tuple[datetime.date, datetime.date]]:
        """First and last day of the phases: four years each."""
        return [
            (datetime.date(year, 1, 1), datetime.date(year + 3, 12, 31))
            for year in range(self.start.year, LAST_YEAR + 1, 4)
        ]


def prefix_of(seed: int) -> str:
    return f"SYN-{seed}-"


def organization_prefix(seed: int) -> str:
    return f"S{seed}-"
