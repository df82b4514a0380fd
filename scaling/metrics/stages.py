"""When an organization was bonded, aggregated, linked: from ratings, memberships and linkages (domain study 2.5, 4.9).

Plain records in, spans out. Nothing later than the closing date is looked at, so that a past date gives what was so.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from scaling.metrics.records import AtStage, InApex, Span, WithPartner

Day = datetime.date
#: A membership counts as aggregation when it has lasted so long: six months.
SIX_MONTHS = datetime.timedelta(days=183)
#: Bonding gate (2.5 point 8): dimension means, and levels of single items.
GATE_DIMENSIONS = {"governance": Decimal("3.5"), "leadership": Decimal("3.5")}
GATE_ITEMS = {"ATT-1": Decimal("3.5"), "SYS-4": Decimal(3)}


def gate(scores: Mapping[str, Decimal], items: Mapping[str, Decimal]) -> bool | None:
    """Is the bonding gate met? None when what was rated does not decide it."""
    parts = [(scores.get(name), least) for name, least in GATE_DIMENSIONS.items()]
    parts += [(items.get(name), least) for name, least in GATE_ITEMS.items()]
    if any(value is not None and value < least for value, least in parts):
        return False
    return None if any(value is None for value, _least in parts) else True


def bonded(decisions: Iterable[tuple[Day, bool | None]], until: Day) -> list[AtStage]:
    """Spans in which an organization was bonded. `decisions`: of checklists and assessments, in order of their dates;
    one that decides nothing changes nothing."""
    found: list[AtStage] = []
    since: Day | None = None
    for day, decided in decisions:
        if day > until or decided is None:
            continue
        if decided and since is None:
            since = day
        elif not decided and since is not None:
            if since < day:
                found.append(AtStage(start=since, end=day, stage="bonded"))
            since = None
    if since is not None:
        found.append(AtStage(start=since, stage="bonded"))
    return found


def aggregated(apexes: Iterable[InApex], until: Day, associations: set[str]) -> list[AtStage]:
    """Spans of memberships that have lasted six months by `until`, inter-professional associations left out."""
    return [
        AtStage(start=link.start, end=link.end, stage="aggregated")
        for link in apexes
        if link.apex not in associations and min(link.end or until, until) - link.start >= SIX_MONTHS
    ]


@dataclass(frozen=True, kw_only=True)
class Agreement(Span):
    """A linkage as it is registered. `is_agreed`: more than an oral arrangement; `for_network`: covers all below;
    `funds`: credit, or a grant came through it."""

    partner: str
    kind: str = ""
    is_agreed: bool = True
    for_network: bool = False
    funds: bool = False
    renewed: bool = False


def _shared(first: Span, second: Span) -> tuple[Day, Day | None] | None:
    start = max(first.start, second.start)
    ends = [span.end for span in (first, second) if span.end is not None]
    end = min(ends) if ends else None
    return (start, end) if end is None or start < end else None


def ways_up(code: str, apexes_of: Mapping[str, Iterable[InApex]]) -> set[tuple[str, Day, Day | None]]:
    """(apex, from, until) for all apexes above an organization at any height, on the days when the whole way holds.

    On no day the graph has a circle, though memberships of different days may: a way that holds on no day ends.
    """
    found: set[tuple[str, Day, Day | None]] = set()
    waiting: list[tuple[str, Span | None]] = [(code, None)]
    while waiting:
        member, span = waiting.pop()
        for link in apexes_of.get(member, ()):
            days = (link.start, link.end) if span is None else _shared(link, span)
            if days is not None and (link.apex, *days) not in found:
                found.add((link.apex, *days))
                waiting.append((link.apex, Span(start=days[0], end=days[1])))
    return found


def partners_of(
    own: Iterable[Agreement], ways: Iterable[tuple[str, Day, Day | None]], of_apex: Mapping[str, list[Agreement]]
) -> tuple[list[WithPartner], list[AtStage]]:
    """Linkages of an organization, its own and through apexes that cover it, and the spans in which it was linked."""
    links: list[WithPartner] = []
    stages: list[AtStage] = []
    for one in own:
        links.append(
            WithPartner(start=one.start, end=one.end, partner=one.partner, funds=one.funds, renewed=one.renewed)
        )
        if one.is_agreed:
            stages.append(AtStage(start=one.start, end=one.end, stage="linked", direct=True))
    for apex, start, end in ways:
        for one in of_apex.get(apex, ()):
            both = _shared(one, Span(start=start, end=end)) if one.for_network else None
            if both is None:
                continue
            links.append(WithPartner(start=both[0], end=both[1], partner=one.partner, funds=one.funds, direct=False))
            if one.is_agreed:
                stages.append(AtStage(start=both[0], end=both[1], stage="linked"))
    return links, stages
