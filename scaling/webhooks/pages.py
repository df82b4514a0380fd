"""Pages of webhooks: one's own, a new one, its log; for who manages rounds."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from programmes.access import Permission, require
from programmes.forms import choose_from
from programmes.models import Programme
from programmes.rate_views import add_errors
from scaling.webhooks import operations
from scaling.webhooks.models import DeliveryState, EventType, Webhook, WebhookDelivery, WebhookTry

PER_PAGE = 50


class WebhookForm(forms.Form):
    url = forms.CharField(
        label=gettext_lazy("Address"), max_length=500, widget=forms.URLInput(attrs={"placeholder": "https://"})
    )
    events = forms.MultipleChoiceField(
        label=gettext_lazy("Tell of"), choices=EventType.choices, widget=forms.CheckboxSelectMultiple
    )
    programme = forms.ModelChoiceField(
        Programme.objects.none(), label=gettext_lazy("Programme"), required=False, to_field_name="code",
        empty_label=gettext_lazy("all that you may read"),
    )  # fmt: skip

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "programme", Programme.objects.visible_to(user).order_by("name"))


class ChangeForm(WebhookForm):
    is_active = forms.BooleanField(label=gettext_lazy("Switched on"), required=False)


def _own(request: HttpRequest) -> Any:
    require(request.user, Permission.ROUNDS_MANAGE)
    return Webhook.objects.visible_to(request.user, Permission.ROUNDS_MANAGE).select_related("programme", "owner")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
@sensitive_variables("secret")
def webhooks_page(request: HttpRequest) -> HttpResponse:
    """All of them and a form for a new one, whose secret is shown once."""
    rows = _own(request)
    form = WebhookForm(request.POST if request.method == "POST" else None, user=request.user)
    secret = ""
    if request.method == "POST" and form.is_valid():
        try:
            _row, secret = operations.create(by=request.user, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            form = WebhookForm(user=request.user)
    waiting = Count("deliveries", filter=Q(deliveries__state=DeliveryState.WAITING))
    context = {"form": form, "secret": secret, "rows": rows.annotate(waiting=waiting), "page_name": "webhooks"}
    return render(request, "scaling/webhooks.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def webhook_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One: change it, and the log of what it was told."""
    row = get_object_or_404(_own(request), pk=pk)
    initial = {
        "url": row.url, "events": row.events, "programme": row.programme.code if row.programme else None,
        "is_active": row.is_active,
    }  # fmt: skip
    form = ChangeForm(request.POST if request.method == "POST" else None, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            operations.change(webhook=row, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("scaling:webhook", pk=pk)
    return _shown(request, row, form)


def _shown(request: HttpRequest, row: Webhook, form: forms.Form, secret: str = "") -> HttpResponse:
    log = Prefetch("log", WebhookTry.objects.order_by("pk"))
    deliveries = WebhookDelivery.objects.visible_to(request.user).filter(webhook=row)
    deliveries = deliveries.select_related("event").prefetch_related(log).order_by("-pk")
    page = Paginator(deliveries, PER_PAGE).get_page(request.GET.get("page"))
    context = {"row": row, "form": form, "page": page, "secret": secret, "page_name": "webhooks"}
    return render(request, "scaling/webhook.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
@never_cache
@sensitive_variables("secret")
def rotate(request: HttpRequest, pk: int) -> HttpResponse:
    """A new secret, shown once."""
    row = get_object_or_404(_own(request), pk=pk)
    secret = operations.rotate(webhook=row, by=request.user)
    row = get_object_or_404(_own(request), pk=pk)
    initial = {"url": row.url, "events": row.events, "programme": row.programme, "is_active": row.is_active}
    return _shown(request, row, ChangeForm(user=request.user, initial=initial), secret)


@require_POST
@login_required
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    operations.remove(webhook=get_object_or_404(_own(request), pk=pk), by=request.user)
    messages.success(request, _("The webhook has been removed."))
    return redirect("scaling:webhooks")


@require_POST
@login_required
def redeliver(request: HttpRequest, pk: int) -> HttpResponse:
    require(request.user, Permission.ROUNDS_MANAGE)
    row = get_object_or_404(WebhookDelivery.objects.visible_to(request.user), pk=pk)
    try:
        operations.redeliver(delivery=row, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("It is sent again."))
    return redirect("scaling:webhook", pk=row.webhook_id)
