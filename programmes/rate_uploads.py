"""A sheet of rates that somebody brought: kept, looked at, taken over all or nothing."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from programmes import rate_sheets, rates
from programmes.access import Permission, require
from programmes.models import RateUpload
from programmes.rates import BOOKS, Book, Weighed
from programmes.spreadsheets import LARGEST, Refused


@transaction.atomic
def receive(*, book: Book, upload: UploadedFile[Any], by: Any, language: str) -> RateUpload:
    """Keep the rows of a file. Raises PermissionDenied, and ValidationError at `file` for one that cannot be read."""
    require(by, Permission.ROUNDS_MANAGE)
    if not upload.size or upload.size > LARGEST:
        raise ValidationError({"file": _("A file of at most %(mb)s MB is expected.") % {"mb": LARGEST // 1024 // 1024}})
    name = "".join(char for char in (upload.name or "") if char.isprintable())[-200:] or "sheet"
    try:
        with translation.override(language):
            brought = rate_sheets.bring(upload.read(), name, book.name)
    except Refused as error:
        raise ValidationError({"file": str(error)}) from error
    return RateUpload.objects.create(
        of=book.name, user=by, name=name, language=language, rows=brought.rows, ignored=brought.ignored
    )


def look(upload: RateUpload) -> tuple[list[Weighed], str]:
    """What the sheet would change now, and a fingerprint of that."""
    found = rates.weigh(book=BOOKS[upload.of], rows=_rows(upload))
    return found, _fingerprint(found, BOOKS[upload.of])


def _rows(upload: RateUpload) -> Any:
    with translation.override(upload.language):
        return rate_sheets.read_rows(upload.rows, upload.of)


def _fingerprint(found: list[Weighed], book: Book) -> str:
    """Changes when anybody changes what the sheet would correct."""
    said = [
        [one.number, one.verdict, one.before and [str(getattr(one.before, name)) for name in ("pk", *book.carried)]]
        for one in found
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


@transaction.atomic
def commit(*, upload: RateUpload, by: Any, seen: str, reason: str = "") -> list[Weighed]:
    """Take a sheet over, all or nothing; a second time nothing happens. `seen` is the fingerprint of what was shown.

    Raises PermissionDenied, and ValidationError while a cell is wrong, without a reason where something is corrected,
    or when somebody changed meanwhile what the sheet would correct.
    """
    require(by, Permission.ROUNDS_MANAGE)
    row = RateUpload.objects.select_for_update(of=("self",)).get(pk=upload.pk)
    if row.committed_at is not None:
        return []
    found, now = look(row)
    if any(one.errors for one in found):
        raise ValidationError(_("Some cells are wrong. Mend them in the file and bring it again."))
    if now != seen:
        raise ValidationError(_("Somebody changed some of these figures meanwhile. See what the sheet changes now."))
    done = rates.enter_many(book=BOOKS[row.of], rows=_rows(row), by=by, reason=reason)
    row.committed_at = timezone.now()
    row.save(update_fields=["committed_at"])
    return done
