"""What ties an organization to others: what holds on a day, what ends with it, what lies outside its life."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.fields import DateRangeField
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import F, Func, Value
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from organizations.models import (
    ApexMembership,
    Linkage,
    LinkageStatus,
    LinkageTransaction,
    Office,
    Organization,
    PersonMembership,
    Service,
)
from organizations.models.support import InterventionOrganization

#: What ends with an organization: the words for it, the model, and the paths to what it ties.
_ENDING: tuple[tuple[str | Promise, type[models.Model], str], ...] = (
    (_("member of an apex"), ApexMembership, "member"),
    (_("apex of members"), ApexMembership, "apex"),
    (_("linkage"), Linkage, "organization"),
    (_("service"), Service, "organization"),
    (_("office"), Office, "organization"),
    (_("membership of a person"), PersonMembership, "organization"),
)


@dataclass(frozen=True)
class Ending:
    """A kind of tie and how many of it would end."""

    label: str | Promise
    count: int
    #: Names on the other side, at most `SHOWN`; empty where they are personal.
    names: tuple[str, ...]


SHOWN = 12


def ending(organization: Organization, on: datetime.date, by: Any) -> list[Ending]:
    """What would end if the organization ended on a day; only names that `by` may see."""
    found = []
    visible = Organization.objects.visible_to(by)
    for label, model, path in _ENDING:
        rows = model._default_manager.filter(**{path: organization}, valid__contains=on)
        count = rows.count()
        if not count:
            continue
        names: list[str] = []
        if model is ApexMembership:
            other = "apex" if path == "member" else "member"
            names = list(rows.filter(**{f"{other}__in": visible}).values_list(f"{other}__name", flat=True)[:SHOWN])
        elif model is Linkage:
            rows = rows.filter(partner__isnull=False)
            names = list(rows.values_list("partner__name", flat=True)[:SHOWN])
        elif model is Service:
            names = [service.get_kind_display() for service in rows[:SHOWN]]  # type: ignore[attr-defined]
        found.append(Ending(label, count, tuple(names)))
    return found


def close(organization: Organization, on: datetime.date) -> set[int]:
    """End what still holds on a day; returns the organizations on the other sides. See `refuse_later` first."""
    touched: set[int] = set()
    for _label, model, path in _ENDING:
        rows = model._default_manager.filter(**{path: organization}, valid__contains=on)
        if model is ApexMembership:
            touched |= set(rows.values_list("apex" if path == "member" else "member", flat=True))
        if model is Linkage:
            rows.filter(status__in=LIVE).update(status=LinkageStatus.ENDED)
        rows.update(valid=until(on))
    return touched


#: A linkage that goes on.
LIVE = (LinkageStatus.NEGOTIATING, LinkageStatus.IN_FORCE, LinkageStatus.RENEWED)


def hold(row: models.Model) -> None:
    """Read a row again as it stands and keep it from others until the end of the transaction."""
    names = [field.name for field in row._meta.concrete_fields if not field.is_relation]
    row.refresh_from_db(fields=names, from_queryset=type(row)._default_manager.select_for_update(of=("self",)))


def until(on: datetime.date) -> Func:
    """The period a row has, ended on a day, for an UPDATE."""
    return _period(F("valid__startswith"), Value(on, output_field=models.DateField()))


def since(on: datetime.date) -> Func:
    """The period a row has, begun on a day, for an UPDATE."""
    return _period(Value(on, output_field=models.DateField()), F("valid__endswith"))


def _period(begins: Any, ends: Any) -> Func:
    return Func(begins, ends, function="daterange", output_field=DateRangeField())


def refuse_later(organization: Organization, on: datetime.date) -> None:
    """Raises ValidationError at `on` when a tie begins on that day or later, or money moved."""
    for label, model, path in _ENDING:
        later = (
            model._default_manager.filter(**{path: organization}, valid__startswith__gte=on)
            .order_by("valid")
            .values_list("valid", flat=True)
            .first()
        )
        if later is not None:
            raise ValidationError(
                {
                    "on": _("Something begins later: %(what)s, from %(day)s. End the organization after that day.")
                    % {"what": label, "day": later.lower}
                }
            )
    moved = (
        LinkageTransaction.objects.filter(linkage__organization=organization, date__gte=on)
        .order_by("-date")
        .values_list("date", flat=True)
        .first()
    )
    if moved is not None:
        raise ValidationError({"on": _("A transaction of %(day)s comes later.") % {"day": moved}})


def earliest(organization: Organization) -> tuple[datetime.date, str | Promise] | None:
    """The first day on which something is tied to the organization, and what."""
    found: list[tuple[datetime.date, str | Promise]] = []
    sources: list[tuple[str | Promise, Any]] = [
        (label, model._default_manager.filter(**{path: organization}).order_by("valid").values_list("valid", flat=True))
        for label, model, path in _ENDING
    ]
    sources.append(
        (
            _("intervention"),
            InterventionOrganization.objects.filter(organization=organization)
            .order_by("intervention__valid")
            .values_list("intervention__valid", flat=True),
        )
    )
    for label, rows in sources:
        first = rows.first()
        if first is not None and first.lower is not None:
            found.append((first.lower, label))
    return min(found, key=lambda one: one[0], default=None)


def _ask(sql: str, parameters: list[Any]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def is_below(child: Organization, parent: Organization, span: DateRange) -> bool:
    """Is `child` below `parent` on some day?"""
    return bool(_ask("SELECT organizations_related(%s, %s, %s)", [child.pk, parent.pk, span])[0][0])


def outside_life(organizations: list[Organization], span: DateRange) -> list[Organization]:
    """Those that do not exist on all of these days."""
    rows = _ask(
        "SELECT id FROM unnest(%s::bigint[]) AS id WHERE NOT %s <@ organizations_lifespan(id)",
        [[one.pk for one in organizations], span],
    )
    found = {pk for (pk,) in rows}
    return [one for one in organizations if one.pk in found]


def inside_life(organization: Organization, span: DateRange) -> bool:
    return not outside_life([organization], span)
