"""`/api/v1/iati/…`: activity files of programmes, and results of an activity file taken over."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException, ParseError, ValidationError
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from programmes.models import Programme
from programmes.rest import ExactDecimalField
from scaling.iati import facts, importing, parsing, reading, writing
from scaling.iati.importing import Answer, Outcome
from scaling.iati.reporters import NoReporter
from scaling.moments import not_there
from scaling.register_answers import MOST_RECORDS, TooMany
from scaling.rest.bulk import NotWritten
from scaling.rest.filters import check_parameters
from scaling.rest.idempotency import once
from scaling.rest.parameters import choice, codes, one_code
from scaling.rest.parsers import TooLarge, most_bytes

#: So many targets and results are taken over while somebody waits; more by the command.
MOST_FACTS = 5_000


class XMLRenderer(BaseRenderer):
    media_type = "application/xml"
    format = "xml"
    charset = "utf-8"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return bytes(data)


class XMLParser(BaseParser):
    """The body as it is; it is read by `parsing`, which refuses what no honest file has."""

    media_type = "application/xml"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        context = parser_context or {}
        most = most_bytes(context.get("view"))
        raw: bytes = stream.read(most + 1)
        if len(raw) > most:
            raise TooLarge(most)
        charset = str(context.get("encoding") or "utf-8").lower()
        if charset not in ("utf-8", "utf8", "us-ascii"):
            raise ParseError(_("IATI files are UTF-8; leave the charset out."))
        return raw


class TextXMLParser(XMLParser):
    media_type = "text/xml"


# --- out -------------------------------------------------------------------------------------------------------------
class Unsaid(APIException):
    """Something must be set before a file can be made."""

    status_code = 409


SYNTHETIC = OpenApiParameter("synthetic", str, enum=["0", "1"], description="1 counts demonstration programmes in.")


class _FileView(APIView):
    renderer_classes = [XMLRenderer]

    def gathered(self, programmes: list[Programme], visible: Any) -> list[reading.Told]:
        try:
            return reading.gather(programmes, visible)
        except NoReporter as error:
            raise Unsaid(error.sentence) from None
        except TooMany:
            text = _(
                "Returns of more than %(most)d organizations would be summed; ask for one programme, or have the file "
                "made by the command export_iati."
            )
            raise Unsaid(text % {"most": MOST_RECORDS}) from None


class ActivityView(_FileView):
    """The IATI 2.03 activity file of a programme: its activity, and one for each phase."""

    @extend_schema(operation_id="iati_activity", tags=["iati"], responses={(200, "application/xml"): OpenApiTypes.STR})
    def get(self, request: Request, code: str, **kwargs: Any) -> HttpResponse:
        check_parameters(request, {"format"})
        visible = Programme.objects.visible_to(request.user)
        programmes = reading.chosen(visible, [code])
        if not programmes:
            raise Http404
        told = self.gathered(programmes, visible)
        content = b"".join(writing.document(told))
        answer = HttpResponse(content, content_type=f"{writing.MEDIA}; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="iati-{programmes[0].code}.xml"'
        # The tag is of what is told: the time at which the file was made changes nothing.
        body = content.partition(b"<iati-activity ")[2]
        answer["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        return answer


class ActivitiesView(_FileView):
    """One IATI 2.03 activity file of all programmes that may be seen, or of those named."""

    @extend_schema(
        operation_id="iati_activities",
        tags=["iati"],
        parameters=[OpenApiParameter("programme", str, many=True, description="Codes; default: all."), SYNTHETIC],
        responses={(200, "application/xml"): OpenApiTypes.STR},
    )
    def get(self, request: Request, **kwargs: Any) -> StreamingHttpResponse:
        check_parameters(request, {"format", "programme", "synthetic"})
        visible = Programme.objects.visible_to(request.user)
        named = codes(request, "programme")
        synthetic = choice(request, "synthetic", ("0", "1")) == "1"
        programmes = reading.chosen(visible, named, synthetic=synthetic)
        if missing := [code for code in named if code not in {one.code for one in programmes}]:
            raise ValidationError({"programme": not_there(missing[0], None)})
        if not programmes:
            raise Unsaid(_("There is no programme that you may see; the standard knows no file without activities."))
        told = self.gathered(programmes, visible)
        answer = StreamingHttpResponse(self._pieces(told), content_type=f"{writing.MEDIA}; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="iati-activities.xml"'
        return answer

    def _pieces(self, told: list[reading.Told]) -> Iterator[bytes]:
        yield from writing.document(told)


# --- in --------------------------------------------------------------------------------------------------------------
class FactSerializer(serializers.Serializer[Any]):
    line = serializers.IntegerField(help_text="line of the file")
    kind = serializers.ChoiceField(choices=(facts.TARGET, facts.RESULT, "baseline"))
    activity = serializers.CharField()
    key = serializers.CharField(help_text="first reference of the indicator, else its title")
    indicator = serializers.CharField(allow_null=True, help_text="code here")
    phase = serializers.CharField(allow_null=True)
    disaggregation = serializers.CharField(allow_null=True)
    place = serializers.CharField(allow_null=True)
    by_date = serializers.DateField(allow_null=True)
    value = ExactDecimalField(max_digits=40, decimal_places=10, allow_null=True)
    status = serializers.ChoiceField(choices=importing.STATUSES)
    stored = ExactDecimalField(max_digits=40, decimal_places=10, allow_null=True)
    errors = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))  # type: ignore[assignment]


class UnmappedSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    references = serializers.ListField(child=serializers.CharField())
    titles = serializers.ListField(child=serializers.CharField())
    suggestions = serializers.ListField(child=serializers.CharField(), help_text="codes that it may mean")


class ImportSerializer(serializers.Serializer[Any]):
    programme = serializers.CharField()
    dry_run = serializers.BooleanField()
    written = serializers.BooleanField()
    counts = serializers.DictField(child=serializers.IntegerField())
    unmapped = UnmappedSerializer(many=True)
    rows = FactSerializer(many=True)


class ImportView(APIView):
    """Results of an activity file as targets and results of a programme: all or nothing, after a dry run.

    The body is the file. An indicator is known by its reference or its title; `indicator=KEY=CODE` says it otherwise
    and `indicator=KEY=-` leaves it out. `dry_run=0` writes; otherwise it is only told what would become of each value.
    """

    parser_classes = [XMLParser, TextXMLParser]
    table_name = "iati-import"
    most_bytes = parsing.MOST_BYTES

    @extend_schema(
        operation_id="iati_import",
        tags=["iati"],
        parameters=[
            OpenApiParameter("programme", str, required=True, description="Code of the programme it is taken into."),
            OpenApiParameter(
                "dry_run", str, enum=["1", "0"], description="Default 1: answer everything, write nothing."
            ),
            OpenApiParameter("indicator", str, many=True, description="KEY=CODE; `-` as code leaves it out."),
            OpenApiParameter(
                "phase", str, many=True, description="IDENTIFIER=CODE of a phase; `*` is the programme as a whole."
            ),
            OpenApiParameter(
                "conflicts",
                str,
                enum=list(importing.CONFLICTS),
                description="Another value stands here: refuse all (default), keep what stands, or revise targets.",
            ),
        ],
        request={"application/xml": OpenApiTypes.BINARY, "text/xml": OpenApiTypes.BINARY},
        responses=ImportSerializer,
    )
    def post(self, request: Request, **kwargs: Any) -> Response:
        check_parameters(request, {"format", "programme", "dry_run", "indicator", "phase", "conflicts"})
        code = one_code(request, "programme")
        programme = Programme.objects.visible_to(request.user).filter(code=code).first()
        if programme is None:
            text = not_there(code, None) if code else _("The code of a programme is expected.")
            raise ValidationError({"programme": text})
        dry_run = choice(request, "dry_run", ("1", "0")) == "1"
        mapping = {name: _pairs(request, name) for name in ("indicator", "phase")}
        conflicts = choice(request, "conflicts", importing.CONFLICTS)
        try:
            root = parsing.activity_file(request.data if isinstance(request.data, bytes) else b"")
            if sum(1 for _one in root.iter("target", "actual")) > MOST_FACTS:
                raise parsing.Refused(
                    _("At most %(most)d targets and actuals are taken over here; the command import_iati takes more.")
                    % {"most": MOST_FACTS}
                )
            found = importing.take_over(
                root=root,
                programme=programme,
                by=request.user,
                dry_run=dry_run,
                indicators=mapping["indicator"],
                phases=mapping["phase"],
                conflicts=conflicts,
            )
        except parsing.Refused as error:
            raise ParseError(str(error)) from None
        told = _told(programme, found, dry_run)
        if not dry_run and not found.written:
            raise NotWritten(
                _("Something cannot be taken over; nothing was written."),
                counts=told["counts"],
                rows=[row for row in told["rows"] if row["errors"]],
                unmapped=told["unmapped"],
            )
        return Response(told)


def _pairs(request: Request, name: str) -> dict[str, str]:
    found = {}
    for pair in request.query_params.getlist(name):
        key, equals, code = pair.rpartition("=")
        if not equals or not key.strip() or not code.strip():
            raise ValidationError({name: _("KEY=CODE is expected, for instance 2.1.3=OP-06.")})
        found[key.strip()] = code.strip()
    return found


def _told(programme: Programme, found: Outcome, dry_run: bool) -> dict[str, Any]:
    return {
        "programme": programme.code,
        "dry_run": dry_run,
        "written": found.written,
        "counts": found.counts,
        "unmapped": [
            {
                "key": said.key,
                "references": list(said.references),
                "titles": list(said.titles),
                "suggestions": suggestions,
            }
            for said, suggestions in found.unmapped
        ],
        "rows": [_row(one) for one in found.answers],
    }


def _row(one: Answer) -> dict[str, Any]:
    fact = one.fact
    return {
        "line": fact.line or 0,
        "kind": fact.kind,
        "activity": fact.source.identifier,
        "key": fact.indicator.key,
        "indicator": one.indicator or None,
        "phase": one.phase or None,
        "disaggregation": fact.part or None,
        "place": fact.place or None,
        "by_date": fact.end,
        "value": fact.value,
        "status": one.status,
        "stored": one.stored,
        "errors": one.errors,
    }


IMPORT = once(ImportView).as_view()
