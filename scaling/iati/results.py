"""Results: one `indicator` for each indicator and unit, its lines as dimensions of the same periods."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable
from urllib.parse import quote

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from indicators.models import IndicatorType
from programmes.vocabulary import CountBasis, NullReason, Qualifier
from scaling.iati import codes
from scaling.iati.codes import Measure, ResultType
from scaling.iati.elements import Element, add, in_languages, own, plain, texts
from scaling.indicator_line import Line, Observed, Period
from scaling.metrics.figures import Bound

Day = datetime.date
TYPES = {
    IndicatorType.OUTPUT: (ResultType.OUTPUT, gettext_lazy("Outputs")),
    IndicatorType.OUTCOME: (ResultType.OUTCOME, gettext_lazy("Outcomes")),
    IndicatorType.SCALE_UP: (ResultType.OTHER, gettext_lazy("Scaling up")),
}
PER_CENT = "per cent"


def results(activity: Element, lines: Iterable[Line], language: str) -> bool:
    """All results of an activity; whether something in them has no day and stands in an element of our own."""
    groups: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in lines:
        groups[line.indicator.type, line.indicator.dimension if line.is_rating else ""].append(line)
    undated = False
    for (kind, dimension), own_lines in groups.items():
        code, title = TYPES[IndicatorType(kind)]
        result = add(activity, "result", type=code.value, aggregation_status=False)
        in_languages(result, "title", _titled(title, dimension), language)
        by_unit: dict[tuple[int, str], list[Line]] = defaultdict(list)
        for line in own_lines:
            by_unit[line.indicator.pk, line.unit].append(line)
        for stack in by_unit.values():
            undated |= _indicator(result, stack, language)
    return undated


def _titled(title: str | Promise, dimension: str) -> Callable[[str], str]:
    return lambda _language: f"{title}: {dimension}" if dimension else str(title)


def measure_of(line: Line) -> Measure:
    if line.is_rating:
        return Measure.ORDINAL
    return Measure.PERCENTAGE if line.unit == PER_CENT else Measure.UNIT


def _indicator(result: Element, lines: list[Line], language: str) -> bool:
    first = lines[0]
    measure = measure_of(first)
    adds_up = measure == Measure.UNIT and first.basis not in ("", CountBasis.NOT_STATED)
    indicator = add(
        result,
        "indicator",
        measure=measure.value,
        ascending=first.higher_is_better,
        aggregation_status=adds_up,
    )
    version = first.version
    in_languages(
        indicator, "title", lambda code: version.text("name", code) if version else first.indicator.code, language
    )
    in_languages(indicator, "description", lambda code: _described(first, code), language)
    add(
        indicator,
        "reference",
        vocabulary=codes.OWN_VOCABULARY,
        code=first.indicator.code,
        indicator_uri=f"{codes.CATALOGUE_URI}:{quote(first.indicator.code)}",
    )
    for core in first.indicator.ifad_core_indicators:
        uri = f"{codes.IFAD_CORE_URI}:{quote(core)}"
        add(indicator, "reference", vocabulary=codes.OWN_VOCABULARY, code=core, indicator_uri=uri)
    for line in lines:
        if (seen := line.baseline) is not None and seen.on is not None and seen.figure.value is not None:
            value = plain(seen.figure.value)
            baseline = add(indicator, "baseline", year=seen.on.year, iso_date=seen.on, value=value)
            _dimensions(baseline, line)
            _comment(baseline, _said(line, seen))
    dated: dict[tuple[Day, Day, bool], list[tuple[Line, Period]]] = defaultdict(list)
    undated = []
    for line in lines:
        for period in line.periods:
            if period.end is None or (period.start is None and period.target is None and period.actual is None):
                undated.append((line, period))
            else:
                start = period.start if period.start and period.start <= period.end else None
                dated[start or period.end.replace(month=1, day=1), period.end, start is None].append((line, period))
    for (start, end, assumed), own_periods in sorted(dated.items(), key=lambda item: item[0]):
        _period(indicator, start, end, assumed, own_periods)
    for line, period in undated:
        if period.actual is not None:
            _own(indicator, "undated", line, period.actual)
    return bool(undated)


def _described(line: Line, language: str) -> str:
    """The definition, the unit and what is counted: a reader cannot see from a value whether it is cumulative."""
    definition = line.version.text("definition", language) if line.version else ""
    parts = [definition.rstrip(".") + "."] if definition else []
    if line.is_rating:
        parts.append(_("Median level, from 1 (weakest) to 6 (strongest)."))
    else:
        parts.append(_("Unit: %(unit)s.") % {"unit": line.unit})
        if line.basis:
            parts.append(_("Counted: %(basis)s.") % {"basis": CountBasis(line.basis).label})
    return " ".join(parts)


def _period(indicator: Element, start: Day, end: Day, assumed: bool, told: list[tuple[Line, Period]]) -> None:
    period = add(indicator, "period")
    add(period, "period-start", iso_date=start)
    add(period, "period-end", iso_date=end)
    for line, one in told:
        if one.target is not None:
            target = add(period, "target", value=one.target.value)
            _dimensions(target, line)
            _comment(target, one.target.note)
            own(target, "target", part=line.part, set_on=one.target.set_on, note=one.target.note)
    for line, one in told:
        if one.actual is not None:
            value = one.actual.figure.value
            actual = add(period, "actual", value=None if value is None else plain(value))
            _dimensions(actual, line)
            _comment(actual, _said(line, one.actual, end))
            _own(actual, "result", line, one.actual)
    if assumed:
        own(period, "start-not-stated")


def _dimensions(parent: Element, line: Line) -> None:
    if line.part:
        add(parent, "dimension", name=codes.dimension_of(line.part), value=line.part)
    if line.place is not None:
        add(parent, "dimension", name=codes.PLACE, value=line.place.code)


def _comment(parent: Element, text: str) -> None:
    if text:
        texts(parent, "comment", text)


def _said(line: Line, seen: Observed, end: Day | None = None) -> str:
    """What a reader of the value must know: why there is none, its bound, corrections, what it rests on."""
    said = []
    figure, result = seen.figure, seen.result
    if figure.value is None:
        said.append(_("No value: %(reason)s.") % {"reason": NullReason(figure.null_reason).label})
    elif figure.bound == Bound.LOWER:
        said.append(_("A lower bound: the true value is this or more."))
    elif figure.bound == Bound.UPPER:
        said.append(_("An upper bound: the true value is this or less."))
    elif figure.bound == Bound.UNSURE:
        said.append(_("Not exact: the numbers it is made of are bounds."))
    if seen.is_total:
        said.append(_("Put together from its parts by Trellis."))
    elif result is None and line.is_rating:
        said.append(
            ngettext("Median of %(n)d organization.", "Median of %(n)d organizations.", seen.returns)
            % {"n": seen.returns}
        )
    elif result is None:
        said.append(
            ngettext("From %(n)d approved return.", "From %(n)d approved returns.", seen.returns) % {"n": seen.returns}
        )
    if end is not None and seen.on is not None and seen.on < end and result is None:
        said.append(_("As of %(day)s.") % {"day": seen.on.isoformat()})
    if result is not None:
        for one in result.corrections.all():
            if one.superseded_at is None:
                now = " ".join(
                    part
                    for part in (
                        plain(one.value) if one.value is not None else "",
                        str(CountBasis(one.basis).label) if one.basis else "",
                    )
                    if part
                )
                said.append(
                    _("Corrected (%(kind)s) to %(now)s: %(reason)s")
                    % {"kind": one.get_kind_display(), "now": now, "reason": one.reason}
                )
    return " ".join(said)


def _own(parent: Element, name: str, line: Line, seen: Observed) -> None:
    """The fact as it is kept here; what an import needs to make it again."""
    result = seen.result
    if result is None:
        source = "total" if seen.is_total else "returns"
        value = seen.figure.value if name == "undated" else None
        own(
            parent, name, source=source, round=seen.round.code if seen.round else None, returns=seen.returns or None,
            value=value, part=line.part if name == "undated" else None,
            null_reason=seen.figure.null_reason if name == "undated" else None,
        )  # fmt: skip
        return
    told = own(
        parent,
        name,
        source="reported",
        value=result.value if name == "undated" else None,
        part=result.subcategory,
        place=result.place.code if result.place else None,
        null_reason=result.null_reason,
        qualifier=None if result.qualifier == Qualifier.EXACT else result.qualifier,
        unit=result.unit,
        basis=result.basis,
        as_printed=result.as_printed,
        label_as_printed=result.label_as_printed,
        origin=result.source,
        note=result.note,
    )
    for one in result.corrections.all():
        if one.superseded_at is None:
            own(
                told,
                "correction",
                kind=one.kind,
                value=one.value,
                basis=one.basis,
                reason=one.reason,
                source=one.source,
            )
