"""Sustainability: survival of the invented network with its bounds, and the watch list."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from organizations.models import Organization, OrganizationStatus
from programmes.models import Programme
from scaling import alerts
from scaling.dashboards.questions.sustainability import watch
from scaling.metrics import survival
from scaling.models import Alert, Severity
from tests.scaling import network

pytestmark = pytest.mark.django_db
NET = "/questions/sustainability/?programme=NET"
EXPECTED = {row["test_id"]: row["expected"] for row in network.rows("expected_values")}


def card(page: Any, name: str) -> Any:
    (found,) = [one for one in page.figures if one.id == name]
    return found


def alert(code: str, rule: str, severity: str, programme: Programme) -> None:
    Alert.objects.create(
        rule=rule, programme=programme, organization=Organization.objects.get(code=code), severity=severity,
        opened_at=timezone.now(),
    )  # fmt: skip


def listed(reader: Client, query: str = "") -> list[tuple[str, int]]:
    page = reader.get(NET + query).context["page"]
    return [(row[0].url.rstrip("/").rsplit("/", 1)[-1], row[-1].value) for row in page.all_tables["watch"].rows]


def test_survival_is_that_of_the_study(reader: Client) -> None:
    page = reader.get(f"{NET}&round=net-2022&as_of=2022-12-31").context["page"]
    row = page.all_tables["survival"].rows[0]
    assert round(Decimal(row[3].value), 2) == Decimal(EXPECTED["FX-34"]), "after 24 months"
    assert row[-1].value == 8
    assert page.headlines[0].value == "87.5%"
    assert "24 months after support ended 88% of 8 organizations still exist" in page.answer
    assert "where 80% are expected" in page.answer


def test_the_curve_steps_down_where_one_ended_and_marks_the_end_of_support(reader: Client) -> None:
    figure = card(reader.get(f"{NET}&round=net-2022").context["page"], "survival").figure
    lines = [trace for trace in figure["data"] if not trace["meta"].get("skip")]
    exist = lines[0]
    assert exist["y"][0] == 100 and exist["y"][-1] == 87.5
    assert exist["y"] == sorted(exist["y"], reverse=True)
    assert len(lines) == 2 and len(figure["data"]) == 6, "a band below and above each"
    assert figure["layout"]["shapes"][0]["x0"] == 0


def test_curves_by_kind_are_of_the_kind(reader: Client) -> None:
    page = reader.get(f"{NET}&round=net-2022").context["page"]
    rows = page.all_tables["survival-by-kind"].rows
    assert sum(row[-1].value for row in rows) == 8
    drawn = [trace["name"] for trace in card(page, "survival-by-kind").figure["data"]]
    assert drawn == [row[0].text for row in rows][: len(drawn)]


def test_before_support_ended_nothing_is_told(reader: Client) -> None:
    page = reader.get(f"{NET}&round=net-2018").context["page"]
    assert page.answer.startswith("Support has not ended for any organization here")
    shown = card(page, "survival")
    assert shown.figure is None and "programme=NET" in shown.empty.action_url


def test_the_watch_list_ranks_by_signs(reader: Client, net: Programme) -> None:
    Alert.objects.filter(programme=net).delete()
    OrganizationStatus.objects.filter(status="dormant").delete()
    alert("G1", "stagnation", "watch", net)
    alert("G3", "one_buyer", "alert", net)
    alert("G8", "stagnation", "watch", net)
    assert listed(reader) == [("G3", 3), ("G8", 2), ("G1", 1)], "one buyer counts again; G8 is in no apex"
    Alert.objects.filter(organization__code="G3").update(closed_at=timezone.now())
    assert listed(reader) == [("G8", 2), ("G1", 1)]
    assert listed(reader, "&apex=F1") == [("G1", 1)]
    assert listed(reader, "&place=XNA") == [("G8", 2), ("G1", 1)]


def test_pages_of_the_watch_list_follow_each_other(
    reader: Client, net: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    Alert.objects.filter(programme=net).delete()
    for code in ("G1", "G2", "G3", "G5"):
        alert(code, "stagnation", "watch", net)
    whole = listed(reader)
    monkeypatch.setattr(watch, "PAGE", 2)
    first = reader.get(NET).context["page"]
    (following,) = first.pager
    second = reader.get(following.url).context["page"]
    codes = [row[0].url for page in (first, second) for row in page.all_tables["watch"].rows]
    assert [code.rstrip("/").rsplit("/", 1)[-1] for code in codes] == [code for code, _score in whole][:4]
    lines = reader.get(second.all_tables["watch"].csv_url).content.decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + len(second.all_tables["watch"].rows)
    assert [
        row[0].url for row in reader.get(f"{NET}&after=nonsense").context["page"].all_tables["watch"].rows
    ] == codes[:2]


def test_no_other_page_takes_the_mark_of_a_list(reader: Client) -> None:
    assert reader.get("/questions/membership/?programme=NET&after=1-2").status_code == 400


def test_alerts_of_others_are_not_listed(reader: Client, net: Programme, client: Client) -> None:
    alert("G1", "weak_funded", "high", net)
    assert "G1" in dict(listed(reader))
    other = Programme.objects.exclude(code="NET").first()
    assert other is not None
    page = reader.get(f"/questions/sustainability/?programme={other.code}").context["page"]
    assert "watch" not in page.all_tables or not page.all_tables["watch"].rows


def test_curves_of_a_round_are_estimated_once(reader: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    first = reader.get(NET).context["page"]
    asked: list[Any] = []
    monkeypatch.setattr(survival, "kaplan_meier", lambda *told: asked.append(told))
    second = reader.get(NET).context["page"]
    assert not asked
    assert card(first, "survival").figure == card(second, "survival").figure


def test_the_weights_of_alerts_choose_who_is_ranked(
    reader: Client, net: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Computed alerts tell what those of their organization weigh together, and the heaviest are looked at."""
    alerts.watch(net.pk, alerts.last_round(net.pk))
    open_ones = Alert.objects.filter(programme=net, closed_at__isnull=True, organization__isnull=False)
    assert open_ones.exists()
    by_organization: dict[int, list[Alert]] = defaultdict(list)
    for one in open_ones:
        by_organization[one.organization_id].append(one)
    for ones in by_organization.values():
        assert {one.weight for one in ones} == {sum(alerts.WEIGHT[Severity(one.severity)] for one in ones)}
    one = open_ones.first()
    assert one is not None
    Alert.objects.create(
        rule="another", programme=net, organization=one.organization, severity="high", opened_at=timezone.now()
    )
    alerts._weigh(net.pk, {one.organization_id})
    one.refresh_from_db()
    heaviest = open_ones.order_by("-weight", "organization_id").first()
    assert heaviest is not None and heaviest.weight >= one.weight >= 4
    OrganizationStatus.objects.filter(status="dormant").delete()
    monkeypatch.setattr(watch, "CANDIDATES", 1)
    assert [code for code, _score in listed(reader)] == [heaviest.organization.code]  # type: ignore[union-attr]


def test_the_number_of_queries_is_pinned(reader: Client) -> None:
    reader.get(NET)
    with CaptureQueriesContext(connection) as queries:
        reader.get(NET)
    assert len(queries) == 28
