"""The box of the note as a table: financing by financier and leverage, coverage, organizations by kind, people reached.

A line for each measure, a column for each phase and one for the programme as a whole, as the note prints its boxes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from indicators.models import PhaseResult
from organizations.models import Kind
from programmes.financing import amount_on
from programmes.models import FinancingClass, FinancingLine, FinancingStage, Phase, Programme
from scaling import formats
from scaling.answers import Workspace, answer, exact
from scaling.dashboards import common
from scaling.dashboards.common import cell
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Cell, Column, Table
from scaling.dashboards.questions.programme import records
from scaling.dashboards.questions.programme.records import MILLION, Records
from scaling.metrics import METRICS
from scaling.metrics.figures import Figure, null

#: Which results stand under which heading; what is not named here stands under other results.
ORGANIZATIONS = frozenset({"organizations_created", "bac_functioning"})
PEOPLE = frozenset({"beneficiaries", "borrowers", "people_trained", "wage_jobs_created"})
AT_DESIGN = frozenset({FinancingStage.PLANNED_AT_DESIGN, FinancingStage.AGREED, FinancingStage.AMENDED})


@dataclass
class Box:
    """`shown`: the phases that are columns. `rows` under `groups`, as `page.Table` wants them."""

    asked: Asked
    workspace: Workspace
    corrected: Workspace
    programme: Programme
    shown: list[Phase]
    found: Records
    rows: list[list[Cell]] = field(default_factory=list)
    groups: dict[int, str] = field(default_factory=dict)

    @property
    def has_whole(self) -> bool:
        """Whether the programme as a whole says more than its one phase."""
        return len(self.shown) != 1 or self.asked.register is not None or self.programme.pk in self.workspace.whole

    def part(self, heading: str, rows: list[list[Cell]]) -> None:
        if rows:
            self.groups[len(self.rows)] = heading
            self.rows += rows

    def line(self, name: str, unit: str, of: Callable[[list[Phase]], Cell], whole: Cell | None = None) -> list[Cell]:
        """`of` is asked for each phase, and for all of them where `whole` does not say it."""
        cells = [of([phase]) for phase in self.shown]
        if self.has_whole:
            cells.append(of(self.shown) if whole is None else whole)
        return [Cell(name), Cell(unit), *cells]

    def metric(self, name: str, label: str, unit: str, places: int) -> list[Cell]:
        return self.line(label, unit, lambda of: cell(answer(self.workspace, METRICS[name], of).figure, places))


def build(
    asked: Asked,
    workspace: Workspace,
    corrected: Workspace,
    programme: Programme,
    shown: list[Phase],
    found: Records,
) -> Table:
    """Of phases that carry figures; unit costs are told on the corrected basis."""
    box = Box(asked, workspace, corrected, programme, shown, found)
    _financing(box)
    _results(box)
    _growth(box)
    columns = [Column(_("Measure")), Column(_("Unit"))]
    columns += [Column(phase.label or str(programme), numeric=True) for phase in shown]
    if box.has_whole:
        columns.append(Column(_("Whole programme"), numeric=True))
    return asked.table(
        "box",
        columns,
        box.rows,
        title=_("The box as a table"),
        subtitle=_("dotted: no value · underlined: a correction is documented"),
        caption=_("Financing by financier and leverage, coverage, organizations, people reached, phase by phase"),
        groups=box.groups,
    )


# --- financing -------------------------------------------------------------------------------------------------------
def _financing(box: Box) -> None:
    """A line for each financier and class, then the total and what one dollar of IFAD's brought."""
    if not box.found.lines:
        return
    million = _("US$ million")
    kept: dict[tuple[int, str, bool], list[FinancingLine]] = {}
    for line in box.found.lines:
        kept.setdefault((line.partner_id, line.financing_class, line.stage in AT_DESIGN), []).append(line)
    rows = [
        [Cell(_financier(lines[0])), Cell(_unit(lines)), *_amounts(box, lines)]
        for _key, lines in sorted(kept.items(), key=lambda one: not one[0][2])
    ]
    if box.programme.is_ifad_financed:
        rows += [
            box.metric("total_financing", _("Total at design"), million, 1),
            box.metric("ifad_share", _("Share of IFAD"), "%", 0),
            box.metric("leverage_ratio_design", _("Leverage ratio"), "×", 2),
            box.metric("leverage_ratio_international", _("Leverage ratio, international"), "×", 2),
            box.metric("leverage_ratio_domestic", _("Leverage ratio, domestic"), "×", 2),
        ]
    else:
        rows += [
            box.metric("replication_funds", _("Funds of others"), million, 1),
            box.metric("replication_multiple", _("Replication multiple"), "×", 1),
        ]
    box.part(_("Financing by financier, and leverage"), rows)


def _financier(line: FinancingLine) -> str:
    said = [line.partner.name]
    if line.financing_class in (FinancingClass.CROWD_IN, FinancingClass.REPLICATION):
        said.append(str(line.get_financing_class_display()))
    if line.stage not in AT_DESIGN:
        said.append(str(line.get_stage_display()))
    return " · ".join(said)


def _unit(lines: list[FinancingLine]) -> str:
    """The one currency of a line of the box; amounts in several say each its own."""
    currencies = {line.currency for line in lines}
    if currencies == {"USD"}:
        return _("US$ million")
    return _("%(currency)s million") % {"currency": currencies.pop()} if len(currencies) == 1 else _("millions")


def _amounts(box: Box, lines: list[FinancingLine]) -> list[Cell]:
    basis = box.workspace.basis
    cells = [_together([line for line in lines if line.phase_id == phase.pk], basis) for phase in box.shown]
    return [*cells, _together(lines, basis)] if box.has_whole else cells


def _together(lines: list[FinancingLine], basis: str) -> Cell:
    """Amounts of one financier in one currency as their sum: a lower bound where one is not reported."""
    if not lines:
        return Cell("–", hint=_("no such line"))
    parts = [records.amount(line, basis) for line in lines]
    if len({line.currency for line in lines}) > 1:
        return Cell(" + ".join(part.text for part in parts), hint=_("several currencies are not added up here"))
    if len(parts) == 1:
        own = amount_on(lines[0], basis)[0]
        return parts[0] if own is None else replace(parts[0], text=_text(own), value=exact(own / MILLION))
    known: list[Decimal] = [found for line in lines if (found := amount_on(line, basis)[0]) is not None]
    if not known:
        return parts[0]
    whole = sum(known, Decimal(0)) / MILLION
    state = next((part.state for part in parts if part.state in ("corrected", "hypothesis")), "")
    hint = "; ".join(part.hint for part in parts if part.hint)
    bound = "≥" if len(known) < len(lines) else ""
    return Cell(formats.number(whole, 1), state, hint, bound=bound, value=exact(whole))


def _text(amount: Decimal) -> str:
    return formats.number(amount / MILLION, 2 if amount % 100_000 else 1)


# --- coverage, organizations, people ---------------------------------------------------------------------------------
def _results(box: Box) -> None:
    """A line for each result that is reported, and for what the register knows of organizations."""
    keys: dict[tuple[str, str], PhaseResult] = {}
    for result in box.found.results:
        keys.setdefault((result.indicator.code, result.subcategory), result)
    coverage = {key: one for key, one in keys.items() if key[0].startswith("coverage")}
    organizations = {key: one for key, one in keys.items() if key[0] in ORGANIZATIONS}
    people = {key: one for key, one in keys.items() if key[0] in PEOPLE}
    rest = {key: one for key, one in keys.items() if key not in {**coverage, **organizations, **people}}
    box.part(_("Coverage"), [_reported(box, key, one) for key, one in coverage.items()])
    box.part(
        _("Organizations by kind"),
        [*(_reported(box, key, one) for key, one in organizations.items()), *_by_kind(box)],
    )
    box.part(_("People reached"), [*(_reported(box, key, one) for key, one in people.items()), *_members(box)])
    box.part(_("Other results"), [_reported(box, key, one) for key, one in rest.items()])


def _reported(box: Box, key: tuple[str, str], one: PhaseResult) -> list[Cell]:
    units = {"woreda": _("woreda"), "districts": _("districts"), "persons": _("persons")}
    whole = box.workspace.whole.get(box.programme.pk)
    own = whole.results.get(key) if whole is not None else None

    def of(phases: list[Phase]) -> Cell:
        found = box.workspace.joined(phases).results.get(key) or null("NOT_REPORTED")
        return _with_notes(found, box.found.results, {phase.pk for phase in phases}, key)

    return box.line(
        records.result_name(box.found.names[one.indicator_id], one.subcategory),
        units.get(one.unit, one.unit),
        of,
        None if own is None else _with_notes(own, box.found.results, {None}, key),
    )


def _with_notes(found: Figure, results: list[PhaseResult], phases: set[Any], key: tuple[str, str]) -> Cell:
    """The figure, underlined where a correction of it is documented."""
    shown = cell(found, 0)
    notes = [
        correction.reason
        for result in results
        if result.phase_id in phases and (result.indicator.code, result.subcategory) == key
        for correction in result.corrections.all()
        if correction.superseded_at is None
    ]
    return replace(shown, state="corrected", hint="; ".join(notes)) if notes and found.value is not None else shown


def _of_register(box: Box, name: str, unit: str, found: Cell) -> list[Cell]:
    """A line of organizations: they are counted on a day, not by phase."""
    apart = Cell("–", hint=_("counted on a day, not by phase"))
    return [Cell(name), Cell(unit), *(apart for _phase in box.shown), found]


def _by_kind(box: Box) -> list[list[Cell]]:
    register = box.asked.register
    if register is None:
        return []
    rows = register.rows("round_coverage", "kind") if register.splits("kind") else {}
    lines = [
        _of_register(
            box,
            _("%(kind)s, active in the register") % {"kind": str(Kind(kind).label)},
            _("organizations"),
            common.counted(row.register.active),
        )
        for kind, row in rows.items()
        if row.register.active
    ]
    whole = _of_register(
        box, _("All kinds, active in the register"), _("organizations"), common.counted(register.active)
    )
    return [*lines, whole]


def _members(box: Box) -> list[list[Cell]]:
    register = box.asked.register
    if register is None:
        return []
    members, growth = (register.figure(name) for name in ("members_observed", "membership_growth_comparable"))
    return [
        _of_register(box, _("Members observed in the last round"), _("persons"), cell(members, 0)),
        _of_register(box, _("Members since baseline"), "%", common.signed(growth, 0)),
    ]


# --- phase on phase --------------------------------------------------------------------------------------------------
def _growth(box: Box) -> None:
    """Each phase against the one it is compared with, and what IFAD paid for one person more."""
    if len(box.shown) < 2:
        return
    base = base_of(box.asked, box.shown)
    against = box.workspace.of_phase(base)
    empty = Cell("–", hint=_("told phase by phase"))
    rows = []
    for name, label in (
        ("financing_scaling_factor", _("Financing, times")),
        ("coverage_scaling_factor", _("Coverage, times")),
        ("beneficiary_scaling_factor", _("Reach, times")),
    ):
        rows.append(
            box.line(
                label,
                "×",
                lambda of, name=name: cell(  # type: ignore[misc]
                    answer(box.workspace, METRICS[name], of, other=against).figure, 2
                ),
                empty,
            )
        )
    cost = METRICS["ifad_cost_per_incremental_beneficiary"]
    rows.append(
        box.line(
            _("IFAD US$ per person added, on the corrected, cumulative basis"),
            "US$",
            lambda of: cell(answer(box.corrected, cost, of).figure, 2),
            empty,
        )
    )
    box.part(_("Each phase against %(phase)s") % {"phase": base.label or str(box.programme)}, rows)


def base_of(asked: Asked, shown: list[Phase]) -> Phase:
    """The phase that others are compared with: the one named in the filter bar, else the first."""
    chosen = asked.selection.against_phase
    return next((phase for phase in shown if chosen is not None and phase.pk == chosen.pk), shown[0])


__all__ = ["base_of", "build"]
