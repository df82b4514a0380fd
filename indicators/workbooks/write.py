"""Write the workbook of a round: read-me, data, definitions."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from indicators import instruments
from indicators.instruments import Instrument
from indicators.models import EntryField, Round
from indicators.returns import content_of
from indicators.rules import plain
from indicators.words import LETTERS, dimension_label, reasons
from indicators.work import lines
from indicators.workbooks import layout
from indicators.workbooks.layout import SheetRow

FORMATS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 14},
    "text": {"text_wrap": True, "valign": "top"},
    "head": {"bold": True, "text_wrap": True, "valign": "bottom", "bottom": 1, "bg_color": "#E6F0EC"},
    "fixed": {"bg_color": "#F6F7F5"},
    "last": {"font_color": "#7A8683", "bg_color": "#F6F7F5", "align": "right"},
    "open": {"locked": False, "align": "right"},
    "words": {"locked": False, "text_wrap": True},
    "bad": {"locked": False, "align": "right", "bg_color": "#FBE6E6", "font_color": "#A4232B"},
}


def of_round(round_: Round) -> bytes:
    """The workbook of a round with what stands there now and what was reported before."""
    return write(instruments.load(round_), rows_of(round_))


def rows_of(round_: Round) -> list[SheetRow]:
    """One row for each organization that is due."""
    instrument = instruments.load(round_)
    due = [line for line in lines(round_) if line.due.is_due]
    earlier = instruments.earlier_values(instrument, [line.organization.pk for line in due])
    rows = []
    for line in due:
        history = earlier.get(line.organization.pk, {})
        row = SheetRow(
            line.organization.code,
            line.organization.name,
            line.organization.place.name,
            last={key: values[-1].value for key, values in history.items()},
        )
        if line.row:
            stands = {key: content_of(line.row, key) for key in instrument.keys}
            row.typed = {key: layout.to_cell(content) for key, content in stands.items() if content is not None}
            row.seen = {key: layout.to_seen(content) for key, content in stands.items() if content is not None}
            row.evidence = dict(line.row.evidence)
            row.seen_evidence = dict(line.row.evidence)
        rows.append(row)
    return rows


def write(instrument: Instrument, rows: Sequence[SheetRow]) -> bytes:
    """An XLSX in the active language. Texts are written as texts, so that none becomes a formula."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    formats = {name: book.add_format(options) for name, options in FORMATS.items()}
    _read_me(book, formats, instrument)
    _data(book, formats, instrument, rows)
    _definitions(book, formats, instrument)
    book.close()
    return buffer.getvalue()


def _sheet(book: Any, name: str) -> Any:
    sheet = book.add_worksheet(name)
    if get_language_bidi():
        sheet.right_to_left()
    return sheet


def _read_me(book: Any, formats: dict[str, Any], instrument: Instrument) -> None:
    sheet = _sheet(book, _("Read me"))
    sheet.set_column(0, 0, 100, formats["text"])
    round_ = instrument.round
    letters = ", ".join(f"{one['letter']} = {one['label']}" for one in reasons() if one["letter"])
    texts = [
        _("Fill in the white columns of the sheet “data”: one row for each organization."),
        _("Leave a cell blank when you have nothing to say yet. A blank is not a zero."),
        _("Where there is no value, write why: %(letters)s.") % {"letters": letters},
        _("Write numbers as you are used to. The grey columns show what was reported last."),
        _("Rated items go from 1 to 6; the note on the heading says what each level looks like."),
        _("From level 4 on write what was seen."),
        _("Rows and columns may be sorted, moved or hidden. Do not change the first row or the codes."),
        _("Save the workbook and upload it on the page of the round. You see first what would change."),
    ]  # fmt: skip
    sheet.write_string(
        0, 0, f"{round_.programme} · {round_.get_kind_display()} · {round_.reference_date}", formats["title"]
    )
    for number, text in enumerate(texts, start=2):
        sheet.write_string(number, 0, text, formats["text"])
    sheet.protect()


def _columns(instrument: Instrument) -> list[tuple[str, EntryField | None]]:
    """Keys of all columns with the field they belong to."""
    columns: list[tuple[str, EntryField | None]] = [(layout.CODE, None), (layout.NAME, None), (layout.PLACE, None)]
    for one in instrument.order:
        columns += [(layout.LAST + one.key, one), (one.key, one), (layout.SEEN + one.key, one)]
        if one.value_type == "level":
            columns += [(layout.EVIDENCE + one.key, one), (layout.SEEN_EVIDENCE + one.key, one)]
    return columns


def _data(book: Any, formats: dict[str, Any], instrument: Instrument, rows: Sequence[SheetRow]) -> None:
    sheet = _sheet(book, "data")
    columns = _columns(instrument)
    sheet.set_row(0, None, None, {"hidden": True})
    sheet.set_row(1, 62)
    headings = {layout.CODE: _("Code"), layout.NAME: _("Organization"), layout.PLACE: _("Place")}
    for number, (key, one) in enumerate(columns):
        first = layout.head(instrument.round.code, (get_language() or "en").split("-")[0]) if number == 0 else key
        sheet.write_string(0, number, first)
        kind = _kind(key)
        sheet.write_string(1, number, headings.get(key) or _heading(instrument, one, kind), formats["head"])
        hidden = kind in ("seen", "seen_evidence")
        width = {"": 30 if key == layout.NAME else 16, "evidence": 28, "last": 9}.get(kind, 12)
        sheet.set_column(number, number, width, None, {"hidden": True} if hidden else {})
        if one is not None and kind == "value":
            _helps(sheet, number, instrument, one, len(rows))
    for index, row in enumerate(rows, start=2):
        for number, (key, one) in enumerate(columns):
            _cell(sheet, formats, index, number, row, key, one)
    sheet.freeze_panes(2, 2)
    sheet.protect("", {"format_columns": True, "format_rows": True, "sort": True, "autofilter": True})


def _kind(key: str) -> str:
    """What a column is for: "", "last", "value", "seen", "evidence" or "seen_evidence"."""
    if key in (layout.CODE, layout.NAME, layout.PLACE):
        return ""
    prefix = key.partition(":")[0] if ":" in key else "value"
    return prefix.replace("-", "_")


def _heading(instrument: Instrument, one: EntryField | None, kind: str) -> str:
    assert one is not None
    label = instrument.fields[one.key].label
    if kind == "last":
        return _("last")
    if kind.startswith("seen"):
        return layout.HEADINGS
    return _("%(item)s: what was seen") % {"item": label} if kind.endswith("evidence") else label


def _helps(sheet: Any, number: int, instrument: Instrument, one: EntryField, rows: int) -> None:
    """Drop-downs, and the anchors as a note on the heading."""
    letters = [letter for letter in LETTERS.values() if letter]
    choices = {"level": [1, 2, 3, 4, 5, 6], "yes_no": [1, 0]}.get(one.value_type)
    if choices and rows:
        sheet.data_validation(
            2, number, rows + 1, number,
            {"validate": "list", "source": [str(choice) for choice in choices] + letters, "ignore_blank": True},
        )  # fmt: skip
    item = instrument.items.get(one.indicator.code)
    if item and one.value_type == "level":
        anchors = "\n".join(f"{anchor.level}  {anchor.words()}" for anchor in item.anchors.all())
        sheet.write_comment(1, number, anchors, {"x_scale": 3, "y_scale": 4})


def _cell(
    sheet: Any, formats: dict[str, Any], index: int, number: int, row: SheetRow, key: str, one: EntryField | None
) -> None:
    if one is None:
        text = {layout.CODE: row.code, layout.NAME: row.name, layout.PLACE: row.place}[key]
        sheet.write_string(index, number, text, formats["fixed"])
        return
    kind = _kind(key)
    if kind == "last":
        _put(sheet, index, number, layout.to_cell(row.last.get(one.key)), formats["last"])
    elif kind == "seen":
        sheet.write_string(index, number, row.seen.get(one.key, ""))
    elif kind == "seen_evidence":
        sheet.write_string(index, number, row.seen_evidence.get(one.key, ""))
    elif kind == "evidence":
        sheet.write_string(index, number, row.evidence.get(one.key, ""), formats["words"])
    else:
        note = row.notes.get(one.key)
        _put(sheet, index, number, row.typed.get(one.key, ""), formats["bad" if note else "open"])
        if note:
            sheet.write_comment(index, number, note, {"x_scale": 2})


def _put(sheet: Any, index: int, number: int, value: str | int | float, style: Any) -> None:
    if value == "":
        sheet.write_blank(index, number, None, style)
    elif isinstance(value, str):
        sheet.write_string(index, number, value, style)
    else:
        sheet.write_number(index, number, value, style)


def _definitions(book: Any, formats: dict[str, Any], instrument: Instrument) -> None:
    sheet = _sheet(book, _("Definitions"))
    titles = [_("Code"), _("Name"), _("Definition"), _("Unit"), _("From"), _("To"), _("How to verify")]
    for number, title in enumerate(titles):
        sheet.write_string(0, number, title, formats["head"])
    for number, width in enumerate((18, 40, 70, 14, 8, 8, 50)):
        sheet.set_column(number, number, width, formats["text"])
    for index, one in enumerate(instrument.order, start=1):
        version = instrument.versions.get(one.indicator.code)
        item = instrument.items.get(one.indicator.code)
        texts = [
            one.key,
            instrument.fields[one.key].label,
            version.text("definition") if version else dimension_label(one.indicator.dimension),
            version.text("unit") if version else "",
            plain(one.minimum),
            "" if one.maximum is None else plain(one.maximum),
            item.text("means_of_verification") if item else "",
        ]
        for number, text in enumerate(texts):
            sheet.write_string(index, number, text, formats["text"])
    sheet.freeze_panes(1, 1)
    sheet.protect()
