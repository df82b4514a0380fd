"""Exports as files, in the background (`scaling/background.py`): after a killed worker the next one begins again.

A file is put down in one transaction with the row's end: there is never half of one.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, QueryDict
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from accounts.backends import may_sign_in
from accounts.models import User
from programmes.writing import Conflict
from scaling.background import Refused, Stopped, Work, tell
from scaling.exports import parquet, writing
from scaling.exports.models import ExportFile, ExportPart
from scaling.rest.models import OPEN, JobState

LOCK_SPACE = 7306
MOST_OPEN = 3
PART = 1024 * 1024
KEPT_FOR = timedelta(days=7)


def table_of(user: Any, name: str, query: str) -> Any:
    """What is asked for, as somebody may see it now. Raises Http404 and ValidationError as the stream does."""
    from scaling.exports.api import VIEWSETS

    http = HttpRequest()
    http.method, http.path, http.GET = "GET", "/", QueryDict(query)
    request = Request(http)
    request.user, request.auth = user, None
    return writing.table(VIEWSETS, request, name, "parquet")


@transaction.atomic
def start(*, name: str, query: str, by: Any) -> ExportFile:
    """Ask for a file. Raises Conflict when too many of the person wait."""
    table_of(by, name, query)
    User.objects.select_for_update().get(pk=by.pk)
    if ExportFile.objects.filter(user=by, state__in=OPEN).count() >= MOST_OPEN:
        raise Conflict(
            _("%(most)d of your exports wait already. Wait until one is done, or cancel one.") % {"most": MOST_OPEN}
        )
    row = ExportFile.objects.create(name=name, query=query, user=by, language=translation.get_language() or "en")
    transaction.on_commit(lambda: tell("export_file", row.pk))
    return row


def _make(row: ExportFile) -> bool:
    if not may_sign_in(row.user):
        raise Refused(_("This person may no longer sign in."))
    try:
        with _workroom(row) as folder:
            made, rows = parquet.write(table_of(row.user, row.name, row.query), folder)
            return _put(row, made, rows)
    except (APIException, Http404, PermissionDenied):
        raise Refused(_("What was asked for can no longer be answered; ask again.")) from None


@contextmanager
def _workroom(row: ExportFile) -> Iterator[Path]:
    """An empty folder for the worker that holds the row; one that a killed worker left of it is cleared away first."""
    site = hashlib.sha256(f"{settings.SECRET_KEY} {settings.DATABASES['default']['NAME']}".encode()).hexdigest()[:16]
    prefix = f"trellis-export-{site}-{row.pk}-"
    for left in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        shutil.rmtree(left)
    with tempfile.TemporaryDirectory(prefix=prefix) as folder:
        yield Path(folder)


def _put(row: ExportFile, made: Path, rows: int) -> bool:
    with transaction.atomic():
        now = ExportFile.objects.select_for_update().filter(pk=row.pk, state=JobState.RUNNING).first()
        if now is None:
            raise Stopped
        with made.open("rb") as source:
            for number, content in enumerate(iter(lambda: source.read(PART), b"")):
                ExportPart.objects.create(file=now, number=number, content=content)
        now.state, now.ended_at, now.rows, now.size = JobState.DONE, timezone.now(), rows, made.stat().st_size
        now.save(update_fields=["state", "ended_at", "rows", "size"])
    return True


def cancel(*, row: ExportFile) -> None:
    """Stop it; a worker that is at it puts nothing down. Raises Conflict when it has ended already."""
    if not ExportFile.objects.filter(pk=row.pk, state__in=OPEN).update(
        state=JobState.CANCELLED, ended_at=timezone.now()
    ):
        raise Conflict(_("This export has ended already."))


def forget_old() -> int:
    """Delete files that were made long ago."""
    return ExportFile.objects.filter(ended_at__lt=timezone.now() - KEPT_FOR).delete()[0]


WORK = Work(
    rows=lambda: ExportFile.objects.select_related("user"),
    do=_make,
    space=LOCK_SPACE,
    often_stopped=lambda: _("Workers were stopped while they made it. Narrow the filters, or try again later."),
)
