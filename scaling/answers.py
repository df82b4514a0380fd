"""Answer a metric for what somebody asks: read the cells in scope, put the subject together, call the pure function.

Dashboards, reports and the API all ask here, so that they cannot disagree. The number of queries is fixed.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from programmes.models import Phase, Programme, ProgrammeReplication
from scaling import recorded, rollups
from scaling.metrics import METRICS, Metric, Outcome
from scaling.metrics.figures import Bound, Figure
from scaling.metrics.subjects import Components, Subject, join_phases, join_programmes
from scaling.models import PhaseCell

#: Places after the point that an answer keeps; rounding for the eye is the reader's matter.
EXACT_PLACES = Decimal("1e-10")


class UnknownCode(Exception):
    """A code that does not exist, or is outside the asker's scope: the two look the same."""

    def __init__(self, parameter: str, code: str) -> None:
        super().__init__(code)
        self.parameter, self.code = parameter, code


@dataclass
class Workspace:
    """Everything that metrics of phases need on one figure basis, for one asker: read once, in six queries. With
    `known_at` from the records as they were known at that moment, else from cells."""

    basis: str
    programmes: dict[str, Programme]
    phases: dict[str, Phase]
    components: dict[int, Components]
    computed_at: dict[int, datetime.datetime]
    whole: dict[int, Components] = field(default_factory=dict)
    #: programme id → ids of the programmes whose model it replicates, visible or not
    originals: dict[int, list[int]] = field(default_factory=dict)
    known_at: datetime.datetime | None = None
    #: Metrics that were asked of it, so that a pack can define them.
    used: set[str] = field(default_factory=set)

    @classmethod
    def load(cls, *, user: Any, basis: str, known_at: datetime.datetime | None = None) -> Workspace:
        """Somebody without a role gets an empty workspace. Raises what `recorded.known` raises."""
        visible = Programme.objects.visible_to(user)
        if known_at is None:
            return cls._load(visible, basis, None)
        ids = list(visible.values_list("pk", flat=True))  # who may see what is decided by today
        with recorded.known(known_at):
            return cls._load(Programme.objects.filter(pk__in=ids), basis, known_at)

    @classmethod
    def _load(cls, visible: QuerySet[Programme], basis: str, known_at: datetime.datetime | None) -> Workspace:
        programmes = {p.code: p for p in visible.prefetch_related("countries")}
        ids = [programme.pk for programme in programmes.values()]
        phases = {
            phase.code: phase
            for phase in Phase.objects.filter(programme_id__in=ids).order_by("programme_id", "sequence")
        }
        components: dict[int, Components] = {}
        computed: dict[int, datetime.datetime] = {}
        if known_at is None:
            for cell in PhaseCell.objects.filter(basis=basis, phase__programme_id__in=ids):
                components[cell.phase_id] = rollups.components_of(cell)
                computed[cell.phase_id] = cell.computed_at
        else:
            components = rollups.components_from_records([phase.pk for phase in phases.values()], basis)
            computed = dict.fromkeys(components, timezone.now())
        originals: dict[int, list[int]] = {}
        for programme_id, original_id in ProgrammeReplication.objects.filter(programme_id__in=ids).values_list(
            "programme_id", "original_id"
        ):
            originals.setdefault(programme_id, []).append(original_id)
        whole = rollups.programme_results(ids, basis)
        return cls(basis, programmes, phases, components, computed, whole, originals, known_at)

    def load_phases(self, basis: str, phases: list[Phase]) -> Workspace:
        """The same with the cells of these phases on another basis (one query; as known at a moment, five)."""
        if basis == self.basis:
            return self
        if self.known_at is not None:
            with recorded.known(self.known_at):
                found = rollups.components_from_records([phase.pk for phase in phases], basis)
            return replace(self, basis=basis, components=found)
        cells = PhaseCell.objects.filter(basis=basis, phase__in=phases)
        return replace(self, basis=basis, components={cell.phase_id: rollups.components_of(cell) for cell in cells})

    # --- finding ---------------------------------------------------------------------------------------------------
    def programme(self, code: str, parameter: str = "programme") -> Programme:
        try:
            return self.programmes[code]
        except KeyError:
            raise UnknownCode(parameter, code) from None

    def phase(self, code: str, parameter: str = "phase") -> Phase:
        try:
            return self.phases[code]
        except KeyError:
            raise UnknownCode(parameter, code) from None

    def phases_of(self, programme: Programme) -> list[Phase]:
        """The phases that carry figures, in order: the carrier of unsplit totals stands for the phases it covers."""
        phases = [phase for phase in self.phases.values() if phase.programme_id == programme.pk]
        carriers = [phase for phase in phases if phase.is_aggregate and self._has_figures(phase)]
        return carriers or [phase for phase in phases if not phase.is_aggregate]

    def split_phases(self, programme: Programme) -> list[Phase]:
        """The phases themselves, in order, whether or not the source splits its figures by them."""
        return [
            phase for phase in self.phases.values() if phase.programme_id == programme.pk and not phase.is_aggregate
        ]

    def _has_figures(self, phase: Phase) -> bool:
        components = self.of_phase(phase)
        return bool(components.money or components.results)

    def begun_by(self, day: datetime.date) -> Workspace:
        """The same without phases that are known to have begun later. A phase without dates stays: nobody knows."""
        phases = {
            code: phase for code, phase in self.phases.items() if (phase.effectiveness or phase.approval or day) <= day
        }
        return replace(self, phases=phases)

    # --- components ------------------------------------------------------------------------------------------------
    def of_phase(self, phase: Phase) -> Components:
        return self.components.get(phase.pk, Components())

    def of_programme(self, programme: Programme) -> Components:
        return self.joined(self.phases_of(programme))

    def joined(self, phases: Iterable[Phase]) -> Components:
        """Phases put together: within a programme in order, then over programmes."""
        by_programme: dict[int, list[Components]] = {}
        for phase in phases:
            by_programme.setdefault(phase.programme_id, []).append(self.of_phase(phase))
        joined = [join_phases(parts) for parts in by_programme.values()]
        return join_programmes(joined) if joined else Components()

    def subject(self, phases: list[Phase], against: Components | None = None) -> Subject:
        """The subject of one row: a single phase with what came before it, or several phases put together."""
        programme_ids = {phase.programme_id for phase in phases}
        programme_id = next(iter(programme_ids)) if len(programme_ids) == 1 else None
        until = previous = None
        is_first = True
        if len(phases) == 1 and programme_id is not None and not phases[0].is_aggregate:
            siblings = [
                phase for phase in self.phases.values() if phase.programme_id == programme_id and not phase.is_aggregate
            ]
            earlier = [phase for phase in siblings if phase.sequence < phases[0].sequence]
            until = self.joined([*earlier, phases[0]])
            is_first = not earlier
            previous = self.of_phase(earlier[-1]) if earlier else None
        return Subject(
            own=self.joined(phases),
            until=until,
            previous=previous,
            is_first=is_first,
            against=against,
            originals=self._originals(programme_ids),
            programme=self.whole.get(programme_id, Components()) if programme_id is not None else Components(),
        )

    def _originals(self, programme_ids: set[int]) -> Components | None:
        wanted = {original for pk in programme_ids for original in self.originals.get(pk, [])}
        visible = {programme.pk: programme for programme in self.programmes.values()}
        if not wanted or not wanted <= visible.keys():
            return None
        return join_programmes([self.of_programme(visible[pk]) for pk in sorted(wanted)])


@dataclass(frozen=True)
class Row:
    """One answered row; `figure` and `components` are exact."""

    metric: Metric
    programmes: tuple[Programme, ...]
    phases: tuple[Phase, ...]
    against: str
    basis: str
    known_at: datetime.datetime | None
    outcome: Outcome
    reported: int
    due: int
    computed_at: datetime.datetime | None

    @property
    def figure(self) -> Figure:
        return self.outcome.figure

    @property
    def is_synthetic(self) -> bool:
        return any(programme.is_synthetic for programme in self.programmes)


def answer(
    workspace: Workspace, metric: Metric, phases: list[Phase], *, against: str = "", other: Components | None = None
) -> Row:
    """Compute one row for a list of phases."""
    subject = workspace.subject(phases, other)
    workspace.used.add(metric.name)
    outcome = metric.compute(subject)
    ids = {phase.programme_id for phase in phases}
    times = [workspace.computed_at[phase.pk] for phase in phases if phase.pk in workspace.computed_at]
    return Row(
        metric=metric,
        programmes=tuple(p for p in workspace.programmes.values() if p.pk in ids),
        phases=tuple(phases),
        against=against,
        basis=workspace.basis,
        known_at=workspace.known_at,
        outcome=outcome,
        reported=subject.own.lines_reported,
        due=subject.own.lines,
        computed_at=min(times) if times else None,
    )


def rows(
    workspace: Workspace,
    metric: Metric,
    *,
    programme_codes: list[str],
    phase_codes: list[str],
    against: str = "",
    by: str = "selection",
    include_synthetic: bool = False,
) -> list[Row]:
    """Rows for a question: one for the whole selection, or one for each programme or phase in it.

    Nothing named means everything the asker may see, without synthetic programmes unless asked for. Raises
    UnknownCode for what does not exist in the asker's scope or a phase that is of no named programme.
    """
    programmes = [workspace.programme(code) for code in programme_codes]
    if phase_codes:
        phases = [workspace.phase(code) for code in phase_codes]
        for phase in phases:
            if programmes and phase.programme_id not in {programme.pk for programme in programmes}:
                raise UnknownCode("phase", phase.code)
    else:
        if not programmes:
            programmes = [p for p in workspace.programmes.values() if include_synthetic or not p.is_synthetic]
        phases = [phase for programme in programmes for phase in workspace.phases_of(programme)]
    other = _against(workspace, against)
    if by == "phase":
        groups = [[phase] for phase in phases]
    elif by == "programme":
        ordered = dict.fromkeys(phase.programme_id for phase in phases)
        groups = [[phase for phase in phases if phase.programme_id == pk] for pk in ordered]
    else:
        groups = [phases]
    return [answer(workspace, metric, group, against=against, other=other) for group in groups]


def _against(workspace: Workspace, code: str) -> Components | None:
    """A phase's components, or a programme's; phases are looked for first."""
    if not code:
        return None
    if code in workspace.phases:
        return workspace.of_phase(workspace.phases[code])
    return workspace.of_programme(workspace.programme(code, "against"))


def exact(value: Decimal | None) -> Decimal | None:
    """Ten places, half up, without trailing zeros: `2.5564102564`, `60`, never `6E+1`."""
    if value is None:
        return None
    rounded = value.quantize(EXACT_PLACES, rounding=ROUND_HALF_UP).normalize()
    return rounded.quantize(Decimal(1)) if rounded == rounded.to_integral() else rounded


def metric_named(name: str) -> Metric | None:
    return METRICS.get(name)


__all__ = ["Bound", "Row", "UnknownCode", "Workspace", "answer", "exact", "metric_named", "rows"]
