"""The day and the organization that the pictures of the register are of, from the page's own part of the address."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.utils.translation import gettext as _

from organizations.models import Organization
from scaling import federation_told
from scaling.dashboards.frame import Asked
from scaling.dashboards.selection import coded
from scaling.federation_told import Told
from scaling.federation_tree import Level

Day = datetime.date
YEAR = datetime.timedelta(days=365)


@dataclass(frozen=True)
class Asking:
    """`rounds`: ids of the last outcome round of each programme up to the day, which tell sizes and cut vertices.
    `told`: what they told as of the moment that is asked for; None where it is what is stored of them."""

    on: Day
    rounds: list[int]
    told_on: Day | None
    told: Told | None = None


def read(asked: Asked) -> Asking:
    """The day of the address, else that of the filter, else the date of the last round. A day that cannot be read is an
    error of the selection, and the last round's date stands in."""
    selection = asked.selection
    until = selection.round or (selection.rounds[-1] if selection.rounds else None)
    default = selection.as_of or (until.reference_date if until is not None else selection.today)
    text = selection["on"]
    on = _day(text, selection.today) if text else default
    if on is None:
        selection.errors[""] = _("“%(text)s” is no day: a date such as 2022-06-30 is expected, up to today.") % {
            "text": text[:60]
        }
        del selection.values["on"]
        on = default
    last = {one.programme_id: one for one in selection.rounds if one.reference_date <= on}
    told = max((one.reference_date for one in last.values()), default=None)
    rounds = [one.pk for one in last.values()]
    return Asking(on, rounds, told, None if selection.known_at is None else federation_told.read(rounds))


def _day(text: str, today: Day) -> Day | None:
    try:
        day = Day.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
    return day if day is not None and day.year >= 1900 and day <= today else None


def centre(asked: Asked, top: Level) -> Organization | None:
    """The organization of the address, else the selected apex, else the largest one of the tree's first level."""
    text = asked.selection["organization"]
    if text:
        found = Organization.objects.visible_to(asked.user).filter(code=coded(text)).select_related("place").first()
        if found is not None:
            asked.selection.values["organization"] = found.code
            return found
        asked.selection.errors[""] = _("There is no organization “%(code)s” that you may see.") % {"code": text[:60]}
        del asked.selection.values["organization"]
        return None
    if asked.selection.apex is not None:
        return asked.selection.apex
    return next((branch.organization for branch in top.branches if branch.has_members), None)


def first_day(asked: Asked, asking: Asking) -> Day:
    """Where the slider begins: with the first phase or round that is known, or ten years before the day."""
    starts = [phase.effectiveness or phase.approval for phase in asked.selection.phases]
    starts += [one.reference_date for one in asked.selection.rounds]
    known = min((day for day in starts if day is not None), default=asking.on - 10 * YEAR)
    return min(known, asking.on - YEAR)
