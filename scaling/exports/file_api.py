"""Exports as Parquet files: asked for with a POST, made in the background, fetched when they are done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import django_filters
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from programmes.rest import ResourceSerializer, ScopedReadOnlyViewSet
from programmes.writing import StrictSerializer, may_change
from scaling.exports import jobs
from scaling.exports.api import streamed
from scaling.exports.models import ExportFile
from scaling.rest.models import OPEN, JobState

MEDIA = "application/vnd.apache.parquet"
LONGEST_QUERY = 2000


class ExportFileSerializer(ResourceSerializer):
    """`rows` and `size` (bytes) once it is done; then the file is under `file`."""

    allowed_actions = serializers.SerializerMethodField()

    class Meta:
        model = ExportFile
        fields = [
            "id",
            "name",
            "query",
            "state",
            "rows",
            "size",
            "problem",
            "created_at",
            "ended_at",
            "allowed_actions",
        ]

    def get_allowed_actions(self, row: ExportFile) -> list[str]:
        if row.state == JobState.DONE:
            return ["file"]
        request = self.context.get("request")
        return ["cancel"] if row.state in OPEN and (request is None or may_change(request)) else []


class ExportFileNewSerializer(StrictSerializer):
    """The name of an export (not metrics), and parameters of its list as they would stand in its address."""

    name = serializers.CharField(max_length=60)
    query = serializers.DictField(child=serializers.CharField(max_length=500), required=False)


class ExportFileFilter(django_filters.FilterSet):
    class Meta:
        model = ExportFile
        fields = ["state", "name"]


class ExportFileViewSet(ScopedReadOnlyViewSet):
    """Your exports as Parquet. They are kept for a week."""

    queryset = ExportFile.objects.all()
    serializer_class = ExportFileSerializer
    filterset_class = ExportFileFilter
    ordering = ["-pk"]
    #: Actions that answer with a new row.
    making = ("create",)

    @extend_schema(request=ExportFileNewSerializer, responses={202: ExportFileSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Ask for a file; it is made with what you may see when it is made."""
        read = ExportFileNewSerializer(data=request.data)
        read.is_valid(raise_exception=True)
        name, query = read.validated_data["name"], urlencode(read.validated_data.get("query", {}))
        if len(query) > LONGEST_QUERY:
            raise ValidationError(
                {"query": _("At most %(longest)d characters are expected.") % {"longest": LONGEST_QUERY}}
            )
        try:
            row = jobs.start(name=name, query=query, by=request.user)
        except Http404:
            raise ValidationError({"name": _("No list of this name is exported; see exports/.")}) from None
        answer = Response(self.get_serializer(row).data, status=status.HTTP_202_ACCEPTED)
        answer["Location"] = self.reverse_action("detail", args=[row.pk])
        answer["Retry-After"] = "2"
        return answer

    @extend_schema(request=None, responses=ExportFileSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, **kwargs: Any) -> Response:
        """Stop it. 409 when it has ended."""
        row = self.get_object()
        jobs.cancel(row=row)
        row.refresh_from_db()
        return Response(self.get_serializer(row).data)

    @extend_schema(responses={(200, MEDIA): OpenApiTypes.BINARY}, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def file(self, request: Request, **kwargs: Any) -> Any:
        """The file; 404 until it is done."""
        row = self.get_object()
        if row.state != JobState.DONE:
            raise Http404
        headers = {"Content-Length": str(row.size)}
        return streamed(request, _parts(row), f"{row.name}.parquet", MEDIA, headers, zips=False)


def _parts(row: ExportFile) -> Iterator[bytes]:
    """One part after the other, each read when it is sent."""
    for number in range(row.parts.count()):
        yield bytes(row.parts.values_list("content", flat=True).get(number=number))


ROUTES: list[tuple[str, Any]] = [("export-files", ExportFileViewSet)]
