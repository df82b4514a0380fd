"""`COPY … TO STDOUT` as a stream: PostgreSQL writes the rows, nothing of them is kept here but a few blocks.

psycopg2 pushes what COPY gives into a file; a thread lends it one whose other end is read as a generator. The thread
uses the connection of the request while the request reads from it and nothing else does. Who goes away takes the query
with them.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction

from scaling.exports.tables import DAY, DECIMAL, FLAG, JSON, LIST, MOMENT, WORDS, Column, Table
from scaling.rest.renderers import FORMULA_STARTS

BLOCK = 64 * 1024
#: Blocks that wait to be read.
WAITING = 8
_FORMULAS = "ARRAY[" + ", ".join("E'" + one.encode("unicode_escape").decode() + "'" for one in FORMULA_STARTS) + "]"
_MOMENT = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
#: No JSON holds these characters bare, so nothing in a line needs quoting.
_LINES = "FORMAT csv, DELIMITER E'\\x01', QUOTE E'\\x02'"


# --- SQL -------------------------------------------------------------------------------------------------------------
def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _inner(table: Table) -> tuple[str, list[str]]:
    """The rows with all that is told of them; SQL for each column over `q`."""
    named, cells = {}, []
    for n, column in enumerate(table.columns):
        if column.sql:
            cells.append(column.sql)
        else:
            named[f"c{n}"] = column.expression
            # A subquery of which Django knows that it is empty is a bare NULL, which is no list yet.
            cells.append(f"COALESCE(q.c{n}::text[], '{{}}')" if column.kind == LIST else f"q.c{n}")
    named |= {f"x{n}": expression for n, expression in enumerate(table.hidden)}
    query = table.rows.annotate(**named).values_list(*named).query
    # No rows are an answer too: an export of nothing has its header.
    sql, params = query.get_compiler(connection=connection, elide_empty=False).as_sql()
    with connection.cursor() as cursor:
        return cursor.mogrify(sql, params).decode(), cells


def _harmless(sql: str) -> str:
    """What `renderers.harmless` does: no spreadsheet takes the text for a formula."""
    return f"CASE WHEN left({sql}, 1) = ANY ({_FORMULAS}) THEN '''' || {sql} ELSE {sql} END"


def _csv_cell(column: Column, sql: str, harmless: bool) -> str:
    if column.kind in (WORDS, LIST):
        text = f"array_to_string({sql}, '; ')" if column.kind == LIST else sql
        return _harmless(text) if harmless else text
    if column.kind in (FLAG, DAY, JSON):
        return f"({sql})::text"
    return f"to_char({sql} AT TIME ZONE 'UTC', '{_MOMENT}')" if column.kind == MOMENT else sql


def _json_cell(column: Column, sql: str) -> str:
    if column.kind == DECIMAL:
        return f"({sql})::text"
    return f"to_char({sql} AT TIME ZONE 'UTC', '{_MOMENT}')" if column.kind == MOMENT else sql


def csv_query(table: Table, *, harmless: bool = True) -> str:
    """`harmless`: for people with spreadsheets; a program gets texts as they are."""
    inner, cells = _inner(table)
    told = ", ".join(_csv_cell(column, cell, harmless) for column, cell in zip(table.columns, cells, strict=True))
    return f"COPY (SELECT {told} FROM ({inner}) q {table.lateral}) TO STDOUT WITH (FORMAT csv)"


def json_query(table: Table) -> str:
    inner, cells = _inner(table)
    told = ", ".join(
        f"{_json_cell(column, cell)} AS {_quoted(column.name)}"
        for column, cell in zip(table.columns, cells, strict=True)
    )
    rows = f"SELECT {told} FROM ({inner}) q {table.lateral}"
    return f"COPY (SELECT row_to_json(r) FROM ({rows}) r) TO STDOUT WITH ({_LINES})"


# --- the stream ------------------------------------------------------------------------------------------------------
class _Pipe:
    """A file that is written to by COPY and read as blocks."""

    def __init__(self) -> None:
        self.blocks: queue.Queue[bytes | None] = queue.Queue(WAITING)
        self.abandoned = False
        self._rows: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> int:
        if not self.abandoned:
            self._rows.append(data)
            self._size += len(data)
            if self._size >= BLOCK:
                self.flush()
        return len(data)

    def flush(self) -> None:
        if self._rows:
            self.blocks.put(b"".join(self._rows))
            self._rows, self._size = [], 0

    def empty(self) -> None:
        """Throw away what waits, so that who writes does not wait for ever."""
        try:
            while True:
                self.blocks.get_nowait()
        except queue.Empty:
            pass


def copied(sql: str) -> Iterator[bytes]:
    """What a COPY gives, block by block, read in one snapshot and without the time limit of pages."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
        yield from _blocks(sql)


def _blocks(sql: str) -> Iterator[bytes]:
    raw: Any = connection.connection
    pipe, failed = _Pipe(), []

    def run() -> None:
        try:
            with raw.cursor() as cursor:
                cursor.copy_expert(sql, pipe)
            pipe.flush()
        except Exception as error:
            failed.append(error)
        finally:
            pipe.blocks.put(None)

    writer = threading.Thread(target=run, name="export", daemon=True)
    writer.start()
    whole = False
    try:
        while (block := pipe.blocks.get()) is not None:
            yield block
        whole = True
    finally:
        if not whole:  # whoever read is gone
            pipe.abandoned = True
            raw.cancel()
        while writer.is_alive():
            pipe.empty()
            writer.join(0.05)
    if failed:
        raise failed[0]
