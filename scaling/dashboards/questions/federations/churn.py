"""Who joined and who left an apex in each year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F
from django.db.models.functions import ExtractYear
from django.utils.translation import gettext as _

from organizations.models import ApexMembership, Organization, ProgrammeEnrolment
from scaling import figures, formats
from scaling.dashboards import records
from scaling.dashboards.common import counted
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Cell, Column, Empty, FigureCard
from scaling.dashboards.questions.federations.days import Asking
from scaling.figures import Series
from scaling.register_answers import MOST_RECORDS

#: Years that are drawn, the last ones.
YEARS = 12


@dataclass(frozen=True)
class Churn:
    """Memberships that began and that ended, by year. `too_many`: not counted, because it would be read one by one."""

    joined: Mapping[int, int]
    left: Mapping[int, int]
    too_many: bool = False

    @property
    def years(self) -> list[int]:
        found = [*self.joined, *self.left]
        return list(range(max(min(found), max(found) - YEARS + 1), max(found) + 1)) if found else []


def read(asked: Asked, asking: Asking) -> Churn:
    """Up to the day, of the programmes' organizations. No component of rollups holds this, so that the memberships are
    counted where they are few enough: of an apex always, of programmes up to MOST_RECORDS organizations."""
    enrolled = ProgrammeEnrolment.objects.filter(programme__in=asked.selection.programmes)
    members: Any = Organization.objects.visible_to(asked.user).filter(pk__in=enrolled.values("organization"))
    found = records.narrowed(asked, on=asking.on)
    rows = ApexMembership.objects.filter(valid__startswith__lte=asking.on)
    if asked.selection.apex is not None:
        rows = rows.filter(apex=asked.selection.apex, member__in=members.values("pk"))
    elif enrolled.order_by()[: MOST_RECORDS + 1].count() > MOST_RECORDS:
        return Churn({}, {}, too_many=True)
    else:
        rows = rows.filter(member__in=(members if found is None else found).values("pk"))
    return Churn(
        _by_year(rows, "valid__startswith"), _by_year(rows.filter(valid__endswith__lte=asking.on), "valid__endswith")
    )


def _by_year(rows: Any, edge: str) -> dict[int, int]:
    grouped = rows.annotate(year=ExtractYear(F(edge))).order_by("year").values("year").annotate(n=Count("pk"))
    return dict(grouped.values_list("year", "n"))


def card(asked: Asked, found: Churn) -> FigureCard:
    title = _("Joined and left, year by year")
    table = asked.table(
        "churn",
        [Column(_("Year")), Column(_("Joined an apex"), numeric=True), Column(_("Left an apex"), numeric=True)],
        [
            [Cell(str(year)), counted(found.joined.get(year, 0)), counted(found.left.get(year, 0))]
            for year in found.years
        ],
        caption=_("Memberships in an apex that began and ended in each year"),
        title=title,
    )
    if found.too_many:
        text = _("Memberships of more than %(most)s organizations are not counted here. Choose a federation.") % {
            "most": formats.number(MOST_RECORDS)
        }
        empty = Empty(_("Too many to count while you wait"), text, _("Organizations"), asked.organizations_url())
        return FigureCard("churn", title, "", table, None, span=7, empty=empty)
    if not found.years:
        text = _("No membership in an apex is on record up to this day.")
        empty = Empty(_("Not enough data"), text, _("Organizations"), asked.organizations_url())
        return FigureCard("churn", title, "", table, None, span=7, empty=empty)
    joined = [found.joined.get(year, 0) for year in found.years]
    left = [found.left.get(year, 0) for year in found.years]
    series = [
        Series(_("joined"), "gain", joined, [formats.number(n) for n in joined]),
        Series(_("left"), "loss", [-n for n in left], [formats.number(n) for n in left]),
    ]
    figure = figures.stacked_bars([str(year) for year in found.years], series, [])
    figure["data"] = figure["data"][:2]
    figure["layout"] |= {"barmode": "relative", "yaxis": {"zeroline": True}, "xaxis": {"type": "category"}}
    reading = _("In %(year)s %(joined)s joined and %(left)s left; in all years shown %(all)s and %(gone)s.") % {
        "year": found.years[-1],
        "joined": formats.number(joined[-1]),
        "left": formats.number(left[-1]),
        "all": formats.number(sum(joined)),
        "gone": formats.number(sum(left)),
    }
    return FigureCard("churn", title, reading, table, figure, _("memberships that began, and that ended"), 7, 320)
