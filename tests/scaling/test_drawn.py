"""Pictures without a browser: each builder's figure, its numbers where they belong, mirrored in Arabic."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import pytest

from scaling import figures
from scaling.figures import ROLES, Series
from scaling.figures.drawn import NotDrawn, to_svg
from tests.scaling.test_figures import MADE

SVG = "{http://www.w3.org/2000/svg}"
#: What only a browser draws; a pack says so and gives the numbers.
IN_A_BROWSER = ("country map", "radar")
DRAWN = sorted(set(MADE) - set(IN_A_BROWSER))


def parts(figure: dict[str, Any], kind: str, **options: Any) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(to_svg(figure, **options)).iter(f"{SVG}{kind}"))


def texts(figure: dict[str, Any], **options: Any) -> list[str]:
    return [one.text or "" for one in parts(figure, "text", **options)]


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize("rtl", [False, True])
def test_every_builder_but_map_and_radar_is_drawn_inside_its_box(name: str, rtl: bool) -> None:
    figure = MADE[name]
    root = ElementTree.fromstring(to_svg(figure, width=500, height=300, rtl=rtl))
    fills = {one.get("fill") or "" for one in root.iter()} | {one.get("stroke") or "" for one in root.iter()}
    scale = any(trace["type"] == "heatmap" for trace in figure["data"])
    assert scale or fills & set(ROLES.values()), "no mark has a colour that means something"
    for one in root.iter(f"{SVG}rect"):
        x, y, wide, tall = (float(one.get(key, "0")) for key in ("x", "y", "width", "height"))
        assert x >= -1 and x + wide <= 501 and y >= -1 and y + tall <= 301
    assert not re.search(r'"(nan|inf)|[ ,](nan|inf)', to_svg(figure, rtl=rtl))


def test_what_is_not_known_is_not_drawn() -> None:
    for name in IN_A_BROWSER:
        with pytest.raises(NotDrawn):
            to_svg(MADE[name])
    with pytest.raises(NotDrawn):
        to_svg({"data": [], "layout": {}})


def test_bars_are_as_long_as_their_values() -> None:
    figure = figures.stacked_bars(
        ["a", "b"], [Series("x", "plain", [10, 5]), Series("y", "loss", [20, 0.0])], ["30", "5"]
    )
    tall = [float(one.get("height", "0")) for one in parts(figure, "rect")]
    assert tall[0] / tall[1] == pytest.approx(2, rel=0.01)
    assert tall[2] / tall[0] == pytest.approx(2, rel=0.01)
    upper, lower = (parts(figure, "rect")[i] for i in (2, 0))
    assert float(upper.get("y", "0")) + tall[2] == pytest.approx(float(lower.get("y", "0")), abs=0.2), "piled up"
    assert {"30", "5"} <= set(texts(figure))


def test_a_gap_in_a_line_is_left_open() -> None:
    lines = [
        one.get("points", "").split()
        for one in parts(MADE["over time"], "polyline")
        if one.get("stroke-width") == "2.5"
    ]
    assert [len(points) for points in lines] == [3], "the line with a gap has two dots and no stroke"
    assert len(parts(MADE["over time"], "circle")) == 5


def test_arabic_begins_on_the_right() -> None:
    def lefts(rtl: bool) -> list[float]:
        return [float(one.get("x", "0")) for one in parts(MADE["waterfall"], "rect", rtl=rtl)]

    assert lefts(False) == sorted(lefts(False)) and lefts(True) == sorted(lefts(True), reverse=True)


def test_flows_are_as_thick_as_their_values_and_words_cannot_break_out() -> None:
    nodes = [figures.Node("<b>&", "forming"), figures.Node("x", "bonded", 1), figures.Node("y", "linked", 1)]
    figure = figures.sankey(nodes, [figures.Flow(0, 1, 30, "30"), figures.Flow(0, 2, 10, "10")])
    tall = [float(one.get("height", "0")) for one in parts(figure, "rect")]
    assert tall[1] / tall[2] == pytest.approx(3, rel=0.02)
    assert "<b>&" in texts(figure) and not re.search("<b>", to_svg(figure))


def test_flows_over_several_rounds_stand_under_their_dates() -> None:
    figure = MADE["sankey"]
    lefts = [float(one.get("x", "0")) for one in parts(figure, "rect")]
    assert len(set(lefts)) == 3 and lefts[1] == lefts[3], "two nodes of the middle round stand below each other"
    heads = [one for one in parts(figure, "text") if one.text in ("2018", "2020", "2022")]
    assert [one.get("text-anchor") for one in heads] == ["start", "middle", "end"]
    top = min(float(one.get("y", "0")) for one in parts(figure, "rect"))
    assert all(float(one.get("y", "0")) < top for one in heads)
