"""Rules of alerts on plain facts: each fires, does not, and says nothing where nothing is known."""

from __future__ import annotations

import datetime
from collections import Counter
from decimal import Decimal

import pytest

from scaling.metrics import alerts as a
from scaling.metrics.alert_facts import facts_of, year_before
from scaling.metrics.alerts import Facts, Finding, RoundState, Standing
from scaling.metrics.cells import CENSORED, EVENT, UNKNOWN, Register, Survival
from scaling.metrics.observe import cells_by, edges_on
from scaling.metrics.records import ACTIVE, DISBANDED, AtStage, InApex, Observed, Record, Status, WithPartner
from scaling.metrics.thresholds import DEFAULT, Thresholds
from tests.scaling.organizations import NOW, THEN, TURN, organization

DAY = datetime.date
BELOW = ((DAY(2019, 1, 1), False),)
MET_THEN_BELOW = ((DAY(2018, 1, 1), True), (DAY(2021, 1, 1), False))
BELOW_THEN_MET = ((DAY(2019, 1, 1), False), (DAY(2021, 1, 1), True))


def facts(*records: Record, limits: Thresholds = DEFAULT, outcomes: tuple[DAY, ...] = (THEN, TURN)) -> dict[str, Facts]:
    cells = cells_by(records, lambda record: record.code, on=NOW, opens=THEN, limits=limits)
    own = [record.code for record in records]
    then, now = (Counter(apex for _, apex in edges_on(records, day)) for day in (year_before(NOW), NOW))
    members = {code: (then[code], now[code]) for code in own}
    return facts_of(list(records), on=NOW, own=own, outcomes=outcomes, cells=cells, members=members)


def found(rule: str, known: Facts, limits: Thresholds = DEFAULT) -> Finding | None:
    findings, _undecided = a.of_organization(known, limits)
    return next((finding for finding in findings if finding.rule == rule), None)


def poorest(members: int, poor: int) -> Observed:
    return Observed(members=members, groups={"poorest": poor})


def test_inclusion_falling_goes_by_the_level_of_elite_capture() -> None:
    for then, now, severity in (
        (poorest(100, 40), poorest(100, 40), None),
        (poorest(100, 40), poorest(100, 36), a.WATCH),
        (poorest(100, 40), poorest(120, 41), a.ALERT),
        (poorest(100, 40), poorest(120, 30), a.HIGH),
        (poorest(9, 9), poorest(9, 1), None),  # too few for a share
    ):
        finding = found(a.INCLUSION_FALLING, facts(organization("A", then, now))["A"])
        assert (finding and finding.severity) == severity, (then, now)
    high = found(a.INCLUSION_FALLING, facts(organization("A", poorest(100, 40), poorest(120, 30)))["A"])
    assert high is not None
    assert high.figures == {"poorest_share_drift": "-15.00", "poorest_change": -10, "members_change": 20}
    calm = Thresholds(watch_points=Decimal(20), alert_points=Decimal(30))
    assert found(a.INCLUSION_FALLING, facts(organization("A", poorest(100, 40), poorest(120, 30)))["A"], calm) is None


def test_who_was_not_observed_is_undecided_and_an_apex_is_not() -> None:
    known = facts(organization("A", poorest(100, 40)), organization("U", tier="local_apex"))
    assert a.of_organization(known["A"], DEFAULT) == ([], {a.INCLUSION_FALLING, a.STAGNATION})
    assert a.of_organization(known["U"], DEFAULT) == ([], frozenset())


@pytest.mark.parametrize(
    ("gate", "funded", "severity"),
    [
        (BELOW, (DAY(2020, 1, 1),), a.ALERT),
        (BELOW, (DAY(2020, 1, 1), DAY(2021, 1, 1)), a.HIGH),
        (BELOW, (), None),
        (BELOW, (DAY(2018, 1, 1),), None),  # nobody had looked yet
        ((), (DAY(2020, 1, 1),), None),
        (BELOW_THEN_MET, (DAY(2020, 1, 1),), None),  # it is bonded by now
        (MET_THEN_BELOW, (DAY(2020, 1, 1),), None),  # it was when the linkage began
    ],
)
def test_weak_funded(gate: tuple[tuple[DAY, bool], ...], funded: tuple[DAY, ...], severity: str | None) -> None:
    finding = found(a.WEAK_FUNDED, Facts(gate=gate, funded=funded))
    assert (finding and finding.severity) == severity


def test_only_linkages_of_its_own_that_are_in_force_and_bring_money_count() -> None:
    links = (
        WithPartner(start=TURN, partner="bank", funds=True),
        WithPartner(start=TURN, partner="buyer"),
        WithPartner(start=TURN, partner="bank", funds=True, direct=False),
        WithPartner(start=THEN, end=TURN, partner="old bank", funds=True),
    )
    assert facts(organization("A", linkages=links))["A"].funded == (TURN,)


@pytest.mark.parametrize(
    ("then", "now", "fires"),
    [
        (Standing(20, "bonded"), Standing(20, "bonded"), True),
        (Standing(20, "bonded"), Standing(15, "forming"), True),
        (Standing(20, "bonded"), Standing(21, "bonded"), False),
        (Standing(20, "bonded"), Standing(20, "aggregated"), False),
        (Standing(20, "linked"), Standing(20, "linked"), False),
        (None, Standing(20, "bonded"), False),
    ],
)
def test_stagnation_is_over_two_rounds(then: Standing | None, now: Standing, fires: bool) -> None:
    middle = Standing(20, "bonded")
    finding = found(a.STAGNATION, Facts(observed=True, standings=(then, middle, now)))
    assert (finding is not None) == fires
    assert found(a.STAGNATION, Facts(observed=True, standings=(middle, now))) is None, "one round says nothing yet"


def test_standings_are_those_of_the_round_and_the_two_before_it() -> None:
    stages = (AtStage(start=DAY(2019, 1, 1), stage="bonded"), AtStage(start=DAY(2021, 1, 1), stage="linked"))
    record = organization("A", 10, 12, stages=stages)
    assert facts(record)["A"].standings == (Standing(10, "forming"), None, Standing(12, "linked"))


def member(code: str, start: DAY, end: DAY | None = None) -> Record:
    return organization(code, apexes=(InApex(start=start, end=end, apex="U"),))


def test_a_federation_that_lost_members_in_twelve_months() -> None:
    union = organization("U", tier="local_apex")
    stay, left, came = (
        [member(f"S{n}", THEN) for n in range(9)],
        member("L", THEN, DAY(2022, 1, 1)),
        member("C", DAY(2022, 1, 1)),
    )
    finding = found(a.FEDERATION_SHRINKING, facts(union, *stay, left)["U"])
    assert finding == Finding(
        a.FEDERATION_SHRINKING,
        a.ALERT,
        {"direct_members_then": 10, "direct_members_now": 9, "lost_per_cent": "10.00"},
    )
    watch = found(a.FEDERATION_SHRINKING, facts(union, *stay, left)["U"], Thresholds(federation_loss=Decimal(11)))
    assert watch is not None and watch.severity == a.WATCH
    assert found(a.FEDERATION_SHRINKING, facts(union, *stay, left, came)["U"]) is None, "one left and one came"
    long_ago = member("L", THEN, DAY(2021, 6, 30))
    assert found(a.FEDERATION_SHRINKING, facts(union, *stay, long_ago)["U"]) is None
    gone = organization(
        "L",
        apexes=(InApex(start=THEN, apex="U"),),
        statuses=(
            Status(start=THEN, end=DAY(2022, 1, 1), status=ACTIVE),
            Status(start=DAY(2022, 1, 1), status=DISBANDED),
        ),
    )
    assert found(a.FEDERATION_SHRINKING, facts(union, *stay, gone)["U"]) is not None, "a member that ended is lost"


def test_twelve_months_before_a_leap_day() -> None:
    assert year_before(DAY(2024, 2, 29)) == DAY(2023, 2, 28)


def test_dependence_on_one_buyer() -> None:
    def severity(**sales: int) -> str | None:
        finding = found(a.ONE_BUYER, Facts(sales={name: Decimal(value) for name, value in sales.items()}))
        return finding and finding.severity

    assert severity(a=10) == a.ALERT
    assert severity(a=9, b=1) == a.WATCH
    assert severity(a=1, b=1, c=1) is None
    assert severity() is None


@pytest.mark.parametrize(
    ("gate", "since", "fires"),
    [
        (BELOW, DAY(2020, 1, 1), True),
        (BELOW, DAY(2018, 1, 1), True),
        (BELOW, None, False),
        ((), DAY(2020, 1, 1), False),
        (BELOW_THEN_MET, DAY(2020, 1, 1), False),
        (MET_THEN_BELOW, DAY(2020, 1, 1), False),
    ],
)
def test_aggregated_before_bonding(gate: tuple[tuple[DAY, bool], ...], since: DAY | None, fires: bool) -> None:
    assert (found(a.AGGREGATED_EARLY, Facts(gate=gate, aggregated_on=since)) is not None) == fires


def test_organizations_that_ended_or_belong_to_others_have_no_facts() -> None:
    records = [organization("A"), organization("B", turns=DISBANDED), organization("X")]
    assert set(facts_of(records, on=NOW, own=["A", "B"], outcomes=(), cells={}, members={})) == {"A"}


def test_a_round_is_overdue_when_its_window_ended_and_something_is_missing() -> None:
    late, on_time = RoundState("r1", DAY(2022, 5, 30), 10, 3), RoundState("r2", NOW, 10, 3)
    assert a.round_overdue([on_time, RoundState("r3", THEN, 10, 0)], NOW, DEFAULT) is None
    finding = a.round_overdue([on_time, late], NOW, DEFAULT)
    assert finding is not None and finding.severity == a.ALERT
    assert finding.figures == {
        "round": "r1",
        "window_ended": "2022-05-30",
        "due": 10,
        "not_reported": 3,
        "rounds_overdue": 1,
    }
    watch = a.round_overdue([late], NOW, Thresholds(overdue_days=31))
    assert watch is not None and watch.severity == a.WATCH


def test_survival_below_expectation() -> None:
    def severity(ended: int, alive: int, unknown: int = 0) -> str | None:
        spells = {
            (Decimal("12.0"), EVENT): ended,
            (Decimal("30.0"), CENSORED): alive,
            (Decimal("6.0"), UNKNOWN): unknown,
        }
        finding = a.survival_low(Register(survival=Survival(alive=spells)), DEFAULT)
        return finding and finding.severity

    assert severity(3, 7) == a.ALERT
    assert severity(2, 8) is None
    assert severity(2, 6, 4) == a.WATCH, "those not seen since may be alive"
    assert severity(3, 6) is None, "a cohort of nine says little"
    assert severity(0, 0) is None
