"""Errors as problem documents (RFC 9457), each with a sentence and, for bad input, the fields it is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, RequestDataTooBig, ValidationError
from django.http import Http404, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.views import set_rollback

from scaling.rest.parsers import TooLarge
from scaling.rest.renderers import ExactEncoder

PROBLEM = "application/problem+json"


def _titles() -> dict[int, str]:
    return {
        400: _("Bad request"),
        401: _("Sign in first"),
        403: _("Not allowed"),
        404: _("Not found"),
        405: _("Method not allowed"),
        406: _("Format not available"),
        409: _("Conflict"),
        412: _("Changed meanwhile"),
        413: _("Too large"),
        415: _("Media type not understood"),
        422: _("Not possible"),
        428: _("Version missing"),
        429: _("Too many requests"),
    }


def _as_api_exception(error: Exception) -> exceptions.APIException | None:
    if isinstance(error, exceptions.APIException):
        return error
    if isinstance(error, Http404):
        return exceptions.NotFound(_("There is nothing at this address, or it is outside what you may see."))
    if isinstance(error, RequestDataTooBig):
        return TooLarge(settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0)
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied(str(error) or None)
    if isinstance(error, ValidationError):
        fields = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        return exceptions.ValidationError(fields)
    return None


def _errors(detail: Any, path: str = "") -> list[dict[str, str]]:
    """A flat list of {field, detail} from DRF's nested lists and dicts."""
    if isinstance(detail, Mapping):
        return [
            found
            for key, value in detail.items()
            for found in _errors(value, f"{path}.{key}" if path and key != "" else str(key) or path)
        ]
    if isinstance(detail, list):
        return [found for value in detail for found in _errors(value, path)]
    nowhere = path in ("non_field_errors", NON_FIELD_ERRORS)
    return [{"field": "" if nowhere else path, "detail": str(detail)}]


def handler(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """DRF's exception handler; None lets a programming error end in the 500 page and the log."""
    problem = _as_api_exception(error)
    if problem is None:
        return None
    set_rollback()
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": _titles().get(problem.status_code, _("Bad request")),
        "status": problem.status_code,
    }
    if isinstance(problem.detail, list | dict):
        errors = _errors(problem.detail)
        body["errors"] = errors
        body["detail"] = " ".join(
            f"{found['field']}: {found['detail']}" if found["field"] else found["detail"] for found in errors
        )
    else:
        body["detail"] = str(problem.detail)
    body.update(getattr(problem, "members", {}))
    response = JsonResponse(body, status=problem.status_code, content_type=PROBLEM, encoder=ExactEncoder)
    challenge = getattr(problem, "auth_header", None)
    if challenge:
        response["WWW-Authenticate"] = challenge
    wait = getattr(problem, "wait", None)
    if wait is not None:
        response["Retry-After"] = f"{int(wait) + 1}"
    return response
