"""What every page knows: languages, navigation, who is here."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True)
class Entry:
    """One line of the navigation; `pages` are the names of pages it is lit up for."""

    label: str
    icon: str
    url: str
    page: str


@dataclass(frozen=True)
class Section:
    heading: str
    entries: list[Entry]


def navigation(request: HttpRequest) -> list[Section]:
    """Only pages that exist. A first programme stands for "the programme last looked at"."""
    user = request.user
    if not user.is_authenticated:
        return []
    first = Programme.objects.visible_to(user).order_by("is_synthetic", "pk").values_list("code", flat=True).first()
    scale = [Entry(_("Portfolio"), "grid-1x2", reverse("scaling:portfolio"), "portfolio")]
    if first:
        scale.append(Entry(_("Programme"), "layers", reverse("scaling:programme", args=[first]), "programme"))
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
        Entry(_("Targets and results"), "check2-circle", reverse("indicators:targets"), "targets"),
        Entry(_("Catalogue"), "journal-text", reverse("indicators:catalogue"), "catalogue"),
        Entry(_("Thresholds"), "gear", reverse("scaling:thresholds"), "thresholds"),
        Entry(_("Rates and prices"), "cash-coin", reverse("programmes:rates"), "rates"),
        Entry(_("Enabling space"), "globe2", reverse("programmes:context"), "context"),
        Entry(_("API"), "code-slash", reverse("api-docs"), "api"),
        Entry(_("API tokens"), "key", reverse("accounts:tokens"), "tokens"),
    ]
    if may(user, Permission.FIGURES_MANAGE):
        data.append(Entry(_("Upkeep of figures"), "clock", reverse("scaling:upkeep"), "upkeep"))
    if user.is_staff:
        data.append(Entry(_("Administration"), "tools", reverse("admin:index"), "admin"))
    return [Section("", scale), Section(_("Data"), data)]


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
        "alerts_waiting": SimpleLazyObject(lambda: alerts.waiting_for(request.user)),
        "role_label": SimpleLazyObject(lambda: role_label(request)),
    }
