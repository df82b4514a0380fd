"""Leverage: what others put in for one dollar of IFAD's (domain study 4.11, SU-13 and SU-14).

Always a ratio of sums, over phases and programmes alike; a mean of ratios is not offered. A programme without an
anchor has no leverage ratio (I-14): NOT_APPLICABLE.
"""

from __future__ import annotations

from scaling.metrics import figures as f
from scaling.metrics.finance import COFINANCING, ifad
from scaling.metrics.registry import Outcome, gettext_noop, metric, register
from scaling.metrics.subjects import (
    BENEFICIARIES,
    DOMESTIC,
    DOMESTIC_FI,
    GOVERNMENT,
    INTERNATIONAL,
    Subject,
)


def _ratio(subject: Subject, stage: str, categories: frozenset[str] | None) -> Outcome:
    own = subject.own
    cofinancing = own.amount(classes=COFINANCING, stage=stage, categories=categories)
    parts = {"cofinancing": cofinancing, "ifad": ifad(own, stage)}
    if parts["ifad"].null_reason == f.NOT_APPLICABLE:
        return Outcome(f.null(f.NOT_APPLICABLE, unit="ratio"), parts)
    return Outcome(f.divide(cofinancing, parts["ifad"], unit="ratio"), parts)


_CATEGORIES = (
    (
        "design",
        None,
        gettext_noop("Co-financing agreed at design for one dollar of IFAD's, all other financiers together."),
    ),
    ("international", INTERNATIONAL, gettext_noop("International co-financing at design for one dollar of IFAD's.")),
    (
        "domestic",
        DOMESTIC,
        gettext_noop(
            "Domestic co-financing at design (governments, banks, companies, beneficiaries) for one dollar of IFAD's."
        ),
    ),
    ("government", GOVERNMENT, gettext_noop("Governments' co-financing at design for one dollar of IFAD's.")),
    ("beneficiaries", BENEFICIARIES, gettext_noop("Beneficiaries' contribution at design for one dollar of IFAD's.")),
    ("domestic_fi", DOMESTIC_FI, gettext_noop("Domestic banks' co-financing at design for one dollar of IFAD's.")),
)

for _suffix, _group, _definition in _CATEGORIES:
    register(
        name=f"leverage_ratio_{_suffix}",
        family="leverage",
        unit="ratio",
        formula="cofinancing / ifad",
        definition=_definition,
        components=("cofinancing", "ifad"),
        catalogue_code="SU-13",
        function=lambda subject, group=_group: _ratio(subject, "design", group),  # type: ignore[misc]
    )


@metric(
    family="leverage",
    unit="ratio",
    formula="cofinancing disbursed / ifad disbursed",
    definition=gettext_noop("Co-financing paid out so far for one dollar that IFAD has paid out."),
    components=("cofinancing", "ifad"),
    catalogue_code="SU-14",
)
def leverage_ratio_realised(subject: Subject) -> Outcome:
    return _ratio(subject, "disbursed", None)


@metric(
    family="leverage",
    unit="per cent",
    formula="100 × cofinancing disbursed / cofinancing agreed",
    definition=gettext_noop("The part of the agreed co-financing that has been paid out."),
    components=("disbursed", "agreed"),
    catalogue_code="SU-14",
)
def cofinancing_realisation(subject: Subject) -> Outcome:
    parts = {
        "disbursed": subject.own.amount(classes=COFINANCING, stage="disbursed"),
        "agreed": subject.own.amount(classes=COFINANCING, stage="design"),
    }
    return Outcome(f.divide(parts["disbursed"], parts["agreed"], unit="per cent", times=100), parts)
