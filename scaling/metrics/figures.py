"""The numbers that metrics are made of: exact, with their doubt, and null with a reason.

A `Figure` is a value that may be a bound (`9,000+` is a lower bound), or null with a reason, together with the basis
and the unit it was counted in. Adding and dividing figures carries bounds, bases, units and reasons along, so that no
metric can forget them. Everything here is plain Python: no database, no Django.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

NOT_REPORTED = "NOT_REPORTED"
NOT_APPLICABLE = "NOT_APPLICABLE"
ZERO_BASELINE = "ZERO_BASELINE"
MISSING_BASELINE = "MISSING_BASELINE"
UNIT_MISMATCH = "UNIT_MISMATCH"
BASIS_MISMATCH = "BASIS_MISMATCH"
NO_RATE = "NO_RATE"
NOT_SURVEYED = "NOT_SURVEYED"
SUPPRESSED_SMALL_N = "SUPPRESSED_SMALL_N"

NOT_STATED = "not_stated"
PER_PERIOD = "per_period"
CUMULATIVE = "cumulative"
STOCK = "stock"

#: Caveat of a figure that joins a count whose basis the source does not state.
BASIS_NOT_STATED = "basis_not_stated"


class Bound(StrEnum):
    """How a value stands to the truth: equal, at most the truth (LOWER), at least the truth (UPPER), or unsure."""

    EXACT = ""
    LOWER = "lower"
    UPPER = "upper"
    UNSURE = "unsure"

    def turned(self) -> Bound:
        """The bound of -x or 1/x, given that of x > 0."""
        return {Bound.LOWER: Bound.UPPER, Bound.UPPER: Bound.LOWER}.get(self, self)

    def joined(self, other: Bound) -> Bound:
        """The bound of a quantity that grows with both of two bounded ones."""
        if self == other or other == Bound.EXACT:
            return self
        return other if self == Bound.EXACT else Bound.UNSURE


@dataclass(frozen=True)
class Figure:
    """A number with its doubt. `value is None` exactly when `null_reason` says why."""

    value: Decimal | None
    null_reason: str = ""
    bound: Bound = Bound.EXACT
    unit: str = ""
    basis: str = ""
    caveats: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if (self.value is None) != bool(self.null_reason):
            raise ValueError("a figure has either a value or a reason for not having one")
        if self.value is not None and not self.value.is_finite():
            raise ValueError("a figure is a finite number")

    def as_unit(self, unit: str) -> Figure:
        return replace(self, unit=unit)


def known(value: Decimal | int, *, unit: str = "", basis: str = "", bound: Bound = Bound.EXACT) -> Figure:
    return Figure(Decimal(value), unit=unit, basis=basis, bound=bound)


def null(reason: str, *, unit: str = "") -> Figure:
    return Figure(None, null_reason=reason, unit=unit)


def _caveats(*figures: Figure) -> tuple[str, ...]:
    seen: dict[str, None] = {}
    for figure in figures:
        seen.update(dict.fromkeys(figure.caveats))
    return tuple(seen)


def common_basis(*figures: Figure) -> tuple[str, bool]:
    """The basis that figures share, and whether a "not stated" had to be taken on trust.

    Figures without a basis (money of one phase has "per_period"; a constant has none) go with any.
    Raises ValueError when two stated bases differ (domain study, 2.1 point 6; I-18).
    """
    stated = {figure.basis for figure in figures if figure.basis not in ("", NOT_STATED)}
    if len(stated) > 1:
        raise ValueError("bases differ")
    unstated = any(figure.basis == NOT_STATED for figure in figures)
    return (stated.pop() if stated else (NOT_STATED if unstated else "")), unstated and bool(
        {figure.basis for figure in figures} - {NOT_STATED, ""}
    )


def add(figures: Iterable[Figure]) -> Figure:
    """The sum. What is not reported makes it a lower bound; nothing reported at all makes it null.

    Different units (persons and groups, I-22) or different stated bases are refused: UNIT_MISMATCH, BASIS_MISMATCH.
    Missing parts are taken to be not negative, as amounts and counts are.
    """
    parts = list(figures)
    units = {part.unit for part in parts if part.unit}
    if len(units) > 1:
        return null(UNIT_MISMATCH)
    unit = units.pop() if units else ""
    present = [part for part in parts if part.value is not None]
    missing = [part for part in parts if part.value is None]
    if any(part.null_reason == NO_RATE for part in missing):
        return null(NO_RATE, unit=unit)
    if not present:
        return null(missing[0].null_reason if missing else NOT_REPORTED, unit=unit)
    try:
        basis, _trusted = common_basis(*present)
    except ValueError:
        return null(BASIS_MISMATCH, unit=unit)
    bound = Bound.LOWER if any(part.null_reason != NOT_APPLICABLE for part in missing) else Bound.EXACT
    for part in present:
        bound = bound.joined(part.bound)
    total = sum((part.value for part in present if part.value is not None), Decimal(0))
    return Figure(total, unit=unit, basis=basis, bound=bound, caveats=_caveats(*present))


def subtract(minuend: Figure, subtrahend: Figure) -> Figure:
    """minuend - subtrahend; null when either is, or when units or stated bases differ."""
    problem = _cannot_join(minuend, subtrahend, same_unit=True)
    if problem:
        return problem
    assert minuend.value is not None and subtrahend.value is not None
    return Figure(
        minuend.value - subtrahend.value,
        unit=minuend.unit or subtrahend.unit,
        basis=minuend.basis,
        bound=minuend.bound.joined(subtrahend.bound.turned()),
        caveats=_caveats(minuend, subtrahend),
    )


def divide(
    numerator: Figure,
    denominator: Figure,
    *,
    unit: str = "",
    times: int = 1,
    zero: str = NOT_APPLICABLE,
    same_unit: bool = False,
) -> Figure:
    """numerator / denominator × times, for quantities that are not negative.

    Null with the reason of whichever is null (numerator first), with `zero` when the denominator is 0, and with
    UNIT_MISMATCH or BASIS_MISMATCH when the two must not meet. The result is marked BASIS_NOT_STATED when a count
    whose basis the source does not state was joined with one whose basis is known.
    """
    problem = _cannot_join(numerator, denominator, same_unit=same_unit)
    if problem:
        return problem.as_unit(unit)
    assert numerator.value is not None and denominator.value is not None
    if denominator.value == 0:
        return null(zero, unit=unit)
    _basis, trusted = common_basis(numerator, denominator)
    caveats = _caveats(numerator, denominator)
    if trusted and BASIS_NOT_STATED not in caveats:
        caveats = (*caveats, BASIS_NOT_STATED)
    return Figure(
        numerator.value * times / denominator.value,
        unit=unit,
        bound=numerator.bound.joined(denominator.bound.turned()),
        caveats=caveats,
    )


def _cannot_join(left: Figure, right: Figure, *, same_unit: bool) -> Figure | None:
    for figure in (left, right):
        if figure.value is None:
            return null(figure.null_reason)
    if same_unit and left.unit and right.unit and left.unit != right.unit:
        return null(UNIT_MISMATCH)
    try:
        common_basis(left, right)
    except ValueError:
        return null(BASIS_MISMATCH)
    return None
