"""What organizations offer: each service by who provides it, and whether the poorest are where it is offered."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from organizations.models.support import ServiceKind, ServiceProvider
from scaling import figures, formats
from scaling.dashboards.common import cell, counted
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Cell, Column, Empty, FigureCard
from scaling.figures import Dumbbell, Series
from scaling.metrics.figures import Figure, divide
from scaling.metrics.records import PROVIDERS
from scaling.metrics.service_coverage import SERVICES
from scaling.register_answers import Row
from scaling.register_sets import RegisterSet

#: The colour of who provides: from the ground up, and who is outside.
ROLES = {"own": "primary", "apex": "local_apex", "partner": "private"}


def names() -> dict[str, str]:
    return {kind.value: str(kind.label) for kind in ServiceKind}


def provider_names() -> dict[str, str]:
    return {provider.value: str(provider.label) for provider in ServiceProvider}


def _count(row: Row) -> int:
    return int(sum((part.value or 0 for part in row.outcome.components.values()), 0))


def most_common(now: RegisterSet) -> str:
    """The service that most organizations offer; empty if none does."""
    counts = {kind: _count(now.row(f"organizations_with_{kind}")) for kind in SERVICES}
    most = max(counts, key=lambda kind: counts[kind])
    return most if counts[most] else ""


def _nothing(asked: Asked) -> Empty:
    text = _("No service is on record for these organizations on this day; services are entered at each organization.")
    return Empty(_("Not enough data"), text, _("Organizations"), asked.organizations_url(tier="primary"))


def by_provider(asked: Asked) -> FigureCard:
    title, labels, providers = _("Which services, and who provides them"), names(), provider_names()
    rows = {kind: asked.now.row(f"organizations_with_{kind}") for kind in SERVICES}
    members = {kind: asked.now.row(f"members_offered_{kind}") for kind in SERVICES}
    ordered = sorted(SERVICES, key=lambda kind: (-_count(rows[kind]), SERVICES.index(kind)))
    table = asked.table(
        "offered",
        [
            Column(_("Service")),
            *(Column(providers[one].capitalize(), numeric=True) for one in PROVIDERS),
            Column(_("Organizations, per cent"), numeric=True),
            Column(_("Members, per cent"), numeric=True, help=_("of organizations that reported members")),
        ],
        [
            [
                Cell(labels[kind].capitalize()),
                *(cell(rows[kind].outcome.components[one]) for one in PROVIDERS),
                cell(rows[kind].outcome.figure, 0),
                cell(members[kind].outcome.figure, 0),
            ]
            for kind in ordered
        ],
        caption=_("Active primary organizations by the services that they offer and who provides them"),
        title=title,
    )
    active = rows[SERVICES[0]].outcome.n or 0
    if not active or not any(_count(row) for row in rows.values()):
        return FigureCard("offered", title, "", table, None, span=7, empty=_nothing(asked))
    series = [
        Series(
            providers[one],
            ROLES[one],
            [round(100 * float(rows[kind].outcome.components[one].value or 0) / active, 1) for kind in ordered],
            [_said(rows[kind].outcome.components[one], Decimal(active)) for kind in ordered],
        )
        for one in PROVIDERS
    ]
    totals = [formats.share(rows[kind].outcome.figure) for kind in ordered]
    figure = figures.lying_bars([labels[kind] for kind in ordered], series, totals)
    none = [labels[kind] for kind in ordered if not _count(rows[kind])]
    reading = _("Most often %(most)s: %(share)s of the organizations.") % {
        "most": labels[ordered[0]],
        "share": totals[0],
    }
    if none:
        reading += " " + _("Nobody offers: %(services)s.") % {"services": ", ".join(none)}
    subtitle = _("per cent of the active primary organizations")
    return FigureCard(
        "offered", title, reading, table, figure, subtitle, 7, 420, metrics=_metrics("organizations_with")
    )


def _of(found: Figure) -> Decimal:
    return found.value or Decimal(0)


def _metrics(start: str) -> tuple[str, ...]:
    """One name for all kinds: their definitions are the same words."""
    return (f"{start}_{SERVICES[0]}",)


def _said(n: Figure, active: Decimal) -> str:
    share = divide(n, Figure(active), unit="per cent", times=100)
    return f"{formats.number(n.value or 0)} ({formats.share(share)})"


def poorest_beside_all(asked: Asked) -> FigureCard:
    """Members whose organization offers a service: the poorest against all of the same organizations."""
    title, labels = _("Are the poorest where services are?"), names()
    rows = {kind: asked.now.row(f"poorest_offered_{kind}") for kind in SERVICES}
    beside = {
        kind: divide(
            row.outcome.components["members_offered_there"],
            row.outcome.components["members_there"],
            unit="per cent",
            times=100,
        )
        for kind, row in rows.items()
    }
    table = asked.table(
        "poorest-offered",
        [
            Column(_("Service")),
            Column(_("All members, per cent"), numeric=True),
            Column(_("The poorest, per cent"), numeric=True),
            Column(_("Organizations"), numeric=True),
        ],
        [
            [
                Cell(labels[kind].capitalize()),
                cell(beside[kind], 1),
                cell(row.outcome.figure, 1),
                counted(row.outcome.n),
            ]
            for kind, row in rows.items()
        ],
        caption=_("Members and the poorest whose organization offers each service"),
        title=title,
    )
    drawn = [kind for kind in SERVICES if rows[kind].outcome.figure.value is not None and beside[kind].value]
    if not drawn:
        reason = next(iter(rows.values())).outcome.figure.null_reason
        if not reason:
            return FigureCard("poorest", title, "", table, None, span=5, empty=_nothing(asked))
        empty = asked.missing(reason, _("How many members are among the poorest"))
        return FigureCard("poorest", title, "", table, None, span=5, empty=empty)
    points = {kind: _of(rows[kind].outcome.figure) - _of(beside[kind]) for kind in drawn}
    lowest = min(drawn, key=lambda kind: points[kind])
    if points[lowest] < -1:
        reading = _("The poorest are furthest behind in %(service)s: %(points)s points.") % {
            "service": labels[lowest],
            "points": formats.signed(points[lowest], 1),
        }
    else:
        reading = _("In no service are the poorest more than a point behind.")
    dumbbells = [
        Dumbbell(
            labels[kind],
            float(beside[kind].value or 0),
            float(rows[kind].outcome.figure.value or 0),
            formats.share(beside[kind]),
            formats.share(rows[kind].outcome.figure),
        )
        for kind in drawn
    ]
    figure = figures.dumbbells(dumbbells, (_("all members"), _("the poorest")), roles=("members", "poorest"))
    subtitle = _("per cent of members whose organization offers it")
    return FigureCard("poorest", title, reading, table, figure, subtitle, 5, 420, metrics=_metrics("poorest_offered"))


__all__ = ["by_provider", "most_common", "names", "poorest_beside_all"]
