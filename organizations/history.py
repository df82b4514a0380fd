"""Who changed what when, of everything that hangs on an organization: read from what the database wrote down."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from organizations.models import Organization
from programmes.models import Phase, Programme
from programmes.trails import KEPT

#: Of each kind of row the newest events are read.
LIMIT = 300
#: Model → the paths that lead from its events to the organization.
_PATHS: dict[str, tuple[str, ...]] = {
    "Organization": ("pgh_obj",),
    "OrganizationStatus": ("organization",),
    "ProgrammeEnrolment": ("organization",),
    "ApexMembership": ("member", "apex"),
    "Succession": ("predecessor", "successor"),
    "Linkage": ("organization",),
    "LinkageTransaction": ("linkage__organization",),
    "Service": ("organization",),
    "InterventionOrganization": ("organization",),
    "Office": ("organization",),
}
#: What only repeats something else, or counts changes.
_SILENT = frozenset({"id", "version", "country"})


@dataclass(frozen=True)
class Cell:
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    when: datetime.datetime
    who: str
    what: str
    #: insert, update or delete
    verb: str
    cells: list[Cell]


def of(organization: Organization, *, user: Any, persons: bool) -> list[Change]:
    """The newest first. Rows about an organization, programme or person that `user` may not see are left out."""
    read: list[tuple[Any, Any]] = []
    for name, paths in _PATHS.items():
        if name == "Office" and not persons:
            continue
        read += _with_the_one_before(_events(name, paths, organization, user))
    names = _names_of_users(event for event, _before in read)
    changes = [
        _change(event, before, names, organization)
        for event, before in read
        if event.pgh_label != KEPT  # it was there already; nobody did anything
    ]
    return sorted((one for one in changes if one.cells or one.verb != "update"), key=lambda one: one.when, reverse=True)


def _events(name: str, paths: tuple[str, ...], organization: Organization, user: Any) -> list[Any]:
    model: Any = apps.get_model("organizations", f"{name}Event")
    condition = Q()
    for path in paths:
        condition |= Q(**{path: organization.pk})
    related = [field.name for field in _shown(model) if field.is_relation]
    rows = model.objects.filter(condition, *_seen(name, organization, user))
    return list(rows.select_related("pgh_context", *related).order_by("-pgh_id")[:LIMIT])


def _seen(name: str, organization: Organization, user: Any) -> list[Q]:
    """Conditions that leave out what the reader may not see."""
    others = Organization.objects.visible_to(user)
    if name == "ApexMembership":
        return [Q(member__in=others), Q(apex__in=others)]
    if name == "Succession":
        return [Q(predecessor__in=others), Q(successor__in=others)]
    if name == "Linkage":
        return [Q(partner_organization__isnull=True) | Q(partner_organization__in=others)]
    if name == "LinkageTransaction":
        return [Q(passed_on_to__isnull=True) | Q(passed_on_to__in=others)]
    if name == "ProgrammeEnrolment":
        return [Q(programme__in=Programme.objects.visible_to(user))]
    if name == "InterventionOrganization":
        return [Q(intervention__phase__in=Phase.objects.visible_to(user))]
    return []


def _with_the_one_before(events: list[Any]) -> list[tuple[Any, Any]]:
    """Each event with the one before of the same row, or None."""
    found: list[tuple[Any, Any]] = []
    last: dict[int, Any] = {}
    for event in reversed(events):
        found.append((event, last.get(event.pgh_obj_id)))
        last[event.pgh_obj_id] = event
    return found


def _user_id(event: Any) -> int | None:
    return (event.pgh_context.metadata or {}).get("user") if event.pgh_context else None


def _names_of_users(events: Any) -> dict[int, str]:
    ids = {pk for event in events if (pk := _user_id(event)) is not None}
    return {user.pk: user.get_short_name() for user in get_user_model().objects.filter(pk__in=ids)}


def _shown(model: Any) -> list[Any]:
    return [
        field
        for field in model._meta.concrete_fields
        if not field.name.startswith("pgh_") and field.name not in _SILENT
    ]


def _change(event: Any, before: Any, names: dict[int, str], organization: Organization) -> Change:
    verb = event.pgh_label
    cells = []
    for field in _shown(type(event)):
        new = getattr(event, field.attname)
        if verb == "update":
            # Of a row that is older than the history only its period is told: what it was before is not known.
            old = getattr(before, field.attname) if before is not None else (None if field.name == "valid" else new)
            if new != old:
                cells.append(Cell(_label(field), _text(before, field) if before else "", _text(event, field)))
        elif new not in (None, "", []) and not (field.related_model is Organization and new == organization.pk):
            text = _text(event, field)
            cells.append(Cell(_label(field), "", text) if verb == "insert" else Cell(_label(field), text, ""))
    what = type(event).pgh_tracked_model._meta.verbose_name
    return Change(event.pgh_created_at, names.get(_user_id(event) or 0, ""), str(what), verb, cells)


def _label(field: Any) -> str:
    return str(field.verbose_name)


def _text(event: Any, field: models.Field[Any, Any]) -> str:
    """A value as people read it."""
    if field.is_relation:
        return str(getattr(event, field.name) or "–")
    value = getattr(event, field.attname)
    if field.choices:
        return str(getattr(event, f"get_{field.name}_display")() or "–")
    if isinstance(value, DateRange):
        return period(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime.date):
        return date_format(value, "DATE_FORMAT")
    if isinstance(value, list):
        return ", ".join(value) or "–"
    if isinstance(field, models.DecimalField) and value is not None:
        return number_format(value.normalize(), use_l10n=True, force_grouping=True)
    return "–" if value in (None, "") else str(value)


def period(value: DateRange) -> str:
    """A half-open period in words."""
    lower = date_format(value.lower, "DATE_FORMAT") if value.lower else ""
    upper = date_format(value.upper, "DATE_FORMAT") if value.upper else ""
    if lower and upper:
        return _("from %(lower)s until %(upper)s") % {"lower": lower, "upper": upper}
    if upper:
        return _("until %(upper)s") % {"upper": upper}
    return _("from %(lower)s") % {"lower": lower} if lower else "–"
