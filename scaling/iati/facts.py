"""What an activity file says of results: targets and actuals, one by one, as plain facts."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from scaling.iati import codes
from scaling.iati.codes import NAMESPACE
from scaling.iati.parsing import Refused

Day = datetime.date
TARGET, RESULT = "target", "result"
#: Reasons for which a fact cannot be taken over, beside those of the operations.
NOT_TAKEN = "not_taken"


@dataclass(frozen=True)
class Source:
    """The activity that says it: its identifier, and what our own files add."""

    identifier: str
    phase: str = ""
    sequence: int | None = None
    carries_totals: bool = False
    is_programme: bool = False


@dataclass(frozen=True)
class Said:
    """How an indicator is called there: its references, its titles."""

    references: tuple[str, ...]
    titles: tuple[str, ...]

    @property
    def key(self) -> str:
        """What a mapping names it by."""
        return self.references[0] if self.references else self.titles[0] if self.titles else ""


@dataclass(frozen=True)
class Fact:
    kind: str
    source: Source
    indicator: Said
    line: int
    part: str = ""
    place: str = ""
    end: Day | None = None
    value: Decimal | None = None
    note: str = ""
    #: What our own files add: unit, basis, qualifier, null reason, as printed …
    kept: dict[str, str] = field(default_factory=dict)
    #: Why it is not taken over, in a sentence.
    skipped: str = ""
    #: Why it cannot be read, in a sentence.
    wrong: str = ""


def read(root: Any) -> list[Fact]:
    """Every target, actual and baseline of every activity. Raises Refused where there is no activity."""
    activities = root.findall("iati-activity")
    if not activities:
        raise Refused(_("The file has no activity."))
    return [fact for activity in activities for fact in _of_activity(activity)]


def _own(element: Any, name: str) -> Any:
    return element.find(f"{{{NAMESPACE}}}{name}")


def _of_activity(activity: Any) -> Iterator[Fact]:
    phase = _own(activity, "phase")
    sequence = phase.get("sequence", "") if phase is not None else ""
    source = Source(
        (activity.findtext("iati-identifier") or "").strip()[:200],
        phase.get("code", "")[:100] if phase is not None else "",
        int(sequence) if sequence.isascii() and sequence.isdigit() and len(sequence) < 5 else None,
        phase is not None and phase.get("carries-totals") == "1",
        _own(activity, "programme") is not None,
    )
    for indicator in activity.iterfind("result/indicator"):
        said = Said(
            tuple(one.get("code", "")[:100] for one in indicator.iterfind("reference") if one.get("code")),
            tuple(_narratives(indicator.find("title"))),
        )
        yield from _of_indicator(indicator, source, said)


def _narratives(element: Any) -> Iterator[str]:
    for one in element.iterfind("narrative") if element is not None else ():
        if text := " ".join((one.text or "").split()):
            yield text[:300]


def _of_indicator(indicator: Any, source: Source, said: Said) -> Iterator[Fact]:
    for baseline in indicator.iterfind("baseline"):
        sentence = _("A baseline is what a round of returns or an earlier phase reports; it is not entered by itself.")
        yield Fact("baseline", source, said, baseline.sourceline, skipped=sentence)
    for period in indicator.iterfind("period"):
        end, wrong = _day(period.find("period-end"))
        for target in period.iterfind("target"):
            yield _target(target, source, said, end, wrong)
        for actual in period.iterfind("actual"):
            yield _actual(actual, _own(actual, "result"), source, said, end, wrong)
    for undated in indicator.iterfind(f"{{{NAMESPACE}}}undated"):
        yield _actual(undated, undated, source, said, None, "")


def _target(element: Any, source: Source, said: Said, end: Day | None, wrong: str) -> Fact:
    part, place, sentence = _parts(element)
    kept = _own(element, "target")
    note = kept.get("note", "") if kept is not None else " ".join(_narratives(element.find("comment")))
    value, unread = _number(element.get("value"))
    skipped = sentence
    if value is None and not unread and not skipped:
        skipped = _("The target has no value.")
    return Fact(
        TARGET, source, said, element.sourceline, part, place, end, value, note[:300], {}, skipped, wrong or unread
    )


def _actual(element: Any, kept: Any, source: Source, said: Said, end: Day | None, wrong: str) -> Fact:
    attributes = dict(kept.attrib) if kept is not None else {}
    skipped = ""
    if attributes.get("source") == "returns":
        skipped = _("The sum of returns of organizations; import the returns instead.")
    elif attributes.get("source") == "total":
        skipped = _("A total of parts that are here themselves.")
    if kept is element or attributes.get("source") == "reported":
        part, place = attributes.get("part", ""), attributes.get("place", "")
    else:
        part, place, sentence = _parts(element)
        skipped = skipped or sentence
    value, unread = _number(element.get("value"))
    note = attributes.get("note", "") or " ".join(_narratives(element.find("comment")) if kept is None else [])
    return Fact(
        RESULT, source, said, element.sourceline, part, place, end, value, note[:500], attributes, skipped,
        wrong or unread,
    )  # fmt: skip


def _parts(element: Any) -> tuple[str, str, str]:
    """Part and place of our own dimensions; other ones are told, because a value of a part is no total."""
    part = place = sentence = ""
    for one in element.iterfind("dimension"):
        name, value = one.get("name", ""), one.get("value", "")
        if name == codes.PLACE:
            place = value
        elif name in codes.DIMENSION_NAMES and not part:
            part = value
        else:
            sentence = _("There is no dimension %(name)s with the value %(value)s here.") % {
                "name": name[:60] or "–",
                "value": value[:60] or "–",
            }
    if element.find("location") is not None:
        sentence = sentence or _("A value of a location of the activity is not taken over.")
    return part, place, sentence


def _day(element: Any) -> tuple[Day | None, str]:
    raw = element.get("iso-date", "") if element is not None else ""
    try:
        if len(raw) < 10:
            raise ValueError
        return Day.fromisoformat(raw[:10]), ""
    except ValueError:
        return None, _("The period has no end that is a date such as 2022-06-30.")


def _number(raw: str | None) -> tuple[Decimal | None, str]:
    if raw is None or not raw.strip():
        return None, ""
    try:
        found = Decimal(raw.strip()) if len(raw) <= 40 and raw.isascii() else None
    except InvalidOperation:
        found = None
    if found is None or not found.is_finite() or abs(found) >= 10**15:
        return None, _("“%(value)s” is not a number of at most 15 digits before the point.") % {"value": raw[:40]}
    return found, ""
