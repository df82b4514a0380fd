"""Review: four eyes whoever entered, a locked round that says so, an approval that holds."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from indicators import returns, review, rounds
from indicators.models import ReturnState
from organizations.models import Organization
from programmes.access import RoleName
from tests import factories
from tests.indicators.scenes import Scene
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
        lambda: review.correct(of=row, by=scene.manager, values={"OP-06": 1}, reason="x"),
    ):
        with pytest.raises(ValidationError, match="locked"):
            step()


def test_a_rating_is_corrected_upwards_only_with_evidence(scene: Scene) -> None:
    row = scene.approved({"GOV-1": 3})
    with pytest.raises(ValidationError, match="evidence"):
        review.correct(of=row, by=scene.manager, values={"GOV-1": 5}, reason="misread")
    mended = review.correct(
        of=row, by=scene.manager, values={"GOV-1": 5}, reason="misread", evidence={"GOV-1": "by-laws of 2019"}
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


def test_returns_are_found_by_programme_and_their_values_are_served(scene: Scene, api: Client) -> None:
    scene.approved({"OP-06": 20})
    rows = api.get("/api/v1/returns/", {"programme": "TNWDP"}).json()["results"]
    assert [(row["organization"], row["state"], row["values"]) for row in rows] == [("G1", "approved", {"OP-06": 20.0})]
    assert Organization.objects.filter(code="G1").exists()
