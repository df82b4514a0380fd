"""Curves of survival after support: alive and functional with their bounds, and alive by kind and by cohort."""

from __future__ import annotations

import datetime
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from organizations.models import Kind
from scaling import figures, formats
from scaling.dashboards.common import cell, counted
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Cell, Column, Empty, FigureCard
from scaling.figures import Curve, Mark
from scaling.metrics import figures as f
from scaling.metrics import survival
from scaling.metrics.cells import Spell
from scaling.metrics.figures import Figure
from scaling.metrics.survival import ALIVE, GONE, LOST_SIGHT, Spells
from scaling.register_answers import Row

#: Curves in one picture; more cannot be told apart.
MOST = 6
#: Points of a curve: a month each, or more months on a long one.
POINTS = 72
#: Months that the tables tell.
TOLD = (12, 24, 48, 60)


def per_cent(value: Decimal | None) -> Figure:
    return f.null(f.NOT_APPLICABLE) if value is None else Figure(Decimal(value), unit="per cent")


def _months(followed: Decimal) -> list[int]:
    step = max(1, -(-int(followed) // POINTS))
    return list(range(0, int(followed) + 1, step))


def _read(curve: survival.Curve, months: Sequence[int]) -> list[Decimal]:
    """Per cent at each of these months; behind the last that anybody was followed it stays as it was."""
    times = [time for time, _share in curve.steps]
    out = []
    for month in months:
        place = bisect_right(times, month)
        share = curve.steps[place - 1][1] if place else None
        out.append(Decimal(100) if share is None else Decimal(share.numerator) * 100 / share.denominator)
    return out


@dataclass(frozen=True)
class _Numbers:
    """What is drawn and told of a curve, in per cent: at `months`, with the bounds, and at each of TOLD (low, value,
    high; None where nobody was followed so long)."""

    n: int
    months: list[int]
    values: list[Decimal]
    sides: list[list[float]]
    told: list[tuple[Decimal | None, Decimal | None, Decimal | None]]


def _numbers(spells: Spells) -> _Numbers:
    return _kept(frozenset(spells.items()))


@lru_cache(maxsize=256)
def _kept(known: frozenset[tuple[Spell, int]]) -> _Numbers:
    """Kept, because the same curves are drawn until their round is computed again, and exact fractions over many months
    take long."""
    spells = dict(known)
    found, *bounds = (survival.kaplan_meier(spells, unknown) for unknown in (LOST_SIGHT, GONE, ALIVE))
    months = _months(found.followed)
    told = []
    for month in TOLD:
        value, low, high = (
            None if (share := curve.at(Decimal(month))) is None else Decimal(share.numerator) * 100 / share.denominator
            for curve in (found, *bounds)
        )
        told.append((low, value, high))
    sides = [[float(one) for one in _read(curve, months)] for curve in bounds]
    return _Numbers(found.n, months, _read(found, months), sides, told)


def _curve(name: str, role: str, spells: Spells, *, bounds: bool) -> Curve | None:
    found = _numbers(spells)
    if not found.n:
        return None
    texts = [
        _("%(share)s after %(months)s months") % {"share": formats.share(per_cent(value), 1), "months": month}
        for value, month in zip(found.values, found.months, strict=True)
    ]
    sides = found.sides if bounds else []
    return Curve(name, role, list(found.months), [float(value) for value in found.values], texts, *sides)


def _marks(last: float) -> list[Mark]:
    marks = [Mark(0, _("support ends"))]
    if last >= 60:
        marks.append(Mark(60, _("five years")))
    return marks


def _drawn(curves: Sequence[Curve]) -> dict[str, Any]:
    last = max(one.x[-1] for one in curves)
    figure = figures.step_curve(curves, marks=_marks(last), x_axis=_("months after support ended"))
    figure["layout"]["xaxis"]["range"] = [0, max(last, 12)]
    for note in figure["layout"]["annotations"]:
        if note.get("yref") == "paper":  # all curves begin above: the words of the marks go below
            note |= {"y": 0, "yanchor": "bottom"}
    return figure


def _told(spells: Spells) -> list[Cell]:
    """The share at each of the months of the tables, with bounds."""
    cells = []
    for low, value, high in _numbers(spells).told:
        cells.append(cell(per_cent(value), 1))
        span = low is not None and high is not None and low != high
        cells.append(Cell(f"{formats.share(per_cent(low), 1)} – {formats.share(per_cent(high), 1)}" if span else ""))
    return cells


def _columns(first: str) -> list[Column]:
    return [
        Column(first),
        *(
            Column(text % {"months": months}, numeric=True)
            for months in TOLD
            for text in (_("After %(months)s months, per cent"), _("Bounds, %(months)s months"))
        ),
        Column(_("Organizations"), numeric=True),
    ]


def _nobody(asked: Asked) -> Empty:
    text = _(
        "Organizations whose support has ended: there are none yet. Support ends with the last intervention on record, "
        "or where there is none with the completion of the phase."
    )
    return Empty(_("Not enough data"), text, _("Organizations, where support is entered"), asked.organizations_url())


def whole(asked: Asked, row: Row) -> FigureCard:
    title = _("Survival after support")
    found = row.register.survival
    both = ((_("exist"), "now", found.alive), (_("function"), "bonding", found.functional))
    table = asked.table(
        "survival",
        _columns(_("What is meant")),
        [[Cell(name), *_told(spells), counted(sum(spells.values()))] for name, _role, spells in both],
        title=title,
        caption=_("Share of organizations that exist, and that function, so many months after support ended"),
    )
    drawn = [one for name, role, spells in both if (one := _curve(name, role, spells, bounds=True)) is not None]
    if not drawn:
        return FigureCard("survival", title, "", table, None, span=12, empty=_nobody(asked))
    last = drawn[0].x[-1]
    reading = _("After %(months)s months %(alive)s exist and %(working)s function.") % {
        "months": formats.number(int(last)),
        "alive": formats.share(per_cent(Decimal(str(drawn[0].y[-1])))),
        "working": formats.share(per_cent(Decimal(str(drawn[-1].y[-1])))),
    }
    figure = _drawn(drawn)
    subtitle = _("per cent of organizations; the band: those not seen lately are all gone, or all there")
    return FigureCard("survival", title, reading, table, figure, subtitle, 12, 380)


def split(asked: Asked, by: str) -> FigureCard:
    """Whether they exist, by kind or by the date of their own baseline; the largest groups are drawn."""
    title = _("By kind of organization") if by == "kind" else _("By cohort")
    identity = f"survival-by-{by}"
    rows = asked.now.rows("survival_after_support", by)
    spells = {code: row.register.survival.alive for code, row in rows.items() if row.register.survival.alive}
    sizes = {code: sum(found.values()) for code, found in spells.items()}
    ordered = sorted(spells, key=lambda code: (-sizes[code], code))
    labels = {code: _label(by, code) for code in ordered}
    table = asked.table(
        identity,
        _columns(_("Kind") if by == "kind" else _("Own baseline on")),
        [
            [
                Cell(labels[code], url=asked.links.here(kind=code) if by == "kind" else ""),
                *_told(spells[code]),
                counted(sizes[code]),
            ]
            for code in ordered
        ],
        title=title,
        caption=_("Share of organizations that exist so many months after support ended, by kind")
        if by == "kind"
        else _("Share of organizations that exist so many months after support ended, by cohort"),
    )
    if not asked.now.splits(by):
        empty = asked.not_split_by_kind()
        return FigureCard(identity, title, "", table, None, span=6, empty=empty)
    drawn = [
        curve
        for place, code in enumerate(ordered[:MOST])
        if (curve := _curve(labels[code], figures.IN_TURN[place], spells[code], bounds=False)) is not None
    ]
    if not drawn:
        return FigureCard(identity, title, "", table, None, span=6, empty=_nobody(asked))
    least = min(drawn, key=lambda curve: curve.y[-1])
    reading = _("Fewest are left of: %(group)s, %(share)s after %(months)s months.") % {
        "group": least.name,
        "share": formats.share(per_cent(Decimal(str(least.y[-1])))),
        "months": formats.number(int(least.x[-1])),
    }
    figure = _drawn(drawn)
    subtitle = _("per cent that exist")
    if len(ordered) > MOST:
        subtitle = _("per cent that exist; the %(n)s largest groups, the table has all") % {"n": MOST}
    return FigureCard(identity, title, reading, table, figure, subtitle, 6, 340)


def _label(by: str, code: str) -> str:
    if by == "kind":
        return str(Kind(code).label)
    if code in ("", "None"):
        return _("no baseline")
    return formats.day(datetime.date.fromisoformat(code))
