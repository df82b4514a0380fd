"""How long each step takes: curves of those who reached a stage, and the medians of all steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from django.utils.translation import gettext as _

from scaling import figures, formats
from scaling.dashboards.common import cell, counted
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Cell, Column, FigureCard, Table
from scaling.figures import Curve
from scaling.metrics.cells import CENSORED, UNKNOWN, Spell
from scaling.metrics.pathway import FORMED, STEPS
from scaling.metrics.survival import ALIVE, GONE, kaplan_meier

#: Points of a curve that are drawn at most: a step in every month is not seen on a screen.
POINTS = 60
Spells = Mapping[Spell, int]


def step_names() -> dict[tuple[str, str], str]:
    return {
        (FORMED, "bonded"): _("formed → bonded"),
        (FORMED, "aggregated"): _("formed → aggregated"),
        (FORMED, "linked"): _("formed → linked"),
        ("bonded", "aggregated"): _("bonded → aggregated"),
        ("aggregated", "linked"): _("aggregated → linked"),
    }


@dataclass(frozen=True)
class Reached:
    """Share that reached a stage by so many months, in per cent: the estimate and its bounds."""

    months: list[Decimal]
    share: list[float]
    low: list[float]
    high: list[float]


def reached(spells: Spells) -> Reached:
    """The Kaplan-Meier estimate of those who got there, at POINTS times at most.

    The bounds are the two extremes of what is not known: those not there yet never arrive (low), or they arrive the
    moment they were last seen (high).
    """
    open_ended: dict[Spell, int] = {}
    for (months, end), n in spells.items():
        key = (months, UNKNOWN if end == CENSORED else end)
        open_ended[key] = open_ended.get(key, 0) + n
    return _reached(frozenset(open_ended.items()), frozenset(spells.items()))


@lru_cache(maxsize=256)
def _reached(unknown: frozenset[tuple[Spell, int]], known: frozenset[tuple[Spell, int]]) -> Reached:
    """Kept, because the same curve is drawn until its round is computed again and takes long where months are many."""
    spells, open_ended = dict(known), dict(unknown)
    curves = kaplan_meier(spells), kaplan_meier(open_ended, ALIVE), kaplan_meier(open_ended, GONE)
    times = sorted({time for curve in curves for time, _left in curve.steps} | {Decimal(0), curves[0].followed})
    if len(times) > POINTS:
        times = [times[i * (len(times) - 1) // (POINTS - 1)] for i in range(POINTS)]
    values: list[list[float]] = []
    for curve in curves:
        left, position, line = Fraction(1), 0, list[float]()
        for time in times:
            while position < len(curve.steps) and curve.steps[position][0] <= time:
                left = curve.steps[position][1]
                position += 1
            line.append(round(float(100 * (1 - left)), 1))
        values.append(line)
    return Reached(times, *values)


def curves(asked: Asked, times: Mapping[tuple[str, str], Spells]) -> FigureCard:
    """Share of organizations that reached each stage, by months since they were formed."""
    title = _("How long it takes to get there")
    drawn = []
    for origin, stage in STEPS:
        spells = times.get((origin, stage), {})
        if origin != FORMED or not any(end != CENSORED for _months, end in spells):
            continue
        line = reached(spells)
        texts = [
            _("%(share)s after %(months)s months (between %(low)s and %(high)s)")
            % {
                "share": formats.number(Decimal(str(value))),
                "months": formats.number(time),
                "low": formats.number(Decimal(str(least))),
                "high": formats.number(Decimal(str(most))),
            }
            for time, value, least, most in zip(line.months, line.share, line.low, line.high, strict=True)
        ]
        name = step_names()[origin, stage].rpartition(" ")[2]
        drawn.append(Curve(name, stage, [float(time) for time in line.months], line.share, texts, line.low, line.high))
    table = steps_table(asked)
    if not drawn:
        empty = asked.missing("NOT_REPORTED", _("Dates of bonding, of joining an apex and of linkages"))
        return FigureCard("time", title, "", table, None, span=5, empty=empty)
    figure = figures.step_curve(drawn, x_axis=_("months since formed"), y_axis=_("per cent that got there"))
    subtitle = _("the band runs from “who is not there yet never arrives” to “arrives at once”")
    return FigureCard("time", title, _reading(asked), table, figure, subtitle, 5, 340)


def _reading(asked: Asked) -> str:
    parts = []
    for origin, stage in STEPS:
        median = asked.now.figure(f"months_from_{origin}_to_{stage}")
        if origin == FORMED and median.value is not None:
            text = f"{step_names()[origin, stage]} {formats.bounded(median)}"
            parts.append(text)
    return _("Months until half got there: %(steps)s.") % {"steps": ", ".join(parts)}


def steps_table(asked: Asked) -> Table:
    rows = []
    for origin, stage in STEPS:
        row = asked.now.row(f"months_from_{origin}_to_{stage}")
        completed = asked.now.figure(f"months_from_{origin}_to_{stage}_completed_only")
        parts = row.outcome.components
        rows.append(
            [
                Cell(step_names()[origin, stage]),
                cell(row.outcome.figure, 0),
                counted(int(parts["reached"].value or 0)),
                counted(int(parts["not_yet"].value or 0)),
                cell(completed, 0),
            ]
        )
    return asked.table(
        "steps",
        [
            Column(_("Step")),
            Column(_("Half took more than, months"), numeric=True),
            Column(_("Got there"), numeric=True),
            Column(_("Not yet"), numeric=True),
            Column(_("Median of those that got there"), numeric=True, help=_("too short: the slow ones are missing")),
        ],
        rows,
        caption=_("Months from stage to stage"),
        title=_("How long the steps take"),
    )
