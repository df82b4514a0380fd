"""Where the table stands in a file: its sheet, its row of headings, its columns, and which field each column is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from organizations.lists.fields import FIELDS, header_words
from organizations.lists.texts import Nearest, clean, key_of, normal
from programmes import spreadsheets
from programmes.spreadsheets import Cell, Refused, Table

MOST_ROWS = 20_000
#: Columns beyond these are not read; sheets beyond these are not shown.
MOST_COLUMNS = 80
MOST_SHEETS = 20
#: Rows in which headings are looked for, and which are shown.
FIRST_ROWS = 25
#: Two headings are the same word misspelt from here on.
ALIKE = 0.6


@dataclass(frozen=True)
class Column:
    """`label` as it stands there, `key` under which it is remembered, `alone` without the heading above it."""

    number: int
    label: str
    key: str
    alone: str


def text_of(value: Cell) -> str:
    """A cell as text, cleaned."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return clean(str(value))


def outline(content: bytes, filename: str) -> list[dict[str, Any]]:
    """The beginning of each sheet: name, number of rows, and the texts of its first rows. Raises Refused."""
    tables = spreadsheets.read(content, filename)[:MOST_SHEETS]
    found: list[dict[str, Any]] = [
        {
            "name": clean(table.name)[:200] or str(number),
            "rows": len(table.rows),
            "cut": any(len(row) > MOST_COLUMNS for row in table.rows),
            "first": [[text_of(cell)[:60] for cell in row[:MOST_COLUMNS]] for row in table.rows[:FIRST_ROWS]],
        }
        for number, table in enumerate(tables, start=1)
    ]
    if not any(any(row) for sheet in found for row in sheet["first"]):
        raise Refused(_("The first rows of the file are empty: there is no list in it."))
    return found


def table_of(content: bytes, filename: str, sheet: str) -> Table:
    """One sheet. Raises Refused when it is not there or has too many rows."""
    for number, table in enumerate(spreadsheets.read(content, filename)[:MOST_SHEETS], start=1):
        if (clean(table.name)[:200] or str(number)) == sheet:
            if len(table.rows) > MOST_ROWS:
                raise Refused(_("A list may have %(n)s rows at most. Divide it.") % {"n": MOST_ROWS})
            return table
    raise Refused(_("The sheet “%(name)s” is not there.") % {"name": sheet[:60]})


def columns(first: Sequence[Sequence[str]], header_row: int) -> list[Column]:
    """Columns under the headings in row `header_row` (from 1). A heading that stands over several columns in the row
    above (its cells merged) goes before theirs; one that spans both rows stands in the upper."""
    if not 1 <= header_row <= len(first):
        return []
    lower = list(first[header_row - 1])
    upper = list(first[header_row - 2]) if header_row > 1 else []
    if sum(1 for cell in upper if cell) < 2 and not any(upper[1:]):
        upper = []  # a title, not headings
    width = max(len(row) for row in first)
    lower += [""] * (width - len(lower))
    upper += [""] * (width - len(upper))
    found, over = [], ""
    for number, (above, own) in enumerate(zip(upper, lower, strict=True)):
        over = above or (over if own else "")
        label = f"{over} · {own}" if over and own else own or above
        if label or any(number < len(row) and row[number] for row in first[header_row:]):
            found.append(Column(number, label, key_of(label) if label else "", normal(own or above)))
    return found


def guess_fields(found: Sequence[Column], remembered: Mapping[str, str]) -> dict[int, str]:
    """Column number → field, each field once, best guess first; what was chosen before for a heading comes first."""
    words = header_words()
    nearest = Nearest((key, word) for word, key in words.items())
    offers: list[tuple[float, int, str]] = []
    settled = set()
    for column in found:
        if column.key in remembered:
            settled.add(column.number)
            if remembered[column.key] in FIELDS:
                offers.append((3.0, column.number, remembered[column.key]))
            continue
        for weight, word in ((2.0, column.key), (1.9, column.alone)):
            if word in words:
                offers.append((weight, column.number, words[word]))
            elif word:
                offers += [(likeness, column.number, key) for key, likeness in nearest.like(word, least=ALIKE, most=3)]
    chosen: dict[int, str] = {}
    for _weight, number, key in sorted(offers, key=lambda offer: (-offer[0], offer[1])):
        if number not in chosen and key not in chosen.values():
            chosen[number] = key
    return chosen


def guess_header_row(first: Sequence[Sequence[str]], remembered: Mapping[str, str]) -> tuple[int, int]:
    """(row from 1, how many of its headings are known). Without any known heading the fullest of the first rows."""
    best = (0, 0)
    for number in range(1, len(first) + 1):
        hits = len(guess_fields(columns(first, number), remembered)) if any(first[number - 1]) else 0
        if hits > best[1]:
            best = (number, hits)
    if best[1]:
        return best
    filled = [sum(1 for cell in row if cell) for row in first]
    return (filled.index(max(filled)) + 1 if filled else 1, 0)


def guess(sheets: Sequence[dict[str, Any]], remembered: Mapping[str, str]) -> tuple[str, int]:
    """Name of the likeliest sheet, and its row of headings."""
    best = ("", 1, -1)
    for sheet in sheets:
        row, hits = guess_header_row(sheet["first"], remembered)
        if hits > best[2] and any(any(cells) for cells in sheet["first"]):
            best = (sheet["name"], row, hits)
    return best[0], best[1]
