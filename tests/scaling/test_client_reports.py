"""Reports for programs: the figures of the dashboards, as flat rows, scoped, in a number of queries that stays."""

from __future__ import annotations

import csv
import datetime
import io
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from indicators import results, targets
from indicators.models import Indicator, IndicatorVersion, Round, Target
from programmes.access import RoleName
from programmes.models import Phase, Place, Programme
from scaling import indicator_lines, register_sets
from scaling.metrics import achievement
from scaling.metrics import figures as f
from scaling.register_questions import Question
from tests import factories

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/reports/"
Day = datetime.date


def rows(client: Client, path: str, **query: Any) -> list[dict[str, Any]]:
    answer = client.get(ROOT + path, query)
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]  # type: ignore[no-any-return]


def pick(found: list[dict[str, Any]], **wanted: Any) -> dict[str, Any]:
    (row,) = [row for row in found if all(row[name] == value for name, value in wanted.items())]
    return row


# --- a programme -----------------------------------------------------------------------------------------------------
def test_a_programme_says_what_its_page_and_its_metrics_say(api: Client) -> None:
    found = rows(api, "programme/PCDP/")
    amount = pick(found, section="financing", phase="PCDP-II", item="BEN-PCDP")
    assert (amount["value"], amount["unit"], amount["group"]) == ("14700000", "USD", "cofinancing:planned_at_design")
    dash = pick(found, section="financing", phase="PCDP-I", item="GOV-ETH")
    assert (dash["value"], dash["null_reason"]) == (None, "NOT_REPORTED")
    for name, section in (("total_financing", "financing"), ("leverage_ratio_design", "leverage")):
        (alone,) = api.get(f"/api/v1/metrics/{name}/?programme=PCDP").json()["results"]
        whole = pick(found, section=section, phase=None, item=name)
        assert [whole[key] for key in ("value", "lower_bound", "caveats")] == [
            alone[key] for key in ("value", "lower_bound", "caveats")
        ]
        assert (whole["reported"], whole["due"]) == (alone["coverage"]["reported"], alone["coverage"]["due"])
    assert pick(found, item="coverage_scaling_factor", phase="PCDP-II")["value"] == "1.71875"
    assert pick(found, item="people_reached", phase="PCDP-III")["value"] == "4700000"


def test_a_programme_on_another_basis_and_another_day(api: Client) -> None:
    found = rows(api, "programme/TEJASWINI/", basis="corrected")
    assert pick(found, section="financing", item="GOV-IND-HEALTH")["value"] == "160000"
    Phase.objects.filter(code="PCDP-III").update(effectiveness=Day(2014, 1, 1))
    before = rows(api, "programme/PCDP/", as_of="2013-12-31")
    assert {row["phase"] for row in before} == {None, "PCDP-I", "PCDP-II"}


def test_organizations_by_kind_and_headlines_are_those_of_the_register(net: Programme, api: Client) -> None:
    found = rows(api, "programme/NET/")
    now = register_sets.read(user=factories.administrator(), question=Question(programmes=("NET",))).now
    kinds = {row["group"]: row["value"] for row in found if row["item"] == "members_observed" and row["group"]}
    expected = {kind: row.outcome.figure.value for kind, row in now.rows("members_observed", "kind").items()}
    assert {kind: None if value is None else Decimal(value) for kind, value in kinds.items()} == expected
    assert len(expected) > 1
    growth = pick(found, section="headline", item="membership_growth_comparable")
    row = now.row("membership_growth_comparable")
    assert Decimal(growth["value"]) == pytest.approx(row.outcome.figure.value)
    assert (growth["reported"], growth["due"]) == (row.outcome.n, row.outcome.n_due)


# --- the portfolio ---------------------------------------------------------------------------------------------------
def test_the_portfolio_counts_replication_apart(api: Client) -> None:
    found = rows(api, "portfolio/")
    (whole,) = api.get("/api/v1/metrics/total_financing/").json()["results"]
    assert pick(found, programme=None, item="total_financing")["value"] == whole["value"]
    assert pick(found, programme="NRLM", item="total_financing")["null_reason"] == "NOT_APPLICABLE"
    assert pick(found, programme=None, item="replication_funds")["value"] is not None
    (alone,) = api.get("/api/v1/metrics/leverage_ratio_design/").json()["results"]
    assert pick(found, programme=None, item="leverage_ratio_design")["value"] == alone["value"]


def test_synthetic_programmes_are_left_out_unless_asked_for(api: Client) -> None:
    Programme.objects.filter(code="REP").update(is_synthetic=True)
    assert not [row for row in rows(api, "portfolio/") if row["programme"] == "REP"]
    counted = rows(api, "portfolio/", synthetic="1")
    assert pick(counted, programme="REP", item="total_financing")["synthetic"]


# --- indicators ------------------------------------------------------------------------------------------------------
def target(code: str, by: Day, value: int, *, programme: str = "PCDP", phase: str = "", part: str = "") -> Target:
    return targets.set_target(
        programme=Programme.objects.get(code=programme),
        indicator=Indicator.objects.get(code=code),
        phase=Phase.objects.get(code=phase) if phase else None,
        by_date=by,
        value=Decimal(value),
        disaggregation=part,
        by=None,
    )


def test_performance_puts_the_target_beside_what_was_reached(api: Client) -> None:
    target("beneficiaries", Day(2020, 12, 31), 2_000_000, phase="PCDP-II")
    found = rows(api, "indicator-performance/", programme="PCDP")
    row = pick(found, indicator="beneficiaries", phase="PCDP-II")
    assert (row["target"], row["actual"], row["achieved"]) == ("2000000", "1900000", "95")
    assert (row["period_end"], row["higher_is_better"], row["basis"]) == ("2020-12-31", True, "not_stated")
    without = pick(found, indicator="beneficiaries", phase="PCDP-I")
    assert (without["target"], without["actual"], without["achieved"]) == (None, "600000", None)


def test_of_several_targets_the_last_one_meets_what_was_reached(api: Client) -> None:
    target("subprojects", Day(2015, 12, 31), 3000, phase="PCDP-III")
    target("subprojects", Day(2020, 12, 31), 4650, phase="PCDP-III")
    own = [
        row
        for row in rows(api, "indicator-performance/", programme="PCDP", indicator="subprojects")
        if row["phase"] == "PCDP-III"
    ]
    assert [(row["target"], row["actual"], row["achieved"]) for row in own] == [
        ("3000", None, None),
        ("4650", "4650", "100"),
    ]


def test_places_and_kinds_come_with_their_total(api: Client) -> None:
    found = rows(api, "indicator-performance/", programme="TEJASWINI")
    districts = {row["place"]: row["actual"] for row in found if row["indicator"] == "coverage_districts"}
    assert districts == {"IND-MH": "33", "IND-MP": "6", None: "39"}
    kinds = {row["disaggregation"]: row["actual"] for row in found if row["indicator"] == "organizations_created"}
    assert kinds == {"SHG": "66304", "VLC": "8647", "CMRC": "236", None: "75187"}
    lower = pick(
        rows(api, "indicator-performance/", programme="TNWDP"), indicator="organizations_created", disaggregation=None
    )
    assert (lower["actual"], lower["lower_bound"]) == ("5207", True)


def test_returns_are_told_by_round_with_baseline_and_parts(net: Programme, api: Client) -> None:
    found = rows(api, "indicator-performance/", programme="NET", indicator="OP-06")
    total = [row for row in found if row["disaggregation"] is None]
    assert {row["round"] for row in total} >= {"net-2020", "net-2022"}
    assert len(total) == len({row["round"] for row in total}), "each round once, the baseline in a column"
    assert all(row["baseline"] is not None and row["baseline_on"] for row in total)
    assert {row["disaggregation"] for row in found} > {None, "women"}


def test_ratings_are_medians_and_never_sums(net: Programme, api: Client) -> None:
    target("GOV-1", Day(2030, 12, 31), 5, programme="NET")
    found = rows(api, "indicator-performance/", programme="NET", indicator="GOV-1")
    assert found and all(row["measure"] == "median_level" for row in found)
    assert all(1 <= int(row["actual"]) <= 6 for row in found if row["actual"])
    late = pick(found, period_end="2030-12-31")
    assert late["target"] == "5" and late["actual"] is not None and late["change_achieved"] is not None


def test_a_target_on_the_day_of_a_round_joins_it(net: Programme, api: Client) -> None:
    day = next(row["period_end"] for row in rows(api, "indicator-performance/", indicator="OP-06", programme="NET"))
    target("OP-06", Day.fromisoformat(day), 1000, programme="NET")
    found = rows(api, "indicator-performance/", programme="NET", indicator="OP-06")
    row = pick(found, period_end=day, disaggregation=None)
    assert row["target"] == "1000" and row["round"] and row["achieved"]


def test_two_rounds_of_one_day_have_the_same_period() -> None:
    """The day of the one is not where the other begins."""
    told = (("baseline", 2020), ("biennial", 2022), ("midterm", 2022), ("biennial", 2024))
    rounds = [Round(pk=n, kind=kind, reference_date=Day(year, 6, 30)) for n, (kind, year) in enumerate(told)]
    sums: Any = SimpleNamespace(sums={(n, "OP-06"): (Decimal(9), 1) for n in range(4)}, is_last=lambda key: False)
    line: Any = SimpleNamespace(periods=[], baseline=None, unit="", basis="", is_rating=False)
    indicator_lines._rounds(line, "OP-06", rounds, sums)
    spans = [(one.start, one.end) for one in line.periods]
    again = (Day(2020, 7, 1), Day(2022, 6, 30))
    assert spans == [again, again, (Day(2022, 7, 1), Day(2024, 6, 30))]


def test_as_of_knows_no_later_target_and_no_later_round(net: Programme, api: Client) -> None:
    target("OP-06", Day(2030, 12, 31), 1000, programme="NET")
    found = rows(api, "indicator-performance/", programme="NET", indicator="OP-06", as_of="2020-12-31")
    assert {row["round"] for row in found} == {"net-2020"}
    assert not any(row["target"] for row in found)


@pytest.mark.parametrize(
    ("actual", "goal", "start", "higher", "expected"),
    [
        (50, 200, None, True, 25),
        (30, 20, 40, False, 50),
        (20, 20, 40, False, 100),
        (45, 20, 40, False, -25),
        (40, 20, None, False, 50),
    ],
)
def test_lower_may_be_better(actual: int, goal: int, start: int | None, higher: bool, expected: int) -> None:
    baseline = f.null(f.MISSING_BASELINE) if start is None else f.known(start)
    found = achievement.achieved(f.known(actual), f.known(goal), baseline, higher_is_better=higher)
    assert found.value == expected


def test_the_direction_of_the_catalogue_counts(api: Client) -> None:
    IndicatorVersion.objects.filter(indicator__code="subprojects").update(higher_is_better=False)
    target("subprojects", Day(2020, 12, 31), 465, phase="PCDP-III")
    row = pick(rows(api, "indicator-performance/", programme="PCDP"), indicator="subprojects", phase="PCDP-III")
    assert (row["higher_is_better"], row["achieved"]) == (False, "10")


# --- all of them -----------------------------------------------------------------------------------------------------
PATHS = ("programme/PCDP/", "portfolio/", "indicator-performance/")


@pytest.mark.parametrize("path", PATHS)
def test_csv_and_xlsx_hold_the_same_rows(api: Client, path: str) -> None:
    found = rows(api, path)
    table = api.get(f"{ROOT}{path}?format=csv").content.decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(table)))
    assert len(lines) == len(found) and list(lines[0])[:2] == list(found[0])[:2]
    sheet = openpyxl.load_workbook(io.BytesIO(api.get(f"{ROOT}{path}?format=xlsx").content)).active
    assert sheet is not None and sheet.max_row == len(found) + 1


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("query", ["basis=wrong", "as_of=31/12/2020", "unknown=1", "format=pdf", "as_of=0000-00-00"])
def test_what_is_asked_wrongly_is_told(api: Client, path: str, query: str) -> None:
    answer = api.get(f"{ROOT}{path}?{query}")
    assert answer.status_code == (404 if "format" in query else 400)
    assert answer["Content-Type"] == "application/problem+json"


def test_what_is_out_of_scope_does_not_exist() -> None:
    someone = factories.person(RoleName.VIEWER, programme="PCDP")
    client = Client(headers={"authorization": factories.token_header(someone)["HTTP_AUTHORIZATION"]})
    assert client.get(f"{ROOT}programme/TNWDP/").status_code == client.get(f"{ROOT}programme/NOPE/").status_code == 404
    assert {row["programme"] for row in rows(client, "portfolio/")} == {None, "PCDP"}
    assert {row["programme"] for row in rows(client, "indicator-performance/")} == {"PCDP"}
    for path in ("portfolio/", "indicator-performance/"):
        refused, unknown = (client.get(ROOT + path, {"programme": code}) for code in ("TNWDP", "NOPE"))
        assert refused.status_code == unknown.status_code == 400
        assert refused.json()["detail"].replace("TNWDP", "NOPE") == unknown.json()["detail"]
    assert client.get(f"{ROOT}indicator-performance/", {"indicator": "NOPE"}).status_code == 400


def test_too_many_organizations_are_told(api: Client, net: Programme, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indicator_lines, "MOST_RECORDS", 1)
    answer = api.get(f"{ROOT}indicator-performance/", {"programme": "NET"})
    assert answer.status_code == 400 and answer.json()["errors"][0]["field"] == "programme"


@pytest.mark.parametrize("path", PATHS)
def test_the_number_of_queries_does_not_grow(api: Client, path: str) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert api.get(ROOT + path).status_code == 200
        return len(queries)

    count()
    before = count()
    programme, place = Programme.objects.get(code="PCDP"), Place.objects.get(code="ETH")
    for number in range(4, 9):
        phase = Phase.objects.create(programme=programme, code=f"PCDP-{number}", sequence=number, label=f"P{number}")
        target("subprojects", Day(2030, 1, 1), 10, phase=phase.code)
        results.report(
            programme=programme, phase=phase, indicator=Indicator.objects.get(code="subprojects"),
            value=Decimal(5), unit="subprojects", basis="per_period", place=place, by=None,
        )  # fmt: skip
    assert count() == before <= 36
