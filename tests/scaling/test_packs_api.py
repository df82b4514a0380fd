"""Packs through the API: asked for, looked at, fetched, cancelled, deleted; by whom."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from programmes.access import RoleName
from programmes.models import Programme
from scaling import tasks
from scaling.reports.models import Report, ReportState
from tests import factories

pytestmark = pytest.mark.django_db
PACKS = "/api/v1/packs/"


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    found: list[int] = []
    monkeypatch.setattr(tasks.make_pack, "delay", found.append)
    return found


def client_of(user: User) -> Client:
    return Client(headers={"authorization": factories.token_header(user, can_write=True)["HTTP_AUTHORIZATION"]})


@pytest.fixture
def reader(net: Programme) -> Client:
    return client_of(factories.person(RoleName.VIEWER, programme="NET"))


def ask(client: Client, **more: Any) -> Any:
    return client.post(PACKS, {"programme": "NET", "format": "xlsx", **more}, "application/json")


def test_a_pack_is_asked_for_made_and_fetched(
    reader: Client, told: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        asked = ask(reader, selection={"kind": "shg"}, language="fr")
    body = asked.json()
    assert asked.status_code == 202 and told == [body["id"]]
    assert (body["programme"], body["state"], body["language"]) == ("NET", "queued", "fr")
    assert body["allowed_actions"] == ["cancel", "delete"] and asked["Location"].endswith(f"{PACKS}{body['id']}/")
    url = f"{PACKS}{body['id']}/"
    assert reader.get(f"{url}file/").status_code == 404, "it is not ready"
    assert tasks.make_pack.run(body["id"])
    ready = reader.get(url).json()
    assert (
        ready["state"] == "done" and ready["done"] == ready["total"] and ready["allowed_actions"] == ["file", "delete"]
    )
    file = reader.get(f"{url}file/")
    assert file.status_code == 200 and len(file.content) == ready["size"]
    assert file["Content-Type"].endswith("spreadsheetml.sheet") and "-fr.xlsx" in file["Content-Disposition"]
    assert [one["id"] for one in reader.get(f"{PACKS}?state=done&language=fr&programme=NET").json()["results"]] == [
        body["id"]
    ]
    assert reader.post(f"{url}cancel/").status_code == 409
    assert reader.delete(url).status_code == 204 and reader.get(url).status_code == 404


def test_what_cannot_be_asked_is_said(reader: Client) -> None:
    assert "church" not in str(Report.objects.values_list("selection", flat=True))
    for body, status in (
        ({"selection": {"kind": "church"}}, 400),
        ({"selection": {"beside": "PCDP"}}, 400),
        ({"format": "docx"}, 400),
        ({"colour": "red"}, 400),
        ({"programme": "PCDP"}, 404),
        ({"programme": "NOPE"}, 404),
    ):
        answer = ask(reader, **body)
        assert answer.status_code == status, (body, answer.content)
    assert ask(reader).status_code == 202
    again = ask(reader)
    assert again.status_code == 409 and "already" in again.json()["detail"]


def test_readers_of_the_programme_see_it_and_only_its_author_ends_it(reader: Client) -> None:
    pk = ask(reader).json()["id"]
    url = f"{PACKS}{pk}/"
    colleague, stranger = (client_of(factories.person(RoleName.VIEWER, programme=code)) for code in ("NET", "PCDP"))
    assert colleague.get(url).json()["allowed_actions"] == []
    assert colleague.post(f"{url}cancel/").status_code == 403 and colleague.delete(url).status_code == 403
    for call in (stranger.get(url), stranger.post(f"{url}cancel/"), stranger.delete(url), stranger.get(f"{url}file/")):
        assert call.status_code == 404
    assert reader.post(f"{url}cancel/").json()["state"] == "cancelled"
    assert Report.objects.get(pk=pk).state == ReportState.CANCELLED
    assert client_of(factories.administrator()).delete(url).status_code == 204


def test_a_token_that_only_reads_asks_for_nothing(net: Programme) -> None:
    someone = factories.person(RoleName.VIEWER, programme="NET")
    client = Client(headers={"authorization": factories.token_header(someone)["HTTP_AUTHORIZATION"]})
    assert ask(client).status_code == 403
    assert client.get(PACKS).json()["results"] == []


def test_the_schema_tells_of_packs(reader: Client) -> None:
    paths = reader.get("/api/v1/schema/?format=json").json()["paths"]
    assert set(paths["/api/v1/packs/"]) == {"get", "post"}
    assert set(paths["/api/v1/packs/{id}/"]) == {"get", "delete"}
    assert "202" in paths["/api/v1/packs/"]["post"]["responses"]
    files = paths["/api/v1/packs/{id}/file/"]["get"]["responses"]["200"]["content"]
    assert "application/pdf" in files and len(files) == 2
