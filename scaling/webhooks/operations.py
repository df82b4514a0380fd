"""Make, change, rotate and remove webhooks; send a delivery again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from programmes.access import Permission, require
from programmes.models import Programme
from scaling.background import tell
from scaling.webhooks import addresses, signing
from scaling.webhooks.models import DeliveryState, EventType, Webhook, WebhookDelivery

#: So many webhooks of one person.
MOST = 20
#: The secret before goes on signing for so long after a rotation.
OVERLAP = timedelta(hours=24)


def _checked(by: Any, url: str, names: Sequence[str], programme: Programme | None) -> None:
    errors = {}
    try:
        addresses.check(url)
    except addresses.NotAllowed as error:
        errors["url"] = str(error)
    if not names or any(name not in EventType.values for name in names):
        errors["events"] = _("One or more of these are expected: %(known)s.") % {"known": ", ".join(EventType.values)}
    if errors:
        raise ValidationError(errors)
    require(by, Permission.ROUNDS_MANAGE)
    if programme is not None:
        require(by, Permission.READ, programme=programme)


@transaction.atomic
def create(*, by: Any, url: str, events: Sequence[str], programme: Programme | None = None) -> tuple[Webhook, str]:
    """A webhook of `by`, and its secret, which is told only here. Raises PermissionDenied for who manages no rounds,
    ValidationError by field."""
    require(by, Permission.ROUNDS_MANAGE)
    url = url.strip()
    _checked(by, url, events, programme)
    User.objects.select_for_update().get(pk=by.pk)  # two clicks come one after the other
    own = Webhook.objects.filter(owner=by)
    if own.count() >= MOST:
        raise ValidationError(_("At most %(most)d webhooks of one person are kept.") % {"most": MOST})
    if own.filter(url=url).exists():
        raise ValidationError({"url": _("You have a webhook at this address already.")})
    row = Webhook.objects.create(
        owner=by, url=url, events=sorted(set(events)), programme=programme, salt=signing.new_salt()
    )
    return row, signing.secret_of(row.salt)


@transaction.atomic
def change(*, webhook: Webhook, by: Any, **wanted: Any) -> Webhook:
    """Change `url`, `events`, `programme` or `is_active`. Switched on again, its failures are forgotten and what waits
    is sent. Raises as `create`."""
    require(by, Permission.ROUNDS_MANAGE)
    row = Webhook.objects.select_for_update(of=("self",)).get(pk=webhook.pk)
    for name in ("url", "events", "programme", "is_active"):
        if name in wanted:
            setattr(row, name, wanted[name])
    row.url, row.events = row.url.strip(), sorted(set(row.events))
    _checked(by, row.url, row.events, row.programme)
    if row.is_active:
        row.problem, row.failures = "", 0
        transaction.on_commit(lambda: tell("webhooks"))
    row.version += 1
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise ValidationError({"url": _("You have a webhook at this address already.")}) from None
    return row


@transaction.atomic
def remove(*, webhook: Webhook, by: Any) -> None:
    """Delete it with its log."""
    require(by, Permission.ROUNDS_MANAGE)
    # What is being told, or put down to be told, in this moment ends first; then nothing more can refer to it.
    list(Webhook.objects.select_for_update(of=("self",)).filter(pk=webhook.pk).values_list("pk"))
    list(WebhookDelivery.objects.select_for_update(of=("self",)).filter(webhook=webhook.pk).values_list("pk"))
    webhook.delete()


@transaction.atomic
def rotate(*, webhook: Webhook, by: Any) -> str:
    """A new secret, told only here; the one before signs beside it for a day."""
    require(by, Permission.ROUNDS_MANAGE)
    row = Webhook.objects.select_for_update(of=("self",)).get(pk=webhook.pk)
    row.previous_salt, row.previous_until = row.salt, timezone.now() + OVERLAP
    row.salt, row.version = signing.new_salt(), row.version + 1
    row.save(update_fields=["salt", "previous_salt", "previous_until", "version"])
    return signing.secret_of(row.salt)


@transaction.atomic
def redeliver(*, delivery: WebhookDelivery, by: Any) -> WebhookDelivery:
    """Send it again now, with all its tries; the id of the event stays. Raises ValidationError for one that waits."""
    require(by, Permission.ROUNDS_MANAGE)
    row = WebhookDelivery.objects.select_related("webhook").select_for_update(of=("self",)).get(pk=delivery.pk)
    if not row.webhook.is_active:
        raise ValidationError(_("The webhook is switched off; switch it on first."))
    row.state, row.tries, row.next_at, row.ended_at = DeliveryState.WAITING, 0, timezone.now(), None
    row.save(update_fields=["state", "tries", "next_at", "ended_at"])
    transaction.on_commit(lambda: tell("webhooks"))
    return row
