"""API resources of webhooks and the log of their deliveries: one's own; an administrator sees all."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Prefetch
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from programmes.access import Permission, may
from programmes.api import code_of
from programmes.models import Programme
from programmes.rest import ResourceSerializer, ScopedReadOnlyViewSet
from programmes.writing import AllowedActions, ChangeSerializer, Choice, Code, StrictSerializer, WritesMixin
from scaling.webhooks import operations
from scaling.webhooks.models import DeliveryState, EventType, Webhook, WebhookDelivery, WebhookTry


class WebhookNewSerializer(StrictSerializer):
    """The address is what makes it the same one."""

    url = serializers.CharField(max_length=500)
    events = serializers.ListField(child=Choice(choices=EventType.choices), allow_empty=False)
    programme = Code(Programme, required=False, allow_null=True, default=None)


class WebhookChangeSerializer(ChangeSerializer):
    url = serializers.CharField(max_length=500, required=False)
    events = serializers.ListField(child=Choice(choices=EventType.choices), allow_empty=False, required=False)
    programme = Code(Programme, required=False, allow_null=True)
    is_active = serializers.BooleanField(required=False)


class WebhookSerializer(ResourceSerializer):
    programme = code_of("programme", default=None, allow_null=True)
    events = serializers.ListField(child=serializers.ChoiceField(choices=EventType.choices), read_only=True)
    allowed_actions = AllowedActions()

    class Meta:
        model = Webhook
        fields = [
            "id", "url", "events", "programme", "is_active", "problem", "failures", "version", "created_at",
            "previous_until", "allowed_actions",
        ]  # fmt: skip


class WebhookSecretSerializer(WebhookSerializer):
    secret = serializers.CharField(read_only=True, help_text="Told only here; keep it.")

    class Meta(WebhookSerializer.Meta):
        fields = [*WebhookSerializer.Meta.fields, "secret"]


class WebhookFilter(django_filters.FilterSet):
    class Meta:
        model = Webhook
        fields = ["is_active"]


def _no_key(request: Request) -> None:
    """The answer holds a secret, and answers under keys are kept."""
    if request.headers.get("Idempotency-Key") is not None:
        text = _("Not taken here: the answer holds a secret, and answers under a key are kept.")
        raise ValidationError({"Idempotency-Key": text})


class WebhookViewSet(WritesMixin, ScopedReadOnlyViewSet):
    """Addresses that are told of events; for who manages rounds."""

    queryset = Webhook.objects.select_related("programme")
    serializer_class = WebhookSerializer
    filterset_class = WebhookFilter
    ordering = ["-pk"]
    #: Actions that take no Idempotency-Key, for the schema.
    unkeyed = ("create", "rotate")

    def actions_on(self, row: Webhook) -> list[str]:
        return ["update", "rotate"] if may(self.request.user, Permission.ROUNDS_MANAGE) else []

    def _with_secret(self, row: Webhook, secret: str, code: int) -> Response:
        answer = self.answer(row, code)
        answer.data = {**answer.data, "secret": secret}
        answer["Cache-Control"] = "no-store"
        return answer

    @extend_schema(request=WebhookNewSerializer, responses={200: WebhookSerializer, 201: WebhookSecretSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Make a webhook; the answer tells its secret, once."""
        _no_key(request)
        data = self.read(WebhookNewSerializer)
        found = Webhook.objects.filter(owner=request.user.pk, url=data["url"].strip()).first()
        if found is not None:
            same = (sorted(set(data["events"])), data["programme"]) == (found.events, found.programme)
            return self.repeated(found, same)
        row, secret = operations.create(by=request.user, **data)
        return self._with_secret(row, secret, status.HTTP_201_CREATED)

    @extend_schema(request=WebhookChangeSerializer, responses=WebhookSerializer)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change it, or switch it off and on; switched on, what waited is sent."""
        return self.change(
            WebhookChangeSerializer, lambda row, **data: operations.change(webhook=row, by=request.user, **data)
        )

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Delete it with its log."""
        operations.remove(webhook=self.get_object(), by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=ChangeSerializer, responses=WebhookSecretSerializer)
    @action(detail=True, methods=["post"])
    def rotate(self, request: Request, **kwargs: Any) -> Response:
        """A new secret, told once; the one before signs beside it for a day."""
        _no_key(request)
        made: list[str] = []

        def operation(row: Webhook) -> None:
            made.append(operations.rotate(webhook=row, by=request.user))

        answer = self.change(ChangeSerializer, operation)
        answer.data = {**answer.data, "secret": made[0]}
        answer["Cache-Control"] = "no-store"
        return answer


class TrySerializer(ResourceSerializer):
    class Meta:
        model = WebhookTry
        fields = ["started_at", "milliseconds", "status", "answer", "problem"]


class DeliverySerializer(ResourceSerializer):
    event = serializers.UUIDField(source="event_id", read_only=True)
    type = serializers.ChoiceField(source="event.type", choices=EventType.choices, read_only=True)
    data = serializers.DictField(source="event.data", read_only=True)  # type: ignore[assignment]
    created_at = serializers.DateTimeField(source="event.created_at", read_only=True)
    log = TrySerializer(many=True, read_only=True)
    allowed_actions = AllowedActions()

    class Meta:
        model = WebhookDelivery
        fields = [
            "id", "webhook", "event", "type", "data", "created_at", "state", "tries", "next_at", "ended_at", "log",
            "allowed_actions",
        ]  # fmt: skip


class DeliveryFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=DeliveryState.choices)
    webhook = django_filters.NumberFilter(field_name="webhook_id")
    type = django_filters.ChoiceFilter(field_name="event__type", choices=EventType.choices)

    class Meta:
        model = WebhookDelivery
        fields: list[str] = []


class DeliveryViewSet(ScopedReadOnlyViewSet):
    """What was told, or waits to be, with each try. Kept for 30 days."""

    queryset = WebhookDelivery.objects.select_related("event", "webhook").prefetch_related(
        Prefetch("log", WebhookTry.objects.order_by("pk"))
    )
    serializer_class = DeliverySerializer
    filterset_class = DeliveryFilter
    ordering = ["-pk"]

    def actions_on(self, row: WebhookDelivery) -> list[str]:
        can = may(self.request.user, Permission.ROUNDS_MANAGE) and row.webhook.is_active
        return ["redeliver"] if can else []

    @extend_schema(request=None, responses=DeliverySerializer)
    @action(detail=True, methods=["post"])
    def redeliver(self, request: Request, **kwargs: Any) -> Response:
        """Send it again now; the id of the event stays the same."""
        operations.redeliver(delivery=self.get_object(), by=request.user)
        return Response(self.get_serializer(self.get_object()).data)


ROUTES: list[tuple[str, Any]] = [("webhooks", WebhookViewSet), ("webhook-deliveries", DeliveryViewSet)]
