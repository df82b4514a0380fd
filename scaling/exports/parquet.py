"""A table as Parquet: COPY writes CSV into a file, DuckDB turns it into Parquet within a fixed amount of memory."""

from __future__ import annotations

from pathlib import Path

import duckdb

from scaling.exports.copying import copied, csv_query
from scaling.exports.tables import CODE, DAY, DECIMAL, FLAG, JSON, LIST, MOMENT, NUMBER, WORDS, Column, Table

#: Decimals stay exact; lists become lists.
TYPES = {
    WORDS: "VARCHAR", CODE: "VARCHAR", JSON: "VARCHAR", LIST: "VARCHAR", NUMBER: "BIGINT", DECIMAL: "DECIMAL(38, 10)",
    FLAG: "BOOLEAN", DAY: "DATE", MOMENT: "TIMESTAMP",
}  # fmt: skip
_SETTINGS = {"memory_limit": "256MB", "threads": "1", "autoinstall_known_extensions": "false"}


def write(table: Table, folder: Path) -> tuple[Path, int]:
    """The file and its number of rows."""
    plain, target = folder / "rows.csv", folder / "rows.parquet"
    with plain.open("wb") as out:
        for block in copied(csv_query(table, harmless=False)):
            out.write(block)
    names = [f"c{n}" for n in range(len(table.columns))]
    types = {name: TYPES[column.kind] for name, column in zip(names, table.columns, strict=True)}
    with duckdb.connect(":memory:", config={**_SETTINGS, "temp_directory": str(folder)}) as book:
        rows = book.read_csv(
            str(plain), header=False, columns=types, delimiter=",", quotechar='"', escapechar='"',
            timestamp_format="%Y-%m-%dT%H:%M:%S.%fZ", date_format="%Y-%m-%d", auto_detect=False, strict_mode=True,
            allow_quoted_nulls=False,
        )  # fmt: skip
        told = ", ".join(
            f"{_told(column, name)} AS {_quoted(column.name)}"
            for column, name in zip(table.columns, names, strict=True)
        )
        rows.select(told).write_parquet(str(target), compression="zstd")
        ((count,),) = book.sql(f"SELECT sum(num_rows) FROM parquet_file_metadata({_literal(str(target))})").fetchall()
    return target, int(count or 0)


def _told(column: Column, name: str) -> str:
    return f"string_split({name}, '; ')" if column.kind == LIST else name


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
