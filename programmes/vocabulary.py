"""Words that every floor shares: reasons for a null, bases of a count, qualifiers of a printed number."""

from __future__ import annotations

from django.db import models
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext_lazy as _


class NullReason(models.TextChoices):
    """Why there is no value. Zero is a value; a blank is not (domain study, 2.1 point 4)."""

    NOT_REPORTED = "NOT_REPORTED", _("not reported")
    NOT_APPLICABLE = "NOT_APPLICABLE", _("not applicable")
    NOT_SURVEYED = "NOT_SURVEYED", _("not surveyed")
    REFUSED = "REFUSED", _("refused")
    MISSING_BASELINE = "MISSING_BASELINE", _("no baseline")
    ZERO_BASELINE = "ZERO_BASELINE", _("baseline is zero")
    UNIT_MISMATCH = "UNIT_MISMATCH", _("units differ")
    BASIS_MISMATCH = "BASIS_MISMATCH", _("bases differ")
    SUPPRESSED_SMALL_N = "SUPPRESSED_SMALL_N", _("too few to show")
    NO_RATE = "NO_RATE", _("no exchange rate")


class CountBasis(models.TextChoices):
    """What a count covers; only equal bases meet in one formula (domain study, 2.1 point 6)."""

    PER_PERIOD = "per_period", _("per period")
    CUMULATIVE = "cumulative", _("cumulative")
    STOCK = "stock", _("at a date")
    NOT_STATED = "not_stated", _("not stated by the source")


class Qualifier(models.TextChoices):
    """How exactly a printed number is meant."""

    EXACT = "exact", _("exact")
    AT_LEAST = "at_least", _("at least")
    AT_MOST = "at_most", _("at most")
    MORE_THAN = "more_than", _("more than")


class FigureBasis(models.TextChoices):
    """Which version of the figures a reader looks at."""

    PRINTED = "printed", _("as printed")
    CORRECTED = "corrected", _("corrected")
    HYPOTHESIS = "hypothesis", _("with the hypothesis")


def always() -> DateRange:
    """A validity without beginning and end."""
    return DateRange(None, None)
