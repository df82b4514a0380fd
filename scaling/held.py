"""One worker at a row: a lock of the database that goes with the worker that held it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def held(space: int, row_id: int) -> Iterator[bool]:
    """Whether the row is ours until the end of the block; `space` keeps kinds of rows apart."""
    keys = [space, row_id % 2**31]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", keys)
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        # A connection that broke has lost its locks with it.
        if mine and connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", keys)
