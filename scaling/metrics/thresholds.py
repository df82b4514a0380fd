"""Thresholds of the rules of the domain study. A country may set its own; they are passed in, never looked up."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Thresholds:
    """Shares are per cent, drifts are percentage points, scores are levels of the scale."""

    #: 4.5: the share of the poorest on the matched panel fell by so many points.
    watch_points: Decimal = Decimal(3)
    alert_points: Decimal = Decimal(5)
    #: 4.5: share of leaders / share of members below this; exit rate of the poorest / that of others from this on.
    leadership_parity: Decimal = Decimal("0.5")
    exit_ratio: Decimal = Decimal("1.5")
    #: 4.5: of several organizations, at least this share is held by the same persons beyond their term.
    entrenched_share: Decimal = Decimal(50)
    #: 4.5: no alert on a share of fewer members.
    smallest_denominator: int = 10

    #: 4.10
    improved: Decimal = Decimal("0.5")
    satisfactory: Decimal = Decimal("4.0")
    interval_from_n: int = 10

    #: 4.12
    concentration: Decimal = Decimal("0.40")
    #: 4.8: an organization not seen for more months than this is unknown.
    verified_within_months: int = 12

    #: 2.5 point 6: below the first, results are marked partial; below the second, only matched results are shown.
    partial_below: Decimal = Decimal(80)
    matched_only_below: Decimal = Decimal(50)
    #: 4.14: no total above this share imputed; fewer organizations of a kind borrow the ratio of all kinds.
    most_imputed: Decimal = Decimal(20)
    smallest_panel: int = 5

    #: A federation that lost so many per cent of its direct members in twelve months; a smaller loss is a watch.
    federation_loss: Decimal = Decimal(10)
    #: A round is more than a watch when its window ended more days ago than this.
    overdue_days: int = 30
    #: 4.8: per cent of a cohort that should still exist so many months after support ended.
    least_survival: Decimal = Decimal(80)
    survival_months: int = 24


DEFAULT = Thresholds()
