"""The list of organizations, and putting a new one in."""

from __future__ import annotations

import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from organizations import listing, registry
from organizations.forms.organizations import FilterForm, RegisterForm
from organizations.views.pages import add_errors, posted
from programmes.access import Permission, may, require


@require_safe
@login_required
def organizations_page(request: HttpRequest) -> HttpResponse:
    """Search, narrow, leaf through. A filter that cannot be read finds nothing and says so."""
    today = datetime.date.today()
    form = FilterForm(request.GET, user=request.user)
    found = listing.narrowed(request.user, form.cleaned_data if form.is_valid() else {}, on=today)
    page = listing.page(
        found if form.is_valid() else found.none(),  # type: ignore[arg-type]
        request.user,
        on=today,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    kept = {name: request.GET[name] for name in form.fields if request.GET.get(name)}
    context: dict[str, Any] = {
        "form": form,
        "page_of": page,
        "is_narrowed": bool(kept),
        "next_url": "?" + urlencode({**kept, "after": page.after}) if page.after else "",
        "previous_url": "?" + urlencode({**kept, "before": page.before}) if page.before else "",
        "may_register": may(request.user, Permission.REGISTRY_WRITE),
        "page_name": "organizations",
    }
    return render(request, "organizations/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def register_page(request: HttpRequest) -> HttpResponse:
    """Put an organization in the register."""
    require(request.user, Permission.REGISTRY_WRITE)
    form = RegisterForm(posted(request), user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            made = registry.register(by=request.user, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("%(name)s is in the register.") % {"name": made.name})
            return redirect("organizations:profile", code=made.code)
    context = {"form": form, "page_name": "organizations"}
    return render(request, "organizations/register.html", context, status=422 if form.errors else 200)
