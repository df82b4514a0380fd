"""What an answer looks like: JSON with exact decimals, CSV and XLSX that no spreadsheet can be tricked by."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.utils.encoding import force_str
from rest_framework import renderers
from rest_framework.utils import encoders

from scaling.exports import hxl

#: A cell that begins with one of these would be run as a formula by a spreadsheet.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


class ExactEncoder(encoders.JSONEncoder):
    """Decimals as strings in plain digits: `20000000`, never `2E+7` or `20000000.000000001`."""

    def default(self, obj: Any) -> Any:
        if isinstance(obj, Decimal):
            return format(obj, "f")
        return super().default(obj)


class JSONRenderer(renderers.JSONRenderer):
    encoder_class = ExactEncoder


def rows_of(data: Any) -> list[Mapping[str, Any]]:
    """The rows of an answer: a page's results, a list, or one object as a single row."""
    if isinstance(data, Mapping):
        results = data.get("results")
        return list(results) if isinstance(results, list) else [data]
    return list(data)


def flat(row: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested objects become dotted columns; lists become one cell of `a; b`."""
    out: dict[str, Any] = {}
    for key, value in row.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            out.update(flat(value, f"{name}."))
        elif isinstance(value, list | tuple):
            out[name] = "; ".join(
                ", ".join(f"{k}={v}" for k, v in flat(item).items() if v not in (None, ""))
                if isinstance(item, Mapping)
                else force_str(item)
                for item in value
            )
        else:
            out[name] = value
    return out


def columns_of(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    seen: dict[str, None] = {}
    for row in rows:
        seen.update(dict.fromkeys(row))
    return list(seen)


def harmless(text: str) -> str:
    """Text that a spreadsheet takes as text: a leading apostrophe where it would start a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def csv_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, int | float | date | datetime):
        return str(value)
    return harmless(force_str(value))


def to_csv(rows: list[dict[str, Any]], resource: str = "") -> bytes:
    """RFC 4180 in UTF-8 with a byte order mark, which Excel needs to see that it is UTF-8. `resource`: what the rows
    are, for a second row of HXL hashtags."""
    out = io.StringIO()
    writer = csv.writer(out)
    columns = columns_of(rows)
    writer.writerow([harmless(column) for column in columns])
    if resource:
        writer.writerow(hxl.tags(resource, columns))
    for row in rows:
        writer.writerow([csv_cell(row.get(column)) for column in columns])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def to_xlsx(rows: list[dict[str, Any]], resource: str = "") -> bytes:
    """One sheet; numbers as numbers, dates as dates, everything else as text and never as a formula. `resource` as in
    `to_csv`."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    )
    sheet = book.add_worksheet("Trellis")
    bold = book.add_format({"bold": True})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    columns = columns_of(rows)
    for position, column in enumerate(columns):
        sheet.write_string(0, position, column, bold)
    for position, tag in enumerate(hxl.tags(resource, columns) if resource else ()):
        sheet.write_string(1, position, tag)
    heads = 2 if resource else 1
    sheet.freeze_panes(heads, 0)
    for number, row in enumerate(rows, start=heads):
        for position, column in enumerate(columns):
            _write_cell(sheet, number, position, row.get(column), day)
    book.close()
    return out.getvalue()


def _write_cell(sheet: Any, row: int, column: int, value: Any, day: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, Decimal | int | float):
        sheet.write_number(row, column, float(value))
    elif isinstance(value, datetime):
        sheet.write_string(row, column, value.isoformat())
    elif isinstance(value, date):
        sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), day)
    else:
        sheet.write_string(row, column, force_str(value)[:32767])


class _TableRenderer(renderers.BaseRenderer):
    charset: str | None = None
    render_style = "binary"
    file: Callable[[list[dict[str, Any]], str], bytes]

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        if data is None:
            return b""
        context = renderer_context or {}
        response, view = context.get("response"), context.get("view")
        name = str(getattr(view, "basename", None) or getattr(view, "table_name", "trellis"))
        if response is not None:
            response["Content-Disposition"] = f'attachment; filename="{name}.{self.format}"'
        request = context.get("request")
        tagged = request is not None and request.query_params.get("hxl") == "1"
        return self.file([flat(row) for row in rows_of(data)], name if tagged else "")


class CSVRenderer(_TableRenderer):
    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"
    file = staticmethod(to_csv)


class XLSXRenderer(_TableRenderer):
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    format = "xlsx"
    file = staticmethod(to_xlsx)
