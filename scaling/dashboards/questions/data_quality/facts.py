"""What the page on data quality knows of entry, beside the figures."""

from __future__ import annotations

from dataclasses import dataclass, field

from indicators.models import Round, RoundDue
from indicators.second_assessments import Compared
from scaling.return_quality import OfRound, Quality


@dataclass
class Facts:
    """`rounds`: the newest first; `closing_ids`: those whose returns the figures rest on. `quality` is None where
    there are too many returns to count while somebody waits."""

    rounds: list[Round]
    closing_ids: set[int]
    quality: Quality | None = None
    missing: list[RoundDue] = field(default_factory=list)
    agreed: list[Compared] = field(default_factory=list)

    @property
    def closing(self) -> OfRound | None:
        """The round that the figures rest on, where it is one."""
        if self.quality is None or len(self.closing_ids) != 1:
            return None
        return self.quality.of.get(next(iter(self.closing_ids)))
