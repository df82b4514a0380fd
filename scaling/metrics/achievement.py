"""How much of a target is reached, whichever way is better.

A count that should rise is a part of its target. One that should fall is judged by what its baseline leaves to do;
without a baseline the target is a part of what is there. Both are also told as the part of the way from the baseline.
"""

from __future__ import annotations

from scaling.metrics import figures as f
from scaling.metrics.figures import Figure

PER_CENT = "per cent"


def way(actual: Figure, target: Figure, baseline: Figure) -> Figure:
    """Per cent of the way from the baseline to the target; below zero where it went the other way."""
    if baseline.value is None:
        reason = baseline.null_reason if actual.value is not None and target.value is not None else ""
        return f.null(reason or actual.null_reason or target.null_reason, unit=PER_CENT)
    if actual.value is None or target.value is None:
        return f.null(actual.null_reason or target.null_reason, unit=PER_CENT)
    whole = target.value - baseline.value
    if whole == 0:
        return f.null(f.NOT_APPLICABLE, unit=PER_CENT)
    # The bound of what was reached is that of the part of the way, turned where the way leads down.
    bound = actual.bound if whole > 0 else actual.bound.turned()
    return Figure((actual.value - baseline.value) * 100 / whole, unit=PER_CENT, bound=bound.joined(baseline.bound))


def achieved(actual: Figure, target: Figure, baseline: Figure, *, higher_is_better: bool) -> Figure:
    """Per cent of the target that is reached."""
    if higher_is_better:
        return f.divide(actual, target, unit=PER_CENT, times=100)
    if baseline.value is not None and target.value is not None and baseline.value != target.value:
        return way(actual, target, baseline)
    return f.divide(target, actual, unit=PER_CENT, times=100)
