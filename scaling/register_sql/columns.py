"""Which sum over the organizations of a position makes which component.

A path names a component as `metrics.stored` does. `n`: what was seen now, `t`: at the opening, both of active
organizations only; `o`: the organization; `m`: membership of the family that it leads; `tv`: the date of the opening.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from scaling.metrics.cells import GROUPS, LOCAL, REAL, USD
from scaling.metrics.savings_credit import EXTERNAL_CREDIT, SAVINGS
from scaling.metrics.service_coverage import SERVED, SERVED_BESIDE_POOREST, SERVED_POOREST
from scaling.metrics.thresholds import Thresholds

#: What was seen now and then, as the sums name it.
_SEEN = re.compile(r"\b([nt])\.(\w+)")


@dataclass(frozen=True)
class Column:
    path: str
    aggregate: str

    def is_reported(self, then: frozenset[str], now: frozenset[str]) -> bool:
        """Whether everything that it looks at was reported by anybody; else it is zero everywhere."""
        return all(name in (now if side == "n" else then) for side, name in _SEEN.findall(self.aggregate))


@dataclass(frozen=True)
class Money:
    """The closing round's currency and what converts it; None where there is no rate."""

    currency: str
    per_dollar: Decimal | None
    deflator: Decimal | None


def columns(*, dimensions: Sequence[str], money: Money, limits: Thresholds) -> list[Column]:
    return [
        *_counts(),
        *_membership(),
        *(column for group in GROUPS for column in _group(group)),
        *_reach(),
        *_aggregation(),
        *_pathway(),
        *(column for number, name in enumerate(dimensions) for column in _scores(number, name, limits)),
        *_dependency(),
        *_amounts(money),
        *_ratios(money),
    ]


def _n(path: str, condition: str) -> Column:
    return Column(path, f"count(*) FILTER (WHERE {condition})")


def _sum(path: str, value: str, condition: str = "") -> Column:
    return Column(path, f"sum({value})" + (f" FILTER (WHERE {condition})" if condition else ""))


def _counts() -> Iterator[Column]:
    yield _n("due", "o.due")
    yield _n("reported", "o.due AND o.has_now")
    yield _n("active", "o.is_active")
    known = "o.is_primary AND num_nonnulls(n.kept_terms, n.changed_offices, n.gov_2) = 3"
    yield _n("entrenched|n", known)
    yield _n("entrenched|numerator", f"{known} AND n.kept_terms = 0 AND n.changed_offices = 0 AND n.gov_2 <= 3")
    yield _n("entrenched|denominator", known)


def _membership() -> Iterator[Column]:
    for name in ("then", "now"):
        yield _sum(f"membership|{name}|n", f"m.{name}_n")
        yield _sum(f"membership|{name}|total", f"m.{name}_total")
    for name, condition in (
        ("matched", "m.class = 'matched'"),
        ("zero_base", "m.class = 'matched' AND m.then_total = 0"),
        ("recalled", "m.class = 'matched' AND m.recalled"),
    ):
        yield _n(f"membership|{name}|n", condition)
        yield _sum(f"membership|{name}|then", "m.then_total", condition)
        yield _sum(f"membership|{name}|now", "m.now_total", condition)
    for name, side, condition in (
        ("revived", "now", "m.class = 'revived'"),
        ("new", "now", "m.class = 'new'"),
        ("lost", "then", "m.class = 'lost'"),
        ("late", "now", "m.class IN ('late', 'unseen')"),
        ("unseen", "then", "m.class = 'unseen'"),
    ):
        yield _n(f"membership|{name}|n", f"{condition} AND m.{side}_n > 0")
        yield _sum(f"membership|{name}|total", f"m.{side}_total", condition)


def _pair(path: str, condition: str, numerator: str, denominator: str) -> Iterator[Column]:
    yield _n(f"{path}|n", condition)
    yield _sum(f"{path}|numerator", numerator, condition)
    yield _sum(f"{path}|denominator", denominator, condition)


def _group(group: str) -> Iterator[Column]:
    root = f"groups|{group}"
    then = f"o.is_primary AND num_nonnulls(t.members, t.g_{group}) = 2"
    now = f"o.is_primary AND num_nonnulls(n.members, n.g_{group}) = 2"
    yield from _pair(f"{root}|then", then, f"t.g_{group}", "t.members")
    yield from _pair(f"{root}|now", now, f"n.g_{group}", "n.members")
    led = f"{now} AND num_nonnulls(n.leaders, n.l_{group}) = 2"
    yield from _pair(f"{root}|leaders", led, f"n.l_{group}", "n.leaders")
    yield from _pair(f"{root}|members", led, f"n.g_{group}", "n.members")
    panel = f"m.class = 'matched' AND m.then_total > 0 AND m.now_total > 0 AND m.told_{group}"
    for name, of in (("part", group), ("whole", "total")):
        yield _n(f"{root}|{name}|n", panel)
        yield _sum(f"{root}|{name}|then", f"m.then_{of}", panel)
        yield _sum(f"{root}|{name}|now", f"m.now_{of}", panel)


def _reach() -> Iterator[Column]:
    yield Column("reach|gross|n", "count(n.members)")
    yield Column("reach|gross|total", "sum(n.members)")
    direct = "NOT o.is_primary AND NOT o.is_association AND n.direct_members IS NOT NULL"
    yield _n("reach|direct|n", direct)
    yield _sum("reach|direct|total", "n.direct_members", direct)
    known = "o.is_primary AND num_nonnulls(n.members, o.second_share) = 2"
    yield _n("reach|overlap|n", known)
    yield _sum("reach|overlap|numerator", "n.members * o.second_share", known)
    yield _sum("reach|overlap|denominator", "n.members", known)
    yield _sum("reach|sampled", "n.members", f"{known} AND o.is_sampled")


def _aggregation() -> Iterator[Column]:
    active = "o.is_primary AND o.is_active"
    yield _n("aggregation|active", active)
    yield _n("aggregation|aggregated", f"{active} AND o.is_federated")
    yield _n("aggregation|fees_known", f"{active} AND o.fee_until IS NOT NULL")
    paid = f"{active} AND o.fee_until >= o.on_day"
    yield _n("aggregation|paid_up", paid)
    yield _n("aggregation|members|n", f"{active} AND n.members IS NOT NULL")
    yield _sum("aggregation|members|total", "n.members", active)
    yield _sum("aggregation|members_aggregated", "n.members", f"{active} AND o.is_federated")
    yield _sum("aggregation|members_paid_up", "n.members", paid)
    yield _n("structure|cut_apexes", "o.is_cut AND o.is_active AND NOT o.is_primary AND NOT o.is_association")


def _pathway() -> Iterator[Column]:
    active = "o.is_primary AND o.is_active"
    for stage in ("forming", "bonded", "aggregated", "linked"):
        yield _n(f"pathway|stages|{stage}", f"{active} AND o.stage = '{stage}'")
    yield _n("pathway|linked_direct", f"{active} AND o.linked_direct")
    yield _n("pathway|out_of_order", f"{active} AND o.out_of_order")


def _scores(number: int, name: str, limits: Thresholds) -> Iterator[Column]:
    root, then, now = f"scores|{name}", f"t.s_{number}", f"n.s_{number}"
    yield Column(f"{root}|then|n", f"count({then})")
    yield _sum(f"{root}|then|total", then)
    yield Column(f"{root}|now|n", f"count({now})")
    yield _sum(f"{root}|now|total", now)
    yield _n(f"{root}|disbanded", f"{then} IS NOT NULL AND o.status = 'disbanded'")
    both = f"num_nonnulls({then}, {now}) = 2"
    yield _n(f"{root}|other_scale", f"{both} AND t.scale <> n.scale")
    both = f"{both} AND t.scale = n.scale"
    change = f"({now} - {then})"
    yield _n(f"{root}|matched|n", both)
    yield _sum(f"{root}|matched|then", then, both)
    yield _sum(f"{root}|matched|now", now, both)
    yield _sum(f"{root}|differences", change, both)
    yield _sum(f"{root}|squares", f"{change} * {change}", both)
    yield _n(f"{root}|improved", f"{both} AND {change} >= {limits.improved}")
    yield _n(f"{root}|declined", f"{both} AND {change} <= -({limits.improved})")
    yield _n(f"{root}|satisfactory|n", both)
    yield _n(f"{root}|satisfactory|then", f"{both} AND {then} >= {limits.satisfactory}")
    yield _n(f"{root}|satisfactory|now", f"{both} AND {now} >= {limits.satisfactory}")


def _dependency() -> Iterator[Column]:
    yield _n("dependency|concentration|n", "o.is_active AND o.concentration IS NOT NULL")
    yield _sum("dependency|concentration|total", "o.concentration", "o.is_active")
    yield _n("dependency|concentrated", "o.is_active AND o.is_concentrated")
    yield _sum("dependency|renewals|n", "o.ended_agreements")
    yield _sum("dependency|renewals|numerator", "o.renewed_agreements")
    yield _sum("dependency|renewals|denominator", "o.ended_agreements")


def _priced(value: str, money: Money) -> Iterator[tuple[str, str, str]]:
    """(prices, currency, SQL of the value; NULL without a rate): as `metrics.amounts.priced`."""
    yield LOCAL, money.currency, value
    yield USD, "USD", _cents(value, money.per_dollar)
    yield REAL, money.currency, _cents(value, money.deflator)


def _cents(value: str, rate: Decimal | None) -> str:
    return f"round(({value}) / {rate}::numeric, 2)" if rate else "NULL::numeric"


def _key(measure: str, prices: str = "", currency: str = "") -> str:
    return f"{measure}/{prices}/{currency}"


def _amounts(money: Money) -> Iterator[Column]:
    for measure in (SAVINGS, EXTERNAL_CREDIT):
        known = f"n.m_{measure} IS NOT NULL" + (" AND o.is_primary" if measure == SAVINGS else "")
        then = {
            LOCAL: f"t.m_{measure}",
            USD: f"round(t.m_{measure} / tv.per_dollar, 2)",
            REAL: f"round(t.m_{measure} / tv.deflator, 2)",
        }
        for prices, currency, now in _priced(f"n.m_{measure}", money):
            key = _key(measure, prices, currency)
            yield _n(f"amounts|{key}|n", f"{known} AND {now} IS NOT NULL")
            yield _n(f"amounts|{key}|missing", f"{known} AND {now} IS NULL")
            yield _sum(f"amounts|{key}|total", now, known)
            both = f"{known} AND t.m_{measure} IS NOT NULL"
            if prices != USD:
                both += f" AND tv.currency = '{money.currency}'"
            priced = f"{both} AND {now} IS NOT NULL AND {then[prices]} IS NOT NULL"
            yield _n(f"comparable|{key}|n", priced)
            yield _n(f"comparable|{key}|missing", f"{both} AND num_nulls({now}, {then[prices]}) > 0")
            yield _sum(f"comparable|{key}|then", then[prices], priced)
            yield _sum(f"comparable|{key}|now", now, priced)


def _ratios(money: Money) -> Iterator[Column]:
    loans, cash, savings = "n.m_loans_outstanding", "n.m_loan_fund_cash", f"n.m_{SAVINGS}"
    profit = f"{cash} + {loans} + n.m_property_now - {savings} - n.m_property_start - n.m_debts"
    for name, part, whole, needed in (
        ("loan_fund_utilisation", loans, f"{loans} + {cash}", (loans, cash)),
        ("portfolio_at_risk", "n.m_late_loans", loans, ("n.m_late_loans", loans)),
        ("return_on_savings", profit, savings,
         (cash, loans, "n.m_property_now", savings, "n.m_property_start", "n.m_debts")),
    ):  # fmt: skip
        known = _all(needed)
        below = {prices: value for prices, _currency, value in _priced(whole, money)}
        for prices, currency, above in _priced(part, money):
            key = f"ratios|{_key(name, prices, currency)}"
            if above.startswith("NULL"):
                yield _n(f"{key}|missing", known)
                continue
            yield _n(f"{key}|n", known)
            yield _sum(f"{key}|numerator", above, known)
            yield _sum(f"{key}|denominator", below[prices], known)
    credit = f"n.m_{EXTERNAL_CREDIT}"
    yield from _pair(f"ratios|{_key('credit_linked_share')}", _all([credit]), f"({credit} > 0)::int", "1")
    attending = ("n.attending", "n.meetings", "n.eligible")
    yield from _pair(f"ratios|{_key('attendance_rate')}", _all(attending), "n.attending", "n.meetings * n.eligible")
    left = ("n.exited", "n.members")
    yield from _pair(f"ratios|{_key('retention_rate')}", _all(left), "n.exited", "n.members + n.exited")
    served = f"o.is_primary AND {_all(('n.served', 'n.members'))}"
    yield from _pair(f"ratios|{_key(SERVED)}", served, "n.served", "n.members")
    poorest = f"{served} AND {_all(('n.served_poorest', 'n.g_poorest'))}"
    yield from _pair(f"ratios|{_key(SERVED_POOREST)}", poorest, "n.served_poorest", "n.g_poorest")
    yield from _pair(f"ratios|{_key(SERVED_BESIDE_POOREST)}", poorest, "n.served", "n.members")


def _all(names: Iterable[str]) -> str:
    found = list(names)
    return f"num_nonnulls({', '.join(found)}) = {len(found)}"
