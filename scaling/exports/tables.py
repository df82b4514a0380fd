"""What an export of a list holds: the fields of its serializer, said in SQL, for the rows that its view gives.

Nothing is told twice: columns follow from the serializer, rows from the viewset. What a serializer says in Python
stands in the view's `exported` (programmes/columns.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import DateField, F, Func
from django.db.models.fields.json import KeyTextTransform
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from indicators.models import EntryField
from organizations.api import Period
from programmes.writing import AllowedActions, RowVersion
from scaling.rest.filters import COMMON
from scaling.rest.keyset import columns_of, ordered

#: What a cell holds: how it is written follows from it.
WORDS, CODE, NUMBER, DECIMAL, FLAG, DAY, MOMENT, LIST, JSON = (
    "words", "code", "number", "decimal", "flag", "day", "moment", "list", "json",
)  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One column. `sql` where it does not come from the inner query but from what is joined to it."""

    name: str
    kind: str
    expression: Any = None
    sql: str = ""


@dataclass(frozen=True)
class Table:
    """Rows in their order, what is told of each, and SQL that is joined to each (`q` is the row)."""

    rows: Any
    columns: tuple[Column, ...]
    lateral: str = ""
    #: Expressions that the lateral part reads, as q.x0, q.x1 …
    hidden: tuple[Any, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)


# --- columns ---------------------------------------------------------------------------------------------------------
class _End(Func):
    """One end of a period."""

    output_field = DateField()


def _kind(found: Any) -> str:
    if isinstance(found, ArrayField):
        return LIST
    kinds: tuple[tuple[type[Any], str], ...] = (
        (models.JSONField, JSON), (models.BooleanField, FLAG), (models.DecimalField, DECIMAL),
        (models.DateTimeField, MOMENT), (models.DateField, DAY), (models.IntegerField, NUMBER),
        (models.FloatField, NUMBER), (models.ForeignKey, NUMBER),
    )  # fmt: skip
    for one, kind in kinds:
        if isinstance(found, one):
            return kind
    return CODE if getattr(found, "choices", None) else WORDS


def _field_at(model: Any, path: str) -> Any:
    """The field at the end of a path of relations; None where the path leaves the database."""
    found: Any = None
    for step in path.split("__"):
        try:
            found = model._meta.pk if step == "pk" else model._meta.get_field(step)
        except FieldDoesNotExist:
            return None
        model = found.related_model
    return found


def columns(view: Any) -> tuple[Column, ...]:
    """The columns of a view's export."""
    model, own = view.queryset.model, getattr(view, "exported", {})
    found = []
    for name, part in view.serializer_class().fields.items():
        if name in own:
            if own[name] is not None:
                expression = own[name](view)
                found.append(Column(name, _kind(_output(expression, model)), expression))
            continue
        if isinstance(part, AllowedActions | RowVersion):
            continue
        path = part.source.replace(".", "__")
        if isinstance(part, Period):
            found.append(Column(name, DAY, _End(F(path), function=part.end)))
            continue
        at = _field_at(model, path)
        if at is None or isinstance(part, serializers.SerializerMethodField):
            raise TypeError(f"{type(view).__name__}.exported does not say what the column {name} is")
        found.append(Column(name, _kind(at), F(path)))
    return tuple(found)


def _output(expression: Any, model: Any) -> Any:
    """The field that an expression gives."""
    query = model._default_manager.annotate(x=expression).query
    return query.annotations["x"].output_field


# --- rows ------------------------------------------------------------------------------------------------------------
#: Parameters of lists that mean nothing for a whole one.
PAGED = frozenset({"cursor", "page_size", "format", "expand"})


def opened(viewset: type[Any], request: Request, name: str) -> Any:
    """The view of a list, reading for this request; `hxl` is a parameter of exports alone."""
    view = viewset(request=request, action="list", args=(), kwargs={}, format_kwarg=None, basename=name)
    members = {"extra_parameters": (*getattr(view, "extra_parameters", ()), "hxl")}
    view.__class__ = type(viewset.__name__, (viewset,), members)
    return view


def table(viewset: type[Any], request: Request, name: str) -> Table:
    """What is asked for. Raises ValidationError for a parameter that does not fit."""
    view = opened(viewset, request, name)
    for parameter in PAGED & request.query_params.keys():
        known = ", ".join(sorted(COMMON - PAGED))
        raise ValidationError(
            {parameter: _("An export is the whole list; it does not know this parameter. Known: %(known)s, hxl and the "
                          "filters of the list.") % {"known": known}}
        )  # fmt: skip
    rows = view.filter_queryset(view.get_queryset())
    terms = tuple(rows.query.order_by) or ("pk",)
    rows = ordered(rows, columns_of(rows.model, terms), False)
    mark = getattr(request, "changes_mark", None)
    headers = {"Trellis-Next-Since": mark.until} if mark else {}
    return Table(rows.prefetch_related(None).select_related(None), columns(view), headers=headers)


def narrowed(found: Table, raw: str | None) -> Table:
    """Only the columns that `fields` names, in the order of the list."""
    if raw is None:
        return found
    names = [name.strip() for name in raw.split(",") if name.strip()]
    known = [column.name for column in found.columns]
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        raise ValidationError(
            {
                "fields": _("Unknown field: %(unknown)s. Known: %(known)s.")
                % {"unknown": ", ".join(unknown) or _("(none given)"), "known": ", ".join(known)}
            }
        )
    kept = tuple(column for column in found.columns if column.name in names)
    return Table(found.rows, kept, found.lateral, found.hidden, found.headers)


# --- returns, which have two shapes ----------------------------------------------------------------------------------
#: Columns of a return whose keys are fields of the catalogue.
KEYED = ("values", "null_reasons", "evidence", "confirmed", "reported")


def wide(found: Table) -> Table:
    """A column for each field of the catalogue in place of the values; what has no value has a reason, as JSON."""
    keys = [
        Column(key, DECIMAL, KeyTextTransform(key, "values"))
        for key in EntryField.objects.order_by("indicator__position", "position", "pk").values_list("key", flat=True)
    ]
    at = next(n for n, column in enumerate(found.columns) if column.name == "values")
    rest = found.columns[at + 1 :]
    return Table(found.rows, (*found.columns[:at], *rest, *keys), headers=found.headers)


def long(found: Table) -> Table:
    """A row for each value, and for each that has a reason instead."""
    plain = tuple(column for column in found.columns if column.name not in (*KEYED, "incomplete"))
    told = (
        Column("field", CODE, sql="e.key"),
        Column("indicator", CODE, sql="split_part(e.key, '.', 1)"),
        Column("disaggregation", CODE, sql="NULLIF(split_part(e.key, '.', 2), '')"),
        Column("value", DECIMAL, sql="e.value::numeric"),
        Column("null_reason", CODE, sql="e.reason"),
        Column("evidence", WORDS, sql="(q.x2 ->> e.key)"),
    )
    lateral = (
        "CROSS JOIN LATERAL (SELECT key, value, NULL AS reason FROM jsonb_each_text(q.x0) "
        "UNION ALL SELECT key, NULL, value FROM jsonb_each_text(q.x1)) e"
    )
    hidden = (F("values"), F("null_reasons"), F("evidence"))
    return Table(found.rows, (*plain, *told), lateral, hidden, found.headers)
