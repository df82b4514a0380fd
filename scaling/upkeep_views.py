"""Upkeep of figures: what waits to be computed, who computes it, and computing everything again."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from programmes.access import Permission, require
from programmes.forms import choose_from
from programmes.models import Programme
from programmes.rate_views import add_errors
from scaling import health, rebuilds
from scaling.models import Rebuild

#: So many of the last rebuilds are shown.
SHOWN = 20


class RebuildForm(forms.Form):
    programme = forms.ModelChoiceField(
        Programme.objects.none(),
        label=gettext_lazy("Whose figures"),
        required=False,
        to_field_name="code",
        empty_label=gettext_lazy("all programmes"),
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "programme", Programme.objects.visible_to(user).order_by("name"))


def _now(open_one: Rebuild | None) -> dict[str, Any]:
    """What changes while somebody looks."""
    done = rebuilds.progress_of(open_one) if open_one else 0
    return {
        "standing": rebuilds.standing(),
        "worker_lives": health.worker_lives(),
        "open": open_one,
        "done": done,
        "percent": 100 * done // open_one.total if open_one else 0,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def upkeep_page(request: HttpRequest) -> HttpResponse:
    """How figures are kept up; a button that computes them again. `?part=1` is what the page looks at again."""
    require(request.user, Permission.FIGURES_MANAGE)
    if request.method != "POST" and request.GET.get("part"):
        return render(request, "scaling/upkeep_now.html", _now(rebuilds.open_one()))
    form = RebuildForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            rebuilds.start(by=request.user, programme=form.cleaned_data["programme"])
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("Asked for. You can leave this page; it goes on."))
            return redirect("scaling:upkeep")
    rows = Rebuild.objects.visible_to(request.user, Permission.FIGURES_MANAGE)
    last = rows.select_related("programme", "asked_by", "ended_by")[:SHOWN]
    context = {
        **_now(next((row for row in last if row.ended_at is None), None)),
        "form": form,
        "last": [(row, _length(row)) for row in last if row.ended_at is not None],
        "page_name": "upkeep",
    }
    return render(request, "scaling/upkeep.html", context, status=422 if form.errors else 200)


def _length(row: Rebuild) -> str:
    """How long it took, as 0:01:23."""
    assert row.ended_at is not None
    return str(datetime.timedelta(seconds=round((row.ended_at - row.asked_at).total_seconds())))


@require_POST
@login_required
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what is not computed yet."""
    require(request.user, Permission.FIGURES_MANAGE)
    row = get_object_or_404(Rebuild.objects.visible_to(request.user, Permission.FIGURES_MANAGE), pk=pk)
    try:
        row = rebuilds.cancel(rebuild=row, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        text = _("Cancelled: %(done)s of %(total)s were computed, the others stay as they were.")
        messages.success(request, text % {"done": row.done, "total": row.total})
    return redirect("scaling:upkeep")
