"""Plotly figure builders: plain data in, figure out; one look for all.

Colours are given by meaning (`meta.role`): the page's script turns a role into the colour of the theme, so that a
financier has one colour on every page, in light and in dark. Figures are built with Plotly's own classes, which refuse
a misspelt property, and leave without its default template (5 kB that the page has already).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go
import plotly.io

#: The page's script dresses every figure; Plotly's own template would be built and thrown away for each.
plotly.io.templates.default = None

#: What is drawn in which colour, in the order of stacks and legends. The colours are those of the light theme.
ROLES = {
    "ifad": "#1b5e4b",
    "international": "#4f8fc0",
    "government": "#d9a441",
    "domestic_financial": "#8a6fb0",
    "private": "#c9714f",
    "beneficiaries": "#b35c7a",
    "replication": "#7a8683",
    "reach": "#b35c7a",
    "coverage": "#4f8fc0",
    "organizations": "#c9714f",
    "financing": "#7a8683",
}


@dataclass(frozen=True)
class Series:
    """One stack or line: its name, what it means (its role) and its values; None is a gap, never a zero."""

    name: str
    role: str
    values: Sequence[float | None]
    texts: Sequence[str] = ()


def _finish(figure: go.Figure, **layout: Any) -> dict[str, Any]:
    figure.update_layout(**layout)
    plain: dict[str, Any] = figure.to_plotly_json()
    return plain


def stacked_bars(
    categories: Sequence[str], series: Sequence[Series], totals: Sequence[str], *, axis: str = ""
) -> dict[str, Any]:
    """Upright stacked bars with a text above each stack."""
    figure = go.Figure()
    heights = [sum(one.values[i] or 0 for one in series) for i in range(len(categories))]
    for one in series:
        figure.add_bar(
            x=list(categories),
            y=list(one.values),
            name=one.name,
            customdata=list(one.texts),
            hovertemplate="%{x}<br>%{fullData.name}: %{customdata}<extra></extra>",
            marker={"color": ROLES[one.role]},
            width=0.5,
            meta={"role": one.role},
        )
    figure.add_scatter(
        x=list(categories),
        y=heights,
        text=list(totals),
        mode="text",
        textposition="top center",
        hoverinfo="skip",
        showlegend=False,
        cliponaxis=False,
        meta={"role": "ink"},
    )
    top = max(heights, default=0) or 1
    return _finish(
        figure,
        barmode="stack",
        yaxis={"range": [0, top * 1.14], "title": {"text": axis}},
        legend={"orientation": "h"},
    )


def lying_bars(
    categories: Sequence[str], series: Sequence[Series], totals: Sequence[str], *, axis: str = ""
) -> dict[str, Any]:
    """Lying stacked bars, the first category on top, a text after each."""
    figure = go.Figure()
    lengths = [sum(one.values[i] or 0 for one in series) for i in range(len(categories))]
    for one in series:
        figure.add_bar(
            y=list(categories),
            x=list(one.values),
            name=one.name,
            orientation="h",
            customdata=list(one.texts),
            hovertemplate="%{y}<br>%{fullData.name}: %{customdata}<extra></extra>",
            marker={"color": ROLES[one.role]},
            width=0.55,
            meta={"role": one.role},
        )
    figure.add_scatter(
        y=list(categories),
        x=lengths,
        text=list(totals),
        mode="text",
        textposition="middle right",
        hoverinfo="skip",
        showlegend=False,
        cliponaxis=False,
        meta={"role": "ink"},
    )
    longest = max(lengths, default=0) or 1
    return _finish(
        figure,
        barmode="stack",
        xaxis={"range": [0, longest * 1.25], "title": {"text": axis}},
        yaxis={"autorange": "reversed", "automargin": True},
        legend={"orientation": "h"},
    )


def indexed_lines(categories: Sequence[str], series: Sequence[Series]) -> dict[str, Any]:
    """Lines that begin at 1, each labelled at its end; labels that would meet are moved apart."""
    figure = go.Figure()
    ends = {i: float(one.values[-1] or 0) for i, one in enumerate(series) if one.values}
    spread = (max(ends.values(), default=1) or 1) * 0.075
    positions: dict[int, float] = {}
    floor = float("-inf")
    for i in sorted(ends, key=lambda key: ends[key]):
        positions[i] = floor = max(ends[i], floor + spread)
    for i, one in enumerate(series):
        figure.add_scatter(
            x=list(categories),
            y=list(one.values),
            name=one.name,
            mode="lines+markers",
            customdata=list(one.texts),
            hovertemplate="%{x}<br>%{fullData.name}: %{customdata}<extra></extra>",
            line={"color": ROLES[one.role], "width": 2.5},
            marker={"size": 7},
            showlegend=False,
            meta={"role": one.role},
        )
        figure.add_annotation(
            x=categories[-1],
            y=positions[i],
            text=f"{one.name} {one.texts[-1] if one.texts else ''}".strip(),
            showarrow=False,
            xanchor="left",
            xshift=10,
            align="left",
        )
    return _finish(figure, yaxis={"rangemode": "tozero"}, margin={"r": 150}, meta={"labels": "end"})


def country_map(codes: Sequence[str], values: Sequence[float], texts: Sequence[str], *, label: str) -> dict[str, Any]:
    """Countries shaded by a value; everything else stays pale."""
    figure = go.Figure(
        go.Choropleth(
            locations=list(codes),
            z=list(values),
            text=list(texts),
            hovertemplate="%{text}<extra></extra>",
            locationmode="ISO-3",
            colorscale=[[0, "#a9cdbf"], [1, "#1b5e4b"]],
            zmin=0,
            showscale=False,
            name=label,
            meta={"role": "map"},
        )
    )
    return _finish(
        figure,
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
