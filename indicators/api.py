"""API resources of the catalogue, rounds, returns, results and targets; what writes stands in indicators/rest/."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import django_filters
from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from indicators import columns
from indicators.models import (
    Anchor,
    EntryField,
    Indicator,
    PhaseResult,
    PhaseResultCorrection,
    Return,
    Round,
    ScaleItem,
    Target,
)
from indicators.models.catalogue import in_force
from indicators.rest.results import PhaseResultWrites, TargetWrites
from indicators.rest.returns import ReturnWrites
from indicators.results import on_basis
from organizations.api import ORGANIZATION, Period
from programmes.api import PHASE, PLACE, PROGRAMME, code_of
from programmes.expanding import Related
from programmes.rest import ExactDecimalField, ResourceSerializer, ScopedReadOnlyViewSet
from programmes.vocabulary import FigureBasis
from programmes.writing import AllowedActions, RowVersion


class AnchorSerializer(serializers.Serializer[Any]):
    level = serializers.IntegerField()
    text = serializers.CharField()


class EntryFieldSerializer(ResourceSerializer):
    """One number that an organization reports; `key` is its key in the values of a return."""

    label = serializers.SerializerMethodField()  # type: ignore[assignment]

    class Meta:
        model = EntryField
        fields = ["key", "label", "value_type", "minimum", "maximum", "basis", "collected_in"]

    def get_label(self, field: EntryField) -> str:
        return field.text("label")


class IndicatorSerializer(ResourceSerializer):
    """The version in force today (null fields where none is), with its texts in the language of the request."""

    version = serializers.SerializerMethodField()
    name = serializers.SerializerMethodField()
    definition = serializers.SerializerMethodField()
    unit = serializers.SerializerMethodField()
    related = code_of("related", default=None, allow_null=True)
    fields_entered = EntryFieldSerializer(source="fields", many=True, read_only=True)
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
            "fields_entered",
            "anchors",
        ]

    @staticmethod
    def _text(indicator: Indicator, field: str) -> str | None:
        version = in_force(indicator.versions.all(), datetime.date.today())
        return version.text(field) if version else None

    def get_version(self, indicator: Indicator) -> int | None:
        version = in_force(indicator.versions.all(), datetime.date.today())
        return version.number if version else None

    def get_name(self, indicator: Indicator) -> str | None:
        return self._text(indicator, "name")

    def get_definition(self, indicator: Indicator) -> str | None:
        return self._text(indicator, "definition")

    def get_unit(self, indicator: Indicator) -> str | None:
        return self._text(indicator, "unit")

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
    queryset = Indicator.objects.select_related("related").prefetch_related(  # type: ignore[type-var]
        "versions",
        "fields",
        Prefetch("scale_items", ScaleItem.objects.order_by("-version_id")),
        Prefetch("scale_items__anchors", Anchor.objects.order_by("level")),
    )
    serializer_class = IndicatorSerializer
    filterset_class = IndicatorFilter
    lookup_field = "code"
    lookup_value_regex = r"[\w.-]+"
    ordering = ["position"]
    ordering_fields = ["position", "code"]


class IndicatorBriefSerializer(ResourceSerializer):
    """An indicator beside a value of it."""

    class Meta:
        model = Indicator
        fields = ["code", "level", "type", "dimension", "is_computed", "is_rating"]


INDICATOR = Related(Indicator, IndicatorBriefSerializer, "indicator_id")


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
    version = RowVersion()
    allowed_actions = AllowedActions()
    expands = {"programme": PROGRAMME, "phase": PHASE, "indicator": INDICATOR, "place": PLACE}

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
            "version",
            "allowed_actions",
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


class PhaseResultViewSet(PhaseResultWrites, ScopedReadOnlyViewSet):
    queryset = PhaseResult.objects.select_related("programme", "phase", "indicator", "place").prefetch_related(
        Prefetch("corrections", PhaseResultCorrection.objects.order_by("pk"))
    )
    serializer_class = PhaseResultSerializer
    filterset_class = PhaseResultFilter
    exported = columns.PHASE_RESULT
    told_by = ((PhaseResultCorrection, "result"),)
    ordering = ["pk"]
    ordering_fields = ["value"]


class RoundSerializer(ResourceSerializer):
    programme = code_of("programme")
    scale_version = serializers.CharField(source="scale_version.number", read_only=True)
    window_start = Period("lower", source="window")
    window_end = Period("upper", source="window")
    period_start = Period("lower", source="period")
    period_end = Period("upper", source="period")
    expands = {"programme": PROGRAMME}

    class Meta:
        model = Round
        fields = [
            "code",
            "programme",
            "kind",
            "tags",
            "reference_date",
            "window_start",
            "window_end",
            "period_start",
            "period_end",
            "status",
            "scale_version",
        ]


class RoundFilter(django_filters.FilterSet):
    programme = django_filters.CharFilter(field_name="programme__code")

    class Meta:
        model = Round
        fields = ["kind", "status"]


class RoundViewSet(ScopedReadOnlyViewSet):
    queryset = Round.objects.select_related("programme", "scale_version")
    serializer_class = RoundSerializer
    filterset_class = RoundFilter
    lookup_field = "code"
    ordering = ["code"]
    ordering_fields = ["code", "reference_date"]


class ReturnSerializer(ResourceSerializer):
    organization = code_of("organization")
    round = code_of("round")
    values = serializers.DictField(child=serializers.FloatField(), read_only=True)
    null_reasons = serializers.DictField(child=serializers.CharField(), read_only=True)
    evidence = serializers.DictField(child=serializers.CharField(), read_only=True)
    confirmed = serializers.DictField(child=serializers.CharField(), read_only=True)
    reported = serializers.DictField(child=serializers.FloatField(), read_only=True, allow_null=True)
    allowed_actions = AllowedActions()
    expands = {
        "organization": ORGANIZATION,
        "round": Related(Round, RoundSerializer, "round_id", ("programme", "scale_version")),
        "programme": replace(PROGRAMME, attribute="round.programme_id"),
    }

    class Meta:
        model = Return
        fields = [
            "id",
            "organization",
            "round",
            "state",
            "version",
            "method",
            "values",
            "null_reasons",
            "evidence",
            "confirmed",
            "incomplete",
            "reported",
            "correction_code",
            "correction_reason",
            "submitted_at",
            "approved_at",
            "allowed_actions",
        ]


class ReturnFilter(django_filters.FilterSet):
    organization = django_filters.CharFilter(field_name="organization__code")
    round = django_filters.CharFilter(field_name="round__code")
    programme = django_filters.CharFilter(method="of_programme")

    class Meta:
        model = Return
        fields = ["state", "method"]

    def of_programme(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(round__programme__code=value)


class ReturnViewSet(ReturnWrites, ScopedReadOnlyViewSet):
    queryset = Return.objects.select_related("organization", "round__programme")
    serializer_class = ReturnSerializer
    filterset_class = ReturnFilter
    ordering = ["pk"]
    ordering_fields = ["approved_at", "submitted_at"]


class TargetSerializer(ResourceSerializer):
    """`revises` is the id of the target that it follows; the last of a chain that is no proposal is in force."""

    indicator = code_of("indicator")
    programme = code_of("programme")
    phase = code_of("phase", default=None, allow_null=True)
    version = RowVersion()
    allowed_actions = AllowedActions()
    expands = {"programme": PROGRAMME, "phase": PHASE, "indicator": INDICATOR}

    class Meta:
        model = Target
        fields = [
            "id",
            "indicator",
            "programme",
            "phase",
            "disaggregation",
            "by_date",
            "value",
            "note",
            "is_proposal",
            "set_on",
            "revises",
            "version",
            "allowed_actions",
        ]


class TargetFilter(django_filters.FilterSet):
    programme = django_filters.CharFilter(field_name="programme__code")
    phase = django_filters.CharFilter(field_name="phase__code")
    indicator = django_filters.CharFilter(field_name="indicator__code")
    latest = django_filters.BooleanFilter(field_name="revised_by", lookup_expr="isnull", label="Not revised since.")

    class Meta:
        model = Target
        fields = ["disaggregation", "by_date", "is_proposal"]


class TargetViewSet(TargetWrites, ScopedReadOnlyViewSet):
    queryset = Target.objects.select_related("indicator", "programme", "phase", "revised_by")
    serializer_class = TargetSerializer
    filterset_class = TargetFilter
    ordering = ["pk"]
    ordering_fields = ["by_date"]


ROUTES: list[tuple[str, Any]] = [
    ("indicators", IndicatorViewSet),
    ("results", PhaseResultViewSet),
    ("rounds", RoundViewSet),
    ("returns", ReturnViewSet),
    ("targets", TargetViewSet),
]
