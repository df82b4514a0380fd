"""Bulk writes in the background, as their owner sees them: how far, what became of each row, cancel."""

from __future__ import annotations

from typing import Any

import django_filters
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from programmes.many import STATUSES
from programmes.rest import ResourceSerializer, ScopedReadOnlyViewSet
from programmes.writing import may_change
from scaling.rest import jobs
from scaling.rest.models import OPEN, BulkJob


class RowErrorSerializer(serializers.Serializer[Any]):
    field = serializers.CharField()
    detail = serializers.CharField()


class RowAnswerSerializer(serializers.Serializer[Any]):
    """What became of a row; `index` counts from 0. Of returns also the `state`, and what keeps them back."""

    index = serializers.IntegerField()
    key = serializers.CharField(allow_null=True)
    status = serializers.ChoiceField(choices=STATUSES)
    errors: Any = RowErrorSerializer(many=True)
    id = serializers.IntegerField(required=False)
    version = serializers.IntegerField(required=False, allow_null=True)
    state = serializers.CharField(required=False)
    kept_back = RowErrorSerializer(many=True, required=False)


class JobSerializer(ResourceSerializer):
    """`done` of `total` rows are answered; `counts` by status."""

    counts = serializers.DictField(child=serializers.IntegerField(), read_only=True)
    allowed_actions = serializers.SerializerMethodField()

    class Meta:
        model = BulkJob
        fields = [
            "id",
            "kind",
            "mode",
            "dry_run",
            "state",
            "done",
            "total",
            "counts",
            "problem",
            "created_at",
            "ended_at",
            "allowed_actions",
        ]

    def get_allowed_actions(self, job: BulkJob) -> list[str]:
        request = self.context.get("request")
        return ["cancel"] if job.state in OPEN and (request is None or may_change(request)) else []


class JobFilter(django_filters.FilterSet):
    class Meta:
        model = BulkJob
        fields = ["state", "kind"]


ROWS = [
    OpenApiParameter("status", str, enum=list(STATUSES), description="Only rows with this answer."),
    OpenApiParameter("part", int, description="Rows are told in parts of 1,000, counted from 0."),
]


class JobRowsSerializer(serializers.Serializer[Any]):
    part = serializers.IntegerField()
    parts = serializers.IntegerField()
    rows = RowAnswerSerializer(many=True)


class JobViewSet(ScopedReadOnlyViewSet):
    """Your jobs (an administrator sees all). They are kept for a week after their end."""

    queryset = BulkJob.objects.all()
    serializer_class = JobSerializer
    filterset_class = JobFilter
    ordering = ["-pk"]

    @property
    def extra_parameters(self) -> tuple[str, ...]:
        return ("status", "part") if self.action == "rows" else ()

    @extend_schema(request=None, responses=JobSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, **kwargs: Any) -> Response:
        """Stop it; what is written stays written. 409 when it has ended."""
        job = self.get_object()
        jobs.cancel(job=job)
        job.refresh_from_db()
        return Response(self.get_serializer(job).data)

    @extend_schema(parameters=ROWS, responses=JobRowsSerializer, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def rows(self, request: Request, **kwargs: Any) -> Response:
        """What became of the rows, part by part; a part that is not done yet is empty."""
        job = self.get_object()
        wanted, raw = request.query_params.get("status", ""), request.query_params.get("part", "0")
        if wanted and wanted not in STATUSES:
            raise ValidationError({"status": _("One of %(allowed)s is expected.") % {"allowed": ", ".join(STATUSES)}})
        parts = job.parts.count()
        if not (raw.isascii() and raw.isdigit()) or len(raw) > 6 or int(raw) >= parts:
            raise ValidationError(
                {"part": _("A whole number from 0 to %(last)d is expected.") % {"last": max(parts - 1, 0)}}
            )
        told = job.parts.values_list("answers", flat=True).get(number=int(raw)) or []
        rows = [one for one in told if not wanted or one["status"] == wanted]
        return Response({"part": int(raw), "parts": parts, "rows": rows})


ROUTES: list[tuple[str, Any]] = [("jobs", JobViewSet)]
