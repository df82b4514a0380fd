"""Organizations by stage, round by round: the stock, and what was added between rounds."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext as _

from scaling import figures, formats
from scaling.dashboards.common import counted
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Cell, Column, Empty, FigureCard, Table
from scaling.figures import Series
from scaling.metrics.cells import Pathway
from scaling.metrics.figures import Figure
from scaling.metrics.pathway import STAGES

Day = datetime.date
#: What is added between rounds is told for being at a stage or beyond it.
REACHED = STAGES[1:]


@dataclass(frozen=True)
class Stock:
    """Active primary organizations by stage on a day. `programme`, `round`: where there is one of each."""

    day: Day
    stages: Mapping[str, int] = field(default_factory=dict)
    programme: str = ""
    round: str = ""

    @property
    def active(self) -> int:
        return sum(self.stages.values())

    def beyond(self, stage: str) -> int:
        """How many are at a stage or further."""
        return sum(self.stages.get(name, 0) for name in STAGES[STAGES.index(stage) :])

    def share(self, stage: str) -> str:
        return share_of(self.stages.get(stage, 0), self.active)


def names() -> dict[str, str]:
    return {
        "forming": _("forming"),
        "bonded": _("bonded"),
        "aggregated": _("aggregated"),
        "linked": _("linked"),
    }


def share_of(part: int, whole: int) -> str:
    return formats.share(Figure(Decimal(part) * 100 / whole)) if whole else formats.reason("NOT_APPLICABLE")


def stocks(asked: Asked) -> list[Stock]:
    """One for each day of an outcome round. A programme stands with its last round until its next one; before its first
    it is not counted. Empty where rounds cannot be told (`frame.Asked.history`)."""
    history = asked.history
    if history is None:
        return []
    rows = history.rows("stage_share_linked", "round")
    closing = {one.closing.code: one for one in history.sources if one.closing is not None and one.closing.code in rows}
    by_day = sorted(closing.items(), key=lambda one: (one[1].on, one[0]))
    last: dict[int, Pathway] = {}
    found: dict[Day, Stock] = {}
    alone = len({source.programme.pk for source in closing.values()}) == 1
    for code, source in by_day:
        last[source.programme.pk] = rows[code].register.pathway
        together = {stage: sum(one.stages.get(stage, 0) for one in last.values()) for stage in STAGES}
        found[source.on] = Stock(source.on, together, source.programme.code if alone else "", code if alone else "")
    return list(found.values())


# --- pictures --------------------------------------------------------------------------------------------------------
def over_rounds(asked: Asked, found: list[Stock]) -> FigureCard:
    """The stock by stage, on top of each other."""
    title = _("Where organizations stand, round by round")
    table = _table(asked, found)
    if len(found) < 2 or not any(stock.active for stock in found):
        return FigureCard("stages", title, "", table, None, span=7, empty=_no_rounds(asked, found))
    days = [stock.day.isoformat() for stock in found]
    series = [
        Series(
            names()[stage],
            stage,
            [stock.stages.get(stage, 0) for stock in found],
            [_counted(stock, stage) for stock in found],
        )
        for stage in reversed(STAGES)
    ]
    first, last = found[0], found[-1]
    reading = _(
        "Of %(active)s active organizations %(linked)s are linked and %(aggregated)s aggregated; on %(day)s it was "
        "%(before)s and %(earlier)s of %(whole)s."
    ) % {
        "active": formats.number(last.active),
        "linked": formats.number(last.stages.get("linked", 0)),
        "aggregated": formats.number(last.stages.get("aggregated", 0)),
        "day": formats.day(first.day),
        "before": formats.number(first.stages.get("linked", 0)),
        "earlier": formats.number(first.stages.get("aggregated", 0)),
        "whole": formats.number(first.active),
    }
    figure = figures.stacked_area(days, series, axis=_("active primary organizations"))
    figure["layout"]["xaxis"] |= {"tickvals": days, "ticktext": [formats.day(stock.day) for stock in found]}
    figure["layout"]["margin"] = {"r": 48}  # half of the last date
    return FigureCard("stages", title, reading, table, figure, _("who is further stands below"), 7, 340)


def _counted(stock: Stock, stage: str) -> str:
    return f"{formats.number(stock.stages.get(stage, 0))} ({stock.share(stage)})"


def _table(asked: Asked, found: list[Stock]) -> Table:
    labels = names()
    return asked.table(
        "stages-by-round",
        [
            Column(_("Date")),
            Column(_("Active primary organizations"), numeric=True),
            *(Column(labels[stage].capitalize(), numeric=True) for stage in STAGES),
        ],
        [
            [
                Cell(formats.day(stock.day), url=asked.round_url(stock.round) if stock.round else ""),
                counted(stock.active),
                *(counted(stock.stages.get(stage, 0)) for stage in STAGES),
            ]
            for stock in found
        ],
        caption=_("Active primary organizations by stage on the date of each round"),
        title=_("Stages round by round"),
    )


def per_cent(stage: str) -> str:
    return _("%(stage)s, per cent") % {"stage": names()[stage].capitalize()}


def added(found: Iterable[Stock]) -> list[tuple[Stock, dict[str, int]]]:
    """Between each two rounds, how many more are at each stage or beyond: (the later stock, by stage)."""
    return [
        (later, {stage: later.beyond(stage) - earlier.beyond(stage) for stage in REACHED})
        for earlier, later in itertools.pairwise(found)
    ]


def changes(asked: Asked, found: list[Stock]) -> FigureCard:
    """What was added between rounds, drawn under the support of the same years."""
    title = _("What changed: organizations more at each stage or beyond")
    pairs = list(zip(found, added(found), strict=False))
    labels = [f"{formats.day(before.day)} – {formats.day(later.day)}" for before, (later, _more) in pairs]
    table = asked.table(
        "changes",
        [Column(_("Between")), *(Column(_beyond()[stage], numeric=True) for stage in REACHED)],
        [
            [Cell(label), *(Cell(formats.signed(Decimal(more[stage])), value=more[stage]) for stage in REACHED)]
            for label, (_before, (_later, more)) in zip(labels, pairs, strict=True)
        ],
        caption=_("Change between rounds in the number of organizations at each stage or beyond it"),
        title=title,
    )
    if not pairs:
        return FigureCard("changes", title, "", table, None, span=12, empty=_no_rounds(asked, found))
    series = [
        Series(
            _beyond()[stage],
            stage,
            [more[stage] for _before, (_later, more) in pairs],
            [formats.signed(Decimal(more[stage])) for _before, (_later, more) in pairs],
        )
        for stage in REACHED
    ]
    figure = figures.stacked_bars(labels, series, [])
    figure["data"] = figure["data"][: len(series)]  # side by side: there is no stack to write a total on
    for trace in figure["data"]:
        del trace["width"]
    figure["layout"]["barmode"] = "group"
    figure["layout"]["yaxis"] = {"title": {"text": _("organizations, more or fewer")}}
    last = pairs[-1][1][1]
    reading = _(
        "Between the last two rounds: %(bonded)s bonded or beyond, %(aggregated)s aggregated or beyond, "
        "%(linked)s linked."
    ) % {stage: formats.signed(Decimal(last[stage])) for stage in REACHED}
    subtitle = _("net of those that fell back, ended or fell dormant")
    return FigureCard("changes", title, reading, table, figure, subtitle, 12, 280)


def _beyond() -> dict[str, str]:
    return {
        "bonded": _("bonded or beyond"),
        "aggregated": _("aggregated or beyond"),
        "linked": _("linked"),
    }


def _no_rounds(asked: Asked, found: list[Stock]) -> Empty:
    if asked.history is None:
        text = _("Stages over the rounds, for this day, comparison or part of a federation")
        return asked.missing("NOT_APPLICABLE", text)
    return asked.missing("NOT_REPORTED", _("Stages of one more round") if found else _("Stages of the rounds"))
