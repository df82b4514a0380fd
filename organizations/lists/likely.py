"""Which rows are likely to be in the register already, or twice in the list."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.utils.translation import gettext as _

from organizations.lists.cells import Candidate, Row
from organizations.lists.known import Known, Standing
from organizations.lists.texts import Nearest, normal, numbers_in

#: Names of one place are “very similar” from here on.
VERY_SIMILAR = 0.6
MOST = 5
NEW, FILL, SAME, LEAVE_OUT, UNDECIDED, WAITING, WRONG = (
    "new", "fill", "same", "out", "undecided", "waiting", "error",
)  # fmt: skip


def find(rows: list[Row], known: Known) -> None:
    """Put candidates at each row, from the register and from earlier rows."""
    earlier = _InTheList()
    for row in rows:
        if row.left_out:
            continue
        _of_the_register(row, known)
        earlier.compare(row)
    earlier.compare_names()


def decide(rows: list[Row], decisions: dict[str, str]) -> None:
    """Give each row its verdict. What is certainly the same is settled without a question, and may be changed."""
    taken: set[int] = set()
    for row in rows:
        if row.left_out:
            row.verdict = LEAVE_OUT
        elif row.errors:
            row.verdict = WRONG
        elif row.waits:
            row.verdict = WAITING
        elif not row.candidates:
            row.verdict = NEW
        else:
            _choose(row, decisions.get(str(row.number), ""), taken)


def _choose(row: Row, decision: str, taken: set[int]) -> None:
    verdict, _sep, token = decision.partition(":")
    held = {one.token: one.standing for one in row.candidates if one.standing}
    if not decision:
        certain = next((one for one in row.candidates if _is_certain(row, one) and one.standing.pk not in taken), None)  # type: ignore[union-attr]
        if certain is not None:
            verdict, token = FILL, certain.token
    if verdict == NEW and may_be_new(row):
        row.verdict = NEW
    elif verdict in (FILL, SAME) and token in held:
        row.verdict, row.same_as = verdict, held[token]
        taken.add(row.same_as.pk)  # type: ignore[union-attr]
    else:
        row.verdict = UNDECIDED


def may_be_new(row: Row) -> bool:
    """Not when an organization of the register has the row's own code."""
    return _code_of(row) is None


def _code_of(row: Row) -> Candidate | None:
    """The candidate that has the row's own code: then the row cannot be new."""
    code = row.values.get("code", "").casefold()
    return next((one for one in row.candidates if one.standing and code and one.code.casefold() == code), None)


def _is_certain(row: Row, one: Candidate) -> bool:
    standing = one.standing
    if standing is None or standing.normal != normal(row.name):
        return False
    code = row.values.get("code", "")
    if code:
        return standing.code.casefold() == code.casefold()
    place, formed = row.values.get("place"), row.values.get("formed_on")
    return bool(place and formed and standing.place_id == place.pk and standing.formed_on == formed.first)


def _add(row: Row, standing: Standing, why: str, known: Known) -> None:
    if len(row.candidates) < MOST and all(one.token != standing.code for one in row.candidates):
        place = known.places.by_pk.get(standing.place_id)
        row.candidates.append(
            Candidate(standing.code, standing.code, standing.name, place.name if place else "", why, standing)
        )


def _of_the_register(row: Row, known: Known) -> None:
    values = row.values
    if (code := values.get("code", "").casefold()) in known.by_code:
        _add(row, known.by_code[code], _("the same code"), known)
    if registration := normal(values.get("registration_number", "")):
        for one in known.by_registration.get(registration, []):
            _add(row, one, _("the same registration number"), known)
    name, place = normal(row.name), values.get("place")
    if not name or place is None:
        return
    around = {place.pk, *(above.pk for above in known.places.above(place) if above.level)}
    for one in known.by_name.get(name, []):
        there = known.places.by_pk.get(one.place_id)
        below = there is not None and bool(place.level) and any(up.pk == place.pk for up in known.places.above(there))
        if one.place_id in around or below:
            _add(row, one, _("the same name in the same place"), known)
    for one in known.alike_in(place.pk, name, VERY_SIMILAR):
        if one.normal != name:
            _add(row, one, _("a very similar name in the same place"), known)


class _InTheList:
    """Earlier rows by what must not come twice."""

    def __init__(self) -> None:
        self._codes: dict[str, Row] = {}
        self._registrations: dict[str, Row] = {}
        self._names: dict[tuple[str, int], Row] = {}
        self._buckets: dict[tuple[Any, ...], list[Row]] = defaultdict(list)

    def compare(self, row: Row) -> None:
        code = row.values.get("code", "").casefold()
        if code and (other := self._codes.setdefault(code, row)) is not row:
            row.errors["code"] = _("The code stands in row %(row)d too.") % {"row": other.number}
        registration = normal(row.values.get("registration_number", ""))
        if registration and (other := self._registrations.setdefault(registration, row)) is not row:
            self._twice(row, other, _("the same registration number"))
        name, place = normal(row.name), row.values.get("place")
        if name and place is not None:
            if (other := self._names.setdefault((name, place.pk), row)) is not row:
                self._twice(row, other, _("the same name in the same place"))
            else:
                self._buckets[(place.pk, *numbers_in(name))].append(row)

    def compare_names(self) -> None:
        for rows in self._buckets.values():
            if len(rows) < 2:
                continue
            names = [normal(row.name) for row in rows]
            nearest = Nearest(enumerate(names))
            for at, row in enumerate(rows):
                for other, _likeness in nearest.like(names[at], least=VERY_SIMILAR):
                    if other < at:
                        self._twice(row, rows[other], _("a very similar name in the same place"))

    @staticmethod
    def _twice(row: Row, other: Row, why: str) -> None:
        token = f"row:{other.number}"
        if len(row.candidates) < MOST and all(one.token != token for one in row.candidates):
            place = row.values.get("place")
            row.candidates.append(
                Candidate(token, other.values.get("code", ""), other.name, place.name if place else "", why)
            )
