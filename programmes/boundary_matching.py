"""Which place a feature of a file is: matched by one of its properties, and what is said where it is none."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from programmes import boundary_files
from programmes.models import BoundaryUpload, MatchBy, Place

NEW, REPLACED, UNMATCHED, WRONG = "new", "replaced", "unmatched", "wrong"
#: Properties that files often name a place by; the first that is there tells what a feature is called.
NAMES = ("name", "shapename", "name_en", "name_1", "name_2", "name_3", "adm1_en", "adm2_en", "adm3_en")


def properties(upload: BoundaryUpload) -> list[str]:
    """Names of the properties of its features, the most common first."""
    found = Counter(name for feature in upload.features for name in feature["properties"])
    return [name for name, _n in found.most_common(60)]


@dataclass(frozen=True)
class Weighed:
    """One feature: which place it is, and what becomes of it. `words` say why it is left out or wrong."""

    row: int
    label: str
    value: str
    verdict: str
    place: Known | None = None
    words: str = ""


@dataclass(frozen=True)
class Known:
    """A place of the country."""

    id: int
    code: str
    name: str
    parent: int | None
    upload: int | None


@dataclass
class Places:
    """Places of a country by what files call them."""

    by_code: dict[str, list[Known]] = field(default_factory=lambda: defaultdict(list))
    by_name: dict[str, list[Known]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, country: int) -> Places:
        found = cls()
        rows = Place.objects.filter(Q(pk=country) | Q(country=country)).values_list(
            "pk", "code", "name", "names", "iso3", "parent_id", "boundary__upload_id"
        )
        for pk, code, name, names, iso3, parent, upload in rows:
            one = Known(pk, code, name, parent, upload)
            for text in {_alike(code), _alike(iso3)} - {""}:
                found.by_code[text].append(one)
            for text in {_alike(name), *(_alike(str(other)) for other in names.values())} - {""}:
                found.by_name[text].append(one)
        return found

    def like(self, value: str, match_by: str) -> list[Known]:
        return (self.by_code if match_by == MatchBy.CODE else self.by_name).get(_alike(value), [])


def _alike(text: str) -> str:
    """The same for what people write differently: case, accents, spaces."""
    plain = unicodedata.normalize("NFKD", text)
    return " ".join("".join(char for char in plain if not unicodedata.combining(char)).casefold().split())


def matches(upload: BoundaryUpload, key: str, match_by: str, places: Places) -> int:
    """How many places the features name in this property, each once."""
    values = {feature["properties"].get(key, "") for feature in upload.features} - {""}
    found = (places.like(value, match_by) for value in values)
    return len({one[0].id for one in found if len(one) == 1})


def best(upload: BoundaryUpload) -> tuple[str, str]:
    """The property and way that find most places."""
    places = Places.of(upload.country_id)
    choices = [(key, way) for key in properties(upload) for way in (MatchBy.CODE.value, MatchBy.NAME.value)]
    return max(choices, key=lambda one: matches(upload, one[0], one[1], places), default=("", MatchBy.CODE.value))


def weigh(upload: BoundaryUpload) -> list[Weighed]:
    """Every feature of a file as it would be taken now, in one query."""
    places = Places.of(upload.country_id)
    first = [_weighed(feature, upload, places) for feature in upload.features]
    rows_of: dict[int, list[int]] = defaultdict(list)
    for one in first:
        if one.place is not None:
            rows_of[one.place.id].append(one.row)
    return [_alone(one, rows_of) for one in first]


def _weighed(feature: dict[str, Any], upload: BoundaryUpload, places: Places) -> Weighed:
    own = feature["properties"]
    value = own.get(upload.key, "")
    label = next((text for name, text in own.items() if name.casefold() in NAMES), value)
    row = feature["row"]
    if feature["problem"]:
        words = boundary_files.problem_words(feature["problem"], feature["found"])
        return Weighed(row, label, value, WRONG, None, words)
    if not value:
        words = (
            _("It has no “%(key)s”.") % {"key": upload.key} if upload.key else _("It has no properties to match by.")
        )
        return Weighed(row, label, value, UNMATCHED, None, words)
    found = places.like(value, upload.match_by)
    if not found:
        if upload.match_by == MatchBy.CODE:
            words = _("No place of this country has the code “%(value)s”.") % {"value": value}
        else:
            words = _("No place of this country is called “%(value)s”.") % {"value": value}
        return Weighed(row, label, value, UNMATCHED, None, words)
    if len(found) > 1:
        codes = ", ".join(one.code for one in found[:6])
        words = _("Several places are called so (%(codes)s); match by code.") % {"codes": codes}
        return Weighed(row, label, value, WRONG, None, words)
    return Weighed(row, label, value, NEW if found[0].upload is None else REPLACED, found[0])


def _alone(one: Weighed, rows_of: dict[int, list[int]]) -> Weighed:
    """Wrong where another feature is the same place."""
    others = [row for row in rows_of[one.place.id] if row != one.row] if one.place is not None else []
    if not others:
        return one
    assert one.place is not None
    words = _("The same place (%(code)s) as feature %(rows)s; a place has one boundary.") % {
        "code": one.place.code,
        "rows": ", ".join(str(row) for row in others[:6]),
    }
    return Weighed(one.row, one.label, one.value, WRONG, one.place, words)
