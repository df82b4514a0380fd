"""P6: pages of 100 of the list of returns and of organizations, the first against one far down, and the JSON of a page
against `values()` and json by hand; on a portfolio of the wanted size.

    ./dev bench p6 [--organizations N]
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scaling.settings")

import django

django.setup()

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from bench.portfolio import asking, of_size, say, seconds, wanted  # noqa: E402
from indicators.models import Return  # noqa: E402
from organizations.models import Organization  # noqa: E402
from scaling.rest import keyset  # noqa: E402

TIMES = 31
PAGE = 100
#: The page that is far down, or the last whole one where there are fewer.
DEEP = 10_000
BY_HAND = (
    "id", "organization__code", "round__code", "state", "version", "method", "values", "null_reasons", "evidence",
    "confirmed", "incomplete", "reported", "correction_code", "correction_reason", "submitted_at", "approved_at",
)  # fmt: skip


def page(client: Client, url: str) -> Any:
    answer = client.get(url)
    assert answer.status_code == 200, answer.content
    return answer


def compare(client: Client, name: str, rows: Any, ordering: tuple[str, ...]) -> None:
    total = rows.count()
    number = min(DEEP, total // PAGE)
    columns = keyset.columns_of(rows.model, ordering)
    before = keyset.ordered(rows, columns, False)[(number - 1) * PAGE - 1]
    first = f"/api/v1/{name}/?page_size={PAGE}"
    deep = f"{first}&cursor={keyset.write(columns, before, False)}"
    page(client, first), page(client, deep)
    one, far = (seconds(lambda url=url: page(client, url), TIMES) for url in (first, deep))
    with CaptureQueriesContext(connection) as queries:
        page(client, deep)
    sql = " ".join(query["sql"] for query in queries)
    say(
        f"{name}: {total} rows; page 1 {one * 1000:.1f} ms, page {number} {far * 1000:.1f} ms, {far / one:.2f} times "
        f"(target 1.2); {len(queries)} queries, counting {'COUNT(' in sql}, skipping {'OFFSET' in sql}"
    )


def by_hand() -> bytes:
    rows = Return.objects.order_by("pk").values(*BY_HAND)[:PAGE]
    return json.dumps(list(rows), default=str).encode()


def main() -> None:
    with of_size(wanted()):
        client = asking()
        compare(client, "organizations", Organization.objects.all(), ("code",))
        compare(client, "returns", Return.objects.all(), ("pk",))
        hand = seconds(by_hand, TIMES)
        for query in ("", "&fields=" + ",".join(name.removesuffix("__code") for name in BY_HAND)):
            ours = seconds(lambda query=query: page(client, f"/api/v1/returns/?page_size={PAGE}{query}"), TIMES)
            say(
                f"JSON of a page of returns{' with the fields of the floor' if query else ''}: {ours * 1000:.1f} ms, "
                f"values() and json {hand * 1000:.1f} ms, {ours / hand:.1f} times (target 3, the whole request counted)"
            )


if __name__ == "__main__":
    main()
