"""What an uploaded workbook would change, told before it does; taken over all or nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from indicators import instruments, returns
from indicators.instruments import Instrument
from indicators.models import Round, Way, WorkbookUpload
from indicators.models.workbooks import UploadState
from indicators.returns import UNSEEN, RowAnswer, RowChange
from indicators.workbooks import layout
from indicators.workbooks.read import Uploaded, read
from indicators.workbooks.write import write
from programmes.access import Permission, require
from programmes.spreadsheets import LARGEST, Refused

#: So many lines are shown; the counts are of all.
SHOWN = 300


@transaction.atomic
def receive(*, round: Round, upload: UploadedFile[Any], by: Any, language: str) -> WorkbookUpload:
    """Keep an uploaded file to be read in the background. Raises ValidationError for one too large or empty."""
    require(by, Permission.RETURNS_ENTER, programme=round.programme)
    if not upload.size or upload.size > LARGEST:
        raise ValidationError({"file": _("A file of at most %(mb)s MB is expected.") % {"mb": LARGEST // 1024 // 1024}})
    name = "".join(char for char in (upload.name or "") if char.isprintable())[-200:] or "workbook"
    kept = WorkbookUpload(round=round, user=by, name=name, language=language)
    kept.file.save(name, upload, save=False)
    kept.save()
    return kept


def prepare(upload_id: int) -> None:
    """Read a file and say what it would change. May be called again: the answer is the same."""
    with transaction.atomic():
        upload = WorkbookUpload.objects.select_for_update(of=("self",), skip_locked=True).select_related(
            "round__programme", "user"
        ).filter(pk=upload_id, state=UploadState.RECEIVED).first()  # fmt: skip
        if upload is None:
            return
        with translation.override(upload.language):
            try:
                upload.plan = _plan(upload)
                upload.state = UploadState.READY
            except (Refused, ValidationError) as error:
                upload.state = UploadState.REFUSED
                upload.message = (" ".join(error.messages) if isinstance(error, ValidationError) else str(error))[:500]
        upload.progress = 100
        upload.save()


def _uploaded(upload: WorkbookUpload, instrument: Instrument) -> Uploaded:
    with upload.file.open("rb") as file:
        return read(file.read(), upload.name, instrument)


def _plan(upload: WorkbookUpload) -> dict[str, Any]:
    """The same operation that saves says what it would do."""
    instrument = instruments.load(upload.round)
    uploaded = _uploaded(upload, instrument)
    answers = returns.save_rows(round=upload.round, rows=uploaded.changes, by=upload.user, dry_run=True)
    by_code = {answer.organization: answer for answer in answers}
    lines = []
    for change in uploaded.changes:
        lines += _lines(change, by_code[change.organization], instrument)
    for code, errors in uploaded.errors.items():
        lines += [
            _line(code, key, _label(instrument, key), "error", after=_typed(uploaded, code, key), message=message)
            for key, message in errors.items()
        ]
    order = {"error": 0, "conflict": 1, "warning": 2, "changed": 3, "new": 4}
    lines.sort(key=lambda line: order[line["verdict"]])
    counts = Counter(line["verdict"] for line in lines)
    rows = len(uploaded.rows)
    return {
        "counts": dict(counts),
        "rows": rows,
        "unchanged_rows": rows - len({line["organization"] for line in lines}),
        "lines": lines[:SHOWN],
        "ignored": uploaded.ignored[:20],
    }


def _label(instrument: Instrument, key: str) -> str:
    return instrument.fields[key].label if key in instrument.fields else key


def _typed(uploaded: Uploaded, code: str, key: str) -> str:
    return next((str(row.typed.get(key, "")) for row in uploaded.rows if row.code == code), "")[:100]


def _line(code: str, key: str, label: str, verdict: str, **more: str) -> dict[str, str]:
    empty = {"before": "", "after": "", "message": ""}
    texts = {"organization": code, "key": key, "label": label, "verdict": verdict, **empty, **more}
    return {name: text.replace("\0", "\ufffd") for name, text in texts.items()}  # NUL cannot be stored


def _lines(change: RowChange, answer: RowAnswer, instrument: Instrument) -> list[dict[str, str]]:
    code = change.organization
    if answer.refusal:
        return [_line(code, layout.CODE, _("Organization"), "error", message=answer.refusal)]
    warnings = {one.key: one.message for one in answer.findings if one.severity == "warning"}
    lines = []
    for one in change.changes:
        before = "" if isinstance(one.seen, returns.Unseen) else layout.to_seen(one.seen)
        texts = {"before": before, "after": layout.to_seen(one.content)}
        label = _label(instrument, one.key)
        if one.key in answer.errors:
            lines.append(_line(code, one.key, label, "error", **texts, message=answer.errors[one.key]))
        elif one.key in answer.conflicts:
            theirs = layout.to_seen(answer.conflicts[one.key]) or _("nothing")
            message = _("Somebody else entered %(theirs)s meanwhile.") % {"theirs": theirs}
            lines.append(_line(code, one.key, label, "conflict", **texts, message=message))
        elif one.key in warnings:
            lines.append(_line(code, one.key, label, "warning", **texts, message=warnings[one.key]))
        elif one.content != one.seen:
            lines.append(_line(code, one.key, label, "changed" if before else "new", **texts))
    for key, text in change.evidence.items():
        label = _("%(item)s: what was seen") % {"item": _label(instrument, key)}
        wrong = answer.errors.get(key, "") if all(one.key != key for one in change.changes) else ""
        lines.append(_line(code, key, label, "error" if wrong else "changed", after=text[:100], message=wrong))
    return lines


@transaction.atomic
def commit(*, upload: WorkbookUpload, by: Any, conflicts: str = "") -> int:
    """Take a workbook over, all or nothing; returns how many rows changed.

    `conflicts` says what becomes of cells that somebody else changed meanwhile: "mine" or "theirs". Raises
    ValidationError while cells are wrong, or in conflict without that choice. A second time nothing happens.
    """
    row = WorkbookUpload.objects.select_for_update(of=("self",)).select_related("round__programme").get(pk=upload.pk)
    require(by, Permission.RETURNS_ENTER, programme=row.round.programme)
    if row.state == UploadState.COMMITTED:
        return 0
    if row.state != UploadState.READY:
        raise ValidationError(_("The workbook has not been read yet."))
    with translation.override(row.language):
        uploaded = _uploaded(row, instruments.load(row.round))
    if uploaded.errors:
        raise ValidationError(_("Some cells are wrong. Mend them in the workbook with the marks, and upload it again."))
    changes = uploaded.changes
    if conflicts == "mine":
        changes = [replace(one, changes=[replace(cell, seen=UNSEEN) for cell in one.changes]) for one in changes]
    answers = returns.save_rows(
        round=row.round, rows=changes, by=by, way=Way.WORKBOOK, all_or_nothing=conflicts != "theirs"
    )
    if any(answer.errors or answer.refusal for answer in answers):
        raise ValidationError(_("Some cells are wrong. Mend them in the workbook with the marks, and upload it again."))
    if conflicts != "theirs" and any(answer.conflicts for answer in answers):
        raise ValidationError(_("Somebody else changed some of these cells meanwhile. Choose whose values stay."))
    row.state, row.committed_at = UploadState.COMMITTED, timezone.now()
    row.save()
    return len(answers)


def with_marks(upload: WorkbookUpload) -> bytes:
    """The same rows with what was typed, each bad cell marked with its message, ready to be mended."""
    with translation.override(upload.language):
        instrument = instruments.load(upload.round)
        uploaded = _uploaded(upload, instrument)
        answers = returns.save_rows(round=upload.round, rows=uploaded.changes, by=upload.user, dry_run=True)
        notes = {answer.organization: dict(answer.errors) for answer in answers}
        for code, errors in uploaded.errors.items():
            notes.setdefault(code, {}).update(errors)
        for row in uploaded.rows:
            row.notes = notes.get(row.code, {})
        return write(instrument, uploaded.rows)
