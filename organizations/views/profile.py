"""One organization: what is so on a day, and what was changed by whom."""

from __future__ import annotations

import datetime

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from organizations import history, profile
from organizations.offices import may_read_persons
from organizations.views.pages import visible
from programmes.access import Permission, require


@require_safe
@login_required
def profile_page(request: HttpRequest, code: str) -> HttpResponse:
    """Facts, life, apexes and members, linkages, services, support, offices; as of today or `?as_of=2020-06-30`."""
    organization = visible(request, code)
    on, problem = _day(request.GET.get("as_of", ""))
    context = {
        "profile": profile.build(organization, user=request.user, on=on),
        "organization": organization,
        "problem": problem,
        "page_name": "organizations",
    }
    return render(request, "organizations/profile.html", context)


def _day(text: str) -> tuple[datetime.date, str]:
    """The day that is asked for, and a sentence when it is none."""
    today = datetime.date.today()
    if not text:
        return today, ""
    try:
        if len(text) != 10:
            raise ValueError
        return datetime.date.fromisoformat(text), ""
    except ValueError:
        return today, _("A date such as 2022-06-30 is expected; today is shown.")


@require_safe
@login_required
def history_page(request: HttpRequest, code: str) -> HttpResponse:
    """Every change, for those who may read who made it."""
    organization = visible(request, code)
    if (
        not type(organization)
        .objects.visible_to(request.user, Permission.AUDIT_READ)
        .filter(pk=organization.pk)
        .exists()
    ):
        require(None, Permission.AUDIT_READ)
    changes = history.of(organization, user=request.user, persons=may_read_persons(request.user, organization))
    context = {"organization": organization, "changes": changes, "page_name": "organizations"}
    return render(request, "organizations/history.html", context)
