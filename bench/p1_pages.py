"""P1 and the HTML part of P8: server time, queries and weight of the dashboard pages against the smallest page of
somebody signed in (settings), in one run on one stack; over portfolios of several sizes where they are loaded.

./dev bench p1 [--organizations N]   (the demonstration and every synthetic portfolio of 10k, 100k and 1M that is there)
"""

from __future__ import annotations

import gzip
import os
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scaling.settings")

import django

django.setup()

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from accounts.models import User  # noqa: E402
from bench.portfolio import say  # noqa: E402
from programmes.models import Programme  # noqa: E402
from scaling.dashboards import registry  # noqa: E402

ROUNDS = 9
FLOOR = "/account/settings/"
SIZES = (10_000, 100_000, 1_000_000)


def times(client: Client, url: str) -> list[float]:
    """Seconds of each request, warm."""
    client.get(url)
    measured = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        answer = client.get(url)
        measured.append(time.perf_counter() - start)
        assert answer.status_code == 200, f"{url}: {answer.status_code}"
    return sorted(measured)


def main() -> None:
    client = Client()
    client.force_login(User.objects.get(email="administrator@trellis.example"))
    floor = times(client, FLOOR)
    least = statistics.median(floor)
    say(f"floor {FLOOR}: median {least * 1000:.1f} ms of {ROUNDS}")
    codes = ["DEMO-HILLS", *(f"SYN-{size}-1" for size in SIZES)]
    there = set(Programme.objects.filter(code__in=codes).values_list("code", flat=True))
    pages = [entry.url for entry in registry.pages().values()]
    say("page; programme; median ms; times the floor (target 4); most; queries; gzipped kB of HTML")
    for page in pages:
        for code in codes:
            if code not in there:
                continue
            url = f"/programmes/{code}/" if page == "/programmes/" else f"{page}?programme={code}"
            try:
                found = times(client, url)
            except AssertionError as refused:
                say(f"{page}; {code}; refused: {refused}")
                continue
            with CaptureQueriesContext(connection) as queries:
                answer = client.get(url)
            median = statistics.median(found)
            say(
                f"{page}; {code}; {median * 1000:.0f}; {median / least:.1f}; {found[-1] * 1000:.0f}; {len(queries)}; "
                f"{len(gzip.compress(answer.content)) / 1024:.1f}"
            )


if __name__ == "__main__":
    main()
