"""What must be impossible in money (domain study 2.4), through the operation and straight in SQL."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from programmes import financing
from programmes.models import FinancingLine, Partner, Phase
from scaling.metrics import figures as f
from scaling.metrics.registry import METRICS
from scaling.metrics.subjects import Components, Money, Subject
from tests.organizations.test_impossible import refused, sql

pytestmark = pytest.mark.django_db


def line(**fields: Any) -> FinancingLine:
    phase = Phase.objects.get(code="TNWDP-1")
    wanted = {
        "phase": phase,
        "partner": Partner.objects.get(code="WB"),
        "financing_class": "crowd_in",
        "amount": Decimal(5),
        "currency": "USD",
        "stage": "disbursed",
        "by": None,
        **fields,
    }
    return financing.record_line(**wanted)


def test_i10_an_amount_without_currency_is_refused() -> None:
    with pytest.raises(ValidationError) as caught:
        line(currency="")
    assert "currency" in caught.value.message_dict
    own = line()
    with refused("financing_currency_iso_4217"):
        sql("UPDATE programmes_financingline SET currency = '' WHERE id = %s", own.pk)


def test_i10_a_foreign_amount_needs_the_date_of_its_rate_and_a_rate_its_source() -> None:
    with pytest.raises(ValidationError, match="value_date"):
        line(currency="INR")
    own = line(currency="INR", value_date=datetime.date(2020, 1, 1))
    with refused("financing_foreign_currency_has_value_date"):
        sql("UPDATE programmes_financingline SET value_date = NULL WHERE id = %s", own.pk)
    day = {"currency": "INR", "date": datetime.date(2020, 1, 1), "usd_per_unit": Decimal("0.014")}
    with pytest.raises(ValidationError) as caught:
        financing.record_rate(**day, source="")
    assert "source" in caught.value.message_dict
    rate = financing.record_rate(**day, source="central bank, reference rate of the day")
    with refused("exchange_rate_has_source"):
        sql("UPDATE programmes_exchangerate SET source = '' WHERE id = %s", rate.pk)


@pytest.mark.parametrize("two", ["anchor,cofinancing", "crowd_in,replication", "", "leverage"])
def test_i11_a_line_stands_in_exactly_one_class(two: str) -> None:
    with pytest.raises(ValidationError) as caught:
        line(financing_class=two)
    assert "financing_class" in caught.value.message_dict
    own = line()
    with refused("financing_class_known"):
        sql("UPDATE programmes_financingline SET financing_class = %s WHERE id = %s", two[:20], own.pk)


def test_i11_the_same_money_is_not_written_down_twice() -> None:
    own = line()
    with pytest.raises(ValidationError, match="already exists"):
        line()
    with refused("financing_line_once"):
        sql(
            "INSERT INTO programmes_financingline SELECT (jsonb_populate_record(l, jsonb_build_object('id', 10^9))).*"
            " FROM programmes_financingline l WHERE id = %s",
            own.pk,
        )


def test_i14_replication_is_refused_beside_ifads_money_and_never_leverage() -> None:
    with pytest.raises(ValidationError, match="Replication"):
        line(financing_class="replication")
    with pytest.raises(ValidationError, match="anchor"):
        line(financing_class="anchor")
    anchor = Money("anchor", "design", "ifad", Decimal(10), 1, (), Decimal(10))
    copied = Money("replication", "design", "replication_by_others", Decimal(6000), 1, (), Decimal(6000))
    alone = METRICS["leverage_ratio_design"].compute(Subject(own=Components(money=(anchor,)))).figure
    beside = METRICS["leverage_ratio_design"].compute(Subject(own=Components(money=(anchor, copied)))).figure
    assert beside == alone and beside.value is None, "6000 of others would have made a ratio of 600"


def test_i14_without_ifads_money_there_is_no_leverage_ratio() -> None:
    given = Money("cofinancing", "design", "government_national", Decimal(5), 1, (), Decimal(5))
    nothing = METRICS["leverage_ratio_design"].compute(Subject(own=Components(money=(given,)))).figure
    assert nothing.value is None and nothing.null_reason == f.NOT_APPLICABLE
    zero = Money("anchor", "design", "ifad", Decimal(0), 1, (), Decimal(0))
    by_zero = METRICS["leverage_ratio_design"].compute(Subject(own=Components(money=(given, zero)))).figure
    assert by_zero.value is None and by_zero.null_reason


def test_i22_persons_and_groups_are_never_added() -> None:
    persons, groups = f.known(87_539, unit="individuals"), f.known(49_976, unit="groups")
    assert f.add([persons, groups]).null_reason == f.UNIT_MISMATCH
    assert f.divide(persons, groups, same_unit=True).null_reason == f.UNIT_MISMATCH
