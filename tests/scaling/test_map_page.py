"""Where has it scaled: areas with and without boundaries, countries, any metric, down to the organizations."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest
import shapely
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from shapely.geometry import shape

from indicators.models import Round
from organizations.models import Organization
from programmes import boundaries
from programmes.access import RoleName
from programmes.models import Boundary, Place, Programme
from scaling import demonstration, demonstration_boundaries, figures, rollups
from scaling.dashboards.questions.map import metrics
from scaling.figures.drawn import countries, to_svg
from scaling.metrics import REGISTER_METRICS
from scaling.models import DirtyMark
from tests import factories

pytestmark = pytest.mark.django_db
NET = "/questions/map/?programme=NET"
AREAS = {"XNA-N": ("G1", "G2", "G3"), "XNA-S": ("G4", "G5", "G6")}


@pytest.fixture(scope="module")
def divided(network_loaded: None, django_db_blocker: Any) -> Iterator[None]:
    """The groups of the network in three areas of their country, one of which nobody works in."""
    with django_db_blocker.unblock(), transaction.atomic():
        country = Place.objects.get(code="XNA")
        for code, name in (("XNA-N", "North"), ("XNA-S", "South"), ("XNA-E", "East")):
            Place.objects.create(code=code, name=name, level=1, level_name="zone", parent=country)
        for code, members in AREAS.items():
            Organization.objects.filter(code__in=members).update(place=Place.objects.get(code=code))
        for pk in Round.objects.filter(programme__code="NET").values_list("pk", flat=True):
            DirtyMark.objects.get_or_create(kind="round", object_id=pk)
        while rollups.drain():
            pass
        yield
        transaction.set_rollback(True)


@pytest.fixture
def reader(divided: None, net: Programme, client: Client) -> Client:
    client.force_login(factories.administrator())
    return client


def bring(*codes: str, country: str = "XNA") -> None:
    features = [
        {
            "type": "Feature",
            "properties": {"code": code},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[36 + i, 1], [37 + i, 1], [37 + i, 2], [36 + i, 2], [36 + i, 1]]],
            },
        }
        for i, code in enumerate(codes)
    ]
    by = factories.administrator()
    upload = boundaries.receive(
        country=Place.objects.get(code=country),
        upload=SimpleUploadedFile(
            "a.geojson", json.dumps({"type": "FeatureCollection", "features": features}).encode()
        ),
        source="Survey 2020",
        licence="CC BY 4.0",
        by=by,
    )
    boundaries.commit(upload=upload, by=by, seen=boundaries.look(upload)[1])


def cards(page: Any) -> dict[str, Any]:
    return {card.id: card for card in page.figures}


def area_rows(page: Any) -> dict[str, Any]:
    return {row[0].text: row for row in page.all_tables["areas"].rows}


# --- with boundaries -------------------------------------------------------------------------------------------------
def test_areas_are_shaded_and_those_without_data_set_apart(reader: Client) -> None:
    bring("XNA-N", "XNA-S", "XNA-E")
    page = reader.get(NET).context["page"]
    shaded, hatched = cards(page)["map"].figure["data"]
    assert shaded["geojson"] == hatched["geojson"] == "/api/v1/places/XNA/boundaries/"
    values = dict(zip(shaded["locations"], shaded["z"], strict=True))
    rows = area_rows(page)
    assert values == {"XNA-N": float(rows["North"][1].value), "XNA-S": float(rows["South"][1].value)}
    assert hatched["locations"] == ["XNA-E"] and hatched["meta"]["hatched"]
    assert rows["East"][1].state == "null"
    whole = sum(row[1].value or 0 for row in rows.values())
    assert page.headlines[0].value == str(int(whole))
    best, worst = sorted(values, key=lambda code: -values[code])
    names = {"XNA-N": "North", "XNA-S": "South"}
    loose = rows["Nowhere, in none of its areas"][1].value
    assert page.answer.startswith("Members observed: highest in ") and "2 of 3 areas have a value." in page.answer
    assert loose and (names[best] in page.answer or names[worst] in page.answer)
    assert any("Survey 2020 · CC BY 4.0" in note for note in page.notes)
    assert "boundar" not in " ".join(note.text for note in page.left_out)


def test_a_click_leads_to_the_organizations_of_an_area_or_into_it(reader: Client) -> None:
    bring("XNA-N", "XNA-S")
    (shaded,) = cards(reader.get(NET).context["page"])["map"].figure["data"]
    url = dict(zip(shaded["locations"], shaded["meta"]["urls"], strict=True))["XNA-N"]
    assert url.startswith("/organizations/") and parse_qs(urlsplit(url).query)["place"] == ["XNA-N"]
    listed = reader.get(url).content.decode()
    assert "/organizations/G1/" in listed and "/organizations/G4/" not in listed
    Place.objects.create(code="XNA-N-1", name="Far north", level=2, parent=Place.objects.get(code="XNA-N"))
    (shaded,) = cards(reader.get(f"{NET}&metric=aggregation_ratio").context["page"])["map"].figure["data"]
    url = dict(zip(shaded["locations"], shaded["meta"]["urls"], strict=True))["XNA-N"]
    assert parse_qs(urlsplit(url).query) == {
        "programme": ["NET"],
        "metric": ["aggregation_ratio"],
        "place": ["XNA-N"],
    }
    inside = reader.get(url).context["page"]
    assert "Far north" in area_rows(inside)


def test_a_place_with_nothing_inside_leads_to_its_organizations(reader: Client) -> None:
    page = reader.get(f"{NET}&place=XNA-N").context["page"]
    assert "not divided further" in page.answer and "North" in page.answer
    assert "place=XNA-N" in cards(page)["map"].empty.action_url


def test_the_boundaries_come_compressed_and_the_page_stays_light(reader: Client) -> None:
    bring("XNA-N", "XNA-S", "XNA-E")
    answer = reader.get(NET)
    assert b"MultiPolygon" not in answer.content
    found = reader.get("/api/v1/places/XNA/boundaries/").json()
    assert {one["properties"]["code"] for one in found["features"]} == {"XNA-N", "XNA-S", "XNA-E"}


def test_the_map_is_drawn_for_the_pack(reader: Client) -> None:
    bring("XNA-N", "XNA-S", "XNA-E")
    card = cards(reader.get(NET).context["page"])["map"]
    drawn = to_svg(card.figure, width=720, height=460, outlines=card.shapes)
    ElementTree.fromstring(drawn)
    assert drawn.count("<path") == 4, "three areas and the mark of what has no data"
    assert all(name in drawn for name in ("North", "South", "East", "no data"))
    assert "url(#hatch-" in drawn


# --- without ---------------------------------------------------------------------------------------------------------
def test_without_boundaries_bars_say_so_and_where_to_bring_them(reader: Client) -> None:
    page = reader.get(NET).context["page"]
    assert list(cards(page)) == ["ranked"]
    (bars, _words) = cards(page)["ranked"].figure["data"]
    assert bars["x"] == sorted(bars["x"], reverse=True) and {"North", "South"} <= set(bars["y"])
    note = page.left_out[0]
    assert "no boundaries yet" in note.text and note.url == "/places/boundaries/?country=XNA"
    assert reader.get(note.url).status_code == 200


def test_areas_without_a_boundary_are_named(reader: Client) -> None:
    bring("XNA-N")
    page = reader.get(NET).context["page"]
    assert list(cards(page)) == ["map", "ranked"]
    assert "not on the map: East, South" in page.left_out[0].text


def test_a_boundary_of_an_area_without_data_alone_draws_no_map(reader: Client) -> None:
    bring("XNA-E")
    assert list(cards(reader.get(NET).context["page"])) == ["ranked"]


def test_the_total_of_a_federation_is_not_split(reader: Client) -> None:
    page = reader.get(f"{NET}&apex=F1").context["page"]
    assert page.empty.action_url == NET and not page.figures


# --- countries -------------------------------------------------------------------------------------------------------
def test_several_countries_are_told_apart_before_their_areas(reader: Client, net: Programme) -> None:
    kenya = Place.objects.create(code="KEN", name="Kenya", iso3="KEN")
    net.countries.add(kenya)
    Organization.objects.filter(code__in=AREAS["XNA-S"]).update(place=kenya)
    for pk in Round.objects.filter(programme=net).values_list("pk", flat=True):
        DirtyMark.objects.get_or_create(kind="round", object_id=pk)
    while rollups.drain():
        pass
    page = reader.get(NET).context["page"]
    assert set(area_rows(page)) == {"Kenya", "Nowhere"}
    if not countries.outlines():
        pytest.skip("the browser libraries are not installed")
    (shaded,) = cards(page)["map"].figure["data"]
    assert shaded["locations"] == ["KEN"] and "geojson" not in shaded
    assert shaded["meta"]["urls"] == [f"{NET}&place=KEN"]
    assert "know nothing of Nowhere" in page.left_out[0].text
    assert to_svg(cards(page)["map"].figure).count("<path") > 5, "its neighbours are there too"


# --- metrics ---------------------------------------------------------------------------------------------------------
def test_every_metric_that_can_stand_alone_is_offered_and_answers(reader: Client) -> None:
    bring("XNA-N", "XNA-S")
    page = reader.get(NET).context["page"]
    (chooser,) = [one for one in page.filters if one.name == "metric"]
    assert len(chooser.options) == len(REGISTER_METRICS) - len(metrics.NOT_ALONE) > 80
    labels = [option.label for option in chooser.options]
    assert len(set(labels)) == len(labels)
    for option in chooser.options:
        answer = reader.get(option.url)
        assert answer.status_code == 200, option.label
        assert answer.context["page"].answer.startswith(option.label), option.label


@pytest.mark.parametrize("name", ["nope", "total_financing", "membership_growth_naive", "x" * 190])
def test_a_metric_that_is_not_offered_is_told_at_its_filter(reader: Client, name: str) -> None:
    answer = reader.get("/questions/map/", {"programme": "NET", "metric": name})
    assert answer.status_code == 400
    (error,) = [one.error for one in answer.context["page"].filters if one.error]
    assert "no metric" in error


def test_ratings_ask_for_a_dimension(reader: Client) -> None:
    url = f"{NET}&metric=outcome_mean_score"
    page = reader.get(f"{url}&dimension=leadership").context["page"]
    (chooser,) = [one for one in page.filters if one.name == "dimension"]
    assert chooser.value == "Leadership"
    assert reader.get(f"{url}&dimension=luck").status_code == 400


def test_the_figures_are_those_of_the_api(reader: Client) -> None:
    url = "/api/v1/metrics/members_observed/?programme=NET&by=selection&place=XNA-N"
    header = factories.token_header(factories.administrator())["HTTP_AUTHORIZATION"]
    (row,) = Client(headers={"authorization": header}).get(url).json()["results"]
    assert area_rows(reader.get(NET).context["page"])["North"][1].value == Decimal(row["value"])


def test_growth_and_loss_stand_on_both_sides_of_zero() -> None:
    def scale(*values: float) -> tuple[str, float, float]:
        areas = [figures.Area(str(i), "x", value, "") for i, value in enumerate(values)]
        (trace,) = figures.area_map(areas, label="x", nothing="none", outlines="/o")["data"]
        return trace["meta"]["scale"], trace["zmin"], trace["zmax"]

    assert scale(-5, 20) == ("diverging", -20, 20)
    assert scale(5, 20) == ("sequential", 5, 20)
    assert scale(-20, -5) == ("falling", -20, -5)
    assert scale(5, 5) == ("sequential", 0, 5) and scale(0, 0)[1] < 0


# --- who, and how many queries ---------------------------------------------------------------------------------------
def test_as_many_queries_for_many_areas_as_for_few(reader: Client) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert reader.get(NET).status_code == 200
        return len(queries)

    bring("XNA-N")
    count()
    first = count()
    country = Place.objects.get(code="XNA")
    codes = [f"XNA-{number}" for number in range(30)]
    for code in codes:
        Place.objects.create(code=code, name=code, level=1, parent=country)
    bring(*codes, "XNA-S")
    assert count() == first <= 26


def test_a_viewer_sees_the_map_of_their_programme_only(client: Client, divided: None, net: Programme) -> None:
    bring("XNA-N", "XNA-S")
    client.force_login(factories.person(RoleName.VIEWER, programme="NET"))
    page = client.get(NET).context["page"]
    assert "map" in cards(page)
    client.force_login(factories.person(RoleName.VIEWER, programme="PCDP"))
    assert client.get(NET).status_code == 400


# --- demonstration ---------------------------------------------------------------------------------------------------
def test_the_demonstration_has_invented_boundaries_that_fit_together(db: None) -> None:
    demonstration.load_portfolio()
    by = factories.administrator()
    assert demonstration_boundaries.load(by=by) == 4
    assert demonstration_boundaries.load(by=by) == 0
    rows = Boundary.objects.filter(place__country__code="KEN").select_related("upload")
    assert {row.upload.is_synthetic for row in rows} == {True}
    shapes = [shape(row.geometry) for row in rows]
    assert shapely.coverage_is_valid(shapes)
    assert shapely.union_all(shapes).geom_type == "Polygon"
