"""Crowd-in and replication: what came after design, and what others spend to copy the model (SU-15, SU-16)."""

from __future__ import annotations

from scaling.metrics import figures as f
from scaling.metrics.finance import COFINANCING, REPLICATION, ifad
from scaling.metrics.registry import Outcome, gettext_noop, metric
from scaling.metrics.subjects import Subject

CROWD_IN = frozenset({"crowd_in"})


def _attributed(subject: Subject) -> f.Figure:
    return subject.own.amount(classes=CROWD_IN, stage="disbursed", attributed=True)


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
