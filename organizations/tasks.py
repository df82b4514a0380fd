"""Celery tasks: take ids, call an operation."""

from __future__ import annotations

import logging

from celery import shared_task
from kombu.exceptions import OperationalError

from organizations.lists import operations

log = logging.getLogger(__name__)


@shared_task
def read_list(upload_id: int) -> None:
    """Read a list that was uploaded, or check it against the register."""
    operations.prepare(upload_id)


def hint_list(upload_id: int) -> None:
    """Tell a worker; when none can be told, the page itself does it."""
    try:
        read_list.delay(upload_id)
    except OperationalError as error:
        log.warning("list %s waits for the page: %s", upload_id, error)
