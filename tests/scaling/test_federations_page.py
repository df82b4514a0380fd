"""Federations: shape, tree, picture, churn and apexes of the invented network (domain study 4.6, 4.7)."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.test.utils import CaptureQueriesContext

from organizations import registry
from organizations.models import ApexMembership, Organization, Service
from programmes.access import RoleName
from programmes.models import Programme
from scaling import federation_network, federation_tree
from tests import factories

pytestmark = pytest.mark.django_db
NET = "/questions/federations/?programme=NET"
LEVEL = "/questions/federations/level/?programme=NET"
PICTURE = "/questions/federations/network/?programme=NET"
DAY = datetime.date(2022, 6, 30)


def card(page: Any, name: str) -> Any:
    return next(one for one in page.figures if one.id == name)


def cells(page: Any, table: str) -> list[list[Any]]:
    return [[cell.text if cell.value is None else cell.value for cell in row] for row in page.all_tables[table].rows]


def names(answer: Any) -> list[str]:
    return re.findall(r"organizations/([^/]+)/", answer.content.decode())


def test_the_answer_tells_what_was_built_and_whether_it_holds(reader: Client) -> None:
    page = reader.get(NET).context["page"]
    assert page.answer == (
        "71% of the active primary organizations are in a federation, of 3 apexes (2 of them cut vertices, 0 without a "
        "member); 2 stand alone. In 2022, up to Jun 30, 2022, 0 joined an apex and 0 left one."
    )
    assert page.headlines[2].value == "2.3" and page.headlines[2].comparison == "1.9 steps to the top on average"


def test_the_shape_of_each_round(reader: Client) -> None:
    page = reader.get(NET).context["page"]
    last = cells(page, "shape")[0]
    assert [round(float(value), 1) for value in last[1:]] == [71.4, 3, 1.9, 2.3, 20.0, 2, 0, 2]
    assert [row[1] for row in cells(page, "steps-to-the-top")] == [2, 0, 2, 3]


def test_the_tree_loads_level_by_level_from_the_largest(reader: Client) -> None:
    page = reader.get(NET).context["page"]
    assert [leaf.code for leaf in page.own["tree"].leaves] == ["F1", "IPA1"]
    (top, _association) = page.own["tree"].leaves
    assert "183 members" in top.text and top.open_url.startswith("/questions/federations/level/")
    assert names(reader.get(top.open_url)) == ["C1"]
    assert names(reader.get(f"{LEVEL}&below=C1")) == ["G3", "V1", "G6"]
    then = reader.get(f"{LEVEL}&below=C1&on=2019-12-31")
    assert names(then) == ["G3", "V1"]


def test_a_level_is_paged_without_a_gap(reader: Client, net: Programme, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(federation_tree, "PAGE", 2)
    first = reader.get(f"{LEVEL}&below=C1")
    (more,) = re.findall(r'data-more="([^"]+)"', first.content.decode())
    second = reader.get(more.replace("&amp;", "&"))
    assert names(first) + names(second) == ["G3", "V1", "G6"]
    assert "data-more" not in second.content.decode()
    assert reader.get(f"{LEVEL}&below=C1&after=nonsense").status_code == 400


def test_the_tree_hides_what_the_asker_may_not_see(net: Programme, client: Client) -> None:
    client.force_login(factories.person(RoleName.VIEWER, country="IND"))
    assert client.get("/questions/federations/level/?below=C1").status_code == 404
    assert "C1" not in client.get("/questions/federations/network/?organization=C1").json()["detail"].replace(
        "“C1”", ""
    )
    assert client.get("/questions/federations/network/?organization=C1").status_code == 400


def test_the_picture_is_layered_and_marks_who_connects(reader: Client) -> None:
    page = reader.get(f"{NET}&organization=C1").context["page"]
    rows = {row[0]: row for row in cells(page, "network-organizations")}
    assert len(rows) == 8
    assert {row[0] for row in rows.values() if "cut vertex" in row[4]} == {
        Organization.objects.get(code=code).name for code in ("C1", "V1")
    }
    traces = card(page, "network").figure["data"]
    heights = {trace["meta"]["role"]: set(trace["y"]) for trace in traces if trace["mode"] == "markers"}
    assert heights["primary"] == {0} and heights["national_apex"] == {3} and heights["loss"] == {1, 2}


def test_the_slider_gives_the_network_of_another_day(reader: Client) -> None:
    found = reader.get(f"{PICTURE}&organization=C1&on=2021-06-30").json()
    assert "in twelve months 2 joined and 0 left" in found["reading"]
    assert "joined in the last 12 months" in [trace["name"] for trace in found["figure"]["data"]]
    ApexMembership.objects.filter(member__code="G6").update(valid=DateRange(datetime.date(2021, 2, 1), DAY))
    left = reader.get(f"{PICTURE}&organization=C1&on=2022-09-30").json()
    assert "0 joined and 1 left" in left["reading"] and "left in the last 12 months" in left["table"]


def test_a_picture_is_cut_off_and_says_so(net: Programme, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(federation_network, "BELOW", 1)
    monkeypatch.setattr(federation_network, "MOST", 5)
    union = Organization.objects.get(code="C1")
    found = federation_network.around(factories.administrator(), union, [], on=DAY)
    assert len(found.nodes) <= 5 and found.total == 3 and found.drawn_below() < 3


@pytest.mark.parametrize(
    ("query", "said"),
    [("organization=NOPE", "no organization “NOPE”"), ("on=30.6.2022", "is no day"), ("on=2999-01-01", "is no day")],
)
def test_what_cannot_be_read_is_said(reader: Client, query: str, said: str) -> None:
    answer = reader.get(f"{NET}&{query}")
    assert answer.status_code == 400 and said in answer.context["page"].error
    assert reader.get(f"{PICTURE}&{query}").status_code == 400


def test_parts_take_as_many_queries_for_a_large_network_as_for_a_small_one(reader: Client, net: Programme) -> None:
    def count(url: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert reader.get(url).status_code == 200
        return len(queries)

    urls = [f"{LEVEL}&below=C1", f"{PICTURE}&organization=C1"]
    before = [count(url) for url in urls]
    union, model = Organization.objects.get(code="C1"), Organization.objects.get(code="G6")
    for number in range(6):
        made = registry.register(
            code=f"N{number}",
            name="New",
            kind="shg",
            place=model.place,
            formed_on=datetime.date(2020, 1, 1),
            promoter="project",
            programme=net,
            by=None,
        )
        ApexMembership.objects.create(member=made, apex=union, valid=DateRange(datetime.date(2021, 1, 1), None))
    assert [count(url) for url in urls] == before


def test_apexes_are_drawn_where_fees_are_on_record(reader: Client, net: Programme) -> None:
    assert card(reader.get(NET).context["page"], "works").empty
    members = ApexMembership.objects.filter(apex__code="C1")
    members.filter(member__code="G3").update(fee_paid_until=DAY)
    members.filter(member__code="G6").update(fee_paid_until=datetime.date(2022, 1, 1))
    group = Organization.objects.get(code="G3")
    Service.objects.create(
        organization=group, kind="inputs", provider="apex", valid=DateRange(datetime.date(2020, 1, 1), None)
    )
    page = reader.get(NET).context["page"]
    (dot,) = [trace for trace in card(page, "works").figure["data"] if trace["x"]]
    assert dot["x"] == [0.33] and dot["y"] == [50.0] and dot["meta"]["role"] == "loss"


def test_who_joined_and_left_year_by_year(reader: Client) -> None:
    page = reader.get(NET).context["page"]
    joined = {row[0]: row[1] for row in cells(page, "churn")}
    assert joined == {"2016": 1, "2017": 0, "2018": 0, "2019": 3, "2020": 2, "2021": 2}
