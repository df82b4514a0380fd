"""What a list would change: read, compared with the register, written for trial by the same operations, taken back."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from organizations.lists import likely
from organizations.lists.apply import Applied, apply
from organizations.lists.cells import OUT, Reader, Row
from organizations.lists.fields import FIELDS
from organizations.lists.known import Known, Standing
from organizations.lists.layout import table_of
from organizations.lists.texts import Nearest, key_of, normal
from organizations.models import ListUpload, Organization
from programmes.models import Programme
from programmes.spreadsheets import Refused, Table

#: So many lines, words and duplicates are kept; the counts are of all.
SHOWN = 300
MOST_WORDS = 2000
MOST_DUPLICATES = 2000


@dataclass
class Examined:
    table: Table
    reader: Reader
    known: Known
    rows: list[Row]


def table_in(upload: ListUpload) -> Table:
    with upload.file.open("rb") as file:
        return table_of(file.read(), upload.name, upload.sheet)


def examine(upload: ListUpload, by: Any, say: Callable[[int], None] = lambda _percent: None) -> Examined:
    """Everything that can be known without writing. Raises Refused."""
    table = table_in(upload)
    if len(table.rows) < upload.header_row:
        raise Refused(_("The sheet “%(name)s” has fewer rows than that.") % {"name": upload.sheet[:60]})
    say(15)
    known = Known(upload.programme, by)
    reader = Reader(upload, known)
    rows = reader.rows(table)
    say(35)
    likely.find(rows, known)
    decisions = upload.choices.get("rows", {})
    likely.decide(rows, decisions)
    _apexes(rows, reader, known, upload)
    likely.decide(rows, decisions)
    _propose_codes(rows, upload.programme)
    say(60)
    return Examined(table, reader, known, rows)


def plan(upload: ListUpload, by: Any, say: Callable[[int], None] = lambda _percent: None) -> dict[str, Any]:
    """What the pages show. Raises Refused."""
    found = examine(upload, by, say)
    done = trial(found, upload.programme, by)
    say(95)
    return _told(found, done)


def trial(found: Examined, programme: Programme, by: Any) -> Applied:
    """Write and take back: what the operations refuse stands at the rows then."""
    with transaction.atomic():
        done = apply(found.rows, programme=programme, by=by)
        transaction.set_rollback(True)
    for row in found.rows:
        if row.errors and row.verdict != likely.LEAVE_OUT:
            row.verdict = likely.WRONG
    return done


# --- apexes ----------------------------------------------------------------------------------------------------------
class _Apexes:
    """Finds apexes by code or name in the register and among the rows of the list, wherever they stand in it."""

    def __init__(self, rows: list[Row], known: Known) -> None:
        self.known = known
        self.of_the_list = {f"row:{row.number}": row for row in rows if row.verdict != likely.LEAVE_OUT}
        self._by_code: dict[str, list[Row]] = {}
        self._by_name: dict[str, list[Row]] = {}
        for row in self.of_the_list.values():
            self._by_code.setdefault(row.values.get("code", "").casefold(), []).append(row)
            self._by_name.setdefault(normal(row.name), []).append(row)
        self._near: Nearest[str] | None = None

    def at(self, token: str) -> Standing | Row | None:
        return self.of_the_list.get(token) or self.known.by_code.get(token.casefold())

    def token(self, one: Standing | Row) -> str:
        """The same for a row and for the organization that it is the same as."""
        if isinstance(one, Row):
            return one.same_as.code if one.same_as else f"row:{one.number}"
        return one.code

    def one(self, text: str, member: Row) -> Standing | Row | None:
        code, name = text.casefold(), normal(text)
        for rows, standing in (
            (self._by_code.get(code, []), [self.known.by_code[code]] if code in self.known.by_code else []),
            (self._by_name.get(name, []), self.known.by_name.get(name, [])),
        ):
            either: list[Standing | Row] = [*rows, *standing]
            found = {self.token(one): one for one in either}
            if len(found) > 1:  # a member of the same name is not what is meant
                found = {token: one for token, one in found.items() if one is not member}
            if len(found) == 1:
                return next(iter(found.values()))
        return None

    def near(self, text: str) -> list[tuple[str, str]]:
        if self._near is None:
            apexes = [(token, row) for token, row in self.of_the_list.items() if row.values.get("tier") != "primary"]
            self._near = Nearest((token, normal(row.name)) for token, row in apexes)
        name = normal(text)
        both = self._near.like(name) + self.known.apexes.like(name)
        best = sorted(both, key=lambda pair: -pair[1])[:8]
        found: dict[str, str] = {}
        for token, _likeness in best:
            one = self.at(token)
            if isinstance(one, Row):
                found[self.token(one)] = _("%(name)s (row %(row)d)") % {"name": one.name, "row": one.number}
            elif one is not None:
                found.setdefault(token, f"{one.name} · {one.code}")
        return list(found.items())


def _apexes(rows: list[Row], reader: Reader, known: Known, upload: ListUpload) -> None:
    apexes = _Apexes(rows, known)
    chosen = upload.choices.get("values", {}).get("apex", {})
    for row in rows:
        text = row.typed.get("apex", "")
        if not text or row.verdict == likely.LEAVE_OUT:
            continue
        row.apex = apexes.one(text, row)
        if row.apex is not None:
            continue
        word = key_of(text)
        choice = chosen.get(word) or reader.remembered("apex", word)
        row.apex = apexes.at(choice) if choice and choice != OUT else None
        new = ("apex", word) not in reader.asked
        reader.ask(row, "apex", word, text, choice if row.apex is not None or choice == OUT else "")
        if new:
            reader.asked[("apex", word)].near = apexes.near(text)


# --- codes -----------------------------------------------------------------------------------------------------------
def _propose_codes(rows: list[Row], programme: Programme) -> None:
    """The programme's code and the next free number, for new rows without a code, in their order."""
    prefix = f"{programme.code}-"[:33]
    pattern = re.compile(rf"{re.escape(prefix)}(\d{{1,6}})", re.IGNORECASE)
    taken = [*Organization.objects.filter(code__istartswith=prefix).values_list("code", flat=True)]
    taken += [row.values["code"] for row in rows if row.values.get("code")]
    numbers = [int(found[1]) for code in taken if (found := pattern.fullmatch(code))]
    number = max(numbers, default=0)
    for row in rows:
        if not row.values.get("code") and row.verdict != likely.LEAVE_OUT and row.same_as is None:
            number += 1
            row.values["code"] = f"{prefix}{number:04}"
            row.code_proposed = True


# --- for the pages ---------------------------------------------------------------------------------------------------
_FIRST = (likely.WRONG, likely.UNDECIDED, likely.WAITING, likely.NEW, likely.FILL, likely.SAME, likely.LEAVE_OUT)


def _told(found: Examined, done: Applied) -> dict[str, Any]:
    rows, reader = found.rows, found.reader
    filled = set(done.filled_rows)
    counts = Counter(row.verdict for row in rows)
    lines = sorted(rows, key=lambda row: (_FIRST.index(row.verdict), row.number))[:SHOWN]
    asked = sorted(reader.asked.values(), key=lambda one: (bool(one.chosen), list(FIELDS).index(one.field), one.text))
    duplicates = [row for row in rows if row.candidates and not row.left_out]
    duplicates += [row for row in rows if row.left_out == "row"]
    duplicates.sort(key=lambda row: (row.verdict != likely.UNDECIDED, row.number))
    return {
        "counts": dict(counts),
        "rows": len(rows),
        "skipped": reader.skipped,
        "joined": done.joined,
        "linked": done.linked,
        "filled": done.filled,
        "changes": done.changes,
        "open_words": sum(1 for one in asked if not one.chosen),
        "order": {"used": reader.order, "asked": len(reader.two_ways), "examples": reader.two_ways[:3]},
        "asked": [
            {
                "field": one.field,
                "key": one.key,
                "text": one.text,
                "count": len(one.rows),
                "rows": one.rows[:5],
                "near": [list(pair) for pair in one.near],
                "chosen": one.chosen,
                "above": one.above,
            }
            for one in asked[:MOST_WORDS]
        ],
        "lines": [_line(row, row.number in filled) for row in lines],
        "duplicates": [_duplicate(row) for row in duplicates[:MOST_DUPLICATES]],
        "duplicates_in_all": len(duplicates),
    }


def _line(row: Row, filled: bool) -> dict[str, Any]:
    messages = [
        {"label": str(FIELDS[key].label) if key in FIELDS else key, "typed": row.typed.get(key, "")[:60], "text": text}
        for key, text in row.errors.items()
    ]
    code = row.same_as.code if row.same_as else row.values.get("code", "")
    return {
        "row": row.number,
        "code": code[:60],
        "proposed": row.code_proposed,
        "name": row.name[:120],
        "verdict": "unchanged" if row.verdict == likely.FILL and not filled else row.verdict,
        "messages": messages,
    }


def _duplicate(row: Row) -> dict[str, Any]:
    place, formed = row.values.get("place"), row.values.get("formed_on")
    decision = {likely.NEW: "new", likely.LEAVE_OUT: "out"}.get(row.verdict, "")
    if row.same_as:
        decision = f"{row.verdict}:{row.same_as.code}"
    return {
        "row": row.number,
        "code": row.typed.get("code", "")[:60],
        "name": row.name[:120],
        "place": place.name if place else "",
        "formed": str(formed.first) if formed else "",
        "decision": decision,
        "may_be_new": likely.may_be_new(row),
        "candidates": [
            {"token": one.token, "code": one.code, "name": one.name[:120], "place": one.place, "why": one.why,
             "standing": one.standing is not None}
            for one in row.candidates
        ],
    }  # fmt: skip
