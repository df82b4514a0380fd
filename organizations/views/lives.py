"""Change an organization: its facts, its status, a merger or a split; correct and verify what stands of its life."""

from __future__ import annotations

import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from organizations import registry, statuses, ties
from organizations.forms.organizations import (
    ChangeForm,
    CorrectStatusForm,
    MergeForm,
    StatusForm,
    VerifyStatusForm,
)
from organizations.models import Organization, OrganizationStatus
from organizations.models.statuses import ENDED
from organizations.views.pages import add_errors, address, form_page, posted, writable

page = require_http_methods(["GET", "HEAD", "POST"])


@page
@login_required
def change_page(request: HttpRequest, code: str) -> HttpResponse:
    """Change the facts. Whoever comes second sees what the first one put there, and saves again."""
    organization = writable(request, code)
    initial = {name: getattr(organization, name) for name in (*registry.FACTS, "version")}
    form = ChangeForm(posted(request), user=request.user, initial=initial)

    def act(data: dict[str, Any]) -> None:
        try:
            registry.change(organization=organization, by=request.user, **data)
        except ValidationError:
            # What is sent again has been seen against what stands there now.
            now = Organization.objects.values_list("version", flat=True).get(pk=organization.pk)
            form.data = {**request.POST.dict(), "version": str(now)}
            raise

    return form_page(request, organization, form, act, title=_("Change"), button=_("Save"), done=_("Saved."))


def _present(organization: Organization) -> OrganizationStatus | None:
    return organization.statuses.order_by("-valid").first()


@page
@login_required
def status_page(request: HttpRequest, code: str) -> HttpResponse:
    """The next status."""
    organization = writable(request, code)
    present = _present(organization)
    if present is None or present.status in ENDED:
        messages.error(request, _("It has ended; no status follows."))
        return redirect(address(organization, "life"))
    form = StatusForm(posted(request), present=present.status)
    return form_page(
        request,
        organization,
        form,
        lambda data: registry.change_status(organization=organization, by=request.user, **data),
        title=_("Change the status"),
        button=_("Change it"),
        done=_("The status is changed."),
        part="life",
        note=_(
            "Now “%(status)s”, since %(day)s. When it is disbanded, its memberships, linkages, services and offices "
            "end on the same day."
        )
        % {"status": present.get_status_display(), "day": present.valid.lower},
    )


def _row(organization: Organization, pk: int) -> OrganizationStatus:
    return get_object_or_404(
        OrganizationStatus.objects.select_related("organization"), organization=organization, pk=pk
    )


@page
@login_required
def correct_status_page(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """A status that was put down wrongly."""
    organization = writable(request, code)
    row = _row(organization, pk)
    initial = {"value": row.status, "since": row.valid.lower, "reason": row.reason, "evidence": row.evidence}
    return form_page(
        request,
        organization,
        CorrectStatusForm(posted(request), row=row, initial=initial),
        lambda data: statuses.correct(status=row, by=request.user, **data),
        title=_("Correct a status"),
        button=_("Correct it"),
        done=_("The status is corrected."),
        part="life",
    )


@page
@login_required
def verify_status_page(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """A status that somebody saw to hold."""
    organization = writable(request, code)
    row = _row(organization, pk)
    return form_page(
        request,
        organization,
        VerifyStatusForm(posted(request), initial={"on": datetime.date.today(), "evidence": row.evidence}),
        lambda data: statuses.verify(status=row, by=request.user, **data),
        title=_("Verify a status"),
        button=_("Verify it"),
        done=_("The status is verified."),
        part="life",
        note=_("“%(status)s” since %(day)s") % {"status": row.get_status_display(), "day": row.valid.lower},
    )


@require_POST
@login_required
def take_back_status(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """The last status was a mistake."""
    organization = writable(request, code)
    try:
        statuses.take_back(status=_row(organization, pk), by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The last status is taken back. What had ended with it stays ended."))
    return redirect(address(organization, "life"))


@page
@login_required
def merge_page(request: HttpRequest, code: str) -> HttpResponse:
    """A merger or split in two steps: say what happens, see what ends with it, confirm."""
    organization = writable(request, code)
    present = _present(organization)
    if present is None or not registry.TRANSITIONS.get(present.status, frozenset()) & registry.WITH_SUCCESSOR:
        messages.error(request, _("Only an organization that works can merge or split."))
        return redirect(address(organization, "life"))
    form = MergeForm(posted(request), user=request.user, present=present.status)
    shown: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        data = {**form.cleaned_data, "successors": tuple(form.cleaned_data["successors"])}
        try:
            if "confirm" in request.POST:
                registry.change_status(organization=organization, by=request.user, **data)
                messages.success(request, _("Done. The successors carry on what it was."))
                return redirect(address(organization, "life"))
            registry.check_change(organization, data["status"], data["on"], data["successors"])
        except ValidationError as error:
            add_errors(form, error)
        else:
            shown = {**data, "ending": ties.ending(organization, data["on"], request.user)}
    context = {
        "organization": organization,
        "form": form,
        "shown": shown,
        "back": address(organization, "life"),
        "page_name": "organizations",
    }
    return render(request, "organizations/merge.html", context, status=422 if form.errors else 200)
