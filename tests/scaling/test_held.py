"""One worker at a row: kinds of rows must not stand in each other's way."""

from __future__ import annotations

from scaling import alerts, rollups
from scaling.exports import jobs as exports
from scaling.reports import building
from scaling.rest import jobs
from scaling.webhooks import delivering


def test_every_kind_of_row_has_locks_of_its_own() -> None:
    """Exports and webhooks once shared theirs: an export kept the delivery of the same number waiting."""
    spaces = [
        *rollups.LOCK_SPACE.values(),
        *(module.LOCK_SPACE for module in (alerts, building, jobs, exports, delivering)),
    ]
    assert len(set(spaces)) == len(spaces)
