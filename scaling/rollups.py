"""From records to additive components: recompute a phase's cells, read them back, drain the marks.

A phase's cells are computed again from its financing lines and results as a whole: the same records give the same
cells however often it is done.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from indicators.models import PhaseResult, Round
from indicators.results import on_basis
from programmes.financing import Rates, amount_on
from programmes.models import FinancingLine, FinancingStage, Phase
from programmes.vocabulary import FigureBasis
from scaling import register_rollups
from scaling.metrics import figures as f
from scaling.metrics.figures import Bound, Figure
from scaling.metrics.subjects import Components, Money
from scaling.models import DirtyMark, Heartbeat, MarkKind, PhaseCell, Rebuild

#: First key of the advisory lock: one recompute of a scope at a time.
LOCK_SPACE = {MarkKind.PHASE: 7301, MarkKind.ROUND: 7302}

#: Returns of more organizations than this mark the whole round.
MOST_OF_PART = 500

#: Name of the sign of life that says when marks were last drained.
DRAINED = "drain"

_BOUNDS = {"exact": Bound.EXACT, "at_least": Bound.LOWER, "more_than": Bound.LOWER, "at_most": Bound.UPPER}


# --- marks -----------------------------------------------------------------------------------------------------------
def mark(kind: MarkKind, ids: Iterable[int], organization_ids: Iterable[int] | None = None) -> None:
    """Note, in the caller's transaction, that these must be computed again; of rounds perhaps only what the returns of
    some organizations change. Of too many organizations the whole is quicker."""
    parts: list[int | None] = [None]
    if organization_ids is not None and len(changed := set(organization_ids)) <= MOST_OF_PART:
        parts = [*sorted(changed)]
    DirtyMark.objects.bulk_create(
        [DirtyMark(kind=kind, object_id=pk, organization_id=part) for pk in sorted(set(ids)) for part in parts],
        batch_size=5000,
    )


@dataclass(frozen=True)
class Scope:
    """What is computed in one transaction: a phase, or the marked rounds of one programme, from one reading of its
    returns. `pk`: of the phase or the programme; `ids`: of the phase or the rounds."""

    kind: MarkKind
    pk: int
    ids: frozenset[int]


def drain(limit: int = 500) -> int:
    """Recompute what is marked, one scope a transaction; returns how many phases and rounds were done, about `limit`
    at most.

    The marks go with the result's commit: a worker killed at any moment leaves them for the next one. A scope that
    cannot be computed does not hold up the others; its error is raised when they are done.
    """
    done = 0
    broken: Exception | None = None
    for scope in _marked():
        if done >= limit:
            break
        try:
            done += _drain_one(scope)
        except (OperationalError, InterfaceError):
            raise  # the database is away, not the scope wrong
        except Exception as error:
            _tell(scope, error)
            broken = broken or error
    Heartbeat.objects.update_or_create(name=DRAINED, defaults={"seen_at": timezone.now()})
    if broken is not None:
        raise broken
    return done


def _marked() -> list[Scope]:
    """Every scope that is marked. Marks of rounds that are gone are of nothing and go."""
    marked: dict[str, set[int]] = defaultdict(set)
    for kind, pk in DirtyMark.objects.order_by().values_list("kind", "object_id").distinct():
        marked[kind].add(pk)
    scopes = [Scope(MarkKind.PHASE, pk, frozenset({pk})) for pk in sorted(marked[MarkKind.PHASE])]
    programmes: dict[int, set[int]] = defaultdict(set)
    for pk, programme_id in Round.objects.filter(pk__in=marked[MarkKind.ROUND]).values_list("pk", "programme_id"):
        programmes[programme_id].add(pk)
    gone = marked[MarkKind.ROUND].difference(*programmes.values())
    if gone:
        DirtyMark.objects.filter(kind=MarkKind.ROUND, object_id__in=gone).delete()
    return scopes + [Scope(MarkKind.ROUND, pk, frozenset(ids)) for pk, ids in sorted(programmes.items())]


def _drain_one(scope: Scope) -> int:
    with transaction.atomic():
        if not _try_lock(LOCK_SPACE[scope.kind], scope.pk):
            return 0
        marks = list(DirtyMark.objects.filter(kind=scope.kind, object_id__in=scope.ids))
        if not marks:
            return 0
        if scope.kind == MarkKind.PHASE:
            recompute_phase(scope.pk)
        else:
            register_rollups.recompute(scope.pk, [(one.object_id, one.organization_id) for one in marks])
        DirtyMark.objects.filter(pk__in=[one.pk for one in marks]).delete()
    return len({one.object_id for one in marks})


def _tell(scope: Scope, error: Exception) -> None:
    """A rebuild says what it cannot get past; the error itself goes on to the worker's log."""
    named = ", ".join(str(pk) for pk in sorted(scope.ids))
    text = f"{scope.kind.label} {named}: {type(error).__name__}: {error}".replace("\0", "")
    asked = DirtyMark.objects.filter(kind=scope.kind, object_id__in=scope.ids, rebuild__isnull=False).values("rebuild")
    Rebuild.objects.filter(pk__in=asked, ended_at__isnull=True).update(problem=text[:500])


def _try_lock(space: int, pk: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [space, pk % 2**31])
        return bool(cursor.fetchone()[0])


# --- one phase -------------------------------------------------------------------------------------------------------
def recompute_phase(phase_id: int) -> None:
    """Write the cells of a phase on every figure basis from its records as they are now."""
    records = _Records([phase_id])
    if not Phase.objects.filter(pk=phase_id).exists():
        return
    now = timezone.now()
    for basis in FigureBasis.values:
        PhaseCell.objects.update_or_create(
            phase_id=phase_id, basis=basis, defaults={"components": records.summed(phase_id, basis), "computed_at": now}
        )


def components_from_records(phase_ids: Iterable[int], basis: str) -> dict[int, Components]:
    """What the cells of these phases would say if they were computed from what is read now. Five queries."""
    ids = list(phase_ids)
    records = _Records(ids)
    return {pk: _loaded(records.summed(pk, basis)) for pk in ids}


class _Records:
    """Financing lines and results of phases, with their corrections and the rates they need."""

    def __init__(self, phase_ids: list[int]) -> None:
        self.lines: dict[int, list[FinancingLine]] = {}
        self.results: dict[int, list[PhaseResult]] = {}
        lines = FinancingLine.objects.filter(phase_id__in=phase_ids).select_related("partner")
        results = PhaseResult.objects.filter(phase_id__in=phase_ids).select_related("indicator")
        for line in lines.prefetch_related("corrections").order_by("pk"):
            self.lines.setdefault(line.phase_id, []).append(line)
        for result in results.prefetch_related("corrections").order_by("pk"):
            self.results.setdefault(result.phase_id or 0, []).append(result)
        self.rates = Rates({line.currency for found in self.lines.values() for line in found})

    def summed(self, phase_id: int, basis: str) -> dict[str, Any]:
        """The components of a phase as a cell keeps them."""
        return {
            "money": _money(self.lines.get(phase_id, []), basis, self.rates),
            "results": _results(self.results.get(phase_id, []), basis),
        }


def _at_design(lines: list[FinancingLine]) -> str:
    """Which stage stands for "design": what was agreed, or else what was planned. Never both added up."""
    return (
        FinancingStage.AGREED
        if any(line.stage == FinancingStage.AGREED for line in lines)
        else FinancingStage.PLANNED_AT_DESIGN
    )


def _money(lines: list[FinancingLine], basis: str, rates: Rates) -> list[dict[str, Any]]:
    design = _at_design(lines)
    sums: dict[tuple[str, str, str], dict[str, Any]] = {}
    for line in lines:
        if line.stage == design:
            stage = "design"
        elif line.stage in (FinancingStage.DISBURSED, FinancingStage.AMENDED):
            stage = str(line.stage)
        else:
            continue
        key = (line.financing_class, stage, line.partner.category)
        cell = sums.setdefault(key, {"usd": None, "attributed": None, "lines": 0, "missing": []})
        cell["lines"] += 1
        amount, _correction = amount_on(line, basis)
        usd = None if amount is None else rates.usd(amount, line.currency, line.value_date)
        if usd is None:
            cell["missing"].append(line.null_reason if amount is None else f.NO_RATE)
            continue
        cell["usd"] = (cell["usd"] or Decimal(0)) + usd
        cell["attributed"] = (cell["attributed"] or Decimal(0)) + usd * line.attribution_share
    return [
        {
            "class": financing_class,
            "stage": stage,
            "category": category,
            "usd": None if cell["usd"] is None else format(cell["usd"], "f"),
            "attributed": None if cell["attributed"] is None else format(cell["attributed"], "f"),
            "lines": cell["lines"],
            "missing": cell["missing"],
        }
        for (financing_class, stage, category), cell in sums.items()
    ]


def _results(results: list[PhaseResult], basis: str) -> list[dict[str, Any]]:
    """Results by indicator and subcategory, summed over places (districts of two states)."""
    parts: dict[tuple[str, str], list[Figure]] = {}
    for result in results:
        value, count_basis, _correction = on_basis(result, basis)
        figure = (
            f.null(result.null_reason, unit=result.unit)
            if value is None
            else Figure(value, unit=result.unit, basis=count_basis, bound=_BOUNDS[result.qualifier])
        )
        parts.setdefault((result.indicator.code, result.subcategory), []).append(figure)
    rows = []
    for (indicator, subcategory), figures in parts.items():
        total = figures[0] if len(figures) == 1 else f.add(figures)
        rows.append({"indicator": indicator, "subcategory": subcategory, **_stored(total)})
    return rows


def _stored(figure: Figure) -> dict[str, Any]:
    return {
        "value": None if figure.value is None else format(figure.value, "f"),
        "null_reason": figure.null_reason,
        "bound": figure.bound.value,
        "unit": figure.unit,
        "basis": figure.basis,
    }


def _figure(row: dict[str, Any]) -> Figure:
    value = None if row["value"] is None else Decimal(row["value"])
    return Figure(
        value, null_reason=row["null_reason"], bound=Bound(row["bound"]), unit=row["unit"], basis=row["basis"]
    )


# --- reading back ----------------------------------------------------------------------------------------------------
def components_of(cell: PhaseCell) -> Components:
    """The plain components that metrics work on."""
    return _loaded(cell.components)


def _loaded(stored: dict[str, Any]) -> Components:
    money = tuple(
        Money(
            row["class"],
            row["stage"],
            row["category"],
            None if row["usd"] is None else Decimal(row["usd"]),
            row["lines"],
            tuple(row["missing"]),
            None if row["attributed"] is None else Decimal(row["attributed"]),
        )
        for row in stored["money"]
    )
    results = {(row["indicator"], row["subcategory"]): _figure(row) for row in stored["results"]}
    return Components(money=money, results=results)


def programme_results(programme_ids: Iterable[int], basis: str) -> dict[int, Components]:
    """Results that the source gives for a programme as a whole, naming no phase. One query, few rows."""
    rows = (
        PhaseResult.objects.filter(programme_id__in=programme_ids, phase__isnull=True)
        .select_related("indicator")
        .prefetch_related("corrections")
    )
    by_programme: dict[int, list[PhaseResult]] = {}
    for row in rows:
        by_programme.setdefault(row.programme_id, []).append(row)
    return {
        pk: Components(
            results={(row["indicator"], row["subcategory"]): _figure(row) for row in _results(results, basis)}
        )
        for pk, results in by_programme.items()
    }


def marks_waiting() -> tuple[int, datetime.datetime | None]:
    """How many marks wait and since when."""
    oldest = DirtyMark.objects.order_by("created_at").values_list("created_at", flat=True).first()
    return DirtyMark.objects.count(), oldest
