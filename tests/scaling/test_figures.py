"""Figure builders: every figure is one that Plotly's own classes accept, says what its marks mean, and has a colour in
both themes that can be told from the others without red and green."""

from __future__ import annotations

import datetime
import re
from itertools import combinations
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import pytest

from scaling import figures
from scaling.figures import (
    ROLES,
    Area,
    Bullet,
    Curve,
    Dot,
    Dumbbell,
    Flow,
    Levels,
    Line,
    Mark,
    Member,
    Moment,
    Node,
    Series,
    Span,
    Step,
    networks,
)

DAY = datetime.date
OUTLINES = {
    "type": "FeatureCollection",
    "features": [
        {"type": "Feature", "properties": {"code": code}, "geometry": {"type": "MultiPolygon", "coordinates": [[
            [[36 + i, 1], [37 + i, 1], [37 + i, 2], [36 + i, 2], [36 + i, 1]]]]}}
        for i, code in enumerate("ABC")
    ],
}  # fmt: skip
LINES = [
    Series("Women", "women", [40.0, None, 52.0], ["40", "", "52"], ["/a", "", "/b"]),
    Series("All", "members", [1, 2, 3]),
]
STEPS = [Step("then", 100, "100", "then", True), Step("new", 40, "+40", "gain"), Step("lost", -15, "−15", "loss", url="/x"),
         Step("now", 125, "125", "now", True)]  # fmt: skip
MADE: dict[str, dict[str, Any]] = {
    "stacked bars": figures.stacked_bars(["I", "II", "III"], LINES, ["a", "b", "c"]),
    "lying bars": figures.lying_bars(["I", "II", "III"], [Series("x", "plain", [-2, 3, 5])], ["a", "b", "c"]),
    "waterfall": figures.waterfall(STEPS),
    "levels": figures.levels([Levels("Governance", [5, 10, 20, 30, 25, 10], list("abcdef"), "+0.4", "/g")], list("123456")),
    "bullets": figures.bullets(
        [Bullet("Members", 60, 80, "312", "416", "loss", "/m"), Bullet("Districts", None, None, "not reported")],
        names=("reached", "by today"), goal="end target",
    ),
    "histogram": figures.histogram(["<0", "0 to 5"], [1, 2], ["1", "2"], roles=["loss", "gain"]),
    "timeline": figures.timeline(
        [Span("Buyer", DAY(2020, 1, 1), None, "private", "since 2020", "offtake"),
         Span("Bank", DAY(2020, 1, 1), DAY(2021, 1, 1), "domestic_financial", "a year", "credit", "/bank")],
        until=DAY(2022, 1, 1), marks=[Mark("2021-06-30", "end of support")],
        moments=[Moment("Law", DAY(2020, 5, 1), "gain", "an act", "triangle-up", "helped", "/law")],
    ),
    "indexed lines": figures.indexed_lines(["I", "II", "III"], LINES),
    "over time": figures.over_time(["2020-01-01", "2021-01-01", "2022-01-01"], LINES),
    "slope": figures.slope(("then", "now"), [Series("Women", "women", [40, 52], ["40%", "52%"])]),
    "stacked area": figures.stacked_area(["2020", "2021", "2022"], LINES),
    "step curve": figures.step_curve(
        [Curve("own", "members", [0, 12, 24], [100, 90, 80], ["a", "b", "c"], [100, 80, 70], [100, 95, 90])],
        marks=[Mark(12, "end")],
    ),
    "dumbbells": figures.dumbbells(
        [Dumbbell("Women", 40, 52, "40", "52", "parity 0.8", "/w"), Dumbbell("Youth", None, 3, "", "3")],
        ("members", "leaders"), marks=[Mark(50, "half")],
    ),
    "radar": figures.radar(
        ["Governance", "Management", "Leadership"], [Series("2022", "now", [3.0, None, 4.5], ["3.0", "", "4.5"])], least=0, most=6
    ),
    "scatter": figures.scatter([Dot(1, 2, "one", "plain", 5, "/one"), Dot(2, 1, "two", "loss", 9)], names={"plain": "p", "loss": "l"}),
    "heat map": figures.heat_map(["2020", "2022"], ["A"], [[1, None]], [["1", ""]], least=1, most=6, scale="levels", written=True),
    "sankey": figures.sankey(
        [Node("forming", "forming"), Node("bonded", "bonded", 1), Node("linked", "linked", 2), Node("new", "gain", 1)],
        [Flow(0, 1, 3, "three", "/f"), Flow(1, 2, 3, "three"), Flow(3, 2, 1, "one")], ["2018", "2020", "2022"],
    ),
    "layered": figures.layered(
        [Member(1, 1, "Top", "Top: 5", "meso_apex", 5, "/t", True), Member(2, 0, "Low", "Low: 3", "primary", 3)], [Line(2, 1, "joined")],
        names={"meso_apex": "meso", "primary": "primary"}, kinds={"joined": ("joined", "gain", "solid")}, layers={0: "primary", 1: "meso"},
    ),
    "area map": figures.area_map(
        [Area("A", "North", 3.0, "3%", "/a"), Area("B", "South", -1.0, "−1%"), Area("C", "East", None, "not reported")],
        label="Growth", nothing="no data", outlines=OUTLINES, suffix="%",
    ),
    "country map": figures.country_map(["KEN"], [1.0], ["Kenya"], label="Money"),
}  # fmt: skip


@pytest.mark.parametrize("name", MADE)
def test_plotly_knows_every_property(name: str) -> None:
    figure = go.Figure(MADE[name])
    assert len(figure.data) == len(MADE[name]["data"])


@pytest.mark.parametrize("name", MADE)
def test_every_mark_says_what_it_means_in_a_colour_there_is(name: str) -> None:
    for trace in MADE[name]["data"]:
        meta = trace["meta"]
        roles = [*meta.get("roles", []), *([meta["role"]] if "role" in meta else [])]
        assert roles or meta.get("scale")
        assert set(roles) <= {*ROLES, "ink", "map"}
        assert meta.get("skip") or "customdata" in str(trace) or trace["type"] == "choropleth", "nothing to read out"


def test_every_builder_is_tested_here() -> None:
    builders = {name for name in figures.__all__ if name.islower()}
    assert {name.replace(" ", "_") for name in MADE} == builders


def test_a_waterfall_ends_where_its_steps_lead() -> None:
    (bars, words) = MADE["waterfall"]["data"]
    assert bars["base"] == [0, 100, 140, 0]
    assert [base + size for base, size in zip(bars["base"], bars["y"], strict=True)] == [100, 140, 125, 125]
    assert words["y"] == [100, 140, 140, 125]
    assert bars["meta"]["urls"] == ["", "", "/x", ""]


def test_levels_stand_on_both_sides_of_the_line() -> None:
    lengths = {trace["name"]: trace["x"][0] for trace in MADE["levels"]["data"] if trace["type"] == "bar"}
    assert lengths == {"3": -20, "2": -10, "1": -5, "4": 30, "5": 25, "6": 10}
    assert sum(abs(length) for length in lengths.values()) == 100


def test_a_network_stands_in_layers_and_near_what_it_is_tied_to() -> None:
    nodes = [Member(n, layer, str(n), "", "plain") for n, layer in ((1, 1), (2, 1), (3, 0), (4, 0))]
    at = networks.places(nodes, [Line(3, 2, ""), Line(4, 1, "")])
    assert [at[n][1] for n in (1, 2, 3, 4)] == [1, 1, 0, 0]
    assert at[4][0] < at[3][0] and at[1][0] < at[2][0]


def test_a_gap_in_a_line_is_no_zero_and_labels_keep_apart() -> None:
    figure = figures.slope(
        ("a", "b"), [Series("x", "women", [10, 50], ["1", "2"]), Series("y", "youth", [10, 51], ["3", "4"])]
    )
    rights = sorted(note["y"] for note in figure["layout"]["annotations"] if note["xanchor"] == "left")
    assert rights[1] - rights[0] >= 50 * 0.07
    assert MADE["over time"]["data"][0]["y"] == [40.0, None, 52.0]


def test_something_that_goes_on_is_drawn_until_the_day() -> None:
    (own, _ended, _law) = MADE["timeline"]["data"]
    assert own["x"] == [(DAY(2022, 1, 1) - DAY(2020, 1, 1)).days * 86_400_000]


# --- colours ---------------------------------------------------------------------------------------------------------
CSS = (Path(__file__).parents[2] / "static/trellis/series.css").read_text(encoding="utf-8")
THEMES = {
    theme: dict(re.findall(r"--series-([\w-]+): (#[0-9a-f]{6})", block))
    for theme, block in zip(("light", "dark"), CSS.split('[data-bs-theme="dark"]'), strict=True)
}
PAPER = {"light": "#ffffff", "dark": "#17201d"}
#: Roles that stand side by side in one picture.
TOGETHER = [
    ("ifad", "international", "government", "domestic_financial", "private", "beneficiaries"),
    ("then", "now", "gain", "loss"),
    ("women", "youth", "poorest"),
    ("forming", "bonded", "aggregated", "linked-apex", "linked"),
    ("bonding", "bridging", "brokering"),
    ("level-1", "level-2", "level-3", "level-4", "level-5", "level-6"),
    ("primary", "local_apex", "meso_apex", "national_apex"),
]
#: Red-blind and green-blind sight (Machado, Oliveira and Fernandes 2009, severity 1).
BLIND = {
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
}


def linear(colour: str) -> list[float]:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]


def luminance(rgb: list[float]) -> float:
    return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(linear(one)), luminance(linear(other))), reverse=True)
    return (high + 0.05) / (low + 0.05)


def lab(rgb: list[float]) -> tuple[float, float, float]:
    r, g, b = (min(max(c, 0), 1) for c in rgb)
    x, y, z = (
        (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505,
        0.2126 * r + 0.7152 * g + 0.0722 * b,
        (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089,
    )
    fx, fy, fz = (c ** (1 / 3) if c > 0.008856 else 7.787 * c + 16 / 116 for c in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def seen(colour: str, matrix: tuple[tuple[float, ...], ...]) -> tuple[float, float, float]:
    rgb = linear(colour)
    return lab([sum(weight * part for weight, part in zip(row, rgb, strict=True)) for row in matrix])


def test_the_style_sheet_and_the_list_of_roles_agree() -> None:
    assert THEMES["light"] == ROLES
    assert set(THEMES["dark"]) == set(ROLES)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("sight", BLIND)
def test_colours_of_one_picture_can_be_told_apart_without_red_and_green(theme: str, sight: str) -> None:
    close = []
    for group in TOGETHER:
        for one, other in combinations(group, 2):
            a, b = (seen(THEMES[theme][role], BLIND[sight]) for role in (one, other))
            distance = sum((x - y) ** 2 for x, y in zip(a, b, strict=True)) ** 0.5
            if distance < 10:
                close.append((one, other, round(distance, 1)))
    assert close == []


@pytest.mark.parametrize("theme", THEMES)
def test_a_line_can_be_seen_on_its_ground(theme: str) -> None:
    """3 to 1 for what stands alone; fields of a stack touch others and have an edge in the colour of the paper."""
    filled = {role for group in TOGETHER for role in group} | {"unseen"}
    faint = {
        role: round(contrast(colour, PAPER[theme]), 2) for role, colour in THEMES[theme].items() if role not in filled
    }
    assert {role: ratio for role, ratio in faint.items() if ratio < 3} == {}
