"""An export as bytes, block by block: which lists there are, CSV (with a row of HXL tags), lines of JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.http import Http404
from rest_framework.request import Request

from indicators.models import EntryField
from scaling.exports import hxl, metrics, tables
from scaling.exports.copying import copied, csv_query, json_query
from scaling.exports.tables import Column, Table
from scaling.rest.parameters import choice
from scaling.rest.renderers import ExactEncoder, csv_cell, harmless

KINDS = {"csv": "text/csv; charset=utf-8", "ndjson": "application/x-ndjson"}
BOM = b"\xef\xbb\xbf"
#: Lists without an export: the catalogue, jobs and webhooks tell in Python what they tell, and are small.
NOT_EXPORTED = frozenset({"indicators", "jobs", "export-files", "packs", "webhooks", "webhook-deliveries"})
SHAPES: dict[str, tuple[str, Callable[[Table], Table]]] = {"returns-long": ("returns", tables.long)}
METRICS = "metrics"


@dataclass(frozen=True)
class Export:
    """Something to be sent: its columns, its bytes, and headers that go with it."""

    columns: tuple[Column, ...]
    blocks: Iterator[bytes]
    headers: dict[str, str]
    #: The COPY that gives it; empty where rows are not in the database.
    sql: str = ""


def names(viewsets: dict[str, Any]) -> list[str]:
    """Everything that can be exported."""
    return sorted({*(name for name in viewsets if name not in NOT_EXPORTED), *SHAPES, METRICS})


def table(viewsets: dict[str, Any], request: Request, name: str, kind: str) -> Table:
    """The table of a list. Raises Http404 for one that is not exported, ValidationError for what does not fit."""
    resource, shape = SHAPES.get(name, (name, None))
    if resource not in viewsets or resource in NOT_EXPORTED:
        raise Http404
    found = tables.table(viewsets[resource], request, resource)
    if shape is not None:
        found = shape(found)
    elif name == "returns" and kind != "ndjson":
        found = tables.wide(found)
    return tables.narrowed(found, request.query_params.get("fields"))


def export(viewsets: dict[str, Any], request: Request, name: str, kind: str) -> Export:
    """What is asked for. Raises as `table`."""
    tagged = choice(request, "hxl", ("0", "1")) == "1"
    if name == METRICS:
        rows = metrics.rows(request)
        columns = tables.narrowed(Table(None, metrics.COLUMNS), request.query_params.get("fields")).columns
        told = [column.name for column in columns]
        return Export(columns, _csv_rows(told, rows, tagged) if kind == "csv" else _json_rows(told, rows), {})
    found = table(viewsets, request, name, kind)
    if kind == "ndjson":
        sql = json_query(found)
        return Export(found.columns, copied(sql), found.headers, sql)
    sql = csv_query(found)
    return Export(found.columns, _after(_head(name, found.columns, tagged), copied(sql)), found.headers, sql)


def _after(head: bytes, blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The first bytes leave before the database has read a row."""
    yield head
    yield from blocks


def _head(name: str, columns: Iterable[Column], tagged: bool) -> bytes:
    told = [column.name for column in columns]
    lines = [[harmless(one) for one in told]]
    if tagged:
        lines.append(hxl.tags(name, told, _catalogue() if name == "returns" else frozenset()))
    return BOM + _lines(lines)


def _catalogue() -> frozenset[str]:
    return frozenset(EntryField.objects.values_list("key", flat=True))


def _lines(rows: Iterable[Iterable[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def _csv_rows(columns: list[str], rows: Iterator[dict[str, Any]], tagged: bool) -> Iterator[bytes]:
    yield BOM + _lines([columns, *([hxl.tags(METRICS, columns)] if tagged else [])])
    for row in rows:
        cells = (row.get(name) for name in columns)
        yield _lines([[csv_cell("; ".join(map(str, cell)) if isinstance(cell, list) else cell) for cell in cells]])


def _json_rows(columns: list[str], rows: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    for row in rows:
        told = {name: row.get(name) for name in columns}
        yield json.dumps(told, cls=ExactEncoder, ensure_ascii=False).encode() + b"\n"
