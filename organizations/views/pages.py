"""What the pages of the register share: find the organization, show a form, put a refusal where it belongs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise

from organizations.models import Organization
from organizations.registry import may_write


def visible(request: HttpRequest, code: str) -> Organization:
    """An organization inside the person's scope, else 404."""
    found = Organization.objects.visible_to(request.user).select_related("place", "country")
    return get_object_or_404(found, code=code)


def writable(request: HttpRequest, code: str) -> Organization:
    """An organization whose register the person keeps: 404 outside the scope, 403 for those who only read."""
    organization = visible(request, code)
    may_write(request.user, organization)
    return organization


def posted(request: HttpRequest) -> Any:
    """What a form is filled with: an empty form that was sent is filled too."""
    return request.POST if request.method == "POST" else None


def add_errors(form: forms.BaseForm, error: ValidationError) -> None:
    """Errors of an operation at the fields they name; those of no field of the form above it."""
    found = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
    for field, texts in found.items():
        form.add_error(field if field in form.fields else None, texts)


def address(organization: Organization, part: str = "") -> str:
    url = reverse("organizations:profile", args=[organization.code])
    return f"{url}#{part}" if part else url


def form_page(
    request: HttpRequest,
    organization: Organization,
    form: forms.BaseForm,
    act: Callable[[dict[str, Any]], Any],
    *,
    title: str | Promise,
    button: str | Promise,
    done: str | Promise,
    part: str = "",
    note: str | Promise = "",
    template: str = "organizations/form.html",
    **context: Any,
) -> HttpResponse:
    """One form, one operation: `act` gets the cleaned data. Goes back to the profile, or shows what is wrong (422)."""
    if request.method == "POST" and form.is_valid():
        try:
            act(dict(form.cleaned_data))
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, str(done))
            return redirect(address(organization, part))
    context |= {
        "organization": organization,
        "form": form,
        "title": title,
        "button": button,
        "note": note,
        "back": address(organization, part),
        "page_name": "organizations",
    }
    return render(request, template, context, status=422 if form.errors else 200)
