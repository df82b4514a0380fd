"""The statements of `staging.py` that tell how far an organization is on the way, on three dates: `on`, its opening
(`s_base`) and `previous`, the date of the outcome round before. Without a date to compare with nothing held then."""

from collections.abc import Iterator
from typing import NamedTuple


class Then(NamedTuple):
    """A date that is looked back on: how columns of it end, the date as SQL, and the status on it."""

    name: str
    day: str
    status: str


THEN = (Then("then", "b.opening", "t.status"), Then("before", "%(previous)s::date", "y.status"))


def _each(text: str) -> str:
    """The same columns for each date that is looked back on."""
    return ", ".join(text.format(name=one.name, day=one.day) for one in THEN)


# Decisions on the bonding gate. A checklist of the day of an assessment knows it; one that decides nothing changes
# nothing; what was decided and taken back on one day was never so.
def _bonded(until: str = "") -> str:
    also = f" AND day <= {until}" if until else ""
    met, not_met = f"max(day) FILTER (WHERE met{also})", f"max(day) FILTER (WHERE NOT met{also})"
    return f"COALESCE({met} > COALESCE({not_met}, '-infinity'), false)"


GATES = f"""
    SELECT org, min(day) FILTER (WHERE met) AS bonded_from, {_bonded()} AS is_bonded,
           {", ".join(f"{_bonded(one.day)} AS was_bonded_{one.name}" for one in THEN)}
    FROM (
        SELECT DISTINCT ON (d.org, d.day) d.org, d.day, d.met FROM (
            SELECT r.org, v.date AS day, 0 AS source, v.place::bigint AS place, {{met}} AS met
            FROM s_return r JOIN (VALUES {{values}}) v(view, place, date) ON v.view = r.view WHERE v.date <= %(on)s
            UNION ALL
            SELECT c.organization_id, c."on", 1, c.id, c.is_bonded
            FROM organizations_bondingcheck c JOIN s_known k ON k.id = c.organization_id WHERE c."on" <= %(on)s
        ) d WHERE d.met IS NOT NULL ORDER BY d.org, d.day, d.source DESC, d.place DESC
    ) decided JOIN s_base b ON b.id = decided.org GROUP BY org
"""
# An apex membership counts as aggregation when it has lasted six months; what unites professions is none.
_LASTED = "bool_or(m.valid @> {day} AND {day} - lower(m.valid) >= %(six_months)s) AS was_aggregated_{name}"
AGGREGATED = f"""
    SELECT m.member_id AS org, min(lower(m.valid)) AS aggregated_from,
           bool_or(m.valid @> %(on)s::date) AS is_aggregated, {_each(_LASTED)}
    FROM organizations_apexmembership m JOIN s_known k ON k.id = m.member_id AND k.own AND k.is_primary
    JOIN s_base b ON b.id = k.id
    LEFT JOIN s_known a ON a.id = m.apex_id
    WHERE lower(m.valid) <= %(on)s AND a.is_association IS NOT TRUE
      AND LEAST(upper(m.valid), %(on)s) - lower(m.valid) >= %(six_months)s
    GROUP BY m.member_id
"""
LINKS = """
    SELECT l.organization_id AS org, COALESCE('p' || l.partner_id, 'o' || l.partner_organization_id) AS partner,
           l.kind, l.valid, l.form <> 'oral' AS is_agreed, l.covers = 'network' AS is_network,
           l.status = 'renewed' AS is_renewed
    FROM organizations_linkage l JOIN s_known k ON k.id = l.organization_id
    WHERE lower(l.valid) <= %(on)s AND l.status <> 'negotiating'
"""
# A new agreement of the kind with the same partner within half a year renews one.
OWN_LINKS = f"""
    SELECT l.org, min(lower(l.valid)) FILTER (WHERE l.is_agreed) AS linked_from,
           bool_or(l.is_agreed AND l.valid @> %(on)s::date) AS is_linked,
           {_each("bool_or(l.is_agreed AND l.valid @> {day}) AS was_linked_{name}")},
           array_agg(DISTINCT l.partner) FILTER (WHERE l.valid @> %(on)s::date) AS partners,
           count(*) FILTER (WHERE upper(l.valid) > b.opening AND upper(l.valid) <= %(on)s) AS ended,
           count(*) FILTER (WHERE upper(l.valid) > b.opening AND upper(l.valid) <= %(on)s AND (
               l.is_renewed OR EXISTS (
                   SELECT 1 FROM s_link f WHERE f.org = l.org AND f.partner = l.partner AND f.kind = l.kind
                   AND lower(f.valid) BETWEEN upper(l.valid) AND upper(l.valid) + %(renewed_within)s
               ))) AS renewed
    FROM s_link l JOIN s_base b ON b.id = l.org JOIN s_known k ON k.id = l.org AND k.own GROUP BY l.org
"""
NETWORK_PARTNERS = """
    WITH RECURSIVE way(apex, above) AS (
        SELECT DISTINCT apex, apex FROM s_edge
        UNION
        SELECT w.apex, e.apex FROM way w JOIN s_edge e ON e.member = w.above
    )
    SELECT w.apex, array_agg(DISTINCT l.partner) AS partners
    FROM way w JOIN s_link l ON l.org = w.above AND l.is_network AND l.valid @> %(on)s::date GROUP BY w.apex
"""
PARTNERS_ABOVE = """
    SELECT e.member AS org, array_agg(DISTINCT partner) AS partners
    FROM s_edge e JOIN s_net_partner n ON n.apex = e.apex CROSS JOIN LATERAL unnest(n.partners) partner
    WHERE e.is_primary GROUP BY e.member
"""
NETWORK_LINKED = """
    INSERT INTO s_net SELECT org, range_agg(valid) FROM s_link WHERE is_network AND is_agreed GROUP BY org
"""
# One tier further down; the answer is how many apexes learned something.
NETWORK_BELOW = """
    WITH more AS (
        SELECT m.member_id AS apex, range_agg(datemultirange(m.valid) * n.linked) AS linked
        FROM organizations_apexmembership m JOIN s_known k ON k.id = m.member_id AND NOT k.is_primary
        JOIN s_net n ON n.apex = m.apex_id WHERE lower(m.valid) <= %(on)s GROUP BY m.member_id
    ), learned AS (
        INSERT INTO s_net SELECT apex, linked FROM more WHERE NOT isempty(linked)
        ON CONFLICT (apex) DO UPDATE SET linked = s_net.linked + EXCLUDED.linked
            WHERE NOT s_net.linked @> EXCLUDED.linked
        RETURNING 1
    ) SELECT count(*) FROM learned
"""
LINKED_ABOVE = f"""
    SELECT m.member_id AS org, min(lower(datemultirange(m.valid) * n.linked)) AS linked_from,
           bool_or(m.valid @> %(on)s::date AND n.linked @> %(on)s::date) AS is_linked,
           {_each("bool_or(m.valid @> {day} AND n.linked @> {day}) AS was_linked_{name}")}
    FROM organizations_apexmembership m JOIN s_known k ON k.id = m.member_id AND k.own AND k.is_primary
    JOIN s_base b ON b.id = k.id JOIN s_net n ON n.apex = m.apex_id WHERE lower(m.valid) <= %(on)s GROUP BY m.member_id
"""


# Columns of an organization: its state now, and on each date that is looked back on (`metrics.lives.state_on`).
def _state(day: str, status: str, stage: str) -> str:
    return f"""CASE WHEN {day} IS NULL THEN NULL WHEN k.formed_on > {day} THEN 'absent'
                WHEN {status} = 'active' THEN {stage}
                WHEN {status} IN ('disbanded', 'merged_into', 'split_into') THEN 'ended' ELSE 'inactive' END"""


def _stage(linked: str, aggregated: str, bonded: str) -> str:
    return f"""CASE WHEN l.{linked} OR h.{linked} THEN 'linked' WHEN a.{aggregated} THEN 'aggregated'
                WHEN g.{bonded} THEN 'bonded' ELSE 'forming' END"""


STAGE = _stage("is_linked", "is_aggregated", "is_bonded")


def states() -> Iterator[str]:
    yield f"{_state('%(on)s::date', 's.status', STAGE)} AS state"
    for one in THEN:
        stage = _stage(f"was_linked_{one.name}", f"was_aggregated_{one.name}", f"was_bonded_{one.name}")
        yield f"{_state(one.day, one.status, stage)} AS state_{one.name}"
