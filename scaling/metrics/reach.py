"""People reached (OP-01). Counts that the source makes cumulative are never added up over phases."""

from __future__ import annotations

from scaling.metrics import figures as f
from scaling.metrics.registry import Outcome, gettext_noop, metric
from scaling.metrics.subjects import Components, Subject


def beneficiaries(components: Components) -> f.Figure:
    return components.result("beneficiaries")


def incremental(subject: Subject) -> f.Figure:
    """Beneficiaries that this phase added: a cumulative count less that of the phase before.

    A count per period is its own increment. BASIS_MISMATCH when the source does not state the basis.
    """
    now = beneficiaries(subject.own)
    if now.value is None or now.basis == f.PER_PERIOD:
        return now
    if now.basis != f.CUMULATIVE:
        return f.null(f.BASIS_MISMATCH, unit=now.unit)
    before = f.known(0, unit=now.unit, basis=now.basis)
    if not subject.is_first:
        before = beneficiaries(subject.previous) if subject.previous else f.null(f.MISSING_BASELINE)
    added = f.subtract(now, before)
    if added.value is None:
        return added
    return f.Figure(added.value, unit=added.unit, basis=f.PER_PERIOD, bound=added.bound, caveats=added.caveats)


@metric(
    family="reach",
    unit="persons",
    formula="beneficiaries",
    definition=gettext_noop(
        "People who benefit. Of cumulative counts the last one is taken; where the source does not say whether "
        "phases are cumulative, no total over phases is given."
    ),
    components=("beneficiaries",),
    catalogue_code="OP-01",
)
def people_reached(subject: Subject) -> Outcome:
    figure = beneficiaries(subject.own)
    return Outcome(figure, {"beneficiaries": figure})


@metric(
    family="reach",
    unit="persons",
    formula="beneficiaries - beneficiaries of the phase before",
    definition=gettext_noop("People whom the phase added to those reached before."),
    components=("beneficiaries", "beneficiaries_before"),
)
def beneficiaries_incremental(subject: Subject) -> Outcome:
    parts = {"beneficiaries": beneficiaries(subject.own)}
    if subject.previous is not None:
        parts["beneficiaries_before"] = beneficiaries(subject.previous)
    return Outcome(incremental(subject).as_unit("persons"), parts)


@metric(
    family="reach",
    unit="persons",
    formula="borrowing individuals + borrowing groups (refused)",
    definition=gettext_noop("Borrowers. Persons and groups are never added up."),
    components=("borrowers",),
)
def borrowers_total(subject: Subject) -> Outcome:
    kinds = subject.own.results_of("borrowers")
    figure = f.add(kinds.values())
    return Outcome(figure, {f"borrowers_{kind}" if kind else "borrowers": value for kind, value in kinds.items()})
