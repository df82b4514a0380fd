"""API resources of the register; what writes stands in organizations/rest/. What is dated is read as of a day."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import django_filters
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from organizations import columns
from organizations.models import (
    ApexMembership,
    Intervention,
    Linkage,
    Organization,
    OrganizationStatus,
    ProgrammeEnrolment,
    Service,
)
from organizations.rest.organizations import OrganizationWrites, with_writable
from organizations.rest.ties import ApexMembershipWrites, InterventionWrites, LinkageWrites, ServiceWrites
from programmes.api import COUNTRY, PARTNER, PHASE, PLACE, code_of
from programmes.expanding import Related
from programmes.models import Programme
from programmes.rest import ResourceSerializer, ScopedReadOnlyViewSet
from programmes.writing import AllowedActions, RowVersion

AS_OF = OpenApiParameter("as_of", OpenApiTypes.DATE, description="The day the answer is true for; today if not given.")


class DatedViewSet(ScopedReadOnlyViewSet):
    """`as_of=2022-06-30`: what was true on that day."""

    extra_parameters = ("as_of",)

    @property
    def as_of(self) -> datetime.date:
        raw = self.request.query_params.get("as_of")
        if raw is None:
            return datetime.date.today()
        try:
            if len(raw) != 10:
                raise ValueError
            return datetime.date.fromisoformat(raw)
        except ValueError:
            raise ValidationError({"as_of": _("A date such as 2022-06-30 is expected.")}) from None


@extend_schema_field({"type": ["string", "null"], "format": "date"})
class Period(serializers.Field[Any, Any, Any, Any]):
    """One end of a half-open period."""

    def __init__(self, end: str, source: str = "valid", **kwargs: Any) -> None:
        self.end = end
        super().__init__(read_only=True, source=source, **kwargs)

    def to_representation(self, value: Any) -> str | None:
        day = getattr(value, self.end)
        return day.isoformat() if day else None


class OrganizationBriefSerializer(ResourceSerializer):
    """An organization beside something of it."""

    place = code_of("place")
    country = code_of("country")
    family = serializers.CharField(read_only=True)

    class Meta:
        model = Organization
        fields = ["code", "name", "kind", "family", "tier", "place", "country", "formed_on", "is_synthetic"]


ORGANIZATION = Related(Organization, OrganizationBriefSerializer, "organization_id", ("place", "country"))


class OrganizationSerializer(ResourceSerializer):
    place = code_of("place")
    country = code_of("country")
    family = serializers.CharField(read_only=True)
    status = serializers.SerializerMethodField()
    apexes = serializers.SerializerMethodField()
    programmes = serializers.SerializerMethodField()
    allowed_actions = AllowedActions()
    expands = {"place": PLACE, "country": COUNTRY}

    class Meta:
        model = Organization
        fields = [
            "code",
            "name",
            "kind",
            "family",
            "tier",
            "place",
            "country",
            "formed_on",
            "formed_precision",
            "registered_on",
            "promoter",
            "commodities",
            "registration_law",
            "registration_number",
            "livelihood",
            "members_are",
            "status",
            "apexes",
            "programmes",
            "is_synthetic",
            "version",
            "allowed_actions",
        ]

    def get_status(self, organization: Organization) -> str | None:
        """None before the formation."""
        found = organization.statuses_then  # type: ignore[attr-defined]
        return found[0].status if found else None

    def get_apexes(self, organization: Organization) -> list[str]:
        return [membership.apex.code for membership in organization.apexes_then]  # type: ignore[attr-defined]

    def get_programmes(self, organization: Organization) -> list[str]:
        return [enrolment.programme.code for enrolment in organization.enrolments_then]  # type: ignore[attr-defined]


class OrganizationFilter(django_filters.FilterSet):
    programme = django_filters.CharFilter(method="of_programme")
    place = django_filters.CharFilter(field_name="place__code")
    country = django_filters.CharFilter(field_name="country__code")
    apex = django_filters.CharFilter(method="below")
    name = django_filters.CharFilter(field_name="name", lookup_expr="icontains")

    class Meta:
        model = Organization
        fields = ["kind", "tier", "promoter", "is_synthetic"]

    def of_programme(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        visible = Programme.objects.visible_to(self.request.user).filter(code=value)
        return queryset.filter(pk__in=ProgrammeEnrolment.objects.filter(programme__in=visible).values("organization"))

    def below(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        apex = Organization.objects.visible_to(self.request.user).filter(code=value).first()
        if apex is None:
            return queryset.none()
        return queryset.under(apex, on=self.view_day())  # type: ignore[attr-defined,no-any-return]

    def view_day(self) -> datetime.date:
        raw = self.request.query_params.get("as_of")
        return datetime.date.fromisoformat(raw) if raw else datetime.date.today()


@extend_schema_view(list=extend_schema(parameters=[AS_OF]), retrieve=extend_schema(parameters=[AS_OF]))
class OrganizationViewSet(OrganizationWrites, DatedViewSet):
    queryset = Organization.objects.select_related("place", "country")
    serializer_class = OrganizationSerializer
    filterset_class = OrganizationFilter
    exported = columns.ORGANIZATION
    told_by = (
        (OrganizationStatus, "organization"),
        (ApexMembership, "member"),
        (ProgrammeEnrolment, "organization"),
    )
    lookup_field = "code"
    lookup_value_regex = r"[\w.-]+"
    ordering = ["code"]
    ordering_fields = ["code", "name", "formed_on"]

    def get_queryset(self) -> QuerySet[Any]:
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        day = self.as_of
        programmes = Programme.objects.visible_to(self.request.user)
        apexes = Organization.objects.visible_to(self.request.user)
        return (
            with_writable(super().get_queryset(), self.request)
            .filter(formed_on__lte=day)
            .prefetch_related(  # type: ignore[type-var]
                Prefetch("statuses", OrganizationStatus.objects.filter(valid__contains=day), to_attr="statuses_then"),
                Prefetch(
                    "apex_memberships",
                    ApexMembership.objects.filter(valid__contains=day, apex__in=apexes).select_related("apex"),
                    to_attr="apexes_then",
                ),
                Prefetch(
                    "enrolments",
                    ProgrammeEnrolment.objects.filter(valid__contains=day, programme__in=programmes).select_related(
                        "programme"
                    ),
                    to_attr="enrolments_then",
                ),
            )
        )


class ApexMembershipSerializer(ResourceSerializer):
    member = code_of("member")
    apex = code_of("apex")
    start = Period("lower")
    end = Period("upper")
    version = RowVersion()
    allowed_actions = AllowedActions()
    expands = {
        "member": replace(ORGANIZATION, attribute="member_id"),
        "apex": replace(ORGANIZATION, attribute="apex_id"),
    }

    class Meta:
        model = ApexMembership
        fields = [
            "id",
            "member",
            "apex",
            "start",
            "end",
            "role",
            "profession",
            "fee_paid_until",
            "exit_reason",
            "version",
            "allowed_actions",
        ]


class ApexMembershipFilter(django_filters.FilterSet):
    member = django_filters.CharFilter(field_name="member__code")
    apex = django_filters.CharFilter(field_name="apex__code")

    class Meta:
        model = ApexMembership
        fields = ["role"]


@extend_schema_view(list=extend_schema(parameters=[AS_OF]))
class ApexMembershipViewSet(ApexMembershipWrites, DatedViewSet):
    """All rows; with `as_of` those that held on the day."""

    queryset = ApexMembership.objects.select_related("member", "apex")
    serializer_class = ApexMembershipSerializer
    filterset_class = ApexMembershipFilter
    ordering = ["pk"]

    def get_queryset(self) -> QuerySet[Any]:
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        visible = Organization.objects.visible_to(self.request.user)
        rows = with_writable(super().get_queryset().filter(apex__in=visible), self.request, "member_id")
        return rows.filter(valid__contains=self.as_of) if "as_of" in self.request.query_params else rows


class LinkageSerializer(ResourceSerializer):
    """`partner_organization` is null where the other side is an organization that the reader may not see."""

    organization = code_of("organization")
    partner = code_of("partner", default=None, allow_null=True)
    partner_organization = code_of("partner_organization", default=None, allow_null=True)
    start = Period("lower")
    end = Period("upper")
    version = RowVersion()
    allowed_actions = AllowedActions()
    expands = {
        "organization": ORGANIZATION,
        "partner": PARTNER,
        "partner_organization": replace(ORGANIZATION, attribute="partner_organization_id"),
    }

    class Meta:
        model = Linkage
        fields = [
            "id",
            "organization",
            "partner",
            "partner_organization",
            "kind",
            "form",
            "reference",
            "signed_on",
            "start",
            "end",
            "value",
            "currency",
            "volume",
            "volume_unit",
            "renewals",
            "status",
            "covers",
            "causality",
            "version",
            "allowed_actions",
        ]


class LinkageFilter(django_filters.FilterSet):
    organization = django_filters.CharFilter(field_name="organization__code")
    partner = django_filters.CharFilter(field_name="partner__code")

    class Meta:
        model = Linkage
        fields = ["kind", "form", "status", "causality"]


@extend_schema_view(list=extend_schema(parameters=[AS_OF]))
class LinkageViewSet(LinkageWrites, DatedViewSet):
    """All rows; with `as_of` those in force on the day."""

    queryset = Linkage.objects.select_related("organization", "partner")
    serializer_class = LinkageSerializer
    filterset_class = LinkageFilter
    exported = columns.LINKAGE
    ordering = ["pk"]
    ordering_fields = ["value", "signed_on"]

    def get_queryset(self) -> QuerySet[Any]:
        rows = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows
        rows = with_writable(rows, self.request, "organization_id").prefetch_related(
            Prefetch("partner_organization", Organization.objects.visible_to(self.request.user))
        )
        return rows.filter(valid__contains=self.as_of) if "as_of" in self.request.query_params else rows


class InterventionSerializer(ResourceSerializer):
    phase = code_of("phase")
    start = Period("lower")
    end = Period("upper")
    version = RowVersion()
    allowed_actions = AllowedActions()
    expands = {"phase": PHASE}

    class Meta:
        model = Intervention
        fields = [
            "id",
            "phase",
            "purpose",
            "method",
            "topic",
            "start",
            "end",
            "participants",
            "women",
            "cost",
            "currency",
            "version",
            "allowed_actions",
        ]


class InterventionViewSet(InterventionWrites, ScopedReadOnlyViewSet):
    queryset = Intervention.objects.select_related("phase")
    serializer_class = InterventionSerializer
    filterset_fields = ["purpose", "method"]
    ordering = ["pk"]


class ServiceSerializer(ResourceSerializer):
    organization = code_of("organization")
    partner = code_of("partner", default=None, allow_null=True)
    start = Period("lower")
    end = Period("upper")
    version = RowVersion()
    allowed_actions = AllowedActions()
    expands = {"organization": ORGANIZATION, "partner": PARTNER}

    class Meta:
        model = Service
        fields = ["id", "organization", "kind", "provider", "partner", "start", "end", "version", "allowed_actions"]


class ServiceFilter(django_filters.FilterSet):
    organization = django_filters.CharFilter(field_name="organization__code")

    class Meta:
        model = Service
        fields = ["kind", "provider"]


@extend_schema_view(list=extend_schema(parameters=[AS_OF]))
class ServiceViewSet(ServiceWrites, DatedViewSet):
    """All rows; with `as_of` those that held on the day."""

    queryset = Service.objects.select_related("organization", "partner")
    serializer_class = ServiceSerializer
    filterset_class = ServiceFilter
    ordering = ["pk"]

    def get_queryset(self) -> QuerySet[Any]:
        rows = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows
        rows = with_writable(rows, self.request, "organization_id")
        return rows.filter(valid__contains=self.as_of) if "as_of" in self.request.query_params else rows


ROUTES: list[tuple[str, Any]] = [
    ("organizations", OrganizationViewSet),
    ("apex-memberships", ApexMembershipViewSet),
    ("linkages", LinkageViewSet),
    ("interventions", InterventionViewSet),
    ("services", ServiceViewSet),
]
