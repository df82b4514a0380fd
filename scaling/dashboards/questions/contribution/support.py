"""What was done: interventions, days and participants by purpose, of the phases of the selection."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from organizations.models.support import Purpose
from programmes.models import Phase
from scaling import figures, formats
from scaling.dashboards.common import counted
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Cell, Column, Empty, FigureCard
from scaling.figures import Series


@dataclass(frozen=True)
class Done:
    """Support for one purpose. `untold`: interventions whose participants are not recorded."""

    interventions: int = 0
    participants: int = 0
    women: int = 0
    days: int = 0
    untold: int = 0


@dataclass(frozen=True)
class Outputs:
    by_purpose: dict[str, Done]

    @property
    def interventions(self) -> int:
        return sum(one.interventions for one in self.by_purpose.values())

    @property
    def participants(self) -> int:
        return sum(one.participants for one in self.by_purpose.values())

    @property
    def days(self) -> int:
        return sum(one.days for one in self.by_purpose.values())


# An intervention without an end lasts until its phase is completed, at most until the day.
_DONE = """
    SELECT i.purpose, count(*), COALESCE(sum(i.participants), 0), COALESCE(sum(i.women), 0),
           COALESCE(sum(LEAST(COALESCE(upper(i.valid), p.completion + 1, d.day + 1), d.day + 1) - lower(i.valid)), 0),
           count(*) FILTER (WHERE i.participants IS NULL)
    FROM unnest(%(programmes)s::bigint[], %(days)s::date[]) d(programme, day)
    JOIN programmes_phase p ON p.programme_id = d.programme
    JOIN organizations_intervention i ON i.phase_id = p.id AND lower(i.valid) <= d.day
    WHERE p.id = ANY(%(phases)s)
    GROUP BY i.purpose
"""


def outputs(asked: Asked) -> Outputs:
    """Two queries: phases that the reader may see, and the sums over their interventions."""
    sources = asked.now.sources
    programmes = [source.programme.pk for source in sources]
    phases = Phase.objects.visible_to(asked.user).filter(programme__in=programmes)
    if asked.selection.phase is not None:
        phases = phases.filter(pk=asked.selection.phase.pk)
    with connection.cursor() as cursor:
        cursor.execute(
            _DONE,
            {
                "programmes": programmes,
                "days": [source.on for source in sources],
                "phases": list(phases.values_list("pk", flat=True)),
            },
        )
        return Outputs({purpose: Done(*map(int, numbers)) for purpose, *numbers in cursor.fetchall()})


def words(found: Outputs) -> str:
    if not found.interventions:
        return _("No support is recorded.")
    return ngettext(
        "%(n)s intervention reached %(people)s participants.",
        "%(n)s interventions reached %(people)s participants.",
        found.interventions,
    ) % {"n": formats.number(found.interventions), "people": formats.number(found.participants)}


def picture(asked: Asked, found: Outputs) -> FigureCard:
    title = _("What was done")
    labels = {purpose: str(Purpose(purpose).label) for purpose in Purpose.values if purpose in found.by_purpose}
    table = asked.table(
        "support",
        [
            Column(_("Purpose")),
            Column(_("Interventions"), numeric=True),
            Column(_("Days"), numeric=True, help=_("first to last day, added up")),
            Column(_("Participants"), numeric=True),
            Column(_("Women"), numeric=True),
            Column(_("Without participants on record"), numeric=True),
        ],
        [
            [
                Cell(label),
                *(
                    counted(getattr(found.by_purpose[purpose], name))
                    for name in ("interventions", "days", "participants", "women", "untold")
                ),
            ]
            for purpose, label in labels.items()
        ],
        title=title,
        caption=_("Interventions, their days and participants, by purpose"),
    )
    if not found.interventions:
        text = _("Interventions (what support, when, which organizations): none is recorded up to this round.")
        empty = Empty(
            _("Not enough data"), text, _("Organizations, where support is entered"), asked.organizations_url()
        )
        return FigureCard("support", title, "", table, None, span=5, empty=empty)
    most = max(labels, key=lambda purpose: found.by_purpose[purpose].interventions)
    reading = _("Most of it was %(purpose)s: %(n)s of %(all)s interventions.") % {
        "purpose": labels[most],
        "n": formats.number(found.by_purpose[most].interventions),
        "all": formats.number(found.interventions),
    }
    ordered = list(labels)
    texts = [
        ngettext("%(n)s, %(people)s participant", "%(n)s, %(people)s participants", found.by_purpose[one].participants)
        % {
            "n": formats.number(found.by_purpose[one].interventions),
            "people": formats.number(found.by_purpose[one].participants),
        }
        for one in ordered
    ]
    bars = [
        Series(
            labels[purpose],
            purpose,
            [float(found.by_purpose[one].interventions) if one == purpose else None for one in ordered],
            [texts[i] if one == purpose else "" for i, one in enumerate(ordered)],
        )
        for purpose in ordered
    ]
    figure = figures.lying_bars(
        [labels[one] for one in ordered],
        bars,
        [formats.number(found.by_purpose[one].interventions) for one in ordered],
    )
    figure["layout"]["showlegend"] = False
    return FigureCard("support", title, reading, table, figure, _("interventions by purpose"), 5, 300)
