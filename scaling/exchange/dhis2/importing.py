"""Data values become drafts of returns, through the operation of the entry grid, and an import summary tells of each.

Each value is weighed for itself: what cannot be placed or does not fit is a conflict, what stands there already is
ignored, and the rest goes to `returns.save_rows`. An approved value is never written over. With `dryRun` the same is
told and nothing written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from indicators import returns, review
from indicators.models import Return, ReturnComment, ReturnState, Round, Way
from indicators.returns import Change, RowChange, content_of
from programmes.access import Permission, may, require
from scaling.exchange.dhis2.codes import Schemes
from scaling.exchange.dhis2.models import Dhis2Note
from scaling.exchange.dhis2.payloads import Payload, Value
from scaling.exchange.dhis2.placing import Placed, Refusal, place, without_repeats

CREATE, UPDATE, BOTH, DELETE = "CREATE", "UPDATE", "CREATE_AND_UPDATE", "DELETE"
#: NEW and so on are what older versions of DHIS2 call the same.
STRATEGIES = {
    CREATE: CREATE, UPDATE: UPDATE, BOTH: BOTH, DELETE: DELETE,
    "NEW": CREATE, "UPDATES": UPDATE, "NEW_AND_UPDATES": BOTH, "DELETES": DELETE,
}  # fmt: skip


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
            empties = strategy == DELETE
            found = place(payload.values, by=by, schemes=schemes, empties=empties, refuse=summary.refuse)
            placed = without_repeats(found, summary.refuse)
            _look_up(placed)
            _write([one for one in placed if _takes(one, strategy, by, summary)], by, summary)
            if dry_run:
                raise _Nothing
    except _Nothing:
        pass
    return summary


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
    said: list[tuple[Return, str, str]] = []
    new: list[Dhis2Note] = []
    changed: list[Dhis2Note] = []
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
