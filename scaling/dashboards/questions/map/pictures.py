"""The map, the ranked bars, and the table behind both."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.urls import reverse
from django.utils.translation import gettext as _

from scaling import figures, formats
from scaling.dashboards.common import cell, counted
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Cell, Column, Empty, FigureCard, Note, Table
from scaling.dashboards.questions.map import metrics
from scaling.dashboards.questions.map.areas import Level
from scaling.figures import Area, Series
from scaling.metrics.register import RegisterMetric
from scaling.register_answers import Row

#: Bars are drawn for so many areas, from both ends; the table has all.
MOST_BARS = 24


@dataclass
class Findings:
    """The metric of every area shown. `loose`: organizations of the place around that lie in none of its areas."""

    metric: RegisterMetric
    level: Level
    rows: dict[str, Row]
    loose: str = ""

    @property
    def ordered(self) -> list[str]:
        """Areas with a value, the highest first."""
        values = {code: row.outcome.figure.value for code, row in self.rows.items()}
        known = {code: value for code, value in values.items() if value is not None}
        return sorted(known, key=lambda code: (-known[code], self.name(code)))

    def name(self, code: str) -> str:
        if code == self.loose and not self.level.shown:
            return self._around
        if code == self.loose:
            return _("%(place)s, in none of its areas") % {"place": self._around}
        one = self.level.shown.get(code)
        return code if one is None else one.name

    @property
    def _around(self) -> str:
        return "" if self.level.around is None else self.level.around.shown_name

    def text(self, code: str) -> str:
        row = self.rows.get(code)
        return (
            _("no organizations of this selection") if row is None else metrics.written(self.metric, row.outcome.figure)
        )


def map_card(asked: Asked, found: Findings) -> FigureCard | None:
    """Areas with an outline, shaded; None where no outline or no value can be drawn."""
    level = found.level
    if not level.outlined or not any(one.code in found.ordered for one in level.outlined):
        return None
    areas = []
    for one in level.outlined:
        row = found.rows.get(one.code)
        value = None if row is None else row.outcome.figure.value
        url = level.url(one.code) if row is not None else ""
        areas.append(Area(one.shape, one.name, None if value is None else float(value), found.text(one.code), url))
    figure = figures.area_map(
        areas,
        label=metrics.title(found.metric),
        nothing=_("no data"),
        outlines=level.outlines_url,
        suffix="%" if metrics.is_percent(found.metric) else "",
    )
    title = _("By country") if level.around is None else _("Inside %(place)s") % {"place": level.around.shown_name}
    card = FigureCard("map", title, _reading(found), table(asked, found, "areas"), figure, _subtitle(found), 7, 460)
    return card if level.around is None else replace(card, outlines=level.outlines)


def _subtitle(found: Findings) -> str:
    text = metrics.title(found.metric)
    return _("%(metric)s; click an area to look inside") % {"metric": text}


def _reading(found: Findings) -> str:
    without = [one for one in found.level.shown.values() if one.code not in found.ordered]
    if not without:
        return _("Every area has a value.")
    names = ", ".join(one.name for one in without[:4]) + ("…" if len(without) > 4 else "")
    return _("Hatched, without a value: %(names)s.") % {"names": names}


def bars_card(asked: Asked, found: Findings, *, beside: bool) -> FigureCard:
    """The same from the highest to the lowest."""
    title, ordered = _("From the highest to the lowest"), found.ordered
    behind = table(asked, found, "ranked" if beside else "areas")
    span = 5 if beside else 12
    identity = "ranked"
    if not ordered:
        reasons = [row.outcome.figure.null_reason for row in found.rows.values()]
        what = metrics.title(found.metric)
        empty = asked.missing(reasons[0] if reasons else "NOT_REPORTED", what)
        return FigureCard(identity, title, "", behind, None, span=12, empty=empty)
    drawn = ordered
    if len(ordered) > MOST_BARS:
        drawn = [*ordered[: MOST_BARS // 2], *ordered[-(MOST_BARS // 2) :]]
    values = [float(found.rows[code].outcome.figure.value or 0) for code in drawn]
    texts = [found.text(code) for code in drawn]
    names = [found.name(code) for code in drawn]
    labels = [name if names.count(name) == 1 else f"{name} ({code})" for name, code in zip(names, drawn, strict=True)]
    urls = [found.level.url(code) if code != found.loose else "" for code in drawn]
    figure = figures.lying_bars(labels, [Series(metrics.title(found.metric), "plain", values, texts, urls)], texts)
    figure["layout"]["showlegend"] = False
    if len(ordered) > MOST_BARS:
        reading = _("The %(half)s highest and the %(half)s lowest of %(n)s areas; the table has all.") % {
            "half": formats.number(MOST_BARS // 2),
            "n": formats.number(len(ordered)),
        }
    else:
        reading = _spread(found)
    height = min(max(220, 90 + 26 * len(drawn)), 800)
    return FigureCard(identity, title, reading, behind, figure, metrics.title(found.metric), span, height)


def _spread(found: Findings) -> str:
    ordered = found.ordered
    high, low = (found.rows[code].outcome.figure.value for code in (ordered[0], ordered[-1]))
    if high is None or low is None or len(ordered) < 2:
        return _("Only one area has a value.")
    if low > 0 and high / low >= 2:
        return _("The highest is %(times)s times the lowest.") % {"times": formats.number(high / low, 1)}
    return _("From %(high)s to %(low)s.") % {"high": found.text(ordered[0]), "low": found.text(ordered[-1])}


def table(asked: Asked, found: Findings, name: str) -> Table:
    """Every area, also those without a value or an organization."""
    metric = found.metric
    rest = sorted((code for code in {*found.level.shown, *found.rows} if code not in found.ordered), key=found.name)
    rows = []
    for code in [*found.ordered, *rest]:
        row = found.rows.get(code)
        url = found.level.url(code) if row is not None and code != found.loose else ""
        label = Cell(found.name(code), url=url)
        if row is None:
            rows.append(
                [label, Cell(_("no organizations of this selection"), "null"), counted(0), counted(0), Cell("–")]
            )
            continue
        figure = row.outcome.figure
        rows.append(
            [
                label,
                cell(figure, metrics.places(metric)),
                counted(row.outcome.n),
                counted(row.outcome.n_due),
                Cell(figure.unit or metric.unit),
            ]
        )
    columns = [
        Column(_("Area")),
        Column(metrics.title(metric), numeric=True),
        Column(_("Organizations behind it"), numeric=True),
        Column(_("of"), numeric=True),
        Column(_("Unit")),
    ]
    caption = _("%(metric)s by area") % {"metric": metrics.title(metric)}
    return asked.table(name, columns, rows, title=caption, caption=caption)


def why_no_map(found: Findings) -> Note | None:
    """The sentence that says why areas are not on a map, and where boundaries are brought."""
    level = found.level
    lacking = [one for one in level.shown.values() if not one.outlined]
    if not lacking:
        return None
    if level.around is None:
        names = ", ".join(one.name for one in lacking[:6])
        return Note(
            _("The outlines of countries know nothing of %(names)s; the bars and the table do.") % {"names": names}
        )
    url = reverse("programmes:boundaries")
    country = level.around if level.around.is_country else level.around.country
    if country is not None:
        url += f"?country={country.code}"
    label = _("Bring boundaries")
    if len(lacking) == len(level.shown):
        text = _("The areas of %(place)s have no boundaries yet, so bars stand in place of a map.")
        return Note(text % {"place": level.around.shown_name}, label, url)
    names = ", ".join(one.name for one in lacking[:6]) + ("…" if len(lacking) > 6 else "")
    return Note(_("Without a boundary and so not on the map: %(names)s.") % {"names": names}, label, url)


def undivided(asked: Asked, found: Findings) -> FigureCard:
    """Nothing lies inside the selected place: on to its organizations."""
    place = found.level.around
    name = "" if place is None else place.shown_name
    empty = Empty(
        _("Not divided further"),
        _("No areas are registered inside %(place)s.") % {"place": name},
        _("Its organizations"),
        asked.organizations_url(),
    )
    return FigureCard("map", name, "", table(asked, found, "areas"), None, span=12, empty=empty)


__all__ = ["Findings", "bars_card", "map_card", "undivided", "why_no_map"]
