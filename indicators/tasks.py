"""Celery tasks: take ids, call an operation."""

from __future__ import annotations

import logging

from celery import shared_task
from kombu.exceptions import OperationalError

from indicators import batches, reminders
from indicators.workbooks import plan

log = logging.getLogger(__name__)


@shared_task
def remind() -> int:
    """Tell officers whose rounds close soon or should have closed; at most once a day each."""
    return reminders.send_due()


@shared_task
def forget_old_batches() -> int:
    """Delete answers that no browser will ask for again."""
    return batches.forget_old()


@shared_task
def read_workbook(upload_id: int) -> None:
    """Say what an uploaded workbook would change."""
    plan.prepare(upload_id)


def hint_workbook(upload_id: int) -> None:
    """Tell a worker; when none can be told, the page itself reads the file."""
    try:
        read_workbook.delay(upload_id)
    except OperationalError as error:
        log.warning("workbook %s waits for the page: %s", upload_id, error)
