"""Where the members of each family of merged and split organizations belong in the decomposition (4.1), in SQL.

What `metrics.families` says: an organization alone is a family of one. `s_member` is about primary organizations.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scaling.metrics.cells import GROUPS
from scaling.register_sql.tables import table

# Predecessor and successor of a merger or split after the opening and until the day.
TIES = """
    SELECT o.id AS first, f.successor_id AS second
    FROM s_org o JOIN organizations_succession f ON f.predecessor_id = o.id
    JOIN s_org n ON n.id = f.successor_id AND n.is_primary
    WHERE o.is_primary AND o.status IN ('merged_into', 'split_into') AND o.ended_on > o.opening AND f."on" <= %(on)s
"""
FAMILIES = """
    WITH RECURSIVE tie AS (SELECT first, second FROM s_tie UNION SELECT second, first FROM s_tie),
    family(id, other) AS (
        SELECT first, first FROM tie UNION SELECT f.id, t.second FROM family f JOIN tie t ON t.first = f.other
    )
    SELECT id, min(other) AS family FROM family GROUP BY id
"""
#: Of each family: who leads it, and what all of it is compared with.
LEADS = """
    SELECT f.family, (array_agg(o.id ORDER BY o.is_active DESC, o.code COLLATE "C"))[1] AS lead,
           min(o.opening) AS opening
    FROM s_family f JOIN s_org o ON o.id = f.id GROUP BY f.family
"""
ALONE = """
    SELECT o.id, o.id AS lead, o.is_active, o.formed_on, o.opening, o.opening_view, o.status_then FROM s_org o
    WHERE o.is_primary AND NOT EXISTS (SELECT 1 FROM s_family f WHERE f.id = o.id)
"""
TOGETHER = """
    SELECT o.id, l.lead, o.is_active, o.formed_on, l.opening, w.view AS opening_view, t.status AS status_then
    FROM s_family f JOIN s_org o ON o.id = f.id JOIN s_lead l ON l.family = f.family
    LEFT JOIN s_view w ON w.date = l.opening
    LEFT JOIN organizations_organizationstatus t ON t.organization_id = o.id AND t.valid @> l.opening
"""


def _observed(source: str) -> str:
    """One row for each organization: whether it was active at both dates, and what it reported."""
    then = ", ".join(f"t.g_{group} AS then_{group}" for group in GROUPS)
    now = ", ".join(f"n.g_{group} AS now_{group}" for group in GROUPS)
    return f"""
        SELECT f.lead, f.opening, f.is_active AS here, n.members AS now_members, f.formed_on <= f.opening AS is_old,
               COALESCE(f.status_then = 'active' AND f.formed_on <= f.opening, false) AS was_here,
               COALESCE(f.status_then = 'dormant' AND f.formed_on <= f.opening, false) AS was_dormant,
               t.members AS then_members, COALESCE(t.recalled, false) AS recalled, {then}, {now}
        FROM ({source}) f
        LEFT JOIN s_return n ON n.org = f.id AND n.view = %(now)s AND f.is_active
        LEFT JOIN s_return t ON t.org = f.id AND t.view = f.opening_view AND t.active AND f.formed_on <= f.opening
    """


def _alone() -> str:
    groups = ", ".join(
        f"then_{group}, now_{group}, num_nonnulls(then_{group}, now_{group}) = 2 AS told_{group}" for group in GROUPS
    )
    return f"""
        SELECT lead, opening, here::int AS here_n, num_nonnulls(now_members) AS now_n,
               COALESCE(now_members, 0) AS now_total, COALESCE(is_old, false) AS is_old, was_here::int AS was_here_n,
               num_nonnulls(then_members) AS then_n, COALESCE(then_members, 0) AS then_total, was_dormant, recalled,
               {groups}
        FROM ({_observed(ALONE)}) o
    """


def _together() -> str:
    groups = ", ".join(
        f"""sum(then_{group}) AS then_{group}, sum(now_{group}) AS now_{group},
            bool_and((NOT was_here OR then_{group} IS NOT NULL) AND (NOT here OR now_{group} IS NOT NULL))
                AS told_{group}"""
        for group in GROUPS
    )
    return f"""
        SELECT lead, opening, count(*) FILTER (WHERE here)::int, count(now_members)::int,
               COALESCE(sum(now_members), 0), COALESCE(bool_or(is_old), false), count(*) FILTER (WHERE was_here)::int,
               count(then_members)::int, COALESCE(sum(then_members), 0), bool_or(was_dormant), bool_or(recalled),
               {groups}
        FROM ({_observed(TOGETHER)}) o GROUP BY lead, opening
    """


CLASS = """
    CASE WHEN opening IS NULL THEN 'none' WHEN NOT is_old THEN 'new'
         WHEN was_here_n = 0 THEN CASE WHEN was_dormant THEN 'revived' ELSE 'late' END
         WHEN here_n = 0 THEN 'lost'
         WHEN then_n < was_here_n OR now_n < here_n THEN 'unseen' ELSE 'matched' END
"""


def stage(parameters: Mapping[str, Any]) -> None:
    """Make `s_member`: lead, class, now_n, now_total, then_n, then_total, recalled; then_, now_, told_ each group."""
    table("s_tie", TIES, parameters)
    table("s_family", FAMILIES)
    table("s_lead", LEADS)
    table("s_member", f"SELECT f.*, {CLASS} AS class FROM ({_alone()} UNION ALL {_together()}) f", parameters)
