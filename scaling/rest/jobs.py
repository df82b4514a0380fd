"""Bulk writes in the background: asked for, done in parts, gone on with by the next worker, cancelled.

A part of `best_effort` is one transaction with its answers: a worker killed at any moment leaves whole parts, and the
next one goes on with the first that has no answers. `all_or_nothing` is one transaction over all parts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.backends import may_sign_in
from accounts.models import User
from programmes import many
from programmes.many import FAILED, SKIPPED, BulkKind
from programmes.writing import Conflict
from scaling.background import Refused, Stopped, Work, tell
from scaling.rest import kinds
from scaling.rest.models import OPEN, BulkJob, BulkPart, JobState, Mode

LOCK_SPACE = 7305
#: So many jobs of one person may wait at a time.
MOST_OPEN = 5
PART = 1000
KEPT_FOR = timedelta(days=7)


class Nothing(Exception):
    """Rolls back what was tried: a dry run, or a row of all-or-nothing that cannot be written."""


# --- rows, at once or in parts ---------------------------------------------------------------------------------------
def answer_of(position: int, outcome: many.Outcome) -> dict[str, Any]:
    """A row's answer as JSON; `index` counts from 0."""
    return {
        "index": position,
        "key": outcome.key,
        "status": outcome.status,
        "errors": [{"field": name, "detail": " ".join(map(str, said))} for name, said in outcome.errors.items()],
        **outcome.more,
    }


def answers(kind: BulkKind, rows: Sequence[tuple[int, Any]], refused: dict[int, str], by: Any) -> list[dict[str, Any]]:
    """Write what can be written of some rows, in the caller's transaction; an answer for each, in their order."""
    outcomes = many.write(kind, [(n, body) for n, body in rows if n not in refused], by)
    for position, sentence in refused.items():
        outcomes[position] = many.Outcome(FAILED, None, {"": [sentence]})
    return [answer_of(position, outcomes[position]) for position, _body in rows]


def skip(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Answers of rows that could have been written, had the others been right."""
    return [one if one["status"] == FAILED else {**one, "status": SKIPPED} for one in told]


def has_failed(told: list[dict[str, Any]]) -> bool:
    return any(one["status"] == FAILED for one in told)


def write_now(kind: BulkKind, rows: Sequence[Any], *, mode: str, dry_run: bool, by: Any) -> list[dict[str, Any]]:
    """All rows at once."""
    refused = many.repeated(kind, rows)
    try:
        with transaction.atomic():
            told = answers(kind, list(enumerate(rows)), refused, by)
            if mode == Mode.ALL_OR_NOTHING and has_failed(told):
                if not dry_run:
                    told = skip(told)
                raise Nothing
            if dry_run:
                raise Nothing
    except Nothing:
        pass
    return told


def counted(told: list[dict[str, Any]]) -> dict[str, int]:
    return dict(Counter(one["status"] for one in told))


# --- jobs ------------------------------------------------------------------------------------------------------------
@transaction.atomic
def start(*, kind: BulkKind, rows: Sequence[Any], mode: str, dry_run: bool, by: Any) -> BulkJob:
    """Put down what is to be written. Raises Conflict when too many jobs of the person wait."""
    User.objects.select_for_update().get(pk=by.pk)  # two requests come one after the other
    if BulkJob.objects.filter(user=by, state__in=OPEN).count() >= MOST_OPEN:
        raise Conflict(
            _("%(most)d of your jobs wait already. Wait until one is done, or cancel one.") % {"most": MOST_OPEN}
        )
    job = BulkJob.objects.create(
        kind=kind.name,
        user=by,
        mode=mode,
        dry_run=dry_run,
        total=len(rows),
        language=translation.get_language() or "en",
    )
    refused = many.repeated(kind, rows)
    BulkPart.objects.bulk_create(
        [
            BulkPart(
                job=job,
                number=number,
                first=first,
                rows=list(rows[first : first + PART]),
                refused={str(n): refused[n] for n in range(first, first + PART) if n in refused},
            )
            for number, first in enumerate(range(0, len(rows), PART))
        ],
        batch_size=10,
    )
    transaction.on_commit(lambda: tell("bulk_job", job.pk))
    return job


def _write(job: BulkJob) -> bool:
    if not may_sign_in(job.user):
        raise Refused(_("This person may no longer sign in."))
    try:
        _whole(job) if job.mode == Mode.ALL_OR_NOTHING and not job.dry_run else _in_parts(job)
    except PermissionDenied as why:
        raise Refused(str(why) or _("Your role does not allow this here.")) from why
    return WORK.end(job, JobState.DONE)


def _parts(job: BulkJob) -> list[int]:
    return list(job.parts.filter(answers__isnull=True).order_by("number").values_list("pk", flat=True))


def _answers(job: BulkJob, part: BulkPart) -> list[dict[str, Any]]:
    refused = {int(position): sentence for position, sentence in part.refused.items()}
    return answers(kinds.KINDS[job.kind], list(enumerate(part.rows, start=part.first)), refused, job.user)


def _put(job: BulkJob, part_id: int, told: list[dict[str, Any]]) -> None:
    """The answers of a part, and how far the job is. Raises Stopped when it was cancelled."""
    row = BulkJob.objects.select_for_update().get(pk=job.pk)
    if row.state != JobState.RUNNING:
        raise Stopped
    BulkPart.objects.filter(pk=part_id).update(answers=told)
    row.counts = dict(Counter(row.counts) + Counter(counted(told)))
    row.done, row.tries = min(row.done + len(told), row.total), 0
    row.save(update_fields=["counts", "done", "tries"])


def _in_parts(job: BulkJob) -> None:
    for pk in _parts(job):
        told: list[dict[str, Any]] = []
        try:
            with transaction.atomic():
                _lift_timeout()
                told = _answers(job, BulkPart.objects.get(pk=pk))
                if job.dry_run:
                    raise Nothing
                _put(job, pk, told)
        except Nothing:
            with transaction.atomic():
                _put(job, pk, told)


def _whole(job: BulkJob) -> None:
    """All parts in one transaction; a row that cannot be written takes everything back, and the answers say so."""
    told: dict[int, list[dict[str, Any]]] = {}
    parts = _parts(job)
    try:
        with transaction.atomic():
            _lift_timeout()
            for pk in parts:
                told[pk] = _answers(job, BulkPart.objects.get(pk=pk))
                if not BulkJob.objects.filter(pk=job.pk, state=JobState.RUNNING).exists():
                    raise Stopped
            if any(has_failed(one) for one in told.values()):
                raise Nothing
            for pk in parts:
                _put(job, pk, told[pk])
    except Nothing:
        with transaction.atomic():
            for pk in parts:
                _put(job, pk, skip(told[pk]))


WORK = Work(
    rows=lambda: BulkJob.objects.select_related("user"),
    do=_write,
    space=LOCK_SPACE,
    often_stopped=lambda: _("Workers were stopped while they wrote it. Send it in smaller parts."),
)


def _lift_timeout() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")


@transaction.atomic
def cancel(*, job: BulkJob) -> BulkJob:
    """Stop it: parts that are written stay written. Raises Conflict when it has ended already."""
    row = BulkJob.objects.select_for_update().get(pk=job.pk)
    if row.state not in OPEN:
        raise Conflict(_("This job has ended already."))
    row.state, row.ended_at = JobState.CANCELLED, timezone.now()
    row.save(update_fields=["state", "ended_at"])
    return row


def forget_old() -> int:
    """Delete jobs that ended long ago, with their rows."""
    return BulkJob.objects.filter(ended_at__lt=timezone.now() - KEPT_FOR).delete()[0]


def is_small(rows: Sequence[Any]) -> bool:
    """Few enough to be answered at once."""
    return len(rows) <= settings.API_BULK_INLINE
