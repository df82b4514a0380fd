"""Upkeep of the catalogue: indicators with their versions, and the numbers that organizations report.

Everything here is for who holds CATALOGUE_MANAGE. What was measured keeps the definition it was made with: a definition
that a round used changes only by a new version.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from indicators.models import (
    CollectedIn,
    EntryField,
    Indicator,
    IndicatorLevel,
    IndicatorType,
    IndicatorVersion,
    Return,
    Round,
    RoundStatus,
    ValueType,
)
from indicators.models.scales import HIGHEST, LOWEST
from indicators.rule_upkeep import hold_parts_within_total
from programmes.access import Permission, require

#: A code stands in keys (code.part) and in addresses, so it has no dot and no space.
CODE = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)*")
PART = re.compile(r"[a-z][a-z0-9_]*")
LONGEST_CODE, LONGEST_KEY = 20, 40

#: What a version says; a new version takes over what is not said anew.
VERSION_TEXTS = (
    "name",
    "definition",
    "unit",
    "data_type",
    "frequency",
    "disaggregation",
    "aggregation_rule",
    "checks",
    "source",
)


def manage(by: Any) -> None:
    """Raises PermissionDenied for who does not keep the catalogue; `by` None is a command."""
    if by is not None:
        require(by, Permission.CATALOGUE_MANAGE)


def rounds_that_used(indicator: Indicator, since: datetime.date | None = None) -> list[Round]:
    """Rounds that have opened and ask the indicator, the latest first; only those that describe a day from `since`."""
    found = Round.objects.filter(instrument__contains=[indicator.code]).exclude(status=RoundStatus.PLANNED)
    if since is not None:
        found = found.filter(reference_date__gte=since)
    return list(found.order_by("-reference_date"))


@transaction.atomic
def add_indicator(
    *,
    code: str,
    level: str,
    type: str,
    by: Any,
    dimension: str = "",
    is_computed: bool = False,
    is_rating: bool = False,
    ifad_core_indicators: list[str] | None = None,
    related: Indicator | None = None,
    since: datetime.date | None = None,
    **texts: Any,
) -> Indicator:
    """A new indicator with its first version, valid from `since` (always, if not said); `texts` as in VERSION_TEXTS,
    `higher_is_better` and `translations`. A rating gets its field (levels 1 to 6, outcome rounds) with it.

    Raises PermissionDenied, and ValidationError by field.
    """
    manage(by)
    errors: dict[str, str] = {}
    if not CODE.fullmatch(code) or len(code) > LONGEST_CODE:
        errors["code"] = _("A code is made of capital letters and digits, with hyphens between, %(n)d at most.") % {
            "n": LONGEST_CODE
        }
    elif Indicator.objects.filter(code=code).exists():
        errors["code"] = _("There is an indicator with this code already.")
    if type == IndicatorType.SCALE_UP and not is_computed:
        errors["is_computed"] = _("Scale-up indicators are computed, never entered.")
    if is_rating and (is_computed or level != IndicatorLevel.ORGANIZATION):
        errors["is_rating"] = _("Only what is entered for an organization can be a rating.")
    if is_rating and not dimension.strip():
        errors["dimension"] = _("A rating belongs to a dimension.")
    if errors:
        raise ValidationError(errors)
    indicator = Indicator(
        code=code,
        level=level,
        type=type,
        dimension=dimension.strip(),
        is_computed=is_computed,
        is_rating=is_rating,
        ifad_core_indicators=ifad_core_indicators or [],
        related=related,
        position=(Indicator.objects.aggregate(last=Max("position"))["last"] or 0) + 1,
        edited_at=timezone.now(),
    )
    indicator.full_clean()
    indicator.save()
    _save_version(IndicatorVersion(indicator=indicator, number=1, valid=DateRange(since, None), **texts))
    if is_rating:
        add_field(
            indicator=indicator,
            part="",
            label="",
            value_type=ValueType.LEVEL,
            minimum=Decimal(LOWEST),
            maximum=Decimal(HIGHEST),
            basis="",
            collected_in=[CollectedIn.OUTCOME],
            by=by,
        )
    return indicator


def _save_version(version: IndicatorVersion) -> IndicatorVersion:
    version.edited_at = timezone.now()
    version.full_clean()
    version.save()
    return version


@transaction.atomic
def change_indicator(
    *,
    indicator: Indicator,
    by: Any,
    dimension: str,
    position: int,
    ifad_core_indicators: list[str],
    related: Indicator | None,
) -> Indicator:
    """What may change without a new version: where it stands and what it goes with. Raises ValidationError by field."""
    manage(by)
    if indicator.is_rating and not dimension.strip():
        raise ValidationError({"dimension": _("A rating belongs to a dimension.")})
    if related == indicator:
        raise ValidationError({"related": _("An indicator is not related to itself.")})
    indicator.dimension, indicator.position = dimension.strip(), position
    indicator.ifad_core_indicators, indicator.related = ifad_core_indicators, related
    indicator.edited_at = timezone.now()
    indicator.full_clean()
    indicator.save()
    return indicator


def _last(indicator: Indicator) -> IndicatorVersion:
    # The lock makes the second of two people wait for the first one's version.
    Indicator.objects.select_for_update(no_key=True).get(pk=indicator.pk)
    return indicator.versions.order_by("-number")[0]


def _no_round_from(indicator: Indicator, day: datetime.date, field: str) -> None:
    used = rounds_that_used(indicator, day)
    if used:
        raise ValidationError(
            {
                field: _("Round %(code)s asks the present definition for %(day)s; give a later day.")
                % {"code": used[0].code, "day": used[0].reference_date.isoformat()}
            }
        )


@transaction.atomic
def new_version(*, indicator: Indicator, since: datetime.date, by: Any, **texts: Any) -> IndicatorVersion:
    """A new definition from a day on; the old one ends the day before. What `texts` do not say stays as it was.

    Raises PermissionDenied, and ValidationError by field: not after the beginning of the version before, or a round has
    opened that asks the old definition for a later day.
    """
    manage(by)
    last = _last(indicator)
    if last.valid.lower is not None and since <= last.valid.lower:
        raise ValidationError(
            {"since": _("Version %(n)d begins on %(day)s; give a later day.")
             % {"n": last.number, "day": last.valid.lower.isoformat()}}
        )  # fmt: skip
    _no_round_from(indicator, since, "since")
    if last.valid.upper is None or last.valid.upper > since:
        last.valid = DateRange(last.valid.lower, since)
        _save_version(last)
    kept = {name: getattr(last, name) for name in (*VERSION_TEXTS, "higher_is_better", "translations")}
    return _save_version(
        IndicatorVersion(indicator=indicator, number=last.number + 1, valid=DateRange(since, None), **{**kept, **texts})
    )


@transaction.atomic
def mend_version(*, version: IndicatorVersion, by: Any, **texts: Any) -> IndicatorVersion:
    """Mend the words of a version. Once a round has used it only its translations change.

    Raises PermissionDenied, and ValidationError by field.
    """
    manage(by)
    changed = {
        name for name, text in texts.items() if name != "translations" and getattr(version, name) != text
    }  # fmt: skip
    if changed and any(_was_in_force(version, one) for one in rounds_that_used(version.indicator)):
        sentence = _("A round has used this definition; make a new version to change it.")
        raise ValidationError(dict.fromkeys(changed, sentence))
    for name, text in texts.items():
        setattr(version, name, text)
    return _save_version(version)


def _was_in_force(version: IndicatorVersion, round_: Round) -> bool:
    lower, upper = version.valid.lower, version.valid.upper
    return (lower is None or lower <= round_.reference_date) and (upper is None or round_.reference_date < upper)


@transaction.atomic
def retire(*, indicator: Indicator, on: datetime.date, by: Any) -> IndicatorVersion:
    """From `on` the indicator is asked no more; what was measured stays. A later version brings it back.

    Raises PermissionDenied, and ValidationError by field.
    """
    manage(by)
    last = _last(indicator)
    if last.valid.upper is not None:
        raise ValidationError({"on": _("It has ended on %(day)s already.") % {"day": last.valid.upper.isoformat()}})
    if last.valid.lower is not None and on <= last.valid.lower:
        raise ValidationError(
            {"on": _("Version %(n)d begins on %(day)s; give a later day.")
             % {"n": last.number, "day": last.valid.lower.isoformat()}}
        )  # fmt: skip
    _no_round_from(indicator, on, "on")
    last.valid = DateRange(last.valid.lower, on)
    return _save_version(last)


# --- entry fields ----------------------------------------------------------------------------------------------------
def _check_field(field: EntryField) -> None:
    """Says in words what the database refuses, and what it cannot say."""
    field.clean_fields()
    errors: dict[str, str] = {}
    if field.minimum < 0:
        errors["minimum"] = _("What organizations report is never negative.")
    if field.maximum is not None and field.maximum < field.minimum:
        errors["maximum"] = _("The greatest value cannot be less than the least.")
    if field.value_type == ValueType.INTEGER and not field.basis:
        errors["basis"] = _("Say what the count covers: a period, everything so far, or a date.")
    bounds = {ValueType.LEVEL: (LOWEST, HIGHEST), ValueType.YES_NO: (0, 1)}.get(ValueType(field.value_type))
    if bounds and (field.minimum, field.maximum) != bounds:
        errors["maximum"] = _("This type of value goes from %(low)d to %(high)d.") % {
            "low": bounds[0],
            "high": bounds[1],
        }
    if field.indicator.is_rating != (field.value_type == ValueType.LEVEL):
        errors["value_type"] = _("Ratings, and only they, are levels from 1 to 6.")
    if field.indicator.is_rating and field.key != field.indicator.code:
        errors["part"] = _("A rating has one level and no parts.")
    if errors:
        raise ValidationError(errors)


@transaction.atomic
def add_field(
    *,
    indicator: Indicator,
    part: str,
    label: str,
    value_type: str,
    by: Any,
    minimum: Decimal = Decimal(0),
    maximum: Decimal | None = None,
    basis: str = "",
    collected_in: list[str] | None = None,
    position: int | None = None,
    translations: Mapping[str, Any] | None = None,
) -> EntryField:
    """A number that organizations report from now on in rounds of the kinds in `collected_in`: the total (`part` empty)
    or a part of it. The rules that hold parts within their total come with it, as the database refuses what is more.

    Raises PermissionDenied, and ValidationError by field.
    """
    manage(by)
    key = f"{indicator.code}.{part}" if part else indicator.code
    errors: dict[str, str] = {}
    if indicator.is_computed or indicator.level != IndicatorLevel.ORGANIZATION:
        raise ValidationError(_("Only indicators that are entered for organizations have numbers to report."))
    if part and not PART.fullmatch(part):
        errors["part"] = _("A part is made of small letters, digits and underscores.")
    elif len(key) > LONGEST_KEY:
        errors["part"] = _("Code and part have %(n)d characters together at most.") % {"n": LONGEST_KEY}
    elif EntryField.objects.filter(key=key).exists():
        errors["part"] = _("%(key)s exists already.") % {"key": key}
    if part and not label.strip():
        errors["label"] = _("A part needs a label.")
    if errors:
        raise ValidationError(errors)
    if position is None:
        beside = indicator.fields.aggregate(last=Max("position"))["last"]
        position = beside or (EntryField.objects.aggregate(last=Max("position"))["last"] or 0) + 1
    field = EntryField(
        indicator=indicator,
        key=key,
        label=label.strip(),
        value_type=value_type,
        minimum=minimum,
        maximum=maximum,
        basis=basis,
        collected_in=collected_in or [],
        position=position,
        translations=dict(translations or {}),
        edited_at=timezone.now(),
    )
    _check_field(field)
    field.full_clean()
    field.save()
    hold_parts_within_total(indicator)
    return field


@transaction.atomic
def change_field(
    *,
    field: EntryField,
    by: Any,
    label: str,
    value_type: str,
    minimum: Decimal,
    maximum: Decimal | None,
    basis: str,
    collected_in: list[str],
    position: int,
    translations: Mapping[str, Any],
) -> EntryField:
    """Change what is asked; the key stays, as values are kept under it. Type and basis stay once values were entered.

    Raises PermissionDenied, and ValidationError by field.
    """
    manage(by)
    changed = [name for name, new in (("value_type", value_type), ("basis", basis)) if getattr(field, name) != new]
    if changed and Return.objects.filter(values__has_key=field.key).exists():
        sentence = _("Values were entered for it; make a new field instead.")
        raise ValidationError(dict.fromkeys(changed, sentence))
    if "." in field.key and not label.strip():
        raise ValidationError({"label": _("A part needs a label.")})
    field.label, field.value_type, field.minimum, field.maximum = label.strip(), value_type, minimum, maximum
    field.basis, field.collected_in, field.position = basis, collected_in, position
    field.translations, field.edited_at = dict(translations), timezone.now()
    _check_field(field)
    field.full_clean()
    field.save()
    return field
