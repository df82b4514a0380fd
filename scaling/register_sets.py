"""Many metrics of organizations for one selection, from one read.

`register_answers.rows` answers one metric and reads for it. A page asks for a dozen of them, by several groupings and
over rounds: `read` fetches sources, the cells of the whole and marks once, and the cells of a grouping when it is first
asked for; it joins them once and answers every metric from that. The figures are the same to the last digit, because
both go through the same functions.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from programmes.models import Programme
from scaling import readers, recorded, register_answers
from scaling.metrics import REGISTER_METRICS
from scaling.metrics.figures import Figure
from scaling.metrics.register import RegisterMetric
from scaling.register_answers import Row
from scaling.register_parts import Part, together
from scaling.register_questions import Question, Source, against_of, sources_of, visible_programmes
from scaling.thresholds import InForce

#: Places are grouped as the caller says (`areas`), everything else by what a part stands for.
STANDING = frozenset({"kind", "tier", "area"})
BY = ("selection", "programme", "kind", "tier", "cohort", "round", "area")


@dataclass
class RegisterSet:
    """What one selection holds on its dates: ask it for any metric, whole or by a grouping."""

    question: Question
    sources: list[Source]
    parts: list[Part]
    against: readers.RoundRow | None
    waiting: Mapping[int, int]
    limits: InForce
    #: place → the area it is shown in, for `by="area"`; a place that is not here is left out.
    areas: Mapping[str, str] = field(default_factory=dict)
    #: Reads the cells of a grouping when it is first asked for; None where `parts` are all that there is.
    load: Callable[[str], list[Part]] | None = None
    #: Metrics that were asked of it, so that a pack can define them.
    used: set[str] = field(default_factory=set)
    _condensed: dict[str, dict[str | None, list[Part]]] = field(default_factory=dict)

    # --- asking ----------------------------------------------------------------------------------------------------
    def row(self, metric: str, **changes: Any) -> Row:
        """The metric of the whole selection. `changes`: dimension, months, prices. KeyError for a metric not known."""
        return self._row(metric, "selection", None, self._groups("selection").get(None, []), changes)

    def figure(self, metric: str, **changes: Any) -> Figure:
        return self.row(metric, **changes).outcome.figure

    def rows(self, metric: str, by: str, **changes: Any) -> dict[str, Row]:
        """The metric for each group, by the group's code in their order. `by`: one of BY but "selection"."""
        found = self._groups(by)
        return {str(group): self._row(metric, by, group, parts, changes) for group, parts in found.items()}

    def over_rounds(self, metric: str, **changes: Any) -> dict[tuple[str, str], Row]:
        """The metric for each area in each round, by (area, code of the round); only of a set that holds the rounds.
        Reads the stored cells of the areas, as `rows(…, "area")` does."""
        found: dict[tuple[str, str], list[Part]] = defaultdict(list)
        for part in self._parts_for("area"):
            area = part.place if self.load is not None else self.areas.get(part.place)
            if area is not None and part.source.closing is not None:
                found[area, part.source.closing.code].append(part)
        return {
            key: self._row(metric, "area", key[0], _condensed(parts), changes) for key, parts in sorted(found.items())
        }

    def groups(self, by: str) -> list[str]:
        return [str(group) for group in self._groups(by)]

    def splits(self, by: str) -> bool:
        """Whether the set knows of this grouping: the stored total of a federation has neither kind, tier nor place."""
        return by not in STANDING or self.load is not None or any(part.kind for part in self.parts)

    # --- what stands behind it -------------------------------------------------------------------------------------
    @property
    def is_empty(self) -> bool:
        """No programme, or none that has computed figures."""
        return not self.parts

    @property
    def due(self) -> int:
        return sum(part.register.due for part in self._whole)

    @property
    def reported(self) -> int:
        return sum(part.register.reported for part in self._whole)

    @property
    def active(self) -> int:
        return sum(part.register.active for part in self._whole)

    @property
    def computed_at(self) -> datetime.datetime | None:
        return min((part.computed_at for part in self.parts), default=None)

    @property
    def marks_waiting(self) -> int:
        rounds = {source.closing.pk for source in self.sources if source.closing is not None}
        return sum(self.waiting.get(pk, 0) for pk in rounds)

    @property
    def rounds(self) -> list[readers.RoundRow]:
        """The rounds whose returns count, each once, by date."""
        found = {source.closing.pk: source.closing for source in self.sources if source.closing is not None}
        return sorted(found.values(), key=lambda one: (one.date, one.pk))

    @property
    def is_synthetic(self) -> bool:
        return any(source.programme.is_synthetic for source in self.sources)

    @property
    def _whole(self) -> list[Part]:
        return self._groups("selection").get(None, [])

    # --- joining once ----------------------------------------------------------------------------------------------
    def _groups(self, by: str) -> dict[str | None, list[Part]]:
        if by not in self._condensed:
            groups: dict[str | None, list[Part]] = defaultdict(list)
            stored = by in STANDING and self.load is not None
            for part in self._parts_for(by):
                if by == "area" and stored:
                    groups[part.place].append(part)
                elif by != "area":
                    groups[register_answers._group(part, by)].append(part)
                elif part.place in self.areas:
                    groups[self.areas[part.place]].append(part)
            self._condensed[by] = {
                group: _condensed(groups[group])
                for group in sorted(groups, key=lambda one: (one is not None, one or ""))
            }
        return self._condensed[by]

    def _parts_for(self, by: str) -> list[Part]:
        if by in STANDING and self.load is not None:
            return self.load(by)
        return self.parts if self.splits(by) else []

    def _row(self, metric: str, by: str, group: str | None, parts: list[Part], changes: Mapping[str, Any]) -> Row:
        asked = replace(self.question, by="place" if by == "area" else by, **changes)
        found: RegisterMetric = REGISTER_METRICS[metric]
        self.used.add(metric)
        return register_answers._row(found, asked, group, parts, self.sources, self.against, self.waiting, self.limits)


def _condensed(parts: Iterable[Part]) -> list[Part]:
    """One part for each source and cohort: what is left to join for every metric is a handful."""
    stacks: dict[tuple[Source, str], list[Part]] = defaultdict(list)
    for part in parts:
        stacks[part.source, part.cohort].append(part)
    return [
        Part(source, "", "", "", cohort, register, min(part.computed_at for part in stack), False, key, weight)
        for (source, cohort), stack in stacks.items()
        for register, key, weight in [together(stack)]
    ]


@dataclass
class Reading:
    """The set of the asked dates, and one that holds every outcome round up to then (`rows(…, "round")`).

    `history` is None where rounds can only be told from the records of each (another opening, one organization, a
    federation cut by place or kind): that would be a reading for each round.
    """

    now: RegisterSet
    history: RegisterSet | None


def read(*, user: Any, question: Question, history: bool = False, areas: Mapping[str, str] | None = None) -> Reading:
    """Everything of a selection. Raises what `register_answers.rows` does. With `known_at` all comes from the records,
    those of each round as well, which takes its time."""
    asked = replace(question, by="selection")
    visible = visible_programmes(user)
    seen = register_answers._Seen.of(user, asked)
    with recorded.known(asked.known_at):
        return _read(asked, visible, seen, history, areas or {})


def _read(
    asked: Question,
    visible: dict[str, Programme],
    seen: register_answers._Seen,
    history: bool,
    areas: Mapping[str, str],
) -> Reading:
    if asked.known_at is not None:
        visible = register_answers.on_record(visible)
    sources = sources_of(visible, asked)
    past = _past(visible, asked, sources) if history else []
    selection = register_answers._Selection.of(seen, asked)
    against = against_of(sources, asked)
    every = list({_key(source): source for source in [*sources, *past]}.values())
    waiting = register_answers._waiting(every) if asked.known_at is None else {}
    limits = InForce(source.programme.pk for source in every)
    older: RegisterSet | None = None

    shared = register_answers.shared_of(asked, sources)

    def made(sources: list[Source], parts: list[Part], question: Question, stored: bool = False) -> RegisterSet:
        twice = {} if question.by == "round" else shared  # rounds are never put together
        load = partial(_load, selection, sources, frozenset(areas.values()), twice) if stored else None
        return RegisterSet(question, sources, parts, against, waiting, limits, areas, load)

    if selection.from_cells(asked, sources, against, shared):
        parts = selection.cells(every if history else sources, "selection")
        now_keys = {_key(source) for source in sources}
        current = [part for part in parts if _key(part.source) in now_keys]
        if shared:
            current = selection.cells(sources, "selection", shared)
        now = made(sources, current, asked, selection.apex is None)
        if history:
            older = made(past, parts, replace(asked, by="round"), selection.apex is None)
        return Reading(now, older)
    now = made(sources, selection.records(sources, asked, against), asked)
    if history and against is None and not selection.needs_records(asked):
        by_round = replace(asked, by="round")
        if asked.known_at is None:
            older = made(past, selection.cells(past, "selection"), by_round)
        else:
            older = made(past, selection.records(past, by_round, None), by_round)
    return Reading(now, older)


def _load(
    selection: register_answers._Selection,
    sources: list[Source],
    areas: frozenset[str],
    shared: Mapping[str, int],
    by: str,
) -> list[Part]:
    """Stored cells of a grouping: those of kinds, of tiers, or of areas with all inside them."""
    if by == "area":
        return selection.cells_of_areas(sources, areas, shared)
    return selection.cells(sources, by, shared)


def _key(source: Source) -> tuple[int, int | None]:
    return source.programme.pk, source.closing.pk if source.closing is not None else None


def _past(visible: dict[str, Programme], asked: Question, sources: Sequence[Source]) -> list[Source]:
    """Every outcome round of these programmes up to the asked dates."""
    until = {source.programme.pk: source.on for source in sources}
    programmes = tuple(source.programme.code for source in sources)
    if not programmes:
        return []
    found = sources_of(visible, replace(asked, by="round", round="", programmes=programmes))
    return [
        replace(source, on=source.closing.date)
        for source in found
        if source.closing is not None and source.closing.date <= until[source.programme.pk]
    ]


__all__ = ["BY", "Reading", "RegisterSet", "read"]
