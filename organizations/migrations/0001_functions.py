"""Functions that the triggers of this floor call. They name tables that come with the next migration: PL/pgSQL looks
them up when it runs."""

from django.db import migrations

CREATE = r"""
CREATE FUNCTION organizations_rank(tier text) RETURNS int LANGUAGE sql IMMUTABLE AS $$
    SELECT array_position(ARRAY['primary','local_apex','meso_apex','national_apex','international_apex'], tier)
$$;

-- From the day of formation to the day before the organization ended (half-open).
CREATE FUNCTION organizations_lifespan(organization bigint) RETURNS daterange LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT daterange(o.formed_on, (
        SELECT min(lower(s.valid)) FROM organizations_organizationstatus s
        WHERE s.organization_id = o.id AND s.status IN ('disbanded', 'merged_into', 'split_into')))
    FROM organizations_organization o WHERE o.id = organization);
END $$;

-- Is `child` below `parent` on some day of `span`?
CREATE FUNCTION organizations_related(child bigint, parent bigint, span daterange) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (
        WITH RECURSIVE up(node, life) AS (
            SELECT m.apex_id, m.valid * span FROM organizations_apexmembership m
            WHERE m.member_id = child AND m.valid && span
            UNION
            SELECT m.apex_id, m.valid * up.life FROM organizations_apexmembership m JOIN up ON m.member_id = up.node
            WHERE m.valid && up.life
        ) SELECT 1 FROM up WHERE node = parent);
END $$;

-- All organizations below an apex on a day, each once.
CREATE FUNCTION organizations_below(top bigint, day date) RETURNS SETOF bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY WITH RECURSIVE down(node) AS (
        SELECT m.member_id FROM organizations_apexmembership m WHERE m.apex_id = top AND m.valid @> day
        UNION
        SELECT m.member_id FROM organizations_apexmembership m JOIN down ON m.apex_id = down.node
        WHERE m.valid @> day
    ) SELECT node FROM down;
END $$;

-- Checked when a transaction commits: one status on each day from formation on, successors where they must be, and
-- no tie that outlives the organization.
CREATE FUNCTION organizations_check_life(organization bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    formed date;
    life datemultirange;
    span daterange;
BEGIN
    SELECT o.formed_on INTO formed FROM organizations_organization o WHERE o.id = organization;
    IF NOT FOUND THEN RETURN; END IF;
    SELECT range_agg(s.valid) INTO life FROM organizations_organizationstatus s WHERE s.organization_id = organization;
    IF life IS NULL OR life <> datemultirange(daterange(formed, NULL)) THEN
        RAISE EXCEPTION 'the statuses leave a gap or do not begin with the formation'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'status_no_gap';
    END IF;
    IF EXISTS (SELECT 1 FROM organizations_organizationstatus s
        WHERE s.organization_id = organization AND s.status IN ('merged_into', 'split_into')
          AND NOT EXISTS (SELECT 1 FROM organizations_succession c
              WHERE c.predecessor_id = organization AND c."on" = lower(s.valid))) THEN
        RAISE EXCEPTION 'a merged or split organization needs its successor'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'status_has_successor';
    END IF;
    IF EXISTS (SELECT 1 FROM organizations_succession c
        WHERE c.predecessor_id = organization AND NOT organizations_lifespan(c.successor_id) @> c."on") THEN
        RAISE EXCEPTION 'the successor does not exist on the day of the merger or split'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'succession_fits_lives';
    END IF;
    span := organizations_lifespan(organization);
    IF EXISTS (SELECT 1 FROM organizations_apexmembership m
               WHERE (m.member_id = organization OR m.apex_id = organization) AND NOT m.valid <@ span)
       OR EXISTS (SELECT 1 FROM organizations_linkage l WHERE l.organization_id = organization AND NOT l.valid <@ span)
       OR EXISTS (SELECT 1 FROM organizations_office f WHERE f.organization_id = organization AND NOT f.valid <@ span)
    THEN
        RAISE EXCEPTION 'a membership, linkage or office lies outside the life of the organization'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ties_inside_life';
    END IF;
END $$;
"""
DROP = """
DROP FUNCTION organizations_check_life(bigint);
DROP FUNCTION organizations_below(bigint, date);
DROP FUNCTION organizations_related(bigint, bigint, daterange);
DROP FUNCTION organizations_lifespan(bigint);
DROP FUNCTION organizations_rank(text);
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = [("programmes", "0003_places_without_circles")]
    operations = [migrations.RunSQL(CREATE, DROP)]
