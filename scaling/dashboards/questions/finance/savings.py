"""Savings and credit of organizations over the rounds, their ratio, and how far they stand on their own money."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from scaling import figures, formats
from scaling.dashboards.common import cell, counted
from scaling.dashboards.filters import price_labels
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Cell, Column, Empty, FigureCard, Table
from scaling.dashboards.questions.finance.rates import lacking
from scaling.figures import Series
from scaling.metrics import figures as f
from scaling.metrics.figures import Figure
from scaling.metrics.finance import MILLION
from scaling.register_answers import Row

SAVED, BORROWED, RATIO = "savings_mobilised", "external_credit_outstanding", "credit_to_savings"
OWN, FEES = "own_funds_share", "aggregation_ratio_paid_up"
#: Card → the metrics that it shows.
SHOWN = {"savings": (SAVED, BORROWED), "ratio": (RATIO,), "own": (OWN, FEES)}


def cards(asked: Asked) -> list[FigureCard]:
    """Three cards: both amounts, the ratio beneath, self-reliance. NotEnoughData where there are no rounds at all."""
    titles = {
        "savings": _("Savings, and the credit that they draw"),
        "ratio": _("Credit for one unit of savings"),
        "own": _("Self-reliance"),
    }
    if asked.history is None or len(asked.selection.programmes) > 1:
        empty = asked.one_programme()
        return [FigureCard(name, title, "", None, None, span=6, empty=empty) for name, title in titles.items()]
    found = {name: asked.history.rows(name, "round") for name in (SAVED, BORROWED, RATIO, OWN, FEES)}
    dated = {source.closing.code: source.on for source in asked.history.sources if source.closing is not None}
    ordered = sorted((code for code in found[SAVED] if code in dated), key=lambda code: (dated[code], code))
    days = [dated[code].isoformat() for code in ordered]
    lines = _Lines(asked, found, ordered, days, dated)
    return [lines.amounts(titles["savings"]), lines.own(titles["own"]), lines.ratio(titles["ratio"])]


class _Lines:
    """What the three cards share: rows by metric and round, in the order of the rounds."""

    def __init__(
        self,
        asked: Asked,
        found: dict[str, dict[str, Row]],
        ordered: list[str],
        days: list[str],
        dated: dict[str, datetime.date],
    ) -> None:
        self.asked, self.found, self.ordered, self.days, self.dated = asked, found, ordered, days, dated
        self.prices = price_labels()[asked.selection["prices"]]

    def figures_of(self, metric: str) -> list[Figure]:
        return [self.found[metric][code].outcome.figure for code in self.ordered]

    def _lack(self, metrics: tuple[str, ...], what: str) -> Empty | None:
        """None when one of the metrics has a value in some round."""
        figures_ = [one for metric in metrics for one in self.figures_of(metric)]
        if any(one.value is not None for one in figures_):
            return None
        reasons = [one.null_reason for one in figures_]
        wanted = next((reason for reason in (f.NO_RATE, f.UNIT_MISMATCH) if reason in reasons), f.NOT_REPORTED)
        return lacking(self.asked, wanted, what)

    def _series(self, metric: str, name: str, role: str, places: int, divisor: int = 1) -> Series:
        found = self.figures_of(metric)
        return Series(
            name,
            role,
            [None if one.value is None else float(one.value / divisor) for one in found],
            [formats.figure(one, places, divisor=divisor) for one in found],
            [self.asked.links.here(round=code) for code in self.ordered],
        )

    def _table(self, name: str, title: str, caption: str, columns: dict[str, tuple[str, int]]) -> Table:
        first = next(iter(columns))
        return self.asked.table(
            name,
            [
                Column(_("Round")),
                *(Column(label, numeric=True) for label, _places in columns.values()),
                Column(_("Organizations"), numeric=True),
            ],
            [
                [
                    Cell(formats.day(self.dated[code]), url=self.asked.round_url(code)),
                    *(
                        cell(self.found[metric][code].outcome.figure, places)
                        for metric, (_l, places) in columns.items()
                    ),
                    counted(self.found[first][code].outcome.n),
                ]
                for code in self.ordered
            ],
            title=title,
            caption=caption,
        )

    def _drawn(self, series: list[Series], axis: str = "") -> dict[str, Any]:
        """Lines over the rounds; one that ends before the last round has no label there and so goes in the legend."""
        figure = figures.over_time(self.days, series, axis=axis)
        for trace, one in zip(figure["data"], series, strict=True):
            trace["showlegend"] = bool(one.name) and one.values[-1] is None
        return figure

    # --- cards -----------------------------------------------------------------------------------------------------
    def amounts(self, title: str) -> FigureCard:
        table = self._table(
            "savings",
            title,
            _("Savings and external credit in each round"),
            {SAVED: (_("Savings"), 0), BORROWED: (_("External credit"), 0)},
        )
        what = _("Savings (SU-20) and external credit (SU-21) of organizations")
        if empty := self._lack((SAVED, BORROWED), what):
            return FigureCard("savings", title, "", table, None, self.prices, 7, empty=empty)
        known = [one for metric in (SAVED, BORROWED) for one in self.figures_of(metric) if one.value is not None]
        currency = self.currency()
        big = max(one.value or Decimal(0) for one in known) >= MILLION
        divisor, places = (MILLION, 2) if big else (1, 0)
        axis = _("%(currency)s million") % {"currency": currency} if big else currency
        series = [
            self._series(SAVED, _("savings"), "members", places, divisor),
            self._series(BORROWED, _("external credit"), "domestic_financial", places, divisor),
        ]
        figure = self._drawn(series, axis)
        subtitle = f"{axis}, {self.prices}"
        return FigureCard(
            "savings", title, self._from_to(SAVED, places, divisor, axis), table, figure, subtitle, 7, 320
        )

    def currency(self) -> str:
        if self.asked.selection["prices"] == "usd":
            return "US$"
        units = {one.unit for metric in (SAVED, BORROWED) for one in self.figures_of(metric) if one.value is not None}
        return ", ".join(sorted(unit for unit in units if unit))

    def _from_to(self, metric: str, places: int, divisor: int, unit: str) -> str:
        known = [one for one in self.figures_of(metric) if one.value is not None]
        if not known:
            return _("Savings are not known; the line is credit alone.")
        facts = {
            "first": formats.figure(known[0], places, divisor=divisor),
            "last": formats.figure(known[-1], places, divisor=divisor),
            "unit": unit,
        }
        if len(known) == 1:
            return _("Savings: %(last)s %(unit)s, known of one round.") % facts
        return _("Savings went from %(first)s to %(last)s %(unit)s.") % facts

    def ratio(self, title: str) -> FigureCard:
        table = self._table(
            "credit-to-savings", title, _("External credit for one unit of savings in each round"), {RATIO: (title, 2)}
        )
        if empty := self._lack((RATIO,), _("Savings and external credit in the same round")):
            return FigureCard("ratio", title, "", table, None, self.prices, 12, empty=empty)
        known = [one for one in self.figures_of(RATIO) if one.value is not None]
        reading = _("Each unit of savings goes with %(ratio)s units of credit from outside.") % {
            "ratio": formats.bounded(known[-1], 2)
        }
        series = [self._series(RATIO, "", "domestic_financial", 2)]
        figure = self._drawn(series)
        return FigureCard("ratio", title, reading, table, figure, self.prices, 12, 240)

    def own(self, title: str) -> FigureCard:
        """Own money in all money, and fees paid to apexes: what would go on without anybody's project."""
        columns = {
            OWN: (_("Own savings in all money, per cent"), 1),
            FEES: (_("In an apex with the fee paid, per cent"), 1),
        }
        table = self._table("self-reliance", title, _("Own money and fees paid in each round"), columns)
        if empty := self._lack((OWN, FEES), _("Savings and credit, or fees paid to an apex")):
            return FigureCard("own", title, "", table, None, span=5, empty=empty)
        series = [
            self._series(OWN, _("own money"), "members", 1),
            self._series(FEES, _("fee paid"), "government", 1),
        ]
        drawn = [one for one in series if any(value is not None for value in one.values)]
        own = [one for one in self.figures_of(OWN) if one.value is not None]
        fees = [one for one in self.figures_of(FEES) if one.value is not None]
        parts = []
        if own:
            parts.append(_("%(share)s of the money is members' own savings.") % {"share": formats.share(own[-1])})
        if fees:
            parts.append(_("%(share)s pay the fee of their apex.") % {"share": formats.share(fees[-1])})
        figure = self._drawn(drawn)
        subtitle = _("per cent; own savings in savings and outside credit, organizations that pay their apex")
        return FigureCard("own", title, " ".join(parts), table, figure, subtitle, 5, 320)
