"""Money, ratios of sums, partners and services of one organization, as components (domain study 4.11 to 4.13)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from scaling.metrics.cells import LOCAL, REAL, USD, Change, Dependency, Offered, Pair, Priced, Tally
from scaling.metrics.dependency import concentration
from scaling.metrics.records import PROVIDERS, Observed, Rates, Record
from scaling.metrics.savings_credit import EXTERNAL_CREDIT, SAVINGS, profit
from scaling.metrics.service_coverage import SERVED, SERVED_BESIDE_POOREST, SERVED_POOREST
from scaling.metrics.thresholds import Thresholds

CENT = Decimal("0.01")
Day = datetime.date


def _cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


def priced(value: Decimal, currency: str, day: Day, rates: Rates) -> Iterator[tuple[str, str, Decimal | None]]:
    """(prices, currency, value to the cent): local, US dollars of the day, prices of the base year.

    The value is None where there is no rate; a dollar is a dollar.
    """
    rate = Decimal(1) if currency == "USD" else rates.per_dollar.get((currency, day))
    prices = rates.deflator.get((currency, day))
    yield LOCAL, currency, value
    yield USD, "USD", _cents(value / rate) if rate else None
    yield REAL, currency, _cents(value / prices) if prices else None


def money_of(
    record: Record, on: Day, opens: Day | None, rates: Rates
) -> tuple[dict[Priced, Tally], dict[Priced, Change], dict[Priced, Pair]]:
    """Amounts now, the same of both dates where both are known, and ratios of sums."""
    now, then = record.seen(on), record.seen(opens)
    amounts: dict[Priced, Tally] = {}
    comparable: dict[Priced, Change] = {}
    for measure in (SAVINGS, EXTERNAL_CREDIT):
        if now is None or measure not in now.money or (measure == SAVINGS and not record.is_primary):
            continue
        values = {(prices, unit): value for prices, unit, value in priced(now.money[measure], now.currency, on, rates)}
        for (prices, unit), value in values.items():
            amounts[measure, prices, unit] = Tally(missing=1) if value is None else Tally(1, value)
        if then is None or opens is None or measure not in then.money:
            continue
        for prices, unit, before in priced(then.money[measure], then.currency, opens, rates):
            after = values.get((prices, unit))
            if (prices, unit) not in values:
                continue
            both = Change(missing=1) if before is None or after is None else Change(1, before, after)
            comparable[measure, prices, unit] = both
    return amounts, comparable, ({} if now is None else _ratios(record, now, on, rates))


def _ratios(record: Record, now: Observed, on: Day, rates: Rates) -> dict[Priced, Pair]:
    found: dict[Priced, Pair] = {}
    for name, (part, whole) in _money_ratios(now).items():
        wholes = {(prices, unit): value for prices, unit, value in priced(whole, now.currency, on, rates)}
        for prices, unit, value in priced(part, now.currency, on, rates):
            below = wholes[prices, unit]
            found[name, prices, unit] = Pair(missing=1) if value is None or below is None else Pair(1, value, below)
    if EXTERNAL_CREDIT in now.money:
        found["credit_linked_share", "", ""] = Pair(1, int(now.money[EXTERNAL_CREDIT] > 0), 1)
    if now.attending is not None and now.registered is not None:
        found["attendance_rate", "", ""] = Pair(1, now.attending, now.registered)
    if "" in now.exits:
        found["retention_rate", "", ""] = Pair(1, *now.exits[""])
    if record.is_primary and now.served is not None and now.members is not None:
        found[SERVED, "", ""] = Pair(1, now.served, now.members)
        if now.served_poorest is not None and "poorest" in now.groups:
            found[SERVED_POOREST, "", ""] = Pair(1, now.served_poorest, now.groups["poorest"])
            found[SERVED_BESIDE_POOREST, "", ""] = Pair(1, now.served, now.members)
    return found


def _money_ratios(now: Observed) -> dict[str, tuple[Decimal, Decimal]]:
    money = now.money
    found: dict[str, tuple[Decimal, Decimal]] = {}
    if {"loans_outstanding", "loan_fund_cash"} <= money.keys():
        loans = money["loans_outstanding"]
        found["loan_fund_utilisation"] = loans, loans + money["loan_fund_cash"]
    if {"late_loans", "loans_outstanding"} <= money.keys():
        found["portfolio_at_risk"] = money["late_loans"], money["loans_outstanding"]
    needed = ("loan_fund_cash", "loans_outstanding", "property_now", SAVINGS, "property_start", "debts")
    if set(needed) <= money.keys():
        cash, loans, property_now, savings, property_start, debts = (money[name] for name in needed)
        found["return_on_savings"] = (
            profit(
                cash=cash,
                loans=loans,
                property_now=property_now,
                savings=savings,
                property_start=property_start,
                debts=debts,
            ),
            savings,
        )
    return found


def dependency(record: Record, on: Day, opens: Day | None, limits: Thresholds) -> Dependency:
    """Partners and services of an active primary organization; sales by buyer and agreements of any tier."""
    ended = [
        link
        for link in record.linkages
        if opens is not None and link.direct and link.end is not None and opens < link.end <= on
    ]
    renewals = Pair(len(ended), sum(link.renewed for link in ended), len(ended))
    if not record.is_active(on):
        return Dependency(renewals=renewals)
    index = concentration(record.sales.values())
    found = Dependency(
        concentration=Tally() if index is None else Tally(1, index),
        concentrated=int(index is not None and index > limits.concentration),
        renewals=renewals,
    )
    if not record.is_primary:
        return found
    in_force = [link for link in record.linkages if link.holds(on)]
    return found + Dependency(
        partners={len({link.partner for link in in_force if link.direct}): 1},
        partners_any={len({link.partner for link in in_force}): 1},
        services={len({service.kind for service in record.services if service.holds(on)}): 1},
        offered=_offered(record, on),
    )


def _offered(record: Record, on: Day) -> dict[str, Offered]:
    """Each kind of service once, from the nearest provider."""
    nearest: dict[str, str] = {}
    for service in record.services:
        if service.holds(on):
            known = nearest.get(service.kind, service.provider)
            nearest[service.kind] = min(known, service.provider, key=PROVIDERS.index)
    seen = record.seen(on)
    members = None if seen is None else seen.members
    poorest = None if seen is None or members is None else seen.groups.get("poorest")
    return {
        kind: Offered(
            own=int(provider == "own"),
            apex=int(provider == "apex"),
            partner=int(provider == "partner"),
            members=members or 0,
            poorest=poorest or 0,
            beside=0 if poorest is None else members or 0,
        )
        for kind, provider in nearest.items()
    }
