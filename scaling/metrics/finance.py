"""Financing: totals and the anchor's share. Amounts are US dollars; totals are told in millions."""

from __future__ import annotations

from scaling.metrics import figures as f
from scaling.metrics.registry import Outcome, gettext_noop, metric
from scaling.metrics.subjects import Components, Subject, rescaled

MILLION = 1_000_000
ANCHOR = frozenset({"anchor"})
COFINANCING = frozenset({"cofinancing"})
REPLICATION = frozenset({"replication"})


def ifad(components: Components, stage: str = "design") -> f.Figure:
    """The anchor's amount in US$ at a stage.

    A programme that has no anchor line at all is not one of IFAD's: NOT_APPLICABLE.
    """
    if not components.has("anchor"):
        return f.null(f.NOT_APPLICABLE, unit="US$")
    return components.amount(classes=ANCHOR, stage=stage)


def total(components: Components, stage: str = "design") -> f.Figure:
    """Anchor and co-financing in US$ at a stage; crowd-in and replication are never in it (I-11, I-14)."""
    if not (components.has("anchor") or components.has("cofinancing")):
        return f.null(f.NOT_APPLICABLE, unit="US$")
    return components.amount(classes=ANCHOR | COFINANCING, stage=stage)


@metric(
    family="finance",
    unit="US$ million",
    formula="ifad + cofinancing",
    definition=gettext_noop(
        "All financing at design, IFAD's and the others'. What replicates the model elsewhere is not in it. "
        "An amount that is not reported makes it a lower bound."
    ),
    components=("ifad", "cofinancing"),
)
def total_financing(subject: Subject) -> Outcome:
    own = subject.own
    parts = {"ifad": ifad(own), "cofinancing": own.amount(classes=COFINANCING, stage="design")}
    return Outcome(rescaled(total(own), MILLION, "US$ million"), parts)


@metric(
    family="finance",
    unit="US$ million",
    formula="ifad",
    definition=gettext_noop("IFAD's own loans and grants at design."),
    components=("ifad",),
)
def ifad_financing(subject: Subject) -> Outcome:
    amount = ifad(subject.own)
    return Outcome(rescaled(amount, MILLION, "US$ million"), {"ifad": amount})


@metric(
    family="finance",
    unit="per cent",
    formula="100 × ifad / total",
    definition=gettext_noop("IFAD's part of all financing at design."),
    components=("ifad", "total"),
)
def ifad_share(subject: Subject) -> Outcome:
    parts = {"ifad": ifad(subject.own), "total": total(subject.own)}
    return Outcome(f.divide(parts["ifad"], parts["total"], unit="per cent", times=100), parts)


@metric(
    family="finance",
    unit="US$ million",
    formula="replication",
    definition=gettext_noop(
        "What others commit to copy the model elsewhere. It is shown beside leverage, never inside it."
    ),
    components=("replication",),
)
def replication_funds(subject: Subject) -> Outcome:
    own = subject.own
    amount = (
        own.amount(classes=REPLICATION, stage="design")
        if own.has("replication")
        else f.null(f.NOT_APPLICABLE, unit="US$")
    )
    return Outcome(rescaled(amount, MILLION, "US$ million"), {"replication": amount})
