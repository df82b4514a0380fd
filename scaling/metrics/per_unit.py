"""Counts for one unit of another: people per district, groups per federation, jobs per centre.

They tell how dense a programme is and whether two counts can have the same basis (domain study 4.7, 4.15).
"""

from __future__ import annotations

from collections.abc import Callable

from scaling.metrics import figures as f
from scaling.metrics import reach
from scaling.metrics.coverage import districts
from scaling.metrics.registry import Outcome, gettext_noop, metric, register
from scaling.metrics.subjects import Components, Subject
from scaling.metrics.unit_costs import borrowing_persons, of_unit

Count = Callable[[Components], f.Figure]


def organizations(kind: str) -> Count:
    return lambda components: components.result("organizations_created", kind)


def counted(indicator: str) -> Count:
    return lambda components: components.result(indicator)


def enterprises(components: Components) -> f.Figure:
    """Small and medium, and micro and small enterprises together, if the two classes do not overlap."""
    return f.add([components.result("sme_operating"), components.result("mse_operating")])


COUNTS: dict[str, tuple[Count, str]] = {
    "beneficiaries": (reach.beneficiaries, "persons"),
    "subprojects": (counted("subprojects"), "subprojects"),
    "districts": (districts, "districts"),
    "shg": (organizations("SHG"), "SHG"),
    "vlc": (organizations("VLC"), "VLC"),
    "cmrc": (organizations("CMRC"), "CMRC"),
    "borrowers": (borrowing_persons, "persons"),
    "bac": (counted("bac_functioning"), "BAC"),
    "people_trained": (counted("people_trained"), "persons"),
    "bank_accounts": (counted("bank_accounts_operational"), "accounts"),
    "enterprises": (enterprises, "enterprises"),
    "wage_jobs": (counted("wage_jobs_created"), "jobs"),
}

_RATIOS = (
    (
        "beneficiaries_per_district",
        "beneficiaries",
        "districts",
        gettext_noop("People benefiting for one district covered."),
    ),
    ("subprojects_per_district", "subprojects", "districts", gettext_noop("Subprojects for one district covered.")),
    (
        "beneficiaries_per_subproject",
        "beneficiaries",
        "subprojects",
        gettext_noop("People benefiting for one subproject."),
    ),
    ("borrowers_per_shg", "borrowers", "shg", gettext_noop("Borrowing persons for one self-help group.")),
    ("shg_per_vlc", "shg", "vlc", gettext_noop("Self-help groups for one village-level committee.")),
    (
        "vlc_per_cmrc",
        "vlc",
        "cmrc",
        gettext_noop("Village-level committees for one community-managed resource centre."),
    ),
    ("shg_per_cmrc", "shg", "cmrc", gettext_noop("Self-help groups for one community-managed resource centre.")),
    ("shg_per_district", "shg", "districts", gettext_noop("Self-help groups for one district covered.")),
    ("bac_per_district", "bac", "districts", gettext_noop("Functioning business centres for one district covered.")),
    ("people_trained_per_bac", "people_trained", "bac", gettext_noop("People trained for one business centre.")),
    (
        "people_trained_per_district",
        "people_trained",
        "districts",
        gettext_noop("People trained for one district covered."),
    ),
    ("wage_jobs_per_bac", "wage_jobs", "bac", gettext_noop("Wage jobs for one business centre.")),
    ("wage_jobs_per_person_trained", "wage_jobs", "people_trained", gettext_noop("Wage jobs for one person trained.")),
    ("wage_jobs_per_enterprise", "wage_jobs", "enterprises", gettext_noop("Wage jobs for one operating enterprise.")),
    ("bank_accounts_per_enterprise", "bank_accounts", "enterprises", gettext_noop("Bank accounts for one enterprise.")),
)


def _per_unit(upper: str, lower: str) -> Callable[[Subject], Outcome]:
    unit = COUNTS[upper][1]

    def ratio(subject: Subject) -> Outcome:
        parts = {upper: COUNTS[upper][0](subject.own), lower: COUNTS[lower][0](subject.own)}
        return Outcome(f.divide(parts[upper], parts[lower], unit=unit), parts)

    return ratio


for _name, _upper, _lower, _definition in _RATIOS:
    register(
        name=_name,
        family="per_unit",
        unit=COUNTS[_upper][1],
        formula=f"{_upper} / {_lower}",
        definition=_definition,
        components=(_upper, _lower),
        function=_per_unit(_upper, _lower),
    )


@metric(
    family="per_unit",
    unit="enterprises",
    formula="small and medium + micro and small",
    definition=gettext_noop("Operating enterprises of both classes, if the two do not overlap."),
    components=("sme_operating", "mse_operating"),
)
def enterprises_operating(subject: Subject) -> Outcome:
    own = subject.own
    parts = {key: own.result(key) for key in ("sme_operating", "mse_operating")}
    return Outcome(enterprises(own), parts)


@metric(
    family="per_unit",
    unit="per cent",
    formula="100 × borrowing groups / self-help groups",
    definition=gettext_noop(
        "Self-help groups that have a loan. Where the source counts borrowing persons it cannot be told."
    ),
    components=("borrowing_groups", "shg"),
)
def credit_linked_shg_share(subject: Subject) -> Outcome:
    borrowing = f.add(subject.own.results_of("borrowers").values())
    parts = {"borrowing_groups": of_unit(borrowing, "organizations"), "shg": COUNTS["shg"][0](subject.own)}
    return Outcome(f.divide(parts["borrowing_groups"], parts["shg"], unit="per cent", times=100), parts)
