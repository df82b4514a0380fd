"""Boundaries of places: what a file must be, matching, taking over all or nothing, the API, the command."""

from __future__ import annotations

import gzip
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
import shapely
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from shapely.geometry import shape

from programmes import boundaries, boundary_files, boundary_shapes
from programmes.access import RoleName
from programmes.models import Boundary, BoundaryUpload, Place
from programmes.spreadsheets import Refused
from tests import factories

pytestmark = pytest.mark.django_db
SAID = {"source": "Survey of Nowhere, 2020", "licence": "CC BY 4.0"}


def square(east: float, north: float, size: float = 1) -> list[list[list[float]]]:
    corners = [[0, 0], [0, 1], [1, 1], [1, 0], [0, 0]]
    return [[[east + x * size, north + y * size] for x, y in corners]]


def feature(properties: dict[str, Any], coordinates: Any = None, kind: str = "Polygon") -> dict[str, Any]:
    coordinates = square(36, 8) if coordinates is None else coordinates
    return {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": coordinates}}


def collection(*features: Any, **more: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features), **more}).encode()


def file(*features: Any) -> SimpleUploadedFile:
    return SimpleUploadedFile("areas.geojson", collection(*features))


@pytest.fixture
def country() -> Place:
    country = Place.objects.create(code="XBO", name="Bordonia", names={"fr": "Bordonie"}, iso3="XBO")
    for number, name in enumerate(("Ásela", "Bale", "Chercher"), start=1):
        Place.objects.create(code=f"XBO-{number}", name=name, level=1, level_name="zone", parent=country)
    return country


def bring(country: Place, *features: Any, **options: Any) -> BoundaryUpload:
    return boundaries.receive(
        country=country, upload=file(*features), by=options.pop("by", factories.administrator()), **{**SAID, **options}
    )


def take(upload: BoundaryUpload) -> int:
    return boundaries.commit(upload=upload, by=upload.user, seen=boundaries.look(upload)[1])


def verdicts(upload: BoundaryUpload) -> list[str]:
    return [one.verdict for one in boundaries.look(upload)[0]]


def three(key: str = "code") -> list[dict[str, Any]]:
    return [feature({key: f"XBO-{i}"}, square(36 + i, 8)) for i in (1, 2, 3)]


# --- files -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"PK\x03\x04 shape.shp", "zip"),
        (b"\xff\xfe{", "UTF-8"),
        (b'{"type": "FeatureCollection",\n "features": [}', "line 2, character 15"),
        (b"[" * 200_000, "deeper"),
        (b'{"type": "FeatureCollection", "features": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "deeper"),
        (b"[1, 2]", "not “list”"),
        (b'{"type": "Topology"}', "not “Topology”"),
        (b'{"type": "FeatureCollection"}', "no features"),
        (b'{"type": "FeatureCollection", "features": {}}', "no features"),
        (b'{"type": "FeatureCollection", "features": [NaN]}', "no number"),
        (b'{"type": "FeatureCollection", "features": [' + b"9" * 10_000 + b"]}", "no number"),
        (collection(*[1] * 5001), "more than 5000"),
        (collection(feature({}), crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32637"}}), "32637"),
        (collection(feature({}), crs="EPSG:3857"), "another coordinate system"),
        (b" " * (20 * 1024 * 1024 + 1), "20 MB"),
    ],
)
def test_a_file_that_is_no_collection_of_areas_is_refused_with_the_reason(content: bytes, said: str) -> None:
    with pytest.raises(Refused, match=said):
        boundary_files.read(content)


def test_the_usual_name_of_wgs84_is_let_in() -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    (row,) = boundary_files.read(b"\xef\xbb\xbf" + collection(feature({"a": 1}), crs=crs))
    assert row["problem"] == "" and row["geometry"]["type"] == "MultiPolygon"


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (None, "not a GeoJSON “Feature”"),
        ({"type": "Point"}, "not a GeoJSON “Feature”"),
        ({"type": "Feature", "geometry": None}, "no geometry"),
        (feature({}, [36, 8], "Point"), "not “Point”"),
        (feature({}, [[36, 8], [37, 8]], "LineString"), "not “LineString”"),
        ({"type": "Feature", "geometry": {"type": "GeometryCollection", "geometries": []}}, "not “GeometryCollection”"),
        (feature({}, []), "coordinates"),
        (feature({}, "36,8"), "coordinates"),
        (feature({}, [[]]), "coordinates"),
        (feature({}, square(36, 8), "MultiPolygon"), "A ring needs|coordinates"),
        (feature({}, [[["36", 8], [37, 8], [37, 9], ["36", 8]]]), "coordinates"),
        (feature({}, [[[True, 8], [37, 8], [37, 9], [True, 8]]]), "coordinates"),
        (feature({}, [[[36], [37], [37], [36]]]), "coordinates"),
        (feature({}, [[[36, 8], [37, 8], [37, 9], [36, 9]]]), "end where it begins"),
        (feature({}, [[[36, 8], [37, 8], [36, 8]]]), "four points"),
        (feature({}, [[[436, 8], [37, 8], [37, 9], [436, 8]]]), "436, 8 lies outside"),
        (feature({}, [[[412345.5, 990000], [37, 8], [37, 9], [412345.5, 990000]]]), "EPSG:4326"),
        (feature({}, [[[1e999, 8], [37, 8], [37, 9], [1e999, 8]]]), "lies outside"),
        (feature({}, [[[36, 8], [37, 8], [38, 8], [36, 8]]]), "no area"),
    ],
)
def test_a_bad_feature_is_told_by_its_row_and_the_others_are_read(one: Any, said: str) -> None:
    content = collection(feature({"code": "a"}), one).replace(b"Infinity", b"1e999")
    good, bad = boundary_files.read(content)
    assert good["geometry"] and not good["problem"]
    assert bad["geometry"] is None and bad["row"] == 2
    assert re.search(said, boundary_files.problem_words(bad["problem"], bad["found"]))


def test_properties_that_cannot_be_stored_are_cleaned() -> None:
    odd = {"nul\0": "a\0b", "half": "\ud800x", "list": [1], "none": None, "yes": True, "number": 7.0, "long": "x" * 999}
    (row,) = boundary_files.read(collection(feature(odd)))
    assert row["properties"] == {"nul": "ab", "half": "x", "number": "7", "long": "x" * 200}


def test_too_many_points_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boundary_files, "MOST_POINTS", 8)
    with pytest.raises(Refused, match="more than 8 points"):
        boundary_files.read(collection(feature({}), feature({})))


# --- shapes ----------------------------------------------------------------------------------------------------------
def wavy(sign: int) -> shapely.MultiPolygon:
    """Two areas that share a border of 4,000 points along longitude 37."""
    border = [(37 + 0.01 * ((i * 7919) % 13) / 13, 8 + i / 2000) for i in range(4001)]
    found = shapely.MultiPolygon([shapely.Polygon([(37 + sign, 8), *border, (37 + sign, 10)])])
    assert found.is_valid
    return found


def test_neighbours_are_thinned_out_without_a_gap() -> None:
    outlines = boundary_shapes.simplified([wavy(1), wavy(-1)], 500)
    assert sum(one.points for one in outlines) <= 500
    east, west = (shape(one.geometry) for one in outlines)
    assert east.union(west).area == pytest.approx(east.area + west.area, rel=1e-9)
    assert east.union(west).geom_type == "Polygon" and not east.union(west).interiors
    shared = {tuple(p) for p in outlines[0].geometry["coordinates"][0][0]} & {
        tuple(p) for p in outlines[1].geometry["coordinates"][0][0]
    }
    assert len(shared) > 40


def test_outer_rings_run_against_the_clock_and_what_crosses_itself_is_mended() -> None:
    bow = boundary_shapes.made([[[(0, 0), (2, 2), (2, 0), (0, 2), (0, 0)]]])
    assert bow is not None and bow.is_valid
    (outline,) = boundary_shapes.simplified([bow], 1000)
    for polygon in outline.geometry["coordinates"]:
        assert shapely.LinearRing(polygon[0]).is_ccw
    assert shape(outline.geometry).area == pytest.approx(2)


def test_a_speck_keeps_an_outline_beside_a_country() -> None:
    specks = [boundary_shapes.made([[[tuple(p) for p in square(x, 8, size)[0]]]]) for x, size in ((0, 20), (30, 1e-9))]
    outlines = boundary_shapes.simplified([one for one in specks if one is not None], 1000)
    assert [one.points >= 4 for one in outlines] == [True, True]


# --- matching --------------------------------------------------------------------------------------------------------
def test_the_property_that_fits_best_is_found(country: Place) -> None:
    upload = bring(country, *[feature({"n": i, "pcode": f"xbo-{i}", "zone": "x"}) for i in (1, 2)])
    assert (upload.key, upload.match_by) == ("pcode", "code")
    by_name = bring(country, feature({"id": 1, "shapeName": " asela "}), feature({"id": 2, "shapeName": "BALE"}))
    assert (by_name.key, by_name.match_by) == ("shapeName", "name")
    assert [one.place.code for one in boundaries.look(by_name)[0] if one.place] == ["XBO-1", "XBO-2"]


def test_the_country_itself_is_found_by_its_iso_code_and_by_a_name_of_another_language(country: Place) -> None:
    assert verdicts(bring(country, feature({"iso": "XBO"}))) == ["new"]
    assert verdicts(bring(country, feature({"name": "Bordonie"}))) == ["new"]


def test_unmatched_and_double_features_are_told_row_by_row(country: Place) -> None:
    Place.objects.create(code="XBO-11", name="Bale", level=2, parent=Place.objects.get(code="XBO-1"))
    upload = bring(country, *three(), feature({"code": "XBO-1"}), feature({"code": "ETH"}), feature({"other": 1}))
    found, _seen = boundaries.look(upload)
    assert [one.verdict for one in found] == ["wrong", "new", "new", "wrong", "unmatched", "unmatched"]
    assert "as feature 4" in found[0].words and "as feature 1" in found[3].words
    assert "has the code “ETH”" in found[4].words and "no “code”" in found[5].words
    with pytest.raises(ValidationError, match="Some features are wrong"):
        take(upload)
    assert not Boundary.objects.exists()
    by_name = bring(country, feature({"name": "Bale"}), feature({"name": "Asela"}))
    assert "match by code" in boundaries.look(by_name)[0][0].words


# --- taking over -----------------------------------------------------------------------------------------------------
def test_a_file_is_taken_over_and_replaced_by_the_next(country: Place) -> None:
    first = bring(country, *three(), feature({"code": "nowhere"}))
    assert take(first) == 3
    assert Boundary.objects.filter(upload=first).count() == 3
    first.refresh_from_db()
    assert all(one["geometry"] is None for one in first.features) and first.committed_at
    assert boundaries.commit(upload=first, by=first.user, seen="") == 0
    second = bring(country, feature({"code": "XBO-1"}, square(40, 2)))
    assert verdicts(second) == ["replaced"]
    take(second)
    assert Boundary.objects.get(place__code="XBO-1").upload == second
    assert Boundary.objects.filter(upload=first).count() == 2


def test_what_changed_meanwhile_must_be_looked_at_again(country: Place) -> None:
    upload = bring(country, *three())
    seen = boundaries.look(upload)[1]
    take(bring(country, feature({"code": "XBO-1"})))
    with pytest.raises(ValidationError, match="changed meanwhile"):
        boundaries.commit(upload=upload, by=upload.user, seen=seen)
    assert Boundary.objects.count() == 1


def test_nothing_is_half_written(country: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = bring(country, *three())

    def fails(*args: Any, **options: Any) -> None:
        raise IntegrityError("the line went")

    monkeypatch.setattr(BoundaryUpload, "save", fails)
    with pytest.raises(IntegrityError), transaction.atomic():
        take(upload)
    assert not Boundary.objects.exists()


def test_boundaries_are_taken_away_with_who_did_it(country: Place) -> None:
    take(bring(country, *three()))
    by = factories.administrator()
    assert boundaries.withdraw(country=country, by=by) == 3
    assert BoundaryUpload.objects.get().withdrawn_by == by and not Boundary.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{"source": " "}, {"licence": ""}, {"source": "x\0"}, {"licence": "x" * 201}, {"key": "nope"}]
)
def test_source_licence_and_property_are_asked_for(country: Place, wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as error:
        bring(country, *three(), **wrong)
    assert set(error.value.message_dict) == set(wrong)


def test_the_database_refuses_what_is_no_area_and_a_second_boundary(country: Place) -> None:
    take(upload := bring(country, *three()))
    place = Place.objects.get(code="XBO-1")
    for geometry, at in (({"type": "Point"}, country), (square(1, 1), country), ({"type": "MultiPolygon"}, place)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Boundary.objects.create(place=at, geometry=geometry, points=5, upload=upload)


def test_only_who_manages_rounds_of_the_country_may(country: Place) -> None:
    for someone in (
        factories.user(),
        factories.person(RoleName.VIEWER, country="ETH"),
        factories.person(RoleName.ME_OFFICER, programme="PCDP"),
        factories.person(RoleName.COUNTRY_PROGRAMME_MANAGER, country="ETH"),
    ):
        with pytest.raises(PermissionDenied):
            bring(country, *three(), by=someone)
    manager = factories.person(RoleName.COUNTRY_PROGRAMME_MANAGER, country="ETH")
    ethiopia = Place.objects.get(code="ETH")
    upload = bring(ethiopia, feature({"code": "ETH"}), by=manager)
    assert boundaries.commit(upload=upload, by=manager, seen=boundaries.look(upload)[1]) == 1


def test_as_many_queries_for_many_features_as_for_few(country: Place) -> None:
    for number in range(4, 60):
        Place.objects.create(code=f"XBO-{number}", name=f"Zone {number}", level=1, parent=country)

    def count(n: int) -> int:
        some = [feature({"code": f"XBO-{i}"}, square(30 + i % 8, i // 8)) for i in range(1, n)]
        with CaptureQueriesContext(connection) as queries:
            take(bring(country, *some, by=administrator))
        return len(queries)

    administrator = factories.administrator()
    count(3)
    assert count(59) == count(3) <= 30


# --- pages -----------------------------------------------------------------------------------------------------------
@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(factories.administrator())
    return client


def test_a_file_goes_through_the_pages(manager: Client, country: Place) -> None:
    url = reverse("programmes:boundaries")
    answer = manager.post(url, {"country": "XBO", "file": file(*three(), feature({"code": "XBO-9"})), **SAID})
    assert answer.status_code == 302
    page = manager.get(answer.url)
    text = page.content.decode()
    assert "3 new" in text and "1 left out" in text and "XBO-9" in text
    moved = manager.post(answer.url, {"match": "1", "key": "code", "match_by": "name"})
    assert moved.status_code == 302 and "No feature matches" in manager.get(answer.url).content.decode()
    assert manager.post(answer.url, {"match": "1", "key": "nope", "match_by": "code"}).status_code == 422
    assert manager.post(answer.url, {"match": "1", "key": "code", "match_by": "luck"}).status_code == 422
    manager.post(answer.url, {"match": "1", "key": "code", "match_by": "code"})
    assert manager.post(answer.url, {"seen": "old"}).status_code == 422
    seen = manager.get(answer.url).context["seen"]
    assert manager.post(answer.url, {"seen": seen}).status_code == 302
    text = manager.get(url).content.decode()
    assert "zone: 3 of 3" in text and "Survey of Nowhere" in text
    assert manager.post(reverse("programmes:boundaries-withdraw", args=["XBO"])).status_code == 302
    assert "taken away" in manager.get(answer.url).content.decode()


@pytest.mark.parametrize("content", [b"{", b"[" * 100_000, b"x" * (50 * 1024 * 1024), b""])
def test_a_bad_file_is_refused_at_its_field(manager: Client, country: Place, content: bytes) -> None:
    upload = SimpleUploadedFile("a.geojson", content)
    answer = manager.post(reverse("programmes:boundaries"), {"country": "XBO", "file": upload, **SAID})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"file"}
    assert not BoundaryUpload.objects.exists()


def test_a_file_of_another_country_is_not_there(client: Client, country: Place) -> None:
    upload = bring(country, *three())
    client.force_login(factories.person(RoleName.COUNTRY_PROGRAMME_MANAGER, country="ETH"))
    url = reverse("programmes:boundary-file", args=[upload.pk])
    assert client.get(url).status_code == client.post(url, {"seen": ""}).status_code == 404
    assert client.post(reverse("programmes:boundaries-withdraw", args=["XBO"])).status_code == 404
    answer = client.post(reverse("programmes:boundaries"), {"country": "XBO", "file": file(*three()), **SAID})
    assert answer.status_code == 422 and "country" in answer.context["form"].errors


def test_the_list_takes_as_many_queries_for_many_places(manager: Client, country: Place) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert manager.get(reverse("programmes:boundaries")).status_code == 200
        return len(queries)

    count()
    first = count()
    for number in range(4, 9):
        other = Place.objects.create(code=f"XB{number}", name=f"Land {number}", iso3=f"XB{chr(65 + number)}")
        Place.objects.create(code=f"XB{number}-1", name="Zone", level=1, parent=other)
        take(bring(other, feature({"code": f"XB{number}-1"})))
    assert count() == first <= 16


# --- API -------------------------------------------------------------------------------------------------------------
def api(someone: Any) -> Client:
    return Client(headers={"authorization": factories.token_header(someone)["HTTP_AUTHORIZATION"]})


def test_the_api_gives_boundaries_compressed_and_only_when_they_changed(country: Place) -> None:
    take(bring(country, *three(), feature({"code": "XBO"}, square(37, 8, 3))))
    client = api(factories.person(RoleName.VIEWER, country="ETH"))
    one = client.get("/api/v1/places/XBO-1/boundary/")
    assert one.json()["geometry"]["type"] == "MultiPolygon" and one.json()["properties"]["name"] == "Ásela"
    url = "/api/v1/places/XBO/boundaries/"
    answer = client.get(url, headers={"accept-encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip"
    found = json.loads(gzip.decompress(answer.content))
    assert [row["id"] for row in found["features"]] == ["XBO-1", "XBO-2", "XBO-3"]
    assert found["sources"] == [{"source": SAID["source"], "licence": SAID["licence"], "synthetic": False}]
    assert "no-cache" in answer["Cache-Control"] and "private" in answer["Cache-Control"]
    with CaptureQueriesContext(connection) as queries:
        again = client.get(url, headers={"if-none-match": answer["ETag"]})
    assert again.status_code == 304 and not again.content
    assert not any('"geometry"' in query["sql"] for query in queries)
    take(bring(country, feature({"code": "XBO-1"}, square(20, 2))))
    assert client.get(url, headers={"if-none-match": answer["ETag"]}).status_code == 200
    assert client.get(url, headers={"accept": "application/geo+json"})["Content-Type"].startswith(
        "application/geo+json"
    )


def test_the_api_says_what_is_not_there(country: Place) -> None:
    client = api(factories.administrator())
    for path in ("XBO-1/boundary", "NOPE/boundary", "NOPE/boundaries"):
        answer = client.get(f"/api/v1/places/{path}/")
        assert answer.status_code == 404 and answer["Content-Type"] == "application/problem+json"
    assert client.get("/api/v1/places/XBO/boundaries/").json()["features"] == []
    refused = client.get("/api/v1/places/XBO/boundaries/?level=2")
    assert refused.status_code == 400 and refused.json()["errors"][0]["field"] == "level"
    assert api(factories.user()).get("/api/v1/places/XBO/boundaries/").status_code == 403
    assert Client().get("/api/v1/places/XBO/boundaries/").status_code == 401


# --- command ---------------------------------------------------------------------------------------------------------
def test_the_command_loads_or_only_says_what_it_would(country: Place, tmp_path: Path) -> None:
    by = factories.administrator()
    path = tmp_path / "areas.geojson"
    path.write_bytes(collection(*three(), feature({"code": "XBO-9"})))
    options = {"country": "XBO", "by": by.email, **SAID}
    out, err = io.StringIO(), io.StringIO()
    call_command("load_boundaries", path, dry_run=True, stdout=out, stderr=err, **options)
    assert "3 would be taken over" in out.getvalue() and "XBO-9" in err.getvalue()
    assert not BoundaryUpload.objects.exists()
    call_command("load_boundaries", path, stdout=out, stderr=err, **options)
    assert Boundary.objects.count() == 3
    for wrong in ({"country": "NOPE"}, {"by": "nobody@example.org"}, {"key": "nope"}):
        with pytest.raises(CommandError):
            call_command("load_boundaries", path, **{**options, **wrong})
    path.write_text("{")
    with pytest.raises(CommandError, match="not JSON"):
        call_command("load_boundaries", path, **options)
