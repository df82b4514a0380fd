"""What the top floor does when a lower one changed: a mark in the same transaction, a hint to Celery after commit."""

from __future__ import annotations

import logging
from typing import Any

from django.db import transaction
from django.dispatch import receiver

from indicators.signals import results_changed
from programmes.models import FinancingLine
from programmes.signals import phases_changed, rates_changed
from scaling.models import MarkKind
from scaling.rollups import mark

log = logging.getLogger(__name__)


def hint() -> None:
    """Tell a worker that marks wait. The beat drains them anyway, so a broker that is away costs only seconds."""
    from scaling.tasks import drain

    try:
        drain.delay()
    except Exception:
        log.warning("The broker cannot be reached; marks wait for the beat.", exc_info=True)


@receiver(phases_changed)
@receiver(results_changed)
def phases(sender: Any, *, phase_ids: set[int], **kwargs: Any) -> None:
    if phase_ids:
        mark(MarkKind.PHASE, phase_ids)
        transaction.on_commit(hint)


@receiver(rates_changed)
def rates(sender: Any, *, currencies: set[str], **kwargs: Any) -> None:
    phases(
        sender,
        phase_ids=set(FinancingLine.objects.filter(currency__in=currencies).values_list("phase_id", flat=True)),
    )
