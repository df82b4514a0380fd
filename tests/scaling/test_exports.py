"""Whole lists as a stream: the same rows and fields as the list, nothing a spreadsheet runs, tags that HXL tools read."""

from __future__ import annotations

import csv
import datetime
import gzip
import io
import json
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import hxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from indicators.models import EntryField, PhaseResult, PhaseResultCorrection, Return
from organizations import linkages
from organizations.models import Organization
from programmes.access import RoleName
from programmes.models import ExchangeRate, PriceIndex, RoleAssignment
from scaling import background
from scaling.api import router
from scaling.exports import copying, writing
from scaling.exports import jobs as export_jobs
from scaling.exports.api import VIEWSETS
from scaling.exports.models import ExportFile, ExportPart
from tests import factories
from tests.access.scenes import two_sides  # noqa: F401  (a fixture: something in every list)
from tests.rest import Program, fields

pytestmark = pytest.mark.django_db
Day = datetime.date
DAY = Day(2020, 1, 1)
NAMES = writing.names(VIEWSETS)
LISTS = [name for name in NAMES if name in VIEWSETS]


def body(answer: Any) -> bytes:
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content)


def sheet(api: Any, name: str, query: str = "") -> list[dict[str, str]]:
    answer = api.get(f"/api/v1/exports/{name}.csv?{query}")
    assert answer["Content-Type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(body(answer).decode("utf-8-sig"))))


def lines(api: Any, name: str, query: str = "") -> list[dict[str, Any]]:
    answer = api.get(f"/api/v1/exports/{name}.ndjson?{query}")
    return [json.loads(line) for line in body(answer).decode().split("\n") if line]


@pytest.fixture
def filled(two_sides: Any) -> None:  # noqa: F811
    """What the walking test has, and the corners: corrections, agreements with another organization, evil names."""
    group = Organization.objects.get(code="G-TNWDP")
    Organization.objects.filter(pk=group.pk).update(name='=HYPERLINK("x")', commodities=["+rice", "milk"])
    Return.objects.filter(organization=group).update(
        values={"OP-06": 9, "OP-06.women": 4.5}, null_reasons={"OP-06.youth": "NOT_REPORTED"},
        evidence={"OP-06": 'said "yes",\nand went'},
    )  # fmt: skip
    linkages.open_linkage(
        organization=group, partner_organization=Organization.objects.get(code="G-PCDP"), kind="offtake", form="oral",
        causality="direct", since=DAY, by=None, value=Decimal("1500.50"), currency="INR",
    )  # fmt: skip
    ExchangeRate.objects.create(currency="INR", date=DAY, usd_per_unit=Decimal("0.0133"), source="RBI")
    PriceIndex.objects.create(currency="INR", date=DAY, index=Decimal("1.5"), base_year=2016, source="MOSPI")
    result = PhaseResult.objects.filter(value__isnull=False).order_by("pk")[0]
    PhaseResultCorrection.objects.create(
        result=result, kind="documented", value=Decimal(7), reason="misprint", source="errata", author=None
    )


def test_everything_is_exported_but_what_is_told_in_python() -> None:
    assert {name for name, _view, _base in router.registry} - set(NAMES) == writing.NOT_EXPORTED
    assert {"returns", "returns-long", "metrics"} <= set(NAMES)


@pytest.mark.parametrize("name", LISTS)
def test_lines_hold_the_rows_of_the_list(api: Client, filled: None, name: str) -> None:
    """Field by field what the list says, in the order of the list."""
    listed: list[dict[str, Any]] = []
    url = f"/api/v1/{name}/?page_size=1000"
    while url:
        page = api.get(url).json()
        listed, url = listed + page["results"], page["next"]
    found = lines(api, name)
    left_out = {"allowed_actions", "corrections", "version"} if name != "organizations" else {"allowed_actions"}
    if name == "returns":
        left_out = {"allowed_actions"}
    assert len(found) == len(listed) > 0
    for one, other in zip(found, listed, strict=True):
        told = {key: value for key, value in other.items() if key not in left_out}
        assert {key: _same(value) for key, value in one.items()} == {key: _same(value) for key, value in told.items()}


def _same(value: Any) -> Any:
    """Lists of codes have no order of their own; a moment may have its fraction or not."""
    if isinstance(value, list):
        return sorted(value)
    if isinstance(value, dict):
        return {key: float(one) if isinstance(one, int) else one for key, one in value.items()}
    if isinstance(value, str) and len(value) > 18 and value[10:11] == "T":
        return datetime.datetime.fromisoformat(value)
    if isinstance(value, str):
        try:
            return Decimal(value)
        except ArithmeticError:
            return value
    return value


@pytest.mark.parametrize("name", NAMES)
def test_csv_has_a_header_that_the_rows_fit(api: Client, filled: None, name: str) -> None:
    rows = sheet(api, name)
    assert rows and all(None not in row and None not in row.values() for row in rows)
    if name in VIEWSETS:
        assert len(rows) == len(lines(api, name))


def test_nothing_is_a_formula(api: Client, filled: None) -> None:
    (row,) = [row for row in sheet(api, "organizations") if row["code"] == "G-TNWDP"]
    assert row["name"] == '\'=HYPERLINK("x")' and row["commodities"] == "'+rice; milk"
    assert (row["status"], row["programmes"], row["family"]) == ("active", "TNWDP", "savings_and_loan")
    (line,) = [line for line in lines(api, "organizations") if line["code"] == "G-TNWDP"]
    assert line["name"] == '=HYPERLINK("x")' and line["commodities"] == ["+rice", "milk"]
    for start in copying.FORMULA_STARTS:
        Organization.objects.filter(code="G-TNWDP").update(name=f"{start}1")
        (row,) = [row for row in sheet(api, "organizations", "fields=code,name") if row["code"] == "G-TNWDP"]
        assert row["name"] == f"'{start}1", repr(start)


def test_returns_are_wide_and_long(api: Client, filled: None) -> None:
    (wide,) = [row for row in sheet(api, "returns") if row["organization"] == "G-TNWDP"]
    assert (wide["OP-06"], wide["OP-06.women"], wide["OP-06.youth"]) == ("9", "4.5", "")
    assert set(EntryField.objects.values_list("key", flat=True)) <= set(wide)
    rows = {row["field"]: row for row in sheet(api, "returns-long") if row["organization"] == "G-TNWDP"}
    assert set(rows) == {"OP-06", "OP-06.women", "OP-06.youth"}
    assert rows["OP-06.women"]["value"] == "4.5" and rows["OP-06.women"]["disaggregation"] == "women"
    assert rows["OP-06"]["indicator"] == "OP-06" and rows["OP-06"]["evidence"] == 'said "yes",\nand went'
    assert (rows["OP-06.youth"]["value"], rows["OP-06.youth"]["null_reason"]) == ("", "NOT_REPORTED")
    (line,) = [x for x in lines(api, "returns-long") if x["field"] == "OP-06.women" and x["organization"] == "G-TNWDP"]
    assert line["value"] == "4.5"


def test_corrections_count_in_exports(api: Client, filled: None) -> None:
    correction = PhaseResultCorrection.objects.get(reason="misprint")
    (row,) = [row for row in sheet(api, "results") if row["id"] == str(correction.result_id)]
    assert Decimal(row["corrected_value"]) == 7 != Decimal(row["value"])


# --- who reads what --------------------------------------------------------------------------------------------------
def test_an_export_is_never_wider_than_the_list(filled: None) -> None:
    someone = Program(factories.person(RoleName.VIEWER, programme="TNWDP"))
    nobody = Program(factories.user())
    of_ghana = Program(factories.person(RoleName.VIEWER, country="GHA"))
    for name in NAMES:
        assert nobody.get(f"exports/{name}.csv").status_code == 403
        if name in ("places", "partners", "exchange-rates", "price-indices"):
            continue
        told = body(someone.get(f"exports/{name}.ndjson"))
        assert b"PCDP" not in told, name
        assert not {b"TNWDP", b"PCDP"} & set(body(of_ghana.get(f"exports/{name}.csv")).split(b",")), name
    assert body(of_ghana.get("exports/organizations.csv")).count(b"\n") == 1
    assert b"TNWDP" in body(someone.get("exports/organizations.csv"))
    (row,) = [x for x in lines(someone.client, "linkages") if x["kind"] == "offtake"]
    assert row["partner_organization"] is None
    assert Client().get("/api/v1/exports/returns.csv").status_code == 401


def test_the_filters_of_the_list_are_those_of_the_export(api: Client, filled: None) -> None:
    assert {row["programme"] for row in sheet(api, "financing-lines", "programme=PCDP")} == {"PCDP"}
    assert [row["code"] for row in sheet(api, "organizations", "kind=union&programme=TNWDP")] == ["U-TNWDP"]
    assert list(sheet(api, "organizations", "fields=name,code")[0]) == ["code", "name"]
    ordered = [row["name"] for row in lines(api, "organizations", "ordering=-name")]
    assert ordered == [row["name"] for row in api.get("/api/v1/organizations/?ordering=-name").json()["results"]]
    answer = api.get("/api/v1/exports/organizations.csv?updated_since=2000-01-01T00:00:00Z&as_of=2019-01-01")
    assert answer["Trellis-Next-Since"].endswith("Z") and len(body(answer)) > 200


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("organizations.csv?nope=1", "nope"), ("organizations.csv?fields=nope", "fields"),
        ("organizations.csv?cursor=x", "cursor"), ("organizations.ndjson?page_size=-1", "page_size"),
        ("organizations.csv?format=xlsx", "format"), ("organizations.csv?hxl=yes", "hxl"),
        ("organizations.csv?as_of=2020", "as_of"), ("organizations.csv?kind=nope", "kind"),
        ("returns-long.csv?fields=values", "fields"), ("metrics.csv?programme=NOPE", "programme"),
        ("metrics.csv?by=country", "by"), ("metrics.csv?fields=nope", "fields"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_before_the_first_byte(api: Client, query: str, field: str) -> None:
    assert fields(api.get(f"/api/v1/exports/{query}")) == {field}


def test_what_is_not_exported_is_not_there(api: Client) -> None:
    for name in ("nothing.csv", "indicators.csv", "jobs.ndjson", "organizations.xml"):
        assert api.get(f"/api/v1/exports/{name}").status_code == 404
    assert [one["name"] for one in api.get("/api/v1/exports/").json()] == NAMES


# --- the stream ------------------------------------------------------------------------------------------------------
def test_the_first_bytes_leave_before_a_row_is_read(api: Client, filled: None) -> None:
    with CaptureQueriesContext(connection) as queries:
        answer = api.get("/api/v1/exports/organizations.csv?hxl=1")
        stream = iter(answer.streaming_content)
        assert next(stream).startswith(b"\xef\xbb\xbfcode,name")
        before = len(queries)
    assert before < 12
    list(stream)


def test_compressed_when_asked(api: Client, filled: None) -> None:
    plain = body(api.get("/api/v1/exports/organizations.csv"))
    answer = api.get("/api/v1/exports/organizations.csv", headers={"accept-encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip" and "Accept-Encoding" in answer["Vary"]
    assert gzip.decompress(body(answer)) == plain


def test_blocks_stay_small_however_many_rows(api: Client) -> None:
    sql = "COPY (SELECT repeat('x', 100) FROM generate_series(1, 200000)) TO STDOUT"
    sizes = [len(block) for block in copying.copied(sql)]
    assert sum(sizes) == 200_000 * 101 and max(sizes) < 2 * copying.BLOCK


def test_who_goes_away_takes_the_query_with_them() -> None:
    blocks = copying.copied(
        "COPY (SELECT repeat('x', 1000), pg_sleep(0.001) FROM generate_series(1, 1000000)) TO STDOUT"
    )
    assert next(blocks)
    blocks.close()  # type: ignore[attr-defined]
    assert not [one for one in threading.enumerate() if one.name == "export"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def test_what_goes_wrong_in_the_middle_is_not_a_short_file() -> None:
    blocks = copying.copied("COPY (SELECT 1 / (3000 - n), repeat('x', 1000) FROM generate_series(1, 4000) n) TO STDOUT")
    with pytest.raises(Exception, match="division by zero"):
        list(blocks)


def test_queries_do_not_grow_with_the_rows(api: Client, filled: None) -> None:
    def count(query: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            body(api.get(f"/api/v1/exports/organizations.csv?{query}"))
        return len(queries)

    count("")
    assert count("name=zzz") == count("")


# --- HXL -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("elections", "policy-events")])
def test_hxl_tools_read_the_tags(api: Client, filled: None, name: str) -> None:
    text = body(api.get(f"/api/v1/exports/{name}.csv?hxl=1"))
    data = hxl.data(io.BytesIO(text)).cache()
    assert len(data.columns) == len(next(csv.reader(io.StringIO(text.decode("utf-8-sig")))))
    assert len(list(data)) == len(sheet(api, name))
    for column in data.columns:
        if column.tag == "#country":
            for row in data:
                assert all(len(value) == 3 and value.isupper() for value in row.get_all("#country") if value)
    problems: list[Any] = []
    hxl.schema(None, callback=problems.append).validate(data)
    assert [str(p.value) for p in problems if p.rule.severity == "error" and p.value] == []


def test_hxl_tags_name_what_a_reader_needs(api: Client, filled: None) -> None:
    data = hxl.data(io.BytesIO(body(api.get("/api/v1/exports/organizations.csv?hxl=1"))))
    assert {"#org+code", "#org+name", "#country+code+v_iso3", "#loc+code"} <= set(data.display_tags)
    found = data.with_rows("#org+code=G-PCDP")
    assert [row.get("#country+code") for row in found] == ["ETH"]


# --- Parquet ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def asked(filled: None) -> tuple[Program, dict[str, Any]]:
    program = Program(factories.person(RoleName.VIEWER, programme="TNWDP"))
    answer = program.post("export-files/", {"name": "organizations", "query": {"kind": "shg"}})
    assert answer.status_code == 202 and answer["Location"].endswith(f"/export-files/{answer.json()['id']}/")
    return program, answer.json()


def opened(program: Program, row: dict[str, Any], folder: Path) -> Any:
    answer = program.get(f"export-files/{row['id']}/file/")
    (folder / "x.parquet").write_bytes(body(answer))
    assert (folder / "x.parquet").stat().st_size == int(answer["Content-Length"])
    return duckdb.connect().read_parquet(str(folder / "x.parquet"))


def test_a_parquet_file_has_the_rows_with_their_types(asked: Any, tmp_path: Path) -> None:
    program, row = asked
    assert row["state"] == "queued" and row["allowed_actions"] == ["cancel"]
    assert program.get(f"export-files/{row['id']}/file/").status_code == 404
    assert export_jobs.WORK.run(row["id"])
    done = program.get(f"export-files/{row['id']}/").json()
    assert (done["state"], done["rows"], done["allowed_actions"]) == ("done", 1, ["file"])
    found = opened(program, row, tmp_path)
    (one,) = [dict(zip(found.columns, values, strict=True)) for values in found.fetchall()]
    assert one["name"] == '=HYPERLINK("x")' and one["commodities"] == ["+rice", "milk"]
    assert one["formed_on"] == Day(2015, 1, 1) and one["is_synthetic"] is False


@pytest.mark.parametrize("name", [name for name in NAMES if name != "metrics"])
def test_every_list_becomes_parquet(filled: None, name: str, tmp_path: Path) -> None:
    program = Program(factories.administrator())
    row = program.post("export-files/", {"name": name}).json()
    assert export_jobs.WORK.run(row["id"]), ExportFile.objects.get(pk=row["id"]).problem
    assert ExportFile.objects.get(pk=row["id"]).problem == ""
    assert opened(program, row, tmp_path).count("*").fetchall()[0][0] == len(lines(program.client, name))


def test_a_large_file_lies_in_parts_and_is_whole(asked: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program, row = asked
    monkeypatch.setattr(export_jobs, "PART", 500)
    export_jobs.WORK.run(row["id"])
    assert ExportPart.objects.filter(file=row["id"]).count() > 3
    assert opened(program, row, tmp_path).count("*").fetchall() == [(1,)]


def test_a_killed_worker_is_followed_by_the_next(asked: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    _program, row = asked

    def killed(*_args: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(export_jobs.parquet, "write", killed)
        with pytest.raises(KeyboardInterrupt):
            export_jobs.WORK.run(row["id"])
    assert ExportFile.objects.get(pk=row["id"]).state == "running" and not ExportPart.objects.exists()
    assert export_jobs.WORK.run_all() == 1
    assert ExportFile.objects.get(pk=row["id"]).state == "done"


def test_one_that_stops_workers_is_given_up_and_a_cancelled_one_stays_so(asked: Any) -> None:
    program, row = asked
    ExportFile.objects.update(tries=background.MOST_TRIES)
    assert export_jobs.WORK.run(row["id"])
    failed = program.get(f"export-files/{row['id']}/").json()
    assert failed["state"] == "failed" and failed["problem"]
    other = program.post("export-files/", {"name": "returns"}).json()
    assert program.post(f"export-files/{other['id']}/cancel/").json()["state"] == "cancelled"
    assert (
        not export_jobs.WORK.run(other["id"]) and program.post(f"export-files/{other['id']}/cancel/").status_code == 409
    )
    ExportFile.objects.update(ended_at=timezone.now() - 2 * export_jobs.KEPT_FOR)
    assert export_jobs.forget_old() == 2


def test_what_cannot_be_made_is_refused_when_it_is_asked(filled: None) -> None:
    program = Program(factories.person(RoleName.VIEWER, programme="TNWDP"))
    for sent, field in (
        ({"name": "nothing"}, "name"), ({"name": "metrics"}, "name"), ({}, "name"),
        ({"name": "returns", "query": {"nope": "1"}}, "nope"), ({"name": "returns", "query": ["x"]}, "query"),
        ({"name": "returns", "query": {"page_size": "1"}}, "page_size"), ({"name": "returns", "x": 1}, "x"),
    ):  # fmt: skip
        assert fields(program.post("export-files/", sent)) == {field}, sent
    for _n in range(export_jobs.MOST_OPEN):
        assert program.post("export-files/", {"name": "returns"}).status_code == 202
    assert program.post("export-files/", {"name": "returns"}).status_code == 409


def test_a_file_is_its_owners_and_holds_what_they_may_see_when_it_is_made(asked: Any) -> None:
    _program, row = asked
    other = Program(factories.person(RoleName.VIEWER, programme="TNWDP"))
    for path in ("", "file/"):
        assert other.get(f"export-files/{row['id']}/{path}").status_code == 404
    RoleAssignment.objects.filter(user__pk=ExportFile.objects.get(pk=row["id"]).user_id).delete()
    export_jobs.WORK.run(row["id"])
    assert ExportFile.objects.get(pk=row["id"]).rows == 0
