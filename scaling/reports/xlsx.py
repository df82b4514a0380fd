"""A pack as a workbook: a sheet for each page, numbers as numbers, charts of Excel where it has such, else pictures."""

from __future__ import annotations

import io
import re
from datetime import UTC
from typing import Any

import xlsxwriter
from django.conf import settings
from django.utils.translation import gettext as _

from scaling.dashboards.page import Cell, FigureCard, Page, Table
from scaling.figures.drawn import NotDrawn, to_svg
from scaling.reports import charts, pdf
from scaling.reports.pack import Pack

_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']")
WIDE = 44


def write(pack: Pack) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties(
        {"title": f"{pack.title} · {pack.programme}", "created": pack.known_at.astimezone(UTC).replace(tzinfo=None)}
    )
    writer = _Writer(book, pack)
    writer.cover()
    writer.answers()
    for page in pack.pages:
        writer.page(page)
    writer.quality()
    writer.definitions()
    writer.finish()
    book.close()
    return out.getvalue()


class _Sheet:
    """A sheet that is written from top to bottom."""

    def __init__(self, sheet: Any) -> None:
        self.sheet, self.row = sheet, 0

    def line(self, *texts: object, form: Any = None) -> None:
        for column, text in enumerate(texts):
            if text not in ("", None):
                self.sheet.write_string(self.row, column, str(text)[:32767], form)
        self.row += 1

    def space(self, rows: int = 1) -> None:
        self.row += rows


class _Writer:
    def __init__(self, book: Any, pack: Pack) -> None:
        self.book, self.pack = book, pack
        wrapped = {"text_wrap": True, "valign": "top"}
        self.title = book.add_format({"bold": True, "font_size": 16, "font_color": "#1b5e4b"})
        self.heading = book.add_format({"bold": True, "font_size": 12})
        self.head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"})
        self.said = book.add_format({"font_color": "#5c6a67"})
        self.wrap = book.add_format(wrapped)
        self.numbers: dict[int, Any] = {}
        self.names: set[str] = set()
        self.charts = charts.Charts(book)

    def sheet(self, name: str, widths: tuple[int, ...] = (WIDE, 16)) -> _Sheet:
        """Named as Excel allows it: 31 letters, each name once."""
        base = _NOT_IN_NAMES.sub(" ", name).strip()[:28] or "–"
        found, times = base, 1
        while found.casefold() in self.names:
            times += 1
            found = f"{base} {times}"
        self.names.add(found.casefold())
        sheet = self.book.add_worksheet(found)
        for column, width in enumerate(widths):
            last = column if column < len(widths) - 1 else column + 20
            sheet.set_column(column, last, width)
        sheet.hide_gridlines(2)
        if self.pack.rtl:
            sheet.right_to_left()
        return _Sheet(sheet)

    def cover(self) -> None:
        on = self.sheet(_("Cover"), (28, 70))
        on.line(self.pack.title, form=self.said)
        on.line(self.pack.programme, form=self.title)
        if self.pack.is_synthetic:
            on.line(settings.SYNTHETIC_LABEL, form=self.heading)
        on.space()
        for label, value in self.pack.facts:
            on.line(label, value)

    def answers(self) -> None:
        on = self.sheet(_("Answers"), (22, 60, 100))
        on.line(_("Page"), _("Question"), _("Answer"), form=self.head)
        for page in self.pack.pages:
            on.line(page.title, page.question, page.answer, form=self.wrap)

    def page(self, page: Page) -> None:
        on = self.sheet(page.title)
        on.line(page.question, form=self.title)
        on.line(page.answer, form=self.heading)
        on.line(page.error)
        if page.empty is not None:
            on.line(f"{page.empty.title}. {page.empty.text}")
        for chip in page.chips:
            on.line(chip.text, form=self.said)
        on.space()
        for one in page.headlines:
            on.line(one.label, f"{one.bound} {one.value} {one.unit}".strip() if one.value else one.null, one.comparison)
        for card in page.figures:
            self.card(on, card)
        for table in page.tables:
            on.space()
            on.line(table.title, form=self.heading)
            self.table(on, table)
        for heading, notes in ((_("Left out"), [n.text for n in page.left_out]), (_("How they are made"), page.notes)):
            if notes:
                on.space()
                on.line(heading, form=self.heading)
                for note in notes:
                    on.line(note)
        on.space()
        on.line(f"{settings.SITE_URL}{page.share_url}", form=self.said)

    def card(self, on: _Sheet, card: FigureCard) -> None:
        on.space()
        on.line(card.title, card.subtitle, form=self.heading)
        on.line(card.reading)
        if card.empty is not None:
            on.line(f"{card.empty.title}. {card.empty.text}")
        if card.table is not None:
            self.table(on, card.table)
        if card.figure is not None:
            on.space()
            on.space(self.charts.put(on.sheet, on.row, card, rtl=self.pack.rtl) or self.picture(on, card))

    def picture(self, on: _Sheet, card: FigureCard) -> int:
        """For what Excel has no chart of; returns how many rows it takes."""
        assert card.figure is not None
        try:
            drawn = pdf.png(to_svg(card.figure, width=720, height=320, rtl=self.pack.rtl, outlines=card.shapes))
        except NotDrawn:
            on.line(_("This picture is drawn by the browser; it stands on the page."), form=self.said)
            return 0
        half = {"x_scale": 0.5, "y_scale": 0.5, "description": card.reading or card.title, "image_data": drawn}
        on.sheet.insert_image(on.row, 0, f"{card.id}.png", half)
        return charts.ROWS

    def table(self, on: _Sheet, table: Table) -> None:
        on.line(*(column.label for column in table.columns), form=self.head)
        for number, row in enumerate(table.rows):
            if number in table.groups:
                on.line(table.groups[number], form=self.heading)
            for column, cell in enumerate(row):
                self.cell(on, column, cell)
            on.row += 1

    def cell(self, on: _Sheet, column: int, cell: Cell) -> None:
        text = cell.text or (cell.spark.label if cell.spark else "")
        if cell.value is None:
            if text:
                on.sheet.write_string(on.row, column, text)
            return
        on.sheet.write_number(on.row, column, float(cell.value), self.number(cell))
        if cell.bound or cell.hint:
            on.sheet.write_comment(on.row, column, " ".join(part for part in (cell.bound, cell.hint) if part))

    def number(self, cell: Cell) -> Any:
        """As many places as the page shows."""
        digits = re.search(r"\d[.,](\d{1,2})(?!\d)", cell.text)
        places = len(digits.group(1)) if digits else 0
        if places not in self.numbers:
            form = "#,##0" + (f".{'0' * places}" if places else "")
            self.numbers[places] = self.book.add_format({"num_format": form})
        return self.numbers[places]

    def quality(self) -> None:
        on = self.sheet(_("Quality of the data"), (120,))
        on.line(_("Quality of the data"), form=self.title)
        for one in self.pack.statements:
            on.space()
            on.line(one.heading, form=self.heading)
            for sentence in one.sentences:
                on.line(sentence)

    def definitions(self) -> None:
        on = self.sheet(_("Definitions"), (60, 28, 16, 60, 22))
        on.line(_("What it tells"), _("Metric"), _("Unit"), _("Formula"), _("Source"), form=self.head)
        for one in self.pack.definitions:
            on.line(one.text, one.name, one.unit, one.formula, one.source, form=self.wrap)

    def finish(self) -> None:
        self.charts.finish()
