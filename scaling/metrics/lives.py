"""Survival and the stages of one organization, as components (domain study 4.8, 4.9)."""

from __future__ import annotations

import datetime

from scaling.metrics.cells import CENSORED, EVENT, UNKNOWN, Pathway, Spell, Survival
from scaling.metrics.pathway import ABSENT, FORMED, GONE, INACTIVE, STAGES, STEPS
from scaling.metrics.records import DISBANDED, DORMANT, ENDED, Record, months_between
from scaling.metrics.stages import SIX_MONTHS
from scaling.metrics.thresholds import Thresholds

Day = datetime.date


def _spell(record: Record, start: Day, on: Day, limits: Thresholds, dormant_is_end: bool) -> Spell:
    """From the end of support to the end of the organization, or to the last time it was seen."""
    for status in sorted(record.statuses, key=lambda status: status.start):
        if not start < status.start <= on:
            continue
        if status.status == DISBANDED or (dormant_is_end and status.status == DORMANT):
            return months_between(start, status.start), EVENT
        if status.status in ENDED:
            return months_between(start, status.start), CENSORED
    seen = max(start, record.verified_on or start)
    if months_between(seen, on) > limits.verified_within_months:
        return months_between(start, seen), UNKNOWN
    return months_between(start, on), CENSORED


def survival(record: Record, on: Day, limits: Thresholds) -> Survival:
    """The cohort is primary organizations active on the day their support ended."""
    start = record.support_ended_on
    if start is None or start > on or not record.is_primary or not record.is_active(start):
        return Survival()
    return Survival(
        alive={_spell(record, start, on, limits, False): 1}, functional={_spell(record, start, on, limits, True): 1}
    )


def stage_on(record: Record, day: Day) -> str:
    """The furthest stage whose condition held on the day, as it was told then: a membership that had not lasted six
    months by that day was no aggregation yet."""
    held = {
        span.stage
        for span in record.stages
        if span.holds(day) and (span.stage != "aggregated" or day - span.start >= SIX_MONTHS)
    }
    return next((name for name in ("linked", "aggregated", "bonded") if name in held), "forming")


def state_on(record: Record, day: Day) -> str:
    """The stage of an active organization, else why it has none."""
    if record.formed_on > day:
        return ABSENT
    if record.is_active(day):
        return stage_on(record, day)
    return GONE if record.status_on(day) in ENDED else INACTIVE


def _moves(record: Record, since: Day | None, on: Day) -> dict[tuple[str, str], int]:
    """From where to where it moved, if it was on the way at one of the dates."""
    if since is None:
        return {}
    move = state_on(record, since), state_on(record, on)
    return {move: 1} if set(move) & set(STAGES) else {}


def pathway(record: Record, on: Day, opening: Day | None = None, previous: Day | None = None) -> Pathway:
    """Times of every primary organization, also of those that ended; stages of the active ones; moves since the
    opening and since the previous round.

    A step against the order (aggregated before bonded) has no time; it counts as out of order.
    """
    entered: dict[str, Day] = {FORMED: record.formed_on}
    for span in record.stages:
        if span.start <= on:
            entered[span.stage] = min(span.start, entered.get(span.stage, span.start))
    ended = record.ended_on()
    last = on if ended is None else min(on, ended)
    times: dict[tuple[str, str], dict[Spell, int]] = {}
    for origin, stage in STEPS:
        if origin not in entered or entered[origin] > last:
            continue
        reached = entered.get(stage)
        if reached is None:
            times[origin, stage] = {(months_between(entered[origin], last), CENSORED): 1}
        elif reached >= entered[origin]:
            times[origin, stage] = {(months_between(entered[origin], reached), EVENT): 1}
    moved = _moves(record, opening, on), _moves(record, previous, on)
    if not record.is_active(on):
        return Pathway(times=times, from_opening=moved[0], from_previous=moved[1])
    later = [entered[name] for name in ("aggregated", "linked") if name in entered]
    return Pathway(
        stages={stage_on(record, on): 1},
        linked_direct=int(any(span.holds(on) and span.stage == "linked" and span.direct for span in record.stages)),
        out_of_order=int(bool(later) and ("bonded" not in entered or min(later) < entered["bonded"])),
        times=times,
        from_opening=moved[0],
        from_previous=moved[1],
    )
