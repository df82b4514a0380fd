"""The enabling space, rates and prices, boundaries, thresholds: for whom each of their addresses is."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from programmes import rates
from programmes.access import RoleName
from programmes.models import (
    ExchangeRate,
    PriceIndex,
    RateUpload,
)
from scaling.models import ThresholdSetting
from tests import factories
from tests.access.expected import EXPECTED, PEOPLE_WHO
from tests.access.scenes import outline_of_ethiopia, people

pytestmark = pytest.mark.django_db


def test_the_enabling_space_is_kept_by_who_keeps_a_register(two_sides: dict[str, dict[str, set[str]]]) -> None:
    kinds = {"policy-event": "policy-events", "election": "elections", "assessment": "space-assessments"}
    writers = PEOPLE_WHO["sets"]
    everybody: dict[str, tuple[User | None, set[str]]] = {**people(), "anonymous": (None, set())}
    for name, rule in EXPECTED.items():
        if not rule.startswith("context"):
            continue
        side = rule.partition(" ")[2]
        own = sorted(two_sides[side][kinds[name.split(":")[1]]]) if side else []
        url = reverse(name, args=own)
        for who, (someone, sides) in everybody.items():
            client = Client()
            if someone is not None:
                client.force_login(someone)
            hidden = side and side not in sides
            expected = 302 if someone is None else 404 if hidden else 200 if who in writers else 403
            assert client.get(url).status_code == expected, (name, who)
            if expected != 200:
                assert client.post(url).status_code == expected, (name, who)


def test_rates_and_prices_are_kept_by_who_manages_rounds() -> None:
    day, by = datetime.date(2020, 1, 1), factories.user()
    rate = rates.put(book=rates.RATES, currency="ETB", date=day, usd_per_unit=Decimal("0.03"), source="bank")
    index = rates.put(book=rates.PRICES, currency="ETB", date=day, index=Decimal(1), source="bank")
    own = {"rates": rate.pk, "prices": index.pk}
    sheets = {of: RateUpload.objects.create(of=of, user=by, name="a.csv", rows=[]).pk for of in own}
    everybody: dict[str, tuple[User | None, set[str]]] = {**people(), "anonymous": (None, set())}
    for name, rule in EXPECTED.items():
        if not rule.startswith("rates"):
            continue
        of, _, page = name.removeprefix("programmes:").partition("-")
        arguments = {"row": [own[of]], "withdraw": [own[of]], "sheet": [sheets[of]]}.get(page, [])
        url, words = reverse(name, args=arguments), rule.split()[1:]
        for who, (someone, _sides) in everybody.items():
            client = Client()
            if someone is not None:
                client.force_login(someone)
            may = who in PEOPLE_WHO["manages"]
            if "post" not in words:
                assert client.get(url).status_code == (302 if someone is None else 200 if may else 403), (name, who)
            if "get" not in words:
                assert client.post(url).status_code == (302 if someone is None else 422 if may else 403), (name, who)
    assert [model.objects.count() for model in (ExchangeRate, PriceIndex)] == [1, 1]


def test_boundaries_are_for_who_manages_rounds_of_the_country() -> None:
    upload = outline_of_ethiopia()
    everybody: dict[str, tuple[User | None, set[str]]] = {**people(), "anonymous": (None, set())}
    outsider = factories.person(RoleName.COUNTRY_PROGRAMME_MANAGER, country="IND")
    everybody["manager elsewhere"] = (outsider, {"TNWDP"})
    for name, rule in EXPECTED.items():
        if not rule.startswith("boundaries"):
            continue
        posts = "post" in rule.split()
        url = reverse(name, args=["ETH" if posts else upload.pk])
        for who, (someone, _sides) in everybody.items():
            client = Client()
            if someone is not None:
                client.force_login(someone)
            may = who in ("administrator", "manager")
            if posts:
                assert client.get(url).status_code == 405, (name, who)
            else:
                assert client.get(url).status_code == (302 if someone is None else 200 if may else 404), (name, who)
            done = 302 if posts else 422
            assert client.post(url).status_code == (302 if someone is None else done if may else 404), (name, who)
    for who, (someone, _sides) in everybody.items():
        client = Client()
        if someone is not None:
            client.force_login(someone)
        writes = who in ("administrator", "manager", "manager elsewhere")
        expected = 302 if someone is None else 422 if writes else 403
        assert client.post(reverse("programmes:boundaries")).status_code == expected, who


def test_thresholds_are_set_by_who_manages_rounds_of_the_country(two_sides: dict[str, dict[str, set[str]]]) -> None:
    url, before = reverse("scaling:thresholds"), ThresholdSetting.objects.count()
    for who, (someone, _sides) in people().items():
        client = Client()
        client.force_login(someone)
        for country in ("", "IND", "ETH"):
            sent = client.post(url, {"country": country, "since": "2030-01-01"})
            assert sent.status_code == (422 if who in PEOPLE_WHO["manages"] else 403), (who, country)
            if who == "manager":
                refused = "country" in sent.context["form"].errors
                assert refused == (country != "ETH"), "theirs is Ethiopia"
    assert ThresholdSetting.objects.count() == before
