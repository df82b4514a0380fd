"""The 75 values that the domain study works out by hand, through records → components → metric."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

import pytest

from scaling.metrics import METRICS, REGISTER_METRICS
from scaling.metrics.cells import Register
from scaling.metrics.figures import Figure
from scaling.metrics.observe import below, cells, register
from scaling.metrics.records import Record, years_between
from scaling.metrics.register import BIASED, ESTIMATE, NOT_COMPARABLE, SAMPLED_OVERLAP, RegisterSubject
from scaling.metrics.registry import Outcome
from scaling.metrics.subjects import Subject
from tests.scaling import network as n

EXPECTED = {row["test_id"]: row for row in n.rows("expected_values")}
RECORDS = n.records()
CREDIT, RATES = n.credit()


def metric(
    name: str,
    cell: Register | None = None,
    opens: datetime.date | None = n.THEN,
    on: datetime.date = n.NOW,
    records: list[Record] | None = None,
) -> Outcome:
    """A metric of records between two dates; 2018 to 2022 of the whole network unless told."""
    found = RECORDS if records is None else records
    built = register(found, on=on, opens=opens) if cell is None else cell
    years = None if opens is None else years_between(opens, on)
    subject = RegisterSubject(cell=built, years=years, dimension="governance", months=Decimal(24))
    return REGISTER_METRICS[name].compute(subject)


def value(name: str, **context: object) -> Figure:
    return metric(name, **context).figure  # type: ignore[arg-type]


def to_2020(name: str) -> Figure:
    return value(name, on=n.BETWEEN)


def in_2018(name: str) -> Figure:
    return value(name, opens=None, on=n.THEN)


def of(code: str, name: str) -> Figure:
    return value(name, records=n.named(RECORDS, code))


def credit(name: str) -> Figure:
    return value(name, cell=register([CREDIT], on=n.NOW, opens=n.THEN, rates=RATES))


def phase(name: str) -> Figure:
    return METRICS[name].compute(Subject(own=n.finance())).figure


def survival(records: list[Record]) -> Outcome:
    return metric("survival_after_support", cell=register(records, on=n.SEEN_LAST))


def one_not_verified() -> list[Record]:
    last = datetime.date(2021, 6, 30)
    return [replace(record, verified_on=last) if record.code == "G7" else record for record in RECORDS]


def part(outcome: Outcome, name: str) -> Figure:
    return outcome.components[name]


def bound(outcome: Outcome, side: str) -> Figure:
    figure = outcome.low if side == "low" else outcome.high
    assert figure is not None
    return figure


REACHED: dict[str, Callable[[], Figure]] = {
    "FX-01": lambda: value("members_baseline"),
    "FX-02": lambda: value("members_observed"),
    "FX-03": lambda: value("growth_organic"),
    "FX-04": lambda: value("growth_new"),
    "FX-05": lambda: value("growth_lost"),
    "FX-06": lambda: value("growth_late"),
    "FX-07": lambda: value("membership_change"),
    "FX-08": lambda: value("membership_growth_comparable"),
    "FX-09": lambda: value("membership_growth_naive"),
    "FX-10": lambda: value("membership_cagr"),
    "FX-11": lambda: value("organic_growth"),
    "FX-12": lambda: value("organic_growth_without_zero_base"),
    "FX-13": lambda: value("median_organization_growth"),
    "FX-14": lambda: value("gross_memberships"),
    "FX-15": lambda: value("net_memberships"),
    "FX-16": lambda: value("net_persons"),
    "FX-17": lambda: value("net_memberships", records=below(RECORDS, "F1", n.NOW)),
    "FX-18": lambda: in_2018("women_share"),
    "FX-19": lambda: value("women_share"),
    "FX-20": lambda: in_2018("youth_share"),
    "FX-21": lambda: value("youth_share"),
    "FX-22": lambda: in_2018("poorest_share"),
    "FX-23": lambda: value("poorest_share"),
    "FX-24": lambda: value("poorest_share_drift"),
    "FX-25": lambda: value("poorest_share_of_growth"),
    "FX-26": lambda: of("G3", "women_leadership_parity"),
    "FX-27": lambda: in_2018("aggregation_ratio"),
    "FX-28": lambda: value("aggregation_ratio"),
    "FX-29": lambda: value("aggregation_ratio_by_members"),
    "FX-30": lambda: value("network_depth"),
    "FX-31": lambda: value("mean_depth"),
    "FX-32": lambda: value("mean_span"),
    "FX-33": lambda: value("multi_parent_share"),
    "FX-34": lambda: survival(RECORDS).figure,
    "FX-35": lambda: bound(survival(one_not_verified()), "low"),
    "FX-36": lambda: value("outcome_change_cross_section"),
    "FX-37": lambda: value("outcome_change_matched"),
    "FX-38": lambda: value("share_improved"),
    "FX-39": lambda: value("share_improved_with_disbanded"),
    "FX-40": lambda: value("share_satisfactory_then"),
    "FX-41": lambda: value("share_satisfactory"),
    "FX-42": lambda: to_2020("round_coverage"),
    "FX-43": lambda: part(metric("members_estimate", on=n.BETWEEN), "imputed"),
    "FX-44": lambda: to_2020("members_observed"),
    "FX-45": lambda: to_2020("members_estimate"),
    "FX-46": lambda: to_2020("membership_change"),
    "FX-47": lambda: to_2020("membership_growth_comparable"),
    "FX-50": lambda: phase("leverage_ratio_design"),
    "FX-51": lambda: phase("leverage_ratio_domestic"),
    "FX-52": lambda: phase("leverage_ratio_realised"),
    "FX-53": lambda: phase("cofinancing_realisation"),
    "FX-54": lambda: phase("crowd_in_companies"),
    "FX-55": lambda: phase("crowd_in_banks"),
    "FX-56": lambda: phase("crowd_in_ratio"),
    "FX-57": lambda: phase("total_mobilised_ratio"),
    "FX-60": lambda: credit("credit_growth_nominal"),
    "FX-61": lambda: credit("credit_growth_usd"),
    "FX-62": lambda: credit("credit_growth_real"),
    "FX-70": lambda: of("G1", "savings_mobilised"),
    "FX-71": lambda: of("G1", "credit_to_savings"),
    "FX-72": lambda: of("G1", "loan_fund_utilisation"),
    "FX-73": lambda: of("G1", "portfolio_at_risk"),
    "FX-74": lambda: of("G1", "attendance_rate"),
    "FX-75": lambda: of("G1", "retention_rate"),
    "FX-76": lambda: of("G1", "return_on_savings"),
    "FX-80": lambda: value("service_coverage"),
    "FX-81": lambda: value("partners_per_organization"),
    "FX-82": lambda: value("services_per_organization"),
    "FX-83": lambda: of("C1", "partner_concentration"),
    "FX-90": lambda: value("months_from_formed_to_bonded"),
    "FX-91": lambda: value("months_from_formed_to_bonded_completed_only"),
    "FX-92": lambda: value("stages_out_of_order"),
    "FX-93": lambda: value("stage_share_linked"),
    "FX-94": lambda: value("stage_share_linked_direct"),
}
#: FX-95 is four counts and has a test of its own.
COUNTS = "FX-95"


def test_all_75_values_are_reached() -> None:
    assert len(EXPECTED) == 75
    assert set(REACHED) | {COUNTS} == set(EXPECTED)


@pytest.mark.parametrize("test_id", list(REACHED))
def test_the_value_worked_out_by_hand(test_id: str) -> None:
    expected = Decimal(EXPECTED[test_id]["expected"])
    figure = REACHED[test_id]()
    assert figure.value is not None, figure.null_reason
    assert figure.value.quantize(expected, rounding=ROUND_HALF_UP) == expected


def test_the_stages_of_2022() -> None:
    found = metric("stage_share_linked").components
    counts = [str(found[stage].value) for stage in ("forming", "bonded", "aggregated", "linked")]
    assert " / ".join(counts) == EXPECTED[COUNTS]["note"]


def test_the_parts_of_2018_to_2020_are_those_by_hand() -> None:
    found = metric("membership_change", on=n.BETWEEN).components
    assert [found[name].value for name in ("organic", "new", "lost", "late", "unseen")] == [43, 12, 0, 30, -18]


def test_figures_say_what_they_are_not() -> None:
    assert NOT_COMPARABLE in value("membership_growth_naive").caveats
    assert BIASED in value("months_from_formed_to_bonded_completed_only").caveats
    assert ESTIMATE in to_2020("members_estimate").caveats
    assert SAMPLED_OVERLAP in value("net_persons").caveats


def test_the_network_is_an_alert_of_the_highest_level() -> None:
    outcome = metric("elite_capture")
    assert outcome.figure.value == 3
    assert outcome.components["poorest_change"].value == -1


def test_n_and_n_due_stand_beside_the_figure() -> None:
    coverage = metric("service_coverage")
    assert (coverage.n, coverage.n_due) == (3, 7)
    assert metric("outcome_change_matched").n == 5
    round_2020 = metric("round_coverage", on=n.BETWEEN)
    assert (round_2020.n, round_2020.n_due) == (7, 8)


def test_survival_lies_between_its_bounds() -> None:
    outcome = survival(one_not_verified())
    assert [bound(outcome, "low").value, bound(outcome, "high").value] == [75, Decimal("87.5")]


def test_one_buyer_flags_a_dependency() -> None:
    assert of("C1", "dependent_share").value == 100


def test_the_apexes_on_which_the_network_hangs() -> None:
    assert value("apexes_that_connect").value == 2
    assert value("organizations_without_apex").value == 2


def test_the_sum_of_cells_gives_the_same_figures() -> None:
    total = Register()
    for cell in cells(RECORDS, on=n.NOW, opens=n.THEN).values():
        total += cell
    for name in REGISTER_METRICS:
        assert metric(name, cell=total) == metric(name), name
