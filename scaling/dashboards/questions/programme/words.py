"""What the Programme page says in words."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from programmes.models import Phase, Programme
from scaling import formats
from scaling.answers import Workspace, answer
from scaling.dashboards import phases as of_phases
from scaling.dashboards.frame import Asked
from scaling.dashboards.questions.programme.box import base_of
from scaling.metrics import METRICS
from scaling.metrics.figures import Figure


def answered(asked: Asked, workspace: Workspace, programme: Programme, shown: list[Phase]) -> str:
    """Money, reach and coverage, then members where organizations report them, then what is missing."""
    total = answer(workspace, METRICS["total_financing"], shown)
    parts = [_money(asked, workspace, programme, shown), of_phases.members(asked), of_phases.caveat(total)]
    return " ".join(part for part in parts if part)


def _money(asked: Asked, workspace: Workspace, programme: Programme, phases: list[Phase]) -> str:
    if not programme.is_ifad_financed:
        return _replication(workspace, phases)
    if len(phases) > 1:
        return _phases(asked, workspace, phases)
    total = answer(workspace, METRICS["total_financing"], phases).figure
    leverage = answer(workspace, METRICS["leverage_ratio_design"], phases).figure
    if total.value is None:
        return _("The financing of %(programme)s cannot be told: %(reason)s.") % {
            "programme": str(programme),
            "reason": formats.reason(total.null_reason),
        }
    if leverage.value is None:
        return _("%(programme)s brought together US$ %(total)s million; there is no leverage to tell (%(reason)s).") % {
            "programme": str(programme),
            "total": formats.bounded(total, 1),
            "reason": formats.reason(leverage.null_reason),
        }
    return _(
        "%(programme)s brought together US$ %(total)s million: for each dollar of IFAD others put in %(leverage)s."
    ) % {
        "programme": str(programme),
        "total": formats.bounded(total, 1),
        "leverage": formats.bounded(leverage, 2),
    }


def _replication(workspace: Workspace, phases: list[Phase]) -> str:
    funds = answer(workspace, METRICS["replication_funds"], phases).figure
    multiple = answer(workspace, METRICS["replication_multiple"], phases).figure
    if funds.value is None:
        return _("The funds that copy the model are not known.")
    if multiple.value is None:
        return _("Others commit US$ %(funds)s million to copy the model.") % {"funds": formats.bounded(funds, 0)}
    return _(
        "Others commit US$ %(funds)s million to copy the model: %(multiple)s times what IFAD put into the originals."
    ) % {"funds": formats.bounded(funds, 0), "multiple": formats.bounded(multiple, 1)}


def _phases(asked: Asked, workspace: Workspace, phases: list[Phase]) -> str:
    """The last phase against the first one, or against the one to compare with."""
    first, last = base_of(asked, phases), phases[-1]
    base = workspace.of_phase(first)
    phases = phases[phases.index(first) :]
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
