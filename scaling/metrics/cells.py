"""What metrics of organizations are computed on: additive components of a set of organizations.

A `Register` holds sums, counts and small histograms only, so that `a + b` of two sets without an organization in common
is the register of both, and a country is the sum of its cells. Ratios, medians and curves are made from the sum.
Stored numbers are `int` or `Decimal` rounded to fixed places; floats and quotients that do not end are never stored,
because their sums would depend on the order. Plain data: no database, no Django.

Where two dates are compared, "then" is the opening round (t0) and "now" the closing one (t).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Self, TypeVar

#: Subgroups of members that are compared with all members.
GROUPS = ("women", "youth", "poorest", "indigenous", "disabled")

#: How an amount is told: in its own currency, in US dollars of its date, in its own currency at constant prices.
LOCAL, USD, REAL = "local", "usd", "real"

#: How the time under observation of an organization ended.
EVENT, CENSORED, UNKNOWN = "event", "censored", "unknown"

#: (measure, LOCAL | USD | REAL, currency); ratios of counts leave the last two empty.
Priced = tuple[str, str, str]
#: (months to one place, EVENT | CENSORED | UNKNOWN)
Spell = tuple[Decimal, str]
Histogram = Mapping[int, int]
Number = int | Decimal


def _plus(left: Any, right: Any) -> Any:
    """Numbers and additive parts add up; maps add up key by key."""
    if isinstance(left, dict):
        if not right:
            return left
        if not left:
            return right
        merged = dict(left)
        for key, value in right.items():
            merged[key] = _plus(merged[key], value) if key in merged else value
        return merged
    return left + right


@dataclass(frozen=True)
class Additive:
    """Parts that add up field by field; an instance without arguments is the neutral element."""

    def __add__(self, other: Self) -> Self:
        if type(self) is not type(other):
            return NotImplemented
        mine, theirs, parts = self.__dict__, other.__dict__, []
        for name, empty in _empties(type(self)):
            left, right = mine[name], theirs[name]
            # Most parts of most cells are the empty one that the class holds: nothing to add, and nothing to copy.
            parts.append(left if right is empty else right if left is empty else _plus(left, right))
        return type(self)(*parts)


_EMPTIES: dict[type, list[tuple[str, Any]]] = {}


def _empties(kind: type[Additive]) -> list[tuple[str, Any]]:
    """Fields of a part with what stands for nothing in each; looked up once for each kind of part."""
    if kind not in _EMPTIES:
        _EMPTIES[kind] = [(item.name, item.default) for item in dataclasses.fields(kind)]
    return _EMPTIES[kind]


T = TypeVar("T", bound=Additive)


def total(parts: Iterable[T], empty: Callable[[], T]) -> T:
    """The sum of parts, `empty()` if there is none. Adds in pairs, so that many small parts stay fast."""
    level = list(parts)
    while len(level) > 1:
        level = [level[i] + level[i + 1] if i + 1 < len(level) else level[i] for i in range(0, len(level), 2)]
    return level[0] if level else empty()


@dataclass(frozen=True)
class Tally(Additive):
    """A sum over the `n` organizations that have the value; `missing` ones have it and could not be converted."""

    n: int = 0
    total: Number = 0
    missing: int = 0


@dataclass(frozen=True)
class Change(Additive):
    """The same `n` organizations then and now; `missing` have both and could not be converted."""

    n: int = 0
    then: Number = 0
    now: Number = 0
    missing: int = 0


@dataclass(frozen=True)
class Pair(Additive):
    """Numerator and denominator over the `n` organizations that have both; `missing` could not be converted."""

    n: int = 0
    numerator: Number = 0
    denominator: Number = 0
    missing: int = 0


@dataclass(frozen=True)
class Membership(Additive):
    """Members of primary organizations then and now, and where each of them belongs in the decomposition (4.1).

    then = matched.then + lost + unseen and now = matched.now + revived + new + late, always. `lost` and `unseen` are
    sums of members at the opening. A merged or split organization counts as one with its predecessors or successors.
    `zero_base` and `recalled` are parts of `matched`: those with no member then, those whose opening was recalled.
    `growths`: growth in per cent, to two places, of each matched organization with members then → how many.
    """

    then: Tally = Tally()
    now: Tally = Tally()
    matched: Change = Change()
    zero_base: Change = Change()
    recalled: Change = Change()
    revived: Tally = Tally()
    new: Tally = Tally()
    lost: Tally = Tally()
    late: Tally = Tally()
    unseen: Tally = Tally()
    growths: Mapping[Decimal, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Subgroup(Additive):
    """A subgroup of members (4.3 to 4.5), over the organizations that report it.

    `then`, `now`: subgroup / all members. `part`, `whole`: subgroup and all members on the matched panel, of
    organizations with members at both dates.
    `leaders`, `members`: subgroup / all, over organizations that report the subgroup of both.
    `exits`: left / (start + joined) of the subgroup; `exits_others`: the same of everybody else there.
    """

    then: Pair = Pair()
    now: Pair = Pair()
    part: Change = Change()
    whole: Change = Change()
    leaders: Pair = Pair()
    members: Pair = Pair()
    exits: Pair = Pair()
    exits_others: Pair = Pair()


@dataclass(frozen=True)
class Reach(Additive):
    """Memberships as everybody reports them (`gross`), and each once at the lowest tier (4.2).

    `by_kind`: members of primary organizations by kind. `direct`: individuals who belong to an apex directly.
    `overlap`: memberships that are a second one of the same person / memberships for which that is known;
    `sampled`: those of them that are known from a sample and not from a register of persons.
    """

    gross: Tally = Tally()
    by_kind: Mapping[str, int] = field(default_factory=dict)
    direct: Tally = Tally()
    overlap: Pair = Pair()
    sampled: int = 0


@dataclass(frozen=True)
class Aggregation(Additive):
    """Active primary organizations on the register, those in an apex, those whose fee is paid (4.6).

    `fees_known`: those in an apex of which a fee is recorded at all. `members…`: the same weighted by members, over the
    organizations that reported members.
    """

    active: int = 0
    aggregated: int = 0
    fees_known: int = 0
    paid_up: int = 0
    members: Tally = Tally()
    members_aggregated: int = 0
    members_paid_up: int = 0


@dataclass(frozen=True)
class Structure(Additive):
    """The graph of apex memberships (4.7), as counts of organizations by a property that the whole graph gives them.

    `depths`: edges on the longest way up → active primary organizations. `parents`: apexes that an organization is in →
    active primary organizations in at least one apex. `spans`: direct members → apexes, without inter-professional
    associations. `cut_apexes`: apexes whose end would separate members that are now connected.
    """

    depths: Histogram = field(default_factory=dict)
    parents: Histogram = field(default_factory=dict)
    spans: Histogram = field(default_factory=dict)
    cut_apexes: int = 0


@dataclass(frozen=True)
class Survival(Additive):
    """Months from the end of support to the end of the organization, or to the last time it was seen (4.8).

    `alive`: the event is disbanding. `functional`: becoming dormant is one too.
    """

    alive: Mapping[Spell, int] = field(default_factory=dict)
    functional: Mapping[Spell, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Pathway(Additive):
    """Active primary organizations by stage, and how long the steps take (4.9).

    `times`: (from, to) → months → how many, for instance ("formed", "bonded"). `out_of_order`: aggregated or linked
    before bonding was confirmed. `from_opening`, `from_previous`: (state then, state now) → organizations that were
    active at one of the two dates at least, since the opening and since the outcome round before the closing one. A
    state is a stage, or why there is none (`pathway.BESIDE`).
    """

    stages: Mapping[str, int] = field(default_factory=dict)
    linked_direct: int = 0
    out_of_order: int = 0
    times: Mapping[tuple[str, str], Mapping[Spell, int]] = field(default_factory=dict)
    from_opening: Mapping[tuple[str, str], int] = field(default_factory=dict)
    from_previous: Mapping[tuple[str, str], int] = field(default_factory=dict)


@dataclass(frozen=True)
class Scores(Additive):
    """Scores of one dimension (4.10). `then`, `now`: whoever was there. The rest is the matched panel.

    `differences`, `squares`: sums of now - then and of its square. `satisfactory`: organizations at the level of the
    thresholds or above. `disbanded`: scored then, ended since. `other_scale`: scored on two versions of the scale.
    """

    then: Tally = Tally()
    now: Tally = Tally()
    matched: Change = Change()
    differences: Number = 0
    squares: Number = 0
    improved: int = 0
    declined: int = 0
    satisfactory: Change = Change()
    disbanded: int = 0
    other_scale: int = 0


@dataclass(frozen=True)
class Offered(Additive):
    """Active primary organizations that offer a service, by who provides it to their members (each once: the
    organization itself before an apex, an apex before a partner), and the members that they reported.

    `poorest`, `beside`: the poorest and all members of those that report the poorest too.
    """

    own: int = 0
    apex: int = 0
    partner: int = 0
    members: int = 0
    poorest: int = 0
    beside: int = 0


@dataclass(frozen=True)
class Dependency(Additive):
    """Partners and services of active primary organizations, zeros included, and how concentrated sales are (4.12).

    Histograms: number of partners (direct; direct or through an apex) or services → organizations. `concentration`:
    sum of the index (to four places) over organizations with sales by buyer; `concentrated`: those above the threshold.
    `renewals`: agreements renewed / agreements that ended between the dates. `offered`: by kind of service.
    """

    partners: Histogram = field(default_factory=dict)
    partners_any: Histogram = field(default_factory=dict)
    services: Histogram = field(default_factory=dict)
    concentration: Tally = Tally()
    concentrated: int = 0
    renewals: Pair = Pair()
    offered: Mapping[str, Offered] = field(default_factory=dict)


@dataclass(frozen=True)
class Panel(Additive):
    """For the estimate of a partial round (4.14), of one kind and one earlier date.

    `seen`: organizations with a value now and members at that date. `missing`: due, active, without a value now, whose
    last value is of that date.
    """

    seen: Change = Change()
    missing: Tally = Tally()


@dataclass(frozen=True)
class Register(Additive):
    """Everything that the metrics of organizations need, of a set of organizations and two dates.

    `due`, `reported`: organizations on the due list of the closing round, and those of them with an approved return.
    `active`: active organizations of any tier. `estimates`: (kind, date of the last value, empty if there is none).
    `amounts`: stocks and flows now; `comparable`: those of organizations that have both dates.
    """

    due: int = 0
    reported: int = 0
    active: int = 0
    membership: Membership = Membership()
    groups: Mapping[str, Subgroup] = field(default_factory=dict)
    entrenched: Pair = Pair()
    reach: Reach = Reach()
    aggregation: Aggregation = Aggregation()
    structure: Structure = Structure()
    survival: Survival = Survival()
    pathway: Pathway = Pathway()
    scores: Mapping[str, Scores] = field(default_factory=dict)
    dependency: Dependency = Dependency()
    amounts: Mapping[Priced, Tally] = field(default_factory=dict)
    comparable: Mapping[Priced, Change] = field(default_factory=dict)
    ratios: Mapping[Priced, Pair] = field(default_factory=dict)
    estimates: Mapping[tuple[str, str], Panel] = field(default_factory=dict)


def joined(parts: Iterable[Register]) -> Register:
    """The register of all these sets together."""
    return total(parts, Register)
