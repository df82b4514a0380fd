"""How is one organization doing: members, scores, comparison, its returns with links, and nothing of others."""

from __future__ import annotations

import re
from decimal import Decimal
from statistics import median

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from indicators.models import Return, Round
from indicators.words import dimension_label
from organizations.models import Organization
from programmes.access import RoleName
from scaling import formats
from scaling.dashboards import ratings, similar
from tests import factories
from tests.scaling.network_programme import make_programme
from tests.scaling.test_recorded_tables import now

pytestmark = pytest.mark.django_db


def reporting() -> Organization:
    """A primary organization with an approved return in the first and the last round."""
    found = Organization.objects.filter(tier="primary", returns__round__code="net-2018", returns__state="approved")
    return found.filter(returns__round__code="net-2022").order_by("code")[0]


def test_members_over_rounds_are_those_of_its_approved_returns(reader: Client) -> None:
    one = reporting()
    page = reader.get(f"/how-is/{one.code}/").context["page"]
    rows = Return.objects.filter(organization=one, state="approved").select_related("round")
    by_day = {row.round.reference_date: int(row.values["OP-06"]) for row in rows if "OP-06" in row.values}
    counts = [by_day[day] for day in sorted(by_day)]
    assert [row[1].value for row in page.all_tables["members"].rows] == counts
    assert f"From {counts[0]} members" in page.answer and f"to {counts[-1]} on" in page.answer


def test_its_returns_are_listed_with_links_and_the_register_leads_here_and_back(reader: Client) -> None:
    one = reporting()
    page = reader.get(f"/how-is/{one.code}/").context["page"]
    table = page.all_tables["returns"]
    assert len(table.rows) == Return.objects.filter(organization=one).count()
    for row in table.rows:
        assert reader.get(row[0].url).status_code == 200
    assert f"/how-is/{one.code}/" in reader.get(f"/organizations/{one.code}/").content.decode()
    assert any(option.url == f"/organizations/{one.code}/" for option in page.records)


def test_a_draft_is_listed_and_not_counted(reader: Client) -> None:
    round_ = Round.objects.get(code="net-2022")
    one = Organization.objects.filter(tier="primary", returns__round__code="net-2018").exclude(returns__round=round_)[0]
    before = reader.get(f"/how-is/{one.code}/").context["page"]
    who = factories.user()
    Return.objects.create(
        organization=one, round=round_, values={"OP-06": 99}, entered_by=who, entered_by_ids=[who.pk], changed_by=who
    )
    page = reader.get(f"/how-is/{one.code}/").context["page"]
    assert len(page.all_tables["members"].rows) == len(before.all_tables["members"].rows)
    assert "It was not observed in the round of Jun 30, 2022." in page.answer
    assert len(page.all_tables["returns"].rows) == len(before.all_tables["returns"].rows) + 1


def test_somebody_elses_organization_is_not_there(client: Client, reader: Client) -> None:
    code = reporting().code
    client.force_login(factories.person(RoleName.VIEWER, country="IND"))
    assert client.get(f"/how-is/{code}/").status_code == 404
    assert client.get("/how-is/NOPE/").status_code == 404


def test_it_is_compared_with_the_median_of_its_kind_and_tier(reader: Client) -> None:
    """The same median made slowly from the approved returns, in the whole programme; in its place there are too few."""
    one = reporting()
    page = reader.get(f"/how-is/{one.code}/?similar=programme").context["page"]
    others = Return.objects.filter(
        round__code="net-2022", state="approved", organization__kind=one.kind, organization__tier=one.tier
    ).exclude(organization=one)
    counts = [int(row.values["OP-06"]) for row in others if "OP-06" in row.values]
    assert len(counts) >= similar.FEW
    assert f"median of similar ones {formats.number(Decimal(median(counts)))}" in page.headlines[1].note
    table = page.all_tables["compared"]
    scored: dict[str, list[Decimal]] = {}
    for row in others.select_related("round"):
        for name, score in ratings.scales().scores(row.values, row.round.scale_version_id).items():
            scored.setdefault(dimension_label(name), []).append(score)
    assert {row[0].text: row[1].value for row in table.rows}.items() <= {
        name: median(found) for name, found in scored.items()
    }.items()
    assert all(row[4].value == len(scored[row[0].text]) for row in table.rows) and table.rows
    assert page.filters[0].value == "in its whole programme" and page.filters[0].is_set
    assert page.share_url.endswith("?similar=programme")


def test_too_few_in_its_place_lead_to_the_whole_programme(reader: Client) -> None:
    pages = [
        reader.get(f"/how-is/{code}/").context["page"] for code in Organization.objects.values_list("code", flat=True)
    ]
    few = [card for page in pages for card in page.figures if card.id == "compared" and card.empty]
    assert few and any(card.empty.action_url.endswith("?similar=programme") for card in few)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("similar=country", "One of place, programme is expected."),
        ("similar=place&similar=programme", "One value is expected"),
        ("colour=red", "Unknown filter “colour”. Known here: similar, known_at."),
    ],
)
def test_a_comparison_that_is_not_known_is_refused(reader: Client, query: str, said: str) -> None:
    answer = reader.get(f"/how-is/{reporting().code}/?{query}")
    assert answer.status_code == 400 and said in answer.content.decode()
    assert not answer.context["page"].figures


def test_of_many_a_part_is_drawn_the_same_at_every_look(reader: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(similar, "MOST", 2)
    monkeypatch.setattr(similar, "FEW", 1)
    url = f"/how-is/{reporting().code}/?similar=programme"
    first, second = (reader.get(url).context["page"].all_tables["compared"].rows for _time in range(2))
    assert first == second and all(row[4].value <= 2 for row in first)
    readings = [card.reading for card in reader.get(url).context["page"].figures if card.id == "compared"]
    assert "drawn by chance from more" in readings[0]


def test_as_many_queries_in_a_large_programme_as_in_a_small_one(reader: Client) -> None:
    url = f"/how-is/{reporting().code}/"

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert reader.get(url).status_code == 200
        return len(queries)

    count()
    first = count()
    for number in range(3):
        make_programme(f"MORE{number}")
    assert count() <= first <= 48


def test_every_organization_has_its_page(reader: Client) -> None:
    for code in Organization.objects.values_list("code", flat=True):
        answer = reader.get(f"/how-is/{code}/")
        assert answer.status_code == 200
        for card in answer.context["page"].figures:
            assert card.figure or card.empty.action_url, (code, card.id)
        identifiers = re.findall(r'\bid="([^"]+)"', answer.content.decode())
        assert len(identifiers) == len(set(identifiers))


# --- files, and as known at a moment ---------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_every_table_is_a_file_with_the_numbers_of_the_page(reader: Client, kind: str) -> None:
    url = f"/how-is/{reporting().code}/?similar=programme"
    page = reader.get(url).context["page"]
    assert {"members", "returns", "life"} <= page.all_tables.keys()
    for name, table in page.all_tables.items():
        address = getattr(table, f"{kind}_url")
        assert address.endswith(f"{name}.{kind}?similar=programme")
        answer = reader.get(address)
        assert answer.status_code == 200 and f"{name}.{kind}" in answer["Content-Disposition"]
        if kind == "csv":
            assert len(answer.content.decode("utf-8-sig").splitlines()) >= 1 + len(table.rows)
    members = page.all_tables["members"]
    assert str(members.rows[-1][1].value) in reader.get(members.csv_url).content.decode()
    assert reader.get(f"/how-is/{reporting().code}/nothing.{kind}").status_code == 404
    assert reader.get(f"/how-is/{reporting().code}/members.{kind}?similar=moon").status_code == 400


def test_it_is_told_as_it_was_known_at_a_moment(reader: Client) -> None:
    one = reporting()
    before, then = reader.get(f"/how-is/{one.code}/").context["page"], now()
    now()
    row = Return.objects.get(organization=one, round__code="net-2022")
    Return.objects.filter(pk=row.pk).update(
        values={**row.values, "OP-06": 77}, reported=row.values, correction_code="miscount", correction_reason="x"
    )
    Organization.objects.filter(pk=one.pk).update(kind="cooperative")
    asked = {"known_at": then.isoformat()}
    later, found = (reader.get(f"/how-is/{one.code}/", query).context["page"] for query in ({}, asked))
    assert later.headlines[1].value == "77" and found.headlines == before.headlines and found.answer == before.answer
    assert found.banner is not None and found.banner.url == f"/how-is/{one.code}/" and later.banner is None
    assert found.chips[1].text == before.chips[1].text != later.chips[1].text
    file = reader.get(found.all_tables["members"].csv_url).content.decode()
    assert "77" not in file and "77" in reader.get(later.all_tables["members"].csv_url).content.decode()
    for query, said in (("known_at=yesterday", "2022-06-30T17:00:00Z"), ("known_at=2001-01-01", "are on record since")):
        refused = reader.get(f"/how-is/{one.code}/?{query}")
        assert refused.status_code == 400 and said in refused.content.decode()
