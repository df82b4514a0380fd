"""Fixtures of the tests of measurement."""

from __future__ import annotations

import datetime

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from indicators import rounds
from indicators.models import Round, ScaleVersion
from organizations import registry
from programmes.access import RoleName
from programmes.models import Place, Programme
from tests import factories
from tests.indicators.scenes import Scene


@pytest.fixture
def scene(db: None) -> Scene:
    programme = Programme.objects.get(code="TNWDP")
    group = registry.register(
        code="G1",
        name="Group one",
        kind="shg",
        place=Place.objects.get(code="IND-TN"),
        formed_on=datetime.date(2015, 1, 1),
        promoter="project",
        programme=programme,
        by=None,
    )
    round_ = Round.objects.create(
        programme=programme,
        code="TNWDP-baseline",
        kind="baseline",
        reference_date=datetime.date(2020, 6, 30),
        window=DateRange(datetime.date(2020, 5, 1), datetime.date(2020, 9, 1)),
        scale_version=ScaleVersion.objects.get(),
    )
    rounds.open_round(round=round_, by=None)
    round_.refresh_from_db()
    return Scene(
        factories.person(RoleName.ME_OFFICER, programme="TNWDP"),
        factories.person(RoleName.COUNTRY_PROGRAMME_MANAGER, country="IND"),
        group,
        round_,
    )
