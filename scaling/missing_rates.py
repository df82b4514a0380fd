"""Which exchange rates and price indices the data need and do not have.

A rate is missing for a day when the currency has none on or before it; the figures that rest on it say NO_RATE.
Transactions of linkages are counted in their own currency and need none.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, Min, OuterRef, Q

from indicators.models import Return, ReturnState, Round
from programmes import currencies
from programmes.models import ExchangeRate, FinancingLine, PriceIndex
from scaling.observations import MONEY

Day = datetime.date
RATE, INDEX, CURRENCY = "rate", "index", "currency"


@dataclass
class Missing:
    """A rate or index (`what`) of a currency for a day, and what waits for it by programme: how many lines, which
    rounds.

    CURRENCY stands for rounds whose amounts name no currency, so that no rate could help them.
    """

    what: str
    currency: str
    day: Day
    lines: dict[str, int] = field(default_factory=dict)
    rounds: dict[str, list[str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return currencies.name_of(self.currency)


def missing(user: Any) -> list[Missing]:
    """By currency and day, for the programmes that `user` may see. Four queries."""
    found: dict[tuple[str, str, Day], Missing] = {}

    def of(what: str, currency: str, day: Day) -> Missing:
        return found.setdefault((what, currency, day), Missing(what, currency, day))

    first = {RATE: _first(ExchangeRate), INDEX: _first(PriceIndex)}

    def lacks(what: str, currency: str, day: Day) -> bool:
        known = first[what].get(currency)
        return known is None or known > day

    for currency, day, programme in _lines(user):
        if lacks(RATE, currency, day):
            lines = of(RATE, currency, day).lines
            lines[programme] = lines.get(programme, 0) + 1
    for code, currency, day, programme in _rounds(user):
        if not currency:
            of(CURRENCY, currency, day).rounds.setdefault(programme, []).append(code)
            continue
        for what in (RATE, INDEX) if currency != currencies.DOLLAR else (INDEX,):
            if lacks(what, currency, day):
                of(what, currency, day).rounds.setdefault(programme, []).append(code)
    order = (RATE, CURRENCY, INDEX)
    return [found[key] for key in sorted(found, key=lambda key: (order.index(key[0]), key[1], key[2]))]


def _first(model: Any) -> dict[str, Day]:
    return dict(model.objects.order_by().values_list("currency").annotate(first=Min("date")))


def _lines(user: Any) -> Iterable[tuple[str, Day, str]]:
    """Amounts in another currency than the dollar, as reported or as corrected."""
    lines = FinancingLine.objects.visible_to(user).exclude(currency=currencies.DOLLAR)
    known = Q(amount__isnull=False) | Q(corrections__superseded_at__isnull=True, corrections__isnull=False)
    rows = lines.filter(known, value_date__isnull=False).order_by("pk").distinct()
    found = rows.values_list("pk", "currency", "value_date", "phase__programme__code")
    return [(currency, day, code) for _pk, currency, day, code in found if day is not None]


def _rounds(user: Any) -> Iterable[tuple[str, str, Day, str]]:
    """Rounds with approved amounts of money."""
    approved = Return.objects.filter(round=OuterRef("pk"), state=ReturnState.APPROVED)
    amounts = approved.filter(values__has_any_keys=list(MONEY.values()))
    rows = Round.objects.visible_to(user).filter(Exists(amounts))
    return rows.order_by("pk").values_list("code", "currency", "reference_date", "programme__code")
