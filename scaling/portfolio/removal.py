"""Takes a synthetic portfolio away: its own rows, then whatever was hung on them since."""

from __future__ import annotations

from django.apps import apps
from django.core.management.base import CommandError
from django.db import connection, transaction

from scaling.demonstration import require_one_machine
from scaling.portfolio.copying import without_triggers
from scaling.portfolio.frame import SOURCE
from scaling.portfolio.plan import organization_prefix, prefix_of
from scaling.recorded import BESIDE, RESTED_ON, event_model

#: What other rows may refer to without being a part of the portfolio: there removal stops, and says so.
SHARED = frozenset({"programmes_partner", "programmes_place", "accounts_user"})

_OWN = """
CREATE TEMP TABLE own_programme ON COMMIT DROP AS
    SELECT id FROM programmes_programme WHERE is_synthetic AND code LIKE %(prefix)s;
CREATE TEMP TABLE own_round ON COMMIT DROP AS
    SELECT id FROM indicators_round WHERE programme_id IN (SELECT id FROM own_programme);
CREATE TEMP TABLE own_place ON COMMIT DROP AS SELECT id, iso3 FROM programmes_place WHERE code LIKE %(prefix)s;
CREATE TEMP TABLE own_user ON COMMIT DROP AS
    SELECT id FROM accounts_user WHERE is_demonstration AND email LIKE %(email)s;
"""
#: Rows that no foreign key holds, then the roots of all others.
_DELETE = (
    ("", "DELETE FROM scaling_dirtymark WHERE kind = 'round' AND object_id IN (SELECT id FROM own_round)"),
    ("", "DELETE FROM scaling_dirtymark WHERE kind = 'phase' AND object_id IN (SELECT id FROM programmes_phase "
         "WHERE programme_id IN (SELECT id FROM own_programme))"),
    ("", "DELETE FROM scaling_rebuild WHERE programme_id IN (SELECT id FROM own_programme)"),
    ("", "DELETE FROM programmes_roleassignment WHERE user_id IN (SELECT id FROM own_user) "
         "OR country_id IN (SELECT id FROM own_place)"),
    ("returns", "DELETE FROM indicators_return WHERE round_id IN (SELECT id FROM own_round)"),
    ("rounds", "DELETE FROM indicators_round WHERE id IN (SELECT id FROM own_round)"),
    ("organizations", "DELETE FROM organizations_organization WHERE is_synthetic AND code LIKE %(organization)s"),
    ("programmes", "DELETE FROM programmes_programme WHERE id IN (SELECT id FROM own_programme)"),
    ("partners", "DELETE FROM programmes_partner WHERE is_synthetic AND code LIKE %(prefix)s"),
    ("rates", "DELETE FROM programmes_exchangerate WHERE source = %(source)s "
              "AND currency IN (SELECT iso3 FROM own_place WHERE iso3 <> '')"),
    ("places", "DELETE FROM programmes_place WHERE id IN (SELECT id FROM own_place)"),
    ("people", "DELETE FROM accounts_user WHERE id IN (SELECT id FROM own_user)"),
)  # fmt: skip

_FOREIGN_KEYS = """
SELECT child.relname, a.attname, parent.relname
FROM pg_constraint c
JOIN pg_class child ON child.oid = c.conrelid JOIN pg_class parent ON parent.oid = c.confrelid
JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = c.confkey[1]
WHERE c.contype = 'f' AND cardinality(c.conkey) = 1 AND b.attname = 'id'
  AND c.connamespace = current_schema()::regnamespace
ORDER BY child.relname, a.attname
"""


def remove(seed: int) -> dict[str, int]:
    """Take the portfolio of a seed away; returns how many rows of what. Raises CommandError in production, where there
    is none, and when records outside the portfolio refer to its partners, places or people."""
    require_one_machine()
    words = {
        "prefix": f"{prefix_of(seed)}%",
        "organization": f"{organization_prefix(seed)}%",
        "email": f"%.{prefix_of(seed).lower()}%@trellis.example",
        "source": SOURCE,
    }
    counts: dict[str, int] = {}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_OWN, words)
        cursor.execute("SELECT count(*) FROM own_programme")
        if not cursor.fetchone()[0]:
            raise CommandError(f"There is no portfolio of seed {seed}.")
        with without_triggers():
            _note_what_has_a_trail()
            for name, statement in _DELETE:
                cursor.execute(statement, words)
                if name:
                    counts[name] = cursor.rowcount
            _delete_what_dangles()
            for child, column, parent in dangling():
                raise CommandError(
                    f"Rows of {child} ({column}) outside the portfolio refer to its {parent}. Change those first; "
                    "nothing has been removed."
                )
            counts["events"] = _delete_trails_of_what_is_gone()
        cursor.execute("DROP TABLE own_programme, own_round, own_place, own_user")
    return counts


def _trails() -> list[tuple[str, str]]:
    """Table and trail of all that figures rest on or stand beside."""
    models = [apps.get_model(label) for label in (*RESTED_ON, *BESIDE)]
    return [(model._meta.db_table, event_model(model)._meta.db_table) for model in models]


def _note_what_has_a_trail() -> None:
    with connection.cursor() as cursor:
        for table, _trail in _trails():
            cursor.execute(f"CREATE TEMP TABLE had_{table} ON COMMIT DROP AS SELECT id FROM {table}")


def _delete_trails_of_what_is_gone() -> int:
    """Events of rows that this removal deleted; those of rows that went earlier stay."""
    deleted = 0
    with connection.cursor() as cursor:
        for table, trail in _trails():
            cursor.execute(f"DELETE FROM had_{table} had WHERE EXISTS (SELECT 1 FROM {table} t WHERE t.id = had.id)")
            cursor.execute(f"ANALYZE had_{table}")
            cursor.execute(f"DELETE FROM {trail} WHERE pgh_obj_id IN (SELECT id FROM had_{table})")
            deleted += cursor.rowcount
            cursor.execute(f"DROP TABLE had_{table}")
    return deleted


def _delete_what_dangles() -> None:
    """Rows whose parent is gone go too, until none is left; what refers to something shared stays for the check."""
    keys = [key for key in foreign_keys() if key[2] not in SHARED]
    gone = {parent for _child, _column, parent in keys}
    while gone:
        next_gone = set()
        for child, column, parent in keys:
            if parent in gone:
                with connection.cursor() as cursor:
                    cursor.execute(f"DELETE FROM {child} c WHERE {_dangles(column, parent)}")
                    if cursor.rowcount:
                        next_gone.add(child)
        gone = next_gone


def foreign_keys() -> list[tuple[str, str, str]]:
    """Table, column and table referred to, of every foreign key."""
    with connection.cursor() as cursor:
        cursor.execute(_FOREIGN_KEYS)
        return [(str(child), str(column), str(parent)) for child, column, parent in cursor.fetchall()]


def dangling() -> list[tuple[str, str, str]]:
    """Foreign keys that rows break, which only happens where they were not looked up while writing."""
    found = []
    with connection.cursor() as cursor:
        for child, column, parent in foreign_keys():
            cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {child} c WHERE {_dangles(column, parent)})")
            if cursor.fetchone()[0]:
                found.append((child, column, parent))
    return found


def _dangles(column: str, parent: str) -> str:
    return f"c.{column} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {parent} p WHERE p.id = c.{column})"
