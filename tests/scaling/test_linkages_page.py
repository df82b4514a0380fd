"""Linkages: partners, values, the life of agreements and buyers of the invented network (domain study 4.12)."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client

from organizations.models import Linkage, LinkageTransaction, Organization
from programmes.models import Partner, Programme
from scaling import register_rollups, rollups
from scaling.dashboards.questions.linkages import agreed, agreements
from scaling.models import MarkKind
from scaling.rollups import mark

pytestmark = pytest.mark.django_db
NET = "/questions/linkages/?programme=NET&round=net-2022"
DAY = datetime.date(2022, 6, 30)


def card(page: Any, name: str) -> Any:
    return next(one for one in page.figures if one.id == name)


def cells(page: Any, table: str) -> list[list[Any]]:
    return [[cell.text if cell.value is None else cell.value for cell in row] for row in page.all_tables[table].rows]


def linkage(code: str, start: str, end: str | None, kind: str = "offtake", **fields: Any) -> Linkage:
    type_ = fields.pop("type", "buyer")
    other = Organization.objects.filter(code=fields.pop("partner_code", "")).first()
    partner, _made = Partner.objects.get_or_create(
        code=f"T-{type_}", defaults={"name": f"The {type_}", "type": type_, "sector": "private"}
    )
    dates = DateRange(datetime.date.fromisoformat(start), None if end is None else datetime.date.fromisoformat(end))
    return Linkage.objects.create(
        organization=Organization.objects.get(code=code),
        partner=None if other else partner,
        partner_organization=other,
        kind=kind,
        form="written_contract",
        causality="facilitated",
        valid=dates,
        **fields,
    )


@pytest.fixture
def contracts(reader: Client) -> Client:
    """Only these agreements: two in force with a value, one ended and renewed, one in negotiation."""
    Linkage.objects.all().delete()
    linkage("C1", "2020-03-01", None, value=900, currency="XNC", renewals=2)
    linkage("G3", "2021-01-01", "2022-08-01", kind="finance_credit", type="bank", value=100, currency="XNC")
    linkage("G3", "2019-01-01", "2020-01-01", value=50, currency="XNC", status="renewed")
    linkage("G1", "2022-01-01", None, status="negotiating")
    return reader


def test_partners_over_time_count_what_was_in_force_at_the_end_of_each_year(contracts: Client) -> None:
    page = contracts.get(NET).context["page"]
    assert cells(page, "partners-by-year") == [["2019", 1, 0], ["2020", 1, 0], ["2021", 1, 1], ["2022", 1, 1]]
    assert page.answer.startswith(
        "2 partners have crowded in, with 2 agreements in force, worth 1,000 XNC where a value is on record; at the end "
        "of 2021 there were 2. "
    )
    assert "1 ends within 60 days." in page.answer


def test_what_flows_is_the_value_in_one_currency(contracts: Client) -> None:
    linkage("G5", "2021-05-01", None, value=7, currency="USD")
    page = contracts.get(NET).context["page"]
    assert [row[1:] for row in cells(page, "flows")] == [["buyer", 1, 900], ["bank", 1, 100]]
    (trace,) = card(page, "flows").figure["data"]
    assert sorted(trace["link"]["value"]) == [100.0, 900.0]
    assert "1 agreement without a value in this currency is left out." in card(page, "flows").reading
    assert {tuple(row[3:]) for row in cells(page, "contract-value")} == {
        (1, Decimal(900), "XNC"), (1, Decimal(100), "XNC"), (1, Decimal(7), "USD")
    }  # fmt: skip


def test_without_a_value_the_number_flows(contracts: Client) -> None:
    Linkage.objects.update(value=None, currency="")
    page = contracts.get(NET).context["page"]
    assert "no value is on record" in card(page, "flows").subtitle
    assert card(page, "flows").figure["data"][0]["link"]["value"] == [1.0, 1.0]


def test_agreements_are_drawn_as_they_stood_on_the_day(contracts: Client) -> None:
    page = contracts.get(NET).context["page"]
    rows = cells(page, "agreements")
    assert [(row[5], row[6]) for row in rows] == [("renewed", 2), ("ends within 60 days", 0), ("renewed", 0)]
    assert [row[3] for row in cells(page, "expiring")] == ["Aug 1, 2022"]
    earlier = contracts.get("/questions/linkages/?programme=NET&round=net-2020").context["page"]
    assert [row[5] for row in cells(earlier, "agreements")] == ["renewed", "renewed"]


def test_agreements_are_paged_without_a_gap(contracts: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agreements, "PAGE", 2)
    first = contracts.get(NET).context["page"]
    second = contracts.get(first.own["next"].partition("#")[0]).context["page"]
    seen = [row[7] for page in (first, second) for row in cells(page, "agreements")]
    assert seen == [900, 100, 50] and not second.own["next"] and second.own["first"]
    refused = contracts.get(f"{NET}&after=nonsense")
    assert refused.status_code == 400 and "where a page of agreements begins" in refused.context["page"].error


def test_the_concentration_of_buyers_is_that_of_the_study(reader: Client) -> None:
    page = reader.get(NET).context["page"]
    assert [row[1] for row in cells(page, "buyers")] == [0, 0, 1, 0, 0, 0]
    assert "1 of 1 organization with sales is above 0.40" in card(page, "buyers").reading
    assert reader.get("/questions/linkages/?programme=NET&round=net-2018").context["page"].all_tables


def test_partners_of_organizations_come_from_the_stored_histogram(reader: Client) -> None:
    page = reader.get(NET).context["page"]
    rows = cells(page, "partners-per-organization")
    assert sum(row[2] for row in rows) == 7
    assert [row[2] for row in rows] == [2, 2, 2, 0, 1]


def test_what_is_counted_with_the_round_is_what_the_register_tells(
    contracts: Client, net: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole page from stored totals and from records: for everybody, a place, a kind and a tier, at two rounds."""
    linkage("G5", "2021-05-01", None, value=7, currency="USD")
    linkage("C1", "2018-03-01", "2019-06-01", kind="finance_credit", type="bank", value=Decimal("0.5"), currency="XNC")
    linkage("G2", "2019-02-01", None, type="ngo", partner_code="G8")
    for amount, buyer in ((600, "buyer"), (300, "bank")):
        deal = linkage("G3", "2017-01-01", None, kind="input_supply", type=buyer)
        LinkageTransaction.objects.create(
            linkage=deal, type="sale", date=datetime.date(2022, 3, 1), amount=amount, currency="XNC"
        )
    mark(MarkKind.ROUND, register_rollups.rounds_of_programmes([net.pk]))
    while rollups.drain():
        pass
    union = Organization.objects.get(code="C1")
    tables = ("partners-by-year", "flows", "contract-value", "buyers", "agreements", "expiring")
    for query in ("", "&place=XNA", f"&kind={union.kind}", f"&tier={union.tier}"):
        for round_ in ("net-2022", "net-2020"):
            url = f"/questions/linkages/?programme=NET&round={round_}{query}"
            told = []
            for many in (agreed.MANY, 0):
                monkeypatch.setattr(agreed, "MANY", many)
                page = contracts.get(url).context["page"]
                told.append(
                    (page.answer, page.headlines, [card.reading for card in page.figures],
                     {name: cells(page, name) for name in tables})
                )  # fmt: skip
            monkeypatch.undo()
            assert told[0] == told[1], url
            assert query or round_ == "net-2020" or sum(row[1] for row in told[0][3]["buyers"]) >= 1


def test_more_agreements_of_a_federation_than_can_be_counted_are_not(
    contracts: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agreed, "MOST", 1)
    page = contracts.get(f"{NET}&apex=F1").context["page"]
    assert card(page, "partners").empty.title == "Too many to count while you wait"
    assert page.answer.startswith("An active organization has")
