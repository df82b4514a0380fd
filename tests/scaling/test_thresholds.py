"""Thresholds of a country by date: in force, set, refused, and what figures say they go by."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.urls import reverse

from indicators.models import Round, ScaleVersion
from programmes.access import RoleName
from programmes.models import Place, Programme
from scaling import thresholds
from scaling.metrics.thresholds import DEFAULT, Thresholds
from scaling.models import DirtyMark, ThresholdSetting
from tests import factories

pytestmark = pytest.mark.django_db
DAY = datetime.date


def country(code: str) -> Place:
    return Place.objects.get(code=code)


def put(code: str, since: DAY, by: Any = None, **values: Any) -> ThresholdSetting:
    place = country(code) if code else None
    return thresholds.set_thresholds(country=place, since=since, values=values, reason="agreed", by=by)


def test_the_fields_of_the_model_are_those_of_the_rules() -> None:
    put("IND", DAY(2020, 1, 1))
    assert thresholds.of_row(ThresholdSetting.objects.get()) == DEFAULT


def test_a_country_goes_before_everywhere_and_the_day_decides() -> None:
    india, ghana = country("IND"), country("GHA")
    put("", DAY(2019, 1, 1), watch_points=Decimal(4))
    put("IND", DAY(2020, 1, 1), concentration=Decimal("0.5"))
    put("IND", DAY(2021, 1, 1), watch_points=Decimal(1))
    assert thresholds.in_force(india, DAY(2018, 12, 31)) == DEFAULT
    assert thresholds.in_force(india, DAY(2019, 6, 1)).watch_points == 4
    first, second = (thresholds.in_force(india, day) for day in (DAY(2020, 12, 31), DAY(2021, 1, 1)))
    assert (first.watch_points, first.concentration) == (4, Decimal("0.5")), "what was not named stays as it was"
    assert (second.watch_points, second.concentration) == (1, Decimal("0.5"))
    assert thresholds.in_force(ghana, DAY(2025, 1, 1)).watch_points == 4
    rows = ThresholdSetting.objects.filter(country=india).order_by("valid")
    assert [row.valid.upper for row in rows] == [DAY(2021, 1, 1), None]


def test_a_programme_goes_by_its_country_and_in_several_by_everywhere() -> None:
    one, two = (
        Programme.objects.get(code="TNWDP"),
        Programme.objects.create(code="TWO", name="Two", instrument="project"),
    )
    two.countries.set([country("IND"), country("GHA")])
    put("IND", DAY(2020, 1, 1), watch_points=Decimal(1))
    found = thresholds.InForce([one.pk, two.pk])
    day = DAY(2022, 1, 1)
    assert found.of_programme(one.pk, day).watch_points == 1
    assert found.of_programme(two.pk, day) == DEFAULT
    assert found.together([(one.pk, day)]).watch_points == 1
    assert found.together([(one.pk, day), (two.pk, day)]) == DEFAULT


def test_the_same_first_day_again_corrects_and_an_earlier_one_is_refused() -> None:
    put("IND", DAY(2020, 1, 1), watch_points=Decimal(1))
    put("IND", DAY(2020, 1, 1), watch_points=Decimal(2))
    assert ThresholdSetting.objects.get().watch_points == 2
    with pytest.raises(ValidationError) as refused:
        put("IND", DAY(2019, 12, 31))
    assert "2020-01-01" in refused.value.message_dict["since"][0]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"watch_points": Decimal(6)}, "alert_points"),
        ({"matched_only_below": Decimal(90)}, "matched_only_below"),
        ({"concentration": Decimal("1.5")}, "concentration"),
        ({"satisfactory": Decimal(7)}, "satisfactory"),
        ({"smallest_denominator": 0}, "smallest_denominator"),
        ({"watch_points": Decimal("NaN")}, "watch_points"),
        ({"watch_points": Decimal("1.234")}, "watch_points"),
        ({"watch_points": None}, "watch_points"),
    ],
)
def test_values_that_cannot_be_meant_are_refused_at_their_field(values: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        put("IND", DAY(2020, 1, 1), **values)
    assert field in refused.value.message_dict
    assert not ThresholdSetting.objects.exists()


def test_other_refusals() -> None:
    for fields, name in (
        ({"since": DAY(20, 1, 1)}, "since"),
        ({"reason": " "}, "reason"),
        ({"reason": "x" * 501}, "reason"),
        ({"reason": "a\0"}, "reason"),
        ({"country": Place.objects.filter(level=1).first()}, "country"),
    ):
        wanted: dict[str, Any] = {"country": country("IND"), "since": DAY(2020, 1, 1), "reason": "agreed", **fields}
        with pytest.raises(ValidationError) as refused:
            thresholds.set_thresholds(values={}, by=None, **wanted)
        assert name in refused.value.message_dict


def test_who_may_set_them_where() -> None:
    manager = factories.person(RoleName.COUNTRY_PROGRAMME_MANAGER, country="IND")
    put("IND", DAY(2020, 1, 1), by=manager)
    put("", DAY(2020, 1, 1), by=factories.administrator())
    for by, code in (
        (manager, ""),
        (manager, "ETH"),
        (factories.person(RoleName.ME_OFFICER, programme="TNWDP"), "IND"),
        (factories.person(RoleName.VIEWER, country="IND"), "IND"),
    ):
        with pytest.raises(PermissionDenied):
            put(code, DAY(2021, 1, 1), by=by)


def test_the_database_takes_no_two_at_once() -> None:
    for code in ("IND", ""):
        row = put(code, DAY(2020, 1, 1))
        row.pk, row.valid = None, DateRange(DAY(2021, 1, 1), None)
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)


def test_setting_them_marks_the_rounds_that_go_by_them() -> None:
    made = {}
    for code in ("TNWDP", "PCDP"):
        made[code] = Round.objects.create(
            programme=Programme.objects.get(code=code),
            code=f"r-{code}".lower(),
            kind="baseline",
            status="open",
            reference_date=DAY(2020, 1, 1),
            window=DateRange(DAY(2020, 1, 1), DAY(2020, 3, 1)),
            scale_version=ScaleVersion.objects.get(),
        )
    DirtyMark.objects.all().delete()
    put("IND", DAY(2020, 1, 1))
    assert set(DirtyMark.objects.values_list("object_id", flat=True)) == {made["TNWDP"].pk}
    put("", DAY(2020, 1, 1))
    assert set(DirtyMark.objects.values_list("object_id", flat=True)) == {one.pk for one in made.values()}


def test_figures_say_which_thresholds_they_go_by() -> None:
    Round.objects.create(
        programme=Programme.objects.get(code="TNWDP"),
        code="r1",
        kind="baseline",
        status="open",
        reference_date=DAY(2020, 1, 1),
        window=DateRange(DAY(2020, 1, 1), DAY(2020, 3, 1)),
        scale_version=ScaleVersion.objects.get(),
    )
    put("IND", DAY(2019, 1, 1), watch_points=Decimal("2.5"), smallest_panel=7)
    put("IND", DAY(2021, 1, 1), watch_points=Decimal(1))
    client = Client(headers={"authorization": factories.token_header(factories.administrator())["HTTP_AUTHORIZATION"]})
    (row,) = client.get("/api/v1/metrics/elite_capture/", {"programme": "TNWDP"}).json()["results"]
    assert (row["thresholds"]["watch_points"], row["thresholds"]["smallest_panel"]) == ("2.50", 7)
    assert set(row["thresholds"]) == set(thresholds.NAMES)
    (row,) = client.get("/api/v1/metrics/elite_capture/", {"programme": "PCDP"}).json()["results"]
    assert Decimal(row["thresholds"]["watch_points"]) == Thresholds().watch_points


# --- the page --------------------------------------------------------------------------------------------------------
def sent(**changes: Any) -> dict[str, Any]:
    return {"country": "IND", "since": "2024-01-01", "reason": "agreed", **vars(DEFAULT), **changes}


def test_a_manager_sets_them_on_the_page_and_sees_the_history(client: Client) -> None:
    client.force_login(factories.person(RoleName.COUNTRY_PROGRAMME_MANAGER, country="IND"))
    url = reverse("scaling:thresholds")
    assert client.post(url, sent(watch_points="2")).status_code == 302
    page = client.get(url).content.decode()
    assert "agreed" in page and "India" in page
    assert ThresholdSetting.objects.get().watch_points == 2


def test_an_empty_value_stays_and_the_form_starts_from_the_country(client: Client) -> None:
    put("IND", DAY(2020, 1, 1), watch_points=Decimal(1))
    client.force_login(factories.person(RoleName.COUNTRY_PROGRAMME_MANAGER, country="IND"))
    url = reverse("scaling:thresholds")
    form = client.get(url, {"country": "IND"}).context["form"]
    assert form["watch_points"].value() == 1 and form["country"].value() == "IND"
    assert client.get(url, {"country": "ETH"}).context["form"]["watch_points"].value() is None
    few = {"country": "IND", "since": "2024-01-01", "reason": "agreed", "alert_points": "4"}
    assert client.post(url, few).status_code == 302
    now = thresholds.in_force(country("IND"), DAY(2024, 1, 1))
    assert (now.watch_points, now.alert_points) == (1, 4)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"since": "2024-02-31"}, "since"),
        ({"since": ""}, "since"),
        ({"country": "ETH"}, "country"),
        ({"country": "NOPE"}, "country"),
        ({"country": ""}, "country"),
        ({"reason": ""}, "reason"),
        ({"reason": "a\0b"}, "reason"),
        ({"watch_points": "much"}, "watch_points"),
        ({"watch_points": "NaN"}, "watch_points"),
        ({"watch_points": "1e309"}, "watch_points"),
        ({"watch_points": "9"}, "alert_points"),
        ({"survival_months": "٢٫٥"}, "survival_months"),
    ],
)
def test_bad_input_is_said_at_the_field_and_kept(client: Client, changes: dict[str, str], field: str) -> None:
    client.force_login(factories.person(RoleName.COUNTRY_PROGRAMME_MANAGER, country="IND"))
    answer = client.post(reverse("scaling:thresholds"), sent(improved="0.75", **changes))
    if answer.status_code == 400:  # bytes that no text may hold are turned away at the door
        assert "\0" in "".join(changes.values())
    else:
        assert answer.status_code == 422 and field in answer.context["form"].errors
        assert 'value="0.75"' in answer.content.decode()
    assert not ThresholdSetting.objects.exists()
