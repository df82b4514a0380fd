"""Organizations made by hand for tests of metrics, and a metric of them."""

from __future__ import annotations

import datetime
from dataclasses import replace
from decimal import Decimal

from scaling.metrics import REGISTER_METRICS
from scaling.metrics.cells import Register
from scaling.metrics.observe import register
from scaling.metrics.records import (
    ACTIVE,
    Observed,
    Record,
    Status,
)
from scaling.metrics.register import RegisterSubject
from scaling.metrics.registry import Outcome

FORMED, THEN, TURN, NOW = (datetime.date(year, 6, 30) for year in (2016, 2018, 2020, 2022))


def organization(
    code: str,
    then: int | Observed | None = None,
    now: int | Observed | None = None,
    *,
    turns: str = "",
    formed: datetime.date = FORMED,
    **facts: object,
) -> Record:
    """A primary organization; `turns`: what it becomes in 2020. Its rounds are due."""
    statuses = [Status(start=formed, end=TURN if turns else None, status=ACTIVE)]
    if turns:
        statuses.append(Status(start=TURN, status=turns))
    seen = {day: value for day, value in ((THEN, then), (NOW, now)) if value is not None}
    record = Record(
        code=code,
        kind="shg",
        formed_on=formed,
        statuses=tuple(statuses),
        due=frozenset({THEN, NOW}),
        observed={day: Observed(members=value) if isinstance(value, int) else value for day, value in seen.items()},
        verified_on=NOW,
    )
    return replace(record, **facts)  # type: ignore[arg-type]


def compute(name: str, *records: Record, cell: Register | None = None, **changes: object) -> Outcome:
    found = register(records, on=NOW, opens=THEN) if cell is None else cell
    subject = replace(
        RegisterSubject(cell=found, years=Decimal(4), dimension="governance"),
        **changes,  # type: ignore[arg-type]
    )
    return REGISTER_METRICS[name].compute(subject)
