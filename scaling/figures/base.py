"""What all figures share: colours by meaning, series, and how a figure leaves for the page.

Builders take plain data and give a Plotly figure as a plain dict. They write dicts and not Plotly's own classes, which
take longer to build than the rest of the page; a test puts every builder's figure through those classes, which refuse a
misspelt property.

A trace says in `meta` what its marks mean, and the page's script does the rest: `role` (or `roles`, one for each mark)
becomes the colour of the theme, `urls` where a click or Enter on a mark leads, `skip` marks that only carry labels.
`customdata` holds the text of each mark, which the pointer shows and the keyboard reads out.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scaling import formats

#: What is drawn in which colour, in the order of stacks and legends, as in the light theme. The two themes stand in
#: `static/trellis/series.css`; a test holds them against this list.
ROLES = {
    # who pays
    "ifad": "#1b5e4b",
    "international": "#4f8fc0",
    "government": "#d9a441",
    "domestic_financial": "#5d4590",
    "private": "#c9714f",
    "beneficiaries": "#b35c7a",
    "replication": "#7a8683",
    # what grows
    "reach": "#b35c7a",
    "coverage": "#3f7fb0",
    "organizations": "#c9714f",
    "financing": "#6a7673",
    "members": "#1b5e4b",
    # then and now, more and less, and what was only seen or not seen
    "then": "#7f8b88",
    "now": "#1b5e4b",
    "gain": "#2f7fb8",
    "loss": "#c2562d",
    "unseen": "#a9b2af",
    # who they are
    "women": "#5b3486",
    "youth": "#3a8fc8",
    "poorest": "#c2562d",
    "indigenous": "#8a7a1f",
    "disabled": "#3b8f7d",
    # stages of the pathway
    "forming": "#a9b2af",
    "bonded": "#8fb8d8",
    "aggregated": "#3f7fb0",
    "linked": "#1b5e4b",
    "linked-apex": "#c9952f",
    # levels of a rating, worst to best
    "level-1": "#a5431c",
    "level-2": "#d68a5e",
    "level-3": "#ecc8a9",
    "level-4": "#b4d2e6",
    "level-5": "#5f9cc8",
    "level-6": "#24608f",
    # what support is for
    "bonding": "#d9a441",
    "bridging": "#3f7fb0",
    "brokering": "#b35c7a",
    # tiers, from the ground up
    "primary": "#8fb8d8",
    "local_apex": "#3f7fb0",
    "meso_apex": "#5d4590",
    "national_apex": "#1b5e4b",
    # what has no meaning of its own
    "plain": "#3f7fb0",
    "other": "#7f8b88",
}
#: Lines of things that have no colour of their own (programmes, kinds, places) take these in turn.
IN_TURN = ("members", "international", "private", "domestic_financial", "government", "beneficiaries", "financing")


@dataclass(frozen=True)
class Series:
    """One stack or line: its name, what it means (its role) and its values; None is a gap, never a zero."""

    name: str
    role: str
    values: Sequence[float | None]
    texts: Sequence[str] = ()
    urls: Sequence[str] = ()


@dataclass(frozen=True)
class Mark:
    """A line across a chart with a word at it: the end of support, parity, an election. `at` is on the value axis of
    lying charts and on the time axis of others."""

    at: Any
    text: str


def meta(role: str = "", *, roles: Sequence[str] = (), urls: Sequence[str] = (), skip: bool = False) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if role:
        found["role"] = role
    if roles:
        found["roles"] = list(roles)
    if any(urls):
        found["urls"] = list(urls)
    if skip:
        found["skip"] = True
    return found


def finish(traces: Sequence[Mapping[str, Any]], **layout: Any) -> dict[str, Any]:
    return {"data": [dict(trace) for trace in traces], "layout": {"separators": formats.separators(), **layout}}


def bar(
    categories: Sequence[Any], one: Series, *, lying: bool = False, width: float | None = None, **more: Any
) -> dict[str, Any]:
    """One series as bars."""
    x, y = (one.values, categories) if lying else (categories, one.values)
    trace: dict[str, Any] = {
        "type": "bar",
        "x": list(x),
        "y": list(y),
        "name": one.name,
        "customdata": list(one.texts),
        "hovertemplate": f"%{{{'y' if lying else 'x'}}}<br>%{{fullData.name}}: %{{customdata}}<extra></extra>",
        "marker": {"color": ROLES[one.role]},
        "meta": meta(one.role, urls=one.urls),
    }
    if lying:
        trace["orientation"] = "h"
    if width is not None:
        trace["width"] = width
    return trace | more


def dots(x: Sequence[Any], one: Series, *, mode: str = "lines+markers", **more: Any) -> dict[str, Any]:
    """One series as a line with dots."""
    trace: dict[str, Any] = {
        "type": "scatter",
        "x": list(x),
        "y": list(one.values),
        "name": one.name,
        "mode": mode,
        "customdata": list(one.texts),
        "hovertemplate": "%{x}<br>%{fullData.name}: %{customdata}<extra></extra>",
        "line": {"color": ROLES[one.role], "width": 2.5},
        "marker": {"size": 7},
        "showlegend": False,
        "meta": meta(one.role, urls=one.urls),
    }
    return trace | more


def words(x: Sequence[Any], y: Sequence[Any], texts: Sequence[str], where: str) -> dict[str, Any]:
    """Texts at marks; nothing that a pointer or the keyboard stops at."""
    return {
        "type": "scatter",
        "x": list(x),
        "y": list(y),
        "text": list(texts),
        "mode": "text",
        "textposition": where,
        "hoverinfo": "skip",
        "showlegend": False,
        "cliponaxis": False,
        "meta": meta("ink", skip=True),
    }


def wrapped(names: Sequence[str], width: int = 13) -> dict[str, Any]:
    """Settings of a category axis whose names break into lines instead of leaning."""
    lines = ["<br>".join(textwrap.wrap(name, width, break_long_words=False)) for name in names]
    return {"type": "category", "tickvals": list(names), "ticktext": lines, "tickangle": 0}


def apart(values: Mapping[int, float], room: float) -> dict[int, float]:
    """Where labels go so that no two are closer than `room`: each at its value, or pushed up by the one below."""
    places: dict[int, float] = {}
    floor = float("-inf")
    for key in sorted(values, key=lambda one: values[one]):
        places[key] = floor = max(values[key], floor + room)
    return places


def label(x: Any, y: float, text: str, *, right: bool = True) -> dict[str, Any]:
    """A word beside the first or last dot of a line."""
    return {
        "x": x,
        "y": y,
        "text": text,
        "showarrow": False,
        "xanchor": "left" if right else "right",
        "xshift": 10 if right else -10,
        "align": "left" if right else "right",
    }


def across(mark: Mark, *, upright: bool = True) -> tuple[dict[str, Any], dict[str, Any]]:
    """A dashed line over the whole chart at a value of the x axis, and its word; or lying, at one of the y axis."""
    line: dict[str, Any] = {"type": "line", "line": {"dash": "dot", "width": 1.5}}
    shape: dict[str, Any]
    word: dict[str, Any]
    if upright:
        shape = line | {"x0": mark.at, "x1": mark.at, "y0": 0, "y1": 1, "yref": "paper"}
        word = {"x": mark.at, "y": 1, "yref": "paper", "yanchor": "top", "xanchor": "left", "xshift": 4}
    else:
        shape = line | {"y0": mark.at, "y1": mark.at, "x0": 0, "x1": 1, "xref": "paper"}
        word = {"x": 1, "xref": "paper", "y": mark.at, "yanchor": "bottom", "xanchor": "right"}
    return shape, word | {"text": mark.text, "showarrow": False}
