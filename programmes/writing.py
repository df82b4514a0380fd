"""What all resources that are written through the API share: strict bodies, codes inside the scope, versions.

A change of a row that stands names the version its writer saw, by `If-Match` or `version`: without it 428, with an old
one 412 or 409, and the answer holds both sides. The operations are those that the pages call.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers, status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

#: Longer than any code.
LONGEST_CODE = 100
_TAG = re.compile(r'\s*(?:W/)?"([^"]*)"\s*(?:,|$)')


# --- refusals --------------------------------------------------------------------------------------------------------
class Conflict(APIException):
    """Something else stands there: both sides, for the client to choose."""

    status_code: int = status.HTTP_409_CONFLICT

    def __init__(self, detail: str, **sides: Any) -> None:
        super().__init__(detail)
        #: Further members of the problem document.
        self.members = sides


class PreconditionFailed(Conflict):
    status_code = status.HTTP_412_PRECONDITION_FAILED


class PreconditionRequired(APIException):
    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_detail = gettext_lazy(
        "Say which version you saw: send its ETag as If-Match, or its “version” in the body. Read it again first."
    )


@contextmanager
def renamed(names: Mapping[str, str]) -> Iterator[None]:
    """Errors of an operation at the fields of the body: `names` maps its words to theirs."""
    try:
        yield
    except DjangoValidationError as error:
        if not hasattr(error, "error_dict"):
            raise
        raise DjangoValidationError({names.get(key, key): found for key, found in error.error_dict.items()}) from error


# --- versions --------------------------------------------------------------------------------------------------------
def version_of(row: models.Model) -> str:
    """What tells one state of a row from another: its own version, or a digest of what is stored of it."""
    number = getattr(row, "version", None)
    if number is not None:
        return str(number)
    stored = [getattr(row, field.attname) for field in row._meta.concrete_fields if not field.generated]
    return hashlib.sha256(repr(stored).encode()).hexdigest()[:16]


def versions_in(header: str) -> set[str]:
    """The versions that an If-Match header names: what stands in its tags before the point. 400 when it has none."""
    tags = _TAG.findall(header)
    if not tags or _TAG.sub("", header).strip():
        raise ValidationError({"If-Match": _('One or more ETags in quotation marks are expected, as in "3.5d41402a".')})
    return {tag.partition(".")[0] for tag in tags}


def check_version(request: Request, row: models.Model, version: str | None, stored: Callable[[], Any]) -> None:
    """Raises when the request did not see the row as it stands (`stored` tells how it is represented)."""
    now, header = version_of(row), request.headers.get("If-Match")
    if header is None and version is None:
        raise PreconditionRequired
    if header is not None and header.strip() != "*" and now not in versions_in(header):
        raise PreconditionFailed(
            _("Somebody changed it since you read it; compare both versions and send it again."),
            yours={"if_match": header[:200], **_sent(request)},
            stored=stored(),
        )
    if version is not None and version != now:
        raise Conflict(
            _("Somebody changed it since you read it; compare both versions and send it again."),
            yours=_sent(request),
            stored=stored(),
        )


def _sent(request: Request) -> dict[str, Any]:
    return dict(request.data) if isinstance(request.data, Mapping) else {}


@extend_schema_field({"type": ["string", "integer"]})
class VersionField(serializers.Field[Any, Any, Any, Any]):
    """A version as it was read: a number, or a short text where the row has none."""

    def to_internal_value(self, data: Any) -> str:
        if isinstance(data, bool) or not isinstance(data, int | str) or len(str(data)) > 40:
            raise ValidationError(_("The version that you read is expected."))
        return str(data)

    def to_representation(self, value: Any) -> Any:
        return value


# --- bodies ----------------------------------------------------------------------------------------------------------
class StrictSerializer(serializers.Serializer[Any]):
    """Reads the types; the operation checks the values. An unknown field is refused, not ignored."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = sorted(str(name)[:60] for name in set(data) - set(self.fields))
            if unknown:
                text = _("Unknown field. Known: %(known)s.") % {"known": ", ".join(self.fields)}
                raise ValidationError(dict.fromkeys(unknown, text))
        return super().to_internal_value(data)


class ChangeSerializer(StrictSerializer):
    """A change of a row that stands."""

    version = VersionField(required=False, help_text="The version you read; or send its ETag as If-Match.")


@extend_schema_field({"type": "string", "maxLength": LONGEST_CODE, "pattern": r"\S"})
class Code(serializers.Field[Any, Any, Any, Any]):
    """The code of a row that the person may see; becomes the row. What is outside the scope is as unknown as any.

    In bulk all codes are looked up together first (`look_up`).
    """

    def __init__(self, model: type[models.Model], *, select: tuple[str, ...] = (), **kwargs: Any) -> None:
        self.model, self.select = model, select
        super().__init__(**kwargs)

    def __deepcopy__(self, memo: Any) -> Code:
        return type(self)(self.model, **self._kwargs)  # type: ignore[attr-defined]

    def find(self, texts: set[str]) -> dict[str, models.Model]:
        rows = self.model._default_manager.visible_to(self.context["request"].user)  # type: ignore[attr-defined]
        found = rows.filter(code__in=texts).select_related(*self.select) if self.select else rows.filter(code__in=texts)
        return {row.code: row for row in found}

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str) or not data.strip() or len(data) > LONGEST_CODE:
            raise ValidationError(
                _("A code is expected: a text of at most %(longest)d characters.") % {"longest": LONGEST_CODE}
            )
        text = data.strip()
        known = self.context.get("codes", {}).get((self.model, self.select))
        row = (known if known is not None else self.find({text})).get(text)
        if row is None:
            raise ValidationError(_("There is no “%(code)s” that you may see.") % {"code": text[:60]})
        return row

    def to_representation(self, value: Any) -> str:
        return str(value.code)


class Choice(serializers.ChoiceField):
    """One of a list, which is told to who sends something else."""

    def to_internal_value(self, data: Any) -> Any:
        try:
            return super().to_internal_value(data)
        except ValidationError:
            known = ", ".join(str(one) for one in self.choices)
            raise ValidationError(_("One of these is expected: %(known)s.") % {"known": known}) from None


def look_up(kind: type[StrictSerializer], rows: list[Any], request: Any) -> dict[Any, dict[str, models.Model]]:
    """All rows that the codes in many bodies name, one query for each model."""
    asked: dict[tuple[Any, tuple[str, ...]], tuple[Code, set[str]]] = {}
    for name, field in kind(context={"request": request}).fields.items():
        if not isinstance(field, Code):
            continue
        texts = asked.setdefault((field.model, field.select), (field, set()))[1]
        for row in rows:
            value = row.get(name) if isinstance(row, Mapping) else None
            if isinstance(value, str) and len(value) <= LONGEST_CODE and "\0" not in value:
                texts.add(value.strip())
    return {key: field.find(texts) for key, (field, texts) in asked.items()}


@extend_schema_field({"type": ["number", "string"], "pattern": r"^\s*[+-]?\d+(\.\d+)?\s*$"})
class Number(serializers.DecimalField):
    """A JSON number, or a text of digits that keeps all of them."""


def number(**kwargs: Any) -> serializers.DecimalField:
    """A number of any length; the operation says what is too long."""
    return Number(max_digits=None, decimal_places=None, **kwargs)


# --- views -----------------------------------------------------------------------------------------------------------
def may_change(request: Any) -> bool:
    """A token that may only read changes nothing, whatever its owner may do."""
    return bool(getattr(request.auth, "can_write", True))


def told_actions(view: Any, row: Any) -> list[str]:
    """What the caller may do with a row, for `allowed_actions`."""
    if view is None or not hasattr(view, "actions_on") or not may_change(view.request):
        return []
    return list(view.actions_on(row))


@extend_schema_field({"type": "array", "items": {"type": "string"}})
class AllowedActions(serializers.Field[Any, Any, Any, Any]):
    """Names of what the caller may do with the row now: `update`, or the last part of an action's address."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "read_only": True, "source": "*"})

    def to_representation(self, value: Any) -> list[str]:
        return told_actions(self.context.get("view"), value)


@extend_schema_field({"type": "string"})
class RowVersion(serializers.Field[Any, Any, Any, Any]):
    """The version of a row that has no number."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "read_only": True, "source": "*"})

    def to_representation(self, value: Any) -> str:
        return version_of(value)


class WritesMixin:
    """Helpers of viewsets that write. `actions_on(row)` names what the caller may do with a row."""

    request: Any
    #: Says to the schema that changes need a version.
    versioned = True

    def read(self, kind: type[StrictSerializer]) -> dict[str, Any]:
        """The body, or a 400 that names each field that does not fit."""
        found = kind(data=self.request.data, context={"request": self.request})
        found.is_valid(raise_exception=True)
        return dict(found.validated_data)

    def told(self, pk: Any) -> Any:
        """A row as it is represented to the caller now; what they may no longer see is empty."""
        row = self.get_queryset().filter(pk=pk).first()  # type: ignore[attr-defined]
        return self.get_serializer(row).data if row is not None else {}  # type: ignore[attr-defined]

    def answer(self, row: models.Model, code: int = status.HTTP_200_OK) -> Response:
        """The representation of a written row, with its version for the ETag and, where it is new, its address."""
        response = Response(self.told(row.pk), status=code)
        now = type(row)._default_manager.filter(pk=row.pk).first()
        if now is not None:
            response.row_version = version_of(now)  # type: ignore[attr-defined]
        if code == status.HTTP_201_CREATED:
            name = getattr(row, getattr(self, "lookup_field", "pk"))
            url: str = self.reverse_action("detail", args=[name])  # type: ignore[attr-defined]
            response["Location"] = url
        return response

    def repeated(self, row: models.Model, same: bool) -> Response:
        """A create of what is there already: the same again is answered with what stands, anything else is a 409."""
        if same:
            return self.answer(row)
        raise Conflict(
            _("This exists already with other values; change it instead of creating it again."),
            yours=_sent(self.request),
            stored=self.told(row.pk),
        )

    def change(
        self,
        kind: type[ChangeSerializer],
        operation: Callable[..., Any],
        *,
        names: Mapping[str, str] | None = None,
    ) -> Response:
        """An operation on the row of the address: `operation(row, **body)`, if the version that was seen stands.

        Where it makes another row (a revision), that one is answered.
        """
        found = self.get_object()  # type: ignore[attr-defined]
        data = self.read(kind)
        version = data.pop("version", None)
        with transaction.atomic():
            rows = type(found)._default_manager.select_for_update(of=("self",))
            check_version(self.request, rows.get(pk=found.pk), version, lambda: self.told(found.pk))
            with renamed(names or {}):
                done = operation(found, **data)
        if isinstance(done, type(found)) and done.pk != found.pk:
            return self.answer(done, status.HTTP_201_CREATED)
        return self.answer(found)
