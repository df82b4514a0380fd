"""Another programme beside this one, measure by measure."""

from __future__ import annotations

from django.utils.translation import gettext as _

from programmes.models import Phase, Programme
from scaling.answers import Workspace, answer
from scaling.dashboards import common
from scaling.dashboards.common import cell
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Cell, Column, Table
from scaling.metrics import METRICS
from scaling.register_sets import RegisterSet


def tables(asked: Asked, workspace: Workspace, programme: Programme, shown: list[Phase]) -> list[Table]:
    """One table where another programme was chosen, else none."""
    other = workspace.programmes.get(asked.selection["beside"])
    if other is None:
        return []
    sides = [(shown, asked.register), (workspace.phases_of(other), asked.beside)]
    measures = (
        ("total_financing", _("Financing at design, US$ million"), 1),
        ("ifad_share", _("Share of IFAD, %"), 0),
        ("leverage_ratio_design", _("Leverage ratio"), 2),
        ("replication_funds", _("Funds that copy the model, US$ million"), 1),
    )
    rows = [
        [Cell(label), *(cell(answer(workspace, METRICS[name], phases).figure, places) for phases, _set in sides)]
        for name, label, places in measures
    ]
    latest = (
        ("people_reached", _("People reached, latest phase"), 0),
        ("coverage_districts", _("Districts, latest phase"), 0),
        ("ifad_cost_per_incremental_beneficiary", _("IFAD US$ per person added, latest phase"), 2),
    )
    rows += [
        [Cell(label), *(cell(answer(workspace, METRICS[name], phases[-1:]).figure, places) for phases, _set in sides)]
        for name, label, places in latest
    ]
    if any(register is not None for _phases, register in sides):
        rows += _of_organizations([register for _phases, register in sides])
    return [
        asked.table(
            "beside",
            [Column(_("Measure")), Column(str(programme), numeric=True), Column(str(other), numeric=True)],
            rows,
            title=_("Beside %(programme)s") % {"programme": str(other)},
            subtitle=_("the last round of each where organizations are counted"),
            caption=_("Two programmes, measure by measure"),
        )
    ]


def _of_organizations(registers: list[RegisterSet | None]) -> list[list[Cell]]:
    none = Cell(_("no round yet"), "null")
    return [
        [
            Cell(_("Active organizations")),
            *(none if one is None else common.counted(one.active) for one in registers),
        ],
        [
            Cell(_("Members observed")),
            *(none if one is None else cell(one.figure("members_observed"), 0) for one in registers),
        ],
        [
            Cell(_("Members since baseline, %")),
            *(
                none if one is None else common.signed(one.figure("membership_growth_comparable"), 0)
                for one in registers
            ),
        ],
    ]
