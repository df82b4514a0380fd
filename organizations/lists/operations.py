"""The steps of a list: receive it, say what its columns are, match its words, decide about duplicates, take it over."""

from __future__ import annotations

import hashlib
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from organizations.lists import check, layout, likely, marked
from organizations.lists.apply import apply
from organizations.lists.cells import OUT
from organizations.lists.choosing import checked_columns, checked_rows, checked_values
from organizations.models import ColumnMemory, ListState, ListUpload, ValueMemory
from programmes.access import Permission, require
from programmes.models import Programme
from programmes.spreadsheets import LARGEST, Refused

OPEN = (ListState.COLUMNS, ListState.CHECKING, ListState.READY)


@transaction.atomic
def receive(*, programme: Programme, upload: UploadedFile[Any], by: Any, language: str) -> ListUpload:
    """Keep a file to be read in the background. Raises ValidationError for one too large or empty."""
    require(by, Permission.REGISTRY_WRITE, programme=programme)
    if not upload.size or upload.size > LARGEST:
        raise ValidationError({"file": _("A file of at most %(mb)s MB is expected.") % {"mb": LARGEST // 1024 // 1024}})
    name = "".join(char for char in (upload.name or "") if char.isprintable())[-200:] or "list"
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    kept = ListUpload(programme=programme, user=by, name=name, language=language, sha256=digest.hexdigest())
    kept.file.save(name, upload, save=False)
    kept.save()
    return kept


def remembered_columns(programme: Programme) -> dict[str, str]:
    return dict(ColumnMemory.objects.filter(programme=programme).values_list("header", "field"))


def prepare(upload_id: int) -> None:
    """Do what the state asks for: read the sheets, or check the rows. May be called again: the answer is the same."""
    upload = ListUpload.objects.select_related("programme", "user").filter(pk=upload_id).first()
    if upload is None or upload.state not in (ListState.RECEIVED, ListState.CHECKING):
        return
    # Nobody waits for a lock while thousands of rows are checked: the answer counts if the question is still the same.
    asked = ListUpload.objects.filter(pk=upload.pk, state=upload.state, revision=upload.revision)
    with translation.override(upload.language):
        try:
            if upload.state == ListState.RECEIVED:
                with upload.file.open("rb") as file:
                    sheets = layout.outline(file.read(), upload.name)
                sheet, header_row = layout.guess(sheets, remembered_columns(upload.programme))
                asked.update(
                    outline=sheets, sheet=sheet, header_row=header_row, state=ListState.COLUMNS, message="", progress=0
                )
            else:
                plan = check.plan(upload, upload.user, partial(_say, asked))
                asked.update(plan=plan, state=ListState.READY, message="", progress=100)
        except Refused as error:
            again = upload.state == ListState.CHECKING
            asked.update(state=ListState.COLUMNS if again else ListState.REFUSED, message=str(error)[:500], progress=0)


def _say(asked: Any, percent: int) -> None:
    asked.update(progress=percent)


def _locked(upload: ListUpload, by: Any) -> ListUpload:
    """The row, locked, still open and in a programme that `by` keeps the register of."""
    row = ListUpload.objects.select_for_update(of=("self",)).select_related("programme").get(pk=upload.pk)
    require(by, Permission.REGISTRY_WRITE, programme=row.programme)
    if row.state not in OPEN:
        raise ValidationError(_("The list has been taken over or cannot be read; nothing can be chosen any more."))
    return row


def _check_again(row: ListUpload, by: Any) -> ListUpload:
    # Whoever decides last is who the list is checked for: the register that they may write is what it is compared to.
    row.user = by
    row.state, row.progress, row.message = ListState.CHECKING, 0, ""
    row.revision += 1
    row.save()
    return row


@transaction.atomic
def choose_columns(
    *, upload: ListUpload, sheet: str, header_row: int, mapping: dict[int, str], defaults: dict[str, str], by: Any
) -> ListUpload:
    """Say where the table is and what its columns are (column number → field, empty for “do not read”); remembered
    for the programme by the headings.

    Raises ValidationError by `sheet`, `header_row`, `column-N` and `default-FIELD`.
    """
    row = _locked(upload, by)
    columns, defaults = checked_columns(row, sheet, header_row, mapping, defaults, by)
    row.sheet, row.header_row = sheet, header_row
    row.mapping = {str(number): key for number, key in mapping.items() if key}
    row.defaults = defaults
    memory = {column.key: mapping.get(column.number, "") for column in columns if column.key}
    ColumnMemory.objects.bulk_create(
        [ColumnMemory(programme=row.programme, header=header, field=field) for header, field in memory.items()],
        update_conflicts=True,
        update_fields=["field"],
        unique_fields=["programme", "header"],
    )
    return _check_again(row, by)


@transaction.atomic
def choose_values(
    *, upload: ListUpload, values: dict[tuple[str, str], str], by: Any, date_order: str | None = None
) -> ListUpload:
    """Match words: (field, key of the word) → code of what it means, OUT to leave its rows out, or empty.

    Codes are remembered for the programme; that rows are left out holds for this list only. Raises ValidationError by
    `FIELD:KEY`.
    """
    row = _locked(upload, by)
    asked = {(one["field"], one["key"]) for one in row.plan.get("asked", [])}
    settled = checked_values(row, {pair: value for pair, value in values.items() if pair in asked}, by)
    kept = row.choices.setdefault("values", {})
    for (field, key), choice in settled.items():
        kept.setdefault(field, {})[key] = choice
    learned = {
        pair: choice for pair, choice in settled.items() if choice and choice != OUT and not choice.startswith("row:")
    }
    ValueMemory.objects.bulk_create(
        [
            ValueMemory(programme=row.programme, field=field, text=key, choice=choice)
            for (field, key), choice in learned.items()
        ],
        update_conflicts=True,
        update_fields=["choice"],
        unique_fields=["programme", "field", "text"],
    )
    if date_order is not None:
        if date_order not in ("", "dmy", "mdy"):
            raise ValidationError({"date_order": _("Choose whether the day or the month comes first.")})
        row.date_order = date_order
    return _check_again(row, by)


@transaction.atomic
def choose_rows(*, upload: ListUpload, rows: dict[int, str], by: Any, leave_out_wrong: bool = False) -> ListUpload:
    """Decide about rows: "new", "fill:CODE" (the same; what is missing is filled in), "same:CODE" (the same; nothing
    changes), "out", or empty. `leave_out_wrong` leaves out every row with an error.

    Raises ValidationError by row number.
    """
    row = _locked(upload, by)
    kept = row.choices.setdefault("rows", {})
    kept.update({str(number): choice for number, choice in checked_rows(row, rows).items()})
    if leave_out_wrong:
        try:
            with translation.override(row.language):
                found = check.examine(row, by)
                check.trial(found, row.programme, by)
        except Refused as error:
            raise ValidationError(str(error)) from error
        kept.update({str(one.number): "out" for one in found.rows if one.verdict == likely.WRONG})
    return _check_again(row, by)


@transaction.atomic
def commit(*, upload: ListUpload, by: Any) -> int:
    """Take a list over, all or nothing; returns how many things changed. A second time nothing happens.

    Raises ValidationError while something is wrong or still to be decided.
    """
    row = ListUpload.objects.select_for_update(of=("self",)).select_related("programme").get(pk=upload.pk)
    require(by, Permission.REGISTRY_WRITE, programme=row.programme)
    if row.state == ListState.COMMITTED:
        return 0
    if row.state != ListState.READY:
        raise ValidationError(_("The list has not been checked yet."))
    # Numbers of proposed codes follow one another: two lists of a programme wait for each other.
    Programme.objects.select_for_update().get(pk=row.programme_id)
    try:
        with translation.override(row.language), transaction.atomic():
            found = check.examine(row, by)
            if any(one.verdict in (likely.UNDECIDED, likely.WAITING) for one in found.rows):
                raise ValidationError(_("Some rows are still to be decided."))
            done = apply(found.rows, programme=row.programme, by=by)
            if any(one.errors and one.verdict != likely.LEAVE_OUT for one in found.rows):
                raise ValidationError(
                    _("Some rows are wrong. Mend them in the list with the marks, or leave them out.")
                )
    except (IntegrityError, Refused) as error:
        raise ValidationError(_("The register changed meanwhile. Check the list again.")) from error
    row.state, row.committed_at = ListState.COMMITTED, timezone.now()
    row.plan = {**row.plan, "made": done.made, "filled": done.filled, "joined": done.joined, "linked": done.linked}
    row.save()
    return done.changes


def with_marks(*, upload: ListUpload, by: Any) -> bytes:
    """The list as it came, each wrong cell marked with its sentence. Raises ValidationError."""
    require(by, Permission.REGISTRY_WRITE, programme=upload.programme)
    if upload.state != ListState.READY:
        raise ValidationError(_("The list has not been checked yet."))
    with translation.override(upload.language):
        try:
            found = check.examine(upload, by)
        except Refused as error:
            raise ValidationError(str(error)) from error
        check.trial(found, upload.programme, by)
        return marked.write(found, upload)
