"""The parts of the Federations page that come when they are asked for: a level of the tree, the network of a day."""

from __future__ import annotations

import datetime
from dataclasses import replace

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from organizations.models import Organization
from scaling import formats
from scaling.dashboards import registry
from scaling.dashboards.frame import Asked, understood
from scaling.dashboards.page import FigureCard
from scaling.dashboards.questions.federations import days, picture, tree


def _asked(request: HttpRequest, *more: str) -> Asked:
    entry = registry.pages()["federations"]
    return Asked.of(request, replace(entry, own=entry.own | set(more)))


@require_safe
@login_required
def level(request: HttpRequest) -> HttpResponse:
    """A page of a level of the tree as a list: what is at the top, or `below` an apex; `after` as the page before gave
    it. 404 for an organization that the asker may not see."""
    asked = _asked(request, "below", "after")
    shown: list[tree.Shown] = []

    def answer() -> None:
        asking = days.read(asked)
        below = None
        if code := asked.selection["below"]:
            below = Organization.objects.visible_to(asked.user).filter(code=code).first()
            if below is None:
                raise Http404
        try:
            found = tree.level(asked, asking, below=below, after=asked.selection["after"])
        except ValueError:
            asked.selection.errors["after"] = _("This is not where a page of the tree begins.")
        else:
            shown.append(tree.shown(asked, found, below=below))

    understood(asked, answer)
    if asked.selection.errors:
        return HttpResponse("\n".join(asked.selection.errors.values()), status=400, content_type="text/plain")
    return render(request, "dashboards/federation_level.html", {"tree": shown[0]})


@require_safe
@login_required
def network(request: HttpRequest) -> JsonResponse:
    """The picture of an organization on a day: {"figure", "reading", "subtitle", "day", "table" (HTML)}."""
    asked = _asked(request)
    cards: list[tuple[FigureCard, datetime.date]] = []

    def answer() -> None:
        asking = days.read(asked)
        centre = days.centre(asked, tree.level(asked, asking))
        if not asked.selection.errors:
            cards.append((picture.card(asked, asking, centre), asking.on))

    understood(asked, answer)
    if asked.selection.errors:
        return JsonResponse({"detail": "\n".join(asked.selection.errors.values())}, status=400)
    ((card, day),) = cards
    table = render_to_string("components/data_table.html", {"table": card.table}, request) if card.table else ""
    return JsonResponse(
        {
            "figure": card.figure,
            "reading": card.reading or (card.empty.text if card.empty else ""),
            "subtitle": card.subtitle,
            "day": formats.day(day),
            "table": table,
        }
    )
