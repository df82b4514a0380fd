"""Pathway: who moved from bonding to aggregation to linkage, how long it takes, what was done (questions 8, 17;
domain study 4.9)."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from organizations.models import Kind
from scaling import figures, formats
from scaling.dashboards import behind, records
from scaling.dashboards.common import cell, counted
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Cell, Column, FigureCard, Headline, Note, Page, Table
from scaling.dashboards.questions.pathway import moves, steps, stocks, support
from scaling.dashboards.questions.pathway.stocks import Stock, share_of
from scaling.dashboards.registry import OF_ORGANIZATIONS, QuestionPage
from scaling.figures import Series
from scaling.metrics import alerts as rules
from scaling.metrics.cells import Pathway
from scaling.metrics.pathway import FORMED, STAGES
from scaling.register_sets import RegisterSet


def build(asked: Asked, page: Page) -> None:
    now = asked.now
    way = now.row("stage_share_linked").register.pathway
    found = stocks.stocks(asked)
    done = support.read(asked)
    legs = moves.legs(asked, way)
    page.answer = _answer(now, way, found, legs)
    page.headlines = _headlines(asked, way, done)
    page.figures = [
        moves.card(asked, legs).of("moved_forward_since_previous_round", "moved_back_since_previous_round"),
        stocks.over_rounds(asked, found).of(*(f"stage_share_{stage}" for stage in STAGES)),
        steps.curves(asked, way.times).of(*(f"months_from_{FORMED}_to_{stage}" for stage in STAGES[1:])),
        _by_kind(asked).of("stage_share_linked", "stage_share_linked_direct"),
        support.card(asked, done),
        stocks.changes(asked, found),
    ]
    page.tables = [
        moves.since_baseline(asked, way).of("moved_forward_since_opening", "moved_back_since_opening"),
        _by_area(asked),
        records.alert_table(
            asked,
            rules.AGGREGATED_EARLY,
            title=_("Alerts: aggregated before bonding"),
            caption=_("Open alerts of organizations that joined an apex before they were bonded"),
        ),
    ]
    behind.organizations(
        asked, page, "stage_share_linked", "moved_forward_since_previous_round", f"months_from_{FORMED}_to_linked"
    )
    page.left_out.append(
        Note(
            _(
                "Stages of supported organizations are not kept apart from those of the others: under the support the "
                "net changes of all are shown."
            )
        )
    )
    page.notes = [
        _("Bonded: the gate of an assessment or a facilitator's checklist. Aggregated: six months in an apex."),
        _("Linked: an agreement in force that is more than oral, its own or of an apex for its whole network."),
        _(
            "Out of order counts everybody who joined an apex or a partner before bonding, whatever came later; an "
            "alert is open only while one that joined an apex so is below the gate of bonding in its last assessment."
        ),
        _("Moves are those of organizations in the programme now; who left it is in no flow."),
        _("Times are Kaplan-Meier estimates: who is not there yet counts with the time taken so far."),
    ]


# --- the answer ------------------------------------------------------------------------------------------------------
def _answer(now: RegisterSet, way: Pathway, found: list[Stock], legs: list[moves.Leg]) -> str:
    active = sum(way.stages.values())
    if not active:
        return _("No active primary organization is on the register for this selection, so nobody is on the way.")
    linked = way.stages.get("linked", 0)
    text = ngettext(
        "Of %(active)s active primary organization %(linked)s is linked (%(share)s), %(aggregated)s aggregated, "
        "%(bonded)s bonded and %(forming)s not bonded yet.",
        "Of %(active)s active primary organizations %(linked)s are linked (%(share)s), %(aggregated)s aggregated, "
        "%(bonded)s bonded and %(forming)s not bonded yet.",
        active,
    ) % {
        "active": formats.number(active),
        "share": share_of(linked, active),
        **{stage: formats.number(way.stages.get(stage, 0)) for stage in STAGES},
    }
    parts = (text, _before(found), moves.sentence(legs), _out_of_order(way.out_of_order), behind.caveat(now))
    return " ".join(part for part in parts if part)


def _before(found: list[Stock]) -> str:
    earlier = next((stock for stock in found[:-1] if stock.active), None)
    if earlier is None:
        return ""
    return _("On %(day)s %(share)s were linked.") % {"day": formats.day(earlier.day), "share": earlier.share("linked")}


def _out_of_order(n: int) -> str:
    if not n:
        return ""
    return ngettext(
        "%(n)s joined an apex or a partner before it was bonded.",
        "%(n)s joined an apex or a partner before they were bonded.",
        n,
    ) % {"n": formats.number(n)}


# --- headlines -------------------------------------------------------------------------------------------------------
def _headlines(asked: Asked, way: Pathway, done: support.Support) -> list[Headline]:
    now = asked.now
    linked = now.figure("stage_share_linked")
    early = now.row("stages_out_of_order").outcome
    months = now.row(f"months_from_{FORMED}_to_linked").outcome
    direct, whole = way.linked_direct, way.stages.get("linked", 0)
    years = done.years
    return [
        Headline(
            _("Linked"),
            formats.share(linked) if linked.value is not None else "",
            comparison=_("%(direct)s by themselves, %(apex)s only through an apex")
            % {"direct": formats.number(direct), "apex": formats.number(max(whole - direct, 0))},
            null=formats.reason(linked.null_reason),
            note=_beside(asked),
            help=_("Share of active primary organizations with an agreement in force, their own or through an apex."),
            url=asked.organizations_url(tier="primary"),
            metrics=("stage_share_linked", "stage_share_linked_direct"),
        ),
        Headline(
            _("Half were linked after"),
            formats.bounded(months.figure) if months.figure.value is not None else "",
            unit=_("months"),
            null=formats.reason(months.figure.null_reason),
            note=_("%(reached)s got there, %(not_yet)s not yet")
            % {name: formats.number(part.value or 0) for name, part in months.components.items()},
            help=_("Months since formed (Kaplan-Meier); “≥” where half are not there yet."),
            metrics=(f"months_from_{FORMED}_to_linked",),
        ),
        Headline(
            _("Out of order"),
            formats.number(early.figure.value or 0),
            note=_("%(share)s of the active") % {"share": share_of(way.out_of_order, early.n or 0)},
            comparison=_("since they were formed, also those bonded later"),
            help=_("Joined an apex or a partner before bonding was confirmed; the rule is to bond first."),
            url="#alerts",
            metrics=("stages_out_of_order",),
        ),
        Headline(
            _("Interventions"),
            formats.number(done.total()) if years else "",
            null=_("none on record"),
            note=f"{years[0]}–{years[-1]}" if years else "",
            help=_("Bonding, bridging and brokering that began up to this date."),
        ),
    ]


def _beside(asked: Asked) -> str:
    if asked.beside is None:
        return ""
    return f"{asked.beside.sources[0].programme}: {formats.share(asked.beside.figure('stage_share_linked'))}"


# --- by kind and place -----------------------------------------------------------------------------------------------
def _parts(way: Pathway) -> dict[str, int]:
    """Stages, with who is linked by themselves told apart from who is through an apex only."""
    linked = way.stages.get("linked", 0)
    return {
        "direct": way.linked_direct,
        "apex": max(linked - way.linked_direct, 0),
        **{stage: way.stages.get(stage, 0) for stage in ("aggregated", "bonded", "forming")},
    }


def _part_names() -> dict[str, str]:
    return {
        "direct": _("linked by themselves"),
        "apex": _("linked through an apex only"),
        "aggregated": _("aggregated"),
        "bonded": _("bonded"),
        "forming": _("forming"),
    }


#: The colour of each part.
ROLES = {
    "direct": "linked",
    "apex": "linked-apex",
    "aggregated": "aggregated",
    "bonded": "bonded",
    "forming": "forming",
}


def _by_kind(asked: Asked) -> FigureCard:
    title = _("Direct or through an apex, by kind")
    rows = {
        kind: row.register.pathway
        for kind, row in asked.now.rows("stage_share_linked", "kind").items()
        if sum(row.register.pathway.stages.values())
    }
    labels = _part_names()
    ordered = sorted(rows, key=lambda kind: -sum(rows[kind].stages.values()))
    table = asked.table(
        "stages-by-kind",
        [Column(_("Kind")), *(Column(labels[part].capitalize(), numeric=True) for part in labels)],
        [
            [
                Cell(str(Kind(kind).label), url=asked.links.here(kind=kind)),
                *(counted(n) for n in _parts(rows[kind]).values()),
            ]
            for kind in ordered
        ],
        caption=_("Active primary organizations by kind and stage, direct linkages apart"),
        title=title,
    )
    if not asked.now.splits("kind"):
        empty = asked.not_split_by_kind()
        return FigureCard("kinds", title, "", table, None, span=5, empty=empty)
    if not ordered:
        empty = asked.missing("NOT_REPORTED", _("Active primary organizations"))
        return FigureCard("kinds", title, "", table, None, span=5, empty=empty)
    shown = ordered[:10]
    totals = {kind: sum(rows[kind].stages.values()) for kind in shown}
    series = [
        Series(
            labels[part],
            ROLES[part],
            [round(100 * _parts(rows[kind])[part] / totals[kind], 1) for kind in shown],
            [f"{formats.number(_parts(rows[kind])[part])} ({share_of(_parts(rows[kind])[part], totals[kind])})"
             for kind in shown],
            [asked.links.here(kind=kind) for kind in shown],
        )
        for part in labels
    ]  # fmt: skip
    names = [str(Kind(kind).label) for kind in shown]
    figure = figures.lying_bars(names, series, [formats.number(totals[kind]) for kind in shown])
    best = max(shown, key=lambda kind: Decimal(rows[kind].stages.get("linked", 0)) / totals[kind])
    reading = _("Linked most often: %(kind)s, %(share)s; %(direct)s of them by themselves.") % {
        "kind": Kind(best).label,
        "share": share_of(rows[best].stages.get("linked", 0), totals[best]),
        "direct": formats.number(rows[best].linked_direct),
    }
    subtitle = _("per cent of the active; their number at the end")
    return FigureCard("kinds", title, reading, table, figure, subtitle, 5, max(300, 130 + 40 * len(shown)))


def _by_area(asked: Asked) -> Table:
    names = asked.selection.area_names()
    shares = {stage: asked.now.rows(f"stage_share_{stage}", "area") for stage in STAGES}
    early = asked.now.rows("stages_out_of_order", "area")
    around = {area.parent for area in asked.selection.areas.values() if area.code in shares["linked"]}
    inner = {area.code for area in asked.selection.areas.values() if area.id not in around}
    areas = [area for area, row in shares["linked"].items() if row.outcome.n and area in inner]
    areas.sort(key=lambda area: -(shares["linked"][area].outcome.figure.value or Decimal(0)))
    return asked.table(
        "stages-by-place",
        [
            Column(_("Place")),
            Column(_("Active"), numeric=True),
            *(Column(stocks.per_cent(stage), numeric=True) for stage in STAGES),
            Column(_("Out of order"), numeric=True),
        ],
        [
            [
                Cell(names.get(area, area), url=asked.links.here(place=area)),
                counted(shares["linked"][area].outcome.n),
                *(cell(shares[stage][area].outcome.figure, 0) for stage in STAGES),
                cell(early[area].outcome.figure),
            ]
            for area in areas
        ],
        title=_("By place"),
        caption=_("Share of active primary organizations at each stage, by place"),
        subtitle=_("the most linked first") if areas else _("not split by place here"),
        folded=len(areas) > 12,
    )


PAGE = QuestionPage(
    name="pathway",
    title=gettext_lazy("Pathway"),
    question=gettext_lazy("Who moved from bonding to aggregation to linkage, and how long does each step take?"),
    icon="signpost-split",
    build=build,
    takes=OF_ORGANIZATIONS | {"beside"},
)
