"""Reports for programs that read: one programme, the portfolio, how indicators perform.

Flat rows, so that JSON, CSV and XLSX say the same.

Built from the answers that dashboards give (`answers`, `register_sets`, `indicator_lines`); nothing is computed here.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from indicators.models import Round, RoundStatus
from programmes.financing import amount_on
from programmes.models import FinancingLine, Phase, Programme
from scaling import indicator_lines, register_sets
from scaling.answers import Workspace, answer, exact
from scaling.indicator_line import Line, Observed, Period
from scaling.metrics import METRICS, REGISTER_METRICS, Metric, RegisterMetric
from scaling.metrics.figures import NOT_REPORTED, Figure, known, null
from scaling.register_answers import Row as RegisterRow
from scaling.register_questions import Question
from scaling.register_sets import RegisterSet
from scaling.rest.figures import bounds

FINANCING = ("total_financing", "ifad_financing", "ifad_share", "replication_funds", "replication_multiple")
LEVERAGE = (
    "leverage_ratio_design",
    "leverage_ratio_international",
    "leverage_ratio_domestic",
    "leverage_ratio_government",
    "leverage_ratio_domestic_fi",
    "leverage_ratio_beneficiaries",
    "leverage_ratio_realised",
)
COVERAGE = ("coverage_districts", "coverage_share")
REACH = ("people_reached", "beneficiaries_incremental")
PHASE_ON_PHASE = (
    "coverage_scaling_factor",
    "beneficiary_scaling_factor",
    "financing_scaling_factor",
    "ifad_scaling_factor",
    "shg_scaling_factor",
    "reach_per_financing_elasticity",
)
#: Metrics of organizations that stand for the rest on one page.
HEADLINES = (
    "members_observed",
    "net_persons",
    "membership_growth_comparable",
    "women_share",
    "poorest_share",
    "aggregation_ratio",
    "survival_after_support",
    "stage_share_linked",
    "outcome_change_matched",
    "partners_per_organization",
    "services_per_organization",
    "savings_mobilised",
    "round_coverage",
)

Row = dict[str, Any]


# --- one row of each kind --------------------------------------------------------------------------------------------
def _row(
    section: str,
    item: str,
    label: str,
    figure: Figure,
    *,
    unit: str = "",
    programme: str = "",
    phase: str = "",
    **more: Any,
) -> Row:
    return {
        "section": section,
        "programme": programme or None,
        "phase": phase or None,
        "item": item,
        "label": label,
        "group": more.get("group") or None,
        "value": exact(figure.value),
        "unit": figure.unit or unit,
        "basis": figure.basis or None,
        "null_reason": figure.null_reason or None,
        **bounds(figure),
        "caveats": list(figure.caveats),
        "reported": more.get("reported"),
        "due": more.get("due"),
        "rounds": more.get("rounds", []),
        "synthetic": more.get("synthetic", False),
    }


def _metric(
    section: str,
    workspace: Workspace,
    name: str,
    phases: list[Phase],
    programme: Programme | None,
    phase: Phase | None = None,
) -> Row:
    metric: Metric = METRICS[name]
    found = answer(workspace, metric, phases)
    return _row(
        section,
        name,
        _(metric.definition),
        found.figure,
        unit=metric.unit,
        programme=programme.code if programme else "",
        phase=phase.code if phase else "",
        reported=found.reported,
        due=found.due,
        synthetic=found.is_synthetic,
    )


def _register(section: str, found: RegisterRow, programme: str = "", group: str = "") -> Row:
    metric: RegisterMetric = found.metric
    return _row(
        section,
        metric.name,
        _(metric.definition),
        found.outcome.figure,
        unit=metric.unit,
        programme=programme,
        group=group,
        reported=found.register.reported if found.outcome.n is None else found.outcome.n,
        due=found.register.due if found.outcome.n_due is None else found.outcome.n_due,
        rounds=[source.closing.code for source in found.sources if source.closing is not None],
        synthetic=found.is_synthetic,
    )


# --- a programme -----------------------------------------------------------------------------------------------------
def programme_rows(*, user: Any, workspace: Workspace, programme: Programme, as_of: datetime.date | None) -> list[Row]:
    """Everything of one programme. Raises what `register_sets.read` raises."""
    phases = workspace.phases_of(programme)
    rows = list(_financing(workspace, programme, phases))
    for section, names in (("coverage", COVERAGE), ("reach", REACH), ("phase_on_phase", PHASE_ON_PHASE)):
        for phase in phases:
            rows += [_metric(section, workspace, name, [phase], programme, phase) for name in names]
    question = Question(programmes=(programme.code,), as_of=as_of)
    now = register_sets.read(user=user, question=question).now
    rows += _organizations(now, programme.code)
    rows += [_register("headline", now.row(name), programme.code) for name in HEADLINES]
    return rows


def _financing(workspace: Workspace, programme: Programme, phases: list[Phase]) -> Iterator[Row]:
    """Each amount of each financier as it stands on the basis, in its own currency; then sums and ratios."""
    lines = FinancingLine.objects.filter(phase__in=phases).select_related("partner", "phase")
    for line in lines.prefetch_related("corrections").order_by("phase__sequence", "pk"):
        amount, _correction = amount_on(line, workspace.basis)
        figure = null(line.null_reason, unit=line.currency) if amount is None else Figure(amount, unit=line.currency)
        yield _row(
            "financing",
            line.partner.code,
            line.partner.name,
            figure,
            programme=programme.code,
            phase=line.phase.code,
            group=f"{line.financing_class}:{line.stage}",
            synthetic=programme.is_synthetic,
        )
    for section, names in (("financing", FINANCING), ("leverage", LEVERAGE)):
        for phase in phases:
            yield from (_metric(section, workspace, name, [phase], programme, phase) for name in names)
        yield from (_metric(section, workspace, name, phases, programme) for name in names)


def _organizations(now: RegisterSet, programme: str) -> Iterator[Row]:
    """Active organizations and their members, by kind."""
    if now.is_empty:
        return
    for kind, found in now.rows("members_observed", "kind").items():
        register = found.register
        counted = known(register.active, unit="organizations")
        rounds = [source.closing.code for source in found.sources if source.closing is not None]
        yield _row(
            "organizations",
            "active_organizations",
            _("Active organizations"),
            counted,
            programme=programme,
            group=kind,
            rounds=rounds,
            reported=register.reported,
            due=register.due,
            synthetic=found.is_synthetic,
        )
        yield _register("organizations", found, programme, kind)


# --- the portfolio ---------------------------------------------------------------------------------------------------
def portfolio_rows(
    *, user: Any, workspace: Workspace, programmes: list[Programme], as_of: datetime.date | None
) -> list[Row]:
    """The whole and each programme: sums and ratios of sums over programmes that IFAD finances."""
    financed = [programme for programme in programmes if programme.is_ifad_financed]
    copies = [programme for programme in programmes if not programme.is_ifad_financed]
    sections = (("financing", FINANCING), ("leverage", LEVERAGE[:1]), ("coverage", COVERAGE[:1]), ("reach", REACH[:1]))
    rows = []
    for section, names in sections:
        for name in names:
            counted = copies if name.startswith("replication") else financed
            phases = [phase for programme in counted for phase in workspace.phases_of(programme)]
            rows.append(_metric(section, workspace, name, phases, None))
    for programme in programmes:
        for section, names in sections:
            rows += [_metric(section, workspace, name, workspace.phases_of(programme), programme) for name in names]
    rows += _headlines(user, programmes, as_of)
    return rows


def _headlines(user: Any, programmes: list[Programme], as_of: datetime.date | None) -> Iterator[Row]:
    """Only programmes with a round have cells to read; of the others it is said that nothing is reported."""
    opened = Round.objects.filter(programme__in=programmes).exclude(status=RoundStatus.PLANNED)
    if as_of is not None:
        opened = opened.filter(reference_date__lte=as_of)
    with_round = set(opened.values_list("programme_id", flat=True))
    codes = tuple(programme.code for programme in programmes if programme.pk in with_round)
    now = register_sets.read(user=user, question=Question(programmes=codes, as_of=as_of)).now if codes else None
    for name in HEADLINES:
        found = now.rows(name, "programme") if now is not None else {}
        if now is not None:
            yield _register("headline", now.row(name))
        for programme in programmes:
            if programme.code in found:
                yield _register("headline", found[programme.code], programme.code)
            else:
                metric = REGISTER_METRICS[name]
                nothing = null(NOT_REPORTED, unit=metric.unit)
                synthetic = programme.is_synthetic
                yield _row(
                    "headline", name, _(metric.definition), nothing, programme=programme.code, synthetic=synthetic
                )


# --- indicators ------------------------------------------------------------------------------------------------------
def performance_rows(lines: Iterable[Line]) -> list[Row]:
    """A row for each period of each line; what has only a baseline is a row without a period."""
    return [_performance(line, period) for line, period in indicator_lines.flat(lines)]


def _performance(line: Line, period: Period | None) -> Row:
    actual = period.actual if period else None
    target = period.target if period else None
    achieved = line.achieved(period) if period and target else None
    way = line.way(period) if period and target else None
    of_round = actual.round if actual else None
    return {
        "programme": line.programme.code,
        "phase": line.phase.code if line.phase else None,
        "round": of_round.code if of_round else None,
        "indicator": line.indicator.code,
        "name": line.indicator.name,
        "type": line.indicator.type,
        "disaggregation": line.part or None,
        "place": line.place.code if line.place else None,
        "unit": line.unit,
        "basis": line.basis or None,
        "measure": "median_level" if line.is_rating else "total",
        "higher_is_better": line.higher_is_better,
        "baseline": _value(line.baseline),
        "baseline_on": line.baseline.on if line.baseline else None,
        "period_start": period.start if period else None,
        "period_end": period.end if period else None,
        "target": exact(target.value) if target else None,
        "target_set_on": target.set_on if target else None,
        "actual": _value(actual),
        "actual_on": actual.on if actual else None,
        "null_reason": (actual.figure.null_reason or None) if actual else "NOT_REPORTED",
        **bounds(actual.figure if actual else null("NOT_REPORTED")),
        "returns": actual.returns if actual and not actual.result and not actual.is_total else None,
        "achieved": exact(achieved.value) if achieved else None,
        "achieved_null_reason": (achieved.null_reason or None) if achieved else "NOT_APPLICABLE",
        "change_achieved": exact(way.value) if way else None,
        "synthetic": line.programme.is_synthetic,
    }


def _value(seen: Observed | None) -> Any:
    return exact(seen.figure.value) if seen is not None else None
