"""Pictures of the five dimensions over the whole selection: then and now, who improved, who is satisfactory."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from scaling import figures, formats
from scaling.dashboards import ratings
from scaling.dashboards.common import cell, counted, signed
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Cell, Column, FigureCard
from scaling.figures import Dumbbell, Series
from scaling.metrics import Outcome
from scaling.metrics.figures import Figure
from scaling.register_answers import Row

#: Ticks; the axis goes on behind the last for the words at the side.
LEVELS = list(range(ratings.LEAST, ratings.HIGHEST + 1))
CROSS = "outcome_change_cross_section"


def _shown(found: dict[str, Outcome]) -> list[str]:
    """The five dimensions, and the others where they are rated."""
    return [name for name in found if name in ratings.CAPACITY or found[name].figure.value is not None]


def _ends(found: Outcome) -> tuple[Figure, Figure]:
    none = Figure(None, found.figure.null_reason or "NOT_REPORTED")
    return found.components.get("then", none), found.components.get("now", none)


def _dumbbell(name: str, found: Outcome, text: str) -> Dumbbell:
    then, now = _ends(found)
    return Dumbbell(
        ratings.names()[name],
        None if then.value is None else float(then.value),
        None if now.value is None else float(now.value),
        formats.figure(then, 2),
        formats.figure(now, 2),
        text,
    )


def _text(found: Outcome) -> str:
    """`+0.66 ± 0.21, n = 42`, without the half of the interval where few stand behind it."""
    facts = {"change": formats.signed(found.figure.value or Decimal(0), 2), "n": formats.number(found.n or 0)}
    if found.low is None or found.high is None or found.low.value is None or found.high.value is None:
        return _("%(change)s, n = %(n)s") % facts
    facts["half"] = formats.number((found.high.value - found.low.value) / 2, 2)
    return _("%(change)s ± %(half)s, n = %(n)s") % facts


def matched(asked: Asked, changes: dict[str, Outcome]) -> FigureCard:
    title = _("The same organizations, then and now")
    shown = _shown(changes)
    names = ratings.names()
    table = asked.table(
        "matched",
        [
            Column(_("Dimension")),
            Column(_("Level then"), numeric=True),
            Column(_("Level now"), numeric=True),
            Column(_("Change, points"), numeric=True),
            Column(_("95 per cent interval"), numeric=True, help=_("from ten organizations on")),
            Column(_("Organizations"), numeric=True),
        ],
        [
            [
                Cell(names[name]),
                *(cell(one, 2) for one in _ends(changes[name])),
                signed(changes[name].figure, 2),
                Cell(ratings.interval(changes[name])),
                counted(changes[name].n),
            ]
            for name in shown
        ],
        title=title,
        caption=_("Mean level of each dimension in the organizations rated at both dates"),
    )
    known = [name for name in shown if changes[name].figure.value is not None]
    if not known:
        reason = changes[ratings.CAPACITY[0]].figure.null_reason
        empty = asked.missing(reason, _("Ratings of the same organizations at two dates"))
        return FigureCard("matched", title, "", table, None, span=7, empty=empty)
    gains = {name: changes[name].figure.value or Decimal(0) for name in known}
    best, worst = max(gains, key=lambda one: gains[one]), min(gains, key=lambda one: gains[one])
    facts = {
        "best": names[best],
        "most": formats.signed(gains[best], 2),
        "worst": names[worst],
        "least": formats.signed(gains[worst], 2),
    }
    reading = _("%(best)s changed by %(most)s points.") % facts
    if best != worst:
        reading = _("From %(least)s points (%(worst)s) to %(most)s (%(best)s).") % facts
    figure = figures.dumbbells(
        [_dumbbell(name, changes[name], _text(changes[name])) for name in known],
        (_("baseline") if asked.now.against is None else _("then"), _("now")),
        span=(ratings.LEAST, ratings.HIGHEST),
    )
    figure["layout"]["xaxis"]["tickvals"] = LEVELS
    subtitle = _("mean level, 1 to 6, of those rated at both dates; ± tells the 95 per cent interval")
    return FigureCard("matched", title, reading, table, figure, subtitle, 7, max(300, 120 + 44 * len(known)))


def cross_section(asked: Asked, row: Row) -> FigureCard:
    """Whoever was there at each date: what the matched picture must not be mixed up with."""
    title = _("Whoever was rated, then and now")
    found = {name: ratings.of(row, CROSS, name) for name in ratings.ALL}
    shown, names = _shown(found), ratings.names()
    table = asked.table(
        "cross-section",
        [
            Column(_("Dimension")),
            Column(_("Level then"), numeric=True),
            Column(_("Level now"), numeric=True),
            Column(_("Difference, points"), numeric=True),
            Column(_("Organizations now"), numeric=True),
        ],
        [
            [
                Cell(names[name]),
                *(cell(one, 2) for one in _ends(found[name])),
                signed(found[name].figure, 2),
                counted(found[name].n),
            ]
            for name in shown
        ],
        title=title,
        caption=_("Mean level of each dimension over everybody rated at each date"),
    )
    drawn = [name for name in shown if _tells(found[name])]
    if not drawn:
        reason = found[ratings.CAPACITY[0]].figure.null_reason
        empty = asked.missing(reason, _("Ratings of the dimensions"))
        return FigureCard("cross", title, "", table, None, span=5, empty=empty)
    rows = []
    for name in drawn:
        value = found[name].figure.value
        rows.append(_dumbbell(name, found[name], "" if value is None else formats.signed(value, 2)))
    reading = _("Who came and who left moves this one; the change of the same organizations is beside it.")
    figure = figures.dumbbells(rows, (_("then"), _("now")), span=(ratings.LEAST, ratings.HIGHEST))
    figure["layout"]["xaxis"]["tickvals"] = LEVELS
    subtitle = _("mean level, 1 to 6, of all rated at each date")
    return FigureCard("cross", title, reading, table, figure, subtitle, 5, max(300, 120 + 44 * len(drawn)))


def _tells(found: Outcome) -> bool:
    """Both dates, or this one alone where there was none before; not what a round with gaps says of everybody."""
    then, now = _ends(found)
    first_time = then.value is None and found.figure.null_reason == "MISSING_BASELINE"
    return found.figure.value is not None or (first_time and now.value is not None)


def moves(asked: Asked, row: Row, changes: dict[str, Outcome]) -> FigureCard:
    """Shares that declined, stayed, improved; the satisfactory share then and now is written at the side."""
    title = _("Who improved and who declined")
    shown, names = _shown(changes), ratings.names()
    metrics = ("share_declined", "share_improved", "share_improved_with_disbanded", "share_satisfactory_then",
               "share_satisfactory")  # fmt: skip
    shares = {name: {metric: ratings.of(row, metric, name).figure for metric in metrics} for name in shown}
    table = asked.table(
        "moves",
        [
            Column(_("Dimension")),
            Column(_("Declined, per cent"), numeric=True),
            Column(_("Improved, per cent"), numeric=True),
            Column(_("Improved, ended ones counted as not, per cent"), numeric=True),
            Column(_("Satisfactory then, per cent"), numeric=True),
            Column(_("Satisfactory now, per cent"), numeric=True),
            Column(_("Organizations"), numeric=True),
        ],
        [
            [
                Cell(names[name]),
                *(cell(shares[name][metric], 1) for metric in metrics),
                counted(changes[name].n),
            ]
            for name in shown
        ],
        title=title,
        caption=_("Share of organizations rated at both dates that declined, improved, and are satisfactory"),
    )
    known = [name for name in shown if shares[name]["share_improved"].value is not None]
    if not known:
        reason = changes[ratings.CAPACITY[0]].figure.null_reason
        empty = asked.missing(reason, _("Ratings of the same organizations at two dates"))
        return FigureCard("moves", title, "", table, None, span=7, empty=empty)
    stayed = {name: _rest(shares[name]) for name in known}
    parts = (
        (_("declined"), "loss", {name: shares[name]["share_declined"] for name in known}),
        (_("about the same"), "unseen", stayed),
        (_("improved"), "gain", {name: shares[name]["share_improved"] for name in known}),
    )
    series = [
        Series(text, role, [float(of[name].value or 0) for name in known], [formats.share(of[name]) for name in known])
        for text, role, of in parts
    ]
    sides = [
        " → ".join(formats.share(shares[name][metric]) for metric in ("share_satisfactory_then", "share_satisfactory"))
        for name in known
    ]
    best = max(known, key=lambda name: shares[name]["share_improved"].value or Decimal(0))
    reading = _("%(share)s improved in %(dimension)s; %(declined)s declined.") % {
        "share": formats.share(shares[best]["share_improved"]),
        "dimension": names[best],
        "declined": formats.share(shares[best]["share_declined"]),
    }
    figure = figures.lying_bars([names[name] for name in known], series, sides)
    figure["layout"]["xaxis"]["range"] = [
        0,
        165,
    ]  # the words at the side are longer than those the builder reckons with
    figure["layout"]["xaxis"]["tickvals"] = [0, 25, 50, 75, 100]
    subtitle = _("per cent of organizations; half a level or more; at the side: satisfactory then → now")
    return FigureCard("moves", title, reading, table, figure, subtitle, 7, max(300, 120 + 44 * len(known)))


def _rest(shares: dict[str, Figure]) -> Figure:
    gone = (shares["share_declined"].value or Decimal(0)) + (shares["share_improved"].value or Decimal(0))
    return Figure(100 - gone, unit="per cent")
