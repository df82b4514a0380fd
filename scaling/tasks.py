"""Celery tasks: take ids, call an operation."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from scaling import alerts, rebuilds, rollups
from scaling.exports import jobs as export_jobs
from scaling.models import Heartbeat, MarkKind
from scaling.reports import building, operations
from scaling.rest import idempotency, jobs
from scaling.webhooks import delivering


@shared_task
def drain() -> int:
    """Recompute what is marked; a rebuild of which nothing is left is finished."""
    done = rollups.drain()
    rebuilds.close_finished()
    return done


@shared_task
def rebuild(rebuild_id: int) -> int:
    """Do the work of a rebuild; the beat goes on with it when this is killed."""
    return rebuilds.run(rebuild_id)


@shared_task
def look_at_alerts() -> int:
    """Once a day: what depends on the date alone (a window that ended, twelve months) is marked by no change."""
    found = alerts.rounds_to_look_at()
    rollups.mark(MarkKind.ROUND, found)
    return len(found)


@shared_task
def make_pack(report_id: int) -> bool:
    """Make a pack; the beat begins again when this is killed."""
    return building.make(report_id)


@shared_task
def packs() -> int:
    """Packs that wait or were left behind, and e-mails about them."""
    return building.make_all()


@shared_task
def packs_on_a_cadence() -> int:
    """Ask for the packs whose day has come."""
    return len(operations.put_due())


@shared_task
def bulk_job(job_id: int) -> bool:
    """Write the rows of a bulk job; the beat goes on with it when this is killed."""
    return jobs.WORK.run(job_id)


@shared_task
def bulk_jobs() -> int:
    """Bulk jobs that wait or were left behind."""
    return jobs.WORK.run_all()


@shared_task
def export_file(file_id: int) -> bool:
    """Make an export as a file; the beat begins again when this is killed."""
    return export_jobs.WORK.run(file_id)


@shared_task
def export_files() -> int:
    """Exports as files that wait or were left behind."""
    return export_jobs.WORK.run_all()


@shared_task
def forget_old_answers() -> int:
    """Delete answers to Idempotency-Keys, bulk jobs and exported files that nobody will ask for again."""
    return idempotency.forget_old() + jobs.forget_old() + export_jobs.forget_old()


@shared_task
def webhooks() -> int:
    """Tell those that wait to be told, or were left behind by a killed worker."""
    return delivering.run_due()


@shared_task
def forget_old_webhook_events() -> int:
    """Delete what was told, or given up, long ago."""
    return delivering.forget_old()


@shared_task
def heartbeat() -> None:
    """Say that a worker lives (read by /readyz)."""
    Heartbeat.objects.update_or_create(name="worker", defaults={"seen_at": timezone.now()})
