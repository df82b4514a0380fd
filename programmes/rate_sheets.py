"""Sheets of rates and indices: the template that goes out, and the rows of a file that comes back."""

from __future__ import annotations

import datetime
import io
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import xlsxwriter
from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import get_language, get_language_bidi, gettext_lazy
from django.utils.translation import gettext as _

from programmes import numbers, spreadsheets
from programmes.digits import shown
from programmes.models import RateKind
from programmes.periods import Unreadable, read_period
from programmes.rate_checks import PLACES
from programmes.rates import MOST_ROWS, RATES
from programmes.spreadsheets import Cell, Refused, Table

#: Rows in which the headings are looked for.
FIRST_ROWS = 25
LONGEST_CELL = 300
PER_DOLLAR = "units_per_usd"
SMALLEST = Decimal(1).scaleb(-PLACES)


@dataclass(frozen=True)
class Column:
    """`name` is the heading for programs and the field's name, `label` the one for people."""

    name: str
    label: str | Promise
    help: str | Promise
    required: bool = True


CURRENCY = Column("currency", gettext_lazy("Currency"), gettext_lazy("Three letters, such as ETB."))
SOURCE = Column("source", gettext_lazy("Source"), gettext_lazy("Who published it, and where."))
COLUMNS: dict[str, tuple[Column, ...]] = {
    "rates": (
        CURRENCY,
        Column(
            "kind",
            gettext_lazy("Kind"),
            gettext_lazy("value_date or period_average; empty: an average where a period is given."),
            required=False,
        ),
        Column(
            "date",
            gettext_lazy("Day or first day"),
            gettext_lazy("2019-12-31 for a day; for an average the first day, or 2019-06 or 2019 for the whole of it."),
        ),
        Column(
            "period_end", gettext_lazy("Last day"), gettext_lazy("Of an average, such as 2019-12-31."), required=False
        ),
        Column(
            "usd_per_unit",
            gettext_lazy("US dollars for one unit"),
            gettext_lazy("Such as 0.0345. Fill this or the next column."),
            required=False,
        ),
        Column(
            PER_DOLLAR,
            gettext_lazy("Units for one US dollar"),
            gettext_lazy("Such as 28.95, as most tables give it."),
            required=False,
        ),
        SOURCE,
    ),
    "prices": (
        CURRENCY,
        Column("date", gettext_lazy("Day"), gettext_lazy("Such as 2019-12-31.")),
        Column(
            "index", gettext_lazy("Index"), gettext_lazy("Prices of the day / prices of the base year: 1.25, not 125.")
        ),
        Column("base_year", gettext_lazy("Base year"), gettext_lazy("Such as 2016; one for each currency.")),
        SOURCE,
    ),
}


@dataclass(frozen=True)
class Brought:
    """What a file holds: rows {"row": number in the file, "typed": {field: text}}, and headings that are not read."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


def template(of: str) -> bytes:
    """An XLSX with the headings in the reader's language, what each takes as a note, and a list of the kinds."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(_("rates") if of == "rates" else _("prices"))
    if get_language_bidi():
        sheet.right_to_left()
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    for at, column in enumerate(COLUMNS[of]):
        sheet.write_string(0, at, str(column.label), bold)
        sheet.write_comment(0, at, str(column.help), {"x_scale": 2})
        sheet.set_column(at, at, 24, day if column.name in ("date", "period_end") else None)
        if column.name == "kind":
            kinds = [str(label) for label in RateKind.labels]
            sheet.data_validation(1, at, MOST_ROWS, at, {"validate": "list", "source": kinds, "error_type": "warning"})
    sheet.freeze_panes(1, 0)
    book.close()
    return buffer.getvalue()


# --- from a file to texts --------------------------------------------------------------------------------------------
def bring(content: bytes, filename: str, of: str) -> Brought:
    """The rows of a file as texts in the reader's language. Raises Refused, which says what is missing."""
    tables = spreadsheets.read(content, filename)
    found = next((hit for table in tables if (hit := _headings(table, of)) is not None), None)
    if found is None:
        needed = ", ".join(str(column.label) for column in COLUMNS[of] if column.required)
        raise Refused(
            _("No row of headings with these columns was found: %(needed)s. The template shows them.")
            % {"needed": needed}
        )
    table, header, columns, ignored = found
    rows = []
    for number, cells in enumerate(table.rows[header + 1 :], start=header + 2):
        typed = {name: _typed(cells[at], name) for at, name in columns.items() if at < len(cells)}
        if any(typed.values()):
            rows.append({"row": number, "typed": typed})
    if not rows:
        raise Refused(_("There is no row below the headings."))
    if len(rows) > MOST_ROWS:
        raise Refused(_("At most %(n)s rows are taken over at a time.") % {"n": MOST_ROWS})
    return Brought(rows, ignored)


def _folded(text: object) -> str:
    return " ".join(str(text).casefold().replace("_", " ").split())


def _words(of: str) -> dict[str, str]:
    """Headings in every language → field."""
    found = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            for column in COLUMNS[of]:
                found[_folded(column.label)] = found[_folded(column.name)] = column.name
    return found


def _headings(table: Table, of: str) -> tuple[Table, int, dict[int, str], list[str]] | None:
    words = _words(of)
    required = {column.name for column in COLUMNS[of] if column.required}
    for at, cells in enumerate(table.rows[:FIRST_ROWS]):
        names = [words.get(_folded(cell)) if isinstance(cell, str) else None for cell in cells]
        if not required <= set(names):
            continue
        columns = {number: name for number, name in enumerate(names) if name is not None}
        doubled = {name for name in columns.values() if list(columns.values()).count(name) > 1}
        if doubled:
            labels = ", ".join(str(column.label) for column in COLUMNS[of] if column.name in doubled)
            raise Refused(_("These headings stand there twice: %(names)s.") % {"names": labels})
        ignored = [shown(str(cell)) for cell, name in zip(cells, names, strict=True) if cell is not None and not name]
        return table, at, columns, [text.replace("\0", "") for text in ignored][:20]
    return None


def _typed(value: Cell, name: str) -> str:
    """A cell as somebody would type it in the reader's language."""
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        value = value.date()
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, float):
        exact = Decimal(repr(value))
        if exact.is_finite() and abs(exact) < Decimal(10) ** 15:
            return numbers.written(exact.quantize(SMALLEST, ROUND_HALF_UP), get_language() or "en")
    # NUL and lone surrogates cannot be kept in the database; what stands for them is refused as no text of the kind.
    text = str(value).encode("utf-8", "replace").decode().replace("\0", "\ufffd").strip()
    return text if name == "source" and len(text) <= 1000 else text[:LONGEST_CELL]


# --- from texts to values --------------------------------------------------------------------------------------------
def read_rows(rows: list[dict[str, Any]], of: str) -> list[tuple[int, dict[str, Any], dict[str, list[str]]]]:
    """Rows as `programmes.rates.enter_many` takes them: number, values, and a sentence for each cell not understood."""
    kinds = _kinds()
    return [(row["row"], *_read(row["typed"], of, kinds)) for row in rows]


def _read(typed: dict[str, str], of: str, kinds: dict[str, str]) -> tuple[dict[str, Any], dict[str, list[str]]]:
    values: dict[str, Any] = {"currency": typed.get("currency", "").upper(), "source": typed.get("source", "")}
    errors: dict[str, list[str]] = {}

    def attempt(name: str, read: Any) -> Any:
        try:
            return read()
        except (Unreadable, numbers.Unreadable) as error:
            errors[name] = [str(error)]
            return None

    days = attempt("date", lambda: read_period(typed.get("date", "")))
    if of == RATES.name:
        _read_rate(typed, values, errors, attempt, days, kinds)
    else:
        if days is not None and days[0] != days[1]:
            errors["date"] = [_("Give the day, such as 2019-12-31.")]
        values["date"] = days[0] if days else None
        values["index"] = attempt("index", lambda: _number(typed.get("index", "")))
        year = attempt("base_year", lambda: _number(typed.get("base_year", "")))
        values["base_year"] = int(year) if year is not None and year == year.to_integral_value() else year
    return values, errors


def _read_rate(
    typed: dict[str, str], values: dict[str, Any], errors: dict[str, list[str]], attempt: Any, days: Any, kinds: Any
) -> None:
    end = attempt("period_end", lambda: read_period(typed.get("period_end", "")))
    said = typed.get("kind", "")
    kind = kinds.get(_folded(said)) if said else None
    if said and kind is None:
        errors["kind"] = [
            _("“%(text)s” is no kind of rate; “%(day)s” or “%(average)s” is expected.")
            % {"text": shown(said), "day": RateKind.VALUE_DATE.label, "average": RateKind.PERIOD_AVERAGE.label}
        ]
    spans = days is not None and days[0] != days[1]
    if kind is None:
        kind = RateKind.PERIOD_AVERAGE if spans or end is not None else RateKind.VALUE_DATE
    if kind == RateKind.VALUE_DATE and spans:
        errors["date"] = [_("The rate of a day needs the day, such as 2019-12-31.")]
    values["kind"], values["date"] = kind, days[0] if days else None
    values["period_end"] = end[1] if end is not None else days[1] if spans and kind != RateKind.VALUE_DATE else None
    direct = attempt("usd_per_unit", lambda: _number(typed.get("usd_per_unit", "")))
    inverse = attempt("usd_per_unit", lambda: _number(typed.get(PER_DOLLAR, "")))
    if direct is not None and inverse is not None:
        errors["usd_per_unit"] = [_("Fill one of the two columns for the number, not both.")]
    elif inverse is not None:
        direct = per_unit(inverse) if inverse > 0 else inverse
    values["usd_per_unit"] = direct


def per_unit(per_dollar: Decimal) -> Decimal:
    """US dollars for one unit from units for one dollar, above 0, to the places that are kept."""
    return (1 / per_dollar).quantize(SMALLEST, ROUND_HALF_UP)


def _number(text: str) -> Decimal | None:
    return numbers.read(text, get_language() or "en")


def _kinds() -> dict[str, str]:
    found = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            for kind in RateKind:
                found[_folded(kind.label)] = found[_folded(kind.value)] = kind.value
    return found


__all__ = ["Brought", "bring", "per_unit", "read_rows", "template"]
