"""Compute every figure again: ask for it, see how far it is, cancel it. The row in the database is the truth.

A rebuild marks what it concerns and remembers which marks are its own; whoever drains marks does its work. A worker
killed at any moment leaves the marks that are not done, and the beat goes on with them: nothing is to be resumed by
hand. Figures stay as they are until theirs is computed, so a cancelled rebuild leaves nothing half-done.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from indicators.models import Round
from programmes.access import Permission, require
from programmes.models import Phase, Programme
from scaling import rollups
from scaling.background import tell
from scaling.models import DirtyMark, Heartbeat, MarkKind, PhaseCell, Rebuild, RoundLayout

#: A drain of a rebuild does so many scopes at a time, so that its progress can be told and it can be cancelled.
STEP = 10


@transaction.atomic
def start(*, by: Any, programme: Programme | None = None) -> Rebuild:
    """Ask for all figures, or those of one programme, to be computed again.

    `by` is the acting person, None for a command. Raises PermissionDenied, and ValidationError while another rebuild
    is not finished, or when there is nothing to compute.
    """
    if by is not None:
        require(by, Permission.FIGURES_MANAGE)
    phases, rounds = Phase.objects.all(), Round.objects.all()
    if programme is not None:
        phases, rounds = phases.filter(programme=programme), rounds.filter(programme=programme)
    wanted = {
        MarkKind.PHASE: list(phases.order_by("pk").values_list("pk", flat=True)),
        MarkKind.ROUND: list(rounds.order_by("pk").values_list("pk", flat=True)),
    }
    total = sum(len(ids) for ids in wanted.values())
    if not total:
        raise ValidationError(_("There is no phase or round whose figures could be computed."))
    try:
        with transaction.atomic():
            rebuild = Rebuild.objects.create(programme=programme, asked_by=by, total=total)
    except IntegrityError as error:
        raise ValidationError(_("A rebuild is going on already. Wait until it is finished, or cancel it.")) from error
    DirtyMark.objects.bulk_create(
        [DirtyMark(kind=kind, object_id=pk, rebuild=rebuild) for kind, ids in wanted.items() for pk in ids]
    )
    transaction.on_commit(lambda: tell("rebuild", rebuild.pk))
    return rebuild


def run(rebuild_id: int, progress: Callable[[int, int], None] | None = None) -> int:
    """Do the work of a rebuild until nothing of it is left or it is cancelled; returns how many of its phases and
    rounds are done. May be called again, and by several at once: a scope is computed by one of them."""
    while True:
        done = rollups.drain(limit=STEP)
        close_finished()
        row = Rebuild.objects.get(pk=rebuild_id)
        far = progress_of(row)
        if progress is not None:
            progress(far, row.total)
        # Nothing done: what is left is in the hands of another worker, or the rebuild was cancelled.
        if row.ended_at is not None or not done:
            return far


def left(rebuild: Rebuild) -> int:
    return DirtyMark.objects.filter(rebuild=rebuild).count()


def progress_of(rebuild: Rebuild) -> int:
    """How many of its phases and rounds are done."""
    return rebuild.done if rebuild.ended_at is not None else rebuild.total - left(rebuild)


def close_finished() -> None:
    """A rebuild of which no mark is left is finished; whoever drains asks, so that a killed worker cannot leave it
    open."""
    open_ones = Rebuild.objects.filter(ended_at__isnull=True).exclude(
        pk__in=DirtyMark.objects.filter(rebuild__isnull=False).values("rebuild")
    )
    for row in open_ones:
        Rebuild.objects.filter(pk=row.pk, ended_at__isnull=True).update(
            ended_at=timezone.now(), done=row.total, outcome=Rebuild.Outcome.DONE, problem=""
        )


@transaction.atomic
def cancel(*, rebuild: Rebuild, by: Any) -> Rebuild:
    """Take back what is not computed yet; what is computed stays, and what changed meanwhile is still computed.

    Raises PermissionDenied, and ValidationError when it has ended already.
    """
    if by is not None:
        require(by, Permission.FIGURES_MANAGE)
    row = Rebuild.objects.select_for_update().get(pk=rebuild.pk)
    if row.ended_at is not None:
        raise ValidationError(_("This rebuild has ended already."))
    # What a worker computes just now is still finished by it; that it finds its mark gone does no harm.
    left_over, _by_model = DirtyMark.objects.filter(rebuild=row).delete()
    row.done, row.ended_at, row.outcome = row.total - left_over, timezone.now(), Rebuild.Outcome.CANCELLED
    row.ended_by = by
    row.save()
    return row


def open_one() -> Rebuild | None:
    return Rebuild.objects.filter(ended_at__isnull=True).select_related("programme", "asked_by").first()


@dataclass(frozen=True)
class Standing:
    """How the upkeep of figures stands: marks that wait and since when, when a worker last drained, when a figure was
    last computed."""

    waiting: int
    oldest: datetime.datetime | None
    drained_at: datetime.datetime | None
    computed_at: datetime.datetime | None


def standing() -> Standing:
    """Four queries and one of the marks."""
    waiting, oldest = rollups.marks_waiting()
    drained = Heartbeat.objects.filter(name=rollups.DRAINED).values_list("seen_at", flat=True).first()
    computed = [model.objects.aggregate(last=Max("computed_at"))["last"] for model in (PhaseCell, RoundLayout)]  # type: ignore[attr-defined]
    return Standing(waiting, oldest, drained, max((one for one in computed if one is not None), default=None))
