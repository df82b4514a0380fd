"""What a rate or index must be, said in words; the database says the same (programmes/models/rates.py)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from programmes import currencies
from programmes.models import RateKind
from programmes.models.rates import FIRST_YEAR, LAST_YEAR
from programmes.texts import checked

PLACES = 10
#: Digits before the point.
WHOLE = 10


def errors_of(of: str, values: Mapping[str, Any], *, strict: bool = True) -> dict[str, list[str]]:
    """Errors by field of a row of `of` ("rates" or "prices") by itself. `strict`: an index names its base year."""
    found = {
        "currency": _currency(values.get("currency"), of),
        "source": _source(values),
    }
    today = datetime.date.today()
    if of == "rates":
        found["usd_per_unit"] = _amount(values.get("usd_per_unit"))
        found["kind"] = "" if values.get("kind") in RateKind.values else _("Say whether it is of a day or an average.")
        found["period_end"] = _period_end(values, today)
    else:
        found["index"] = _amount(values.get("index"))
        found["base_year"] = _base_year(values.get("base_year"), strict)
    found["date"] = _day(values.get("date"), today)
    return {name: [text] for name, text in found.items() if text}


def _currency(code: Any, of: str) -> str:
    if not code:
        return _("Name the currency by its three letters, such as ETB.")
    if not isinstance(code, str) or not currencies.is_known(code):
        return _("“%(code)s” is not a currency of ISO 4217; three letters such as ETB are expected.") % {
            "code": str(code)[:20]
        }
    if of == "rates" and code == currencies.DOLLAR:
        return _("Amounts in US dollars need no rate.")
    return ""


def _day(day: Any, today: datetime.date) -> str:
    if not isinstance(day, datetime.date):
        return _("Give the day, such as 2019-12-31.")
    if day > today:
        return _("%(day)s is in the future; a rate is known only afterwards.") % {"day": day.isoformat()}
    if day.year < FIRST_YEAR:
        return _("Give a day from %(year)s on.") % {"year": FIRST_YEAR}
    return ""


def _period_end(values: Mapping[str, Any], today: datetime.date) -> str:
    start, end = values.get("date"), values.get("period_end")
    if values.get("kind") != RateKind.PERIOD_AVERAGE:
        return "" if end is None else _("Only an average has a last day; leave it empty for the rate of a day.")
    if end is None:
        return _("Give the last day of the period that the average is of.")
    if end > today:
        return _("The period ends in the future; its average is known only afterwards.")
    if isinstance(start, datetime.date) and end <= start:
        return _("The last day must come after the first.")
    return ""


def _amount(value: Any) -> str:
    if value is None:
        return _("Give a number above 0.")
    if not isinstance(value, Decimal) or not value.is_finite() or value <= 0:
        return _("A number above 0 is expected, not %(value)s.") % {"value": str(value)[:30]}
    # Asked by magnitude first: a number of a million digits is not written out to be refused.
    if value.adjusted() >= WHOLE:
        return _("The number is too large to be meant.")
    if value.adjusted() < -PLACES or value.normalize().as_tuple().exponent < -PLACES:  # type: ignore[operator]
        return _("At most %(n)s digits after the point can be kept.") % {"n": PLACES}
    return ""


def _base_year(year: Any, strict: bool) -> str:
    if year is None:
        return _("Name the base year, in which prices count as 1.") if strict else ""
    if not isinstance(year, int) or not FIRST_YEAR <= year <= LAST_YEAR:
        return _("Give a year between %(first)s and %(last)s.") % {"first": FIRST_YEAR, "last": LAST_YEAR}
    return ""


def _source(values: Mapping[str, Any]) -> str:
    try:
        text = checked(str(values.get("source") or ""), "source", longest=200)
    except ValidationError as error:
        return " ".join(error.messages)
    if not text:
        return _("Name the source: who published it, and where.")
    return ""
