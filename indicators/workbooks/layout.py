"""Where things stand in a workbook. Hidden keys, not positions or headings, say what a row and a column are.

Sheet `data`: row 1 (hidden) has the keys, row 2 the headings, then one row for each organization. The first cell of row
1 names the workbook: `trellis|<template>|<round>|<language>`. Columns of a field: `last:KEY` (grey, what was reported
before), `KEY` (to fill in), `seen:KEY` (hidden: what stood there at download, by which a conflict is told); rated items
have `evidence:KEY` and `seen-evidence:KEY` too.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import get_language

from indicators.returns import Content
from indicators.rules import plain
from indicators.words import LETTERS, reasons

TEMPLATE = "1"
CODE, NAME, PLACE = "organization", "name", "place"
#: Stands in the hidden columns of the row of headings, whatever people make of the headings themselves.
HEADINGS = "#"
LAST, SEEN, EVIDENCE, SEEN_EVIDENCE = "last:", "seen:", "evidence:", "seen-evidence:"


@dataclass
class SheetRow:
    """One organization's row. `typed` are contents as they stand in the cells, `notes` what is wrong, by key."""

    code: str
    name: str
    place: str
    last: dict[str, Content] = field(default_factory=dict)
    typed: dict[str, str | int | float] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)
    evidence: dict[str, str] = field(default_factory=dict)
    seen_evidence: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)


def head(round_code: str, language: str) -> str:
    """The first cell."""
    return f"trellis|{TEMPLATE}|{round_code}|{language}"


def to_seen(content: Content) -> str:
    """A content in a hidden column: exact, and never mistaken for a formula."""
    return "" if content is None else plain(content)


def to_cell(content: Content) -> str | int | float:
    """A content as a person reads and writes it: a number, a reason's letter, or nothing."""
    if content is None:
        return ""
    if isinstance(content, Decimal):
        return int(content) if content == content.to_integral_value() else float(content)
    return next((letter for reason, letter in LETTERS.items() if reason == content), content)


def reason_of(text: str) -> str:
    """The reason that a text names by letter, label or code; empty when it names none."""
    return _reasons_by_name(get_language() or "en").get(text.strip().casefold(), "")


@functools.lru_cache(maxsize=16)
def _reasons_by_name(language: str) -> dict[str, str]:
    """Folded letter, label and code of each reason → its code, in the active language, which is `language`."""
    found = {}
    for one in reversed(reasons()):
        found.update({name.casefold(): one["code"] for name in (one["code"], one["label"], one["letter"]) if name})
    return found
