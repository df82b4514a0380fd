"""Finance: what did one IFAD dollar bring, from whom, agreed against paid; what do members save, and how much credit do
savings draw? (questions 13, 14 and the money of 18)"""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programmes.models import Phase
from scaling import formats
from scaling.answers import answer
from scaling.dashboards import behind, common
from scaling.dashboards.common import cell
from scaling.dashboards.frame import Asked, NotEnoughData
from scaling.dashboards.page import Cell, Column, FigureCard, Headline, Page, Table
from scaling.dashboards.questions.finance import financing, rates, savings
from scaling.dashboards.registry import OF_ORGANIZATIONS, QuestionPage
from scaling.metrics import METRICS
from scaling.metrics import figures as f
from scaling.metrics.figures import Figure

DESIGN, REALISED, CROWD_IN = "leverage_ratio_design", "leverage_ratio_realised", "crowd_in_ratio"


def build(asked: Asked, page: Page) -> None:
    if not asked.selection.programmes:
        asked.reading  # noqa: B018  says what to do next
    phases = financing.chosen(asked)
    figures = {name: answer(asked.workspace, METRICS[name], phases).figure for name in (DESIGN, REALISED, CROWD_IN)}
    made = financing.stacks(asked)
    page.figures = [financing.picture(asked, made).of(DESIGN, REALISED, CROWD_IN)]
    saved = _savings(asked, page)
    chip = common.freshness(asked.workspace, phases)
    if chip not in page.chips:
        page.chips.insert(0, chip)
    page.answer = " ".join(part for part in (*_money(asked, phases, figures), saved) if part)
    page.headlines = _headlines(asked, phases, figures)
    page.tables = [_phases(asked, made)]
    if any(one.null_reason == f.NO_RATE for one in _all(asked, made)):
        page.left_out += rates.notes(asked)
    page.notes = [
        _("Leverage counts co-financing of the design; what came after it, and copies of the model, stand beside it."),
        _("Savings are counted at the lowest tier, credit where it enters the network: nothing is counted twice."),
    ]
    if any(asked.selection[name] for name in ("kind", "tier", "place", "apex", "round")):
        page.notes.append(_("Financing is told of whole phases; kind, tier, place and round do not narrow it."))


def _savings(asked: Asked, page: Page) -> str:
    """Cards, chips and the sentence of organizations; a programme without rounds has financing alone."""
    try:
        page.figures += [card.of(*savings.SHOWN[card.id]) for card in savings.cards(asked)]
    except NotEnoughData as lack:
        title = _("Savings, and the credit that they draw")
        page.figures.append(FigureCard("savings", title, "", None, None, span=12, empty=lack.empty))
        return ""
    behind.organizations(asked, page, "savings_mobilised", "external_credit_outstanding", "credit_to_savings")
    ratio = asked.now.figure("credit_to_savings")
    if ratio.value is None:
        return _("How much credit savings draw: %(reason)s.") % {"reason": formats.reason(ratio.null_reason)}
    growth = asked.now.figure("savings_growth_real")
    facts = {"ratio": formats.bounded(ratio, 2), "growth": formats.change(growth, 0)}
    if growth.value is None:
        return _("Each unit that members save goes with %(ratio)s of credit from outside.") % facts
    return _(
        "Savings changed by %(growth)s in constant prices; each unit goes with %(ratio)s of credit from outside."
    ) % facts  # fmt: skip


def _all(asked: Asked, made: list[financing.Stack]) -> list[Figure]:
    found = [one.total for one in made] + [part for one in made for part in one.parts.values()]
    if asked.selection.programmes:
        try:
            found += [asked.now.figure(name) for name in (savings.SAVED, savings.BORROWED, "savings_growth_real")]
        except NotEnoughData:
            return found
    return found


# --- the answer ------------------------------------------------------------------------------------------------------
def _money(asked: Asked, phases: list[Phase], figures: dict[str, Figure]) -> list[str]:
    design, realised, crowd_in = figures[DESIGN], figures[REALISED], figures[CROWD_IN]
    if design.value is None:
        return [
            _("What one dollar of IFAD's brought cannot be told: %(reason)s.")
            % {"reason": formats.reason(design.null_reason)}
        ]
    facts = {"design": formats.bounded(design, 2), "paid": formats.bounded(realised, 2)}
    if realised.value is None:
        parts = [
            _("For one dollar of IFAD's, others agreed to put in %(design)s; what was paid is not reported.") % facts
        ]
    else:
        parts = [_("For one dollar of IFAD's, others agreed to put in %(design)s and have paid %(paid)s.") % facts]
    if crowd_in.value is not None:
        parts.append(_("After design %(ratio)s more came in for each.") % {"ratio": formats.bounded(crowd_in, 2)})
    return parts


# --- headlines -------------------------------------------------------------------------------------------------------
def _headlines(asked: Asked, phases: list[Phase], figures: dict[str, Figure]) -> list[Headline]:
    workspace = asked.workspace
    total = answer(workspace, METRICS["total_financing"], phases).figure
    ifad = answer(workspace, METRICS["ifad_financing"], phases).figure
    paid = answer(workspace, METRICS["cofinancing_realisation"], phases).figure
    return [
        Headline(
            _("Financing agreed"),
            formats.figure(total, 1),
            unit=_("US$ million"),
            bound=formats.BOUND_SIGNS[total.bound],
            comparison="" if ifad.value is None else _("IFAD: %(n)s million") % {"n": formats.bounded(ifad, 1)},
            null=formats.reason(total.null_reason),
            help=_("IFAD's and the others' at design; copies of the model are not in it."),
            metrics=("total_financing", "ifad_financing"),
        ),
        _ratio(_("Leverage agreed"), DESIGN, figures[DESIGN], _("Co-financing agreed for one dollar of IFAD's.")),
        _ratio(
            _("Leverage realised"),
            REALISED,
            figures[REALISED],
            _("Co-financing paid for one dollar that IFAD has paid."),
            "" if paid.value is None else _("%(share)s of what was agreed is paid") % {"share": formats.share(paid)},
        ),
        _ratio(
            _("Crowd-in after design"),
            CROWD_IN,
            figures[CROWD_IN],
            _("New investment through linkages, the part credited to the programme, for one dollar that IFAD paid."),
        ),
    ]


def _ratio(label: str, metric: str, found: Figure, help_: str, note: str = "") -> Headline:
    return Headline(
        label,
        formats.figure(found, 2),
        unit="×" if found.value is not None else "",
        bound=formats.BOUND_SIGNS[found.bound],
        null=formats.reason(found.null_reason),
        help=help_,
        note=note,
        metrics=(metric,),
    )


# --- phase by phase --------------------------------------------------------------------------------------------------
def _phases(asked: Asked, made: list[financing.Stack]) -> Table:
    columns: dict[str, tuple[str, int]] = {
        "total_financing": (_("Financing, US$ million"), 1),
        "leverage_ratio_design": (_("Leverage agreed"), 2),
        "leverage_ratio_realised": (_("Leverage realised"), 2),
        "people_reached": (_("People reached"), 0),
        "ifad_cost_per_incremental_beneficiary": (_("IFAD dollars for one more person"), 2),
        "financing_scaling_factor": (_("Financing, times the phase before"), 2),
    }
    workspace = asked.workspace
    rows = []
    previous: list[Phase] | None = None
    for label, phases, url in financing.groups(asked):
        other = workspace.joined(previous) if previous is not None and len(phases) == 1 else None
        found = {
            name: answer(workspace, METRICS[name], phases, other=other if name.endswith("_factor") else None).figure
            for name in columns
        }
        rows.append([Cell(label, url=url), *(cell(found[name], places) for name, (_l, places) in columns.items())])
        previous = phases if len(asked.selection.programmes) == 1 else None
    return asked.table(
        "phases",
        [
            Column(_("Phase") if asked.selection.programme else _("Programme")),
            *(Column(text, numeric=True) for text, _places in columns.values()),
        ],
        rows,
        title=_("Phase by phase") if asked.selection.programme else _("Programme by programme"),
        caption=_("Financing, leverage, reach and cost of each phase or programme"),
    ).of(*columns)


PAGE = QuestionPage(
    name="finance",
    title=gettext_lazy("Finance"),
    question=gettext_lazy("What did each IFAD dollar bring, and how much do members save and borrow?"),
    icon="cash-coin",
    build=build,
    takes=OF_ORGANIZATIONS | {"prices", "basis"},
)
