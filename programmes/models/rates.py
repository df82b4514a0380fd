"""Exchange rates and price indices: what money is worth in another currency, and at another time. None is invented."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from programmes import currencies
from programmes.access import Everyone, ScopedQuerySet
from programmes.trails import tracked

#: A year outside is a slip of the hand.
FIRST_YEAR, LAST_YEAR = 1950, 2100


class RateKind(models.TextChoices):
    VALUE_DATE = "value_date", _("of a day")
    PERIOD_AVERAGE = "period_average", _("average of a period")


@tracked(synced=True)
class ExchangeRate(models.Model):
    """US dollars for one unit of a currency on a day, or on average over a period, with its source (I-10).

    `date` is the day, or the first day of the period, whose last one is `period_end`. In force on a day is the newest
    rate whose `date` is not after it.
    """

    currency = models.CharField(_("currency"), max_length=3)
    kind = models.CharField(_("kind"), max_length=20, choices=RateKind.choices, default=RateKind.VALUE_DATE)
    date = models.DateField(_("day, or first day of the period"))
    period_end = models.DateField(_("last day of the period"), null=True, blank=True)
    usd_per_unit = models.DecimalField(_("US dollars for one unit"), max_digits=20, decimal_places=10)
    source = models.CharField(_("source"), max_length=200)

    scope = Everyone()
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        ordering = ["currency", "date", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["currency", "kind", "date"], name="exchange_rate_one_a_day"),
            models.CheckConstraint(condition=currencies.known(), name="exchange_rate_currency_known"),
            models.CheckConstraint(
                condition=~models.Q(currency=currencies.DOLLAR), name="exchange_rate_not_of_the_dollar"
            ),
            models.CheckConstraint(condition=models.Q(usd_per_unit__gt=0), name="exchange_rate_positive"),
            models.CheckConstraint(condition=~models.Q(source=""), name="exchange_rate_has_source"),
            models.CheckConstraint(
                condition=models.Q(kind=RateKind.VALUE_DATE, period_end__isnull=True)
                | models.Q(kind=RateKind.PERIOD_AVERAGE, period_end__isnull=False, period_end__gt=models.F("date")),
                name="exchange_rate_average_has_a_period",
            ),
            models.CheckConstraint(
                condition=models.Q(date__lte=Now())
                & (models.Q(period_end__isnull=True) | models.Q(period_end__lte=Now())),
                name="exchange_rate_not_of_the_future",
            ),
            ExclusionConstraint(
                name="exchange_rate_averages_no_overlap",
                expressions=[
                    ("currency", RangeOperators.EQUAL),
                    (
                        models.Func(
                            "date",
                            "period_end",
                            models.Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=models.Q(kind=RateKind.PERIOD_AVERAGE),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.date}" + (f" – {self.period_end}" if self.period_end else "")


@tracked(synced=True)
class PriceIndex(models.Model):
    """Prices in a currency on a date / prices of the base year, with a source: for constant prices (4.11).

    All indices of a currency have one base year, so that no figure compares prices of two. It is empty only for indices
    loaded from files that do not name it.
    """

    currency = models.CharField(_("currency"), max_length=3)
    date = models.DateField(_("date"))
    index = models.DecimalField(_("prices / prices of the base year"), max_digits=20, decimal_places=10)
    base_year = models.PositiveSmallIntegerField(
        _("base year"),
        null=True,
        blank=True,
        validators=[MinValueValidator(FIRST_YEAR), MaxValueValidator(LAST_YEAR)],
    )
    source = models.CharField(_("source"), max_length=200)

    scope = Everyone()
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("price index")
        verbose_name_plural = _("price indices")
        ordering = ["currency", "date"]
        constraints = [
            models.UniqueConstraint(fields=["currency", "date"], name="price_index_one_a_day"),
            models.CheckConstraint(condition=currencies.known(), name="price_index_currency_known"),
            models.CheckConstraint(condition=models.Q(index__gt=0), name="price_index_positive"),
            models.CheckConstraint(condition=~models.Q(source=""), name="price_index_has_source"),
            models.CheckConstraint(condition=models.Q(date__lte=Now()), name="price_index_not_of_the_future"),
            models.CheckConstraint(
                condition=models.Q(base_year__isnull=True) | models.Q(base_year__range=(FIRST_YEAR, LAST_YEAR)),
                name="price_index_base_year_plausible",
            ),
            # Deferred: a sheet may bring all indices of a currency with another base year.
            ExclusionConstraint(
                name="price_index_one_base_year",
                expressions=[("currency", RangeOperators.EQUAL), ("base_year", RangeOperators.NOT_EQUAL)],
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.date}"


class RateUpload(models.Model):
    """A sheet of rates or indices that somebody brought: `rows` is [{"row": number, "typed": {field: text}}]. It is
    weighed anew whenever it is looked at, so that the page says what it would change now."""

    class Of(models.TextChoices):
        RATES = "rates", _("exchange rates")
        PRICES = "prices", _("price indices")

    of = models.CharField(_("of"), max_length=10, choices=Of.choices)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("user")
    )
    name = models.CharField(_("name"), max_length=200)
    language = models.CharField(_("language"), max_length=8, default="en")
    rows = models.JSONField(_("rows"))
    #: Headings of columns that are not read.
    ignored = models.JSONField(_("not read"), default=list, blank=True)
    uploaded_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    committed_at = models.DateTimeField(_("taken over"), null=True, blank=True)

    scope = Everyone()
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("sheet of rates")
        verbose_name_plural = _("sheets of rates")
        ordering = ["-pk"]
        constraints = [models.CheckConstraint(condition=models.Q(of__in=["rates", "prices"]), name="rate_upload_known")]

    def __str__(self) -> str:
        return self.name
