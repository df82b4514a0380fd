"""The list of question pages: a file in `questions/` that holds a `PAGE` is on it, and so in navigation and addresses.

Order and headings of the pages stand here; a page that is not built yet is simply not listed.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from scaling.dashboards import questions

if TYPE_CHECKING:
    from scaling.dashboards.frame import Asked
    from scaling.dashboards.page import Page

#: Filters that every page takes: a page is built inside the moment that is asked for (`frame.build`).
OF_ALL = frozenset({"country", "programme", "phase", "known_at", "synthetic"})
#: Filters that pages of organizations take.
OF_ORGANIZATIONS = OF_ALL | {"place", "kind", "tier", "apex", "round", "as_of", "against"}

#: Headings of the navigation and the pages under each, by name.
SECTIONS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    ("", ("portfolio", "programme")),
    (_("Scale"), ("on-track", "membership", "map", "pathway", "federations", "sustainability")),
    (_("Strength"), ("outcomes", "contribution", "inclusion", "services")),
    (_("Money and markets"), ("finance", "linkages")),
    (_("Around it"), ("enabling-space", "data-quality")),
)


@dataclass(frozen=True)
class QuestionPage:
    """A page that answers one question.

    `name` is its address (`questions/<name>/`, unless `route` names another), `takes` the filters that change its
    figures, `build` fills the page from what was asked. `template` extends `dashboards/question.html` where the
    components do not say enough. `own` are parameters of the address that only this page knows (`selection.read`).
    """

    name: str
    title: Any
    question: Any
    icon: str
    build: Callable[[Asked, Page], None]
    takes: frozenset[str] = OF_ORGANIZATIONS
    template: str = "dashboards/question.html"
    own: frozenset[str] = frozenset()
    route: str = ""

    @property
    def url(self) -> str:
        return reverse(self.route) if self.route else reverse("scaling:question", kwargs={"name": self.name})


@cache
def pages() -> dict[str, QuestionPage]:
    """Every page by name, in the order of the navigation. LookupError for one that stands under no heading."""
    found = {}
    for module in pkgutil.iter_modules(questions.__path__):
        page = getattr(importlib.import_module(f"{questions.__name__}.{module.name}"), "PAGE", None)
        if page is not None:
            found[page.name] = page
    order = [name for _heading, names in SECTIONS for name in names]
    if lost := found.keys() - set(order):
        raise LookupError(f"under no heading of the navigation: {', '.join(sorted(lost))}")
    return {name: found[name] for name in order if name in found}
