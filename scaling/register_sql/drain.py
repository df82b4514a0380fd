"""Recompute what is stored of rounds: whole rounds, or only what the returns of a few organizations change.

A return changes the components of its own organization and of the family it merged or split with, in its round and in
later ones. So the cells of these are computed again, and what changed in each position is added to the places and
federations above it: the figures are the same as after a whole rebuild, to the last digit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.utils import timezone

from scaling.metrics import stored
from scaling.metrics.stored import Flat
from scaling.models import Cell, Components, FederationTotal, Position, RoundLayout
from scaling.readers import RoundRow
from scaling.register_sql import linkage_totals, store, sums
from scaling.register_sql.facts import Facts
from scaling.register_sql.staging import stage
from scaling.register_sql.sums import CellKey, PositionKey
from scaling.register_sql.tables import fetch, run, table

#: A part of more organizations than this is not quicker than the whole.
MOST_OF_PART = 2000

LINEAGE = """
    WITH RECURSIVE lineage(id) AS (
        SELECT unnest(%(ids)s::bigint[])
        UNION
        SELECT CASE WHEN s.predecessor_id = l.id THEN s.successor_id ELSE s.predecessor_id END
        FROM lineage l JOIN organizations_succession s ON l.id IN (s.predecessor_id, s.successor_id)
    ) SELECT id FROM lineage
"""
# The organizations of these cells that are or were the programme's, and those they merged or split with.
PART = """
    WITH RECURSIVE of_cells AS (
        SELECT DISTINCT o.id FROM organizations_organization o
        JOIN organizations_programmeenrolment e ON e.organization_id = o.id AND e.programme_id = %(programme)s
        JOIN unnest(%(places)s::bigint[], %(kinds)s::text[], %(tiers)s::text[]) w(place_id, kind, tier)
          USING (place_id, kind, tier)
    ), lineage(id) AS (
        SELECT id FROM of_cells
        UNION
        SELECT CASE WHEN s.predecessor_id = l.id THEN s.successor_id ELSE s.predecessor_id END
        FROM lineage l JOIN organizations_succession s ON l.id IN (s.predecessor_id, s.successor_id)
    ) SELECT id FROM lineage
"""


@dataclass(frozen=True)
class Work:
    """What is to be done in a programme: rounds as a whole, and organizations of others."""

    programme_id: int
    whole: frozenset[int]
    parts: Mapping[int, frozenset[int]]


def recompute(work: Work, rounds: Iterable[RoundRow]) -> None:
    """Write what is stored of these rounds again, in the caller's transaction. `rounds`: all that opened."""
    every = list(rounds)
    _settings()
    whole = [one for one in every if one.pk in work.whole]
    if whole:
        last = max(one.date for one in whole)
        facts = Facts([one for one in every if one.date <= last])
        for one in whole:
            _write(facts, work.programme_id, one)
    together: dict[frozenset[int], list[RoundRow]] = defaultdict(list)
    for one in every:
        ids = work.parts.get(one.pk)
        if ids and one.pk not in work.whole:
            together[ids].append(one)
    for ids, of_rounds in together.items():
        _write_part(ids, work.programme_id, of_rounds, every)


def _settings() -> None:
    """For this transaction only: room for hash joins, and no compiling of statements that run once."""
    run("SET LOCAL work_mem = '128MB'")
    run("SET LOCAL jit = off")


def _until(rounds: Iterable[RoundRow], day: Any) -> list[RoundRow]:
    return [one for one in rounds if one.date <= day]


def _write(facts: Facts, programme_id: int, one: RoundRow) -> None:
    earlier = facts.until(one.date)
    found = stage(earlier, programme_id=programme_id, on=one.date, closing=one)
    sums.write(sums.by_position(found), found, timezone.now())
    linkage_totals.write(found)


# --- a part ----------------------------------------------------------------------------------------------------------
def _write_part(ids: frozenset[int], programme_id: int, rounds: list[RoundRow], every: list[RoundRow]) -> None:
    cells = _cells_of(ids)
    parameters = {
        "programme": programme_id,
        "places": [place for place, _kind, _tier in cells],
        "kinds": [kind for _place, kind, _tier in cells],
        "tiers": [tier for _place, _kind, tier in cells],
    }
    table("s_only", PART, parameters)
    facts = Facts(_until(every, max(one.date for one in rounds)), only="s_only")
    for one in rounds:
        found = stage(facts.until(one.date), programme_id=programme_id, on=one.date, closing=one, graph=_graph(one.pk))
        every_column = sums.by_position(found)
        _Spread(one.pk, cells).write(sums.told(every_column, cells))


def _graph(round_id: int) -> dict[int, tuple[int, bool]]:
    """Span and cut of the apexes among `s_only`: returns change neither."""
    rows = fetch(
        """SELECT a.apex_id, a.span, a.is_cut FROM scaling_apexshape a JOIN s_only o ON o.id = a.apex_id
           WHERE a.round_id = %(round)s""",
        {"round": round_id},
    )
    return {apex: (span, is_cut) for apex, span, is_cut in rows}


def with_lineage(organization_ids: Iterable[int]) -> set[int]:
    """These organizations and those that they merged or split with, however often."""
    return {pk for (pk,) in fetch(LINEAGE, {"ids": sorted(organization_ids)})}


def together(organization_ids: Iterable[int], most: int) -> Iterator[set[int]]:
    """The organizations in sets of about `most`, those that merged or split with one another in the same set."""
    left = set(organization_ids)
    family: dict[int, int] = {}
    rows = fetch("SELECT predecessor_id, successor_id FROM organizations_succession ORDER BY 1, 2")
    members: dict[int, set[int]] = {}
    for pair in rows:
        whole = set().union(*(members.get(family.get(pk, pk), {pk}) for pk in pair))
        name = min(whole)
        family.update(dict.fromkeys(whole, name))
        members[name] = whole
    some: set[int] = set()
    for pk in sorted(left):
        if pk in left:
            kin = members.get(family.get(pk, pk), {pk}) & left
            some |= kin
            left -= kin
            if len(some) >= most:
                yield some
                some = set()
    if some:
        yield some


def _cells_of(ids: frozenset[int]) -> list[CellKey]:
    rows = fetch(
        f"SELECT DISTINCT place_id, kind, tier FROM organizations_organization WHERE id IN ({LINEAGE})",
        {"ids": sorted(ids)},
    )
    return sorted(rows)  # type: ignore[arg-type]


class _Spread:
    """Writes new positions of some cells of a round, and adds what changed to all above them."""

    def __init__(self, round_id: int, cells: list[CellKey]) -> None:
        self.round_id, self.cells = round_id, set(cells)
        self.layout = RoundLayout.objects.get(pk=round_id)
        self.paths = list(self.layout.paths)
        self.changes: dict[tuple[CellKey, PositionKey], Flat] = {}

    def write(self, new: Mapping[tuple[CellKey, PositionKey], Flat]) -> None:
        places = {place for place, _kind, _tier in self.cells}
        old = {
            ((row.place_id, row.kind, row.tier), (row.cohort, tuple(row.apexes), row.apex)): row
            for row in Position.objects.filter(round_id=self.round_id, place__in=places)
            if (row.place_id, row.kind, row.tier) in self.cells
        }
        changed: list[Position] = []
        for key, flat in new.items():
            row = old.get(key)
            change = flat if row is None else stored.plus(flat, store.flat_of(row, self.paths), -1)
            if change:
                self.changes[key] = change
            if row is None:
                (place, kind, tier), (cohort, apexes, apex) = key
                row = Position(
                    round_id=self.round_id, place_id=place, kind=kind, tier=tier, cohort=cohort, apexes=list(apexes),
                    apex=apex,
                )  # fmt: skip
            if change or row.pk is None:
                store.put(row, flat, self.paths)
                changed.append(row)
        gone = {key: row for key, row in old.items() if key not in new}
        self.changes |= {key: stored.plus({}, store.flat_of(row, self.paths), -1) for key, row in gone.items()}
        Position.objects.filter(pk__in=[row.pk for row in gone.values()]).delete()
        _save(Position, changed)
        self._cells()
        self._federations()
        self.layout.paths, self.layout.computed_at = self.paths, timezone.now()
        self.layout.save()

    def _cells(self) -> None:
        """Every cell of these places, and of the places around them, by kind and tier and without."""
        wanted: dict[tuple[int, str, str, bool, str], Flat] = defaultdict(dict)
        around = _around({place for (place, _kind, _tier), _position in self.changes})
        for ((place, kind, tier), (cohort, _apexes, _apex)), change in self.changes.items():
            for where, within in ((place, False), *((one, True) for one in around[place])):
                for of_kind in (kind, ""):
                    for of_tier in (tier, ""):
                        key = (where, of_kind, of_tier, within, cohort)
                        wanted[key] = stored.plus(wanted[key], change)
        places = {key[0] for key in wanted}
        known = {
            (row.place_id, row.kind, row.tier, row.within, row.cohort): row
            for row in Cell.objects.filter(round_id=self.round_id, place__in=places)
        }
        rows: list[Cell] = []
        for key, change in wanted.items():
            place, kind, tier, within, cohort = key
            row = known.get(key) or Cell(
                round_id=self.round_id, place_id=place, kind=kind, tier=tier, within=within, cohort=cohort
            )
            rows.append(self._added(row, change))
        _save(Cell, rows)

    def _federations(self) -> None:
        wanted: dict[tuple[int, str], Flat] = defaultdict(dict)
        above = _above({apex for _cell, position in self.changes for apex in _direct(position)})
        for (_cell, position), change in self.changes.items():
            for apex in {way for direct in _direct(position) for way in above[direct]}:
                wanted[apex, position[0]] = stored.plus(wanted[apex, position[0]], change)
        known = {
            (row.apex_id, row.cohort): row
            for row in FederationTotal.objects.filter(round_id=self.round_id, apex__in={apex for apex, _c in wanted})
        }
        rows: list[FederationTotal] = []
        for (apex, cohort), change in wanted.items():
            row = known.get((apex, cohort))
            row = row or FederationTotal(round_id=self.round_id, apex_id=apex, cohort=cohort)
            rows.append(self._added(row, change))
        _save(FederationTotal, rows)

    def _added(self, row: R, change: Flat) -> R:
        store.put(row, stored.plus(store.flat_of(row, self.paths), change), self.paths)
        return row


R = TypeVar("R", bound=Components)


def _save(model: type[R], rows: list[R]) -> None:
    manager = model._default_manager
    manager.bulk_create([row for row in rows if row.pk is None])
    manager.bulk_update([row for row in rows if row.pk is not None], ["numbers", "bars"], batch_size=200)


def _direct(key: PositionKey) -> set[int]:
    return {*key[1], key[2]} - {0}


def _above(apexes: set[int]) -> dict[int, set[int]]:
    """Each of these apexes with all above it."""
    found: dict[int, set[int]] = {apex: {apex} for apex in apexes}
    rows = fetch(f"SELECT apex, above FROM ({sums.WAYS}) w WHERE apex = ANY(%(apexes)s)", {"apexes": sorted(apexes)})
    for apex, one in rows:
        found[apex].add(one)
    return found


def _around(places: set[int]) -> dict[int, set[int]]:
    """Each of these places with all that it lies in."""
    found: dict[int, set[int]] = defaultdict(set)
    rows = fetch(
        """WITH RECURSIVE around(place, above) AS (
               SELECT p, p FROM unnest(%(places)s::bigint[]) p
               UNION
               SELECT a.place, p.parent_id FROM around a JOIN programmes_place p ON p.id = a.above
               WHERE p.parent_id IS NOT NULL
           ) SELECT place, above FROM around""",
        {"places": sorted(places)},
    )
    for place, above in rows:
        found[place].add(above)
    return found


__all__ = ["MOST_OF_PART", "Work", "recompute", "together", "with_lineage"]
