"""Figures and their upkeep, exchange, webhooks, packs, alerts: for whom each of their addresses is."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from programmes.access import RoleName
from programmes.models import (
    Programme,
)
from scaling import rebuilds
from scaling.models import Alert
from scaling.reports import building, operations
from scaling.webhooks import operations as webhook_operations
from tests import factories
from tests.access.expected import PEOPLE_WHO, SIDES
from tests.access.scenes import people

pytestmark = pytest.mark.django_db


def test_the_upkeep_of_figures_is_for_administrators() -> None:
    row = rebuilds.start(by=None)
    everybody: dict[str, tuple[User | None, set[str]]] = {**people(), "anonymous": (None, set())}
    for who, (someone, _sides) in everybody.items():
        client = Client()
        if someone is not None:
            client.force_login(someone)
        may = 302 if someone is None else 200 if who == "administrator" else 403
        assert client.get(reverse("scaling:upkeep")).status_code == may, who
        if who != "administrator":
            assert client.post(reverse("scaling:upkeep")).status_code == may, who
            assert client.post(reverse("scaling:upkeep-cancel", args=[row.pk])).status_code == may, who
    row.refresh_from_db()
    assert row.ended_at is None


def test_codes_of_dhis2_are_for_administrators() -> None:
    for who, (someone, _sides) in people().items():
        client = Client()
        client.force_login(someone)
        may = who == "administrator"
        assert client.get(reverse("scaling:dhis2")).status_code == (200 if may else 403), who
        assert client.post(reverse("scaling:dhis2")).status_code == (422 if may else 403), who
        assert client.get(reverse("scaling:dhis2-file")).status_code == (200 if may else 403), who
        assert client.post(reverse("scaling:dhis2-remove", args=[1])).status_code == (404 if may else 403), who


def test_data_values_of_dhis2_are_read_by_every_role_and_written_by_who_enters() -> None:
    url = reverse("dhis2-data-value-sets")
    for who, (someone, sides) in people().items():
        header = factories.token_header(someone, can_write=True)["HTTP_AUTHORIZATION"]
        client = Client(headers={"authorization": header})
        asked = {"dataSet": "PCDP-biennial", "orgUnit": "ETH", "children": "true", "period": "2024"}
        expected = 403 if who == "nobody's" else 200 if "PCDP" in sides else 400
        assert client.get(url, asked).status_code == expected, who
        sent = client.post(url, {"dataValues": []}, "application/json")
        assert sent.status_code == (200 if who == "officer" else 403), who


def test_webhooks_are_for_who_manages_rounds_and_for_their_owner(settings: Any) -> None:
    settings.WEBHOOKS_TO_THIS_MACHINE = True
    everybody = people()
    owner = everybody["manager"][0]
    row, _secret = webhook_operations.create(by=owner, url="http://127.0.0.1:9/", events=["round.closed"])
    other = factories.person(RoleName.COUNTRY_PROGRAMME_MANAGER, country="IND")
    everybody["manager elsewhere"] = (other, {"TNWDP"})
    for who, (someone, _sides) in everybody.items():
        client = Client()
        client.force_login(someone)
        manages = "manager" in who or who == "administrator"
        own = who in ("manager", "administrator")
        assert client.get(reverse("scaling:webhooks")).status_code == (200 if manages else 403), who
        expected = 200 if own else 404 if manages else 403
        assert client.get(reverse("scaling:webhook", args=[row.pk])).status_code == expected, who
        if not own:
            for name in ("webhook-rotate", "webhook-remove", "webhook-redeliver"):
                assert client.post(reverse(f"scaling:{name}", args=[row.pk])).status_code == expected, (name, who)
        header = factories.token_header(someone, can_write=True)["HTTP_AUTHORIZATION"]
        program = Client(headers={"authorization": header, "if-match": "*"})
        answer = program.get(reverse("webhooks-detail", args=[row.pk]))
        assert answer.status_code == (200 if own else 403 if who == "nobody's" else 404), who
        if not manages:
            body = {"url": "http://127.0.0.1:9/", "events": ["round.closed"]}
            sent = program.post(reverse("webhooks-list"), body, "application/json")
            assert sent.status_code == 403, who
    row.refresh_from_db()
    assert row.version == 1


def test_a_pack_is_for_who_reads_its_programme_and_ended_by_its_author() -> None:
    author = factories.person(RoleName.VIEWER, programme="PCDP")
    what: dict[str, Any] = {
        "programme": Programme.objects.get(code="PCDP"), "selection": {}, "language": "en", "format": "xlsx"
    }  # fmt: skip
    pack, plan = (
        operations.ask(by=author, **what),
        operations.plan(by=author, cadence="monthly", **what),
    )
    assert building.make(pack.pk)
    everybody: dict[str, tuple[User | None, set[str]]] = {**people(), "anonymous": (None, set())}
    for who, (someone, sides) in everybody.items():
        client = Client()
        if someone is not None:
            client.force_login(someone)
            listed = [row.pk for row, _words, _own in client.get(reverse("scaling:reports")).context["rows"]]
            assert listed == ([pack.pk] if "PCDP" in sides else []), who
        expected = 302 if someone is None else 200 if "PCDP" in sides else 404
        assert client.get(reverse("scaling:report-file", args=[pack.pk])).status_code == expected, who
        if who == "administrator":
            continue  # may end it: tests of the operations
        expected = 403 if expected == 200 else expected
        for name, pk in (("report-cancel", pack.pk), ("report-delete", pack.pk), ("report-plan-end", plan.pk)):
            answer = client.post(reverse(f"scaling:{name}", args=[pk]))
            assert answer.status_code == expected, (name, who)
    pack.refresh_from_db()
    plan.refresh_from_db()
    assert pack.state == "done"


def test_an_alert_is_read_by_who_reads_its_programme_and_noted_by_who_works_there(
    two_sides: dict[str, dict[str, set[str]]],
) -> None:
    everybody: dict[str, tuple[User | None, set[str]]] = {**people(), "anonymous": (None, set())}
    for side in SIDES:
        (pk,) = two_sides[side]["alerts"]
        url = reverse("scaling:alert", args=[pk])
        for who, (someone, sides) in everybody.items():
            client = Client()
            if someone is not None:
                client.force_login(someone)
            expected = 302 if someone is None else 404 if side not in sides else 200
            assert client.get(url).status_code == expected, (side, who)
            if expected == 200:
                expected = 422 if who in PEOPLE_WHO["sets"] else 403
            assert client.post(url, {"note": " "}).status_code == expected, (side, who)
    assert not Alert.objects.filter(acknowledged_at__isnull=False).exists()
