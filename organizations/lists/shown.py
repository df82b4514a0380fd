"""What the pages of a list show, as plain data in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from organizations.lists import layout, likely
from organizations.lists.cells import OUT
from organizations.lists.fields import CHOICE, FIELDS, NEEDED
from organizations.lists.known import Places
from organizations.lists.operations import remembered_columns
from organizations.models import ListUpload

#: So many places are offered while one types; others are found by their code.
MOST_PLACES = 1000
SAMPLES = 3


def verdicts() -> dict[str, str]:
    return {
        likely.WRONG: _("wrong"),
        likely.UNDECIDED: _("may be in the register already"),
        likely.WAITING: _("with a word that is not known"),
        likely.NEW: _("new"),
        likely.FILL: _("the same, missing facts are filled in"),
        "unchanged": _("the same, nothing is missing"),
        likely.SAME: _("the same, nothing changes"),
        likely.LEAVE_OUT: _("left out"),
    }


def counts(plan: dict[str, Any]) -> list[tuple[str, int]]:
    """(words, how many rows), for what there is."""
    found = dict(plan.get("counts", {}))
    if likely.FILL in found:
        found["unchanged"] = found[likely.FILL] - plan["filled"]
        found[likely.FILL] = plan["filled"]
    return [(label, found[name]) for name, label in verdicts().items() if found.get(name)]


def lines(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [{**line, "label": verdicts()[line["verdict"]]} for line in plan.get("lines", [])]


def columns(
    upload: ListUpload,
    sheet: str,
    header_row: int,
    typed: Mapping[int, str] | None,
    defaults: Mapping[str, str],
    errors: Mapping[str, list[str]],
) -> dict[str, Any]:
    """The columns of a sheet with samples and what each is taken for: typed, chosen before, or guessed."""
    outline: dict[str, Any] = next((one for one in upload.outline if one["name"] == sheet), {"first": [], "cut": False})
    first = outline["first"]
    remembered = remembered_columns(upload.programme)
    same = sheet == upload.sheet
    if not header_row:
        header_row = upload.header_row if same else layout.guess_header_row(first, remembered)[0]
    found = layout.columns(first, header_row)
    if typed is not None:
        chosen = dict(typed)
    elif upload.mapping and same and header_row == upload.header_row:
        chosen = {int(number): key for number, key in upload.mapping.items()}
    else:
        chosen = layout.guess_fields(found, remembered)
    given = dict(defaults) if typed is not None else upload.defaults
    for_all = _defaults(chosen, given, errors)
    return {
        "header_row": header_row,
        "header_rows": [
            (number, " · ".join(cell for cell in row if cell)[:70])
            for number, row in enumerate(first, start=1)
            if any(row)
        ],
        "cut": outline["cut"],
        "fields": [(key, str(field.label)) for key, field in FIELDS.items()],
        "columns": [
            {
                "number": one.number,
                "letter": _letter(one.number),
                "label": one.label,
                "samples": _samples(first[header_row:], one.number),
                "chosen": chosen.get(one.number, ""),
                "errors": errors.get(f"column-{one.number}", []),
            }
            for one in found
        ],
        "asked_defaults": [one for one in for_all if one["shown"]],
        "more_defaults": [one for one in for_all if not one["shown"]],
    }


def _defaults(
    chosen: Mapping[int, str], given: Mapping[str, str], errors: Mapping[str, list[str]]
) -> list[dict[str, Any]]:
    """Values for all rows; shown at once are those that no column says, and those with an answer or an error."""
    found = []
    for key, field in FIELDS.items():
        if not field.for_all:
            continue
        needed = key in NEEDED and key not in chosen.values()
        told = errors.get(f"default-{key}", [])
        found.append(
            {
                "key": key,
                "label": str(field.label),
                "options": list(field.choices.choices) if field.of == CHOICE and field.choices else None,
                "value": given.get(key, ""),
                "needed": needed,
                "errors": told,
                "shown": needed or bool(told or given.get(key)),
            }
        )
    return found


def _letter(number: int) -> str:
    """A, B … Z, AA, as spreadsheets name their columns."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _samples(rows: Sequence[Sequence[str]], number: int) -> list[str]:
    texts = (row[number] for row in rows if number < len(row) and row[number])
    return list(dict.fromkeys(texts))[:SAMPLES]


def words(
    asked: Sequence[dict[str, Any]], typed: Mapping[tuple[str, str], str], errors: Mapping[str, list[str]]
) -> list[dict[str, Any]]:
    """Each word with what can be chosen for it, nearest first."""
    found = []
    for one in asked:
        field = FIELDS[one["field"]]
        near = [tuple(pair) for pair in one["near"]]
        free = field.of != CHOICE
        if not free and field.choices:
            labels: dict[str, str] = {value: str(label) for value, label in field.choices.choices}
            order = [value for value, _label in near] + list(labels)
            near = [(value, labels[value]) for value in dict.fromkeys(order)]
        value = typed.get((one["field"], one["key"]), one["chosen"])
        offered = {choice for choice, _label in near} | {OUT, ""}
        found.append(
            {
                **one,
                "label": str(field.label),
                "near": near,
                "free": free,
                "value": value if value in offered else "",
                "other": "" if value in offered else value,
                "errors": errors.get(f"{one['field']}:{one['key']}", []),
            }
        )
    return found


def words_from(data: Mapping[str, str], plan: dict[str, Any]) -> dict[tuple[str, str], str]:
    """What was chosen or typed on the page: the text, when there is one, before the list."""
    found: dict[tuple[str, str], str] = {}
    for one in plan.get("asked", []):
        name = f"{one['field']}:{one['key']}"
        other = data.get(f"other-{name}", "").strip()
        if f"word-{name}" in data or other:
            found[(one["field"], one["key"])] = other or data.get(f"word-{name}", "")
    rest = data.get("rest", "")
    if rest in (OUT, "above"):
        for one in plan.get("asked", []):
            pair = (one["field"], one["key"])
            if one["chosen"] or found.get(pair):
                continue
            if rest == OUT:
                found[pair] = OUT
            elif one["field"] == "place" and one.get("above"):
                found[pair] = one["above"]
    return found


def place_names(upload: ListUpload) -> list[str]:
    places = Places(upload.programme)
    return sorted(places.label(place) for place in places.by_pk.values())[:MOST_PLACES]


def duplicates(
    found: Sequence[dict[str, Any]], typed: Mapping[int, str], errors: Mapping[str, list[str]]
) -> list[dict[str, Any]]:
    return [
        {**one, "decision": typed.get(one["row"], one["decision"]), "errors": errors.get(str(one["row"]), [])}
        for one in found
    ]
