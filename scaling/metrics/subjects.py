"""What a metric of phases is computed on: the additive components of one phase, or of several put together.

Built from the rollups (scaling/rollups.py) or by hand in a test; plain data, no database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from scaling.metrics import figures as f
from scaling.metrics.figures import Bound, Figure

#: Groups of financier categories (domain study, 2.2 Financier; SRC-08: in-country parties are domestic).
INTERNATIONAL = frozenset({"international_ifi", "international_un", "international_bilateral", "international_ngo"})
GOVERNMENT = frozenset({"government_national", "government_subnational"})
DOMESTIC_FI = frozenset({"domestic_financial_institution"})
BENEFICIARIES = frozenset({"beneficiaries"})
DOMESTIC = GOVERNMENT | DOMESTIC_FI | BENEFICIARIES | {"private_company", "producer_organization"}


@dataclass(frozen=True)
class Money:
    """US dollars of one class, stage and category of financier, with what is missing from it.

    `usd` is the sum of what was reported (None if nothing was), `lines` how many lines stand behind it,
    `missing` the reasons of lines without an amount, `attributed_usd` the share credited to this programme.
    """

    financing_class: str
    stage: str
    category: str
    usd: Decimal | None
    lines: int = 1
    missing: tuple[str, ...] = ()
    attributed_usd: Decimal | None = None

    def figures(self, *, attributed: bool = False) -> list[Figure]:
        value = self.attributed_usd if attributed else self.usd
        parts = [f.null(reason, unit="US$") for reason in self.missing]
        if value is not None:
            parts.insert(0, Figure(value, unit="US$", basis=f.PER_PERIOD))
        return parts


@dataclass(frozen=True)
class Components:
    """Additive components of a phase or of a selection of phases.

    `results` maps (indicator, subcategory) to a figure; money is US dollars, counts are in the unit they carry.
    """

    money: tuple[Money, ...] = ()
    results: Mapping[tuple[str, str], Figure] = field(default_factory=dict)

    def amount(
        self,
        *,
        classes: frozenset[str],
        stage: str,
        categories: frozenset[str] | None = None,
        attributed: bool = False,
    ) -> Figure:
        """Sum in US$ of these classes at a stage ("design" or "disbursed"), of these categories of financier.

        NOT_REPORTED when there is no line at all.
        """
        parts: list[Figure] = []
        for money in self.money:
            if money.financing_class not in classes or money.stage != stage:
                continue
            if categories is None or money.category in categories:
                parts.extend(money.figures(attributed=attributed))
        return f.add(parts)

    def has(self, financing_class: str) -> bool:
        return any(money.financing_class == financing_class for money in self.money)

    def result(self, indicator: str, subcategory: str = "") -> Figure:
        return self.results.get((indicator, subcategory), f.null(f.NOT_REPORTED))

    def results_of(self, indicator: str) -> dict[str, Figure]:
        return {sub: figure for (key, sub), figure in self.results.items() if key == indicator}

    @property
    def lines_reported(self) -> int:
        return sum(money.lines - len(money.missing) for money in self.money)

    @property
    def lines(self) -> int:
        return sum(money.lines for money in self.money)


def _merged_money(parts: Iterable[Components]) -> tuple[Money, ...]:
    merged: dict[tuple[str, str, str], Money] = {}
    for part in parts:
        for money in part.money:
            key = (money.financing_class, money.stage, money.category)
            old = merged.get(key)
            merged[key] = money if old is None else _plus(old, money)
    return tuple(merged.values())


def _plus(left: Money, right: Money) -> Money:
    def total(a: Decimal | None, b: Decimal | None) -> Decimal | None:
        return b if a is None else a if b is None else a + b

    return Money(
        left.financing_class,
        left.stage,
        left.category,
        total(left.usd, right.usd),
        left.lines + right.lines,
        left.missing + right.missing,
        total(left.attributed_usd, right.attributed_usd),
    )


def _last_or_sum(values: list[Figure]) -> Figure:
    """Phases of one programme, in order: flows add up, cumulative counts and stocks are the last one known.

    Where the source does not state the basis, neither is allowed: BASIS_MISMATCH.
    """
    if len(values) == 1:
        return values[0]
    present = [value for value in values if value.value is not None]
    if not present:
        return values[-1]
    bases = {value.basis for value in present}
    if bases == {f.PER_PERIOD}:
        return f.add(values)
    if bases <= {f.CUMULATIVE, f.STOCK} and len(bases) == 1:
        return present[-1]
    return f.null(f.BASIS_MISMATCH)


def _combined(parts: list[Components], combine: Callable[[list[Figure]], Figure]) -> Components:
    keys: dict[tuple[str, str], None] = {}
    for part in parts:
        keys.update(dict.fromkeys(part.results))
    results = {key: combine([part.results[key] for part in parts if key in part.results]) for key in keys}
    return Components(money=_merged_money(parts), results=results)


def join_phases(parts: list[Components]) -> Components:
    """One programme's phases, in order, put together."""
    return parts[0] if len(parts) == 1 else _combined(parts, _last_or_sum)


def join_programmes(parts: list[Components]) -> Components:
    """Several programmes put together: everything adds up, as far as units and bases allow."""
    return parts[0] if len(parts) == 1 else _combined(parts, f.add)


@dataclass(frozen=True)
class Subject:
    """What one row of a metric is about.

    `own`: the selection itself. `until`: the phases of the same programme up to and including this one.
    `previous`: the phase before it. `against`: the phase or programme it is compared with.
    `originals`: the programmes whose model it replicates (None where the asker may not see them all).
    `programme`: results of the programme as a whole.
    """

    own: Components
    until: Components | None = None
    previous: Components | None = None
    is_first: bool = True
    against: Components | None = None
    originals: Components | None = None
    programme: Components = field(default_factory=Components)


def rescaled(figure: Figure, divisor: int, unit: str) -> Figure:
    """The same figure in another unit (US$ to US$ million)."""
    if figure.value is None:
        return figure.as_unit(unit)
    return Figure(figure.value / divisor, unit=unit, basis=figure.basis, bound=figure.bound, caveats=figure.caveats)


__all__ = ["Bound", "Components", "Money", "Subject", "join_phases", "join_programmes", "rescaled"]
