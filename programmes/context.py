"""The space around organizations: policy events, elections, ratings of the enabling spaces. Recorded, and mended later.

Whoever keeps the register of a programme in a country records what happens there.
"""

from __future__ import annotations

import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from programmes.access import Permission, require, scope_of
from programmes.models import Election, Place, PolicyEvent, Programme, SpaceAssessment

#: Dates outside are slips of the hand. Elections and laws are announced ahead.
FIRST_YEAR, LAST_YEAR = 1900, 2100


def writable_countries(user: Any) -> Any:
    """Countries of the programmes whose register `user` keeps."""
    scope = scope_of(user, Permission.REGISTRY_WRITE)
    countries = Place.objects.filter(level=0)
    return countries if scope.everything else countries.filter(pk__in=scope.countries_of_programmes)


def _require_country(by: Any, country: Place) -> None:
    """Raises PermissionDenied for who keeps no register there."""
    if by is None or country.pk in scope_of(by, Permission.REGISTRY_WRITE).countries_of_programmes:
        return
    require(by, Permission.REGISTRY_WRITE, country=country)


def _day_errors(day: datetime.date) -> dict[str, str]:
    if FIRST_YEAR <= day.year <= LAST_YEAR:
        return {}
    return {"date": _("Give a date between %(first)s and %(last)s.") % {"first": FIRST_YEAR, "last": LAST_YEAR}}


def _country_errors(country: Place) -> dict[str, str]:
    return {} if country.is_country else {"country": _("%(name)s is not a country.") % {"name": country.name}}


@transaction.atomic
def record_policy_event(
    *,
    country: Place,
    title: str,
    date: datetime.date,
    type: str,
    stage: str,
    direction: str,
    by: Any,
    place: Place | None = None,
    spaces: list[str] | None = None,
    organizations_role: str = "",
    source: str = "",
    event: PolicyEvent | None = None,
) -> PolicyEvent:
    """A law, policy, decision … on a date; `event` is the one to mend, None for a new one.

    Raises PermissionDenied, and ValidationError by field: a place of another country, a date that cannot be meant.
    """
    _require_country(by, country)
    if event is not None:
        _require_country(by, event.country)
    errors = _country_errors(country) | _day_errors(date)
    if place is not None and country.pk not in (place.pk, place.country_id):
        errors["place"] = _("%(place)s is not in %(country)s.") % {"place": place.name, "country": country.name}
    if errors:
        raise ValidationError(errors)
    row = event or PolicyEvent()
    row.country, row.place, row.title, row.date = country, place, title.strip(), date
    row.type, row.stage, row.direction, row.spaces = type, stage, direction, spaces or []
    row.organizations_role, row.source = organizations_role.strip(), source.strip()
    row.full_clean()
    row.save()
    return row


@transaction.atomic
def record_election(
    *,
    country: Place,
    level: str,
    kind: str,
    date: datetime.date,
    by: Any,
    source: str = "",
    election: Election | None = None,
) -> Election:
    """A date in the electoral calendar; `election` is the one to mend, None for a new one.

    Raises PermissionDenied, and ValidationError by field: the same election again, a date that cannot be meant.
    """
    _require_country(by, country)
    if election is not None:
        _require_country(by, election.country)
    errors = _country_errors(country) | _day_errors(date)
    same = Election.objects.filter(country=country, level=level, kind=kind.strip(), date=date)
    if any(one != election for one in same):
        errors["date"] = _("This election is recorded already.")
    if errors:
        raise ValidationError(errors)
    row = election or Election()
    row.country, row.level, row.kind, row.date, row.source = country, level, kind.strip(), date, source.strip()
    row.full_clean()
    row.save()
    return row


@transaction.atomic
def assess_space(
    *,
    space: str,
    date: datetime.date,
    rating: int,
    evidence: str,
    by: Any,
    programme: Programme | None = None,
    country: Place | None = None,
    author: str = "",
    assessment: SpaceAssessment | None = None,
) -> SpaceAssessment:
    """A rating, 1 to 6, of an enabling space of a programme or of a country on a date; `assessment` is one to mend.

    Raises PermissionDenied, and ValidationError by field: both or neither of programme and country, no evidence, a
    rating outside 1 to 6, a date in the future, the same space on the same day again.
    """
    if (programme is None) == (country is None):
        raise ValidationError({"programme": _("Name either a programme or a country.")})
    for one in (assessment, SpaceAssessment(programme=programme, country=country)):
        if one is None or by is None:
            continue
        if one.programme is not None:
            require(by, Permission.REGISTRY_WRITE, programme=one.programme)
        elif one.country is not None:
            _require_country(by, one.country)
    errors = _day_errors(date) | (_country_errors(country) if country else {})
    if date > datetime.date.today():
        errors["date"] = _("A rating tells what is, so its day cannot be in the future.")
    if not 1 <= rating <= 6:
        errors["rating"] = _("A rating goes from 1 to 6.")
    if not evidence.strip():
        errors["evidence"] = _("Say what the rating rests on.")
    same = SpaceAssessment.objects.filter(programme=programme, country=country, space=space, date=date)
    if any(one != assessment for one in same):
        errors["space"] = _("This space is rated for this day already; mend that rating.")
    if errors:
        raise ValidationError(errors)
    row = assessment or SpaceAssessment()
    row.programme, row.country, row.space, row.date, row.rating = programme, country, space, date, rating
    row.evidence, row.author = evidence.strip(), author.strip()
    row.full_clean()
    row.save()
    return row
