"""Run statements, and make temporary tables that live as long as the transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection


def run(statement: str, parameters: Mapping[str, Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def fetch(statement: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def table(name: str, select: str, parameters: Mapping[str, Any] | None = None) -> None:
    """A temporary table with statistics, so that what follows is planned well."""
    run(f"DROP TABLE IF EXISTS {name}")
    run(f"CREATE TEMP TABLE {name} ON COMMIT DROP AS {select}", parameters)
    run(f"ANALYZE {name}")
