"""Upkeep of the rating scale. Scores of different versions are never compared (I-18), so a version that a round uses
stays as it is, and a change is a new version."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from indicators.models import Anchor, Indicator, Round, Scale, ScaleItem, ScaleVersion
from indicators.models.scales import HIGHEST, LOWEST
from programmes.access import Permission, require

LEVELS = range(LOWEST, HIGHEST + 1)


def is_used(version: ScaleVersion) -> bool:
    """Whether a round scores on it, or is planned to."""
    return Round.objects.filter(scale_version=version).exists()


def _change(version: ScaleVersion, by: Any) -> None:
    """Raises PermissionDenied, and ValidationError when a round uses the version."""
    if by is not None:
        require(by, Permission.CATALOGUE_MANAGE)
    now = ScaleVersion.objects.select_for_update().get(pk=version.pk)
    if is_used(now):
        raise ValidationError(_("A round uses this version of the scale; make a new version to change it."))
    now.edited_at = timezone.now()
    now.save(update_fields=["edited_at"])


@transaction.atomic
def new_version(*, scale: Scale, number: str, valid_from: datetime.date, by: Any) -> ScaleVersion:
    """A copy of the newest version with all its items and anchors, for rounds that describe a day from `valid_from`.

    Raises PermissionDenied, and ValidationError by field: a number that is taken, a day not after the version before.
    """
    if by is not None:
        require(by, Permission.CATALOGUE_MANAGE)
    Scale.objects.select_for_update().get(pk=scale.pk)
    number = number.strip()
    if scale.versions.filter(number=number).exists():
        raise ValidationError({"number": _("There is a version with this number already.")})
    latest = scale.versions.aggregate(day=Max("valid_from"))["day"]
    if latest is not None and valid_from <= latest:
        raise ValidationError(
            {"valid_from": _("The newest version is valid from %(day)s; give a later day.")
             % {"day": latest.isoformat()}}
        )  # fmt: skip
    source = scale.versions.order_by("-pk").first()
    version = ScaleVersion(scale=scale, number=number, valid_from=valid_from, edited_at=timezone.now())
    version.full_clean()
    version.save()
    items = source.items.prefetch_related("anchors").order_by("position") if source else []
    for item in items:
        anchors = list(item.anchors.all())
        item.pk, item.version = None, version
        item._state.adding = True
        item.save()
        for anchor in anchors:
            anchor.pk, anchor.item = None, item
        Anchor.objects.bulk_create(anchors)
    return version


@transaction.atomic
def add_item(*, version: ScaleVersion, indicator: Indicator, by: Any) -> ScaleItem:
    """A rating indicator becomes an item of a version, still without anchors. Raises ValidationError by field."""
    _change(version, by)
    if not indicator.is_rating:
        raise ValidationError({"indicator": _("%(code)s is not a rating.") % {"code": indicator.code}})
    if version.items.filter(indicator=indicator).exists():
        raise ValidationError({"indicator": _("%(code)s is an item already.") % {"code": indicator.code}})
    item = ScaleItem(
        version=version,
        indicator=indicator,
        position=(version.items.aggregate(last=Max("position"))["last"] or 0) + 1,
        dimension=indicator.dimension,
        name=indicator.name,
    )
    item.full_clean()
    item.save()
    return item


@transaction.atomic
def change_item(
    *,
    item: ScaleItem,
    by: Any,
    position: int,
    dimension: str,
    name: str,
    means_of_verification: str,
    translations: Mapping[str, Any],
    anchors: Mapping[int, str],
    anchor_translations: Mapping[int, Mapping[str, Any]],
) -> ScaleItem:
    """Name, dimension and the six anchors of an item. Raises PermissionDenied, and ValidationError by field
    (`anchor_1` … `anchor_6`)."""
    _change(item.version, by)
    missing = {f"anchor_{level}": _("Say what this level looks like.") for level in LEVELS if not anchors.get(level)}
    if missing:
        raise ValidationError(missing)
    item.position, item.dimension, item.name = position, dimension, name
    item.means_of_verification, item.translations = means_of_verification, dict(translations)
    item.full_clean()
    item.save()
    for level in LEVELS:
        Anchor.objects.update_or_create(
            item=item,
            level=level,
            defaults={"text": anchors[level], "translations": dict(anchor_translations.get(level, {}))},
        )
    return item


@transaction.atomic
def remove_item(*, item: ScaleItem, by: Any) -> None:
    """Take an item out of a version that no round uses."""
    _change(item.version, by)
    item.delete()
