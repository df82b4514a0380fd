"""`/api/v1/dhis2/dataValueSets`: data values out and in, in the formats and with the parameters of DHIS2."""

from __future__ import annotations

import datetime
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from indicators.models import RoundKind
from programmes.models import Programme
from scaling.exchange.dhis2 import exporting, importing, payloads, periods, rounds
from scaling.exchange.dhis2.asking import schemes_of, truth, wanted_of
from scaling.exchange.dhis2.codes import CODE, EITHER, SCHEMES, UID, DataSets, Schemes
from scaling.exchange.dhis2.formats import (
    AdxParser,
    AdxValues,
    CsvParser,
    CsvValues,
    TextCsvParser,
    TextCsvValues,
    XmlParser,
    XmlValues,
)
from scaling.exchange.dhis2.summaries import DataSetSerializer, DataValueSetSerializer, WebMessageSerializer, told
from scaling.exchange.dhis2.writing import WRITERS
from scaling.rest.filters import check_parameters
from scaling.rest.parsers import StrictJSONParser
from scaling.rest.renderers import JSONRenderer

MOST_BYTES = 20 * 1024 * 1024


def _query(name: str, description: str = "", **more: Any) -> OpenApiParameter:
    return OpenApiParameter(name, more.pop("type", str), description=description, **more)


_ID_SCHEMES = [_query(name, enum=[CODE, UID]) for name in ("idScheme", *SCHEMES.values())]
_SEVERAL: dict[str, Any] = {"many": True}


class DataValueSetsView(APIView):
    """Values of returns as data values of DHIS2."""

    renderer_classes = [JSONRenderer, CsvValues, TextCsvValues, XmlValues, AdxValues]
    parser_classes = [StrictJSONParser, CsvParser, TextCsvParser, XmlParser, AdxParser]
    formats = ["json", "csv", "xml", "adx"]
    most_bytes = MOST_BYTES
    reads = frozenset(
        {"dataSet", "orgUnit", "children", "period", "startDate", "endDate", "lastUpdated", "lastUpdatedDuration",
         "attributeOptionCombo", "limit", "state", "format", "idScheme", *SCHEMES.values()}
    )  # fmt: skip
    writes = frozenset({"dataSet", "dryRun", "importStrategy", "format", "idScheme", *SCHEMES.values()})

    @extend_schema(
        operation_id="dhis2_data_value_sets",
        tags=["dhis2"],
        parameters=[
            _query("dataSet", "By code; `dhis2/dataSets` lists them.", required=True, **_SEVERAL),
            _query("orgUnit", "Organizations, or with `children` places.", required=True, **_SEVERAL),
            _query("children", "All organizations in a place.", type=bool),
            _query("period", "2024, 2024S1, 2024July or 2024-01-01/P1Y.", **_SEVERAL),
            _query("startDate", type=datetime.date),
            _query("endDate", type=datetime.date),
            _query("lastUpdated", "Only returns changed since."),
            _query("lastUpdatedDuration", "The same as a duration: 10d, 5h, 30m, 90s."),
            _query("attributeOptionCombo", **_SEVERAL),
            _query("limit", type=int),
            _query("state", "Approved returns only (the default), or all.", enum=["approved", "all"]),
            *_ID_SCHEMES,
        ],
        responses={
            (200, "application/json"): DataValueSetSerializer,
            (200, "application/csv"): OpenApiTypes.STR,
            (200, "application/xml"): OpenApiTypes.STR,
            (200, "application/adx+xml"): OpenApiTypes.STR,
        },
    )
    def get(self, request: Request, **kwargs: Any) -> HttpResponse | StreamingHttpResponse:
        """Data values, streamed. `Accept` or `format` chooses JSON, CSV, XML or ADX."""
        check_parameters(request, set(self.reads))
        schemes = schemes_of(request.query_params, default=CODE)
        export = exporting.prepare(wanted=wanted_of(request), user=request.user, schemes=schemes)
        renderer = request.accepted_renderer  # type: ignore[attr-defined]
        answer = StreamingHttpResponse(
            (text.encode() for text in WRITERS[renderer.format](export)),
            content_type=f"{renderer.media_type}; charset=utf-8",
        )
        if renderer.format != "json":
            answer["Content-Disposition"] = f'attachment; filename="dataValueSets.{renderer.format}"'
        return answer

    @extend_schema(
        operation_id="dhis2_data_value_sets_import",
        tags=["dhis2"],
        parameters=[
            _query("dataSet", "The data set of a CSV, which has no column for it."),
            _query("dryRun", "Tell everything, write nothing.", type=bool),
            _query("importStrategy", enum=list(importing.STRATEGIES)),
            *_ID_SCHEMES,
        ],
        request={
            "application/json": DataValueSetSerializer,
            "application/csv": OpenApiTypes.BINARY,
            "application/xml": OpenApiTypes.BINARY,
            "application/adx+xml": OpenApiTypes.BINARY,
        },
        responses={
            (200, "application/json"): WebMessageSerializer,
            (409, "application/json"): OpenApiResponse(WebMessageSerializer, description="No value was taken."),
            (409, "application/problem+json"): OpenApiResponse(
                {"$ref": "#/components/schemas/Problem"},
                description="No value was taken (JSON); or the first request with this key still runs (a problem).",
            ),
        },
    )
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Data values into drafts of returns; the import summary says what became of them."""
        check_parameters(request, set(self.writes))
        payload = self._payload(request)
        schemes = schemes_of(payload.options, request.query_params, default=CODE if payload.is_adx else EITHER)
        dry_run = truth(request, "dryRun", payload.options.get("dryRun", ""))
        raw = payload.options.get("importStrategy") or request.query_params.get("importStrategy", importing.BOTH)
        strategy = importing.STRATEGIES.get(raw.upper())
        if strategy is None:
            known = ", ".join(importing.STRATEGIES)
            raise ValidationError({"importStrategy": _("One of %(allowed)s is expected.") % {"allowed": known}})
        summary = importing.take(payload, by=request.user, schemes=schemes, strategy=strategy, dry_run=dry_run)
        named = {name: getattr(schemes, kind) for kind, name in SCHEMES.items() if getattr(schemes, kind)}
        body = told(summary, {"dryRun": dry_run, "importStrategy": strategy, "idSchemes": named})
        return Response(body, status=body["httpStatusCode"], content_type="application/json")

    def _payload(self, request: Request) -> payloads.Payload:
        data_set = request.query_params.get("dataSet", "").strip()
        if not isinstance(request.data, bytes):
            found = payloads.from_json(request.data)
        elif "csv" in (request.content_type or ""):
            found = payloads.from_csv(request.data, data_set)
        else:
            found = payloads.from_xml(request.data)
        for one in found.values:
            one.dataSet = one.dataSet or data_set
        return found


class DataSetsView(APIView):
    """Data sets that you may see, with the periods of their rounds and what these truly describe."""

    table_name = "dhis2-data-sets"

    @extend_schema(operation_id="dhis2_data_sets", tags=["dhis2"], responses=DataSetSerializer(many=True))
    def get(self, request: Request, **kwargs: Any) -> Response:
        check_parameters(request, {"format"})
        programmes = {one.pk: one for one in Programme.objects.visible_to(request.user).order_by("code")}
        sets = DataSets.load(programmes.values(), Schemes())
        found: dict[tuple[int, str], list[Any]] = {}
        for one in rounds.Rounds.load(request.user).every:
            found.setdefault((one.programme_id, one.kind), []).append(one)
        order = [(pk, kind) for pk in programmes for kind in RoundKind.values if (pk, kind) in found]
        return Response(
            [
                {
                    "dataSet": sets.named_sets[pair][0],
                    "id": sets.named_sets[pair][1],
                    "programme": programmes[pair[0]].code,
                    "roundKind": pair[1],
                    "attributeOptionCombo": sets.named_attributes[pair[0]][0],
                    "periods": [self._period(one) for one in found[pair]],
                }
                for pair in order
            ]
        )

    @staticmethod
    def _period(one: Any) -> dict[str, Any]:
        span, true = rounds.span_of(one), rounds.true_span(one)
        name = periods.identifier(span) or periods.interval(span)
        return {"period": name, "round": one.code, "start": true.start, "end": true.end, "status": one.status}
