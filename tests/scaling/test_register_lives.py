"""Edge cases of the metrics of organizations: survival, stages, outcomes, money, and components themselves."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from scaling.metrics import figures as f
from scaling.metrics.cells import CENSORED, EVENT, Register, Scores, Survival
from scaling.metrics.figures import Bound
from scaling.metrics.observe import register
from scaling.metrics.outcomes import half_width, student_t
from scaling.metrics.records import (
    DISBANDED,
    DORMANT,
    MERGED,
    AtStage,
    Observed,
    Rates,
    Record,
    WithPartner,
)
from scaling.metrics.registry import Outcome
from scaling.metrics.survival import kaplan_meier, median_months
from tests.scaling.organizations import NOW, THEN, TURN, compute, organization


# --- survival and pathway --------------------------------------------------------------------------------------------
def test_dormant_ends_the_functional_life_only() -> None:
    records = [organization("A", support_ended_on=THEN), organization("B", turns=DORMANT, support_ended_on=THEN)]
    assert compute("survival_after_support", *records, months=Decimal(36)).figure.value == 100
    assert compute("functional_survival_after_support", *records, months=Decimal(36)).figure.value == 50


def test_a_merged_organization_leaves_the_observation_without_an_event() -> None:
    records = [
        organization("A", turns=MERGED, support_ended_on=THEN),
        organization("B", turns=DISBANDED, support_ended_on=THEN),
        organization("C", support_ended_on=THEN),
    ]
    figure = compute("survival_after_support", *records, months=Decimal(36)).figure
    assert figure.value is not None and round(figure.value, 2) == Decimal("66.67")


def test_no_cohort_is_said_to_survive_longer_than_it_was_followed() -> None:
    record = organization("A", support_ended_on=THEN)
    assert compute("survival_after_support", record, months=Decimal(48)).figure.value == 100
    assert compute("survival_after_support", record, months=Decimal(49)).figure.null_reason == f.NOT_APPLICABLE
    assert compute("survival_after_support", organization("A")).figure.null_reason == f.NOT_APPLICABLE


def test_a_median_that_was_not_reached_is_a_lower_bound() -> None:
    spells = {(Decimal("5.0"), EVENT): 1, (Decimal("9.5"), CENSORED): 3}
    figure = median_months(spells)
    assert (figure.value, figure.bound) == (Decimal("9.5"), Bound.LOWER)
    assert kaplan_meier({}).at(Decimal(1)) is None


def test_the_estimate_falls_to_exactly_one_half() -> None:
    """6 / 7 has no end as a decimal: rounded steps would leave a little more than one half and miss the median."""
    spells = {(Decimal(month), EVENT): 1 for month in range(1, 15)}
    assert median_months(spells).value == 7


def test_falling_back_a_stage_is_shown() -> None:
    spans = (AtStage(start=THEN, stage="bonded"), AtStage(start=THEN, end=TURN, stage="linked", direct=True))
    record = organization("A", stages=spans)
    assert compute("stage_share_bonded", record).figure.value == 100
    assert compute("stage_share_linked_direct", record).figure.value == 0
    assert compute("months_from_formed_to_linked", record).figure.value == Decimal("24.0")


def test_a_step_against_the_order_has_no_time() -> None:
    spans = (AtStage(start=TURN, stage="bonded"), AtStage(start=THEN, stage="aggregated"))
    record = organization("A", stages=spans)
    assert compute("stages_out_of_order", record).figure.value == 1
    assert compute("months_from_bonded_to_aggregated", record).figure.null_reason == f.NOT_APPLICABLE


# --- outcomes --------------------------------------------------------------------------------------------------------
def scored(code: str, then: str, now: str, scale: str = "1") -> Record:
    return organization(
        code,
        Observed(scores={"governance": Decimal(then)}, scale="1"),
        Observed(scores={"governance": Decimal(now)}, scale=scale),
    )


def test_from_ten_organizations_on_there_is_an_interval() -> None:
    records = [scored(f"A{i}", "3.0", str(3 + Decimal(i) / 10)) for i in range(10)]
    nine = compute("outcome_change_matched", *records[:9])
    assert nine.low is None and nine.high is None
    ten = compute("outcome_change_matched", *records)
    assert ten.figure.value == Decimal("0.45") and ten.low is not None and ten.high is not None
    assert ten.low.value is not None and ten.high.value is not None
    # By hand: s = 0.302765, t(9) = 2.262157, half = 2.262157 × 0.302765 / √10 = 0.216585.
    assert (round(ten.low.value, 4), round(ten.high.value, 4)) == (Decimal("0.2334"), Decimal("0.6666"))


@pytest.mark.parametrize(("degrees", "point"), [(9, "2.262"), (15, "2.131"), (30, "2.042"), (120, "1.980")])
def test_the_points_of_student(degrees: int, point: str) -> None:
    assert round(student_t(degrees), 3) == Decimal(point)


def test_the_interval_of_equal_changes_has_no_width() -> None:
    assert half_width(10, Decimal(5), Decimal("2.5")) == 0


def test_scores_of_different_versions_of_the_scale_are_not_compared() -> None:
    record = scored("A", "3.0", "4.0", scale="2")
    for name in ("outcome_change_matched", "outcome_change_cross_section", "share_improved"):
        assert compute(name, record).figure.null_reason == f.BASIS_MISMATCH, name


def test_the_threshold_of_a_change_counts_both_ways() -> None:
    records = [scored("A", "3.0", "3.5"), scored("B", "3.0", "2.5"), scored("C", "3.0", "3.4"), scored("D", "3", "2.6")]
    shares = {name: compute(name, *records).figure.value for name in ("share_improved", "share_declined")}
    assert shares == {"share_improved": 25, "share_declined": 25}
    assert compute("share_improved", *records).components["stable"].value == 2
    assert compute("share_improved", cell=Register(scores={"governance": Scores()})).figure.null_reason


# --- money -----------------------------------------------------------------------------------------------------------
def saver(code: str, currency: str, **money: int) -> Record:
    return organization(
        code,
        Observed(money={"savings": Decimal(100)}, currency=currency),
        Observed(money={name: Decimal(value) for name, value in money.items()}, currency=currency),
    )


def test_currencies_do_not_add_up_and_dollars_do() -> None:
    records = [saver("A", "ETB", savings=400), saver("B", "INR", savings=700)]
    rates = Rates(per_dollar={("ETB", NOW): Decimal(40), ("INR", NOW): Decimal(70), ("ETB", THEN): Decimal(20)})
    cell = register(records, on=NOW, opens=THEN, rates=rates)
    assert compute("savings_mobilised", cell=cell).figure.null_reason == f.UNIT_MISMATCH
    dollars = compute("savings_mobilised", cell=cell, prices="usd").figure
    assert (dollars.value, dollars.unit) == (20, "USD")
    assert compute("savings_growth_usd", cell=cell).figure.null_reason == f.NO_RATE
    assert (
        compute("savings_growth_real", cell=register(records[:1], on=NOW, opens=THEN)).figure.null_reason == f.NO_RATE
    )


def test_savings_of_an_apex_are_those_of_its_members_again() -> None:
    apex = replace(saver("V", "ETB", savings=900, external_credit=50), tier="local_apex")
    records = (saver("A", "ETB", savings=400, external_credit=0), apex)
    assert compute("savings_mobilised", *records).figure.value == 400
    assert compute("credit_to_savings", *records).figure.value == Decimal("0.125")
    assert compute("credit_linked_share", *records).figure.value == 50


def test_agreements_that_ended_are_renewed_or_not() -> None:
    links = tuple(
        WithPartner(start=THEN, end=TURN, partner=partner, renewed=renewed)
        for partner, renewed in (("P", True), ("Q", False), ("R", True))
    )
    record = organization("A", linkages=links)
    outcome = compute("renewal_rate", record)
    assert outcome.figure.value is not None and round(outcome.figure.value, 2) == Decimal("66.67")
    assert compute("renewal_rate", organization("A")).figure.null_reason == f.NOT_APPLICABLE
    assert compute("partners_per_organization", record).figure.value == 0


def test_partners_through_an_apex_are_told_apart() -> None:
    links = (WithPartner(start=THEN, partner="P"), WithPartner(start=THEN, partner="Q", direct=False))
    records = (organization("A", linkages=links), organization("B"), organization("C"))
    assert compute("partners_per_organization", *records).components["partners"].value == 1
    assert compute("partners_per_organization_with_apex", *records).components["partners"].value == 2
    assert compute("partners_per_organization_median", *records).figure.value == 0


def test_the_poorest_are_served_as_much_as_all_or_less() -> None:
    seen = Observed(members=40, groups={"poorest": 10}, served=20, served_poorest=2)
    assert compute("poorest_coverage_parity", organization("A", None, seen)).figure.value == Decimal("0.4")


# --- components ------------------------------------------------------------------------------------------------------
def test_an_empty_register_changes_nothing() -> None:
    cell = register([organization("A", 5, 9, support_ended_on=THEN)], on=NOW, opens=THEN)
    assert cell + Register() == cell == Register() + cell
    assert cell.survival != Survival()


def test_a_name_is_taken_once() -> None:
    from scaling.metrics.register import add_metric

    for taken in ("members_observed", "leverage_ratio_design"):
        with pytest.raises(ValueError, match="already"):
            add_metric(
                lambda subject: Outcome(f.null(f.NOT_REPORTED), {}),
                name=taken,
                family="",
                unit="",
                formula="",
                definition="",
                components=(),
                rests_on="register",
            )
