"""Pictures without a browser: each builder's figure, its numbers where they belong, mirrored in Arabic."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import pytest
import shapely

from scaling import figures
from scaling.figures import ROLES, Series
from scaling.figures.drawn import NotDrawn, countries, to_svg
from tests.scaling.test_figures import MADE, OUTLINES

SVG = "{http://www.w3.org/2000/svg}"
#: Without the browser libraries a pack says that the map of countries stands on the page, and gives the numbers.
IN_A_BROWSER = () if countries.outlines() else ("country map",)
DRAWN = sorted(set(MADE) - set(IN_A_BROWSER))


def parts(figure: dict[str, Any], kind: str, **options: Any) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(to_svg(figure, **options)).iter(f"{SVG}{kind}"))


def texts(figure: dict[str, Any], **options: Any) -> list[str]:
    return [one.text or "" for one in parts(figure, "text", **options)]


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize("rtl", [False, True])
def test_every_builder_is_drawn_inside_its_box(name: str, rtl: bool) -> None:
    figure = MADE[name]
    root = ElementTree.fromstring(to_svg(figure, width=500, height=300, rtl=rtl))
    fills = {one.get("fill") or "" for one in root.iter()} | {one.get("stroke") or "" for one in root.iter()}
    scale = any(trace["type"] in ("heatmap", "choropleth") for trace in figure["data"])
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


def test_a_radar_has_a_ring_for_each_level_and_its_values_lie_on_the_axes() -> None:
    names = ["Governance", "Management", "Leadership", "Resilience"]
    then, now = (
        Series("2020", "then", [1.0, 2.0, 3.0, 4.0], ["1", "2", "3", "4"]),
        Series("2022", "now", [6.0, 3.0, None, 3.0], ["6", "3", "", "3"]),
    )
    figure = figures.radar(names, [then, now], least=0, most=6)
    rings = [one for one in parts(figure, "polyline", width=600, height=400) if len(one.get("points", "").split()) == 5]
    assert len(rings) == 6 and set(names) | {"2020", "2022"} <= set(texts(figure))
    (filled,) = parts(figure, "polygon", width=600, height=400)
    corners = [tuple(map(float, one.split(","))) for one in filled.get("points", "").split()]
    middle = (300.0, 187.0)
    away = [((x - middle[0]) ** 2 + (y - middle[1]) ** 2) ** 0.5 for x, y in corners]
    assert [one / away[0] for one in away] == pytest.approx([1, 2, 3, 4], rel=0.01)
    assert corners[0][0] == pytest.approx(300) and corners[0][1] < middle[1] and corners[1][0] > 300, (
        "clockwise from above"
    )
    assert len(parts(figure, "circle")) == 4 + 3 + 2, "the missing value has no dot and leaves its outline open"
    assert next(one.get("text-anchor") for one in parts(figure, "text", rtl=True) if one.text == "Management") == "end"


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


def outlines(figure: dict[str, Any], **options: Any) -> list[list[tuple[float, float]]]:
    """Corners of every area drawn."""
    paths = [one.get("d", "") for one in parts(figure, "path", **options)]
    return [[(float(x), float(y)) for x, y in re.findall(r"([-\d.]+),([-\d.]+)", path)] for path in paths]


@pytest.mark.parametrize("rtl", [False, True])
def test_a_map_is_drawn_inside_its_box_and_never_mirrored(rtl: bool) -> None:
    figure = MADE["area map"]
    a, b, c, _legend = outlines(figure, width=600, height=400, rtl=rtl)
    assert min(x for x, _y in a) < min(x for x, _y in b) < min(x for x, _y in c), "west stays west"
    for x, y in (*a, *b, *c):
        assert 0 <= x <= 600 and 0 <= y <= 360
    wide = max(x for x, _y in a) - min(x for x, _y in a)
    tall = max(y for _x, y in a) - min(y for _x, y in a)
    assert wide == pytest.approx(tall, rel=0.01), "near the equator a degree is as wide as it is tall"
    places = [one.get("x", "") for one in parts(figure, "text", width=600, height=400, rtl=rtl) if one.text == "North"]
    assert min(x for x, _y in a) < float(places[0]) < max(x for x, _y in a)


def test_a_map_has_two_shades_a_hatch_and_a_legend_with_both_ends() -> None:
    fills = [one.get("fill") for one in parts(MADE["area map"], "path")]
    assert fills[0] != fills[1] and fills[2] == fills[3] == f"url(#hatch-{ROLES['unseen'][1:]})"
    said = texts(MADE["area map"])
    assert {"-3%", "3%", "no data", "North", "South", "East"} <= {one.replace("−", "-") for one in said}


def test_a_map_whose_outlines_are_not_at_hand_is_left_to_the_page() -> None:
    areas = [figures.Area("A", "North", 3.0, "3"), figures.Area("Z", "Nowhere", 1.0, "1")]
    by_address = figures.area_map(areas, label="x", nothing="none", outlines="/api/v1/places/X/boundaries/")
    for given in (None, OUTLINES):
        with pytest.raises(NotDrawn):
            to_svg(by_address, outlines=given)
    with pytest.raises(NotDrawn):
        to_svg(figures.area_map([figures.Area("XNA", "Nowhere", 1.0, "1")], label="x", nothing="none"))


@pytest.mark.skipif(not countries.outlines(), reason="the browser libraries are not installed")
def test_outlines_of_countries_lie_where_the_countries_are() -> None:
    for code, east, north in (("KEN", 37.9, 0.5), ("ETH", 39.6, 8.6), ("IND", 79.6, 22.9), ("GHA", -1.2, 7.9)):
        outline = shapely.geometry.shape(countries.outlines()[code])
        assert outline.is_valid and outline.contains(shapely.Point(east, north)), code


def test_flows_over_several_rounds_stand_under_their_dates() -> None:
    figure = MADE["sankey"]
    lefts = [float(one.get("x", "0")) for one in parts(figure, "rect")]
    assert len(set(lefts)) == 3 and lefts[1] == lefts[3], "two nodes of the middle round stand below each other"
    heads = [one for one in parts(figure, "text") if one.text in ("2018", "2020", "2022")]
    assert [one.get("text-anchor") for one in heads] == ["start", "middle", "end"]
    top = min(float(one.get("y", "0")) for one in parts(figure, "rect"))
    assert all(float(one.get("y", "0")) < top for one in heads)
