"""The OpenAPI document says what is answered: every operation with its problem documents and common parameters."""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import is_serializer
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer
from rest_framework import serializers

from programmes.expanding import expandable
from programmes.rest import FieldsMixin
from programmes.writing import StrictSerializer
from scaling.rest import changes

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

FORMATS = ["json", "csv", "xlsx"]
_PROBLEMS = {
    "400": "A parameter is unknown or does not fit; the sentence says which and what would be right.",
    "401": "No valid token or session.",
    "403": "No role yet, or a token that may only read.",
    "404": "Nothing there, or outside what you may see.",
    "406": "The format is none of those of `format`.",
    "429": "Too many requests; Retry-After says how long to wait.",
}


#: Of what writes.
_WRITING = {
    "409": "Something else stands there: `yours` and `stored` hold both sides.",
    "413": "The body is too large.",
    "415": "The body is of another media type than is read here.",
}
_ONCE = {"422": "The Idempotency-Key stands for another request; in bulk: rows that cannot be written took all back."}
_CHANGING = {
    "412": "If-Match names another version; `yours` and `stored` hold both sides.",
    "428": "Neither If-Match nor `version` says which version you saw.",
}
#: Members that a problem document may have beside those of every one.
_SIDES: dict[str, Any] = {
    "yours": {"type": "object", "description": "What you sent."},
    "stored": {"type": "object", "description": "What stands there, as you would read it; empty if you may not."},
    "counts": {"type": "object", "additionalProperties": {"type": "integer"}},
    "rows": {"type": "array", "items": {"type": "object"}, "description": "In bulk: the answer to each row."},
}
PROBLEM_SCHEMA["properties"] |= _SIDES
KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "pattern": r"^[ -~]*[!#-~][ -~]*$", "maxLength": 255},
    OpenApiParameter.HEADER,
    description="Chosen by you, for instance a UUID. Sent again with the same body within 24 hours, the first answer "
    "comes again (Idempotency-Replayed: true) and nothing happens twice.",
)
MATCH = OpenApiParameter(
    "If-Match",
    {"type": "string", "pattern": r'^(\*|(W/)?"[!#-~]*"( *, *(W/)?"[!#-~]*")*)$'},
    OpenApiParameter.HEADER,
    description="The ETag you read; what stands before its point is the version. Or send `version` in the body.",
)
NOT_MODIFIED = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description="The ETag you hold; what has not changed is a 304."
)

#: A text that says something: what is only white space is as no text at all.
SAID = r"\S"
HXL = OpenApiParameter(
    "hxl", str, enum=["0", "1"], description="With csv and xlsx: 1 adds a row of HXL hashtags below the header."
)


def several(name: str, known: list[str], description: str) -> OpenApiParameter:
    """A parameter that takes names of a list, separated by commas."""
    schema = {"type": "array", "items": {"type": "string", "enum": known}, "minItems": 1}
    return OpenApiParameter(name, schema, explode=False, style="form", description=description)


class TrellisSchema(AutoSchema):
    """Adds what all views share, so that no view can forget it."""

    def get_override_parameters(self) -> list[Any]:
        common = [
            OpenApiParameter(
                "format",
                str,
                enum=getattr(self.view, "formats", None) or self._formats(),
                description="Form of the answer.",
            ),
        ]
        tables = {"csv", "xlsx"} & set(common[0].enum or ())
        listed = getattr(self.view, "queryset", None) is not None or getattr(self.view, "tagged", False)
        if self.method == "GET" and listed and tables:
            common.append(HXL)
        kind = getattr(self.view, "serializer_class", None)
        if kind is not None and issubclass(kind, FieldsMixin) and self.method != "DELETE":
            known = [name for name in kind().fields if name != "expanded"]
            common.append(several("fields", known, "Only these fields, separated by commas."))
            if names := list(expandable(self.view)):
                common.append(several("expand", names, "Related rows under `expanded`, separated by commas."))
            if self.method == "GET" and changes.parameters_of(self.view):
                common += changes.PARAMETERS
        if self.method == "GET":
            common.append(NOT_MODIFIED)
        if self.method == "POST" and getattr(self.view, "action", "") not in getattr(self.view, "unkeyed", ()):
            common.append(KEY)
        if self._changes():
            common.append(MATCH)
        return [*common, *super().get_override_parameters()]

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> Any:
        """What a body may not hold is said too; of an answer `fields` may leave out anything."""
        found = super()._map_basic_serializer(serializer, direction)
        strict = isinstance(serializer, StrictSerializer) or getattr(serializer, "strict", False)
        if direction == "request" and strict:
            found["additionalProperties"] = False
        if direction == "response" and isinstance(serializer, FieldsMixin):
            found.pop("required", None)
        return found

    def _map_serializer_field(self, field: Any, direction: Any, bypass_extensions: bool = False) -> Any:
        """Limits that Django REST framework keeps beside its validators."""
        found = super()._map_serializer_field(field, direction, bypass_extensions)
        if direction != "request" or not isinstance(found, dict):
            return found
        if isinstance(field, serializers.ListField | serializers.ListSerializer) and not field.allow_empty:
            found = {**found, "minItems": 1}
        if isinstance(field, serializers.CharField) and type(field) is serializers.CharField and not field.allow_blank:
            found = {**found, "pattern": SAID}
        return found

    def _formats(self) -> list[str]:
        return [str(renderer.format) for renderer in self.view.renderer_classes]

    def _changes(self) -> bool:
        """Does it change a row that stands, which must say what it saw?"""
        if not getattr(self.view, "versioned", False) or self.method not in ("POST", "PATCH"):
            return False
        detail = getattr(self.view, "detail", False)
        return bool(detail) and getattr(self.view, "action", "") not in getattr(self.view, "adding", ())

    def get_response_serializers(self) -> Any:
        """A create that is sent again is a 200 with what stands."""
        found = super().get_response_serializers()
        creates = getattr(self.view, "action", "") == "create" and getattr(self.view, "versioned", False)
        if getattr(self.view, "action", "") in getattr(self.view, "making", ()):
            return {201: found}
        return {200: found, 201: found} if creates and not isinstance(found, dict) else found

    def _get_request_for_media_type(self, serializer: Any, direction: Any = "request") -> Any:
        """Only a body whose fields are all optional may be left out; a choice of bodies or a text never."""
        schema, required = super()._get_request_for_media_type(serializer, direction)
        chosen = isinstance(serializer, PolymorphicProxySerializer) or not is_serializer(serializer)
        return schema, required or (schema is not None and chosen)

    def _more(self) -> dict[str, str]:
        if self.method not in ("POST", "PATCH", "DELETE"):
            return {"304": "If-None-Match holds what would be answered.", "412": "If-Match holds something else."}
        found = dict(_WRITING)
        if self.method == "POST":
            found |= _ONCE
        if self._changes():
            found |= _CHANGING
        return found

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        if "requestBody" in operation and isinstance(self.get_request_serializer(), PolymorphicProxySerializer):
            operation["requestBody"]["required"] = True
        problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        for status, description in {**_PROBLEMS, **self._more()}.items():
            told = {"description": description} if status == "304" else {"description": description, "content": problem}
            operation["responses"].setdefault(status, told)
        return operation


def add_problem(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Postprocessing hook: the component that every operation refers to."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
    return result
