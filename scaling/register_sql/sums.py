"""From `s_org` to sums by position, and from positions to cells, places above them and federations.

Everything is summed from positions, each of which stands below an apex once whatever the number of ways up.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from scaling.metrics.stored import Flat
from scaling.models import Position
from scaling.register_sql import bars
from scaling.register_sql.columns import Column, columns
from scaling.register_sql.facts import NUMBERS, WHOLE
from scaling.register_sql.staging import Stage
from scaling.register_sql.store import flat_of
from scaling.register_sql.tables import fetch, run, table

#: Place, kind and tier; cohort, direct apexes and an apex's own id.
CellKey = tuple[int, str, str]
PositionKey = tuple[str, tuple[int, ...], int]
_SETS = "GROUPING SETS ((kind, tier), (kind), (tier), ())"
_KEY = "place_id, kind, tier, within, cohort"
# Kind and tier are empty where all of them are meant.
_ALL = "COALESCE(kind, '') AS kind, COALESCE(tier, '') AS tier"
_POSITION = "place_id, kind, tier, cohort, apexes, apex"
ABOVE = """
    WITH RECURSIVE inside(place_id, above) AS (
        SELECT DISTINCT place_id, place_id FROM s_pos
        UNION
        SELECT i.place_id, p.parent_id FROM inside i JOIN programmes_place p ON p.id = i.above
        WHERE p.parent_id IS NOT NULL
    ) SELECT * FROM inside
"""
WAYS = """
    WITH RECURSIVE up(apex, above) AS (
        SELECT DISTINCT apex, apex FROM s_edge WHERE is_edge
        UNION
        SELECT u.apex, e.apex FROM up u JOIN s_edge e ON e.member = u.above AND e.is_edge
    ) SELECT * FROM up
"""
BELOW = """
    SELECT DISTINCT p.id AS pos, w.above AS apex
    FROM s_pos p CROSS JOIN LATERAL unnest(p.apexes) a(apex) JOIN s_way w ON w.apex = a.apex
    UNION
    SELECT p.id, p.apex FROM s_pos p WHERE p.apex <> 0
"""
_BARS = "jsonb_object_agg(bar || '|' || key, n) AS bars"


def by_position(found: Stage) -> list[Column]:
    """Make `s_sum` (pos, c0, c1, …) and `s_bar`; gives what the columns are."""
    then, now = _reported(found, found.early_numbers), _reported(found, [found.now.number])
    every = [
        column
        for column in columns(dimensions=found.dimensions, money=found.money, limits=found.limits)
        if column.is_reported(then, now)
    ]
    names = ", ".join(f"{column.aggregate} AS c{number}" for number, column in enumerate(every))
    table(
        "s_sum",
        f"""SELECT o.pos, {names} FROM s_org o
            LEFT JOIN s_return n ON n.org = o.id AND n.view = %(now)s AND o.is_active
            LEFT JOIN s_return t ON t.org = o.id AND t.view = o.opening_view AND t.active
            LEFT JOIN s_view tv ON tv.view = o.opening_view
            LEFT JOIN s_member m ON m.lead = o.id
            GROUP BY o.pos""",
        found.parameters,
    )
    bars.count(found.parameters)
    return every


def _reported(found: Stage, views: Sequence[int]) -> frozenset[str]:
    """Columns of `s_return` that anybody reported in these views."""
    names = [*WHOLE, *NUMBERS, *(f"s_{number}" for number in range(len(found.dimensions)))]
    told = ", ".join(f"count({name})" for name in names)
    counts = fetch(f"SELECT {told} FROM s_return WHERE view = ANY(%(views)s)", {"views": list(views)})[0]
    return frozenset({"scale", *(name for name, n in zip(names, counts, strict=True) if n)})


def _sums(every: Sequence[Column]) -> str:
    return ", ".join(f"sum(c{number}) AS c{number}" for number in range(len(every)))


def _numbers(every: Sequence[Column], row: str) -> str:
    """SQL of the numbers of a row, in the order of the columns; a zero is left out."""
    return f"ARRAY[{', '.join(f'NULLIF({row}.c{number}, 0)::numeric' for number in range(len(every)))}]::numeric[]"


def by_place(every: Sequence[Column]) -> None:
    """Make `s_cell` and `s_cell_bar`: by place alone and with all inside it, by kind and tier and without.

    The leaves are summed from the positions, everything else from the leaves, of which there are fewer.
    """
    table("s_above", ABOVE)
    for name, source, value, inner, group in (
        ("s_cell", "s_sum", _sums(every), ", ".join(f"x.c{number}" for number in range(len(every))), ""),
        ("s_cell_bar", "s_bar", "bar, key, sum(n) AS n", "x.bar, x.key, x.n", ", bar, key"),
    ):
        table(
            "s_leaf",
            f"""SELECT l.place_id, l.kind, l.tier, l.cohort, x.* FROM (
                    SELECT p.leaf, {value} FROM {source} s JOIN s_pos p ON p.id = s.pos GROUP BY p.leaf{group}
                ) x JOIN s_leaves l ON l.leaf = x.leaf""",
        )
        table(
            name,
            f"""SELECT place_id, kind, tier, false AS within, cohort, {inner} FROM s_leaf x
                UNION ALL
                SELECT place_id, {_ALL}, false, cohort, {value} FROM s_leaf
                GROUP BY place_id, cohort{group}, GROUPING SETS ((kind), (tier), ())
                UNION ALL
                SELECT a.above, {_ALL}, true, cohort, {value} FROM s_leaf x JOIN s_above a ON a.place_id = x.place_id
                GROUP BY a.above, cohort{group}, {_SETS}""",
        )


def by_federation(every: Sequence[Column]) -> None:
    """Make `s_fed` and `s_fed_bar`: each apex with every position below it, once."""
    table("s_way", WAYS)
    table("s_below", BELOW)
    for name, source, value, group in (
        ("s_fed", "s_sum", _sums(every), ""),
        ("s_fed_bar", "s_bar", "bar, key, sum(n) AS n", ", bar, key"),
    ):
        table(
            name,
            f"""SELECT b.apex, p.cohort, {value} FROM s_below b JOIN s_known k ON k.id = b.apex
                JOIN s_pos p ON p.id = b.pos JOIN {source} s ON s.pos = b.pos GROUP BY b.apex, p.cohort{group}""",
        )


def told(every: Sequence[Column], cells: Iterable[CellKey]) -> dict[tuple[CellKey, PositionKey], Flat]:
    """The components of every position in these cells."""
    wanted = set(cells)
    rows = fetch(
        f"""SELECT place_id, kind, tier, cohort, apexes, apex, {_numbers(every, "s")}, b.bars FROM s_pos p
            JOIN s_sum s ON s.pos = p.id LEFT JOIN (SELECT pos, {_BARS} FROM s_bar GROUP BY pos) b ON b.pos = p.id"""
    )
    paths = [column.path for column in every]
    return {
        ((place, kind, tier), (cohort, tuple(apexes), apex)): flat_of(
            Position(numbers=numbers, bars=json.loads(bars) if isinstance(bars, str) else bars or {}), paths
        )
        for place, kind, tier, cohort, apexes, apex, numbers, bars in rows
        if (place, kind, tier) in wanted
    }


# --- into the tables -------------------------------------------------------------------------------------------------
def write(every: Sequence[Column], found: Stage, computed_at: Any) -> None:
    """Write everything that is stored of the round again."""
    parameters = {"round": found.closing.pk, "now": computed_at, "paths": [column.path for column in every]}
    for name in ("cell", "position", "federationtotal", "apexshape", "roundlayout"):
        run(f"DELETE FROM scaling_{name} WHERE round_id = %(round)s", parameters)
    run(
        """INSERT INTO scaling_roundlayout (round_id, paths, computed_at)
           VALUES (%(round)s, %(paths)s::text[], %(now)s)""",
        parameters,
    )
    run(
        f"""INSERT INTO scaling_position (round_id, {_POSITION}, numbers, bars)
            SELECT %(round)s, {_POSITION}, {_numbers(every, "s")}, COALESCE(b.bars, '{{}}')
            FROM s_pos p JOIN s_sum s ON s.pos = p.id
            LEFT JOIN (SELECT pos, {_BARS} FROM s_bar GROUP BY pos) b ON b.pos = p.id""",
        parameters,
    )
    by_place(every)
    run(
        f"""INSERT INTO scaling_cell (round_id, {_KEY}, numbers, bars)
            SELECT %(round)s, {_KEY}, {_numbers(every, "c")}, COALESCE(b.bars, '{{}}')
            FROM s_cell c LEFT JOIN (SELECT {_KEY}, {_BARS} FROM s_cell_bar GROUP BY {_KEY}) b USING ({_KEY})""",
        parameters,
    )
    by_federation(every)
    run(
        f"""INSERT INTO scaling_federationtotal (round_id, apex_id, cohort, numbers, bars)
            SELECT %(round)s, apex, cohort, {_numbers(every, "f")}, COALESCE(b.bars, '{{}}')
            FROM s_fed f LEFT JOIN (SELECT apex, cohort, {_BARS} FROM s_fed_bar GROUP BY apex, cohort) b
            USING (apex, cohort)""",
        parameters,
    )
    run(
        """INSERT INTO scaling_apexshape (round_id, apex_id, depth, span, is_cut)
           SELECT %(round)s, a.apex, a.depth, a.span, a.is_cut FROM s_apex a JOIN s_known k ON k.id = a.apex""",
        parameters,
    )


__all__ = ["WAYS", "CellKey", "PositionKey", "by_position", "told", "write"]
