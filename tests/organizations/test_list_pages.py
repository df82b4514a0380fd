"""The pages of a list, and what they answer to what should not be sent."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from organizations.lists import operations
from organizations.models import ListState, ListUpload, Organization
from programmes.access import RoleName
from tests import factories
from tests.organizations import messy
from tests.organizations.test_lists import ALL, HEADINGS, apex_list, standing

pytestmark = pytest.mark.django_db
DAY = datetime.date
FULL = {key: ALL[key] for key in ("kind", "promoter", "formed_on")}


@pytest.fixture
def officer(db: None) -> User:
    messy.places()
    return factories.person(RoleName.ME_OFFICER, programme="TNWDP")


@pytest.fixture
def client(officer: User) -> Client:
    client = Client()
    client.force_login(officer)
    return client


def upload(client: Client, content: bytes, name: str = "a.xlsx", programme: str = "TNWDP") -> Any:
    return client.post(reverse("lists:start"), {"programme": programme, "file": SimpleUploadedFile(name, content)})


def at(name: str, kept: ListUpload) -> str:
    return reverse(f"lists:{name}", args=[kept.pk])


def now(client: Client, kept: ListUpload) -> ListUpload:
    client.get(at("list", kept), {"now": "1"})
    return ListUpload.objects.get(pk=kept.pk)


def test_from_the_file_to_the_register_through_the_pages(client: Client) -> None:
    standing("OLD", "Roja")
    rows = [HEADINGS, ["Malar", "grp", "Attur", "03/04/2015", "ngo"], ["Roja", "shg", "Attur", "2014", "ngo"]]
    assert upload(client, messy.xlsx(rows)).status_code == 302
    kept = now(client, ListUpload.objects.get())
    assert kept.state == ListState.COLUMNS
    page = client.get(at("columns", kept))
    assert page.status_code == 200 and b"Formed" in page.content
    chosen = {f"column-{n}": key for n, key in enumerate(("name", "kind", "place", "formed_on", "promoter"))}
    wrong = client.post(
        at("columns", kept),
        {**chosen, "column-1": "name", "sheet": "Groups", "header_row": "1", "default-place": "X<b>"},
    )
    assert wrong.status_code == 422
    for text in ("chosen for two columns", "X&lt;b&gt;", "not one place", "No column says this"):
        assert text in wrong.content.decode(), text
    assert client.post(at("columns", kept), {**chosen, "sheet": "Groups", "header_row": "1"}).status_code == 302
    kept = now(client, kept)
    page = client.get(at("list", kept))
    assert page.status_code == 200 and b"Match words" in page.content and b"take-over" not in page.content
    page = client.get(at("words", kept)).content.decode()
    assert "grp" in page and "03/04/2015" in page
    bad = client.post(at("words", kept), {"word-kind:grp": "nonsense", "date_order": "ymd"})
    assert bad.status_code == 422 and "nonsense" in bad.content.decode()
    assert client.post(at("words", kept), {"word-kind:grp": "shg", "date_order": "dmy"}).status_code == 302
    kept = now(client, kept)
    page = client.get(at("rows", kept)).content.decode()
    assert "Roja" in page and "fill:OLD" in page
    assert client.post(at("rows", kept), {"row-3": "fill:NOPE"}).status_code == 422
    assert client.post(at("rows", kept), {"row-3": "same:OLD"}).status_code == 302
    kept = now(client, kept)
    assert "Take all of it over" in client.get(at("list", kept)).content.decode()
    assert client.post(at("take-over", kept)).status_code == 302
    assert b"has been taken over" in client.get(at("list", kept)).content
    new = Organization.objects.get(name="Malar")
    assert new.code == "TNWDP-0001" and new.formed_on == DAY(2015, 4, 3)
    assert client.post(at("rows", kept), {"row-3": "out"}).status_code == 302, "over: nothing can be chosen any more"
    upload(client, messy.xlsx(rows))
    again = ListUpload.objects.first()
    assert again is not None
    again = now(client, again)
    client.post(at("columns", again), {**chosen, "sheet": "Groups", "header_row": "1"})
    again = now(client, again)
    assert again.plan["asked"][0]["chosen"] == "shg"


def test_all_that_is_open_is_left_out_or_put_in_the_place_above(client: Client, officer: User) -> None:
    rows = [["Name", "Village", "District"], ["A", "Nowhere", "Salem"], ["B", "Elsewhere", "Nope"]]
    kept = messy.checked(rows, officer, **FULL)
    client.post(at("words", kept), {"rest": "above"})
    kept = now(client, kept)
    assert kept.plan["counts"] == {"new": 1, "waiting": 1}
    client.post(at("words", kept), {"rest": "-"})
    kept = now(client, kept)
    assert kept.plan["counts"] == {"new": 1, "out": 1}
    operations.commit(upload=kept, by=officer)
    assert Organization.objects.get().place.code == "TN-Salem"


def test_wrong_rows_come_back_marked_or_are_left_out(client: Client, officer: User) -> None:
    kept = messy.checked([["Name", "Village"], ["A", "Attur"], [None, "Attur"]], officer, **FULL)
    answer = client.get(at("marked", kept))
    assert answer.status_code == 200 and answer["Content-Disposition"].endswith('-marked.xlsx"')
    client.post(at("take-over", kept))
    assert not Organization.objects.exists()
    assert client.post(at("leave-out-wrong", kept)).status_code == 302
    kept = now(client, kept)
    assert kept.plan["counts"] == {"new": 1, "out": 1}


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "a.csv", "at most"),
        (b"\0\0\0", "a.csv", "empty"),
        (b"Name\0,B\n", "a.csv", "neither"),
        (b"PK\x03\x04 and then nothing", "a.xlsx", "damaged"),
        (b"%PDF-1.7", "a.csv", "not a spreadsheet"),
        (messy.xlsx([]), "a.xlsx", "no list in it"),
        (b'a,"b\n', "a.csv", "quotation"),
        (b"Name\n" + b"x" * 1_000_000, "a.csv", "more than"),
    ],
)
def test_a_file_that_is_no_list_is_refused_in_a_sentence(
    client: Client, content: bytes, name: str, sentence: str
) -> None:
    answer = upload(client, content, name)
    if answer.status_code == 422:
        assert sentence in answer.content.decode() or "empty" in answer.content.decode()
        return
    kept = now(client, ListUpload.objects.get())
    assert kept.state == ListState.REFUSED and sentence in kept.message
    assert sentence in client.get(at("list", kept)).content.decode()
    assert client.get(at("columns", kept)).status_code == client.get(at("words", kept)).status_code == 302


def test_an_upload_names_a_programme_of_ones_own_and_a_file(client: Client) -> None:
    for data in ({}, {"programme": "PCDP"}, {"programme": "TNWDP\0"}, {"programme": "TNWDP", "file": "text"}):
        assert client.post(reverse("lists:start"), data).status_code == 422
    assert upload(client, b"Name\nA\n", "a.csv", "PCDP").status_code == 422
    assert not ListUpload.objects.exists()


MEGABYTE = "x" * 1_000_000
LONG = "x" * 100_000
BAD_CELLS: list[tuple[str, Any, str]] = [
    ("Name", LONG, "longer than"),
    ("Name", "\u202e\u200f", "name is missing"),
    ("Name", None, "name is missing"),
    ("Code", "a/b", "A code consists of"),
    ("Code", "c" * 41, "longer than"),
    ("Formed", "2150", "future"),
    ("Formed", "2100-01-01", "future"),
    ("Formed", "31/02/2014", "calendar"),
    ("Formed", True, "not a date"),
    ("Formed", -5, "not a date"),
    ("Date registered", "2010", "before it was formed"),
    ("Crops", "rice, " + "y" * 61, "longer than"),
    ("Status since", "2013", "later day"),
    ("Apex", "A0", "cannot be its own apex"),
    ("Kind", "inter professional association", "its members are organizations"),
]


@pytest.mark.parametrize(
    ("heading", "value", "sentence"), BAD_CELLS, ids=[f"{one[0]}-{n}" for n, one in enumerate(BAD_CELLS)]
)
def test_a_bad_cell_gets_a_sentence_and_the_other_rows_stay_good(
    client: Client, officer: User, heading: str, value: Any, sentence: str
) -> None:
    good = {"Code": "A0", "Name": "A", "Kind": "shg", "Village": "Attur", "Formed": "2014", "Promoter": "ngo"}
    good["Apex"] = good["Member since"] = None  # type: ignore[assignment]
    good["Status"] = good["Status since"] = good["Date registered"] = good["Crops"] = None  # type: ignore[assignment]
    bad = {**good, heading: value}
    if heading == "Status since":
        bad["Status"] = "dormant"
    if heading == "Apex":
        bad["Member since"] = "2016"
    if heading == "Kind":
        bad["Kind"] = "inter-professional association"
    other = {**good, "Code": "B0", "Name": "Zebra"}
    csv = "\n".join(
        ";".join(f'"{"" if cell is None else cell}"' for cell in row)
        for row in (list(good), list(bad.values()), list(other.values()))
    )
    content = csv.encode() if value is LONG else messy.xlsx([list(good), list(bad.values()), list(other.values())])
    kept = messy.checked(content, officer, name="a.csv" if value is LONG else "a.xlsx")
    assert kept.plan["counts"] == {"error": 1, "new": 1}, kept.plan["lines"]
    (texts,) = messy.messages(kept).values()
    assert any(sentence in text for text in texts.values()), texts
    assert all(len(text) < 300 for text in texts.values())
    page = client.get(at("list", kept))
    assert page.status_code == 200 and len(page.content) < 60_000
    assert client.get(at("marked", kept)).status_code == 200


def test_codes_and_apexes_that_contradict_one_another(client: Client, officer: User) -> None:
    heading = ["Code", "Name", "Tier", "Village", "Apex", "Member since"]
    rows = [
        heading,
        ["U1", "One", "local apex", "Attur", "U2", "2016"],
        ["U2", "Two", "local apex", "Attur", "U3", "2016"],
        ["U3", "Three", "local apex", "Attur", "U1", "2016"],
        ["g1", "Four", None, "Attur", "U1", "2016"],
        ["G1", "Five", None, "Attur", "U1", "2016"],
        ["G2", "Six", None, "Attur", "g1", "2016"],
        ["G3", "Seven", None, "Attur", "Oen", "2016"],
        ["G4", "Eight", None, "Attur", "U1", None],
        ["F1", "Nine", "national apex", "Attur", "U1", "2016"],
    ]
    kept = messy.checked(rows, officer, **FULL)
    found = messy.messages(kept)
    assert "below" in found[4]["Apex (code or name)"], "the last of the circle is refused"
    assert "row 5" in found[6]["Code"]
    assert "Say since when" in found[9]["Joined the apex"]
    assert "higher tier" in found[10]["Apex (code or name)"]
    assert {one["text"] for one in kept.plan["asked"]} == {"Oen", "g1"}, "of two rows with one code none is meant"


def test_headings_that_come_twice_and_an_empty_sheet_before(client: Client, officer: User) -> None:
    kept = messy.bring([["Name", "Name", "Village"], ["A", "B", "Attur"]], officer)
    assert messy.guessed(kept) == {0: "name", 2: "place"}
    data = {"sheet": "Groups", "header_row": "1", "column-0": "name", "column-1": "name"}
    answer = client.post(at("columns", kept), data)
    assert answer.status_code == 422 and "chosen for two columns" in answer.content.decode()


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"sheet": "Nope", "header_row": "1"},
        {"sheet": "Groups", "header_row": "9999999"},
        {"sheet": "Groups", "header_row": "-1"},
        {"sheet": "Groups", "header_row": "²"},
        {"sheet": "Groups\0", "header_row": "1"},
        {"sheet": "Groups", "header_row": "1", "column-0": "nonsense"},
        {"sheet": "Groups", "header_row": "1", "column-0": "name", "column-99": "kind"},
        {"sheet": "Groups", "header_row": "1", "column-x": "name", "default-kind": "\0"},
        {"sheet": "Groups", "header_row": "1", "column-0": "name", "default-place": MEGABYTE},
        {"sheet": "Groups", "header_row": "1", "column-0": "name", "default-formed_on": "\u202e03/04/2015"},
    ],
)
def test_columns_that_cannot_be_are_told(client: Client, officer: User, data: dict[str, str]) -> None:
    kept = messy.bring([["Name", "Village"], ["A", "Attur"]], officer)
    assert client.post(at("columns", kept), data).status_code == 422
    if len(str(data)) < 500:
        asks_nul = any("\0" in value for value in data.values())
        assert client.get(at("columns", kept), data).status_code == (400 if asks_nul else 200)


def test_pages_take_a_fixed_number_of_queries(client: Client, officer: User) -> None:
    counts: dict[str, list[int]] = {}
    for size in (2, 60):
        for number in range(size):
            standing(f"S{size}-{number}", f"Name {size} {number}")
        rows = [["Name", "Kind", "Village"]]
        rows += [[f"Name {size} {number}", f"kind {number}", "Attur"] for number in range(size)]
        kept = messy.checked(rows, officer, **{key: FULL[key] for key in ("promoter", "formed_on")})
        for name in ("start", "list", "columns", "words", "rows"):
            url = reverse("lists:start") if name == "start" else at(name, kept)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(url).status_code == 200
            counts.setdefault(name, []).append(len(queries))
    assert all(one == other for one, other in counts.values()), counts


def test_who_keeps_no_register_is_told(client: Client, officer: User) -> None:
    messy.checked(apex_list(), officer)
    viewer = Client()
    viewer.force_login(factories.person(RoleName.VIEWER, programme="TNWDP"))
    page = viewer.get(reverse("lists:start"))
    assert (
        page.status_code == 200 and b"does not keep the register" in page.content and b"list.xlsx" not in page.content
    )
