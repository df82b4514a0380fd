"""Metric functions: worked examples of the domain study, and properties that hold for any input."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaling.metrics import METRICS, phase_on_phase, unit_costs
from scaling.metrics import figures as f
from scaling.metrics.figures import Bound, Figure
from scaling.metrics.subjects import Components, Money, Subject, join_phases, join_programmes

MILLION = Decimal(1_000_000)


def money(financing_class: str, stage: str, category: str, millions: str | None, attributed: str = "") -> Money:
    usd = None if millions is None else Decimal(millions) * MILLION
    share = usd if not attributed else Decimal(attributed) * MILLION
    return Money(financing_class, stage, category, usd, 1, () if usd is not None else (f.NOT_REPORTED,), share)


#: Domain study 4.11, "By hand".
BY_HAND = Components(
    money=(
        money("anchor", "design", "ifad", "10"),
        money("cofinancing", "design", "government_national", "3"),
        money("cofinancing", "design", "beneficiaries", "1"),
        money("cofinancing", "design", "domestic_financial_institution", "2"),
        money("cofinancing", "design", "international_ifi", "4"),
        money("anchor", "disbursed", "ifad", "6"),
        money("cofinancing", "disbursed", "government_national", "1.2"),
        money("cofinancing", "disbursed", "beneficiaries", "0.5"),
        money("cofinancing", "disbursed", "domestic_financial_institution", "2.6"),
        money("cofinancing", "disbursed", "international_ifi", "2"),
        money("crowd_in", "disbursed", "domestic_financial_institution", "2.2"),
        money("crowd_in", "disbursed", "private_company", "1.5", "0.9"),
        money("crowd_in", "disbursed", "government_subnational", "0.7"),
    )
)


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("leverage_ratio_design", "1.0000"),
        ("leverage_ratio_domestic", "0.6000"),
        ("leverage_ratio_international", "0.4000"),
        ("leverage_ratio_realised", "1.0500"),
        ("cofinancing_realisation", "63.0000"),
        ("crowd_in_ratio", "0.6333"),
        ("total_mobilised_ratio", "1.6833"),
    ],
)
def test_the_worked_example_of_leverage(metric: str, expected: str) -> None:
    figure = METRICS[metric].compute(Subject(own=BY_HAND)).figure
    assert figure.value is not None
    assert figure.value.quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP) == Decimal(expected)


# --- properties ------------------------------------------------------------------------------------------------------
values = st.decimals(min_value=0, max_value=10**12, places=2)
reasons = st.sampled_from([f.NOT_REPORTED, f.NOT_APPLICABLE, f.NO_RATE])
bounds = st.sampled_from(list(Bound))
figures = st.one_of(st.builds(lambda v, b: Figure(v, bound=b), values, bounds), st.builds(lambda r: f.null(r), reasons))
categories = st.sampled_from(["government_national", "beneficiaries", "international_ifi", "private_company"])
lines = st.builds(
    lambda cls, stage, cat, v: Money(
        cls, stage, "ifad" if cls == "anchor" else cat, v, 1, () if v is not None else (f.NOT_REPORTED,), v
    ),
    st.sampled_from(["anchor", "cofinancing", "crowd_in", "replication"]),
    st.sampled_from(["design", "disbursed"]),
    categories,
    st.one_of(st.none(), values),
)
results = st.dictionaries(
    st.tuples(
        st.sampled_from(["beneficiaries", "coverage_districts", "borrowers", "subprojects"]),
        st.sampled_from(["", "SHG", "individuals"]),
    ),
    st.builds(
        lambda v, u, b: Figure(v, unit=u, basis=b),
        values,
        st.sampled_from(["persons", "districts"]),
        st.sampled_from([f.PER_PERIOD, f.CUMULATIVE, f.NOT_STATED]),
    ),
    max_size=5,
)
components = st.builds(lambda m, r: Components(money=tuple(m), results=r), st.lists(lines, max_size=8), results)


@given(st.lists(figures, max_size=6))
def test_a_sum_is_null_with_a_reason_or_the_sum_of_what_is_there(parts: list[Figure]) -> None:
    total = f.add(parts)
    present = [part.value for part in parts if part.value is not None]
    if total.value is None:
        assert total.null_reason
        assert not present or any(part.null_reason == f.NO_RATE for part in parts)
    else:
        assert total.value == sum(present, Decimal(0))
        if any(part.null_reason == f.NOT_REPORTED for part in parts):
            assert total.bound in (Bound.LOWER, Bound.UNSURE)


@given(st.lists(figures, max_size=5), st.randoms())
def test_the_order_of_parts_does_not_matter(parts: list[Figure], chance: object) -> None:
    mixed = list(parts)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert f.add(parts).value == f.add(mixed).value
    assert f.add(parts).bound == f.add(mixed).bound


@given(figures, figures)
def test_a_quotient_is_null_with_a_reason_or_exact(numerator: Figure, denominator: Figure) -> None:
    ratio = f.divide(numerator, denominator)
    if ratio.value is None:
        assert ratio.null_reason
        assert numerator.value is None or denominator.value is None or denominator.value == 0
    else:
        assert numerator.value is not None and denominator.value is not None
        assert ratio.value == numerator.value / denominator.value


@given(components)
def test_every_metric_gives_a_value_or_a_reason_and_never_breaks(own: Components) -> None:
    for metric in METRICS.values():
        for subject in (Subject(own=own), Subject(own=own, previous=own, is_first=False, against=own, originals=own)):
            outcome = metric.compute(subject)
            assert (outcome.figure.value is None) == bool(outcome.figure.null_reason)


@given(components)
def test_shares_lie_between_0_and_100(own: Components) -> None:
    share = METRICS["ifad_share"].compute(Subject(own=own)).figure
    assert share.value is None or 0 <= share.value <= 100


@given(st.lists(components, min_size=1, max_size=4))
def test_putting_programmes_together_is_the_ratio_of_sums_whatever_the_grouping(parts: list[Components]) -> None:
    at_once = join_programmes(parts)
    one_by_one = parts[0]
    for part in parts[1:]:
        one_by_one = join_programmes([one_by_one, part])
    for name in ("total_financing", "leverage_ratio_design", "ifad_share", "crowd_in_ratio"):
        left = METRICS[name].compute(Subject(own=at_once)).figure
        right = METRICS[name].compute(Subject(own=one_by_one)).figure
        assert (left.value, left.null_reason, left.bound) == (right.value, right.null_reason, right.bound)


@given(components)
def test_replication_never_changes_leverage(own: Components) -> None:
    more = Components(
        money=(*own.money, money("replication", "design", "replication_by_others", "6000")), results=own.results
    )
    for name in METRICS:
        if name.startswith(("leverage", "total_financing", "ifad_share", "crowd_in")):
            assert METRICS[name].compute(Subject(own=own)).figure == METRICS[name].compute(Subject(own=more)).figure


def test_cumulative_counts_of_phases_are_the_last_one_and_flows_add_up() -> None:
    def phase(value: int, basis: str) -> Components:
        return Components(results={("beneficiaries", ""): Figure(Decimal(value), unit="persons", basis=basis)})

    for basis, expected in ((f.CUMULATIVE, 300), (f.PER_PERIOD, 400), (f.NOT_STATED, None)):
        joined = join_phases([phase(100, basis), phase(300, basis)])
        assert joined.result("beneficiaries").value == expected


def test_zero_is_a_value_and_a_zero_baseline_has_a_reason() -> None:
    assert f.add([f.known(0), f.known(0)]).value == 0
    parts = {"later": f.known(5), "earlier": f.known(0)}
    assert phase_on_phase.factor(parts).null_reason == f.ZERO_BASELINE


def test_groups_are_never_taken_for_persons() -> None:
    groups = Components(results={("borrowers", "SHG"): f.known(7, unit="organizations")})
    assert unit_costs.borrowing_persons(groups).null_reason == f.UNIT_MISMATCH


def test_a_figure_is_a_finite_number() -> None:
    for wrong in ("NaN", "Infinity"):
        with pytest.raises(ValueError, match="finite"):
            Figure(Decimal(wrong))
    with pytest.raises(ValueError, match="reason"):
        Figure(None)
