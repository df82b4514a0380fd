"""From plain records of organizations to components: slow, simple, and what rollups are held against.

    cells(records, on=…, opens=…)  → one Register for each (place, kind, tier)
    register(records, on=…, opens=…) → their sum

What an organization reports and is belongs to its own cell. Growth of a merged or split organization is that of the
whole family, told in the cell of the member that leads it: the first by code that is active at the closing date.

`opens` is one date for all, or a date for each organization by code: everybody against their own baseline. `previous`
is the date of the outcome round before the closing one.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from scaling.metrics import network
from scaling.metrics.amounts import dependency, money_of
from scaling.metrics.cells import (
    GROUPS,
    Aggregation,
    Change,
    Pair,
    Panel,
    Pathway,
    Reach,
    Register,
    Scores,
    Structure,
    Subgroup,
    Tally,
    joined,
)
from scaling.metrics.families import families, membership_of
from scaling.metrics.lives import pathway, survival
from scaling.metrics.records import (
    DISBANDED,
    INTER_PROFESSIONAL,
    Rates,
    Record,
)
from scaling.metrics.thresholds import DEFAULT, Thresholds

Day = datetime.date
K = TypeVar("K", bound=Hashable)
#: One opening for all, or one for each code; who has none is not compared.
Openings = Day | None | Mapping[str, Day]


@dataclass(frozen=True)
class Context:
    """The dates, what converts money, and what only the whole graph can tell of an organization."""

    on: Day
    opens: Openings
    previous: Day | None
    rates: Rates
    limits: Thresholds
    depths: Mapping[str, int]
    parents: Mapping[str, set[str]]
    federated: Mapping[str, set[str]]
    spans: Mapping[str, int]
    cut: set[str]

    def opening(self, record: Record) -> Day | None:
        return opening_of(record, self.opens)


def opening_of(record: Record, opens: Openings) -> Day | None:
    """The date that an organization is compared with."""
    return opens.get(record.code) if isinstance(opens, Mapping) else opens


def edges_on(records: Iterable[Record], on: Day) -> list[network.Edge]:
    """Memberships in force between organizations that exist; an apex that is not on the register counts as existing."""
    by_code = {record.code: record for record in records}
    return [
        (record.code, link.apex)
        for record in by_code.values()
        if record.exists(on)
        for link in record.apexes
        if link.holds(on) and (link.apex not in by_code or by_code[link.apex].exists(on))
    ]


def upward(records: Iterable[Record], edges: Iterable[network.Edge]) -> list[network.Edge]:
    """Memberships in an apex of the federation: inter-professional associations are none."""
    associations = {record.code for record in records if record.kind == INTER_PROFESSIONAL}
    return [(member, apex) for member, apex in edges if apex not in associations]


def below(records: Iterable[Record], apex: str, on: Day) -> list[Record]:
    """The apex and everything under it, each once."""
    found = list(records)
    codes = network.below(apex, edges_on(found, on)) | {apex}
    return [record for record in found if record.code in codes]


def _context(
    records: list[Record], on: Day, opens: Openings, previous: Day | None, rates: Rates, limits: Thresholds
) -> Context:
    edges = edges_on(records, on)
    ties = upward(records, edges)
    return Context(
        on=on,
        opens=opens,
        previous=previous,
        rates=rates,
        limits=limits,
        depths=network.depths(ties),
        parents=network.parents_of(edges),
        federated=network.parents_of(ties),
        spans=network.spans(ties),
        cut=network.cut_vertices(ties),
    )


def cells_by(
    records: Iterable[Record],
    key: Callable[[Record], K | None],
    *,
    on: Day,
    opens: Openings = None,
    previous: Day | None = None,
    rates: Rates | None = None,
    limits: Thresholds = DEFAULT,
) -> dict[K, Register]:
    """One register for each value of `key`; an organization without a key is in the graph and in no register.

    Raises ValueError when apex memberships form a cycle.
    """
    known = [record for record in records if record.formed_on <= on]
    context = _context(known, on, opens, previous, rates or Rates(), limits)
    parts: dict[K, list[Register]] = defaultdict(list)
    counted = [(record, cell) for record in known if (cell := key(record)) is not None]
    for record, cell in counted:
        parts[cell].append(_of_organization(record, context))
    cell_of = {record.code: cell for record, cell in counted}
    for family in families([record for record, _cell in counted if record.is_primary], on, context.opening):
        lead = next((record for record in family if record.is_active(on)), family[0])
        opening = min((day for record in family if (day := context.opening(record)) is not None), default=None)
        membership, groups = membership_of(family, on, opening)
        parts[cell_of[lead.code]].append(Register(membership=membership, groups=groups))
    return {cell: joined(found) for cell, found in parts.items()}


def cells(
    records: Iterable[Record],
    *,
    on: Day,
    opens: Openings = None,
    previous: Day | None = None,
    rates: Rates | None = None,
    limits: Thresholds = DEFAULT,
) -> dict[tuple[str, str, str], Register]:
    """One register for each (place, kind, tier)."""
    return cells_by(
        records,
        lambda record: (record.place, record.kind, record.tier),
        on=on,
        opens=opens,
        previous=previous,
        rates=rates,
        limits=limits,
    )


def register(
    records: Iterable[Record],
    *,
    on: Day,
    opens: Openings = None,
    previous: Day | None = None,
    rates: Rates | None = None,
    limits: Thresholds = DEFAULT,
) -> Register:
    """The register of all records together."""
    return joined(cells(records, on=on, opens=opens, previous=previous, rates=rates, limits=limits).values())


def _of_organization(record: Record, context: Context) -> Register:
    """What one organization adds to its own cell."""
    on = context.on
    due = on in record.due
    amounts, comparable, ratios = money_of(record, on, context.opening(record), context.rates)
    return Register(
        due=int(due),
        reported=int(due and on in record.observed),
        active=int(record.is_active(on)),
        groups=_subgroups(record, context) if record.is_primary else {},
        entrenched=_entrenched(record, on),
        reach=_reach(record, on),
        aggregation=_aggregation(record, context),
        structure=_structure(record, context),
        survival=survival(record, on, context.limits),
        pathway=_pathway(record, context),
        scores=_scores(record, context),
        dependency=dependency(record, on, context.opening(record), context.limits),
        amounts=amounts,
        comparable=comparable,
        ratios=ratios,
        estimates=_estimates(record, on) if record.is_primary else {},
    )


def _pathway(record: Record, context: Context) -> Pathway:
    if not record.is_primary:
        return Pathway()
    return pathway(record, context.on, context.opening(record), context.previous)


def _share_of(record: Record, day: Day | None, group: str) -> Pair:
    seen = record.seen(day)
    if seen is None or seen.members is None or group not in seen.groups:
        return Pair()
    return Pair(1, seen.groups[group], seen.members)


def _subgroups(record: Record, context: Context) -> dict[str, Subgroup]:
    found: dict[str, Subgroup] = {}
    seen = record.seen(context.on)
    for group in GROUPS:
        then, now = _share_of(record, context.opening(record), group), _share_of(record, context.on, group)
        leaders, members, exits, others = Pair(), Pair(), Pair(), Pair()
        if seen is not None and now.n and seen.leaders is not None and group in seen.leader_groups:
            leaders, members = Pair(1, seen.leader_groups[group], seen.leaders), now
        if seen is not None and group in seen.exits and "" in seen.exits:
            (left, base), (all_left, all_base) = seen.exits[group], seen.exits[""]
            exits, others = Pair(1, left, base), Pair(1, all_left - left, all_base - base)
        subgroup = Subgroup(then=then, now=now, leaders=leaders, members=members, exits=exits, exits_others=others)
        if subgroup != Subgroup():
            found[group] = subgroup
    return found


def _entrenched(record: Record, on: Day) -> Pair:
    if not record.is_primary or record.entrenched is None or not record.is_active(on):
        return Pair()
    return Pair(1, int(record.entrenched), 1)


def _reach(record: Record, on: Day) -> Reach:
    seen = record.seen(on)
    if seen is None:
        return Reach()
    if not record.is_primary:
        direct = seen.direct_members if record.kind != INTER_PROFESSIONAL else None
        return Reach(
            gross=Tally() if seen.memberships is None else Tally(1, seen.memberships),
            direct=Tally() if direct is None else Tally(1, direct),
        )
    if seen.members is None:
        return Reach()
    known = seen.second_share is not None
    return Reach(
        gross=Tally(1, seen.members),
        by_kind={record.kind: seen.members},
        overlap=Pair() if seen.second_share is None else Pair(1, seen.members * seen.second_share, seen.members),
        sampled=seen.members if known and seen.sampled else 0,
    )


def _aggregation(record: Record, context: Context) -> Aggregation:
    on = context.on
    if not record.is_primary or not record.is_active(on):
        return Aggregation()
    apexes = context.federated.get(record.code, set())
    fees = [
        link.fee_paid_until
        for link in record.apexes
        if link.apex in apexes and link.holds(on) and link.fee_paid_until is not None
    ]
    paid = any(until >= on for until in fees)
    members = record.members_on(on)
    return Aggregation(
        active=1,
        aggregated=int(bool(apexes)),
        fees_known=int(bool(fees)),
        paid_up=int(paid),
        members=Tally() if members is None else Tally(1, members),
        members_aggregated=(members or 0) if apexes else 0,
        members_paid_up=(members or 0) if paid else 0,
    )


def _structure(record: Record, context: Context) -> Structure:
    if not record.is_active(context.on):
        return Structure()
    code = record.code
    if record.is_primary:
        federated = code in context.federated
        return Structure(
            depths={context.depths.get(code, 0): 1}, parents={len(context.parents[code]): 1} if federated else {}
        )
    if record.kind == INTER_PROFESSIONAL:
        return Structure()
    return Structure(spans={context.spans.get(code, 0): 1}, cut_apexes=int(code in context.cut))


def _scores(record: Record, context: Context) -> dict[str, Scores]:
    limits = context.limits
    before, after = record.seen(context.opening(record)), record.seen(context.on)
    scored_then = dict(before.scores) if before else {}
    scored_now = dict(after.scores) if after else {}
    gone = record.status_on(context.on) == DISBANDED
    found: dict[str, Scores] = {}
    for dimension in scored_then.keys() | scored_now.keys():
        then, now = scored_then.get(dimension), scored_now.get(dimension)
        alone = Scores(
            then=Tally() if then is None else Tally(1, then),
            now=Tally() if now is None else Tally(1, now),
            disbanded=int(then is not None and gone),
        )
        if then is None or now is None or before is None or after is None:
            found[dimension] = alone
        elif before.scale != after.scale:
            found[dimension] = alone + Scores(other_scale=1)
        else:
            change = now - then
            found[dimension] = alone + Scores(
                matched=Change(1, then, now),
                differences=change,
                squares=change * change,
                improved=int(change >= limits.improved),
                declined=int(change <= -limits.improved),
                satisfactory=Change(1, int(then >= limits.satisfactory), int(now >= limits.satisfactory)),
            )
    return found


def _estimates(record: Record, on: Day) -> dict[tuple[str, str], Panel]:
    if not record.is_active(on):
        return {}
    earlier = {day: value for day in record.observed if day < on and (value := record.members_on(day)) is not None}
    now = record.members_on(on)
    if now is not None:
        return {
            (record.kind, day.isoformat()): Panel(seen=Change(1, value, now)) for day, value in earlier.items() if value
        }
    if on not in record.due:
        return {}
    last = max(earlier, default=None)
    key = "" if last is None else last.isoformat()
    return {(record.kind, key): Panel(missing=Tally(1, earlier[last] if last else 0))}
