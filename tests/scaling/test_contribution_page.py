"""Contribution: what was done, and what went with it, of the invented network."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.test.utils import CaptureQueriesContext

from indicators.models import Return, Round
from organizations.models import Intervention, Organization
from organizations.models.support import InterventionOrganization
from programmes.models import Phase

DAY = datetime.date
pytestmark = pytest.mark.django_db
NET = "/questions/contribution/?programme=NET"
BOTH = ("G1", "G2", "G3", "G6", "G8")


def card(page: Any, name: str) -> Any:
    (found,) = [one for one in page.figures if one.id == name]
    return found


def rate(code: str, round_code: str, level: int, systems: int) -> None:
    values = {"ATT-1": level, "ATT-2": level, "STR-1": level, "STR-2": level} | {
        f"SYS-{item}": systems for item in range(1, 5)
    }
    one = Return.objects.get(organization__code=code, round=Round.objects.get(code=round_code))
    Return.objects.filter(pk=one.pk).update(
        values={**one.values, **values}, reported=one.values, correction_code="other", correction_reason="rated late",
        evidence={**one.evidence, **dict.fromkeys(values, "minutes seen")},
    )  # fmt: skip


def support(codes: tuple[str, ...], first: datetime.date, last: datetime.date, **more: Any) -> None:
    made = Intervention.objects.create(
        phase=Phase.objects.get(code="NET-1"),
        **({"purpose": "bonding", "method": "coaching", "participants": 30, "women": 10} | more),
        valid=DateRange(first, last + datetime.timedelta(days=1)),
    )
    for code in codes:
        InterventionOrganization.objects.create(
            intervention=made, organization=Organization.objects.get(code=code)
        )  # fmt: skip


def test_without_ratings_and_support_it_says_both_and_claims_nothing(reader: Client) -> None:
    page = reader.get(NET).context["page"]
    assert page.answer.startswith("No support is recorded. Whether attitudes and structure changed")
    assert "This is no proof of an effect." in page.answer
    assert all(one.empty and one.empty.action_url for one in page.figures)
    assert any("No effect is claimed" in note for note in page.notes)


def test_outputs_are_summed_up_to_the_day_of_the_round(reader: Client) -> None:
    support(("G1", "G2"), DAY(2019, 1, 1), DAY(2019, 1, 10))
    support(("G1",), DAY(2022, 6, 21), DAY(2022, 12, 31), purpose="brokering", participants=None, women=None)
    support(("G1",), DAY(2022, 7, 1), DAY(2022, 7, 9))
    page = reader.get(f"{NET}&round=net-2022").context["page"]
    rows = {row[0].text: [cell.value for cell in row[1:]] for row in page.all_tables["support"].rows}
    assert rows["bonding"] == [1, 10, 30, 10, 0], "what began after the round is not counted"
    assert rows["brokering (linkage)"] == [1, 10, 0, 0, 1], "days after the round are not counted"
    assert page.answer.startswith("2 interventions reached 30 participants.")


def test_systems_against_what_comes_before(reader: Client) -> None:
    for code in BOTH:
        rate(code, "net-2018", 2, 2)
        rate(code, "net-2022", 4 if code in ("G1", "G2") else 3, 3 if code == "G1" else 2)
    page = reader.get(f"{NET}&round=net-2022").context["page"]
    rows = [row[1].value for row in page.all_tables["follow"].rows]
    assert rows == [1, 4, 0, 0]
    dots = {(x, y): size for trace in card(page, "follow").figure["data"]
            for x, y, size in zip(trace["x"], trace["y"], trace["marker"]["size"], strict=True)}  # fmt: skip
    assert dots == {(2, 1): 1, (2, 0): 1, (1, 0): 3}


def test_days_of_support_in_bins(reader: Client) -> None:
    for code in BOTH:
        rate(code, "net-2018", 2, 2)
        rate(code, "net-2022", 3, 5 if code in ("G1", "G2", "G3") else 2)
    support(("G1", "G2", "G3"), DAY(2020, 1, 1), DAY(2020, 2, 29))
    page = reader.get(f"{NET}&round=net-2022").context["page"]
    rows = {row[0].text: row for row in page.all_tables["doses"].rows}
    assert rows["31 to 90"][3].value == 3 and rows["31 to 90"][4].value == 3
    drawn = {trace["name"]: (trace["x"], trace["y"]) for trace in card(page, "doses").figure["data"]}
    assert drawn["systems"] == ([60.0], [3.0]), "two organizations without support are too few for a dot"


def test_the_number_of_queries_is_pinned(reader: Client) -> None:
    reader.get(NET)
    with CaptureQueriesContext(connection) as queries:
        reader.get(NET)
    assert len(queries) == 25
