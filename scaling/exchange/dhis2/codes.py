"""What stands for what: codes and identifiers of a DHIS2 ↔ entry fields, organizations, data sets, programmes.

What an administrator mapped goes only by those names; what is not mapped is called by its own code: data element and
category option combination by the two parts of a field's key (`OP-06.women`), a data set by programme and kind of round
(`PCDP-annual`), an attribute option combination by its programme.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from indicators.models import EntryField, RoundKind
from organizations.models import Organization
from programmes.models import Place, Programme
from scaling.exchange.dhis2.models import CodeKind, Dhis2Code

#: What the combination without options is called in every DHIS2, and its identifiers (the second on old ones).
DEFAULT = "default"
DEFAULT_UIDS = ("HllvX50cXC0", "bRowv6yZOF2")
#: How things are named: by code, by identifier, or (in what is read) by either.
CODE, UID, EITHER = "code", "uid", ""
SCHEMES = {
    "dataElement": "dataElementIdScheme",
    "orgUnit": "orgUnitIdScheme",
    "dataSet": "dataSetIdScheme",
    "categoryOptionCombo": "categoryOptionComboIdScheme",
    "attributeOptionCombo": "attributeOptionComboIdScheme",
}


@dataclass(frozen=True)
class Schemes:
    """How each kind of thing is named in a payload: CODE, UID or EITHER."""

    dataElement: str = EITHER
    orgUnit: str = EITHER
    dataSet: str = EITHER
    categoryOptionCombo: str = EITHER
    attributeOptionCombo: str = EITHER


def _names(scheme: str, code: str, uid: str) -> list[str]:
    """By what a thing may be named."""
    found = {CODE: [code], UID: [uid], EITHER: [uid, code]}[scheme]
    return [name for name in found if name]


@dataclass(frozen=True)
class Element:
    """An entry field as DHIS2 names it."""

    key: str
    value_type: str
    code: str
    uid: str
    combo: str
    combo_uid: str
    dimensions: Mapping[str, str]

    def named(self, schemes: Schemes) -> tuple[str, str]:
        """Data element and combination, by code unless the scheme says otherwise; empty where it has no identifier."""
        one = self.uid if schemes.dataElement == UID else self.code
        other = self.combo_uid if schemes.categoryOptionCombo == UID else self.combo
        return one, other


def elements() -> dict[str, Element]:
    """Every entry field by its key. Two queries."""
    mapped = {row.field_id: row for row in Dhis2Code.objects.filter(kind=CodeKind.DATA_ELEMENT)}
    found = {}
    for one in EntryField.objects.select_related("indicator").order_by("position", "pk"):
        row = mapped.get(one.pk)
        if row is None:
            part = one.key.removeprefix(one.indicator.code).lstrip(".")
            code, uid, combo, combo_uid, dimensions = one.indicator.code, "", part or DEFAULT, "", {}
        else:
            code, uid, dimensions = row.code, row.uid, dict(row.dimensions)
            combo, combo_uid = row.option_combo, row.option_combo_uid
        if combo == DEFAULT and not combo_uid:
            combo_uid = DEFAULT_UIDS[0]
        found[one.key] = Element(one.key, one.value_type, code, uid, combo, combo_uid, dimensions)
    return found


@dataclass
class Fields:
    """Data element and combination → key of a field."""

    schemes: Schemes
    keys: dict[tuple[str, str], str] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    by_dimensions: dict[tuple[str, frozenset[tuple[str, str]]], str] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, schemes: Schemes) -> Fields:
        found = cls(schemes)
        for one in elements().values():
            found.types[one.key] = one.value_type
            combos = _names(schemes.categoryOptionCombo, one.combo, one.combo_uid)
            if one.combo == DEFAULT:  # it may be left out, too
                combos += ["", DEFAULT, *DEFAULT_UIDS]
            for name in _names(schemes.dataElement, one.code, one.uid):
                found.known.add(name)
                for combo in combos:
                    found.keys.setdefault((name, combo), one.key)
                if one.dimensions:
                    found.by_dimensions[name, frozenset(one.dimensions.items())] = one.key
        return found

    def key(self, element: str, combo: str, dimensions: Mapping[str, str]) -> str | None:
        if dimensions:
            return self.by_dimensions.get((element, frozenset(dimensions.items())))
        return self.keys.get((element, combo))


@dataclass
class DataSets:
    """Data sets → (programme id, kind of round); attribute option combinations → programme ids."""

    sets: dict[str, set[tuple[int, str]]] = field(default_factory=dict)
    attributes: dict[str, set[int]] = field(default_factory=dict)
    #: for what goes out: (programme id, kind) → code, identifier
    named_sets: dict[tuple[int, str], tuple[str, str]] = field(default_factory=dict)
    named_attributes: dict[int, tuple[str, str]] = field(default_factory=dict)

    @classmethod
    def load(cls, programmes: Iterable[Programme], schemes: Schemes) -> DataSets:
        """Of these programmes. One query beside theirs."""
        found = cls()
        kinds = (CodeKind.DATA_SET, CodeKind.ATTRIBUTE_OPTION_COMBO)
        mapped = {(row.programme_id, row.round_kind): row for row in Dhis2Code.objects.filter(kind__in=kinds)}
        for programme in programmes:
            row = mapped.get((programme.pk, ""))
            code, uid = (row.code, row.uid) if row else (programme.code, "")
            if code == DEFAULT and not uid:
                uid = DEFAULT_UIDS[0]
            found.named_attributes[programme.pk] = code, uid
            for name in _names(schemes.attributeOptionCombo, code, uid):
                found.attributes.setdefault(name, set()).add(programme.pk)
            for kind in RoundKind.values:
                row = mapped.get((programme.pk, kind))
                code, uid = (row.code, row.uid) if row else (f"{programme.code}-{kind}", "")
                found.named_sets[programme.pk, kind] = code, uid
                for name in _names(schemes.dataSet, code, uid):
                    found.sets.setdefault(name, set()).add((programme.pk, kind))
        return found

    def programmes_of(self, attribute: str) -> set[int] | None:
        """Programmes that an attribute option combination stands for; None where it says nothing. KeyError: unknown."""
        if attribute in self.attributes:
            return self.attributes[attribute]
        if attribute in ("", DEFAULT, *DEFAULT_UIDS):
            return None
        raise KeyError(attribute)


def organizations(names: Iterable[str], scheme: str, user: Any) -> dict[str, Organization]:
    """Organizations that `user` may see, by what a payload calls them. Two queries."""
    return _units("organization", Organization, names, scheme, user)


def places(names: Iterable[str], scheme: str, user: Any) -> dict[str, Place]:
    """Places by what a request calls them. Two queries."""
    return _units("place", Place, names, scheme, user)


def _units(link: str, model: Any, names: Iterable[str], scheme: str, user: Any) -> dict[str, Any]:
    wanted = {name for name in names if name}
    conditions = {CODE: Q(code__in=wanted), UID: Q(uid__in=wanted), EITHER: Q(code__in=wanted) | Q(uid__in=wanted)}
    every = Dhis2Code.objects.filter(kind=CodeKind.ORG_UNIT)
    mapped = list(every.filter(conditions[scheme], **{f"{link}__isnull": False}))
    ids = {getattr(row, f"{link}_id"): row for row in mapped}
    found: dict[str, Any] = {}
    condition = Q(pk__in=ids)
    if scheme != UID:
        taken = every.filter(**{f"{link}__isnull": False}).values(link)
        condition |= Q(code__in=wanted) & ~Q(pk__in=taken)
    for one in model.objects.visible_to(user).filter(condition):
        row = ids.get(one.pk)
        for name in _names(scheme, row.code, row.uid) if row else [one.code]:
            if name in wanted:
                found[name] = one
    return found
