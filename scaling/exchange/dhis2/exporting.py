"""Returns as data values: what is asked for, and the rows one after the other.

Approved values go out unless more is asked for. A zero is a value and goes out; a reason for having none is no value
and does not. Nothing is held in memory but some hundred returns at a time.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db.models import F, Func, Max, OuterRef, Q, QuerySet, Subquery, TextField
from django.utils.translation import gettext as _

from indicators.models import Return, ReturnState, Round, ValueType
from organizations.models import Organization
from programmes.access import Permission, scope_of
from programmes.models import Place, Programme
from scaling.exchange.dhis2 import codes, importing, periods, rounds
from scaling.exchange.dhis2.codes import UID, DataSets, Element, Schemes
from scaling.exchange.dhis2.models import CodeKind, Dhis2Code

AT_ONCE = 500


@dataclass(frozen=True)
class Wanted:
    """What is asked for; lists of codes as they stand in the address."""

    data_sets: list[str]
    org_units: list[str]
    children: bool = False
    periods: list[str] = field(default_factory=list)
    start: datetime.date | None = None
    end: datetime.date | None = None
    since: datetime.datetime | None = None
    attributes: list[str] = field(default_factory=list)
    limit: int | None = None
    every_state: bool = False


@dataclass(frozen=True)
class Row:
    """One data value as it goes out."""

    element: Element
    named: tuple[str, str]
    period: str
    interval: str
    org_unit: str
    attribute: str
    data_set: str
    value: str
    updated: datetime.datetime | None
    comment: str
    follow_up: bool
    stored_by: str
    completed: datetime.date | None


@dataclass
class Export:
    """What was found, ready to be written."""

    user: Any
    schemes: Schemes
    found: QuerySet[Return]
    sets: DataSets
    wanted: Wanted

    def rows(self) -> Iterator[Row]:
        """Return after return, field after field, up to the limit."""
        elements = codes.elements()
        audits = scope_of(self.user, Permission.AUDIT_READ)
        left = self.wanted.limit
        waiting = self.found.iterator(chunk_size=AT_ONCE)
        while some := list(islice(waiting, AT_ONCE)):
            comments, notes = importing.last_comments(some), importing.notes(some)
            for one in some:
                sees = audits.everything or one.round.programme_id in audits.programmes
                for key, element in elements.items():
                    if key not in one.values:
                        continue
                    if left is not None:
                        if left == 0:
                            return
                        left -= 1
                    note = notes.get((one.pk, key))
                    yield self._row(one, element, comments.get((one.pk, key), ""), note, sees)

    def _row(self, one: Any, element: Element, comment: str, note: Any, sees: bool) -> Row:
        span = rounds.span_of(one.round)
        return Row(
            element=element,
            named=element.named(self.schemes),
            period=periods.identifier(span) or periods.interval(span),
            interval=periods.interval(span),
            org_unit=one.unit_uid if self.schemes.orgUnit == UID else one.unit_code or one.organization.code,
            attribute=self._of(self.sets.named_attributes[one.round.programme_id], self.schemes.attributeOptionCombo),
            data_set=self._of(self.sets.named_sets[one.round.programme_id, one.round.kind], self.schemes.dataSet),
            value=written(one.values[element.key], element.value_type),
            updated=one.updated,
            comment=comment,
            follow_up=bool(note and note.follow_up),
            stored_by=note.stored_by if note and sees else "",
            completed=one.submitted_at.date() if one.submitted_at else None,
        )

    @staticmethod
    def _of(pair: tuple[str, str], scheme: str) -> str:
        return pair[1] if scheme == UID else pair[0]


def written(value: Any, value_type: str) -> str:
    if value_type == ValueType.YES_NO and value in (0, 1):
        return "true" if value else "false"
    return format(Decimal(str(value)), "f")


def prepare(*, wanted: Wanted, user: Any, schemes: Schemes) -> Export:
    """Look up all that the request names. Raises ValidationError by parameter."""
    programmes = list(Programme.objects.visible_to(user))
    sets = DataSets.load(programmes, schemes)
    chosen: set[tuple[int, str]] = set()
    for name in wanted.data_sets:
        if name not in sets.sets:
            raise _missing("dataSet", name)
        chosen |= sets.sets[name]
    for name in wanted.attributes:
        try:
            only = sets.programmes_of(name)
        except KeyError:
            raise _missing("attributeOptionCombo", name) from None
        chosen = {one for one in chosen if only is None or one[0] in only}
    every = rounds.Rounds.load(user, {pk for pk, _kind in chosen}).every
    found = [one for one in every if (one.programme_id, one.kind) in chosen and _in_time(one, wanted)]
    rows = (
        Return.objects.visible_to(user)
        .filter(round__in=[one.pk for one in found])
        .filter(_units(wanted, user, schemes))
    )
    if not wanted.every_state:
        rows = rows.filter(state=ReturnState.APPROVED)
    events = apps.get_model("indicators", "ReturnEvent")._default_manager.filter(pgh_obj=OuterRef("pk"))
    changed = events.values("pgh_obj").annotate(last=Max("pgh_created_at")).values("last")
    unit = Dhis2Code.objects.filter(kind=CodeKind.ORG_UNIT, organization=OuterRef("organization"))
    told: Any = rows.annotate(
        updated=Subquery(changed), unit_code=Subquery(unit.values("code")), unit_uid=Subquery(unit.values("uid"))
    )
    if wanted.since is not None:
        told = told.filter(updated__gte=wanted.since)
    told = told.select_related("organization", "round__programme").order_by("round_id", "organization__code")
    export = Export(user, schemes, told, sets, wanted)
    _check_identifiers(export, found)
    return export


def _missing(name: str, code: str) -> ValidationError:
    return ValidationError({name: _("There is no “%(code)s” that you may see.") % {"code": code[:60]}})


def _in_time(one: Round, wanted: Wanted) -> bool:
    if wanted.periods:
        names = rounds.written(one)
        spans = (periods.read_interval(text) for text in wanted.periods)
        asked = set(wanted.periods) | {periods.interval(span) for span in spans if span is not None}
        return bool(names & asked)
    if wanted.start is not None and wanted.end is not None:
        span = rounds.span_of(one)
        return wanted.start <= span.start and span.end <= wanted.end + datetime.timedelta(days=1)
    return True


def _units(wanted: Wanted, user: Any, schemes: Schemes) -> Q:
    """Organizations by name; places stand for those in them where children are asked for."""
    organizations = codes.organizations(wanted.org_units, schemes.orgUnit, user)
    areas = codes.places([name for name in wanted.org_units if name not in organizations], schemes.orgUnit, user)
    condition = Q(organization__in=[one.pk for one in organizations.values()])
    for name in wanted.org_units:
        if name not in organizations and name not in areas:
            raise _missing("orgUnit", name)
    for place in areas.values():
        if not wanted.children:
            text = _("“%(code)s” is a place, and returns are of organizations: say children=true for those in it.")
            raise ValidationError({"orgUnit": text % {"code": place.code}})
        condition |= Q(organization__in=_within(place))
    return condition


def _within(place: Place) -> QuerySet[Any]:
    return Organization.objects.within(place).order_by().values("pk")


def _check_identifiers(export: Export, found: list[Round]) -> None:
    """What is asked for by identifier has one, or nothing goes out."""
    schemes, problems = export.schemes, {}
    text = _("No identifier of DHIS2 is known for: %(names)s. Map them, or ask by code.")
    if UID in (schemes.dataElement, schemes.categoryOptionCombo):
        each = Func(F("values"), function="jsonb_object_keys", output_field=TextField())
        there = set(export.found.order_by().annotate(key=each).values_list("key", flat=True).distinct())
        missing = [one.key for one in codes.elements().values() if one.key in there and not all(one.named(schemes))]
        if missing:
            problems["dataElementIdScheme"] = text % {"names": _few(missing)}
    if schemes.orgUnit == UID:
        missing = list(
            export.found.filter(Q(unit_uid=None) | Q(unit_uid="")).values_list("organization__code", flat=True)[:9]
        )
        if missing:
            problems["orgUnitIdScheme"] = text % {"names": _few(missing)}
    pairs = {(one.programme_id, one.kind) for one in found}
    if schemes.dataSet == UID and (missing := [c for p in pairs for c, uid in [export.sets.named_sets[p]] if not uid]):
        problems["dataSetIdScheme"] = text % {"names": _few(missing)}
    if schemes.attributeOptionCombo == UID and (
        missing := [c for p in {one for one, _k in pairs} for c, uid in [export.sets.named_attributes[p]] if not uid]
    ):
        problems["attributeOptionComboIdScheme"] = text % {"names": _few(missing)}
    if problems:
        raise ValidationError(problems)


def _few(names: list[str]) -> str:
    return ", ".join(sorted(names)[:8]) + (" …" if len(names) > 8 else "")
