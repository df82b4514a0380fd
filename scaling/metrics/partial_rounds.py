"""Rounds with gaps: coverage, and an estimate of totals that says how much of it is imputed (domain study 4.14).

Stored data are never imputed, and a single organization never gets an estimate. For a total, those missing are taken to
have changed like those seen:

    imputed = sum of last values of the missing × (sum now / sum at that date of those seen at both, with members then)

in the same kind and for the same date of the last value; a kind with few organizations seen borrows the ratio of all
kinds, because the ratio of two groups is chance.
"""

from __future__ import annotations

from decimal import Decimal

from scaling.metrics import figures as f
from scaling.metrics import register as r
from scaling.metrics.cells import Panel, total
from scaling.metrics.figures import Figure
from scaling.metrics.register import RegisterSubject, register_metric
from scaling.metrics.registry import Outcome, gettext_noop

PER_CENT = "per cent"
MEMBERS = "members"


def imputed(subject: RegisterSubject) -> tuple[Figure, int]:
    """Members of those missing, estimated, and for how many of them no estimate can be made.

    No estimate: no earlier value, an earlier value of zero, or nobody seen at both dates.
    """
    panels = subject.cell.estimates
    smallest = subject.thresholds.smallest_panel
    estimate, without = Decimal(0), 0
    for (_kind, date), panel in panels.items():
        if not panel.missing.n:
            continue
        seen = panel.seen
        if seen.n < smallest:
            seen = total((other.seen for (_other, day), other in panels.items() if day == date), lambda: Panel().seen)
        if not date or not seen.then or not panel.missing.total:
            without += panel.missing.n
            continue
        estimate += Decimal(panel.missing.total) * seen.now / seen.then
    return f.known(estimate, unit=MEMBERS), without


def _estimate(subject: RegisterSubject) -> tuple[dict[str, Figure], int]:
    """Observed, imputed and their sum; a lower bound where no estimate can be made for some."""
    observed = r.summed(subject.cell.membership.now, MEMBERS, f.NOT_SURVEYED)
    missing, without = imputed(subject)
    bound = f.Bound.LOWER if without else f.Bound.EXACT
    both = observed
    if observed.value is not None:
        both = f.add([observed, f.Figure(missing.value, unit=MEMBERS, bound=bound)])
    return {"observed": observed, "imputed": missing, "estimate": both}, without


def _share(parts: dict[str, Figure]) -> Figure:
    return f.divide(parts["imputed"], parts["estimate"], unit=PER_CENT, times=100)


@register_metric(
    family="partial_rounds",
    unit=PER_CENT,
    formula="100 × approved returns / returns due",
    definition=gettext_noop("Approved returns of the round, of those due."),
    components=("approved", "due"),
    rests_on=r.REGISTER,
)
def round_coverage(subject: RegisterSubject) -> Outcome:
    """NOT_APPLICABLE when none was due."""
    cell = subject.cell
    parts = {"approved": r.count(cell.reported, "returns"), "due": r.count(cell.due, "returns")}
    return Outcome(r.coverage(subject), parts, n=cell.reported, n_due=cell.due)


@register_metric(
    family="partial_rounds",
    unit=MEMBERS,
    formula="members observed + imputed members of those missing",
    definition=gettext_noop(
        "An estimate: members observed, and for active organizations without a return their last value moved like that "
        "of the others of their kind. Not shown when more than a fifth of it is imputed."
    ),
    components=("observed", "imputed", "estimate"),
    rests_on=r.REGISTER,
    catalogue_code="OP-06",
)
def members_estimate(subject: RegisterSubject) -> Outcome:
    """NOT_SURVEYED above the threshold of the share imputed, or when nobody was observed."""
    parts, without = _estimate(subject)
    cell = subject.cell
    figure = parts["estimate"]
    share = _share(parts).value
    if share is not None and share > subject.thresholds.most_imputed:
        figure = f.null(f.NOT_SURVEYED, unit=MEMBERS)
    elif parts["imputed"].value or without:
        figure = r.with_caveat(figure, r.ESTIMATE)
    return Outcome(figure, parts, n=cell.membership.now.n, n_due=cell.due)


@register_metric(
    family="partial_rounds",
    unit=PER_CENT,
    formula="100 × imputed / (observed + imputed)",
    definition=gettext_noop("The part of the estimated members that is imputed."),
    components=("observed", "imputed"),
    rests_on=r.REGISTER,
)
def share_imputed(subject: RegisterSubject) -> Outcome:
    parts, _without = _estimate(subject)
    return Outcome(_share(parts), parts, n=subject.cell.membership.now.n, n_due=subject.cell.due)
