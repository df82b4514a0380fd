"""`/api/v1/metrics/`: the list of metrics, and each of them computed on demand from the rollups."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from programmes.models import Place
from programmes.rest import ExactDecimalField
from programmes.vocabulary import FigureBasis, NullReason
from scaling import answers, moments
from scaling.metrics import METRICS, REGISTER_METRICS, Metric, RegisterMetric
from scaling.register_answers import BY as REGISTER_BY
from scaling.register_api import (
    OF_ORGANIZATIONS,
    OF_ORGANIZATIONS_NAMES,
    RegisterAnswerSerializer,
    register_response,
)
from scaling.rest.figures import ComponentSerializer, MetricSerializer, bounds, component, described
from scaling.rest.filters import check_parameters, of_files
from scaling.rest.parameters import choice, codes, known_or_refused, one_date, one_moment
from scaling.rest.renderers import CSVRenderer, JSONRenderer, XLSXRenderer
from scaling.rest.sdmx import SDMXRenderer

BY = ("selection", "programme", "phase")


class CoverageSerializer(serializers.Serializer[Any]):
    reported = serializers.IntegerField(help_text="financing lines with an amount")
    due = serializers.IntegerField(help_text="financing lines in all")


class MetricRowSerializer(serializers.Serializer[Any]):
    metric = serializers.CharField()
    programmes = serializers.ListField(child=serializers.CharField())
    phases = serializers.ListField(child=serializers.CharField())
    against = serializers.CharField(allow_null=True)
    basis = serializers.ChoiceField(choices=FigureBasis.choices)
    known_at = serializers.DateTimeField(allow_null=True, help_text="as known at this moment; null: now")
    value = ExactDecimalField(max_digits=40, decimal_places=10, allow_null=True)
    unit = serializers.CharField()
    null_reason = serializers.ChoiceField(choices=NullReason.choices, allow_null=True)
    lower_bound = serializers.BooleanField(help_text="the true value is this or more")
    upper_bound = serializers.BooleanField(help_text="the true value is this or less")
    caveats = serializers.ListField(child=serializers.CharField())
    components = serializers.DictField(child=ComponentSerializer())
    coverage = CoverageSerializer()
    synthetic = serializers.BooleanField()
    formula_version = serializers.IntegerField()
    computed_at = serializers.DateTimeField(allow_null=True)


class MetricAnswerSerializer(serializers.Serializer[Any]):
    metric = MetricSerializer()
    results = MetricRowSerializer(many=True)


def as_row(row: answers.Row) -> dict[str, Any]:
    """One answered row as the API gives it."""
    figure = row.figure
    return {
        "metric": row.metric.name,
        "programmes": [programme.code for programme in row.programmes],
        "phases": [phase.code for phase in row.phases],
        "against": row.against or None,
        "basis": row.basis,
        "known_at": row.known_at,
        "value": answers.exact(figure.value),
        "unit": figure.unit or row.metric.unit,
        "null_reason": figure.null_reason or None,
        **bounds(figure),
        "caveats": list(figure.caveats),
        "components": {name: component(part) for name, part in row.outcome.components.items()},
        "coverage": {"reported": row.reported, "due": row.due},
        "synthetic": row.is_synthetic,
        "formula_version": row.metric.version,
        "computed_at": row.computed_at,
    }


class MetricListView(APIView):
    """Every metric there is, with its formula in words."""

    table_name = "metrics"
    tagged = True

    @extend_schema(operation_id="metrics_list", responses=MetricSerializer(many=True), tags=["metrics"])
    def get(self, request: Request, **kwargs: Any) -> Response:
        check_parameters(request, {"format"} | of_files(request))
        metrics: list[Metric | RegisterMetric] = [*METRICS.values(), *REGISTER_METRICS.values()]
        return Response([described(metric) for metric in metrics])


class MetricView(APIView):
    """One metric, computed for what the query selects.

    Metrics of organizations take kind, tier, apex, organization, round, dimension, months and prices, metrics of
    phases take phase and basis; the other parameters go with both. Nothing named means all that the asker may see,
    without synthetic programmes. The answer is one row for the whole selection (a ratio is a ratio of sums), or one for
    each thing named in `by`.
    """

    table_name = "metric"
    #: Its tables can have a row of HXL tags.
    tagged = True
    renderer_classes: tuple[Any, ...] = (JSONRenderer, CSVRenderer, XLSXRenderer, SDMXRenderer)
    #: What only metrics of phases take.
    of_phases = frozenset({"phase", "basis"})
    common = frozenset({"format", "programme", "against", "place", "as_of", "known_at", "by", "synthetic"})

    @extend_schema(
        operation_id="metrics_compute",
        tags=["metrics"],
        responses=PolymorphicProxySerializer(
            component_name="MetricAnswers",
            serializers=[MetricAnswerSerializer, RegisterAnswerSerializer],
            resource_type_field_name=None,
        ),
        parameters=[
            OpenApiParameter("name", str, OpenApiParameter.PATH, enum=[*METRICS, *REGISTER_METRICS]),
            OpenApiParameter("programme", str, many=True, description="Codes; repeated or separated by commas."),
            OpenApiParameter("phase", str, many=True, description="Codes of phases; not for metrics of organizations."),
            OpenApiParameter(
                "against",
                str,
                description="Code of the phase or programme to compare with; for organizations, of a round. Default "
                "for organizations: the own baseline of each.",
            ),
            OpenApiParameter(
                "place",
                str,
                description="Code of a country: programmes that work there; for organizations, of any place: those "
                "inside it.",
            ),
            OpenApiParameter(
                "as_of",
                OpenApiTypes.DATE,
                description="Phases that had begun by this date; for organizations, the register of this date with the "
                "last round before it.",
            ),
            OpenApiParameter(
                "known_at",
                {"oneOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}]},
                description="Figures as they were known at this moment, whatever was entered, approved or corrected "
                "since; a date stands for its end in the time zone of the site. Not in the future, and not before "
                "changes were kept on record. Goes with as_of: what was known at one moment about another day.",
            ),
            OpenApiParameter("basis", str, enum=FigureBasis.values, description="For phases. Default: printed."),
            OpenApiParameter(
                "by", str, enum=list(dict.fromkeys((*BY, *REGISTER_BY))), description="Default: selection."
            ),
            OpenApiParameter("synthetic", str, enum=["0", "1"], description="1 counts demonstration programmes in."),
            *OF_ORGANIZATIONS,
        ],
    )
    def get(self, request: Request, name: str, **kwargs: Any) -> Response:
        check_parameters(request, set(self.common | self.of_phases | OF_ORGANIZATIONS_NAMES) | of_files(request))
        if name in REGISTER_METRICS:
            for parameter in self.of_phases & request.query_params.keys():
                raise ValidationError(
                    {
                        parameter: _("This metric is about organizations; it does not know %(name)s.")
                        % {"name": parameter}
                    }
                )
            return register_response(request, REGISTER_METRICS[name])
        metric = answers.metric_named(name)
        if metric is None:
            raise Http404
        for parameter in OF_ORGANIZATIONS_NAMES & request.query_params.keys():
            raise ValidationError(
                {parameter: _("This metric is about phases; it cannot be split by %(name)s.") % {"name": parameter}}
            )
        basis = choice(request, "basis", tuple(FigureBasis.values))
        known_at = one_moment(request, "known_at")
        with known_or_refused("known_at"):
            workspace = answers.Workspace.load(user=request.user, basis=basis, known_at=known_at)
        programme_codes = self._in_place(request, workspace, codes(request, "programme"))
        as_of = one_date(request, "as_of")
        try:
            rows = answers.rows(
                workspace if as_of is None else workspace.begun_by(as_of),
                metric,
                programme_codes=programme_codes,
                phase_codes=codes(request, "phase"),
                against=request.query_params.get("against", ""),
                by=choice(request, "by", BY),
                include_synthetic=choice(request, "synthetic", ("0", "1")) == "1",
            )
        except answers.UnknownCode as unknown:
            raise ValidationError({unknown.parameter: moments.not_there(unknown.code, known_at)}) from None
        results = [as_row(row) for row in rows]
        if request.accepted_renderer.format != "json":
            return Response(results)
        return Response({"metric": described(metric), "results": results})

    def _in_place(self, request: Request, workspace: answers.Workspace, named: list[str]) -> list[str]:
        """The named programmes that work in the place; all that do, if none is named."""
        code = request.query_params.get("place")
        if code is None:
            return named
        place = Place.objects.visible_to(request.user).filter(code=code).first()
        if place is None or not place.is_country:
            raise ValidationError({"place": _("The code of a country is expected, for instance ETH.")})
        found = [
            programme.code
            for programme in workspace.programmes.values()
            if place.pk in {country.pk for country in programme.countries.all()}
            and (not named or programme.code in named)
        ]
        if not found:
            raise ValidationError({"place": _("You may see no programme in %(name)s.") % {"name": place.name}})
        return found
