"""What the list of organizations is searched with: names without accents and capitals, places with what lies below."""

from django.contrib.postgres.operations import UnaccentExtension
from django.db import migrations

# unaccent() itself is only STABLE, because its dictionary might change; with the dictionary named an index may use it.
CREATE = r"""
CREATE FUNCTION organizations_words(name text, code text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT lower(public.unaccent('public.unaccent'::regdictionary, trim(name || ' ' || code)))
$$;

-- A place and all that lies below it, in any number of levels.
CREATE FUNCTION organizations_places_within(top bigint) RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    WITH RECURSIVE down(node) AS (
        SELECT top
        UNION
        SELECT p.id FROM programmes_place p JOIN down ON p.parent_id = down.node
    ) SELECT node FROM down
$$;
"""
DROP = """
DROP FUNCTION organizations_places_within(bigint);
DROP FUNCTION organizations_words(text, text);
"""


class Migration(migrations.Migration):
    dependencies = [("organizations", "0002_register")]
    operations = [UnaccentExtension(), migrations.RunSQL(CREATE, DROP)]
