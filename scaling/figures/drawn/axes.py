"""Axes: names, numbers or days on a line from 0 to 1."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from scaling import formats

DAY = 24 * 3600 * 1000
#: So much room a computed range leaves beyond its outermost mark.
AROUND = 0.05


def is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


@dataclass
class Axis:
    """`setting` is the axis in the layout. Values are placed by `at`, names by their order of appearance."""

    setting: Mapping[str, Any]
    values: Sequence[Any]
    names: dict[str, int] = field(default_factory=dict)
    low: float = 0.0
    high: float = 1.0

    def __post_init__(self) -> None:
        if self.kind == "category":
            order = self.setting.get("categoryarray") or ()
            for value in (*order, *self.values):
                if value is not None and not is_number(value):
                    self.names.setdefault(str(value), len(self.names))

    @property
    def kind(self) -> str:
        stated = self.setting.get("type")
        if stated in ("category", "date", "linear"):
            return str(stated)
        return "category" if any(isinstance(value, str) for value in self.values) else "linear"

    def number(self, value: Any) -> float | None:
        """Where a value stands, in the axis's own measure."""
        if value is None:
            return None
        if is_number(value):
            return float(value)
        if self.kind == "category":
            return float(self.names[str(value)]) if str(value) in self.names else None
        text = str(value)[:10]
        day = datetime.date.fromisoformat(f"{text}-01-01" if len(text) == 4 else text)
        return float((day - datetime.date(1970, 1, 1)).days * DAY)

    def reach(self, marks: Iterable[float], *, from_zero: bool) -> None:
        """Set the ends: as the layout says, or so that all marks have room."""
        stated = self.setting.get("range")
        if stated:
            low, high = (self.number(one) for one in stated)
            self.low, self.high = float(low or 0), float(high or 0)
        elif self.kind == "category":
            self.low, self.high = -0.5, len(self.names) - 0.5
        else:
            known = list(marks) or [0.0, 1.0]
            if from_zero:
                known.append(0.0)
            low, high = min(known), max(known)
            around = (high - low or abs(high) or 1.0) * AROUND
            self.low = low if from_zero and low == 0 else low - around
            self.high = high if from_zero and high == 0 else high + around
        if not stated and self.setting.get("autorange") == "reversed":
            self.low, self.high = self.high, self.low
        if self.low == self.high:
            self.high += 1.0

    def at(self, number: float) -> float:
        return (number - self.low) / (self.high - self.low)

    def ticks(self) -> list[tuple[float, str]]:
        """Places and their words."""
        if self.setting.get("showticklabels") is False:
            return []
        stated = self.setting.get("tickvals")
        if stated is not None:
            words = self.setting.get("ticktext") or [str(one) for one in stated]
            pairs = [(self.number(value), str(word)) for value, word in zip(stated, words, strict=True)]
            return [(place, word) for place, word in pairs if place is not None and self._inside(place)]
        if self.kind == "category":
            return [(float(i), name) for name, i in self.names.items() if self._inside(i)]
        if self.kind == "date":
            return self._years()
        step = _step(abs(self.high - self.low) / 5)
        places = max(0, -math.floor(math.log10(step) + 1e-9))
        low, high = sorted((self.low, self.high))
        count = range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)
        return [(i * step, formats.number(Decimal(repr(i * step)), places).replace("-", "−")) for i in count]

    def _inside(self, place: float) -> bool:
        low, high = sorted((self.low, self.high))
        return low - 1e-9 <= place <= high + 1e-9

    def _years(self) -> list[tuple[float, str]]:
        epoch = datetime.date(1970, 1, 1)
        first, last = ((epoch + datetime.timedelta(days=end / DAY)).year for end in sorted((self.low, self.high)))
        step = max(1, math.ceil((last - first) / 8))
        found = [((datetime.date(year, 1, 1) - epoch).days * DAY, str(year)) for year in range(first, last + 1, step)]
        return [(float(place), word) for place, word in found if self._inside(place)]


def _step(rough: float) -> float:
    """1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(times * power for times in (1, 2, 5, 10) if rough <= times * power * (1 + 1e-9))
