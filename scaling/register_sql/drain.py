"""Recompute what is stored of rounds: whole rounds, or only what the returns of a few organizations change.

A return changes the components of its own organization and of the family it merged or split with, in its round and in
later ones. So the cells of these are computed again, and what changed in each position is added to the places and
federations above it: the figures are the same as after a whole rebuild, to the last digit.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from scaling.metrics import stored
from scaling.metrics.stored import Flat
from scaling.models import Cell, FederationTotal
from scaling.readers import RoundRow
from scaling.register_sql import sums
from scaling.register_sql.facts import Facts
from scaling.register_sql.staging import stage
from scaling.register_sql.tables import fetch, run, table

CellKey = tuple[int, str, str]
#: (cohort, direct apexes, own id of an apex)
PositionKey = tuple[str, tuple[int, ...], int]
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
        sums.positions(sums.by_position(found))
        _spread(one, cells, sums.told(cells))


def _graph(round_id: int) -> dict[int, tuple[int, bool]]:
    """Span and cut of the apexes among `s_only`: returns change neither."""
    rows = fetch(
        """SELECT f.apex_id, f.span, f.is_cut FROM scaling_federationtotal f JOIN s_only o ON o.id = f.apex_id
           WHERE f.round_id = %(round)s""",
        {"round": round_id},
    )
    return {apex: (span, is_cut) for apex, span, is_cut in rows}


def with_lineage(organization_ids: Iterable[int]) -> set[int]:
    """These organizations and those that they merged or split with, however often."""
    return {pk for (pk,) in fetch(LINEAGE, {"ids": sorted(organization_ids)})}


def _cells_of(ids: frozenset[int]) -> list[CellKey]:
    rows = fetch(
        f"SELECT DISTINCT place_id, kind, tier FROM organizations_organization WHERE id IN ({LINEAGE})",
        {"ids": sorted(ids)},
    )
    return sorted(rows)  # type: ignore[arg-type]


def _spread(one: RoundRow, cells: list[CellKey], rows: list[tuple[Any, ...]]) -> None:
    """Store the positions of these cells and add what changed to all above."""
    new: dict[CellKey, dict[PositionKey, Flat]] = {cell: {} for cell in cells}
    for place, kind, tier, cohort, apexes, apex, text in rows:
        new[place, kind, tier][cohort, tuple(apexes), apex] = json.loads(text)
    leaf = {
        (cell.place_id, cell.kind, cell.tier): cell
        for cell in Cell.objects.filter(round_id=one.pk, within=False, place__in={cell[0] for cell in cells})
    }
    of_cells: dict[CellKey, dict[str, Flat]] = {}
    of_apexes: dict[int, dict[str, Flat]] = defaultdict(dict)
    above = _above({apex for found in new.values() for key in found for apex in _direct(key)})
    for cell in cells:
        stored_cell = leaf.get(cell)
        old = _old(stored_cell) if stored_cell is not None else {}
        changes: dict[str, Flat] = {}
        for key in old.keys() | new[cell].keys():
            change = stored.plus(new[cell].get(key, {}), old.get(key, {}), -1)
            if not change:
                continue
            cohort = key[0]
            changes[cohort] = stored.plus(changes.get(cohort, {}), change)
            for apex in {way for direct in _direct(key) for way in above.get(direct, {direct})}:
                of_apexes[apex][cohort] = stored.plus(of_apexes[apex].get(cohort, {}), change)
        if changes:
            of_cells[cell] = changes
        if stored_cell is not None and new[cell] != old:
            stored_cell.positions = [
                {"cohort": cohort, "apexes": list(apexes), "apex": apex, "components": components}
                for (cohort, apexes, apex), components in new[cell].items()
            ]
            stored_cell.save(update_fields=["positions"])
    _add_to_cells(one.pk, of_cells)
    _add_to_federations(one.pk, of_apexes)


def _direct(key: PositionKey) -> set[int]:
    return {*key[1], key[2]} - {0}


def _old(cell: Cell) -> dict[PositionKey, Flat]:
    return {(row["cohort"], tuple(row["apexes"]), row["apex"]): row["components"] for row in cell.positions}


def _above(apexes: set[int]) -> dict[int, set[int]]:
    """Each of these apexes with all above it."""
    found: dict[int, set[int]] = {apex: {apex} for apex in apexes}
    rows = fetch(f"SELECT apex, above FROM ({sums.WAYS}) w WHERE apex = ANY(%(apexes)s)", {"apexes": sorted(apexes)})
    for apex, one in rows:
        found[apex].add(one)
    return found


def _added(components: Mapping[str, Any], changes: Mapping[str, Flat]) -> dict[str, Any]:
    cohorts = dict(components.get("cohorts", {}))
    for cohort, change in changes.items():
        cohorts[cohort] = stored.as_json(stored.plus(cohorts.get(cohort, {}), change))
    return {"cohorts": cohorts}


def _add_to_cells(round_id: int, of_cells: Mapping[CellKey, Mapping[str, Flat]]) -> None:
    """Every cell of these places, and of the places around them, by kind and tier and without."""
    wanted: dict[tuple[int, str, str, bool], dict[str, Flat]] = defaultdict(dict)
    around = _around({place for place, _kind, _tier in of_cells})
    for (place, kind, tier), changes in of_cells.items():
        for where, within in ((place, False), *((one, True) for one in around[place])):
            for of_kind in (kind, ""):
                for of_tier in (tier, ""):
                    sums_of = wanted[where, of_kind, of_tier, within]
                    for cohort, change in changes.items():
                        sums_of[cohort] = stored.plus(sums_of.get(cohort, {}), change)
    now = timezone.now()
    places = {where for where, _kind, _tier, _within in wanted}
    known = {
        (cell.place_id, cell.kind, cell.tier, cell.within): cell
        for cell in Cell.objects.filter(round_id=round_id, place__in=places).defer("positions")
    }
    changed = []
    for key, changes in wanted.items():
        cell = known.get(key)
        if cell is None:
            place, kind, tier, within = key
            Cell.objects.create(
                round_id=round_id, place_id=place, kind=kind, tier=tier, within=within,
                components=_added({}, changes), computed_at=now,
            )  # fmt: skip
            continue
        cell.components, cell.computed_at = _added(cell.components, changes), now
        changed.append(cell)
    Cell.objects.bulk_update(changed, ["components", "computed_at"], batch_size=200)


def _around(places: set[int]) -> dict[int, set[int]]:
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


def _add_to_federations(round_id: int, of_apexes: Mapping[int, Mapping[str, Flat]]) -> None:
    now = timezone.now()
    totals = list(FederationTotal.objects.filter(round_id=round_id, apex__in=of_apexes.keys()))
    for total in totals:
        total.components, total.computed_at = _added(total.components, of_apexes[total.apex_id]), now
    FederationTotal.objects.bulk_update(totals, ["components", "computed_at"], batch_size=200)


__all__ = ["MOST_OF_PART", "Work", "recompute", "with_lineage"]
