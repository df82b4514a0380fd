"""Membership: the sentence, the waterfall and the numbers of the invented network (domain study 4.1)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from indicators.models import OverlapSample
from programmes.models import Programme
from scaling import rollups
from tests.scaling import network
from tests.scaling.test_question_pages import NET

pytestmark = pytest.mark.django_db
AGAINST = f"{NET}&round=net-2022&against=net-2018"
EXPECTED = {
    row["test_id"]: row["expected"] for row in network.rows("expected_values") if row["test_id"].startswith("FX-0")
}


def test_the_waterfall_adds_up_to_the_values_of_the_study(reader: Client) -> None:
    page = reader.get(AGAINST).context["page"]
    table = page.all_tables["growth"]
    members = [int(row[1].value) for row in table.rows]
    baseline, *parts, now = members
    assert baseline + sum(parts) == now
    assert [str(value) for value in (baseline, now, *parts[:4])] == [EXPECTED[f"FX-0{n}"] for n in (1, 2, 3, 4, 5, 6)]
    (card,) = [one for one in page.figures if one.id == "growth"]
    assert card.figure["data"][0]["y"] == members
    assert card.figure["data"][0]["meta"]["roles"][-2:] == ["unseen", "now"]


def test_the_answer_tells_growth_and_where_it_came_from(reader: Client) -> None:
    page = reader.get(AGAINST).context["page"]
    assert page.answer == (
        "Membership grew by 42.5% since Jun 30, 2018; 81% of what was added joined organizations that were there "
        "before. 251 members were observed in the last round. 773 memberships are reported by organizations and apexes; "
        "they are 241 persons."
    )
    assert [one.value for one in page.headlines] == ["251", "+42.5%", "+75.2%", "+31.1%"]


def test_a_mark_goes_down_with_the_filters_kept(reader: Client) -> None:
    page = reader.get(AGAINST).context["page"]
    (card,) = [one for one in page.figures if one.id == "kinds"]
    for url in card.figure["data"][0]["meta"]["urls"]:
        assert "round=net-2022" in url and "against=net-2018" in url and "kind=" in url
        assert reader.get(url).status_code == 200


def test_without_a_baseline_it_says_so_and_where_rounds_are(reader: Client) -> None:
    page = reader.get(f"{NET}&round=net-2018").context["page"]
    assert "cannot be told" in page.answer
    (card,) = [one for one in page.figures if one.id == "growth"]
    assert card.figure is None and card.empty.action_url.startswith("/rounds/")


def test_a_federation_says_that_its_total_is_not_split(reader: Client) -> None:
    page = reader.get(f"{NET}&apex=F1").context["page"]
    (card,) = [one for one in page.figures if one.id == "kinds"]
    assert card.empty.title == "Not split by kind" and "apex" not in card.empty.action_url


def test_another_programme_stands_beside(reader: Client) -> None:
    Programme.objects.create(code="BARE", name="Bare", instrument="project")
    assert reader.get(f"{NET}&beside=BARE").status_code == 200
    Programme.objects.filter(code="NET").update(acronym="Net")
    bare = reader.get("/questions/membership/?programme=BARE&beside=NET").context["page"]
    assert bare.empty and bare.empty.action_url == "/register-organization/"


# --- how many persons that is ----------------------------------------------------------------------------------------
def reach(reader: Client, query: str = NET) -> tuple[Any, dict[str, Any]]:
    page = reader.get(query).context["page"]
    (card,) = [one for one in page.figures if one.id == "reach"]
    return card, {row[0].text: row for row in page.all_tables["reach"].rows}


def test_memberships_become_persons_step_by_step(reader: Client) -> None:
    card, rows = reach(reader)
    assert card.figure["data"][0]["y"] == [773, -517, 256, pytest.approx(-15.06), pytest.approx(240.94)]
    assert rows["Counted again in apexes"][1].text == "−517"
    assert "from a sample" in rows["Second memberships"][2].text
    assert card.reading == "Of 773 memberships 517 are counted again in apexes: 241 persons."


def test_without_knowledge_of_overlap_the_range_and_its_reason_are_told(reader: Client, net: Programme) -> None:
    OverlapSample.objects.filter(round__programme=net).delete()
    while rollups.drain():
        pass
    card, rows = reach(reader)
    assert rows["Persons, at least"][1].value < rows["Persons, at most"][1].value == 256
    assert "not known" in rows["Second memberships"][2].text
    assert rows["Persons, at least"][2].text == "no fewer than the members of the largest kind of organization"
    assert "to 256 persons" in card.reading and "the most that it can be" in card.reading


def test_apexes_alone_tell_no_more_than_a_bound_of_persons(reader: Client) -> None:
    card, rows = reach(reader, f"{NET}&tier=national_apex")
    assert rows["Memberships, each once"][1].bound == "≥"
    assert "≥" in card.reading
