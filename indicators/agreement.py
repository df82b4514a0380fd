"""How far two assessors agree on ratings. Pure: pairs of levels in, figures out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LEVELS = 6


@dataclass(frozen=True)
class Agreement:
    """Of `n` pairs of levels: how many are equal, how many differ by one at most, and weighted kappa.

    `kappa` is None where it says nothing: fewer than two pairs, or one level given throughout.
    """

    n: int
    exact: int
    within_one: int
    kappa: float | None

    @property
    def exact_share(self) -> float | None:
        """Per cent of pairs that are equal."""
        return 100 * self.exact / self.n if self.n else None

    @property
    def within_one_share(self) -> float | None:
        """Per cent of pairs that differ by one level at most."""
        return 100 * self.within_one / self.n if self.n else None


def agreement(pairs: Sequence[tuple[int, int]]) -> Agreement:
    """Agreement of (first, second) levels."""
    return Agreement(
        len(pairs),
        sum(1 for first, second in pairs if first == second),
        sum(1 for first, second in pairs if abs(first - second) <= 1),
        weighted_kappa(pairs),
    )


def weighted_kappa(pairs: Sequence[tuple[int, int]]) -> float | None:
    """Cohen's kappa with quadratic weights (Cohen 1968): 1 is full agreement, 0 what chance alone would give.

    1 - sum(w·observed) / sum(w·expected) with w = (i - j)² / (k - 1)², k levels; expected from the two margins.
    """
    n = len(pairs)
    if n < 2:
        return None
    span = range(1, LEVELS + 1)
    first = {level: sum(1 for one, _other in pairs if one == level) for level in span}
    second = {level: sum(1 for _one, other in pairs if other == level) for level in span}
    observed = sum((one - other) ** 2 for one, other in pairs) / n
    expected = sum((i - j) ** 2 * first[i] * second[j] for i in span for j in span) / n**2
    return 1 - observed / expected if expected else None
