"""Edge cases of the metrics of organizations: mergers, dormancy, gaps, few members, and the graph."""

from __future__ import annotations

import datetime
from dataclasses import replace
from decimal import Decimal

import pytest

from scaling.metrics import figures as f
from scaling.metrics import network
from scaling.metrics.cells import Change, Panel, Register, Tally
from scaling.metrics.figures import Bound
from scaling.metrics.membership import parts_of_growth, yearly
from scaling.metrics.observe import cells, register
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
    Record,
    Status,
)
from scaling.metrics.register import PARTIAL, RECALL_BASELINE
from scaling.metrics.thresholds import Thresholds
from tests.scaling.organizations import FORMED, NOW, THEN, TURN, compute, organization


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


# --- from stage to stage ---------------------------------------------------------------------------------------------
def test_a_membership_that_had_not_lasted_six_months_was_no_aggregation_then() -> None:
    def joined(months_before: int) -> Record:
        start = TURN - datetime.timedelta(days=30 * months_before)
        return organization("A", stages=(AtStage(start=start, stage="aggregated"),))

    for record, then in ((joined(2), "forming"), (joined(8), "aggregated")):
        found = register([record], on=NOW, opens=THEN, previous=TURN).pathway
        assert found.from_previous == {(then, "aggregated"): 1}
        assert found.from_opening == {("forming", "aggregated"): 1}


def test_who_is_new_or_gone_is_in_the_flow_and_not_in_the_share_that_moved() -> None:
    linked = AtStage(start=TURN, stage="linked")
    bonded = AtStage(start=FORMED, end=TURN, stage="bonded")
    records = (
        organization("A", stages=(linked,)),
        organization("B", stages=(bonded,)),
        organization("C"),
        organization("D", turns=DISBANDED),
        organization("E", formed=TURN, stages=(linked,)),
        organization("F", formed=TURN, turns=DORMANT),
    )
    cell = register(records, on=NOW, opens=THEN)
    assert cell.pathway.from_opening == {
        ("forming", "linked"): 1, ("bonded", "forming"): 1, ("forming", "forming"): 1, ("forming", "ended"): 1,
        ("absent", "linked"): 1,
    }  # fmt: skip
    forward = compute("moved_forward_since_opening", cell=cell)
    assert forward.figure.value is not None and round(forward.figure.value, 2) == Decimal("33.33") and forward.n == 3
    assert compute("moved_back_since_opening", cell=cell).components["bonded_to_forming"].value == 1
    assert compute("moved_forward_since_previous_round", cell=cell).figure.null_reason == f.MISSING_BASELINE
