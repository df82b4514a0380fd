"""Fields and flows: heat maps, Sankey diagrams, maps of countries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scaling.figures.base import ROLES, finish, meta

#: Colour scales: more of one thing; less and less of it, below zero; worse and better than the middle; levels of a
#: rating, as `level-1` to `level-6`.
SCALES = {
    "sequential": [[0.0, "#e3eeea"], [1.0, ROLES["members"]]],
    "falling": [[0.0, ROLES["loss"]], [1.0, "#f3f1ee"]],
    "diverging": [[0.0, ROLES["loss"]], [0.5, "#f3f1ee"], [1.0, ROLES["gain"]]],
    "levels": [[i / 5, ROLES[f"level-{i + 1}"]] for i in range(6)],
}


def heat_map(
    columns: Sequence[str],
    rows: Sequence[str],
    values: Sequence[Sequence[float | None]],
    texts: Sequence[Sequence[str]],
    *,
    scale: str = "sequential",
    least: float,
    most: float,
    urls: Sequence[Sequence[str]] = (),
    written: bool = False,
) -> dict[str, Any]:
    """A field for each row and column, the first row on top; None is left blank. `written`: the text stands in it."""
    trace = {
        "type": "heatmap",
        "x": list(columns),
        "y": list(rows),
        "z": [list(row) for row in values],
        "customdata": [list(row) for row in texts],
        "hovertemplate": "%{y} · %{x}: %{customdata}<extra></extra>",
        "hoverongaps": False,
        "zmin": least,
        "zmax": most,
        "colorscale": SCALES[scale],
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "name": "",
        "meta": {"scale": scale} | ({"urls": [list(row) for row in urls]} if urls else {}),
    }
    if written:
        trace |= {"text": [list(row) for row in texts], "texttemplate": "%{text}"}
    return finish(
        [trace],
        xaxis={"type": "category", "side": "top"},
        yaxis={"type": "category", "autorange": "reversed", "automargin": True},
        meta={"lying": True, "grid": True},
    )


@dataclass(frozen=True)
class Node:
    """`column`: 0 is where the flow begins. Nodes of a column stand in the order of the list. `short`: what is written
    at a node between others where there is little room."""

    label: str
    role: str
    column: int = 0
    url: str = ""
    short: str = ""


@dataclass(frozen=True)
class Flow:
    """From one node to another, by their places in the list."""

    source: int
    target: int
    value: float
    text: str
    url: str = ""


#: Of the height of a Sankey diagram: what lies between two nodes of a column.
_GAP = 0.06


def _middles(nodes: Sequence[Node], flows: Sequence[Flow]) -> list[float]:
    """Where each node stands from the top, as a share of the height: columns in the order of the list, each around the
    middle."""
    out, into = [0.0] * len(nodes), [0.0] * len(nodes)
    for flow in flows:
        out[flow.source] += flow.value
        into[flow.target] += flow.value
    sizes = [max(pair) for pair in zip(out, into, strict=True)]
    columns: dict[int, list[int]] = {}
    for i, node in enumerate(nodes):
        if sizes[i]:
            columns.setdefault(node.column, []).append(i)
    scale = min(((1 - _GAP * (len(own) - 1)) / sum(sizes[i] for i in own) for own in columns.values()), default=1)
    middles = [0.5] * len(nodes)
    for own in columns.values():
        top = (1 - sum(sizes[i] for i in own) * scale - _GAP * (len(own) - 1)) / 2
        for i in own:
            middles[i] = round(min(max(top + sizes[i] * scale / 2, 0.001), 0.999), 4)
            top += sizes[i] * scale + _GAP
    return middles


def sankey(nodes: Sequence[Node], flows: Sequence[Flow], heads: Sequence[str] = ()) -> dict[str, Any]:
    """Flows between columns; their width is their value. Nodes without a flow are left out by Plotly. `heads`: a word
    over each column."""
    columns = max((node.column for node in nodes), default=0) or 1
    trace = {
        "type": "sankey",
        "arrangement": "snap",
        "node": {
            "label": [node.label for node in nodes],
            "color": [ROLES[node.role] for node in nodes],
            "x": [min(max(node.column / columns, 0.001), 0.999) for node in nodes],
            "y": _middles(nodes, flows),
            "pad": 18,
            "thickness": 18,
            "hovertemplate": "%{label}: %{value}<extra></extra>",
        },
        "link": {
            "source": [flow.source for flow in flows],
            "target": [flow.target for flow in flows],
            "value": [flow.value for flow in flows],
            "customdata": [flow.text for flow in flows],
            "hovertemplate": "%{customdata}<extra></extra>",
        },
        "meta": meta(roles=[node.role for node in nodes], urls=[flow.url for flow in flows])
        | {"node_urls": [node.url for node in nodes], "short": [node.short for node in nodes]},
    }
    words = [
        {
            "x": column / columns,
            "y": 1,
            "xref": "paper",
            "yref": "paper",
            "xanchor": "left" if not column else "right" if column == columns else "center",
            "yanchor": "bottom",
            "yshift": 8,
            "text": head,
            "showarrow": False,
        }
        for column, head in enumerate(heads)
    ]
    more = {"annotations": words} if words else {}
    return finish([trace], margin={"l": 10, "r": 10, "t": 34 if words else 10, "b": 10}, **more)


def country_map(
    codes: Sequence[str], values: Sequence[float], texts: Sequence[str], *, label: str, urls: Sequence[str] = ()
) -> dict[str, Any]:
    """Countries shaded by a value; everything else stays pale."""
    trace = {
        "type": "choropleth",
        "locations": list(codes),
        "z": list(values),
        "text": list(texts),
        "hovertemplate": "%{text}<extra></extra>",
        "locationmode": "ISO-3",
        "colorscale": [[0, "#a9cdbf"], [1, "#1b5e4b"]],
        "zmin": 0,
        "showscale": False,
        "name": label,
        "meta": meta("map", urls=urls),
    }
    return finish(
        [trace],
        geo={
            "projection": {"type": "natural earth"},
            "lonaxis": {"range": [-25, 105]},
            "lataxis": {"range": [-30, 45]},
            "showcoastlines": False,
            "showframe": False,
            "showland": True,
            "showcountries": True,
        },
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
    )
