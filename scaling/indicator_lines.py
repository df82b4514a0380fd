"""What each indicator of a programme shows, line by line: baseline, and by period the target and what was reached.

A line is one indicator (or a part of it, or a place) of a programme or one of its phases. Results of phases come as
reported on a figure basis; numbers of organizations from approved returns, as on the page Targets (`target_progress`).
The table of indicator performance and the IATI file are built from these lines, so that they cannot disagree.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from django.db.models import Q

from indicators import targets
from indicators.models import (
    EntryField,
    Indicator,
    IndicatorLevel,
    PhaseResult,
    Round,
    RoundKind,
    Target,
    ValueType,
)
from indicators.models.catalogue import in_force
from indicators.results import on_basis
from organizations.models import ProgrammeEnrolment
from programmes.models import Phase, Place, Programme
from programmes.vocabulary import CountBasis, FigureBasis, Qualifier
from scaling.indicator_line import Line, Observed, Period
from scaling.metrics import figures as f
from scaling.metrics.figures import Bound, Figure
from scaling.register_answers import MOST_RECORDS, TooMany
from scaling.target_progress import Sums

Day = datetime.date
#: Subcategories of these are kinds that add up to a total.
BY_KIND = frozenset({"organizations_created"})
_BOUNDS = {
    Qualifier.AT_LEAST: Bound.LOWER,
    Qualifier.MORE_THAN: Bound.LOWER,
    Qualifier.AT_MOST: Bound.UPPER,
}


def read(
    *,
    programmes: Sequence[Programme],
    phases: Iterable[Phase],
    basis: str = FigureBasis.PRINTED,
    as_of: Day | None = None,
    codes: Sequence[str] = (),
    unlimited: bool = False,
) -> list[Line]:
    """All lines in the order of programmes, phases and the catalogue: a number of queries that does not grow.

    `codes` narrows to these indicators; otherwise: what has a target or a reported result, IFAD core indicators and
    ratings. Raises TooMany where returns of more organizations would be summed than somebody can wait for.
    """
    by_programme = {one.pk: one for one in programmes}
    by_phase = {one.pk: one for one in phases}
    if not by_programme:
        return []
    enrolled = ProgrammeEnrolment.objects.filter(programme__in=by_programme)
    if not unlimited and enrolled.count() > MOST_RECORDS:
        raise TooMany
    steps = _targets(by_programme, by_phase, as_of)
    results = _results(by_programme, by_phase)
    keys = _keys({key[1] for key in steps}, codes)
    sums = Sums(by_programme, keys, as_of)
    indicators = {
        one.pk: one
        for one in Indicator.objects.filter(
            Q(pk__in={key[1] for key in steps} | {row.indicator_id for row in results}) | Q(fields__key__in=keys)
        )
        .distinct()
        .prefetch_related("versions")
    }
    if codes:
        indicators = {pk: one for pk, one in indicators.items() if one.code in codes}
    lines = _of_results(by_programme, by_phase, indicators, results, steps, basis)
    lines += _of_returns(by_programme, by_phase, indicators, keys, sums, steps)
    order = {pk: number for number, pk in enumerate(by_programme)}
    return sorted(
        lines,
        key=lambda one: (
            order[one.programme.pk],
            one.phase.sequence if one.phase else -1,
            one.indicator.position,
            one.part,
            one.place.code if one.place else "",
        ),
    )


#: (programme, indicator, phase, part) → targets in force, by date
Steps = dict[tuple[int, int, int | None, str], list[Target]]


def _targets(programmes: Iterable[int], phases: Iterable[int], as_of: Day | None) -> Steps:
    rows = Target.objects.filter(programme__in=programmes).select_related("indicator").order_by("pk")
    if as_of is not None:
        rows = rows.filter(set_on__lte=as_of)
    found: Steps = defaultdict(list)
    shown = set(phases)
    for (indicator, programme, phase, part, _by), chain in targets.chains(rows).items():
        if (stands := chain.in_force) is not None and (phase is None or phase in shown):
            found[programme, indicator, phase, part].append(stands)
    for own in found.values():
        own.sort(key=lambda one: one.by_date)
    return found


def _results(programmes: Iterable[int], phases: Iterable[int]) -> list[PhaseResult]:
    rows = PhaseResult.objects.filter(Q(phase__isnull=True) | Q(phase__in=list(phases)), programme__in=programmes)
    return list(rows.select_related("place").prefetch_related("corrections").order_by("pk"))


def _keys(with_target: set[int], codes: Sequence[str]) -> dict[str, tuple[int, str]]:
    """Keys of returns that are summed → (indicator, part)."""
    wanted = Q(indicator__in=with_target) | ~Q(indicator__ifad_core_indicators=[]) | Q(indicator__is_rating=True)
    fields = EntryField.objects.filter(Q(indicator__code__in=codes) if codes else wanted)
    fields = fields.filter(indicator__level=IndicatorLevel.ORGANIZATION).exclude(value_type=ValueType.YES_NO)
    return {
        key: (indicator, key.partition(".")[2])
        for key, indicator in fields.order_by("position").values_list("key", "indicator_id")
    }


# --- results of phases -----------------------------------------------------------------------------------------------
def _of_results(
    programmes: dict[int, Programme],
    phases: dict[int, Phase],
    indicators: dict[int, Indicator],
    results: list[PhaseResult],
    steps: Steps,
    basis: str,
) -> list[Line]:
    found: dict[tuple[int, int, int | None, str], list[Line]] = defaultdict(list)
    for row in results:
        if row.indicator_id not in indicators:
            continue
        phase = phases.get(row.phase_id) if row.phase_id else None
        line = _line(programmes[row.programme_id], phase, indicators[row.indicator_id], row.subcategory, row.place)
        seen = observed(row, phase, basis)
        line.unit, line.basis = row.unit, seen.figure.basis
        line.periods = [Period(*span(phase), actual=seen)]
        found[row.programme_id, row.indicator_id, row.phase_id, row.subcategory].append(line)
    for key, own in list(found.items()):
        if all(line.place is not None for line in own):
            found[key].append(_total(own, own[0].part))
    for programme, indicator, phase_id in {key[:3] for key in found}:
        parts = [
            line
            for other, own in found.items()
            if other[:3] == (programme, indicator, phase_id)
            for line in own
            if line.place is None
        ]
        whole = (programme, indicator, phase_id, "")
        if parts and parts[0].indicator.code in BY_KIND and whole not in found:
            found[whole].append(_total(parts, ""))
    for key, wanted in steps.items():
        if key[1] not in indicators or indicators[key[1]].level != IndicatorLevel.PHASE:
            continue
        phase = phases.get(key[2]) if key[2] else None
        own = found[key]
        whole_line = next((one for one in own if one.place is None), None)
        if whole_line is None:
            whole_line = _line(programmes[key[0]], phase, indicators[key[1]], key[3], None)
            own.append(whole_line)
        _put_targets(whole_line, wanted, span(phase)[0])
    return [line for own in found.values() for line in own]


def observed(row: PhaseResult, phase: Phase | None, basis: str) -> Observed:
    """A reported result on a basis, with the bound that its qualifier makes it."""
    value, counted, _correction = on_basis(row, basis)
    if value is None:
        figure = replace(f.null(row.null_reason, unit=row.unit), basis=counted)
    else:
        figure = Figure(value, unit=row.unit, basis=counted, bound=_BOUNDS.get(Qualifier(row.qualifier), Bound.EXACT))
    return Observed(figure, span(phase)[1], result=row)


def span(phase: Phase | None) -> tuple[Day | None, Day | None]:
    """When a phase works, as far as somebody says."""
    if phase is None:
        return None, None
    return phase.effectiveness or phase.approval, phase.completion or phase.closing


def _line(programme: Programme, phase: Phase | None, indicator: Indicator, part: str, place: Place | None) -> Line:
    versions = sorted(indicator.versions.all(), key=lambda one: one.number)
    version = in_force(versions, Day.today()) or (versions[-1] if versions else None)
    return Line(programme, phase, indicator, part, place, version.unit if version else "", "", version)


def _total(parts: list[Line], part: str) -> Line:
    """Parts put together, as far as units and bases allow; else null with the reason."""
    first = parts[0]
    line = _line(first.programme, first.phase, first.indicator, part, None)
    figure = f.add(period.actual.figure for one in parts for period in one.periods if period.actual is not None)
    line.unit, line.basis = figure.unit or first.unit, figure.basis
    line.periods = [Period(*span(first.phase), actual=Observed(figure, span(first.phase)[1], is_total=True))]
    return line


def _put_targets(line: Line, own: list[Target], start: Day | None) -> None:
    """Periods up to each target; what was reached so far stands in the last one."""
    reached = next((period.actual for period in line.periods), None)
    line.periods = []
    for number, target in enumerate(own):
        line.periods.append(
            Period(
                start if start is not None and start <= target.by_date else None,
                target.by_date,
                target,
                reached if number == len(own) - 1 else None,
            )
        )


# --- numbers of organizations ----------------------------------------------------------------------------------------
def _of_returns(
    programmes: dict[int, Programme],
    phases: dict[int, Phase],
    indicators: dict[int, Indicator],
    keys: dict[str, tuple[int, str]],
    sums: Sums,
    steps: Steps,
) -> list[Line]:
    found: dict[tuple[int, int, int | None, str], Line] = {}
    names = {pair: key for key, pair in keys.items()}
    for programme in programmes.values():
        rounds = [one for one in sums.rounds.values() if one.programme_id == programme.pk]
        for key, (indicator, part) in keys.items():
            if indicator not in indicators or not any((one.pk, key) in sums.sums for one in rounds):
                continue
            line = _line(programme, None, indicators[indicator], part, None)
            line.basis = sums.basis.get(key) or CountBasis.NOT_STATED
            _rounds(line, key, rounds, sums)
            found[programme.pk, indicator, None, part] = line
    for step, own in steps.items():
        programme_id, indicator_id, phase_id, part = step
        if indicator_id not in indicators or indicators[indicator_id].level == IndicatorLevel.PHASE:
            continue
        phase = phases.get(phase_id) if phase_id else None
        line = found.get(step) or _line(programmes[programme_id], phase, indicators[indicator_id], part, None)
        name = names.get((indicator_id, part), "")
        line.basis = line.basis or sums.basis.get(name) or CountBasis.NOT_STATED
        whole = found.get((programme_id, indicator_id, None, part))
        line.baseline = line.baseline or (whole.baseline if whole is not None else None)
        _meet(line, own, name, phase, sums)
        found[step] = line
    return list(found.values())


def _rounds(line: Line, key: str, rounds: list[Round], sums: Sums) -> None:
    """Baseline and a period for each later round."""
    told = [(one, *sums.sums[one.pk, key]) for one in rounds if (one.pk, key) in sums.sums]
    seen = [(one, _seen(line, one, value, n)) for one, value, n in told]
    first = next((pair for pair in seen if pair[0].kind == RoundKind.BASELINE), None)
    if first is None and sums.is_last(key):
        first = seen[0]
    if first is not None:
        line.baseline = first[1]
    days = sorted({one.reference_date for one, _value in seen})
    for one, value in seen:
        if first is None or one.pk != first[0].pk:
            # Two rounds may describe one day; the period of each begins after the day before that.
            before = max((day for day in days if day < one.reference_date), default=None)
            start = one.period.lower if one.period else before + datetime.timedelta(days=1) if before else None
            line.periods.append(Period(start, one.reference_date, None, value))


def _seen(line: Line, one: Round, value: Decimal, returns: int) -> Observed:
    figure = Figure(Decimal(value), unit=line.unit, basis="" if line.is_rating else line.basis)
    return Observed(figure, one.reference_date, round=one, returns=returns)


def _meet(line: Line, own: list[Target], key: str, phase: Phase | None, sums: Sums) -> None:
    """Targets join the round of their date, or get a period of their own, the last one with what is reached so far."""
    reached = sums.reached(line.programme.pk, key, phase) if key else None
    for number, target in enumerate(own):
        place = next((i for i, one in enumerate(line.periods) if one.end == target.by_date and not one.target), None)
        if place is not None:
            line.periods[place] = replace(line.periods[place], target=target)
            continue
        actual = None
        if reached is not None and number == len(own) - 1:
            # Somebody counted in several periods is in their sum more than once.
            bound = Bound.UPPER if reached.repeats else Bound.EXACT
            basis = "" if line.is_rating else line.basis
            actual = Observed(
                Figure(Decimal(reached.value), unit=line.unit, basis=basis, bound=bound),
                reached.on,
                returns=reached.returns,
            )
        start = span(phase)[0]
        line.periods.append(
            Period(start if start and start <= target.by_date else None, target.by_date, target, actual)
        )
    line.periods.sort(key=lambda one: (one.end or Day.max, one.start or Day.min))


def flat(lines: Iterable[Line]) -> Iterable[tuple[Line, Period | None]]:
    """Each period of each line; a line that has only a baseline once."""
    for line in lines:
        if not line.periods:
            yield line, None
        yield from ((line, period) for period in line.periods)
