"""Rollups: additive components ready to be summed, the marks of what must be computed again, and alerts."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from programmes.access import ByProgramme, ScopedQuerySet
from programmes.vocabulary import FigureBasis


class PhaseCell(models.Model):
    """Additive components of one phase on one figure basis: money by class, stage and category, and results.

    `components` is {"money": […], "results": […]} as scaling/rollups.py writes it; never typed by hand (I-20).
    """

    phase = models.ForeignKey("programmes.Phase", on_delete=models.CASCADE, related_name="cells")
    basis = models.CharField(max_length=20, choices=FigureBasis.choices)
    components = models.JSONField()
    computed_at = models.DateTimeField()

    scope = ByProgramme("phase__programme")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("computed components of a phase")
        verbose_name_plural = _("computed components of phases")
        constraints = [
            models.UniqueConstraint(fields=["phase", "basis"], name="phase_cell_once"),
            models.CheckConstraint(condition=models.Q(basis__in=FigureBasis.values), name="phase_cell_basis_known"),
        ]

    def __str__(self) -> str:
        return f"{self.phase} ({self.basis})"


class MarkKind(models.TextChoices):
    PHASE = "phase", _("phase")
    ROUND = "round", _("round")


class DirtyMark(models.Model):
    """Something changed: these components must be computed again. Written in the transaction of the change, deleted
    in the transaction of the result, so that none is lost whatever is killed in between."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=20, choices=MarkKind.choices)
    object_id = models.BigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("mark of what must be computed again")
        verbose_name_plural = _("marks of what must be computed again")
        indexes = [models.Index(fields=["kind", "object_id"], name="dirty_mark_by_object")]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=MarkKind.values), name="dirty_mark_kind_known")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"


class Heartbeat(models.Model):
    """When a background process was last seen."""

    name = models.CharField(max_length=40, unique=True)
    seen_at = models.DateTimeField()

    class Meta:
        verbose_name = _("sign of life")
        verbose_name_plural = _("signs of life")

    def __str__(self) -> str:
        return self.name
