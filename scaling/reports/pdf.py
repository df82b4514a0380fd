"""A pack as PDF. Typst sets it from a fixed template and a JSON file, so no text of a pack is ever read as markup."""

from __future__ import annotations

import io
import json
from functools import cache
from pathlib import Path
from typing import Any

import fontpkg
import typst
from django.conf import settings
from django.utils.translation import gettext as _

from scaling.dashboards.page import Cell, FigureCard, Headline, Page, Table
from scaling.figures.drawn import NotDrawn, to_svg
from scaling.reports.pack import Pack

TEMPLATE = Path(__file__).with_name("pack.typ")
FONTS = ("Noto Sans", "Noto Sans Arabic")
#: A table goes to the file with so many rows at most; the page has them all.
MOST_ROWS = 60


def write(pack: Pack) -> bytes:
    """The file; the same pack gives the same bytes."""
    return _compiled(sources(pack), format="pdf", timestamp=int(pack.known_at.timestamp()))


def png(svg: str) -> io.BytesIO:
    """A picture of a pack with two dots for each unit of its size."""
    main = b'#set page(width: auto, height: auto, margin: 0pt, fill: white)\n#image("picture.svg")'
    return io.BytesIO(_compiled({"main": main, "picture.svg": svg.encode()}, format="png", ppi=192))


def _compiled(files: dict[str, bytes], **options: Any) -> bytes:
    # typst's own stubs do not know yet that several files may be given in memory.
    made = typst.compile(files, font_paths=fonts(), ignore_system_fonts=True, **options)  # type: ignore[call-overload]
    assert isinstance(made, bytes)
    return made


@cache
def fonts() -> list[Path]:
    """Folders of the fonts, which come as packages."""
    return [Path(fontpkg.path(name)).parent for name in FONTS]


def sources(pack: Pack) -> dict[str, bytes]:
    """What typst reads: the template as `main`, the pack as `pack.json`, a file for each picture."""
    pictures: dict[str, bytes] = {}
    pages = [_page(page, pack.rtl, pictures) for page in pack.pages]
    data = {
        "lang": pack.language,
        "rtl": pack.rtl,
        "programme": pack.programme,
        "title": pack.title,
        "facts": pack.facts,
        "synthetic": str(settings.SYNTHETIC_LABEL) if pack.is_synthetic else "",
        "pages": pages,
        "definitions": _definitions(pack),
        "statements": [{"heading": one.heading, "sentences": one.sentences} for one in pack.statements],
        "words": {
            "answers": _("Answers"),
            "contents": _("Contents"),
            "definitions": _("Definitions of the metrics"),
            "quality": _("Quality of the data"),
            "left_out": _("Left out"),
            "notes": _("How they are made"),
        },
    }
    return {"main": TEMPLATE.read_bytes(), "pack.json": json.dumps(data).encode(), **pictures}


def _page(page: Page, rtl: bool, pictures: dict[str, bytes]) -> dict[str, Any]:
    said = [page.error] if page.error else []
    if page.empty is not None:
        said += [f"{page.empty.title}. {page.empty.text}"]
    return {
        "title": page.title,
        "question": page.question,
        "answer": page.answer,
        "said": said,
        "url": f"{settings.SITE_URL}{page.share_url}",
        "chips": [chip.text for chip in page.chips],
        "headlines": [_headline(one) for one in page.headlines],
        "figures": [_figure(page, card, rtl, pictures) for card in page.figures],
        "tables": [_table(table) for table in page.tables],
        "left_out": [note.text for note in page.left_out],
        "notes": [str(note) for note in page.notes],
    }


def _headline(one: Headline) -> dict[str, str]:
    value = f"{one.bound} {one.value}".strip() if one.value else one.null
    triangle = {"up": "▲ ", "down": "▼ "}.get(one.direction, "")
    return {
        "label": one.label,
        "value": f"{value} {one.unit}".strip(),
        "comparison": triangle + one.comparison if one.comparison else "",
        "note": one.note,
    }


def _figure(page: Page, card: FigureCard, rtl: bool, pictures: dict[str, bytes]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "title": card.title,
        "subtitle": card.subtitle,
        "reading": card.reading,
        "picture": "",
        "said": f"{card.empty.title}. {card.empty.text}" if card.empty else "",
        "table": _table(card.table) if card.table is not None else None,
    }
    if card.figure is not None:
        try:
            drawn = to_svg(card.figure, width=720, height=card.height_step, rtl=rtl, outlines=card.shapes)
        except NotDrawn:
            found["said"] = _("This picture is drawn by the browser; it stands on the page. Its numbers follow.")
        else:
            found["picture"] = f"{page.name}-{card.id}.svg"
            pictures[found["picture"]] = drawn.encode()
    return found


def _definitions(pack: Pack) -> dict[str, Any]:
    labels = (_("What it tells"), _("Metric"), _("Unit"), _("Formula"), _("Source"))
    # A name may break after its lines; a zero-width space says so.
    rows = [[one.text, one.name.replace("_", "_\u200b"), one.unit, one.formula, one.source] for one in pack.definitions]
    columns = [
        {"label": label, "numeric": False, "share": share}
        for label, share in zip(labels, (30, 17, 11, 28, 14), strict=True)
    ]
    return {"columns": columns, "rows": rows, "more": "", "groups": {}}


def _share(label: str, texts: list[str]) -> int:
    """How much of the width a column gets: what its longest text or longest word of its label needs, within bounds."""
    needed = max([0, *(len(word) for word in label.split()), *(len(text) for text in texts)])
    return min(max(needed, 7), 36)


def _table(table: Table) -> dict[str, Any]:
    left = len(table.rows) - MOST_ROWS
    rows = [[cell_text(cell) for cell in row] for row in table.rows[:MOST_ROWS]]
    groups = {str(number): heading for number, heading in table.groups.items() if number < MOST_ROWS}
    return {
        "groups": groups,
        "title": table.title,
        "columns": [
            {"label": one.label, "numeric": one.numeric, "share": _share(one.label, [row[i] for row in rows])}
            for i, one in enumerate(table.columns)
        ],
        "rows": rows,
        "more": _("%(count)s more rows stand in the Excel file and on the page.") % {"count": left} if left > 0 else "",
    }


def cell_text(cell: Cell) -> str:
    text = cell.text or (cell.spark.label if cell.spark else "")
    return f"{cell.bound} {text}" if cell.bound and text else text
