"""Services: what is offered, by whom, and who uses it, of the invented network (domain study 4.12)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client

from organizations.models import Organization, Service
from organizations.models.support import ServiceKind, ServiceProvider
from programmes.models import Programme
from scaling import rollups
from scaling.metrics.records import PROVIDERS
from scaling.metrics.service_coverage import SERVICES
from scaling.models import DirtyMark
from scaling.network.load import load
from tests.scaling import network
from tests.scaling.network_programme import make_programme

pytestmark = pytest.mark.django_db
NET = "/questions/services/?programme=NET"
EXPECTED = {row["test_id"]: row["expected"] for row in network.rows("expected_values")}


def card(page: Any, name: str) -> Any:
    return next(one for one in page.figures if one.id == name)


def cells(page: Any, table: str) -> dict[str, list[Any]]:
    rows = page.all_tables[table].rows
    return {row[0].text: [cell.text if cell.value is None else cell.value for cell in row[1:]] for row in rows}


def drained(net: Programme) -> None:
    DirtyMark.objects.bulk_create([DirtyMark(kind="round", object_id=one.pk) for one in net.rounds.all()])
    while rollups.drain():
        pass


def test_metrics_know_the_services_and_providers_of_the_register() -> None:
    assert list(SERVICES) == ServiceKind.values
    assert list(PROVIDERS) == ServiceProvider.values


def test_the_answer_tells_use_parity_and_what_is_offered(reader: Client) -> None:
    page = reader.get(NET).context["page"]
    assert page.answer == (
        "71% of members used a service, in 3 of 7 organizations that said so. Whether the poorest are served as well is "
        "not reported. 86% of the active organizations offer a service, most often inputs (86%)."
    )
    assert [one.value for one in page.headlines] == ["71%", "", "86%", "2.1"]
    assert page.headlines[2].note == "1 offer none"


def test_each_service_stands_once_under_the_nearest_provider(reader: Client, net: Programme) -> None:
    rows = cells(reader.get(NET).context["page"], "offered")
    assert rows["Inputs"][:3] == [6, 0, 0] and rows["Representation"][:3] == [0, 0, 0]
    for code, provider in (("G1", "apex"), ("G7", "apex"), ("G8", "partner")):
        organization = Organization.objects.get(code=code)
        dates = DateRange("2021-01-01", None)
        Service.objects.create(organization=organization, kind="representation", provider=provider, valid=dates)
    Service.objects.create(
        organization=Organization.objects.get(code="G1"),
        kind="representation",
        provider="own",
        valid=DateRange("2022-01-01", None),
    )
    drained(net)
    page = reader.get(NET).context["page"]
    own, apex, partner, share, _members = cells(page, "offered")["Representation"]
    assert (own, apex, partner, round(share)) == (1, 1, 1, 43)
    bars = {trace["meta"]["role"]: trace for trace in card(page, "offered").figure["data"][:3]}
    at = bars["primary"]["y"].index("representation")
    assert [bars[role]["x"][at] for role in ("primary", "local_apex", "private")] == [14.3, 14.3, 14.3]


def test_the_poorest_are_held_against_all_of_the_same_organizations(reader: Client, net: Programme) -> None:
    """Only G3, of 90 members and 20 of the poorest, offers a fifth service."""
    page = reader.get(NET).context["page"]
    whole, poorest, n = cells(page, "poorest-offered")["Technology"]
    rows = {row["org"]: row for row in network.rows("observations") if row["round"] == "2022"}
    assert float(whole) == pytest.approx(100 * 90 / sum(int(row["members"]) for row in rows.values()))
    total = sum(int(row["poorest"]) for row in rows.values())
    assert float(poorest) == pytest.approx(100 * int(rows["G3"]["poorest"]) / total) and n == len(rows)
    assert card(page, "poorest").figure["data"][2]["meta"]["role"] == "poorest"


def test_use_is_told_by_kind_and_without_the_poorest_that_is_said(reader: Client) -> None:
    page = reader.get(NET).context["page"]
    used = card(page, "used").figure["data"]
    assert used[1]["x"][0] is not None and used[2]["x"][0] is None, "nobody reports the poorest"
    assert page.headlines[1].null == "not reported"


def test_the_poorest_who_used_a_service_are_held_against_all(reader: Client, tmp_path: Path) -> None:
    """60 of 90 members were served, and 5 of the 10 poorest."""
    (tmp_path / "organizations.csv").write_text("code,kind,tier,formed_on\nX1,SHG,primary,2010-01-01\n")
    (tmp_path / "observations.csv").write_text("org,round,members,poorest\nX1,2018,80,10\nX1,2022,90,10\n")
    (tmp_path / "services.csv").write_text("org,served,served_poorest,partners,services\nX1,60,5,0,2\n")
    load(tmp_path, programme=make_programme("SERV"))
    while rollups.drain():
        pass
    page = reader.get("/questions/services/?programme=SERV").context["page"]
    assert page.headlines[1].value == "0.75"
    assert "0.75 times as much: less than others" in page.answer
    (row,) = cells(page, "used-by-kind").values()
    assert [float(value) for value in row[1:3]] == [50, 0.75]


def test_rounds_show_how_what_is_offered_grew(reader: Client) -> None:
    page = reader.get(NET).context["page"]
    rounds = page.all_tables["services-by-round"].rows
    assert len(rounds) == 3 and rounds[-1][3].value is not None
    assert card(page, "rounds").figure or card(page, "rounds").empty.action_url


def test_no_service_on_record_is_said_with_the_next_step(reader: Client, net: Programme) -> None:
    Service.objects.filter(organization__enrolments__programme=net).delete()
    drained(net)
    page = reader.get(NET).context["page"]
    assert card(page, "offered").figure is None
    assert card(page, "offered").empty.action_url.startswith("/organizations/")
    assert page.headlines[2].value == "0%"
