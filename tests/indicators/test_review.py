"""Review: four eyes whoever entered, a locked round that says so, an approval that holds."""

from __future__ import annotations

import datetime
import json
import uuid
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from indicators import history, returns, review, rounds
from indicators.models import Return, ReturnState
from indicators.returns import Change, RowChange
from organizations import registry
from organizations.models import Organization
from programmes.access import RoleName
from programmes.models import Place
from tests import factories
from tests.indicators.scenes import Scene, later_round
from tests.organizations.test_impossible import refused, sql

pytestmark = pytest.mark.django_db


def test_i19_none_of_several_who_entered_may_approve(scene: Scene) -> None:
    both = factories.person(RoleName.ME_OFFICER, programme="TNWDP")
    from programmes import assignments
    from programmes.models import Place

    assignments.assign(
        user=both, role=RoleName.COUNTRY_PROGRAMME_MANAGER, country=Place.objects.get(code="IND"), by=None
    )
    first = returns.save_values(
        organization=scene.group, round=scene.round, values={"OP-06": 20}, by=both, version=None
    )
    row = returns.submit(of=scene.save({"OP-06.women": 9}), by=scene.officer)
    assert row.pk == first.pk and row.entered_by_id == scene.officer.pk
    with pytest.raises(ValidationError, match="Somebody else"):
        review.approve(of=row, by=both)
    with refused("return_approved_by_another"):
        sql(
            "UPDATE indicators_return SET state = 'approved', approved_at = now(), approved_by_id = %s WHERE id = %s",
            both.pk,
            row.pk,
        )
    with refused("return_entered_by_is_kept"):
        sql("UPDATE indicators_return SET entered_by_ids = '{}' WHERE id = %s", row.pk)


def test_i19_an_approved_return_is_not_undone_or_deleted_in_sql(scene: Scene) -> None:
    row = scene.approved({"OP-06": 20})
    with refused("return_approved_stays"):
        sql("UPDATE indicators_return SET state = 'draft', approved_by_id = NULL WHERE id = %s", row.pk)
    with refused("return_approved_stays"):
        sql("DELETE FROM indicators_return WHERE id = %s", row.pk)


def test_i19_a_round_takes_only_its_steps_in_sql_too(scene: Scene) -> None:
    rounds.close(round=scene.round, by=scene.manager)
    rounds.lock(round=scene.round, by=scene.manager)
    with refused("round_takes_only_its_steps"):
        sql("UPDATE indicators_round SET status = 'open' WHERE id = %s", scene.round.pk)
    with refused("round_reopened_with_reason"):
        sql("UPDATE indicators_round SET status = 'reopened' WHERE id = %s", scene.round.pk)


def test_why_a_round_was_reopened_stays_told_after_it_is_closed(scene: Scene) -> None:
    rounds.close(round=scene.round, by=scene.manager)
    rounds.reopen(round=scene.round, by=scene.manager, reason="two groups were mixed up")
    assert rounds.close(round=scene.round, by=scene.manager).status_reason == "two groups were mixed up"


def test_i18_the_scale_of_a_round_is_pinned_once_something_was_scored(scene: Scene) -> None:
    scene.save({"GOV-1": 3})
    with refused("round_scale_is_pinned"):
        sql(
            "INSERT INTO indicators_scaleversion (scale_id, number) SELECT scale_id, '9.9' FROM indicators_scaleversion;"
            " UPDATE indicators_round SET scale_version_id = (SELECT max(id) FROM indicators_scaleversion)"
        )


def test_a_closed_round_takes_no_submission_and_a_locked_one_no_review(scene: Scene) -> None:
    row = scene.save({"OP-06": 20})
    rounds.close(round=scene.round, by=scene.manager)
    with pytest.raises(ValidationError, match="does not take entries"):
        returns.submit(of=row, by=scene.officer)
    rounds.lock(round=scene.round, by=scene.manager)
    for step in (
        lambda: review.approve(of=row, by=scene.manager),
        lambda: review.send_back(of=row, by=scene.manager, comment="x"),
        lambda: review.correct(of=row, by=scene.manager, values={"OP-06": 1}, code="other", reason="x"),
    ):
        with pytest.raises(ValidationError, match="locked"):
            step()


def test_a_rating_is_corrected_upwards_only_with_evidence(scene: Scene) -> None:
    row = scene.approved({"GOV-1": 3})
    with pytest.raises(ValidationError, match="evidence"):
        review.correct(of=row, by=scene.manager, values={"GOV-1": 5}, code="miscount", reason="misread")
    mended = review.correct(
        of=row,
        by=scene.manager,
        values={"GOV-1": 5},
        code="miscount",
        reason="misread",
        evidence={"GOV-1": "by-laws of 2019"},
    )
    assert (mended.values["GOV-1"], mended.reported) == (5, {"GOV-1": 3})


def test_reviewing_does_not_move_the_time_of_entry(scene: Scene) -> None:
    entered = scene.save({"OP-06": 20}).entered_at
    row = returns.submit(of=scene.save({"OP-06": 21}), by=scene.officer)
    assert row.entered_at > entered
    assert review.approve(of=row, by=scene.manager).entered_at == row.entered_at


def test_a_return_sent_back_says_what_should_be_mended(scene: Scene) -> None:
    row = returns.submit(of=scene.save({"OP-06": 20}), by=scene.officer)
    with pytest.raises(ValidationError, match="mended"):
        review.send_back(of=row, by=scene.manager, comment=" ")
    back = review.send_back(of=row, by=scene.manager, comment="count again", code="OP-06")
    assert back.state == ReturnState.RETURNED
    assert [comment.text for comment in back.comments.all()] == ["count again"]


def test_comments_on_single_values_are_enough_to_send_back(scene: Scene) -> None:
    row = returns.submit(of=scene.save({"OP-06": 20}), by=scene.officer)
    review.comment(of=row, by=scene.manager, text="count again", code="OP-06")
    assert review.send_back(of=row, by=scene.manager, comment="").state == ReturnState.RETURNED


def test_a_correction_has_a_coded_reason_and_a_note_and_keeps_the_old_value(scene: Scene) -> None:
    row = scene.approved({"OP-06": 20, "OP-08": 3})
    for code, reason, said in (("", "x", "Choose"), ("nonsense", "x", "Choose"), ("miscount", " ", "Say why")):
        with pytest.raises(ValidationError, match=said):
            review.correct(of=row, by=scene.manager, values={"OP-06": 21}, code=code, reason=reason)
    with pytest.raises(ValidationError, match="already"):
        review.correct(of=row, by=scene.manager, values={"OP-06": 20}, code="miscount", reason="x")
    mended = review.correct(
        of=row,
        by=scene.manager,
        values={"OP-06": 21},
        null_reasons={"OP-08": "NOT_SURVEYED"},
        code="miscount",
        reason="two were counted twice",
    )
    assert (mended.values, mended.null_reasons) == ({"OP-06": 21}, {"OP-08": "NOT_SURVEYED"})
    assert mended.reported == {"OP-06": 20, "OP-08": 3} and mended.correction_code == "miscount"
    with refused("return_correction_code_known"):
        sql("UPDATE indicators_return SET correction_code = 'because' WHERE id = %s", row.pk)
    with refused("return_correction_has_reason"):
        sql("UPDATE indicators_return SET correction_code = '' WHERE id = %s", row.pk)


def test_the_history_tells_who_by_which_way_and_why(scene: Scene) -> None:
    client = Client()
    client.force_login(scene.officer)
    batch = {
        "key": str(uuid.uuid4()),
        "rows": [{"organization": "G1", "changes": [{"key": "OP-06", "content": 20}, {"key": "OP-08", "content": 3}]}],
    }
    address = reverse("indicators:entry-save", args=[scene.round.code])
    assert client.post(address, json.dumps(batch), content_type="application/json").status_code == 200
    page = reverse("indicators:return", args=[scene.round.code, "G1"])
    client.post(page, {"value:OP-06": "21", "seen:OP-06": "20", "submit": ""})
    client.force_login(scene.manager)
    decide = reverse("indicators:decide", args=[scene.round.code, "G1"])
    client.post(decide, {"approve": ""})
    wrong = {"correct": "", "key": "OP-06", "value": "22", "code": "", "text": "two more came"}
    client.post(decide, wrong)
    kept = client.get(page).content.decode()
    assert "two more came" in kept and 'value="22"' in kept, "what was typed stays"
    client.post(decide, {**wrong, "code": "miscount"})
    row = Return.objects.get()
    told = [(event.who, event.way, event.state, [(c.key, c.before, c.after) for c in event.cells], event.reason)
            for event in history.of_return(row)][::-1]  # fmt: skip
    assert told == [
        (scene.officer, "grid", "draft", [("OP-06", None, 20), ("OP-08", None, 3)], ""),
        (scene.officer, "form", "", [("OP-06", 20, 21)], ""),
        (scene.officer, "form", "submitted", [], ""),
        (scene.manager, "form", "approved", [], ""),
        (scene.manager, "form", "", [("OP-06", 21, 22)], "counted wrongly: two more came"),
    ]
    assert [len(event.cells) for event in history.of_return(row, "OP-08")] == [1]
    shown = client.get(page + "?cell=OP-06").content.decode()
    assert "counted wrongly" in shown and "two more came" in shown


def test_nobody_rewrites_the_history_not_even_in_sql(scene: Scene) -> None:
    scene.save({"OP-06": 20})
    for statement in ("UPDATE indicators_returnevent SET values = '{}'", "DELETE FROM indicators_returnevent",
                      "DELETE FROM indicators_roundevent"):  # fmt: skip
        with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
            sql(statement)


def test_many_are_approved_as_the_filters_show_them(scene: Scene) -> None:
    def group(code: str, kind: str) -> None:
        registry.register(
            code=code, name=f"Group {code}", kind=kind, place=Place.objects.get(code="IND-TN"),
            formed_on=datetime.date(2015, 1, 1), promoter="project", programme=scene.round.programme, by=None,
        )  # fmt: skip

    for code, kind in (("S1", "shg"), ("S2", "shg"), ("C1", "cooperative")):
        group(code, kind)
    later = later_round(scene, scene.round.scale_version)
    rounds.open_round(round=later, by=None)
    rows = [RowChange(code, [Change("OP-06", Decimal(20))]) for code in ("S1", "S2", "C1")]
    returns.save_rows(round=later, rows=rows, by=scene.officer)
    returns.submit_rows(round=later, by=scene.officer)
    Return.objects.filter(organization__code="S2").update(confirmed={"op-06-growth:OP-06": "seen"})
    client = Client()
    client.force_login(scene.manager)
    page = reverse("indicators:round", args=[later.code])
    shown = client.get(page, {"kind": "shg", "warned": "no", "state": "submitted"}).content.decode()
    assert "Group S1" in shown and "Group S2" not in shown and "Group C1" not in shown
    client.post(reverse("indicators:approve-many", args=[later.code]), {"kind": "shg", "warned": "no"})
    states = dict(Return.objects.filter(round=later).values_list("organization__code", "state"))
    assert states == {"S1": "approved", "S2": "submitted", "C1": "submitted"}
    for query in ({"state": "nope"}, {"place": "x" * 500}, {"page": "-3"}, {"warned": "maybe"}, {"text": "\u202e"}):
        assert client.get(page, query).status_code == 200


def test_returns_are_found_by_programme_and_their_values_are_served(scene: Scene, api: Client) -> None:
    scene.approved({"OP-06": 20})
    rows = api.get("/api/v1/returns/", {"programme": "TNWDP"}).json()["results"]
    assert [(row["organization"], row["state"], row["values"]) for row in rows] == [("G1", "approved", {"OP-06": 20.0})]
    assert Organization.objects.filter(code="G1").exists()
