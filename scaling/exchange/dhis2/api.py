"""`/api/v1/dhis2/dataValueSets`: data values out and in, in the formats and with the parameters of DHIS2."""

from __future__ import annotations

import datetime
import re
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from indicators.models import RoundKind
from programmes.models import Programme
from scaling.exchange.dhis2 import exporting, importing, payloads, periods, rounds
from scaling.exchange.dhis2.codes import CODE, EITHER, SCHEMES, UID, DataSets, Schemes
from scaling.exchange.dhis2.writing import WRITERS
from scaling.rest.filters import check_parameters
from scaling.rest.parameters import one_date
from scaling.rest.parsers import StrictJSONParser, TooLarge, most_bytes
from scaling.rest.renderers import JSONRenderer

_DURATION = re.compile(r"(\d{1,6})([dhms])")
_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
MOST_BYTES = 20 * 1024 * 1024


# --- formats ---------------------------------------------------------------------------------------------------------
class _Written(BaseRenderer):
    """Its text is made by `WRITERS`; what is no data value set (a problem, a summary) is JSON."""

    charset = "utf-8"

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> Any:
        return JSONRenderer().render(data)


class CsvValues(_Written):
    media_type, format = "application/csv", "csv"


class TextCsvValues(_Written):
    media_type, format = "text/csv", "csv"


class XmlValues(_Written):
    media_type, format = "application/xml", "xml"


class AdxValues(_Written):
    media_type, format = "application/adx+xml", "adx"


class _Raw(BaseParser):
    """Bytes as they are, up to the limit of the view."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> bytes:
        most = most_bytes((parser_context or {}).get("view"))
        raw: bytes = stream.read(most + 1)
        if len(raw) > most:
            raise TooLarge(most)
        return raw


class CsvParser(_Raw):
    media_type = "application/csv"


class TextCsvParser(_Raw):
    media_type = "text/csv"


class XmlParser(_Raw):
    media_type = "application/xml"


class AdxParser(_Raw):
    media_type = "application/adx+xml"


# --- parameters ------------------------------------------------------------------------------------------------------
def _scheme(text: str, name: str) -> str:
    found = text.strip().lower()
    if found not in (CODE, UID):
        raise ValidationError({name: _("One of %(allowed)s is expected.") % {"allowed": "code, uid"}})
    return found


def schemes_of(*sources: Any, default: str) -> Schemes:
    """Schemes from mappings, the first goes before the next; the specific before the general in each."""
    found = {}
    for kind, name in SCHEMES.items():
        said = [(source[one], one) for source in sources for one in (name, "idScheme") if source.get(one)]
        found[kind] = _scheme(*said[0]) if said else default
    return Schemes(**found)


def _truth(request: Request, name: str, said: str = "") -> bool:
    text = (said or request.query_params.get(name, "false")).lower()
    if text not in ("true", "false"):
        raise ValidationError({name: _("One of %(allowed)s is expected.") % {"allowed": "true, false"}})
    return text == "true"


def _list(request: Request, name: str) -> list[str]:
    found = request.query_params.getlist(name)
    if any(not one.strip() for one in found):
        raise ValidationError({name: _("A code is expected.")})
    return list(dict.fromkeys(one.strip() for one in found))


def _since(request: Request) -> datetime.datetime | None:
    raw, lasting = request.query_params.get("lastUpdated"), request.query_params.get("lastUpdatedDuration")
    if lasting is not None:
        found = _DURATION.fullmatch(lasting)
        if found is None:
            raise ValidationError({"lastUpdatedDuration": _("A duration such as 10d, 5h, 30m or 90s is expected.")})
        return timezone.now() - datetime.timedelta(**{_UNITS[found[2]]: int(found[1])})
    if raw is None:
        return None
    try:
        moment = datetime.datetime.fromisoformat(raw)
    except ValueError:
        raise ValidationError({"lastUpdated": _("A date such as 2022-06-30 is expected.")}) from None
    return moment if moment.tzinfo else timezone.make_aware(moment)


def _wanted(request: Request) -> exporting.Wanted:
    start, end = one_date(request, "startDate"), one_date(request, "endDate")
    wanted = exporting.Wanted(
        data_sets=_list(request, "dataSet"),
        org_units=_list(request, "orgUnit"),
        children=_truth(request, "children"),
        periods=_list(request, "period"),
        start=start,
        end=end,
        since=_since(request),
        attributes=_list(request, "attributeOptionCombo"),
        limit=_limit(request),
        every_state=_state(request) == "all",
    )
    errors = {}
    if not wanted.data_sets:
        errors["dataSet"] = _("At least one data set is expected; dhis2/dataSets lists them.")
    if not wanted.org_units:
        errors["orgUnit"] = _("At least one organisation unit is expected; of a place say children=true too.")
    if not wanted.periods and not (start and end) and wanted.since is None:
        errors["period"] = _("A period, startDate and endDate, lastUpdated or lastUpdatedDuration is expected.")
    for text in wanted.periods:
        if periods.read_interval(text) is None and not periods.is_identifier(text):
            errors["period"] = _("Period not valid: “%(text)s”. Write it as 2024, 2024S1 or 2024-01-01/P1Y.") % {
                "text": text[:60]
            }
    if errors:
        raise ValidationError(errors)
    return wanted


def _limit(request: Request) -> int | None:
    raw = request.query_params.get("limit")
    if raw is None:
        return None
    if not (raw.isascii() and raw.isdigit()) or len(raw) > 9:
        raise ValidationError({"limit": _("A whole number from 0 on is expected.")})
    return int(raw)


def _state(request: Request) -> str:
    found = request.query_params.get("state", "approved")
    if found not in ("approved", "all"):
        raise ValidationError({"state": _("One of %(allowed)s is expected.") % {"allowed": "approved, all"}})
    return found


# --- what is told ----------------------------------------------------------------------------------------------------
class ImportCountSerializer(serializers.Serializer[Any]):
    imported = serializers.IntegerField()
    updated = serializers.IntegerField()
    ignored = serializers.IntegerField()
    deleted = serializers.IntegerField()


class ImportConflictSerializer(serializers.Serializer[Any]):
    object = serializers.CharField(allow_blank=True)
    objects = serializers.DictField(child=serializers.CharField(allow_blank=True))
    value = serializers.CharField(help_text="What is wrong, in a sentence.")
    errorCode = serializers.CharField(help_text="As DHIS2 numbers it.")
    property = serializers.CharField()
    indexes = serializers.ListField(child=serializers.IntegerField(), help_text="Positions of the values, from 0.")


class ImportSummarySerializer(serializers.Serializer[Any]):
    responseType = serializers.CharField()
    status = serializers.ChoiceField(choices=["SUCCESS", "WARNING", "ERROR"])
    description = serializers.CharField()
    importOptions = serializers.DictField()
    importCount = ImportCountSerializer()
    conflicts = ImportConflictSerializer(many=True)
    rejectedIndexes = serializers.ListField(child=serializers.IntegerField())
    dataSetComplete = serializers.CharField()


class WebMessageSerializer(serializers.Serializer[Any]):
    httpStatus = serializers.CharField()
    httpStatusCode = serializers.IntegerField()
    status = serializers.CharField()
    message = serializers.CharField()
    response = ImportSummarySerializer()


def told(summary: importing.Summary, options: dict[str, Any]) -> dict[str, Any]:
    """An import summary as DHIS2 answers it."""
    failed = summary.status == "ERROR"
    description = _("Nothing was written: a dry run.") if options["dryRun"] else _("Values are drafts of returns.")
    if summary.completed:
        description += " " + _("A date of completion hands nothing in; submit the returns when they are complete.")
    messages = {
        "SUCCESS": _("Import was successful."),
        "WARNING": _("Some values were not taken; the conflicts say which and why."),
        "ERROR": _("No value was taken; the conflicts say why."),
    }
    return {
        "httpStatus": "Conflict" if failed else "OK",
        "httpStatusCode": 409 if failed else 200,
        "status": {"SUCCESS": "OK"}.get(summary.status, summary.status),
        "message": messages[summary.status],
        "response": {
            "responseType": "ImportSummary",
            "status": summary.status,
            "description": description,
            "importOptions": options,
            "importCount": {name: summary.counts[name] for name in ("imported", "updated", "ignored", "deleted")},
            "conflicts": summary.conflicts(),
            "rejectedIndexes": summary.rejected(),
            "dataSetComplete": "false",
        },
    }


class DataValueSchemaSerializer(serializers.Serializer[Any]):
    dataElement = serializers.CharField()
    period = serializers.CharField(required=False)
    orgUnit = serializers.CharField(required=False)
    categoryOptionCombo = serializers.CharField(required=False)
    attributeOptionCombo = serializers.CharField(required=False)
    value = serializers.CharField(required=False)
    comment = serializers.CharField(required=False)
    followUp = serializers.BooleanField(required=False)
    storedBy = serializers.CharField(required=False)
    created = serializers.CharField(required=False)
    lastUpdated = serializers.CharField(required=False)
    deleted = serializers.BooleanField(required=False)


class DataValueSetSerializer(serializers.Serializer[Any]):
    """A data value set; what stands at its head holds for the values that do not say it themselves."""

    dataSet = serializers.CharField(required=False)
    completeDate = serializers.CharField(required=False)
    period = serializers.CharField(required=False)
    orgUnit = serializers.CharField(required=False)
    attributeOptionCombo = serializers.CharField(required=False)
    dataValues = DataValueSchemaSerializer(many=True)


# --- views -----------------------------------------------------------------------------------------------------------
def _query(name: str, description: str = "", **more: Any) -> OpenApiParameter:
    return OpenApiParameter(name, more.pop("type", str), description=description, **more)


_ID_SCHEMES = [_query(name, enum=[CODE, UID]) for name in ("idScheme", *SCHEMES.values())]
_SEVERAL = {"many": True}
_FORMATS = ("application/json", "application/csv", "application/xml", "application/adx+xml")


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
        export = exporting.prepare(wanted=_wanted(request), user=request.user, schemes=schemes)
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
            "application/csv": OpenApiTypes.STR,
            "application/xml": OpenApiTypes.STR,
            "application/adx+xml": OpenApiTypes.STR,
        },
        responses={
            (200, "application/json"): WebMessageSerializer,
            (409, "application/json"): OpenApiResponse(WebMessageSerializer, description="No value was taken."),
        },
    )
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Data values into drafts of returns; the import summary says what became of them."""
        check_parameters(request, set(self.writes))
        payload = self._payload(request)
        schemes = schemes_of(payload.options, request.query_params, default=CODE if payload.is_adx else EITHER)
        dry_run = _truth(request, "dryRun", payload.options.get("dryRun", ""))
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


class PeriodSerializer(serializers.Serializer[Any]):
    period = serializers.CharField(help_text="As DHIS2 writes it; as an interval where it cannot.")
    round = serializers.CharField()
    start = serializers.DateField(help_text="What the round truly describes: its first day …")
    end = serializers.DateField(help_text="… and the first day after.")
    status = serializers.CharField()


class DataSetSerializer(serializers.Serializer[Any]):
    dataSet = serializers.CharField()
    id = serializers.CharField(allow_blank=True, help_text="Its identifier in DHIS2, where it is known.")
    programme = serializers.CharField()
    roundKind = serializers.ChoiceField(choices=RoundKind.choices)
    attributeOptionCombo = serializers.CharField()
    periods = PeriodSerializer(many=True)


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
