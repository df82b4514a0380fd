"""Cursor pages: the same cost at any depth, and a sentence for a cursor or page size that makes no sense."""

from __future__ import annotations

from base64 import b64decode
from typing import Any
from urllib.parse import parse_qs

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

LARGEST = 1000
#: A table in a file has no pages; past this many rows it must be asked for in parts.
LARGEST_FILE = 100_000


class CursorPages(CursorPagination):
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

    def decode_cursor(self, request: Request) -> Cursor | None:
        raw = request.query_params.get(self.cursor_query_param)
        try:
            cursor = super().decode_cursor(request)
        except NotFound:
            cursor = None
        if raw is not None and (cursor is None or not _is_ours(raw)):
            raise ValidationError({"cursor": _("This cursor is not one that a page gave; start again without it.")})
        return cursor

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: Any) -> tuple[str, ...]:
        ordering = tuple(super().get_ordering(request, queryset, view))
        return ordering if ordering[-1].lstrip("-") in {"pk", "id"} else (*ordering, "pk")

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        renderer = getattr(request, "accepted_renderer", None)
        if renderer is not None and renderer.format in {"csv", "xlsx"}:
            self.get_page_size(request)
            rows = list(queryset.order_by(*self.get_ordering(request, queryset, view))[: LARGEST_FILE + 1])
            if len(rows) > LARGEST_FILE:
                raise ValidationError(
                    {
                        "format": _("More than %(largest)d rows; narrow the filters or use JSON pages.")
                        % {"largest": LARGEST_FILE}
                    }
                )
            self.page, self.has_next, self.has_previous = rows, False, False
            return rows
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ValueError, TypeError, OverflowError):
            raise ValidationError(
                {"cursor": _("This cursor does not fit this list; start again without it.")}
            ) from None

    def get_next_link(self) -> str | None:
        return super().get_next_link() if self.has_next else None

    def get_previous_link(self) -> str | None:
        return super().get_previous_link() if self.has_previous else None


def _is_ours(raw: str) -> bool:
    """A cursor holds a position, an offset or a direction and nothing else; anything decodes to an empty one."""
    try:
        text = b64decode(raw.encode("ascii"), validate=True).decode("ascii")
        parts = parse_qs(text, keep_blank_values=True, strict_parsing=True)
    except ValueError:
        return False
    return set(parts) <= {"o", "r", "p"}
