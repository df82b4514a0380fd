"""Pages of the site: ask a dashboard, render it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from scaling.dashboards import portfolio, programme


@require_safe
@login_required
def portfolio_page(request: HttpRequest) -> HttpResponse:
    return render(request, "dashboards/page.html", {"page": portfolio.build(request)})


@require_safe
@login_required
def programme_page(request: HttpRequest, code: str) -> HttpResponse:
    return render(request, "dashboards/page.html", {"page": programme.build(request, code)})
