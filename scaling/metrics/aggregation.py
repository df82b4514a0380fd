"""How many organizations are in a federation (SU-06; domain study 4.6). The base is the register, not the survey.

A place in an inter-professional association alone does not count: it unites professions, not organizations of one.
"""

from __future__ import annotations

from scaling.metrics import figures as f
from scaling.metrics import register as r
from scaling.metrics.register import RegisterSubject, register_metric
from scaling.metrics.registry import Outcome, gettext_noop

PER_CENT = "per cent"


@register_metric(
    family="aggregation",
    unit=PER_CENT,
    formula="100 × active primary organizations in an apex / active primary organizations",
    definition=gettext_noop("Share of active primary organizations that belong to an apex of any tier."),
    components=("aggregated", "active"),
    rests_on=r.REGISTER,
    catalogue_code="SU-06",
)
def aggregation_ratio(subject: RegisterSubject) -> Outcome:
    parts = subject.cell.aggregation
    figures = {"aggregated": r.count(parts.aggregated), "active": r.count(parts.active)}
    return Outcome(r.percent(parts.aggregated, parts.active), figures, n=parts.active, n_due=parts.active)


@register_metric(
    family="aggregation",
    unit=PER_CENT,
    formula="100 × members of primary organizations in an apex / members of primary organizations",
    definition=gettext_noop("Share of observed members whose organization belongs to an apex."),
    components=("members_aggregated", "members"),
    rests_on=r.ROUND,
    catalogue_code="SU-06",
)
def aggregation_ratio_by_members(subject: RegisterSubject) -> Outcome:
    parts = subject.cell.aggregation
    members = r.summed(parts.members, "members")
    figures = {"members_aggregated": r.count(parts.members_aggregated, "members"), "members": members}
    figure = f.divide(figures["members_aggregated"], members, unit=PER_CENT, times=100)
    return Outcome(figure, figures, n=parts.members.n, n_due=parts.active)


@register_metric(
    family="aggregation",
    unit=PER_CENT,
    formula="100 × active primary organizations in an apex whose fee is paid / active primary organizations",
    definition=gettext_noop("Share of active primary organizations in an apex to which they have paid their fee."),
    components=("paid_up", "active", "fees_known"),
    rests_on=r.REGISTER,
    catalogue_code="SU-06",
)
def aggregation_ratio_paid_up(subject: RegisterSubject) -> Outcome:
    """A lower bound where no fee is recorded for some of those in an apex; NOT_REPORTED where it is for none."""
    parts = subject.cell.aggregation
    figures = {
        "paid_up": r.count(parts.paid_up),
        "active": r.count(parts.active),
        "fees_known": r.count(parts.fees_known),
    }
    unknown = parts.aggregated - parts.fees_known
    if parts.aggregated and not parts.fees_known:
        figure = f.null(f.NOT_REPORTED, unit=PER_CENT)
    else:
        paid = f.known(parts.paid_up, bound=f.Bound.LOWER if unknown else f.Bound.EXACT)
        figure = f.divide(paid, figures["active"], unit=PER_CENT, times=100)
    return Outcome(figure, figures, n=parts.active - unknown, n_due=parts.active)


@register_metric(
    family="aggregation",
    unit=PER_CENT,
    formula="100 × members of organizations whose fee is paid / members of primary organizations",
    definition=gettext_noop("The paid-up share, weighted by members."),
    components=("members_paid_up", "members"),
    rests_on=r.ROUND,
    catalogue_code="SU-06",
)
def aggregation_ratio_paid_up_by_members(subject: RegisterSubject) -> Outcome:
    parts = subject.cell.aggregation
    members = r.summed(parts.members, "members")
    figures = {"members_paid_up": r.count(parts.members_paid_up, "members"), "members": members}
    if parts.aggregated and not parts.fees_known:
        figure = f.null(f.NOT_REPORTED, unit=PER_CENT)
    else:
        bound = f.Bound.LOWER if parts.aggregated > parts.fees_known else f.Bound.EXACT
        paid = f.known(parts.members_paid_up, unit="members", bound=bound)
        figure = f.divide(paid, members, unit=PER_CENT, times=100)
    return Outcome(figure, figures, n=parts.members.n, n_due=parts.active)
