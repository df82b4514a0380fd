"""Rows of a list as values: each cell read by its field, with a sentence where that fails."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as starts
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organizations.lists import dates
from organizations.lists.fields import APEX, CHOICE, DATE, FIELDS, PARTNER, PLACE, WORDS, Field, choice_words
from organizations.lists.known import BETWEEN, Known, Standing
from organizations.lists.layout import text_of
from organizations.lists.texts import Nearest, key_of, normal
from organizations.models import ListUpload, Organization, Tier, ValueMemory
from organizations.models.statuses import WITH_SUCCESSOR, Status
from programmes.digits import latin_digits, shown
from programmes.spreadsheets import Cell, Table

#: A decision that leaves rows out.
OUT = "-"
#: In place of a value, while the person has not said in which order day and month stand.
ORDER = "date_order"
TOTALS = frozenset(normal(word) for word in ("total", "totals", "grand total", "sum", "somme", "suma", "المجموع"))
#: A default holds only where this other field has something.
ONLY_WITH = {
    "apex_since": "apex",
    "linkage_kind": "partner",
    "linkage_form": "partner",
    "linkage_causality": "partner",
    "linkage_since": "partner",
    "registration_law": "registration_number",
}


#: What a row lacks, in words.
MISSING = {
    "name": gettext_lazy("The name is missing."),
    "kind": gettext_lazy("Say of which kind it is."),
    "place": gettext_lazy("Say where it is."),
    "formed_on": gettext_lazy("Say when it was formed; the year is enough."),
    "promoter": gettext_lazy("Say who promoted it."),
    "status_on": gettext_lazy("Say since when it has this status."),
    "apex_since": gettext_lazy("Say since when it is a member of its apex."),
    "linkage_kind": gettext_lazy("Say of which kind the linkage is."),
    "linkage_form": gettext_lazy("Say in which form the linkage is agreed."),
    "linkage_causality": gettext_lazy("Say how far support brought the linkage about."),
    "linkage_since": gettext_lazy("Say since when the linkage holds."),
}


@dataclass
class Candidate:
    """What a row may be the same as: `token` is a code of the register, or `row:N` of the list."""

    token: str
    code: str
    name: str
    place: str
    why: str
    standing: Standing | None = None


@dataclass
class Row:
    """One row of the list. `typed` are texts, `values` what they mean, `errors` sentences, `waits` what is still
    asked, each by field."""

    number: int
    typed: dict[str, str] = starts(default_factory=dict)
    values: dict[str, Any] = starts(default_factory=dict)
    errors: dict[str, str] = starts(default_factory=dict)
    waits: dict[str, str] = starts(default_factory=dict)
    left_out: str = ""
    code_proposed: bool = False
    candidates: list[Candidate] = starts(default_factory=list)
    verdict: str = ""
    same_as: Standing | None = None
    apex: Standing | Row | None = None
    #: Filled while the list is applied.
    organization: Organization | None = None

    @property
    def name(self) -> str:
        return str(self.values.get("name") or self.typed.get("name", ""))


@dataclass
class Asked:
    """A word that is not known by itself: how often it comes, what is near, what was chosen for it."""

    field: str
    key: str
    text: str
    rows: list[int] = starts(default_factory=list)
    near: list[tuple[str, str]] = starts(default_factory=list)
    chosen: str = ""
    #: For a place: the code of the place above, where that one is known.
    above: str = ""


class Reader:
    """Reads the rows of one upload. `asked` collects the words that the person matches, by (field, key)."""

    def __init__(self, upload: ListUpload, known: Known) -> None:
        self.upload, self.known = upload, known
        self.columns = {key: int(number) for number, key in upload.mapping.items() if key}
        self.asked: dict[tuple[str, str], Asked] = {}
        self.two_ways: list[str] = []
        self.order = upload.date_order
        self.skipped = 0
        self._chosen: dict[str, dict[str, str]] = upload.choices.get("values", {})
        self._remembered = {
            (one.field, one.text): one.choice for one in ValueMemory.objects.filter(programme=upload.programme)
        }
        self._choices_near: dict[str, Nearest[str]] = {}

    def rows(self, table: Table) -> list[Row]:
        if not self.order:
            columns = [number for key, number in self.columns.items() if FIELDS[key].of == DATE]
            below = table.rows[self.upload.header_row :]
            self.order = dates.evident_order(cells[at] for cells in below for at in columns if at < len(cells))
        return [self._row(number, cells) for number, cells in self._lines(table)]

    def _lines(self, table: Table) -> Iterator[tuple[int, list[Cell]]]:
        """Rows with something in them; not headings that come again, nor totals."""
        heading = self._texts(table.rows[self.upload.header_row - 1])
        for number, cells in enumerate(table.rows[self.upload.header_row :], start=self.upload.header_row + 1):
            texts = self._texts(cells)
            if not texts:
                continue
            total = normal(texts.get("name") or next(iter(texts.values()))) in TOTALS
            if texts == heading or total:
                self.skipped += 1
                continue
            yield number, cells

    def _texts(self, cells: list[Cell]) -> dict[str, str]:
        found = {key: text_of(cells[at]) for key, at in self.columns.items() if at < len(cells)}
        return {key: text for key, text in found.items() if text}

    def _row(self, number: int, cells: list[Cell]) -> Row:
        row = Row(number, self._texts(cells))
        raw: dict[str, Cell] = {key: cells[self.columns[key]] for key in row.typed}
        for key, text in self.upload.defaults.items():
            needs = ONLY_WITH.get(key)
            if text and key not in raw and (needs is None or needs in raw):
                raw[key] = text
        for key, value in raw.items():
            if key != "parent_place":
                self._cell(row, FIELDS[key], value, raw)
        _complete(row)
        decision = self.upload.choices.get("rows", {}).get(str(number), "")
        if decision == "out":
            row.left_out = "row"
        return row

    def _cell(self, row: Row, of: Field, value: Cell, raw: dict[str, Cell]) -> None:
        text = text_of(value)
        if of.of == DATE:
            try:
                row.values[of.key] = dates.read(value, self.order)
            except dates.Unreadable as error:
                row.errors[of.key] = str(error)
            except dates.TwoWays as both:
                row.waits[of.key] = ORDER
                self.two_ways.append(str(both))
        elif of.of == CHOICE:
            row.values[of.key] = self._match(
                row, of.key, key_of(text), text, choice_words(of.key).get(normal(text), "")
            )
        elif of.of == PLACE:
            # The place above belongs to the cell's own place, not to one that is given for all rows.
            parent = row.typed.get("parent_place", "") if "place" in row.typed else ""
            place = self.known.places.one(text, parent)
            code = place.code if place else ""
            label = f"{text}{BETWEEN}{parent}" if parent else text
            key = f"{key_of(text)}{BETWEEN}{key_of(parent)}" if parent else key_of(text)
            code = self._match(row, of.key, key[:300], label, code)
            row.values[of.key] = self.known.places.by_code.get(code.casefold())
        elif of.of == PARTNER:
            partner = self.known.partners.one(text)
            code = self._match(row, of.key, key_of(text), text, partner.code if partner else "")
            row.values[of.key] = self.known.partners.by_code.get(code.casefold())
        elif of.of == WORDS:
            words = [part for part in (" ".join(one.split()) for one in re.split(r"[,;/|،؛]", text)) if part]
            if any(len(word) > of.longest for word in words):
                row.errors[of.key] = _("“%(text)s” is longer than %(n)d characters.") % {
                    "text": shown(max(words, key=len)), "n": of.longest,
                }  # fmt: skip
            row.values[of.key] = list(dict.fromkeys(words))
        elif of.of != APEX:
            if len(text) > of.longest:
                row.errors[of.key] = _("“%(text)s” is longer than %(n)d characters.") % {
                    "text": shown(text), "n": of.longest,
                }  # fmt: skip
            row.values[of.key] = latin_digits(text) if of.key == "code" else text

    def _match(self, row: Row, key: str, word: str, text: str, known: str) -> str:
        """The value itself when it is known; else what the person chose, now or for an earlier list."""
        if known:
            return known
        chosen = self._chosen.get(key, {}).get(word) or self.remembered(key, word)
        if chosen != OUT and not self._still_there(key, chosen):
            chosen = ""
        self.ask(row, key, word, text, chosen)
        return "" if chosen == OUT else chosen

    def remembered(self, key: str, word: str) -> str:
        """What the word was matched to in an earlier list of the programme."""
        return self._remembered.get((key, word), "")

    def ask(self, row: Row, key: str, word: str, text: str, chosen: str) -> None:
        """Put a word on the list of those to be matched."""
        asked = self.asked.get((key, word))
        if asked is None:
            asked = self.asked[(key, word)] = Asked(key, word, text[:200], chosen=chosen)
            asked.near = self._near(key, text)
            if FIELDS[key].of == PLACE and BETWEEN in text:
                above = self.known.places.one(text.partition(BETWEEN)[2], "")
                asked.above = above.code if above else ""
        asked.rows.append(row.number)
        if chosen == OUT:
            row.left_out = key
        elif not chosen:
            row.waits[key] = word

    def _still_there(self, key: str, choice: str) -> bool:
        of = FIELDS[key]
        if of.of == CHOICE:
            return choice in of.choices.values  # type: ignore[union-attr]
        held = self.known.places.by_code if of.of == PLACE else self.known.partners.by_code
        return choice.casefold() in held

    def _near(self, key: str, text: str) -> list[tuple[str, str]]:
        """(choice, label), nearest first; the labels of choices are given by the page."""
        of = FIELDS[key]
        if of.of == CHOICE:
            if key not in self._choices_near:
                self._choices_near[key] = Nearest((value, word) for word, value in choice_words(key).items())
            return [(value, "") for value, _likeness in self._choices_near[key].like(normal(text))]
        if of.of == PLACE:
            name, _sep, parent = text.partition(BETWEEN)
            places = self.known.places
            return [(place.code, places.label(place)) for place in places.near(name, parent)]
        if of.of == PARTNER:
            return [(one.code, one.name) for one in self.known.partners.near(text)]
        return []


def _complete(row: Row) -> None:
    """What a row lacks, told at the field."""
    values = row.values
    for key in ("name", "kind", "place", "formed_on", "promoter"):
        if not values.get(key) and key not in row.waits and key not in row.errors and row.left_out != key:
            row.errors[key] = str(MISSING[key])
    values["tier"] = values.get("tier") or Tier.PRIMARY
    values["status"] = values.get("status") or Status.ACTIVE
    status = values["status"]
    if status in WITH_SUCCESSOR:
        row.errors["status"] = _("A merger or split is recorded with its successors, after the organizations are here.")
    elif status in (Status.DORMANT, Status.DISBANDED) and not values.get("status_on"):
        _say(row, "status_on")
    if row.typed.get("apex") and not values.get("apex_since"):
        _say(row, "apex_since")
    if row.typed.get("partner"):
        for key in ("linkage_kind", "linkage_form", "linkage_causality", "linkage_since"):
            if not values.get(key):
                _say(row, key)


def _say(row: Row, key: str) -> None:
    if key not in row.waits and row.left_out != key:
        row.errors.setdefault(key, str(MISSING[key]))


def first_day(written: dates.Written | None) -> datetime.date | None:
    return written.first if written else None
