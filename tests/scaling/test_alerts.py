"""Alerts in the database: opened, kept and closed by the computation; acknowledged by people of the programme."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from indicators import returns, review, rounds
from indicators.models import Round, ScaleVersion
from organizations import apex_memberships, linkages, registry
from organizations.models import BondingCheck, Organization, Succession
from programmes.access import RoleName
from programmes.models import Partner, Place, Programme
from scaling import alerts, rollups, tasks
from scaling.metrics import alerts as a
from scaling.models import Alert, DirtyMark
from scaling.register_sql import drain
from tests import factories

pytestmark = pytest.mark.django_db
DAY = datetime.date
TODAY = DAY.today()


class Scene:
    """A group, a union and two outcome rounds in Tamil Nadu; the group starts with 20 of 40 poorest."""

    def __init__(self) -> None:
        self.programme = Programme.objects.get(code="TNWDP")
        self.officer = factories.person(RoleName.ME_OFFICER, programme="TNWDP")
        self.manager = factories.person(RoleName.COUNTRY_PROGRAMME_MANAGER, country="IND")
        self.group = self.register("G", kind="shg")
        self.union = self.register("U", kind="union", tier="local_apex", members_are="organizations")
        self.first = self.round("first", TODAY - datetime.timedelta(days=800), "baseline")
        self.last = self.round("last", TODAY - datetime.timedelta(days=40), "biennial")
        self.report(self.first, 40, 20)

    def register(self, code: str, **fields: Any) -> Organization:
        return registry.register(
            code=code,
            name=f"Name of {code}",
            place=Place.objects.get(code="IND"),
            formed_on=DAY(2015, 1, 1),
            promoter="project",
            programme=self.programme,
            by=None,
            **fields,
        )

    def round(self, code: str, date: DAY, kind: str) -> Round:
        made = Round.objects.create(
            programme=self.programme,
            code=code,
            kind=kind,
            reference_date=date,
            window=DateRange(date, TODAY + datetime.timedelta(days=30)),
            scale_version=ScaleVersion.objects.get(),
        )
        return rounds.open_round(round=made, by=None)

    def report(self, round_: Round, members: int, poorest: int) -> Any:
        values = {
            "OP-06": members,
            "OP-06.women": 5,
            "OP-06.men": members - 5,
            "OP-06.youth": 1,
            "OP-06.poorest": poorest,
        }
        row = returns.save_values(organization=self.group, round=round_, values=values, by=self.officer)
        row = returns.submit(of=row, by=self.officer)
        return review.approve(of=row, by=self.manager)

    def open(self, rule: str = "") -> list[Alert]:
        while rollups.drain():
            pass
        rows = Alert.objects.filter(closed_at__isnull=True).order_by("pk")
        return list(rows.filter(rule=rule) if rule else rows)


@pytest.fixture
def scene(db: None) -> Scene:
    return Scene()


def test_an_alert_opens_is_kept_with_its_note_and_closes(scene: Scene) -> None:
    assert scene.open() == []
    row = scene.report(scene.last, 40, 10)
    (alert,) = scene.open()
    assert (alert.rule, alert.severity, alert.organization) == (a.INCLUSION_FALLING, a.WATCH, scene.group)
    assert alert.figures["poorest_share_drift"] == "-25.00"
    alerts.acknowledge(alert=alert, by=scene.officer, note="Visited.")
    call_command("rebuild_rollups")
    (kept,) = scene.open()
    assert (kept.pk, kept.note, kept.opened_at) == (alert.pk, "Visited.", alert.opened_at)

    for poor, drift in ((15, "-12.50"), (20, None)):
        row = review.correct(
            of=row, values={"OP-06.poorest": poor}, by=scene.manager, code="miscount", reason="counted again"
        )
        found = scene.open(a.INCLUSION_FALLING)
        assert [one.figures["poorest_share_drift"] for one in found] == ([drift] if drift else [])
    alert.refresh_from_db()
    assert alert.closed_at is not None and alert.note == "Visited."


def test_nothing_known_neither_opens_nor_closes(scene: Scene) -> None:
    scene.report(scene.last, 40, 10)
    (alert,) = scene.open()
    other = scene.register("OTHER", kind="shg")
    new = scene.round("newest", TODAY - datetime.timedelta(days=2), "biennial")
    scene.group, group = other, scene.group
    scene.report(new, 30, 10)
    assert [one.pk for one in scene.open()] == [alert.pk], "the group was not observed in the newest round"
    registry.change_status(organization=group, status="disbanded", on=TODAY, by=None, reason="ended")
    assert scene.open() == [], "who ended needs nobody's eye"


def test_what_the_register_says_today_counts_though_the_round_is_older(scene: Scene) -> None:
    scene.report(scene.last, 40, 20)
    assert scene.open() == []
    yesterday = TODAY - datetime.timedelta(days=1)
    BondingCheck.objects.create(
        organization=scene.group, on=TODAY - datetime.timedelta(days=10), is_bonded=False, source="visit"
    )
    linkage = linkages.open_linkage(
        organization=scene.group,
        partner=Partner.objects.get(code="IFAD"),
        kind="other",
        form="memorandum",
        causality="direct",
        since=yesterday,
        by=None,
    )
    assert scene.open() == []
    linkages.record_transaction(
        linkage=linkage, date=yesterday, type="grant", amount=Decimal(5), currency="INR", by=None
    )
    (alert,) = scene.open()
    assert (alert.rule, alert.severity, alert.figures["since"]) == (a.WEAK_FUNDED, a.ALERT, yesterday.isoformat())
    BondingCheck.objects.create(organization=scene.group, on=TODAY, is_bonded=True, source="visit")
    assert scene.open() == []


def test_a_federation_is_looked_at_without_any_approved_return(scene: Scene) -> None:
    membership = apex_memberships.join(member=scene.group, apex=scene.union, on=DAY(2018, 1, 1), by=None).membership
    assert scene.open() == []
    apex_memberships.leave(membership=membership, on=TODAY - datetime.timedelta(days=5), by=None, reason="fees")
    (alert,) = scene.open()
    assert (alert.rule, alert.organization) == (a.FEDERATION_SHRINKING, scene.union)


def test_a_round_becomes_overdue_by_the_date_alone(scene: Scene) -> None:
    assert scene.open() == []
    Round.objects.filter(pk=scene.last.pk).update(
        window=DateRange(scene.last.reference_date, TODAY - datetime.timedelta(days=3))
    )
    assert scene.open() == []
    assert tasks.look_at_alerts() >= 1
    (alert,) = scene.open()
    assert (alert.rule, alert.organization, alert.severity) == (a.ROUND_OVERDUE, None, a.WATCH)
    assert alert.figures["round"] == "last"


def test_looking_marks_one_round_of_each_programme(scene: Scene) -> None:
    while rollups.drain():
        pass
    tasks.look_at_alerts()
    marked = list(DirtyMark.objects.values_list("object_id", flat=True))
    assert scene.first.pk in marked and scene.last.pk not in marked, "the last one of which something is approved"


def one_alert(scene: Scene, **fields: Any) -> Alert:
    return Alert.objects.create(
        **{
            "rule": a.STAGNATION,
            "programme": scene.programme,
            "organization": scene.group,
            "severity": "watch",
            "figures": {"members_then": 9, "members_now": 8, "stage": "forming"},
            "opened_at": timezone.now() - datetime.timedelta(days=1),
            **fields,
        }
    )


def test_who_may_acknowledge_and_with_which_note(scene: Scene) -> None:
    alert = one_alert(scene)
    for someone in (
        factories.person(RoleName.VIEWER, programme="TNWDP"),
        factories.person(RoleName.ME_OFFICER, programme="PCDP"),
        factories.user(),
    ):
        with pytest.raises(PermissionDenied):
            alerts.acknowledge(alert=alert, by=someone, note="seen")
    for note in ("", "  \n", "x" * 2001, "a\0b"):
        with pytest.raises(ValidationError) as refused:
            alerts.acknowledge(alert=alert, by=scene.officer, note=note)
        assert "note" in refused.value.message_dict
    for someone in (scene.officer, scene.manager, factories.administrator()):
        assert alerts.acknowledge(alert=alert, by=someone, note="seen \u202e").acknowledged_by == someone
    Alert.objects.update(closed_at=timezone.now())
    with pytest.raises(ValidationError, match="closed"):
        alerts.acknowledge(alert=alert, by=scene.officer, note="seen")


def test_the_count_of_what_waits_is_of_ones_own_and_goes_with_the_note(scene: Scene) -> None:
    alert = one_alert(scene)
    assert alerts.waiting_for(scene.officer) == alerts.waiting_for(scene.manager) == 1
    assert alerts.waiting_for(factories.person(RoleName.VIEWER, programme="TNWDP")) == 0
    assert alerts.waiting_for(factories.person(RoleName.ME_OFFICER, programme="PCDP")) == 0
    alerts.acknowledge(alert=alert, by=scene.officer, note="seen")
    assert alerts.waiting_for(scene.officer) == 0


# --- the pages and the API -------------------------------------------------------------------------------------------
def test_the_list_shows_open_ones_first_and_narrows(scene: Scene, client: Client) -> None:
    closed = one_alert(scene, closed_at=timezone.now(), severity="high")
    watch = one_alert(scene)
    high = one_alert(scene, rule=a.WEAK_FUNDED, severity="high", figures={"linkages": 2, "since": "2024-01-05"})
    overdue = one_alert(scene, rule=a.ROUND_OVERDUE, organization=None, figures={"round": "last"})
    elsewhere = one_alert(scene, programme=Programme.objects.get(code="PCDP"), organization=None)
    client.force_login(scene.officer)
    url = reverse("scaling:alerts")

    def listed(**query: str) -> list[int]:
        answer = client.get(url, query)
        assert answer.status_code == 200
        return [line.alert.pk for line in answer.context["lines"]]

    assert listed() == [high.pk, overdue.pk, watch.pk] or listed() == [high.pk, watch.pk, overdue.pk]
    assert listed(state="all")[0] == high.pk and listed(state="all")[-1] == closed.pk
    assert listed(state="closed") == [closed.pk]
    assert listed(rule=a.ROUND_OVERDUE) == [overdue.pk]
    assert listed(severity="high") == [high.pk]
    assert set(listed(place="IND")) == {high.pk, watch.pk}
    assert set(listed(programme="TNWDP")) == {high.pk, watch.pk, overdue.pk}
    for bad in (
        {"programme": "PCDP"},
        {"rule": "nope"},
        {"severity": "x"},
        {"state": "x"},
        {"place": "NOPE"},
        {"place": "x" * 400},
    ):
        assert listed(**bad) == [], bad
    assert elsewhere.pk not in listed(state="all")
    assert "Name of G" in client.get(url).content.decode()


def test_a_list_takes_a_fixed_number_of_queries(scene: Scene, client: Client) -> None:
    client.force_login(scene.officer)

    def queries() -> int:
        from django.db import connection

        with CaptureQueriesContext(connection) as caught:
            assert client.get(reverse("scaling:alerts")).status_code == 200
        return len(caught)

    one_alert(scene)
    queries()
    before = queries()
    for number in range(5):
        one_alert(scene, organization=scene.register(f"X{number}", kind="shg"))
    assert queries() == before


def test_a_note_is_written_on_the_page_and_kept_when_it_is_refused(scene: Scene, client: Client) -> None:
    alert = one_alert(scene)
    url = reverse("scaling:alert", args=[alert.pk])
    client.force_login(scene.officer)
    work = reverse("indicators:work")
    assert "1 alert waits for a note" in client.get(work).content.decode()
    refused = client.post(url, {"note": "too long " * 300})
    assert refused.status_code == 422 and "too long too long" in refused.content.decode()
    assert client.post(url, {"note": "Visited them."}).status_code == 302
    assert "alert waits for a note" not in client.get(work).content.decode()
    assert "Visited them." in client.get(url).content.decode()
    client.force_login(factories.person(RoleName.VIEWER, programme="TNWDP"))
    assert client.get(url).context["form"] is None
    assert client.post(url, {"note": "x"}).status_code == 403
    old = one_alert(scene, rule="a_rule_of_old", severity="alert")
    assert client.get(reverse("scaling:alert", args=[old.pk])).status_code == 200


def test_the_api_gives_alerts_by_their_filters(scene: Scene) -> None:
    first = one_alert(scene, acknowledged_by=scene.officer, acknowledged_at=timezone.now(), note="seen")
    closed = one_alert(scene, rule=a.ONE_BUYER, severity="alert", closed_at=timezone.now())
    programme_wide = one_alert(scene, rule=a.ROUND_OVERDUE, organization=None)
    api = Client(headers={"authorization": factories.token_header(scene.manager)["HTTP_AUTHORIZATION"]})

    def ask(**query: str) -> set[int]:
        answer = api.get(reverse("alerts-list"), query)
        assert answer.status_code == 200, answer.content
        return {row["id"] for row in answer.json()["results"]}

    assert ask() == {first.pk, closed.pk, programme_wide.pk}
    assert ask(open="true") == {first.pk, programme_wide.pk}
    assert ask(acknowledged="true") == {first.pk} and ask(acknowledged="false") == {closed.pk, programme_wide.pk}
    assert ask(rule=a.ONE_BUYER) == ask(severity="alert") == {closed.pk}
    assert ask(place="IND") == ask(organization="G") == {first.pk, closed.pk}
    assert api.get(reverse("alerts-list"), {"rule": "nope"}).status_code == 400
    row = api.get(reverse("alerts-detail", args=[first.pk])).json()
    assert (row["organization"], row["place"], row["programme"]) == ("G", "IND", "TNWDP")
    assert row["figures"]["members_now"] == 8 and row["note"] == "seen"
    assert api.get(reverse("alerts-detail", args=[programme_wide.pk])).json()["place"] is None
    for form in ("csv", "xlsx"):
        assert api.get(reverse("alerts-list"), {"format": form}).status_code == 200


def test_every_rule_and_figure_has_words() -> None:
    from scaling import alert_words

    assert set(alert_words.RULES) == set(a.RULES)
    assert dict(alert_words.shown({"since": "2024-02-29", "stage": "bonded", "gone": 1})) != {}


@pytest.mark.parametrize("language", ["en", "fr", "es", "ar"])
def test_the_work_list_counts_alerts_in_every_language(scene: Scene, client: Client, language: str) -> None:
    """Arabic has six plural forms and does arithmetic on numbers above two."""
    for rule in (a.WEAK_FUNDED, a.STAGNATION, a.ONE_BUYER):
        one_alert(scene, rule=rule)
    client.force_login(scene.officer)
    client.cookies["trellis_language"] = language
    answer = client.get("/work/")
    assert answer.status_code == 200 and f'lang="{language}"' in answer.content.decode()
    assert reverse("scaling:alerts") + "?state=waiting" in answer.content.decode()


def test_a_few_at_a_time_find_what_all_at_once_find(net: Programme, monkeypatch: pytest.MonkeyPatch) -> None:
    def found(at_once: int) -> set[tuple[Any, ...]]:
        Alert.objects.filter(programme=net).delete()
        monkeypatch.setattr(alerts, "AT_ONCE", at_once)
        alerts.watch(net.pk, alerts.last_round(net.pk))
        rows = Alert.objects.filter(programme=net).values_list("rule", "organization__code", "severity", "figures")
        return {(rule, code, severity, str(sorted(figures.items()))) for rule, code, severity, figures in rows}

    whole = found(10_000)
    assert len(whole) > 3
    assert found(1) == whole == found(7)


def test_those_that_merged_or_split_are_looked_at_together(net: Programme) -> None:
    ids = set(Organization.objects.filter(enrolments__programme=net).values_list("pk", flat=True))
    first, *_others, late, last = sorted(ids)
    pairs = [(first, last), (late, last)]
    for predecessor, successor in pairs:
        Succession.objects.create(predecessor_id=predecessor, successor_id=successor, on=DAY(2022, 1, 1))
    sets = list(drain.together(ids, 1))
    assert set().union(*sets) == ids and sum(map(len, sets)) == len(ids)
    for one, other in pairs:
        assert [one in some for some in sets] == [other in some for some in sets]
