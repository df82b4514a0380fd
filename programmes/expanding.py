"""`expand=organization,round`: related rows inline, under `expanded`, one query for each name whatever the page holds.

Fields stay codes; what is expanded stands beside them, so that no field changes its type. What the asker may not see is
null.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from rest_framework import serializers
from rest_framework.exceptions import ValidationError


@dataclass(frozen=True)
class Related:
    """A related row: its model, how it is told, the attribute that holds its id (`round.programme_id`), and what its
    serializer reads beside it."""

    model: type[models.Model]
    serializer: type[serializers.Serializer[Any]]
    attribute: str
    select: tuple[str, ...] = ()


def expandable(view: Any) -> Mapping[str, Related]:
    """What a view can tell of related rows, by name."""
    found: Mapping[str, Related] = getattr(getattr(view, "serializer_class", None), "expands", None) or {}
    return found


def wanted(known: Mapping[str, Related], raw: str | None) -> list[str]:
    """Names that are asked for; an unknown one is refused."""
    if raw is None:
        return []
    names = list(dict.fromkeys(name.strip() for name in raw.split(",") if name.strip()))
    wrong = [name for name in names if name not in known]
    if wrong or not names:
        raise ValidationError(
            {
                "expand": _("Cannot expand %(wrong)s. Known: %(known)s.")
                % {"wrong": ", ".join(wrong)[:200] or "''", "known": ", ".join(known)}
            }
        )
    return names


class Expanded(serializers.Field[Any, Any, Any, Any]):
    """The related rows of all rows of a page, fetched together when the first is told."""

    def __init__(self, known: Mapping[str, Related], names: list[str]) -> None:
        self.known, self.names = known, names
        self._told: dict[str, dict[Any, Any]] | None = None
        super().__init__(source="*", required=False)

    def to_representation(self, value: Any) -> dict[str, Any]:
        if self._told is None:
            self._told = {name: self._fetch(self.known[name]) for name in self.names}
        return {name: self._told[name].get(attrgetter(self.known[name].attribute)(value)) for name in self.names}

    def _fetch(self, related: Related) -> dict[Any, Any]:
        page = self.root.instance
        get = attrgetter(related.attribute)
        ids = {get(row) for row in (page if isinstance(page, list | tuple) else [page])} - {None}
        rows = related.model._default_manager.visible_to(self.context["request"].user)  # type: ignore[attr-defined]
        found = rows.filter(pk__in=ids).select_related(*related.select) if related.select else rows.filter(pk__in=ids)
        return {row.pk: related.serializer(row).data for row in found}


class ExpandedSchema(OpenApiSerializerFieldExtension):
    target_class = "programmes.expanding.Expanded"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        properties = {
            name: {"oneOf": [auto_schema.resolve_serializer(related.serializer, direction).ref, {"type": "null"}]}
            for name, related in self.target.known.items()
        }
        return {
            "type": "object",
            "properties": properties,
            "description": "What `expand` names; null: outside what you may see, or nothing there.",
        }
