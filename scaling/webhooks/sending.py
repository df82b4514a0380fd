"""One HTTP request to an address that was checked: no other address, no redirects, no endless answers."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import urllib3
from django.utils.translation import gettext as _
from urllib3.connection import HTTPConnection, HTTPSConnection

from scaling.webhooks import addresses
from scaling.webhooks.addresses import NotAllowed, Target

CONNECT_SECONDS = 5
#: From the first byte to the last, however slowly they drip.
ALL_SECONDS = 15
#: So much of an answer is read and kept.
KEPT_BYTES = 1024


@dataclass(frozen=True)
class Answer:
    """What came back. No status: nothing did, and `problem` says why."""

    milliseconds: int
    status: int | None = None
    text: str = ""
    problem: str = ""

    @property
    def is_good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def send(url: str, body: bytes, headers: dict[str, str]) -> Answer:
    """POST `body`. Never raises for what the other side does."""
    start = time.monotonic()

    def took() -> int:
        return round((time.monotonic() - start) * 1000)

    try:
        target = addresses.check(url)
        status, text = _post(target, body, headers)
    except NotAllowed as error:
        return Answer(took(), problem=str(error)[:300])
    except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        late = took() >= ALL_SECONDS * 1000
        problem = _("No answer within %(n)d seconds.") % {"n": ALL_SECONDS} if late else _in_words(error)
        return Answer(took(), problem=problem[:300])
    return Answer(took(), status, text)


def _in_words(error: Exception) -> str:
    if isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
        return _("The certificate does not hold: %(why)s") % {"why": error}
    refused = isinstance(error, urllib3.exceptions.NewConnectionError)
    if not refused and isinstance(error, TimeoutError | urllib3.exceptions.TimeoutError):
        return _("No answer within %(n)d seconds.") % {"n": ALL_SECONDS}
    return _("No connection: %(why)s") % {"why": error}


def _connection(target: Target) -> Any:
    """To the numeric address that was checked; the certificate is held against the name."""
    if target.scheme == "http":
        return HTTPConnection(target.addresses[0], target.port, timeout=CONNECT_SECONDS)
    return HTTPSConnection(
        target.addresses[0],
        target.port,
        timeout=CONNECT_SECONDS,
        server_hostname=target.host,
        assert_hostname=target.host,
        ssl_context=ssl.create_default_context(),
    )


def _post(target: Target, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    connection = _connection(target)

    def cut() -> None:
        if connection.sock is not None:
            with suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(ALL_SECONDS, cut)
    timer.daemon = True
    timer.start()
    try:
        connection.connect()
        connection.sock.settimeout(ALL_SECONDS)
        named = {**headers, "Host": target.authority, "Accept-Encoding": "identity", "Connection": "close"}
        connection.request("POST", target.path, body=body, headers=named, preload_content=False, decode_content=False)
        answer = connection.getresponse()
        raw = answer.read(KEPT_BYTES, decode_content=False)
        return int(answer.status), raw.decode("utf-8", "replace").replace("\0", "\ufffd")
    finally:
        timer.cancel()
        connection.close()
