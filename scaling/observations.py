"""From the values of approved returns, by catalogue code, to what metrics call an observation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from scaling.metrics.cells import GROUPS
from scaling.metrics.records import ONE_PLACE, PRIMARY, Observed

MEMBERS, LEADERS, SERVED = "OP-06", "OP-08", "SU-19"
#: name of an amount in metrics → field of the catalogue
MONEY = {
    "savings": "SU-20.savings",
    "loans_outstanding": "SU-20.loans_outstanding",
    "late_loans": "SU-20.late_loans",
    "loan_fund_cash": "SU-20.fund_cash",
    "property_start": "SU-20.property_start",
    "property_now": "SU-20.property_now",
    "debts": "SU-20.debts",
    "external_credit": "SU-21.outstanding",
}
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Dimensions:
    """Which rated items make a dimension: scale version → dimension → item codes."""

    items: Mapping[int, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)

    def scores(self, values: Values, scale: int) -> dict[str, Decimal]:
        """Mean of the scored items of each dimension to one place, where at least two thirds are scored (3.3)."""
        found = {}
        for dimension, codes in self.items.get(scale, {}).items():
            levels = [Decimal(str(values[code])) for code in codes if code in values]
            if levels and 3 * len(levels) >= 2 * len(codes):
                found[dimension] = (sum(levels, Decimal(0)) / len(levels)).quantize(ONE_PLACE, ROUND_HALF_UP)
        return found


def observed(
    values: Values,
    *,
    tier: str,
    scale: int,
    dimensions: Dimensions,
    currency: str = "",
    recalled: bool = False,
    second_share: Decimal | None = None,
    sampled: bool = False,
) -> Observed:
    """One organization's observation; a key that is not among the values was not reported.

    Of an apex, OP-06 is what it reports as its members, and OP-06.direct those who belong to no primary organization.
    """
    is_primary = tier == PRIMARY
    members = _whole(values, MEMBERS)
    left = _whole(values, "OP-07.left")
    meetings, eligible = _whole(values, "OP-10.meetings"), _whole(values, "OP-10.eligible")
    return Observed(
        members=members if is_primary else None,
        groups=_cells(values, MEMBERS) if is_primary else {},
        leaders=_whole(values, LEADERS),
        leader_groups=_cells(values, LEADERS),
        memberships=None if is_primary else members,
        direct_members=None if is_primary else _whole(values, "OP-06.direct"),
        second_share=second_share,
        sampled=sampled,
        # Members at the start and those who joined are those at the end and those who left.
        exits={} if left is None or members is None else {"": (left, members + left)},
        scores=dimensions.scores(values, scale),
        scale=str(scale),
        money={name: Decimal(str(values[key])) for name, key in MONEY.items() if key in values},
        currency=currency,
        attending=_whole(values, "OP-10.attendances"),
        registered=None if meetings is None or eligible is None else meetings * eligible,
        served=_whole(values, SERVED),
        served_poorest=_whole(values, f"{SERVED}.poorest"),
        recalled=recalled,
    )


def entrenched(values: Values) -> bool | None:
    """The same persons hold the main offices beyond their term, and GOV-2 is 3 or less; None where it is not known."""
    needed = ("OQ-07.on_time", "OQ-07.changed", "GOV-2")
    if any(key not in values for key in needed):
        return None
    return values["OQ-07.on_time"] == 0 and values["OQ-07.changed"] == 0 and values["GOV-2"] <= 3


def _whole(values: Values, key: str) -> int | None:
    return int(values[key]) if key in values else None


def _cells(values: Values, code: str) -> dict[str, int]:
    return {group: int(values[f"{code}.{group}"]) for group in GROUPS if f"{code}.{group}" in values}
