"""Bars: stacked, lying, waterfall, levels on both sides of a line, histogram, spans of time."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scaling.figures.base import ROLES, Mark, Series, across, bar, finish, meta, words, wrapped


def stacked_bars(
    categories: Sequence[str], series: Sequence[Series], totals: Sequence[str], *, axis: str = ""
) -> dict[str, Any]:
    """Upright stacked bars with a text above each stack."""
    heights = [sum(one.values[i] or 0 for one in series) for i in range(len(categories))]
    top = max(heights, default=0) or 1
    return finish(
        [
            *(bar(categories, one, width=0.5) for one in series),
            words(categories, heights, totals, "top center"),
        ],
        barmode="stack",
        yaxis={"range": [0, top * 1.14], "title": {"text": axis}},
        legend={"orientation": "h"},
    )


def lying_bars(
    categories: Sequence[str], series: Sequence[Series], totals: Sequence[str], *, axis: str = ""
) -> dict[str, Any]:
    """Lying stacked bars, the first category on top, a text after each."""
    lengths = [sum(one.values[i] or 0 for one in series) for i in range(len(categories))]
    longest, shortest = max(lengths, default=0), min(lengths, default=0)
    span = (max(longest, 0) - min(shortest, 0)) or 1
    return finish(
        [
            *(bar(categories, one, lying=True, width=0.55) for one in series),
            words([max(length, 0) for length in lengths], categories, totals, "middle right"),
        ],
        barmode="stack",
        xaxis={
            "range": [min(shortest, 0) * 1.05, max(longest, 0) + span * 0.25],
            "title": {"text": axis},
        },
        yaxis={"autorange": "reversed", "automargin": True},
        legend={"orientation": "h"},
        showlegend=any(one.name for one in series),
        meta={"lying": True},
    )


@dataclass(frozen=True)
class Step:
    """One bar of a waterfall. `is_total`: it stands on the ground; the others hang where the one before ended."""

    label: str
    value: float
    text: str
    role: str
    is_total: bool = False
    url: str = ""


def waterfall(steps: Sequence[Step], *, axis: str = "") -> dict[str, Any]:
    """From a total over what was added and taken away to another total."""
    bases, ends, level = [], [], 0.0
    for step in steps:
        base = 0.0 if step.is_total else level
        level = base + step.value
        bases.append(base)
        ends.append(level)
    tops = [max(base, end) for base, end in zip(bases, ends, strict=True)]
    labels = [step.label for step in steps]
    trace = {
        "type": "bar",
        "x": labels,
        "y": [step.value for step in steps],
        "base": bases,
        "width": 0.62,
        "customdata": [step.text for step in steps],
        "hovertemplate": "%{x}: %{customdata}<extra></extra>",
        "marker": {"color": [ROLES[step.role] for step in steps]},
        "showlegend": False,
        "name": "",
        "meta": meta(roles=[step.role for step in steps], urls=[step.url for step in steps]),
    }
    lines = [
        {"type": "line", "x0": i + 0.31, "x1": i + 0.69, "y0": end, "y1": end, "line": {"width": 1}}
        for i, end in enumerate(ends[:-1])
    ]
    return finish(
        [trace, words(labels, tops, [step.text for step in steps], "top center")],
        shapes=lines,
        yaxis={"range": [min([0.0, *bases, *ends]), (max(tops, default=0) or 1) * 1.14], "title": {"text": axis}},
        xaxis=wrapped(labels),
        showlegend=False,
    )


@dataclass(frozen=True)
class Levels:
    """How many per cent stand at each level, worst first; their sum is 100. `text` is written at the side."""

    label: str
    shares: Sequence[float]
    texts: Sequence[str]
    text: str = ""
    url: str = ""


def levels(rows: Sequence[Levels], names: Sequence[str], *, good_from: int = 4) -> dict[str, Any]:
    """Stacked levels on both sides of a line: below `good_from` to one side, from it on to the other."""
    labels = [row.label for row in rows]
    low = list(range(good_from - 1, 0, -1))  # the level next to the line is drawn first
    high = list(range(good_from, len(names) + 1))
    traces = []
    for level in (*low, *high):
        sign = -1 if level < good_from else 1
        one = Series(
            names[level - 1],
            f"level-{level}",
            [sign * row.shares[level - 1] for row in rows],
            [row.texts[level - 1] for row in rows],
            [row.url for row in rows],
        )
        traces.append(bar(labels, one, lying=True, width=0.7, legendrank=level))
    ends = [sum(row.shares[good_from - 1 :]) for row in rows]
    if any(row.text for row in rows):
        traces.append(words(ends, labels, [row.text for row in rows], "middle right"))
    ticks = [-100, -75, -50, -25, 0, 25, 50, 75, 100]
    most = max([*(sum(row.shares[: good_from - 1]) for row in rows), *ends, 10])
    return finish(
        traces,
        barmode="relative",
        xaxis={
            "tickvals": ticks,
            "ticktext": [str(abs(tick)) for tick in ticks],
            "range": [-most * 1.05, most * (1.4 if any(row.text for row in rows) else 1.05)],
            "zeroline": True,
        },
        yaxis={"autorange": "reversed", "automargin": True},
        legend={"orientation": "h", "traceorder": "normal"},
        meta={"lying": True},
    )


def histogram(
    bins: Sequence[str], counts: Sequence[int], texts: Sequence[str], *, roles: Sequence[str], axis: str = ""
) -> dict[str, Any]:
    """How many fall into each bin; bins arrive made and named, so that every reader gets the same ones."""
    trace = {
        "type": "bar",
        "x": list(bins),
        "y": list(counts),
        "customdata": list(texts),
        "hovertemplate": "%{x}: %{customdata}<extra></extra>",
        "marker": {"color": [ROLES[role] for role in roles]},
        "name": "",
        "showlegend": False,
        "meta": meta(roles=roles),
    }
    return finish([trace], bargap=0.06, xaxis=wrapped(bins, 6) | {"title": {"text": axis}}, showlegend=False)


@dataclass(frozen=True)
class Span:
    """Something that lasted, on the line of `row`; `end` None: it goes on."""

    row: str
    start: datetime.date
    end: datetime.date | None
    role: str
    text: str
    name: str = ""
    url: str = ""


@dataclass(frozen=True)
class Moment:
    """Something that happened on a day, on the line of `row`; `symbol` is one of Plotly's (`triangle-up`)."""

    row: str
    day: datetime.date
    role: str
    text: str
    symbol: str = "circle"
    name: str = ""
    url: str = ""


def timeline(
    spans: Sequence[Span],
    *,
    until: datetime.date,
    marks: Sequence[Mark] = (),
    moments: Sequence[Moment] = (),
    rows: Sequence[str] = (),
) -> dict[str, Any]:
    """Lying bars on an axis of time, one trace for each role so that the legend names them, and moments as symbols.
    `rows` gives their order from the top where it is not that of the spans."""
    traces = []
    day = 24 * 3600 * 1000
    for role in dict.fromkeys(span.role for span in spans):
        own = [span for span in spans if span.role == role]
        traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "y": [span.row for span in own],
                "base": [span.start.isoformat() for span in own],
                "x": [((span.end or until) - span.start).days * day for span in own],
                "width": 0.6,
                "name": next((span.name for span in own if span.name), ""),
                "showlegend": any(span.name for span in own),
                "customdata": [span.text for span in own],
                "hovertemplate": "%{y}<br>%{customdata}<extra></extra>",
                "marker": {"color": ROLES[role]},
                "meta": meta(role, urls=[span.url for span in own]),
            }
        )
    for role, symbol in dict.fromkeys((moment.role, moment.symbol) for moment in moments):
        same = [moment for moment in moments if (moment.role, moment.symbol) == (role, symbol)]
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [moment.day.isoformat() for moment in same],
                "y": [moment.row for moment in same],
                "name": next((moment.name for moment in same if moment.name), ""),
                "showlegend": any(moment.name for moment in same),
                "customdata": [moment.text for moment in same],
                "hovertemplate": "%{customdata}<extra></extra>",
                "marker": {"size": 15, "symbol": symbol, "color": ROLES[role]},
                "meta": meta(role, urls=[moment.url for moment in same]),
            }
        )
    drawn = [across(mark) for mark in marks]
    order = list(dict.fromkeys([*rows, *(one.row for one in moments), *(one.row for one in spans)]))
    return finish(
        traces,
        barmode="overlay",
        xaxis={"type": "date"},
        yaxis={
            "autorange": "reversed",
            "automargin": True,
            "categoryorder": "array",
            "categoryarray": order,
        },
        shapes=[shape for shape, _word in drawn],
        annotations=[word for _shape, word in drawn],
        legend={"orientation": "h"},
        meta={"lying": True},
    )


@dataclass(frozen=True)
class Bullet:
    """What was reached and what should be by today, both in per cent of the end target; None: not known."""

    label: str
    reached: float | None
    due: float | None
    text: str
    due_text: str = ""
    role: str = "plain"
    url: str = ""


def bullets(rows: Sequence[Bullet], *, names: tuple[str, str], goal: str, axis: str = "") -> dict[str, Any]:
    """Bars of what was reached, a stroke where it should be today, a line at the end target (100)."""
    labels = [row.label for row in rows]
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": [row.reached for row in rows],
        "y": labels,
        "width": 0.5,
        "name": names[0],
        "customdata": [row.text for row in rows],
        "hovertemplate": "%{y}<br>%{fullData.name}: %{customdata}<extra></extra>",
        "marker": {"color": [ROLES[row.role] for row in rows]},
        "showlegend": False,
        "meta": meta(roles=[row.role for row in rows], urls=[row.url for row in rows]),
    }
    strokes = {
        "type": "scatter",
        "mode": "markers",
        "x": [row.due for row in rows],
        "y": labels,
        "name": names[1],
        "customdata": [row.due_text for row in rows],
        "hovertemplate": "%{y}<br>%{fullData.name}: %{customdata}<extra></extra>",
        "marker": {"symbol": "diamond-tall", "size": 15, "color": ROLES["then"]},
        "showlegend": True,
        "meta": meta("then"),
    }
    known = [value for row in rows for value in (row.reached, row.due) if value is not None]
    shape, word = across(Mark(100, goal))
    return finish(
        [bars, strokes],
        xaxis={
            "range": [min([0.0, *known]), max([110.0, *(value * 1.08 for value in known)])],
            "title": {"text": axis},
        },
        yaxis={"type": "category", "autorange": "reversed", "automargin": True},
        shapes=[shape],
        annotations=[word],
        legend={"orientation": "h"},
        meta={"lying": True, "fixed": True},
    )
