"""Organizations that merged or split between two dates are compared as one family (domain study 4.1, edge cases)."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_UP, Decimal

from scaling.metrics.cells import GROUPS, Change, Membership, Subgroup, Tally
from scaling.metrics.records import DORMANT, MERGED, SPLIT, Record

TWO_PLACES = Decimal("0.01")
Day = datetime.date


def families(records: Iterable[Record], on: Day, opening_of: Callable[[Record], Day | None]) -> list[list[Record]]:
    """Organizations tied by a merger or split after the opening and until the closing; the others each alone.

    Sorted by code. A successor that is not among the records leaves its predecessor alone, and so lost.
    """
    found = {record.code: record for record in sorted(records, key=lambda record: record.code)}
    root = {code: code for code in found}

    def lead(code: str) -> str:
        while root[code] != code:
            code = root[code]
        return code

    for record in found.values():
        ended, opens = record.ended_on(), opening_of(record)
        if opens is None or ended is None or not opens < ended <= on or record.status_on(on) not in (MERGED, SPLIT):
            continue
        for successor in record.successors:
            if successor in found:
                first, second = sorted((lead(record.code), lead(successor)))
                root[second] = first
    grouped: dict[str, list[Record]] = {}
    for code, record in found.items():
        grouped.setdefault(lead(code), []).append(record)
    return list(grouped.values())


def _sum(values: Iterable[int | None]) -> int:
    return sum(value for value in values if value is not None)


def membership_of(family: list[Record], on: Day, opens: Day | None) -> tuple[Membership, dict[str, Subgroup]]:
    """Where the members of a family belong in the decomposition, and its subgroups if it was observed at both dates.

    A family of which only a part was observed at one of the dates leaves the comparison on both sides: what was seen
    then is `unseen`, what is seen now is `late`. So the five parts add up whatever is missing.
    """
    members_now = [record.members_on(on) for record in family if record.is_active(on)]
    seen_now = [value for value in members_now if value is not None]
    now = Tally(len(seen_now), sum(seen_now))
    if opens is None:
        return Membership(now=now), {}
    old = [record for record in family if record.formed_on <= opens]
    members_then = [record.members_on(opens) for record in old if record.is_active(opens)]
    seen_then = [value for value in members_then if value is not None]
    then = Tally(len(seen_then), sum(seen_then))
    base = Membership(then=then, now=now)
    whole_now = Tally(1, now.total) if seen_now else Tally()
    whole_then = Tally(1, then.total) if seen_then else Tally()
    if not old:
        return base + Membership(new=whole_now), {}
    if not members_then:
        revived = any(record.status_on(opens) == DORMANT for record in old)
        return base + (Membership(revived=whole_now) if revived else Membership(late=whole_now)), {}
    if not members_now:
        return base + Membership(lost=whole_then), {}
    if len(seen_then) < len(members_then) or len(seen_now) < len(members_now):
        return base + Membership(unseen=whole_then, late=whole_now), {}
    recalled = any(record.observed[opens].recalled for record in old if record.is_active(opens))
    matched = Change(1, then.total, now.total)
    return base + _matched(matched, recalled), _groups(family, old, on, opens)


def _matched(matched: Change, recalled: bool) -> Membership:
    growth = {}
    if matched.then:
        per_cent = Decimal(matched.now - matched.then) * 100 / matched.then
        growth = {per_cent.quantize(TWO_PLACES, ROUND_HALF_UP): 1}
    return Membership(
        matched=matched,
        zero_base=Change() if matched.then else matched,
        recalled=matched if recalled else Change(),
        growths=growth,
    )


def _groups(family: list[Record], old: list[Record], on: Day, opens: Day) -> dict[str, Subgroup]:
    """Subgroups of a matched family, those that every one of its observations reports.

    Without members at one of the dates there is no share to compare: such a family is not on the panel (the worked
    example of 4.4 leaves out the cooperative that had no member then).
    """
    then = [record.observed[opens] for record in old if record.is_active(opens)]
    now = [record.observed[on] for record in family if record.is_active(on)]
    whole = Change(1, _sum(seen.members for seen in then), _sum(seen.members for seen in now))
    if not whole.then or not whole.now:
        return {}
    return {
        group: Subgroup(
            part=Change(1, sum(seen.groups[group] for seen in then), sum(seen.groups[group] for seen in now)),
            whole=whole,
        )
        for group in GROUPS
        if all(group in seen.groups for seen in [*then, *now])
    }
