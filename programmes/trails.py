"""What the database writes down of each change: the trail of a table, from which a figure can be shown again as it was
known at a moment (`scaling/recorded.py`).

A row of a trail is stamped with `trellis_recorded_at()`: the moment at which its transaction first wrote something. All
that one transaction changed is thus known from the same moment on.
"""

from __future__ import annotations

from typing import Any

import pghistory
import pgtrigger
from django.db import migrations, models

#: The label of a row that was there before its trail began.
KEPT = "kept"


def by_moment() -> dict[str, Any]:
    """Options of a trail that is asked what changed since a moment (`updated_since` of the API)."""
    return {"meta": {"indexes": [models.Index(fields=["pgh_created_at", "pgh_obj_id"])]}}


def tracked(*, synced: bool = False, **options: Any) -> Any:
    """Who changed what when: the database itself writes each change down, and what is written stays.

    `synced`: clients of the API ask the trail what changed since a moment.
    """
    if synced:
        options |= by_moment()
    return pghistory.track(
        pghistory.InsertEvent(level=pgtrigger.Statement),
        pghistory.UpdateEvent(level=pgtrigger.Statement),
        pghistory.DeleteEvent(level=pgtrigger.Statement),
        append_only=True,
        **options,
    )


class Begin(migrations.RunPython):
    """The last step of a migration that adds trails: each says what its table says, and begins now."""

    def __init__(self, app: str, *models: str) -> None:
        def begin(apps: Any, schema_editor: Any) -> None:
            trail = apps.get_model("programmes", "Trail").objects.using(schema_editor.connection.alias)
            for name in models:
                model = apps.get_model(app, name)
                with schema_editor.connection.cursor() as cursor:
                    since = catch_up(cursor, model, apps.get_model(app, f"{name}Event"))
                trail.update_or_create(table=model._meta.db_table, defaults={"since": since})

        super().__init__(begin, migrations.RunPython.noop)


def catch_up(cursor: Any, model: Any, event: Any) -> Any:
    """Rows that the trail does not know as they are get an event of now, those that are gone their deletion; what they
    had been before stays unknown. Returns the moment."""
    table, trail, columns = f'"{model._meta.db_table}"', f'"{event._meta.db_table}"', _columns(event)
    last = (
        f"FROM {trail} e WHERE {{}} AND NOT EXISTS (SELECT 1 FROM {trail} later "
        "WHERE later.pgh_obj_id = e.pgh_obj_id AND later.pgh_id > e.pgh_id)"
    )
    same = f"ROW({_of('e', columns)}) IS NOT DISTINCT FROM ROW({_of('t', columns)})"
    told = last.format(f"e.pgh_obj_id = t.id AND e.pgh_label <> 'delete' AND {same}")
    gone = last.format(f"e.pgh_label <> 'delete' AND NOT EXISTS (SELECT 1 FROM {table} t WHERE t.id = e.pgh_obj_id)")
    cursor.execute(copied(model, event, KEPT, f"NOT EXISTS (SELECT 1 {told})"))
    cursor.execute(
        f"INSERT INTO {trail} ({', '.join(columns)}, pgh_created_at, pgh_label, pgh_obj_id) "
        f"SELECT {_of('e', columns)}, trellis_recorded_at(), 'delete', e.pgh_obj_id {gone}"
    )
    cursor.execute("SELECT clock_timestamp()")
    return cursor.fetchone()[0]


def copied(model: Any, event: Any, label: str, condition: str) -> str:
    """SQL that gives rows (`t`) of a table an event as they are, as its triggers would."""
    columns = _columns(event)
    return (
        f'INSERT INTO "{event._meta.db_table}" ({", ".join(columns)}, pgh_created_at, pgh_label, pgh_obj_id) '
        f"SELECT {_of('t', columns)}, trellis_recorded_at(), '{label}', t.id "
        f'FROM "{model._meta.db_table}" t WHERE {condition} ORDER BY t.id'
    )


def _columns(event: Any) -> list[str]:
    return [f'"{field.column}"' for field in event._meta.concrete_fields if not field.name.startswith("pgh_")]


def _of(alias: str, columns: list[str]) -> str:
    return ", ".join(f"{alias}.{column}" for column in columns)
