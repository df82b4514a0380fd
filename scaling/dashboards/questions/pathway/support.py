"""What was done for organizations, by purpose and year (question 17)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Count, F, Sum
from django.db.models.functions import ExtractYear
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from organizations.models import Intervention
from organizations.models.support import Purpose
from scaling import figures, formats
from scaling.dashboards.common import counted
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Cell, Column, Empty, FigureCard
from scaling.figures import Series


@dataclass
class Support:
    """Interventions that began in each year by purpose, and who took part in them."""

    counts: dict[int, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    participants: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def years(self) -> list[int]:
        return list(range(min(self.counts), max(self.counts) + 1)) if self.counts else []

    def total(self, purpose: str = "") -> int:
        return sum(n for year in self.counts.values() for name, n in year.items() if purpose in ("", name))


def read(asked: Asked) -> Support:
    """Support of the selected programmes up to their dates, in one query over interventions and not over whom they
    reached: of those there may be millions."""
    until = max((source.on for source in asked.now.sources), default=None)
    rows = Intervention.objects.visible_to(asked.user).filter(phase__programme__in=asked.selection.programmes)
    if asked.selection.phase is not None:
        rows = rows.filter(phase=asked.selection.phase)
    if until is not None:
        rows = rows.filter(valid__startswith__lte=until)
    grouped = (
        rows.annotate(year=ExtractYear(F("valid__startswith")))
        .values("year", "purpose")
        .annotate(n=Count("pk"), people=Sum("participants"))
        .order_by("year", "purpose")
    )
    found = Support()
    for row in grouped:
        found.counts[row["year"]][row["purpose"]] = row["n"]
        found.participants[row["year"]] += row["people"] or 0
    return found


def card(asked: Asked, found: Support) -> FigureCard:
    title = _("What was done: support by purpose")
    labels = {purpose.value: str(purpose.label) for purpose in Purpose}
    table = asked.table(
        "support",
        [
            Column(_("Year")),
            *(Column(labels[purpose].capitalize(), numeric=True) for purpose in Purpose.values),
            Column(_("Participants"), numeric=True, help=_("where they were counted")),
        ],
        [
            [
                Cell(str(year)),
                *(counted(found.counts.get(year, {}).get(purpose, 0)) for purpose in Purpose.values),
                counted(found.participants.get(year, 0)),
            ]
            for year in found.years
        ],
        caption=_("Interventions that began in each year, by purpose"),
        title=title,
    )
    if not found.counts:
        text = _("No support is on record for these programmes up to this date; it is recorded at each organization.")
        empty = Empty(_("Not enough data"), text, _("Organizations"), asked.organizations_url())
        return FigureCard("support", title, "", table, None, span=7, empty=empty)
    series = [
        Series(
            labels[purpose],
            purpose,
            [found.counts.get(year, {}).get(purpose, 0) for year in found.years],
            [formats.number(found.counts.get(year, {}).get(purpose, 0)) for year in found.years],
        )
        for purpose in Purpose.values
    ]
    totals = [sum(found.counts.get(year, {}).values()) for year in found.years]
    figure = figures.stacked_bars(
        [str(year) for year in found.years], series, [formats.number(n) if n else "" for n in totals]
    )
    figure["layout"]["xaxis"] = {"type": "category"}
    whole = found.total()
    reading = ngettext(
        "%(total)s intervention: %(parts)s.", "%(total)s interventions: %(parts)s.", whole
    ) % {
        "total": formats.number(whole),
        "parts": ", ".join(f"{labels[one]} {formats.number(found.total(one))}" for one in Purpose.values),
    }  # fmt: skip
    narrowed = any(asked.selection[name] for name in ("place", "kind", "tier", "apex"))
    subtitle = _("of the whole programme: place, kind and tier do not narrow it") if narrowed else _("by year of begin")
    return FigureCard("support", title, reading, table, figure, subtitle, 7, 300)
