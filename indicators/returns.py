"""Enter and submit returns. Every way in (form, grid, offline page, workbook, API, command) calls these."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from indicators import instruments
from indicators.instruments import Instrument
from indicators.models import Indicator, Return, ReturnState, Round, RoundDue, Severity, Way
from indicators.models.catalogue import in_force
from indicators.rules import Finding, check
from indicators.signals import returns_changed
from organizations.models import Organization
from programmes.access import Permission, require
from programmes.numbers import LONGEST, shown
from programmes.texts import problem_of
from programmes.vocabulary import NullReason

#: Reasons that a person may give; the others are found by computing.
ENTERED_REASONS = (
    NullReason.NOT_REPORTED,
    NullReason.NOT_APPLICABLE,
    NullReason.NOT_SURVEYED,
    NullReason.REFUSED,
    NullReason.MISSING_BASELINE,
)


class Unseen:
    """Stands for "the person did not say what they saw": their change is taken as it is."""


UNSEEN = Unseen()
#: What stands in a cell: a number, a reason for having none, or nothing.
Content = Decimal | str | None


class Conflict(Exception):
    """Somebody else saved first: both versions, for the person to choose."""

    def __init__(self, theirs: Return, mine: Mapping[str, Any]) -> None:
        super().__init__("the return was changed meanwhile")
        self.theirs, self.mine = theirs, mine


@dataclass(frozen=True)
class Change:
    """One cell: what it becomes, and what the person saw in it before (UNSEEN to overwrite knowingly)."""

    key: str
    content: Content
    seen: Content | Unseen = UNSEEN


@dataclass(frozen=True)
class RowChange:
    """Changes of one organization's return. `confirm`: mark of a warning → note, an empty note takes it back."""

    organization: str
    changes: Sequence[Change] = ()
    evidence: Mapping[str, str] = field(default_factory=dict)
    confirm: Mapping[str, str] = field(default_factory=dict)


@dataclass
class RowAnswer:
    """What became of a row. Keys in `errors` and `conflicts` were not saved; `findings` are about what now stands."""

    organization: str
    version: int = 0
    state: str = ""
    contents: dict[str, Content] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    conflicts: dict[str, Content] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    #: why nothing of the row could be saved
    refusal: str = ""
    row: Return | None = None


# --- entering --------------------------------------------------------------------------------------------------------
@transaction.atomic
def save_rows(
    *,
    round: Round,
    rows: Sequence[RowChange],
    by: Any,
    way: str = Way.COMMAND,
    method: str = "",
    all_or_nothing: bool = False,
    whole_rows: bool = False,
    dry_run: bool = False,
) -> list[RowAnswer]:
    """Save changed cells of many returns: what can be saved is saved, the rest is answered with a sentence.

    A cell is in conflict when it holds neither what the person saw nor what they want. With `all_or_nothing` any error
    or conflict leaves everything as it was; with `whole_rows` it leaves its row as it was, and each organization stands
    in `rows` once; with `dry_run` everything is answered and nothing written. Queries do not grow with the rows. Raises
    ValidationError when the round takes no entries, PermissionDenied outside the scope.
    """
    require(by, Permission.RETURNS_ENTER, programme=round.programme)
    now = Round.objects.select_for_update(of=("self",), no_key=True).get(pk=round.pk)
    if not now.takes_entries:
        raise ValidationError({"round": _("The round does not take entries now.")})
    instrument = instruments.load(now)
    codes = [row.organization for row in rows]
    due = {
        one.organization.code: one.organization
        for one in RoundDue.objects.filter(round=now, is_due=True, organization__code__in=codes).select_related(
            "organization"
        )
    }
    ids = [one.pk for one in due.values()]
    held = {
        one.organization_id: one
        for one in Return.objects.select_for_update().filter(round=now, organization__in=ids).order_by("pk")
    }
    earlier = instruments.earlier_values(instrument, ids)
    fence = instruments.fences(instrument)
    answers, new, changed = [], [], []
    computed = _computed({change.key for row in rows for change in row.changes} - instrument.fields.keys())
    for row in rows:
        organization = due.get(row.organization)
        if organization is None:
            refusal = _("%(name)s is not due in this round.") % {"name": row.organization}
            answers.append(RowAnswer(row.organization, refusal=refusal))
            continue
        found = held.get(organization.pk)
        if found is not None and found.state == ReturnState.APPROVED:
            refusal = _("The return is approved; its values change only by a correction.")
            answers.append(_answer(row.organization, found, [], refusal=refusal))
            continue
        draft = found or Return(organization=organization, round=now, version=0, entered_by=by)
        history = earlier.get(organization.pk, {})
        fences_of_kind = fence.get(organization.kind, {})
        answer, is_changed = _apply(draft, row, instrument, history, fences_of_kind, computed)
        answers.append(answer)
        if is_changed and not (whole_rows and (answer.errors or answer.conflicts)):
            _stamp(draft, by, way, method)
            held[organization.pk] = draft
            if found is None:
                new.append(draft)
            elif draft not in new and draft not in changed:
                changed.append(draft)
            answer.version, answer.state = draft.version, draft.state
    if all_or_nothing and any(answer.errors or answer.conflicts or answer.refusal for answer in answers):
        return answers
    if dry_run:
        return answers
    Return.objects.bulk_create(new, batch_size=1000)
    Return.objects.bulk_update(
        changed,
        ["values", "null_reasons", "evidence", "confirmed", "method", "state", "version", "entered_by",
         "entered_by_ids", "entered_at", "changed_by", "changed_from"],
        batch_size=1000,
    )  # fmt: skip
    return answers


def _stamp(row: Return, by: Any, way: str, method: str) -> None:
    row.method = method or row.method
    row.changed_by, row.changed_from = by, way
    row.entered_by, row.entered_at, row.version = by, timezone.now(), row.version + 1
    row.entered_by_ids = sorted({*row.entered_by_ids, by.pk})
    row.state = ReturnState.DRAFT


def content_of(row: Return, key: str) -> Content:
    """What stands in a cell."""
    if key in row.values:
        return Decimal(str(row.values[key]))
    return row.null_reasons.get(key)


def _apply(
    row: Return, wanted: RowChange, instrument: Instrument, history: Any, fence: Any, computed: set[str]
) -> tuple[RowAnswer, bool]:
    """Change a return in memory as far as the rules allow; whether anything changed."""
    before = (dict(row.values), dict(row.null_reasons), dict(row.evidence), dict(row.confirmed))
    answer = RowAnswer(wanted.organization)
    for change in wanted.changes:
        stands = content_of(row, change.key)
        if not isinstance(change.seen, Unseen) and stands not in (change.seen, change.content):
            answer.conflicts[change.key] = stands
            continue
        problem = _content_problem(instrument, change, computed)
        if problem:
            answer.errors[change.key] = problem
            continue
        _put(row, change.key, change.content)
    papers = {}
    for code, text in wanted.evidence.items():
        if problem := problem_of(text):
            answer.errors[code] = problem
        else:
            papers[code] = text
    row.evidence = {code: text.strip() for code, text in {**row.evidence, **papers}.items() if text.strip()}
    # A cell that breaks a rule goes back to what it was, until what is left fits: the others are not lost with it.
    touched = {change.key for change in wanted.changes} - answer.errors.keys() - answer.conflicts.keys()
    while True:
        answer.findings = _findings(row, instrument, history, fence)
        errors = [one for one in answer.findings if one.severity == Severity.ERROR]
        if not errors:
            break
        blamed = next((one for one in errors if one.key in touched), None)
        if blamed is None:  # the cell that was changed is the other side of the rule
            key = next(key for key in reversed([c.key for c in wanted.changes]) if key in touched)
            blamed = Finding(key, errors[0].rule, errors[0].severity, errors[0].message)
        answer.errors[blamed.key] = blamed.message
        touched.discard(blamed.key)
        _put(row, blamed.key, _before(before, blamed.key))
    marks = {one.mark for one in answer.findings}
    notes = dict(row.confirmed)
    for mark, note in wanted.confirm.items():
        if problem := problem_of(note):
            answer.errors[mark.partition(":")[2]] = problem
        else:
            notes[mark] = note
    row.confirmed = {mark: note.strip() for mark, note in notes.items() if note.strip() and mark in marks}
    done = _answer(wanted.organization, row, answer.findings)
    done.errors, done.conflicts = answer.errors, answer.conflicts
    return done, before != (row.values, row.null_reasons, row.evidence, row.confirmed)


def _answer(code: str, row: Return, findings: list[Finding], refusal: str = "") -> RowAnswer:
    contents = {key: content_of(row, key) for key in [*row.values, *row.null_reasons]}
    return RowAnswer(code, row.version, row.state, contents, findings=findings, refusal=refusal, row=row)


def _before(before: tuple[dict[str, Any], ...], key: str) -> Content:
    values, reasons = before[0], before[1]
    return Decimal(str(values[key])) if key in values else reasons.get(key)


def _put(row: Return, key: str, content: Content) -> None:
    row.values = {one: value for one, value in row.values.items() if one != key}
    row.null_reasons = {one: reason for one, reason in row.null_reasons.items() if one != key}
    if isinstance(content, Decimal):
        row.values[key] = int(content) if content == content.to_integral_value() else float(content)
    elif content is not None:
        row.null_reasons[key] = content


def _computed(keys: set[str]) -> set[str]:
    """Of the indicators that these keys name, those that are computed; one query, none for no key."""
    codes = {key.split(".")[0] for key in keys}
    found = Indicator.objects.filter(code__in=codes, is_computed=True)
    return set(found.values_list("code", flat=True)) if codes else set()


def _content_problem(instrument: Instrument, change: Change, computed: set[str]) -> str:
    if change.key not in instrument.fields:
        if change.key.split(".")[0] in computed:
            return _("This indicator is computed; it is never entered.")
        return _("There is no field with this code in the round.")
    if isinstance(change.content, str) and change.content not in ENTERED_REASONS:
        return _("One of these reasons is expected: %(known)s.") % {"known": ", ".join(ENTERED_REASONS)}
    if isinstance(change.content, Decimal):
        if not change.content.is_finite():
            return _("A number is expected.")
        if change.content.adjusted() >= LONGEST:
            return _("“%(text)s” has too many digits.") % {"text": shown(str(change.content))}
    return ""


def _findings(row: Return, instrument: Instrument, history: Any, fence: Any) -> list[Finding]:
    return check(instrument.fields, instrument.rules, instruments.sheet_of(row.values, row.evidence, history, fence))


def number(value: Any) -> Decimal:
    """A number as it comes from a program. Raises ValidationError for anything else (I-21)."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValidationError(_("A number is expected."))
    found = Decimal(str(value))
    if not found.is_finite():
        raise ValidationError(_("A number is expected."))
    return found


@transaction.atomic
def save_values(
    *,
    organization: Organization,
    round: Round,
    values: Mapping[str, Any],
    by: Any,
    null_reasons: Mapping[str, str] | None = None,
    evidence: Mapping[str, str] | None = None,
    version: int | None = None,
    way: str = Way.COMMAND,
    method: str = "assessment",
) -> Return:
    """Save a draft of one return, all or nothing; keys that are not named stay as they are.

    `version` is the one the person saw (None for a first save). Raises Conflict when somebody saved meanwhile,
    ValidationError by key, PermissionDenied outside the scope.
    """
    errors: dict[str, Any] = {}
    changes = []
    for key, value in values.items():
        if key in (null_reasons or {}):
            errors[key] = _("Give either a value or a reason for not having one.")
        try:
            changes.append(Change(key, number(value)))
        except ValidationError as error:
            errors[key] = error.messages[0]
    changes += [Change(key, str(reason)) for key, reason in (null_reasons or {}).items()]
    if errors:
        raise ValidationError(errors)
    found = Return.objects.select_for_update().filter(round=round, organization=organization).first()
    if found is not None and found.version != version and by is not None:
        require(by, Permission.RETURNS_ENTER, programme=round.programme)
        raise Conflict(found, values)
    row = RowChange(organization.code, changes, evidence or {})
    (answer,) = save_rows(round=round, rows=[row], by=by, way=way, method=method)
    if answer.refusal:
        raise ValidationError({"organization" if answer.row is None else "state": answer.refusal})
    if answer.errors:
        raise ValidationError(dict(answer.errors))
    return Return.objects.get(round=round, organization=organization)


# --- submitting ------------------------------------------------------------------------------------------------------
@dataclass
class Submission:
    """What became of a hand-in: returns submitted, and by organization code what keeps the others back."""

    submitted: list[Return] = field(default_factory=list)
    kept: dict[str, dict[str, str]] = field(default_factory=dict)


@transaction.atomic
def submit_rows(
    *, round: Round, by: Any, organizations: Iterable[str] | None = None, way: str = Way.COMMAND
) -> Submission:
    """Hand in drafts for review, all of the round or those named: what is ready goes, the rest says why not.

    Evidence from level 4 must be there (I-17) and every warning confirmed with a note. Raises ValidationError when the
    round takes no entries.
    """
    require(by, Permission.RETURNS_ENTER, programme=round.programme)
    now = Round.objects.select_for_update(of=("self",), no_key=True).get(pk=round.pk)
    if not now.takes_entries:
        raise ValidationError({"round": _("The round does not take entries now.")})
    wanted = Return.objects.select_for_update(of=("self",)).select_related("organization").filter(round=now)
    if organizations is not None:
        wanted = wanted.filter(organization__code__in=list(organizations))
    done = Submission()
    instrument = instruments.load(now)
    fence = instruments.fences(instrument)
    rows = list(wanted.filter(state__in=(ReturnState.DRAFT, ReturnState.RETURNED)).order_by("pk"))
    earlier = instruments.earlier_values(instrument, [row.organization_id for row in rows])
    for row in rows:
        found = _findings(row, instrument, earlier.get(row.organization_id, {}), fence.get(row.organization.kind, {}))
        problems = {}
        for one in found:
            if one.severity != Severity.WARNING:
                problems[one.key] = one.message
            elif one.mark not in row.confirmed:
                problems[one.key] = _("%(warning)s Correct it, or confirm it with a note.") % {"warning": one.message}
        if not row.values and not row.null_reasons:
            problems["values"] = _("Nothing has been entered.")
        if problems:
            done.kept[row.organization.code] = problems
            continue
        row.state, row.submitted_at, row.version = ReturnState.SUBMITTED, timezone.now(), row.version + 1
        row.changed_by, row.changed_from = by, way
        done.submitted.append(row)
    Return.objects.bulk_update(
        done.submitted, ["state", "submitted_at", "version", "changed_by", "changed_from"], batch_size=1000
    )
    return done


def submit(*, of: Return, by: Any, way: str = Way.COMMAND) -> Return:
    """Hand one return in for review. Raises ValidationError by key with what keeps it back."""
    organization = of.organization.code
    done = submit_rows(round=of.round, by=by, organizations=[organization], way=way)
    if organization in done.kept:
        raise ValidationError(dict(done.kept[organization]))
    if not done.submitted:
        raise ValidationError({"state": _("Only a draft can be submitted.")})
    return Return.objects.get(pk=of.pk)


# --- reading ---------------------------------------------------------------------------------------------------------
def findings_of(row: Return) -> list[Finding]:
    """Everything to be said about one stored return."""
    instrument = instruments.load(row.round)
    history = instruments.earlier_values(instrument, [row.organization_id]).get(row.organization_id, {})
    return _findings(row, instrument, history, instruments.fences(instrument).get(row.organization.kind, {}))


def tell(rows: Iterable[Return]) -> None:
    """Let the upper floor know, in the same transaction."""
    rows = list(rows)
    returns_changed.send(
        sender=Return,
        return_ids={row.pk for row in rows},
        round_ids={row.round_id for row in rows},
        organization_ids={row.organization_id for row in rows},
    )


def total_of_cells(of: Return, code: str) -> Decimal | None:
    """The sum of an indicator's cells; None when there are none or the set is marked incomplete (I-23)."""
    if code in of.incomplete:
        return None
    cells = [Decimal(str(value)) for key, value in of.values.items() if key.startswith(f"{code}.")]
    return sum(cells, Decimal(0)) if cells else None


def comparable(first: Return, second: Return, code: str) -> bool:
    """May the values of an indicator in two returns be compared (I-18)?

    Ratings only on one version of the scale, everything only under one version of its definition, unit and basis.
    """
    indicator = Indicator.objects.prefetch_related("versions").get(code=code.split(".")[0])
    if indicator.is_rating and first.round.scale_version_id != second.round.scale_version_id:
        return False
    versions = list(indicator.versions.all())
    one, other = (in_force(versions, each.round.reference_date) for each in (first, second))
    return one is not None and one == other
