"""The queries of `readers.py`. Parameters: programme, on (the date), ids (of organizations) and what each names."""

ORGANIZATIONS = """
    WITH RECURSIVE own AS (
        SELECT DISTINCT organization_id AS id FROM organizations_programmeenrolment
        WHERE programme_id = %(programme)s AND valid @> %(on)s::date
          AND (%(only)s::bigint[] IS NULL OR organization_id = ANY(%(only)s::bigint[]))
    ), up(id) AS (
        SELECT id FROM own
        UNION
        SELECT m.apex_id FROM organizations_apexmembership m JOIN up ON m.member_id = up.id
        WHERE lower(m.valid) <= %(on)s
    )
    SELECT o.id, o.code, p.code, o.kind, o.tier, o.formed_on, own.id IS NOT NULL
    FROM up JOIN organizations_organization o ON o.id = up.id
    JOIN programmes_place p ON p.id = o.place_id
    LEFT JOIN own ON own.id = o.id
    WHERE o.formed_on <= %(on)s ORDER BY o.code
"""
STATUSES = """
    SELECT organization_id, status, lower(valid), CASE WHEN upper(valid) <= %(on)s THEN upper(valid) END, verified_on
    FROM organizations_organizationstatus
    WHERE organization_id = ANY(%(ids)s) AND lower(valid) <= %(on)s ORDER BY organization_id, valid
"""
SUCCESSIONS = """
    SELECT s.predecessor_id, o.code FROM organizations_succession s
    JOIN organizations_organization o ON o.id = s.successor_id
    WHERE s.predecessor_id = ANY(%(ids)s) AND s."on" <= %(on)s ORDER BY o.code
"""
CHECKS = """
    SELECT organization_id, "on", is_bonded FROM organizations_bondingcheck
    WHERE organization_id = ANY(%(ids)s) AND "on" <= %(on)s ORDER BY organization_id, "on"
"""
APEXES = """
    SELECT member_id, apex_id, lower(valid), upper(valid), fee_paid_until FROM organizations_apexmembership
    WHERE member_id = ANY(%(ids)s) AND lower(valid) <= %(on)s ORDER BY member_id, apex_id, valid
"""
LINKAGES = """
    SELECT l.organization_id, COALESCE('p' || l.partner_id, 'o' || l.partner_organization_id), l.kind,
           lower(l.valid), upper(l.valid), l.form, l.status, l.covers,
           l.kind = 'finance_credit' OR EXISTS (SELECT 1 FROM organizations_linkagetransaction t
               WHERE t.linkage_id = l.id AND t.type = 'grant' AND t.date <= %(on)s)
    FROM organizations_linkage l
    WHERE l.organization_id = ANY(%(ids)s) AND lower(l.valid) <= %(on)s AND l.status <> 'negotiating'
    ORDER BY l.organization_id, l.valid, l.id
"""
SERVICES = """
    SELECT organization_id, kind, provider, lower(valid), upper(valid) FROM organizations_service
    WHERE organization_id = ANY(%(ids)s) AND (lower(valid) IS NULL OR lower(valid) <= %(on)s)
    ORDER BY organization_id, kind, valid
"""
SALES = """
    SELECT l.organization_id, COALESCE('p' || l.partner_id, 'o' || l.partner_organization_id), t.currency, sum(t.amount)
    FROM organizations_linkagetransaction t JOIN organizations_linkage l ON l.id = t.linkage_id
    WHERE l.organization_id = ANY(%(ids)s) AND t.type = 'sale' AND t.date > %(since)s AND t.date <= %(on)s
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
# The last day of the support that had begun; of an intervention without an end, the completion of its phase.
SUPPORT = """
    SELECT r.organization_id,
           CASE WHEN bool_and(upper(i.valid) IS NOT NULL OR p.completion IS NOT NULL)
                THEN max(COALESCE(upper(i.valid) - 1, p.completion)) END
    FROM organizations_interventionorganization r
    JOIN organizations_intervention i ON i.id = r.intervention_id
    JOIN programmes_phase p ON p.id = i.phase_id
    WHERE r.organization_id = ANY(%(ids)s) AND p.programme_id = %(programme)s AND lower(i.valid) <= %(on)s
    GROUP BY r.organization_id
"""
# Who has no intervention on record was supported until the last phase that had begun was completed.
COMPLETION = """
    SELECT completion FROM programmes_phase
    WHERE programme_id = %(programme)s AND NOT is_aggregate
      AND COALESCE(effectiveness, approval, %(on)s) <= %(on)s
    ORDER BY sequence DESC LIMIT 1
"""
RETURNS = """
    SELECT organization_id, round_id, values::text, method FROM indicators_return
    WHERE round_id = ANY(%(rounds)s) AND state = 'approved' AND organization_id = ANY(%(ids)s)
"""
DUE = """
    SELECT organization_id FROM indicators_rounddue
    WHERE round_id = %(round)s AND is_due AND organization_id = ANY(%(ids)s)
"""
# Each person's first membership by code is the one that counts; the others are second ones.
SECOND = """
    SELECT organization_id, count(*) FILTER (WHERE place > 1), count(*) FROM (
        SELECT m.organization_id, row_number() OVER (PARTITION BY m.person_id ORDER BY o.code) AS place
        FROM organizations_personmembership m JOIN organizations_organization o ON o.id = m.organization_id
        WHERE m.organization_id = ANY(%(ids)s) AND m.valid @> %(on)s::date
    ) found GROUP BY organization_id
"""
SAMPLES = """
    SELECT s.round_id, s.kind, COALESCE(p.code, ''), s.asked, s.in_another FROM indicators_overlapsample s
    LEFT JOIN programmes_place p ON p.id = s.place_id
    WHERE s.round_id = ANY(%(rounds)s) ORDER BY s.round_id, s.id
"""
ITEMS = """
    SELECT s.version_id, s.dimension, i.code FROM indicators_scaleitem s
    JOIN indicators_indicator i ON i.id = s.indicator_id ORDER BY s.version_id, s.position
"""
RATES = """
    SELECT what, currency, date, value FROM (
        SELECT 'rate' AS what, currency, date, usd_per_unit AS value, kind FROM programmes_exchangerate
        UNION ALL
        SELECT 'index', currency, date, index, '' FROM programmes_priceindex
    ) found WHERE currency = ANY(%(currencies)s) AND date <= %(on)s
    ORDER BY what, currency, date, kind
"""
