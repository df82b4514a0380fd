"""Rollups: additive components ready to be summed, the marks of what must be computed again, and alerts."""

from __future__ import annotations

from django.conf import settings
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


class Cell(models.Model):
    """Additive components of the approved returns of one round, place, kind and tier: sums and counts, never ratios."""

    round = models.ForeignKey("indicators.Round", on_delete=models.CASCADE, related_name="cells")
    place = models.ForeignKey("programmes.Place", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=30)
    tier = models.CharField(max_length=30)
    components = models.JSONField()
    computed_at = models.DateTimeField()

    scope = ByProgramme("round__programme")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("computed cell")
        verbose_name_plural = _("computed cells")
        constraints = [models.UniqueConstraint(fields=["round", "place", "kind", "tier"], name="cell_once")]

    def __str__(self) -> str:
        return f"{self.round} {self.place} {self.kind} {self.tier}"


class FederationTotal(models.Model):
    """The same components over the distinct organizations below an apex."""

    round = models.ForeignKey("indicators.Round", on_delete=models.CASCADE, related_name="federation_totals")
    apex = models.ForeignKey("organizations.Organization", on_delete=models.CASCADE, related_name="+")
    components = models.JSONField()
    computed_at = models.DateTimeField()

    scope = ByProgramme("round__programme")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("total of a federation")
        verbose_name_plural = _("totals of federations")
        constraints = [models.UniqueConstraint(fields=["round", "apex"], name="federation_total_once")]

    def __str__(self) -> str:
        return f"{self.round} {self.apex}"


class Severity(models.TextChoices):
    WATCH = "watch", _("watch")
    ALERT = "alert", _("alert")
    HIGH = "high", _("high")


class Alert(models.Model):
    """Something to look at, opened and closed by the computation, acknowledged by a person with a note."""

    rule = models.SlugField(max_length=60)
    programme = models.ForeignKey("programmes.Programme", on_delete=models.CASCADE, related_name="alerts")
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.CASCADE, null=True, blank=True, related_name="alerts"
    )
    severity = models.CharField(max_length=10, choices=Severity.choices)
    figures = models.JSONField(default=dict)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True)

    scope = ByProgramme("programme")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        constraints = [
            models.CheckConstraint(condition=models.Q(severity__in=Severity.values), name="alert_severity_known"),
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True) | models.Q(closed_at__gte=models.F("opened_at")),
                name="alert_not_closed_before_opened",
            ),
            models.CheckConstraint(
                condition=models.Q(acknowledged_by__isnull=True, acknowledged_at__isnull=True)
                | (models.Q(acknowledged_by__isnull=False, acknowledged_at__isnull=False) & ~models.Q(note="")),
                name="alert_acknowledged_with_a_note",
            ),
            models.UniqueConstraint(
                fields=["rule", "programme", "organization"],
                condition=models.Q(closed_at__isnull=True),
                nulls_distinct=False,
                name="alert_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule}: {self.organization or self.programme}"


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
