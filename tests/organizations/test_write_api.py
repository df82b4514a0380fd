"""The register written through the API: by the operations of the pages, with versions, inside the scope."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from organizations import linkages, registry
from organizations.models import (
    ApexMembership,
    Linkage,
    Organization,
    ProgrammeEnrolment,
    Service,
    Succession,
    TransactionType,
)
from organizations.models.support import Intervention
from programmes.access import RoleName
from programmes.models import Partner, Place, Programme
from tests import factories
from tests.organizations.test_impossible import make
from tests.rest import Program, fields

pytestmark = pytest.mark.django_db
DAY = datetime.date
NEW: dict[str, Any] = {
    "code": "N-1",
    "name": "Ulagam",
    "kind": "shg",
    "place": "IND-TN",
    "formed_on": "2015-01-01",
    "promoter": "project",
    "programme": "TNWDP",
    "commodities": ["rice"],
}


@pytest.fixture
def officer() -> Program:
    return Program(factories.person(RoleName.ME_OFFICER, programme="TNWDP"))


@pytest.fixture
def group() -> Organization:
    return make("G-1")


@pytest.fixture
def apex() -> Organization:
    return make("A-1", kind="union", tier="local_apex", members_are="organizations")


def version(program: Program, path: str) -> Any:
    return program.get(path).json()["version"]


# --- organizations ---------------------------------------------------------------------------------------------------
def test_an_organization_is_created_once_however_often_it_is_sent(officer: Program) -> None:
    made = officer.post("organizations/", NEW)
    assert made.status_code == 201, made.content
    assert made["Location"].endswith("/api/v1/organizations/N-1/") and made["ETag"].startswith('"1.')
    assert made.json()["programmes"] == ["TNWDP"] and made.json()["status"] == "active"
    assert made.json()["version"] == 1 and "update" in made.json()["allowed_actions"]
    assert officer.post("organizations/", NEW).status_code == 200
    other = officer.post("organizations/", {**NEW, "name": "Other"})
    assert other.status_code == 409
    assert other.json()["yours"]["name"] == "Other" and other.json()["stored"]["name"] == "Ulagam"
    assert Organization.objects.filter(code="N-1").count() == 1


def test_a_change_says_what_it_saw(officer: Program, group: Organization) -> None:
    url = "organizations/G-1/"
    etag = officer.get(url)["ETag"]
    assert officer.patch(url, {"name": "B"}).status_code == 428
    changed = officer.patch(url, {"name": "B"}, if_match=etag)
    assert changed.status_code == 200 and changed.json()["name"] == "B" and changed.json()["version"] == 2
    stale = officer.patch(url, {"name": "C"}, if_match=etag)
    assert stale.status_code == 412
    assert stale.json()["yours"] == {"if_match": etag, "name": "C"}
    assert (stale.json()["stored"]["name"], stale.json()["stored"]["version"]) == ("B", 2)
    old = officer.patch(url, {"name": "C", "version": 1})
    assert old.status_code == 409 and old.json()["stored"]["name"] == "B"
    assert officer.patch(url, {"name": "C"}, if_match=f"W/{changed['ETag']}").json()["name"] == "C"
    assert officer.patch(url, {"name": "D", "version": 3}).json()["name"] == "D"
    assert officer.patch(url, {"name": "E"}, if_match="*").json()["version"] == 5
    assert officer.patch(url, {"name": "F"}, if_match="nonsense").status_code == 400
    assert Organization.objects.get(code="G-1").name == "E"


def test_what_one_holds_is_not_sent_again(officer: Program, group: Organization) -> None:
    first = officer.get("organizations/G-1/")
    again = officer.get("organizations/G-1/", if_none_match=first["ETag"])
    assert again.status_code == 304 and not again.content
    assert officer.get("organizations/G-1/?fields=code", if_none_match=first["ETag"]).status_code == 200
    listed = officer.get("organizations/")
    assert officer.get("organizations/", if_none_match=listed["ETag"]).status_code == 304
    officer.patch("organizations/G-1/", {"name": "B"}, if_match=first["ETag"])
    assert officer.get("organizations/G-1/", if_none_match=first["ETag"]).status_code == 200
    assert officer.get("organizations/", if_none_match=listed["ETag"]).status_code == 200


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "tribe"}, "kind"),
        ({"kind": None}, "kind"),
        ({"place": "NOWHERE"}, "place"),
        ({"place": ["IND-TN"]}, "place"),
        ({"place": "GHA"}, "place"),
        ({"programme": "PCDP"}, "programme"),
        ({"formed_on": "2999-01-01"}, "formed_on"),
        ({"formed_on": "1/2/2015"}, "formed_on"),
        ({"formed_on": "2015-02-30"}, "formed_on"),
        ({"code": "a b"}, "code"),
        ({"code": "x" * 41}, "code"),
        ({"name": ""}, "name"),
        ({"name": "a\u202eb"}, "name"),
        ({"name": 3.5, "tier": 7}, "tier"),
        ({"registered_on": "2010-01-01"}, "registered_on"),
        ({"commodities": "rice"}, "commodities"),
        ({"commodities": [["rice"]]}, "commodities.0"),
        ({"status": "disbanded"}, "status"),
        ({"famous": True}, "famous"),
        ({"version": 1}, "version"),
    ],
)
def test_a_bad_field_is_named_and_nothing_written(officer: Program, change: dict[str, Any], field: str) -> None:
    answer = officer.post("organizations/", {**NEW, **change})
    assert answer.status_code == 400 and field in fields(answer), answer.content
    assert answer.json()["detail"]
    assert not Organization.objects.filter(code="N-1").exists()


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"3", b'"x"', b"null", b"\xff\xfe{\x00}\x00", '{"name": "é"}'.encode("latin-1"),
        b'{"code": "N-1", "code": "N-2"}', b'{"name": NaN}', b"[" * 100_000, b'{"a":' * 30 + b"1" + b"}" * 30,
        b'{"name": "a\\u0000b"}', b'{"name": "\\ud800"}', b'{"value": ' + b"9" * 5000 + b"}",
    ],
)  # fmt: skip
def test_what_is_no_object_is_a_problem_document(officer: Program, body: bytes) -> None:
    answer = officer.post("organizations/", body)
    assert answer.status_code == 400 and answer.json()["detail"], answer.content
    assert answer["Content-Type"] == "application/problem+json"


def test_a_body_without_end_and_another_type_are_refused(officer: Program, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    long = officer.post("organizations/", {**NEW, "name": "x" * 2000})
    assert long.status_code == 413 and "1000" in long.json()["detail"]
    assert officer.post("organizations/", {**NEW, "name": "x" * 2000}, idempotency_key="a").status_code == 413
    form = officer.client.post("/api/v1/organizations/", NEW)
    assert form.status_code == 415


def test_a_status_a_merger_and_what_is_taken_back(officer: Program, group: Organization) -> None:
    heir = make("G-2")
    url = "organizations/G-1/"
    on = {"status": "dormant", "on": "2020-01-01", "version": 1}
    assert officer.post(f"{url}status/", {**on, "version": 9}).status_code == 409
    assert officer.post(f"{url}status/", on).json()["status"] == "dormant"
    assert fields(officer.post(f"{url}status/", {**on, "status": "forming", "on": "2021-01-01"})) == {"status"}
    assert officer.post(f"{url}take-back-status/", {"version": 1}).json()["status"] == "active"
    merged = {"status": "merged_into", "on": "2021-01-01", "version": 1}
    alone = officer.post(f"{url}status/", merged)
    assert fields(alone) == {"successors"}, alone.content
    assert fields(officer.post(f"{url}status/", {**merged, "successors": ["NOT-HERE"]})) == {"successors.0"}
    done = officer.post(f"{url}status/", {**merged, "successors": ["G-2"]})
    assert done.json()["status"] == "merged_into" and "status" not in done.json()["allowed_actions"]
    assert Succession.objects.get().successor == heir
    seen = {"on": "2020-06-01", "evidence": "minutes", "version": 1}
    assert officer.post(f"{url}verify-status/", seen).status_code == 200
    corrected = {"on": "2021-06-01", "value": "merged_into", "since": "2021-03-01", "version": 1}
    assert officer.post(f"{url}correct-status/", corrected).status_code == 200
    assert group.statuses.order_by("valid").last().valid.lower == DAY(2021, 3, 1)


def test_it_takes_part_in_a_programme_and_stops(officer: Program, group: Organization) -> None:
    url = "organizations/G-1/"
    assert officer.post(f"{url}enrol/", {"programme": "MRCP", "start": "2018-01-01", "version": 1}).status_code == 400
    manager = Program(factories.person(RoleName.COUNTRY_PROGRAMME_MANAGER, country="IND"))
    body = {"programme": "MRCP", "start": "2018-01-01", "version": 1}
    assert fields(manager.post(f"{url}enrol/", {**body, "start": "1990-01-01"})) == {"start"}
    assert set(manager.post(f"{url}enrol/", body).json()["programmes"]) == {"MRCP", "TNWDP"}
    assert ProgrammeEnrolment.objects.filter(organization=group, programme__code="MRCP").count() == 1
    ended = manager.post(f"{url}end-enrolment/", {"programme": "MRCP", "on": "2020-01-01", "version": 1})
    assert ended.json()["programmes"] == ["TNWDP"]


# --- who may ---------------------------------------------------------------------------------------------------------
def test_each_role_writes_only_what_it_may(group: Organization) -> None:
    body = {"name": "B", "version": 1}
    for role, scope, status in (
        (RoleName.VIEWER, {"programme": "TNWDP"}, 403),
        (RoleName.API_CLIENT, {"programme": "TNWDP"}, 403),
        (RoleName.VIEWER, {"programme": "PCDP"}, 404),
        (RoleName.ME_OFFICER, {"programme": "PCDP"}, 404),
        (RoleName.COUNTRY_PROGRAMME_MANAGER, {"country": "ETH"}, 404),
    ):
        program = Program(factories.person(role, **scope))
        assert program.patch("organizations/G-1/", body).status_code == status, (role, scope)
        assert (
            program.post(
                "organizations/G-1/status/", {"status": "dormant", "on": "2020-01-01", "version": 1}
            ).status_code
            == status
        )
        assert program.post("organizations/", NEW).status_code == (403 if status == 403 else 400)
        if status == 403:
            assert program.get("organizations/G-1/").json()["allowed_actions"] == []
    officer = factories.person(RoleName.ME_OFFICER, programme="TNWDP")
    reads = Program(officer, can_write=False)
    assert reads.patch("organizations/G-1/", body).status_code == 403
    assert reads.get("organizations/G-1/").json()["allowed_actions"] == []
    assert Program(factories.user()).patch("organizations/G-1/", body).status_code == 403
    group.refresh_from_db()
    assert group.name != "B" and not Organization.objects.filter(code="N-1").exists()
    assert Program(officer).patch("organizations/G-1/", body).status_code == 200


def test_what_one_may_do_costs_no_query_for_each_row() -> None:
    program = Program(factories.person(RoleName.ME_OFFICER, programme="TNWDP"))

    def queries() -> int:
        program.get("organizations/")
        with CaptureQueriesContext(connection) as found:
            answer = program.get("organizations/")
        assert all("update" in row["allowed_actions"] for row in answer.json()["results"])
        return len(found)

    make("G-1")
    few = queries()
    for number in range(2, 9):
        make(f"G-{number}")
    assert queries() == few


# --- ties ------------------------------------------------------------------------------------------------------------
def test_join_leave_and_come_back(officer: Program, group: Organization, apex: Organization) -> None:
    body = {"member": "G-1", "apex": "A-1", "start": "2019-01-01"}
    made = officer.post("apex-memberships/", body)
    assert made.status_code == 201 and made.json()["allowed_actions"] == ["leave"], made.content
    assert officer.post("apex-memberships/", body).status_code == 200
    assert officer.post("apex-memberships/", {**body, "role": "associate"}).status_code == 409
    assert fields(officer.post("apex-memberships/", {**body, "start": "2020-01-01"})) == {"start"}
    url = f"apex-memberships/{made.json()['id']}/leave/"
    assert officer.post(url, {"on": "2020-01-01"}).status_code == 428
    left = officer.post(url, {"on": "2020-01-01", "reason": "fees"}, if_match=made["ETag"])
    assert left.json()["end"] == "2020-01-01" and left.json()["allowed_actions"] == []
    assert left.json()["version"] != made.json()["version"]
    assert officer.post(url, {"on": "2020-02-01"}, if_match=made["ETag"]).status_code == 412
    assert officer.post("apex-memberships/", {**body, "start": "2021-01-01"}).status_code == 201
    circle = officer.post("apex-memberships/", {"member": "A-1", "apex": "G-1", "start": "2019-01-01"})
    assert fields(circle) == {"apex"}
    assert ApexMembership.objects.count() == 2


def test_an_apex_outside_the_scope_is_as_unknown_as_any(officer: Program, group: Organization) -> None:
    registry.register(
        code="FAR", name="Far", kind="union", tier="local_apex", place=Place.objects.get(code="ETH"),
        formed_on=DAY(2015, 1, 1), promoter="project", programme=Programme.objects.get(code="PCDP"), by=None,
    )  # fmt: skip
    said = [
        officer.post("apex-memberships/", {"member": "G-1", "apex": code, "start": "2019-01-01"})
        for code in ("FAR", "NONE")
    ]
    assert [one.status_code for one in said] == [400, 400]
    assert said[0].json()["detail"].replace("FAR", "NONE") == said[1].json()["detail"]


def test_a_linkage_opens_is_renewed_moves_money_and_ends(officer: Program, group: Organization) -> None:
    body = {
        "organization": "G-1", "partner": "IFAD", "kind": "offtake", "form": "oral", "causality": "direct",
        "start": "2019-01-01", "end": "2020-01-01", "value": "1000.5", "currency": "INR",
    }  # fmt: skip
    made = officer.post("linkages/", body)
    assert made.status_code == 201 and made.json()["value"] == "1000.5000", made.content
    assert made.json()["allowed_actions"] == ["end", "renew", "transactions"]
    assert officer.post("linkages/", body).status_code == 200
    assert officer.post("linkages/", {**body, "value": "7"}).status_code == 409
    assert fields(officer.post("linkages/", {**body, "kind": "other", "partner": None})) == {"partner"}
    assert fields(officer.post("linkages/", {**body, "kind": "other", "currency": ""})) == {"currency"}
    assert fields(officer.post("linkages/", {**body, "kind": "other", "value": "1e30"})) == {"value"}
    assert fields(officer.post("linkages/", {**body, "kind": "other", "start": "1990-01-01"})) == {"start"}
    url = f"linkages/{made.json()['id']}/"
    renewed = officer.post(f"{url}renew/", {"until": None}, if_match=made["ETag"])
    assert renewed.json()["status"] == "renewed" and renewed.json()["end"] is None
    ended = officer.post(f"{url}end/", {"on": "2021-01-01", "breached": True}, if_match=renewed["ETag"])
    assert ended.json()["status"] == "breached", ended.content
    assert Linkage.objects.count() == 1


def test_money_that_moved(officer: Program, group: Organization) -> None:
    row = linkages.open_linkage(
        organization=group, partner=Partner.objects.get(code="IFAD"), kind="offtake", form="oral", causality="direct",
        since=DAY(2019, 1, 1), by=None,
    )  # fmt: skip
    url = f"linkages/{row.pk}/"
    body = {"date": "2019-06-01", "type": TransactionType.values[0], "amount": "10", "currency": "INR"}
    body["version"] = version(officer, url)
    assert officer.post(f"{url}transactions/", body).status_code == 200
    assert fields(officer.post(f"{url}transactions/", {**body, "date": "2018-01-01"})) == {"date"}
    assert row.transactions.count() == 1


def test_services_and_support(officer: Program, group: Organization) -> None:
    body = {"organization": "G-1", "kind": "inputs", "provider": "own", "start": "2019-01-01"}
    made = officer.post("services/", body)
    assert made.status_code == 201 and made.json()["allowed_actions"] == ["end"], made.content
    assert officer.post("services/", body).status_code == 200
    assert fields(officer.post("services/", {**body, "provider": "partner"})) == {"partner"}
    ended = officer.post(f"services/{made.json()['id']}/end/", {"on": "2020-01-01"}, if_match=made["ETag"])
    assert ended.json()["end"] == "2020-01-01"
    assert Service.objects.count() == 1
    before = Intervention.objects.count()
    phase = officer.get("phases/?programme=TNWDP").json()["results"][0]["code"]
    support = {
        "phase": phase, "organizations": ["G-1"], "purpose": "bonding", "method": "training", "start": "2019-01-01",
        "end": "2019-01-03", "participants": 20, "women": 12,
    }  # fmt: skip
    assert officer.post("interventions/", support).status_code == 201
    assert fields(officer.post("interventions/", {**support, "women": 30})) == {"women"}
    assert fields(officer.post("interventions/", {**support, "organizations": []})) == {"organizations"}
    assert fields(officer.post("interventions/", {**support, "organizations": ["G-1", "NO"]})) == {"organizations.1"}
    assert Intervention.objects.count() == before + 1
