"""Packs through the API: asked for with a POST, made in the background, fetched when they are ready.

The operations and the scope are those of the page: who reads the programme sees its packs, who asked for one (or an
administrator) may cancel and delete it.
"""

from __future__ import annotations

from typing import Any

import django_filters
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.utils import translation
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Language
from programmes.api import code_of
from programmes.models import Programme
from programmes.rest import ResourceSerializer, ScopedReadOnlyViewSet
from programmes.writing import Conflict, StrictSerializer, may_change
from scaling.reports import operations
from scaling.reports.models import PackFormat, Report, ReportState, without_content

MEDIA = {
    PackFormat.PDF: "application/pdf",
    PackFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class PackSerializer(ResourceSerializer):
    """`done` of `total` pages are made; `size` (bytes) and `sha256` are of the file, which is under `file` once the
    state is `done`. Figures are those known at `known_at`."""

    programme = code_of("programme")
    selection = serializers.DictField(child=serializers.CharField(), read_only=True)
    allowed_actions = serializers.SerializerMethodField()

    class Meta:
        model = Report
        fields = [
            "id",
            "programme",
            "selection",
            "language",
            "format",
            "known_at",
            "created_at",
            "state",
            "done",
            "total",
            "ended_at",
            "size",
            "sha256",
            "problem",
            "allowed_actions",
        ]

    def get_allowed_actions(self, row: Report) -> list[str]:
        request = self.context.get("request")
        found = ["file"] if row.state == ReportState.DONE else []
        if request is not None and may_change(request) and operations.may_end(row, request.user):
            found += ["cancel", "delete"] if row.is_open else ["delete"]
        return found


class PackNewSerializer(StrictSerializer):
    """Code of the programme, and filters as they stand in the address of a page (without programme and country)."""

    programme = serializers.CharField(max_length=60)
    format = serializers.ChoiceField(choices=PackFormat.choices)
    language = serializers.ChoiceField(choices=Language.choices, required=False)
    selection = serializers.DictField(child=serializers.CharField(max_length=200), required=False)


class PackFilter(django_filters.FilterSet):
    programme = django_filters.CharFilter(method="of_programme")

    class Meta:
        model = Report
        fields = ["state", "language"]  # `format` is the parameter of every address for JSON, CSV …

    def of_programme(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(programme__in=Programme.objects.visible_to(self.request.user).filter(code=value))


class PackViewSet(ScopedReadOnlyViewSet):
    """Supervision-mission packs of the programmes that you read."""

    queryset = without_content().select_related("programme")
    serializer_class = PackSerializer
    filterset_class = PackFilter
    ordering = ["-pk"]
    #: Actions that answer with a new row.
    making = ("create",)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """How far it is."""
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(request=PackNewSerializer, responses={202: PackSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Ask for a pack; it holds what is known now. 409 when too many of yours wait, or the same one does."""
        read = PackNewSerializer(data=request.data)
        read.is_valid(raise_exception=True)
        asked = read.validated_data
        programme = Programme.objects.visible_to(request.user).filter(code=asked["programme"]).first()
        if programme is None:
            raise Http404
        try:
            row = operations.ask(
                by=request.user,
                programme=programme,
                selection=asked.get("selection", {}),
                language=asked.get("language") or translation.get_language() or "en",
                format=asked["format"],
            )
        except DjangoValidationError as error:
            if hasattr(error, "error_dict"):
                raise
            raise Conflict(" ".join(error.messages)) from error
        answer = Response(self.get_serializer(row).data, status=status.HTTP_202_ACCEPTED)
        answer["Location"] = self.reverse_action("detail", args=[row.pk])
        answer["Retry-After"] = "5"
        return answer

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Delete it with its file. Only who asked for it, or an administrator."""
        operations.delete(report=self.get_object(), by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=PackSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, **kwargs: Any) -> Response:
        """Stop making it. Only who asked for it, or an administrator; 409 when it has ended."""
        row = self.get_object()
        try:
            operations.cancel(report=row, by=request.user)
        except DjangoValidationError as error:
            raise Conflict(" ".join(error.messages)) from error
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(
        responses={
            (200, MEDIA[PackFormat.PDF]): OpenApiTypes.BINARY,
            (200, MEDIA[PackFormat.XLSX]): OpenApiTypes.BINARY,
        },
        filters=False,
    )
    @action(detail=True, methods=["get"], pagination_class=None)
    def file(self, request: Request, **kwargs: Any) -> HttpResponse:
        """The file; 404 until it is ready."""
        row = self.get_object()
        if row.state != ReportState.DONE:
            raise Http404
        return answer_of(row)


def answer_of(report: Report) -> HttpResponse:
    """The file of a pack that is ready."""
    answer = HttpResponse(bytes(report.content or b""), content_type=MEDIA[PackFormat(report.format)])
    answer["Content-Disposition"] = f'attachment; filename="{report.filename}"'
    return answer


ROUTES: list[tuple[str, Any]] = [("packs", PackViewSet)]
