"""What was entered, corrected and withdrawn, when, by whom and why: read from what the database wrote down."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import F, Window
from django.db.models.functions import Lag

from programmes.rates import BOOKS, Book

#: The newest so many of each table.
SHOWN = 100


@dataclass(frozen=True)
class Change:
    """`verb` is insert, update or delete; `before` and `after` the value, with the source where only that changed."""

    when: datetime.datetime
    of: str
    currency: str
    date: datetime.date
    period_end: datetime.date | None
    verb: str
    before: Decimal | None
    after: Decimal | None
    source: str
    source_before: str
    reason: str
    who: str


def newest(*, book: Book | None = None, row: int | None = None, names: bool = False) -> list[Change]:
    """The newest first: of one table or of both, of one row by its number. `names` tells who. A query for each table
    and one for the names."""
    found: list[tuple[Any, Book]] = []
    for one in BOOKS.values():
        if book in (None, one):
            found += [(event, one) for event in _events(one, row)]
    found.sort(key=lambda pair: pair[0].pgh_created_at, reverse=True)
    ids = {pk for event, _book in found if (pk := _said(event).get("user"))} if names else set()
    people = {one.pk: one.get_short_name() for one in get_user_model().objects.filter(pk__in=ids)}
    return [_change(event, one, people) for event, one in found[:SHOWN]]


def _events(book: Book, row: int | None) -> list[Any]:
    events = book.model.pgh_event_model.objects.select_related("pgh_context")
    if row is not None:
        events = events.filter(pgh_obj_id=row)

    def earlier(name: str) -> Window:
        return Window(Lag(name), partition_by=F("pgh_obj_id"), order_by=F("pgh_id").asc())

    rows = events.annotate(value_before=earlier(book.value), source_before=earlier("source"))
    return list(rows.order_by("-pgh_id")[:SHOWN])


def _said(event: Any) -> dict[str, Any]:
    return (event.pgh_context.metadata or {}) if event.pgh_context else {}


def _change(event: Any, book: Book, people: dict[int, str]) -> Change:
    value = getattr(event, book.value)
    withdrawn = event.pgh_label == "delete"
    said = _said(event)
    return Change(
        when=event.pgh_created_at,
        of=book.name,
        currency=event.currency,
        date=event.date,
        period_end=getattr(event, "period_end", None),
        verb=event.pgh_label,
        before=value if withdrawn else event.value_before,
        after=None if withdrawn else value,
        source=event.source,
        source_before=event.source_before or "",
        reason=str(said.get("reason") or ""),
        who=people.get(said.get("user") or 0, ""),
    )
