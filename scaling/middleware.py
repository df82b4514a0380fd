"""What happens before any page: probes are answered, and what no honest request contains is refused."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from django.http import HttpRequest, HttpResponse

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


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
