"""`/api/v1/exports/<list>.csv` and `.ndjson`: whole lists as a stream."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.text import compress_sequence
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from scaling.exports import writing
from scaling.rest.filters import check_parameters, of_files
from scaling.rest.renderers import JSONRenderer

#: Lists by name, set by scaling/api.py.
VIEWSETS: dict[str, Any] = {}


class ExportedSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    csv = serializers.CharField()
    ndjson = serializers.CharField()


class ExportListView(APIView):
    """Everything that can be had as one stream, with its addresses."""

    table_name = "exports"
    tagged = True

    @extend_schema(operation_id="exports_list", responses=ExportedSerializer(many=True), tags=["exports"])
    def get(self, request: Request, **kwargs: Any) -> Response:
        check_parameters(request, {"format"} | of_files(request))
        return Response(
            [
                {"name": name, **{kind: f"/api/v1/exports/{name}.{kind}" for kind in writing.KINDS}}
                for name in writing.names(VIEWSETS)
            ]
        )


class ByAddress(BaseContentNegotiation):
    """The address names the form; problems are JSON whatever is accepted."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class ExportView(APIView):
    """A list with its filters, whole: CSV (`hxl=1` adds a row of HXL hashtags) or one JSON object a line.

    `fields` and, where the list knows it, `updated_since` are understood; the header Trellis-Next-Since then says from
    when to ask on. Compressed when `Accept-Encoding` allows gzip. A stream that ends early was cut off: what is whole
    ends as HTTP says it does.
    """

    renderer_classes = (JSONRenderer,)
    content_negotiation_class = ByAddress

    @extend_schema(
        operation_id="exports_read",
        tags=["exports"],
        parameters=[
            OpenApiParameter("resource", str, OpenApiParameter.PATH, description="A name of the list of exports."),
            OpenApiParameter("kind", str, OpenApiParameter.PATH, enum=list(writing.KINDS)),
            OpenApiParameter("hxl", str, enum=["0", "1"], description="1: the second row holds HXL hashtags."),
            OpenApiParameter("fields", str, description="Only these columns, separated by commas."),
        ],
        responses={(200, "text/csv"): OpenApiTypes.STR, (200, "application/x-ndjson"): OpenApiTypes.STR},
    )
    def get(self, request: Request, resource: str, kind: str, **kwargs: Any) -> HttpResponse:
        """The whole list."""
        if kind not in writing.KINDS:
            raise Http404
        found = writing.export(VIEWSETS, request, resource, kind)
        return streamed(request, found.blocks, f"{resource}.{kind}", writing.KINDS[kind], found.headers)


def streamed(
    request: Request, blocks: Any, name: str, media: str, headers: dict[str, str], *, zips: bool = True
) -> Any:
    """Bytes as they come, compressed where the client takes that and `zips` says that it helps."""
    zipped = zips and "gzip" in request.headers.get("Accept-Encoding", "")
    response = StreamingHttpResponse(compress_sequence(blocks) if zipped else blocks, content_type=media)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    if zipped:
        response["Content-Encoding"] = "gzip"
    for header, value in headers.items():
        response[header] = value
    patch_vary_headers(response, ["Accept-Encoding", "Authorization"])
    return response
