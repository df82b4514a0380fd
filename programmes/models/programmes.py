"""Programmes, their phases, where they work, what they copy, and what other sources say of their figures."""

from __future__ import annotations

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from programmes.access import ByProgramme, ScopedQuerySet
from programmes.trails import tracked
from programmes.vocabulary import always


class Instrument(models.TextChoices):
    PROJECT = "project", _("project")
    PROGRAMME = "programme", _("programme")
    GRANT = "grant", _("grant")
    NATIONAL_PROGRAMME = "national_programme", _("national programme")


@tracked(synced=True)
class Programme(models.Model):
    """A project, programme, grant or national programme, of one or more phases."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200)
    acronym = models.CharField(_("acronym"), max_length=40, blank=True)
    countries = models.ManyToManyField("programmes.Place", related_name="programmes", verbose_name=_("countries"))
    lead_financier = models.ForeignKey(
        "programmes.Partner",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("lead financier"),
    )
    instrument = models.CharField(_("instrument"), max_length=20, choices=Instrument.choices)
    is_ifad_financed = models.BooleanField(
        _("financed by IFAD"),
        default=True,
        help_text=_("No for a programme of others that replicates the model: it has no leverage ratio."),
    )
    goal = models.TextField(_("goal"), blank=True)
    model_scaled = models.TextField(_("organization model that is scaled up"), blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    is_synthetic = models.BooleanField(_("synthetic"), default=False)

    scope = ByProgramme("pk")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(instrument__in=Instrument.values), name="programme_instrument_known"
            ),
        ]

    def __str__(self) -> str:
        return self.acronym or self.name


@tracked(synced=True)
class ProgrammeCountry(Programme.countries.through):  # type: ignore[name-defined,misc]
    """A country of a programme: the thresholds of a country hold in its programmes."""

    class Meta:
        proxy = True

    def __str__(self) -> str:
        return f"{self.programme_id} {self.place_id}"


@tracked(synced=True)
class ProgrammeReplication(models.Model):
    """`programme` copies the model of `original`; the links form no circle (a trigger sees to it)."""

    programme = models.ForeignKey(
        Programme, on_delete=models.CASCADE, related_name="replicates", verbose_name=_("programme")
    )
    original = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="replicated_by", verbose_name=_("original")
    )
    since = models.DateField(_("since"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    scope = ByProgramme("programme")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("replication link")
        verbose_name_plural = _("replication links")
        constraints = [
            models.UniqueConstraint(fields=["programme", "original"], name="replication_once"),
            models.CheckConstraint(
                condition=~models.Q(programme=models.F("original")), name="replication_not_of_itself"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="replication_no_circle",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                declare=[("found", "INTEGER")],
                func="""
                    PERFORM pg_advisory_xact_lock(hashtext('programmes_programmereplication'));
                    WITH RECURSIVE up(id) AS (
                        SELECT NEW.original_id
                        UNION
                        SELECT r.original_id FROM programmes_programmereplication r JOIN up ON r.programme_id = up.id
                        WHERE r.id <> COALESCE(NEW.id, -1)
                    )
                    SELECT 1 INTO found FROM up WHERE id = NEW.programme_id LIMIT 1;
                    IF found = 1 THEN
                        RAISE EXCEPTION 'a programme cannot replicate itself through others'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'replication_no_circle';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.programme} ← {self.original}"


class PhaseStatus(models.TextChoices):
    PIPELINE = "pipeline", _("pipeline")
    APPROVED = "approved", _("approved")
    ONGOING = "ongoing", _("ongoing")
    COMPLETED = "completed", _("completed")
    CLOSED = "closed", _("closed")
    CANCELLED = "cancelled", _("cancelled")
    UNKNOWN = "unknown", _("not stated")


@tracked(synced=True)
class Phase(models.Model):
    """A financed phase of a programme, with IFAD's milestones.

    `is_aggregate` marks a carrier of totals that the source does not split by phase; it is never summed with the
    phases it stands for.
    """

    programme = models.ForeignKey(
        Programme, on_delete=models.CASCADE, related_name="phases", verbose_name=_("programme")
    )
    code = models.SlugField(_("code"), max_length=60, unique=True)
    sequence = models.PositiveSmallIntegerField(_("sequence"))
    label = models.CharField(_("label"), max_length=100)
    is_aggregate = models.BooleanField(_("carries totals that are not split by phase"), default=False)
    approval = models.DateField(_("approval"), null=True, blank=True)
    effectiveness = models.DateField(_("effectiveness"), null=True, blank=True)
    midterm = models.DateField(_("mid-term review"), null=True, blank=True)
    completion = models.DateField(_("completion"), null=True, blank=True)
    closing = models.DateField(_("closing"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=20, choices=PhaseStatus.choices, default=PhaseStatus.UNKNOWN)
    objective = models.TextField(_("objective"), blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)

    scope = ByProgramme("programme")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("phase")
        verbose_name_plural = _("phases")
        ordering = ["programme", "sequence"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "sequence"], condition=models.Q(is_aggregate=False), name="phase_sequence_once"
            ),
            models.UniqueConstraint(
                fields=["programme"], condition=models.Q(is_aggregate=True), name="phase_one_aggregate_at_most"
            ),
            models.CheckConstraint(
                condition=models.Q(is_aggregate=True, sequence=0) | models.Q(is_aggregate=False, sequence__gte=1),
                name="phase_sequence_from_one_aggregate_zero",
            ),
            models.CheckConstraint(condition=models.Q(status__in=PhaseStatus.values), name="phase_status_known"),
            *(
                models.CheckConstraint(
                    condition=models.Q(**{f"{earlier}__isnull": True})
                    | models.Q(**{f"{later}__isnull": True})
                    | models.Q(**{f"{later}__gte": models.F(earlier)}),
                    name=f"phase_{later}_not_before_{earlier}",
                )
                for earlier, later in (
                    ("approval", "effectiveness"),
                    ("effectiveness", "midterm"),
                    ("effectiveness", "completion"),
                    ("midterm", "completion"),
                    ("completion", "closing"),
                    ("effectiveness", "closing"),
                )
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.label}".strip()


class PhasePlace(models.Model):
    """Where a phase works, and from when to when (half-open)."""

    phase = models.ForeignKey(Phase, on_delete=models.CASCADE, related_name="places", verbose_name=_("phase"))
    place = models.ForeignKey("programmes.Place", on_delete=models.PROTECT, related_name="+", verbose_name=_("place"))
    valid = DateRangeField(_("valid"), default=always)

    scope = ByProgramme("phase__programme")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("place of a phase")
        verbose_name_plural = _("places of phases")
        constraints = [
            ExclusionConstraint(
                name="phase_place_no_overlap",
                expressions=[
                    ("phase", RangeOperators.EQUAL),
                    ("place", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(condition=models.Q(valid__isempty=False), name="phase_place_valid_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.phase} · {self.place}"


class SourceCheck(models.Model):
    """What another source says of a figure of a programme, and what follows from it."""

    programme = models.ForeignKey(
        Programme, on_delete=models.CASCADE, related_name="source_checks", verbose_name=_("programme")
    )
    reference = models.CharField(_("reference"), max_length=20, unique=True)
    subject = models.CharField(_("subject"), max_length=200)
    printed = models.CharField(_("printed"), max_length=300)
    other = models.CharField(_("the other source says"), max_length=300)
    other_source = models.CharField(_("other source"), max_length=300)
    url = models.URLField(_("link"), max_length=400, blank=True)
    verdict = models.CharField(_("what follows"), max_length=300)

    scope = ByProgramme("programme")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("comparison with another source")
        verbose_name_plural = _("comparisons with other sources")
        ordering = ["reference"]

    def __str__(self) -> str:
        return f"{self.reference} {self.subject}"
