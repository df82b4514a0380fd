"""P10: what a return takes on disk, with its indexes, against the same values in typed columns.

Both tables are filled anew, so that neither has holes. The history of returns is printed beside them.

    ./dev bench p10 [--organizations N]
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scaling.settings")

import django

django.setup()

from django.db import connection  # noqa: E402

from bench.portfolio import of_size, say, wanted  # noqa: E402
from indicators.models import Return  # noqa: E402
from scaling.portfolio.sheets import MEMBERS, RATINGS  # noqa: E402

KEYS = (*MEMBERS, "OP-08", "OP-08.women", *RATINGS)
OF_PORTFOLIO = "organization_id IN (SELECT id FROM organizations_organization WHERE code LIKE %s)"


def main() -> None:
    with of_size(wanted()) as prefix, connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE as_stored (LIKE indicators_return INCLUDING ALL) ON COMMIT DROP")
        others = [f.column for f in Return._meta.concrete_fields if f.name != "values"]
        names = ", ".join(f'"{name}"' for name in [*others, "values"])
        cursor.execute(
            f"INSERT INTO as_stored ({names}) SELECT {names} FROM indicators_return WHERE {OF_PORTFOLIO} ORDER BY id",
            [f"{prefix}%"],
        )
        rows = cursor.rowcount
        columns = {key: key.replace("-", "_").replace(".", "_").lower() for key in KEYS}
        typed = ", ".join(
            f"(\"values\" -> '{key}')::{'smallint' if key in RATINGS else 'integer'} AS {column}"
            for key, column in columns.items()
        )
        kept = ", ".join(f'"{name}"' for name in others)
        cursor.execute(f"CREATE TEMP TABLE in_columns ON COMMIT DROP AS SELECT {kept}, {typed} FROM as_stored")
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename = 'as_stored' AND schemaname LIKE 'pg_temp%'")
        for (definition,) in cursor.fetchall():
            unique, _on, rest = definition.partition(" ON ")
            kind = "UNIQUE INDEX" if "UNIQUE" in unique else "INDEX"
            cursor.execute(f"CREATE {kind} ON in_columns {rest[rest.index('USING') :]}")
        bare = (
            f"CREATE TEMP TABLE bare ON COMMIT DROP AS SELECT organization_id, round_id, state, {typed} FROM as_stored"
        )
        cursor.execute(bare)
        cursor.execute("ALTER TABLE bare ADD PRIMARY KEY (round_id, organization_id)")
        cursor.execute('SELECT avg((SELECT count(*) FROM jsonb_object_keys("values"))) FROM as_stored')
        (values,) = cursor.fetchone()
        say(f"{rows:,} returns with {values:.1f} values each; bytes a return, table + indexes")
        sizes = {}
        for name, what in (
            ("as_stored", "returns as they are stored"),
            ("in_columns", "the same with values in typed columns"),
            ("bare", "values in typed columns with nothing but organization, round and state"),
        ):
            cursor.execute("SELECT pg_table_size(%s::regclass), pg_indexes_size(%s::regclass)", [name, name])
            table, indexes = cursor.fetchone()
            sizes[name] = table + indexes
            say(f"{what}: {table / rows:.0f} + {indexes / rows:.0f}")
        cursor.execute("SELECT sum(pg_column_size(e.*)), count(*) FROM indicators_returnevent e "
                       f"WHERE {OF_PORTFOLIO}", [f"{prefix}%"])  # fmt: skip
        history, events = cursor.fetchone()
        say(f"history: {events / rows:.2f} events a return, {history / rows:.0f} bytes a return without indexes")
        say(
            f"{sizes['as_stored'] / sizes['in_columns']:.2f} times typed columns (target 2.5); "
            f"{sizes['as_stored'] / sizes['bare']:.2f} times the bare table"
        )


if __name__ == "__main__":
    main()
