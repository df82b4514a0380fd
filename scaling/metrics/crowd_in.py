"""Crowd-in and replication: what came after design, and what others spend to copy the model (SU-15, SU-16)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from scaling.metrics import figures as f
from scaling.metrics.finance import COFINANCING, MILLION, REPLICATION, ifad
from scaling.metrics.registry import Outcome, gettext_noop, metric, register
from scaling.metrics.subjects import DOMESTIC_FI, GOVERNMENT, Subject, rescaled

CROWD_IN = frozenset({"crowd_in"})
COMPANIES = frozenset({"private_company"})


def attributed(amount: Decimal, share: Decimal) -> Decimal:
    """The part credited to one of several programmes that share the credit; `share` is per cent (4.11)."""
    return amount * share / 100


def new_credit(disbursed: Decimal, rolled_over: Decimal) -> Decimal:
    """Bank credit without the same loan paid out again: a roll-over brings nothing new (4.11, "not leverage")."""
    return disbursed - rolled_over


def _attributed(subject: Subject, categories: frozenset[str] | None = None) -> f.Figure:
    return subject.own.amount(classes=CROWD_IN, stage="disbursed", categories=categories, attributed=True)


def _from(categories: frozenset[str]) -> Callable[[Subject], Outcome]:
    def crowd_in_from(subject: Subject) -> Outcome:
        amount = _attributed(subject, categories)
        return Outcome(rescaled(amount, MILLION, "US$ million"), {"crowd_in": amount})

    return crowd_in_from


for _name, _categories, _definition in (
    (
        "banks",
        DOMESTIC_FI,
        gettext_noop("New credit of domestic banks after design, the part credited to this programme."),
    ),
    (
        "companies",
        COMPANIES,
        gettext_noop("Investment of companies after design, the part credited to this programme."),
    ),
    (
        "government",
        GOVERNMENT,
        gettext_noop("Public programmes that converge after design, the part credited to this programme."),
    ),
):
    register(
        name=f"crowd_in_{_name}",
        family="crowd_in",
        unit="US$ million",
        formula="crowd-in × attribution share",
        definition=_definition,
        components=("crowd_in",),
        catalogue_code="SU-15",
        function=_from(_categories),
    )


@metric(
    family="crowd_in",
    unit="ratio",
    formula="crowd-in × attribution share / ifad disbursed",
    definition=gettext_noop(
        "Investment that came after design through linkages, the part credited to this programme, for one dollar "
        "that IFAD has paid out."
    ),
    components=("crowd_in", "ifad"),
    catalogue_code="SU-15",
)
def crowd_in_ratio(subject: Subject) -> Outcome:
    parts = {"crowd_in": _attributed(subject), "ifad": ifad(subject.own, "disbursed")}
    return Outcome(f.divide(parts["crowd_in"], parts["ifad"], unit="ratio"), parts)


@metric(
    family="crowd_in",
    unit="ratio",
    formula="(cofinancing disbursed + crowd-in) / ifad disbursed",
    definition=gettext_noop("Realised co-financing and crowd-in together for one dollar that IFAD has paid out."),
    components=("cofinancing", "crowd_in", "ifad"),
    catalogue_code="SU-15",
)
def total_mobilised_ratio(subject: Subject) -> Outcome:
    parts = {
        "cofinancing": subject.own.amount(classes=COFINANCING, stage="disbursed"),
        "crowd_in": _attributed(subject),
        "ifad": ifad(subject.own, "disbursed"),
    }
    mobilised = f.add([parts["cofinancing"], parts["crowd_in"]])
    return Outcome(f.divide(mobilised, parts["ifad"], unit="ratio"), parts)


@metric(
    family="crowd_in",
    unit="ratio",
    formula="replication / ifad of the programmes whose model is copied",
    definition=gettext_noop(
        "What others commit to copy the model, for one dollar of IFAD's in the programmes it was copied from. "
        "Never part of a leverage ratio."
    ),
    components=("replication", "ifad_of_originals"),
    catalogue_code="SU-16",
)
def replication_multiple(subject: Subject) -> Outcome:
    own = subject.own
    parts = {
        "replication": (
            own.amount(classes=REPLICATION, stage="design") if own.has("replication") else f.null(f.NOT_APPLICABLE)
        ),
        "ifad_of_originals": ifad(subject.originals) if subject.originals else f.null(f.NOT_APPLICABLE),
    }
    return Outcome(f.divide(parts["replication"], parts["ifad_of_originals"], unit="ratio"), parts)
