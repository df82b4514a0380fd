"""Filters that refuse what they do not know, instead of answering another question than the one asked."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import DataError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import ValidationError
from rest_framework.filters import OrderingFilter
from rest_framework.request import Request

from programmes.expanding import expandable
from scaling.rest import changes

#: Parameters that every list understands.
COMMON = frozenset({"fields", "format", "cursor", "page_size", "ordering"})
LONGEST_VALUE = 500


class StrictFilterBackend(DjangoFilterBackend):
    """An unknown parameter is a 400 that lists the known ones; so is one that is far too long."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        filterset = self.get_filterset(request, queryset, view)
        known = set(COMMON) | of_files(request) | changes.parameters_of(view)
        known |= set(getattr(view, "extra_parameters", ()))
        if expandable(view):
            known.add("expand")
        if filterset is not None:
            known |= set(filterset.filters)
            known |= {name for field in filterset.form.fields for name in _widget_names(filterset.form, field)}
        check_parameters(request, known)
        if filterset is None:
            return queryset
        if not filterset.is_valid():
            raise ValidationError(filterset.errors)
        try:
            return filterset.qs
        except (DjangoValidationError, DataError) as error:
            raise ValidationError(str(error)) from error


def of_files(request: Request) -> set[str]:
    """What an answer as CSV or XLSX understands beside: `hxl`, a row of hashtags."""
    if getattr(getattr(request, "accepted_renderer", None), "format", "") not in ("csv", "xlsx"):
        return set()
    if request.query_params.get("hxl", "0") not in ("0", "1"):
        raise ValidationError({"hxl": _("One of %(allowed)s is expected.") % {"allowed": "0, 1"}})
    return {"hxl"}


def _widget_names(form: Any, field: str) -> list[str]:
    """Names that a range widget adds to its own (after, before)."""
    suffixes = getattr(form.fields[field].widget, "suffixes", None) or []
    return [f"{field}_{suffix}" for suffix in suffixes if suffix]


def check_parameters(request: Request, known: set[str]) -> None:
    """Refuses unknown and endless query parameters."""
    for name, values in request.query_params.lists():
        if name not in known:
            raise ValidationError(
                {name[:60]: _("Unknown parameter. Known here: %(known)s.") % {"known": ", ".join(sorted(known))}}
            )
        if any(len(value) > LONGEST_VALUE for value in values):
            raise ValidationError(
                {name: _("At most %(longest)d characters are expected.") % {"longest": LONGEST_VALUE}}
            )


class StrictOrdering(OrderingFilter):
    """`ordering=` by the names the view lists; another name is a 400."""

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        names = list(getattr(view, "ordering_fields", None) or ())
        if not names:
            return []
        known = {"type": "string", "enum": [*names, *(f"-{name}" for name in names)]}
        return [
            {
                "name": self.ordering_param,
                "in": "query",
                "required": False,
                "description": "Names separated by commas; `-` before one: the largest first.",
                "style": "form",
                "explode": False,
                "schema": {"type": "array", "items": known, "minItems": 1},
            }
        ]

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: Any) -> list[str] | tuple[str, ...] | None:
        raw = request.query_params.get(self.ordering_param)
        if raw is None:
            default: Any = self.get_default_ordering(view)
            return default  # type: ignore[no-any-return]
        allowed = [name for name, _label in self.get_valid_fields(queryset, view, {"request": request})]
        names = [name.strip() for name in raw.split(",") if name.strip()]
        wrong = [name for name in names if name.removeprefix("-") not in allowed]
        if wrong or not names:
            raise ValidationError(
                {
                    "ordering": _("Cannot order by %(wrong)s. Known: %(known)s.")
                    % {"wrong": ", ".join(wrong) or "''", "known": ", ".join(allowed) or _("(none)")}
                }
            )
        return names
