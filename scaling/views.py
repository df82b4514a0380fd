"""Pages of the site: ask a dashboard, render it."""

from __future__ import annotations

from pathlib import Path

from django.contrib.auth.decorators import login_required
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from scaling.dashboards import portfolio, programme


@require_safe
@never_cache
def service_worker(request: HttpRequest) -> HttpResponse:
    """The script that lets pages of entry open with the line down; it must be served from the root to reach them."""
    found = finders.find("trellis/sw.js")
    assert isinstance(found, str)
    return HttpResponse(Path(found).read_bytes(), content_type="text/javascript")


@require_safe
@login_required
def portfolio_page(request: HttpRequest) -> HttpResponse:
    return render(request, "dashboards/page.html", {"page": portfolio.build(request)})


@require_safe
@login_required
def programme_page(request: HttpRequest, code: str) -> HttpResponse:
    return render(request, "dashboards/page.html", {"page": programme.build(request, code)})
