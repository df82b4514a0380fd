"""Read an uploaded workbook back: what changed in which cell, and what cannot be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from indicators.instruments import Instrument
from indicators.returns import Change, Content, RowChange
from indicators.workbooks import layout
from indicators.workbooks.layout import SheetRow
from programmes import numbers, spreadsheets
from programmes.spreadsheets import Cell, Refused, Table


@dataclass
class Uploaded:
    """What a file says. `errors`: organization → key → sentence; `rows` keep everything as it was typed."""

    language: str
    changes: list[RowChange] = field(default_factory=list)
    rows: list[SheetRow] = field(default_factory=list)
    errors: dict[str, dict[str, str]] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)


def read(content: bytes, filename: str, instrument: Instrument) -> Uploaded:
    """Find the data by its hidden keys, wherever rows and columns have moved to. Raises Refused."""
    table, at, language = _data(spreadsheets.read(content, filename), instrument)
    keys = [str(cell or "") for cell in table.rows[at]]
    keys[_corner(table.rows[at])] = layout.CODE
    columns: dict[str, int] = {}
    for number, key in enumerate(keys):
        if key and key in columns:
            raise Refused(_("The column “%(key)s” is there twice.") % {"key": key})
        columns[key] = number
    found = Uploaded(language, ignored=_unknown(columns, instrument))
    missing = [one.key for one in instrument.order if one.key in columns and layout.SEEN + one.key not in columns]
    if missing:
        raise Refused(
            _("The hidden column of “%(key)s” is missing. Download the workbook again and copy your values into it.")
            % {"key": missing[0]}
        )
    known: set[str] = set()
    for cells in table.rows[at + 1 :]:
        code = _text(cells, columns[layout.CODE])
        if not code or _is_heading(cells, columns):
            continue
        if code in known:
            found.errors.setdefault(code, {})[layout.CODE] = _("%(code)s is there twice.") % {"code": code}
            continue
        known.add(code)
        _row(found, code, cells, columns, instrument)
    return found


def _corner(cells: list[Cell]) -> int:
    return next((number for number, cell in enumerate(cells) if str(cell or "").startswith("trellis|")), -1)


def _data(tables: list[Table], instrument: Instrument) -> tuple[Table, int, str]:
    """The sheet, the row of keys in it, and the language it was written in."""
    for table in tables:
        for at, cells in enumerate(table.rows[:10]):
            corner = _corner(cells)
            if corner < 0:
                continue
            parts = str(cells[corner]).split("|")
            if len(parts) != 4 or parts[1] != layout.TEMPLATE:
                raise Refused(_("The workbook is of another version. Download it again and copy your values into it."))
            if parts[2] != instrument.round.code:
                raise Refused(
                    _("The workbook belongs to the round “%(other)s”, not to “%(this)s”.")
                    % {"other": parts[2][:60], "this": instrument.round.code}
                )
            return table, at, parts[3]
    raise Refused(_("This is not the workbook of a round: its hidden first row is not there. Download it here first."))


def _unknown(columns: dict[str, int], instrument: Instrument) -> list[str]:
    """Columns that people added: they are told, and not read."""
    prefixes = (layout.LAST, layout.SEEN, layout.EVIDENCE, layout.SEEN_EVIDENCE)
    own = {layout.CODE, layout.NAME, layout.PLACE, ""}
    return [key for key in columns if key not in own and key not in instrument.fields and not key.startswith(prefixes)]


def _text(cells: list[Cell], number: int) -> str:
    value = cells[number] if 0 <= number < len(cells) else None
    return "" if value is None else str(value).strip()


def _is_heading(cells: list[Cell], columns: dict[str, int]) -> bool:
    hidden = (number for key, number in columns.items() if key.startswith(layout.SEEN))
    return any(_text(cells, number) == layout.HEADINGS for number in hidden)


def _row(found: Uploaded, code: str, cells: list[Cell], columns: dict[str, int], instrument: Instrument) -> None:
    row = SheetRow(code, _text(cells, columns.get(layout.NAME, -1)), _text(cells, columns.get(layout.PLACE, -1)))
    changes, papers = [], {}
    for one in instrument.order:
        if one.key not in columns:
            continue
        number = columns[one.key]
        raw = cells[number] if number < len(cells) else None
        seen = _seen(_text(cells, columns[layout.SEEN + one.key]))
        row.seen[one.key] = layout.to_seen(seen)
        if raw is not None:
            row.typed[one.key] = raw if isinstance(raw, int | float) and not isinstance(raw, bool) else str(raw)
        try:
            content = _content(raw, found.language)
        except numbers.Unreadable as error:
            found.errors.setdefault(code, {})[one.key] = str(error)
            continue
        if content != seen:
            changes.append(Change(one.key, content, seen))
        if layout.EVIDENCE + one.key in columns:
            words = _text(cells, columns[layout.EVIDENCE + one.key])
            before = _text(cells, columns.get(layout.SEEN_EVIDENCE + one.key, -1))
            row.evidence[one.key], row.seen_evidence[one.key] = words, before
            if words != before:
                papers[one.key] = words
    found.rows.append(row)
    if changes or papers:
        found.changes.append(RowChange(code, changes, papers))


def _seen(text: str) -> Content:
    if not text:
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


def _content(raw: Cell, language: str) -> Content:
    """A cell as content: a number of the sheet's own, a number as text, a reason, or nothing."""
    if raw is None:
        return None
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        raise numbers.Unreadable(_("“%(text)s” is not a number.") % {"text": numbers.shown(str(raw))})
    if isinstance(raw, int | float):
        return Decimal(str(raw))
    return layout.reason_of(raw) or numbers.read(raw, language)
