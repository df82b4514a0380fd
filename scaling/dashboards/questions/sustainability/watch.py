"""The watch list: organizations by signs of risk, the most first, a page at a time.

Signs are open alerts by their gravity, dormancy, no apex above, and one buyer. Candidates are those with the gravest
open alerts and those that are dormant, at most CANDIDATES of each, so that ranking has a fixed cost.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from organizations.models import ApexMembership, Organization, OrganizationStatus, ProgrammeEnrolment, Status, Tier
from scaling import alerts, formats
from scaling.dashboards.common import counted
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Cell, Column, Option, Table
from scaling.metrics import alerts as rules
from scaling.models import Alert

CANDIDATES = 1000
PAGE = 25
#: What a sign counts beside alerts. A dormant organization has none: rules look at active ones.
DORMANT, ALONE, ONE_BUYER = 4, 1, 1
_MARK = re.compile(r"(\d{1,6})-(\d{1,18})")


@dataclass(frozen=True)
class Sign:
    """One organization with its signs. `order` sorts the list: more signs first, then by id."""

    id: int
    alerts: int
    is_dormant: bool
    is_alone: bool
    has_one_buyer: bool
    score: int

    @property
    def order(self) -> tuple[int, int]:
        return (-self.score, self.id)


@dataclass(frozen=True)
class Listed:
    """`signs`: the shown page, in order; `before`: whether it is not the first. `count` in all, `is_cut`: or more.
    `untold`: why open alerts are not among the signs, if they cannot be."""

    signs: list[Sign]
    rows: dict[int, Organization]
    count: int
    is_cut: bool
    after: str
    before: bool
    known_at: datetime.datetime | None = None
    untold: str = ""


def of(asked: Asked) -> Listed:
    """Six queries. A mark that cannot be read begins at the beginning."""
    on = asked.selection.as_of or asked.selection.today
    alerted = _alerted(asked)
    dormant = _dormant(asked, on)
    signs = sorted(_signs(asked, on, alerted, dormant), key=lambda sign: sign.order)
    found = _MARK.fullmatch(asked.selection.after)
    behind = [one for one in signs if found is None or one.order > (-int(found[1]), int(found[2]))]
    shown = behind[:PAGE]
    more = len(behind) > PAGE
    mark = f"{shown[-1].score}-{shown[-1].id}" if more else ""
    rows = Organization.objects.visible_to(asked.user).select_related("place").in_bulk([one.id for one in shown])
    is_cut = len(alerted) >= CANDIDATES or len(dormant) >= CANDIDATES
    return Listed(
        [one for one in shown if one.id in rows],
        rows,
        len(signs),
        is_cut,
        mark,
        found is not None,
        asked.selection.known_at,
        asked.untold("scaling.Alert"),
    )


def _alerted(asked: Asked) -> dict[int, tuple[int, int, int]]:
    """Organization → weight and number of its open alerts, and how many are about one buyer; the gravest first.

    Who they are is read from the index of weights, so that nothing is added up over all alerts.
    """
    open_ones = Alert.objects.visible_to(asked.user).filter(
        programme__in=asked.selection.programmes, closed_at__isnull=True, organization__isnull=False
    )
    gravest = open_ones.order_by("-weight", "organization_id").values_list("organization_id", "weight").distinct()
    rows = (
        open_ones.filter(organization__in={pk for pk, _weight in gravest[:CANDIDATES]})
        .values("organization_id")
        .annotate(weighed=alerts.weight(), n=Count("pk"), buyers=Count("pk", filter=Q(rule=rules.ONE_BUYER)))
    )
    return {row["organization_id"]: (row["weighed"], row["n"], row["buyers"]) for row in rows}


def _dormant(asked: Asked, on: datetime.date) -> set[int]:
    enrolled = ProgrammeEnrolment.objects.filter(programme__in=asked.selection.programmes, valid__contains=on)
    rows = OrganizationStatus.objects.filter(
        status=Status.DORMANT, valid__contains=on, organization__in=enrolled.values("organization")
    )
    return set(rows.order_by("pk").values_list("organization", flat=True)[:CANDIDATES])


def _signs(
    asked: Asked, on: datetime.date, alerted: dict[int, tuple[int, int, int]], dormant: set[int]
) -> list[Sign]:  # fmt: skip
    selection = asked.selection
    chosen: dict[str, Any] = {name: selection[name] for name in ("kind", "tier") if selection[name]}
    found: Any = Organization.objects.visible_to(asked.user).filter(pk__in=alerted.keys() | dormant, **chosen)
    if selection.place is not None:
        found = found.within(selection.place.row)
    if selection.apex is not None:
        found = found.under(selection.apex, on=on)
    tiers = dict(found.order_by().values_list("pk", "tier"))
    above = ApexMembership.objects.filter(member__in=tiers, valid__contains=on)
    members = set(above.order_by().values_list("member", flat=True))
    signs = []
    for pk, tier in tiers.items():
        weight, n, buyers = alerted.get(pk, (0, 0, 0))
        is_alone = tier == Tier.PRIMARY and pk not in members
        score = weight + DORMANT * (pk in dormant) + ALONE * is_alone + ONE_BUYER * bool(buyers)
        signs.append(Sign(pk, n, pk in dormant, is_alone, bool(buyers), score))
    return signs


def table(asked: Asked, listed: Listed) -> Table:
    yes = _("yes")
    made = asked.table(
        "watch",
        [
            Column(_("Organization")),
            Column(_("Kind")),
            Column(_("Place")),
            Column(_("Open alerts"), numeric=True),
            Column(_("Dormant")),
            Column(_("In no apex")),
            Column(_("One buyer")),
            Column(_("Signs, weighted"), numeric=True, help=_("high 3, alert 2, watch 1; dormant 4; others 1 each")),
        ],
        [
            [
                Cell(row.name, url=reverse("organizations:profile", kwargs={"code": row.code})),
                Cell(str(row.get_kind_display())),
                Cell(row.place.shown_name),
                counted(one.alerts),
                Cell(yes if one.is_dormant else ""),
                Cell(yes if one.is_alone else ""),
                Cell(yes if one.has_one_buyer else ""),
                counted(one.score),
            ]
            for one in listed.signs
            for row in (listed.rows[one.id],)
        ],
        title=_("Watch list"),
        caption=_("Organizations with signs of risk, the most signs first"),
        subtitle=_("the most signs first, %(n)s a page") % {"n": PAGE}
        if listed.signs
        else _("nobody shows a sign here"),
    )
    if not asked.selection.after:
        return made
    files = {
        f"{kind}_url": asked.links.to(
            reverse("scaling:question-table", kwargs={"name": asked.page.name, "table": "watch", "kind": kind}),
            after=asked.selection.after,
        )
        for kind in ("csv", "xlsx")
    }
    return replace(made, **files)  # type: ignore[arg-type]


def pager(asked: Asked, listed: Listed) -> list[Option]:
    made = []
    if listed.before:
        made.append(Option(_("To the beginning of the watch list"), asked.links.here() + "#watch"))
    if listed.after:
        made.append(Option(_("Next page of the watch list"), asked.links.here(after=listed.after) + "#watch"))
    return made


def note(listed: Listed) -> str:
    if listed.is_cut:
        return _("Ranked are the %(n)s organizations with the gravest open alerts, and as many dormant ones.") % {
            "n": formats.number(CANDIDATES)
        }
    if listed.untold:
        return listed.untold
    if listed.known_at is not None:
        return _("Open alerts and dormancy are those known on %(moment)s; who shows no sign is not listed.") % {
            "moment": formats.moment(listed.known_at)
        }
    return _("Open alerts and dormancy are those of today, whatever the round; who shows no sign is not listed.")
