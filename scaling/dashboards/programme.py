"""Programme: what did each phase add?"""

from __future__ import annotations

from decimal import Decimal

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programmes.models import Phase, Programme
from programmes.vocabulary import FigureBasis
from scaling import figures, formats
from scaling.answers import Row, UnknownCode, Workspace, answer
from scaling.dashboards import box, common, definitions
from scaling.dashboards.common import Query, cell
from scaling.dashboards.page import Cell, Chip, Column, Empty, FigureCard, Filter, Headline, Option, Page, Table
from scaling.dashboards.portfolio import by_group, group_series
from scaling.figures import Series
from scaling.metrics import METRICS
from scaling.metrics.figures import Figure

MILLION = 1_000_000

#: Each phase against the first.
FACTORS = ("beneficiary_scaling_factor", "coverage_scaling_factor", "financing_scaling_factor")


def build(request: HttpRequest, code: str) -> Page:
    query = Query(request, {"basis": tuple(FigureBasis.values), "country": None, "synthetic": ("0", "1")})
    workspace = Workspace.load(user=request.user, basis=query["basis"])
    try:
        programme = workspace.programme(code)
    except UnknownCode:
        raise Http404 from None
    for phase in workspace.phases.values():
        phase.label = common.phase_label(phase.label)
    phases = workspace.phases_of(programme)
    page = Page(
        name="programme",
        title=str(programme),
        question=_question(programme, phases),
        answer="",
        share_url=query.url(),
        filters=_filters(workspace, query, programme),
    )
    if not any(workspace.of_phase(phase).money or workspace.of_phase(phase).results for phase in phases):
        page.answer = _("Nothing has been reported for %(programme)s yet.") % {"programme": programme.name}
        page.empty = Empty(
            _("Not enough data"),
            _("Neither financing nor results have been entered for any phase. An administrator can enter them."),
            _("Back to the portfolio"),
            query.url(reverse("scaling:portfolio")),
        )
        return page
    rows = {name: answer(workspace, METRICS[name], phases) for name in ("total_financing", "leverage_ratio_design")}
    page.answer = _answer(workspace, programme, phases)
    page.chips = _chips(workspace, programme, phases, rows["total_financing"])
    page.headlines = _headlines(workspace, programme, phases)
    money, indexed = _financing(workspace, programme, phases), _indexed(workspace, phases)
    page.figures = [
        *([money.of("total_financing", "leverage_ratio_design")] if money else []),
        *([indexed.of(*FACTORS)] if indexed else []),
    ]
    page.tables = box.tables(workspace, programme, phases, query)
    page.notes = _notes(programme, phases)
    definitions.explain(page, request.user)
    return page


def _question(programme: Programme, phases: list[Phase]) -> str:
    if not programme.is_ifad_financed:
        return _("How far does %(programme)s carry the model?") % {"programme": str(programme)}
    if len(phases) > 1:
        return _("What did each phase of %(programme)s add?") % {"programme": str(programme)}
    return _("What did %(programme)s bring together?") % {"programme": str(programme)}


def _filters(workspace: Workspace, query: Query, programme: Programme) -> list[Filter]:
    def address(other: Programme) -> str:
        return query.url(reverse("scaling:programme", kwargs={"code": other.code}))

    options = [
        Option(
            str(other),
            address(other),
            other == programme,
            _("synthetic demonstration data")
            if other.is_synthetic
            else ", ".join(common.place_name(country) for country in other.countries.all()),
        )
        for other in workspace.programmes.values()
    ]
    return [Filter("programme", _("Programme"), str(programme), options), common.basis_filter(query)]


# --- the answer in words -------------------------------------------------------------------------------------------
def _answer(workspace: Workspace, programme: Programme, phases: list[Phase]) -> str:
    if not programme.is_ifad_financed:
        return _replication_answer(workspace, phases)
    if len(phases) > 1:
        return _phases_answer(workspace, phases)
    total = answer(workspace, METRICS["total_financing"], phases).figure
    leverage = answer(workspace, METRICS["leverage_ratio_design"], phases).figure
    if total.value is None:
        return _("The financing of %(programme)s cannot be told: %(reason)s.") % {
            "programme": str(programme),
            "reason": formats.reason(total.null_reason),
        }
    return _(
        "%(programme)s brought together US$ %(total)s million: for each dollar of IFAD others put in %(leverage)s."
    ) % {
        "programme": str(programme),
        "total": formats.bounded(total, 1),
        "leverage": formats.bounded(leverage, 2),
    }


def _replication_answer(workspace: Workspace, phases: list[Phase]) -> str:
    funds = answer(workspace, METRICS["replication_funds"], phases).figure
    multiple = answer(workspace, METRICS["replication_multiple"], phases).figure
    if funds.value is None:
        return _("The funds that copy the model are not known.")
    if multiple.value is None:
        return _("Others commit US$ %(funds)s million to copy the model.") % {"funds": formats.bounded(funds, 0)}
    return _(
        "Others commit US$ %(funds)s million to copy the model: %(multiple)s times what IFAD put into the originals."
    ) % {"funds": formats.bounded(funds, 0), "multiple": formats.bounded(multiple, 1)}


def _phases_answer(workspace: Workspace, phases: list[Phase]) -> str:
    first, last = phases[0], phases[-1]
    base = workspace.of_phase(first)
    coverage = answer(workspace, METRICS["coverage_scaling_factor"], [last], other=base).figure
    reach = answer(workspace, METRICS["beneficiary_scaling_factor"], [last], other=base).figure
    money = answer(workspace, METRICS["financing_scaling_factor"], [last], other=base).figure
    leverages = [answer(workspace, METRICS["leverage_ratio_design"], [phase]).figure for phase in phases]
    parts = []
    span = {"first": first.label, "last": last.label}
    if coverage.value is not None and reach.value is not None:
        parts.append(
            _("From %(first)s to %(last)s coverage grew %(coverage)s times and reach %(reach)s times")
            % {**span, "coverage": formats.bounded(coverage, 1), "reach": formats.bounded(reach, 1)}
        )
    elif money.value is not None:
        parts.append(
            _("From %(first)s to %(last)s financing grew %(money)s times")
            % {**span, "money": formats.bounded(money, 1)}
        )
    if all(leverage.value is not None for leverage in leverages):
        parts.append(_leverage_words(leverages))
    if not parts:
        return _("The phases cannot be compared: figures of one of them are not reported.")
    return _(", while ").join(parts) + _(".")


def _leverage_words(leverages: list[Figure]) -> str:
    values = [leverage.value or Decimal(0) for leverage in leverages]
    said = {"first": formats.bounded(leverages[0], 2), "last": formats.bounded(leverages[-1], 2)}
    peak = max(range(len(values)), key=lambda i: values[i])
    if 0 < peak < len(values) - 1:
        return _("the leverage ratio rose from %(first)s to %(peak)s and fell to %(last)s") % {
            **said,
            "peak": formats.bounded(leverages[peak], 2),
        }
    if values[-1] >= values[0]:
        return _("the leverage ratio went from %(first)s up to %(last)s") % said
    return _("the leverage ratio went from %(first)s down to %(last)s") % said


# --- chips and headlines -------------------------------------------------------------------------------------------
def _chips(workspace: Workspace, programme: Programme, phases: list[Phase], total: Row) -> list[Chip]:
    chips = [common.freshness(workspace, phases)]
    all_phases = [p for p in workspace.phases.values() if p.programme_id == programme.pk and not p.is_aggregate]
    if phases and phases[0].is_aggregate:
        chips.append(
            Chip(
                ngettext(
                    "totals of %(count)d phase, not split by the source",
                    "totals of %(count)d phases, not split by the source",
                    len(all_phases),
                )
                % {"count": len(all_phases)},
                "layers",
            )
        )
    else:
        reported = sum(1 for phase in all_phases if workspace.of_phase(phase).money)
        chips.append(
            Chip(
                _("%(reported)d of %(due)d phases reported") % {"reported": reported, "due": len(all_phases)},
                "check2-circle",
            )
        )
    chips += common.amounts_reported(total)[1:]
    if workspace.basis == "hypothesis":
        chips.append(Chip(_("shows an unconfirmed hypothesis"), "question-circle", "warn"))
    if programme.is_synthetic:
        chips.append(common.synthetic_chip())
    return chips


def _compared(found: Figure, before: str, places: int = 1) -> tuple[str, str]:
    """`2.5 × phase II`, and the direction."""
    if found.value is None:
        return "", ""
    direction = "up" if found.value > 1 else "down" if found.value < 1 else ""
    text = _("%(factor)s × %(phase)s") % {"factor": formats.bounded(found, places), "phase": before}
    return text, direction


def _headlines(workspace: Workspace, programme: Programme, phases: list[Phase]) -> list[Headline]:
    last = phases[-1]
    before = phases[-2].label if len(phases) > 1 else ""
    headlines = []
    reach = answer(workspace, METRICS["people_reached"], [last]).figure
    if reach.value is not None:
        value, unit = formats.people(reach.value)
        text, direction = (
            _compared(answer(workspace, METRICS["beneficiary_scaling_factor"], [last]).figure, before)
            if before
            else ("", "")
        )
        label = {
            "cumulative": _("People reached, cumulative"),
            "per_period": _("People reached"),
        }.get(reach.basis, _("People reached, basis not stated"))
        told = ("people_reached", "beneficiary_scaling_factor")
        headlines.append(Headline(label, value, unit, text, direction, formats.BOUND_SIGNS[reach.bound], metrics=told))
    coverage = answer(workspace, METRICS["coverage_districts"], [last]).figure
    if coverage.value is not None:
        factor = answer(workspace, METRICS["coverage_scaling_factor"], [last]).figure
        text, direction = _compared(factor, before or _("at first"))
        unit = {"woreda": _("woreda"), "districts": _("districts")}.get(coverage.unit, coverage.unit)
        headlines.append(
            Headline(
                _("Coverage"),
                formats.figure(coverage),
                unit,
                text,
                direction,
                formats.BOUND_SIGNS[coverage.bound],
                metrics=("coverage_districts", "coverage_scaling_factor"),
            )
        )
    for key, label in (
        ("SHG", _("Self-help groups")),
        ("people_trained", _("People trained")),
    ):
        counted = (
            workspace.of_phase(last).result("organizations_created", key)
            if key == "SHG"
            else workspace.of_phase(last).result(key)
        )
        if counted.value is not None:
            value, unit = formats.people(counted.value)
            headlines.append(Headline(label, value, unit, bound=formats.BOUND_SIGNS[counted.bound]))
    headlines += _money_headlines(workspace, programme, phases)
    return headlines[:4] if len(headlines) > 4 else headlines


def _money_headlines(workspace: Workspace, programme: Programme, phases: list[Phase]) -> list[Headline]:
    if not programme.is_ifad_financed:
        funds = answer(workspace, METRICS["replication_funds"], phases).figure
        multiple = answer(workspace, METRICS["replication_multiple"], phases).figure
        return [
            Headline(
                _("Funds of others"),
                formats.figure(funds),
                _("US$ million"),
                bound=formats.BOUND_SIGNS[funds.bound],
                null=formats.reason(funds.null_reason),
                metrics=("replication_funds",),
            ),
            Headline(
                _("Replication multiple"),
                formats.figure(multiple, 2),
                "×",
                _("IFAD's money in the originals"),
                bound=formats.BOUND_SIGNS[multiple.bound],
                null=formats.reason(multiple.null_reason),
                metrics=("replication_multiple",),
            ),
        ]
    total = answer(workspace, METRICS["total_financing"], phases).figure
    ifad = answer(workspace, METRICS["ifad_financing"], phases).figure
    share = answer(workspace, METRICS["ifad_share"], phases).figure
    leverages = [answer(workspace, METRICS["leverage_ratio_design"], [phase]).figure for phase in phases]
    now = leverages[-1]
    comparison = direction = ""
    if len(leverages) > 1 and leverages[-2].value is not None and now.value is not None:
        comparison = _("from %(before)s in %(phase)s") % {
            "before": formats.bounded(leverages[-2], 2),
            "phase": phases[-2].label,
        }
        direction = "up" if now.value > leverages[-2].value else "down"
    label = (
        ngettext("Financing, %(count)d phase", "Financing, %(count)d phases", len(phases)) % {"count": len(phases)}
        if len(phases) > 1
        else _("Financing at design")
    )
    return [
        Headline(
            label,
            formats.figure(total, 1),
            _("US$ million"),
            _("IFAD %(amount)s · %(share)s %%")
            % {"amount": formats.bounded(ifad, 1), "share": formats.bounded(share, 0)},
            bound=formats.BOUND_SIGNS[total.bound],
            null=formats.reason(total.null_reason),
            metrics=("total_financing", "ifad_share"),
        ),
        Headline(
            _("Leverage ratio, %(phase)s") % {"phase": phases[-1].label} if len(phases) > 1 else _("Leverage ratio"),
            formats.figure(now, 2),
            "",
            comparison,
            direction,
            formats.BOUND_SIGNS[now.bound],
            formats.reason(now.null_reason),
            metrics=("leverage_ratio_design",),
        ),
    ]


# --- pictures ------------------------------------------------------------------------------------------------------
def _label(phase: Phase, programme: Programme) -> str:
    return phase.label or str(programme)


def _financing(workspace: Workspace, programme: Programme, phases: list[Phase]) -> FigureCard | None:
    if not programme.is_ifad_financed:
        return None
    amounts = [by_group(workspace, [phase]) for phase in phases]
    series = group_series(amounts)
    totals = [answer(workspace, METRICS["total_financing"], [phase]).figure for phase in phases]
    leverages = [answer(workspace, METRICS["leverage_ratio_design"], [phase]).figure for phase in phases]
    labels = common.group_labels()
    shown = [one.role for one in series]
    table = Table(
        "financing-by-phase",
        [
            Column(_("Phase")),
            *(Column(labels[group], numeric=True) for group in shown),
            Column(_("Total"), numeric=True),
            Column(_("Leverage"), numeric=True),
        ],
        [
            [
                Cell(_label(phase, programme)),
                *(cell(amount[group], 1, divisor=MILLION) for group in shown),
                cell(total, 1),
                cell(leverage, 2),
            ]
            for phase, amount, total, leverage in zip(phases, amounts, totals, leverages, strict=True)
        ],
        caption=_("Financing at design by group of financiers, US$ million"),
    )
    top = max(totals, key=lambda total: total.value or Decimal(0))
    reading = _("The largest is %(phase)s with US$ %(total)s million.") % {
        "phase": _label(phases[totals.index(top)], programme),
        "total": formats.bounded(top, 1),
    }
    if len(phases) == 1:
        reading = _("IFAD gave %(share)s %% of it.") % {
            "share": formats.bounded(answer(workspace, METRICS["ifad_share"], phases).figure, 0)
        }
    figure = figures.stacked_bars(
        [_label(phase, programme) for phase in phases],
        series,
        [
            f"{formats.bounded(total, 1)} · {formats.bounded(leverage, 2)} ×"
            for total, leverage in zip(totals, leverages, strict=True)
        ],
    )
    return FigureCard(
        "financing",
        _("Financing by financier"),
        reading,
        table,
        figure,
        _("US$ million, at design · leverage ratio"),
        span=7,
        height=340,
    )


def _indexed(workspace: Workspace, phases: list[Phase]) -> FigureCard | None:
    if len(phases) < 2:
        return None
    base = workspace.of_phase(phases[0])
    measures = (
        ("beneficiary_scaling_factor", _("Reach"), "reach"),
        ("coverage_scaling_factor", _("Coverage"), "coverage"),
        ("financing_scaling_factor", _("Financing"), "financing"),
    )
    found = {
        name: [answer(workspace, METRICS[name], [phase], other=base).figure for phase in phases]
        for name, _label_, _role in measures
    }
    series = [
        Series(
            label,
            role,
            [None if one.value is None else float(one.value) for one in found[name]],
            [f"{formats.bounded(one, 1)} ×" for one in found[name]],
        )
        for name, label, role in measures
        if any(one.value is not None for one in found[name])
    ]
    table = Table(
        "phase-on-phase",
        [Column(_("Phase")), *(Column(label, numeric=True) for _name, label, _role in measures)],
        [
            [Cell(phase.label), *(cell(found[name][i], 2) for name, _label_, _role in measures)]
            for i, phase in enumerate(phases)
        ],
        caption=_("Each phase against %(phase)s") % {"phase": phases[0].label},
    )
    elasticity = answer(workspace, METRICS["reach_per_financing_elasticity"], [phases[-1]], other=base).figure
    if elasticity.value is None:
        title, reading = _("Reach and money"), _("Reach and money cannot be compared over all phases.")
    elif elasticity.value > 1:
        title = _("Reach grows faster than money")
        reading = _("Reach grew %(factor)s times as fast as financing.") % {"factor": formats.bounded(elasticity, 1)}
    else:
        title = _("Money grows faster than reach")
        reading = _("Reach grew only %(factor)s times as fast as financing.") % {
            "factor": formats.bounded(elasticity, 1)
        }
    subtitle = _("%(phase)s = 1") % {"phase": phases[0].label}
    if len(series) == 0:
        empty = Empty(_("Not enough data"), _("The first phase reports nothing to compare with."))
        return FigureCard("indexed", title, reading, table, None, subtitle, span=5, empty=empty)
    return FigureCard(
        "indexed",
        title,
        reading,
        table,
        figures.indexed_lines([phase.label for phase in phases], series),
        subtitle,
        span=5,
        height=340,
    )


def _notes(programme: Programme, phases: list[Phase]) -> list[str]:
    notes = []
    if programme.model_scaled:
        notes.append(_("What is scaled up: %(model)s") % {"model": programme.model_scaled})
    if programme.source:
        notes.append(_("Source: %(source)s") % {"source": programme.source})
    return notes
