"""The network around one organization on a day: what is above it, beside it and below it, and who came and went.

A picture holds so many organizations and no more; the largest come first, and how many are left out is told.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Count

from organizations.models import ApexMembership, Organization
from scaling import federation_tree
from scaling.federation_told import Told

Day = datetime.date
#: Organizations drawn at most, and of these so many above, of direct members, and beside.
MOST, ABOVE, BELOW, BESIDE = 150, 30, 70, 25
#: Who joined or left within this time before the day is highlighted.
RECENT = datetime.timedelta(days=365)
JOINED, LEFT, STAYS = "joined", "left", "stays"
#: Steps up that are followed: federations have five tiers at most, and associations beside them.
HIGHEST = 6


@dataclass(frozen=True)
class Tie:
    """A membership. `state`: JOINED or LEFT lately, or STAYS."""

    member: int
    apex: int
    state: str


@dataclass
class Neighbourhood:
    """`nodes`: organizations by id, with size, span, is_cut, is_active (`federation_tree.sized`). `total`: how many
    direct members the organization has, `beyond`: how many memberships below them are not drawn, `beside`: the same of
    its neighbours."""

    centre: Organization
    on: Day
    nodes: dict[int, Any] = field(default_factory=dict)
    ties: list[Tie] = field(default_factory=list)
    total: int = 0
    beyond: int = 0
    beside: int = 0

    @property
    def joined(self) -> int:
        return sum(tie.state == JOINED for tie in self.ties)

    @property
    def left(self) -> int:
        return sum(tie.state == LEFT for tie in self.ties)

    def drawn_below(self) -> int:
        return len({tie.member for tie in self.ties if tie.apex == self.centre.pk and tie.state != LEFT})


def around(
    user: Any, centre: Organization, rounds: Iterable[int], *, on: Day, told: Told | None = None
) -> Neighbourhood:
    """In a fixed number of queries, whatever the size of the federation. `told`: as for `federation_tree.sized`."""
    found = Neighbourhood(centre, on)
    rounds = list(rounds)
    visible = Organization.objects.visible_to(user)
    lately = ApexMembership.objects.filter(
        valid__overlap=DateRange(on - RECENT, on, "[]"), member__in=visible.values("pk"), apex__in=visible.values("pk")
    )
    up = _above(centre.pk, on)
    holding = lately.filter(valid__contains=on)
    found.total = holding.filter(apex=centre).count()
    direct = _largest(visible, lately.filter(apex=centre).values("member"), rounds, on, BELOW, told)
    parents = {pk for pk, steps in up.items() if steps == 1}
    near = lately.filter(apex__in=parents).exclude(member=centre)
    beside = _largest(visible, near.values("member"), rounds, on, BESIDE, told)
    taken = {centre.pk, *up, *(one.pk for one in direct), *(one.pk for one in beside)}
    under = lately.filter(apex__in=[one.pk for one in direct])
    further = under.exclude(member__in=taken).values("member")
    grand = _largest(visible, further, rounds, on, max(MOST - len(taken), 0), told)
    found.nodes = {one.pk: one for one in (*direct, *beside, *grand)}
    others = [pk for pk in taken if pk not in found.nodes]
    sized = federation_tree.sized(visible.filter(pk__in=others).select_related("place"), rounds, on=on, told=told)
    found.nodes |= {one.pk: one for one in sized}
    found.ties = _ties(lately, found.nodes, on)
    drawn = {(tie.member, tie.apex) for tie in found.ties if tie.state != LEFT}
    counts = dict(
        holding.filter(apex__in=[*parents, *(one.pk for one in direct)])
        .order_by()
        .values("apex")
        .annotate(n=Count("pk"))
        .values_list("apex", "n")
    )
    found.beyond = sum(counts.get(one.pk, 0) - sum(apex == one.pk for _m, apex in drawn) for one in direct)
    found.beside = sum(counts.get(pk, 0) - sum(apex == pk for _m, apex in drawn) for pk in parents)
    return found


def _above(pk: int, on: Day) -> dict[int, int]:
    """Apexes above on the day or lately → steps up, the nearest first, ABOVE at most. Who may see them is asked of
    those that are drawn."""
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH RECURSIVE up(node, steps) AS (
                   SELECT apex_id, 1 FROM organizations_apexmembership WHERE member_id = %(pk)s AND valid && %(days)s
                   UNION
                   SELECT m.apex_id, up.steps + 1 FROM organizations_apexmembership m JOIN up ON m.member_id = up.node
                   WHERE m.valid && %(days)s AND up.steps < %(highest)s
               ) SELECT node, min(steps) FROM up GROUP BY node ORDER BY 2, 1 LIMIT %(most)s""",
            {"pk": pk, "days": DateRange(on - RECENT, on, "[]"), "highest": HIGHEST, "most": ABOVE},
        )
        return dict(cursor.fetchall())


def _largest(visible: Any, members: Any, rounds: list[int], on: Day, most: int, told: Told | None) -> list[Any]:
    # Read first who they are: joined to the rest, the planner goes over every organization that there is.
    ids = set(members.values_list("member", flat=True))
    found = federation_tree.sized(visible.filter(pk__in=ids).select_related("place"), rounds, on=on, told=told)
    return list(found.order_by("-size", "pk")[:most])


def _ties(lately: Any, nodes: dict[int, Any], on: Day) -> list[Tie]:
    """Memberships between what is drawn, each pair once: who left and came back stays."""
    found: dict[tuple[int, int], str] = {}
    rows = lately.filter(member__in=list(nodes), apex__in=list(nodes)).order_by("valid")
    for member, apex, valid in rows.values_list("member", "apex", "valid"):
        holds = valid.upper is None or valid.upper > on
        came = valid.lower is not None and valid.lower > on - RECENT
        back = found.get((member, apex)) == LEFT
        found[member, apex] = LEFT if not holds else STAYS if back or not came else JOINED
    return [Tie(member, apex, state) for (member, apex), state in found.items()]


__all__ = ["JOINED", "LEFT", "MOST", "RECENT", "STAYS", "Neighbourhood", "Tie", "around"]
