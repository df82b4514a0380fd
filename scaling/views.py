"""Pages of the site: ask a dashboard, render it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from programmes.models import Programme
from scaling import tour
from scaling.dashboards import files, frame, organization, registry
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
    return _answered(request, registry.pages()["portfolio"], {"tour": tour.of(request.user)})


@require_safe
@login_required
def programmes_page(request: HttpRequest) -> HttpResponse:
    """The Programme page before one is chosen; one that the filter bar names is at an address of its own."""
    return _answered(request, registry.pages()["programme"])


@require_safe
@login_required
def programme_page(request: HttpRequest, code: str) -> HttpResponse:
    """404 outside the asker's scope. The code in the path is the programme of the filter bar."""
    if not Programme.objects.visible_to(request.user).filter(code=code).exists():
        raise Http404
    query = request.GET.copy()
    query.setlist("programme", list(dict.fromkeys([code, *query.getlist("programme")])))
    request.GET = QueryDict(query.urlencode())
    return _answered(request, registry.pages()["programme"])


@require_safe
@login_required
def organization_page(request: HttpRequest, code: str) -> HttpResponse:
    """How one organization is doing; its register entry is the profile of the floor below."""
    page = organization.build(request, code)
    return render(request, "dashboards/organization.html", {"page": page}, status=page.status)


@require_safe
@login_required
def organization_table(request: HttpRequest, code: str, table: str, kind: str) -> HttpResponse:
    """A table of that page as a file, with the same question."""
    page = organization.build(request, code)
    if page.status != 200:
        return render(request, "dashboards/organization.html", {"page": page}, status=page.status)
    return files.response(page, table, kind, name=f"how-is-{slugify(code)}")


@require_safe
@login_required
def question_page(request: HttpRequest, name: str) -> HttpResponse:
    """One of the pages that answer a question; see `dashboards/registry.py`."""
    entry = _entry(name)
    if request.path != entry.url:  # the Portfolio and the Programme have addresses of their own
        return redirect(f"{entry.url}?{request.GET.urlencode()}" if request.GET else entry.url)
    return _answered(request, entry)


@require_safe
@login_required
def question_table(request: HttpRequest, name: str, table: str, kind: str) -> HttpResponse:
    """A table of such a page as a file, with the same filters."""
    entry = _entry(name)
    page = frame.build(request, entry)
    if page.status != 200:
        return render(request, entry.template, {"page": page}, status=page.status)
    return files.response(page, table, kind)


def _answered(request: HttpRequest, entry: QuestionPage, more: Mapping[str, Any] | None = None) -> HttpResponse:
    page = frame.build(request, entry)
    return render(request, entry.template, {"page": page, **(more or {})}, status=page.status)


def _entry(name: str) -> QuestionPage:
    if name not in registry.pages():
        raise Http404
    return registry.pages()[name]
