"""Registers of stored cells, and what was made of them, kept in memory while their round is not computed again.

Reading a row of a large portfolio is mostly its histograms. A row of a round keeps what it says until the round is
computed again, and then the layout of the round has another moment; so (row, moment) names a register for good, and
what is joined or computed of such registers is named by theirs. Every process keeps what it used last, up to `MOST`.
"""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from cachetools import LRUCache
from django.db.models import Case, F, Q, Value, When

from scaling.metrics.cells import Register, joined
from scaling.metrics.stored import unflatten
from scaling.models import Cell, FederationTotal, RoundLayout
from scaling.register_questions import Source
from scaling.register_sql import store

#: Components that a process keeps: about 100 bytes each.
MOST = 2_000_000
#: What an entry takes whatever it holds.
LEAST = 40

Key = Hashable
T = TypeVar("T")

_lock = threading.Lock()
_kept: LRUCache[Key, tuple[Any, int]] = LRUCache(MOST, getsizeof=lambda entry: entry[1])
#: Rows of a round at a moment that were kept once.
_rows: LRUCache[Key, set[int]] = LRUCache(1000)


@dataclass(frozen=True)
class Part:
    """A register of what stands alike: one cell and cohort of one source."""

    source: Source
    place: str
    kind: str
    tier: str
    cohort: str
    register: Register
    computed_at: datetime.datetime
    #: Of the place alone, without what lies inside it.
    is_alone: bool = False
    #: Names the register among all that there are; None where it comes from records or something was taken away.
    key: Key | None = None
    weight: int = 0


def together(parts: Sequence[Part]) -> tuple[Register, Key | None, int]:
    """The register of all of these, its name and its weight."""
    if len(parts) == 1:
        return parts[0].register, parts[0].key, parts[0].weight
    keys = tuple(part.key for part in parts)
    weight = sum(part.weight for part in parts)
    if not keys or None in keys:
        return joined(part.register for part in parts), None, weight
    return _keep(keys, weight, lambda: joined(part.register for part in parts)), keys, weight


def outcome(of: Key | None, asked: Key, compute: Callable[[], T]) -> T:
    """What a metric says of a register: `of` names the register, `asked` the metric and all that it was asked with."""
    return compute() if of is None else _keep((of, asked), LEAST, compute)


def forget() -> None:
    """Let everything go."""
    with _lock:
        _kept.clear()
        _rows.clear()


def cells(sources: Iterable[Source], wanted: Q, layouts: Mapping[int, RoundLayout]) -> list[Part]:
    """Stored cells of these sources, one query."""
    return _read(Cell, sources, wanted, layouts)


def federation_totals(sources: Iterable[Source], apex_id: int, layouts: Mapping[int, RoundLayout]) -> list[Part]:
    """Stored totals of one federation, one query."""
    return _read(FederationTotal, sources, Q(apex=apex_id), layouts)


def _read(
    model: type[Cell] | type[FederationTotal],
    sources: Iterable[Source],
    wanted: Q,
    layouts: Mapping[int, RoundLayout],
) -> list[Part]:
    by_round = {source.closing.pk: source for source in sources if source.closing is not None}
    known = _known(model, layouts)
    place = ("place__code", "kind", "tier", "within") if model is Cell else ()
    rows = (
        model._default_manager.filter(wanted, round__in=by_round)
        .annotate(
            new_numbers=Case(When(pk__in=known, then=Value(None)), default=F("numbers")),
            new_bars=Case(When(pk__in=known, then=Value(None)), default=F("bars")),
        )
        .values_list("pk", "round_id", "cohort", "new_numbers", "new_bars", *place)
    )
    parts = []
    for pk, round_id, cohort, numbers, bars, *cell in rows:
        layout = layouts[round_id]
        key = _name(model, layout, pk)
        found = known.get(pk)
        if found is None:
            flat = store.flat(numbers, bars, layout.paths)
            found = unflatten(flat), len(flat) + LEAST
            _put(key, *found)
            with _lock:
                _rows.setdefault(_name(model, layout), set()).add(pk)
        code, kind, tier, within = cell or ("", "", "", True)
        register, weight = found
        parts.append(
            Part(by_round[round_id], code, kind, tier, cohort, register, layout.computed_at, not within, key, weight)
        )
    return parts


def _name(model: type[Any], layout: RoundLayout, *more: Any) -> Key:
    return (model.__name__, layout.pk, layout.computed_at, *more)


def _known(model: type[Any], layouts: Mapping[int, RoundLayout]) -> dict[int, tuple[Register, int]]:
    """Rows of these rounds whose registers are kept, each held from here on."""
    found = {}
    with _lock:
        for layout in layouts.values():
            for pk in _rows.get(_name(model, layout), ()):
                entry = _kept.get(_name(model, layout, pk))
                if entry is not None:
                    found[pk] = entry
    return found


def _keep(key: Key, weight: int, make: Callable[[], T]) -> T:
    with _lock:
        entry = _kept.get(key)
    if entry is not None:
        return entry[0]  # type: ignore[no-any-return]
    made = make()
    _put(key, made, weight)
    return made


def _put(key: Key, value: Any, weight: int) -> None:
    with _lock:
        if weight <= MOST // 8:  # nothing pushes out most of the rest
            _kept[key] = (value, weight)


__all__ = ["Part", "cells", "federation_totals", "forget", "outcome", "together"]
