"""Which round a data value is about: by data set, period, attribute option combination, and what is asked of whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from indicators.models import OUTPUT_KINDS, EntryField, Round, RoundDue, RoundStatus
from scaling.exchange.dhis2 import periods
from scaling.exchange.dhis2.periods import Span


def span_of(round_: Round) -> Span:
    """The period of a round as DHIS2 can say it: its own, or the year of the date it describes."""
    if round_.kind in OUTPUT_KINDS and round_.period is not None:
        return Span(round_.period.lower, round_.period.upper)
    return periods.year_of(round_.reference_date)


def true_span(round_: Round) -> Span:
    """What it describes: its period, or the day itself."""
    if round_.period is not None:
        return Span(round_.period.lower, round_.period.upper)
    return Span(round_.reference_date, periods.Day.fromordinal(round_.reference_date.toordinal() + 1))


@dataclass
class Rounds:
    """Rounds that somebody may see, by how a period is written."""

    every: list[Round]
    by_period: dict[str, list[Round]] = field(default_factory=dict)
    #: key of a field → kinds of rounds that ask for it, and the indicator
    fields: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)

    @classmethod
    def load(cls, user: Any, programmes: Iterable[int] | None = None) -> Rounds:
        """Two queries. A round that is only planned takes no part."""
        rows = Round.objects.visible_to(user).exclude(status=RoundStatus.PLANNED).select_related("programme")
        if programmes is not None:
            rows = rows.filter(programme__in=list(programmes))
        found = cls(list(rows.order_by("pk")))
        for one in found.every:
            for name in written(one):
                found.by_period.setdefault(name, []).append(one)
        fields = EntryField.objects.values_list("key", "indicator__code", "collected_in")
        found.fields = {key: (code, tuple(kinds)) for key, code, kinds in fields}
        return found

    def asks(self, round_: Round, key: str) -> bool:
        code, kinds = self.fields[key]
        return code in round_.instrument and round_.collects in kinds


def written(round_: Round) -> set[str]:
    """All ways in which its period may be written: DHIS2's, and as an interval; that of a date as two years too."""
    span = span_of(round_)
    found = {periods.interval(span), f"{span.start.isoformat()}..{_last(span)}"}
    if name := periods.identifier(span):
        found.add(name)
    if round_.kind not in OUTPUT_KINDS:
        before = Span(periods.Day(span.start.year - 1, 1, 1), span.end)
        found |= {periods.interval(before), f"{before.start.isoformat()}..{_last(before)}"}
    return found


def _last(span: Span) -> str:
    return periods.Day.fromordinal(span.end.toordinal() - 1).isoformat()


def due(rounds: Iterable[int], organizations: Iterable[int]) -> set[tuple[int, int]]:
    """(round, organization) pairs that are due; one query."""
    rows = RoundDue.objects.filter(round__in=list(rounds), organization__in=list(organizations), is_due=True)
    return set(rows.values_list("round_id", "organization_id"))
