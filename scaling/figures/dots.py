"""Dots: dumbbells between then and now (or one and another), scatters, connected or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scaling.figures.base import ROLES, Mark, Series, across, finish, meta, words


@dataclass(frozen=True)
class Dumbbell:
    """Two values of one thing; either may be missing. `text` is written behind the second."""

    label: str
    first: float | None
    second: float | None
    first_text: str
    second_text: str
    text: str = ""
    url: str = ""


def dumbbells(
    rows: Sequence[Dumbbell],
    names: tuple[str, str],
    *,
    roles: tuple[str, str] = ("then", "now"),
    axis: str = "",
    marks: Sequence[Mark] = (),
    span: tuple[float, float] | None = None,
) -> dict[str, Any]:
    """A dot for each of two values, joined by a line; the first row on top."""
    labels = [row.label for row in rows]
    joins_x: list[float | None] = []
    joins_y: list[str | None] = []
    for row in rows:
        joins_x += [row.first, row.second, None]
        joins_y += [row.label, row.label, None]
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "x": joins_x,
            "y": joins_y,
            "mode": "lines",
            "line": {"width": 4, "color": ROLES["unseen"]},
            "hoverinfo": "skip",
            "showlegend": False,
            "meta": meta("unseen", skip=True),
        }
    ]
    for which, name in enumerate(names):
        traces.append(
            {
                "type": "scatter",
                "x": [row.second if which else row.first for row in rows],
                "y": labels,
                "mode": "markers",
                "name": name,
                "marker": {"size": 13, "color": ROLES[roles[which]], "symbol": "circle" if which else "circle-open"},
                "customdata": [row.second_text if which else row.first_text for row in rows],
                "hovertemplate": "%{y}<br>%{fullData.name}: %{customdata}<extra></extra>",
                "showlegend": True,
                "meta": meta(roles[which], urls=[row.url for row in rows]),
            }
        )
    known = [value for row in rows for value in (row.first, row.second) if value is not None]
    low, high = span or (min([0.0, *known]), max([*known, 0.0]) or 1.0)
    if any(row.text for row in rows):
        traces.append(
            words(
                [max((v for v in (row.first, row.second) if v is not None), default=0) for row in rows],
                labels,
                [row.text for row in rows],
                "middle right",
            )
        )
        high += (high - low) * 0.22
    drawn = [across(mark) for mark in marks]
    return finish(
        traces,
        xaxis={"range": [low - (high - low) * 0.02, high + (high - low) * 0.04], "title": {"text": axis}},
        yaxis={
            "type": "category",
            "range": [len(labels) - 0.4, -0.6],
            "automargin": True,
            "categoryorder": "array",
            "categoryarray": labels,
        },
        shapes=[shape for shape, _word in drawn],
        annotations=[word for _shape, word in drawn],
        legend={"orientation": "h"},
        meta={"lying": True, "fixed": span is not None},
    )


@dataclass(frozen=True)
class Dot:
    """One thing at two values. `size` counts by area; `role` its colour."""

    x: float
    y: float
    text: str
    role: str = "plain"
    size: float = 0
    url: str = ""


def scatter(
    points: Sequence[Dot],
    *,
    names: dict[str, str] | None = None,
    x_axis: str = "",
    y_axis: str = "",
    connected: bool = False,
    marks: Sequence[Mark] = (),
) -> dict[str, Any]:
    """One trace for each role; `names` are the roles' words in the legend. `connected` joins them in their order."""
    largest = max((dot.size for dot in points), default=0)
    traces = []
    for role in dict.fromkeys(dot.role for dot in points):
        own = [dot for dot in points if dot.role == role]
        marker: dict[str, Any] = {"color": ROLES[role], "opacity": 0.75, "size": 9}
        if largest:
            marker |= {
                "size": [dot.size for dot in own],
                "sizemode": "area",
                "sizeref": 2 * largest / 40**2,
                "sizemin": 4,
            }
        traces.append(
            {
                "type": "scatter",
                "x": [dot.x for dot in own],
                "y": [dot.y for dot in own],
                "mode": "lines+markers" if connected else "markers",
                "name": (names or {}).get(role, ""),
                "showlegend": bool(names),
                "customdata": [dot.text for dot in own],
                "hovertemplate": "%{customdata}<extra></extra>",
                "marker": marker,
                "meta": meta(role, urls=[dot.url for dot in own]),
            }
        )
    drawn = [across(mark) for mark in marks]
    return finish(
        traces,
        xaxis={"title": {"text": x_axis}, "zeroline": True},
        yaxis={"title": {"text": y_axis}, "zeroline": True},
        shapes=[shape for shape, _word in drawn],
        annotations=[word for _shape, word in drawn],
        legend={"orientation": "h"},
    )


def radar(names: Sequence[str], series: Sequence[Series], *, least: float, most: float) -> dict[str, Any]:
    """One thing along several axes, at one or two dates: never several things, whose shapes nobody can tell apart."""
    traces = []
    for one in series:
        values, texts = [*one.values, one.values[0]], [*one.texts, one.texts[0]]
        traces.append(
            {
                "type": "scatterpolar",
                "r": values,
                "theta": [*names, names[0]],
                "mode": "lines+markers",
                "fill": "toself",
                "name": one.name,
                "customdata": texts,
                "hovertemplate": "%{theta}<br>%{fullData.name}: %{customdata}<extra></extra>",
                "line": {"color": ROLES[one.role], "width": 2.5},
                "showlegend": True,
                "meta": meta(one.role),
            }
        )
    return finish(
        traces,
        polar={
            "radialaxis": {"range": [least, most], "tickvals": list(range(int(least) + 1, int(most) + 1))},
            "angularaxis": {"direction": "clockwise"},
        },
        legend={"orientation": "h"},
        margin={"l": 70, "r": 70, "b": 40},
    )
