"""The table in which targets of one programme are set at once: indicators down, dates across. No writing here."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language

from indicators.models import Indicator, IndicatorLevel, IndicatorType, Target
from indicators.targets import FIRST_YEAR, LAST_YEAR, Wanted, chains
from programmes import numbers
from programmes.models import Phase, Programme

#: More columns than these do not fit a screen.
MOST_DATES = 6
#: Which indicators are offered beside those that have a target.
KINDS = ("", *IndicatorType.values, IndicatorLevel.PHASE.value)


@dataclass
class Cell:
    """`text` is what stands in the input, `seen` the value when the page was drawn, in plain digits."""

    name: str
    indicator: Indicator
    part: str
    date: datetime.date
    text: str = ""
    seen: str = ""
    is_proposal: bool = False
    error: str = ""


@dataclass
class TableRow:
    indicator: Indicator
    part: str
    name: str
    unit: str
    cells: list[Cell] = field(default_factory=list)


@dataclass
class Table:
    dates: list[datetime.date]
    rows: list[TableRow]

    @property
    def cells(self) -> list[Cell]:
        return [cell for row in self.rows for cell in row.cells]


def read_dates(texts: list[str]) -> list[datetime.date]:
    """Dates of the address; what cannot be meant is left out, and so are more than the table has room for."""
    found = set()
    for text in texts:
        try:
            day = datetime.date.fromisoformat(text)
        except ValueError:
            continue
        if FIRST_YEAR <= day.year <= LAST_YEAR:
            found.add(day)
    return sorted(found)[:MOST_DATES]


def usual_dates(known: list[datetime.date], phase: Phase | None) -> list[datetime.date]:
    """The dates that have targets; without any, the ends of this and the next year, and of the phase."""
    if known:
        return sorted(set(known))[-MOST_DATES:]
    year = timezone.localdate().year
    days = {datetime.date(year, 12, 31), datetime.date(year + 1, 12, 31)}
    if phase is not None and phase.completion:
        days = {day for day in days if day < phase.completion} | {phase.completion}
    return sorted(days)


def build(programme: Programme, phase: Phase | None, kind: str, dates: list[datetime.date]) -> Table:
    """Three queries. Rows are what has a target already, and all indicators of `kind`."""
    known = chains(Target.objects.filter(programme=programme, phase=phase))
    days = dates or usual_dates([key[4] for key in known], phase)
    parts = {(key[0], key[3]) for key in known}
    wanted = Q(pk__in={pk for pk, _part in parts})
    if kind == IndicatorLevel.PHASE:
        wanted |= Q(level=kind)
    elif kind or not parts:
        wanted |= Q(type=kind or IndicatorType.OUTPUT, level=IndicatorLevel.ORGANIZATION)
    table = Table(days, [])
    for indicator in Indicator.objects.filter(wanted).prefetch_related("versions"):
        version = indicator.version_now
        for part in sorted({"", *(part for pk, part in parts if pk == indicator.pk)}):
            row = TableRow(indicator, part, indicator.name, version.text("unit") if version else "")
            for day in days:
                cell = Cell(f"{indicator.code}:{part}:{day.isoformat()}", indicator, part, day)
                chain = known.get((indicator.pk, programme.pk, phase.pk if phase else None, part, day))
                if chain:
                    cell.seen = numbers.written(chain.tip.value)
                    cell.text = numbers.written(chain.tip.value, get_language() or "en")
                    cell.is_proposal = chain.tip.is_proposal
                row.cells.append(cell)
            table.rows.append(row)
    return table


def take(table: Table, sent: Mapping[str, Any]) -> dict[str, Wanted]:
    """What the person wrote, cell by cell; what was typed stays in the cells, and what cannot be read is said there."""
    wanted: dict[str, Wanted] = {}
    language = get_language() or "en"
    for cell in table.cells:
        if f"value:{cell.name}" not in sent:
            continue
        typed, seen = str(sent[f"value:{cell.name}"])[:60], str(sent.get(f"seen:{cell.name}", ""))[:60]
        cell.text, cell.seen = typed, seen
        try:
            value, before = numbers.read(typed, language), numbers.read(seen)
        except numbers.Unreadable as error:
            cell.error = str(error)
            continue
        wanted[cell.name] = Wanted(cell.indicator, cell.part, cell.date, value, before)
    return wanted
