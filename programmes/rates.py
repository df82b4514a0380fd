"""Exchange rates and price indices: enter, correct, withdraw, take over a sheet. Nothing is overwritten silently.

Both tables are kept in the same way; a `Book` says what differs. What was entered, corrected and withdrawn, by whom and
why, is written down by the database (`rate_history.py`).
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pghistory
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.dispatch import Signal
from django.utils.translation import gettext as _

from programmes import rate_checks
from programmes.access import Permission, may, require
from programmes.models import ExchangeRate, PriceIndex, RateKind
from programmes.signals import prices_changed, rates_changed
from programmes.texts import checked

Row = ExchangeRate | PriceIndex
NEW, CHANGED, SAME, WRONG = "new", "changed", "same", "wrong"
#: A sheet has at most so many rows.
MOST_ROWS = 5000


@dataclass(frozen=True)
class Book:
    """One of the two tables: `key` tells its rows apart, `carried` is what a row says; `value` is the number in it."""

    name: str
    model: Any
    value: str
    key: tuple[str, ...]
    carried: tuple[str, ...]
    changed: Signal


RATES = Book(
    "rates",
    ExchangeRate,
    "usd_per_unit",
    ("currency", "kind", "date"),
    ("usd_per_unit", "period_end", "source"),
    rates_changed,
)
PRICES = Book("prices", PriceIndex, "index", ("currency", "date"), ("index", "base_year", "source"), prices_changed)
BOOKS = {book.name: book for book in (RATES, PRICES)}


def book_of(row: Row) -> Book:
    return RATES if isinstance(row, ExchangeRate) else PRICES


def may_write(by: Any) -> bool:
    """Rates hold for every programme: whoever manages rounds somewhere may enter them."""
    return may(by, Permission.ROUNDS_MANAGE)


def _require(by: Any) -> None:
    if by is not None:
        require(by, Permission.ROUNDS_MANAGE)


@dataclass
class Weighed:
    """What one row of a sheet would do: `verdict` is NEW, CHANGED (from `before`), SAME or WRONG (`errors`)."""

    number: int
    values: dict[str, Any]
    errors: dict[str, list[str]] = field(default_factory=dict)
    verdict: str = NEW
    before: Row | None = None


def weigh(
    *, book: Book, rows: Sequence[tuple[int, Mapping[str, Any], Mapping[str, list[str]]]], strict: bool = True
) -> list[Weighed]:
    """What rows (number, values by field, errors known already) would change. One query; changes nothing."""
    found = []
    for number, given, known in rows:
        values = dict(given)
        if book is RATES:
            values.setdefault("kind", RateKind.VALUE_DATE)
        errors = {**rate_checks.errors_of(book.name, values, strict=strict), **{k: list(v) for k, v in known.items()}}
        if "source" not in errors:
            values["source"] = checked(values["source"], "source")
        found.append(Weighed(number, values, errors))
    wanted = {one.values.get("currency") for one in found if "currency" not in one.errors}
    standing = list(book.model.objects.filter(currency__in=wanted))
    by_key = {tuple(getattr(row, name) for name in book.key): row for row in standing}
    first: dict[tuple[Any, ...], int] = {}
    for one in found:
        key = tuple(one.values.get(name) for name in book.key)
        if any(name in one.errors for name in book.key):
            continue
        if key in first:
            one.errors["date"] = [_("Row %(row)s is of the same currency and day.") % {"row": first[key]}]
            continue
        first[key] = one.number
        one.before = by_key.get(key)
    keys = {tuple(one.values.get(name) for name in book.key) for one in found if not one.errors}
    others = [row for row in standing if tuple(getattr(row, name) for name in book.key) not in keys]
    together = [one for one in found if not one.errors]
    if book is RATES:
        _no_overlap(together, others)
    else:
        _one_base_year(together, others)
    for one in found:
        if one.errors:
            one.verdict = WRONG
        elif one.before is not None:
            same = all(getattr(one.before, name) == one.values.get(name) for name in book.carried)
            one.verdict = SAME if same else CHANGED
    return found


def _no_overlap(found: list[Weighed], others: list[Any]) -> None:
    """Averages of a currency never cover the same day."""
    spans: dict[str, list[tuple[datetime.date, datetime.date]]] = defaultdict(list)
    for row in others:
        if row.period_end is not None:
            spans[row.currency].append((row.date, row.period_end))
    for one in found:
        start, end = one.values["date"], one.values.get("period_end")
        if end is None:
            continue
        for first, last in spans[one.values["currency"]]:
            if first <= end and start <= last:
                one.errors["date"] = [
                    _("The average of %(first)s to %(last)s covers some of these days already.")
                    % {"first": first.isoformat(), "last": last.isoformat()}
                ]
                break
        spans[one.values["currency"]].append((start, end))


def _one_base_year(found: list[Weighed], others: list[Any]) -> None:
    years = {row.currency: row.base_year for row in others if row.base_year is not None}
    for one in found:
        year = one.values.get("base_year")
        if year is None:
            continue
        known = years.setdefault(one.values["currency"], year)
        if known != year:
            one.errors["base_year"] = [
                _("The indices of %(currency)s have the base year %(year)s; they can only be compared in one.")
                % {"currency": one.values["currency"], "year": known}
            ]


@transaction.atomic
def enter_many(
    *,
    book: Book,
    rows: Sequence[tuple[int, Mapping[str, Any], Mapping[str, list[str]]]],
    by: Any,
    reason: str = "",
) -> list[Weighed]:
    """Take rows over, all or nothing; what stands there already and differs is corrected, which needs a `reason`.

    Each row is (its number, values by field, errors known already). Returns what each did. Raises PermissionDenied,
    and ValidationError by `N.field` (N the number of the row), or at `reason`.
    """
    _require(by)
    if not rows:
        raise ValidationError(_("There is no row to take over."))
    if len(rows) > MOST_ROWS:
        raise ValidationError(_("At most %(n)s rows are taken over at a time.") % {"n": MOST_ROWS})
    found = weigh(book=book, rows=rows, strict=by is not None)
    wrong = {f"{one.number}.{name}": texts for one in found for name, texts in one.errors.items()}
    if wrong:
        raise ValidationError(wrong)
    if any(one.verdict == CHANGED for one in found):
        reason = _reason(reason)
    _write(book, found, by=by, reason=reason)
    return found


def _reason(text: str) -> str:
    found = checked(text, "reason", longest=500)
    if not found:
        raise ValidationError({"reason": _("Say why what stands there is changed.")})
    return found


def _write(book: Book, found: list[Weighed], *, by: Any, reason: str) -> None:
    names = (*book.key, *book.carried)
    new = [book.model(**{name: one.values.get(name) for name in names}) for one in found if one.verdict == NEW]
    changed = []
    for one in found:
        if one.verdict == CHANGED:
            changed.append(book.model(pk=one.before.pk, **{name: one.values.get(name) for name in names}))  # type: ignore[union-attr]
    try:
        with _noted(by, reason), transaction.atomic():
            book.model.objects.bulk_create(new)
            if changed:
                book.model.objects.bulk_update(changed, book.carried)
            if book is PRICES:
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS price_index_one_base_year IMMEDIATE")
                    cursor.execute("SET CONSTRAINTS price_index_one_base_year DEFERRED")
    except IntegrityError as error:
        raise ValidationError(_("Somebody else changed these figures meanwhile. Look at them again.")) from error
    currencies = {row.currency for row in (*new, *changed)}
    if currencies:
        book.changed.send(sender=book.model, currencies=currencies)


def _noted(by: Any, reason: str) -> Any:
    """What the history keeps of this change beside the values."""
    return pghistory.context(reason=reason, user=None if by is None else by.pk)


def _one(book: Book, values: Mapping[str, Any], *, by: Any) -> Weighed:
    (found,) = weigh(book=book, rows=[(1, values, {})], strict=by is not None)
    if found.errors:
        raise ValidationError(found.errors)
    return found


@transaction.atomic
def enter(*, book: Book, by: Any, **values: Any) -> Row:
    """Enter one rate (`currency`, `kind`, `date`, `period_end`, `usd_per_unit`, `source`) or index (`currency`,
    `date`, `index`, `base_year`, `source`).

    Raises PermissionDenied, and ValidationError by field: an unknown currency or the dollar, a day in the future, a
    value that is not above 0, no source, a row of that day already, averages that overlap, a second base year.
    """
    _require(by)
    found = _one(book, values, by=by)
    if found.before is not None:
        raise ValidationError(
            {
                "date": _("For %(what)s a figure stands there already (%(value)s, %(source)s); correct that one.")
                % {
                    "what": str(found.before),
                    "value": f"{getattr(found.before, book.value).normalize():f}",
                    "source": found.before.source,
                }
            }
        )
    _write(book, [found], by=by, reason="")
    row: Row = book.model.objects.get(**{name: found.values.get(name) for name in book.key})
    return row


@transaction.atomic
def correct(*, row: Row, value: Decimal, source: str, reason: str, by: Any, seen: Decimal | None = None) -> Row:
    """Put another value or source; the earlier one stays in the history with the reason.

    `seen` is the value that the person looked at. Raises PermissionDenied, and ValidationError by field: no reason,
    nothing changed, a value that is not above 0, or a value that somebody else changed meanwhile.
    """
    _require(by)
    book = book_of(row)
    row = _locked(row)
    reason = _reason(reason)
    if seen is not None and seen != getattr(row, book.value):
        raise ValidationError(_("Somebody else changed this figure meanwhile. Look at it again."))
    values = {name: getattr(row, name) for name in (*book.key, *book.carried)}
    found = _one(book, {**values, book.value: value, "source": source}, by=None)
    if found.verdict == SAME:
        raise ValidationError({book.value: _("This is what stands there already.")})
    _write(book, [found], by=by, reason=reason)
    row.refresh_from_db()
    return row


def _locked(row: Row) -> Any:
    found = type(row)._default_manager.select_for_update().filter(pk=row.pk).first()
    if found is None:
        raise ValidationError(_("Somebody has withdrawn this figure meanwhile."))
    return found


@transaction.atomic
def withdraw(*, row: Row, reason: str, by: Any) -> None:
    """Take a figure away; it stays in the history with the reason. Figures that rested on it rest on an older one, or
    say that they have none. Raises PermissionDenied, and ValidationError without a reason."""
    _require(by)
    book, row, reason = book_of(row), _locked(row), _reason(reason)
    with _noted(by, reason):
        row.delete()
    book.changed.send(sender=book.model, currencies={row.currency})


@transaction.atomic
def put(*, book: Book, by: Any = None, **values: Any) -> Row:
    """For commands that load files: enter, or correct what stands there with the file as the reason."""
    _require(by)
    found = _one(book, values, by=by)
    if found.verdict in (NEW, CHANGED):
        _write(book, [found], by=by, reason=found.values["source"] if found.verdict == CHANGED else "")
    row: Row = book.model.objects.get(**{name: found.values.get(name) for name in book.key})
    return row
