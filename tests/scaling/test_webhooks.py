"""Webhooks: told at least once, signed, in the transaction of what happened, only to who may see it, and nowhere inside."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from indicators import returns, review, rounds
from programmes.access import RoleName
from programmes.models import Programme, RoleAssignment
from scaling import alerts
from scaling.models import Alert
from scaling.reports import building
from scaling.reports import operations as packs
from scaling.webhooks import addresses, delivering, events, operations, sending
from scaling.webhooks.models import DeliveryState, Webhook, WebhookDelivery, WebhookEvent, WebhookTry
from tests import factories
from tests.indicators import conftest as of_indicators
from tests.indicators.scenes import Scene
from tests.rest import Program, fields

pytestmark = pytest.mark.django_db
#: A group in an open baseline round, as in the tests of measurement.
scene = of_indicators.scene
EVERY = ["alert.opened", "report.finished", "return.approved", "round.closed"]


class Receiver:
    """Another system on this machine, which remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[dict[str, str], bytes]] = []
        self.status, self.body, self.wait, self.location = 200, b"ok", 0.0, ""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.told.append((dict(self.headers), body))
                time.sleep(receiver.wait)
                self.send_response(receiver.status)
                if receiver.location:
                    self.send_header("Location", receiver.location)
                self.send_header("Content-Length", str(len(receiver.body)))
                self.end_headers()
                self.wfile.write(receiver.body)

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?a=1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOKS_TO_THIS_MACHINE = True
    found = Receiver()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def webhook(scene: Scene, receiver: Receiver) -> Webhook:
    row, secret = operations.create(by=scene.manager, url=receiver.url, events=EVERY)
    row.told_secret = secret  # type: ignore[attr-defined]
    return row


def later(minutes: float) -> None:
    """Time passes for what waits."""
    for row in WebhookDelivery.objects.filter(next_at__isnull=False):
        row.next_at -= datetime.timedelta(minutes=minutes)
        row.save(update_fields=["next_at"])


def verified(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """As docs/webhooks.md says it."""
    parts = [part.split("=", 1) for part in headers["Trellis-Signature"].split(",")]
    timestamp = next(text for name, text in parts if name == "t")
    expected = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    fresh = abs(time.time() - int(timestamp)) < 300
    return fresh and any(hmac.compare_digest(expected, text) for name, text in parts if name == "v1")


# --- what is told ----------------------------------------------------------------------------------------------------
def test_an_approved_return_is_told_signed_and_once(scene: Scene, webhook: Webhook, receiver: Receiver) -> None:
    row = scene.approved({"OP-06": 18})
    event = WebhookEvent.objects.get()
    assert (event.type, event.object_id) == ("return.approved", row.pk)
    assert delivering.run_due() == 1 and delivering.run_due() == 0
    ((headers, body),) = receiver.told
    told = json.loads(body)
    assert told["id"] == headers["Trellis-Event-Id"] == str(event.pk)
    assert told["type"] == headers["Trellis-Event"] == "return.approved"
    assert told["data"] == {
        "return": row.pk, "organization": "G1", "round": "TNWDP-baseline", "programme": "TNWDP",
        "version": row.version, "url": f"/api/v1/returns/{row.pk}/",
    }  # fmt: skip
    secret = webhook.told_secret  # type: ignore[attr-defined]
    assert verified(secret, headers, body)
    assert not verified(secret, headers, body + b" ") and not verified("whsec_x", headers, body)
    assert headers["Host"] == f"127.0.0.1:{receiver.server.server_port}"
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.tries, delivery.next_at) == ("delivered", 1, None)
    (tried,) = WebhookTry.objects.all()
    assert (tried.status, tried.answer, tried.problem) == (200, "ok", "") and tried.milliseconds is not None


def test_closed_rounds_alerts_and_packs_are_told(scene: Scene, webhook: Webhook) -> None:
    rounds.close(round=scene.round, by=scene.manager)
    finding = alerts.Finding(alerts.rules.SURVIVAL_LOW, "alert", {"share": "0.4"})
    look = alerts.Look({(alerts.rules.SURVIVAL_LOW, None): finding})
    alerts._write(scene.round.programme_id, look, alerts.Q(rule=alerts.rules.SURVIVAL_LOW))
    alerts._write(scene.round.programme_id, look, alerts.Q(rule=alerts.rules.SURVIVAL_LOW))
    pack = packs.ask(by=scene.officer, programme=scene.round.programme, selection={}, language="en", format="xlsx")
    assert building.make(pack.pk)
    found = list(WebhookEvent.objects.order_by("created_at").values_list("type", "data"))
    assert [kind for kind, _data in found] == ["round.closed", "alert.opened", "report.finished"]
    assert found[0][1]["round"] == "TNWDP-baseline"
    assert found[1][1]["rule"] == "survival_low" and found[1][1]["alert"] == Alert.objects.get().pk
    assert found[2][1]["url"] == reverse("scaling:report-file", args=[pack.pk])
    assert delivering.run_due() == 3


def test_an_event_goes_with_its_transaction(scene: Scene, webhook: Webhook) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        scene.approved({"OP-06": 18})
        assert WebhookDelivery.objects.count() == 1
        raise ZeroDivisionError
    assert not WebhookEvent.objects.exists() and not WebhookDelivery.objects.exists()


def test_a_correction_is_no_approval(scene: Scene, webhook: Webhook) -> None:
    row = scene.approved({"OP-06": 18})
    review.correct(of=row, by=scene.manager, values={"OP-06": 19}, code="miscount", reason="counted again")
    assert WebhookEvent.objects.count() == 1


def test_only_what_its_owner_may_see_is_told(scene: Scene, receiver: Receiver) -> None:
    elsewhere = factories.person(RoleName.COUNTRY_PROGRAMME_MANAGER, country="ETH")
    everywhere = factories.administrator()
    for n, someone in enumerate((elsewhere, everywhere)):
        operations.create(by=someone, url=f"{receiver.url}&n={n}", events=EVERY)
    operations.create(
        by=everywhere, url=f"{receiver.url}&n=9", events=EVERY, programme=Programme.objects.get(code="PCDP")
    )
    operations.create(by=scene.manager, url=f"{receiver.url}&n=8", events=["round.closed"])
    scene.approved({"OP-06": 18})
    assert [one.webhook.owner for one in WebhookDelivery.objects.all()] == [everywhere]


def test_who_lost_the_right_meanwhile_is_not_told(scene: Scene, webhook: Webhook, receiver: Receiver) -> None:
    scene.approved({"OP-06": 18})
    RoleAssignment.objects.filter(user=scene.manager).delete()
    assert delivering.run_due() == 0
    assert WebhookDelivery.objects.get().state == DeliveryState.DROPPED and receiver.told == []


def test_queries_do_not_grow_with_returns_or_webhooks(scene: Scene, receiver: Receiver) -> None:
    def queries() -> int:
        row = returns.submit(of=scene.save({"OP-06": 18}), by=scene.officer)
        with transaction.atomic():
            with CaptureQueriesContext(connection) as found:
                review.approve(of=row, by=scene.manager)
            transaction.set_rollback(True)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE indicators_return SET state = 'draft'")
        return len(found)

    operations.create(by=scene.manager, url=receiver.url, events=EVERY)
    one = queries()
    for n in range(5):
        manager = factories.person(RoleName.COUNTRY_PROGRAMME_MANAGER, country="IND")
        operations.create(by=manager, url=f"{receiver.url}&n={n}", events=EVERY)
    assert queries() == one


# --- again and again -------------------------------------------------------------------------------------------------
def test_what_is_not_taken_is_tried_with_longer_pauses_and_then_given_up(
    scene: Scene,
    webhook: Webhook,
    receiver: Receiver,
) -> None:
    receiver.status, receiver.body = 503, b"x" * 5000
    scene.approved({"OP-06": 18})
    for tries, minutes in enumerate((1, 5, 30, 120, 720), start=1):
        assert delivering.run_due() == 0
        row = WebhookDelivery.objects.get()
        assert row.tries == tries and row.state == "waiting" and row.next_at is not None
        pause = (row.next_at - timezone.now()).total_seconds() / 60
        assert minutes - 0.5 < pause <= minutes
        later(minutes - 0.5)
        assert delivering.run_due() == 0 and len(receiver.told) == tries, "not before its time"
        later(0.6)
    delivering.run_due()
    row = WebhookDelivery.objects.get()
    assert (row.state, row.tries, row.next_at) == ("gave_up", 6, None) and row.ended_at is not None
    log = WebhookTry.objects.all()
    assert [one.status for one in log] == [503] * 6 and {len(one.answer) for one in log} == {1024}
    assert len({headers["Trellis-Event-Id"] for headers, _body in receiver.told}) == 1
    assert len({body for _headers, body in receiver.told}) == 1
    receiver.status = 200
    operations.redeliver(delivery=row, by=scene.manager)
    assert delivering.run_due() == 1 and WebhookDelivery.objects.get().state == "delivered"


def test_a_worker_killed_in_the_middle_is_followed_by_one_more_try(
    scene: Scene,
    webhook: Webhook,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scene.approved({"OP-06": 18})
    real = sending.send

    def killed(*args: Any) -> Any:
        real(*args)
        raise SystemExit  # the receiver has it, and nothing of that was written

    monkeypatch.setattr(sending, "send", killed)
    with pytest.raises(SystemExit):
        delivering.run_due()
    row = WebhookDelivery.objects.get()
    assert (row.state, row.tries) == ("waiting", 1)
    tried = WebhookTry.objects.get()
    assert tried.problem == "Stopped in the middle."
    assert row.next_at == tried.started_at + delivering.KILLED, "soon: the receiver is not the one who failed"
    monkeypatch.setattr(sending, "send", real)
    later(0.1)
    assert delivering.run_due() == 1
    assert [headers["Trellis-Event-Id"] for headers, _body in receiver.told] == [str(row.event_id)] * 2
    assert WebhookDelivery.objects.get().state == "delivered"


def test_one_that_is_removed_while_it_is_told_leaves_nothing(
    scene: Scene, webhook: Webhook, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.approved({"OP-06": 18})
    real = sending.send

    def send(*args: Any) -> Any:
        answer = real(*args)
        operations.remove(webhook=webhook, by=webhook.owner)
        return answer

    monkeypatch.setattr(sending, "send", send)
    assert delivering.run_due() == 1
    assert len(receiver.told) == 1
    assert not WebhookTry.objects.exists() and not WebhookDelivery.objects.exists()


def test_what_happens_while_one_is_removed_is_not_told_to_it(
    scene: Scene, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was listed as listening, and is gone when its deliveries are written."""

    def holders(*args: Any, **kwargs: Any) -> Any:
        operations.remove(webhook=webhook, by=webhook.owner)
        return real(*args, **kwargs)

    real = events.holders
    monkeypatch.setattr(events, "holders", holders)
    scene.approved({"OP-06": 18})
    assert not WebhookDelivery.objects.exists() and not WebhookEvent.objects.exists()


def test_many_failures_switch_it_off_and_its_owner_is_told(
    scene: Scene,
    webhook: Webhook,
    receiver: Receiver,
    django_capture_on_commit_callbacks: Any,
) -> None:
    receiver.status = 500
    Webhook.objects.update(failures=delivering.MOST_FAILURES - 1)
    scene.approved({"OP-06": 18})
    with django_capture_on_commit_callbacks(execute=True):
        delivering.run_due()
    webhook.refresh_from_db()
    assert not webhook.is_active and webhook.problem == "Switched off after 20 failures in a row."
    (letter,) = mail.outbox
    assert letter.to == [scene.manager.email] and webhook.url in letter.body
    later(10)
    assert delivering.run_due() == 0 and len(receiver.told) == 1
    receiver.status = 204
    operations.change(webhook=webhook, by=scene.manager, is_active=True)
    assert delivering.run_due() == 1, "what waited is sent"
    webhook.refresh_from_db()
    assert (webhook.failures, webhook.problem) == (0, "")


def test_an_address_that_fails_does_not_hold_up_the_others(scene: Scene, webhook: Webhook, receiver: Receiver) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        dead = f"http://127.0.0.1:{taken.getsockname()[1]}/"
    other = factories.person(RoleName.COUNTRY_PROGRAMME_MANAGER, country="IND")
    broken, _secret = operations.create(by=other, url=dead, events=EVERY)
    scene.approved({"OP-06": 18})
    rounds.close(round=scene.round, by=scene.manager)
    assert delivering.run_due() == 2
    assert WebhookTry.objects.filter(delivery__webhook=broken).count() == 1, "one try a round"
    assert "No connection" in WebhookTry.objects.get(delivery__webhook=broken).problem


def test_redirects_are_not_followed_and_slow_answers_are_cut(
    scene: Scene,
    webhook: Webhook,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    receiver.status, receiver.location = 302, f"{receiver.url}&elsewhere=1"
    answer = sending.send(receiver.url, b"{}", {})
    assert (answer.status, answer.is_good) == (302, False) and len(receiver.told) == 1
    monkeypatch.setattr(sending, "ALL_SECONDS", 1)
    receiver.status, receiver.wait = 200, 4
    start = time.monotonic()
    answer = sending.send(receiver.url, b"{}", {})
    assert time.monotonic() - start < 3 and answer.status is None and "No answer within" in answer.problem


def test_old_events_are_forgotten_once_they_ended(scene: Scene, webhook: Webhook) -> None:
    scene.approved({"OP-06": 18})
    rounds.close(round=scene.round, by=scene.manager)
    WebhookEvent.objects.update(created_at=timezone.now() - delivering.KEPT_FOR - datetime.timedelta(days=1))
    delivering.deliver(WebhookDelivery.objects.order_by("pk").values_list("pk", flat=True)[0])
    delivering.forget_old()
    assert [one.type for one in WebhookEvent.objects.all()] == ["round.closed"]


# --- addresses -------------------------------------------------------------------------------------------------------
PRIVATE = [
    "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "255.255.255.255", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "fec0::1", "2001:db8::1",
]  # fmt: skip


def stand_for(monkeypatch: pytest.MonkeyPatch, *found: str) -> None:
    """Every name stands for these addresses."""
    rows = [(socket.AF_INET6 if ":" in one else socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 443)) for one in found]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: rows)


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_of_this_network_are_refused(address: str, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_for(monkeypatch, "93.184.215.14", address)
    with pytest.raises(ValidationError) as refused:
        operations.create(by=scene.manager, url="https://hooks.example.org/", events=EVERY)
    assert "private network" in refused.value.message_dict["url"][0]
    stand_for(monkeypatch, address)
    called: list[Any] = []
    monkeypatch.setattr(sending, "_connection", called.append)
    assert "private network" in sending.send("https://hooks.example.org/", b"{}", {}).problem
    assert called == [], "a name that was moved since it was saved"


def test_open_addresses_are_taken_and_pinned(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_for(monkeypatch, "93.184.215.14")
    target = addresses.check("https://hooks.example.org/a?b=c")
    found = sending._connection(target)
    assert (found.host, found.port, found.server_hostname) == ("93.184.215.14", 443, "hooks.example.org")
    assert (target.authority, target.path) == ("hooks.example.org", "/a?b=c")
    assert addresses.is_open(addresses.ipaddress.ip_address("2606:4700::1111"))


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.org/", "ftp://hooks.example.org/", "https://", "hooks.example.org", "https://a:b@example.org/",
        "https://example.org/#x", "https://example.org:99999/", "https://example.org/\r\nX: y", "https://exa mple.org/",
        "https://" + "a" * 600, "https://exämple.org/", "https://[::1", "javascript:alert(1)", "https://example.org\\@x/",
    ],
)  # fmt: skip
def test_what_is_no_https_address_is_refused(url: str, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_for(monkeypatch, "93.184.215.14")
    with pytest.raises(ValidationError) as refused:
        operations.create(by=scene.manager, url=url, events=EVERY)
    assert set(refused.value.message_dict) == {"url"}


# --- secrets, rights, API and pages ----------------------------------------------------------------------------------
def test_a_secret_is_stored_nowhere_and_both_sign_after_a_rotation(
    scene: Scene,
    webhook: Webhook,
    receiver: Receiver,
) -> None:
    before = webhook.told_secret  # type: ignore[attr-defined]
    now = operations.rotate(webhook=webhook, by=scene.manager)
    assert now != before
    with connection.cursor() as cursor:
        cursor.execute("SELECT w::text FROM scaling_webhook w")
        stored = cursor.fetchone()[0]
    assert before not in stored and now not in stored
    scene.approved({"OP-06": 18})
    delivering.run_due()
    headers, body = receiver.told[0]
    assert verified(before, headers, body) and verified(now, headers, body)
    Webhook.objects.update(previous_until=timezone.now())
    rounds.close(round=scene.round, by=scene.manager)
    delivering.run_due()
    headers, body = receiver.told[1]
    assert not verified(before, headers, body) and verified(now, headers, body)


@pytest.mark.parametrize("role", [RoleName.ME_OFFICER, RoleName.VIEWER, RoleName.API_CLIENT])
def test_who_manages_no_rounds_has_no_webhooks(role: RoleName, receiver: Receiver) -> None:
    with pytest.raises(PermissionDenied):
        operations.create(by=factories.person(role, programme="TNWDP"), url=receiver.url, events=EVERY)


def test_through_the_api(scene: Scene, receiver: Receiver) -> None:
    program = Program(scene.manager)
    body = {"url": receiver.url, "events": ["round.closed"], "programme": "TNWDP"}
    made = program.post("webhooks/", body)
    assert made.status_code == 201, made.content
    secret, pk = made.json()["secret"], made.json()["id"]
    again = program.post("webhooks/", body)
    assert again.status_code == 200 and "secret" not in again.json()
    assert program.post("webhooks/", {**body, "events": EVERY}).status_code == 409
    assert fields(program.post("webhooks/", body, Idempotency_Key="a")) == {"Idempotency-Key"}
    assert fields(program.post("webhooks/", {**body, "events": ["x"], "url": "a"})) == {"events.0"}
    assert fields(program.post("webhooks/", {**body, "programme": "PCDP"})) == {"programme"}
    assert "secret" not in program.get(f"webhooks/{pk}/").json()
    assert program.patch(f"webhooks/{pk}/", {"events": EVERY}).status_code == 428
    changed = program.patch(f"webhooks/{pk}/", {"events": EVERY, "programme": None, "version": 1})
    assert changed.status_code == 200 and changed.json()["programme"] is None and changed.json()["version"] == 2
    rotated = program.post(f"webhooks/{pk}/rotate/", {"version": 2})
    assert rotated.status_code == 200 and rotated.json()["secret"] not in ("", secret)
    receiver.status = 500
    scene.approved({"OP-06": 18})
    delivering.run_due()
    (row,) = program.get(f"webhook-deliveries/?webhook={pk}&state=waiting").json()["results"]
    assert row["type"] == "return.approved" and [one["status"] for one in row["log"]] == [500]
    sent = program.post(f"webhook-deliveries/{row['id']}/redeliver/")
    assert sent.status_code == 200 and sent.json()["tries"] == 0
    stranger = Program(factories.person(RoleName.COUNTRY_PROGRAMME_MANAGER, country="IND"))
    assert stranger.get(f"webhooks/{pk}/").status_code == 404
    assert stranger.post(f"webhook-deliveries/{row['id']}/redeliver/").status_code == 404
    assert stranger.get("webhook-deliveries/").json()["results"] == []
    assert program.client.delete(f"/api/v1/webhooks/{pk}/").status_code == 204
    assert not Webhook.objects.exists() and not WebhookDelivery.objects.exists()


def test_on_the_pages(scene: Scene, receiver: Receiver) -> None:
    client = Client()
    client.force_login(scene.manager)
    url = reverse("scaling:webhooks")
    wrong = client.post(url, {"url": "ftp://x", "events": []})
    assert wrong.status_code == 422 and {"events"} <= set(wrong.context["form"].errors)
    made = client.post(url, {"url": receiver.url, "events": ["return.approved"]})
    secret = made.context["secret"]
    assert secret.startswith("whsec_") and secret in made.content.decode()
    assert "no-store" in made["Cache-Control"] and secret not in client.get(url).content.decode()
    row = Webhook.objects.get()
    scene.approved({"OP-06": 18})
    receiver.body = b"<script>alert(1)</script>"
    delivering.run_due()
    page = client.get(reverse("scaling:webhook", args=[row.pk]))
    text = page.content.decode()
    assert "&lt;script&gt;alert(1)" in text and str(WebhookEvent.objects.get().pk) in text
    (delivery,) = WebhookDelivery.objects.all()
    assert client.post(reverse("scaling:webhook-redeliver", args=[delivery.pk])).status_code == 302
    assert WebhookDelivery.objects.get().state == "waiting"
    rotated = client.post(reverse("scaling:webhook-rotate", args=[row.pk]))
    assert rotated.context["secret"] not in ("", secret)
    off = {"url": receiver.url, "events": ["return.approved"], "programme": "TNWDP"}
    assert client.post(reverse("scaling:webhook", args=[row.pk]), off).status_code == 302
    row.refresh_from_db()
    assert not row.is_active and row.programme is not None and row.programme.code == "TNWDP"
    assert client.post(reverse("scaling:webhook-remove", args=[row.pk])).status_code == 302
    assert not Webhook.objects.exists()
