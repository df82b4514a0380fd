"""Members without double counting (SU-03; domain study 4.2).

    gross           = sum of what every organization and apex reports
    net memberships = members of primary organizations, each once + individuals who belong to an apex directly
    net persons     = net memberships - second memberships of the same person among primary organizations

The reach of one apex is the same, of the register of everything below it (`observe.below`).
"""

from __future__ import annotations

from decimal import Decimal

from scaling.metrics import figures as f
from scaling.metrics import register as r
from scaling.metrics.figures import Figure
from scaling.metrics.register import RegisterSubject, register_metric
from scaling.metrics.registry import Outcome, gettext_noop

MEMBERSHIPS = "memberships"
PERSONS = "persons"


def _primary(subject: RegisterSubject) -> Figure:
    reason = f.NOT_SURVEYED if subject.cell.due else f.NOT_REPORTED
    return r.summed(subject.cell.aggregation.members, MEMBERSHIPS, reason)


def _direct(subject: RegisterSubject) -> Figure:
    return r.count(subject.cell.reach.direct.total, MEMBERSHIPS)


def _net(subject: RegisterSubject) -> Figure:
    primary, direct = _primary(subject), _direct(subject)
    if primary.value is None and not subject.cell.reach.direct.n:
        return primary
    return f.add([primary, direct])


@register_metric(
    family="net_reach",
    unit=MEMBERSHIPS,
    formula="sum of memberships reported by primary organizations and apexes",
    definition=gettext_noop("What a naive sum gives: members are counted again in every federation above them."),
    components=("gross",),
    rests_on=r.ROUND,
    catalogue_code="SU-03",
)
def gross_memberships(subject: RegisterSubject) -> Outcome:
    gross = subject.cell.reach.gross
    figure = r.summed(gross, MEMBERSHIPS)
    return Outcome(r.with_caveat(figure, r.NOT_COMPARABLE), {"gross": figure}, n=gross.n)


@register_metric(
    family="net_reach",
    unit=MEMBERSHIPS,
    formula="members of primary organizations + direct individual members of apexes",
    definition=gettext_noop("Memberships at the lowest tier, each organization once, whatever federations it is in."),
    components=("primary", "direct"),
    rests_on=r.ROUND,
    catalogue_code="SU-03",
)
def net_memberships(subject: RegisterSubject) -> Outcome:
    parts = {"primary": _primary(subject), "direct": _direct(subject)}
    return Outcome(_net(subject), parts, n=subject.cell.aggregation.members.n)


@register_metric(
    family="net_reach",
    unit=PERSONS,
    formula="net memberships - second memberships",
    definition=gettext_noop(
        "Persons: memberships less those that are a second one of the same person, known from a register of persons or "
        "a sample. Where neither covers all, only the range is told: from the largest kind of organization to all "
        "memberships, less the second ones that are known."
    ),
    components=("net_memberships", "second_memberships", "memberships_covered"),
    rests_on=r.ROUND,
    catalogue_code="SU-03",
)
def net_persons(subject: RegisterSubject) -> Outcome:
    reach = subject.cell.reach
    net, primary, n = _net(subject), _primary(subject), subject.cell.aggregation.members.n
    parts = {
        "net_memberships": net,
        "second_memberships": r.count(reach.overlap.numerator, MEMBERSHIPS),
        "memberships_covered": r.count(reach.overlap.denominator, MEMBERSHIPS),
    }
    if net.value is None:
        return Outcome(net.as_unit(PERSONS), parts, n=n)
    persons = f.Figure(net.value - reach.overlap.numerator, unit=PERSONS, bound=net.bound)
    if reach.overlap.denominator == (primary.value or 0):
        figure = r.with_caveat(persons, r.SAMPLED_OVERLAP) if reach.sampled else persons
        return Outcome(figure, parts, n=n, low=figure, high=figure)
    largest = min(max([*reach.by_kind.values(), reach.direct.total, Decimal(0)]), net.value - reach.overlap.numerator)
    return Outcome(f.null(f.NOT_REPORTED, unit=PERSONS), parts, n=n, low=f.known(largest, unit=PERSONS), high=persons)
