"""The anchored rating scale. Scores of different versions are never compared (I-18)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from indicators.models.catalogue import translated
from programmes.access import Everyone, ScopedQuerySet
from programmes.trails import tracked

LOWEST, HIGHEST = 1, 6


class Scale(models.Model):
    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200)

    scope = Everyone()
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("rating scale")
        verbose_name_plural = _("rating scales")

    def __str__(self) -> str:
        return self.name


class ScaleVersion(models.Model):
    scale = models.ForeignKey(Scale, on_delete=models.CASCADE, related_name="versions", verbose_name=_("rating scale"))
    number = models.CharField(_("version"), max_length=20)
    valid_from = models.DateField(_("from"), null=True, blank=True)
    #: When a person changed the row here; the loader leaves it alone from then on.
    edited_at = models.DateTimeField(_("changed here"), null=True, blank=True, editable=False)

    scope = Everyone()
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of a rating scale")
        verbose_name_plural = _("versions of rating scales")
        constraints = [models.UniqueConstraint(fields=["scale", "number"], name="scale_version_once")]

    def __str__(self) -> str:
        return f"{self.scale} {self.number}"


@tracked()
class ScaleItem(models.Model):
    version = models.ForeignKey(
        ScaleVersion, on_delete=models.CASCADE, related_name="items", verbose_name=_("version of the scale")
    )
    indicator = models.ForeignKey(
        "indicators.Indicator", on_delete=models.PROTECT, related_name="scale_items", verbose_name=_("indicator")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    dimension = models.CharField(_("dimension"), max_length=60)
    name = models.CharField(_("name"), max_length=200)
    means_of_verification = models.TextField(_("how to verify"), blank=True)
    translations = models.JSONField(_("translations"), default=dict, blank=True)

    scope = Everyone()
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("rating item")
        verbose_name_plural = _("rating items")
        ordering = ["version", "position"]
        constraints = [models.UniqueConstraint(fields=["version", "indicator"], name="scale_item_once")]

    def __str__(self) -> str:
        return f"{self.indicator} {self.name}"

    def text(self, field: str, language: str | None = None) -> str:
        return translated(self, field, language)

    @property
    def shown_name(self) -> str:
        """In the reader's language."""
        return self.text("name")

    @property
    def shown_means(self) -> str:
        return self.text("means_of_verification")


class Anchor(models.Model):
    """What a level of an item looks like."""

    item = models.ForeignKey(ScaleItem, on_delete=models.CASCADE, related_name="anchors", verbose_name=_("item"))
    level = models.PositiveSmallIntegerField(_("level"))
    text = models.TextField(_("anchor"))
    translations = models.JSONField(_("translations"), default=dict, blank=True)

    scope = Everyone()
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("anchor")
        verbose_name_plural = _("anchors")
        ordering = ["item", "level"]
        constraints = [
            models.UniqueConstraint(fields=["item", "level"], name="anchor_level_once"),
            models.CheckConstraint(
                condition=models.Q(level__gte=LOWEST, level__lte=HIGHEST), name="anchor_level_1_to_6"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.level}"

    def words(self, language: str | None = None) -> str:
        """The anchor in the reader's language."""
        return translated(self, "text", language)
