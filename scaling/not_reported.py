"""The list of who has not reported: a page at a time, in the order of names, with the filters of the dashboards."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from indicators.models import RoundDue
from scaling.dashboards import frame, registry
from scaling.dashboards.questions import data_quality

PAGE = 50


@require_safe
@login_required
def not_reported_page(request: HttpRequest) -> HttpResponse:
    """`?after=CODE:round` is the last line of the page before; the other parameters are the filters."""
    given = request.GET.copy()
    after = str((given.pop("after", [""]) or [""])[-1])
    request.GET = given  # type: ignore[assignment]  # what is left are filters, which are read strictly
    asked = frame.Asked.of(request, registry.pages()["data-quality"])
    context: dict[str, Any] = {"back": asked.links.here(), "page_name": "data-quality"}
    errors = asked.selection.errors
    rows: list[RoundDue] = []
    if not errors:
        try:
            frame.understood(asked, lambda: rows.extend(_rows(asked, after)))
        except frame.NotEnoughData as lack:
            context["lack"] = lack.empty
    if errors:
        context["errors"] = [text or _("There is no such code that you may see.") for text in errors.values()]
        return render(request, "scaling/not_reported.html", context, status=400)
    context["rows"] = rows[:PAGE]
    if len(rows) > PAGE:
        last = rows[PAGE - 1]
        path = data_quality.missing_url(asked)
        mark = f"after={last.organization.code}:{last.round.code}"
        context["next_url"] = f"{path}{'&' if '?' in path else '?'}{mark}"
    context["is_first"] = not after
    context["first_url"] = data_quality.missing_url(asked)
    return render(request, "scaling/not_reported.html", context)


def _rows(asked: frame.Asked, after: str) -> list[RoundDue]:
    found = data_quality.not_reported(asked)
    code, _colon, round_code = after.partition(":")
    mark = found.filter(organization__code=code, round__code=round_code).first() if round_code else None
    if mark is not None:
        name = mark.organization.name
        found = found.filter(
            Q(organization__name__gt=name)
            | Q(organization__name=name, organization__code__gt=code)
            | Q(organization__name=name, organization__code=code, round__code__gt=round_code)
        )
    return list(found[: PAGE + 1])
