"""Which organizations offer which service, and members who used one (SU-18, SU-19; domain study 4.12)."""

from __future__ import annotations

from collections.abc import Callable

from scaling.metrics import figures as f
from scaling.metrics import register as r
from scaling.metrics.cells import Offered, Pair
from scaling.metrics.figures import Figure
from scaling.metrics.records import PROVIDERS
from scaling.metrics.register import RegisterSubject, add_metric, register_metric
from scaling.metrics.registry import Outcome, gettext_noop

PER_CENT = "per cent"
SERVED = "served"
SERVED_POOREST = "served_poorest"
#: Kinds of service, as the register knows them.
SERVICES = (
    "inputs",
    "output_markets",
    "finance",
    "insurance",
    "technology",
    "information",
    "natural_resources",
    "representation",
)
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


@register_metric(
    family="service_coverage",
    unit=PER_CENT,
    formula="100 × organizations that offer a service / active primary organizations",
    definition=gettext_noop("Share of active primary organizations whose members get at least one service."),
    components=("offering", "organizations"),
    rests_on=r.REGISTER,
    catalogue_code="SU-18",
)
def organizations_with_services(subject: RegisterSubject) -> Outcome:
    found = subject.cell.dependency.services
    active = sum(found.values())
    offering = active - found.get(0, 0)
    parts = {
        "offering": r.count(offering, "organizations"),
        "organizations": r.count(active, "organizations"),
    }
    return Outcome(r.percent(offering, active), parts, n=active)


def _offered(subject: RegisterSubject, kind: str) -> Offered:
    return subject.cell.dependency.offered.get(kind, Offered())


def _organizations(kind: str) -> Callable[[RegisterSubject], Outcome]:
    def organizations_offering(subject: RegisterSubject) -> Outcome:
        found, active = _offered(subject, kind), subject.cell.aggregation.active
        counts = {provider: getattr(found, provider) for provider in PROVIDERS}
        parts = {provider: r.count(n, "organizations") for provider, n in counts.items()}
        return Outcome(r.percent(sum(counts.values()), active), parts, n=active)

    return organizations_offering


def _members(kind: str) -> Callable[[RegisterSubject], Outcome]:
    def members_offered(subject: RegisterSubject) -> Outcome:
        found, members = _offered(subject, kind), subject.cell.aggregation.members
        parts = {"offered": r.count(found.members, "members"), "members": r.summed(members, "members")}
        figure = f.divide(r.count(found.members), parts["members"], unit=PER_CENT, times=100)
        return Outcome(figure, parts, n=members.n, n_due=subject.cell.aggregation.active)

    return members_offered


def _poorest(kind: str) -> Callable[[RegisterSubject], Outcome]:
    def poorest_offered(subject: RegisterSubject) -> Outcome:
        found = _offered(subject, kind)
        group = subject.cell.groups.get("poorest")
        now = Pair() if group is None else group.now
        known = now.n > 0
        parts = {
            "offered": r.count(found.poorest, "members"),
            "poorest": r.count(now.numerator, "members") if known else f.null(f.NOT_REPORTED, unit="members"),
            "members_offered_there": r.count(found.beside, "members"),
            "members_there": r.count(now.denominator, "members"),
        }
        figure = f.divide(parts["offered"], parts["poorest"], unit=PER_CENT, times=100)
        return Outcome(figure, parts, n=now.n, n_due=subject.cell.aggregation.active)

    return poorest_offered


for _kind in SERVICES:
    add_metric(
        _organizations(_kind),
        name=f"organizations_with_{_kind}",
        family="service_coverage",
        unit=PER_CENT,
        formula="100 × (own + apex + partner) / active primary organizations",
        definition=gettext_noop(
            "Share of active primary organizations whose members get this service: from the organization itself, an "
            "apex or a partner, each organization once, under the nearest of them."
        ),
        components=PROVIDERS,
        rests_on=r.REGISTER,
        catalogue_code="SU-18",
    )
    add_metric(
        _members(_kind),
        name=f"members_offered_{_kind}",
        family="service_coverage",
        unit=PER_CENT,
        formula="100 × members of organizations that offer it / members of organizations that reported",
        definition=gettext_noop("Share of members whose organization offers this service, whether they use it or not."),
        components=("offered", "members"),
        rests_on=r.ROUND,
        catalogue_code="SU-19",
    )
    add_metric(
        _poorest(_kind),
        name=f"poorest_offered_{_kind}",
        family="service_coverage",
        unit=PER_CENT,
        formula="100 × the poorest in organizations that offer it / the poorest in organizations that reported them",
        definition=gettext_noop(
            "Share of the poorest members whose organization offers this service; beside it, all members of the same "
            "organizations."
        ),
        components=("offered", "poorest", "members_offered_there", "members_there"),
        rests_on=r.ROUND,
        catalogue_code="SU-19",
    )
