"""Data values become drafts of returns, through the operation of the entry grid, and an import summary tells of each.

Each value is weighed for itself: what cannot be placed or does not fit is a conflict, what stands there already is
ignored, and the rest goes to `returns.save_rows`. An approved value is never written over. With `dryRun` the same is
told and nothing written.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from indicators import returns, review
from indicators.models import Return, ReturnComment, ReturnState, Round, ValueType, Way
from indicators.returns import Change, Content, RowChange, content_of
from organizations.models import Organization
from programmes.access import Permission, may, require
from programmes.digits import shown
from scaling.exchange.dhis2 import codes, periods, rounds
from scaling.exchange.dhis2.codes import DataSets, Fields, Schemes
from scaling.exchange.dhis2.models import Dhis2Note
from scaling.exchange.dhis2.payloads import Payload, Value
from scaling.exchange.dhis2.rounds import Rounds

CREATE, UPDATE, BOTH, DELETE = "CREATE", "UPDATE", "CREATE_AND_UPDATE", "DELETE"
#: NEW and so on are what older versions of DHIS2 call the same.
STRATEGIES = {
    CREATE: CREATE, UPDATE: UPDATE, BOTH: BOTH, DELETE: DELETE,
    "NEW": CREATE, "UPDATES": UPDATE, "NEW_AND_UPDATES": BOTH, "DELETES": DELETE,
}  # fmt: skip
_NUMBER = re.compile(r"-?(\d{1,30}(\.\d{1,20})?|\.\d{1,20})([eE][+-]?\d{1,2})?")
_TRUTHS = {"true": 1, "t": 1, "1": 1, "false": 0, "f": 0, "0": 0}


@dataclass(frozen=True)
class Refusal(Exception):
    """Why a value is not taken: DHIS2's error code, which property of the value, and the sentence."""

    code: str
    property: str
    object: str
    text: str


@dataclass
class Placed:
    """A value with the cell of a return that it is about, and what shall stand there."""

    value: Value
    round: Round
    organization: Organization
    key: str
    content: Content
    #: a return that is there, and what stands in the cell
    row: Return | None = None
    stands: Content = None
    #: the comment or mark that came with it says something new
    says: bool = False

    @property
    def cell(self) -> tuple[int, int, str]:
        return self.round.pk, self.organization.pk, self.key


@dataclass
class Summary:
    """What became of an import, in DHIS2's words."""

    counts: Counter[str] = field(default_factory=Counter)
    refusals: dict[Refusal, list[int]] = field(default_factory=dict)
    #: values of no effect for the strategy that was asked for
    passed: list[int] = field(default_factory=list)
    completed: bool = False

    def refuse(self, refusal: Refusal, index: int) -> None:
        self.refusals.setdefault(refusal, []).append(index)
        self.counts["ignored"] += 1

    @property
    def status(self) -> str:
        if not self.refusals:
            return "SUCCESS"
        refused = sum(len(found) for found in self.refusals.values())
        return "WARNING" if sum(self.counts.values()) > refused else "ERROR"

    def conflicts(self) -> list[dict[str, Any]]:
        return [
            {
                "object": one.object,
                "objects": {one.property: one.object},
                "value": one.text,
                "errorCode": one.code,
                "property": one.property,
                "indexes": sorted(indexes),
            }
            for one, indexes in self.refusals.items()
        ]

    def rejected(self) -> list[int]:
        return sorted({*self.passed, *(n for found in self.refusals.values() for n in found)})


class _Nothing(Exception):
    """Takes back what a dry run tried."""


def take(payload: Payload, *, by: Any, schemes: Schemes, strategy: str = BOTH, dry_run: bool = False) -> Summary:
    """Import data values for `by`. Raises PermissionDenied for who enters returns nowhere."""
    require(by, Permission.RETURNS_ENTER)
    summary = Summary(completed=payload.completed)
    try:
        with transaction.atomic():
            placed = _without_repeats(_placed(payload.values, by, schemes, strategy, summary), summary)
            _look_up(placed)
            _write([one for one in placed if _takes(one, strategy, by, summary)], by, summary)
            if dry_run:
                raise _Nothing
    except _Nothing:
        pass
    return summary


# --- which cell ------------------------------------------------------------------------------------------------------
def _placed(values: Sequence[Value], by: Any, schemes: Schemes, strategy: str, summary: Summary) -> list[Placed]:
    """Values with their cells; the others are conflicts. The number of queries does not grow."""
    fields = Fields.load(schemes)
    known = Rounds.load(by)
    programmes = {one.programme_id: one.programme for one in known.every}
    sets = DataSets.load(programmes.values(), schemes)
    units = codes.organizations((one.orgUnit for one in values), schemes.orgUnit, by)
    candidates: list[tuple[Value, Organization, str, list[Round]]] = []
    for one in values:
        try:
            candidates.append((one, *_candidates(one, fields, known, sets, units)))
        except Refusal as refusal:
            summary.refuse(refusal, one.index)
    wanted = {round_.pk for _v, _o, _k, found in candidates for round_ in found}
    due = rounds.due(wanted, {organization.pk for _v, organization, _k, _f in candidates})
    placed = []
    for one, organization, key, found in candidates:
        try:
            round_ = _one_round(one, organization, found, due)
            placed.append(Placed(one, round_, organization, key, _content(one, fields.types[key], strategy)))
        except Refusal as refusal:
            summary.refuse(refusal, one.index)
    return placed


def _candidates(
    one: Value, fields: Fields, known: Rounds, sets: DataSets, units: dict[str, Organization]
) -> tuple[Organization, str, list[Round]]:
    key = fields.key(one.dataElement, one.categoryOptionCombo, one.dimensions)
    if key is None:
        raise _no_field(one, fields)
    organization = units.get(one.orgUnit)
    if organization is None:
        text = _("Organisation unit not found or not accessible: “%(code)s”.") % {"code": shown(one.orgUnit)}
        raise Refusal("E7612", "orgUnit", one.orgUnit, text)
    span = periods.read_interval(one.period)
    if span is None and not periods.is_identifier(one.period):
        text = _("Period not valid: “%(text)s”. Write it as 2024, 2024S1 or 2024-01-01/P1Y.")
        raise Refusal("E7611", "period", one.period, text % {"text": shown(one.period)})
    name = periods.interval(span) if span is not None and ".." not in one.period else one.period
    found = known.by_period.get(name, [])
    if one.dataSet:
        if one.dataSet not in sets.sets:
            text = _("Data set not found or not accessible: “%(code)s”.") % {"code": shown(one.dataSet)}
            raise Refusal("E7600", "dataSet", one.dataSet, text)
        found = [each for each in found if (each.programme_id, each.kind) in sets.sets[one.dataSet]]
    try:
        programmes = sets.programmes_of(one.attributeOptionCombo)
    except KeyError:
        text = _("Attribute option combination not found or not accessible: “%(code)s”.")
        name = one.attributeOptionCombo
        raise Refusal("E7615", "attributeOptionCombo", name, text % {"code": shown(name)}) from None
    if programmes is not None:
        found = [each for each in found if each.programme_id in programmes]
    if not found:
        text = _("There is no round of this data set for the period “%(text)s”.") % {"text": shown(one.period)}
        raise Refusal("E7643", "period", one.period, text)
    asking = [each for each in found if known.asks(each, key)]
    if not asking:
        text = _("Data element “%(code)s” is not asked in this data set.") % {"code": shown(one.dataElement)}
        raise Refusal("E7633", "dataElement", one.dataElement, text)
    return organization, key, asking


def _no_field(one: Value, fields: Fields) -> Refusal:
    if one.dataElement not in fields.known:
        text = _("Data element not found or not accessible: “%(code)s”.") % {"code": shown(one.dataElement)}
        return Refusal("E7610", "dataElement", one.dataElement, text)
    if not one.categoryOptionCombo and not one.dimensions:
        text = _("Data element “%(code)s” is reported by its parts: name the category option combination.")
        return Refusal("E7630", "categoryOptionCombo", one.dataElement, text % {"code": shown(one.dataElement)})
    name = one.categoryOptionCombo or " ".join(f"{key}={text}" for key, text in sorted(one.dimensions.items()))
    text = _("Category option combination not found for data element “%(element)s”: “%(code)s”.")
    return Refusal(
        "E7613", "categoryOptionCombo", name, text % {"code": shown(name), "element": shown(one.dataElement)}
    )


def _one_round(one: Value, organization: Organization, found: list[Round], due: set[tuple[int, int]]) -> Round:
    theirs = [each for each in found if (each.pk, organization.pk) in due]
    if not theirs:
        text = _("Organisation unit “%(code)s” is not due in this data set and period.") % {"code": one.orgUnit}
        raise Refusal("E7636", "orgUnit", one.orgUnit, text)
    if len(theirs) > 1:
        text = _("Several data sets ask for it: name one of %(codes)s, or its attribute option combination.")
        names = ", ".join(sorted(f"{each.programme.code}-{each.kind}" for each in theirs))
        raise Refusal("E7602", "dataSet", one.dataSet, text % {"codes": names})
    return theirs[0]


def _content(one: Value, value_type: str, strategy: str) -> Content:
    """What shall stand in the cell; None empties it."""
    if one.deleted or strategy == DELETE:
        return None
    if one.value == "":
        text = _("No value is given for “%(code)s”; to delete one say deleted, or take the strategy DELETE.")
        raise Refusal("E7618", "value", one.dataElement, text % {"code": shown(one.dataElement)})
    if value_type == ValueType.YES_NO:
        if one.value.lower() in _TRUTHS:
            return Decimal(_TRUTHS[one.value.lower()])
        raise Refusal("E7619", "value", one.value, _("true or false is expected."))
    if not _NUMBER.fullmatch(one.value):
        text = _("A number is expected, as in 12 or 12.5, not “%(text)s”.") % {"text": shown(one.value)}
        raise Refusal("E7619", "value", one.value, text)
    return Decimal(one.value)


def _without_repeats(placed: list[Placed], summary: Summary) -> list[Placed]:
    """None of several values for one cell is taken: which is meant cannot be told."""
    counts = Counter(one.cell for one in placed)
    for one in placed:
        if counts[one.cell] > 1:
            text = _("Several values of the payload are for the same data element, period and organisation unit.")
            summary.refuse(Refusal("E7619", "value", one.value.dataElement, text), one.value.index)
    return [one for one in placed if counts[one.cell] == 1]


# --- what stands there -----------------------------------------------------------------------------------------------
def _look_up(placed: list[Placed]) -> None:
    """The returns that are there, what stands in the cells and what was said of them. Three queries."""
    rows = {
        (row.round_id, row.organization_id): row
        for row in Return.objects.filter(
            round__in={one.round.pk for one in placed}, organization__in={one.organization.pk for one in placed}
        )
    }
    comments, marks = last_comments(rows.values()), notes(rows.values())
    for one in placed:
        one.row = rows.get(one.cell[:2])
        if one.row is None:
            one.says = _has_something_to_say(one.value)
            continue
        one.stands = content_of(one.row, one.key)
        cell = (one.row.pk, one.key)
        mark = marks.get(cell)
        said = one.value.comment is not None and one.value.comment != comments.get(cell)
        flagged = one.value.followUp is not None and one.value.followUp != (mark.follow_up if mark else False)
        one.says = said or flagged


def _has_something_to_say(value: Value) -> bool:
    return value.comment is not None or bool(value.followUp)


def last_comments(rows: Iterable[Return]) -> dict[tuple[int, str], str]:
    """(return, key) → the last comment on the value."""
    found = ReturnComment.objects.filter(of_return__in=[row.pk for row in rows]).exclude(code="").order_by("pk")
    return {(pk, code): text for pk, code, text in found.values_list("of_return_id", "code", "text")}


def notes(rows: Iterable[Return]) -> dict[tuple[int, str], Dhis2Note]:
    """(return, key) → what DHIS2 said beside the value."""
    return {(one.of_return_id, one.key): one for one in Dhis2Note.objects.filter(of_return__in=[r.pk for r in rows])}


def _takes(one: Placed, strategy: str, by: Any, summary: Summary) -> bool:
    """Whether there is something to do; what stands already, or does not concern the strategy, is ignored."""
    is_there = isinstance(one.stands, Decimal)
    same = one.stands == one.content or (one.content is None and not is_there)
    if same and not one.says:
        summary.counts["ignored"] += 1
        return False
    passed = {CREATE: is_there, UPDATE: not is_there, DELETE: not is_there}.get(strategy, False)
    if passed:
        summary.counts["ignored"] += 1
        summary.passed.append(one.value.index)
        return False
    refusal = _kept_out(one, same, by)
    if refusal is not None:
        summary.refuse(refusal, one.value.index)
    return refusal is None


def _kept_out(one: Placed, same: bool, by: Any) -> Refusal | None:
    if not may(by, Permission.RETURNS_ENTER, programme=one.round.programme):
        name = one.value.dataSet or one.round.programme.code
        return Refusal("E7601", "dataSet", name, _("Your role does not allow you to write to this data set."))
    if same:
        return None
    if one.row is not None and one.row.state == ReturnState.APPROVED:
        text = _("The return is approved; its values change only by a correction (returns/%(id)d/correct/).")
        return Refusal("E7642", "orgUnit", one.value.orgUnit, text % {"id": one.row.pk})
    if not one.round.takes_entries:
        return Refusal("E7643", "period", one.value.period, _("The round does not take entries now."))
    return None


# --- writing ---------------------------------------------------------------------------------------------------------
def _write(placed: list[Placed], by: Any, summary: Summary) -> None:
    """Round by round, each by the operation of the grid; then what was said beside the values."""
    by_round: dict[Round, dict[str, list[Placed]]] = {}
    for one in placed:
        by_round.setdefault(one.round, {}).setdefault(one.organization.code, []).append(one)
    done: list[Placed] = []
    for round_, entries in by_round.items():
        done += _write_round(round_, entries, by, summary)
    _say(done, by)


def _write_round(round_: Round, entries: dict[str, list[Placed]], by: Any, summary: Summary) -> list[Placed]:
    changes = {
        code: [Change(one.key, one.content, one.stands) for one in found if one.content != one.stands]
        for code, found in entries.items()
    }
    rows = [RowChange(code, found) for code, found in changes.items() if found]
    answers = returns.save_rows(round=round_, rows=rows, by=by, way=Way.API) if rows else []
    told = {answer.organization: answer for answer in answers}
    done = []
    for code, found in entries.items():
        answer = told.get(code)
        for one in found:
            refusal = None
            if one.content != one.stands and answer is not None:
                refusal = _answered(one, answer)
            if refusal is not None:
                summary.refuse(refusal, one.value.index)
                continue
            one.row = answer.row if answer is not None and answer.row is not None else one.row
            if one.row is not None:
                one.row.round = round_
            is_there = isinstance(one.stands, Decimal)
            summary.counts["deleted" if one.content is None else "updated" if is_there else "imported"] += 1
            done.append(one)
    return done


def _answered(one: Placed, answer: returns.RowAnswer) -> Refusal | None:
    if answer.refusal:
        return Refusal("E7643", "orgUnit", one.value.orgUnit, answer.refusal)
    if one.key in answer.conflicts:
        return Refusal("E7619", "value", one.value.value, _("Somebody else changed it meanwhile; send it again."))
    if one.key in answer.errors:
        return Refusal("E7619", "value", one.value.value, answer.errors[one.key])
    return None


def _say(done: list[Placed], by: Any) -> None:
    """Comments become comments on the values; marks and who stored it are kept beside them."""
    talking = [one for one in done if one.row is not None and (one.says or one.value.storedBy)]
    if not talking:
        return
    rows = {one.row.pk: one.row for one in talking if one.row is not None}
    comments, marks = last_comments(rows.values()), notes(rows.values())
    said, new, changed = [], [], []
    for one in talking:
        assert one.row is not None
        cell, value = (one.row.pk, one.key), one.value
        if value.comment is not None and value.comment != comments.get(cell):
            said.append((one.row, value.comment, one.key))
        mark = marks.get(cell) or Dhis2Note(of_return=one.row, key=one.key)
        before = (mark.follow_up, mark.stored_by)
        mark.follow_up = mark.follow_up if value.followUp is None else value.followUp
        mark.stored_by = value.storedBy[:100] or mark.stored_by
        if (mark.follow_up, mark.stored_by) != before:
            (changed if mark.pk else new).append(mark)
    review.comment_many(said, by=by)
    Dhis2Note.objects.bulk_create(new, batch_size=1000)
    Dhis2Note.objects.bulk_update(changed, ["follow_up", "stored_by"], batch_size=1000)
