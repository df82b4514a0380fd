"""Which cell of which return a data value is about, and what shall stand there; or why it cannot be told."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from indicators.models import Return, Round, ValueType
from indicators.returns import Content
from organizations.models import Organization
from programmes.digits import shown
from scaling.exchange.dhis2 import codes, periods, rounds
from scaling.exchange.dhis2.codes import DataSets, Fields, Schemes
from scaling.exchange.dhis2.payloads import Value
from scaling.exchange.dhis2.rounds import Rounds

_NUMBER = re.compile(r"-?(\d{1,30}(\.\d{1,20})?|\.\d{1,20})([eE][+-]?\d{1,2})?")
_TRUTHS = {"true": 1, "t": 1, "1": 1, "false": 0, "f": 0, "0": 0}


@dataclass(frozen=True)
class Refusal(Exception):
    """Why a value is not taken: DHIS2's error code, which property of the value, and the sentence."""

    code: str
    property: str
    object: str
    text: str


#: Puts down that a value is not taken, by its position.
Refuse = Callable[[Refusal, int], None]


@dataclass
class Placed:
    """A value with the cell of a return that it is about, and what shall stand there."""

    value: Value
    round: Round
    organization: Organization
    key: str
    content: Content
    #: a return that is there, and what stands in the cell
    row: Return | None = None
    stands: Content = None
    #: the comment or mark that came with it says something new
    says: bool = False

    @property
    def cell(self) -> tuple[int, int, str]:
        return self.round.pk, self.organization.pk, self.key


def place(values: Sequence[Value], *, by: Any, schemes: Schemes, empties: bool, refuse: Refuse) -> list[Placed]:
    """Values with their cells; the others are conflicts. The number of queries does not grow."""
    fields = Fields.load(schemes)
    known = Rounds.load(by)
    programmes = {one.programme_id: one.programme for one in known.every}
    sets = DataSets.load(programmes.values(), schemes)
    units = codes.organizations((one.orgUnit for one in values), schemes.orgUnit, by)
    candidates: list[tuple[Value, Organization, str, list[Round]]] = []
    for one in values:
        try:
            candidates.append((one, *_candidates(one, fields, known, sets, units)))
        except Refusal as refusal:
            refuse(refusal, one.index)
    wanted = {round_.pk for _v, _o, _k, found in candidates for round_ in found}
    due = rounds.due(wanted, {organization.pk for _v, organization, _k, _f in candidates})
    placed = []
    for one, organization, key, found in candidates:
        try:
            round_ = _one_round(one, organization, found, due)
            placed.append(Placed(one, round_, organization, key, _content(one, fields.types[key], empties)))
        except Refusal as refusal:
            refuse(refusal, one.index)
    return placed


def _candidates(
    one: Value, fields: Fields, known: Rounds, sets: DataSets, units: dict[str, Organization]
) -> tuple[Organization, str, list[Round]]:
    key = fields.key(one.dataElement, one.categoryOptionCombo, one.dimensions)
    if key is None:
        raise _no_field(one, fields)
    organization = units.get(one.orgUnit)
    if organization is None:
        text = _("Organisation unit not found or not accessible: “%(code)s”.") % {"code": shown(one.orgUnit)}
        raise Refusal("E7612", "orgUnit", one.orgUnit, text)
    span = periods.read_interval(one.period)
    if span is None and not periods.is_identifier(one.period):
        text = _("Period not valid: “%(text)s”. Write it as 2024, 2024S1 or 2024-01-01/P1Y.")
        raise Refusal("E7611", "period", one.period, text % {"text": shown(one.period)})
    name = periods.interval(span) if span is not None and ".." not in one.period else one.period
    found = known.by_period.get(name, [])
    if one.dataSet:
        if one.dataSet not in sets.sets:
            text = _("Data set not found or not accessible: “%(code)s”.") % {"code": shown(one.dataSet)}
            raise Refusal("E7600", "dataSet", one.dataSet, text)
        found = [each for each in found if (each.programme_id, each.kind) in sets.sets[one.dataSet]]
    try:
        programmes = sets.programmes_of(one.attributeOptionCombo)
    except KeyError:
        text = _("Attribute option combination not found or not accessible: “%(code)s”.")
        name = one.attributeOptionCombo
        raise Refusal("E7615", "attributeOptionCombo", name, text % {"code": shown(name)}) from None
    if programmes is not None:
        found = [each for each in found if each.programme_id in programmes]
    if not found:
        text = _("There is no round of this data set for the period “%(text)s”.") % {"text": shown(one.period)}
        raise Refusal("E7643", "period", one.period, text)
    asking = [each for each in found if known.asks(each, key)]
    if not asking:
        text = _("Data element “%(code)s” is not asked in this data set.") % {"code": shown(one.dataElement)}
        raise Refusal("E7633", "dataElement", one.dataElement, text)
    return organization, key, asking


def _no_field(one: Value, fields: Fields) -> Refusal:
    if one.dataElement not in fields.known:
        text = _("Data element not found or not accessible: “%(code)s”.") % {"code": shown(one.dataElement)}
        return Refusal("E7610", "dataElement", one.dataElement, text)
    if not one.categoryOptionCombo and not one.dimensions:
        text = _("Data element “%(code)s” is reported by its parts: name the category option combination.")
        return Refusal("E7630", "categoryOptionCombo", one.dataElement, text % {"code": shown(one.dataElement)})
    name = one.categoryOptionCombo or " ".join(f"{key}={text}" for key, text in sorted(one.dimensions.items()))
    text = _("Category option combination not found for data element “%(element)s”: “%(code)s”.")
    return Refusal(
        "E7613", "categoryOptionCombo", name, text % {"code": shown(name), "element": shown(one.dataElement)}
    )


def _one_round(one: Value, organization: Organization, found: list[Round], due: set[tuple[int, int]]) -> Round:
    theirs = [each for each in found if (each.pk, organization.pk) in due]
    if not theirs:
        text = _("Organisation unit “%(code)s” is not due in this data set and period.") % {"code": one.orgUnit}
        raise Refusal("E7636", "orgUnit", one.orgUnit, text)
    if len(theirs) > 1:
        text = _("Several data sets ask for it: name one of %(codes)s, or its attribute option combination.")
        names = ", ".join(sorted(f"{each.programme.code}-{each.kind}" for each in theirs))
        raise Refusal("E7602", "dataSet", one.dataSet, text % {"codes": names})
    return theirs[0]


def _content(one: Value, value_type: str, empties: bool) -> Content:
    """What shall stand in the cell; None empties it."""
    if one.deleted or empties:
        return None
    if one.value == "":
        text = _("No value is given for “%(code)s”; to delete one say deleted, or take the strategy DELETE.")
        raise Refusal("E7618", "value", one.dataElement, text % {"code": shown(one.dataElement)})
    if value_type == ValueType.YES_NO:
        if one.value.lower() in _TRUTHS:
            return Decimal(_TRUTHS[one.value.lower()])
        raise Refusal("E7619", "value", one.value, _("true or false is expected."))
    if not _NUMBER.fullmatch(one.value):
        text = _("A number is expected, as in 12 or 12.5, not “%(text)s”.") % {"text": shown(one.value)}
        raise Refusal("E7619", "value", one.value, text)
    return Decimal(one.value)


def without_repeats(placed: list[Placed], refuse: Refuse) -> list[Placed]:
    """None of several values for one cell is taken: which is meant cannot be told."""
    counts = Counter(one.cell for one in placed)
    for one in placed:
        if counts[one.cell] > 1:
            text = _("Several values of the payload are for the same data element, period and organisation unit.")
            refuse(Refusal("E7619", "value", one.value.dataElement, text), one.value.index)
    return [one for one in placed if counts[one.cell] == 1]
