"""Inclusion: shares, leaders and alerts of the invented network (domain study 4.3 to 4.5)."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from organizations.models import Organization
from programmes.models import Programme
from scaling.models import Alert
from tests.scaling import network

pytestmark = pytest.mark.django_db
NET = "/questions/inclusion/?programme=NET"
AGAINST = f"{NET}&round=net-2022&against=net-2018"
EXPECTED = {row["test_id"]: Decimal(row["expected"]) for row in network.rows("expected_values") if row["test_id"] in
            ("FX-18", "FX-19", "FX-20", "FX-21", "FX-22", "FX-23", "FX-24", "FX-25")}  # fmt: skip


def test_the_shares_are_those_of_the_study(reader: Client) -> None:
    page = reader.get(AGAINST).context["page"]
    shown = {row[0].text: row for row in page.all_tables["shares"].rows}
    poorest = shown["the poorest"]
    assert round(Decimal(poorest[3].value), 2) == EXPECTED["FX-24"]
    assert round(Decimal(poorest[4].value), 2) == EXPECTED["FX-25"]
    assert "shares-by-round" not in page.all_tables, "another opening is told from records; rounds are not drawn"


def test_shares_over_the_rounds(reader: Client) -> None:
    page = reader.get(NET).context["page"]
    rounds = {row[0].url.rstrip("/").rsplit("/", 1)[-1]: row for row in page.all_tables["shares-by-round"].rows}
    for code, tests in (("net-2018", ("FX-18", "FX-20", "FX-22")), ("net-2022", ("FX-19", "FX-21", "FX-23"))):
        values = [round(Decimal(cell.value), 2) for cell in rounds[code][1:4]]
        assert values == [EXPECTED[test] for test in tests], code
    (card,) = [one for one in page.figures if one.id == "rounds"]
    assert {trace["meta"]["role"] for trace in card.figure["data"]} >= {"women", "youth", "poorest"}


def test_the_answer_names_women_the_poorest_and_elite_capture(reader: Client) -> None:
    page = reader.get(AGAINST).context["page"]
    assert page.answer == (
        "Women are 56% of members (−2.7 points since the baseline) and hold 0.98 times that share of offices. The "
        "poorest are 25%, 9.7 points fewer than at the baseline. There are strong signs of elite capture."
    )


def test_a_slope_joins_the_same_organizations(reader: Client) -> None:
    page = reader.get(AGAINST).context["page"]
    (card,) = [one for one in page.figures if one.id == "shares"]
    drift = {row[0].text: row[3].value for row in page.all_tables["shares"].rows}
    for trace in card.figure["data"]:
        then, now = trace["y"]
        assert now - then == pytest.approx(float(drift[trace["name"]]))


def test_alerts_of_the_selection_are_listed_and_those_of_others_not(reader: Client, net: Programme) -> None:
    Alert.objects.filter(programme=net).delete()  # those that the computation opened
    now = timezone.now()
    for code in ("G1", "G5"):
        Alert.objects.create(
            rule="inclusion_falling", programme=net, organization=Organization.objects.get(code=code),
            severity="high", opened_at=now, figures={"poorest_share_drift": "-8.0"},
        )  # fmt: skip
    Alert.objects.filter(organization__code="G5").update(closed_at=now + datetime.timedelta(days=1))
    page = reader.get(NET).context["page"]
    (row,) = page.all_tables["alerts"].rows
    assert row[0].url.startswith("/alerts/") and "-8.0" in row[3].text
    assert "1 organization with an open alert" in page.headlines[-1].note
    kind = Organization.objects.get(code="G1").kind
    other = next(one for one in ("forest_users", "pastoral", "fisher") if one != kind)
    page = reader.get(f"{NET}&kind={kind}").context["page"]
    assert len(page.all_tables["alerts"].rows) == 1
    page = reader.get(f"{NET}&kind={other}").context["page"]
    assert page.all_tables == {} or page.all_tables["alerts"].rows == []
