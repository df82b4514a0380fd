"""Error pages for people and problem documents (RFC 9457) for programs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _


def wants_problem(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def answer(request: HttpRequest, status: int, title: str, detail: str, **more: Any) -> HttpResponse:
    """One error, in the form the asker reads."""
    if wants_problem(request):
        body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
        return JsonResponse(body, status=status, content_type="application/problem+json")
    return render(request, "errors/error.html", {"status": status, "title": title, "detail": detail}, status=status)


def bad_bytes(request: HttpRequest) -> HttpResponse:
    return answer(
        request, 400, _("Bad request"), _("The address contains bytes that are not text (UTF-8 without NUL).")
    )


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return answer(request, 400, _("Bad request"), _("The request could not be understood. Go back and try again."))


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return answer(request, 403, _("Not allowed"), str(exception or "") or _("Your role does not allow this here."))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return answer(
        request, 404, _("Not found"), _("There is nothing at this address, or it is outside what you may see.")
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """Needs neither the database nor a signed-in person: either may be what broke."""
    title, detail = _("Something broke here"), _("The error has been logged. Nothing you saved before is lost.")
    if wants_problem(request):
        return answer(request, 500, title, detail)
    return HttpResponse(render_to_string("500.html"), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return answer(
        request,
        403,
        _("The form was too old"),
        _("For your safety a form is valid only in the session it was opened in. Reload the page and send it again."),
    )
