"""Networks in layers: organizations by tier, the top one above, joined by their memberships."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scaling.figures.base import ROLES, finish, meta

#: Names stand at the marks of a layer where there are so few.
NAMED = 7
SMALLEST, LARGEST = 9, 34


@dataclass(frozen=True)
class Member:
    """A node. `layer`: 0 is at the bottom; `size` counts by area."""

    key: int
    layer: int
    label: str
    text: str
    role: str
    size: float = 0
    url: str = ""
    is_centre: bool = False


@dataclass(frozen=True)
class Line:
    """From a node to the one above it. `kind`: a name of the legend (`kinds` of `layered`)."""

    low: int
    high: int
    kind: str


def places(nodes: Sequence[Member], lines: Sequence[Line]) -> dict[int, tuple[float, float]]:
    """Where each node goes: its layer's height, and across so that it stands near what it is tied to.

    The top layer is spread evenly in its order; each layer below is sorted by the middle of what is above it.
    """
    layers: dict[int, list[Member]] = defaultdict(list)
    for node in nodes:
        layers[node.layer].append(node)
    ties: dict[int, list[int]] = defaultdict(list)
    for line in lines:
        ties[line.low].append(line.high)
        ties[line.high].append(line.low)
    found: dict[int, tuple[float, float]] = {}
    for layer in sorted(layers, reverse=True):
        row = layers[layer]

        def middle(node: Member) -> float:
            known = [found[other][0] for other in ties[node.key] if other in found]
            return sum(known) / len(known) if known else 0.5

        for position, node in enumerate(sorted(row, key=lambda one: (middle(one), one.key))):
            # Long rows are set in three heights, so that their marks do not lie on each other.
            lift = ((position % 3) - 1) * 0.16 if len(row) > 18 else 0.0
            found[node.key] = ((position + 0.5) / len(row), layer + lift)
    return found


def layered(
    nodes: Sequence[Member],
    lines: Sequence[Line],
    *,
    names: dict[str, str],
    kinds: dict[str, tuple[str, str, str]],
    layers: dict[int, str],
) -> dict[str, Any]:
    """`names`: role → its word in the legend. `kinds`: kind of line → (word, role, dash). `layers`: height → word."""
    at = places(nodes, lines)
    traces: list[dict[str, Any]] = []
    for kind, (word, role, dash) in kinds.items():
        own = [line for line in lines if line.kind == kind]
        if not own:
            continue
        xs: list[float | None] = []
        ys: list[float | None] = []
        for line in own:
            (x0, y0), (x1, y1) = at[line.low], at[line.high]
            xs += [round(x0, 4), round(x1, 4), None]
            ys += [y0, y1, None]
        traces.append(
            {
                "type": "scatter",
                "x": xs,
                "y": ys,
                "mode": "lines",
                "name": word,
                "line": {"width": 1 if role == "unseen" else 2.5, "dash": dash, "color": ROLES[role]},
                "hoverinfo": "skip",
                "showlegend": True,
                "meta": meta(role, skip=True),
            }
        )
    largest = max((node.size for node in nodes), default=0) or 1
    for role in dict.fromkeys(node.role for node in nodes):
        own_nodes = [node for node in nodes if node.role == role]
        traces.append(
            {
                "type": "scatter",
                "x": [round(at[node.key][0], 4) for node in own_nodes],
                "y": [at[node.key][1] for node in own_nodes],
                "mode": "markers",
                "name": names[role],
                "showlegend": True,
                "customdata": [node.text for node in own_nodes],
                "hovertemplate": "%{customdata}<extra></extra>",
                "text": [node.label for node in own_nodes],
                "marker": {
                    "color": ROLES[role],
                    "opacity": 1,
                    "size": [
                        round(SMALLEST + (LARGEST - SMALLEST) * (max(node.size, 0) / largest) ** 0.5, 1)
                        for node in own_nodes
                    ],
                    "symbol": ["diamond" if node.is_centre else "circle" for node in own_nodes],
                },
                "meta": meta(role, urls=[node.url for node in own_nodes]),
            }
        )
    crowd = Counter(node.layer for node in nodes)
    named = [node for node in nodes if crowd[node.layer] <= NAMED or node.is_centre]
    heights = sorted(layers)
    return finish(
        traces,
        annotations=[
            {"x": at[node.key][0], "y": at[node.key][1], "text": node.label, "showarrow": False, "yshift": -22}
            for node in named
        ],
        xaxis={"visible": False, "range": [0, 1]},
        yaxis={
            "tickvals": heights,
            "ticktext": [layers[height] for height in heights],
            "range": [heights[0] - 0.5, heights[-1] + 0.4] if heights else [0, 1],
            "automargin": True,
            "zeroline": False,
        },
        legend={"orientation": "h"},
        hovermode="closest",
        meta={"names": "wide"},
    )
