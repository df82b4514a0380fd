"""Upkeep of the codes that a DHIS2 uses: one by one or as a sheet, all or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from indicators.models import EntryField, RoundKind
from organizations.models import Organization
from programmes.access import Permission, require
from programmes.models import Place, Programme
from programmes.spreadsheets import Refused, read
from programmes.texts import problem_of
from scaling.exchange.dhis2.codes import DEFAULT
from scaling.exchange.dhis2.models import UID, CodeKind, Dhis2Code

#: Columns of a sheet, and of the file that is downloaded.
COLUMNS = ("kind", "own", "code", "uid", "option_combo", "option_combo_uid", "dimensions")
#: What tells one row from another; the others are what is written.
LINKS = ("field", "organization", "place", "programme")
FACTS = ("code", "uid", "option_combo", "option_combo_uid", "dimensions")
_PAIR = re.compile(r"([A-Za-z_][\w.-]{0,49})=([^=\s]{1,50})")


@dataclass(frozen=True)
class Known:
    """Everything here that a row may name, by its own code."""

    fields: Mapping[str, EntryField]
    organizations: Mapping[str, Organization]
    places: Mapping[str, Place]
    programmes: Mapping[str, Programme]


def _known(names: set[str]) -> Known:
    """Four queries."""
    return Known(
        {one.key: one for one in EntryField.objects.filter(key__in=names)},
        {one.code: one for one in Organization.objects.filter(code__in=names)},
        {one.code: one for one in Place.objects.filter(code__in=names)},
        {one.code: one for one in Programme.objects.filter(code__in={name.partition("/")[0] for name in names})},
    )


def _dimensions(text: str) -> dict[str, str]:
    found = {}
    for part in text.split():
        pair = _PAIR.fullmatch(part)
        if pair is None or pair[1] in ("dataElement", "value"):
            raise ValidationError({"dimensions": _("Pairs such as GENDER=FMLE AGE=0-14 are expected.")})
        found[pair[1]] = pair[2]
    return found


def _row(texts: Mapping[str, str], known: Known) -> Dhis2Code:
    """A row, not saved. Raises ValidationError by column."""
    kind, own, errors = texts.get("kind", ""), texts.get("own", ""), {}
    row = Dhis2Code(kind=kind, **{name: texts.get(name, "") for name in FACTS if name != "dimensions"})
    name, _slash, round_kind = own.partition("/")
    if kind == CodeKind.DATA_ELEMENT:
        row.field = known.fields.get(own)
        row.option_combo = row.option_combo or DEFAULT
    elif kind == CodeKind.ORG_UNIT:
        row.organization = known.organizations.get(own)
        row.place = None if row.organization else known.places.get(own)
    elif kind in (CodeKind.DATA_SET, CodeKind.ATTRIBUTE_OPTION_COMBO):
        row.programme = known.programmes.get(name)
        row.round_kind = round_kind
    else:
        errors["kind"] = _("One of %(allowed)s is expected.") % {"allowed": ", ".join(CodeKind.values)}
    if kind in CodeKind.values and not any(getattr(row, f"{link}_id") for link in LINKS):
        errors["own"] = _("There is no “%(code)s” here.") % {"code": own[:60]}
    elif row.programme and round_kind not in (RoundKind.values if kind == CodeKind.DATA_SET else [""]):
        text = _("A data set is programme/kind of round, with one of %(kinds)s; the others have no slash.")
        errors["own"] = text % {"kinds": ", ".join(RoundKind.values)}
    errors |= _wrong(row, texts)
    if errors:
        raise ValidationError(errors)
    row.dimensions = _dimensions(texts.get("dimensions", ""))
    return row


def _wrong(row: Dhis2Code, texts: Mapping[str, str]) -> dict[str, str]:
    errors = {}
    if not row.code:
        errors["code"] = _("The code in DHIS2 is missing.")
    for name in ("code", "option_combo"):
        if why := problem_of(getattr(row, name), longest=100):
            errors[name] = why
    for name in ("uid", "option_combo_uid"):
        if getattr(row, name) and not re.fullmatch(UID, getattr(row, name)):
            errors[name] = _("An identifier of DHIS2 is a letter and ten letters or digits.")
    if row.kind != CodeKind.DATA_ELEMENT:
        for name in ("option_combo", "option_combo_uid", "dimensions"):
            if texts.get(name):
                errors[name] = _("Only a data element has this.")
    return errors


def _identity(row: Dhis2Code) -> tuple[Any, ...]:
    return (row.kind, *(getattr(row, f"{link}_id") for link in LINKS), row.round_kind)


@transaction.atomic
def put(*, rows: Sequence[Mapping[str, str]], by: Any) -> int:
    """Write rows, each by what it is called here: new ones, or in place of what stood there; how many changed.

    All or nothing. Raises PermissionDenied for who does not keep the catalogue, ValidationError by “row N, column”.
    """
    require(by, Permission.CATALOGUE_MANAGE)
    known = _known({texts.get("own", "") for texts in rows})
    errors: dict[str, list[str]] = {}
    wanted: dict[tuple[Any, ...], Dhis2Code] = {}
    numbers: dict[tuple[Any, ...], int] = {}
    for n, texts in enumerate(rows, start=1):
        try:
            row = _row(texts, known)
        except ValidationError as error:
            for name, found in error.message_dict.items():
                errors[f"{n}.{name}"] = found
            continue
        if _identity(row) in wanted:
            errors[f"{n}.own"] = [_("An earlier row names the same one.")]
        wanted[_identity(row)], numbers[_identity(row)] = row, n
    standing = {_identity(row): row for row in Dhis2Code.objects.select_for_update()}
    after = list({**standing, **wanted}.values())
    errors |= _twice(after, numbers) | _own_of_others(after, numbers)
    if errors:
        raise ValidationError(errors)
    new, old = [], []
    for key, row in wanted.items():
        stood = standing.get(key)
        if stood is None:
            new.append(row)
        elif any(getattr(stood, name) != getattr(row, name) for name in FACTS):
            old.append(stood.pk)
            new.append(row)
    Dhis2Code.objects.filter(pk__in=old).delete()  # two rows may exchange their codes
    return len(Dhis2Code.objects.bulk_create(new, batch_size=1000))


def _twice(rows: Iterable[Dhis2Code], numbers: Mapping[tuple[Any, ...], int]) -> dict[str, list[str]]:
    """Codes that would stand for two things: of data elements and organisation units, where each must mean one."""
    seen: dict[tuple[str, ...], Dhis2Code] = {}
    errors: dict[str, list[str]] = {}
    for row in rows:
        if row.kind not in (CodeKind.DATA_ELEMENT, CodeKind.ORG_UNIT):
            continue
        for name in ("code", "uid"):
            text = getattr(row, name)
            key = (row.kind, name, text, row.option_combo)
            if text and seen.setdefault(key, row) is not row:
                n = numbers.get(_identity(row)) or numbers.get(_identity(seen[key]), 0)
                errors[f"{n}.{name}"] = [_("“%(code)s” stands for something else already.") % {"code": text[:60]}]
    return errors


def _own_of_others(rows: Sequence[Dhis2Code], numbers: Mapping[tuple[Any, ...], int]) -> dict[str, list[str]]:
    """Codes that are the own code of something without a row, which goes by it."""
    own: dict[tuple[str, str], tuple[str, int]] = {}
    mapped = {link: {getattr(row, f"{link}_id") for row in rows} for link in LINKS}
    for field in EntryField.objects.select_related("indicator").exclude(pk__in=mapped["field"] - {None}):
        part = field.key.removeprefix(field.indicator.code).lstrip(".")
        own[field.indicator.code, part or DEFAULT] = "field", field.pk
    units = {row.code for row in rows if row.kind == CodeKind.ORG_UNIT}
    for link, model in (("organization", Organization), ("place", Place)):
        found = model._default_manager.filter(code__in=units).exclude(pk__in=mapped[link] - {None})
        own |= {(code, ""): (link, pk) for code, pk in found.values_list("code", "pk")}
    errors: dict[str, list[str]] = {}
    for row in rows:
        if row.kind in (CodeKind.DATA_ELEMENT, CodeKind.ORG_UNIT) and (row.code, row.option_combo) in own:
            text = _("“%(code)s” is the own code of something else here; map that one too.") % {"code": row.code[:60]}
            errors[f"{numbers.get(_identity(row), 0)}.code"] = [text]
    return errors


def remove(*, row: Dhis2Code, by: Any) -> None:
    """From now on it is called by its own code."""
    require(by, Permission.CATALOGUE_MANAGE)
    row.delete()


def rows_of(content: bytes, filename: str) -> list[dict[str, str]]:
    """The rows of a sheet with the headings of COLUMNS. Raises ValidationError with a sentence."""
    try:
        table = read(content, filename)[0]
    except Refused as error:
        raise ValidationError({"file": str(error)}) from error
    rows = [["" if cell is None else str(cell).strip() for cell in row] for row in table.rows]
    heads = [name.lower() for name in rows[0]] if rows else []
    if not {"kind", "own", "code"} <= set(heads) or not set(heads) <= {*COLUMNS, ""}:
        raise ValidationError(
            {"file": _("The first row holds these headings: %(names)s.") % {"names": ", ".join(COLUMNS)}}
        )
    return [dict(zip(heads, row, strict=False)) for row in rows[1:] if any(row)]


def told(row: Dhis2Code) -> dict[str, str]:
    """A row as a sheet holds it."""
    pairs = " ".join(f"{name}={text}" for name, text in row.dimensions.items())
    return {"kind": row.kind, "own": row.own, **{name: getattr(row, name) for name in FACTS}, "dimensions": pairs}


def listed() -> Any:
    """All rows with what they name, in one query."""
    return Dhis2Code.objects.select_related("field", "organization", "place", "programme")
