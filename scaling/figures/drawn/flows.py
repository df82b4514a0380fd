"""Sankey diagrams."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from scaling.figures.drawn.canvas import Canvas, breadth

TOP, THICK, GAP, HEAD = 12.0, 16.0, 18.0, 22.0


def draw(canvas: Canvas, trace: Mapping[str, Any], layout: Mapping[str, Any]) -> None:
    """Nodes stand in the columns that their builder gave them, in their order; those without a flow are left out."""
    node, link = trace["node"], trace["link"]
    flows = list(zip(link["source"], link["target"], (float(value) for value in link["value"]), strict=True))
    out: dict[int, float] = defaultdict(float)
    into: dict[int, float] = defaultdict(float)
    for source, target, value in flows:
        out[source] += value
        into[target] += value
    sizes = {i: max(out[i], into[i]) for i in range(len(node["label"])) if max(out[i], into[i]) > 0}
    columns: dict[float, list[int]] = defaultdict(list)
    for i in sizes:
        columns[node["x"][i]].append(i)
    if not sizes:
        return
    heads = layout.get("annotations", ())
    above = TOP + (HEAD if heads else 0)
    room = canvas.height - above - TOP
    scale = min((room - GAP * (len(own) - 1)) / sum(sizes[i] for i in own) for own in columns.values())
    widest = max(breadth(node["label"][i]) for i in columns[max(columns)])
    begin, end = 8.0, canvas.width - 8 - widest - 8 - THICK
    tops: dict[int, float] = {}
    for own in columns.values():
        tall = sum(sizes[i] for i in own) * scale + GAP * (len(own) - 1)
        y = above + (room - tall) / 2
        for i in own:
            tops[i] = y
            y += sizes[i] * scale + GAP
    low, high = min(columns), max(columns)
    across = {x: begin + (end - begin) * ((x - low) / (high - low) if high > low else 0) for x in columns}
    for head in heads:
        x = begin + (end - begin) * head["x"]
        first, last = head["x"] <= 0, head["x"] >= 1
        x, anchor = (x, "start") if first else (canvas.width - 8, "end") if last else (x + THICK / 2, "middle")
        canvas.text(x, above - HEAD / 2, head["text"], anchor=anchor)
    left, right = dict(tops), dict(tops)
    for source, target, value in sorted(flows, key=lambda flow: (tops.get(flow[0], 0), tops.get(flow[1], 0))):
        if value <= 0:
            continue
        x0, x1 = across[node["x"][source]] + THICK, across[node["x"][target]]
        canvas.ribbon(x0, right[source], x1, left[target], value * scale, node["color"][source])
        right[source] += value * scale
        left[target] += value * scale
    for i, size in sizes.items():
        x = across[node["x"][i]]
        canvas.rect(x, tops[i], x + THICK, tops[i] + size * scale, node["color"][i])
        canvas.text(x + THICK + 6, tops[i] + size * scale / 2, node["label"][i])
