"""The box of a programme as a table, and the records behind it: amounts, results, corrections, other sources."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from indicators.models import IndicatorVersion, PhaseResult
from indicators.results import on_basis
from programmes.financing import amount_on
from programmes.models import FinancingLine, Phase, Programme, SourceCheck
from scaling import formats
from scaling.answers import Workspace, answer
from scaling.dashboards import common
from scaling.dashboards.common import Query, cell
from scaling.dashboards.page import Cell, Column, Table
from scaling.metrics import METRICS
from scaling.metrics.figures import Figure, null

MILLION = 1_000_000


def tables(workspace: Workspace, programme: Programme, phases: list[Phase], query: Query) -> list[Table]:
    """The tables under the pictures; three queries for lines, two for results, one for other sources."""
    ids = [phase.pk for phase in phases]
    lines = list(
        FinancingLine.objects.filter(phase_id__in=ids)
        .select_related("partner", "phase")
        .prefetch_related("corrections")
        .order_by("phase__sequence", "pk")
    )
    results = list(
        PhaseResult.objects.filter(programme=programme)
        .select_related("indicator", "phase", "place")
        .prefetch_related("corrections")
        .order_by("phase__sequence", "indicator__position", "pk")
    )
    names = {
        version.indicator_id: version.text("name")
        for version in IndicatorVersion.objects.filter(indicator__in={r.indicator_id for r in results}).order_by(
            "number"
        )
    }
    found = [
        _box(workspace, programme, phases, lines, results, names),
        _records(programme, lines, results, names),
        _checks(programme),
    ]
    return [table for table in found if table.rows]


def _label(phase: Phase | None, programme: Programme) -> str:
    return (phase.label if phase else "") or str(programme)


def _amount(line: FinancingLine, basis: str) -> Cell:
    amount, correction = amount_on(line, basis)
    documented = [c for c in line.corrections.all() if c.superseded_at is None]
    hint, state = "", ""
    if correction is not None:
        state = "hypothesis" if correction.kind == "hypothesis" else "corrected"
        hint = _("printed: %(printed)s. %(reason)s") % {"printed": line.as_printed, "reason": correction.reason}
    elif documented:
        state = "corrected"
        hint = "; ".join(
            _("%(kind)s: %(amount)s. %(reason)s")
            % {
                "kind": c.get_kind_display(),
                "amount": formats.number(c.amount / MILLION, 2),
                "reason": c.reason,
            }
            for c in documented
        )
    if amount is None:
        return Cell(formats.reason(line.null_reason), "null", hint)
    if line.currency != "USD":
        return Cell(f"{line.currency} {formats.number(amount / MILLION, 1)}", state, hint)
    places = 2 if amount % 100_000 else 1
    return Cell(formats.number(amount / MILLION, places), state, hint)


def _box(
    workspace: Workspace,
    programme: Programme,
    phases: list[Phase],
    lines: list[FinancingLine],
    results: list[PhaseResult],
    names: dict[int, str],
) -> Table:
    partners = {line.partner_id: line.partner.name for line in lines}
    keys: dict[tuple[int, str], str] = {}
    for result in results:
        if result.phase_id is not None:
            keys[result.indicator_id, result.subcategory] = _result_name(names[result.indicator_id], result.subcategory)
    by_line = {(line.phase_id, line.partner_id): line for line in lines}
    columns = [Column(_("Phase"))]
    columns += [Column(name, numeric=True, help=_("US$ million")) for name in partners.values()]
    financed = programme.is_ifad_financed
    if financed:
        columns.append(Column(_("Leverage"), numeric=True))
    columns += [Column(name, numeric=True) for name in keys.values()]
    with_costs = len(phases) > 1
    if with_costs:
        columns.append(
            Column(_("IFAD US$ per person added"), numeric=True, help=_("on the corrected, cumulative basis"))
        )
    corrected = workspace.load_phases("corrected", phases) if with_costs else None
    rows = []
    for phase in phases:
        row = [Cell(_label(phase, programme))]
        for partner_id in partners:
            line = by_line.get((phase.pk, partner_id))
            row.append(_amount(line, workspace.basis) if line else Cell("–", hint=_("no such line")))
        if financed:
            row.append(cell(answer(workspace, METRICS["leverage_ratio_design"], [phase]).figure, 2))
        components = workspace.of_phase(phase)
        for indicator_id, subcategory in keys:
            code = next(r.indicator.code for r in results if r.indicator_id == indicator_id)
            row.append(
                _counted(components.results.get((code, subcategory)) or null("NOT_REPORTED"), results, phase, code)
            )
        if corrected is not None:
            row.append(cell(answer(corrected, METRICS["ifad_cost_per_incremental_beneficiary"], [phase]).figure, 2))
        rows.append(row)
    return Table(
        "box",
        columns,
        rows,
        title=_("The box as a table"),
        subtitle=_("dotted: no value · underlined: a correction is documented · amounts in US$ million"),
        caption=_("Financing and results of each phase"),
        csv_url=f"{reverse('results-list')}?programme={programme.code}&format=csv",
        xlsx_url=f"{reverse('results-list')}?programme={programme.code}&format=xlsx",
    )


def _counted(found: Figure, results: list[PhaseResult], phase: Phase, code: str) -> Cell:
    shown = cell(found, 0)
    notes = [
        c.reason
        for r in results
        if r.phase_id == phase.pk and r.indicator.code == code
        for c in r.corrections.all()
        if c.superseded_at is None
    ]
    if notes and found.value is not None:
        return Cell(shown.text, "corrected", "; ".join(notes), shown.url, shown.bound)
    return shown


def _result_name(name: str, subcategory: str) -> str:
    words = {
        "initial": _("at first"),
        "after_scale_up": _("after scale-up"),
        "individuals": _("individuals"),
    }.get(subcategory, subcategory)
    return f"{name}: {words}" if words else name


def _records(
    programme: Programme, lines: list[FinancingLine], results: list[PhaseResult], names: dict[int, str]
) -> Table:
    """Every record behind the figures, with what was printed and what was corrected."""
    rows: list[list[Cell]] = []
    for line in lines:
        printed = f"{line.as_printed} {line.unit_as_printed}".strip() or "–"
        rows.append(
            [
                Cell(_label(line.phase, programme)),
                Cell(line.partner.name, hint=line.get_financing_class_display()),
                Cell(printed),
                _now(line, amount_on(line, "corrected"), line.amount),
                Cell(_reasons(line.corrections.all())),
                Cell(line.source, hint=line.note),
            ]
        )
    for result in results:
        value, basis, correction = on_basis(result, "corrected")
        changed = (
            Cell(
                (formats.number(value) if value is not None else formats.reason(result.null_reason))
                + (f" ({_basis_word(basis)})" if basis != result.basis else ""),
                "corrected",
                correction.reason,
            )
            if correction
            else Cell("")
        )
        where = f" · {common.place_name(result.place)}" if result.place else ""
        rows.append(
            [
                Cell(_label(result.phase, programme)),
                Cell(_result_name(names[result.indicator_id], result.subcategory) + where),
                Cell(result.as_printed),
                changed,
                Cell(_reasons(result.corrections.all())),
                Cell(result.source, hint=result.note),
            ]
        )
    return Table(
        "records",
        [
            Column(_("Phase")),
            Column(_("Record")),
            Column(_("As printed")),
            Column(_("Corrected")),
            Column(_("Why")),
            Column(_("Source")),
        ],
        rows,
        title=_("The records behind these figures"),
        subtitle=_("nothing printed is ever overwritten"),
        caption=_("Records as printed, with documented corrections and hypotheses"),
        folded=True,
        csv_url=f"{reverse('financing-lines-list')}?programme={programme.code}&format=csv",
        xlsx_url=f"{reverse('financing-lines-list')}?programme={programme.code}&format=xlsx",
    )


def _now(line: FinancingLine, corrected: tuple[Any, Any], reported: Any) -> Cell:
    amount, correction = corrected
    hypotheses = [c for c in line.corrections.all() if c.kind == "hypothesis" and c.superseded_at is None]
    if correction is not None:
        return Cell(f"{line.currency} {formats.number(amount)}", "corrected", correction.reason)
    if hypotheses:
        return Cell(f"{line.currency} {formats.number(hypotheses[0].amount)}", "hypothesis", hypotheses[0].reason)
    return Cell("")


def _basis_word(basis: str) -> str:
    return {
        "cumulative": _("cumulative"),
        "per_period": _("per period"),
        "stock": _("at a date"),
        "not_stated": _("not stated"),
    }[basis]


def _reasons(corrections: Any) -> str:
    return "; ".join(
        f"{c.get_kind_display()}: {c.reason}" + (f" ({c.source})" if c.source else "")
        for c in corrections
        if c.superseded_at is None
    )


def _checks(programme: Programme) -> Table:
    checks = SourceCheck.objects.filter(programme=programme).order_by("reference")
    return Table(
        "other-sources",
        [
            Column(_("About")),
            Column(_("Printed")),
            Column(_("Another source says")),
            Column(_("Which")),
            Column(_("What follows")),
        ],
        [
            [
                Cell(check.subject),
                Cell(check.printed),
                Cell(check.other),
                Cell(check.other_source, url=check.url),
                Cell(check.verdict),
            ]
            for check in checks
        ],
        title=_("What other sources say"),
        caption=_("Comparisons with other sources"),
        folded=True,
    )
