"""Members who used a service, over the organizations that reported (SU-19; domain study 4.12)."""

from __future__ import annotations

from scaling.metrics import figures as f
from scaling.metrics import register as r
from scaling.metrics.cells import Pair
from scaling.metrics.figures import Figure
from scaling.metrics.register import RegisterSubject, register_metric
from scaling.metrics.registry import Outcome, gettext_noop

PER_CENT = "per cent"
SERVED = "served"
SERVED_POOREST = "served_poorest"
#: All members, over the organizations that report the poorest as well.
SERVED_BESIDE_POOREST = "served_beside_poorest"


def _pair(subject: RegisterSubject, name: str) -> tuple[Figure, Pair]:
    pair = subject.cell.ratios.get((name, "", ""), Pair())
    return r.ratio(pair, PER_CENT, 100), pair


@register_metric(
    family="service_coverage",
    unit=PER_CENT,
    formula="100 × members who used a service / members, organizations that reported",
    definition=gettext_noop("Share of members who used at least one service, over the organizations that reported it."),
    components=("served", "members"),
    rests_on=r.ROUND,
    catalogue_code="SU-19",
)
def service_coverage(subject: RegisterSubject) -> Outcome:
    """`n` of `n_due`: organizations that reported, of the active ones."""
    figure, pair = _pair(subject, SERVED)
    parts = {"served": r.count(pair.numerator, "members"), "members": r.count(pair.denominator, "members")}
    return Outcome(figure, parts, n=pair.n, n_due=subject.cell.aggregation.active)


@register_metric(
    family="service_coverage",
    unit="ratio",
    formula="coverage of the poorest / coverage of all members",
    definition=gettext_noop("1 means that the poorest are served as much as all members; below 1, less."),
    components=("coverage_of_poorest", "coverage_of_all"),
    rests_on=r.ROUND,
    catalogue_code="SU-19",
)
def poorest_coverage_parity(subject: RegisterSubject) -> Outcome:
    poorest, pair = _pair(subject, SERVED_POOREST)
    everybody, _all = _pair(subject, SERVED_BESIDE_POOREST)
    parts = {"coverage_of_poorest": poorest, "coverage_of_all": everybody}
    figure = f.divide(poorest, everybody, unit="ratio")
    return Outcome(figure, parts, n=pair.n, n_due=subject.cell.aggregation.active)
