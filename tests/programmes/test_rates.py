"""Exchange rates and price indices: entered, corrected, withdrawn, refused; and the figures that rest on them."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from programmes import financing, rate_history, rates
from programmes.access import RoleName
from programmes.models import ExchangeRate, Partner, Phase, PriceIndex
from programmes.rates import PRICES, RATES
from scaling import rollups
from scaling.models import DirtyMark, MarkKind
from tests import factories
from tests.organizations.test_impossible import refused, sql

pytestmark = pytest.mark.django_db
DAY = datetime.date


def rate(**fields: Any) -> ExchangeRate:
    values = {"currency": "ETB", "date": DAY(2019, 1, 1), "usd_per_unit": Decimal("0.035"), "source": "NBE", "by": None}
    found = rates.enter(book=RATES, **{**values, **fields})
    assert isinstance(found, ExchangeRate)
    return found


def average(first: DAY, last: DAY, **fields: Any) -> ExchangeRate:
    return rate(kind="period_average", date=first, period_end=last, **fields)


def index(**fields: Any) -> PriceIndex:
    values = {"currency": "ETB", "date": DAY(2019, 1, 1), "index": Decimal("1.5"), "base_year": 2016, "source": "CSA",
              "by": None}  # fmt: skip
    found = rates.enter(book=PRICES, **{**values, **fields})
    assert isinstance(found, PriceIndex)
    return found


TOMORROW = datetime.date.today() + datetime.timedelta(days=1)


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"currency": "ZZ"}, "currency"),
        ({"currency": ""}, "currency"),
        ({"currency": "etb"}, "currency"),
        ({"currency": "XXX"}, "currency"),
        ({"currency": "EWE"}, "currency"),
        ({"currency": "USD"}, "currency"),
        ({"date": None}, "date"),
        ({"date": TOMORROW}, "date"),
        ({"date": DAY(1, 1, 1)}, "date"),
        ({"usd_per_unit": None}, "usd_per_unit"),
        ({"usd_per_unit": Decimal(0)}, "usd_per_unit"),
        ({"usd_per_unit": Decimal("-0.1")}, "usd_per_unit"),
        ({"usd_per_unit": Decimal("NaN")}, "usd_per_unit"),
        ({"usd_per_unit": Decimal("Infinity")}, "usd_per_unit"),
        ({"usd_per_unit": Decimal("1e-11")}, "usd_per_unit"),
        ({"usd_per_unit": Decimal("1e10")}, "usd_per_unit"),
        ({"source": "  "}, "source"),
        ({"source": "x" * 201}, "source"),
        ({"source": "a\0"}, "source"),
        ({"kind": "guess"}, "kind"),
        ({"kind": "period_average"}, "period_end"),
        ({"kind": "period_average", "period_end": DAY(2019, 1, 1)}, "period_end"),
        ({"kind": "period_average", "period_end": TOMORROW}, "period_end"),
        ({"period_end": DAY(2019, 12, 31)}, "period_end"),
    ],
)
def test_a_rate_that_cannot_be_is_refused_at_its_field(fields: dict[str, Any], at: str) -> None:
    with pytest.raises(ValidationError) as caught:
        rate(**fields)
    assert list(caught.value.message_dict) == [at]
    assert not ExchangeRate.objects.exists()


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"currency": "EWE"}, "currency"),
        ({"date": TOMORROW}, "date"),
        ({"index": Decimal(0)}, "index"),
        ({"base_year": 1066}, "base_year"),
        ({"source": ""}, "source"),
    ],
)
def test_an_index_that_cannot_be_is_refused_at_its_field(fields: dict[str, Any], at: str) -> None:
    with pytest.raises(ValidationError) as caught:
        index(**fields)
    assert list(caught.value.message_dict) == [at]
    assert not PriceIndex.objects.exists()


def test_who_enters_an_index_names_the_base_year_and_all_of_a_currency_have_one() -> None:
    with pytest.raises(ValidationError) as caught:
        index(base_year=None, by=factories.administrator())
    assert list(caught.value.message_dict) == ["base_year"]
    index()
    with pytest.raises(ValidationError) as caught:
        index(date=DAY(2020, 1, 1), base_year=2015)
    assert "2016" in caught.value.message_dict["base_year"][0]
    index(currency="KES", base_year=2015)
    other = index(date=DAY(2020, 1, 1))
    with refused("price_index_one_base_year"):
        sql("UPDATE programmes_priceindex SET base_year = 2015 WHERE id = %s", other.pk)
        sql("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_database_refuses_the_same() -> None:
    own, other = rate(), average(DAY(2018, 1, 1), DAY(2018, 12, 31))
    table = "UPDATE programmes_exchangerate SET "
    for change, constraint in (
        ("usd_per_unit = 0", "exchange_rate_positive"),
        ("currency = 'EWE'", "exchange_rate_currency_known"),
        ("currency = 'XXX'", "exchange_rate_currency_known"),
        ("currency = 'USD'", "exchange_rate_not_of_the_dollar"),
        ("source = ''", "exchange_rate_has_source"),
        ("date = current_date + 1", "exchange_rate_not_of_the_future"),
        ("period_end = '2019-12-31'", "exchange_rate_average_has_a_period"),
        ("kind = 'period_average'", "exchange_rate_average_has_a_period"),
    ):
        with refused(constraint):
            sql(f"{table} {change} WHERE id = %s", own.pk)
    with refused("exchange_rate_not_of_the_future"):
        sql(f"{table} period_end = current_date + 1 WHERE id = %s", other.pk)
    two = average(DAY(2017, 1, 1), DAY(2017, 12, 31))
    with refused("exchange_rate_averages_no_overlap"):
        sql(f"{table} period_end = '2018-01-01' WHERE id = %s", two.pk)
    with refused("exchange_rate_one_a_day"):
        sql(f"{table} date = '2019-01-01' WHERE id = %s", rate(date=DAY(2019, 1, 2)).pk)
    price = index()
    for change, constraint in (
        ("index = 0", "price_index_positive"),
        ("currency = 'EWE'", "price_index_currency_known"),
        ("date = current_date + 1", "price_index_not_of_the_future"),
        ("base_year = 3", "price_index_base_year_plausible"),
    ):
        with refused(constraint):
            sql(f"UPDATE programmes_priceindex SET {change} WHERE id = %s", price.pk)


def test_a_second_one_of_a_day_is_refused_and_names_the_first() -> None:
    rate()
    with pytest.raises(ValidationError) as caught:
        rate(usd_per_unit=Decimal("0.036"))
    assert "0.035" in caught.value.message_dict["date"][0] and "NBE" in caught.value.message_dict["date"][0]
    average(DAY(2019, 1, 1), DAY(2019, 12, 31))
    with pytest.raises(ValidationError) as caught:
        average(DAY(2019, 6, 1), DAY(2020, 5, 31))
    assert "2019-12-31" in caught.value.message_dict["date"][0]


def test_a_correction_needs_a_reason_and_leaves_what_was_before_in_the_history() -> None:
    someone = factories.administrator()
    row = rate(by=someone)
    for value, reason, at in (
        (Decimal(1), " ", "reason"),
        (Decimal("0.035"), "slip", "usd_per_unit"),
        (Decimal(0), "slip", "usd_per_unit"),
    ):
        with pytest.raises(ValidationError) as caught:
            rates.correct(row=row, value=value, source="NBE", reason=reason, by=someone)
        assert list(caught.value.message_dict) == [at]
    rates.correct(
        row=row, value=Decimal("0.0352"), source="NBE, daily", reason="misread", by=someone, seen=Decimal("0.035")
    )
    with pytest.raises(ValidationError, match="meanwhile"):
        rates.correct(row=row, value=Decimal(1), source="NBE", reason="x", by=someone, seen=Decimal("0.035"))
    rates.withdraw(row=row, reason="not of ETB", by=someone)
    assert not ExchangeRate.objects.exists()
    with pytest.raises(ValidationError, match="withdrawn"):
        rates.withdraw(row=row, reason="again", by=someone)
    told = [(one.verb, one.before, one.after, one.reason, one.who) for one in rate_history.newest(names=True)]
    name = someone.get_short_name()
    assert told == [
        ("delete", Decimal("0.0352"), None, "not of ETB", name),
        ("update", Decimal("0.035"), Decimal("0.0352"), "misread", name),
        ("insert", None, Decimal("0.035"), "", name),
    ]
    assert rate_history.newest(names=False)[0].who == ""
    assert rate_history.newest(book=PRICES) == []


def test_who_may_write() -> None:
    row = rate(by=factories.person(RoleName.COUNTRY_PROGRAMME_MANAGER, country="ETH"))
    for role in (RoleName.ME_OFFICER, RoleName.VIEWER, RoleName.API_CLIENT):
        someone = factories.person(role, programme="PCDP")
        with pytest.raises(PermissionDenied):
            rate(date=DAY(2020, 1, 1), by=someone)
        with pytest.raises(PermissionDenied):
            rates.correct(row=row, value=Decimal(1), source="x", reason="x", by=someone)
        with pytest.raises(PermissionDenied):
            rates.withdraw(row=row, reason="x", by=someone)
        with pytest.raises(PermissionDenied):
            rates.enter_many(book=RATES, rows=[], by=someone)


# --- sheets ----------------------------------------------------------------------------------------------------------
def line(number: int, **values: Any) -> tuple[int, dict[str, Any], dict[str, list[str]]]:
    usual = {"currency": "ETB", "date": DAY(2018 + number, 1, 1), "usd_per_unit": Decimal("0.03"), "source": "NBE"}
    return number, {**usual, **values}, {}


def test_a_sheet_is_taken_over_whole_or_not_at_all() -> None:
    rate()
    with pytest.raises(ValidationError) as caught:
        rates.enter_many(
            book=RATES,
            rows=[line(2), line(3, usd_per_unit=Decimal(0)), line(4, date=DAY(2020, 1, 1)), line(5, currency="")],
            by=None,
        )
    assert set(caught.value.message_dict) == {"3.usd_per_unit", "4.date", "5.currency"}
    assert "2" in caught.value.message_dict["4.date"][0]
    assert ExchangeRate.objects.count() == 1


def test_a_sheet_that_changes_something_needs_a_reason() -> None:
    rate()
    same = rate(date=DAY(2020, 1, 1), usd_per_unit=Decimal("0.03"))
    rows = [line(1), line(2), line(3)]
    with pytest.raises(ValidationError) as caught:
        rates.enter_many(book=RATES, rows=rows, by=None)
    assert list(caught.value.message_dict) == ["reason"]
    found = rates.enter_many(book=RATES, rows=rows, by=None, reason="revised by the bank")
    assert [one.verdict for one in found] == ["changed", "same", "new"]
    assert ExchangeRate.objects.get(date=DAY(2019, 1, 1)).usd_per_unit == Decimal("0.03")
    assert ExchangeRate.objects.get(pk=same.pk).source == "NBE"
    assert [one.verb for one in rate_history.newest(book=RATES)].count("update") == 1


def test_a_sheet_may_bring_all_indices_of_a_currency_with_another_base_year() -> None:
    index()
    index(date=DAY(2020, 1, 1))
    rows = [(n, {"currency": "ETB", "date": DAY(2017 + n, 1, 1), "index": Decimal(n), "base_year": 2018, "source": "CSA"}, {})
            for n in (2, 3)]  # fmt: skip
    with pytest.raises(ValidationError) as caught:
        rates.enter_many(book=PRICES, rows=rows[:1], by=None, reason="rebased")
    assert list(caught.value.message_dict) == ["2.base_year"]
    rates.enter_many(book=PRICES, rows=rows, by=None, reason="rebased")
    assert set(PriceIndex.objects.values_list("base_year", flat=True)) == {2018}
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_sheet_asks_a_fixed_number_of_queries(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(8):
        rates.enter_many(book=RATES, rows=[line(n, date=DAY(2000 + n, 1, 1)) for n in range(1, 20)], by=None)


# --- figures ---------------------------------------------------------------------------------------------------------
def in_birr(on: DAY) -> Phase:
    phase = Phase.objects.get(code="PCDP-II")
    financing.record_line(
        phase=phase, partner=Partner.objects.get(code="NABARD"), financing_class="cofinancing",
        amount=Decimal(1_000_000), currency="ETB", value_date=on, by=None,
    )  # fmt: skip
    rollups.drain()
    return phase


def value(client: Any) -> tuple[Any, Any]:
    row = client.get("/api/v1/metrics/total_financing/?phase=PCDP-II").json()["results"][0]
    return row["value"], row["null_reason"]


def test_a_figure_without_a_rate_gets_its_value_once_the_rate_is_there_and_loses_it_with_it(api: Any) -> None:
    phase = in_birr(DAY(2010, 1, 1))
    assert value(api) == (None, "NO_RATE")
    row = rate(date=DAY(2009, 12, 31), usd_per_unit=Decimal("0.08"))
    assert list(DirtyMark.objects.values_list("kind", "object_id")) == [(MarkKind.PHASE, phase.pk)]
    assert value(api) == (None, "NO_RATE"), "until the mark is drained"
    rollups.drain()
    assert value(api) == ("138.78", None)
    rates.correct(row=row, value=Decimal("0.18"), source="NBE", reason="slip", by=None)
    rollups.drain()
    assert value(api) == ("138.88", None)
    rates.withdraw(row=row, reason="wrong country", by=None)
    rollups.drain()
    assert value(api) == (None, "NO_RATE")


def test_an_average_holds_from_its_first_day_until_something_newer(api: Any) -> None:
    in_birr(DAY(2010, 6, 1))
    rate(date=DAY(2009, 12, 31), usd_per_unit=Decimal("0.08"))
    average(DAY(2010, 1, 1), DAY(2010, 12, 31), usd_per_unit=Decimal("0.18"))
    rollups.drain()
    assert value(api)[0] == "138.88", "the average of the year goes before the last day of the year before"
    rate(date=DAY(2010, 1, 1), usd_per_unit=Decimal("0.28"))
    rollups.drain()
    assert value(api)[0] == "138.98", "the rate of the same day goes before the average"
