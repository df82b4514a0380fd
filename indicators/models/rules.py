"""Quality rules as data: one row, enforced alike in form, grid, workbook, API and offline page."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from organizations.models.base import known
from programmes.access import Everyone, ScopedQuerySet


class RuleKind(models.TextChoices):
    """What a rule compares; `indicators.rules` and `static/trellis/rules.js` say how."""

    COMPARE = "compare", _("sum of the left keys against sum of the right keys")
    BALANCE = "balance", _("last value, plus and minus what moved")
    JUMP = "jump", _("levels since the last round")
    GROWTH = "growth", _("per cent since the last round")
    FALL = "fall", _("per cent below the last round")
    STRAIGHT_LINE = "straight_line", _("share of equal levels, per cent")
    OUTLIER = "outlier", _("against similar organizations")
    EVIDENCE = "evidence", _("evidence from a level on")


class Severity(models.TextChoices):
    """An error is never stored; a blocker stops submission; a warning can be confirmed with a note."""

    ERROR = "error", _("error")
    BLOCKER = "blocker", _("stops submission")
    WARNING = "warning", _("warning")


OPERATORS = [("<=", "≤"), ("==", "=")]


class Rule(models.Model):
    """`left` and `right` are keys of entry fields; `left` empty means all rating items.

    compare: sum(left) `operator` sum(right). balance: left[0] = its last value + right[0] - right[1].
    jump, growth, fall, straight_line, evidence: `limit` in levels, per cent, per cent, per cent, level.
    """

    code = models.SlugField(_("code"), max_length=60, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=RuleKind.choices)
    severity = models.CharField(_("severity"), max_length=10, choices=Severity.choices)
    left = ArrayField(models.CharField(max_length=60), default=list, blank=True, verbose_name=_("keys"))
    operator = models.CharField(_("operator"), max_length=2, choices=OPERATORS, default="<=", blank=True)
    right = ArrayField(models.CharField(max_length=60), default=list, blank=True, verbose_name=_("compared with"))
    limit = models.DecimalField(_("limit"), max_digits=10, decimal_places=2, null=True, blank=True)
    is_on = models.BooleanField(_("in use"), default=True)
    #: When a person changed the row here; the loader leaves it alone from then on.
    edited_at = models.DateTimeField(_("changed here"), null=True, blank=True, editable=False)

    scope = Everyone()
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("quality rule")
        verbose_name_plural = _("quality rules")
        ordering = ["pk"]
        constraints = [
            known("kind", RuleKind, "rule_kind_known"),
            known("severity", Severity, "rule_severity_known"),
            models.CheckConstraint(
                condition=~models.Q(kind=RuleKind.COMPARE) | (models.Q(left__len__gt=0) & models.Q(right__len__gt=0)),
                name="rule_compare_has_both_sides",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind=RuleKind.BALANCE) | models.Q(left__len=1, right__len=2),
                name="rule_balance_names_three",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=[RuleKind.COMPARE, RuleKind.BALANCE, RuleKind.OUTLIER])
                | models.Q(limit__isnull=False),
                name="rule_has_its_limit",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def says(self) -> str:
        """The keys as a formula; the limit stands beside it."""
        left = " + ".join(self.left)
        if self.kind == RuleKind.COMPARE:
            return f"{left} {self.get_operator_display()} {' + '.join(self.right)}"
        if self.kind == RuleKind.BALANCE and len(self.right) == 2:
            came, went = self.right
            return f"{left} = {_('last')} {left} + {came} − {went}"
        return ", ".join(self.left) or str(_("all ratings"))
