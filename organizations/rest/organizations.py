"""Organizations through the API: put in, change, their status, mergers and splits, their enrolments."""

from __future__ import annotations

import datetime
from typing import Any

from django.db.models import BooleanField, Exists, OuterRef, QuerySet, Value
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from organizations import enrolments, registry, statuses
from organizations.models import Kind, Organization, OrganizationStatus, Status, Tier
from organizations.models.organizations import MembersAre, Precision, Promoter
from programmes.access import Permission, scope_of
from programmes.models import Place, Programme
from programmes.writing import ChangeSerializer, Choice, Code, StrictSerializer, WritesMixin, may_change

#: What a new organization may be.
FIRST_STATUSES = [(one.value, one.label) for one in (Status.ACTIVE, Status.FORMING)]


def with_writable(rows: QuerySet[Any], request: Any, path: str = "pk") -> QuerySet[Any]:
    """Each row with `writable`: does the caller keep the register of the organization at `path`? No further query."""
    scope = scope_of(request.user, Permission.REGISTRY_WRITE)
    if scope.everything or scope.is_empty or not may_change(request):
        kept = scope.everything and may_change(request)
        return rows.annotate(writable=Value(kept, output_field=BooleanField()))
    held = Organization.objects.visible_to(request.user, Permission.REGISTRY_WRITE)
    return rows.annotate(writable=Exists(held.filter(pk=OuterRef(path))))


class FactsSerializer(serializers.Serializer[Any]):
    """What the register says of an organization."""

    name = serializers.CharField(max_length=200)
    kind = Choice(choices=Kind.choices)
    place = Code(Place)
    formed_on = serializers.DateField()
    promoter = Choice(choices=Promoter.choices)
    tier = Choice(choices=Tier.choices, required=False)
    formed_precision = Choice(choices=Precision.choices, required=False)
    registered_on = serializers.DateField(required=False, allow_null=True)
    registration_law = serializers.CharField(required=False, allow_blank=True, max_length=200)
    registration_number = serializers.CharField(required=False, allow_blank=True, max_length=100)
    commodities = serializers.ListField(child=serializers.CharField(max_length=60), required=False, max_length=100)
    livelihood = serializers.CharField(required=False, allow_blank=True, max_length=60)
    members_are = Choice(choices=MembersAre.choices, required=False)


class OrganizationNewSerializer(FactsSerializer, StrictSerializer):
    """`code` is chosen by the client and stays: sending the same create again changes nothing."""

    code = serializers.CharField(max_length=40)
    programme = Code(Programme)
    status = Choice(choices=FIRST_STATUSES, required=False)


class OrganizationChangeSerializer(FactsSerializer, ChangeSerializer):
    """Only what is to change."""

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        for field in fields.values():
            field.required = False
        return fields


class SuccessorsField(serializers.ListField):
    child = Code(Organization)


class StatusChangeSerializer(ChangeSerializer):
    """`successors` for a merger (one) or a split; nothing else has them."""

    status = Choice(choices=Status.choices)
    on = serializers.DateField(help_text="The first day on which it holds.")
    reason = serializers.CharField(required=False, allow_blank=True, max_length=200)
    successors = SuccessorsField(required=False, max_length=100)


class StatusVerifySerializer(ChangeSerializer):
    on = serializers.DateField(help_text="The day on which somebody saw that the status of that day holds.")
    evidence = serializers.CharField(required=False, allow_blank=True, max_length=300)


class StatusCorrectSerializer(ChangeSerializer):
    on = serializers.DateField(help_text="A day on which the status that is wrong holds.")
    value = Choice(choices=Status.choices)
    since = serializers.DateField()
    reason = serializers.CharField(required=False, allow_blank=True, max_length=200)
    evidence = serializers.CharField(required=False, allow_blank=True, max_length=300)


class StatusTakeBackSerializer(ChangeSerializer):
    pass


class EnrolSerializer(ChangeSerializer):
    programme = Code(Programme)
    start = serializers.DateField(source="since")
    end = serializers.DateField(source="until", required=False, allow_null=True, help_text="First day after it.")


class EndEnrolmentSerializer(ChangeSerializer):
    programme = Code(Programme)
    on = serializers.DateField(help_text="The first day on which it no longer takes part.")


def same_facts(organization: Organization, data: dict[str, Any]) -> bool:
    """Does the register say of an organization all that is sent (of FACTS)?"""
    return all(getattr(organization, name) == value for name, value in data.items() if name in registry.FACTS)


class OrganizationWrites(WritesMixin):
    """The writing side of the viewset of organizations."""

    def actions_on(self, row: Any) -> list[str]:
        if not getattr(row, "writable", False):
            return []
        now = row.statuses_then[0].status if row.statuses_then else ""
        steps = registry.TRANSITIONS.get(now, frozenset())
        names = ["update", "verify-status", "correct-status", "take-back-status", "enrol", "end-enrolment"]
        return [*names, "status"] if steps else names

    @extend_schema(request=OrganizationNewSerializer)
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Put an organization in the register of a programme. The same again is a 200, a taken code a 409."""
        data = self.read(OrganizationNewSerializer)
        found = Organization.objects.visible_to(request.user).filter(code=data["code"]).first()
        if found is not None:
            enrolled = found.enrolments.filter(programme=data["programme"]).exists()
            return self.repeated(found, same_facts(found, data) and enrolled)
        return self.answer(registry.register(by=request.user, **data), status.HTTP_201_CREATED)

    @extend_schema(request=OrganizationChangeSerializer)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change what the register says; only what is sent."""

        def change(row: Organization, **fields: Any) -> None:
            now = Organization.objects.values_list("version", flat=True).get(pk=row.pk)
            registry.change(organization=row, version=now, by=request.user, **fields)

        return self.change(OrganizationChangeSerializer, change)

    @extend_schema(request=StatusChangeSerializer)
    @action(detail=True, methods=["post"], url_path="status", url_name="status")
    def change_status(self, request: Request, **kwargs: Any) -> Response:
        """The next status; a merger or split names its successors. An end closes its ties."""

        def step(row: Organization, **fields: Any) -> None:
            successors = tuple(fields.pop("successors", ()))
            registry.change_status(organization=row, successors=successors, by=request.user, **fields)

        return self.change(StatusChangeSerializer, step)

    @extend_schema(request=StatusVerifySerializer)
    @action(detail=True, methods=["post"], url_path="verify-status")
    def verify_status(self, request: Request, **kwargs: Any) -> Response:
        """Somebody saw that the status holds."""
        return self.change(
            StatusVerifySerializer,
            lambda row, on, **fields: statuses.verify(status=_status_on(row, on), on=on, by=request.user, **fields),
        )

    @extend_schema(request=StatusCorrectSerializer)
    @action(detail=True, methods=["post"], url_path="correct-status")
    def correct_status(self, request: Request, **kwargs: Any) -> Response:
        """A status that was put down wrongly."""
        return self.change(
            StatusCorrectSerializer,
            lambda row, on, **fields: statuses.correct(status=_status_on(row, on), by=request.user, **fields),
        )

    @extend_schema(request=StatusTakeBackSerializer)
    @action(detail=True, methods=["post"], url_path="take-back-status")
    def take_back_status(self, request: Request, **kwargs: Any) -> Response:
        """The last status was a mistake; what had ended with it stays ended."""
        return self.change(
            StatusTakeBackSerializer,
            lambda row: statuses.take_back(status=row.statuses.order_by("-valid")[0], by=request.user),
        )

    @extend_schema(request=EnrolSerializer)
    @action(detail=True, methods=["post"])
    def enrol(self, request: Request, **kwargs: Any) -> Response:
        """It takes part in a programme."""
        return self.change(
            EnrolSerializer,
            lambda row, **fields: enrolments.enrol(organization=row, by=request.user, **fields),
            names={"since": "start", "until": "end"},
        )

    @extend_schema(request=EndEnrolmentSerializer)
    @action(detail=True, methods=["post"], url_path="end-enrolment")
    def end_enrolment(self, request: Request, **kwargs: Any) -> Response:
        """From a day on it no longer takes part in a programme."""

        def end(row: Organization, programme: Programme, on: datetime.date) -> None:
            found = row.enrolments.filter(programme=programme).order_by("-valid").first()
            if found is None:
                raise ValidationError({"programme": _("It does not take part in this programme.")})
            enrolments.end(enrolment=found, on=on, by=request.user)

        return self.change(EndEnrolmentSerializer, end)


def _status_on(organization: Organization, day: datetime.date) -> OrganizationStatus:
    found = organization.statuses.filter(valid__contains=day).select_related("organization").first()
    if found is None:
        raise ValidationError({"on": _("It has no status on that day.")})
    return found
