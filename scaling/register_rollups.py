"""The stored components of rounds: a Cell for each place, kind and tier, a total for each federation.

Each cell keeps one register for each cohort (organizations with the same own baseline), every organization compared
with that baseline; the cell is their sum. What a cell needs is summed by *position* first (cell, cohort, direct
apexes): federations are then sums over the distinct positions below them, so that nothing counts twice.

What is stored is computed by SQL (`register_sql`). Questions that it does not answer are computed from records, with
the functions here; both are held together by tests.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import connection

from indicators.models import Round, RoundStatus
from organizations.models import ProgrammeEnrolment
from scaling import alerts, readers
from scaling.metrics.cells import Register, joined
from scaling.metrics.network import Edge
from scaling.metrics.observe import Openings, cells_by, edges_on
from scaling.metrics.records import PRIMARY, Record
from scaling.models import ApexShape, Cell, FederationTotal, LinkageTotal, RoundLayout
from scaling.models import Position as StoredPosition
from scaling.register_sql import drain

Day = datetime.date


@dataclass(frozen=True)
class Position:
    """Where an organization stands. `apexes`: its direct apexes on the date; `apex`: its own code if it is one."""

    place: str
    kind: str
    tier: str
    cohort: str
    apexes: frozenset[str]
    apex: str = ""

    @property
    def cell(self) -> tuple[str, str, str]:
        return self.place, self.kind, self.tier


#: cohort (ISO date of the own baseline, empty without one) → register
ByCohort = dict[str, Register]


@dataclass(frozen=True)
class Computed:
    """What a programme's organizations are on a date, as sums."""

    cells: dict[tuple[str, str, str], ByCohort]
    federations: dict[str, ByCohort]


def positions(
    reading: readers.Reading, opens: Openings = None, only: Iterable[str] | None = None
) -> dict[Position, Register]:
    """One register for each position. `opens` None stands for own baselines; `only` leaves the others out."""
    edges = edges_on(reading.records, reading.on)
    apexes: dict[str, set[str]] = defaultdict(set)
    for member, apex in edges:
        apexes[member].add(apex)
    counted = reading.own if only is None else reading.own & set(only)

    def position(record: Record) -> Position | None:
        if record.code not in counted:
            return None
        baseline = reading.baselines.get(record.code)
        return Position(
            place=record.place,
            kind=record.kind,
            tier=record.tier,
            cohort="" if baseline is None else baseline.isoformat(),
            apexes=frozenset(apexes.get(record.code, ())),
            apex="" if record.tier == PRIMARY else record.code,
        )

    openings = reading.openings() if opens is None else opens
    return cells_by(
        reading.records,
        position,
        on=reading.on,
        opens=openings,
        previous=reading.previous,
        rates=reading.rates,
        limits=reading.limits,
    )


def by_cohort(found: Mapping[Position, Register]) -> ByCohort:
    parts: dict[str, list[Register]] = defaultdict(list)
    for position, register in found.items():
        parts[position.cohort].append(register)
    return {cohort: joined(registers) for cohort, registers in sorted(parts.items())}


def summed(found: Mapping[Position, Register], edges: Iterable[Edge]) -> Computed:
    """Cells and federations from positions. A federation is an apex and every distinct position below it."""
    by_cell: dict[tuple[str, str, str], dict[Position, Register]] = defaultdict(dict)
    for position, register in found.items():
        by_cell[position.cell][position] = register
    return Computed(
        cells={cell: by_cohort(parts) for cell, parts in by_cell.items()},
        federations={apex: by_cohort(parts) for apex, parts in federations(found, edges).items()},
    )


def federations(found: Mapping[Position, Register], edges: Iterable[Edge]) -> dict[str, dict[Position, Register]]:
    """Apex → itself and every position below it, each once whatever the number of ways up."""
    above: dict[str, set[str]] = defaultdict(set)
    for member, apex in edges:
        above[member].add(apex)

    def upward(start: Iterable[str]) -> set[str]:
        reached: set[str] = set()
        waiting = list(start)
        while waiting:
            apex = waiting.pop()
            if apex not in reached:
                reached.add(apex)
                waiting.extend(above.get(apex, ()))
        return reached

    found_below: dict[str, dict[Position, Register]] = defaultdict(dict)
    for position, register in found.items():
        start = position.apexes | ({position.apex} if position.apex else set())
        for apex in upward(start):
            found_below[apex][position] = register
    return found_below


# --- storing ---------------------------------------------------------------------------------------------------------
def round_row(found: Round) -> readers.RoundRow:
    return readers.RoundRow(
        found.pk, found.code, found.kind, found.reference_date, found.scale_version_id, found.currency
    )


def recompute(programme_id: int, marks: Iterable[tuple[int, int | None]]) -> None:
    """Write the cells and federation totals of rounds of a programme again, and the alerts that rest on them.

    `marks`: (round, None for the whole of it or the organization whose returns changed). A planned round has none.
    """
    whole: set[int] = set()
    parts: dict[int, set[int]] = defaultdict(set)
    for round_id, organization_id in marks:
        if organization_id is None:
            whole.add(round_id)
        else:
            parts[round_id].add(organization_id)
    computed = set(RoundLayout.objects.filter(round__in=parts.keys()).values_list("pk", flat=True))
    whole |= {pk for pk, ids in parts.items() if len(ids) > drain.MOST_OF_PART or pk not in computed}
    opened = list(Round.objects.filter(programme=programme_id).exclude(status=RoundStatus.PLANNED))
    planned = (whole | parts.keys()) - {one.pk for one in opened}
    for model in (Cell, StoredPosition, FederationTotal, ApexShape, LinkageTotal, RoundLayout):
        model._default_manager.filter(round__in=planned).delete()
    work = drain.Work(
        programme_id=programme_id,
        whole=frozenset(whole - planned),
        parts={pk: frozenset(ids) for pk, ids in parts.items() if pk not in planned | whole},
    )
    drain.recompute(work, readers.in_order(round_row(one) for one in opened))
    touched = Round.objects.filter(pk__in=whole | parts.keys())
    alerts.after_rounds(programme_id, list(touched), None if whole else set().union(*parts.values()))


# --- what a change touches -------------------------------------------------------------------------------------------
def rounds_of_organizations(organization_ids: Iterable[int]) -> set[int]:
    """Rounds whose figures rest on these organizations, or on any that was ever below them: all of the programmes in
    which they are enrolled."""
    ids = list(organization_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE down(id) AS (
                SELECT unnest(%s::bigint[])
                UNION
                SELECT m.member_id FROM organizations_apexmembership m JOIN down ON m.apex_id = down.id
            )
            SELECT id FROM down
            """,
            [ids],
        )
        below = [row[0] for row in cursor.fetchall()]
    programmes = ProgrammeEnrolment.objects.filter(organization__in=below).values_list("programme_id", flat=True)
    return rounds_of_programmes(set(programmes))


def rounds_of_programmes(programme_ids: Iterable[int]) -> set[int]:
    rounds = Round.objects.filter(programme_id__in=programme_ids).exclude(status=RoundStatus.PLANNED)
    return set(rounds.values_list("pk", flat=True))


def later_rounds(round_ids: Iterable[int]) -> set[int]:
    """These rounds and all of their programmes that describe the same date or a later one: they look back on them."""
    found: set[int] = set(round_ids)
    for programme_id, date in Round.objects.filter(pk__in=found).values_list("programme_id", "reference_date"):
        later = Round.objects.filter(programme_id=programme_id, reference_date__gte=date)
        found |= set(later.exclude(status=RoundStatus.PLANNED).values_list("pk", flat=True))
    return found


__all__ = ["Computed", "Position", "positions", "recompute", "summed"]
