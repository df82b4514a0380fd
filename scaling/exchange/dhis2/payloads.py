"""Data value sets as they are sent: JSON, CSV, XML and ADX become the same list of values, or a sentence says why not.

Nothing is interpreted here: codes, periods and numbers stay texts. What is unknown is refused, never dropped.
"""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from programmes.digits import shown
from programmes.texts import problem_of
from scaling.exchange.dhis2.codes import SCHEMES

#: So many values are read at once.
MOST = 50_000
LONGEST = 200
ADX = "{urn:ihe:qrph:adx:2015}"
DXF = "{http://dhis2.org/schema/dxf/2.0}"
#: Columns of DHIS2's CSV, by position: the first row is a header and says nothing.
COLUMNS = (
    "dataElement", "period", "orgUnit", "categoryOptionCombo", "attributeOptionCombo", "value", "storedBy",
    "lastUpdated", "comment", "followUp", "deleted",
)  # fmt: skip
OPTIONS = ("idScheme", *SCHEMES.values(), "dryRun", "importStrategy")
_SET = ("dataSet", "completeDate", "period", "orgUnit", "attributeOptionCombo")
#: Told by DHIS2 and of no effect when it is sent back.
_HISTORY = ("created", "lastUpdated")
_VALUE = (*COLUMNS, *_HISTORY)
_GROUP = ("orgUnit", "period", "dataSet", "completeDate", "attributeOptionCombo")


@dataclass
class Value:
    """One data value, named as the payload names it. `index` counts from 0; None is "not said"."""

    index: int
    dataElement: str = ""
    period: str = ""
    orgUnit: str = ""
    categoryOptionCombo: str = ""
    attributeOptionCombo: str = ""
    dataSet: str = ""
    value: str = ""
    comment: str | None = None
    followUp: bool | None = None
    storedBy: str = ""
    deleted: bool = False
    #: ADX: the attributes that say which part of the data element it is
    dimensions: dict[str, str] = field(default_factory=dict)


@dataclass
class Payload:
    values: list[Value]
    #: idScheme, dryRun … as they stand in the payload; they go before those of the address
    options: dict[str, str] = field(default_factory=dict)
    is_adx: bool = False
    completed: bool = False


def _refuse(where: str, why: str) -> ValidationError:
    return ValidationError({where: why})


def _text(found: Any, where: str) -> str:
    """A text, or a number or truth as one."""
    if found is None:
        return ""
    if isinstance(found, bool):
        return "true" if found else "false"
    if not isinstance(found, str | int | float):
        raise _refuse(where, _("A text is expected."))
    text = str(found).strip()
    if why := problem_of(text, longest=2000 if where.endswith("comment") else LONGEST):
        raise _refuse(where, why)
    return text


def _truth(text: str, where: str) -> bool | None:
    if text == "":
        return None
    if text.lower() not in ("true", "false"):
        raise _refuse(where, _("true or false is expected, not “%(text)s”.") % {"text": shown(text)})
    return text.lower() == "true"


def _value(index: int, found: Mapping[str, Any], common: Mapping[str, str], where: str) -> Value:
    texts = {name: _text(found.get(name), f"{where}.{name}") for name in COLUMNS if name in found}
    told = {name: texts.get(name) or common.get(name, "") for name in ("period", "orgUnit", "attributeOptionCombo")}
    for name in ("period", "orgUnit"):
        if not told[name]:
            raise _refuse(f"{where}.{name}", _("It is missing, here and for the whole set."))
    if not texts.get("dataElement"):
        raise _refuse(f"{where}.dataElement", _("It is missing."))
    comment = texts.get("comment") or None
    return Value(
        index,
        dataElement=texts["dataElement"],
        categoryOptionCombo=texts.get("categoryOptionCombo", ""),
        dataSet=common.get("dataSet", ""),
        value=texts.get("value", ""),
        comment=comment,
        followUp=_truth(texts.get("followUp", ""), f"{where}.followUp"),
        storedBy=texts.get("storedBy", ""),
        deleted=bool(_truth(texts.get("deleted", ""), f"{where}.deleted")),
        period=told["period"],
        orgUnit=told["orgUnit"],
        attributeOptionCombo=told["attributeOptionCombo"],
    )


def _day(text: str, where: str) -> bool:
    """Whether a day of completion is given. Raises for what is no day."""
    if not text:
        return False
    try:
        datetime.date.fromisoformat(text[:10])
    except ValueError:
        raise _refuse(where, _("A date such as 2022-06-30 is expected.")) from None
    return True


def _known(found: Mapping[str, Any], names: tuple[str, ...], where: str) -> None:
    if unknown := [name for name in found if name not in names]:
        text = _("Unknown field. Known: %(known)s.") % {"known": ", ".join(names)}
        raise _refuse(f"{where}{str(unknown[0])[:60]}", text)


def _counted(n: int, where: str) -> None:
    if n > MOST:
        raise _refuse(where, _("At most %(most)d values are read at once; send them in parts.") % {"most": MOST})


def _set(found: Mapping[str, Any], values: list[Mapping[str, Any]]) -> Payload:
    """A data value set, from JSON or the XML that says the same."""
    common = {name: _text(found.get(name), name) for name in _SET}
    completed = _day(common["completeDate"], "completeDate")
    _counted(len(values), "dataValues")
    rows = []
    for n, one in enumerate(values):
        _known(one, _VALUE, f"dataValues[{n}].")
        rows.append(_value(n, one, common, f"dataValues[{n}]"))
    options = {name: _text(found[name], name) for name in OPTIONS if name in found}
    return Payload(rows, options, completed=completed)


def from_json(body: Any) -> Payload:
    """A parsed JSON document. Raises ValidationError by field."""
    if not isinstance(body, Mapping):
        raise ValidationError(_("An object with “dataValues” is expected."))
    _known(body, (*_SET, *OPTIONS, "dataValues"), "")
    values = body.get("dataValues")
    if not isinstance(values, list) or not all(isinstance(one, Mapping) for one in values):
        raise _refuse("dataValues", _("A list of objects is expected."))
    return _set(body, values)


def from_csv(body: bytes, data_set: str = "") -> Payload:
    """CSV as DHIS2 writes it; columns count by position. `data_set`: of the address, where one is named."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValidationError(_("The body is not UTF-8: byte %(n)d cannot be read.") % {"n": error.start}) from None
    if "\0" in text:
        raise ValidationError(_("A text contains characters that are no text (NUL, or half of a character)."))
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise ValidationError(_("This is not CSV: %(why)s.") % {"why": str(error)[:100]}) from None
    if not rows or not rows[0] or rows[0][0].strip().lower() != "dataelement":
        raise ValidationError(
            _("The first row is a header and is not read; it begins with “dataelement”: %(header)s.")
            % {"header": "dataelement,period,orgunit,catoptcombo,attroptcombo,value,storedby,lastupdated,comment,flwup"}
        )
    lines = [(n, row) for n, row in enumerate(rows[1:], start=2) if any(cell.strip() for cell in row)]
    _counted(len(lines), "rows")
    values = []
    for index, (n, row) in enumerate(lines):
        if not 3 <= len(row) <= len(COLUMNS):
            text = _("A row has 3 to %(most)d columns, not %(n)d.") % {"most": len(COLUMNS), "n": len(row)}
            raise _refuse(f"line {n}", text)
        found = dict(zip(COLUMNS, row, strict=False))
        # What was marked as a text for spreadsheets is a text again.
        if found.get("comment", "")[:1] == "'" and found["comment"][1:2] in ("=", "+", "-", "@"):
            found["comment"] = found["comment"][1:]
        values.append(_value(index, found, {"dataSet": data_set}, f"line {n}"))
    return Payload(values)


def from_xml(body: bytes) -> Payload:
    """ADX, or DHIS2's own XML. Document types and entities are refused unread."""
    try:
        root = fromstring(body, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    except DefusedXmlException:
        raise ValidationError(_("XML with a document type or entities is not read; leave them out.")) from None
    except (ParseError, ValueError, LookupError) as error:
        raise ValidationError(_("This is not XML: %(why)s.") % {"why": str(error)[:100]}) from None
    if root.tag == f"{ADX}adx":
        return _adx(root)
    if root.tag == f"{DXF}dataValueSet":
        if strange := next((one.tag for one in root if one.tag != f"{DXF}dataValue"), None):
            raise _refuse(strange[:60], _("Only “dataValue” is expected here."))
        _known(root.attrib, (*_SET, *OPTIONS), "")
        return _set(root.attrib, [one.attrib for one in root])
    raise ValidationError(
        _("“adx” of %(adx)s or “dataValueSet” of %(dxf)s is expected.") % {"adx": ADX[1:-1], "dxf": DXF[1:-1]}
    )


def _adx(root: Element) -> Payload:
    values: list[Value] = []
    completed = False
    for g, group in enumerate(root):
        where = f"group[{g}]"
        if group.tag != f"{ADX}group":
            raise _refuse(where, _("Only “group” is expected here."))
        _known(group.attrib, _GROUP, f"{where}.")
        common = {name: _text(group.attrib.get(name), f"{where}.{name}") for name in _GROUP}
        completed |= _day(common["completeDate"], f"{where}.completeDate")
        for n, one in enumerate(group):
            place = f"{where}.dataValue[{n}]"
            if one.tag != f"{ADX}dataValue":
                raise _refuse(place, _("Only “dataValue” is expected here."))
            _counted(len(values) + 1, place)
            values.append(_adx_value(len(values), one, common, place))
    return Payload(values, is_adx=True, completed=completed)


def _adx_value(index: int, one: Element, common: dict[str, str], where: str) -> Value:
    own = {name: text for name, text in one.attrib.items() if name in ("dataElement", "value", "categoryOptionCombo")}
    notes = [child for child in one if child.tag == f"{ADX}annotation"]
    if len(notes) != len(one) or len(notes) > 1:
        raise _refuse(where, _("Only one “annotation” is expected here."))
    if notes:
        own["comment"] = notes[0].text or ""
    found = _value(index, own, common, where)
    found.dimensions = {name: _text(text, f"{where}.{name}") for name, text in one.attrib.items() if name not in own}
    return found
