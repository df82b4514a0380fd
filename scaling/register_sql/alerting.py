"""Which organizations rules of alerts must look at, found in one look at all of them.

The conditions here are wider than the rules: who is not among the candidates gives no finding and leaves nothing
undecided that matters. The rules themselves then look at the records of the candidates.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from scaling.metrics.cells import Register
from scaling.metrics.stored import unflatten
from scaling.readers import RoundRow
from scaling.register_sql import bars, steps
from scaling.register_sql.facts import Facts
from scaling.register_sql.staging import stage
from scaling.register_sql.store import BARS
from scaling.register_sql.tables import fetch, table

Day = datetime.date
CANDIDATES = """
    SELECT o.id FROM s_org o
    LEFT JOIN s_return n ON n.org = o.id AND n.view = %(now)s
    LEFT JOIN s_return t ON t.org = o.id AND t.view = o.opening_view
    LEFT JOIN s_return e ON e.org = o.id AND e.view = %(two_before)s
    LEFT JOIN s_gate g ON g.org = o.id
    LEFT JOIN s_change c ON c.apex = o.id
    WHERE o.is_active AND (
        o.is_concentrated
        OR c.members_now < c.members_then
        OR (g.org IS NOT NULL AND NOT g.is_bonded AND (
            o.aggregated_from IS NOT NULL
            OR EXISTS (SELECT 1 FROM s_link l WHERE l.org = o.id AND l.valid @> %(on)s::date)))
        OR (o.is_primary AND n.org IS NOT NULL AND (
            100.0 * n.g_poorest / NULLIF(n.members, 0) - 100.0 * t.g_poorest / NULLIF(t.members, 0) < %(fallen)s
            OR n.l_women * n.members < %(parity)s * n.g_women * n.leaders
            OR n.l_poorest * n.members < %(parity)s * n.g_poorest * n.leaders
            OR (n.kept_terms = 0 AND n.changed_offices = 0 AND n.gov_2 <= 3)
            OR (n.members <= e.members AND o.stage <> 'linked')))
    )
    UNION SELECT id FROM s_family
"""
# Direct members of each apex a year ago and now, of organizations that existed then.
MEMBERS_OF_APEXES = f"""
    SELECT apex, count(DISTINCT member) FILTER (WHERE day = %(before)s) AS members_then,
           count(DISTINCT member) FILTER (WHERE day = %(on)s) AS members_now
    FROM (
        SELECT m.apex_id AS apex, m.member_id AS member, d.day
        FROM organizations_apexmembership m JOIN s_known k ON k.id = m.member_id
        CROSS JOIN (VALUES (%(before)s::date), (%(on)s::date)) d(day)
        JOIN organizations_organizationstatus s ON s.organization_id = m.member_id AND s.valid @> d.day
            AND s.status IN {steps.EXISTING}
        LEFT JOIN s_known a ON a.id = m.apex_id
        LEFT JOIN organizations_organizationstatus u ON u.organization_id = m.apex_id AND u.valid @> d.day
        WHERE m.valid @> d.day AND lower(m.valid) <= %(on)s
          AND (a.id IS NULL OR COALESCE(u.status IN {steps.EXISTING}, false))
    ) f GROUP BY apex
"""


@dataclass(frozen=True)
class Candidates:
    """`members`: code of an apex → direct members a year ago and now, where they became fewer. `survival`: of all."""

    ids: frozenset[int]
    members: dict[str, tuple[int, int]]
    survival: Register


def candidates(
    *,
    programme_id: int,
    on: Day,
    year_before: Day,
    closing: RoundRow | None,
    rounds: Iterable[RoundRow],
    outcomes: tuple[Day, ...],
    standing: Iterable[int],
) -> Candidates:
    """`standing`: organizations with an open alert, which are looked at whatever has become of them. `outcomes`: dates
    of the outcome rounds before the closing one."""
    facts = Facts(list(rounds))
    last = closing or RoundRow(-1, "", "biennial", on, -1, "")
    found = stage(facts, programme_id=programme_id, on=on, closing=last)
    table("s_change", MEMBERS_OF_APEXES, {"on": on, "before": year_before})
    two_before = facts.on(outcomes[-2]) if len(outcomes) > 1 else None
    rows = fetch(
        CANDIDATES,
        {
            **found.parameters,
            "two_before": two_before.number if two_before is not None else -1,
            "parity": found.limits.leadership_parity,
            "fallen": Decimal("0.01") - found.limits.watch_points,  # a hundredth wider than the rule, which rounds
        },
    )
    shrunk = fetch(
        """SELECT o.code, c.members_then, c.members_now FROM s_change c
           JOIN organizations_organization o ON o.id = c.apex WHERE c.members_now < c.members_then"""
    )
    bars.count(found.parameters)
    survival = {
        f"{BARS[bar]}|{key}": n
        for bar, key, n in fetch("SELECT bar, key, sum(n)::int FROM s_bar GROUP BY bar, key")
        if BARS[bar].startswith("survival")
    }
    return Candidates(
        ids=frozenset({pk for (pk,) in rows} | set(standing)),
        members={code: (then, now) for code, then, now in shrunk},
        survival=unflatten(survival),
    )
