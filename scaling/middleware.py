"""What happens before any page: probes are answered, and what no honest request contains is refused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import gettext as _

from scaling import errors, health


class ProbeMiddleware:
    """Answers /healthz and /readyz before anything asks for a host name, HTTPS or a session.

    What watches a container calls it by its address: the name of the site in ALLOWED_HOSTS says nothing to it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        probe = health.PROBES.get(request.path_info)
        return probe(request) if probe else self.get_response(request)


class BadBytesMiddleware:
    """NUL bytes and broken UTF-8 in an address or its query end in a 400 with a sentence.

    PostgreSQL cannot store NUL, and a query parameter that is not UTF-8 would be silently read as something else.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        query = unquote_to_bytes(request.META.get("QUERY_STRING", ""))
        # Django writes broken bytes of a path out as %FF, which no address matches; only NUL would pass.
        if b"\0" in query or "\0" in request.path or not _is_utf8(query):
            return errors.bad_bytes(request)
        return self.get_response(request)


class ApiVersionMiddleware:
    """Every answer of the API has an ETag: whoever holds it already gets a 304.

    The tag is of what is answered; before the point it names the version of the row, which is what a change is held
    against (programmes/writing.py): another language or other `fields` are no other version.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path.startswith("/api/") or response.streaming or response.status_code not in (200, 201):
            return response
        digest = hashlib.sha256(response.content).hexdigest()[:16]
        version = getattr(response, "row_version", None)
        if not response.has_header("ETag"):
            response["ETag"] = f'"{version}.{digest}"' if version is not None else f'"{digest}"'
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-cache"
        patch_vary_headers(response, ["Authorization"])
        if request.method not in ("GET", "HEAD"):
            return response
        found = get_conditional_response(request, etag=response["ETag"], response=response) or response
        if found.status_code == 412:
            return errors.answer(
                request, 412, _("Changed meanwhile"), _("What is here is no longer what If-Match asks for.")
            )
        return found


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
