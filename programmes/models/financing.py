"""Money: what was printed stays, what was corrected stands beside it, and nothing is converted without a rate."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from programmes.access import ByProgramme, ScopedQuerySet
from programmes.trails import tracked
from programmes.vocabulary import NullReason

CURRENCY_PATTERN = r"^[A-Z]{3}$"


class FinancingStage(models.TextChoices):
    PLANNED_AT_DESIGN = "planned_at_design", _("planned at design")
    AGREED = "agreed", _("agreed")
    AMENDED = "amended", _("amended")
    DISBURSED = "disbursed", _("disbursed")


class FinancingClass(models.TextChoices):
    """Exactly one of four, so that no money is counted in two figures (I-11)."""

    ANCHOR = "anchor", _("anchor (IFAD)")
    COFINANCING = "cofinancing", _("co-financing")
    CROWD_IN = "crowd_in", _("crowd-in")
    REPLICATION = "replication", _("replication")


class FinancingInstrument(models.TextChoices):
    LOAN = "loan", _("loan")
    GRANT = "grant", _("grant")
    EQUITY = "equity", _("equity")
    GUARANTEE = "guarantee", _("guarantee")
    IN_KIND = "in_kind", _("in kind")
    CASH_CONTRIBUTION = "cash_contribution", _("cash contribution")
    CREDIT_LINE = "credit_line", _("credit line")
    NOT_STATED = "not_stated", _("not stated")


@tracked(synced=True)
class FinancingLine(models.Model):
    """One amount of one financier in one phase at one stage.

    `amount` is in units of `currency` (not millions). Either it is there, or `null_reason` says why not.
    Amounts in another currency than the US dollar need a value date, without which no rate can be found.
    """

    phase = models.ForeignKey(
        "programmes.Phase", on_delete=models.CASCADE, related_name="financing_lines", verbose_name=_("phase")
    )
    partner = models.ForeignKey(
        "programmes.Partner", on_delete=models.PROTECT, related_name="financing_lines", verbose_name=_("financier")
    )
    financing_class = models.CharField(_("class"), max_length=20, choices=FinancingClass.choices)
    stage = models.CharField(
        _("stage"), max_length=20, choices=FinancingStage.choices, default=FinancingStage.PLANNED_AT_DESIGN
    )
    instrument = models.CharField(
        _("instrument"), max_length=20, choices=FinancingInstrument.choices, default=FinancingInstrument.NOT_STATED
    )
    amount = models.DecimalField(_("amount as reported"), max_digits=20, decimal_places=4, null=True, blank=True)
    null_reason = models.CharField(_("why there is no amount"), max_length=20, choices=NullReason.choices, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    value_date = models.DateField(_("value date"), null=True, blank=True)
    is_in_kind = models.BooleanField(_("in kind"), default=False)
    valuation_method = models.CharField(_("how it was valued"), max_length=200, blank=True)
    #: Part of crowd-in credited to this programme when several share it (OECD: pro rata).
    attribution_share = models.DecimalField(_("attribution share"), max_digits=5, decimal_places=4, default=1)
    as_printed = models.CharField(_("as printed"), max_length=100, blank=True)
    unit_as_printed = models.CharField(_("unit as printed"), max_length=60, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)

    scope = ByProgramme("phase__programme")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("financing line")
        verbose_name_plural = _("financing lines")
        ordering = ["phase", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["phase", "partner", "financing_class", "stage", "instrument", "value_date"],
                nulls_distinct=False,
                name="financing_line_once",
            ),
            models.CheckConstraint(
                condition=models.Q(amount__isnull=False, null_reason="")
                | models.Q(amount__isnull=True, null_reason__in=NullReason.values),
                name="financing_amount_or_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(amount__isnull=True) | models.Q(amount__gte=0, amount__lt=10**15),
                name="financing_amount_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(currency__regex=CURRENCY_PATTERN), name="financing_currency_iso_4217"
            ),
            models.CheckConstraint(
                condition=models.Q(currency="USD") | models.Q(value_date__isnull=False),
                name="financing_foreign_currency_has_value_date",
            ),
            models.CheckConstraint(
                condition=models.Q(financing_class__in=FinancingClass.values), name="financing_class_known"
            ),
            models.CheckConstraint(condition=models.Q(stage__in=FinancingStage.values), name="financing_stage_known"),
            models.CheckConstraint(
                condition=models.Q(instrument__in=FinancingInstrument.values), name="financing_instrument_known"
            ),
            models.CheckConstraint(
                condition=models.Q(is_in_kind=False) | ~models.Q(valuation_method=""),
                name="financing_in_kind_says_how_valued",
            ),
            models.CheckConstraint(
                condition=models.Q(attribution_share__gt=0, attribution_share__lte=1),
                name="financing_attribution_between_0_and_1",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.phase} · {self.partner}"


class CorrectionKind(models.TextChoices):
    """A documented correction has a source; a hypothesis is our inference and never a default."""

    DOCUMENTED = "documented", _("documented")
    HYPOTHESIS = "hypothesis", _("hypothesis")


@tracked(synced=True)
class FinancingCorrection(models.Model):
    """A corrected amount beside the reported one: reason, source, author and date. Corrections supersede, none is
    overwritten."""

    line = models.ForeignKey(
        FinancingLine, on_delete=models.CASCADE, related_name="corrections", verbose_name=_("financing line")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=CorrectionKind.choices)
    amount = models.DecimalField(_("corrected amount"), max_digits=20, decimal_places=4)
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

    scope = ByProgramme("line__phase__programme")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("correction of an amount")
        verbose_name_plural = _("corrections of amounts")
        constraints = [
            models.UniqueConstraint(
                fields=["line", "kind"],
                condition=models.Q(superseded_at__isnull=True),
                name="financing_correction_one_in_force",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=CorrectionKind.values), name="financing_correction_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(amount__gte=0, amount__lt=10**15), name="financing_correction_amount_not_negative"
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="financing_correction_has_reason"),
            models.CheckConstraint(
                condition=models.Q(kind=CorrectionKind.HYPOTHESIS) | ~models.Q(source=""),
                name="financing_documented_correction_has_source",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line}: {self.amount} ({self.kind})"
