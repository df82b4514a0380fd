"""What a person chose for a list, held against what can be chosen."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from organizations.lists import dates
from organizations.lists.cells import OUT
from organizations.lists.fields import APEX, CHOICE, DATE, FIELDS, NEEDED, PARTNER, PLACE, choice_words
from organizations.lists.known import Partners, Places
from organizations.lists.layout import Column, columns
from organizations.lists.texts import clean, normal
from organizations.models import ListUpload, Organization
from programmes.access import Permission
from programmes.digits import shown


def checked_columns(
    upload: ListUpload, sheet: str, header_row: int, mapping: dict[int, str], defaults: dict[str, str], by: Any
) -> tuple[list[Column], dict[str, str]]:
    """The columns there are, and the values for all rows, cleaned. Raises ValidationError."""
    outline = next((one for one in upload.outline if one["name"] == sheet), None)
    if outline is None:
        raise ValidationError({"sheet": _("Choose one of the sheets.")})
    found = columns(outline["first"], header_row)
    if not found:
        raise ValidationError({"header_row": _("There are no headings in this row.")})
    errors: dict[str, list[str]] = {}
    numbers = {column.number for column in found}
    seen: dict[str, int] = {}
    for number, key in sorted(mapping.items()):
        if not key:
            continue
        if key not in FIELDS or number not in numbers:
            errors[f"column-{number}"] = [_("Choose one of the fields.")]
        elif key in seen:
            errors[f"column-{number}"] = [_("“%(field)s” is chosen for two columns.") % {"field": FIELDS[key].label}]
        seen[key] = number
    if "name" not in seen:
        errors["mapping"] = [_("Say which column has the name.")]
    if "parent_place" in seen and "place" not in seen:
        errors["mapping"] = [*errors.get("mapping", []), _("The place above needs a column with the place itself.")]
    kept: dict[str, str] = {}
    places = Places(upload.programme)
    for key, text in defaults.items():
        if key not in FIELDS or not FIELDS[key].for_all or not clean(text):
            continue
        try:
            kept[key] = _default(key, clean(text), places)
        except ValidationError as error:
            errors[f"default-{key}"] = error.messages
    for key in NEEDED:
        if key not in seen and key not in kept and f"default-{key}" not in errors:
            errors[f"default-{key}"] = [_("No column says this. Choose a column, or give one value for all rows.")]
    if errors:
        raise ValidationError(errors)
    return found, kept


def _default(key: str, text: str, places: Places) -> str:
    field = FIELDS[key]
    if field.of == CHOICE:
        value = choice_words(key).get(normal(text))
        if value is None:
            raise ValidationError(_("Choose one of the values."))
        return value
    if field.of == PLACE:
        place = places.one(text, "") or places.one(*_split(text))
        if place is None:
            raise ValidationError(
                _("“%(text)s” is not one place of the programme's countries. Write its code.") % {"text": shown(text)}
            )
        return place.code
    if field.of == DATE:
        try:
            dates.read(text)
        except dates.Unreadable as error:
            raise ValidationError(str(error)) from error
        except dates.TwoWays as error:
            raise ValidationError(_("Write the date as 2014-05-31.")) from error
    elif len(text) > field.longest:
        raise ValidationError(
            _("“%(text)s” is longer than %(n)d characters.") % {"text": shown(text), "n": field.longest}
        )
    return text


def _split(text: str) -> tuple[str, str]:
    """“Village · District” as the lists of places show it."""
    name, _sep, rest = text.partition("·")
    return name.strip(), rest.partition("·")[0].strip()


def checked_values(upload: ListUpload, values: dict[tuple[str, str], str], by: Any) -> dict[tuple[str, str], str]:
    """(field, key) → code, OUT or empty. Raises ValidationError by `FIELD:KEY`."""
    places, partners = Places(upload.programme), Partners(by)
    near = {(one["field"], one["key"]): {pair[0] for pair in one["near"]} for one in upload.plan.get("asked", [])}
    codes = [value for (field, _key), value in values.items() if field == "apex" and value]
    standing = {
        code.casefold(): code
        for code in Organization.objects.visible_to(by, Permission.REGISTRY_WRITE)
        .filter(code__in=codes)
        .values_list("code", flat=True)
    }
    settled: dict[tuple[str, str], str] = {}
    errors: dict[str, list[str]] = {}
    for (key, word), typed in values.items():
        choice = clean(typed)
        if choice in ("", OUT):
            settled[(key, word)] = choice
            continue
        found: str | None = None
        of = FIELDS[key].of
        if of == CHOICE:
            found = choice if choice in FIELDS[key].choices.values else None  # type: ignore[union-attr]
        elif of == PLACE:
            place = places.one(choice, "") or places.one(*_split(choice))
            found = place.code if place else None
        elif of == PARTNER:
            partner = partners.one(choice)
            found = partner.code if partner else None
        elif of == APEX:
            found = choice if choice in near[(key, word)] else standing.get(choice.casefold())
        if found is None:
            errors[f"{key}:{word}"] = [
                _("“%(text)s” is not known, or more than one has this name. Write the code.") % {"text": shown(choice)}
            ]
        else:
            settled[(key, word)] = found
    if errors:
        raise ValidationError(errors)
    return settled


def checked_rows(upload: ListUpload, rows: dict[int, str]) -> dict[int, str]:
    """Raises ValidationError by row number, for a decision that was not offered."""
    offered = {one["row"]: one for one in upload.plan.get("duplicates", [])}
    settled: dict[int, str] = {}
    errors: dict[str, list[str]] = {}
    for number, choice in rows.items():
        one = offered.get(number)
        tokens = {candidate["token"] for candidate in one["candidates"] if candidate["standing"]} if one else set()
        same = re.fullmatch(r"(?:fill|same):(.+)", choice)
        if one is not None and (
            choice in ("", "out") or (choice == "new" and one["may_be_new"]) or (same and same[1] in tokens)
        ):
            settled[number] = choice
        else:
            errors[str(number)] = [_("Choose one of the answers for row %(row)d.") % {"row": number}]
    if errors:
        raise ValidationError(errors)
    return settled
