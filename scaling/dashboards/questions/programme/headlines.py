"""The four numbers on top of the Programme page."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programmes.models import Phase, Programme
from scaling import formats
from scaling.answers import Workspace, answer
from scaling.dashboards import phases as of_phases
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Headline
from scaling.metrics import METRICS
from scaling.metrics.figures import Figure

MOST = 4


def _compared(found: Figure, before: str, places: int = 1) -> tuple[str, str]:
    """`2.5 × phase II`, and the direction."""
    if found.value is None:
        return "", ""
    direction = "up" if found.value > 1 else "down" if found.value < 1 else ""
    text = _("%(factor)s × %(phase)s") % {"factor": formats.bounded(found, places), "phase": before}
    return text, direction


def build(asked: Asked, workspace: Workspace, programme: Programme, phases: list[Phase]) -> list[Headline]:
    """The last phase beside the one before, or the one to compare with; money always among them."""
    last = phases[-1] if phases else None
    chosen = asked.selection.against_phase
    before = next((one for one in phases[:-1] if chosen is not None and one.pk == chosen.pk), None)
    before = before or (phases[-2] if len(phases) > 1 else None)
    money = _money(workspace, programme, phases, before)
    found = [] if last is None else _reach(workspace, last, before)
    members = of_phases.members_headline(asked)
    if members is not None:
        found.insert(min(1, len(found)), members)
    return [*found[: MOST - len(money)], *money]


def _reach(workspace: Workspace, last: Phase, before: Phase | None) -> list[Headline]:
    other = workspace.of_phase(before) if before is not None else None
    label = before.label if before is not None else ""
    headlines = []
    reach = answer(workspace, METRICS["people_reached"], [last]).figure
    if reach.value is not None:
        value, unit = formats.people(reach.value)
        factor = answer(workspace, METRICS["beneficiary_scaling_factor"], [last], other=other).figure
        text, direction = _compared(factor, label) if label else ("", "")
        words = {
            "cumulative": _("People reached, cumulative"),
            "per_period": _("People reached"),
        }.get(reach.basis, _("People reached, basis not stated"))
        told = ("people_reached", "beneficiary_scaling_factor")
        headlines.append(Headline(words, value, unit, text, direction, formats.BOUND_SIGNS[reach.bound], metrics=told))
    coverage = answer(workspace, METRICS["coverage_districts"], [last]).figure
    if coverage.value is not None:
        factor = answer(workspace, METRICS["coverage_scaling_factor"], [last], other=other).figure
        text, direction = _compared(factor, label or _("at first"))
        unit = {"woreda": _("woreda"), "districts": _("districts")}.get(coverage.unit, coverage.unit)
        sign = formats.BOUND_SIGNS[coverage.bound]
        told = ("coverage_districts", "coverage_scaling_factor")
        value = formats.figure(coverage)
        headlines.append(Headline(_("Coverage"), value, unit, text, direction, sign, metrics=told))
    own = workspace.of_phase(last)
    for counted, label in (
        (own.result("organizations_created", "SHG"), _("Self-help groups")),
        (own.result("people_trained"), _("People trained")),
    ):
        if counted.value is not None:
            value, unit = formats.people(counted.value)
            headlines.append(Headline(label, value, unit, bound=formats.BOUND_SIGNS[counted.bound]))
    return headlines


def _money(workspace: Workspace, programme: Programme, phases: list[Phase], before: Phase | None) -> list[Headline]:
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
    now = answer(workspace, METRICS["leverage_ratio_design"], phases[-1:]).figure
    comparison = direction = ""
    earlier = None if before is None else answer(workspace, METRICS["leverage_ratio_design"], [before]).figure
    if before is not None and earlier is not None and earlier.value is not None and now.value is not None:
        comparison = _("from %(before)s in %(phase)s") % {
            "before": formats.bounded(earlier, 2),
            "phase": before.label,
        }
        direction = "up" if now.value > earlier.value else "down" if now.value < earlier.value else ""
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
            ""
            if ifad.value is None
            else _("IFAD %(amount)s · %(share)s %%")
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
