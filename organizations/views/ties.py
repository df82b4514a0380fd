"""A form for each operation on what ties an organization to others."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from organizations import apex_memberships, enrolments, interventions, linkages, offices, services
from organizations.forms import ties as forms
from organizations.models import ApexMembership, Linkage, Office, Organization, ProgrammeEnrolment, Service
from organizations.views.pages import form_page, posted, writable
from programmes.models import Programme

page = require_http_methods(["GET", "HEAD", "POST"])


@page
@login_required
def join_page(request: HttpRequest, code: str) -> HttpResponse:
    """Join an apex; coming back is joining again (`?apex=` names it)."""
    organization = writable(request, code)
    form = forms.JoinForm(posted(request), user=request.user, initial={"apex": request.GET.get("apex", "")})

    def act(data: dict[str, Any]) -> None:
        joined = apex_memberships.join(member=organization, by=request.user, **data)
        for warning in joined.warnings:
            messages.warning(request, str(warning))

    return form_page(
        request,
        organization,
        form,
        act,
        title=_("Join an apex"),
        button=_("Join"),
        done=_("It has joined."),
        part="apexes",
    )


@page
@login_required
def leave_page(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    organization = writable(request, code)
    found = ApexMembership.objects.filter(apex__in=Organization.objects.visible_to(request.user))
    row = get_object_or_404(found.select_related("member", "apex"), member=organization, pk=pk)
    return form_page(
        request,
        organization,
        forms.LeaveForm(posted(request)),
        lambda data: apex_memberships.leave(membership=row, by=request.user, **data),
        title=_("Leave %(apex)s") % {"apex": row.apex.name},
        button=_("Leave"),
        done=_("It has left; what was stays on record."),
        part="apexes",
        note=_("Member since %(day)s") % {"day": row.valid.lower},
    )


@page
@login_required
def open_linkage_page(request: HttpRequest, code: str) -> HttpResponse:
    organization = writable(request, code)
    return form_page(
        request,
        organization,
        forms.OpenLinkageForm(posted(request), user=request.user),
        lambda data: linkages.open_linkage(organization=organization, by=request.user, **data),
        title=_("Open a linkage"),
        button=_("Open it"),
        done=_("The linkage is open."),
        part="linkages",
    )


def _linkage(request: HttpRequest, code: str, pk: int) -> tuple[Organization, Linkage, str]:
    """The organization, its linkage, and the linkage in words."""
    organization = writable(request, code)
    rows = Linkage.objects.select_related("organization", "partner", "partner_organization")
    row = get_object_or_404(rows, organization=organization, pk=pk)
    other = row.partner_organization
    named = row.partner.name if row.partner else ""
    if other and Organization.objects.visible_to(request.user).filter(pk=other.pk).exists():
        named = other.name
    words = _("%(kind)s, %(partner)s, since %(day)s") % {
        "kind": row.get_kind_display(),
        "partner": named or _("an organization outside what you may see"),
        "day": row.valid.lower,
    }
    if row.valid.upper:
        words = _("%(words)s, until %(day)s") % {"words": words, "day": row.valid.upper}
    return organization, row, words


@page
@login_required
def renew_linkage_page(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    organization, row, words = _linkage(request, code, pk)
    return form_page(
        request,
        organization,
        forms.RenewLinkageForm(posted(request)),
        lambda data: linkages.renew(linkage=row, by=request.user, **data),
        title=_("Renew a linkage"),
        button=_("Renew it"),
        done=_("The linkage is renewed."),
        part="linkages",
        note=words,
    )


@page
@login_required
def end_linkage_page(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    organization, row, words = _linkage(request, code, pk)
    return form_page(
        request,
        organization,
        forms.EndLinkageForm(posted(request)),
        lambda data: linkages.end(linkage=row, by=request.user, **data),
        title=_("End a linkage"),
        button=_("End it"),
        done=_("The linkage has ended."),
        part="linkages",
        note=words,
    )


@page
@login_required
def transaction_page(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    organization, row, words = _linkage(request, code, pk)
    form = forms.TransactionForm(posted(request), user=request.user, initial={"currency": row.currency})
    return form_page(
        request,
        organization,
        form,
        lambda data: linkages.record_transaction(linkage=row, by=request.user, **data),
        title=_("Record a transaction"),
        button=_("Record it"),
        done=_("The transaction is recorded."),
        part="linkages",
        note=words,
    )


@page
@login_required
def add_service_page(request: HttpRequest, code: str) -> HttpResponse:
    organization = writable(request, code)
    return form_page(
        request,
        organization,
        forms.ServiceForm(posted(request), user=request.user),
        lambda data: services.add(organization=organization, by=request.user, **data),
        title=_("Add a service"),
        button=_("Add it"),
        done=_("The service is added."),
        part="services",
    )


@page
@login_required
def end_service_page(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    organization = writable(request, code)
    row = get_object_or_404(Service.objects.select_related("organization"), organization=organization, pk=pk)
    return form_page(
        request,
        organization,
        forms.EndForm(posted(request)),
        lambda data: services.end(service=row, by=request.user, **data),
        title=_("End a service"),
        button=_("End it"),
        done=_("The service has ended."),
        part="services",
        note=_("%(what)s, since %(day)s") % {"what": row.get_kind_display(), "day": row.valid.lower},
    )


@page
@login_required
def record_intervention_page(request: HttpRequest, code: str) -> HttpResponse:
    """Support that reached this organization, and others with it."""
    organization = writable(request, code)
    form = forms.InterventionForm(posted(request), user=request.user, initial={"organizations": [organization]})
    return form_page(
        request,
        organization,
        form,
        lambda data: interventions.record(by=request.user, **data),
        title=_("Record an intervention"),
        button=_("Record it"),
        done=_("The intervention is recorded."),
        part="support",
    )


def _with_persons(request: HttpRequest, code: str) -> Organization:
    organization = writable(request, code)
    if not offices.may_read_persons(request.user, organization):
        raise PermissionDenied(_("Your role does not allow this here."))
    return organization


@page
@login_required
def add_office_page(request: HttpRequest, code: str) -> HttpResponse:
    organization = _with_persons(request, code)
    return form_page(
        request,
        organization,
        forms.OfficeForm(posted(request)),
        lambda data: offices.add(organization=organization, by=request.user, **data),
        title=_("Add an office"),
        button=_("Add it"),
        done=_("The office is added."),
        part="offices",
        note=_("Persons are on record only by a code and with their consent."),
    )


@page
@login_required
def end_office_page(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    organization = _with_persons(request, code)
    row = get_object_or_404(Office.objects.select_related("organization"), organization=organization, pk=pk)
    return form_page(
        request,
        organization,
        forms.EndForm(posted(request)),
        lambda data: offices.end(office=row, by=request.user, **data),
        title=_("End an office"),
        button=_("End it"),
        done=_("The office has ended."),
        part="offices",
        note=_("%(what)s, since %(day)s") % {"what": row.title, "day": row.valid.lower},
    )


@page
@login_required
def enrol_page(request: HttpRequest, code: str) -> HttpResponse:
    organization = writable(request, code)
    return form_page(
        request,
        organization,
        forms.EnrolForm(posted(request), user=request.user),
        lambda data: enrolments.enrol(organization=organization, by=request.user, **data),
        title=_("Take part in a programme"),
        button=_("Enrol"),
        done=_("It takes part in the programme."),
        part="programmes",
        note=_("People of the programme then see the organization and keep its register."),
    )


@page
@login_required
def end_enrolment_page(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    organization = writable(request, code)
    rows = ProgrammeEnrolment.objects.filter(programme__in=Programme.objects.visible_to(request.user))
    row = get_object_or_404(rows.select_related("organization", "programme"), organization=organization, pk=pk)
    return form_page(
        request,
        organization,
        forms.EndForm(posted(request)),
        lambda data: enrolments.end(enrolment=row, by=request.user, **data),
        title=_("Stop taking part in %(programme)s") % {"programme": row.programme},
        button=_("End it"),
        done=_("It no longer takes part in the programme."),
        part="programmes",
    )
