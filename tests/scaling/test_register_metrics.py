"""Edge cases of the metrics of organizations: mergers, dormancy, gaps, few members, several currencies, other scales."""

from __future__ import annotations

import datetime
from dataclasses import replace
from decimal import Decimal

import pytest

from scaling.metrics import REGISTER_METRICS, network
from scaling.metrics import figures as f
from scaling.metrics.cells import CENSORED, EVENT, Change, Panel, Register, Scores, Survival, Tally
from scaling.metrics.figures import Bound
from scaling.metrics.membership import parts_of_growth, yearly
from scaling.metrics.observe import cells, register
from scaling.metrics.outcomes import half_width, student_t
from scaling.metrics.records import (
    ACTIVE,
    DISBANDED,
    DORMANT,
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
)
from scaling.metrics.register import PARTIAL, RECALL_BASELINE, RegisterSubject
from scaling.metrics.registry import Outcome
from scaling.metrics.survival import kaplan_meier, median_months
from scaling.metrics.thresholds import Thresholds

FORMED, THEN, TURN, NOW = (datetime.date(year, 6, 30) for year in (2016, 2018, 2020, 2022))


def organization(
    code: str,
    then: int | Observed | None = None,
    now: int | Observed | None = None,
    *,
    turns: str = "",
    formed: datetime.date = FORMED,
    **facts: object,
) -> Record:
    """A primary organization; `turns`: what it becomes in 2020. Its rounds are due."""
    statuses = [Status(start=formed, end=TURN if turns else None, status=ACTIVE)]
    if turns:
        statuses.append(Status(start=TURN, status=turns))
    seen = {day: value for day, value in ((THEN, then), (NOW, now)) if value is not None}
    record = Record(
        code=code,
        kind="shg",
        formed_on=formed,
        statuses=tuple(statuses),
        due=frozenset({THEN, NOW}),
        observed={day: Observed(members=value) if isinstance(value, int) else value for day, value in seen.items()},
        verified_on=NOW,
    )
    return replace(record, **facts)  # type: ignore[arg-type]


def compute(name: str, *records: Record, cell: Register | None = None, **changes: object) -> Outcome:
    found = register(records, on=NOW, opens=THEN) if cell is None else cell
    subject = replace(
        RegisterSubject(cell=found, years=Decimal(4), dimension="governance"),
        **changes,  # type: ignore[arg-type]
    )
    return REGISTER_METRICS[name].compute(subject)


def growth(*records: Record) -> dict[str, Decimal]:
    parts = parts_of_growth(register(records, on=NOW, opens=THEN).membership)
    return {name: value for name, value in parts.items() if value}


# --- membership ------------------------------------------------------------------------------------------------------
def test_a_merged_organization_inherits_and_nothing_is_lost_or_new() -> None:
    merged = (
        organization("A", 20, turns=MERGED, successors=("C",)),
        organization("B", 10, turns=MERGED, successors=("C",)),
        organization("C", None, 36, formed=TURN),
    )
    assert growth(*merged) == {"organic": 6}
    assert compute("membership_growth_comparable", *merged).figure.value == 20


def test_what_an_organization_was_split_into_is_compared_with_it() -> None:
    parts = (
        organization("A", 40, turns=SPLIT, successors=("B", "C")),
        organization("B", None, 25, formed=TURN),
        organization("C", None, 25, formed=TURN),
    )
    assert growth(*parts) == {"organic": 10}
    assert compute("median_organization_growth", *parts).figure.value == 25


def test_a_family_of_which_a_part_is_not_seen_leaves_the_comparison_on_both_sides() -> None:
    parts = (
        organization("A", 40, turns=SPLIT, successors=("B", "C")),
        organization("B", None, 25, formed=TURN),
        organization("C", formed=TURN),
    )
    assert growth(*parts) == {"unseen": -40, "late": 25}


def test_merged_into_an_organization_outside_the_selection_is_lost() -> None:
    assert growth(organization("A", 20, turns=MERGED, successors=("elsewhere",))) == {"lost": -20}


def test_growth_of_a_merged_organization_is_told_in_the_cell_of_the_successor() -> None:
    records = [
        organization("A", 20, turns=MERGED, successors=("C",), place="north"),
        organization("C", 10, 36, place="south"),
    ]
    found = cells(records, on=NOW, opens=THEN)
    assert found["south", "shg", "primary"].membership.matched == Change(1, 30, 36)
    assert found["north", "shg", "primary"].membership.matched == Change()


def test_a_dormant_organization_is_lost_and_comes_back_as_revived() -> None:
    assert growth(organization("A", 20, 20, turns=DORMANT)) == {"lost": -20}
    asleep = (Status(start=FORMED, end=TURN, status=DORMANT), Status(start=TURN, status=ACTIVE))
    back = organization("A", 20, 15, statuses=asleep)
    assert growth(back) == {"organic": 15}
    assert compute("growth_organic", back).components["revived"].value == 15


def test_zero_and_missing_baselines_have_their_reason() -> None:
    zero = compute("membership_growth_comparable", organization("A", 0, 12)).figure
    assert zero.null_reason == f.ZERO_BASELINE
    assert compute("median_organization_growth", organization("A", 0, 12)).figure.null_reason == f.ZERO_BASELINE
    late = compute("membership_growth_comparable", organization("A", None, 12)).figure
    assert late.null_reason == f.MISSING_BASELINE
    gap = (organization("A", 20), organization("B", 20, 20, turns=DISBANDED))
    assert compute("organic_growth", *gap).figure.null_reason == f.MISSING_BASELINE
    assert compute("membership_growth_comparable", organization("A", 20)).figure.null_reason == f.NOT_SURVEYED
    assert compute("membership_cagr", organization("A", 5, 9), years=None).figure.null_reason == f.MISSING_BASELINE


def test_negative_growth_is_shown_and_a_rate_of_nothing_left_is_not() -> None:
    assert compute("membership_growth_comparable", organization("A", 20, 15)).figure.value == -25
    gone = organization("A", 20, turns=DISBANDED)
    assert compute("membership_growth_comparable", gone).figure.value == -100
    assert compute("membership_cagr", gone).figure.null_reason == f.NOT_APPLICABLE
    assert round(yearly(Decimal(-75), Decimal(2)), 6) == -50


def test_a_recalled_baseline_is_marked() -> None:
    figure = compute("organic_growth", organization("A", Observed(members=10, recalled=True), 12)).figure
    assert (figure.value, figure.caveats) == (20, (RECALL_BASELINE,))


# --- gaps in a round -------------------------------------------------------------------------------------------------
def test_a_partial_round_is_marked_and_below_half_only_matched_results_are_shown() -> None:
    seen = [organization(f"S{i}", 10, 12) for i in range(7)]
    missing = [organization(f"M{i}", 10) for i in range(3)]
    assert compute("members_observed", *seen, *missing).figure.caveats == (PARTIAL,)
    few = [*seen[:4], *missing, *(organization(f"N{i}", 10) for i in range(3))]
    assert compute("members_observed", *few).figure.null_reason == f.NOT_SURVEYED
    matched = compute("organic_growth", *few).figure
    assert (matched.value, matched.caveats) == (20, (PARTIAL,))
    assert compute("members_observed", *seen).figure.caveats == ()


def estimates(missing: int = 10, kind: str = "shg", seen: int = 5) -> Register:
    panels = {
        (kind, "2018-06-30"): Panel(missing=Tally(1, missing)),
        ("shg", "2018-06-30"): Panel(seen=Change(seen, 100, 150)),
        ("cooperative", "2018-06-30"): Panel(seen=Change(20, 100, 110)),
    }
    if kind == "shg":
        panels["shg", "2018-06-30"] += Panel(missing=Tally(1, missing))
    return Register(due=30, reported=29, estimates=panels)


def imputed(cell: Register) -> Decimal | None:
    cell = replace(cell, membership=replace(cell.membership, now=Tally(29, 260)))
    return compute("members_estimate", cell=cell).components["imputed"].value


def test_the_missing_move_like_their_kind_or_like_all_where_few_of_it_were_seen() -> None:
    assert imputed(estimates()) == 15
    assert imputed(estimates(seen=4)) == Decimal("10") * 260 / 200
    assert imputed(estimates(kind="pastoral")) == Decimal("10") * 260 / 200


def test_no_total_is_shown_when_too_much_of_it_is_imputed() -> None:
    records = [*(organization(f"S{i}", 10, 10) for i in range(7)), *(organization(f"M{i}", 10) for i in range(3))]
    outcome = compute("members_estimate", *records)
    assert outcome.figure.null_reason == f.NOT_SURVEYED
    assert compute("share_imputed", *records).figure.value == 30
    more = compute("members_estimate", *records, thresholds=Thresholds(most_imputed=Decimal(40)))
    assert more.figure.value == 100


def test_who_was_never_seen_makes_the_estimate_a_lower_bound() -> None:
    seen = [organization(f"S{i}", 10, 10) for i in range(7)]
    figure = compute("members_estimate", *seen, organization("M")).figure
    assert (figure.value, figure.bound) == (70, Bound.LOWER)


# --- inclusion -------------------------------------------------------------------------------------------------------
def group(members: int, poorest: int, **more: object) -> Observed:
    return Observed(members=members, groups={"poorest": poorest, "women": members // 2}, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("then", "now", "level"),
    [
        (group(100, 40), group(100, 39), 0),
        (group(100, 40), group(100, 36), 1),
        (group(100, 40), group(100, 33), 1),
        (group(100, 40), group(130, 44), 2),
        (group(100, 40), group(130, 39), 3),
        (group(100, 40), group(100, 40, leaders=10, leader_groups={"women": 2}), 2),
        (group(100, 40), group(100, 40, leaders=10, leader_groups={"poorest": 3}), 0),
        (group(100, 40), group(100, 40, exits={"": (20, 100), "poorest": (12, 40)}), 3),
        (group(100, 40), group(100, 40, exits={"": (20, 100), "poorest": (8, 40)}), 0),
    ],
)
def test_the_levels_of_elite_capture(then: Observed, now: Observed, level: int) -> None:
    assert compute("elite_capture", organization("A", then, now)).figure.value == level


def test_leaders_who_stay_without_account_are_the_highest_level_and_thresholds_can_be_set() -> None:
    record = organization("A", group(100, 40), group(100, 36), entrenched=True)
    assert compute("elite_capture", record).figure.value == 3
    calm = Thresholds(watch_points=Decimal(10), entrenched_share=Decimal(101))
    assert compute("elite_capture", record, thresholds=calm).figure.value == 0


def test_few_members_alert_nobody() -> None:
    outcome = compute("elite_capture", organization("A", group(9, 5), group(9, 1)))
    assert outcome.figure.null_reason == f.SUPPRESSED_SMALL_N
    assert outcome.components["poorest_change"].value == -4


def test_who_does_not_report_a_cell_is_not_in_its_share() -> None:
    records = (organization("A", None, group(10, 4)), organization("B", None, 90))
    outcome = compute("poorest_share", *records)
    assert (outcome.figure.value, outcome.n, outcome.n_due) == (40, 1, 2)
    assert compute("youth_share", *records).figure.null_reason == f.NOT_REPORTED


def test_growth_that_is_none_cannot_be_shared() -> None:
    figure = compute("poorest_share_of_growth", organization("A", group(10, 4), group(10, 2))).figure
    assert figure.null_reason == f.NOT_APPLICABLE


# --- reach and the graph ---------------------------------------------------------------------------------------------
def test_without_knowledge_of_overlap_only_a_range_of_persons_is_told() -> None:
    records = (organization("A", None, 30), replace(organization("B", None, 50), kind="cooperative"))
    outcome = compute("net_persons", *records)
    assert outcome.figure.null_reason == f.NOT_REPORTED
    assert outcome.low is not None and outcome.high is not None
    assert (outcome.low.value, outcome.high.value) == (50, 80)


def test_from_a_register_of_persons_the_overlap_is_exact() -> None:
    record = organization("A", None, Observed(members=50, second_share=Decimal("0.1")))
    figure = compute("net_persons", record).figure
    assert (figure.value, figure.caveats) == (45, ())


def test_an_inter_professional_association_alone_does_not_aggregate() -> None:
    association = organization("I", tier="national_apex", kind=INTER_PROFESSIONAL)
    member = organization("A", 5, 5, apexes=(InApex(start=THEN, apex="I"),))
    assert compute("aggregation_ratio", member, association).figure.value == 0
    assert compute("network_depth", member, association).figure.value == 0


def test_fees_that_nobody_recorded_are_not_taken_for_unpaid() -> None:
    def member(code: str, until: datetime.date | None) -> Record:
        return organization(code, 5, 5, apexes=(InApex(start=THEN, apex="V", fee_paid_until=until),))

    paid, unpaid, unknown = member("A", NOW), member("B", TURN), member("C", None)
    assert compute("aggregation_ratio_paid_up", unknown).figure.null_reason == f.NOT_REPORTED
    assert compute("aggregation_ratio_paid_up", paid, unpaid).figure.value == 50
    figure = compute("aggregation_ratio_paid_up", paid, unknown).figure
    assert (figure.value, figure.bound) == (50, Bound.LOWER)
    assert compute("aggregation_ratio_paid_up_by_members", paid, unpaid).figure.value == 50


def test_an_apex_that_ended_is_no_apex() -> None:
    apex = organization("V", tier="local_apex", turns=DISBANDED)
    member = organization("A", 5, 5, apexes=(InApex(start=THEN, apex="V"),))
    assert compute("aggregation_ratio", member, apex).figure.value == 0


def test_an_apex_without_members_counts_as_one() -> None:
    apexes = [organization(code, tier="local_apex") for code in ("V", "W")]
    member = organization("A", 5, 5, apexes=(InApex(start=THEN, apex="V"),))
    assert compute("mean_span", member, *apexes).figure.value == Decimal("0.5")
    assert compute("apexes_without_members", member, *apexes).figure.value == 1


def test_a_cycle_of_apexes_is_refused() -> None:
    with pytest.raises(ValueError, match="cycle"):
        network.depths([("A", "B"), ("B", "C"), ("C", "A")])
    assert network.below("A", [("A", "B"), ("B", "A"), ("C", "B")]) == {"B", "C"}


def test_a_deep_federation_does_not_reach_the_limit_of_recursion() -> None:
    chain = [(f"n{i}", f"n{i + 1}") for i in range(5000)]
    assert network.depths(chain)["n0"] == 5000
    assert len(network.cut_vertices(chain)) == 4999


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
