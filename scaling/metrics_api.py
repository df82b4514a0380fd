"""`/api/v1/metrics/`: the list of metrics, and each of them computed on demand from the rollups."""

from __future__ import annotations

import datetime
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from programmes.models import Place
from programmes.rest import ExactDecimalField
from programmes.vocabulary import FigureBasis, NullReason
from scaling import answers
from scaling.metrics import METRICS, REGISTER_METRICS, Metric, RegisterMetric
from scaling.metrics.figures import Bound, Figure
from scaling.rest.filters import check_parameters

BY = ("selection", "programme", "phase")
SUBJECTS = ("phase", "organization")


class ComponentSerializer(serializers.Serializer[Any]):
    value = ExactDecimalField(max_digits=40, decimal_places=10, allow_null=True)
    unit = serializers.CharField()
    basis = serializers.CharField(help_text="per_period, cumulative, stock, not_stated or empty")
    null_reason = serializers.ChoiceField(choices=NullReason.choices, allow_null=True)
    lower_bound = serializers.BooleanField()
    upper_bound = serializers.BooleanField()


class CoverageSerializer(serializers.Serializer[Any]):
    reported = serializers.IntegerField(help_text="financing lines with an amount")
    due = serializers.IntegerField(help_text="financing lines in all")


class MetricSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    family = serializers.CharField()
    unit = serializers.CharField()
    formula = serializers.CharField()
    definition = serializers.CharField()
    components = serializers.ListField(child=serializers.CharField())
    catalogue_code = serializers.CharField()
    version = serializers.IntegerField()
    subject = serializers.ChoiceField(choices=SUBJECTS, help_text="phases, or organizations")
    url = serializers.CharField(allow_null=True, help_text="where it is computed; null where this API does not yet")


class MetricRowSerializer(serializers.Serializer[Any]):
    metric = serializers.CharField()
    programmes = serializers.ListField(child=serializers.CharField())
    phases = serializers.ListField(child=serializers.CharField())
    against = serializers.CharField(allow_null=True)
    basis = serializers.ChoiceField(choices=FigureBasis.choices)
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


def described(metric: Metric | RegisterMetric) -> dict[str, Any]:
    of_phases = isinstance(metric, Metric)
    return {
        "name": metric.name,
        "family": metric.family,
        "unit": metric.unit,
        "formula": metric.formula,
        "definition": _(metric.definition),
        "components": list(metric.components),
        "catalogue_code": metric.catalogue_code,
        "version": metric.version,
        "subject": "phase" if of_phases else "organization",
        "url": f"/api/v1/metrics/{metric.name}/" if of_phases else None,
    }


def _bounds(figure: Figure) -> dict[str, bool]:
    unsure = figure.bound == Bound.UNSURE
    return {
        "lower_bound": figure.bound == Bound.LOWER or unsure,
        "upper_bound": figure.bound == Bound.UPPER or unsure,
    }


def _component(figure: Figure) -> dict[str, Any]:
    return {
        "value": answers.exact(figure.value),
        "unit": figure.unit,
        "basis": figure.basis,
        "null_reason": figure.null_reason or None,
        **_bounds(figure),
    }


def as_row(row: answers.Row) -> dict[str, Any]:
    """One answered row as the API gives it."""
    figure = row.figure
    return {
        "metric": row.metric.name,
        "programmes": [programme.code for programme in row.programmes],
        "phases": [phase.code for phase in row.phases],
        "against": row.against or None,
        "basis": row.basis,
        "value": answers.exact(figure.value),
        "unit": figure.unit or row.metric.unit,
        "null_reason": figure.null_reason or None,
        **_bounds(figure),
        "caveats": list(figure.caveats),
        "components": {name: _component(part) for name, part in row.outcome.components.items()},
        "coverage": {"reported": row.reported, "due": row.due},
        "synthetic": row.is_synthetic,
        "formula_version": row.metric.version,
        "computed_at": row.computed_at,
    }


def codes(request: Request, name: str) -> list[str]:
    """Codes from a parameter that may be repeated or hold several separated by commas."""
    found = [code.strip() for raw in request.query_params.getlist(name) for code in raw.split(",")]
    if any(not code for code in found):
        raise ValidationError({name: _("A code is expected, for instance PCDP; leave the parameter out for all.")})
    return list(dict.fromkeys(found))


def choice(request: Request, name: str, allowed: tuple[str, ...]) -> str:
    raw = request.query_params.get(name, allowed[0])
    if raw not in allowed:
        raise ValidationError({name: _("One of %(allowed)s is expected.") % {"allowed": ", ".join(allowed)}})
    return raw


def one_date(request: Request, name: str) -> datetime.date | None:
    raw = request.query_params.get(name)
    if raw is None:
        return None
    try:
        return datetime.date.fromisoformat(raw) if len(raw) == 10 else _no_date()
    except ValueError:
        raise ValidationError({name: _("A date such as 2022-06-30 is expected.")}) from None


def _no_date() -> datetime.date:
    raise ValueError


class MetricListView(APIView):
    """Every metric there is, with its formula in words."""

    table_name = "metrics"

    @extend_schema(operation_id="metrics_list", responses=MetricSerializer(many=True), tags=["metrics"])
    def get(self, request: Request, **kwargs: Any) -> Response:
        check_parameters(request, {"format"})
        metrics: list[Metric | RegisterMetric] = [*METRICS.values(), *REGISTER_METRICS.values()]
        return Response([described(metric) for metric in metrics])


class MetricView(APIView):
    """One metric, computed for what the query selects.

    Without `programme` and `phase` the selection is all that the asker may see, without synthetic programmes. The
    answer is one row for the whole selection (a ratio is a ratio of sums), or one for each programme or phase (`by`).
    """

    table_name = "metric"
    parameters = frozenset(
        {"format", "programme", "phase", "against", "place", "kind", "round", "as_of", "basis", "by", "synthetic"}
    )

    @extend_schema(
        operation_id="metrics_compute",
        tags=["metrics"],
        responses=MetricAnswerSerializer,
        parameters=[
            OpenApiParameter("name", str, OpenApiParameter.PATH, enum=list(METRICS)),
            OpenApiParameter("programme", str, many=True, description="Codes; repeated or separated by commas."),
            OpenApiParameter("phase", str, many=True, description="Codes of phases."),
            OpenApiParameter("against", str, description="Code of the phase or programme to compare with."),
            OpenApiParameter("place", str, description="Code of a country: programmes that work there."),
            OpenApiParameter("kind", str, description="Not for metrics of phases: answers NOT_APPLICABLE."),
            OpenApiParameter("round", str, description="Not for metrics of phases: answers NOT_APPLICABLE."),
            OpenApiParameter("as_of", OpenApiTypes.DATE, description="Phases that had begun by this date."),
            OpenApiParameter("basis", str, enum=FigureBasis.values, description="Default: printed."),
            OpenApiParameter("by", str, enum=BY, description="Default: selection."),
            OpenApiParameter("synthetic", str, enum=["0", "1"], description="1 counts demonstration programmes in."),
        ],
    )
    def get(self, request: Request, name: str, **kwargs: Any) -> Response:
        metric = answers.metric_named(name)
        if metric is None:
            raise Http404
        check_parameters(request, set(self.parameters))
        for parameter in ("kind", "round"):
            if parameter in request.query_params:
                raise ValidationError(
                    {parameter: _("This metric is about phases; it cannot be split by %(name)s.") % {"name": parameter}}
                )
        basis = choice(request, "basis", tuple(FigureBasis.values))
        workspace = answers.Workspace.load(user=request.user, basis=basis)
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
            raise ValidationError(
                {unknown.parameter: _("There is no “%(code)s” that you may see.") % {"code": unknown.code[:60]}}
            ) from None
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
