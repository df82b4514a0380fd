"""Financing by financier: agreed beside paid, and what came after design in a bar of its own."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from programmes.models import Phase
from scaling import figures, formats
from scaling.answers import answer
from scaling.dashboards import common
from scaling.dashboards.common import cell
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Cell, Column, Empty, FigureCard, Table
from scaling.dashboards.questions.finance import rates
from scaling.figures import Series
from scaling.metrics import METRICS
from scaling.metrics import figures as f
from scaling.metrics.crowd_in import CROWD_IN
from scaling.metrics.figures import Figure
from scaling.metrics.finance import ANCHOR, COFINANCING, MILLION, total
from scaling.metrics.subjects import rescaled

#: Programmes drawn where several are selected, the largest first; the table has all of them.
MOST = 6
AGREED, PAID, AFTER = "agreed", "paid", "after"
RATIOS = {AGREED: "leverage_ratio_design", PAID: "leverage_ratio_realised", AFTER: "crowd_in_ratio"}


@dataclass(frozen=True)
class Stack:
    """One bar: a phase (or a programme) at a stage. `parts`: US dollars by group of financiers."""

    of: str
    stage: str
    parts: dict[str, Figure]
    total: Figure
    ratio: Figure
    url: str

    @property
    def label(self) -> str:
        return f"{self.of} · {stages()[self.stage]}"


def stages() -> dict[str, str]:
    return {AGREED: _("agreed"), PAID: _("paid"), AFTER: _("after design")}


def chosen(asked: Asked) -> list[Phase]:
    """The phases whose money is told: the one selected, else all that carry figures."""
    workspace = asked.workspace
    if asked.selection.phase is not None:
        return [workspace.phases.get(asked.selection.phase.code, asked.selection.phase)]
    programmes = [workspace.programmes[one.code] for one in asked.selection.programmes]
    return [phase for one in programmes if one.is_ifad_financed for phase in workspace.phases_of(one)]


def groups(asked: Asked) -> list[tuple[str, list[Phase], str]]:
    """Label, phases and address of each group of bars: phases of one programme, or programmes, the largest first."""
    phases = chosen(asked)
    programmes = {one.pk: one for one in asked.selection.programmes}
    if len({phase.programme_id for phase in phases}) <= 1:
        return [
            (
                common.phase_label(phase.label) if phase.label else str(programmes[phase.programme_id]),
                [phase],
                "" if phase.is_aggregate else asked.links.here(phase=phase.code),
            )
            for phase in phases
        ]
    found: dict[int, list[Phase]] = {}
    for phase in phases:
        found.setdefault(phase.programme_id, []).append(phase)
    workspace = asked.workspace
    ordered = sorted(found, key=lambda pk: -(total(workspace.joined(found[pk])).value or Decimal(0)))
    return [
        (str(programmes[pk]), found[pk], asked.links.here(programme=programmes[pk].code)) for pk in ordered
    ]  # fmt: skip


def stacks(asked: Asked) -> list[Stack]:
    made = []
    workspace = asked.workspace
    for label, phases, url in groups(asked):
        components = workspace.joined(phases)
        for stage in (AGREED, PAID, AFTER):
            classes = CROWD_IN if stage == AFTER else ANCHOR | COFINANCING
            parts = {
                group: components.amount(
                    classes=classes,
                    stage="design" if stage == AGREED else "disbursed",
                    categories=categories,
                    attributed=stage == AFTER,
                )
                for group, categories in common.GROUPS.items()
            }
            whole = (
                components.amount(classes=CROWD_IN, stage="disbursed", attributed=True)
                if stage == AFTER
                else total(components, "design" if stage == AGREED else "disbursed")
            )
            ratio = answer(workspace, METRICS[RATIOS[stage]], phases).figure
            made.append(Stack(label, stage, parts, whole, ratio, url))
    return made


def table(asked: Asked, made: list[Stack]) -> Table:
    labels = common.group_labels()
    shown = [group for group in common.GROUPS if any(one.parts[group].value is not None for one in made)]
    return asked.table(
        "financing",
        [
            Column(_("Phase") if asked.selection.programme else _("Programme")),
            Column(_("Stage")),
            *(Column(labels[group], numeric=True) for group in shown),
            Column(_("Total"), numeric=True),
            Column(_("For one dollar of IFAD's"), numeric=True),
        ],
        [
            [
                Cell(one.of, url=one.url),
                Cell(stages()[one.stage]),
                *(cell(one.parts[group], 1, divisor=MILLION) for group in shown),
                cell(one.total, 1, divisor=MILLION),
                cell(one.ratio, 2),
            ]
            for one in made
        ],
        title=_("Who paid, agreed and realised"),
        caption=_("Financing by group of financiers, agreed and paid, and what came after design, US$ million"),
    )


def picture(asked: Asked, made: list[Stack]) -> FigureCard:
    title = _("Who paid, agreed and realised")
    behind = table(asked, made)
    drawn = [one for one in made if one.total.value is not None]
    kept = list(dict.fromkeys(one.of for one in drawn))[: MOST if asked.selection.programme is None else None]
    drawn = [one for one in drawn if one.of in kept]
    if not drawn:
        return FigureCard("financing", title, "", behind, None, span=12, empty=_nothing(asked, made))
    labels = common.group_labels()
    series = []
    for group in common.GROUPS:
        values = [one.parts[group] for one in drawn]
        if any(value.value is not None for value in values):
            series.append(
                Series(
                    labels[group],
                    group,
                    [None if v.value is None else float(v.value / MILLION) for v in values],
                    [formats.reason(v.null_reason) if v.value is None else formats.figure(v, 1, divisor=MILLION)
                     for v in values],
                    [one.url for one in drawn],
                )
            )  # fmt: skip
    sides = [
        _millions(one.total) + ("" if one.ratio.value is None else f" · {formats.bounded(one.ratio, 2)} ×")
        for one in drawn
    ]
    figure = figures.lying_bars([one.label for one in drawn], series, sides, axis=_("US$ million"))
    subtitle = _("US$ million; × for one dollar of IFAD's; what came after design is never inside leverage")
    height = max(300, 140 + 38 * len(drawn))
    return FigureCard("financing", title, _reading(drawn), behind, figure, subtitle, 12, height)


def _millions(found: Figure) -> str:
    """US$ million inside a sentence, with its bound."""
    return formats.bounded(rescaled(found, MILLION, "US$ million"), 1)


def _reading(drawn: list[Stack]) -> str:
    agreed = {one.of: one for one in drawn if one.stage == AGREED}
    paid = {one.of: one for one in drawn if one.stage == PAID}
    told = [
        _("%(of)s: US$ %(agreed)s million agreed, %(paid)s paid")
        % {
            "of": of,
            "agreed": _millions(agreed[of].total),
            "paid": _millions(paid[of].total),
        }
        for of in agreed
        if of in paid
    ]
    if told:
        return "; ".join(told[:3]) + "."
    largest = max(drawn, key=lambda one: one.total.value or Decimal(0))
    return _("The largest is %(of)s with US$ %(total)s million; what was paid is not reported.") % {
        "of": largest.of,
        "total": _millions(largest.total),
    }


def _nothing(asked: Asked, made: list[Stack]) -> Empty:
    reasons = [one.total.null_reason for one in made if one.stage == AGREED]
    reason = f.NO_RATE if f.NO_RATE in reasons else (reasons or [f.NOT_APPLICABLE])[0]
    if reason == f.NO_RATE:
        return rates.lacking(asked, reason, _("Amounts in US dollars"))
    programme = asked.selection.programme
    text = _("Amounts of financiers: %(reason)s.") % {"reason": formats.reason(reason)}
    if programme is None:
        first = asked.selection.programmes[0]
        return Empty(_("Not enough data"), text, str(first), reverse("scaling:programme", kwargs={"code": first.code}))
    return Empty(
        _("Not enough data"), text, str(programme), reverse("scaling:programme", kwargs={"code": programme.code})
    )
