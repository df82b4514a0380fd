"""`/api/v1/deleted/<resource>/`: what was deleted since a moment, for clients that keep a copy."""

from __future__ import annotations

from typing import Any

from django.db.models import CharField, F, QuerySet, Value
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.generics import ListAPIView

from scaling.rest import changes
from scaling.rest.filters import check_parameters
from scaling.rest.pagination import CursorPages


class DeletedSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pgh_obj_id")
    code = serializers.CharField(allow_null=True, source="code_then", help_text="of resources that are named by code")
    deleted_at = serializers.DateTimeField(source="pgh_created_at")


class DeletedPages(CursorPages):
    ordering = ("pgh_created_at", "pk")


class DeletedView(ListAPIView[Any]):
    """Rows of a resource that were deleted after `updated_since`, the first first."""

    serializer_class = DeletedSerializer
    filter_backends = ()
    pagination_class = DeletedPages
    table_name = "deleted"
    #: Resources with a trail: name → model; filled by scaling/api.py.
    models: dict[str, Any] = {}

    @extend_schema(
        operation_id="deleted_list",
        tags=["deleted"],
        parameters=[OpenApiParameter("resource", str, OpenApiParameter.PATH), *changes.PARAMETERS],
    )
    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Rows that were deleted, each with the moment."""
        check_parameters(request, {"format", "cursor", "page_size", changes.SINCE, changes.UNTIL})
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Any]:
        model = self.models.get(self.kwargs["resource"])
        if model is None:
            raise Http404
        mark = changes.read_mark(self.request, "")
        if mark is None:
            raise ValidationError(
                {changes.SINCE: _("A moment with its time zone is expected, such as 2022-06-30T17:00:00Z.")}
            )
        self.request.changes_mark = mark  # type: ignore[attr-defined]
        has_code = any(field.name == "code" for field in changes.trail_of(model)._meta.fields)
        code = F("code") if has_code else Value(None, output_field=CharField(null=True))
        return changes.deleted_rows(model, mark, self.request.user).annotate(code_then=code)
