"""POST …/bulk/: many rows at once, answered row by row; too many for one answer become a job."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from programmes.many import FAILED, STATUSES, BulkKind
from programmes.writing import Choice, Conflict, StrictSerializer
from scaling.rest import jobs
from scaling.rest.idempotency import once
from scaling.rest.job_api import JobSerializer, RowAnswerSerializer
from scaling.rest.kinds import KINDS
from scaling.rest.models import Mode
from scaling.rest.parsers import TooLarge


class NotWritten(Conflict):
    """Rows that cannot be written took the others with them."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY


class EnvelopeSerializer(StrictSerializer):
    rows = serializers.ListField(allow_empty=False)
    mode = Choice(choices=Mode.choices, default=Mode.ALL_OR_NOTHING)
    dry_run = serializers.BooleanField(default=False, help_text="Answer everything, write nothing.")


class CountsSerializer(serializers.Serializer[Any]):
    def get_fields(self) -> dict[str, Any]:
        return {name: serializers.IntegerField(required=False) for name in STATUSES}


class BulkAnswerSerializer(serializers.Serializer[Any]):
    mode = Choice(choices=Mode.choices)
    dry_run = serializers.BooleanField()
    total = serializers.IntegerField()
    counts = CountsSerializer()
    rows = RowAnswerSerializer(many=True)


class BulkView(APIView):
    """Rows of one kind. `mode`: `all_or_nothing` (one that fails takes all back: 422) or `best_effort`."""

    kind: BulkKind

    @property
    def most_bytes(self) -> int:
        return settings.API_BULK_BYTES

    def post(self, request: Request) -> HttpResponse:
        reader = EnvelopeSerializer(data=request.data)
        reader.is_valid(raise_exception=True)
        rows, mode, dry_run = (reader.validated_data[name] for name in ("rows", "mode", "dry_run"))
        if len(rows) > settings.API_BULK_MOST:
            error = TooLarge(0)
            error.detail = _("At most %(most)d rows are taken at once.") % {"most": settings.API_BULK_MOST}  # type: ignore[assignment]
            raise error
        wish = request.headers.get("Prefer", "")
        if len(rows) > settings.API_BULK_INLINE or "respond-async" in wish:
            job = jobs.start(kind=self.kind, rows=rows, mode=mode, dry_run=dry_run, by=request.user)
            job.refresh_from_db()
            answer = Response(JobSerializer(job).data, status=status.HTTP_202_ACCEPTED)
            answer["Location"] = request.build_absolute_uri(reverse("jobs-detail", args=[job.pk]))
            answer["Retry-After"] = "2"
            return answer
        told = jobs.write_now(self.kind, rows, mode=mode, dry_run=dry_run, by=request.user)
        counts = jobs.counted(told)
        if mode == Mode.ALL_OR_NOTHING and not dry_run and counts.get(FAILED):
            raise NotWritten(
                _("%(failed)d of %(all)d rows cannot be written; nothing was written.")
                % {"failed": counts[FAILED], "all": len(rows)},
                counts=counts,
                rows=told,
            )
        return Response({"mode": mode, "dry_run": dry_run, "total": len(rows), "counts": counts, "rows": told})


def _row_body(kind: BulkKind) -> type[serializers.Serializer[Any]]:
    """The envelope with the rows of a kind, for the schema."""
    title = "".join(part.capitalize() for part in kind.name.split("-"))
    return type(
        f"{title}BulkSerializer",
        (EnvelopeSerializer,),
        {
            "rows": kind.body(many=True, allow_empty=False),
            "__doc__": f"Rows of {kind.name}; at most {settings.API_BULK_MOST}.",
        },
    )


def view_of(kind: BulkKind) -> Any:
    """The view of a kind."""
    prefer = OpenApiParameter("Prefer", str, OpenApiParameter.HEADER, description="`respond-async`: as a job.")
    documented = extend_schema(
        operation_id=f"{kind.name.replace('-', '_')}_bulk",
        parameters=[prefer],
        request=_row_body(kind),
        responses={
            200: BulkAnswerSerializer,
            202: OpenApiResponse(JobSerializer, description="More rows than are answered at once: a job."),
        },
    )
    title = "".join(part.capitalize() for part in kind.name.split("-"))
    # A function of its own: the schema hangs on it.
    handler = documented(_copied(BulkView.post))
    return once(type(f"{title}BulkView", (BulkView,), {"kind": kind, "post": handler, "__doc__": BulkView.__doc__}))


def _copied(handler: Any) -> Any:
    def post(self: Any, request: Request) -> HttpResponse:
        answer: HttpResponse = handler(self, request)
        return answer

    return post


VIEWS = {name: view_of(kind).as_view() for name, kind in KINDS.items()}
