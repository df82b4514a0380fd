"""Cursor pages: the same cost at any depth, and a sentence for a cursor or page size that makes no sense."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from scaling.rest import changes, keyset

LARGEST = 1000
#: A table in a file has no pages; past this many rows it must be asked for in parts, or as an export.
LARGEST_FILE = 100_000


class CursorPages(CursorPagination):
    """Pages by place (scaling/rest/keyset.py); DRF's own class skips over rows with equal values and loses its way
    among more than a thousand of them."""

    page_size = 100
    page_size_query_param = "page_size"
    max_page_size = LARGEST

    def get_page_size(self, request: Request) -> int:
        raw = request.query_params.get("page_size")
        if raw is None:
            return self.page_size
        if not (raw.isascii() and raw.isdigit()) or len(raw) > 6 or not 1 <= int(raw) <= LARGEST:
            raise ValidationError(
                {"page_size": _("A whole number from 1 to %(largest)d is expected.") % {"largest": LARGEST}}
            )
        return int(raw)

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        self.request = request
        self.links: dict[str, str | None] = {"next": None, "previous": None}
        self.mark = changes.mark_of(request)
        size = self.get_page_size(request)
        columns = keyset.columns_of(queryset.model, tuple(self.get_ordering(request, queryset, view)))
        renderer = getattr(request, "accepted_renderer", None)
        if renderer is not None and renderer.format in {"csv", "xlsx"}:
            return _all(keyset.ordered(queryset, columns, False))
        values, back = self._place(request, columns)
        if values:
            queryset = queryset.filter(keyset.after(columns, values, back))
        found = list(keyset.ordered(queryset, columns, back)[: size + 1])
        more, rows = len(found) > size, found[:size]
        if back:
            rows.reverse()
        if rows and (more or back):
            self.links["next"] = self._link(keyset.write(columns, rows[-1], False))
        if rows and (more if back else bool(values)):
            self.links["previous"] = self._link(keyset.write(columns, rows[0], True))
        return rows

    def _place(self, request: Request, columns: tuple[keyset.Column, ...]) -> tuple[list[Any], bool]:
        raw = request.query_params.get(self.cursor_query_param)
        if raw is None:
            return [], False
        try:
            return keyset.read(columns, raw)
        except keyset.Misplaced:
            raise ValidationError(
                {"cursor": _("This cursor is not one that a page of this list gave; start again without it.")}
            ) from None

    def _link(self, cursor: str) -> str:
        url = replace_query_param(self.request.build_absolute_uri(), self.cursor_query_param, cursor)
        return replace_query_param(url, "until", self.mark.until) if self.mark else url

    def get_next_link(self) -> str | None:
        return self.links["next"]

    def get_previous_link(self) -> str | None:
        return self.links["previous"]

    def get_paginated_response(self, data: Any) -> Response:
        """With `updated_since` also from when to ask on, and where the deleted ones stand."""
        body: dict[str, Any] = {**self.links, "results": data}
        if self.mark:
            body["next_since"] = self.mark.until
            if self.mark.resource:
                body["deleted"] = self.mark.deleted(self.request)
        return Response(body)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = super().get_schema_operation_parameters(view)
        for parameter in found:
            if parameter["name"] == self.page_size_query_param:
                parameter["schema"] = {"type": "integer", "minimum": 1, "maximum": LARGEST}
        return found

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {
                "next": link,
                "previous": link,
                "results": schema,
                "next_since": {
                    "type": "string",
                    "format": "date-time",
                    "description": "With updated_since: what to send as updated_since the next time.",
                },
                "deleted": {
                    "type": "string",
                    "format": "uri",
                    "description": "With updated_since: where the rows stand that were deleted meanwhile.",
                },
            },
        }


def _all(rows: QuerySet[Any]) -> list[Any]:
    found = list(rows[: LARGEST_FILE + 1])
    if len(found) > LARGEST_FILE:
        raise ValidationError(
            {
                "format": _("More than %(largest)d rows; narrow the filters, or take the export under exports/.")
                % {"largest": LARGEST_FILE}
            }
        )
    return found
