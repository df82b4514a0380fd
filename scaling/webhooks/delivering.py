"""Telling: what is due is sent, again and again with longer pauses, until it is taken or given up.

A try is put down before it is made, and the delivery is due again soon after. So a worker killed in the middle loses
nothing: the delivery is tried once more, and the receiver knows it by the id of the event. The pauses are for receivers
that do not take it; that a worker was killed says nothing about the receiver.
"""

from __future__ import annotations

import json
import logging
import time
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.backends import may_sign_in
from scaling.held import held
from scaling.webhooks import sending, signing
from scaling.webhooks.events import OBJECTS
from scaling.webhooks.models import DeliveryState, Webhook, WebhookDelivery, WebhookEvent, WebhookTry
from scaling.webhooks.sending import Answer

log = logging.getLogger(__name__)
LOCK_SPACE = 7307
#: A try that was begun, not ended, and whose row nobody holds is a killed worker's; it is made again after this.
KILLED = timedelta(seconds=5)
#: Pauses after a try that failed: a minute, 5, 30, 2 hours, 12 hours; the sixth try is the last.
PAUSES = tuple(timedelta(minutes=n) for n in (1, 5, 30, 120, 720))
#: So many failures in a row, over all deliveries, switch a webhook off.
MOST_FAILURES = 20
#: One round of the worker: so many deliveries, so many seconds.
AT_ONCE = 500
ROUND_SECONDS = 60
KEPT_FOR = timedelta(days=30)


def run_due() -> int:
    """What is due, the oldest first; how many were taken. An address that fails is left alone until the next round."""
    due = WebhookDelivery.objects.filter(
        state=DeliveryState.WAITING, next_at__lte=timezone.now(), webhook__is_active=True
    )
    taken, failing, until = 0, set(), time.monotonic() + ROUND_SECONDS
    for pk, webhook_id in list(due.order_by("next_at", "pk").values_list("pk", "webhook_id")[:AT_ONCE]):
        if time.monotonic() > until:
            break
        if webhook_id in failing:
            continue
        done = deliver(pk)
        taken += done is True
        if done is False:
            failing.add(webhook_id)
    return taken


def deliver(delivery_id: int) -> bool | None:
    """One try, if it is due and nobody is at it. Whether it was taken; None where there was nothing to send."""
    with held(LOCK_SPACE, delivery_id) as mine:
        if not mine:
            return None
        begun = _begin(delivery_id)
        if begun is None:
            return None
        delivery, tried = begun
        body = body_of(delivery.event)
        answer = sending.send(delivery.webhook.url, body, headers_of(delivery, body))
        return _end(delivery, tried, answer)


def body_of(event: WebhookEvent) -> bytes:
    """The same bytes at each try."""
    told = {"id": str(event.pk), "type": event.type, "created_at": event.created_at.isoformat(), "data": event.data}
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def headers_of(delivery: WebhookDelivery, body: bytes) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "User-Agent": "Trellis-Webhooks/1",
        "Trellis-Event": delivery.event.type,
        "Trellis-Event-Id": str(delivery.event_id),
        "Trellis-Delivery": f"{delivery.pk}",
        "Trellis-Signature": signing.header(delivery.webhook, body, timezone.now()),
    }


@transaction.atomic
def _begin(delivery_id: int) -> tuple[WebhookDelivery, WebhookTry] | None:
    """Put a try down. None where there is nothing to send: not due, tried often enough, not for its owner any more."""
    now = timezone.now()
    rows = WebhookDelivery.objects.select_related("webhook__owner", "event").select_for_update(of=("self",))
    row = rows.filter(pk=delivery_id, state=DeliveryState.WAITING, next_at__lte=now, webhook__is_active=True).first()
    if row is None:
        return None
    if row.tries > len(PAUSES):  # the worker of the last try was killed
        _close(row, DeliveryState.GAVE_UP)
        return None
    if not _may_see(row):
        _close(row, DeliveryState.DROPPED)
        return None
    row.next_at = now + KILLED
    row.tries += 1
    row.save(update_fields=["tries", "next_at"])
    return row, WebhookTry.objects.create(delivery=row, started_at=now, problem=_("Stopped in the middle."))


def _may_see(row: WebhookDelivery) -> bool:
    owner, model = row.webhook.owner, OBJECTS[row.event.type]
    return may_sign_in(owner) and model.objects.visible_to(owner).filter(pk=row.event.object_id).exists()


def _close(row: WebhookDelivery, state: str) -> None:
    row.state, row.next_at, row.ended_at = state, None, timezone.now()
    row.save(update_fields=["state", "next_at", "ended_at"])


@transaction.atomic
def _end(row: WebhookDelivery, tried: WebhookTry, answer: Answer) -> bool:
    """Put down what came of a try; whether it was taken. Of a webhook that was removed meanwhile nothing is kept."""
    if not WebhookDelivery.objects.select_for_update(of=("self",)).filter(pk=row.pk).exists():
        return answer.is_good
    tried.milliseconds, tried.status = answer.milliseconds, answer.status
    tried.answer, tried.problem = answer.text, answer.problem
    tried.save(update_fields=["milliseconds", "status", "answer", "problem"])
    if answer.is_good:
        _close(row, DeliveryState.DELIVERED)
        Webhook.objects.filter(pk=row.webhook_id).exclude(failures=0).update(failures=0)
        return True
    if row.tries > len(PAUSES):
        _close(row, DeliveryState.GAVE_UP)
    else:
        waiting = WebhookDelivery.objects.filter(pk=row.pk, state=DeliveryState.WAITING)
        waiting.update(next_at=tried.started_at + PAUSES[row.tries - 1])
    Webhook.objects.filter(pk=row.webhook_id).update(failures=F("failures") + 1)
    off = Webhook.objects.filter(pk=row.webhook_id, is_active=True, failures__gte=MOST_FAILURES)
    problem = _("Switched off after %(n)d failures in a row.") % {"n": MOST_FAILURES}
    if off.update(is_active=False, problem=problem, version=F("version") + 1):
        transaction.on_commit(lambda: tell_owner(row.webhook_id))
    return False


def tell_owner(webhook_id: int) -> None:
    """An e-mail that the webhook was switched off; its page says the same."""
    webhook = Webhook.objects.select_related("owner").get(pk=webhook_id)
    with translation.override(webhook.owner.language or "en"):
        text = _("Deliveries to %(url)s failed %(n)d times in a row, so the webhook was switched off.") % {
            "url": webhook.url, "n": MOST_FAILURES,
        }  # fmt: skip
        more = _("What happened meanwhile waits. See the log of its deliveries, and switch it on again:")
        link = f"{settings.SITE_URL}{reverse('scaling:webhook', args=[webhook.pk])}"
        try:
            send_mail(_("A webhook was switched off"), f"{text}\n\n{more}\n{link}\n", None, [webhook.owner.email])
        except OSError:
            log.exception("webhook %s: user %s could not be told", webhook.pk, webhook.owner_id)


def forget_old() -> int:
    """Delete events that ended long ago, with their log."""
    waiting: Any = WebhookDelivery.objects.filter(event=OuterRef("pk"), state=DeliveryState.WAITING)
    old = WebhookEvent.objects.filter(~Exists(waiting), created_at__lt=timezone.now() - KEPT_FOR)
    return old.delete()[0]
