"""The read side of the API: what is asked wrongly is told, what is answered is exact."""

from __future__ import annotations

import csv
import io
from typing import Any

import openpyxl
import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openapi_spec_validator import validate

from programmes.models import FinancingLine, Partner
from scaling.api import router
from scaling.metrics import METRICS, REGISTER_METRICS

pytestmark = pytest.mark.django_db

LISTS = [f"/api/v1/{prefix}/" for prefix, _viewset, _name in router.registry]
METRIC = "/api/v1/metrics/total_financing/"

BAD_QUERIES = [
    "unknown=1",
    "page_size=0",
    "page_size=-1",
    "page_size=abc",
    "page_size=1000000",
    "page_size=NaN",
    "page_size=٣",
    "cursor=nonsense",
    "cursor=" + "A" * 400,
    "ordering=password",
    "ordering=",
    "fields=nope",
    "fields=",
    "q=" + "x" * 5000,
    "format=xml",
    "format=",
]


@pytest.mark.parametrize("url", LISTS)
def test_a_bad_parameter_is_a_problem_document(api: Client, url: str) -> None:
    for query in BAD_QUERIES:
        answer = api.get(f"{url}?{query}")
        expected = 404 if query.startswith("format") else 400
        assert answer.status_code == expected, (query, answer.content)
        assert answer["Content-Type"] == "application/problem+json"
        problem = answer.json()
        assert problem["status"] == expected and problem["detail"] and problem["title"]


@pytest.mark.parametrize(
    "query",
    [
        "programme=",
        "programme=NOPE",
        "programme=PCDP&phase=TNWDP-1",
        "phase=NOPE",
        "against=NOPE",
        "basis=wrong",
        "by=country",
        "as_of=31/02/2020",
        "as_of=2021-02-29",
        "as_of=2020-1-1",
        "as_of=20200101",
        "as_of=0000-01-01",
        "place=NOPE",
        "place=IND-TN",
        "place=ETH&programme=TNWDP",
        "kind=shg",
        "round=x",
        "synthetic=yes",
        "unknown=1",
        "programme=" + "P" * 600,
        "programme=%E2%80%AEPCDP",
    ],
)
def test_a_metric_says_what_would_be_right(api: Client, query: str) -> None:
    answer = api.get(f"{METRIC}?{query}")
    assert answer.status_code == 400, answer.content
    (error,) = answer.json()["errors"]
    assert error["field"] in query and len(error["detail"]) > 10


@pytest.mark.parametrize("path", ["/api/v1/programmes/%00/", "/api/v1/programmes/?country=%00", "/?country=%FE"])
def test_bytes_that_are_no_text_are_a_400(api: Client, path: str) -> None:
    assert api.get(path).status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "/programmes/%FF/",
        "/api/v1/financing-lines/99999999999999999999999/",
        "/api/v1/results/abc/",
        "/api/v1/places/..%2f/",
        "/api/v1/metrics/nope/",
    ],
)
def test_what_is_not_there_is_a_404(api: Client, path: str) -> None:
    answer = api.get(path)
    assert answer.status_code == 404
    if path.startswith("/api/"):
        assert answer.json()["status"] == 404


def test_without_a_token_it_says_how_to_sign_in() -> None:
    answer = Client().get("/api/v1/programmes/")
    assert answer.status_code == 401 and answer["WWW-Authenticate"] == "Token"


def test_decimals_are_exact_strings(api: Client) -> None:
    lines = api.get("/api/v1/financing-lines/", {"programme": "TEJASWINI"}).json()["results"]
    amounts = {line["partner"]: (line["amount"], line["corrected_amount"]) for line in lines}
    assert amounts["GOV-IND-STATES"] == ("12760000.0000", "12760000.0000")
    assert amounts["GOV-IND-HEALTH"] == ("160000000.0000", "160000.0000")


def test_a_dash_is_null_with_a_reason(api: Client) -> None:
    lines = api.get("/api/v1/financing-lines/", {"phase": "PCDP-I", "partner": "GOV-ETH"}).json()["results"]
    assert [(line["amount"], line["null_reason"], line["as_printed"]) for line in lines] == [
        (None, "NOT_REPORTED", "-")
    ]


def test_the_hypothesis_is_never_a_default(api: Client) -> None:
    url = "/api/v1/metrics/ifad_financing/?programme=MRCP"
    values = {
        basis: api.get(f"{url}&basis={basis}").json()["results"][0]["value"]
        for basis in ("printed", "corrected", "hypothesis")
    }
    assert values == {"printed": "48.3", "corrected": "48.3", "hypothesis": "29.2"}
    assert api.get(url).json()["results"][0]["basis"] == "printed"


def test_the_list_shows_metrics_of_phases_and_of_organizations(api: Client) -> None:
    rows = {row["name"]: row for row in api.get("/api/v1/metrics/").json()}
    assert set(rows) == set(METRICS) | set(REGISTER_METRICS)
    growth, leverage = rows["membership_growth_comparable"], rows["leverage_ratio_design"]
    assert (growth["subject"], growth["catalogue_code"], growth["parameters"]) == ("organization", "SU-01", [])
    assert rows["survival_after_support"]["parameters"] == ["months"]
    assert leverage["subject"] == "phase"
    assert [api.get(row["url"]).status_code for row in (growth, leverage)] == [200, 200]


def test_replication_is_never_leverage(api: Client) -> None:
    for metric in ("leverage_ratio_design", "total_financing", "ifad_share"):
        (row,) = api.get(f"/api/v1/metrics/{metric}/?programme=NRLM").json()["results"]
        assert (row["value"], row["null_reason"]) == (None, "NOT_APPLICABLE")
    everything = api.get("/api/v1/metrics/total_financing/").json()["results"][0]
    assert everything["value"] == "1075.06" and "NRLM" in everything["programmes"]


def test_every_metric_answers_for_every_programme_and_phase(api: Client) -> None:
    codes = ["PCDP", "TNWDP", "MRCP", "TEJASWINI", "NRLM", "REP"]
    for name in METRICS:
        for basis in ("printed", "corrected", "hypothesis"):
            for query in [f"programme={code}" for code in codes] + ["by=phase", "by=programme", ""]:
                answer = api.get(f"/api/v1/metrics/{name}/?basis={basis}&{query}")
                assert answer.status_code == 200, (name, query)
                for row in answer.json()["results"]:
                    assert (row["value"] is None) == (row["null_reason"] is not None)


def test_a_cumulative_count_never_meets_money_of_one_phase(api: Client) -> None:
    url = "/api/v1/metrics/ifad_cost_per_beneficiary/?phase=PCDP-II"
    printed = api.get(url).json()["results"][0]
    assert printed["caveats"] == ["basis_not_stated"]
    corrected = api.get(f"{url}&basis=corrected").json()["results"][0]
    assert (corrected["value"], corrected["null_reason"]) == (None, "BASIS_MISMATCH")


def test_csv_and_xlsx_hold_the_same_rows_and_no_formula(api: Client) -> None:
    Partner.objects.create(code="EVIL", name='=HYPERLINK("x")', sector="private", type="buyer")
    table = api.get("/api/v1/partners/", {"format": "csv"})
    assert table["Content-Type"].startswith("text/csv") and table.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert len(rows) == Partner.objects.count()
    assert [row["name"] for row in rows if row["code"] == "EVIL"] == ['\'=HYPERLINK("x")']
    sheet = openpyxl.load_workbook(io.BytesIO(api.get("/api/v1/partners/", {"format": "xlsx"}).content)).active
    assert sheet is not None and sheet.max_row == len(rows) + 1
    assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line)


def test_a_metric_as_csv_has_plain_numbers(api: Client) -> None:
    table = api.get(f"{METRIC}?programme=PCDP,REP&by=programme&format=csv").content.decode("utf-8-sig")
    rows = {row["programmes"]: row for row in csv.DictReader(io.StringIO(table))}
    assert rows["PCDP"]["value"] == "401.9" and rows["PCDP"]["lower_bound"] == "true"
    assert rows["REP"]["components.ifad.value"] == "50400000"


def test_pages_follow_each_other_without_gap_or_repetition(api: Client) -> None:
    url, seen = "/api/v1/financing-lines/?page_size=7&ordering=-amount", []
    while url:
        page = api.get(url).json()
        seen += [row["id"] for row in page["results"]]
        url = page["next"]
    assert sorted(seen) == sorted(FinancingLine.objects.values_list("pk", flat=True))


def test_fields_leave_the_rest_out(api: Client) -> None:
    rows = api.get("/api/v1/programmes/", {"fields": "code,name"}).json()["results"]
    assert all(set(row) == {"code", "name"} for row in rows)


@pytest.mark.parametrize("url", LISTS)
def test_the_number_of_queries_does_not_grow_with_the_rows(api: Client, url: str) -> None:
    def count(size: int) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert api.get(f"{url}?page_size={size}").status_code == 200
        return len(queries)

    count(1)
    assert count(200) <= count(1) + 3
    assert count(200) <= 14


def test_the_schema_is_valid_and_names_every_metric(client: Client) -> None:
    schema: dict[str, Any] = client.get("/api/v1/schema/?format=json").json()
    assert schema["openapi"].startswith("3.1")
    validate(schema)
    name = next(p for p in schema["paths"]["/api/v1/metrics/{name}/"]["get"]["parameters"] if p["name"] == "name")
    assert set(name["schema"]["enum"]) == set(METRICS) | set(REGISTER_METRICS)
    for path, method, told in [
        (path, method, told) for path, methods in schema["paths"].items() for method, told in methods.items()
    ]:
        answers = {"400", "401", "403", "404", "429"}
        answers |= {"304", "412"} if method == "get" else {"409", "413", "415"}
        assert answers <= set(told["responses"]), (path, method)
        if method == "post":
            assert "422" in told["responses"]
            # An answer that holds a secret is not kept, so nothing can be answered again.
            keyed = path not in ("/api/v1/webhooks/", "/api/v1/webhooks/{id}/rotate/")
            assert keyed == ("Idempotency-Key" in {one["name"] for one in told["parameters"]}), path
    for name in ("/api/v1/organizations/{code}/", "/api/v1/returns/{id}/"):
        assert {"412", "428"} <= set(schema["paths"][name]["patch"]["responses"])


def test_indicator_texts_come_in_the_language_of_the_request(api: Client) -> None:
    call_command("load_catalogue", verbosity=0)
    english = api.get("/api/v1/indicators/GOV-1/").json()
    assert len(english["anchors"]) == 6 and english["name"] == "Rules and mandate"


def test_the_caller_is_slowed_down_after_too_many_requests(
    settings: Any, api: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rest_framework.throttling import UserRateThrottle

    monkeypatch.setattr(UserRateThrottle, "rate", "2/hour", raising=False)
    answers = [api.get("/api/v1/metrics/").status_code for _ in range(3)]
    assert answers == [200, 200, 429]
