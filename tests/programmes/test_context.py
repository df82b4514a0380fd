"""The enabling space on its pages: who records what where, and what must not be is said at the field."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from programmes import context
from programmes.access import RoleName
from programmes.models import Election, Place, PolicyEvent, Programme, SpaceAssessment
from tests import factories

pytestmark = pytest.mark.django_db
DAY = datetime.date(2020, 5, 1)
EVENT = {
    "country": "ETH",
    "title": "Cooperative proclamation",
    "date": "2020-05-01",
    "type": "law",
    "stage": "adopted",
    "direction": "enabling",
    "spaces": ["political", "institutional"],
}
ELECTION = {"country": "ETH", "level": "national", "kind": "parliament", "date": "2031-06-01"}
RATING = {"programme": "PCDP", "space": "political", "date": "2020-05-01", "rating": "4", "evidence": "two meetings"}


@pytest.fixture
def officer() -> User:
    return factories.person(RoleName.ME_OFFICER, programme="PCDP")


@pytest.fixture
def client_of(officer: User) -> Client:
    client = Client()
    client.force_login(officer)
    return client


def url(name: str, *arguments: Any) -> str:
    return reverse(f"programmes:{name}", args=arguments)


def test_an_officer_records_and_mends_what_happens_in_the_country(client_of: Client) -> None:
    for name, form in (("policy-event-new", EVENT), ("election-new", ELECTION), ("assessment-new", RATING)):
        assert client_of.post(url(name), form)["Location"] == url("context"), name
    event, election = PolicyEvent.objects.get(), Election.objects.get()
    page = client_of.get(url("context")).content.decode()
    assert "1 policy event, 1 election, 1 rating" in " ".join(page.split())
    for name, row in (("policy-event", event), ("election", election), ("assessment", SpaceAssessment.objects.get())):
        initial = client_of.get(url(name, row.pk)).context["form"].initial
        sent = {key: value for key, value in initial.items() if value not in (None, "")}
        assert client_of.post(url(name, row.pk), {**sent, "source": "gazette"}).status_code == 302, name
    client_of.post(url("policy-event", event.pk), {**EVENT, "stage": "repealed"})
    event.refresh_from_db()
    assert (event.stage, event.spaces, event.country.code) == ("repealed", ["political", "institutional"], "ETH")
    assert (PolicyEvent.objects.count(), Election.objects.count(), SpaceAssessment.objects.count()) == (1, 1, 1)


@pytest.mark.parametrize(
    ("name", "form", "wrong", "said"),
    [
        ("policy-event-new", EVENT, {"country": "IND"}, "valid choice"),
        ("policy-event-new", EVENT, {"country": "ETH\0"}, "Null characters"),
        ("policy-event-new", EVENT, {"place": "IND-TN"}, "valid choice"),
        ("policy-event-new", EVENT, {"title": "x" * 201}, "200"),
        ("policy-event-new", EVENT, {"title": "  "}, "required"),
        ("policy-event-new", EVENT, {"date": "0001-01-01"}, "between 1900 and 2100"),
        ("policy-event-new", EVENT, {"date": "2020-02-31"}, "valid date"),
        ("policy-event-new", EVENT, {"spaces": ["outer"]}, "valid choice"),
        ("election-new", ELECTION, {"date": "9999-12-31"}, "between 1900 and 2100"),
        ("election-new", ELECTION, {"level": "galactic"}, "valid choice"),
        ("election-new", ELECTION, {"kind": "\0"}, "Null characters"),
        ("assessment-new", RATING, {"country": "ETH"}, "either a programme or a country"),
        ("assessment-new", RATING, {"programme": ""}, "either a programme or a country"),
        ("assessment-new", RATING, {"programme": "TNWDP"}, "valid choice"),
        ("assessment-new", RATING, {"rating": "7"}, "valid choice"),
        ("assessment-new", RATING, {"evidence": " "}, "required"),
        ("assessment-new", RATING, {"date": "2090-01-01"}, "cannot be in the future"),
    ],
)
def test_what_must_not_be_is_said_at_the_field(
    client_of: Client, name: str, form: dict[str, Any], wrong: dict[str, Any], said: str
) -> None:
    answer = client_of.post(url(name), {**form, **wrong})
    assert answer.status_code == 422 and said in answer.content.decode()
    assert not (PolicyEvent.objects.exists() or Election.objects.exists() or SpaceAssessment.objects.exists())


def test_the_same_is_not_recorded_twice(client_of: Client) -> None:
    for name, form in (("election-new", ELECTION), ("assessment-new", RATING)):
        client_of.post(url(name), form)
        again = client_of.post(url(name), form)
        assert again.status_code == 422 and "already" in again.content.decode()


def test_a_place_lies_in_the_country_of_the_event(officer: User) -> None:
    administrator = factories.administrator()
    client = Client()
    client.force_login(administrator)
    answer = client.post(url("policy-event-new"), {**EVENT, "place": "IND-TN"})
    assert answer.status_code == 422 and "is not in Ethiopia" in answer.content.decode()


def test_only_who_keeps_a_register_in_the_country_records() -> None:
    ethiopia, pcdp = Place.objects.get(code="ETH"), Programme.objects.get(code="PCDP")
    for someone in (
        factories.person(RoleName.VIEWER, country="ETH"),
        factories.person(RoleName.ME_OFFICER, programme="TNWDP"),
    ):
        with pytest.raises(PermissionDenied):
            context.record_election(country=ethiopia, level="local", kind="x", date=DAY, by=someone)
        with pytest.raises(PermissionDenied):
            context.record_policy_event(
                country=ethiopia, title="x", date=DAY, type="law", stage="agenda", direction="mixed", by=someone
            )
        with pytest.raises(PermissionDenied):
            context.assess_space(programme=pcdp, space="cultural", date=DAY, rating=3, evidence="x", by=someone)
    india = Place.objects.get(code="IND")
    theirs = context.record_election(country=india, level="local", kind="x", date=DAY, by=None)
    with pytest.raises(PermissionDenied):
        context.record_election(
            country=ethiopia,
            level="local",
            kind="x",
            date=DAY,
            by=factories.person(RoleName.ME_OFFICER, programme="PCDP"),
            election=theirs,
        )


def test_a_rating_of_a_country_is_seen_by_its_programmes_and_not_by_others(client_of: Client) -> None:
    assert client_of.post(url("assessment-new"), {**RATING, "programme": "", "country": "ETH"}).status_code == 302
    rating = SpaceAssessment.objects.get()
    assert client_of.get(url("assessment", rating.pk)).status_code == 200
    elsewhere = Client()
    elsewhere.force_login(factories.person(RoleName.ME_OFFICER, programme="TNWDP"))
    assert elsewhere.get(url("assessment", rating.pk)).status_code == 404
    assert "two meetings" not in elsewhere.get(url("context")).content.decode()


def test_filters_narrow_and_queries_do_not_grow(client_of: Client) -> None:
    ethiopia = Place.objects.get(code="ETH")
    counts = []
    for year in (2018, 2019, 2020):
        day = datetime.date(year, 1, 1)
        common: dict[str, Any] = {"country": ethiopia, "by": None, "date": day}
        context.record_policy_event(
            title=f"Law {year}", type="law", stage="adopted", direction="mixed", spaces=["cultural"], **common
        )
        context.record_election(level="local", kind=f"villages {year}", **common)
        context.assess_space(space="cultural", rating=2, evidence=f"seen {year}", **common)
        client_of.get(url("context"))
        with CaptureQueriesContext(connection) as queries:
            client_of.get(url("context"))
        counts.append(len(queries))
    assert len(set(counts)) == 1 and counts[0] <= 16, counts
    narrowed = client_of.get(url("context"), {"space": "political", "country": "ETH"}).content.decode()
    assert "Law 2019" not in narrowed and "seen 2019" not in narrowed and "villages 2019" in narrowed
    assert "Law 2019" in client_of.get(url("context"), {"country": "IND", "space": "<b>"}).content.decode()
