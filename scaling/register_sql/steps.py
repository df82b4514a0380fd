"""The statements of `staging.py`, in its order; those of stages stand in `path_steps.py`. Parameters: programme, on,
round, now (the view), previous."""

import re

from scaling.metrics.records import PROVIDERS
from scaling.register_sql import path_steps

EXISTING = "('forming', 'active', 'dormant')"
ENDED = "('disbanded', 'merged_into', 'split_into')"
_TRAITS = """
    SELECT o.id, o.code, o.place_id, o.kind, o.tier, o.formed_on, own.id IS NOT NULL AS own,
           o.tier = 'primary' AS is_primary, o.kind = 'inter_professional' AS is_association
    FROM up JOIN organizations_organization o ON o.id = up.id LEFT JOIN own ON own.id = o.id
    WHERE o.formed_on <= %(on)s
"""
_UP = """
    up(id) AS (
        SELECT id FROM own
        UNION
        SELECT m.apex_id FROM organizations_apexmembership m JOIN up ON m.member_id = up.id
        WHERE lower(m.valid) <= %(on)s
    )
"""
KNOWN = f"""
    WITH RECURSIVE own AS (
        SELECT DISTINCT organization_id AS id FROM organizations_programmeenrolment
        WHERE programme_id = %(programme)s AND valid @> %(on)s::date
    ), {_UP} {_TRAITS}
"""
KNOWN_OF_ONLY = f"""
    WITH RECURSIVE own AS (
        SELECT DISTINCT e.organization_id AS id FROM organizations_programmeenrolment e
        JOIN {{only}} part ON part.id = e.organization_id
        WHERE e.programme_id = %(programme)s AND e.valid @> %(on)s::date
    ), {_UP} {_TRAITS}
"""
STATUS = f"""
    SELECT s.organization_id AS org, max(s.status) FILTER (WHERE s.valid @> %(on)s::date) AS status,
           min(lower(s.valid)) FILTER (WHERE s.status IN {ENDED}) AS ended_on, max(s.verified_on) AS verified_on
    FROM organizations_organizationstatus s JOIN s_known k ON k.id = s.organization_id
    WHERE lower(s.valid) <= %(on)s GROUP BY s.organization_id
"""
# Only what exists is connected; an apex that is not on the register counts as existing.
EDGES = f"""
    SELECT f.*, f.is_edge AND NOT f.to_association AS is_upward FROM (
        SELECT m.member_id AS member, m.apex_id AS apex, m.fee_paid_until AS fee, k.is_primary,
               COALESCE(a.is_association, false) AS to_association,
               COALESCE(s.status IN {EXISTING}, false)
                   AND (a.id IS NULL OR COALESCE(above.status IN {EXISTING}, false)) AS is_edge
        FROM organizations_apexmembership m JOIN s_known k ON k.id = m.member_id
        LEFT JOIN s_status s ON s.org = m.member_id
        LEFT JOIN s_known a ON a.id = m.apex_id LEFT JOIN s_status above ON above.org = m.apex_id
        WHERE m.valid @> %(on)s::date
    ) f
"""
_SEVERAL = "SELECT member FROM s_edge WHERE is_upward GROUP BY member HAVING count(DISTINCT apex) > 1"
CORE_EDGES = f"""
    SELECT member, apex, NOT is_primary FROM s_edge
    WHERE is_upward AND (NOT is_primary OR member IN ({_SEVERAL}))
"""
SPANS = "SELECT apex, count(DISTINCT member) FROM s_edge WHERE is_upward GROUP BY apex"
LEAVES = f"""
    SELECT apex, count(DISTINCT member) FROM s_edge
    WHERE is_upward AND is_primary AND member NOT IN ({_SEVERAL}) GROUP BY apex
"""
PARENTS = """
    SELECT e.member AS org, array_agg(DISTINCT e.apex ORDER BY e.apex) AS apexes,
           bool_or(e.is_upward) AS is_federated, max(a.depth) FILTER (WHERE e.is_upward) + 1 AS depth,
           max(e.fee) FILTER (WHERE e.is_upward) AS fee_until
    FROM s_edge e LEFT JOIN s_apex a ON a.apex = e.apex WHERE e.is_edge GROUP BY e.member
"""
# Compared byte by byte, which is all that grouping needs.
STANDING = """
    SELECT k.id, k.place_id, k.kind COLLATE "C" AS kind, k.tier COLLATE "C" AS tier,
           COALESCE(b.baseline::text, '') COLLATE "C" AS cohort,
           COALESCE(u.apexes, '{}') AS apexes, CASE WHEN k.is_primary THEN 0 ELSE k.id END AS apex
    FROM s_known k JOIN s_base b ON b.id = k.id LEFT JOIN s_up u ON u.org = k.id WHERE k.own
"""
LEAVES_OF_CELLS = """
    SELECT row_number() OVER () AS leaf, f.* FROM (SELECT DISTINCT place_id, kind, tier, cohort FROM s_standing) f
"""
POSITIONS = """
    SELECT row_number() OVER () AS id, f.*, l.leaf
    FROM (SELECT DISTINCT place_id, kind, tier, cohort, apexes, apex FROM s_standing) f
    JOIN s_leaves l USING (place_id, kind, tier, cohort)
"""
POSITION_OF = """
    SELECT s.id, p.id AS pos FROM s_standing s JOIN s_pos p USING (apexes, apex, place_id, cohort, kind, tier)
"""
VERIFIED = """
    SELECT r.org, max(v.date) AS seen_on FROM s_return r JOIN (VALUES {views}) v(view, date) ON v.view = r.view
    WHERE v.date <= %(on)s GROUP BY r.org
"""
# The last day of support; of an intervention without an end, the completion of its phase.
SUPPORT = """
    SELECT r.organization_id AS org,
           CASE WHEN bool_and(upper(i.valid) IS NOT NULL OR p.completion IS NOT NULL)
                THEN max(COALESCE(upper(i.valid) - 1, p.completion)) END AS ended_on
    FROM organizations_interventionorganization r JOIN s_known k ON k.id = r.organization_id AND k.own
    JOIN organizations_intervention i ON i.id = r.intervention_id JOIN programmes_phase p ON p.id = i.phase_id
    WHERE p.programme_id = %(programme)s AND lower(i.valid) <= %(on)s GROUP BY r.organization_id
"""
# Of those active on the day their support ended: months to the end, or to the last time they were seen (4.8).
SURVIVAL = """
    SELECT c.id AS org, c.start,
           CASE WHEN e.first_end IS NOT NULL THEN months(c.start, e.first_end) ELSE c.months END AS months,
           CASE WHEN e.first_end IS NOT NULL THEN CASE e.how WHEN 'disbanded' THEN 'event' ELSE 'censored' END
                ELSE c.how END AS how,
           CASE WHEN e.first_break IS NOT NULL THEN months(c.start, e.first_break) ELSE c.months END AS working_months,
           CASE WHEN e.first_break IS NOT NULL THEN
                    CASE WHEN e.broken_by IN ('disbanded', 'dormant') THEN 'event' ELSE 'censored' END
                ELSE c.how END AS working_how
    FROM (
        SELECT f.id, f.start,
               CASE WHEN months(f.seen, %(on)s) > %(verified_within)s THEN months(f.start, f.seen)
                    ELSE months(f.start, %(on)s) END AS months,
               CASE WHEN months(f.seen, %(on)s) > %(verified_within)s THEN 'unknown' ELSE 'censored' END AS how
        FROM (
            SELECT k.id, k.start, GREATEST(k.start, s.verified_on, v.seen_on) AS seen
            FROM (
                SELECT k.id, CASE WHEN p.org IS NULL THEN {completion} ELSE p.ended_on END AS start
                FROM s_known k LEFT JOIN s_support p ON p.org = k.id WHERE k.own AND k.is_primary
            ) k
            JOIN organizations_organizationstatus a ON a.organization_id = k.id AND a.status = 'active'
                AND a.valid @> k.start
            LEFT JOIN s_status s ON s.org = k.id LEFT JOIN s_verified v ON v.org = k.id
            WHERE k.start <= %(on)s
        ) f
    ) c
    LEFT JOIN LATERAL (
        SELECT min(lower(x.valid)) FILTER (WHERE x.status <> 'dormant') AS first_end,
               (array_agg(x.status ORDER BY lower(x.valid)) FILTER (WHERE x.status <> 'dormant'))[1] AS how,
               min(lower(x.valid)) AS first_break, (array_agg(x.status ORDER BY lower(x.valid)))[1] AS broken_by
        FROM organizations_organizationstatus x
        WHERE x.organization_id = c.id AND x.status IN ('dormant', 'disbanded', 'merged_into', 'split_into')
          AND lower(x.valid) > c.start AND lower(x.valid) <= %(on)s
    ) e ON true
"""
# Each kind of service once, from the nearest provider.
OFFERED = f"""
    SELECT DISTINCT ON (v.organization_id, v.kind) v.organization_id AS org, v.kind, v.provider
    FROM organizations_service v JOIN s_known k ON k.id = v.organization_id AND k.own
    WHERE v.valid @> %(on)s::date
    ORDER BY v.organization_id, v.kind, array_position(ARRAY{list(PROVIDERS)}, v.provider::text)
"""
SERVICES = "SELECT org, count(*) AS kinds FROM s_offered GROUP BY org"
# Amounts of several currencies do not add up: then nothing is said.
SALES = """
    SELECT org, CASE WHEN currencies = 1 AND whole > 0 THEN round(squares / (whole * whole), 4) END AS concentration
    FROM (SELECT org, count(DISTINCT currency) AS currencies, sum(sold) FILTER (WHERE sold > 0) AS whole,
                 sum(sold * sold) FILTER (WHERE sold > 0) AS squares FROM (
        SELECT l.organization_id AS org, COALESCE('p' || l.partner_id, 'o' || l.partner_organization_id) AS partner,
               t.currency, sum(t.amount) AS sold
        FROM organizations_linkagetransaction t JOIN organizations_linkage l ON l.id = t.linkage_id
        JOIN s_known k ON k.id = l.organization_id AND k.own
        WHERE t.type = 'sale' AND t.date > %(since)s AND t.date <= %(on)s GROUP BY 1, 2, 3
    ) f GROUP BY org) g
"""
# Each person's first membership by code is the one that counts; the others are second ones.
PERSONS = """
    SELECT organization_id AS org, count(*) FILTER (WHERE place > 1) AS second, count(*) AS persons FROM (
        SELECT m.organization_id, row_number() OVER (PARTITION BY m.person_id ORDER BY k.code) AS place
        FROM organizations_personmembership m JOIN s_known k ON k.id = m.organization_id
        WHERE m.valid @> %(on)s::date
    ) f GROUP BY organization_id
"""
# Of a part of the organizations: their persons may belong to others, which count if they are the programme's or above
# any of them.
PERSONS_OF_ONLY = """
    SELECT organization_id AS org, count(*) FILTER (WHERE place > 1) AS second, count(*) AS persons FROM (
        SELECT m.organization_id, row_number() OVER (PARTITION BY m.person_id ORDER BY o.code) AS place
        FROM organizations_personmembership m JOIN organizations_organization o ON o.id = m.organization_id
        WHERE m.valid @> %(on)s::date AND o.formed_on <= %(on)s
          AND m.person_id IN (SELECT p.person_id FROM organizations_personmembership p JOIN {only} i
                              ON i.id = p.organization_id)
          AND EXISTS (
              WITH RECURSIVE down(id) AS (
                  SELECT o.id UNION SELECT b.member_id FROM organizations_apexmembership b JOIN down
                  ON b.apex_id = down.id WHERE lower(b.valid) <= %(on)s
              ) SELECT 1 FROM down JOIN organizations_programmeenrolment e ON e.organization_id = down.id
              WHERE e.programme_id = %(programme)s AND e.valid @> %(on)s::date
          )
    ) f GROUP BY organization_id
"""
ORGANIZATIONS = f"""
    SELECT k.id, k.code, k.kind, k.tier, k.formed_on, k.is_primary, k.is_association, %(on)s::date AS on_day, p.pos,
           COALESCE(s.status, '') AS status, COALESCE(s.status = 'active', false) AS is_active, s.ended_on,
           b.opening, w.view AS opening_view, t.status AS status_then, d.organization_id IS NOT NULL AS due,
           n.org IS NOT NULL AS has_now,
           COALESCE(cardinality(u.apexes), 0) AS parents, COALESCE(u.is_federated, false) AS is_federated,
           CASE WHEN k.is_primary THEN COALESCE(u.depth, 0) END AS depth, u.fee_until,
           COALESCE(x.span, 0) AS span, COALESCE(x.is_cut, false) AS is_cut,
           g.bonded_from, a.aggregated_from, LEAST(l.linked_from, h.linked_from) AS linked_from,
           COALESCE(l.is_linked, false) AS linked_direct,
           {path_steps.STAGE} AS stage, {", ".join(path_steps.states())},
           COALESCE(LEAST(a.aggregated_from, l.linked_from, h.linked_from) < COALESCE(g.bonded_from, 'infinity'), false)
               AS out_of_order,
           CASE WHEN e.persons >= n.members THEN round(e.second::numeric / e.persons, 4)
                ELSE COALESCE(s1.share, s2.share, s3.share, s4.share) END AS second_share,
           COALESCE(e.persons >= n.members, false) IS FALSE AS is_sampled,
           c.concentration, c.concentration > %(concentration)s AS is_concentrated,
           COALESCE(l.ended, 0) AS ended_agreements, COALESCE(l.renewed, 0) AS renewed_agreements,
           COALESCE(cardinality(l.partners), 0) AS partners,
           CASE WHEN l.partners IS NULL THEN COALESCE(cardinality(q.partners), 0)
                WHEN q.partners IS NULL THEN cardinality(l.partners)
                ELSE (SELECT count(DISTINCT name) FROM unnest(l.partners || q.partners) name) END AS partners_any,
           COALESCE(f.kinds, 0) AS services, v.months, v.how, v.working_months, v.working_how
    FROM s_known k JOIN s_at p ON p.id = k.id JOIN s_base b ON b.id = k.id
    JOIN programmes_place place ON place.id = k.place_id
    LEFT JOIN s_status s ON s.org = k.id
    LEFT JOIN s_view w ON w.date = b.opening
    LEFT JOIN organizations_organizationstatus t ON t.organization_id = k.id AND t.valid @> b.opening
    LEFT JOIN organizations_organizationstatus y ON y.organization_id = k.id AND y.valid @> %(previous)s::date
    LEFT JOIN indicators_rounddue d ON d.organization_id = k.id AND d.round_id = %(round)s AND d.is_due
    LEFT JOIN s_return n ON n.org = k.id AND n.view = %(now)s
    LEFT JOIN s_up u ON u.org = k.id
    LEFT JOIN s_apex x ON x.apex = k.id
    LEFT JOIN s_gate g ON g.org = k.id
    LEFT JOIN s_aggregated a ON a.org = k.id
    LEFT JOIN s_own_link l ON l.org = k.id
    LEFT JOIN s_linked_above h ON h.org = k.id
    LEFT JOIN s_partners_above q ON q.org = k.id
    LEFT JOIN s_person e ON e.org = k.id
    LEFT JOIN s_sample s1 ON s1.kind = k.kind AND s1.place = place.code
    LEFT JOIN s_sample s2 ON s2.kind = k.kind AND s2.place = ''
    LEFT JOIN s_sample s3 ON s3.kind = '' AND s3.place = place.code
    LEFT JOIN s_sample s4 ON s4.kind = '' AND s4.place = ''
    LEFT JOIN s_sale c ON c.org = k.id
    LEFT JOIN s_service f ON f.org = k.id
    LEFT JOIN s_survival v ON v.org = k.id
    WHERE k.own
"""


def with_months(statement: str) -> str:
    """`months(a, b)` written out: days / 30.4375, half up to one place."""
    return re.sub(r"months\((\S+), (%\(on\)s|[^()\s]+)\)", r"round((\2 - \1) / 30.4375, 1)", statement)
