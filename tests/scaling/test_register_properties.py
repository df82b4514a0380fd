"""What holds for the metrics of organizations whatever the records: sums close, cells add up, reasons are given."""

from __future__ import annotations

import dataclasses
import datetime
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scaling.metrics import METRICS, REGISTER_METRICS, network
from scaling.metrics.cells import CENSORED, EVENT, UNKNOWN, Register
from scaling.metrics.membership import parts_of_growth
from scaling.metrics.observe import cells_by, register
from scaling.metrics.pathway import STAGES
from scaling.metrics.records import (
    ACTIVE,
    DISBANDED,
    DORMANT,
    FORMING,
    INTER_PROFESSIONAL,
    MERGED,
    SPLIT,
    AtStage,
    InApex,
    Observed,
    Rates,
    Record,
    Status,
    WithPartner,
    years_between,
)
from scaling.metrics.register import RegisterSubject
from scaling.metrics.survival import ALIVE, GONE, LOST_SIGHT, kaplan_meier

THEN, BETWEEN, NOW = (datetime.date(year, 6, 30) for year in (2018, 2020, 2022))
RATES = Rates(
    per_dollar={("ETB", THEN): Decimal(20), ("ETB", NOW): Decimal(40), ("INR", NOW): Decimal(70)},
    deflator={("ETB", THEN): Decimal(1), ("ETB", NOW): Decimal("1.6")},
)
dates = st.dates(datetime.date(2015, 1, 1), datetime.date(2022, 6, 29))
later = st.dates(datetime.date(2018, 7, 1), datetime.date(2022, 12, 31))


@st.composite
def observations(draw: st.DrawFn) -> Observed:
    members = draw(st.none() | st.integers(0, 60))
    part = st.integers(0, members or 0)
    groups = {} if members is None else draw(st.dictionaries(st.sampled_from(["women", "poorest", "youth"]), part))
    leaders = draw(st.integers(0, 9))
    money = draw(
        st.dictionaries(
            st.sampled_from(["savings", "external_credit", "loans_outstanding", "loan_fund_cash"]),
            st.decimals(0, 10**6, places=2),
        )
    )
    left = draw(st.integers(0, 5))
    return Observed(
        members=members,
        groups=groups,
        leaders=leaders,
        leader_groups=draw(st.dictionaries(st.sampled_from(["women", "poorest"]), st.integers(0, leaders))),
        memberships=draw(st.none() | st.integers(0, 500)),
        direct_members=draw(st.none() | st.integers(0, 20)),
        second_share=draw(st.none() | st.decimals(0, 1, places=2)),
        exits={"": (left, 20), "poorest": (min(left, 2), 8)} if draw(st.booleans()) else {},
        scores=draw(st.dictionaries(st.sampled_from(["governance", "systems"]), st.decimals(1, 6, places=4))),
        scale=draw(st.sampled_from(["1", "1", "2"])),
        money=money,
        currency=draw(st.sampled_from(["ETB", "ETB", "INR"])),
        served=None if members is None else draw(st.none() | st.integers(0, members)),
        recalled=draw(st.booleans()),
    )


@st.composite
def organizations(draw: st.DrawFn, number: int, apexes: tuple[str, ...], tied: bool) -> Record:
    code = f"G{number}"
    formed = draw(dates)
    statuses = [Status(start=formed, status=draw(st.sampled_from([ACTIVE, ACTIVE, ACTIVE, DORMANT, FORMING])))]
    turned = draw(st.none() | later)
    endings = [ACTIVE, DORMANT, DISBANDED, MERGED, SPLIT] if tied else [ACTIVE, DORMANT, DISBANDED]
    if turned is not None and turned > formed:
        after = draw(st.sampled_from(endings))
        statuses = [Status(start=formed, end=turned, status=statuses[0].status), Status(start=turned, status=after)]
    joined_on = draw(dates)
    linked = draw(st.none() | later)
    return Record(
        code=code,
        kind=draw(st.sampled_from(["shg", "cooperative"])),
        place=draw(st.sampled_from(["A", "B"])),
        formed_on=formed,
        statuses=tuple(statuses),
        verified_on=draw(st.none() | later),
        successors=tuple(draw(st.lists(st.sampled_from([f"G{i}" for i in range(6) if i != number]), max_size=2))),
        due=frozenset(draw(st.lists(st.sampled_from([THEN, NOW])))),
        observed=draw(st.dictionaries(st.sampled_from([THEN, BETWEEN, NOW]), observations())),
        apexes=tuple(
            InApex(start=joined_on, apex=apex, fee_paid_until=draw(st.none() | later))
            for apex in draw(st.lists(st.sampled_from(apexes), unique=True))
        )
        if apexes
        else (),
        stages=tuple(
            AtStage(start=draw(dates), stage=stage, direct=draw(st.booleans()))
            for stage in draw(st.lists(st.sampled_from(["bonded", "aggregated", "linked"]), unique=True))
        ),
        linkages=() if linked is None else (WithPartner(start=formed, end=linked, partner="P", renewed=True),),
        sales=draw(st.dictionaries(st.sampled_from(["B1", "B2", "B3"]), st.decimals(0, 99, places=2))),
        support_ended_on=draw(st.none() | later),
        entrenched=draw(st.none() | st.booleans()),
    )


def apex(code: str, above: tuple[str, ...] = (), kind: str = "federation") -> Record:
    start = datetime.date(2015, 1, 1)
    return Record(
        code=code,
        kind=kind,
        tier="local_apex",
        formed_on=start,
        statuses=(Status(start=start, status=ACTIVE),),
        observed={NOW: Observed(memberships=30, direct_members=2)},
        apexes=tuple(InApex(start=start, apex=name) for name in above),
    )


FEDERATION = [apex("V1", ("C1",)), apex("C1"), apex("I1", kind=INTER_PROFESSIONAL)]


@st.composite
def networks(draw: st.DrawFn, tied: bool = True) -> list[Record]:
    size = draw(st.integers(0, 5))
    primary = [draw(organizations(i, ("V1", "C1", "I1") if tied else (), tied)) for i in range(size)]
    return [*primary, *FEDERATION] if tied else primary


def built(records: list[Record]) -> Register:
    return register(records, on=NOW, opens=THEN, previous=BETWEEN, rates=RATES)


def subject(cell: Register, **changes: Any) -> RegisterSubject:
    return RegisterSubject(cell=cell, years=years_between(THEN, NOW), dimension="governance", **changes)


#: Machines are shared: no time limit for one example.
quick = settings(deadline=None)
slow = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@slow
@given(networks())
def test_the_parts_of_growth_add_up_to_the_change(records: list[Record]) -> None:
    def members(day: datetime.date) -> int:
        return sum(
            record.observed[day].members or 0
            for record in records
            if record.is_primary and record.formed_on <= day and record.is_active(day) and day in record.observed
        )

    found = built(records).membership
    assert sum(parts_of_growth(found).values()) == members(NOW) - members(THEN)
    assert found.matched.then + found.lost.total + found.unseen.total == members(THEN)
    assert found.matched.now + found.revived.total + found.new.total + found.late.total == members(NOW)
    assert min(found.lost.total, found.unseen.total, found.late.total, found.new.total) >= 0


@slow
@given(networks(), st.randoms())
def test_the_order_of_records_does_not_matter(records: list[Record], chance: Any) -> None:
    mixed = list(records)
    chance.shuffle(mixed)
    assert built(mixed) == built(records)


@slow
@given(networks(), st.dictionaries(st.text(max_size=2), st.integers(0, 3)))
def test_adding_cells_is_the_same_as_computing_at_once(records: list[Record], chance: dict[str, int]) -> None:
    whole = built(records)
    parts = cells_by(
        records, lambda record: chance.get(record.code, 0), on=NOW, opens=THEN, previous=BETWEEN, rates=RATES
    )
    total = Register()
    for part in parts.values():
        total = part + total
    assert total == whole
    for metric in REGISTER_METRICS.values():
        assert metric.compute(subject(total)) == metric.compute(subject(whole))


@slow
@given(networks(tied=False), st.integers(0, 5))
def test_organizations_that_are_not_tied_can_be_computed_apart(records: list[Record], cut: int) -> None:
    assert built(records[:cut]) + built(records[cut:]) == built(records)


@slow
@given(networks())
def test_moves_end_and_begin_with_the_stages_of_their_dates(records: list[Record]) -> None:
    def ends(moves: Mapping[tuple[str, str], int], end: int) -> dict[str, int]:
        found: Counter[str] = Counter()
        for pair, n in moves.items():
            found[pair[end]] += n
        return {stage: n for stage, n in found.items() if stage in STAGES}

    found = built(records).pathway
    for day, moves in ((THEN, found.from_opening), (BETWEEN, found.from_previous)):
        assert ends(moves, 1) == dict(found.stages)
        assert ends(moves, 0) == dict(register(records, on=day).pathway.stages)


@slow
@given(networks())
def test_every_metric_gives_a_value_or_a_reason(records: list[Record]) -> None:
    cell = built(records)
    for prices in ("local", "usd", "real"):
        for metric in REGISTER_METRICS.values():
            outcome = metric.compute(subject(cell, prices=prices))
            assert (outcome.figure.value is None) == bool(outcome.figure.null_reason), metric.name
            assert outcome.n is not None and outcome.n_due is not None and outcome.n >= 0, metric.name
            low, high = outcome.low, outcome.high
            if low is not None and high is not None:
                assert low.value is not None and high.value is not None and low.value <= high.value
                value = outcome.figure.value
                assert value is None or low.value <= value <= high.value, metric.name


SHARES = [
    name
    for name, metric in REGISTER_METRICS.items()
    if metric.unit == "per cent" and "growth" not in name and name not in ("return_on_savings",)
]


@slow
@given(networks())
def test_shares_lie_between_0_and_100(records: list[Record]) -> None:
    cell = built(records)
    for name in SHARES:
        value = REGISTER_METRICS[name].compute(subject(cell)).figure.value
        assert value is None or 0 <= value <= 100, name


@slow
@given(networks())
def test_nothing_observed_gives_no_figure_of_a_round(records: list[Record]) -> None:
    blank = [dataclasses.replace(record, observed={}) for record in records]
    cell = built(blank)
    for metric in REGISTER_METRICS.values():
        if metric.rests_on == "register" or metric.name in ("membership_change", "elite_capture"):
            continue
        if metric.name.startswith("growth_"):
            assert metric.compute(subject(cell)).figure.value == 0
            continue
        assert metric.compute(subject(cell)).figure.null_reason, metric.name


def _numbers(part: Any) -> list[Any]:
    if dataclasses.is_dataclass(part):
        return [n for item in dataclasses.fields(part) for n in _numbers(getattr(part, item.name))]
    if isinstance(part, Mapping):
        return [n for value in part.values() for n in _numbers(value)]
    return [part]


@slow
@given(networks())
def test_components_are_whole_numbers_or_short_decimals(records: list[Record]) -> None:
    for number in _numbers(built(records)):
        assert isinstance(number, int) or number.as_tuple().exponent >= -8, number


@quick
@given(st.lists(st.tuples(st.integers(0, 400), st.sampled_from([EVENT, CENSORED, UNKNOWN])), max_size=40))
def test_the_survival_curve_falls_and_lies_within_its_bounds(lives: list[tuple[int, str]]) -> None:
    spells: dict[tuple[Decimal, str], int] = {}
    for tenths, end in lives:
        key = (Decimal(tenths) / 10, end)
        spells[key] = spells.get(key, 0) + 1
    curve, gone, alive = (kaplan_meier(spells, unknown) for unknown in (LOST_SIGHT, GONE, ALIVE))
    assert all(0 <= share <= 1 for _time, share in curve.steps)
    assert all(left > right for (_a, left), (_b, right) in pairwise(curve.steps))
    for month in range(41):
        shares = [found.at(Decimal(month)) for found in (gone, curve, alive)]
        if all(share is not None for share in shares):
            assert shares == sorted(shares)  # type: ignore[type-var]


@quick
@given(st.lists(st.integers(0, 400), min_size=1, max_size=40))
def test_without_censoring_the_curve_is_the_share_still_there(lives: list[int]) -> None:
    spells = {(Decimal(tenths) / 10, EVENT): lives.count(tenths) for tenths in lives}
    share = kaplan_meier(spells).at(Decimal(20))
    assert share is not None
    assert share * len(lives) == sum(tenths > 200 for tenths in lives)


graphs = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 6))
    .filter(lambda pair: pair[0] != pair[1])
    .map(lambda pair: (f"n{min(pair)}", f"n{max(pair)}")),
    max_size=12,
)


def _groups(nodes: set[str], edges: list[tuple[str, str]]) -> int:
    left, number = set(nodes), 0
    while left:
        number += 1
        waiting = [left.pop()]
        while waiting:
            node = waiting.pop()
            for edge in edges:
                if node in edge:
                    other = edge[0] if edge[1] == node else edge[1]
                    if other in left:
                        left.discard(other)
                        waiting.append(other)
    return number


@quick
@given(graphs)
def test_cut_vertices_are_those_whose_end_leaves_more_pieces(edges: list[tuple[str, str]]) -> None:
    nodes = {node for edge in edges for node in edge}
    expected = {
        node
        for node in nodes
        if _groups(nodes - {node}, [edge for edge in edges if node not in edge]) > _groups(nodes, edges)
    }
    assert network.cut_vertices(edges) == expected


@quick
@given(graphs)
def test_depth_is_the_longest_way_up(edges: list[tuple[str, str]]) -> None:
    above = network.parents_of(edges)

    def longest(node: str) -> int:
        return max((1 + longest(parent) for parent in above.get(node, ())), default=0)

    assert network.depths(edges) == {node: longest(node) for edge in edges for node in edge}


def test_the_two_lists_share_no_name() -> None:
    assert not set(METRICS) & set(REGISTER_METRICS)
