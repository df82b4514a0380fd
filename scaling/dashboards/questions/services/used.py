"""What members use: the poorest against all by kind of organization, over the rounds, by place."""

from __future__ import annotations

import datetime

from django.utils.translation import gettext as _

from organizations.models import Kind
from scaling import figures, formats
from scaling.dashboards.common import cell, counted
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Cell, Column, FigureCard, Table
from scaling.figures import Dumbbell, Series
from scaling.register_answers import Row


def by_kind(asked: Asked) -> FigureCard:
    title = _("Who uses services: the poorest against all")
    coverage, parity = (asked.now.rows(name, "kind") for name in ("service_coverage", "poorest_coverage_parity"))
    kinds = [kind for kind, row in coverage.items() if row.outcome.n]
    parts = {kind: parity[kind].outcome.components for kind in kinds}
    table = asked.table(
        "used-by-kind",
        [
            Column(_("Kind")),
            Column(_("Members who used one, per cent"), numeric=True),
            Column(_("Of the poorest, per cent"), numeric=True),
            Column(_("Parity"), numeric=True, help=_("1: served alike")),
            Column(_("Organizations that reported"), numeric=True),
            Column(_("Active"), numeric=True),
        ],
        [
            [
                Cell(str(Kind(kind).label), url=asked.links.here(kind=kind)),
                cell(coverage[kind].outcome.figure, 1),
                cell(parts[kind]["coverage_of_poorest"], 1),
                cell(parity[kind].outcome.figure, 2),
                counted(coverage[kind].outcome.n),
                counted(coverage[kind].outcome.n_due),
            ]
            for kind in kinds
        ],
        caption=_("Members who used a service by kind of organization, and the poorest among them"),
        title=title,
    )
    if not asked.now.splits("kind"):
        empty = asked.not_split_by_kind()
        return FigureCard("used", title, "", table, None, span=7, empty=empty)
    drawn = [kind for kind in kinds if coverage[kind].outcome.figure.value is not None]
    if not drawn:
        reason = asked.now.figure("service_coverage").null_reason or "NOT_REPORTED"
        empty = asked.missing(reason, _("Members who used a service"))
        return FigureCard("used", title, "", table, None, span=7, empty=empty)
    drawn.sort(key=lambda kind: -(coverage[kind].outcome.figure.value or 0))
    reading = _("Used most in: %(kind)s, %(share)s.") % {
        "kind": Kind(drawn[0]).label,
        "share": formats.share(coverage[drawn[0]].outcome.figure),
    }
    dumbbells = []
    for kind in drawn[:10]:
        every, poorest = coverage[kind].outcome.figure, parts[kind]["coverage_of_poorest"]
        dumbbells.append(
            Dumbbell(
                str(Kind(kind).label),
                float(every.value or 0),
                None if poorest.value is None else float(poorest.value),
                formats.share(every),
                "" if poorest.value is None else formats.share(poorest),
                "" if poorest.value is not None else _("the poorest: not reported"),
                asked.links.here(kind=kind),
            )
        )
    figure = figures.dumbbells(dumbbells, (_("all members"), _("the poorest")), roles=("members", "poorest"))
    subtitle = _("per cent of members who used a service")
    height = max(300, 130 + 50 * len(dumbbells))
    metrics = ("service_coverage", "poorest_coverage_parity")
    return FigureCard("used", title, reading, table, figure, subtitle, 7, height, metrics=metrics)


def over_rounds(asked: Asked) -> FigureCard:
    """Organizations that offer a service, and members who used one, round by round; a line for each programme."""
    title = _("Services over the rounds")
    history = asked.history
    if history is None:
        empty = asked.missing("NOT_APPLICABLE", _("Services over the rounds, for this day, federation or comparison"))
        return FigureCard("rounds", title, "", None, None, span=5, empty=empty)
    offering = history.rows("organizations_with_services", "round")
    used = history.rows("service_coverage", "round")
    named = {one.closing.code: one for one in history.sources if one.closing is not None and one.closing.code in used}
    ordered = sorted(named, key=lambda code: (named[code].on, code))
    table = asked.table(
        "services-by-round",
        [
            Column(_("Round")),
            Column(_("Programme")),
            Column(_("Organizations that offer one, per cent"), numeric=True),
            Column(_("Members who used one, per cent"), numeric=True),
        ],
        [
            [
                Cell(formats.day(named[code].on), url=asked.round_url(code)),
                Cell(str(named[code].programme)),
                cell(offering[code].outcome.figure, 0),
                cell(used[code].outcome.figure, 0),
            ]
            for code in ordered
        ],
        caption=_("Organizations that offer a service and members who used one in each round"),
        title=title,
    )
    days = sorted({named[code].on for code in ordered})
    programmes = list(dict.fromkeys(named[code].programme for code in ordered))
    lines = []
    for i, programme in enumerate(programmes[: len(figures.IN_TURN)]):
        own = {named[code].on: code for code in ordered if named[code].programme == programme}
        name = str(programme) if len(programmes) > 1 else _("offer one")
        lines.append(_line(asked, name, "organizations" if len(programmes) == 1 else figures.IN_TURN[i],
                           [offering.get(own.get(day, "")) for day in days], days, own))  # fmt: skip
        if len(programmes) == 1:
            rows = [used.get(own.get(day, "")) for day in days]
            lines.append(_line(asked, _("used one"), "members", rows, days, own))
    lines = [line for line in lines if any(value is not None for value in line.values)]
    if len(days) < 2 or not lines:
        empty = asked.missing("NOT_REPORTED", _("Services of one more round"))
        return FigureCard("rounds", title, "", table, None, span=5, empty=empty)
    first, last = offering[ordered[0]].outcome.figure, offering[ordered[-1]].outcome.figure
    reading = _("Organizations that offer a service: %(before)s, now %(now)s.") % {
        "before": formats.share(first),
        "now": formats.share(last),
    }
    figure = figures.over_time([day.isoformat() for day in days], lines)
    metrics = ("organizations_with_services", "service_coverage")
    return FigureCard(
        "rounds",
        title,
        reading,
        table,
        figure,
        _("per cent of organizations that offer one, of members who used one"),
        5,
        340,
        metrics=metrics,
    )


def _line(
    asked: Asked,
    name: str,
    role: str,
    rows: list[Row | None],
    days: list[datetime.date],
    own: dict[datetime.date, str],
) -> Series:
    values = [None if row is None or row.outcome.figure.value is None else row for row in rows]
    return Series(
        name,
        role,
        [None if row is None else round(float(row.outcome.figure.value or 0), 1) for row in values],
        ["" if row is None else formats.share(row.outcome.figure) for row in values],
        [asked.links.here(round=own[day]) if day in own else "" for day in days],
    )


def by_area(asked: Asked) -> Table:
    shown = asked.selection.area_names()
    offering = asked.now.rows("organizations_with_services", "area")
    coverage, parity = (asked.now.rows(name, "area") for name in ("service_coverage", "poorest_coverage_parity"))
    around = {area.parent for area in asked.selection.areas.values() if area.code in offering}
    inner = {area.code for area in asked.selection.areas.values() if area.id not in around}
    areas = [area for area, row in offering.items() if row.outcome.n and area in inner]
    areas.sort(key=lambda area: (offering[area].outcome.figure.value or 0, area))
    return asked.table(
        "services-by-place",
        [
            Column(_("Place")),
            Column(_("Active organizations"), numeric=True),
            Column(_("Offer a service, per cent"), numeric=True),
            Column(_("Members who used one, per cent"), numeric=True),
            Column(_("Parity of the poorest"), numeric=True),
        ],
        [
            [
                Cell(shown.get(area, area), url=asked.links.here(place=area)),
                counted(offering[area].outcome.n),
                cell(offering[area].outcome.figure, 0),
                cell(coverage[area].outcome.figure, 0),
                cell(parity[area].outcome.figure, 2),
            ]
            for area in areas
        ],
        title=_("By place"),
        caption=_("Services by place"),
        subtitle=_("the fewest first") if areas else _("not split by place here"),
        folded=len(areas) > 12,
    )


__all__ = ["by_area", "by_kind", "over_rounds"]
