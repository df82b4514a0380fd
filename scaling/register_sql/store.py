"""How components are kept in rows: numbers by the layout of their round, and histograms.

In Python they are flat (`metrics.stored`): path → number. A bar is kept under the number of its histogram in `BARS`
and its key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache

from scaling.metrics.pathway import STEPS
from scaling.metrics.stored import Flat
from scaling.models import Components, RoundLayout

#: The histograms. What is stored names them by their place here: new ones go to the end.
BARS = (
    "membership|growths",
    "structure|depths",
    "structure|parents",
    "structure|spans",
    "dependency|partners",
    "dependency|partners_any",
    "dependency|services",
    "survival|alive",
    "survival|functional",
    "reach|by_kind",
    "estimates",
    *(f"pathway|times|{origin}/{stage}" for origin, stage in STEPS),
    "pathway|from_opening",
    "pathway|from_previous",
    "dependency|offered",
)


@lru_cache(maxsize=100_000)
def bar_key(path: str) -> str | None:
    """The key of a bar; None for what is a number."""
    for place, name in enumerate(BARS):
        if path.startswith(name) and path[len(name) : len(name) + 1] == "|":
            return f"{place}|{path[len(name) + 1 :]}"
    return None


def flat_of(row: Components, paths: Sequence[str]) -> Flat:
    """The components of a row."""
    return flat(row.numbers, row.bars, paths)


def flat(numbers: Sequence[Decimal], bars: Mapping[str, int], paths: Sequence[str]) -> Flat:
    """Components from what is stored of them."""
    found: Flat = {path: _plain(value) for path, value in zip(paths, numbers, strict=False) if value}
    for key, n in bars.items():
        place, _, rest = key.partition("|")
        found[f"{BARS[int(place)]}|{rest}"] = n
    return found


def _plain(value: Decimal) -> int | Decimal:
    """What PostgreSQL counted is whole, what it summed with places keeps them."""
    return int(value) if value.as_tuple().exponent == 0 else value


def put(row: Components, flat: Mapping[str, int | Decimal], paths: list[str]) -> None:
    """Write components into a row; a path that has no place yet gets one at the end of `paths`."""
    places = {path: place for place, path in enumerate(paths)}
    numbers: list[int | Decimal | None] = [None] * len(paths)
    bars: dict[str, int] = {}
    for path, value in flat.items():
        key = bar_key(path)
        if key is not None:
            bars[key] = int(value)
        elif path in places:
            numbers[places[path]] = value
        else:
            places[path] = len(paths)
            paths.append(path)
            numbers.append(value)
    row.numbers, row.bars = numbers, bars


def layouts(round_ids: Iterable[int]) -> dict[int, RoundLayout]:
    return {layout.round_id: layout for layout in RoundLayout.objects.filter(round__in=set(round_ids))}


__all__ = ["BARS", "flat", "flat_of", "layouts", "put"]
