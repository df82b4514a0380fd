"""Finance: leverage, crowd-in, savings and credit of the invented network, and what a missing rate says."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from indicators.models import Round
from programmes.models import ExchangeRate, FinancingLine, Phase
from scaling import rollups
from scaling.metrics import REGISTER_METRICS, RegisterSubject
from scaling.metrics.cells import LOCAL, Register, Tally
from scaling.models import DirtyMark
from tests.scaling import network

pytestmark = pytest.mark.django_db
NET = "/questions/finance/?programme=NET"
EXPECTED = {row["test_id"]: row["expected"] for row in network.rows("expected_values")}


def card(page: Any, name: str) -> Any:
    (found,) = [one for one in page.figures if one.id == name]
    return found


def own_funds(**amounts: Tally) -> Any:
    register = Register(amounts={(name, LOCAL, "KES"): tally for name, tally in amounts.items()})
    return REGISTER_METRICS["own_funds_share"].compute(RegisterSubject(cell=register, prices=LOCAL)).figure


def test_own_money_in_all_money() -> None:
    assert own_funds(savings=Tally(3, 300), external_credit=Tally(2, 700)).value == 30
    assert own_funds(savings=Tally(3, 300)).null_reason == "NOT_REPORTED"
    assert own_funds(savings=Tally(3, 300), external_credit=Tally(2, 700, 1)).null_reason == "NO_RATE"


def test_agreed_beside_paid_and_what_came_after_in_a_bar_of_its_own(reader: Client) -> None:
    page = reader.get(NET).context["page"]
    ratios = {row[1].text: Decimal(row[-1].value) for row in page.all_tables["financing"].rows}
    found = [round(ratios[stage], 4) for stage in ("agreed", "paid", "after design")]
    assert found == [Decimal(EXPECTED[test]) for test in ("FX-50", "FX-52", "FX-56")]
    bars = [trace for trace in card(page, "financing").figure["data"] if trace["type"] == "bar"]
    labels = bars[0]["y"]
    assert [label.rsplit(" · ", 1)[1] for label in labels] == ["agreed", "paid", "after design"]
    heights = [sum(trace["x"][i] or 0 for trace in bars) for i in range(3)]
    assert heights == pytest.approx([20.0, 12.3, 3.8])
    by_role = {trace["meta"]["role"]: trace["x"] for trace in bars}
    assert by_role["ifad"][2] is None, "IFAD is no financier of what came after design"


def test_the_answer_and_the_headlines(reader: Client) -> None:
    page = reader.get(NET).context["page"]
    assert page.answer.startswith(
        "For one dollar of IFAD's, others agreed to put in 1.00 and have paid 1.05. After design 0.63 more came in"
    )
    assert [headline.value for headline in page.headlines] == ["20.0", "1.00", "1.05", "0.63"]
    assert page.headlines[2].note == "63% of what was agreed is paid"


def test_a_phase_narrows_financing_and_kinds_do_not(reader: Client) -> None:
    assert Phase.objects.get(code="NET-1").label
    page = reader.get(f"{NET}&phase=NET-1&kind=shg").context["page"]
    assert page.headlines[1].value == "1.00"
    assert any("Financing is told of whole phases" in note for note in page.notes)


def test_savings_and_credit_and_their_ratio(reader: Client) -> None:
    page = reader.get(NET).context["page"]
    rows = {row[0].url.rstrip("/").rsplit("/", 1)[-1]: row for row in page.all_tables["savings"].rows}
    assert rows["net-2022"][1].value == Decimal(EXPECTED["FX-70"])
    (ratio,) = [row[1].value for row in page.all_tables["credit-to-savings"].rows if row[1].value is not None]
    assert round(Decimal(ratio), 3) == Decimal(EXPECTED["FX-71"])
    dollars = reader.get(f"{NET}&prices=usd").context["page"]
    changed = {row[0].url.rstrip("/").rsplit("/", 1)[-1]: row for row in dollars.all_tables["savings"].rows}
    assert Decimal(changed["net-2022"][1].value) == Decimal(EXPECTED["FX-70"]) / 40
    assert "US$" in card(dollars, "savings").subtitle


def test_a_missing_rate_is_named_with_the_way_to_enter_it(reader: Client) -> None:
    ExchangeRate.objects.all().delete()
    for one in Round.objects.filter(programme__code="NET"):
        DirtyMark.objects.create(kind="round", object_id=one.pk)
    while rollups.drain():
        pass
    page = reader.get(f"{NET}&prices=usd").context["page"]
    shown = card(page, "savings")
    assert shown.figure is None and shown.empty.action_url == "/rates/missing/"
    assert any("No exchange rate" in note.text and note.url == "/rates/missing/" for note in page.left_out)


def test_financing_without_rounds_stands_alone(reader: Client) -> None:
    page = reader.get("/questions/finance/?programme=PCDP").context["page"]
    assert card(page, "financing").figure
    assert card(page, "savings").empty.action_url


def test_no_financing_at_all_leads_to_the_programme(reader: Client) -> None:
    FinancingLine.objects.filter(phase__programme__code="NET").delete()
    DirtyMark.objects.create(kind="phase", object_id=Phase.objects.get(code="NET-1").pk)
    while rollups.drain():
        pass
    shown = card(reader.get(NET).context["page"], "financing")
    assert shown.figure is None and shown.empty.action_url == "/programmes/NET/"


def test_the_number_of_queries_is_pinned(reader: Client) -> None:
    reader.get(NET)
    with CaptureQueriesContext(connection) as queries:
        reader.get(NET)
    assert len(queries) == 29
