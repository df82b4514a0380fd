"""API resources of the catalogue and of results; read side."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from indicators.models import Anchor, Indicator, IndicatorVersion, PhaseResult, PhaseResultCorrection, ScaleItem
from indicators.results import on_basis
from programmes.api import code_of
from programmes.rest import ExactDecimalField, ResourceSerializer, ScopedReadOnlyViewSet
from programmes.vocabulary import FigureBasis


class AnchorSerializer(serializers.Serializer[Any]):
    level = serializers.IntegerField()
    text = serializers.CharField()


class IndicatorSerializer(ResourceSerializer):
    """The version in force, with its texts in the language of the request."""

    version = serializers.SerializerMethodField()
    name = serializers.SerializerMethodField()
    definition = serializers.SerializerMethodField()
    unit = serializers.SerializerMethodField()
    related = code_of("related", default=None, allow_null=True)
    anchors = serializers.SerializerMethodField()

    class Meta:
        model = Indicator
        fields = [
            "code",
            "version",
            "name",
            "definition",
            "unit",
            "level",
            "type",
            "dimension",
            "is_computed",
            "is_rating",
            "ifad_core_indicators",
            "related",
            "anchors",
        ]

    @staticmethod
    def _current(indicator: Indicator) -> IndicatorVersion:
        return indicator.versions.all()[0]

    def get_version(self, indicator: Indicator) -> int:
        return self._current(indicator).number

    def get_name(self, indicator: Indicator) -> str:
        return self._current(indicator).text("name")

    def get_definition(self, indicator: Indicator) -> str:
        return self._current(indicator).text("definition")

    def get_unit(self, indicator: Indicator) -> str:
        return self._current(indicator).text("unit")

    @extend_schema_field(AnchorSerializer(many=True))
    def get_anchors(self, indicator: Indicator) -> list[dict[str, Any]]:
        return [
            {"level": anchor.level, "text": anchor.words()}
            for item in indicator.scale_items.all()[:1]
            for anchor in item.anchors.all()
        ]


class IndicatorFilter(django_filters.FilterSet):
    class Meta:
        model = Indicator
        fields = ["level", "type", "dimension", "is_computed", "is_rating"]


class IndicatorViewSet(ScopedReadOnlyViewSet):
    queryset = Indicator.objects.select_related("related").prefetch_related(
        Prefetch("versions", IndicatorVersion.objects.order_by("-number")),
        Prefetch("scale_items", ScaleItem.objects.order_by("-version_id")),
        Prefetch("scale_items__anchors", Anchor.objects.order_by("level")),
    )
    serializer_class = IndicatorSerializer
    filterset_class = IndicatorFilter
    lookup_field = "code"
    lookup_value_regex = r"[\w.-]+"
    ordering = ["position"]
    ordering_fields = ["position", "code"]


class PhaseResultCorrectionSerializer(ResourceSerializer):
    class Meta:
        model = PhaseResultCorrection
        fields = ["kind", "value", "basis", "reason", "source", "url", "recorded_at", "superseded_at"]


class PhaseResultSerializer(ResourceSerializer):
    programme = code_of("programme")
    phase = code_of("phase", default=None, allow_null=True)
    indicator = code_of("indicator")
    place = code_of("place", default=None, allow_null=True)
    corrected_value = serializers.SerializerMethodField()
    corrected_basis = serializers.SerializerMethodField()
    corrections = PhaseResultCorrectionSerializer(many=True, read_only=True)

    class Meta:
        model = PhaseResult
        fields = [
            "id",
            "programme",
            "phase",
            "indicator",
            "subcategory",
            "place",
            "value",
            "null_reason",
            "qualifier",
            "unit",
            "basis",
            "as_printed",
            "label_as_printed",
            "corrected_value",
            "corrected_basis",
            "corrections",
            "source",
            "note",
        ]

    @extend_schema_field(ExactDecimalField(max_digits=20, decimal_places=4, allow_null=True))
    def get_corrected_value(self, result: PhaseResult) -> Any:
        return on_basis(result, FigureBasis.CORRECTED.value)[0]

    def get_corrected_basis(self, result: PhaseResult) -> str:
        return on_basis(result, FigureBasis.CORRECTED.value)[1]


class PhaseResultFilter(django_filters.FilterSet):
    programme = django_filters.CharFilter(field_name="programme__code")
    phase = django_filters.CharFilter(field_name="phase__code")
    indicator = django_filters.CharFilter(field_name="indicator__code")
    place = django_filters.CharFilter(field_name="place__code")

    class Meta:
        model = PhaseResult
        fields = ["subcategory", "basis", "unit"]


class PhaseResultViewSet(ScopedReadOnlyViewSet):
    queryset = PhaseResult.objects.select_related("programme", "phase", "indicator", "place").prefetch_related(
        Prefetch("corrections", PhaseResultCorrection.objects.order_by("pk"))
    )
    serializer_class = PhaseResultSerializer
    filterset_class = PhaseResultFilter
    ordering = ["pk"]
    ordering_fields = ["value"]


ROUTES: list[tuple[str, Any]] = [("indicators", IndicatorViewSet), ("results", PhaseResultViewSet)]
