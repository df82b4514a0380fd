"""Thresholds of a country by date: what is in force, and setting them.

A country without thresholds of its own has those set for everywhere; without such, the ones of the domain study
(`scaling/metrics/thresholds.py`). A programme in several countries goes by those for everywhere.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.dispatch import Signal
from django.utils.translation import gettext as _

from programmes.access import Permission, scope_of
from programmes.models import Place, Programme
from programmes.texts import checked
from scaling.metrics.thresholds import DEFAULT, Thresholds
from scaling.models import ThresholdSetting

Day = datetime.date
NAMES = tuple(one.name for one in dataclasses.fields(Thresholds))
#: Dates outside are slips of the hand.
FIRST_YEAR, LAST_YEAR = 1970, 2100

#: Sent with `programme_ids` inside the transaction of the change.
thresholds_changed = Signal()


def of_row(row: ThresholdSetting) -> Thresholds:
    return Thresholds(**{name: getattr(row, name) for name in NAMES})


class InForce:
    """What is in force in these programmes on any day, read in two queries."""

    def __init__(self, programme_ids: Iterable[int]) -> None:
        found: dict[int, list[int]] = defaultdict(list)
        pairs = Programme.objects.filter(pk__in=set(programme_ids), countries__isnull=False)
        for programme_id, country_id in pairs.values_list("pk", "countries__pk"):
            found[programme_id].append(country_id)
        self._country = {pk: countries[0] for pk, countries in found.items() if len(countries) == 1}
        self._rows = list(ThresholdSetting.objects.all())

    def of_programme(self, programme_id: int, day: Day) -> Thresholds:
        return self._on(self._country.get(programme_id), day)

    def together(self, of: Iterable[tuple[int, Day]]) -> Thresholds:
        """For a figure over several (programme, day): what they have in common, else those for everywhere on the last
        of the days."""
        pairs = list(of)
        found = {self.of_programme(pk, day) for pk, day in pairs}
        if len(found) == 1:
            return found.pop()
        return self._on(None, max((day for _pk, day in pairs), default=Day.today()))

    def _on(self, country_id: int | None, day: Day) -> Thresholds:
        held = {row.country_id: row for row in self._rows if holds(row, day)}
        row = held.get(country_id) or held.get(None)
        return DEFAULT if row is None else of_row(row)


def holds(row: ThresholdSetting, day: Day) -> bool:
    start, end = row.valid.lower, row.valid.upper
    return (start is None or start <= day) and (end is None or day < end)


def in_force(country: Place | None, day: Day) -> Thresholds:
    """The thresholds of a country on a day (None: where no country has its own)."""
    rows = ThresholdSetting.objects.filter(valid__contains=day)
    own = rows.filter(country=country).first() if country is not None else None
    row = own or rows.filter(country__isnull=True).first()
    return DEFAULT if row is None else of_row(row)


def may_set(by: Any, country: Place | None) -> bool:
    """Administrators everywhere; who manages rounds of a programme of the country, there."""
    scope = scope_of(by, Permission.ROUNDS_MANAGE)
    return scope.everything or (country is not None and country.pk in scope.countries_of_programmes)


def settable_countries(by: Any) -> Any:
    """Countries whose thresholds `by` may set, by name."""
    countries = Place.objects.filter(level=0).order_by("name")
    scope = scope_of(by, Permission.ROUNDS_MANAGE)
    return countries if scope.everything else countries.filter(pk__in=scope.countries_of_programmes)


@transaction.atomic
def set_thresholds(
    *, country: Place | None, since: Day, values: Mapping[str, Decimal | int], reason: str, by: Any
) -> ThresholdSetting:
    """Thresholds of a country, or of everywhere, from a day on; those before end there and stay as history.

    `values` by the names of `Thresholds`; one that is not named stays as it is in force on that day. The same first day
    again corrects what was set for it. Raises PermissionDenied, and ValidationError by field: no country, a day before
    the last change, no reason, a value outside its range, two values that contradict each other.
    """
    if by is not None and not may_set(by, country):
        raise PermissionDenied(_("Your role does not allow this here."))
    if country is not None and country.level != 0:
        raise ValidationError({"country": _("Thresholds are set for a whole country.")})
    if not FIRST_YEAR <= since.year <= LAST_YEAR:
        message = _("Give a date between %(first)s and %(last)s.")
        raise ValidationError({"since": message % {"first": FIRST_YEAR, "last": LAST_YEAR}})
    # Two people who set them at once wait for each other; without a country there is no row to wait at.
    if country is not None:
        Place.objects.select_for_update(no_key=True).get(pk=country.pk)
    before = dataclasses.asdict(in_force(country, since))
    of_country = ThresholdSetting.objects.select_for_update().filter(country=country)
    last = of_country.order_by("-valid").first()
    if last is not None and last.valid.lower > since:
        message = _("Thresholds were set from %(day)s on already; give that day or a later one.")
        raise ValidationError({"since": message % {"day": last.valid.lower.isoformat()}})
    row = last if last is not None and last.valid.lower == since else ThresholdSetting(country=country)
    wanted = {**before, **values}
    for name in NAMES:
        setattr(row, name, wanted[name])
    row.valid, row.set_by = DateRange(since, None), by
    row.reason = checked(reason, "reason", longest=500)
    row.full_clean(exclude=["valid"], validate_constraints=False)
    _check(wanted)
    if last is not None and row is not last:
        last.valid = DateRange(last.valid.lower, since)
        last.save(update_fields=["valid"])
    row.save()
    concerned = Programme.objects.all() if country is None else Programme.objects.filter(countries=country)
    thresholds_changed.send(ThresholdSetting, programme_ids=set(concerned.values_list("pk", flat=True)))
    return row


def _check(wanted: Mapping[str, Any]) -> None:
    errors = {}
    if wanted["watch_points"] > wanted["alert_points"]:
        errors["alert_points"] = _("An alert cannot come before a watch: give at least the points of the watch.")
    if wanted["matched_only_below"] > wanted["partial_below"]:
        errors["matched_only_below"] = _("Give at most the share below which a round is partial.")
    if errors:
        raise ValidationError(errors)
