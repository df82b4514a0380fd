"""Where places lie: one boundary a place, from a file that somebody brought and named the source and licence of."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from programmes.access import ByCountry, Everyone, ScopedQuerySet
from programmes.models.places import Place


class MatchBy(models.TextChoices):
    CODE = "code", _("code of the place")
    NAME = "name", _("name of the place")


class BoundaryUpload(models.Model):
    """A file of boundaries of one country. `features` is [{"row", "properties", "geometry", "problem", "found"}].

    It is weighed anew whenever it is looked at. Once it is taken over, `geometry` is gone from it: the boundaries have
    it, and the row keeps who brought what from where.
    """

    country = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+", verbose_name=_("country"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("user")
    )
    name = models.CharField(_("name"), max_length=200)
    source = models.CharField(_("source"), max_length=300)
    licence = models.CharField(_("licence"), max_length=200)
    is_synthetic = models.BooleanField(_("synthetic"), default=False)
    features = models.JSONField(_("features"))
    #: The property of the features that says which place each is, and what of a place it repeats.
    key = models.CharField(_("property"), max_length=200, blank=True)
    match_by = models.CharField(_("matched by"), max_length=10, choices=MatchBy.choices, default=MatchBy.CODE)
    uploaded_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    committed_at = models.DateTimeField(_("taken over"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("withdrawn by"),
    )

    scope = ByCountry("country")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("file of boundaries")
        verbose_name_plural = _("files of boundaries")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(source="") & ~models.Q(licence=""), name="boundary_upload_has_source_and_licence"
            ),
            models.CheckConstraint(
                condition=models.Q(match_by__in=MatchBy.values), name="boundary_upload_match_by_known"
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | models.Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False, committed_at__isnull=False),
                name="boundary_upload_withdrawn_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Boundary(models.Model):
    """The outline of a place as GeoJSON (MultiPolygon, WGS84, outer rings against the clock), simplified for drawing
    beside those of its neighbours."""

    place = models.OneToOneField(Place, on_delete=models.CASCADE, related_name="boundary", verbose_name=_("place"))
    geometry = models.JSONField(_("boundary (GeoJSON)"))
    points = models.PositiveIntegerField(_("points"))
    upload = models.ForeignKey(
        BoundaryUpload, on_delete=models.PROTECT, related_name="boundaries", verbose_name=_("file")
    )

    scope = Everyone()
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("boundary")
        verbose_name_plural = _("boundaries")
        ordering = ["place"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(geometry__has_key="type", geometry__type="MultiPolygon"),
                name="boundary_is_a_multipolygon",
            ),
            models.CheckConstraint(condition=models.Q(points__gte=4), name="boundary_has_points"),
        ]

    def __str__(self) -> str:
        return str(self.place)


__all__ = ["Boundary", "BoundaryUpload", "MatchBy"]
