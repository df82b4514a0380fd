"""The indicator catalogue. A definition changes by a new version; what was measured keeps the one it was made with."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from programmes.access import Everyone, ScopedQuerySet
from programmes.trails import tracked
from programmes.vocabulary import CountBasis, always


class IndicatorLevel(models.TextChoices):
    ORGANIZATION = "organization", _("organization")
    PHASE = "phase", _("phase")


class IndicatorType(models.TextChoices):
    """OECD-DAC levels of the results chain, and the scale-up metrics computed from them."""

    OUTPUT = "output", _("output")
    OUTCOME = "outcome", _("outcome")
    SCALE_UP = "scale_up", _("scale-up")


@tracked(fields=["id", "code"], model_name="IndicatorEvent")
class Indicator(models.Model):
    """A code that stays; what it means stands in its versions."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    level = models.CharField(_("measured on"), max_length=20, choices=IndicatorLevel.choices)
    type = models.CharField(_("type"), max_length=20, choices=IndicatorType.choices)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    dimension = models.CharField(_("dimension"), max_length=60, blank=True)
    is_computed = models.BooleanField(_("computed, never entered"), default=False)
    is_rating = models.BooleanField(_("rating from 1 to 6"), default=False)
    ifad_core_indicators = ArrayField(
        models.CharField(max_length=20), default=list, blank=True, verbose_name=_("IFAD core indicators")
    )
    related = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("related indicator")
    )
    #: When a person changed the row here; the loader leaves it alone from then on.
    edited_at = models.DateTimeField(_("changed here"), null=True, blank=True, editable=False)

    scope = Everyone()
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(level__in=IndicatorLevel.values), name="indicator_level_known"),
            models.CheckConstraint(condition=models.Q(type__in=IndicatorType.values), name="indicator_type_known"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def version_now(self) -> IndicatorVersion | None:
        """The version in force today; None once it is retired. Wants `versions` prefetched."""
        return in_force(self.versions.all(), datetime.date.today())

    @property
    def name(self) -> str:
        """The name in the reader's language: of today, else of the last version. Wants `versions` prefetched."""
        version = self.version_now or max(self.versions.all(), key=lambda one: one.number, default=None)
        return version.text("name") if version else self.code

    @property
    def label(self) -> str:
        """Code and name, for a choice."""
        return f"{self.code} · {self.name}"


class IndicatorVersion(models.Model):
    """What an indicator means from a day on. Versions of one indicator never overlap."""

    indicator = models.ForeignKey(
        Indicator, on_delete=models.CASCADE, related_name="versions", verbose_name=_("indicator")
    )
    number = models.PositiveSmallIntegerField(_("version"))
    valid = DateRangeField(_("valid"), default=always)
    name = models.CharField(_("name"), max_length=200)
    definition = models.TextField(_("definition"), blank=True)
    unit = models.CharField(_("unit"), max_length=120)
    data_type = models.CharField(_("data type"), max_length=120, blank=True)
    frequency = models.CharField(_("frequency"), max_length=120, blank=True)
    disaggregation = models.TextField(_("disaggregation"), blank=True)
    aggregation_rule = models.TextField(_("aggregation over organizations"), blank=True)
    higher_is_better = models.BooleanField(_("higher is better"), default=True)
    checks = models.TextField(_("checks"), blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)
    translations = models.JSONField(_("translations"), default=dict, blank=True)
    #: When a person changed the row here; the loader leaves it alone from then on.
    edited_at = models.DateTimeField(_("changed here"), null=True, blank=True, editable=False)

    scope = Everyone()
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of an indicator")
        verbose_name_plural = _("versions of indicators")
        ordering = ["indicator", "number"]
        constraints = [
            models.UniqueConstraint(fields=["indicator", "number"], name="indicator_version_number_once"),
            ExclusionConstraint(
                name="indicator_versions_no_overlap",
                expressions=[("indicator", RangeOperators.EQUAL), ("valid", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(condition=models.Q(valid__isempty=False), name="indicator_version_valid_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.number}"

    def text(self, field: str, language: str | None = None) -> str:
        """A text in the reader's language, else in English."""
        return translated(self, field, language)

    @property
    def last_day(self) -> datetime.date | None:
        """The last day it is valid, included; None for one without an end."""
        return self.valid.upper - datetime.timedelta(days=1) if self.valid.upper else None


def in_force(versions: Iterable[IndicatorVersion], day: datetime.date) -> IndicatorVersion | None:
    """The version valid on a day; None where there is none. Versions of one indicator never overlap."""
    for version in versions:
        lower, upper = version.valid.lower, version.valid.upper
        if (lower is None or lower <= day) and (upper is None or day < upper):
            return version
    return None


class ValueType(models.TextChoices):
    INTEGER = "integer", _("whole number")
    DECIMAL = "decimal", _("number")
    LEVEL = "level", _("level from 1 to 6")
    YES_NO = "yes_no", _("yes or no")


class CollectedIn(models.TextChoices):
    """Kinds of rounds that ask for a field (Round.collects)."""

    OUTCOME = "outcome", _("outcome rounds")
    HALF_YEAR = "half_year", _("half-years")
    YEAR = "year", _("years")


class EntryField(models.Model):
    """One number of an indicator that an organization reports: the total, or a part of it.

    Its key, indicator code or code.part (`OP-06.women`), is the key in a return's values. `basis` says what a count
    covers; ratings have none.
    """

    indicator = models.ForeignKey(
        Indicator, on_delete=models.CASCADE, related_name="fields", verbose_name=_("indicator")
    )
    key = models.CharField(_("key"), max_length=60, unique=True)
    label = models.CharField(_("label"), max_length=200, blank=True)
    value_type = models.CharField(_("type of value"), max_length=20, choices=ValueType.choices)
    minimum = models.DecimalField(_("least value"), max_digits=20, decimal_places=4, default=0)
    maximum = models.DecimalField(_("greatest value"), max_digits=20, decimal_places=4, null=True, blank=True)
    basis = models.CharField(_("basis"), max_length=20, choices=CountBasis.choices, blank=True)
    collected_in = ArrayField(
        models.CharField(max_length=20, choices=CollectedIn.choices),
        default=list,
        blank=True,
        verbose_name=_("collected in"),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    translations = models.JSONField(_("translations"), default=dict, blank=True)
    #: When a person changed the row here; the loader leaves it alone from then on.
    edited_at = models.DateTimeField(_("changed here"), null=True, blank=True, editable=False)

    scope = Everyone()
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry field of an indicator")
        verbose_name_plural = _("entry fields of indicators")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(value_type__in=ValueType.values), name="entry_field_type_known"),
            models.CheckConstraint(
                condition=models.Q(basis="") | models.Q(basis__in=CountBasis.values), name="entry_field_basis_known"
            ),
            models.CheckConstraint(
                condition=models.Q(collected_in__contained_by=list(CollectedIn.values)), name="entry_field_rounds_known"
            ),
            models.CheckConstraint(
                condition=models.Q(maximum__isnull=True) | models.Q(maximum__gte=models.F("minimum")),
                name="entry_field_range_in_order",
            ),
            models.CheckConstraint(
                condition=~models.Q(value_type=ValueType.INTEGER) | ~models.Q(basis=""),
                name="entry_field_count_has_basis",
            ),
        ]

    def __str__(self) -> str:
        return self.key

    def text(self, field: str, language: str | None = None) -> str:
        return translated(self, field, language)

    @property
    def words(self) -> str:
        """The label in the reader's language."""
        return self.text("label")

    @property
    def range_words(self) -> str:
        least = f"{self.minimum.normalize() + 0:f}"
        return f"≥ {least}" if self.maximum is None else f"{least} – {self.maximum.normalize() + 0:f}"


def translated(row: models.Model, field: str, language: str | None = None) -> str:
    """`field` of a row with a `translations` column ({"fr": {"name": …}}), in `language` or the active one."""
    code = (language or get_language() or "en").split("-")[0]
    translations: dict[str, dict[str, str]] = getattr(row, "translations", {})
    return translations.get(code, {}).get(field) or str(getattr(row, field))
