"""The enabling space: policy events, elections and ratings, in three tables on one page, each with its form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from programmes import context
from programmes.access import Permission, may, scope_of
from programmes.forms import AssessmentForm, ElectionForm, PolicyEventForm, initial_of
from programmes.models import Election, Place, PolicyEvent, Programme, Space, SpaceAssessment
from programmes.models.context import PolicyDirection

PAGE = "context"
#: Newest rows of each table that are shown; a filter narrows what is older.
SHOWN = 200


@require_safe
@login_required
def context_page(request: HttpRequest) -> HttpResponse:
    """What in policy helped or hurt, what is on the calendar, and how the spaces are rated."""
    user, asked = request.user, request.GET
    scope = scope_of(user)
    countries = list(Place.objects.visible_to(user).filter(level=0))
    if not scope.everything:
        countries = [one for one in countries if one.pk in scope.countries_of_programmes]
    country = next((one for one in countries if one.code == asked.get("country")), None)
    space = asked.get("space", "") if asked.get("space") in Space.values else ""
    direction = asked.get("direction", "") if asked.get("direction") in PolicyDirection.values else ""

    events = PolicyEvent.objects.visible_to(user).select_related("country", "place")
    elections = Election.objects.visible_to(user).select_related("country")
    ratings = SpaceAssessment.objects.visible_to(user).select_related("programme", "country")
    if country:
        events, elections = events.filter(country=country), elections.filter(country=country)
        ratings = ratings.filter(country=country) | ratings.filter(
            programme__in=Programme.objects.filter(countries=country)
        )
    if space:
        events, ratings = events.filter(spaces__contains=[space]), ratings.filter(space=space)
    if direction:
        events = events.filter(direction=direction)
    own = writable(user)
    names = dict(Space.choices)
    shown = {
        "countries": countries,
        "country": country,
        "space": space,
        "spaces": Space.choices,
        "direction": direction,
        "directions": PolicyDirection.choices,
        "events": [
            (one, [names[code] for code in one.spaces if code in names], own(country=one.country_id))
            for one in events.order_by("-date", "-pk")[:SHOWN]
        ],
        "elections": [(one, own(country=one.country_id)) for one in elections.order_by("-date", "-pk")[:SHOWN]],
        "ratings": [
            (one, own(country=one.country_id, programme=one.programme_id))
            for one in ratings.order_by("-date", "-pk")[:SHOWN]
        ],
        "may_write": may(user, Permission.REGISTRY_WRITE),
        "page_name": PAGE,
    }
    return render(request, "programmes/context.html", shown)


def writable(user: Any) -> Callable[..., bool]:
    """Whether a row of this country or programme may be mended by `user`; no query for each."""
    scope = scope_of(user, Permission.REGISTRY_WRITE)

    def own(*, country: int | None = None, programme: int | None = None) -> bool:
        return scope.everything or country in scope.countries_of_programmes or programme in scope.programmes

    return own


def _form_page(
    request: HttpRequest, form: Any, save: Callable[[], Any], *, title: str, intro: str = ""
) -> HttpResponse:
    """A form on a page of its own: saved and gone back to the tables, or shown again with what was typed."""
    if request.method == "POST" and form.is_valid():
        try:
            save()
        except ValidationError as error:
            for field, texts in getattr(error, "message_dict", {"": error.messages}).items():
                form.add_error(field if field in form.fields else None, texts)
        else:
            messages.success(request, _("Saved."))
            return redirect("programmes:context")
    shown = {"form": form, "title": title, "intro": intro, "page_name": PAGE}
    return render(request, "programmes/context_form.html", shown, status=422 if form.errors else 200)


def _require_writer(request: HttpRequest, **where: Any) -> None:
    own = writable(request.user)
    allowed = own(**where) if where else may(request.user, Permission.REGISTRY_WRITE)
    if not allowed:
        raise PermissionDenied(_("Your role does not allow this here."))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def policy_event(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Record a policy event, or mend one."""
    row = get_object_or_404(PolicyEvent.objects.visible_to(request.user), pk=pk) if pk is not None else None
    _require_writer(request, **({"country": row.country_id} if row else {}))
    initial = initial_of(row, PolicyEventForm) if row else {}
    form = PolicyEventForm(request.POST or None, user=request.user, initial=initial)
    return _form_page(
        request,
        form,
        lambda: context.record_policy_event(event=row, by=request.user, **form.cleaned_data),
        title=row.title if row else _("A new policy event"),
        intro=_("A law, policy or decision that helps or hurts organizations in scaling up."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def election(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Record an election, or mend one."""
    row = get_object_or_404(Election.objects.visible_to(request.user), pk=pk) if pk is not None else None
    _require_writer(request, **({"country": row.country_id} if row else {}))
    initial = initial_of(row, ElectionForm) if row else {}
    form = ElectionForm(request.POST or None, user=request.user, initial=initial)
    return _form_page(
        request,
        form,
        lambda: context.record_election(election=row, by=request.user, **form.cleaned_data),
        title=_("Mend an election") if row else _("A new election"),
        intro=_("Electoral calendars are known ahead, and policy moves with them."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def assessment(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Rate a space, or mend a rating."""
    row = get_object_or_404(SpaceAssessment.objects.visible_to(request.user), pk=pk) if pk is not None else None
    _require_writer(request, **({"country": row.country_id, "programme": row.programme_id} if row else {}))
    initial = initial_of(row, AssessmentForm) if row else {}
    form = AssessmentForm(request.POST or None, user=request.user, initial=initial)
    return _form_page(
        request,
        form,
        lambda: context.assess_space(assessment=row, by=request.user, **form.cleaned_data),
        title=_("Mend a rating") if row else _("A new rating of a space"),
        intro=_("1: closed to organizations; 6: wide open to them. The evidence says why."),
    )
