"""Catalogue upkeep for administrators: every table with a list, a search and look-ups that stay quick at size."""

from __future__ import annotations

from django.contrib import admin
from django.db import models


def register(*kinds: type[models.Model], read_only: bool = False) -> None:
    """Put models on the administration pages. `read_only` for what is computed or changes only by an operation."""
    for kind in kinds:
        fields = [field for field in kind._meta.fields if field.name != "id"]
        relations = tuple(field.name for field in fields if isinstance(field, models.ForeignKey))
        texts = tuple(field.name for field in fields if isinstance(field, models.CharField) and not field.choices)[:3]
        attributes: dict[str, object] = {
            "list_display": ("__str__", *(field.name for field in fields if field.choices))[:5],
            "list_filter": tuple(field.name for field in fields if field.choices),
            "search_fields": texts,
            "raw_id_fields": relations,
            "list_select_related": relations,
            "show_full_result_count": False,
        }
        if read_only:
            for action in ("add", "change", "delete"):
                attributes[f"has_{action}_permission"] = lambda self, request, obj=None: False
        admin.site.register(kind, type(f"{kind.__name__}Admin", (admin.ModelAdmin,), attributes))
