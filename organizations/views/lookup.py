"""Suggestions for a field that asks for another row: a few names and codes that contain what was typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from organizations.forms.fields import plain, searched
from organizations.models import Organization
from programmes.models import Partner, Place

LISTS: dict[str, Callable[[Any], QuerySet[Any]]] = {
    "organizations": lambda user: Organization.objects.visible_to(user).select_related("place"),
    "apexes": lambda user: Organization.objects.visible_to(user).apexes().select_related("place"),  # type: ignore[attr-defined]
    "places": lambda user: Place.objects.visible_to(user).select_related("parent"),
    "partners": lambda user: Partner.objects.visible_to(user).select_related("country"),
}
SHOWN = 12


@require_safe
@never_cache
def lookup(request: HttpRequest, what: str) -> HttpResponse:
    """`{"results": [{"value": "Name (CODE)", "note": "where"}, …]}`, at most SHOWN, only what the asker may see."""
    if not request.user.is_authenticated:
        return JsonResponse({"detail": _("Sign in again.")}, status=401)
    if what not in LISTS:
        raise Http404
    text = plain(request.GET.get("q", ""))[:200]
    rows = searched(LISTS[what](request.user), text)[:SHOWN] if text else []
    return JsonResponse({"results": [{"value": f"{row.name} ({row.code})", "note": _note(row)} for row in rows]})


def _note(row: Any) -> str:
    if isinstance(row, Organization):
        return f"{row.get_kind_display()} · {row.place.name}"
    around = row.parent if isinstance(row, Place) else row.country
    return around.name if around else ""
