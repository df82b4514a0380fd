"""Data quality: coverage by area and round, entry in time and approved, corrections, who has not reported."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from indicators.models import Indicator, Return, Round, RoundDue
from organizations import registry
from organizations.models import ProgrammeEnrolment
from programmes.access import RoleName
from programmes.models import Place, Programme
from scaling import return_quality
from scaling.dashboards.questions import data_quality
from tests import factories

pytestmark = pytest.mark.django_db
PAGE = "/questions/data-quality/?programme=NET"


def test_the_answer_compares_coverage_with_the_round_before(reader: Client) -> None:
    page = reader.get(PAGE).context["page"]
    due = RoundDue.objects.filter(round__code="net-2022", is_due=True).count()
    approved = Return.objects.filter(round__code="net-2022", state="approved").count()
    assert f"of the {due} organizations due have an approved return" in page.answer
    assert "in the round before" in page.answer
    assert page.headlines[0].note == f"{approved} of {due} organizations"


def test_the_calendar_has_a_field_for_each_area_and_round(reader: Client) -> None:
    page = reader.get(PAGE).context["page"]
    (card,) = [one for one in page.figures if one.id == "calendar"]
    (trace,) = card.figure["data"]
    rounds = Round.objects.filter(programme__code="NET").exclude(kind__in=("semi_annual", "annual")).count()
    assert len(trace["x"]) == rounds and len(trace["z"]) == len(trace["y"]) == len(card.table.rows) > 0
    known = [value for row in trace["z"] for value in row if value is not None]
    assert all(0 <= value <= 100 for value in known)
    assert min(known) < 100, "the network has an organization that did not report"
    for url in [url for row in trace["meta"]["urls"] for url in row if url][:3]:
        assert reader.get(url).status_code == 200


def test_days_to_approval_and_late_entries_are_counted(reader: Client) -> None:
    round_ = Round.objects.get(code="net-2022")
    end = datetime.datetime.combine(round_.window.upper, datetime.time(12), tzinfo=datetime.UTC)
    row, other = Return.objects.filter(round=round_, state="approved").order_by("pk")[:2]
    day = datetime.timedelta(days=1)
    Return.objects.filter(round=round_).update(submitted_at=end - 30 * day, approved_at=end - 20 * day)
    Return.objects.filter(round=round_).exclude(state="approved").update(approved_at=None)
    Return.objects.filter(pk=row.pk).update(submitted_at=end, approved_at=end + 70 * day)
    Return.objects.filter(pk=other.pk).update(
        submitted_at=timezone.make_aware(datetime.datetime.combine(round_.window.upper - day, datetime.time(23, 59)))
    )
    page = reader.get(PAGE).context["page"]
    assert "1 were handed in late" in page.answer
    table = next(table for table in page.tables if table.id == "rounds")
    line = next(line for line in table.rows if line[0].url == "/rounds/net-2022/")
    assert [line[5].value, line[6].text] == [1, "10"]
    (card,) = [one for one in page.figures if one.id == "days"]
    assert card.figure["data"][0]["y"][-1] == 1


def test_a_correction_is_shown_with_its_coded_reason(reader: Client) -> None:
    row = Return.objects.filter(round__code="net-2022", state="approved").order_by("pk")[0]
    Return.objects.filter(pk=row.pk).update(
        reported=row.values, correction_code="miscount", correction_reason="counted twice"
    )
    page = reader.get(PAGE).context["page"]
    (card,) = [one for one in page.figures if one.id == "corrections"]
    assert [[cell.text for cell in line] for line in card.table.rows] == [["counted wrongly", "1"]]


def test_confirmed_warnings_and_evidence_are_counted_in_the_round(reader: Client) -> None:
    rows = Return.objects.filter(round__code="net-2022", state__in=("submitted", "approved"))
    rows.update(confirmed={})
    Return.objects.filter(pk=rows[0].pk).update(confirmed={"op-06-growth:OP-06": "asked again"})
    ratings = set(Indicator.objects.filter(is_rating=True).values_list("code", flat=True))
    rated = [(row, key) for row in rows for key in row.values if key in ratings]
    seen = sum(1 for row, key in rated if key in row.evidence)
    page = reader.get(PAGE).context["page"]
    (card,) = [one for one in page.figures if one.id == "warnings"]
    assert card.table.rows[0][1].value == 1 and "1 warning stands confirmed" in card.reading
    assert page.headlines[3].value == f"{round(100 * seen / len(rated))}%" and seen
    assert page.headlines[3].note == f"of {len(rated)} ratings"


def test_filters_narrow_what_is_counted_from_returns(reader: Client) -> None:
    whole = reader.get(PAGE).context["page"]
    part = reader.get(f"{PAGE}&kind=shg").context["page"]
    assert part.tables[0].rows[0][2].value < whole.tables[0].rows[0][2].value


def test_too_many_returns_are_not_counted_but_said(reader: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who was due and who has an approved return is in the cells and told of any number."""
    counted = {
        row[0].text: row
        for row in reader.get(PAGE).context["page"].all_tables["rounds"].rows
        if "year" not in row[1].text
    }
    enrolled = ProgrammeEnrolment.objects.filter(programme__code="NET").count()
    monkeypatch.setattr(data_quality, "MOST_RECORDS", enrolled - 1)
    page = reader.get(PAGE).context["page"]
    rows = [row for row in page.all_tables["rounds"].rows if row[2].value is not None]
    assert len(rows) == 3 and all(row[5].text == "too many to count here" for row in rows)
    for row in rows:
        assert (row[2].value, row[4].value) == (counted[row[0].text][2].value, counted[row[0].text][4].value)
    cards = {card.id: card for card in page.figures}
    assert cards["calendar"].figure and cards["days"].empty.title == "Too many to count while you wait"
    assert any("this selection has more" in note.text for note in page.left_out)


# --- who has not reported --------------------------------------------------------------------------------------------
def test_the_list_leafs_through_everybody_who_is_missing(reader: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scaling.not_reported.PAGE", 2)
    monkeypatch.setattr(data_quality, "MOST_RECORDS", 0)  # it leafs through any number
    round_ = Round.objects.get(code="net-2022")
    for code in ("LATE-1", "LATE-2", "LATE-3", "LATE-4"):
        one = registry.register(
            code=code, name="Late group", kind="shg", place=Place.objects.get(code="XNA"), promoter="self",
            formed_on=datetime.date(2015, 1, 1), programme=round_.programme, by=None,
        )  # fmt: skip
        RoundDue.objects.create(round=round_, organization=one, is_due=True, reason="due")
    done = Return.objects.filter(round=round_, state__in=("submitted", "approved")).values("organization")
    missing = RoundDue.objects.filter(round=round_, is_due=True).exclude(organization__in=done)
    seen, url = [], "/not-reported/?programme=NET&round=net-2022"
    while url:
        answer = reader.get(url)
        assert len(answer.context["rows"]) <= 2
        seen += [one.organization.code for one in answer.context["rows"]]
        url = answer.context.get("next_url", "")
    assert len(seen) == len(set(seen)) == missing.count() >= 4
    assert [code for code in seen if code.startswith("LATE")] == ["LATE-1", "LATE-2", "LATE-3", "LATE-4"]
    first = reader.get("/not-reported/?programme=NET&round=net-2022").content.decode()
    assert f"/rounds/net-2022/returns/{seen[0]}/" in first


def test_the_list_refuses_what_it_does_not_know_and_shows_nobody_elses(reader: Client, client: Client) -> None:
    assert reader.get("/not-reported/?programme=NOPE").status_code == 400
    assert reader.get("/not-reported/?programme=NET&after=%00:x").status_code in (200, 400)
    client.force_login(factories.person(RoleName.VIEWER, country="IND"))
    assert client.get("/not-reported/?programme=NET").status_code == 400
    assert "NET" not in client.get("/not-reported/").content.decode()


def test_the_list_begins_at_those_who_are_due_and_not_at_all_names(net: Programme) -> None:
    """Sorting is made as dear as it can be: a plan that could walk the names in their order would do so."""
    found = return_quality.not_reported(rounds=[Round.objects.get(code="net-2022").pk], among=None)
    with connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL enable_sort = off; SET LOCAL enable_seqscan = off; SET LOCAL enable_incremental_sort = off"
        )
    plan = found[:16].explain()
    assert "organization_by_name" not in plan, plan
