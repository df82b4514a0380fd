"""What is counted with a round beside its components, in tables of its own."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from programmes.access import ByProgramme, ScopedQuerySet


class LinkageTotal(models.Model):
    """Agreements of a programme's organizations up to the date of a round: of a place with all inside it (everywhere
    without one), by kind and tier of the organization and by who the partner is, a type or "organization".

    `facts` as `scaling.register_sql.linkage_totals` writes them. Empty `partner` tells of the organizations' buyers.
    """

    round = models.ForeignKey("indicators.Round", on_delete=models.CASCADE, related_name="+", db_index=False)
    place = models.ForeignKey("programmes.Place", on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    kind = models.CharField(max_length=30)
    tier = models.CharField(max_length=30)
    partner = models.CharField(max_length=30, blank=True)
    facts = models.JSONField()

    scope = ByProgramme("round__programme")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("total of agreements")
        verbose_name_plural = _("totals of agreements")
        constraints = [
            models.UniqueConstraint(
                fields=["round", "place", "kind", "tier", "partner"], nulls_distinct=False, name="linkage_total_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.round} {self.place} {self.kind} {self.tier} {self.partner}"
