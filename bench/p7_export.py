"""P7: all returns as CSV through the API against `COPY … TO STDOUT` of the same query: speed, first byte, memory; on a
portfolio of the wanted size.

    ./dev bench p7 [--organizations N]
"""

from __future__ import annotations

import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scaling.settings")

import django

django.setup()

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from rest_framework.request import Request  # noqa: E402
from rest_framework.test import APIRequestFactory, force_authenticate  # noqa: E402

from accounts.models import User  # noqa: E402
from bench.portfolio import asking, of_size, say, wanted  # noqa: E402
from scaling.exports import writing  # noqa: E402
from scaling.exports.api import VIEWSETS  # noqa: E402
from scaling.exports.copying import csv_query, json_query  # noqa: E402

TIMES = 3


class Sink:
    """Counts what is written and keeps nothing."""

    def __init__(self) -> None:
        self.size = self.rows = 0

    def write(self, data: bytes) -> int:
        self.size += len(data)
        self.rows += 1
        return len(data)


def peak() -> float:
    """Megabytes that this process has used at most so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def floor(name: str, kind: str) -> tuple[float, Sink]:
    """COPY of the query that the export runs, into nothing."""
    http = APIRequestFactory().get("/")
    force_authenticate(http, User.objects.get(email="administrator@trellis.example"))
    request = Request(http)
    request.user = http._force_auth_user  # type: ignore[attr-defined]
    table = writing.table(VIEWSETS, request, name, kind)
    sql, sink = csv_query(table) if kind == "csv" else json_query(table), Sink()
    begun = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.copy_expert(sql, sink)
    return time.perf_counter() - begun, sink


def through_the_api(client: Client, name: str, kind: str, **headers: str) -> tuple[float, float, int]:
    """Seconds in all and until the first byte, and bytes."""
    begun = time.perf_counter()
    answer: Any = client.get(f"/api/v1/exports/{name}.{kind}", headers=headers)
    assert answer.status_code == 200, answer.content
    first, size = 0.0, 0
    for block in answer.streaming_content:
        first = first or time.perf_counter() - begun
        size += len(block)
    return time.perf_counter() - begun, first, size


def main() -> None:
    with of_size(wanted()):
        client = asking()
        through_the_api(client, "partners", "csv")
        say("export; rows; MB; seconds; COPY alone; % of its speed (target 30); first byte ms (target 1000); peak MB +")
        for name, kind in (
            ("returns", "csv"),
            ("returns-long", "csv"),
            ("returns", "ndjson"),
            ("organizations", "csv"),
        ):
            before = peak()
            ours = min(through_the_api(client, name, kind) for _ in range(TIMES))
            grown = peak() - before
            alone, sink = min((floor(name, kind) for _ in range(TIMES)), key=lambda one: one[0])
            say(
                f"{name}.{kind}; {sink.rows}; {ours[2] / 1e6:.1f}; {ours[0]:.2f}; {alone:.2f}; "
                f"{100 * alone / ours[0]:.0f}; {ours[1] * 1000:.0f}; {grown:.1f}"
            )
        zipped = through_the_api(client, "returns", "csv", accept_encoding="gzip")
        say(f"returns.csv gzipped: {zipped[2] / 1e6:.1f} MB in {zipped[0]:.2f} s, first byte {zipped[1] * 1000:.0f} ms")


if __name__ == "__main__":
    main()
