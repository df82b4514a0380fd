"""Who is told of what, each event, each telling of it, and each try."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from programmes.access import ByPerson, ByProgramme, ScopedQuerySet


class EventType(models.TextChoices):
    RETURN_APPROVED = "return.approved", _("a return was approved")
    ROUND_CLOSED = "round.closed", _("a round was closed")
    ALERT_OPENED = "alert.opened", _("an alert was opened")
    REPORT_FINISHED = "report.finished", _("a pack is ready")


class Webhook(models.Model):
    """An address that somebody wants to be told at. The secret is not stored: it is made of `salt` and the secret key
    of the site. `previous_salt` signs beside it for a while after a rotation."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    url = models.CharField(_("address"), max_length=500)
    events = ArrayField(models.CharField(max_length=30, choices=EventType.choices), verbose_name=_("events"))
    programme = models.ForeignKey(
        "programmes.Programme", on_delete=models.CASCADE, null=True, blank=True, related_name="+",
        verbose_name=_("programme"),
    )  # fmt: skip
    salt = models.CharField(max_length=64, editable=False)
    previous_salt = models.CharField(max_length=64, blank=True, editable=False)
    previous_until = models.DateTimeField(null=True, blank=True, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    #: why it was switched off by itself; empty where a person did it
    problem = models.CharField(_("problem"), max_length=300, blank=True)
    #: tries that failed since the last that did not
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(_("made"), auto_now_add=True)

    scope = ByPerson("owner")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "url"], name="webhook_once"),
            models.CheckConstraint(
                condition=Q(events__contained_by=EventType.values, events__len__gt=0), name="webhook_events_known"
            ),
            models.CheckConstraint(
                condition=Q(previous_salt="", previous_until__isnull=True)
                | (~Q(previous_salt="") & Q(previous_until__isnull=False)),
                name="webhook_previous_secret_ends",
            ),
            models.CheckConstraint(condition=Q(problem="") | Q(is_active=False), name="webhook_problem_when_off"),
        ]

    def __str__(self) -> str:
        return self.url


class WebhookEvent(models.Model):
    """Something that happened, written in its transaction. The id is what receivers know it by."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    type = models.CharField(max_length=30, choices=EventType.choices)
    programme = models.ForeignKey("programmes.Programme", on_delete=models.CASCADE, related_name="+")
    object_id = models.BigIntegerField()
    data = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now)

    scope = ByProgramme("programme")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("event for webhooks")
        verbose_name_plural = _("events for webhooks")
        indexes = [models.Index(fields=["created_at"], name="webhook_event_age")]
        constraints = [models.CheckConstraint(condition=Q(type__in=EventType.values), name="webhook_event_known")]

    def __str__(self) -> str:
        return f"{self.type} {self.id}"


class DeliveryState(models.TextChoices):
    WAITING = "waiting", _("waits")
    DELIVERED = "delivered", _("delivered")
    GAVE_UP = "gave_up", _("given up")
    DROPPED = "dropped", _("not for its owner any more")


class WebhookDelivery(models.Model):
    """An event for one webhook. `next_at` says when it is tried (again); it moves before each try, so that a worker
    killed in the middle leaves a delivery that is tried once more."""

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(WebhookEvent, on_delete=models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=20, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True, default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    scope = ByPerson("webhook__owner")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery of a webhook")
        verbose_name_plural = _("deliveries of webhooks")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["next_at"], condition=Q(state="waiting"), name="webhook_delivery_due")]
        constraints = [
            models.UniqueConstraint(fields=["webhook", "event"], name="webhook_delivery_once"),
            models.CheckConstraint(condition=Q(state__in=DeliveryState.values), name="webhook_delivery_state_known"),
            models.CheckConstraint(
                condition=Q(state=DeliveryState.WAITING, next_at__isnull=False, ended_at__isnull=True)
                | (~Q(state=DeliveryState.WAITING) & Q(next_at__isnull=True, ended_at__isnull=False)),
                name="webhook_delivery_waits_or_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} → {self.webhook_id}"


class WebhookTry(models.Model):
    """One try: when, how long, and what was answered, its first kilobyte. Without a status nothing was answered."""

    delivery = models.ForeignKey(WebhookDelivery, on_delete=models.CASCADE, related_name="log")
    started_at = models.DateTimeField(default=timezone.now)
    milliseconds = models.PositiveIntegerField(null=True, blank=True)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    answer = models.TextField(blank=True)
    problem = models.CharField(max_length=300, blank=True)

    scope = ByPerson("delivery__webhook__owner")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("try of a delivery")
        verbose_name_plural = _("tries of deliveries")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__isnull=True) | Q(status__gte=100, status__lte=999), name="webhook_try_status_is_one"
            )
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id} {self.started_at:%Y-%m-%d %H:%M}"
