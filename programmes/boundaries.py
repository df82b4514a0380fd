"""Boundaries of places: a file is brought, looked at, and taken over all or nothing; what maps draw is read here.

Features are matched to the places of one country by a property of theirs, whose value is a place's code or name. What
matches no place is listed and left out; while anything is wrong, nothing is taken over.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from programmes import boundary_files, boundary_matching, boundary_shapes, texts
from programmes.access import Permission, require, scope_of
from programmes.boundary_files import LARGEST
from programmes.boundary_matching import NEW, REPLACED, UNMATCHED, WRONG, Known, Weighed, properties
from programmes.models import Boundary, BoundaryUpload, MatchBy, Place
from programmes.spreadsheets import MEGABYTE, Refused

#: So many points are drawn together: the places inside one place.
DRAWN_POINTS = 8_000


def countries_of(user: Any) -> QuerySet[Place]:
    """Countries whose boundaries `user` may change: an administrator's all, a country programme manager's own."""
    scope = scope_of(user, Permission.ROUNDS_MANAGE)
    found = Place.objects.visible_to(user).filter(level=0)
    return found if scope.everything else found.filter(pk__in=scope.countries)


def _require(by: Any, country: Place) -> None:
    require(by, Permission.ROUNDS_MANAGE, country=country)


# --- bringing a file -------------------------------------------------------------------------------------------------
def receive(
    *,
    country: Place,
    upload: UploadedFile[Any],
    source: str,
    licence: str,
    by: Any,
    key: str = "",
    is_synthetic: bool = False,
) -> BoundaryUpload:
    """Keep the features of a file. Raises PermissionDenied, and ValidationError at the field that is wrong."""
    _require(by, country)
    if not country.is_country:
        raise ValidationError({"country": _("A country is expected; its areas are found in the file.")})
    said = {
        "source": texts.checked(source, "source", longest=300),
        "licence": texts.checked(licence, "licence", longest=200),
    }
    if lacking := [name for name, text in said.items() if not text]:
        raise ValidationError(dict.fromkeys(lacking, _("Say where the boundaries are from and how they may be used.")))
    if not upload.size or upload.size > LARGEST:
        text = _("A file of at most %(mb)s MB is expected. Simplify the boundaries, or bring one level at a time.")
        raise ValidationError({"file": text % {"mb": LARGEST // MEGABYTE}})
    name = "".join(char for char in (upload.name or "") if char.isprintable())[-200:] or "boundaries"
    try:
        features = boundary_files.read(upload.read())
    except Refused as error:
        raise ValidationError({"file": str(error)}) from error
    row = BoundaryUpload(country=country, user=by, name=name, features=features, is_synthetic=is_synthetic, **said)
    row.key, row.match_by = boundary_matching.best(row) if not key else (key, MatchBy.CODE)
    if key and key not in properties(row):
        raise ValidationError({"key": _no_property(key, properties(row))})
    if key:
        places = boundary_matching.Places.of(row.country_id)
        row.match_by = max(MatchBy.values, key=lambda one: boundary_matching.matches(row, key, one, places))
    row.save()
    return row


def match(*, upload: BoundaryUpload, key: str, match_by: str, by: Any) -> None:
    """Match its features by another property, or by the other thing it says of a place."""
    _require(by, upload.country)
    known = properties(upload)
    if key not in known:
        raise ValidationError({"key": _no_property(key, known)})
    if match_by not in MatchBy.values:
        raise ValidationError(
            {"match_by": _("One of %(allowed)s is expected.") % {"allowed": ", ".join(MatchBy.values)}}
        )
    changed = BoundaryUpload.objects.filter(pk=upload.pk, committed_at__isnull=True)
    changed.update(key=key, match_by=match_by)
    upload.key, upload.match_by = key, match_by


def _no_property(key: str, known: list[str]) -> str:
    return _("No feature has a property “%(key)s”. There are: %(known)s.") % {
        "key": key[:60],
        "known": ", ".join(known[:20]) or "–",
    }


# --- what it would change --------------------------------------------------------------------------------------------
def look(upload: BoundaryUpload) -> tuple[list[Weighed], str]:
    """What the file would change now, row by row, and a fingerprint of that."""
    found = boundary_matching.weigh(upload)
    said = [[one.row, one.verdict, one.place and [one.place.id, one.place.upload]] for one in found]
    return found, hashlib.sha256(json.dumps([upload.key, upload.match_by, said]).encode()).hexdigest()


# --- taking it over, taking it away ----------------------------------------------------------------------------------
@transaction.atomic
def commit(*, upload: BoundaryUpload, by: Any, seen: str) -> int:
    """Take all matched features over, all or nothing; returns how many. A second time nothing happens.

    Raises PermissionDenied, and ValidationError while a feature is wrong, where none matches, or when the places or
    boundaries changed since `seen` was shown.
    """
    _require(by, upload.country)
    row = BoundaryUpload.objects.select_for_update(of=("self",)).get(pk=upload.pk)
    if row.committed_at is not None:
        return 0
    found, now = look(row)
    if any(one.verdict == WRONG for one in found):
        raise ValidationError(_("Some features are wrong. Mend them in the file and bring it again."))
    if now != seen:
        raise ValidationError(_("Something changed meanwhile. See what the file changes now."))
    taken = {one.row: one.place for one in found if one.place is not None}
    if not taken:
        raise ValidationError(_("No feature matches a place of this country. Choose another property to match by."))
    drawn = [one for one in row.features if one["row"] in taken]
    Boundary.objects.bulk_create(
        _drawn_together(row, drawn, taken),
        update_conflicts=True,
        unique_fields=["place"],
        update_fields=["geometry", "points", "upload"],
        batch_size=500,
    )
    row.features = [
        {**feature, "geometry": None, "place": taken[feature["row"]].code if feature["row"] in taken else ""}
        for feature in row.features
    ]
    row.committed_at = timezone.now()
    row.save(update_fields=["features", "committed_at"])
    return len(taken)


def _drawn_together(upload: BoundaryUpload, features: list[dict[str, Any]], taken: dict[int, Known]) -> list[Boundary]:
    """Thinned out by what one map shows: the places inside the same place."""
    groups: dict[int | None, list[dict[str, Any]]] = defaultdict(list)
    for feature in features:
        groups[taken[feature["row"]].parent].append(feature)
    rows = []
    for group in groups.values():
        shapes = [boundary_shapes.of_geojson(feature["geometry"]) for feature in group]
        pairs = [(feature, one) for feature, one in zip(group, shapes, strict=True) if one is not None]
        outlines = boundary_shapes.simplified([one for _feature, one in pairs], DRAWN_POINTS)
        rows += [
            Boundary(place_id=taken[feature["row"]].id, geometry=outline.geometry, points=outline.points, upload=upload)
            for (feature, _one), outline in zip(pairs, outlines, strict=True)
        ]
    return rows


@transaction.atomic
def withdraw(*, country: Place, by: Any) -> int:
    """Take the boundaries of a country away; the files stay on record as withdrawn, with who did it."""
    _require(by, country)
    gone = Boundary.objects.filter(Q(place=country) | Q(place__country=country))
    count = gone.count()
    gone.delete()
    files = BoundaryUpload.objects.filter(country=country, committed_at__isnull=False, withdrawn_at__isnull=True)
    files.update(withdrawn_at=timezone.now(), withdrawn_by=by)
    return count


# --- for maps --------------------------------------------------------------------------------------------------------
def inside(user: Any, place: Place) -> QuerySet[Boundary]:
    """Boundaries of the places right inside a place, as far as `user` may see them."""
    return Boundary.objects.visible_to(user).filter(place__parent=place)


def features(rows: Iterable[Boundary]) -> list[dict[str, Any]]:
    """GeoJSON features; rows come with their place."""
    return [
        {
            "type": "Feature",
            "id": row.place.code,
            "properties": {"code": row.place.code, "name": row.place.shown_name},
            "geometry": row.geometry,
        }
        for row in rows
    ]


def sources(rows: QuerySet[Boundary]) -> list[tuple[str, str, bool]]:
    """Source, licence, and whether invented, of each file that these boundaries are from."""
    found = rows.values_list("upload__source", "upload__licence", "upload__is_synthetic").order_by().distinct()
    return sorted(found)


__all__ = ["NEW", "REPLACED", "UNMATCHED", "WRONG", "Weighed", "commit", "look", "match", "receive", "withdraw"]
