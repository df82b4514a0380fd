"""From plain records of organizations to the facts that rules of alerts look at."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping

from scaling.metrics.alerts import STAGES, Facts, Standing
from scaling.metrics.cells import Register
from scaling.metrics.records import Record

Day = datetime.date


def year_before(day: Day) -> Day:
    """The same day a year ago; 28 February for a leap day."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def stage_on(record: Record, day: Day) -> str:
    held = {span.stage for span in record.stages if span.holds(day)}
    return next((name for name in reversed(STAGES) if name in held), STAGES[0])


def standing(record: Record, day: Day) -> Standing | None:
    members = record.members_on(day)
    return None if members is None else Standing(members, stage_on(record, day))


def facts_of(
    records: list[Record],
    *,
    on: Day,
    own: Iterable[str],
    outcomes: tuple[Day, ...],
    cells: Mapping[str, Register],
    members: Mapping[str, tuple[int, int]],
) -> dict[str, Facts]:
    """Facts of each own organization that is active on the day. `outcomes`: dates of the outcome rounds before the one
    whose returns count on the day; `cells`: code → its own components against its baseline; `members`: code of an apex
    → its direct members a year ago and now."""
    counted = frozenset(own)
    dates = (*outcomes[-2:], on)
    return {
        record.code: Facts(
            observed=on in record.observed,
            is_primary=record.is_primary,
            cell=cells.get(record.code, Register()),
            standings=tuple(standing(record, day) for day in dates),
            gate=record.gate,
            funded=tuple(link.start for link in record.linkages if link.direct and link.funds and link.holds(on)),
            aggregated_on=min(
                (span.start for span in record.stages if span.stage == "aggregated" and span.holds(on)), default=None
            ),
            members_year_ago=members.get(record.code, (0, 0))[0],
            members_now=members.get(record.code, (0, 0))[1],
            sales=record.sales,
        )
        for record in records
        if record.code in counted and record.is_active(on)
    }
