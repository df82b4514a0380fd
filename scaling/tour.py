"""The guided tour of the first minute: six steps over the Portfolio, for whoever comes to read figures.

It begins by itself at the first sign-in of a country programme manager and never again once it was ended or skipped;
everybody can ask for it from the help menu. The script `tour.js` shows the steps; the page works without it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from programmes.access import RoleName, roles_of


@dataclass(frozen=True)
class Step:
    """`target`: what it points at, as a selector; `otherwise`: where that is not on the screen."""

    title: str
    text: str
    target: str
    otherwise: str = ""


@dataclass(frozen=True)
class Tour:
    steps: list[Step]
    #: begins by itself
    begins: bool


def of(user: Any) -> Tour:
    begins = user.tour_seen_at is None and RoleName.COUNTRY_PROGRAMME_MANAGER in roles_of(user)
    return Tour(steps(), begins)


def steps() -> list[Step]:
    return [
        Step(
            _("One question, one answer"),
            _(
                "Every page asks one question and answers it in a sentence that is computed from the data. The marks "
                "under it say how fresh and how complete the figures are."
            ),
            ".answer",
        ),
        Step(
            _("Every number opens"),
            _(
                "A number that is a link leads down to the records behind it. The question mark says what it means and "
                "how it is computed. Where something cannot be computed, the reason stands there."
            ),
            ".headlines",
        ),
        Step(
            _("Look at a part"),
            _(
                "Country, programme, place, kind or round: the filters stand in the address and go along from page to "
                "page. Send the link, and somebody else sees the same."
            ),
            "details.bar",
        ),
        Step(
            _("Every picture has its table"),
            _(
                "Click a mark to go into it, or walk over the marks with the arrow keys and press Enter. The buttons "
                "show the same data as a table and download both."
            ),
            ".figure",
        ),
        Step(
            _("A page for each question"),
            _(
                "Does membership grow, who moved from bonding to linkage, who is left out, what did one dollar bring? "
                "From a page you can order a pack for a mission as PDF or for Excel."
            ),
            "#navigation .side-body",
            ".menu-button",
        ),
        Step(
            _("Here is help"),
            _("The tour begins again from this menu, whenever you like. It also leads to the definitions."),
            "[data-help]",
        ),
    ]


__all__ = ["Step", "Tour", "of", "steps"]
