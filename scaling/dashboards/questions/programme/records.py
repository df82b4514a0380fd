"""The records behind the box of a programme: amounts, results, corrections, what other sources say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from indicators.models import IndicatorVersion, PhaseResult
from indicators.results import on_basis
from programmes.financing import amount_on
from programmes.models import FinancingLine, Phase, Programme, SourceCheck
from scaling import formats
from scaling.answers import exact
from scaling.dashboards import common
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Cell, Column, Table

MILLION = 1_000_000


@dataclass
class Records:
    """`names`: of indicators by their id, in the reader's language."""

    programme: Programme
    lines: list[FinancingLine]
    results: list[PhaseResult]
    names: dict[int, str]


def read(asked: Asked, programme: Programme, phases: list[Phase]) -> Records:
    """Lines and results of these phases, and results of the programme as a whole: five queries."""
    ids = [phase.pk for phase in phases]
    lines = list(
        FinancingLine.objects.filter(phase_id__in=ids)
        .select_related("partner", "phase")
        .prefetch_related("corrections")
        .order_by("phase__sequence", "pk")
    )
    results = [
        result
        for result in PhaseResult.objects.filter(programme=programme)
        .select_related("indicator", "phase", "place")
        .prefetch_related("corrections")
        .order_by("phase__sequence", "indicator__position", "pk")
        if result.phase_id is None or result.phase_id in ids
    ]
    versions = IndicatorVersion.objects.filter(indicator__in={r.indicator_id for r in results}).order_by("number")
    names = {version.indicator_id: version.text("name") for version in versions}
    return Records(programme, lines, results, names)


def label(phase: Phase | None, programme: Programme) -> str:
    return common.phase_label(phase.label if phase else "") or str(programme)


def amount(line: FinancingLine, basis: str) -> Cell:
    """An amount in US$ million (or millions of its own currency), with what was printed or corrected."""
    found, correction = amount_on(line, basis)
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
    if found is None:
        return Cell(formats.reason(line.null_reason), "null", hint)
    if line.currency != "USD":
        return Cell(f"{line.currency} {formats.number(found / MILLION, 1)}", state, hint)
    places = 2 if found % 100_000 else 1
    return Cell(formats.number(found / MILLION, places), state, hint, value=exact(found / MILLION))


def result_name(name: str, subcategory: str) -> str:
    words = {
        "initial": _("at first"),
        "after_scale_up": _("after scale-up"),
        "individuals": _("individuals"),
    }.get(subcategory, subcategory)
    return f"{name}: {words}" if words else name


def table(asked: Asked, found: Records) -> Table:
    """Every record behind the figures, with what was printed and what was corrected."""
    programme, rows = found.programme, []
    for line in found.lines:
        printed = f"{line.as_printed} {line.unit_as_printed}".strip() or "–"
        rows.append(
            [
                Cell(label(line.phase, programme)),
                Cell(line.partner.name, hint=line.get_financing_class_display()),
                Cell(printed),
                _now(line, amount_on(line, "corrected"), line.amount),
                Cell(_reasons(line.corrections.all())),
                Cell(line.source, hint=line.note),
            ]
        )
    for result in found.results:
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
                Cell(label(result.phase, programme)),
                Cell(result_name(found.names[result.indicator_id], result.subcategory) + where),
                Cell(result.as_printed),
                changed,
                Cell(_reasons(result.corrections.all())),
                Cell(result.source, hint=result.note),
            ]
        )
    columns = [_("Phase"), _("Record"), _("As printed"), _("Corrected"), _("Why"), _("Source")]
    return asked.table(
        "records",
        [Column(one) for one in columns],
        rows,
        title=_("The records behind these figures"),
        subtitle=_("nothing printed is ever overwritten"),
        caption=_("Records as printed, with documented corrections and hypotheses"),
        folded=True,
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


def checks(asked: Asked, programme: Programme) -> Table:
    columns = [_("About"), _("Printed"), _("Another source says"), _("Which"), _("What follows")]
    return asked.table(
        "other-sources",
        [Column(one) for one in columns],
        [
            [
                Cell(check.subject),
                Cell(check.printed),
                Cell(check.other),
                Cell(check.other_source, url=check.url),
                Cell(check.verdict),
            ]
            for check in SourceCheck.objects.filter(programme=programme).order_by("reference")
        ],
        title=_("What other sources say"),
        caption=_("Comparisons with other sources"),
        folded=True,
    )
