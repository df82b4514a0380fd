"""`updated_since`: what changed in a list, from the trails of its tables, and what was deleted.

The answer names a mark (`next_since`) up to which every change is settled: a transaction that is still writing may be
stamped before now and seen only later, so the mark stays behind it. Asking on from the mark misses nothing; links to
further pages carry it as `until`, so that all pages tell of the same changes.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.db.models import F, Model, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request

from programmes.access import ByLinkedRows, ByProgramme, Everyone, scope_of
from scaling import recorded
from scaling.rest.parameters import exact_moment

SINCE, UNTIL = "updated_since", "until"
PARAMETERS = [
    OpenApiParameter(
        SINCE,
        {"type": "string", "format": "date-time"},
        description="Only rows that were changed after this moment; send the `next_since` of the last answer.",
    ),
    OpenApiParameter(
        UNTIL,
        {"type": "string", "format": "date-time"},
        description="Links between pages carry it, so that all pages tell of the same changes.",
    ),
]
_SLACK = datetime.timedelta(minutes=5)


@dataclass(frozen=True)
class Mark:
    """Changes after `since` up to `until` (a moment as text), of a resource whose deleted rows have their own list."""

    since: datetime.datetime
    moment: datetime.datetime
    resource: str = ""

    @property
    def until(self) -> str:
        return _told(self.moment)

    def deleted(self, request: Request) -> str:
        query = urlencode({SINCE: _told(self.since), UNTIL: self.until})
        return request.build_absolute_uri(f"{reverse('deleted', args=[self.resource])}?{query}")

    def within(self, events: Any) -> QuerySet[Any]:
        found: QuerySet[Any] = events.objects.filter(pgh_created_at__gt=self.since, pgh_created_at__lte=self.moment)
        return found


def _told(moment: datetime.datetime) -> str:
    return moment.astimezone(datetime.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def mark_of(request: Request) -> Mark | None:
    """The mark that a list was narrowed by."""
    return getattr(request, "changes_mark", None)


# --- which lists -----------------------------------------------------------------------------------------------------
def trail_of(model: type[Model]) -> Any:
    """The trail of a model if clients may ask it what changed (`tracked(synced=True)`); None otherwise."""
    try:
        event: Any = recorded.event_model(model)
    except LookupError:
        return None
    indexed = any(index.fields[:1] == ["pgh_created_at"] for index in event._meta.indexes)
    return event if indexed else None


def parameters_of(view: Any) -> set[str]:
    """What a list understands; the detail of a row does not."""
    queryset = getattr(view, "queryset", None)
    if getattr(view, "action", "") != "list" or queryset is None or trail_of(queryset.model) is None:
        return set()
    return {SINCE, UNTIL}


def read_mark(request: Request, resource: str) -> Mark | None:
    """What is asked; None without `updated_since`. Raises ValidationError."""
    since, until = (exact_moment(request, name) for name in (SINCE, UNTIL))
    if since is None:
        if until is not None:
            raise ValidationError({UNTIL: _("This goes with updated_since only.")})
        return None
    writing, looked = recorded.settled()
    # A day's worth of skew between clocks is no reason to refuse a mark that we gave.
    if since > looked + _SLACK:
        raise ValidationError({SINCE: _("This moment lies in the future. Send the next_since of the last answer.")})
    settled = looked if writing is None else min(looked, writing - datetime.timedelta(microseconds=1))
    settled = max(settled, since)
    if until is not None and not since <= until <= settled:
        raise ValidationError(
            {UNTIL: _("A moment from updated_since to now is expected; take the links between pages as they are.")}
        )
    return Mark(since, until or settled, resource)


class ChangedSince(BaseFilterBackend):
    """`updated_since` on every list whose tables have a trail.

    A view names in `told_by` further tables that its rows tell of, each with its field that points at the row.
    """

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        if not parameters_of(view):
            return queryset
        mark = read_mark(request, view.basename)
        if mark is None:
            return queryset
        request.changes_mark = mark  # type: ignore[attr-defined]
        changed = mark.within(trail_of(queryset.model)).values(row=F("pgh_obj_id"))
        others = [
            mark.within(trail_of(model)).values(row=F(f"{field}_id")) for model, field in getattr(view, "told_by", ())
        ]
        return queryset.filter(pk__in=changed.union(*others) if others else changed)

    def get_schema_operation_parameters(self, view: Any) -> list[Any]:
        return []  # told by TrellisSchema, which knows the method too


# --- what is gone ----------------------------------------------------------------------------------------------------
def deleted_rows(model: type[Model], mark: Mark, user: Any) -> QuerySet[Any]:
    """Events of rows that were deleted, as far as the asker might have seen them."""
    event = trail_of(model)
    scope = scope_of(user)
    rows = mark.within(event).filter(pgh_label="delete")
    if scope.everything:
        return rows
    return rows.none() if scope.is_empty else rows.filter(_remembered_scope(model, scope))


def _remembered_scope(model: type[Model], scope: Any) -> Q:
    """The rule of a model, asked of trails: what a deleted row hung on may be gone too."""
    rule: Any = model.scope  # type: ignore[attr-defined]
    if isinstance(rule, Everyone):
        return Q()
    if isinstance(rule, ByProgramme):
        return _remembered(model, rule.path, scope.programmes)
    if isinstance(rule, ByLinkedRows):
        links = recorded.event_model(apps.get_model(rule.model)).objects
        held = links.filter(**{f"{rule.programme}__in": scope.programmes}).values(f"{rule.link}_id")
        found = _remembered(model, rule.row, held)
        return found | _remembered(model, rule.country, scope.countries) if rule.country and scope.countries else found
    raise TypeError(f"{type(rule).__name__} cannot be asked of a trail")


def _remembered(model: Any, path: str, values: Any) -> Q:
    """`path__in=values`, step by step through the trails."""
    head, _dot, rest = path.partition("__")
    if head == "pk":
        return Q(pgh_obj_id__in=values)
    if not rest:
        return Q(**{f"{head}__in": values})
    target = model._meta.get_field(head).related_model
    events = recorded.event_model(target).objects.filter(_remembered(target, rest, values))
    return Q(**{f"{head}__in": events.values("pgh_obj_id")})
