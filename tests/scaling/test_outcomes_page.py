"""Outcomes: matched change, cross-section, who improved, six systems and one organization of the invented network."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from indicators.models import Return, Round
from organizations.models import Organization
from programmes.models import Programme
from scaling import rollups
from scaling.dashboards import ratings
from scaling.models import DirtyMark
from tests.scaling import network

pytestmark = pytest.mark.django_db
NET = "/questions/outcomes/?programme=NET"
AGAINST = f"{NET}&round=net-2022&against=net-2018"
EXPECTED = {row["test_id"]: row["expected"] for row in network.rows("expected_values")}


def table(page: Any, name: str) -> dict[str, Any]:
    return {row[0].text: row for row in page.all_tables[name].rows}


def card(page: Any, name: str) -> Any:
    (found,) = [one for one in page.figures if one.id == name]
    return found


def put(code: str, round_code: str, values: dict[str, int]) -> None:
    """Levels corrected into a return; an organization that has none gets one."""
    round_ = Round.objects.get(code=round_code)
    known = Return.objects.filter(round=round_)
    other = known[0]
    one, _new = known.get_or_create(
        organization=Organization.objects.get(code=code),
        round=round_,
        defaults={"state": "approved", "entered_by": other.entered_by, "approved_by": other.approved_by,
                  "submitted_at": other.submitted_at, "approved_at": other.approved_at},
    )  # fmt: skip
    Return.objects.filter(pk=one.pk).update(
        values={**one.values, **values}, reported=one.values, correction_code="other", correction_reason="rated late",
        evidence={**one.evidence, **dict.fromkeys(values, "minutes seen")},
    )  # fmt: skip


def test_the_changes_are_those_of_the_study(reader: Client) -> None:
    page = reader.get(AGAINST).context["page"]
    governance = table(page, "matched")["Governance"]
    assert round(Decimal(governance[3].value), 2) == Decimal(EXPECTED["FX-37"])
    assert governance[4].text == "", "five organizations are too few for an interval"
    assert governance[5].value == 5
    across = table(page, "cross-section")["Governance"]
    assert round(Decimal(across[3].value), 3) == Decimal(EXPECTED["FX-36"])
    moves = table(page, "moves")["Governance"]
    found = [round(Decimal(moves[column].value), 2) for column in (2, 3, 4, 5)]
    assert found == [Decimal(EXPECTED[test]) for test in ("FX-38", "FX-39", "FX-40", "FX-41")]


def test_the_answer_has_number_comparison_and_n(reader: Client) -> None:
    page = reader.get(AGAINST).context["page"]
    assert page.answer == (
        "1 of 1 dimension rated at both dates improved since Jun 30, 2018; Governance moved by +0.66 points in 5 "
        "organizations. 40% of them stand at a satisfactory level there, 20% did."
    )


def test_a_dumbbell_joins_what_the_table_says(reader: Client) -> None:
    page = reader.get(AGAINST).context["page"]
    _joint, then, now, texts = card(page, "matched").figure["data"]
    row = table(page, "matched")["Governance"]
    assert then["x"] == [pytest.approx(float(row[1].value))] and now["x"] == [pytest.approx(float(row[2].value))]
    assert texts["text"] == ["+0.66, n = 5"]


def test_who_ended_since_is_said(reader: Client) -> None:
    page = reader.get(AGAINST).context["page"]
    assert any("1 organization rated at the opening has ended" in note.text for note in page.left_out)


def test_shares_of_a_bar_add_up_to_all(reader: Client) -> None:
    data = [
        trace for trace in card(reader.get(AGAINST).context["page"], "moves").figure["data"] if trace["type"] == "bar"
    ]
    assert [trace["meta"]["role"] for trace in data] == ["loss", "unseen", "gain"]
    assert sum(trace["x"][0] for trace in data) == pytest.approx(100)


def test_without_ratings_of_systems_it_says_so_and_where_to_enter_them(reader: Client) -> None:
    found = card(reader.get(NET).context["page"], "systems")
    assert found.figure is None and "six systems" in found.empty.text
    assert found.empty.action_url == "/rounds/net-2022/"


def test_six_systems_worst_on_top(reader: Client) -> None:
    put("G1", "net-2022", {"SYS-1": 5, "SYS-4": 2})
    put("G3", "net-2022", {"SYS-1": 3, "SYS-4": 2})
    page = reader.get(NET).context["page"]
    shown = card(page, "systems")
    assert list(dict.fromkeys(shown.figure["data"][0]["y"])) == ["Financial management", "Decision-making"]
    row = table(page, "systems")["Decision-making"]
    assert [cell.value for cell in row[1:7]] == [0, 0, 1, 0, 1, 0] and row[7].value == 4
    assert "Financial management (2.0 of 6)" in shown.reading


def test_a_kind_narrows_the_systems_too(reader: Client) -> None:
    kinds = dict(Organization.objects.filter(code__in=("G1", "G3")).values_list("code", "kind"))
    put("G1", "net-2022", {"SYS-1": 5})
    put("G3", "net-2022", {"SYS-1": 3})
    assert kinds["G1"] != kinds["G3"]
    row = table(reader.get(f"{NET}&kind={kinds['G1']}").context["page"], "systems")["Decision-making"]
    assert row[7].value == 5 and row[8].value == 1


def test_a_large_round_is_drawn_evenly_and_said(reader: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    put("G1", "net-2022", {"SYS-1": 5})
    monkeypatch.setattr(ratings, "MOST", 3)
    page = reader.get(NET).context["page"]
    (n,) = {row[8].value for row in page.all_tables["systems"].rows if row[0].text == "Decision-making"}
    assert n <= 1
    asked_for = [one for one in page.figures if one.id == "systems"]
    assert asked_for[0].empty or "drawn evenly" in asked_for[0].subtitle


def test_a_heat_map_by_kind_leads_into_the_kind(reader: Client) -> None:
    page = reader.get(NET).context["page"]
    field = card(page, "kind-dimensions").figure["data"][0]
    kinds = set(
        Organization.objects.filter(enrolments__programme__code="NET", tier="primary").values_list("kind", flat=True)
    )
    assert len(field["y"]) == len([row for row in page.all_tables["kind-dimensions"].rows if row[1].value])
    assert all(any(f"kind={kind}" in row[0] for kind in kinds) for row in field["meta"]["urls"])


def test_a_radar_only_of_one_organization(reader: Client, net: Programme) -> None:
    assert not [one for one in reader.get(NET).context["page"].figures if one.id == "itself"]
    page = reader.get(f"{NET}&apex=F1").context["page"]
    assert card(page, "itself").empty, "F1 has no ratings"
    put("F1", "net-2022", {f"{family}-{item}": 4 for family in ("GOV", "MAN", "LEA") for item in (1, 2)})
    shown = card(reader.get(f"{NET}&apex=F1").context["page"], "itself")
    (trace,) = shown.figure["data"]
    assert trace["type"] == "scatterpolar" and trace["r"] == [4.0, 4.0, 4.0, 4.0]


def test_the_number_of_queries_is_pinned(reader: Client) -> None:
    reader.get(NET)
    DirtyMark.objects.all().delete()
    while rollups.drain():
        pass
    with CaptureQueriesContext(connection) as queries:
        reader.get(NET)
    assert len(queries) == 29


def test_a_place_and_a_federation_narrow_the_sample(reader: Client) -> None:
    put("G1", "net-2022", {"SYS-1": 5})
    put("G8", "net-2022", {"SYS-1": 3})
    whole, inside, below = (
        table(reader.get(f"{NET}{query}").context["page"], "systems")["Decision-making"][8].value
        for query in ("", "&place=XNA", "&apex=F1")
    )
    assert (whole, inside, below) == (2, 2, 1), "G8 belongs to no federation"
