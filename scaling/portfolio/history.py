"""The trails of rows that were copied in, as the triggers would have written them: of a return one event for each step,
of every other row the one of its coming."""

from __future__ import annotations

from django.apps import apps
from django.db import connection

from indicators.models import Return
from programmes.trails import copied
from scaling.portfolio.copying import Table
from scaling.recorded import BESIDE, RESTED_ON, event_model

_WRITE = """
INSERT INTO indicators_returnevent (
    pgh_created_at, pgh_label, pgh_obj_id, pgh_context_id,
    id, organization_id, round_id, "values", null_reasons, evidence, confirmed, incomplete, method, state, version,
    entered_by_id, entered_by_ids, entered_at, submitted_at, approved_by_id, approved_at, changed_by_id, changed_from,
    reported, correction_code, correction_reason)
SELECT
    CASE step WHEN 1 THEN r.entered_at WHEN 2 THEN r.submitted_at
              WHEN 3 THEN COALESCE(r.approved_at, r.submitted_at + interval '3 days')
              ELSE r.approved_at + interval '30 days' END,
    CASE step WHEN 1 THEN 'insert' ELSE 'update' END, r.id, NULL,
    r.id, r.organization_id, r.round_id, CASE WHEN step < 4 THEN COALESCE(r.reported, r."values") ELSE r."values" END,
    r.null_reasons, r.evidence, r.confirmed, r.incomplete, r.method,
    CASE step WHEN 1 THEN 'draft' WHEN 2 THEN 'submitted' ELSE r.state END, step,
    r.entered_by_id, r.entered_by_ids, r.entered_at, CASE WHEN step > 1 THEN r.submitted_at END,
    CASE WHEN step > 2 THEN r.approved_by_id END, CASE WHEN step > 2 THEN r.approved_at END,
    CASE WHEN step > 2 THEN r.changed_by_id ELSE r.entered_by_id END, r.changed_from,
    CASE WHEN step > 3 THEN r.reported END, CASE WHEN step > 3 THEN r.correction_code ELSE '' END,
    CASE WHEN step > 3 THEN r.correction_reason ELSE '' END
FROM indicators_return r CROSS JOIN generate_series(1, 4) step
WHERE r.id >= %s AND r.id < %s AND step <= r.version
ORDER BY r.id, step
"""


def write_comings(tables: dict[str, Table]) -> int:
    """Events of all rows of these tables from the first that was reserved; returns have theirs already."""
    written = 0
    models = {apps.get_model(label) for label in (*RESTED_ON, *BESIDE)}
    with connection.cursor() as cursor:
        for table in tables.values():
            if table.model in models and table.model is not Return:
                condition = f"t.id >= {int(table.first_id)}"
                event = event_model(table.model)
                cursor.execute(copied(table.model, event, "insert", condition))
                written += cursor.rowcount
                cursor.execute(f"ANALYZE {event._meta.db_table}")
        cursor.execute("ANALYZE indicators_returnevent")
    return written


def write(first: int, after: int) -> int:
    """Events of the returns with ids from `first` to before `after`; a return's version counts its steps."""
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [first, after])
        return int(cursor.rowcount)
