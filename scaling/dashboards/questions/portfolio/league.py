"""The league table of the Portfolio: one line for each programme, with its way from phase to phase as a sparkline."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext as _

from programmes.models import Phase, Programme
from scaling import formats
from scaling.answers import Workspace, answer
from scaling.dashboards import common, phases
from scaling.dashboards.common import cell
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Cell, Column, Spark, Table
from scaling.dashboards.questions.portfolio.pictures import programme_url
from scaling.metrics import METRICS


def build(asked: Asked, workspace: Workspace, programmes: list[Programme]) -> Table:
    counted = _organizations(asked)
    columns = [
        Column(_("Programme")),
        Column(_("Country")),
        Column(_("Phases"), numeric=True),
        Column(_("US$ million"), numeric=True, help=_("financing at design; for a replication the funds of others")),
        Column(_("IFAD, %"), numeric=True),
        Column(_("Leverage"), numeric=True),
        Column(_("Districts"), numeric=True),
        Column(_("People benefiting"), numeric=True),
        Column(_("Financing by phase")),
    ]
    if counted:
        columns += [
            Column(_("Active organizations"), numeric=True),
            Column(_("Members observed"), numeric=True),
            Column(_("Members since baseline, %"), numeric=True),
        ]
    return asked.table(
        "programmes",
        columns,
        [
            [*_line(asked, workspace, one), *(counted.get(one.code, _nothing()) if counted else [])]
            for one in programmes
        ],
        title=_("Programmes"),
        subtitle=_("dotted: no value, with the reason"),
        caption=_("Programmes with their financing, leverage, coverage and reach"),
    )


def _line(asked: Asked, workspace: Workspace, programme: Programme) -> list[Cell]:
    found = phases.chosen(asked, workspace, programme)
    figures = {
        name: answer(workspace, METRICS[name], found).figure
        for name in ("total_financing", "ifad_share", "leverage_ratio_design", "replication_funds")
    }
    money = figures["total_financing"] if programme.is_ifad_financed else figures["replication_funds"]
    return [
        Cell(
            str(programme),
            url=programme_url(asked, programme),
            hint=_("synthetic demonstration data") if programme.is_synthetic else programme.name,
            state="synthetic" if programme.is_synthetic else "",
        ),
        Cell(", ".join(common.place_name(country) for country in programme.countries.all())),
        common.counted(len([p for p in found if not p.is_aggregate]) or len(workspace.split_phases(programme))),
        cell(money, 1),
        cell(figures["ifad_share"], 0),
        cell(figures["leverage_ratio_design"], 2),
        cell(answer(workspace, METRICS["coverage_districts"], found[-1:]).figure, 0),
        _reached(workspace, found),
        _by_phase(workspace, programme),
    ]


def _reached(workspace: Workspace, found: list[Phase]) -> Cell:
    """Of all phases; of the latest where the source does not say whether they add up."""
    reach = answer(workspace, METRICS["people_reached"], found).figure
    if reach.value is not None or reach.null_reason != "BASIS_MISMATCH":
        return cell(reach, 0)
    latest = answer(workspace, METRICS["people_reached"], found[-1:]).figure
    shown = cell(latest, 0)
    if latest.value is None:
        return shown
    return replace(shown, hint=_("latest phase; the source does not say whether phases add up"))


def _organizations(asked: Asked) -> dict[str, list[Cell]]:
    """Programme → its active organizations, members observed and their growth; empty where no round has figures."""
    if asked.register is None:
        return {}
    members, growth = (
        asked.register.rows(name, "programme") for name in ("members_observed", "membership_growth_comparable")
    )
    return {
        code: [
            common.counted(row.register.active),
            cell(row.outcome.figure, 0),
            common.signed(growth[code].outcome.figure, 0),
        ]
        for code, row in members.items()
    }


def _nothing() -> list[Cell]:
    return [Cell(formats.reason("NOT_REPORTED"), "null") for _column in range(3)]


def _by_phase(workspace: Workspace, programme: Programme) -> Cell:
    """All financing of each phase as a line; a reason in words where there are not two phases to join."""
    found = workspace.split_phases(programme)
    amounts = [answer(workspace, METRICS["total_financing"], [phase]).figure for phase in found]
    known = [float(amount.value) for amount in amounts if amount.value is not None]
    if len(found) < 2:
        return Cell(_("one phase"), "null")
    if len(known) < 2:
        return Cell(_("not split by phase"), "null")
    spoken = " → ".join(formats.bounded(amount, 1) for amount in amounts)
    return Cell("", spark=Spark.of(known, _("US$ million by phase: %(amounts)s") % {"amounts": spoken}))
