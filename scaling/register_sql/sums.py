"""From `s_org` to sums by position, and from positions to cells, places above them and federations.

Everything is summed from positions, each of which stands below an apex once whatever the number of ways up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from scaling.register_sql import bars
from scaling.register_sql.columns import Column, columns
from scaling.register_sql.staging import Stage
from scaling.register_sql.tables import fetch, run, table

#: A function takes a hundred arguments at most.
PAIRS_AT_ONCE = 50
_SETS = "GROUPING SETS ((kind, tier), (kind), (tier), ())"
_KEY = "place_id, kind, tier, within, cohort"
# Kind and tier are empty where all of them are meant.
_ALL = "COALESCE(kind, '') AS kind, COALESCE(tier, '') AS tier"
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


def by_position(found: Stage) -> list[Column]:
    """Make `s_sum` (pos, c0, c1, …) and `s_bar`; gives what the columns are."""
    every = columns(dimensions=found.dimensions, money=found.money, limits=found.limits)
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


def as_json(every: Sequence[Column], row: str) -> str:
    """SQL of flat components (`metrics.stored`): zeros are left out, decimals are text."""
    parts = []
    for number, column in enumerate(every):
        value = f"{row}.c{number}"
        told = f"CASE WHEN {value} <> 0 THEN {value}::text END" if column.is_decimal else f"NULLIF({value}, 0)"
        parts.append(f"'{_quoted(column.path)}', {told}")
    chunks = [parts[start : start + PAIRS_AT_ONCE] for start in range(0, len(parts), PAIRS_AT_ONCE)]
    built = " || ".join(f"jsonb_build_object({', '.join(chunk)})" for chunk in chunks)
    return f"jsonb_strip_nulls({built})"


def _quoted(text: str) -> str:
    return text.replace("'", "''").replace("%", "%%")


def _sums(every: Sequence[Column]) -> str:
    return ", ".join(f"sum(c{number}) AS c{number}" for number in range(len(every)))


def positions(every: Sequence[Column]) -> None:
    """Make `s_told`: each position with its components."""
    table(
        "s_told",
        f"""SELECT s.pos, {as_json(every, "s")} || COALESCE(b.bars, '{{}}') AS components FROM s_sum s
            LEFT JOIN (SELECT pos, jsonb_object_agg(path, n) AS bars FROM s_bar GROUP BY pos) b ON b.pos = s.pos""",
        {},
    )


def by_place(every: Sequence[Column]) -> None:
    """Make `s_cell` and `s_cell_bar`: by place alone and with all inside it, by kind and tier and without."""
    for name, source, value in (("s_cell", "s_sum", _sums(every)), ("s_cell_bar", "s_bar", "path, sum(n) AS n")):
        group = ", path" if name == "s_cell_bar" else ""
        table("s_above", ABOVE)
        table(
            name,
            f"""WITH alone AS (
                    SELECT place_id, {_ALL}, false AS within, cohort, {value}
                    FROM {source} s JOIN s_pos p ON p.id = s.pos GROUP BY place_id, cohort{group}, {_SETS}
                ), leaves AS (
                    SELECT a.above AS place_id, x.kind, x.tier, x.cohort, {_columns_of(every, name)}
                    FROM alone x JOIN s_above a ON a.place_id = x.place_id WHERE x.kind <> '' AND x.tier <> ''
                )
                SELECT * FROM alone UNION ALL
                SELECT place_id, {_ALL}, true, cohort, {value} FROM leaves GROUP BY place_id, cohort{group}, {_SETS}""",
        )


def _columns_of(every: Sequence[Column], name: str) -> str:
    if name == "s_cell_bar":
        return "x.path, x.n"
    return ", ".join(f"x.c{number}" for number in range(len(every)))


def by_federation(every: Sequence[Column]) -> None:
    """Make `s_fed` and `s_fed_bar`: each apex with every position below it, once."""
    table("s_way", WAYS)
    table("s_below", BELOW)
    for name, source, value, group in (
        ("s_fed", "s_sum", _sums(every), ""),
        ("s_fed_bar", "s_bar", "path, sum(n) AS n", ", path"),
    ):
        table(
            name,
            f"""SELECT b.apex, p.cohort, {value} FROM s_below b JOIN s_known k ON k.id = b.apex
                JOIN s_pos p ON p.id = b.pos JOIN {source} s ON s.pos = b.pos GROUP BY b.apex, p.cohort{group}""",
        )


# --- into the tables -------------------------------------------------------------------------------------------------
def write(every: Sequence[Column], found: Stage, computed_at: Any) -> None:
    """Write the cells and federation totals of the round again."""
    parameters = {"round": found.closing.pk, "now": computed_at}
    positions(every)
    by_place(every)
    run("DELETE FROM scaling_cell WHERE round_id = %(round)s", parameters)
    run(
        f"""INSERT INTO scaling_cell (round_id, place_id, kind, tier, within, components, positions, computed_at)
            SELECT %(round)s, c.place_id, c.kind, c.tier, c.within,
                   jsonb_build_object('cohorts', jsonb_object_agg(c.cohort, c.components)),
                   COALESCE(p.positions, '[]'), %(now)s
            FROM (
                SELECT {_KEY}, {as_json(every, "c")} || COALESCE(b.bars, '{{}}') AS components FROM s_cell c
                LEFT JOIN (SELECT {_KEY}, jsonb_object_agg(path, n) AS bars FROM s_cell_bar GROUP BY {_KEY}) b
                USING ({_KEY})
            ) c
            LEFT JOIN ({_TOLD_POSITIONS}) p ON NOT c.within AND p.place_id = c.place_id AND p.kind = c.kind
                AND p.tier = c.tier
            GROUP BY c.place_id, c.kind, c.tier, c.within, p.positions""",
        parameters,
    )
    by_federation(every)
    run("DELETE FROM scaling_federationtotal WHERE round_id = %(round)s", parameters)
    run(
        f"""INSERT INTO scaling_federationtotal (round_id, apex_id, components, depth, span, is_cut, computed_at)
            SELECT %(round)s, f.apex, jsonb_build_object('cohorts', jsonb_object_agg(f.cohort, f.components)),
                   COALESCE(a.depth, 0), COALESCE(a.span, 0), COALESCE(a.is_cut, false), %(now)s
            FROM (
                SELECT f.apex, f.cohort, {as_json(every, "f")} || COALESCE(b.bars, '{{}}') AS components FROM s_fed f
                LEFT JOIN (SELECT apex, cohort, jsonb_object_agg(path, n) AS bars FROM s_fed_bar GROUP BY 1, 2) b
                USING (apex, cohort)
            ) f LEFT JOIN s_apex a ON a.apex = f.apex GROUP BY f.apex, a.depth, a.span, a.is_cut""",
        parameters,
    )


_TOLD_POSITIONS = """
    SELECT p.place_id, p.kind, p.tier,
           jsonb_agg(jsonb_build_object('cohort', p.cohort, 'apexes', to_jsonb(p.apexes), 'apex', p.apex,
                                        'components', t.components)) AS positions
    FROM s_pos p JOIN s_told t ON t.pos = p.id GROUP BY p.place_id, p.kind, p.tier
"""


def told(cells: Iterable[tuple[int, str, str]]) -> list[tuple[Any, ...]]:
    """(place_id, kind, tier, cohort, apexes, apex, components) of the positions in these cells."""
    wanted = list(cells)
    return fetch(
        """SELECT p.place_id, p.kind, p.tier, p.cohort, p.apexes, p.apex, t.components::text
           FROM s_pos p JOIN s_told t ON t.pos = p.id
           JOIN unnest(%(places)s::bigint[], %(kinds)s::text[], %(tiers)s::text[]) w(place_id, kind, tier)
             USING (place_id, kind, tier)""",
        {
            "places": [place for place, _kind, _tier in wanted],
            "kinds": [kind for _place, kind, _tier in wanted],
            "tiers": [tier for _place, _kind, tier in wanted],
        },
    )


__all__ = ["by_position", "positions", "told", "write"]
