"""What a column of a list may hold, and the words by which people call it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.db import models
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from organizations.lists.texts import normal
from organizations.lists.words import HEADERS, VALUES
from organizations.models.linkages import Causality, LinkageForm, LinkageKind
from organizations.models.organizations import Kind, MembersAre, Promoter, Tier
from organizations.models.statuses import Status

TEXT, CHOICE, DATE, PLACE, PARENT, PARTNER, APEX, WORDS = (
    "text", "choice", "date", "place", "parent", "partner", "apex", "words",
)  # fmt: skip


@dataclass(frozen=True)
class Field:
    """`of` says how its cells are read; `for_all` that one value may be given for all rows that have none."""

    key: str
    label: str | Promise
    of: str = TEXT
    choices: type[models.TextChoices] | None = None
    longest: int = 200
    for_all: bool = False


_ALL = (
    Field("code", _("Code"), longest=40),
    Field("name", _("Name")),
    Field("kind", _("Kind"), CHOICE, Kind, for_all=True),
    Field("tier", _("Tier"), CHOICE, Tier, for_all=True),
    Field("place", _("Place"), PLACE, for_all=True),
    Field("parent_place", _("Place above it"), PARENT),
    Field("formed_on", _("Formed"), DATE, for_all=True),
    Field("promoter", _("Promoted by"), CHOICE, Promoter, for_all=True),
    Field("status", _("Status"), CHOICE, Status, for_all=True),
    Field("status_on", _("Status since"), DATE),
    Field("registration_number", _("Registration number"), longest=100),
    Field("registration_law", _("Registered under"), for_all=True),
    Field("registered_on", _("Registered"), DATE),
    Field("commodities", _("Commodities"), WORDS, longest=60),
    Field("members_are", _("Members are"), CHOICE, MembersAre, for_all=True),
    Field("apex", _("Apex (code or name)"), APEX),
    Field("apex_since", _("Joined the apex"), DATE, for_all=True),
    Field("partner", _("Partner of a linkage"), PARTNER),
    Field("linkage_kind", _("Kind of linkage"), CHOICE, LinkageKind, for_all=True),
    Field("linkage_form", _("Form of linkage"), CHOICE, LinkageForm, for_all=True),
    Field("linkage_causality", _("Linkage came about by"), CHOICE, Causality, for_all=True),
    Field("linkage_since", _("Linkage since"), DATE, for_all=True),
    Field("linkage_until", _("Last day of the linkage"), DATE),
)
FIELDS: dict[str, Field] = {field.key: field for field in _ALL}
#: Every organization has these: a column, or one value for all.
NEEDED = ("kind", "place", "formed_on", "promoter")
#: Values that are matched by the person when they are not known.
MATCHED = tuple(field.key for field in _ALL if field.of in (CHOICE, PLACE, PARTNER, APEX))


def languages() -> list[str]:
    return [code for code, _name in settings.LANGUAGES]


@lru_cache(maxsize=1)
def header_words() -> dict[str, str]:
    """Normal header → field, in all languages."""
    found = {normal(word): key for key, lines in HEADERS.items() for line in lines for word in line.split("|")}
    for language in languages():
        with translation.override(language):
            for field in FIELDS.values():
                found.setdefault(normal(str(field.label)), field.key)
    return found


@lru_cache(maxsize=16)
def choice_words(key: str) -> dict[str, str]:
    """Normal text → value of a choice: its code, its label in every language, and usual words for it."""
    choices = FIELDS[key].choices
    assert choices is not None
    found: dict[str, str] = {}
    for value, lines in VALUES.get(key, {}).items():
        found.update({normal(word): value for word in lines.split("|")})
    for language in languages():
        with translation.override(language):
            found.update({normal(str(label)): value for value, label in choices.choices})
    found.update({normal(value): value for value in choices.values})
    return found
