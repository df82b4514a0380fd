"""The OpenAPI document says what is answered: every operation with its problem documents and common parameters."""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "detail"],
                "properties": {"field": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}

_PROBLEMS = {
    "400": "A parameter is unknown or does not fit; the sentence says which and what would be right.",
    "401": "No valid token or session.",
    "403": "No role yet, or a token that may only read.",
    "404": "Nothing there, or outside what you may see.",
    "406": "The format is not json, csv or xlsx.",
    "429": "Too many requests; Retry-After says how long to wait.",
}


class TrellisSchema(AutoSchema):
    """Adds what all views share, so that no view can forget it."""

    def get_override_parameters(self) -> list[Any]:
        common = [
            OpenApiParameter("format", str, enum=["json", "csv", "xlsx"], description="Form of the answer."),
        ]
        if hasattr(self.view, "get_serializer_class") and hasattr(self.view, "queryset"):
            common.append(OpenApiParameter("fields", str, description="Only these fields, separated by commas."))
        return [*common, *super().get_override_parameters()]

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        for status, description in _PROBLEMS.items():
            operation["responses"].setdefault(
                status,
                {
                    "description": description,
                    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
                },
            )
        return operation


def add_problem(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Postprocessing hook: the component that every operation refers to."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
    return result
