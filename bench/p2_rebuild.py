"""P2: all cells and federation totals computed again, against one hand-written SQL aggregate over the same returns in
one process; and the memory that the process took.

./dev bench p2 [--organizations N]
"""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scaling.settings")

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from bench.portfolio import of_size, say, seconds, wanted  # noqa: E402
from indicators.models import Round  # noqa: E402
from scaling import alerts, readers, register_rollups  # noqa: E402
from scaling.models import Cell, FederationTotal, RoundLayout  # noqa: E402
from scaling.register_sql import drain  # noqa: E402

#: Members, women, youth, poorest and counts by round, place, kind and tier.
FLOOR = """
SELECT r.round_id, o.place_id, o.kind, o.tier, count(*), count(r.values -> 'OP-06'),
       sum((r.values -> 'OP-06')::int), sum((r.values -> 'OP-06.women')::int),
       sum((r.values -> 'OP-06.youth')::int), sum((r.values -> 'OP-06.poorest')::int)
FROM indicators_return r JOIN organizations_organization o ON o.id = r.organization_id
WHERE r.state = 'approved' AND o.code LIKE %s
GROUP BY r.round_id, o.place_id, o.kind, o.tier
"""


def main() -> None:
    with of_size(wanted()) as prefix, connection.cursor() as cursor:
        cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        cursor.execute("SET LOCAL work_mem = '64MB'")
        rounds = list(Round.objects.filter(programme__code__startswith=f"SYN-{wanted()}-").exclude(status="planned"))

        def aggregate() -> int:
            cursor.execute(FLOOR, [f"{prefix}%"])
            return len(cursor.fetchall())

        def rebuild() -> None:
            for programme in sorted({one.programme_id for one in rounds}):
                rows = [register_rollups.round_row(one) for one in rounds if one.programme_id == programme]
                work = drain.Work(programme, frozenset(row.pk for row in rows), {})
                with transaction.atomic():
                    drain.recompute(work, readers.in_order(rows))

        def look() -> None:
            for programme in sorted({one.programme_id for one in rounds}):
                with transaction.atomic():
                    alerts.watch(programme, alerts.last_round(programme))

        cursor.execute(
            """SELECT count(*) FROM indicators_return r JOIN organizations_organization o ON o.id = r.organization_id
               WHERE r.state = 'approved' AND o.code LIKE %s""",
            [f"{prefix}%"],
        )
        (returns,) = cursor.fetchone()
        groups = aggregate()  # warm
        floor = seconds(aggregate)
        say(f"floor: {returns:,} approved returns into {groups:,} groups in {floor:.2f} s, median of 3")
        rebuilt = seconds(rebuild, times=1)
        paths = {path for layout in RoundLayout.objects.filter(round__in=rounds) for path in layout.paths}
        say(
            f"rebuild: {len(rounds)} rounds, {Cell.objects.filter(round__in=rounds).count():,} cells and "
            f"{FederationTotal.objects.filter(round__in=rounds).count():,} totals of federations with "
            f"{len(paths)} components and 16 histograms in {rebuilt:.2f} s, {rebuilt / floor:.1f} times the floor "
            f"(target 3)"
        )
        say(f"alerts of all: {seconds(look, times=1):.2f} s")
        say(f"the process took {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most")


if __name__ == "__main__":
    main()
