"""P1: server time of the dashboard pages against the smallest signed-in page (settings), in one run on one stack."""

from __future__ import annotations

import os
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scaling.settings")

import django

django.setup()

from django.test import Client  # noqa: E402

from accounts.models import User  # noqa: E402
from scaling.dashboards import registry  # noqa: E402

QUESTIONS = tuple(registry.pages())
ROUNDS = 60
FLOOR = "/account/settings/"
PAGES = ("/", "/programmes/PCDP/", *(f"/questions/{name}/?programme=DEMO-HILLS" for name in QUESTIONS))


def times(client: Client, url: str) -> float:
    """Median seconds of one request."""
    measured = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        assert client.get(url).status_code == 200
        measured.append(time.perf_counter() - start)
    return statistics.median(measured)


def main() -> None:
    client = Client()
    client.force_login(User.objects.get(email="manager@trellis.example"))
    for url in (FLOOR, *PAGES):
        client.get(url)  # warm
    floor = times(client, FLOOR)
    sys.stdout.write(f"floor {FLOOR}: {floor * 1000:.1f} ms, median of {ROUNDS}\n")
    for url in PAGES:
        median = times(client, url)
        sys.stdout.write(f"{url}: {median * 1000:.1f} ms, {median / floor:.2f} times the floor (target 4)\n")


if __name__ == "__main__":
    main()
