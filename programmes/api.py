"""API resources of places, programmes, phases, partners, financing and the space around them; read side."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import django_filters
from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from programmes import columns, rates_api
from programmes.expanding import Related
from programmes.financing import amount_on
from programmes.models import (
    Election,
    FinancingCorrection,
    FinancingLine,
    Partner,
    Phase,
    Place,
    PolicyEvent,
    Programme,
    ProgrammeCountry,
    ProgrammeReplication,
    SpaceAssessment,
)
from programmes.rest import ExactDecimalField, ResourceSerializer, ScopedReadOnlyViewSet
from programmes.vocabulary import FigureBasis


def code_of(path: str, **kwargs: Any) -> serializers.CharField:
    """The code of a related row in place of its number."""
    return serializers.CharField(source=f"{path}.code", read_only=True, **kwargs)


class PlaceSerializer(ResourceSerializer):
    parent = code_of("parent", default=None, allow_null=True)  # type: ignore[assignment]
    country = code_of("country", default=None, allow_null=True)

    class Meta:
        model = Place
        fields = ["code", "name", "names", "level", "level_name", "iso3", "parent", "country"]


PLACE = Related(Place, PlaceSerializer, "place_id", ("parent", "country"))
COUNTRY = replace(PLACE, attribute="country_id")


class PlaceFilter(django_filters.FilterSet):
    parent = django_filters.CharFilter(field_name="parent__code")
    country = django_filters.CharFilter(field_name="country__code")

    class Meta:
        model = Place
        fields = ["level"]


class PlaceViewSet(ScopedReadOnlyViewSet):
    queryset = Place.objects.select_related("parent", "country")
    serializer_class = PlaceSerializer
    filterset_class = PlaceFilter
    lookup_field = "code"
    ordering = ["name"]
    ordering_fields = ["name", "code", "level"]


class ProgrammeSerializer(ResourceSerializer):
    countries: Any = serializers.SlugRelatedField(slug_field="code", many=True, read_only=True)
    lead_financier = code_of("lead_financier", default=None, allow_null=True)
    replicates = serializers.SerializerMethodField()

    class Meta:
        model = Programme
        fields = [
            "code",
            "name",
            "acronym",
            "countries",
            "instrument",
            "is_ifad_financed",
            "lead_financier",
            "goal",
            "model_scaled",
            "replicates",
            "source",
            "is_synthetic",
        ]

    def get_replicates(self, programme: Programme) -> list[str]:
        """Codes of the programmes whose model it copies, as far as the asker may see them."""
        visible = self.context["visible_programmes"]
        return [link.original.code for link in programme.replicates.all() if link.original_id in visible]


class ProgrammeBriefSerializer(ResourceSerializer):
    """A programme beside something of it."""

    class Meta:
        model = Programme
        fields = ["code", "name", "acronym", "instrument", "is_ifad_financed", "is_synthetic"]


PROGRAMME = Related(Programme, ProgrammeBriefSerializer, "programme_id")


class ProgrammeFilter(django_filters.FilterSet):
    country = django_filters.CharFilter(field_name="countries__code", distinct=True)

    class Meta:
        model = Programme
        fields = ["instrument", "is_ifad_financed", "is_synthetic"]


class ProgrammeViewSet(ScopedReadOnlyViewSet):
    queryset = Programme.objects.select_related("lead_financier").prefetch_related("countries", "replicates__original")
    serializer_class = ProgrammeSerializer
    filterset_class = ProgrammeFilter
    exported = columns.PROGRAMME
    told_by = ((ProgrammeCountry, "programme"), (ProgrammeReplication, "programme"))
    lookup_field = "code"
    ordering = ["name"]
    ordering_fields = ["name", "code"]

    def get_serializer_context(self) -> dict[str, Any]:
        visible = set()
        if not getattr(self, "swagger_fake_view", False):
            visible = set(Programme.objects.visible_to(self.request.user).values_list("pk", flat=True))
        return {**super().get_serializer_context(), "visible_programmes": visible}


class PhaseSerializer(ResourceSerializer):
    programme = code_of("programme")
    expands = {"programme": PROGRAMME}

    class Meta:
        model = Phase
        fields = [
            "code",
            "programme",
            "sequence",
            "label",
            "is_aggregate",
            "status",
            "approval",
            "effectiveness",
            "midterm",
            "completion",
            "closing",
            "objective",
            "source",
        ]


PHASE = Related(Phase, PhaseSerializer, "phase_id", ("programme",))


class PhaseFilter(django_filters.FilterSet):
    programme = django_filters.CharFilter(field_name="programme__code")

    class Meta:
        model = Phase
        fields = ["status", "is_aggregate"]


class PhaseViewSet(ScopedReadOnlyViewSet):
    queryset = Phase.objects.select_related("programme")
    serializer_class = PhaseSerializer
    filterset_class = PhaseFilter
    lookup_field = "code"
    ordering = ["code"]
    ordering_fields = ["code", "sequence"]


class PartnerSerializer(ResourceSerializer):
    country = code_of("country", default=None, allow_null=True)
    expands = {"country": COUNTRY}

    class Meta:
        model = Partner
        fields = ["code", "name", "category", "sector", "type", "country", "is_synthetic"]


PARTNER = Related(Partner, PartnerSerializer, "partner_id", ("country",))


class PartnerFilter(django_filters.FilterSet):
    country = django_filters.CharFilter(field_name="country__code")

    class Meta:
        model = Partner
        fields = ["category", "sector", "type"]


class PartnerViewSet(ScopedReadOnlyViewSet):
    queryset = Partner.objects.select_related("country")
    serializer_class = PartnerSerializer
    filterset_class = PartnerFilter
    lookup_field = "code"
    ordering = ["name"]
    ordering_fields = ["name", "code"]


class FinancingCorrectionSerializer(ResourceSerializer):
    class Meta:
        model = FinancingCorrection
        fields = ["kind", "amount", "reason", "source", "url", "recorded_at", "superseded_at"]


class FinancingLineSerializer(ResourceSerializer):
    programme = serializers.CharField(source="phase.programme.code", read_only=True)
    phase = code_of("phase")
    partner = code_of("partner")
    partner_category = serializers.CharField(source="partner.category", read_only=True)
    corrected_amount = serializers.SerializerMethodField()
    corrections = FinancingCorrectionSerializer(many=True, read_only=True)
    expands = {"programme": replace(PROGRAMME, attribute="phase.programme_id"), "phase": PHASE, "partner": PARTNER}

    class Meta:
        model = FinancingLine
        fields = [
            "id",
            "programme",
            "phase",
            "partner",
            "partner_category",
            "financing_class",
            "stage",
            "instrument",
            "amount",
            "null_reason",
            "currency",
            "value_date",
            "is_in_kind",
            "valuation_method",
            "attribution_share",
            "as_printed",
            "unit_as_printed",
            "corrected_amount",
            "corrections",
            "source",
            "note",
        ]

    @extend_schema_field(ExactDecimalField(max_digits=20, decimal_places=4, allow_null=True))
    def get_corrected_amount(self, line: FinancingLine) -> Any:
        return amount_on(line, FigureBasis.CORRECTED.value)[0]


class FinancingLineFilter(django_filters.FilterSet):
    programme = django_filters.CharFilter(field_name="phase__programme__code")
    phase = django_filters.CharFilter(field_name="phase__code")
    partner = django_filters.CharFilter(field_name="partner__code")
    category = django_filters.CharFilter(field_name="partner__category")

    class Meta:
        model = FinancingLine
        fields = ["financing_class", "stage", "currency"]


class FinancingLineViewSet(ScopedReadOnlyViewSet):
    queryset = FinancingLine.objects.select_related("phase__programme", "partner").prefetch_related(
        Prefetch("corrections", FinancingCorrection.objects.order_by("pk"))
    )
    serializer_class = FinancingLineSerializer
    filterset_class = FinancingLineFilter
    exported = columns.FINANCING_LINE
    told_by = ((FinancingCorrection, "line"),)
    ordering = ["pk"]
    ordering_fields = ["amount", "value_date"]


class PolicyEventSerializer(ResourceSerializer):
    country = code_of("country")
    place = code_of("place", default=None, allow_null=True)

    class Meta:
        model = PolicyEvent
        fields = [
            "id",
            "country",
            "place",
            "title",
            "date",
            "type",
            "stage",
            "direction",
            "spaces",
            "organizations_role",
            "source",
        ]


class PolicyEventFilter(django_filters.FilterSet):
    country = django_filters.CharFilter(field_name="country__code")

    class Meta:
        model = PolicyEvent
        fields = ["type", "stage", "direction"]


class PolicyEventViewSet(ScopedReadOnlyViewSet):
    queryset = PolicyEvent.objects.select_related("country", "place")
    serializer_class = PolicyEventSerializer
    filterset_class = PolicyEventFilter
    ordering = ["date"]
    ordering_fields = ["date"]


class ElectionSerializer(ResourceSerializer):
    country = code_of("country")

    class Meta:
        model = Election
        fields = ["id", "country", "level", "kind", "date", "source"]


class ElectionViewSet(ScopedReadOnlyViewSet):
    queryset = Election.objects.select_related("country")
    serializer_class = ElectionSerializer
    filterset_fields = ["level"]
    ordering = ["date"]
    ordering_fields = ["date"]


class SpaceAssessmentSerializer(ResourceSerializer):
    programme = code_of("programme", default=None, allow_null=True)
    country = code_of("country", default=None, allow_null=True)

    class Meta:
        model = SpaceAssessment
        fields = ["id", "programme", "country", "date", "space", "rating", "evidence"]


class SpaceAssessmentViewSet(ScopedReadOnlyViewSet):
    queryset = SpaceAssessment.objects.select_related("programme", "country")
    serializer_class = SpaceAssessmentSerializer
    filterset_fields = ["space"]
    ordering = ["date"]
    ordering_fields = ["date", "rating"]


ROUTES: list[tuple[str, Any]] = [
    ("places", PlaceViewSet),
    ("programmes", ProgrammeViewSet),
    ("phases", PhaseViewSet),
    ("partners", PartnerViewSet),
    ("financing-lines", FinancingLineViewSet),
    ("policy-events", PolicyEventViewSet),
    ("elections", ElectionViewSet),
    ("space-assessments", SpaceAssessmentViewSet),
    *rates_api.ROUTES,
]
