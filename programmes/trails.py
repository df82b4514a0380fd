"""What the database writes down of each change: the trail of a table, from which a figure can be shown again as it was
known at a moment (`scaling/recorded.py`).

A row of a trail is stamped with `trellis_recorded_at()`: the moment at which its transaction first wrote something. All
that one transaction changed is thus known from the same moment on.
"""

from __future__ import annotations

from typing import Any

import pghistory
import pgtrigger
from django.db import migrations

#: The label of a row that was there before its trail began.
KEPT = "kept"


def tracked(**options: Any) -> Any:
    """Who changed what when: the database itself writes each change down, and what is written stays."""
    return pghistory.track(
        pghistory.InsertEvent(level=pgtrigger.Statement),
        pghistory.UpdateEvent(level=pgtrigger.Statement),
        pghistory.DeleteEvent(level=pgtrigger.Statement),
        append_only=True,
        **options,
    )


class Begin(migrations.RunPython):
    """The last step of a migration that adds trails: rows without an event get one, and the trails begin now."""

    def __init__(self, app: str, *models: str) -> None:
        def begin(apps: Any, schema_editor: Any) -> None:
            for name in models:
                model, event = apps.get_model(app, name), apps.get_model(app, f"{name}Event")
                with schema_editor.connection.cursor() as cursor:
                    cursor.execute(
                        kept_sql(model, event, "NOT EXISTS (SELECT 1 FROM {event} e WHERE e.pgh_obj_id = t.id)"), [KEPT]
                    )
                apps.get_model("programmes", "Trail").objects.using(schema_editor.connection.alias).update_or_create(
                    table=model._meta.db_table, defaults={"since": _now(schema_editor.connection)}
                )

        super().__init__(begin, migrations.RunPython.noop)


def kept_sql(model: Any, event: Any, condition: str) -> str:
    """SQL that gives rows of a table the event that its triggers would have given them; its parameter is the label."""
    columns = [f'"{field.column}"' for field in event._meta.concrete_fields if not field.name.startswith("pgh_")]
    table, trail = f'"{model._meta.db_table}"', f'"{event._meta.db_table}"'
    return (
        f"INSERT INTO {trail} ({', '.join(columns)}, pgh_created_at, pgh_label, pgh_obj_id) "
        f"SELECT {', '.join(f't.{column}' for column in columns)}, trellis_recorded_at(), %s, t.id "
        f"FROM {table} t WHERE {condition.format(event=trail)} ORDER BY t.id"
    )


def _now(connection: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]
