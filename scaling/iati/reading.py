"""Everything that activity files tell of programmes, in a number of queries that does not grow with them."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Min, QuerySet
from django.utils import timezone

from programmes.models import FinancingLine, Phase, Programme, ProgrammeReplication
from scaling import indicator_lines
from scaling.iati import reporters
from scaling.iati.models import ReportingOrganization
from scaling.indicator_line import Line

Day = datetime.date


@dataclass
class Told:
    """One programme with all that its file needs."""

    programme: Programme
    reporter: ReportingOrganization
    #: In order; a carrier of unsplit totals stands apart.
    phases: list[Phase] = field(default_factory=list)
    carrier: Phase | None = None
    money: dict[int, list[FinancingLine]] = field(default_factory=lambda: defaultdict(list))
    lines: list[Line] = field(default_factory=list)
    #: Programmes whose model it copies, and those that copy it, as far as they may be told.
    replications: list[ProgrammeReplication] = field(default_factory=list)
    #: When it was first written down here: what is left to say of a start that nobody states.
    recorded: Day = field(default_factory=timezone.localdate)
    #: programme id → who reports it, to name related activities.
    reporters: dict[int, ReportingOrganization] = field(default_factory=dict)


def chosen(visible: QuerySet[Programme], codes: Sequence[str] = (), *, synthetic: bool = False) -> list[Programme]:
    """The programmes of a file among those that may be seen: the named ones, else all that are not invented."""
    found = visible.filter(code__in=codes) if codes else visible if synthetic else visible.filter(is_synthetic=False)
    return list(found.select_related("lead_financier").prefetch_related("countries").order_by("code"))


def gather(programmes: Sequence[Programme], visible: QuerySet[Programme], *, unlimited: bool = False) -> list[Told]:
    """Raises NoReporter, and TooMany unless `unlimited` (a command has the time)."""
    who = reporters.of_programmes(programmes)
    told = {one.pk: Told(one, who[one.pk], reporters=who) for one in programmes}
    ids = list(told)
    phases = list(Phase.objects.filter(programme__in=ids).order_by("programme", "sequence"))
    for phase in phases:
        phase.programme = told[phase.programme_id].programme
        if phase.is_aggregate:
            told[phase.programme_id].carrier = phase
        else:
            told[phase.programme_id].phases.append(phase)
    money = FinancingLine.objects.filter(phase__in=phases).select_related("partner").prefetch_related("corrections")
    owner = {phase.pk: phase.programme_id for phase in phases}
    for line in money.order_by("phase__sequence", "pk"):
        told[owner[line.phase_id]].money[line.phase_id].append(line)
    for found in indicator_lines.read(programmes=programmes, phases=phases, unlimited=unlimited):
        told[found.programme.pk].lines.append(found)
    _replications(told, visible)
    events: Any = Programme.pgh_event_model  # type: ignore[attr-defined]
    first = events.objects.filter(pgh_obj_id__in=ids).values("pgh_obj_id").annotate(at=Min("pgh_created_at"))
    for row in first:
        told[row["pgh_obj_id"]].recorded = timezone.localdate(row["at"])
    return list(told.values())


def _replications(told: dict[int, Told], visible: QuerySet[Programme]) -> None:
    """Links to programmes that the reader may see; others are not told."""
    links = ProgrammeReplication.objects.filter(programme__in=visible, original__in=visible)
    for link in links.select_related("programme", "original").order_by("pk"):
        for pk in {link.programme_id, link.original_id} & told.keys():
            told[pk].replications.append(link)
