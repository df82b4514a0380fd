"""US dollars of IFAD, or of all financiers, for one person reached and the like (SU-24).

Money of a phase is per phase: it meets only counts per phase. A cumulative count needs the increment of the phase, or
the money of all phases so far.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from scaling.metrics import figures as f
from scaling.metrics import reach
from scaling.metrics.finance import ifad, total
from scaling.metrics.registry import Outcome, gettext_noop, register
from scaling.metrics.subjects import Components, Subject


def of_unit(figure: f.Figure, unit: str) -> f.Figure:
    """The figure if it counts `unit`, else UNIT_MISMATCH: groups that borrow are not persons (I-22)."""
    if figure.value is not None and figure.unit != unit:
        return f.null(f.UNIT_MISMATCH, unit=unit)
    return figure


def borrowing_persons(components: Components) -> f.Figure:
    kinds = components.results_of("borrowers")
    return of_unit(f.add(kinds.values()), "persons")


def _cumulative_money(amount: f.Figure) -> f.Figure:
    return amount if amount.value is None else replace(amount, basis=f.CUMULATIVE)


def _cumulative(subject: Subject, money: Callable[[Components], f.Figure]) -> tuple[f.Figure, f.Figure]:
    """Money of all phases so far and the cumulative count; a count on another basis is a mismatch."""
    people = reach.beneficiaries(subject.own)
    if people.value is not None and people.basis != f.CUMULATIVE:
        people = f.null(f.BASIS_MISMATCH, unit=people.unit)
    return _cumulative_money(money(subject.until or subject.own)), people


_MONEY = (
    ("ifad", ifad, gettext_noop("IFAD's US dollars")),
    ("total", total, gettext_noop("US dollars of all financiers")),
)

_COUNTS: tuple[tuple[str, Callable[[Subject], f.Figure]], ...] = (
    ("beneficiary", lambda s: reach.beneficiaries(s.own)),
    ("incremental_beneficiary", reach.incremental),
    ("borrower", lambda s: borrowing_persons(s.own)),
    ("person_trained", lambda s: s.own.result("people_trained")),
    ("wage_job", lambda s: s.own.result("wage_jobs_created")),
)

_DEFINITIONS = {
    ("ifad", "beneficiary"): gettext_noop(
        "IFAD's dollars for one person benefiting, the count taken as the source gives it."
    ),
    ("total", "beneficiary"): gettext_noop(
        "All dollars for one person benefiting, the count taken as the source gives it."
    ),
    ("ifad", "incremental_beneficiary"): gettext_noop(
        "IFAD's dollars of the phase for one person whom the phase added."
    ),
    ("total", "incremental_beneficiary"): gettext_noop("All dollars of the phase for one person whom the phase added."),
    ("ifad", "cumulative_beneficiary"): gettext_noop(
        "IFAD's dollars of all phases so far for one person reached so far."
    ),
    ("total", "cumulative_beneficiary"): gettext_noop(
        "All dollars of all phases so far for one person reached so far."
    ),
    ("ifad", "borrower"): gettext_noop("IFAD's dollars for one borrowing person."),
    ("total", "borrower"): gettext_noop("All dollars for one borrowing person."),
    ("ifad", "person_trained"): gettext_noop("IFAD's dollars for one person trained."),
    ("total", "person_trained"): gettext_noop("All dollars for one person trained."),
    ("ifad", "wage_job"): gettext_noop("IFAD's dollars for one wage job created."),
    ("total", "wage_job"): gettext_noop("All dollars for one wage job created."),
}


def _cost(
    money: Callable[[Components], f.Figure], count: Callable[[Subject], f.Figure], payer: str, counted: str
) -> Callable[[Subject], Outcome]:
    def cost(subject: Subject) -> Outcome:
        parts = {payer: money(subject.own), counted: count(subject)}
        return Outcome(f.divide(parts[payer], parts[counted], unit="US$"), parts)

    return cost


def _cumulative_cost(money: Callable[[Components], f.Figure], payer: str) -> Callable[[Subject], Outcome]:
    def cost(subject: Subject) -> Outcome:
        amount, people = _cumulative(subject, money)
        return Outcome(f.divide(amount, people, unit="US$"), {payer: amount, "beneficiaries": people})

    return cost


for _payer, _money, _words in _MONEY:
    for _counted, _count in _COUNTS:
        register(
            name=f"{_payer}_cost_per_{_counted}",
            family="unit_costs",
            unit="US$",
            formula=f"{_payer} / {_counted}",
            definition=_DEFINITIONS[_payer, _counted],
            components=(_payer, _counted),
            catalogue_code="SU-24",
            function=_cost(_money, _count, _payer, _counted),
        )
    register(
        name=f"{_payer}_cost_per_cumulative_beneficiary",
        family="unit_costs",
        unit="US$",
        formula=f"{_payer} of all phases so far / beneficiaries so far",
        definition=_DEFINITIONS[_payer, "cumulative_beneficiary"],
        components=(_payer, "beneficiaries"),
        catalogue_code="SU-24",
        function=_cumulative_cost(_money, _payer),
    )
