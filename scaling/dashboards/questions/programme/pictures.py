"""The pictures of the Programme page: who financed each phase, what grew faster, what one person more cost, members."""

from __future__ import annotations

from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from programmes.financing import amount_on
from programmes.models import FinancingClass, Phase, Programme
from scaling import figures, formats
from scaling.answers import Workspace, answer
from scaling.dashboards import common
from scaling.dashboards import phases as of_phases
from scaling.dashboards.common import cell
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Cell, Column, Empty, FigureCard
from scaling.dashboards.questions.programme.box import base_of
from scaling.dashboards.questions.programme.records import MILLION, Records
from scaling.figures import Series
from scaling.metrics import METRICS
from scaling.metrics.figures import Figure

HEIGHT = 340


def build(
    asked: Asked,
    workspace: Workspace,
    corrected: Workspace,
    programme: Programme,
    shown: list[Phase],
    found: Records,
) -> list[FigureCard]:
    made = [
        _financing(asked, workspace, programme, shown)
        if programme.is_ifad_financed
        else _replication(asked, workspace, found)
    ]
    if len(shown) > 1:
        made += [
            _indexed(asked, workspace, shown),
            _costs(asked, corrected, shown, 5 if asked.register is not None else 12),
        ]
    if asked.register is not None:
        made.append(_members(asked))
    return made


def _label(phase: Phase, programme: Programme) -> str:
    return phase.label or str(programme)


def _url(asked: Asked, phase: Phase) -> str:
    return "" if phase.is_aggregate else asked.links.here(phase=phase.code)


def _entered(asked: Asked) -> tuple[str, str]:
    """Where results of phases are entered."""
    programme = asked.selection.programme
    return _("Results reported for phases"), asked.links.with_only(
        reverse("indicators:results"), {"programme": programme.code if programme is not None else ""}
    )


# --- who financed it -------------------------------------------------------------------------------------------------
def _financing(asked: Asked, workspace: Workspace, programme: Programme, shown: list[Phase]) -> FigureCard:
    title, subtitle = _("Financing by financier"), _("US$ million, at design · leverage ratio")
    amounts = [of_phases.by_group(workspace, [phase]) for phase in shown]
    series = of_phases.group_series(amounts, [_url(asked, phase) for phase in shown])
    totals = [answer(workspace, METRICS["total_financing"], [phase]).figure for phase in shown]
    leverages = [answer(workspace, METRICS["leverage_ratio_design"], [phase]).figure for phase in shown]
    names = [_label(phase, programme) for phase in shown]
    labels = common.group_labels()
    groups = [one.role for one in series]
    table = asked.table(
        "financing-by-phase",
        [
            Column(_("Phase")),
            *(Column(labels[group], numeric=True) for group in groups),
            Column(_("Total"), numeric=True),
            Column(_("Leverage"), numeric=True),
        ],
        [
            [
                Cell(name, url=_url(asked, phase)),
                *(cell(amount[group], 1, divisor=MILLION) for group in groups),
                cell(total, 1),
                cell(leverage, 2),
            ]
            for name, phase, amount, total, leverage in zip(names, shown, amounts, totals, leverages, strict=True)
        ],
        title=title,
        caption=_("Financing at design by group of financiers, US$ million"),
    )
    if not series:
        text = _("Financing at design: no amount has been entered for any phase. An administrator can do that.")
        empty = Empty(_("Not enough data"), text, *_entered(asked))
        return FigureCard("financing", title, "", table, None, subtitle, 7, empty=empty)
    top = max(range(len(totals)), key=lambda i: totals[i].value or Decimal(0))
    if len(shown) == 1:
        share = answer(workspace, METRICS["ifad_share"], shown).figure
        reading = (
            _("IFAD gave %(share)s %% of it.") % {"share": formats.bounded(share, 0)}
            if share.value is not None
            else _("The share of IFAD cannot be told: %(reason)s.") % {"reason": formats.reason(share.null_reason)}
        )
    else:
        reading = _("The largest is %(phase)s with US$ %(total)s million.") % {
            "phase": names[top],
            "total": formats.bounded(totals[top], 1),
        }
    above = [
        formats.bounded(total, 1) + ("" if leverage.value is None else f" · {formats.bounded(leverage, 2)} ×")
        for total, leverage in zip(totals, leverages, strict=True)
    ]
    figure = figures.stacked_bars(names, series, above)
    card = FigureCard("financing", title, reading, table, figure, subtitle, 7, HEIGHT)
    return card.of("total_financing", "leverage_ratio_design")


def _replication(asked: Asked, workspace: Workspace, found: Records) -> FigureCard:
    """A replication has no co-financing: the funds of those who copy the model."""
    title, subtitle = _("Funds of those who copy the model"), _("US$ million")
    lines = [
        (line, amount_on(line, workspace.basis)[0])
        for line in found.lines
        if line.financing_class == FinancingClass.REPLICATION and line.currency == "USD"
    ]
    known = sorted(((line.partner.name, n) for line, n in lines if n is not None), key=lambda one: -one[1])
    table = asked.table(
        "funds",
        [Column(_("Financier")), Column(_("US$ million"), numeric=True)],
        [[Cell(name), Cell(formats.number(n / MILLION, 1), value=n / MILLION)] for name, n in known],
        title=title,
        caption=_("Funds that copy the model, by financier"),
    )
    if not known:
        text = _("Funds that copy the model: no amount in US dollars is reported.")
        empty = Empty(_("Not enough data"), text, *_entered(asked))
        return FigureCard("funds", title, "", None, None, subtitle, 12, empty=empty)
    reading = _("%(financier)s gives the most: US$ %(amount)s million.") % {
        "financier": known[0][0],
        "amount": formats.number(known[0][1] / MILLION, 1),
    }
    texts = [formats.number(n / MILLION, 1) for _name, n in known]
    bars = Series("", "replication", [float(n / MILLION) for _name, n in known], texts)
    figure = figures.lying_bars([name for name, _n in known], [bars], texts)
    card = FigureCard("funds", title, reading, table, figure, subtitle, 12, 110 + 46 * len(known))
    return card.of("replication_funds")


# --- phase on phase --------------------------------------------------------------------------------------------------
def _indexed(asked: Asked, workspace: Workspace, shown: list[Phase]) -> FigureCard:
    base = base_of(asked, shown)
    against = workspace.of_phase(base)
    measures = (
        ("beneficiary_scaling_factor", _("Reach"), "reach"),
        ("coverage_scaling_factor", _("Coverage"), "coverage"),
        ("shg_scaling_factor", _("Self-help groups"), "organizations"),
        ("financing_scaling_factor", _("Financing"), "financing"),
    )
    found = {
        name: [answer(workspace, METRICS[name], [phase], other=against).figure for phase in shown]
        for name, _label_, _role in measures
    }
    drawn = [one for one in measures if any(figure.value is not None for figure in found[one[0]])]
    series = [
        Series(
            label,
            role,
            [None if one.value is None else float(one.value) for one in found[name]],
            [f"{formats.bounded(one, 1)} ×" for one in found[name]],
            [_url(asked, phase) for phase in shown],
        )
        for name, label, role in drawn
    ]
    title, reading = _faster(
        answer(workspace, METRICS["reach_per_financing_elasticity"], shown[-1:], other=against).figure
    )
    subtitle = _("%(phase)s = 1") % {"phase": base.label}
    table = asked.table(
        "phase-on-phase",
        [Column(_("Phase")), *(Column(label, numeric=True) for _name, label, _role in drawn)],
        [
            [Cell(phase.label, url=_url(asked, phase)), *(cell(found[name][i], 2) for name, _label_, _role in drawn)]
            for i, phase in enumerate(shown)
        ],
        title=title,
        caption=_("Each phase against %(phase)s") % {"phase": base.label},
    )
    if not series:
        text = _("Reach, coverage and financing of %(phase)s, which the others are compared with: nothing is reported.")
        empty = Empty(_("Not enough data"), text % {"phase": base.label}, *_entered(asked))
        return FigureCard("indexed", title, "", None, None, subtitle, 5, empty=empty)
    figure = figures.indexed_lines([phase.label for phase in shown], series)
    card = FigureCard("indexed", title, reading, table, figure, subtitle, 5, HEIGHT)
    return card.of("beneficiary_scaling_factor", "coverage_scaling_factor", "financing_scaling_factor")


def _faster(elasticity: Figure) -> tuple[str, str]:
    """Title and reading: which of the two grew faster."""
    if elasticity.value is None:
        return _("Reach and money"), _("Reach and money cannot be compared over all phases.")
    factor = {"factor": formats.bounded(elasticity, 1)}
    if elasticity.value > 1:
        return _("Reach grows faster than money"), _("Reach grew %(factor)s times as fast as financing.") % factor
    return _("Money grows faster than reach"), _("Reach grew only %(factor)s times as fast as financing.") % factor


def _costs(asked: Asked, corrected: Workspace, shown: list[Phase], span: int) -> FigureCard:
    """What IFAD and all financiers paid for one person more, by phase."""
    title = _("What one person more cost")
    subtitle = _("US$ for each person added, on the corrected, cumulative basis")
    measures = (
        ("ifad_cost_per_incremental_beneficiary", _("IFAD"), "ifad"),
        ("total_cost_per_incremental_beneficiary", _("All financiers"), "financing"),
    )
    found = {
        name: [answer(corrected, METRICS[name], [phase]).figure for phase in shown] for name, _label_, _role in measures
    }
    table = asked.table(
        "unit-costs",
        [Column(_("Phase")), *(Column(label, numeric=True) for _name, label, _role in measures)],
        [
            [Cell(phase.label, url=_url(asked, phase)), *(cell(found[name][i], 2) for name, _label_, _role in measures)]
            for i, phase in enumerate(shown)
        ],
        title=title,
        caption=_("US$ for each person added, by phase"),
    )
    own = [(i, one.value) for i, one in enumerate(found[measures[0][0]]) if one.value is not None]
    if not own:
        text = _("Financing of IFAD and people reached in the same phase: no phase reports both.")
        empty = Empty(_("Not enough data"), text, *_entered(asked))
        return FigureCard("costs", title, "", table, None, subtitle, span, empty=empty)
    low = min(own, key=lambda one: one[1])
    reading = _("Least in %(phase)s: US$ %(cost)s of IFAD for each person added.") % {
        "phase": shown[low[0]].label,
        "cost": formats.number(low[1], 2),
    }
    series = [
        Series(
            label,
            role,
            [None if one.value is None else float(one.value) for one in found[name]],
            [formats.bounded(one, 2) for one in found[name]],
            [_url(asked, phase) for phase in shown],
        )
        for name, label, role in measures
        if any(one.value is not None for one in found[name])
    ]
    figure = figures.over_time([phase.label for phase in shown], series, kind="category")
    return FigureCard("costs", title, reading, table, figure, subtitle, span, HEIGHT if span < 12 else 260)


# --- members ---------------------------------------------------------------------------------------------------------
def _members(asked: Asked) -> FigureCard:
    """Members that organizations report, round by round."""
    title, subtitle = _("Members over the rounds"), _("of active primary organizations that were observed")
    history = None if asked.counted is None else asked.counted.history
    rows = {} if history is None else history.rows("members_observed", "round")
    days = (
        {}
        if history is None
        else {source.closing.code: source.on for source in history.sources if source.closing is not None}
    )
    ordered = sorted((code for code in rows if code in days), key=lambda code: (days[code], code))
    table = asked.table(
        "members",
        [
            Column(_("Round")),
            Column(_("Members observed"), numeric=True),
            Column(_("Active organizations"), numeric=True),
        ],
        [
            [
                Cell(formats.day(days[code]), url=asked.round_url(code)),
                cell(rows[code].outcome.figure, 0),
                common.counted(rows[code].register.active),
            ]
            for code in ordered
        ],
        title=title,
        caption=_("Members and active organizations in each round"),
    )
    known = [code for code in ordered if rows[code].outcome.figure.value is not None]
    if len(known) < 2:
        text = _("Members over the rounds need two rounds with approved returns, on the date of a round.")
        empty = Empty(_("Not enough data"), text, _("Rounds"), reverse("indicators:rounds"))
        return FigureCard("members", title, "", table, None, subtitle, 7, empty=empty)
    values = [rows[code].outcome.figure for code in known]
    line = Series(
        _("members"),
        "members",
        [float(one.value or 0) for one in values],
        [formats.bounded(one) for one in values],
        [asked.links.here(round=code) for code in known],
    )
    reading = _("From %(first)s on %(since)s to %(last)s on %(until)s.") % {
        "first": formats.bounded(values[0]),
        "since": formats.day(days[known[0]]),
        "last": formats.bounded(values[-1]),
        "until": formats.day(days[known[-1]]),
    }
    figure = figures.over_time([days[code].isoformat() for code in known], [line])
    return FigureCard("members", title, reading, table, figure, subtitle, 7, HEIGHT)
