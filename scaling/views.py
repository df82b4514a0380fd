"""Pages of the site: ask a dashboard, render it."""

from __future__ import annotations

from pathlib import Path

from django.contrib.auth.decorators import login_required
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from scaling import tour
from scaling.dashboards import files, frame, organization, portfolio, programme, registry
from scaling.dashboards.registry import QuestionPage


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
    return render(request, "dashboards/page.html", {"page": portfolio.build(request), "tour": tour.of(request.user)})


@require_safe
@login_required
def programme_page(request: HttpRequest, code: str) -> HttpResponse:
    return render(request, "dashboards/page.html", {"page": programme.build(request, code)})


@require_safe
@login_required
def organization_page(request: HttpRequest, code: str) -> HttpResponse:
    """How one organization is doing; its register entry is the profile of the floor below."""
    return render(request, "dashboards/organization.html", {"page": organization.build(request, code)})


@require_safe
@login_required
def question_page(request: HttpRequest, name: str) -> HttpResponse:
    """One of the pages that answer a question; see `dashboards/registry.py`."""
    entry = _entry(name)
    page = frame.build(request, entry)
    return render(request, entry.template, {"page": page}, status=page.status)


@require_safe
@login_required
def question_table(request: HttpRequest, name: str, table: str, kind: str) -> HttpResponse:
    """A table of such a page as a file, with the same filters."""
    entry = _entry(name)
    page = frame.build(request, entry)
    if page.status != 200:
        return render(request, entry.template, {"page": page}, status=page.status)
    return files.response(page, table, kind)


def _entry(name: str) -> QuestionPage:
    if name not in registry.pages():
        raise Http404
    return registry.pages()[name]
