"""The list as it came, with marks: the same rows, columns and texts, each bad cell with its sentence."""

from __future__ import annotations

import datetime
import io
from typing import Any

import xlsxwriter
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from organizations.lists import likely
from organizations.lists.fields import FIELDS
from organizations.models import ListUpload
from programmes.spreadsheets import Cell

#: What a cell of a spreadsheet holds at most.
LONGEST = 32_767
BAD = {"bg_color": "#FBE6E6", "font_color": "#A4232B"}


def write(found: Any, upload: ListUpload) -> bytes:
    """An XLSX of the chosen sheet. Texts are written as texts, so that none becomes a formula."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}
    )
    bad, day = book.add_format(BAD), book.add_format({"num_format": "yyyy-mm-dd"})
    bad_day, head = book.add_format({**BAD, "num_format": "yyyy-mm-dd"}), book.add_format({"bold": True})
    sheet = book.add_worksheet()
    if get_language_bidi():
        sheet.right_to_left()
    rows, columns = found.table.rows, found.reader.columns
    wrong = {row.number: row for row in found.rows if row.errors and row.verdict != likely.LEAVE_OUT}
    width = max((len(cells) for cells in rows), default=0)
    for number, cells in enumerate(rows, start=1):
        row = wrong.get(number)
        marks = {columns[key]: text for key, text in row.errors.items() if key in columns} if row else {}
        for at in range(max(len(cells), max(marks, default=-1) + 1)):
            value = cells[at] if at < len(cells) else None
            _put(sheet, number - 1, at, value, *((bad, bad_day) if at in marks else (None, day)))
            if at in marks:
                sheet.write_comment(number - 1, at, marks[at], {"x_scale": 2})
        if row:
            texts = [f"{FIELDS[key].label if key in FIELDS else key}: {text}" for key, text in row.errors.items()]
            sheet.write_string(number - 1, width, " ".join(texts)[:LONGEST], bad)
    sheet.write_string(upload.header_row - 1, width, _("What is wrong"), head)
    sheet.set_column(width, width, 60)
    sheet.freeze_panes(upload.header_row, 0)
    book.close()
    return buffer.getvalue()


def _put(sheet: Any, row: int, column: int, value: Cell, style: Any, day_style: Any) -> None:
    if value is None or value == "":
        sheet.write_blank(row, column, None, style)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value, style)
    elif isinstance(value, datetime.date):
        try:
            sheet.write_datetime(row, column, value, day_style)
        except (ValueError, TypeError):
            sheet.write_string(row, column, str(value), style)
    elif isinstance(value, int | float) and abs(value) < 1e15:
        sheet.write_number(row, column, value, style)
    else:
        sheet.write_string(row, column, str(value)[:LONGEST], style)
