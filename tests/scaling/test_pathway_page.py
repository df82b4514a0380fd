"""Pathway: stages, times and support of the invented network (domain study 4.9)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client

from organizations.models import Intervention
from programmes.models import Programme
from scaling.dashboards.questions.pathway import steps
from scaling.metrics.cells import CENSORED, EVENT
from tests import factories
from tests.scaling import network

pytestmark = pytest.mark.django_db
NET = "/questions/pathway/?programme=NET"
EXPECTED = {row["test_id"]: row["expected"] for row in network.rows("expected_values")}


def card(page: Any, name: str) -> Any:
    return next(one for one in page.figures if one.id == name)


def cells(page: Any, table: str) -> list[list[Any]]:
    return [[cell.text if cell.value is None else cell.value for cell in row] for row in page.all_tables[table].rows]


def test_the_answer_counts_the_stages_of_the_study(reader: Client) -> None:
    page = reader.get(NET).context["page"]
    assert page.answer == (
        "Of 7 active primary organizations 5 are linked (71%), 0 aggregated, 1 bonded and 1 not bonded yet. "
        "On Jun 30, 2018 14% were linked. Of 7 organizations active then and on Jun 30, 2020, 4 moved on and 0 fell "
        "back. 1 joined an apex or a partner before it was bonded."
    )
    assert [one.value for one in page.headlines[:3]] == ["71%", page.headlines[1].value, EXPECTED["FX-92"]]
    assert page.headlines[0].comparison == "1 by themselves, 4 only through an apex"


def test_the_stock_of_each_round_is_drawn_and_tabled(reader: Client) -> None:
    page = reader.get(NET).context["page"]
    assert [row[1:] for row in cells(page, "stages-by-round")] == [[7, 5, 1, 0, 1], [8, 2, 3, 2, 1], [7, 1, 1, 0, 5]]
    areas = {trace["meta"]["role"]: trace["y"] for trace in card(page, "stages").figure["data"]}
    assert areas["linked"] == [1, 1, 5] and areas["forming"] == [5, 2, 1]
    assert [row[1:] for row in cells(page, "changes")] == [[4, 2, 0], [0, 2, 4]]


def test_medians_and_curves_are_those_of_the_study(reader: Client) -> None:
    page = reader.get(NET).context["page"]
    bonded = cells(page, "steps")[0]
    assert bonded[1:] == [Decimal(EXPECTED["FX-90"]), 6, 2, Decimal(EXPECTED["FX-91"])]
    low, high, line = card(page, "time").figure["data"][:3]
    assert line["meta"]["role"] == "bonded"
    at = line["x"].index(float(EXPECTED["FX-90"]))
    assert line["y"][at] == 50.0
    assert low["y"][-1] == 75.0 and high["y"][-1] == 100.0


def test_a_curve_has_bounds_and_few_points() -> None:
    line = steps.reached({(Decimal(10), EVENT): 1, (Decimal(20), CENSORED): 1, (Decimal(30), EVENT): 2})
    assert line.months == [0, 10, 20, 30]
    assert line.share == [0.0, 25.0, 25.0, 100.0]
    assert line.low == [0.0, 25.0, 25.0, 75.0] and line.high == [0.0, 25.0, 50.0, 100.0]
    many = steps.reached({(Decimal(month), EVENT): 1 for month in range(1, 500)})
    assert len(many.months) == steps.POINTS and many.months[-1] == 499 and many.share[-1] == 100.0


def test_who_is_linked_alone_stands_apart_from_who_is_through_an_apex(reader: Client) -> None:
    page = reader.get(NET).context["page"]
    rows = {row[0]: row[1:] for row in cells(page, "stages-by-kind")}
    assert rows["self-help group"] == [0, 4, 0, 0, 0]
    assert sum(row[0] for row in rows.values()) == 1


def test_support_is_shown_by_purpose_and_only_up_to_the_date(reader: Client, net: Programme) -> None:
    assert card(reader.get(NET).context["page"], "support").empty.action_url.startswith("/organizations/")
    phase = net.phases.get()
    for purpose, year in (("bonding", 2018), ("bonding", 2018), ("brokering", 2020), ("bridging", 2023)):
        dates = DateRange(f"{year}-02-01", f"{year}-03-01")
        Intervention.objects.create(phase=phase, purpose=purpose, method="training", valid=dates, participants=30)
    page = reader.get(NET).context["page"]
    assert cells(page, "support") == [["2018", 2, 0, 0, 60], ["2019", 0, 0, 0, 0], ["2020", 0, 0, 1, 30]]
    assert card(page, "support").reading.startswith("3 interventions: bonding 2,")
    assert page.headlines[3].note == "2018–2020"


def test_another_opening_has_no_rounds_and_says_so(reader: Client) -> None:
    page = reader.get(f"{NET}&round=net-2022&against=net-2018").context["page"]
    assert card(page, "stages").figure is None and card(page, "stages").empty.action_url


# --- who moved -------------------------------------------------------------------------------------------------------
def test_flows_go_from_round_to_round_and_add_up_to_the_stocks(reader: Client) -> None:
    page = reader.get(NET).context["page"]
    rows = cells(page, "moves")
    assert [row[1::2] + row[4:] for row in rows if row[2] == "Jun 30, 2022"] == [
        ["linked", "linked", 1],
        ["aggregated", "linked", 2],
        ["bonded", "linked", 2],
        ["bonded", "bonded", 1],
        ["forming", "forming", 1],
        ["forming", "ended", 1],
    ]
    stages = ("forming", "bonded", "aggregated", "linked")
    for day, stock in (("Jun 30, 2020", [2, 3, 2, 1]), ("Jun 30, 2022", [1, 1, 0, 5])):
        assert [sum(row[4] for row in rows if row[2:4] == [day, stage]) for stage in stages] == stock
    assert ["Jun 30, 2018", "not formed yet", "Jun 30, 2020", "bonded", 1] in rows
    assert [row[1:] for row in cells(page, "moves-since-baseline")] == [[1, 0, 0, 0], [2, 0, 0, 0], [2, 1, 1, 1]]
    assert card(page, "moves").reading == ("Most often from bonded to linked: 2. New: 0; no longer active: 1.")


def test_flows_are_drawn_in_columns_of_rounds_that_lead_there(reader: Client) -> None:
    (trace,) = card(reader.get(NET).context["page"], "moves").figure["data"]
    assert trace["node"]["label"][-4:] == ["linked 5", "bonded 1", "forming 1", "ended 1"]
    assert sorted(set(trace["node"]["x"])) == [0.001, 0.5, 0.999]
    assert trace["meta"]["urls"][-1] == "/questions/pathway/?programme=NET&round=net-2022"
    assert sum(trace["link"]["value"]) == 8 + 8


def test_against_a_round_the_flows_begin_there(reader: Client) -> None:
    page = reader.get(f"{NET}&round=net-2022&against=net-2018").context["page"]
    rows = cells(page, "moves")
    assert {(row[0], row[2]) for row in rows} == {("Jun 30, 2018", "Jun 30, 2022")}
    assert [row[1::2] + row[4:] for row in rows][1:3] == [["bonded", "linked", 1], ["forming", "linked", 2]]
    assert "4 moved on" in page.answer


def test_the_first_round_has_no_earlier_stages_and_says_so(reader: Client) -> None:
    page = reader.get(f"{NET}&round=net-2018").context["page"]
    moves = card(page, "moves")
    assert moves.figure is None and moves.empty.action_url and "moved on" not in page.answer


def test_the_shares_that_moved_come_from_the_api(reader: Client) -> None:
    header = factories.token_header(factories.administrator())["HTTP_AUTHORIZATION"]
    api = Client(headers={"authorization": header})

    def row(name: str) -> Any:
        return api.get(f"/api/v1/metrics/{name}/?programme=NET").json()["results"][0]

    forward = row("moved_forward_since_previous_round")
    assert Decimal(forward["value"]).quantize(Decimal("0.01")) == Decimal("57.14") and forward["n"] == 7
    assert forward["components"]["bonded_to_linked"]["value"] == "2"
    assert Decimal(row("moved_back_since_previous_round")["value"]) == 0
    since_opening = row("moved_forward_since_opening")
    assert since_opening["components"]["forming_to_linked"]["value"] == "2"
    first = api.get("/api/v1/metrics/moved_forward_since_opening/?programme=NET&round=net-2018").json()["results"][0]
    assert first["value"] is None and first["null_reason"] == "MISSING_BASELINE"
