"""Savings, credit and the health of savings groups (SU-20 to SU-22; domain study 3.1 and 4.13, prices 4.11).

Savings are counted at the primary tier, external credit where it enters the network: who builds the components leaves
deposits upwards and loans inside the network out (I-12, I-13). Amounts of several currencies never add up; ask for US
dollars.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from scaling.metrics import figures as f
from scaling.metrics import register as r
from scaling.metrics.cells import LOCAL, REAL, USD, Change, Pair, Tally
from scaling.metrics.figures import Figure
from scaling.metrics.register import RegisterSubject, add_metric, register_metric
from scaling.metrics.registry import Outcome, gettext_noop

PER_CENT = "per cent"
SAVINGS = "savings"
EXTERNAL_CREDIT = "external_credit"


def cycled(savers: int, amount: Decimal, times: int) -> Decimal:
    """Savings of a cycle: members who save × what each saves at a time × how often."""
    return savers * amount * times


def profit(
    *, cash: Decimal, loans: Decimal, property_now: Decimal, savings: Decimal, property_start: Decimal, debts: Decimal
) -> Decimal:
    """Loan-fund cash + loans outstanding + property now - savings - property at the start - debts."""
    return cash + loans + property_now - savings - property_start - debts


def amount(subject: RegisterSubject, measure: str) -> tuple[Figure, int]:
    """The sum of a measure in the prices asked for, and how many organizations stand behind it."""
    tally, currency, reason = r.priced(subject.cell.amounts, measure, subject.prices, Tally())
    return (f.null(reason) if reason else r.summed(tally, currency)), tally.n


def _amount(measure: str) -> Callable[[RegisterSubject], Outcome]:
    def of_measure(subject: RegisterSubject) -> Outcome:
        figure, n = amount(subject, measure)
        return Outcome(figure, {measure: figure}, n=n)

    return of_measure


add_metric(
    _amount(SAVINGS),
    name="savings_mobilised",
    family="savings_credit",
    unit="money",
    formula="sum of savings of primary organizations",
    definition=gettext_noop("Members' own savings at the closing date or of the cycle, in the prices asked for."),
    components=(SAVINGS,),
    rests_on=r.ROUND,
    catalogue_code="SU-20",
    parameters=("prices",),
)
add_metric(
    _amount(EXTERNAL_CREDIT),
    name="external_credit_outstanding",
    family="savings_credit",
    unit="money",
    formula="sum of loans outstanding from outside the network",
    definition=gettext_noop("Credit that entered the network, where it entered, in the prices asked for."),
    components=(EXTERNAL_CREDIT,),
    rests_on=r.ROUND,
    catalogue_code="SU-21",
    parameters=("prices",),
)


@register_metric(
    family="savings_credit",
    unit="ratio",
    formula="external credit outstanding / savings",
    definition=gettext_noop("Credit from outside the network for one unit of members' savings."),
    components=(EXTERNAL_CREDIT, SAVINGS),
    rests_on=r.ROUND,
    catalogue_code="SU-22",
    parameters=("prices",),
)
def credit_to_savings(subject: RegisterSubject) -> Outcome:
    """Ratio of sums over the network, because credit may enter at an apex. UNIT_MISMATCH for two currencies."""
    credit, with_credit = amount(subject, EXTERNAL_CREDIT)
    savings, with_savings = amount(subject, SAVINGS)
    figure = f.divide(credit, savings, unit="ratio", same_unit=True)
    return Outcome(figure, {EXTERNAL_CREDIT: credit, SAVINGS: savings}, n=max(with_credit, with_savings))


@register_metric(
    family="savings_credit",
    unit=PER_CENT,
    formula="100 × savings / (savings + external credit outstanding)",
    definition=gettext_noop(
        "Members' own savings in all the money that organizations work with: 100 is no outside credit."
    ),
    components=(SAVINGS, EXTERNAL_CREDIT),
    rests_on=r.ROUND,
    catalogue_code="SU-22",
    parameters=("prices",),
)
def own_funds_share(subject: RegisterSubject) -> Outcome:
    """Over the sums of the network; null with the reason of whichever of the two is not known."""
    savings, with_savings = amount(subject, SAVINGS)
    credit, with_credit = amount(subject, EXTERNAL_CREDIT)
    parts = {SAVINGS: savings, EXTERNAL_CREDIT: credit}
    unknown = next((part.null_reason for part in (savings, credit) if part.value is None), "")
    if unknown:
        return Outcome(f.null(unknown, unit=PER_CENT), parts, n=max(with_savings, with_credit))
    figure = f.divide(savings, f.add([savings, credit]), unit=PER_CENT, times=100)
    return Outcome(figure, parts, n=max(with_savings, with_credit))


_PRICES = (
    ("nominal", LOCAL, gettext_noop("Growth in the currency itself, rising prices and all.")),
    ("usd", USD, gettext_noop("Growth in US dollars at the rates of the dates.")),
    ("real", REAL, gettext_noop("Growth at constant prices: the headline inside one country.")),
)


def _growth(measure: str, prices: str) -> Callable[[RegisterSubject], Outcome]:
    def growth(subject: RegisterSubject) -> Outcome:
        change, currency, reason = r.priced(subject.cell.comparable, measure, prices, Change())
        parts = {"then": r.count(change.then, currency), "now": r.count(change.now, currency)}
        none = f.MISSING_BASELINE if reason == f.NOT_REPORTED else reason
        return Outcome(f.null(none, unit=PER_CENT) if reason else r.growth(change), parts, n=change.n)

    return growth


for _measure, _short, _code in ((SAVINGS, "savings", "SU-20"), (EXTERNAL_CREDIT, "credit", "SU-21")):
    for _suffix, _kind, _words in _PRICES:
        add_metric(
            _growth(_measure, _kind),
            name=f"{_short}_growth_{_suffix}",
            family="savings_credit",
            unit=PER_CENT,
            formula="100 × (now - then) / then, matched organizations",
            definition=_words,
            components=("then", "now"),
            rests_on=r.MATCHED,
            catalogue_code=_code,
            needs_opening=True,
        )


def _ratio(measure: str, turned: bool, money: bool) -> Callable[[RegisterSubject], Outcome]:
    def of_sums(subject: RegisterSubject) -> Outcome:
        prices = subject.prices if money else ""
        pair, _currency, reason = r.priced(subject.cell.ratios, measure, prices, Pair())
        parts = {"part": r.count(pair.numerator), "whole": r.count(pair.denominator)}
        figure = f.null(reason, unit=PER_CENT) if reason else r.ratio(pair, PER_CENT, 100)
        if turned and figure.value is not None:
            figure = f.known(100 - figure.value, unit=PER_CENT)
        return Outcome(figure, parts, n=pair.n)

    return of_sums


#: name, whether it is 100 less the ratio, whether it is of money, formula, definition
_RATIOS = (
    (
        "loan_fund_utilisation",
        False,
        True,
        "100 × loans outstanding / (loans outstanding + loan-fund cash)",
        gettext_noop("The part of the loan fund that is lent out."),
    ),
    (
        "portfolio_at_risk",
        False,
        True,
        "100 × unpaid balance of late loans / loans outstanding",
        gettext_noop("The part of the loans outstanding that is late."),
    ),
    (
        "return_on_savings",
        False,
        True,
        "100 × profit / savings",
        gettext_noop(
            "Profit of the cycle on members' savings: loan fund and property now, less savings, property and debts."
        ),
    ),
    (
        "attendance_rate",
        False,
        False,
        "100 × attending / registered",
        gettext_noop("Members who attend, of those registered."),
    ),
    (
        "retention_rate",
        True,
        False,
        "100 × (1 - left / (members at the start + joined))",
        gettext_noop("Members who stayed, of those at the start and those who joined."),
    ),
    (
        "credit_linked_share",
        False,
        False,
        "100 × organizations with external credit / organizations that report it",
        gettext_noop("Share of organizations that have a loan from outside the network."),
    ),
)

for _name, _turned, _money, _formula, _definition in _RATIOS:
    add_metric(
        _ratio(_name, _turned, _money),
        name=_name,
        family="savings_credit",
        unit=PER_CENT,
        formula=_formula,
        definition=_definition,
        components=("part", "whole"),
        rests_on=r.ROUND,
        catalogue_code="SU-22" if _name == "credit_linked_share" else "",
        parameters=("prices",) if _money else (),
    )
