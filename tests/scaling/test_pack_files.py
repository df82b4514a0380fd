"""What stands in a pack: the answers and numbers of the pages, in each language, as PDF and as a workbook."""

from __future__ import annotations

import datetime
import io
import json
import re
import zipfile
import zlib
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import openpyxl
import pytest
import typst
from django.test import Client
from django.utils import timezone, translation

from programmes.models import Programme
from scaling.dashboards import registry
from scaling.dashboards.page import FigureCard, Page
from scaling.figures.drawn import NotDrawn, to_svg
from scaling.metrics import METRICS, REGISTER_METRICS
from scaling.reports import building, operations, pdf
from scaling.reports.models import Report
from scaling.reports.pack import Pack, collect, definitions
from tests import factories

pytestmark = pytest.mark.django_db
LANGUAGES = ["en", "ar"]


@pytest.fixture
def admin(net: Programme) -> Any:
    return factories.administrator()


def ask(by: Any, language: str, format: str, code: str = "NET", **selection: str) -> Report:
    programme = Programme.objects.get(code=code)
    return operations.ask(by=by, programme=programme, selection=selection, language=language, format=format)


def made(row: Report) -> bytes:
    assert building.make(row.pk)
    row.refresh_from_db()
    assert row.state == "done", row.problem
    return bytes(row.content)


def pages(client: Client, by: Any, language: str, query: str = "") -> dict[str, Page]:
    """The pages as the browser gets them."""
    client.force_login(by)
    client.cookies["trellis_language"] = language
    type(by).objects.filter(pk=by.pk).update(language=language)
    return {
        name: client.get(f"{page.url}?programme=NET{query}").context["page"] for name, page in registry.pages().items()
    }


def packed(row: Report) -> Pack:
    with translation.override(row.language):
        return collect(row)


# --- what is collected -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pack_says_what_the_pages_say(admin: Any, client: Client, language: str) -> None:
    shown = pages(client, admin, language, "&kind=shg")
    found = packed(ask(admin, language, "pdf", kind="shg"))
    assert [page.name for page in found.pages] == list(registry.pages())
    for page in found.pages:
        with translation.override(language):
            assert page.answer == str(shown[page.name].answer)
            assert page.headlines == shown[page.name].headlines
            assert [card.reading for card in page.figures] == [card.reading for card in shown[page.name].figures]
            assert {name: table.rows for name, table in page.all_tables.items()} == {
                name: table.rows for name, table in shown[page.name].all_tables.items()
            }
    assert found.rtl == (language == "ar")
    labels = dict(found.facts)
    assert any("shg" in str(value).lower() or value for value in labels.values()) and len(labels) >= 6


def test_a_pack_defines_every_metric_that_its_pages_asked_for(admin: Any) -> None:
    found = packed(ask(admin, "en", "pdf"))
    names = {one.name for one in found.definitions}
    assert names == {name for page in found.pages for name in page.metrics}
    assert {"members_total", "inclusion_gap"} & names or len(names) > 8
    for one in definitions(set(METRICS) | set(REGISTER_METRICS)):
        assert one.text and one.formula and one.source, one.name


def test_the_statement_tells_coverage_freshness_and_corrections(admin: Any) -> None:
    found = packed(ask(admin, "en", "pdf", round="net-2022"))
    said = {one.heading: " ".join(one.sentences) for one in found.statements}
    assert re.search(r"\d+ of \d+ organizations due reported", said["Coverage"])
    assert "as they were known on" in said["Freshness"] and "0 changes" in said["Freshness"]
    assert "0 documented corrections" in said["Corrections"] and "approved returns" in said["Corrections"]
    of_cases = packed(ask(admin, "en", "pdf", code="PCDP"))
    corrections = next(one for one in of_cases.statements if one.heading == "Corrections").sentences[0]
    assert int(corrections.split()[0]) > 0
    membership = next(page for page in of_cases.pages if page.name == "membership")
    assert membership.empty is not None, "no round there: the pack says what is missing"


# --- PDF -------------------------------------------------------------------------------------------------------------
_CONTROLS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def _escaped(found: re.Match[bytes]) -> bytes:
    return bytes([int(found[1], 8)]) if len(found[1]) == 3 else _CONTROLS.get(found[1], found[1])


def texts_of(content: bytes) -> set[str]:
    """Every text string of the file's own structure: titles, bookmarks, descriptions of pictures."""
    found: set[str] = set()
    bodies = [content]
    for start in re.finditer(rb"stream\r?\n", content):
        try:
            bodies.append(zlib.decompressobj().decompress(content[start.end() :]))
        except zlib.error:  # a stream that is not compressed, or compressed in another way
            continue
    for body in bodies:
        for one in re.findall(rb"<(FEFF[0-9A-Fa-f]*)>", body):
            found.add(bytes.fromhex(one.decode()).decode("utf-16"))
        for one in re.findall(rb"\(((?:[^()\\]|\\.)*)\)", body, flags=re.S):
            # In one pass: a byte that an octal number stands for may itself be a backslash.
            plain = re.sub(rb"\\([0-7]{3}|.)", _escaped, one, flags=re.S)
            found.add(plain.decode("utf-16" if plain.startswith(b"\xfe\xff") else "latin-1"))
    return found


def on_paper(card: FigureCard) -> bool:
    """Whether a pack draws it, or says that it stands on the page."""
    try:
        return bool(card.figure and to_svg(card.figure))
    except NotDrawn:
        return False


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_holds_answers_pictures_and_numbers_of_the_pages(admin: Any, client: Client, language: str) -> None:
    shown = pages(client, admin, language)
    row = ask(admin, language, "pdf")
    content = made(row)
    assert content.startswith(b"%PDF-1.7") and content.rstrip().endswith(b"%%EOF")
    assert b"NotoSans" in content and (b"NotoSansArabic" in content) == (language == "ar")
    inside = texts_of(content)
    with translation.override(language):
        assert {str(page.title) for page in shown.values()} <= inside, "bookmarks"
        drawn = [card for page in shown.values() for card in page.figures if card.figure and on_paper(card)]
        assert drawn and {f"{card.reading} " for card in drawn} <= inside, "pictures with their reading"
    sources = pdf.sources(packed(row))
    answers = json.loads(typst.query(sources, "<answer>", field="value", font_paths=pdf.fonts()))
    with translation.override(language):
        assert answers == [str(page.answer) for page in shown.values()], "as the document was set"
    written = json.loads(sources["pack.json"])
    for page, own in zip(written["pages"], shown.values(), strict=True):
        cells = {cell for card in page["figures"] if card["table"] for row in card["table"]["rows"] for cell in row}
        filled = [card.table for card in own.figures if card.table and card.table.rows]
        assert {cell.text for table in filled for cell in table.rows[0]} <= cells | {""}


def test_the_same_moment_gives_the_same_bytes(admin: Any) -> None:
    row = ask(admin, "en", "pdf")
    with translation.override("en"):
        first = pdf.write(collect(row))
        with patch("scaling.formats.timezone.now", return_value=timezone.now() + datetime.timedelta(hours=5)):
            assert pdf.write(collect(row)) == first, "a later day makes no other pack"


def test_a_name_cannot_become_markup(admin: Any) -> None:
    name = '#panic("x") = *Über* $y$ <answer> @z \\ `q` // "'
    Programme.objects.filter(code="NET").update(name=name)
    for language in LANGUAGES:
        content = made(ask(admin, language, "pdf"))
        assert any(name in text for text in texts_of(content)), "in the title as it was typed"


# --- XLSX ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_workbook_holds_answers_and_numbers_of_the_pages(admin: Any, client: Client, language: str) -> None:
    shown = pages(client, admin, language)
    content = made(ask(admin, language, "xlsx"))
    book = openpyxl.load_workbook(io.BytesIO(content))
    _cover, answers, *rest = book.worksheets
    assert all(
        bool(sheet.sheet_view.rightToLeft) == (language == "ar") for sheet in book.worksheets if sheet.title != "_"
    )
    with translation.override(language):
        said = [[str(cell or "") for cell in row] for row in answers.iter_rows(min_row=2, values_only=True)]
        assert said == [[str(page.title), str(page.question), str(page.answer)] for page in shown.values()]
        for page, sheet in zip(shown.values(), rest, strict=False):
            values = [cell for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None]
            assert str(page.answer) in values
            numbers = {round(float(value), 6) for value in values if isinstance(value, int | float)}
            for table in page.all_tables.values():
                for row in table.rows:
                    for cell in row:
                        if cell.value is not None:
                            assert round(float(Decimal(cell.value)), 6) in numbers, (table.id, cell)
    assert any(sheet._charts for sheet in rest), "charts of Excel"
    media = [name for name in zipfile.ZipFile(io.BytesIO(content)).namelist() if name.endswith(".png")]
    assert media, "pictures where Excel has no such chart"


def test_a_formula_in_a_name_stays_text(admin: Any) -> None:
    Programme.objects.filter(code="NET").update(name='=HYPERLINK("http://x")')
    book = openpyxl.load_workbook(io.BytesIO(made(ask(admin, "en", "xlsx"))))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert any(str(cell.value).startswith("=HYPERLINK") for cell in cells)
    assert not any(cell.data_type == "f" and sheet_of != "_" for cell in cells for sheet_of in (cell.parent.title,))
