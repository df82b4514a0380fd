"""`/api/v1/reports/…`: a programme, the portfolio and the performance of indicators as JSON, CSV and XLSX."""

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

from indicators.models import Indicator
from programmes.models import Programme
from programmes.rest import ExactDecimalField
from programmes.vocabulary import FigureBasis, NullReason
from scaling import client_reports, indicator_lines
from scaling.answers import UnknownCode, Workspace
from scaling.moments import not_there
from scaling.register_answers import MOST_RECORDS, TooMany
from scaling.rest.filters import check_parameters
from scaling.rest.parameters import choice, codes, one_date

SECTIONS = ("financing", "leverage", "coverage", "reach", "phase_on_phase", "organizations", "headline")
BASIS = OpenApiParameter("basis", str, enum=FigureBasis.values, description="Default: printed.")
AS_OF = OpenApiParameter(
    "as_of",
    OpenApiTypes.DATE,
    description="Phases that had begun, rounds that described a date and targets that were set by this day.",
)
SYNTHETIC = OpenApiParameter("synthetic", str, enum=["0", "1"], description="1 counts demonstration programmes in.")
PROGRAMME = OpenApiParameter("programme", str, many=True, description="Codes; repeated or separated by commas.")


def _decimal(**options: Any) -> ExactDecimalField:
    return ExactDecimalField(max_digits=40, decimal_places=10, allow_null=True, **options)


class ReportRowSerializer(serializers.Serializer[Any]):
    section = serializers.ChoiceField(choices=SECTIONS)
    programme = serializers.CharField(allow_null=True, help_text="null: the whole selection")
    phase = serializers.CharField(allow_null=True, help_text="null: all phases together")
    item = serializers.CharField(help_text="name of a metric, or code of a financier")
    label = serializers.CharField()  # type: ignore[assignment]
    group = serializers.CharField(
        allow_null=True, help_text="class:stage of an amount of a financier; kind of organizations"
    )
    value = _decimal()
    unit = serializers.CharField(help_text="of an amount of a financier its currency")
    basis = serializers.CharField(allow_null=True)
    null_reason = serializers.ChoiceField(choices=NullReason.choices, allow_null=True)
    lower_bound = serializers.BooleanField(help_text="the true value is this or more")
    upper_bound = serializers.BooleanField(help_text="the true value is this or less")
    caveats = serializers.ListField(child=serializers.CharField())
    reported = serializers.IntegerField(allow_null=True, help_text="amounts or organizations behind the figure")
    due = serializers.IntegerField(allow_null=True, help_text="of how many")
    rounds = serializers.ListField(child=serializers.CharField())
    synthetic = serializers.BooleanField()


class ReportSerializer(serializers.Serializer[Any]):
    programmes = serializers.ListField(child=serializers.CharField())
    figures = serializers.ChoiceField(choices=FigureBasis.choices)
    as_of = serializers.DateField(allow_null=True)
    results = ReportRowSerializer(many=True)


class PerformanceRowSerializer(serializers.Serializer[Any]):
    programme = serializers.CharField()
    phase = serializers.CharField(allow_null=True, help_text="null: the programme as a whole")
    round = serializers.CharField(allow_null=True, help_text="the round whose approved returns are told")
    indicator = serializers.CharField()
    name = serializers.CharField()
    type = serializers.CharField()
    disaggregation = serializers.CharField(allow_null=True, help_text="null: the total")
    place = serializers.CharField(allow_null=True)
    unit = serializers.CharField()
    basis = serializers.CharField(allow_null=True)
    measure = serializers.ChoiceField(choices=("total", "median_level"), help_text="ratings are never added up")
    higher_is_better = serializers.BooleanField()
    baseline = _decimal()
    baseline_on = serializers.DateField(allow_null=True)
    period_start = serializers.DateField(allow_null=True)
    period_end = serializers.DateField(allow_null=True, help_text="inclusive; of a row with a target the day it is due")
    target = _decimal()
    target_set_on = serializers.DateField(allow_null=True)
    actual = _decimal(help_text="of a target in the future what is reached so far")
    actual_on = serializers.DateField(allow_null=True)
    null_reason = serializers.ChoiceField(choices=NullReason.choices, allow_null=True)
    lower_bound = serializers.BooleanField()
    upper_bound = serializers.BooleanField()
    returns = serializers.IntegerField(allow_null=True, help_text="approved returns behind the actual")
    achieved = _decimal(
        help_text="per cent of the target; where lower is better, of what the baseline leaves to do (without a "
        "baseline: the target as a part of the actual)"
    )
    achieved_null_reason = serializers.ChoiceField(choices=NullReason.choices, allow_null=True)
    change_achieved = _decimal(help_text="per cent of the way from the baseline to the target")
    synthetic = serializers.BooleanField()


class PerformanceSerializer(ReportSerializer):
    results = PerformanceRowSerializer(many=True)  # type: ignore[assignment]


class _ReportView(APIView):
    known = frozenset({"format", "basis", "as_of"})

    def asked(self, request: Request) -> tuple[str, datetime.date | None]:
        check_parameters(request, set(self.known))
        return choice(request, "basis", tuple(FigureBasis.values)), one_date(request, "as_of")

    def workspace(self, request: Request, basis: str, as_of: datetime.date | None) -> Workspace:
        found = Workspace.load(user=request.user, basis=basis)
        return found if as_of is None else found.begun_by(as_of)

    def selected(self, request: Request, workspace: Workspace) -> list[Programme]:
        """The named programmes; without names all but synthetic ones, which `synthetic=1` counts in."""
        named, synthetic = codes(request, "programme"), choice(request, "synthetic", ("0", "1")) == "1"
        try:
            return [workspace.programme(code) for code in named] or [
                one for one in workspace.programmes.values() if synthetic or not one.is_synthetic
            ]
        except UnknownCode as unknown:
            raise ValidationError({unknown.parameter: not_there(unknown.code, None)}) from None

    def told(
        self, programmes: list[Programme], basis: str, as_of: datetime.date | None, rows: list[dict[str, Any]]
    ) -> Response:
        found = {"programmes": [one.code for one in programmes], "figures": basis, "as_of": as_of, "results": rows}
        return Response(found)


def too_many(parameter: str) -> ValidationError:
    text = _("This goes to the records of more than %(most)d organizations; name a smaller programme.")
    return ValidationError({parameter: text % {"most": MOST_RECORDS}})


class ProgrammeReportView(_ReportView):
    """One programme: financing by financier, leverage, coverage, organizations by kind, people reached, phase against
    phase, and headline metrics with coverage and caveats. A row is one figure."""

    table_name = "programme"

    @extend_schema(
        operation_id="reports_programme", tags=["reports"], parameters=[BASIS, AS_OF], responses=ReportSerializer
    )
    def get(self, request: Request, code: str, **kwargs: Any) -> Response:
        basis, as_of = self.asked(request)
        workspace = self.workspace(request, basis, as_of)
        try:
            programme = workspace.programme(code)
            rows = client_reports.programme_rows(
                user=request.user, workspace=workspace, programme=programme, as_of=as_of
            )
        except UnknownCode:
            raise Http404 from None
        except TooMany:
            raise too_many("as_of") from None
        return self.told([programme], basis, as_of, rows)


class PortfolioReportView(_ReportView):
    """Programmes together, as sums and ratios of sums, and one by one."""

    table_name = "portfolio"
    known = _ReportView.known | {"programme", "synthetic"}

    @extend_schema(
        operation_id="reports_portfolio",
        tags=["reports"],
        parameters=[PROGRAMME, BASIS, AS_OF, SYNTHETIC],
        responses=ReportSerializer,
    )
    def get(self, request: Request, **kwargs: Any) -> Response:
        basis, as_of = self.asked(request)
        workspace = self.workspace(request, basis, as_of)
        programmes = self.selected(request, workspace)
        try:
            rows = client_reports.portfolio_rows(
                user=request.user, workspace=workspace, programmes=programmes, as_of=as_of
            )
        except TooMany:
            raise too_many("programme") from None
        return self.told(programmes, basis, as_of, rows)


class PerformanceReportView(_ReportView):
    """How indicators perform: baseline, target, actual and per cent achieved, by phase or round and disaggregation.

    Without `indicator`: what has a target or a reported result, IFAD core indicators and ratings.
    """

    table_name = "indicator-performance"
    known = _ReportView.known | {"programme", "synthetic", "indicator"}

    @extend_schema(
        operation_id="reports_indicator_performance",
        tags=["reports"],
        parameters=[
            PROGRAMME,
            OpenApiParameter("indicator", str, many=True, description="Codes of the catalogue."),
            BASIS,
            AS_OF,
            SYNTHETIC,
        ],
        responses=PerformanceSerializer,
    )
    def get(self, request: Request, **kwargs: Any) -> Response:
        basis, as_of = self.asked(request)
        workspace = self.workspace(request, basis, as_of)
        programmes = self.selected(request, workspace)
        named = codes(request, "indicator")
        known = set(Indicator.objects.visible_to(request.user).filter(code__in=named).values_list("code", flat=True))
        for code in named:
            if code not in known:
                raise ValidationError({"indicator": not_there(code, None)})
        try:
            lines = indicator_lines.read(
                programmes=programmes,
                phases=workspace.phases.values(),
                basis=basis,
                as_of=as_of,
                codes=named,
            )
        except TooMany:
            raise too_many("programme") from None
        return self.told(programmes, basis, as_of, client_reports.performance_rows(lines))
