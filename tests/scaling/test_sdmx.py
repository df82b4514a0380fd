"""Metrics as SDMX-CSV, and tables of lists with HXL tags."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import hxl
import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from scaling.metrics import METRICS, REGISTER_METRICS
from tests.rest import fields

pytestmark = pytest.mark.django_db
PERIOD = re.compile(r"\d{4}-\d{2}-\d{2}(/P\d+D)?")


def table(client: Client, metric: str, query: str = "", **headers: str) -> list[dict[str, str]]:
    answer = client.get(f"/api/v1/metrics/{metric}/?{query}", headers=headers)
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"].startswith("application/vnd.sdmx.data+csv;version=2.0.0")
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


def test_a_metric_of_phases_says_what_it_is_about(api: Client) -> None:
    rows = table(api, "total_financing", "programme=PCDP&by=phase&format=sdmx-csv")
    assert list(rows[0])[:3] == ["STRUCTURE", "STRUCTURE_ID", "ACTION"]
    found = {row["PHASE"]: row for row in rows}
    assert {(row["STRUCTURE"], row["STRUCTURE_ID"], row["ACTION"]) for row in rows} == {
        ("dataflow", "TRELLIS:PHASE_METRICS(1.0)", "I")
    }
    one = found["PCDP-II"]
    assert (one["REF_AREA"], one["PROGRAMME"], one["METRIC"]) == ("ETH", "PCDP", "total_financing")
    assert one["OBS_STATUS"] == "A" and float(one["OBS_VALUE"]) > 0
    same = api.get("/api/v1/metrics/total_financing/?programme=PCDP&by=phase").json()["results"]
    assert [row["OBS_VALUE"] or None for row in rows] == [row["value"] for row in same]


def test_by_accept_header_and_for_the_whole_selection(api: Client) -> None:
    (row,) = table(api, "total_financing", accept="application/vnd.sdmx.data+csv;version=2.0.0")
    assert (row["PROGRAMME"], row["PHASE"], row["REF_AREA"]) == ("_T", "_T", "_T") and ";" in row["PROGRAMMES"]
    kept = api.get("/api/v1/metrics/total_financing/?format=sdmx-csv")
    again = api.get("/api/v1/metrics/total_financing/?format=sdmx-csv", headers={"if-none-match": kept["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("metric", sorted([*METRICS, *REGISTER_METRICS])[::9])
def test_every_row_has_a_key_of_its_own_and_a_status(reader: Client, metric: str) -> None:
    query = f"by=programme&format=sdmx-csv&{'programme=NET' if metric in REGISTER_METRICS else ''}"
    rows = table(reader, metric, query)
    assert rows
    keys = {tuple(value for name, value in row.items() if name not in ("OBS_VALUE", "COMPUTED_AT")) for row in rows}
    assert len(keys) == len(rows)
    for row in rows:
        assert (row["OBS_VALUE"] == "") == (row["OBS_STATUS"] in "LMOQ") and row["OBS_STATUS"] in "ALMOQ"
        assert not row["TIME_PERIOD"] or PERIOD.fullmatch(row["TIME_PERIOD"])


def test_organizations_by_kind_are_a_flow_of_their_own(reader: Client) -> None:
    rows = table(reader, "membership_growth_comparable", "programme=NET&by=kind&format=sdmx-csv")
    assert {row["STRUCTURE_ID"] for row in rows} == {"TRELLIS:ORGANIZATION_METRICS(1.0)"}
    assert len({row["GROUP"] for row in rows}) == len(rows) > 1
    assert {row["GROUPING"] for row in rows} == {"kind"} and all(row["TIME_PERIOD"] for row in rows)
    (total,) = table(reader, "membership_growth_comparable", "programme=NET&format=sdmx-csv")
    assert total["GROUP"] == "_T"


def test_queries_do_not_grow_with_the_rows(api: Client) -> None:
    def count(query: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            table(api, "total_financing", query)
        return len(queries)

    count("format=sdmx-csv")
    assert count("format=sdmx-csv&by=phase") == count("format=sdmx-csv")


def test_lists_do_not_speak_sdmx(api: Client) -> None:
    assert api.get("/api/v1/programmes/?format=sdmx-csv").status_code == 404


@pytest.mark.parametrize("url", ["partners/", "financing-lines/", "programmes/", "metrics/total_financing/"])
def test_tables_of_lists_have_tags_when_asked(api: Client, url: str) -> None:
    path = f"/api/v1/{url}"
    plain = api.get(path, {"format": "csv"}).content.decode("utf-8-sig")
    tagged = api.get(path, {"format": "csv", "hxl": "1"}).content
    data = hxl.data(io.BytesIO(tagged))
    assert len(list(data)) == len(list(csv.reader(io.StringIO(plain)))) - 1
    assert any(column.tag for column in data.columns)
    sheet: Any = openpyxl.load_workbook(io.BytesIO(api.get(path, {"format": "xlsx", "hxl": "1"}).content)).active
    second = [cell.value or "" for cell in list(sheet.iter_rows())[1]]
    assert second == next(line for n, line in enumerate(csv.reader(io.StringIO(tagged.decode("utf-8-sig")))) if n == 1)


def test_tags_go_with_tables_alone(api: Client) -> None:
    assert fields(api.get("/api/v1/partners/?hxl=1")) == {"hxl"}
    assert fields(api.get("/api/v1/partners/?format=csv&hxl=yes")) == {"hxl"}
    assert fields(api.get("/api/v1/metrics/total_financing/?hxl=1")) == {"hxl"}
