"""Celery tasks: take ids, call an operation."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from scaling import rollups
from scaling.models import Heartbeat


@shared_task
def drain() -> int:
    """Recompute what is marked."""
    return rollups.drain()


@shared_task
def rebuild() -> int:
    """Compute everything again."""
    return rollups.rebuild()


@shared_task
def heartbeat() -> None:
    """Say that a worker lives (read by /readyz)."""
    Heartbeat.objects.update_or_create(name="worker", defaults={"seen_at": timezone.now()})
