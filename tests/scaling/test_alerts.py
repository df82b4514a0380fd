"""Alerts in the database: opened, kept and closed by the computation; acknowledged by people of the programme."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from indicators import returns, review, rounds
from indicators.models import Round, ScaleVersion
from organizations import apex_memberships, linkages, registry
from organizations.models import BondingCheck, Organization
from programmes.access import RoleName
from programmes.models import Partner, Place, Programme
from scaling import alerts, rollups, tasks
from scaling.metrics import alerts as a
from scaling.models import Alert, DirtyMark
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
    rollups.rebuild()
    (kept,) = scene.open()
    assert (kept.pk, kept.note, kept.opened_at) == (alert.pk, "Visited.", alert.opened_at)

    for poor, drift in ((15, "-12.50"), (20, None)):
        row = review.correct(of=row, values={"OP-06.poorest": poor}, by=scene.manager, code="miscount", reason="counted again")
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
    BondingCheck.objects.create(organization=scene.group, on=TODAY - datetime.timedelta(days=10), is_bonded=False, source="visit")
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
            "opened_at": timezone.now(),
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
