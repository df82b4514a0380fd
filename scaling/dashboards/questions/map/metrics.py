"""Metrics of organizations by place: what they are called in the filter, how their values are written."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from organizations.models.support import ServiceKind
from scaling import formats
from scaling.metrics import REGISTER_METRICS
from scaling.metrics.figures import Figure
from scaling.metrics.register import RegisterMetric

DEFAULT = "members_observed"
#: Their definitions say that they mislead when they stand alone.
NOT_ALONE = frozenset(
    {"membership_growth_naive", "savings_growth_nominal", "credit_growth_nominal"}
    | {name for name in REGISTER_METRICS if name.endswith("_completed_only")}
)
PER_CENT = ("per cent", "per cent per year")
#: Decimal places by unit; whole numbers otherwise.
PLACES = {"ratio": 2, "index": 2, "points": 2, "months": 1, "edges": 1, "partners": 1, "services": 1}

TITLES: dict[str, str | Promise] = {
    "members_observed": lazy("Members observed"),
    "members_baseline": lazy("Members at the baseline"),
    "members_estimate": lazy("Members, estimated where not observed"),
    "membership_change": lazy("Change of members"),
    "membership_growth_comparable": lazy("Comparable growth of members"),
    "membership_cagr": lazy("Growth of members a year"),
    "organic_growth": lazy("Growth inside organizations"),
    "organic_growth_without_zero_base": lazy("Growth inside organizations that had members"),
    "median_organization_growth": lazy("Median growth of organizations"),
    "growth_organic": lazy("Members who joined existing organizations"),
    "growth_new": lazy("Members of new organizations"),
    "growth_lost": lazy("Members of lost organizations"),
    "growth_late": lazy("Members seen late"),
    "growth_unseen": lazy("Members not seen now"),
    "gross_memberships": lazy("Memberships, counted at every level"),
    "net_memberships": lazy("Memberships, each counted once"),
    "net_persons": lazy("Persons reached"),
    "aggregation_ratio": lazy("Organizations in an apex"),
    "aggregation_ratio_by_members": lazy("Members whose organization is in an apex"),
    "aggregation_ratio_paid_up": lazy("Organizations in an apex and paid up"),
    "aggregation_ratio_paid_up_by_members": lazy("Members in an apex and paid up"),
    "organizations_without_apex": lazy("Organizations without an apex"),
    "apexes_without_members": lazy("Apexes without members"),
    "apexes_that_connect": lazy("Apexes on which others depend"),
    "network_depth": lazy("Depth of federations"),
    "mean_depth": lazy("Mean steps to the top"),
    "mean_span": lazy("Organizations in an apex, mean"),
    "multi_parent_share": lazy("Organizations in several apexes"),
    "partners_per_organization": lazy("Partners of an organization, mean"),
    "partners_per_organization_median": lazy("Partners of an organization, median"),
    "partners_per_organization_with_apex": lazy("Partners, own or through an apex, mean"),
    "partners_per_organization_with_apex_median": lazy("Partners, own or through an apex, median"),
    "services_per_organization": lazy("Services of an organization, mean"),
    "services_per_organization_median": lazy("Services of an organization, median"),
    "partner_concentration": lazy("Concentration on one buyer"),
    "dependent_share": lazy("Organizations that depend on one buyer"),
    "renewal_rate": lazy("Agreements renewed"),
    "elite_capture": lazy("Signs of elite capture"),
    "poorest_exit_ratio": lazy("Exits of the poorest against others"),
    "outcome_change_matched": lazy("Change of the rating, same organizations"),
    "outcome_change_cross_section": lazy("Change of the rating, all organizations"),
    "outcome_mean_score": lazy("Mean rating"),
    "share_improved": lazy("Organizations that improved"),
    "share_declined": lazy("Organizations that declined"),
    "share_improved_with_disbanded": lazy("Organizations that improved, ended ones counted"),
    "share_satisfactory": lazy("Organizations at a satisfactory level"),
    "share_satisfactory_then": lazy("Organizations at a satisfactory level then"),
    "round_coverage": lazy("Returns approved of those due"),
    "share_imputed": lazy("Estimated members that are imputed"),
    "survival_after_support": lazy("Still there two years after support"),
    "functional_survival_after_support": lazy("Still active two years after support"),
    "stage_share_forming": lazy("Stage: forming"),
    "stage_share_bonded": lazy("Stage: bonded"),
    "stage_share_aggregated": lazy("Stage: aggregated"),
    "stage_share_linked": lazy("Stage: linked"),
    "stage_share_linked_direct": lazy("Stage: linked by themselves"),
    "stages_out_of_order": lazy("Organizations that joined before bonding"),
    "months_from_formed_to_bonded": lazy("Months from formed to bonded"),
    "months_from_formed_to_aggregated": lazy("Months from formed to aggregated"),
    "months_from_formed_to_linked": lazy("Months from formed to linked"),
    "months_from_bonded_to_aggregated": lazy("Months from bonded to aggregated"),
    "months_from_aggregated_to_linked": lazy("Months from aggregated to linked"),
    "savings_mobilised": lazy("Savings mobilised"),
    "external_credit_outstanding": lazy("Credit from outside"),
    "credit_to_savings": lazy("Credit for one unit of savings"),
    "own_funds_share": lazy("Own funds"),
    "savings_growth_usd": lazy("Growth of savings in US dollars"),
    "savings_growth_real": lazy("Growth of savings at constant prices"),
    "credit_growth_usd": lazy("Growth of credit in US dollars"),
    "credit_growth_real": lazy("Growth of credit at constant prices"),
    "loan_fund_utilisation": lazy("Loan fund lent out"),
    "portfolio_at_risk": lazy("Portfolio at risk"),
    "return_on_savings": lazy("Return on savings"),
    "attendance_rate": lazy("Attendance"),
    "retention_rate": lazy("Members who stayed"),
    "credit_linked_share": lazy("Organizations with a loan from outside"),
    "service_coverage": lazy("Members who used a service"),
    "poorest_coverage_parity": lazy("Services: parity of the poorest"),
    "organizations_with_services": lazy("Organizations that offer a service"),
    "moved_forward_since_previous_round": lazy("Moved to a later stage since the round before"),
    "moved_back_since_previous_round": lazy("Moved back a stage since the round before"),
    "moved_forward_since_opening": lazy("Moved to a later stage since the baseline"),
    "moved_back_since_opening": lazy("Moved back a stage since the baseline"),
}
_OF_SERVICES = {
    "organizations_with_": lazy("Organizations with the service: %(service)s"),
    "members_offered_": lazy("Members with the service: %(service)s"),
    "poorest_offered_": lazy("The poorest against all with the service: %(service)s"),
}
_GROUPS = {
    "women": lazy("women"),
    "youth": lazy("youth"),
    "poorest": lazy("poorest"),
    "indigenous": lazy("indigenous people"),
    "disabled": lazy("people with a disability"),
}
_OF_GROUPS = {
    "share": lazy("Share of members: %(group)s"),
    "leadership_parity": lazy("Parity in leadership: %(group)s"),
    "share_drift": lazy("Drift of the share: %(group)s"),
    "share_of_growth": lazy("Share of the growth: %(group)s"),
}


def offered() -> list[RegisterMetric]:
    """Every metric that can stand alone, the default first, then by family as they are on the list."""
    known = [metric for name, metric in REGISTER_METRICS.items() if name not in NOT_ALONE]
    return sorted(known, key=lambda metric: metric.name != DEFAULT)


def title(metric: RegisterMetric) -> str:
    if metric.name in TITLES:
        return str(TITLES[metric.name])
    group, _line, what = metric.name.partition("_")
    if group in _GROUPS and what in _OF_GROUPS:
        return str(_OF_GROUPS[what]) % {"group": _GROUPS[group]}
    for begin, words in _OF_SERVICES.items():
        if metric.name.startswith(begin):
            return str(words) % {"service": ServiceKind(metric.name.removeprefix(begin)).label}
    return _(metric.definition).partition(".")[0]


def is_percent(metric: RegisterMetric) -> bool:
    return metric.unit in PER_CENT


def places(metric: RegisterMetric) -> int:
    return 1 if is_percent(metric) or metric.unit == "percentage points" else PLACES.get(metric.unit, 0)


def written(metric: RegisterMetric, figure: Figure) -> str:
    """A value with its unit where the number alone would not say it, or the reason why there is none."""
    if figure.value is None:
        return formats.reason(figure.null_reason)
    if is_percent(metric):
        return formats.share(figure, 1)
    text = formats.bounded(figure, places(metric))
    if metric.unit == "money" and figure.unit:
        return f"{text}\N{NO-BREAK SPACE}{figure.unit}"
    return text


__all__ = ["DEFAULT", "is_percent", "offered", "places", "title", "written"]
