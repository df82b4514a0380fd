"""Periods as DHIS2 and ADX write them. Plain functions on days.

A round of outputs is its half-year or year. A round that describes a date is the calendar year it lies in: DHIS2 knows
no period of two years, so a biennial round is the year in which its two years end.
"""

from __future__ import annotations

import calendar
import datetime
import re
from dataclasses import dataclass

Day = datetime.date
#: First month of a financial year → its name in the identifier.
YEARS = {4: "April", 7: "July", 10: "Oct"}
#: First month of a half-year → name and number of the half.
_HALVES = {1: ("", 1), 7: ("", 2), 4: ("April", 1), 10: ("April", 2)}
_KNOWN = re.compile(
    r"\d{8}|\d{6}|\d{4}W\d{1,2}|\d{4}Q[1-4]|\d{6}B|\d{4}(April|Nov)?S[12]|\d{4}(April|July|Sep|Oct|Nov)?"
)
_INTERVAL = re.compile(r"(\d{4}-\d{2}-\d{2})/P(?:(\d{1,2})Y|(\d{1,2})M)")


@dataclass(frozen=True)
class Span:
    """First day, and first day after."""

    start: Day
    end: Day

    @property
    def months(self) -> int | None:
        """Its length in whole months; None where it has none."""
        if self.start.day != 1 or self.end.day != 1:
            return None
        return (self.end.year - self.start.year) * 12 + self.end.month - self.start.month


def year_of(day: Day) -> Span:
    return Span(Day(day.year, 1, 1), Day(day.year + 1, 1, 1))


def identifier(span: Span) -> str | None:
    """DHIS2's name of a half-year or year; None for any other span."""
    year, month = span.start.year, span.start.month
    if span.months == 12:
        if month == 1:
            return f"{year:04}"
        return f"{year:04}{YEARS[month]}" if month in YEARS else None
    if span.months == 6 and month in _HALVES:
        name, half = _HALVES[month]
        return f"{year:04}{name}S{half}"
    return None


def is_identifier(text: str) -> bool:
    """Is it written as DHIS2 writes periods?"""
    return _KNOWN.fullmatch(text) is not None


def interval(span: Span) -> str:
    """As ADX writes it: 2024-01-01/P1Y; in days where it has no whole months."""
    months = span.months
    if months is None:
        return f"{span.start.isoformat()}/P{(span.end - span.start).days}D"
    return f"{span.start.isoformat()}/P{months // 12}Y" if months % 12 == 0 else f"{span.start.isoformat()}/P{months}M"


def read_interval(text: str) -> Span | None:
    """2024-01-01/P1Y, or 2024-01-01..2024-12-31; None for what is neither."""
    try:
        if found := _INTERVAL.fullmatch(text):
            start = Day.fromisoformat(found[1])
            return Span(start, later(start, 12 * int(found[2]) if found[2] else int(found[3])))
        if found := re.fullmatch(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})", text):
            span = Span(Day.fromisoformat(found[1]), Day.fromisoformat(found[2]) + datetime.timedelta(days=1))
            return span if span.start < span.end else None
        if found := re.fullmatch(r"(\d{4}-\d{2}-\d{2})/P(\d{1,4})D", text):
            start = Day.fromisoformat(found[1])
            return Span(start, start + datetime.timedelta(days=int(found[2])))
    except (ValueError, OverflowError):
        return None
    return None


def later(day: Day, months: int) -> Day:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return Day(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
