"""Results reported for a phase as a whole, as the note's boxes print them; never mixed with sums of organizations."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from programmes.access import ByProgramme, ScopedQuerySet
from programmes.models import CorrectionKind
from programmes.trails import tracked
from programmes.vocabulary import CountBasis, NullReason, Qualifier


@tracked(synced=True)
class PhaseResult(models.Model):
    """One figure of a phase, or of a programme as a whole where the source names no phase.

    Either `value` is there or `null_reason` says why not; `basis` says what a count covers; `unit` is the source's.
    """

    programme = models.ForeignKey(
        "programmes.Programme", on_delete=models.CASCADE, related_name="results", verbose_name=_("programme")
    )
    phase = models.ForeignKey(
        "programmes.Phase",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="results",
        verbose_name=_("phase"),
    )
    indicator = models.ForeignKey(
        "indicators.Indicator", on_delete=models.PROTECT, related_name="phase_results", verbose_name=_("indicator")
    )
    subcategory = models.SlugField(_("subcategory"), max_length=40, blank=True)
    place = models.ForeignKey(
        "programmes.Place", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("place")
    )
    value = models.DecimalField(_("value as reported"), max_digits=20, decimal_places=4, null=True, blank=True)
    null_reason = models.CharField(_("why there is no value"), max_length=20, choices=NullReason.choices, blank=True)
    qualifier = models.CharField(_("meant as"), max_length=20, choices=Qualifier.choices, default=Qualifier.EXACT)
    unit = models.CharField(_("unit"), max_length=60)
    basis = models.CharField(_("basis"), max_length=20, choices=CountBasis.choices)
    as_printed = models.CharField(_("as printed"), max_length=100, blank=True)
    label_as_printed = models.CharField(_("label as printed"), max_length=200, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)

    scope = ByProgramme("programme")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("result of a phase")
        verbose_name_plural = _("results of phases")
        ordering = ["programme", "phase", "indicator", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "phase", "indicator", "subcategory", "place"],
                nulls_distinct=False,
                name="phase_result_once",
            ),
            models.CheckConstraint(
                condition=models.Q(value__isnull=False, null_reason="")
                | models.Q(value__isnull=True, null_reason__in=NullReason.values),
                name="phase_result_value_or_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(value__isnull=True) | models.Q(value__gte=0, value__lt=10**15),
                name="phase_result_value_not_negative",
            ),
            models.CheckConstraint(condition=models.Q(basis__in=CountBasis.values), name="phase_result_basis_known"),
            models.CheckConstraint(
                condition=models.Q(qualifier__in=Qualifier.values), name="phase_result_qualifier_known"
            ),
            models.CheckConstraint(condition=~models.Q(unit=""), name="phase_result_has_unit"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="phase_result_fits_its_phase",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF NEW.phase_id IS NOT NULL AND NOT EXISTS (
                        SELECT 1 FROM programmes_phase p
                        WHERE p.id = NEW.phase_id AND p.programme_id = NEW.programme_id
                    ) THEN
                        RAISE EXCEPTION 'the phase belongs to another programme'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'phase_result_fits_its_phase';
                    END IF;
                    IF EXISTS (SELECT 1 FROM indicators_indicator i WHERE i.id = NEW.indicator_id
                               AND (i.level <> 'phase' OR i.is_computed)) THEN
                        RAISE EXCEPTION 'a result of a phase needs an indicator measured on phases, never a computed one'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'phase_result_indicator_fits';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.phase or self.programme} · {self.indicator} {self.subcategory}".strip()


@tracked(synced=True)
class PhaseResultCorrection(models.Model):
    """A corrected value or basis beside the reported one."""

    result = models.ForeignKey(
        PhaseResult, on_delete=models.CASCADE, related_name="corrections", verbose_name=_("result")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=CorrectionKind.choices)
    value = models.DecimalField(_("corrected value"), max_digits=20, decimal_places=4, null=True, blank=True)
    basis = models.CharField(_("corrected basis"), max_length=20, choices=CountBasis.choices, blank=True)
    reason = models.CharField(_("reason"), max_length=500)
    source = models.CharField(_("source"), max_length=300, blank=True)
    url = models.URLField(_("link"), max_length=400, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("author"),
    )
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)
    superseded_at = models.DateTimeField(_("superseded"), null=True, blank=True)

    scope = ByProgramme("result__programme")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("correction of a result")
        verbose_name_plural = _("corrections of results")
        constraints = [
            models.UniqueConstraint(
                fields=["result", "kind"],
                condition=models.Q(superseded_at__isnull=True),
                name="phase_result_correction_one_in_force",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=CorrectionKind.values), name="phase_result_correction_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(value__isnull=False) | ~models.Q(basis=""),
                name="phase_result_correction_changes_something",
            ),
            models.CheckConstraint(
                condition=models.Q(value__isnull=True) | models.Q(value__gte=0, value__lt=10**15),
                name="phase_result_correction_value_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(basis="") | models.Q(basis__in=CountBasis.values),
                name="phase_result_correction_basis_known",
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="phase_result_correction_has_reason"),
            models.CheckConstraint(
                condition=models.Q(kind=CorrectionKind.HYPOTHESIS) | ~models.Q(source=""),
                name="phase_result_documented_correction_has_source",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.result}: {self.kind}"
