"""Dates as people write them, with how exactly they are known. What can be read in two ways is asked, never guessed."""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from organizations.lists.texts import clean, normal
from organizations.models.organizations import Precision
from programmes.digits import latin_digits, shown
from programmes.spreadsheets import Cell

DMY, MDY = "dmy", "mdy"
EARLIEST, LATEST = 1850, 2200
_MONTHS = {
    "en": "january february march april may june july august september october november december",
    "fr": "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "ar": "يناير فبراير مارس ابريل مايو يونيو يوليو اغسطس سبتمبر اكتوبر نوفمبر ديسمبر",
    "levant": "كانون_الثاني شباط اذار نيسان ايار حزيران تموز اب ايلول تشرين_الاول تشرين_الثاني كانون_الاول",
    "maghreb": "جانفي فيفري مارس افريل ماي جوان جويلية اوت سبتمبر اكتوبر نوفمبر ديسمبر",
}
_SHORT = "jan feb mar apr may jun jul aug sep oct nov dec janv fevr avr juil sept ene abr ago dic"
_SHORT_NUMBERS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 4, 7, 9, 1, 4, 8, 12)
MONTHS: dict[str, int] = {
    **dict(zip(_SHORT.split(), _SHORT_NUMBERS, strict=True)),
    **{
        normal(word.replace("_", " ")): number
        for line in _MONTHS.values()
        for number, word in enumerate(line.split(), start=1)
    },
}


class Unreadable(ValueError):
    """A text that is no date; `str()` is the sentence for the person who wrote it."""


class TwoWays(ValueError):
    """Day and month may be exchanged, and nothing says which is which."""


@dataclass(frozen=True)
class Written:
    """All days that a text may mean: one day, a month or a year."""

    first: datetime.date
    last: datetime.date
    precision: str


def read(value: Cell, order: str = "") -> Written | None:
    """A cell as a date; None for an empty one. `order` is DMY or MDY. Raises Unreadable or TwoWays."""
    if isinstance(value, datetime.datetime):
        value = value.date()
    if isinstance(value, datetime.date):
        return _day(value.year, value.month, value.day, str(value))
    if value is None or (isinstance(value, str) and not clean(value)):
        return None
    if isinstance(value, bool | float):
        raise _unreadable(str(value))
    return _number(value) if isinstance(value, int) else _text(value, order)


def evident_order(values: Iterable[Cell]) -> str:
    """DMY or MDY when a day above 12 shows it and none shows the contrary; else empty."""
    found = set()
    for value in values:
        parts = _parts(value) if isinstance(value, str) else None
        if parts and 31 >= parts[0] > 12 >= parts[1]:
            found.add(DMY)
        elif parts and 31 >= parts[1] > 12 >= parts[0]:
            found.add(MDY)
    return found.pop() if len(found) == 1 else ""


def _unreadable(text: str) -> Unreadable:
    return Unreadable(
        _("“%(text)s” is not a date. Write it as 2014-05-31, as 05/2014 or as 2014.") % {"text": shown(text)}
    )


def _number(value: int) -> Written:
    text = str(value)
    if EARLIEST <= value <= LATEST:
        return _year(value, text)
    if re.fullmatch(r"(18|19|20|21)\d{6}", text):
        return _day(int(text[:4]), int(text[4:6]), int(text[6:]), text)
    if 10_000 <= value <= 80_000:
        day = datetime.date(1899, 12, 30) + datetime.timedelta(days=value)
        raise Unreadable(
            _("“%(text)s” may be %(day)s counted in days, as spreadsheets do. Give the cell the format of a date.")
            % {"text": text, "day": day.isoformat()}
        )
    raise _unreadable(text)


def _parts(value: str) -> tuple[int, int, int] | None:
    """(first, second, year) of 31/05/2014."""
    found = re.fullmatch(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})", _bare(value))
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def _bare(value: str) -> str:
    text = latin_digits(clean(value)).replace("\\", "/").strip(" .")
    text = re.sub(r"\s*([-/.])\s*", r"\1", text)
    return re.sub(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$", "", text)


def _text(value: str, order: str) -> Written:
    text = _bare(value)
    if len(text) > 40:
        raise _unreadable(value)
    if re.fullmatch(r"\d+", text):
        return _number(int(text))
    if found := re.fullmatch(r"(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})", text):
        return _day(int(found[1]), int(found[2]), int(found[3]), value)
    if found := re.fullmatch(r"(\d{4})[-/. ](\d{1,2})", text):
        return _month(int(found[1]), int(found[2]), value)
    if found := re.fullmatch(r"(\d{1,2})[-/. ](\d{4})", text):
        return _month(int(found[2]), int(found[1]), value)
    if parts := _parts(text):
        return _day_and_month(*parts, order, value)
    if re.fullmatch(r"\d{1,2}[-/. ]\d{1,2}[-/. ]\d{1,2}", text):
        raise Unreadable(_("“%(text)s”: write the year with four digits.") % {"text": shown(value)})
    return _with_a_name(text, value)


def _day_and_month(one: int, other: int, year: int, order: str, text: str) -> Written:
    if one > 12 or one == other:
        return _day(year, other, one, text)
    if other > 12:
        return _day(year, one, other, text)
    if not order:
        raise TwoWays(shown(text))
    return _day(year, other, one, text) if order == DMY else _day(year, one, other, text)


def _with_a_name(text: str, typed: str) -> Written:
    """“12 mai 2014”, “May 2014”, “2014-May-12”, “May 12, 2014”."""
    words = normal(text)
    numbers = [
        int(one) for one in re.findall(r"(?<!\d)\d{1,4}(?!\d)", re.sub(r"(\d)(st|nd|rd|th|er|º)\b", r"\1", words))
    ]
    name = " ".join(
        word for word in re.sub(r"\d+(st|nd|rd|th|er|o)?", " ", words).split() if word not in ("de", "of", "del", "le")
    )
    month = MONTHS.get(name)
    years = [one for one in numbers if one > 31]
    days = [one for one in numbers if one <= 31]
    if month is None or len(years) != 1 or len(days) > 1:
        raise _unreadable(typed)
    return _day(years[0], month, days[0], typed) if days else _month(years[0], month, typed)


def _year(year: int, text: str) -> Written:
    if not EARLIEST <= year <= LATEST:
        raise _unreadable(text)
    return Written(datetime.date(year, 1, 1), datetime.date(year, 12, 31), Precision.YEAR)


def _month(year: int, month: int, text: str) -> Written:
    if not EARLIEST <= year <= LATEST or not 1 <= month <= 12:
        raise _unreadable(text)
    last = calendar.monthrange(year, month)[1]
    return Written(datetime.date(year, month, 1), datetime.date(year, month, last), Precision.MONTH)


def _day(year: int, month: int, day: int, text: str) -> Written:
    try:
        found = datetime.date(year, month, day)
    except ValueError:
        raise Unreadable(_("“%(text)s” is not a day of the calendar.") % {"text": shown(text)}) from None
    if not EARLIEST <= year <= LATEST:
        raise _unreadable(text)
    return Written(found, found, Precision.DAY)
