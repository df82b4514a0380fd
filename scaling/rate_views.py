"""The page of what is missing in exchange rates and price indices."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from programmes import rates
from scaling.missing_rates import CURRENCY, INDEX, RATE, Missing, missing


@require_safe
@login_required
def missing_page(request: HttpRequest) -> HttpResponse:
    """Every rate and index that figures wait for, with a link that opens the form filled in."""
    may_write = rates.may_write(request.user)
    found = missing(request.user)
    context = {
        "lines": [(one, _link(one) if may_write and one.what != CURRENCY else "") for one in found],
        "rates": sum(1 for one in found if one.what == RATE),
        "indices": sum(1 for one in found if one.what == INDEX),
        "may_write": may_write,
        "page_name": "rates",
    }
    return render(request, "scaling/missing_rates.html", context)


def _link(one: Missing) -> str:
    page = "programmes:rates-new" if one.what == RATE else "programmes:prices-new"
    asked = {"currency": one.currency, "date": one.day.isoformat(), "from": "missing"}
    return f"{reverse(page)}?{urlencode(asked)}"
