"""API resources of alerts and thresholds; read side."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from organizations.api import Period
from organizations.models import Organization
from programmes.api import code_of
from programmes.models import Place, Programme
from programmes.rest import ResourceSerializer, ScopedReadOnlyViewSet
from scaling import thresholds
from scaling.metrics.alerts import RULES
from scaling.models import Alert, Severity, ThresholdSetting


class AlertSerializer(ResourceSerializer):
    rule = serializers.ChoiceField(choices=[(rule, rule) for rule in RULES], read_only=True)
    programme = code_of("programme")
    organization = code_of("organization", default=None, allow_null=True)
    place = serializers.CharField(source="organization.place.code", read_only=True, default=None, allow_null=True)
    figures = serializers.DictField(read_only=True, help_text="what the rule looked at; decimals and days as text")

    class Meta:
        model = Alert
        fields = [
            "id",
            "rule",
            "severity",
            "programme",
            "organization",
            "place",
            "figures",
            "opened_at",
            "closed_at",
            "acknowledged_at",
            "note",
        ]


class AlertFilter(django_filters.FilterSet):
    rule = django_filters.ChoiceFilter(choices=[(rule, rule) for rule in RULES])
    severity = django_filters.ChoiceFilter(choices=Severity.choices)
    programme = django_filters.CharFilter(method="of_programme")
    organization = django_filters.CharFilter(method="of_organization")
    place = django_filters.CharFilter(method="inside", label=_("Code of a place: all inside it."))
    open = django_filters.BooleanFilter(field_name="closed_at", lookup_expr="isnull")
    acknowledged = django_filters.BooleanFilter(field_name="acknowledged_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = Alert
        fields: list[str] = []

    def of_programme(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(programme__in=Programme.objects.visible_to(self.request.user).filter(code=value))

    def of_organization(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(organization__in=Organization.objects.visible_to(self.request.user).filter(code=value))

    def inside(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        place = Place.objects.visible_to(self.request.user).filter(code=value).first()
        if place is None:
            return queryset.none()
        return queryset.filter(organization__in=Organization.objects.within(place).values("pk"))


class AlertViewSet(ScopedReadOnlyViewSet):
    queryset = Alert.objects.select_related("programme", "organization__place")
    serializer_class = AlertSerializer
    filterset_class = AlertFilter
    ordering = ["-opened_at", "pk"]
    ordering_fields = ["opened_at", "closed_at"]


class ThresholdSerializer(ResourceSerializer):
    country = code_of("country", default=None, allow_null=True)
    start = Period("lower")
    end = Period("upper")

    class Meta:
        model = ThresholdSetting
        fields = ["id", "country", "start", "end", *thresholds.NAMES, "reason", "set_at"]


class ThresholdFilter(django_filters.FilterSet):
    country = django_filters.CharFilter(field_name="country__code")
    on = django_filters.DateFilter(field_name="valid", lookup_expr="contains")

    class Meta:
        model = ThresholdSetting
        fields: list[str] = []


class ThresholdViewSet(ScopedReadOnlyViewSet):
    """Thresholds that people set, through time; a country of null means everywhere."""

    queryset = ThresholdSetting.objects.select_related("country")
    serializer_class = ThresholdSerializer
    filterset_class = ThresholdFilter
    ordering = ["pk"]


ROUTES: list[tuple[str, Any]] = [("alerts", AlertViewSet), ("thresholds", ThresholdViewSet)]
