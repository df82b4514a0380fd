"""What is known when a list is read: places of the programme's countries, partners, and the register. Three queries."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.db.models import Q

from organizations.lists.texts import Nearest, normal, numbers_in
from organizations.models import Organization
from programmes.access import Permission
from programmes.models import Partner, Place, Programme

#: A place's key in the matching: its text and the text of the place above it.
BETWEEN = " < "


class Places:
    """Places of some countries, found by code or by name in any language."""

    def __init__(self, programme: Programme) -> None:
        countries = list(programme.countries.values_list("pk", flat=True))
        rows = Place.objects.filter(Q(country__in=countries) | Q(pk__in=countries)).only(
            "pk", "code", "name", "names", "parent_id", "country_id", "level"
        )
        self.by_pk: dict[int, Place] = {place.pk: place for place in rows}
        self.by_code = {place.code.casefold(): place for place in self.by_pk.values()}
        self._by_name: dict[str, list[Place]] = defaultdict(list)
        for place in self.by_pk.values():
            for name in self._names(place):
                self._by_name[name].append(place)

    @staticmethod
    def _names(place: Place) -> set[str]:
        others = place.names.values() if isinstance(place.names, dict) else ()
        return {normal(name) for name in (place.name, *(one for one in others if isinstance(one, str)))} - {""}

    @cached_property
    def nearest(self) -> Nearest[int]:
        return Nearest((place.pk, name) for name, places in self._by_name.items() for place in places)

    def named(self, text: str) -> list[Place]:
        """Places of this code or name."""
        by_code = self.by_code.get(text.casefold())
        return [by_code] if by_code else self._by_name.get(normal(text), [])

    def above(self, place: Place) -> Iterable[Place]:
        """The places that it is part of, nearest first."""
        while place.parent_id in self.by_pk:
            place = self.by_pk[place.parent_id]  # type: ignore[index]
            yield place

    def one(self, text: str, parent: str) -> Place | None:
        """The one place that is meant; None when there is none, are several, or none under that parent."""
        found = self.named(text)
        if parent:
            parents = {place.pk for place in self.named(parent)}
            found = [one for one in found if parents & {above.pk for above in self.above(one)}]
        return found[0] if len(found) == 1 else None

    def label(self, place: Place) -> str:
        """“Village · District · Region”, for telling places of one name apart."""
        return " · ".join([place.name, *(above.name for above in self.above(place))][:3])

    def near(self, text: str, parent: str) -> list[Place]:
        """What may be meant: those of the name, the place above itself, those of a name like it."""
        found = [*self.named(text), *(self.named(parent) if parent else [])]
        found += [self.by_pk[pk] for pk, _likeness in self.nearest.like(normal(text))]
        return list(dict.fromkeys(found))[:8]


class Partners:
    def __init__(self, by: Any) -> None:
        self.by_pk = {partner.pk: partner for partner in Partner.objects.visible_to(by)}
        self.by_code = {partner.code.casefold(): partner for partner in self.by_pk.values()}
        self._by_name: dict[str, list[Partner]] = defaultdict(list)
        for partner in self.by_pk.values():
            self._by_name[normal(partner.name)].append(partner)

    @cached_property
    def nearest(self) -> Nearest[int]:
        return Nearest((pk, normal(partner.name)) for pk, partner in self.by_pk.items())

    def one(self, text: str) -> Partner | None:
        by_code = self.by_code.get(text.casefold())
        found = [by_code] if by_code else self._by_name.get(normal(text), [])
        return found[0] if len(found) == 1 else None

    def near(self, text: str) -> list[Partner]:
        return [self.by_pk[pk] for pk, _likeness in self.nearest.like(normal(text))]


class Standing:
    """An organization of the register, as far as a list is compared with it."""

    __slots__ = ("code", "formed_on", "name", "normal", "pk", "place_id", "registration", "tier")

    def __init__(
        self, pk: int, code: str, name: str, place_id: int, formed_on: datetime.date, registration: str, tier: str
    ) -> None:
        self.pk, self.code, self.name, self.place_id, self.formed_on = pk, code, name, place_id, formed_on
        self.tier = tier
        self.normal, self.registration = normal(name), normal(registration)


class Known:
    """All of it. The register is what the person may write, in the countries of the programme."""

    def __init__(self, programme: Programme, by: Any) -> None:
        self.places, self.partners = Places(programme), Partners(by)
        rows = (
            Organization.objects.visible_to(by, Permission.REGISTRY_WRITE)
            .filter(Q(country__in=programme.countries.all()) | Q(enrolments__programme=programme))
            .order_by("code")
            .values_list("pk", "code", "name", "place_id", "formed_on", "registration_number", "tier")
            .distinct()
        )
        self.register = [Standing(*row) for row in rows]
        self.by_code = {one.code.casefold(): one for one in self.register}
        self.by_name: dict[str, list[Standing]] = defaultdict(list)
        self.by_registration: dict[str, list[Standing]] = defaultdict(list)
        self._in_place: dict[tuple[Any, ...], list[Standing]] = defaultdict(list)
        for one in self.register:
            self.by_name[one.normal].append(one)
            self._in_place[(one.place_id, *numbers_in(one.normal))].append(one)
            if one.registration:
                self.by_registration[one.registration].append(one)
        self._near_in: dict[tuple[Any, ...], Nearest[int]] = {}

    @cached_property
    def apexes(self) -> Nearest[str]:
        return Nearest((one.code, one.normal) for one in self.register if one.tier != "primary")

    def alike_in(self, place_id: int, name: str, least: float) -> list[Standing]:
        """Organizations of a place whose names are very like a normal name."""
        bucket = (place_id, *numbers_in(name))
        standing = self._in_place.get(bucket, [])
        if bucket not in self._near_in:
            self._near_in[bucket] = Nearest((at, one.normal) for at, one in enumerate(standing))
        return [standing[at] for at, _likeness in self._near_in[bucket].like(name, least=least, most=5)]
