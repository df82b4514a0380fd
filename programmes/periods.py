"""Days, months and years as people write them in a cell. What can be read in two ways is refused, never guessed."""

from __future__ import annotations

import calendar
import datetime
import re

from django.utils.translation import gettext as _

from programmes.digits import latin_digits, shown

Day = datetime.date
#: Marks that only say which way a text runs.
_MARKS = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]")


class Unreadable(ValueError):
    """A text that is no day, month or year; `str()` is the sentence for the person who wrote it."""


def read_period(text: str) -> tuple[Day, Day] | None:
    """First and last day of “2019-12-31”, “31/12/2019”, “2019-06” or “2019”; None for an empty text."""
    bare = _MARKS.sub("", latin_digits(text)).strip()
    bare = re.sub(r"[T ]00:00(:00(\.0+)?)?$", "", bare)
    if not bare:
        return None
    if re.fullmatch(r"(19|20|21)\d\d", bare):
        return Day(int(bare), 1, 1), Day(int(bare), 12, 31)
    if found := re.fullmatch(r"(\d{4})[-/.](\d{1,2})", bare):
        return _month(int(found[1]), int(found[2]), text)
    if found := re.fullmatch(r"(\d{1,2})[-/.](\d{4})", bare):
        return _month(int(found[2]), int(found[1]), text)
    if found := re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", bare):
        return _day(int(found[1]), int(found[2]), int(found[3]), text)
    if found := re.fullmatch(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})", bare):
        return _either(int(found[1]), int(found[2]), int(found[3]), text)
    raise _unreadable(text)


def _unreadable(text: str) -> Unreadable:
    return Unreadable(
        _("“%(text)s” is not a day, month or year. Write it as 2019-12-31, 2019-06 or 2019.") % {"text": shown(text)}
    )


def _either(one: int, other: int, year: int, text: str) -> tuple[Day, Day]:
    if one <= 12 and other <= 12 and one != other:
        raise Unreadable(
            _("“%(text)s” can be read in two ways: write %(one)s or %(other)s.")
            % {
                "text": shown(text),
                "one": f"{year:04}-{other:02}-{one:02}",
                "other": f"{year:04}-{one:02}-{other:02}",
            }
        )
    return _day(year, other, one, text) if one > 12 or one == other else _day(year, one, other, text)


def _month(year: int, month: int, text: str) -> tuple[Day, Day]:
    if not 1 <= month <= 12 or not 1800 <= year <= 2200:
        raise _unreadable(text)
    return Day(year, month, 1), Day(year, month, calendar.monthrange(year, month)[1])


def _day(year: int, month: int, day: int, text: str) -> tuple[Day, Day]:
    try:
        found = Day(year, month, day)
    except ValueError:
        raise Unreadable(_("“%(text)s” is not a day of the calendar.") % {"text": shown(text)}) from None
    return found, found
