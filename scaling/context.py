"""What every page knows: languages, navigation, who is here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from programmes.access import Permission, RoleName, may, roles_of, scope_of
from programmes.models import Programme
from scaling import alerts
from scaling.dashboards import registry
from scaling.dashboards.registry import QuestionPage
from scaling.dashboards.selection import Links, carried

#: Pages whose filters go along from one to the next.
DASHBOARDS = frozenset({"scaling:portfolio", "scaling:programmes", "scaling:programme", "scaling:question"})


@dataclass(frozen=True)
class Entry:
    """One line of the navigation, lit up on the page of that name; `question` is what that page answers."""

    label: str
    icon: str
    url: str
    page: str
    question: str = ""


@dataclass(frozen=True)
class Section:
    heading: str
    entries: list[Entry]


def navigation(request: HttpRequest) -> list[Section]:
    """Only pages that exist; dashboards carry the filters of the page along. The selected programme, or else a first
    one, stands for "the programme last looked at"."""
    user = request.user
    if not user.is_authenticated:
        return []
    match = getattr(request, "resolver_match", None)
    on_dashboard = match is not None and match.view_name in DASHBOARDS
    kept = carried(request.GET) if on_dashboard else {}
    codes = list(Programme.objects.visible_to(user).order_by("is_synthetic", "pk").values_list("code", flat=True))
    here = match.kwargs.get("code", "") if on_dashboard and match is not None else ""
    if here in codes:
        kept["programme"] = here
    links = Links(request.path, kept)
    chosen = kept["programme"] if kept.get("programme") in codes else next(iter(codes), "")

    def address(page: QuestionPage) -> str:
        return links.to(page.url, programme=chosen) if page.name == "programme" else links.to(page.url)

    questions = [
        Section(
            str(heading),
            [
                Entry(str(page.title), page.icon, address(page), page.name, str(page.question))
                for page in (registry.pages().get(name) for name in names)
                if page is not None and (page.name != "programme" or chosen)
            ],
        )
        for heading, names in registry.SECTIONS
    ]
    data = [
        Entry(_("My work"), "inbox", reverse("indicators:work"), "work"),
        Entry(_("Alerts"), "exclamation-triangle", reverse("scaling:alerts"), "alerts"),
        Entry(_("Rounds"), "table", reverse("indicators:rounds"), "rounds"),
        Entry(_("Organizations"), "people", reverse("organizations:list"), "organizations"),
        *(
            [Entry(_("Lists"), "file-earmark-text", reverse("lists:start"), "lists")]
            if may(user, Permission.REGISTRY_WRITE)
            else []
        ),
        Entry(_("Packs"), "file-earmark-pdf", reverse("scaling:reports"), "reports"),
        Entry(_("Targets and results"), "check2-circle", reverse("indicators:targets"), "targets"),
        Entry(_("Catalogue"), "journal-text", reverse("indicators:catalogue"), "catalogue"),
        Entry(_("Thresholds"), "gear", reverse("scaling:thresholds"), "thresholds"),
        Entry(_("Rates and prices"), "cash-coin", reverse("programmes:rates"), "rates"),
        Entry(_("Policy events and ratings"), "globe2", reverse("programmes:context"), "context"),
        Entry(_("Boundaries"), "bounding-box", reverse("programmes:boundaries"), "boundaries"),
        Entry(_("IATI"), "share", reverse("scaling:iati"), "iati"),
        Entry(_("API"), "code-slash", reverse("api-docs"), "api"),
        Entry(_("API tokens"), "key", reverse("accounts:tokens"), "tokens"),
    ]
    if may(user, Permission.ROUNDS_MANAGE):
        data.append(Entry(_("Webhooks"), "link-45deg", reverse("scaling:webhooks"), "webhooks"))
    if may(user, Permission.CATALOGUE_MANAGE):
        data.append(Entry(_("Codes of DHIS2"), "translate", reverse("scaling:dhis2"), "dhis2"))
    if may(user, Permission.FIGURES_MANAGE):
        data.append(Entry(_("Upkeep of figures"), "clock", reverse("scaling:upkeep"), "upkeep"))
    if user.is_staff:
        data.append(Entry(_("Administration"), "tools", reverse("admin:index"), "admin"))
    return [*(one for one in questions if one.entries), Section(_("Data"), data)]


def role_label(request: HttpRequest) -> str:
    """The strongest role in words, for the corner of the page."""
    if not request.user.is_authenticated or scope_of(request.user).is_empty:
        return ""
    held = roles_of(request.user)
    return str(RoleName(held[0]).label) if held else ""


def site(request: HttpRequest) -> dict[str, Any]:
    return {
        "LANGUAGES": settings.LANGUAGES,
        "is_rtl": get_language_bidi(),
        "navigation": SimpleLazyObject(lambda: navigation(request)),
        # A template calls it and so counts with a number: plural forms of Arabic do arithmetic on it.
        "alerts_waiting": cache(lambda: alerts.waiting_for(request.user)),
        "role_label": SimpleLazyObject(lambda: role_label(request)),
    }
