"""Lines: indexed, over rounds, slopes between two dates, stacked areas, steps of survival with bounds."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scaling import formats
from scaling.figures.base import ROLES, Mark, Series, across, apart, dots, finish, label, meta

#: Labels that would stand closer than this part of the axis are moved apart.
ROOM = 0.075
SAYS_TEXT = "%{text}<br>%{fullData.name}: %{customdata}<extra></extra>"


def _ends(series: Sequence[Series], last: int = -1) -> dict[int, float]:
    return {i: float(one.values[last]) for i, one in enumerate(series) if one.values and one.values[last] is not None}  # type: ignore[arg-type]


def _span(series: Sequence[Series], *, from_zero: bool) -> float:
    known = [float(value) for one in series for value in one.values if value is not None]
    low = 0.0 if from_zero else min(known, default=0.0)
    return (max(known, default=1.0) - low) or 1.0


def _end_text(one: Series) -> str:
    return f"{one.name} {one.texts[-1] if one.texts else ''}".strip()


def indexed_lines(categories: Sequence[str], series: Sequence[Series]) -> dict[str, Any]:
    """Lines that begin at 1, each labelled at its end; labels that would meet are moved apart."""
    return over_time(categories, series, kind="category")


def over_time(
    x: Sequence[Any], series: Sequence[Series], *, kind: str = "date", axis: str = "", from_zero: bool = True
) -> dict[str, Any]:
    """Lines over days (written as 2022-06-30; or other things, with `kind` category), each labelled at its end."""
    places = apart(_ends(series), _span(series, from_zero=from_zero) * ROOM)
    days = [formats.day(datetime.date.fromisoformat(str(one))) for one in x] if kind == "date" else []
    spoken: dict[str, Any] = {"text": days, "hovertemplate": SAYS_TEXT} if days else {}
    ticks = {"tickvals": list(x), "ticktext": days} if days and len(x) < 8 else {}
    return finish(
        [dots(x, one, **spoken) for one in series],
        annotations=[label(x[-1], places[i], _end_text(one)) for i, one in enumerate(series) if i in places],
        xaxis={"type": kind, **ticks},
        yaxis={"rangemode": "tozero" if from_zero else "normal", "title": {"text": axis}},
        margin={"r": 150},
        meta={"labels": "end"},
    )


def slope(ends: tuple[str, str], series: Sequence[Series], *, axis: str = "", from_zero: bool = True) -> dict[str, Any]:
    """Two dates and a line for each: the value stands at both ends, the name at the second."""
    room = _span(series, from_zero=from_zero) * ROOM
    lefts, rights = apart(_ends(series, 0), room), apart(_ends(series, 1), room)
    notes = []
    for i, one in enumerate(series):
        if i in lefts:
            notes.append(label(ends[0], lefts[i], one.texts[0], right=False))
        if i in rights:
            notes.append(label(ends[1], rights[i], f"{one.texts[1]} {one.name}"))
    return finish(
        [dots(ends, one) for one in series],
        annotations=notes,
        xaxis={"type": "category", "range": [-0.06, 1.06]},
        yaxis={
            "rangemode": "tozero" if from_zero else "normal",
            "showticklabels": False,
            "showgrid": False,
            "title": {"text": axis},
        },
        margin={"r": 150, "l": 60},
        meta={"labels": "end"},
    )


def stacked_area(x: Sequence[Any], series: Sequence[Series], *, kind: str = "date", axis: str = "") -> dict[str, Any]:
    """What there is of each, on top of each other."""
    return finish(
        [dots(x, one, mode="lines", stackgroup="all", line={"width": 1}, showlegend=True) for one in series],
        xaxis={"type": kind},
        yaxis={"rangemode": "tozero", "title": {"text": axis}},
        legend={"orientation": "h", "traceorder": "normal"},
        hovermode="x unified",
    )


@dataclass(frozen=True)
class Curve:
    """A curve of steps from (0, start): `x` months, `y` per cent from each month on, with bounds where there are."""

    name: str
    role: str
    x: Sequence[float]
    y: Sequence[float]
    texts: Sequence[str]
    low: Sequence[float] = ()
    high: Sequence[float] = ()


def step_curve(
    curves: Sequence[Curve], *, marks: Sequence[Mark] = (), x_axis: str = "", y_axis: str = ""
) -> dict[str, Any]:
    """Kaplan–Meier: steps, with the band between their bounds."""
    traces: list[dict[str, Any]] = []
    for curve in curves:
        if curve.low and curve.high:
            for edge, fill in ((curve.low, None), (curve.high, "tonexty")):
                traces.append(
                    {
                        "type": "scatter",
                        "x": list(curve.x),
                        "y": list(edge),
                        "mode": "lines",
                        "line": {"width": 0, "shape": "hv", "color": ROLES[curve.role]},
                        "hoverinfo": "skip",
                        "showlegend": False,
                        "meta": meta(curve.role, skip=True),
                    }
                    | ({"fill": fill} if fill else {})
                )
        line = dots(
            curve.x,
            Series(curve.name, curve.role, curve.y, curve.texts),
            mode="lines",
            line={"width": 2.5, "shape": "hv", "color": ROLES[curve.role]},
        )
        traces.append(line)
    series = [Series(curve.name, curve.role, curve.y) for curve in curves]
    places = apart(_ends(series), 100 * ROOM)
    drawn = [across(mark) for mark in marks]
    return finish(
        traces,
        annotations=[
            *(label(curve.x[-1], places[i], curve.name) for i, curve in enumerate(curves) if i in places),
            *(word for _shape, word in drawn),
        ],
        shapes=[shape for shape, _word in drawn],
        xaxis={"title": {"text": x_axis}, "rangemode": "tozero"},
        yaxis={"title": {"text": y_axis}, "range": [0, 104]},
        margin={"r": 150},
        meta={"labels": "end"},
    )


__all__ = ["Curve", "indexed_lines", "over_time", "slope", "stacked_area", "step_curve"]
