"""The components that are histograms: (position, which of `store.BARS`, key) → how many, in `s_bar`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scaling.metrics.pathway import FORMED, STAGES, STEPS
from scaling.metrics.records import PROVIDERS
from scaling.register_sql.store import BARS
from scaling.register_sql.tables import run

_ACTIVE = "o.is_primary AND o.is_active"
NOW = "JOIN s_return n ON n.org = o.id AND n.view = %(now)s AND o.is_active AND n.members IS NOT NULL"
_STAGES = ", ".join(f"'{stage}'" for stage in STAGES)


def _moves(then: str) -> tuple[str, str]:
    """Of who was on the way then or is now. Without a date to compare with there is no state then."""
    on_the_way = f"o.{then} IS NOT NULL AND (o.is_active OR o.{then} IN ({_STAGES}))"
    return f"o.{then} || '/' || o.state", f"s_org o WHERE o.is_primary AND {on_the_way}"


#: Path, what is told of an organization (an alias of FROM), and the FROM and WHERE that go with it.
COUNTED = (
    (
        "membership|growths",
        "round((m.now_total - m.then_total) * 100.0 / m.then_total, 2)",
        "s_org o JOIN s_member m ON m.lead = o.id WHERE m.class = 'matched' AND m.then_total > 0",
    ),
    ("structure|depths", "o.depth", f"s_org o WHERE {_ACTIVE}"),
    ("structure|parents", "o.parents", f"s_org o WHERE {_ACTIVE} AND o.is_federated"),
    (
        "structure|spans",
        "o.span",
        "s_org o WHERE o.is_active AND NOT o.is_primary AND NOT o.is_association",
    ),
    ("dependency|partners", "o.partners", f"s_org o WHERE {_ACTIVE}"),
    ("dependency|partners_any", "o.partners_any", f"s_org o WHERE {_ACTIVE}"),
    ("dependency|services", "o.services", f"s_org o WHERE {_ACTIVE}"),
    ("survival|alive", "o.months || '/' || o.how", "s_org o WHERE o.how IS NOT NULL"),
    ("survival|functional", "o.working_months || '/' || o.working_how", "s_org o WHERE o.working_how IS NOT NULL"),
    ("pathway|from_opening", *_moves("state_then")),
    ("pathway|from_previous", *_moves("state_before")),
)
_ENTERED = {
    FORMED: "o.formed_on",
    "bonded": "o.bonded_from",
    "aggregated": "o.aggregated_from",
    "linked": "o.linked_from",
}
_LAST = "LEAST(o.ended_on, o.on_day)"


def _times() -> str:
    """Months of each step; of an organization that is not there yet, until the day or its end."""
    rows = ", ".join(f"({BARS.index(f'pathway|times|{a}/{b}')}, {_ENTERED[a]}, {_ENTERED[b]})" for a, b in STEPS)
    return f"""
        SELECT o.pos, t.bar, CASE
                   WHEN t.reached IS NULL THEN round(({_LAST} - t.started) / 30.4375, 1) || '/censored'
                   ELSE round((t.reached - t.started) / 30.4375, 1) || '/event' END AS key, count(*) AS n
        FROM s_org o CROSS JOIN LATERAL (VALUES {rows}) t(bar, started, reached)
        WHERE o.is_primary AND t.started <= {_LAST} AND (t.reached IS NULL OR t.reached >= t.started)
        GROUP BY 1, 2, 3
    """


_SEEN_BEFORE = f"""
    SELECT o.pos, o.kind || '/' || w.date AS key, count(*) AS n, sum(e.members) AS before, sum(n.members) AS after
    FROM s_org o {NOW} JOIN s_return e ON e.org = o.id AND e.view = ANY(%(early)s) AND e.active AND e.members > 0
    JOIN s_view w ON w.view = e.view WHERE o.is_primary GROUP BY 1, 2
"""
_MISSING = """
    SELECT pos, kind || '/' || COALESCE(last::text, '') AS key, count(*) AS n, COALESCE(sum(members), 0) AS members
    FROM (
        SELECT o.id, o.pos, o.kind, l.date AS last, l.members
        FROM s_org o LEFT JOIN s_return n ON n.org = o.id AND n.view = %(now)s
        LEFT JOIN LATERAL (
            SELECT w.date, e.members FROM s_return e JOIN s_view w ON w.view = e.view
            WHERE e.org = o.id AND e.view = ANY(%(early)s) AND e.active AND e.members IS NOT NULL
            ORDER BY w.date DESC LIMIT 1
        ) l ON true
        WHERE o.is_primary AND o.is_active AND o.due AND n.members IS NULL
    ) f GROUP BY 1, 2
"""
_PROVIDED = ", ".join(f"count(*) FILTER (WHERE f.provider = '{one}') AS {one}" for one in PROVIDERS)
_OFFERED = f"""
    SELECT o.pos, f.kind AS key, {_PROVIDED},
           sum(n.members) AS members, sum(n.g_poorest) FILTER (WHERE n.members IS NOT NULL) AS poorest,
           sum(n.members) FILTER (WHERE n.g_poorest IS NOT NULL) AS beside
    FROM s_org o JOIN s_offered f ON f.org = o.id LEFT JOIN s_return n ON n.org = o.id AND n.view = %(now)s
    WHERE {_ACTIVE} GROUP BY 1, 2
"""
#: Bars with several numbers for each key: name, where they come from, part → column.
PARTED: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("estimates", _SEEN_BEFORE, {"seen|n": "n", "seen|then": "before", "seen|now": "after"}),
    ("estimates", _MISSING, {"missing|n": "n", "missing|total": "members"}),
    ("dependency|offered", _OFFERED, {name: name for name in (*PROVIDERS, "members", "poorest", "beside")}),
)


def count(parameters: Mapping[str, Any]) -> None:
    run("DROP TABLE IF EXISTS s_bar")
    run('CREATE TEMP TABLE s_bar (pos bigint, bar smallint, key text COLLATE "C", n bigint) ON COMMIT DROP')
    run("CREATE INDEX ON s_return (org, view)")
    for path, value, source in COUNTED:
        bar = BARS.index(path)
        run(f"INSERT INTO s_bar SELECT o.pos, {bar}, ({value})::text, count(*) FROM {source} GROUP BY 1, 3", parameters)
    run(f"INSERT INTO s_bar {_times()}")
    run(
        f"""INSERT INTO s_bar SELECT o.pos, {BARS.index("reach|by_kind")}, o.kind, sum(n.members) FROM s_org o {NOW}
            WHERE o.is_primary GROUP BY 1, 3 HAVING sum(n.members) > 0""",
        parameters,
    )
    for name, source, parts in PARTED:
        rows = ", ".join(f"('{path}', f.{column}::bigint)" for path, column in parts.items())
        run(
            f"""INSERT INTO s_bar SELECT f.pos, {BARS.index(name)}, f.key || '|' || p.path, p.n
                FROM ({source}) f CROSS JOIN LATERAL (VALUES {rows}) p(path, n) WHERE p.n <> 0""",
            parameters,
        )
    run("ANALYZE s_bar")
