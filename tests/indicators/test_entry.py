"""Entering many returns at once: what can be saved is saved, nothing is silently overwritten or dropped."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test.utils import CaptureQueriesContext

from indicators import instruments, returns, review, rounds
from indicators.models import DueReason, Return, ReturnState, Round, RoundDue
from indicators.returns import Change, RowAnswer, RowChange
from organizations import registry
from organizations.models import Organization
from programmes.access import RoleName
from programmes.models import Place, Programme
from tests import factories
from tests.indicators.scenes import Scene, later_round

pytestmark = pytest.mark.django_db
D = Decimal


def organization(code: str, formed: datetime.date = datetime.date(2015, 1, 1)) -> Organization:
    return registry.register(
        code=code,
        name=f"Group {code}",
        kind="shg",
        place=Place.objects.get(code="IND-TN"),
        formed_on=formed,
        promoter="project",
        programme=Programme.objects.get(code="TNWDP"),
        by=None,
    )


def entered(scene: Scene, *changes: Change, by: Any = None, **more: Any) -> RowAnswer:
    row = RowChange("G1", changes, **more)
    (answer,) = returns.save_rows(round=scene.round, rows=[row], by=by or scene.officer)
    return answer


def test_what_fits_is_saved_and_what_does_not_says_why(scene: Scene) -> None:
    answer = entered(
        scene, Change("OP-06", D(20)), Change("OP-06.women", D(21)), Change("OP-08", D("2.5")), Change("NOPE", D(1))
    )
    assert answer.contents == {"OP-06": 20}
    assert set(answer.errors) == {"OP-06.women", "OP-08", "NOPE"}
    assert "more than" in answer.errors["OP-06.women"] and "whole" in answer.errors["OP-08"]
    assert Return.objects.get().values == {"OP-06": 20}


def test_lowering_the_whole_below_its_part_is_refused_for_the_whole(scene: Scene) -> None:
    entered(scene, Change("OP-06", D(20)), Change("OP-06.women", D(15)))
    answer = entered(scene, Change("OP-06", D(10)))
    assert set(answer.errors) == {"OP-06"} and answer.contents == {"OP-06": 20, "OP-06.women": 15}
    assert answer.version == 1, "nothing changed, so nothing was written"
    both = entered(scene, Change("OP-06.women", D(8)), Change("OP-06", D(10)))
    assert not both.errors and both.version == 2


def test_a_blank_a_zero_and_a_reason_are_three_things(scene: Scene) -> None:
    entered(scene, Change("OP-06", D(0)), Change("OP-08", "NOT_SURVEYED"))
    row = Return.objects.get()
    assert (row.values, row.null_reasons) == ({"OP-06": 0}, {"OP-08": "NOT_SURVEYED"})
    answer = entered(scene, Change("OP-06", None), Change("OP-08", D(3)))
    row.refresh_from_db()
    assert (row.values, row.null_reasons) == ({"OP-08": 3}, {}) and answer.contents == {"OP-08": 3}
    assert "expected" in entered(scene, Change("OP-08", "BECAUSE")).errors["OP-08"]


def test_two_people_in_one_cell_see_both_values_and_in_two_cells_do_not_meet(scene: Scene) -> None:
    other = factories.person(RoleName.ME_OFFICER, programme="TNWDP")
    entered(scene, Change("OP-06", D(20), None))
    theirs = entered(scene, Change("OP-06", D(22), D(20)), by=other)
    assert theirs.contents == {"OP-06": 22}
    mine = entered(scene, Change("OP-06", D(25), D(20)), Change("OP-08", D(3), None))
    assert mine.conflicts == {"OP-06": 22} and mine.contents == {"OP-06": 22, "OP-08": 3}
    assert entered(scene, Change("OP-06", D(22), D(20))).conflicts == {}, "both want the same"
    assert entered(scene, Change("OP-06", D(25), D(22))).contents["OP-06"] == 25, "chosen knowingly"
    assert Return.objects.get().entered_by_ids == sorted([scene.officer.pk, other.pk])


def test_all_or_nothing_leaves_everything_as_it_was(scene: Scene) -> None:
    rows = [RowChange("G1", [Change("OP-06", D(20)), Change("OP-06.women", D(21))])]
    (answer,) = returns.save_rows(round=scene.round, rows=rows, by=scene.officer, all_or_nothing=True)
    assert answer.errors and not Return.objects.exists()


def test_an_organization_that_is_not_due_and_an_approved_return_are_refused(scene: Scene) -> None:
    stranger = organization("LATE")
    row = RowChange(stranger.code, [Change("OP-06", D(20))])
    (answer,) = returns.save_rows(round=scene.round, rows=[row], by=scene.officer)
    assert "not due" in answer.refusal
    scene.approved({"OP-06": 20})
    refused = entered(scene, Change("OP-06", D(21)))
    assert "approved" in refused.refusal and refused.contents == {"OP-06": 20}
    assert Return.objects.get().values == {"OP-06": 20}


def test_only_an_officer_of_the_programme_enters(scene: Scene) -> None:
    for person in (
        scene.manager,
        factories.person(RoleName.VIEWER, programme="TNWDP"),
        factories.person(RoleName.ME_OFFICER, programme="MRCP"),
    ):
        with pytest.raises(PermissionDenied):
            entered(scene, Change("OP-06", D(20)), by=person)


def test_a_warning_is_confirmed_with_a_note_before_it_is_handed_in(scene: Scene) -> None:
    scene.approved({"OP-06": 20})
    later = later_round(scene, scene.round.scale_version)
    rounds.open_round(round=later, by=None)
    row = RowChange("G1", [Change("OP-06", D(50))])
    (answer,) = returns.save_rows(round=later, rows=[row], by=scene.officer)
    (warning,) = answer.findings
    assert (warning.severity, warning.mark) == ("warning", "op-06-growth:OP-06")
    kept = returns.submit_rows(round=later, by=scene.officer)
    assert not kept.submitted and "confirm" in kept.kept["G1"]["OP-06"]
    for notes, ready in (
        ({"other:OP-06": "x"}, 0),
        ({warning.mark: "  "}, 0),
        ({warning.mark: "joined by a village"}, 1),
    ):
        returns.save_rows(round=later, rows=[RowChange("G1", confirm=notes)], by=scene.officer)
        assert len(returns.submit_rows(round=later, by=scene.officer).submitted) == ready
    assert Return.objects.get(round=later).confirmed == {warning.mark: "joined by a village"}


def test_a_confirmation_goes_with_the_value_it_was_about(scene: Scene) -> None:
    scene.approved({"OP-06": 20})
    later = later_round(scene, scene.round.scale_version)
    rounds.open_round(round=later, by=None)
    mark = {"op-06-growth:OP-06": "seen"}
    returns.save_rows(round=later, rows=[RowChange("G1", [Change("OP-06", D(50))], confirm=mark)], by=scene.officer)
    returns.save_rows(round=later, rows=[RowChange("G1", [Change("OP-06", D(30))])], by=scene.officer)
    assert Return.objects.get(round=later).confirmed == {}


def test_many_are_handed_in_and_approved_together(scene: Scene) -> None:
    for code in ("A", "B"):
        organization(code)
    later = later_round(scene, scene.round.scale_version)
    rounds.open_round(round=later, by=None)
    rows = [RowChange(code, [Change("OP-06", D(20))]) for code in ("A", "B", "G1")]
    returns.save_rows(round=later, rows=rows, by=scene.officer)
    done = returns.submit_rows(round=later, by=scene.officer, organizations=["A", "B"])
    assert [row.organization.code for row in done.submitted] == ["A", "B"]
    approval = review.approve_rows(round=later, by=scene.manager)
    assert [row.organization.code for row in approval.approved] == ["A", "B"] and approval.kept == {}
    states = dict(Return.objects.filter(round=later).values_list("organization__code", "state"))
    assert states == {"A": ReturnState.APPROVED, "B": ReturnState.APPROVED, "G1": ReturnState.DRAFT}
    assert set(review.approve_rows(round=later, by=scene.manager, organizations=["G1"]).kept) == {"G1"}


def test_queries_do_not_grow_with_the_rows(scene: Scene) -> None:
    codes = [f"N{number}" for number in range(30)]
    for code in codes:
        organization(code)
    later = later_round(scene, scene.round.scale_version)
    rounds.open_round(round=later, by=None)

    def queries(many: list[str], value: int) -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            rows = [RowChange(code, [Change("OP-06", D(value))]) for code in many]
            returns.save_rows(round=later, rows=rows, by=scene.officer)
        return len(caught)

    queries(codes, 10)
    assert queries(codes[:2], 11) == queries(codes, 12)


def test_the_instrument_is_fixed_when_the_round_opens(scene: Scene) -> None:
    keys = instruments.load(scene.round).keys
    assert {"OP-06", "GOV-1", "OQ-04"} <= set(keys) and "OP-07.joined" not in keys
    scene.round.refresh_from_db()
    assert "OP-06" in scene.round.instrument
    from tests.organizations.test_impossible import refused, sql

    with refused("round_instrument_is_pinned"):
        sql("UPDATE indicators_round SET instrument = '{OP-06}' WHERE id = %s", scene.round.pk)


def test_earlier_values_are_those_that_may_be_compared(scene: Scene) -> None:
    scene.approved({"OP-06": 20, "GOV-1": 2})
    later = later_round(scene, scene.round.scale_version)
    history = instruments.earlier_values(instruments.load(later), [scene.group.pk])[scene.group.pk]
    assert {key: [one.value for one in values] for key, values in history.items()} == {"OP-06": [20], "GOV-1": [2]}
    from indicators.models import ScaleVersion

    later.scale_version = ScaleVersion.objects.create(scale=scene.round.scale_version.scale, number="2.0")
    assert "GOV-1" not in instruments.earlier_values(instruments.load(later), [scene.group.pk])[scene.group.pk]


def test_late_entrants_get_a_baseline_of_their_own(scene: Scene) -> None:
    organization("NEW")
    own = Round.objects.create(
        programme=scene.round.programme,
        code="TNWDP-own",
        kind="baseline",
        is_for_late_entrants=True,
        reference_date=datetime.date(2021, 6, 30),
        window=DateRange(datetime.date(2021, 5, 1), datetime.date(2021, 9, 1)),
        scale_version=scene.round.scale_version,
    )
    rounds.open_round(round=own, by=None)
    due = {
        one.organization.code: one.reason for one in RoundDue.objects.filter(round=own).select_related("organization")
    }
    assert due == {"G1": DueReason.HAS_BASELINE, "NEW": DueReason.DUE}


def test_a_single_save_says_what_is_wrong_and_leaves_nothing(scene: Scene) -> None:
    with pytest.raises(ValidationError) as caught:
        scene.save({"OP-06": 20, "OP-06.women": 25})
    assert set(caught.value.message_dict) == {"OP-06.women"}
    assert not Return.objects.exists()
