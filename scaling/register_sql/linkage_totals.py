"""Agreements of a programme up to the date of a round, counted for every place, kind, tier and type of partner.

`write` fills `LinkageTotal`. Its `facts`, where they are not zero:
    begun, ended    {year: agreements}; an agreement that never ended up to the date is in `begun` alone
    held            {currency, "" without a value: [agreements in force, those with a value, their value as text]}
    brokered        agreements in force that came through support
    partners        distinct partners of those in force, p and o before ids of partners and organizations
and of the row without a partner:
    buyers          organizations by the concentration of their sales in the year up to the date, in the classes that
                    `CLASSES` bounds from below
    above           those of them above the threshold of the country
"""

from __future__ import annotations

from decimal import Decimal

from scaling import readers
from scaling.register_sql.staging import Stage
from scaling.register_sql.tables import run, table

#: A partner that is an organization of another network has no type.
ORGANIZATION = "organization"
#: Edges of the index of concentration; 1 is a single buyer and stands alone.
CLASSES = (Decimal("0.2"), Decimal("0.4"), Decimal("0.6"), Decimal("0.8"), Decimal(1))

# The register knows an agreement of whoever was ever in the programme; a negotiation is none yet.
_OURS = """
    organizations_linkage l JOIN organizations_organization o ON o.id = l.organization_id
    WHERE lower(l.valid) <= %(on)s AND l.status <> 'negotiating'
      AND o.id IN (SELECT organization_id FROM organizations_programmeenrolment WHERE programme_id = %(programme)s)
"""
DEALS = f"""
    SELECT l.*, COALESCE(p.type, '{ORGANIZATION}') AS who FROM (
        SELECT o.place_id, o.kind, o.tier, l.partner_id, l.currency, l.value,
               COALESCE('p' || l.partner_id, 'o' || l.partner_organization_id) AS partner,
               extract(year FROM lower(l.valid))::int AS begun,
               CASE WHEN upper(l.valid) <= %(on)s THEN extract(year FROM upper(l.valid))::int END AS ended,
               l.brokered_by_id IS NOT NULL AS is_brokered
        FROM {_OURS}
    ) l LEFT JOIN programmes_partner p ON p.id = l.partner_id
"""
# Amounts of several currencies do not add up: then nothing is said.
INDICES = f"""
    SELECT place_id, kind, tier, round(squares / (whole * whole), 4) AS index FROM (
        SELECT org, place_id, kind, tier, sum(sold) FILTER (WHERE sold > 0) AS whole,
               sum(sold * sold) FILTER (WHERE sold > 0) AS squares
        FROM (
            SELECT l.org, l.place_id, l.kind, l.tier, l.partner, t.currency, sum(t.amount) AS sold
            FROM (SELECT l.id, o.id AS org, o.place_id, o.kind, o.tier,
                         COALESCE('p' || l.partner_id, 'o' || l.partner_organization_id) AS partner
                  FROM {_OURS}) l
            JOIN organizations_linkagetransaction t ON t.linkage_id = l.id
            WHERE t.type = 'sale' AND t.date > %(since)s AND t.date <= %(on)s GROUP BY 1, 2, 3, 4, 5, 6
        ) s GROUP BY org, place_id, kind, tier HAVING count(DISTINCT currency) = 1
    ) f WHERE whole > 0
"""
# Each place with all that it lies in, and with everything.
AROUND = """
    WITH RECURSIVE around(place_id, above) AS (
        SELECT DISTINCT place_id, place_id FROM (SELECT place_id FROM s_deal UNION SELECT place_id FROM s_index) f
        UNION
        SELECT a.place_id, p.parent_id FROM around a JOIN programmes_place p ON p.id = a.above
        WHERE p.parent_id IS NOT NULL
    ) SELECT place_id, above FROM around UNION ALL SELECT DISTINCT place_id, NULL::bigint FROM around
"""
_KEY = "above, kind, tier, who"


def _by_year(edge: str) -> str:
    return f"""
        SELECT {_KEY}, '{edge}' AS fact, jsonb_object_agg({edge}, n) AS value
        FROM (SELECT {_KEY}, {edge}, sum(n) AS n FROM s_alike WHERE {edge} IS NOT NULL GROUP BY {_KEY}, {edge}) f
        GROUP BY {_KEY}
    """


# Counted by place first, so that what is added up over places around is little.
ALIKE = """
    SELECT a.above, d.kind, d.tier, d.who, d.begun, d.ended, d.currency, sum(d.n) AS n, sum(d.valued) AS valued,
           sum(d.value) AS value, sum(d.brokered) AS brokered
    FROM (
        SELECT place_id, kind, tier, who, begun, ended, currency, count(*) AS n, count(value) AS valued,
               COALESCE(sum(value), 0) AS value, count(*) FILTER (WHERE is_brokered) AS brokered
        FROM s_deal GROUP BY 1, 2, 3, 4, 5, 6, 7
    ) d JOIN s_around a ON a.place_id = d.place_id GROUP BY 1, 2, 3, 4, 5, 6, 7
"""
_FACTS = f"""
    {_by_year("begun")}
    UNION ALL
    {_by_year("ended")}
    UNION ALL
    SELECT {_KEY}, 'held', jsonb_object_agg(currency, jsonb_build_array(n, valued, value::text))
    FROM (SELECT {_KEY}, currency, sum(n) AS n, sum(valued) AS valued, sum(value) AS value
          FROM s_alike WHERE ended IS NULL GROUP BY {_KEY}, currency) f
    GROUP BY {_KEY}
    UNION ALL
    SELECT {_KEY}, 'brokered', to_jsonb(sum(brokered)) FROM s_alike WHERE ended IS NULL GROUP BY {_KEY}
    HAVING sum(brokered) > 0
    UNION ALL
    SELECT {_KEY}, 'partners', jsonb_agg(partner ORDER BY partner)
    FROM (SELECT DISTINCT a.above, d.kind, d.tier, d.who, d.partner
          FROM (SELECT DISTINCT place_id, kind, tier, who, partner FROM s_deal WHERE ended IS NULL) d
          JOIN s_around a ON a.place_id = d.place_id) f
    GROUP BY {_KEY}
    UNION ALL
    SELECT above, kind, tier, '', 'buyers', jsonb_agg(n ORDER BY class)
    FROM (SELECT above, kind, tier, class, count(index) FILTER (WHERE width_bucket(index, %(classes)s) = class) AS n
          FROM s_indices CROSS JOIN generate_series(0, %(last)s) class GROUP BY 1, 2, 3, 4) f
    GROUP BY above, kind, tier
    UNION ALL
    SELECT above, kind, tier, '', 'above', to_jsonb(count(*)) FROM s_indices WHERE index > %(concentration)s
    GROUP BY above, kind, tier
"""


def write(found: Stage) -> None:
    """Count the agreements of the staged round again, in the caller's transaction."""
    parameters = {
        **found.parameters,
        "since": found.on - readers.YEAR,
        "classes": list(CLASSES),
        "last": len(CLASSES),
    }
    run("DELETE FROM scaling_linkagetotal WHERE round_id = %(round)s", parameters)
    table("s_deal", DEALS, parameters)
    table("s_index", INDICES, parameters)
    table("s_around", AROUND)
    table("s_alike", ALIKE)
    table(
        "s_indices",
        "SELECT a.above, i.kind, i.tier, i.index FROM s_index i JOIN s_around a ON a.place_id = i.place_id",
    )
    run(
        f"""INSERT INTO scaling_linkagetotal (round_id, place_id, kind, tier, partner, facts)
            SELECT %(round)s, {_KEY}, jsonb_object_agg(fact, value) FROM ({_FACTS}) f GROUP BY {_KEY}""",
        parameters,
    )


__all__ = ["CLASSES", "ORGANIZATION", "write"]
