"""Rollups: additive components ready to be summed, the marks of what must be computed again, and alerts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from programmes.access import ByCountryOrEverywhere, ByProgramme, Everyone, ScopedQuerySet
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


class NumbersField(models.Field):  # type: ignore[type-arg]
    """Numbers of any size and precision, some of them missing: numeric[] of PostgreSQL."""

    def db_type(self, connection: Any) -> str:
        return "numeric[]"

    def get_placeholder(self, value: Any, compiler: Any, connection: Any) -> str:
        return "%s::numeric[]"


class RoundLayout(models.Model):
    """Which component stands where in the numbers of a round, and when they were computed.

    A component that nobody reported has no place. New ones go to the end, so that shorter rows stay right.
    """

    round = models.OneToOneField("indicators.Round", on_delete=models.CASCADE, related_name="layout", primary_key=True)
    paths = ArrayField(models.TextField())
    computed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("layout of a round's components")
        verbose_name_plural = _("layouts of rounds' components")

    def __str__(self) -> str:
        return f"{self.round} ({len(self.paths)})"


class Components(models.Model):
    """Additive components of a set of organizations that have the same own baseline (`cohort`, empty without one).

    `numbers` by the layout of the round; `bars`: histograms, as `scaling.register_sql.store` writes them.
    """

    cohort = models.CharField(max_length=10, blank=True)
    numbers = NumbersField(default=list)
    bars = models.JSONField(default=dict)

    class Meta:
        abstract = True


class Cell(Components):
    """A round's organizations by place, kind and tier: sums and counts, never ratios.

    Kind or tier is empty where all of them are meant; `within` tells of a place with all inside it.
    """

    round = models.ForeignKey("indicators.Round", on_delete=models.CASCADE, related_name="cells", db_index=False)
    place = models.ForeignKey("programmes.Place", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=30, blank=True)
    tier = models.CharField(max_length=30, blank=True)
    within = models.BooleanField(default=False)

    scope = ByProgramme("round__programme")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("computed cell")
        verbose_name_plural = _("computed cells")
        constraints = [
            models.UniqueConstraint(
                fields=["round", "within", "kind", "tier", "place", "cohort"], name="cell_of_a_cohort_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.round} {self.place} {self.kind} {self.tier}"


class Position(Components):
    """A leaf cell's organizations that stand below the same apexes; `apex`: an apex itself, by its own id, else 0.

    Kept so that a change can be added to everything above without looking at the rest.
    """

    round = models.ForeignKey("indicators.Round", on_delete=models.CASCADE, related_name="+", db_index=False)
    place = models.ForeignKey("programmes.Place", on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=30)
    tier = models.CharField(max_length=30)
    apexes = ArrayField(models.BigIntegerField())
    apex = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("position in a round")
        verbose_name_plural = _("positions in a round")
        indexes = [models.Index(fields=["round", "place"], name="position_by_place")]

    def __str__(self) -> str:
        return f"{self.round} {self.place} {self.kind} {self.tier} {self.apexes}"


class FederationTotal(Components):
    """The same components over the distinct organizations below an apex."""

    round = models.ForeignKey("indicators.Round", on_delete=models.CASCADE, related_name="federation_totals")
    apex = models.ForeignKey("organizations.Organization", on_delete=models.CASCADE, related_name="+")

    scope = ByProgramme("round__programme")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("total of a federation")
        verbose_name_plural = _("totals of federations")
        constraints = [
            models.UniqueConstraint(fields=["round", "apex", "cohort"], name="federation_total_of_a_cohort_once")
        ]

    def __str__(self) -> str:
        return f"{self.round} {self.apex}"


class ApexShape(models.Model):
    """Where an apex stands in the graph of a round. `depth`: steps to the top; `span`: direct members; `is_cut`: its
    end would separate others that are connected."""

    round = models.ForeignKey("indicators.Round", on_delete=models.CASCADE, related_name="apex_shapes", db_index=False)
    apex = models.ForeignKey("organizations.Organization", on_delete=models.CASCADE, related_name="+")
    depth = models.PositiveIntegerField()
    span = models.PositiveIntegerField()
    is_cut = models.BooleanField()

    scope = ByProgramme("round__programme")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("place of an apex in the graph")
        verbose_name_plural = _("places of apexes in the graph")
        constraints = [models.UniqueConstraint(fields=["round", "apex"], name="apex_shape_once")]

    def __str__(self) -> str:
        return f"{self.round} {self.apex}"


class Severity(models.TextChoices):
    WATCH = "watch", _("watch")
    ALERT = "alert", _("alert")
    HIGH = "high", _("high")


#: How alerts are ordered, the gravest first; the index `alert_open_in_order` holds the same expressions.
GRAVITY = models.Case(
    models.When(severity="high", then=models.Value(0)),
    models.When(severity="alert", then=models.Value(1)),
    default=models.Value(2),
)
ACKNOWLEDGED = models.Case(models.When(acknowledged_at__isnull=True, then=models.Value(0)), default=models.Value(1))


@tracked()
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
    #: Of an open one: what the open alerts of its organization in the programme count together (`alerts.WEIGHT`).
    weight = models.PositiveSmallIntegerField(default=0, db_default=0)

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
        indexes = [
            models.Index(
                "programme",
                "rule",
                GRAVITY,
                ACKNOWLEDGED,
                models.F("opened_at").desc(),
                "id",
                condition=models.Q(closed_at__isnull=True),
                name="alert_open_in_order",
            ),
            # Kept for the watch list: the organizations whose alerts weigh most, without adding up all.
            models.Index(
                "programme",
                models.F("weight").desc(),
                "organization",
                condition=models.Q(closed_at__isnull=True, organization__isnull=False),
                name="alert_open_by_weight",
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


class Rebuild(models.Model):
    """All figures, or those of a programme, computed again because somebody asked. Its marks say what is left of it;
    `problem` is the last one that a worker met with, until it is overcome."""

    class Outcome(models.TextChoices):
        DONE = "done", _("finished")
        CANCELLED = "cancelled", _("cancelled")

    programme = models.ForeignKey(
        "programmes.Programme", on_delete=models.CASCADE, null=True, blank=True, related_name="rebuilds"
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    asked_at = models.DateTimeField(auto_now_add=True)
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=20, choices=Outcome.choices, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    problem = models.CharField(max_length=500, blank=True)

    scope = Everyone()
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("rebuild of figures")
        verbose_name_plural = _("rebuilds of figures")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                models.Value(1), condition=models.Q(ended_at__isnull=True), name="rebuild_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, outcome="")
                | models.Q(ended_at__isnull=False, outcome__in=["done", "cancelled"]),
                name="rebuild_ended_with_an_outcome",
            ),
            models.CheckConstraint(condition=models.Q(done__lte=models.F("total")), name="rebuild_done_up_to_total"),
        ]

    def __str__(self) -> str:
        return f"{self.programme or _('everything')} {self.asked_at:%Y-%m-%d}"


class DirtyMark(models.Model):
    """Something changed: these components must be computed again. Written in the transaction of the change, deleted
    in the transaction of the result, so that none is lost whatever is killed in between. `rebuild` is the one that
    asked for it, where no change did."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=20, choices=MarkKind.choices)
    object_id = models.BigIntegerField()
    #: Of a round: only what this organization's returns change.
    organization_id = models.BigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    rebuild = models.ForeignKey(Rebuild, on_delete=models.CASCADE, null=True, blank=True, related_name="marks")

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


from scaling.exchange.dhis2.models import Dhis2Code, Dhis2Note  # noqa: E402, F401 - Django finds models from here
from scaling.exports.models import ExportFile, ExportPart  # noqa: E402, F401 - the same
from scaling.iati.models import ReportingOrganization  # noqa: E402, F401 - Django finds models from here
from scaling.register_sql.models import LinkageTotal  # noqa: E402, F401 - the same
from scaling.reports.models import Report, ReportSchedule  # noqa: E402, F401 - the same
from scaling.rest.models import BulkJob, BulkPart, StoredAnswer  # noqa: E402, F401 - the same
from scaling.webhooks.models import (  # noqa: E402 - the same
    Webhook,  # noqa: F401
    WebhookDelivery,  # noqa: F401
    WebhookEvent,  # noqa: F401
    WebhookTry,  # noqa: F401
)
