"""Returns, results and targets written through the API: by the operations of the pages, with versions."""

from __future__ import annotations

from typing import Any

import pytest

from indicators import rounds
from indicators.models import PhaseResult, Return, ReturnComment, Target
from programmes.access import RoleName
from tests import factories
from tests.indicators.scenes import Scene, later_round
from tests.rest import Program, fields

pytestmark = pytest.mark.django_db
ONE: dict[str, Any] = {"organization": "G1", "round": "TNWDP-baseline", "values": {"OP-06": 12}}


def statuses(answer: Any) -> list[str]:
    return [one["status"] for one in answer.json()["rows"]]


@pytest.fixture
def officer(scene: Scene) -> Program:
    return Program(scene.officer)


@pytest.fixture
def manager(scene: Scene) -> Program:
    return Program(scene.manager)


def made(officer: Program) -> tuple[str, Any]:
    answer = officer.post("returns/", ONE)
    assert answer.status_code == 201, answer.content
    return f"returns/{answer.json()['id']}/", answer


# --- returns ---------------------------------------------------------------------------------------------------------
def test_a_return_from_draft_to_correction(officer: Program, manager: Program) -> None:
    url, answer = made(officer)
    assert answer.json()["allowed_actions"] == ["update", "submit", "comment"] and answer.json()["version"] == 1
    assert manager.get(url).json()["allowed_actions"] == ["comment"]
    body = {"values": {"OP-06": None}, "null_reasons": {"OP-06.women": "REFUSED"}}
    assert officer.patch(url, body).status_code == 428
    changed = officer.patch(url, body, if_match=answer["ETag"])
    assert changed.status_code == 200, changed.content
    assert (changed.json()["values"], changed.json()["null_reasons"]) == ({}, {"OP-06.women": "REFUSED"})
    stale = officer.patch(url, {"values": {"OP-06": 9}, "version": 1})
    assert stale.status_code == 409 and stale.json()["stored"]["version"] == 2
    assert stale.json()["yours"] == {"values": {"OP-06": 9}, "version": 1}
    filled = officer.patch(url, {"values": {"OP-06": 14, "OP-06.women": 3}, "method": "register", "version": 2})
    assert filled.status_code == 200, filled.content
    assert filled.json()["null_reasons"] == {} and filled.json()["method"] == "register"
    submitted = officer.post(f"{url}submit/", {"version": 3})
    assert submitted.status_code == 200, submitted.content
    assert manager.get(url).json()["allowed_actions"] == ["send-back", "approve", "comment"]
    assert manager.post(f"{url}approve/", {"version": 3}).status_code == 409, "not what the reviewer saw"
    assert fields(manager.post(f"{url}send-back/", {"version": 4})) == {"comment"}
    back = manager.post(f"{url}send-back/", {"comment": "Look again", "code": "OP-06", "version": 4})
    assert back.json()["state"] == "returned" and ReturnComment.objects.get().code == "OP-06"
    assert officer.post(f"{url}submit/", {"version": 5}).json()["state"] == "submitted"
    assert officer.post(f"{url}approve/", {"version": 6}).status_code == 403
    approved = manager.post(f"{url}approve/", {"version": 6})
    assert approved.json()["state"] == "approved" and approved.json()["allowed_actions"] == ["correct", "comment"]
    assert fields(officer.patch(url, {"values": {"OP-06": 1}, "version": 7})) == {"state"}
    fix = {"values": {"OP-06": 15}, "code": "miscount", "reason": "counted again", "version": 7}
    assert fields(manager.post(f"{url}correct/", {**fix, "code": "mood"})) == {"code"}
    assert fields(manager.post(f"{url}correct/", {**fix, "reason": ""})) == {"reason"}
    corrected = manager.post(f"{url}correct/", fix)
    assert corrected.json()["values"]["OP-06"] == 15 and corrected.json()["reported"]["OP-06"] == 14
    assert Return.objects.get().changed_from == "api"


def test_the_same_return_again_is_a_200_and_another_a_409(officer: Program) -> None:
    url, _answer = made(officer)
    assert officer.post("returns/", ONE).status_code == 200
    other = officer.post("returns/", {**ONE, "values": {"OP-06": 13}})
    assert other.status_code == 409 and other.json()["stored"]["values"] == {"OP-06": 12}
    assert officer.get(url).json()["version"] == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"values": {"OP-06": "12"}}, "values.OP-06"),
        ({"values": {"OP-06": True}}, "values.OP-06"),
        ({"values": {"OP-06": [1]}}, "values.OP-06"),
        ({"values": {"OP-06": 1e400}}, "values.OP-06"),
        ({"values": {"OP-06": -3}}, "OP-06"),
        ({"values": {"NOPE": 1}}, "NOPE"),
        ({"values": [1]}, "values"),
        ({"values": {}, "null_reasons": {"OP-06": "lazy"}}, "null_reasons.OP-06"),
        ({"null_reasons": {"OP-06": "REFUSED"}}, "values.OP-06"),
        ({"evidence": {"OP-06": [3]}}, "evidence.OP-06"),
        ({"values": {}}, "values"),
        ({"organization": "NONE"}, "organization"),
        ({"round": "none"}, "round"),
        ({"method": "guess"}, "method"),
        ({"state": "approved"}, "state"),
    ],
)
def test_a_bad_return_is_named_and_nothing_saved(officer: Program, change: dict[str, Any], field: str) -> None:
    body = {**ONE, **change}
    text = str(body).replace("'", '"').replace("True", "true").replace("inf", "1e400")
    answer = officer.post("returns/", text)
    assert answer.status_code == 400 and field in fields(answer), answer.content
    assert not Return.objects.exists()


def test_a_warning_keeps_it_back_until_its_mark_is_confirmed(officer: Program, scene: Scene) -> None:
    scene.approved({"OP-06": 12})
    later = later_round(scene, scene.round.scale_version)
    rounds.open_round(round=later, by=None)
    many = {"organization": "G1", "round": later.code, "values": {"OP-06": 900}}
    answer = officer.post("returns/", many)
    assert answer.status_code == 201, answer.content
    url = f"returns/{answer.json()['id']}/"
    (found,) = officer.get(f"{url}findings/").json()
    assert found["severity"] == "warning" and found["key"] == "OP-06"
    assert fields(officer.post(f"{url}submit/", {"version": 1})) == {"OP-06"}
    confirmed = officer.patch(url, {"confirmed": {found["mark"]: "Two villages joined"}, "version": 1})
    assert confirmed.json()["confirmed"] == {found["mark"]: "Two villages joined"}
    assert officer.post(f"{url}submit/", {"version": 2}).json()["state"] == "submitted"


def test_comments(officer: Program, scene: Scene) -> None:
    url, _answer = made(officer)
    assert officer.post(f"{url}comment/", {"text": "Seen", "code": "OP-06"}).status_code == 201
    assert fields(officer.post(f"{url}comment/", {"text": ""})) == {"text"}
    viewer = Program(factories.person(RoleName.VIEWER, programme="TNWDP"))
    assert viewer.post(f"{url}comment/", {"text": "me too"}).status_code == 403
    assert ReturnComment.objects.count() == 1


def test_who_may_not_enter_or_is_elsewhere(officer: Program, scene: Scene) -> None:
    url, _answer = made(officer)
    for role, scope, status in (
        (RoleName.VIEWER, {"programme": "TNWDP"}, 403),
        (RoleName.API_CLIENT, {"programme": "TNWDP"}, 403),
        (RoleName.COUNTRY_PROGRAMME_MANAGER, {"country": "IND"}, 403),
        (RoleName.ME_OFFICER, {"programme": "PCDP"}, 404),
    ):
        program = Program(factories.person(role, **scope))
        assert program.patch(url, {"values": {"OP-06": 1}, "version": 1}).status_code == status, role
        assert program.post(f"{url}submit/", {"version": 1}).status_code == status, role
        assert program.post("returns/", {**ONE, "values": {"OP-06": 1}}).status_code == (400 if status == 404 else 409)
    assert Return.objects.get().values == {"OP-06": 12}


# --- many --- ------------------------------------------------------------------------------------------------------
def test_returns_are_saved_and_handed_in(officer: Program) -> None:
    program = officer
    one = ONE
    made = program.post("returns/bulk/", {"rows": [one]})
    assert statuses(made) == ["created"] and made.json()["rows"][0]["state"] == "draft", made.content
    assert statuses(program.post("returns/bulk/", {"rows": [one]})) == ["unchanged"]
    other = {**one, "values": {"OP-06": 14}, "null_reasons": {"OP-06.women": "REFUSED"}}
    assert statuses(program.post("returns/bulk/", {"rows": [other]})) == ["failed"]
    bad = {**other, "values": {"OP-06": "14", "NOPE": 1}, "version": 1}
    answer = program.post("returns/bulk/", {"rows": [bad], "mode": "best_effort"})
    assert [one["field"] for one in answer.json()["rows"][0]["errors"]] == ["values.OP-06"]
    bad = {**other, "values": {"OP-06": 14, "NOPE": 1}, "version": 1}
    answer = program.post("returns/bulk/", {"rows": [bad], "mode": "best_effort"})
    assert [one["field"] for one in answer.json()["rows"][0]["errors"]] == ["NOPE"]
    assert Return.objects.get().values == {"OP-06": 12}, "a row is whole or not at all"
    sent = program.post("returns/bulk/", {"rows": [{**other, "null_reasons": {}, "version": 1, "submit": True}]})
    assert statuses(sent) == ["updated"], sent.content
    assert sent.json()["rows"][0]["state"] in ("submitted", "draft")
    assert Return.objects.get().values == {"OP-06": 14} and Return.objects.get().changed_from == "api"


# --- results and targets ---------------------------------------------------------------------------------------------
def test_results_of_phases_are_reported_once_and_corrected(manager: Program, officer: Program) -> None:
    phase = manager.get("phases/?programme=TNWDP").json()["results"][0]["code"]
    taken = set(PhaseResult.objects.filter(phase__code=phase).values_list("indicator__code", flat=True))
    free = [
        row["code"]
        for row in manager.get("indicators/?level=phase&is_computed=false").json()["results"]
        if row["code"] not in taken
    ]
    body = {
        "programme": "TNWDP", "phase": phase, "indicator": free[0], "value": "12.5", "unit": "persons",
        "basis": "cumulative", "source": "report",
    }  # fmt: skip
    answer = manager.post("results/", body)
    assert answer.status_code == 201, answer.content
    assert answer.json()["allowed_actions"] == ["correct"] and answer.json()["value"] == "12.5000"
    assert manager.post("results/", body).status_code == 200
    assert manager.post("results/", {**body, "value": "13"}).status_code == 409
    assert fields(manager.post("results/", {**body, "subcategory": "women", "value": None})) == {"null_reason"}
    assert fields(manager.post("results/", {**body, "indicator": "OP-06"})) == {"indicator"}
    assert officer.post("results/", {**body, "subcategory": "women"}).status_code == 403
    url = f"results/{answer.json()['id']}/"
    fix = {"kind": "documented", "value": "13", "reason": "misprint", "source": "errata"}
    assert manager.post(f"{url}correct/", fix).status_code == 428
    assert fields(manager.post(f"{url}correct/", {**fix, "source": ""}, if_match=answer["ETag"])) == {"source"}
    assert manager.post(f"{url}correct/", fix, if_match=answer["ETag"]).json()["corrected_value"] == "13.0000"
    assert manager.get(url).json()["value"] == "12.5000"


def test_targets_are_proposed_accepted_and_revised(manager: Program, officer: Program) -> None:
    body = {"programme": "TNWDP", "indicator": "OP-06", "by_date": "2030-12-31", "value": "100"}
    proposed = officer.post("targets/", body)
    assert proposed.status_code == 201 and proposed.json()["is_proposal"], proposed.content
    assert proposed.json()["allowed_actions"] == ["revise"]
    assert officer.post("targets/", body).status_code == 200
    assert officer.post("targets/", {**body, "value": "101"}).status_code == 409
    url = f"targets/{proposed.json()['id']}/"
    assert manager.get(url).json()["allowed_actions"] == ["revise", "accept"]
    assert officer.post(f"{url}accept/", {}, if_match=proposed["ETag"]).status_code == 403
    accepted = manager.post(f"{url}accept/", {}, if_match=proposed["ETag"])
    assert accepted.status_code == 200 and not accepted.json()["is_proposal"]
    assert manager.post(f"{url}revise/", {"value": "120"}, if_match=proposed["ETag"]).status_code == 412
    revised = manager.post(f"{url}revise/", {"value": "120", "note": "mid-term"}, if_match=accepted["ETag"])
    assert revised.status_code == 201 and revised.json()["revises"] == proposed.json()["id"], revised.content
    assert manager.get(url).json()["allowed_actions"] == [] and Target.objects.count() == 2
    assert [row["value"] for row in manager.get("targets/?latest=true&indicator=OP-06").json()["results"]] == [
        "120.0000"
    ]
    assert fields(manager.post("targets/", {**body, "by_date": "1890-01-01"})) == {"by_date"}
