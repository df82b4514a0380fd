"""P2: all figures computed again, against one hand-written SQL aggregate over the same returns in one process.

./dev bench p2 [--organizations N]
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scaling.settings")

import django

django.setup()

from django.db import connection  # noqa: E402

from bench.portfolio import of_size, say, seconds, wanted  # noqa: E402
from scaling import rebuilds  # noqa: E402
from scaling.models import Cell  # noqa: E402

#: Members, women, youth, poorest and counts by round, place, kind and tier.
FLOOR = """
SELECT r.round_id, o.place_id, o.kind, o.tier, count(*), count(r.values -> 'OP-06'),
       sum((r.values -> 'OP-06')::int), sum((r.values -> 'OP-06.women')::int),
       sum((r.values -> 'OP-06.youth')::int), sum((r.values -> 'OP-06.poorest')::int)
FROM indicators_return r JOIN organizations_organization o ON o.id = r.organization_id
WHERE r.state = 'approved'
GROUP BY r.round_id, o.place_id, o.kind, o.tier
"""


def aggregate() -> int:
    with connection.cursor() as cursor:
        cursor.execute(FLOOR)
        return len(cursor.fetchall())


def rebuild() -> int:
    return rebuilds.run(rebuilds.start(by=None).pk)


def main() -> None:
    with of_size(wanted()), connection.cursor() as cursor:
        cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute("SELECT count(*) FROM indicators_return WHERE state = 'approved'")
        (returns,) = cursor.fetchone()
        groups = aggregate()  # warm
        floor = seconds(aggregate)
        say(f"floor: {returns:,} approved returns into {groups:,} groups in {floor:.2f} s, median of 3")
        scopes = rebuild()
        rebuilt = seconds(rebuild, times=1)
        cells = Cell.objects.count()
        say(
            f"rebuild: {scopes} scopes, {cells:,} cells of rounds in {rebuilt:.2f} s, "
            f"{rebuilt / floor:.2f} times the floor (target 3)"
        )
        if not cells:
            say("No cells of rounds were made: it computed phases only, so the ratio says nothing of P2.")


if __name__ == "__main__":
    main()
