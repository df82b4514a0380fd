"""Enabling space: events with arrows over ratings, what comes next, nothing of other countries."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client

from programmes import context
from programmes.access import RoleName
from programmes.models import Place, Programme
from tests import factories

pytestmark = pytest.mark.django_db
PAGE = "/questions/enabling-space/?programme=NET"
DAY = datetime.date


@pytest.fixture
def around(net: Programme) -> Place:
    country = net.countries.get()
    for title, day, direction in (
        ("Act", DAY(2020, 1, 1), "enabling"),
        ("Ban", DAY(2021, 1, 1), "constraining"),
        ("Plan", DAY.today() + datetime.timedelta(days=40), "enabling"),
    ):
        context.record_policy_event(
            country=country, title=title, date=day, type="law", stage="adopted", direction=direction, by=None
        )
    context.record_election(
        country=country, level="local", kind="council", date=DAY.today() + datetime.timedelta(days=10), by=None
    )
    for day, rating in ((DAY(2018, 1, 1), 2), (DAY(2020, 1, 1), 4)):
        context.assess_space(programme=net, space="political", date=day, rating=rating, evidence="seen", by=None)
    context.assess_space(programme=net, space="cultural", date=DAY(2018, 1, 1), rating=3, evidence="seen", by=None)
    return country


def test_the_answer_says_what_opened_and_what_comes_next(reader: Client, around: Place) -> None:
    page = reader.get(PAGE).context["page"]
    assert page.answer.startswith("Of 1 rated space, 1 opened and 0 closed since Jan 1, 2018. 1 policy events helped")
    assert "Next: Election, local: council" in page.answer
    assert [cell.text for cell in page.all_tables["calendar"].rows[1]][1] == "Plan"


def test_events_point_up_or_down_and_a_rating_holds_until_the_next(reader: Client, around: Place) -> None:
    page = reader.get(PAGE).context["page"]
    card = page.figures[0]
    symbols = {trace["marker"]["symbol"]: trace for trace in card.figure["data"] if trace["type"] == "scatter"}
    assert set(symbols) == {"triangle-up", "triangle-down", "square"}
    assert symbols["triangle-down"]["meta"]["role"] == "loss"
    assert all(reader.get(url).status_code == 200 for url in symbols["triangle-up"]["meta"]["urls"])
    level_2 = next(trace for trace in card.figure["data"] if trace["meta"]["role"] == "level-2")
    assert level_2["x"] == [(DAY(2020, 1, 1) - DAY(2018, 1, 1)).days * 24 * 3600 * 1000]


def test_a_space_that_nobody_rated_says_so(reader: Client, around: Place) -> None:
    page = reader.get(PAGE).context["page"]
    rated = {row[0].text: row[2] for row in page.all_tables["ratings"].rows}
    assert rated["political"].value == 4 and rated["institutional"].text == "not rated"
    (change,) = [card for card in page.figures if card.id == "change"]
    assert change.reading == "political moved most: from 2 to 4."


def test_events_of_other_countries_stay_out(client: Client, around: Place) -> None:
    client.force_login(factories.person(RoleName.VIEWER, country="IND"))
    assert "Ban" not in client.get("/questions/enabling-space/").content.decode()
