"""Rollups: additive components ready to be summed, the marks of what must be computed again, and alerts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from programmes.access import ByCountryOrEverywhere, ByProgramme, ScopedQuerySet
from programmes.trails import tracked
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


def _limit(label: Any, least: float, most: float) -> models.DecimalField[Any, Any]:
    return models.DecimalField(
        label,
        max_digits=6,
        decimal_places=2,
        validators=[MinValueValidator(Decimal(str(least))), MaxValueValidator(Decimal(str(most)))],
    )


def _whole_limit(label: Any, most: int) -> models.PositiveSmallIntegerField[Any, Any]:
    return models.PositiveSmallIntegerField(label, validators=[MinValueValidator(1), MaxValueValidator(most)])


@tracked()
class ThresholdSetting(models.Model):
    """The thresholds of one country (or of all, without a country) from a day until a day (half-open).

    The fields are those of `scaling.metrics.thresholds.Thresholds`, in the same units.
    """

    country = models.ForeignKey(
        "programmes.Place", on_delete=models.PROTECT, null=True, blank=True, related_name="thresholds"
    )
    valid = DateRangeField()
    watch_points = _limit(_("Watch: share of the poorest fell by (points)"), 0, 100)
    alert_points = _limit(_("Alert: share of the poorest fell by (points)"), 0, 100)
    leadership_parity = _limit(_("Alert: share of leaders / share of members below"), 0, 10)
    exit_ratio = _limit(_("High: exit rate of the poorest / that of others from"), 0, 100)
    entrenched_share = _limit(_("High: organizations with the same persons beyond their term, from (per cent)"), 0, 101)
    smallest_denominator = _whole_limit(_("No alert on a share of fewer members than"), 1000)
    improved = _limit(_("A score improved when it rose by (levels)"), 0, 5)
    satisfactory = _limit(_("A score is satisfactory from (level)"), 1, 6)
    interval_from_n = _whole_limit(_("Interval of a mean from so many organizations"), 1000)
    concentration = _limit(_("Dependence on one buyer: index above"), 0, 1)
    verified_within_months = _whole_limit(_("Unknown when not seen for more months than"), 600)
    partial_below = _limit(_("A round is partial below (per cent of those due)"), 0, 100)
    matched_only_below = _limit(_("Only matched results below (per cent of those due)"), 0, 100)
    most_imputed = _limit(_("No total with more than this imputed (per cent)"), 0, 100)
    smallest_panel = _whole_limit(_("A kind borrows the ratio of all below so many organizations"), 1000)
    federation_loss = _limit(_("Alert: a federation lost members in twelve months, from (per cent)"), 0, 100)
    overdue_days = _whole_limit(_("Alert: a round overdue for more days than"), 3650)
    least_survival = _limit(_("Survival after support should be at least (per cent)"), 0, 100)
    survival_months = _whole_limit(_("… so many months after support ended"), 600)
    reason = models.CharField(max_length=500)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    set_at = models.DateTimeField(auto_now_add=True)

    scope = ByCountryOrEverywhere("country")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("thresholds")
        verbose_name_plural = _("thresholds")
        constraints = [
            models.CheckConstraint(condition=models.Q(valid__isempty=False), name="threshold_valid_not_empty"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="threshold_has_a_reason"),
            models.CheckConstraint(
                condition=models.Q(watch_points__lte=models.F("alert_points")), name="threshold_watch_before_alert"
            ),
            models.CheckConstraint(
                condition=models.Q(matched_only_below__lte=models.F("partial_below")),
                name="threshold_matched_only_is_partial",
            ),
            ExclusionConstraint(
                name="threshold_country_no_overlap",
                expressions=[("country", RangeOperators.EQUAL), ("valid", RangeOperators.OVERLAPS)],
            ),
            # Two rows without a country do not meet in the constraint above.
            ExclusionConstraint(
                name="threshold_everywhere_no_overlap",
                expressions=[("valid", RangeOperators.OVERLAPS)],
                condition=models.Q(country__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country or _('everywhere')} {self.valid}"


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
