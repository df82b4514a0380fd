"""What all API resources of all floors have in common: scope first, then `fields=`, then the rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers, viewsets
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from programmes.expanding import Expanded, Related, wanted
from programmes.writing import version_of


class FieldsMixin:
    """`?fields=code,name` returns only these, `?expand=place` tells related rows too; an unknown name is refused."""

    #: Related rows by the names that `expand` takes.
    expands: Mapping[str, Related] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        view = self.context.get("view")  # type: ignore[attr-defined]
        request = self.context.get("request")  # type: ignore[attr-defined]
        if getattr(view, "swagger_fake_view", False) and self.expands:
            self.fields["expanded"] = Expanded(self.expands, list(self.expands))  # type: ignore[attr-defined]
        if view is None or request is None or self.parent is not None or not hasattr(request, "query_params"):  # type: ignore[attr-defined]
            return
        self._narrow(request.query_params.get("fields"))
        if expanded := wanted(self.expands, request.query_params.get("expand")):
            self.fields["expanded"] = Expanded(self.expands, expanded)  # type: ignore[attr-defined]

    def _narrow(self, raw: str | None) -> None:
        if raw is None:
            return
        names = [name.strip() for name in raw.split(",") if name.strip()]
        unknown = [name for name in names if name not in self.fields]  # type: ignore[attr-defined]
        if unknown or not names:
            raise ValidationError(
                {
                    "fields": _("Unknown field: %(unknown)s. Known: %(known)s.")
                    % {"unknown": ", ".join(unknown) or _("(none given)"), "known": ", ".join(self.fields)}  # type: ignore[attr-defined]
                }
            )
        for name in set(self.fields) - set(names):  # type: ignore[attr-defined]
            self.fields.pop(name)  # type: ignore[attr-defined]


@extend_schema_field({"type": "string", "format": "decimal"})
class ExactDecimalField(serializers.DecimalField):
    """Stays a Decimal until it is rendered: a string in JSON, a number in XLSX, never a float on the way."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "coerce_to_string": False})


class ResourceSerializer(FieldsMixin, serializers.ModelSerializer[Any]):
    """A model's fields as they are; decimals exact, codes instead of numbers where there is a code."""

    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.DecimalField: ExactDecimalField,
    }


class ScopedReadOnlyViewSet(viewsets.ReadOnlyModelViewSet[Any]):
    """A list and a detail of one model, never wider than the asker's scope.

    A subclass gives `queryset`, `serializer_class` and, as it likes, `filterset_class`, `ordering_fields`,
    `ordering`, `lookup_field`.
    """

    ordering: list[str] = ["pk"]
    ordering_fields: list[str] = []

    def get_queryset(self) -> QuerySet[Any]:
        queryset = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return queryset.none()
        return queryset.visible_to(self.request.user)  # type: ignore[attr-defined,no-any-return]

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One row; its version goes into the ETag, so that a change can say what it saw."""
        row = self.get_object()
        response = Response(self.get_serializer(row).data)
        response.row_version = version_of(row)  # type: ignore[attr-defined]
        return response
