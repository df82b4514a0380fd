"""The league table of the Portfolio: one line for each programme, with its way from phase to phase as a sparkline."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from programmes.models import Programme
from scaling import formats
from scaling.answers import Workspace, answer
from scaling.dashboards import common
from scaling.dashboards.common import Query, cell
from scaling.dashboards.page import Cell, Column, Spark, Table
from scaling.metrics import METRICS


def programme_url(programme: Programme) -> str:
    return reverse("scaling:programme", kwargs={"code": programme.code})


def build(workspace: Workspace, query: Query, programmes: list[Programme]) -> Table:
    rows = []
    for programme in programmes:
        phases = workspace.phases_of(programme)
        found = {
            name: answer(workspace, METRICS[name], phases).figure
            for name in ("total_financing", "ifad_share", "leverage_ratio_design", "replication_funds")
        }
        money = found["total_financing"] if programme.is_ifad_financed else found["replication_funds"]
        last = [phases[-1]] if phases else []
        reach = answer(workspace, METRICS["people_reached"], phases).figure
        latest = answer(workspace, METRICS["coverage_districts"], last).figure
        note = ""
        if reach.value is None and reach.null_reason == "BASIS_MISMATCH":
            reach = answer(workspace, METRICS["people_reached"], last).figure
            note = _("latest phase; the source does not say whether phases add up")
        reached = cell(reach, 0)
        if note and reach.value is not None:
            reached = Cell(reached.text, reached.state, note, reached.url, reached.bound)
        rows.append(
            [
                Cell(
                    str(programme),
                    url=query.url(programme_url(programme)),
                    hint=_("synthetic demonstration data") if programme.is_synthetic else programme.name,
                    state="synthetic" if programme.is_synthetic else "",
                ),
                Cell(", ".join(common.place_name(country) for country in programme.countries.all())),
                Cell(
                    formats.number(
                        len([p for p in phases if not p.is_aggregate]) or len(workspace.split_phases(programme))
                    )
                ),
                cell(money, 1),
                cell(found["ifad_share"], 0),
                cell(found["leverage_ratio_design"], 2),
                cell(latest, 0),
                reached,
                _by_phase(workspace, programme),
            ]
        )
    return Table(
        "programmes",
        [
            Column(_("Programme")),
            Column(_("Country")),
            Column(_("Phases"), numeric=True),
            Column(
                _("US$ million"), numeric=True, help=_("financing at design; for a replication the funds of others")
            ),
            Column(_("IFAD, %"), numeric=True),
            Column(_("Leverage"), numeric=True),
            Column(_("Districts"), numeric=True),
            Column(_("People benefiting"), numeric=True),
            Column(_("Financing by phase")),
        ],
        rows,
        title=_("Programmes"),
        subtitle=_("dotted: no value, with the reason"),
        caption=_("Programmes with their financing, leverage, coverage and reach"),
    )


def _by_phase(workspace: Workspace, programme: Programme) -> Cell:
    """All financing of each phase as a line; a reason in words where there are not two phases to join."""
    phases = workspace.split_phases(programme)
    amounts = [answer(workspace, METRICS["total_financing"], [phase]).figure for phase in phases]
    known = [float(amount.value) for amount in amounts if amount.value is not None]
    if len(phases) < 2:
        return Cell(_("one phase"), "null")
    if len(known) < 2:
        return Cell(_("not split by phase"), "null")
    spoken = " → ".join(formats.bounded(amount, 1) for amount in amounts)
    return Cell("", spark=Spark.of(known, _("US$ million by phase: %(amounts)s") % {"amounts": spoken}))
