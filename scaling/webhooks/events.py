"""What webhooks tell: an event with its deliveries, written in the transaction of what happened.

A delivery is written only for those whose owner may read the programme that the event is about.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.dispatch import receiver

from indicators.models import Return, Round
from indicators.signals import returns_approved, round_closed
from programmes.access import Permission, holders
from programmes.models import Programme
from scaling.alerts import alerts_opened
from scaling.background import tell
from scaling.models import Alert
from scaling.reports.building import report_finished
from scaling.reports.models import Report
from scaling.webhooks.models import EventType, Webhook, WebhookDelivery, WebhookEvent

#: What an event is about, for asking once more whether its owner may see it.
OBJECTS: dict[str, Any] = {
    EventType.RETURN_APPROVED: Return,
    EventType.ROUND_CLOSED: Round,
    EventType.ALERT_OPENED: Alert,
    EventType.REPORT_FINISHED: Report,
}


def record(kind: str, programme: Programme, happened: Sequence[tuple[int, dict[str, Any]]]) -> int:
    """Write events of one kind, each (id of the object, what is told), and their deliveries; how many deliveries.

    A fixed number of queries; one where nobody listens. Expects the transaction of what happened.
    """
    wanted = Webhook.objects.filter(Q(programme=programme) | Q(programme=None), is_active=True, events__contains=[kind])
    webhooks = list(wanted)
    if not webhooks or not happened:
        return 0
    readers = {user.pk for user in holders(Permission.READ, programme, everywhere=True)}
    webhooks = _kept([one for one in webhooks if one.owner_id in readers])
    if not webhooks:
        return 0
    events = [WebhookEvent(type=kind, programme=programme, object_id=pk, data=data) for pk, data in happened]
    WebhookEvent.objects.bulk_create(events, batch_size=1000)
    WebhookDelivery.objects.bulk_create(
        [WebhookDelivery(webhook=webhook, event=event) for event in events for webhook in webhooks], batch_size=1000
    )
    transaction.on_commit(lambda: tell("webhooks"))
    return len(events) * len(webhooks)


def _kept(webhooks: list[Webhook]) -> list[Webhook]:
    """Those that are still there, and stay until this transaction ends: a delivery must not refer to a removed one."""
    if not webhooks:
        return []
    with connection.cursor() as cursor:
        ids = [one.pk for one in webhooks]
        cursor.execute(f"SELECT id FROM {Webhook._meta.db_table} WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE", [ids])
        there = {pk for (pk,) in cursor.fetchall()}
    return [one for one in webhooks if one.pk in there]


@receiver(returns_approved)
def of_returns(sender: Any, *, returns: list[Return], **kwargs: Any) -> None:
    round_ = Round.objects.select_related("programme").get(pk=returns[0].round_id)
    record(
        EventType.RETURN_APPROVED,
        round_.programme,
        [
            (row.pk, {"return": row.pk, "organization": row.organization.code, "round": round_.code,
                      "programme": round_.programme.code, "version": row.version, "url": f"/api/v1/returns/{row.pk}/"})
            for row in returns
        ],
    )  # fmt: skip


@receiver(round_closed)
def of_a_round(sender: Any, *, round: Round, **kwargs: Any) -> None:
    told = {"round": round.code, "programme": round.programme.code, "url": f"/api/v1/rounds/{round.code}/"}
    record(EventType.ROUND_CLOSED, round.programme, [(round.pk, told)])


@receiver(alerts_opened)
def of_alerts(sender: Any, *, programme_id: int, alerts: list[Alert], **kwargs: Any) -> None:
    programme = Programme.objects.get(pk=programme_id)
    codes = dict(Alert.objects.filter(pk__in=[one.pk for one in alerts]).values_list("pk", "organization__code"))
    record(
        EventType.ALERT_OPENED,
        programme,
        [
            (one.pk, {"alert": one.pk, "rule": one.rule, "severity": one.severity, "organization": codes.get(one.pk),
                      "programme": programme.code, "url": f"/api/v1/alerts/{one.pk}/"})
            for one in alerts
        ],
    )  # fmt: skip


@receiver(report_finished)
def of_a_report(sender: Any, *, report: Report, **kwargs: Any) -> None:
    told = {
        "report": report.pk, "programme": report.programme.code, "format": report.format, "language": report.language,
        "url": f"/reports/{report.pk}/file/",
    }  # fmt: skip
    record(EventType.REPORT_FINISHED, report.programme, [(report.pk, told)])
