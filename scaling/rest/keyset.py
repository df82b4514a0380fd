"""Where a page begins, as a place in an order of several columns: nothing is counted and nothing skipped over.

The order always ends in something unique, so each row has a place of its own; NULLs stand where PostgreSQL puts them
(last going up, first going down). A cursor names the order that it belongs to.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import F, Field, Model, Q, QuerySet


class Misplaced(ValueError):
    """A cursor of another list or order, or none at all."""


@dataclass(frozen=True)
class Column:
    """One column of an order."""

    name: str
    field: Field[Any, Any]
    down: bool

    @property
    def term(self) -> str:
        return f"-{self.name}" if self.down else self.name

    def told(self, row: Model) -> str | None:
        value = getattr(row, self.field.attname)
        return None if value is None else self.field.value_to_string(row)

    def read(self, raw: str | None) -> Any:
        if raw is None:
            if not self.field.null:
                raise Misplaced
            return None
        try:
            value = self.field.to_python(raw)
        except ValidationError as error:
            raise Misplaced from error
        if isinstance(value, str) and "\0" in value:
            raise Misplaced
        return value

    def equal(self, value: Any) -> Q:
        return Q(**{f"{self.name}__isnull": True}) if value is None else Q(**{self.name: value})

    def beyond(self, value: Any, back: bool) -> Q | None:
        """Rows after a value (before it, going back); None when nothing can be."""
        up = self.down == back
        if value is None:
            return None if up else Q(**{f"{self.name}__isnull": False})
        found = Q(**{f"{self.name}__{'gt' if up else 'lt'}": value})
        return found | Q(**{f"{self.name}__isnull": True}) if up and self.field.null else found

    def from_here(self, value: Any, back: bool) -> Q | None:
        """What every later row fulfils too: it lets an index begin at the right place."""
        up = self.down == back
        if value is None or (up and self.field.null):
            return None
        return Q(**{f"{self.name}__{'gte' if up else 'lte'}": value})


def columns_of(model: type[Model], ordering: tuple[str, ...] | list[str]) -> tuple[Column, ...]:
    """The columns of an order, down to the first that is unique."""
    found: list[Column] = []
    for term in (*ordering, "pk"):
        name = term.removeprefix("-")
        try:
            field = model._meta.pk if name == "pk" else model._meta.get_field(name)
        except FieldDoesNotExist:
            raise TypeError(f"{model.__name__} cannot be paged by {term}: a column of its own is needed") from None
        assert isinstance(field, Field)
        found.append(Column(name, field, term.startswith("-")))
        if field.unique and not field.null:
            break
    return tuple(found)


def ordered(rows: QuerySet[Any], columns: tuple[Column, ...], back: bool) -> QuerySet[Any]:
    return rows.order_by(*(F(c.name).desc() if c.down != back else F(c.name).asc() for c in columns))


def after(columns: tuple[Column, ...], values: list[Any], back: bool) -> Q:
    """Rows beyond a place."""
    either, equal = Q(pk__in=[]), Q()
    for column, value in zip(columns, values, strict=True):
        beyond = column.beyond(value, back)
        if beyond is not None:
            either |= equal & beyond
        equal &= column.equal(value)
    first = columns[0].from_here(values[0], back) if len(columns) > 1 else None
    return either if first is None else first & either


def write(columns: tuple[Column, ...], row: Model, back: bool) -> str:
    """A cursor at a row."""
    place = {"o": [c.term for c in columns], "v": [c.told(row) for c in columns], "b": int(back)}
    return urlsafe_b64encode(json.dumps(place, separators=(",", ":")).encode()).decode().rstrip("=")


def read(columns: tuple[Column, ...], cursor: str) -> tuple[list[Any], bool]:
    """The place that a cursor tells, and whether it goes back. Raises Misplaced."""
    try:
        place = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        values = place["v"]
        fits = set(place) == {"o", "v", "b"} and place["o"] == [c.term for c in columns] and place["b"] in (0, 1)
        if not fits or not all(value is None or isinstance(value, str) for value in values):
            raise Misplaced
        return [column.read(value) for column, value in zip(columns, values, strict=True)], bool(place["b"])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise Misplaced from error
