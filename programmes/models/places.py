"""Countries and what they are divided into, in any number of levels."""

from __future__ import annotations

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from programmes.access import Everyone, ScopedQuerySet
from programmes.trails import tracked

COUNTRY_LEVEL = 0


@tracked(synced=True)
class Place(models.Model):
    """A country (level 0) or an administrative area below it.

    `level` counts down from the country; `level_name` is what the country calls it (region, woreda, mandal …).
    Circular places are impossible: a composite foreign key on (parent, parent's level) and the check that the
    parent's level is smaller leave no room for a cycle (migration 0003).
    """

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200)
    names = models.JSONField(_("names in other languages"), default=dict, blank=True)
    level = models.PositiveSmallIntegerField(_("level"), default=COUNTRY_LEVEL)
    level_name = models.CharField(_("name of the level"), max_length=60, blank=True)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of")
    )
    parent_level = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    country = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("country"),
        help_text=_("Empty for a country itself."),
    )
    iso3 = models.CharField(_("ISO 3166-1 alpha-3"), max_length=3, blank=True)
    valid = DateRangeField(_("valid"), null=True, blank=True)

    scope = Everyone()
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["id", "level"], name="place_id_with_level"),
            models.CheckConstraint(
                condition=models.Q(level=COUNTRY_LEVEL, parent__isnull=True, country__isnull=True)
                | models.Q(level__gt=COUNTRY_LEVEL, parent__isnull=False, country__isnull=False),
                name="place_country_stands_alone_others_have_a_parent",
            ),
            models.CheckConstraint(
                condition=models.Q(parent__isnull=True, parent_level__isnull=True)
                | models.Q(parent_level__isnull=False, parent_level__lt=models.F("level")),
                name="place_parent_is_of_a_higher_level",
            ),
            models.CheckConstraint(
                condition=models.Q(level=COUNTRY_LEVEL, iso3__regex=r"^[A-Z]{3}$")
                | models.Q(level__gt=COUNTRY_LEVEL, iso3=""),
                name="place_iso3_for_countries_only",
            ),
            models.UniqueConstraint(
                fields=["iso3"], condition=models.Q(level=COUNTRY_LEVEL), name="place_country_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def shown_name(self) -> str:
        """In the reader's language."""
        return self.names.get((get_language() or "en").split("-")[0]) or self.name

    @property
    def is_country(self) -> bool:
        return self.level == COUNTRY_LEVEL

    def save(self, *args, **kwargs) -> None:  # type: ignore[no-untyped-def]
        """Keeps the two columns that repeat the parent (its level, its country) equal to it."""
        if self.parent is None:
            self.parent_level = self.country = None
        else:
            self.parent_level = self.parent.level
            self.country = self.parent if self.parent.is_country else self.parent.country
        super().save(*args, **kwargs)
