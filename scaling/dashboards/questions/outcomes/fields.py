"""Pictures that look inside: six systems, dimensions by kind and by area, one organization over time."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from indicators.models import OUTPUT_KINDS, Return, ReturnState, ScaleItem
from organizations.models import Kind
from scaling import figures, formats
from scaling.dashboards import ratings
from scaling.dashboards.common import cell, counted
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Cell, Column, Empty, FigureCard
from scaling.figures import Levels, Series
from scaling.metrics.figures import Figure

#: Rows of a heat map at most; the table has all of them.
MOST_ROWS = 14


def six_systems(asked: Asked) -> FigureCard:
    """Levels of the six systems now; the worst on top."""
    title = _("Do the six systems work?")
    sample = ratings.draw(asked)
    items = ScaleItem.objects.filter(indicator__code__in=ratings.SIX).select_related("indicator")
    names = {one.indicator.code: one.shown_name for one in items.order_by("version", "position")}
    counts = {
        code: [sum(1 for one in sample.drawn if one.levels.get(code) == level) for level in range(1, 7)]
        for code in ratings.SIX
        if code in names
    }
    rated = {code: sum(found) for code, found in counts.items()}
    means = {
        code: Decimal(sum(level * n for level, n in enumerate(found, 1))) / rated[code]
        for code, found in counts.items()
        if rated[code]
    }
    table = asked.table(
        "systems",
        [
            Column(_("System")),
            *(Column(_("Level %(level)s") % {"level": level}, numeric=True) for level in range(1, 7)),
            Column(_("Mean level"), numeric=True),
            Column(_("Organizations"), numeric=True),
        ],
        [
            [
                Cell(names[code]),
                *(counted(n) for n in found),
                cell(Figure(means[code]) if code in means else Figure(None, "NOT_REPORTED"), 2),
                counted(rated[code]),
            ]
            for code, found in counts.items()
        ],
        title=title,
        caption=_("Organizations by the level of each of the six systems"),
    )
    if not means:
        empty = asked.missing("NOT_REPORTED", _("Ratings of the six systems"))
        return FigureCard("systems", title, "", table, None, span=5, empty=empty)
    ordered = sorted(means, key=lambda code: means[code])
    rows = [
        Levels(
            names[code],
            [100 * n / rated[code] for n in counts[code]],
            [formats.share(Figure(Decimal(100 * n) / rated[code])) for n in counts[code]],
            formats.number(means[code], 1),
        )
        for code in ordered
    ]
    reading = _("Weakest: %(worst)s (%(low)s of 6); strongest: %(best)s (%(high)s).") % {
        "worst": names[ordered[0]],
        "low": formats.number(means[ordered[0]], 1),
        "best": names[ordered[-1]],
        "high": formats.number(means[ordered[-1]], 1),
    }
    figure = figures.levels(rows, [_("level %(level)s") % {"level": level} for level in range(1, 7)])
    return FigureCard("systems", title, reading, table, figure, sample.words(), 5, max(320, 140 + 40 * len(rows)))


def heat(asked: Asked, by: str) -> FigureCard:
    """Mean level now of each dimension by kind or by area."""
    title = _("By kind of organization") if by == "kind" else _("By place")
    identity = f"{by}-dimensions"
    if not asked.now.splits(by):
        text = _("The total of a federation is not split. Look at the whole programme instead.")
        empty = Empty(_("Not split here"), text, _("The whole programme"), asked.links.here(apex=""))
        return FigureCard(identity, title, "", None, None, span=6, empty=empty)
    rows = asked.now.rows("outcome_mean_score", by, dimension=ratings.CAPACITY[0])
    names, places = ratings.names(), asked.selection.area_names()
    labels = {code: str(Kind(code).label) if by == "kind" else places.get(code, code) for code in rows}
    urls = {code: asked.links.here(kind=code) if by == "kind" else asked.links.here(place=code) for code in rows}
    means = {
        code: {name: ratings.of(row, "outcome_mean_score", name) for name in ratings.ALL} for code, row in rows.items()
    }
    shown = [name for name in ratings.ALL if any(found[name].figure.value is not None for found in means.values())]
    codes = [code for code, found in means.items() if any(found[name].figure.value is not None for name in shown)]
    table = asked.table(
        identity,
        [
            Column(_("Kind") if by == "kind" else _("Place")),
            *(Column(names[name], numeric=True) for name in shown),
            Column(_("Organizations"), numeric=True),
        ],
        [
            [
                Cell(labels[code], url=urls[code]),
                *(cell(means[code][name].figure, 2) for name in shown),
                counted(max(means[code][name].n or 0 for name in shown)),
            ]
            for code in codes
        ],
        title=title,
        caption=_("Mean level of each dimension now, by kind")
        if by == "kind"
        else _("Mean level of each dimension now, by place"),
    )
    if not codes:
        reasons = [found[ratings.CAPACITY[0]].figure.null_reason for found in means.values()]
        empty = asked.missing(reasons[0] if reasons else "NOT_REPORTED", _("Ratings of the dimensions"))
        return FigureCard(identity, title, "", table, None, span=6, empty=empty)
    total = {
        code: ratings.mean(v for name in shown if (v := means[code][name].figure.value) is not None) for code in codes
    }
    drawn = sorted(codes, key=lambda code: (total[code] or Decimal(9), labels[code]))[:MOST_ROWS]
    lowest = min(
        ((code, name) for code in drawn for name in shown if means[code][name].figure.value is not None),
        key=lambda one: means[one[0]][one[1]].figure.value or Decimal(9),
    )
    reading = _("Weakest: %(dimension)s in %(group)s, level %(level)s.") % {
        "dimension": names[lowest[1]],
        "group": labels[lowest[0]],
        "level": formats.figure(means[lowest[0]][lowest[1]].figure, 1),
    }
    figure = figures.heat_map(
        [names[name] for name in shown],
        [labels[code] for code in drawn],
        [[_float(means[code][name].figure) for name in shown] for code in drawn],
        [[formats.figure(means[code][name].figure, 1) for name in shown] for code in drawn],
        scale="levels",
        least=ratings.LEAST,
        most=ratings.HIGHEST,
        urls=[[urls[code]] * len(shown) for code in drawn],
        written=True,
    )
    subtitle = _("mean level now, 1 to 6; the weakest on top")
    return FigureCard(identity, title, reading, table, figure, subtitle, 6, max(280, 120 + 36 * len(drawn)))


def _float(found: Figure) -> float | None:
    return None if found.value is None else float(found.value)


def radar(asked: Asked) -> list[FigureCard]:
    """The one federation that was chosen, itself and not its members, at each of its returns. Nothing otherwise: shapes
    of several organizations on one radar cannot be told apart."""
    apex = asked.selection.apex
    if apex is None:
        return []
    title = _("%(name)s itself over time") % {"name": apex.name}
    closing = asked.now.rounds[-1].date if asked.now.rounds else None
    own = Return.objects.visible_to(asked.user).filter(organization=apex, state=ReturnState.APPROVED)
    own = own.exclude(round__kind__in=OUTPUT_KINDS).select_related("round").order_by("round__reference_date", "pk")
    scales = ratings.scales()
    found = [
        (one.round, scores)
        for one in own
        if (closing is None or one.round.reference_date <= closing)
        and (scores := scales.scores(one.values, one.round.scale_version_id))
    ]
    names = ratings.names()
    shown = [name for name in ratings.ALL if any(name in scores for _round, scores in found)]
    table = asked.table(
        "itself",
        [Column(_("Round")), *(Column(names[name], numeric=True) for name in shown)],
        [
            [
                Cell(formats.day(round_.reference_date), url=asked.round_url(round_.code)),
                *(cell(Figure(scores[name]) if name in scores else Figure(None, "NOT_REPORTED"), 1) for name in shown),
            ]
            for round_, scores in found
        ],
        title=title,
        caption=_("Level of each dimension of one organization in each round"),
    )
    if len(shown) < 3:
        empty = asked.missing("NOT_REPORTED", _("Ratings of this organization in three dimensions or more"))
        return [FigureCard("itself", title, "", table, None, span=6, empty=empty)]
    ends = [found[0], found[-1]] if len(found) > 1 else found
    series = [
        Series(
            formats.day(round_.reference_date),
            "now" if place == len(ends) - 1 else "then",
            [float(scores[name]) if name in scores else None for name in shown],
            [formats.number(scores[name], 1) if name in scores else "" for name in shown],
        )
        for place, (round_, scores) in enumerate(ends)
    ]
    now = found[-1][1]
    weak = min((name for name in shown if name in now), key=lambda name: now[name])
    reading = _("Its weakest dimension is %(name)s, level %(level)s.") % {
        "name": names[weak],
        "level": formats.number(now[weak], 1),
    }
    figure = figures.radar([names[name] for name in shown], series, least=ratings.LEAST - 1, most=ratings.HIGHEST)
    return [FigureCard("itself", title, reading, table, figure, _("first and last round; the table has all"), 6, 380)]
