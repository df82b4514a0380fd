"""Members and scores of one organization over the rounds, and beside similar ones."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from indicators.words import dimension_label
from scaling import figures, formats
from scaling.dashboards import common, similar
from scaling.dashboards.organization.known import Known, count_of
from scaling.dashboards.page import Cell, Column, Empty, FigureCard
from scaling.figures import Dumbbell, Series


def _to_rounds(known: Known, text: str) -> Empty:
    if known.returns:
        one = known.returns[0]
        url = reverse("indicators:return", args=[one.round.code, known.organization.code])
        return Empty(_("Not enough data"), text, _("Its newest return"), url)
    return Empty(_("Not enough data"), text, _("Rounds"), reverse("indicators:rounds"))


def members(known: Known) -> FigureCard:
    title = _("Members over the rounds")
    groups = {"women": _("women"), "youth": _("youth"), "poorest": _("poorest")}
    seen = [(day, one) for day, one in known.seen if count_of(one) is not None]
    columns = [Column(_("Round")), Column(_("Members"), numeric=True)]
    columns += [Column(name, numeric=True) for name in groups.values()]
    rows = [
        [Cell(formats.day(day)), common.counted(count_of(one)), *(_group(one, name) for name in groups)]
        for day, one in seen
    ]
    table = known.table("members", columns, rows, _("Members in each approved return"), title)
    if len(seen) < 2:
        empty = _to_rounds(known, _("Members over the rounds need two approved returns with a count."))
        return FigureCard("members", title, "", table if rows else None, None, span=6, empty=empty)
    days = [day.isoformat() for day, _one in seen]
    totals = [count_of(one) for _day, one in seen]
    lines = [Series(_("members"), "members", [float(n or 0) for n in totals], [formats.number(n or 0) for n in totals])]
    for name, label in groups.items():
        values = [one.groups.get(name) for _day, one in seen]
        if any(value is not None for value in values):
            texts = ["" if value is None else formats.number(value) for value in values]
            lines.append(Series(label, name, [None if v is None else float(v) for v in values], texts))
    change = (totals[-1] or 0) - (totals[0] or 0)
    reading = _("%(change)s members since %(day)s.") % {
        "change": formats.signed(Decimal(change)),
        "day": formats.day(seen[0][0]),
    }
    return FigureCard("members", title, reading, table, figures.over_time(days, lines), span=6, height=320)


def _group(one: Any, name: str) -> Cell:
    return common.counted(one.groups[name]) if name in one.groups else Cell(formats.reason("NOT_REPORTED"), "null")


def scores(known: Known) -> FigureCard:
    title, subtitle = _("Scores over the rounds"), _("1 to 6, mean of the rated items of a dimension")
    seen = [(day, one) for day, one in known.seen if one.scores]
    if not seen:
        empty = _to_rounds(known, _("No approved return of an outcome round has rated it."))
        return FigureCard("scores", title, "", None, None, subtitle, 6, empty=empty)
    names = [dimension_label(name) for name in known.dimensions]
    days = [formats.day(day) for day, _one in seen]
    values = [
        [float(one.scores[name]) if name in one.scores else None for _day, one in seen] for name in known.dimensions
    ]
    texts = [["" if v is None else formats.number(Decimal(str(v)), 1) for v in line] for line in values]
    rows = [
        [Cell(name), *(_score(v, t) for v, t in zip(line, said, strict=True))]
        for name, line, said in zip(names, values, texts, strict=True)
    ]
    columns = [Column(_("Dimension")), *(Column(day, numeric=True) for day in days)]
    table = known.table("scores", columns, rows, _("Scores of each dimension in each round"), title)
    last = {name: line[-1] for name, line in zip(names, values, strict=True) if line[-1] is not None}
    best, worst = max(last, key=lambda n: last[n] or 0), min(last, key=lambda n: last[n] or 0)
    reading = _("Strongest in %(best)s (%(high)s), weakest in %(worst)s (%(low)s).") % {
        "best": best,
        "high": formats.number(Decimal(str(last[best])), 1),
        "worst": worst,
        "low": formats.number(Decimal(str(last[worst])), 1),
    }
    figure = figures.heat_map(days, names, values, texts, scale="levels", least=1, most=6, written=True)
    return FigureCard("scores", title, reading, table, figure, subtitle, 6, 36 * len(names) + 100)


def _score(value: float | None, text: str) -> Cell:
    return Cell(_("not rated"), "null") if value is None else Cell(text, value=Decimal(str(value)))


def compared(known: Known) -> FigureCard:
    """Its last scores beside the median of similar organizations."""
    title = _("Beside similar organizations")
    subtitle = _("%(kind)s, %(tier)s, in %(place)s: median of those rated") % known.like
    seen = [one for _day, one in known.seen if one.scores]
    rows, texts = [], []
    for name in known.dimensions if seen else []:
        middle, own = known.similar.scores.get(name), seen[-1].scores.get(name)
        if middle is None or own is None:
            continue
        gap = formats.signed(own - middle, 1)
        label = dimension_label(name)
        rows.append(Dumbbell(label, float(middle), float(own), formats.number(middle, 1), formats.number(own, 1), gap))
        numbers = [Cell(formats.number(value, 1), value=value) for value in (middle, own)]
        texts.append([Cell(label), *numbers, Cell(gap, value=own - middle), common.counted(known.similar.rated[name])])
    if not rows:
        return FigureCard("compared", title, "", None, None, subtitle, 6, empty=_too_few(known))
    columns = [
        Column(_("Dimension")),
        Column(_("Similar ones"), numeric=True, help=_("median")),
        Column(_("This one"), numeric=True),
        Column(_("Difference"), numeric=True),
        Column(_("Rated"), numeric=True, help=_("similar organizations")),
    ]
    caption = _("Its last scores beside the median of similar organizations")
    table = known.table("compared", columns, texts, caption, title)
    above = sum(1 for row in rows if (row.second or 0) > (row.first or 0))
    reading = _("Above the median of %(n)s similar organizations in %(above)s of %(all)s dimensions.") % {
        "n": formats.number(known.similar.n),
        "above": above,
        "all": len(rows),
    }
    if known.similar.is_sample:
        reading += " " + _("They are drawn by chance from more.")
    figure = figures.dumbbells(rows, (_("similar ones"), _("this one")), span=(1, 6))
    return FigureCard("compared", title, reading, table, figure, subtitle, 6, 40 * len(rows) + 120)


def _too_few(known: Known) -> Empty:
    text = _("A comparison needs ratings of it and of %(n)s similar organizations in the last outcome round.")
    text %= {"n": similar.FEW}
    if known.similar.where == "place" and known.programme is not None:
        label = _("Compare with its whole programme")
        return Empty(_("Not enough data"), text, label, known.path + known.asked.query(similar="programme"))
    return _to_rounds(known, text)
