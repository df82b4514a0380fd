"""`Idempotency-Key`: a POST that is sent again is answered again, and happens once.

The key is put down in the transaction of what it does. So a second request at the same time waits for the first, a
process killed in between leaves neither the effect nor the key, and an answer that is an error is not kept: the same
key may be sent again once the body is mended.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request

from scaling.rest.models import StoredAnswer
from scaling.rest.parsers import TooLarge, most_bytes

LONGEST = 255
#: Clients may rely on 24 hours.
KEPT_FOR = timedelta(hours=48)
#: Headers of an answer that belong to it.
KEPT_HEADERS = ("Content-Type", "Location", "Content-Disposition", "Retry-After", "Content-Language")
#: A second request waits so long for the first.
WAIT_SECONDS = 10


class OtherBody(APIException):
    status_code = 422

    def __init__(self) -> None:
        super().__init__(
            _("This Idempotency-Key stands for another request. Send the same one again, or take a new key.")
        )


class StillRunning(APIException):
    status_code = 409
    wait = 2

    def __init__(self) -> None:
        super().__init__(_("The first request with this Idempotency-Key is still running. Ask again in a moment."))


class Once:
    """Mixed into every view: a POST with an Idempotency-Key goes through `_once`."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        key = request.headers.get("Idempotency-Key")
        if request.method == "POST" and key is not None and hasattr(self, "post"):
            # The caller is known and may come in; what follows looks the handler up by its name.
            self.post: Any = partial(self._once, _checked(key), self.post)

    def _once(self, key: str, handler: Callable[..., Any], request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        fingerprint = fingerprint_of(request, most_bytes(self))
        with transaction.atomic():
            row = _taken(request.user, key, fingerprint)
            if row is None:
                return replay(StoredAnswer.objects.get(user_id=request.user.pk or 0, key=key), fingerprint)
            response: Any = handler(request, *args, **kwargs)
            response = self.finalize_response(request, response, *args, **kwargs)  # type: ignore[attr-defined]
            if hasattr(response, "render"):
                response.render()
            if response.status_code >= 400:
                transaction.set_rollback(True)
                return response  # type: ignore[no-any-return]
            row.status, row.body = response.status_code, bytes(response.content)
            row.headers = {name: response[name] for name in KEPT_HEADERS if response.has_header(name)}
            version = getattr(response, "row_version", None)
            if version is not None:
                row.headers["version"] = version
            row.save(update_fields=["status", "body", "headers"])
        return response  # type: ignore[no-any-return]


def once(view: type[Any]) -> type[Any]:
    """A view that keeps Idempotency-Keys."""
    members = {"__module__": view.__module__, "__doc__": view.__doc__, "__qualname__": view.__qualname__}
    return type(view.__name__, (Once, view), members)


def _checked(key: str) -> str:
    text = key.strip().strip('"').strip()
    if not text or len(text) > LONGEST or not (text.isascii() and text.isprintable()):
        raise ValidationError(
            {
                "Idempotency-Key": _("1 to %(longest)d printable ASCII characters are expected, for instance a UUID.")
                % {"longest": LONGEST}
            }
        )
    return text


def fingerprint_of(request: Request, most: int) -> str:
    """What makes two requests the same: method, address and body."""
    declared = request.META.get("CONTENT_LENGTH") or "0"
    if declared.isdigit() and int(declared) > most:
        raise TooLarge(most)
    http = request._request
    body = http._body if hasattr(http, "_body") else _all_of(http, most)  # type: ignore[attr-defined]
    parts = (request.method or "", request.get_full_path(), request.headers.get("If-Match", ""))
    return hashlib.sha256("\n".join(parts).encode() + b"\n" + body).hexdigest()


def _all_of(http: Any, most: int) -> bytes:
    """The body, kept for the parser; Django's own limit is for forms."""
    body: bytes = http.read(most + 1)
    if len(body) > most:
        raise TooLarge(most)
    http._body = body
    return body


def _taken(user: Any, key: str, fingerprint: str) -> StoredAnswer | None:
    """A new row for the key; None when it is there already. Waits while another transaction writes it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{WAIT_SECONDS}s"])
    try:
        with transaction.atomic():
            found = StoredAnswer.objects.bulk_create(
                [StoredAnswer(user=user, key=key, fingerprint=fingerprint)], ignore_conflicts=True
            )
    except Exception as error:
        if getattr(error.__cause__, "pgcode", "") == "55P03":
            raise StillRunning from None
        raise
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', '0', true)")
    row = StoredAnswer.objects.filter(user=user, key=key, token=found[0].token).first()
    return row


def replay(row: StoredAnswer, fingerprint: str) -> HttpResponse:
    """The answer of the first time."""
    if row.fingerprint != fingerprint:
        raise OtherBody
    headers = dict(row.headers)
    version = headers.pop("version", None)
    response = HttpResponse(bytes(row.body), status=row.status, headers=headers)
    response["Idempotency-Replayed"] = "true"
    if version is not None:
        response.row_version = version  # type: ignore[attr-defined]
    return response


def forget_old() -> int:
    """Delete answers that no client will ask for again."""
    return StoredAnswer.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()[0]
