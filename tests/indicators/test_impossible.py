"""What must be impossible in returns and results (domain study 2.4), through the operation and straight in SQL."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from indicators import results, returns, review, rounds
from indicators.models import Indicator, IndicatorVersion, PhaseResult, Return, ReturnState, Round, ScaleVersion
from organizations import registry
from programmes.access import RoleName
from programmes.models import Place, Programme
from tests import factories
from tests.indicators.scenes import Scene, later_round
from tests.organizations.test_impossible import refused, sql

pytestmark = pytest.mark.django_db


def write(row: Return, values: dict[str, Any]) -> None:
    sql("UPDATE indicators_return SET values = %s WHERE id = %s", json.dumps(values), row.pk)


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"OP-06": 20, "OP-06.women": 21}, "return_subgroup_within_total"),
        ({"OP-06": 20, "OP-06.women": 10, "OP-06.men": 9}, "return_sexes_add_up"),
        ({"GOV-1": 0}, "return_rating_1_to_6"),
        ({"GOV-1": 7}, "return_rating_1_to_6"),
        ({"GOV-1": 3.5}, "return_rating_1_to_6"),
        ({"SU-01": 5}, "return_not_computed"),
        ({"OP-04": 5}, "return_not_computed"),
        ({"OP-06": "twenty"}, "return_values_are_numbers"),
        ({"OP-06": True}, "return_values_are_numbers"),
        ({"OP-06": None}, "return_values_are_numbers"),
        ({"OP-06": -1}, "return_values_not_negative"),
        ({"NOPE": 1}, "return_indicator_known"),
    ],
    ids=[
        "I-15 women",
        "I-15 sexes",
        "I-16 0",
        "I-16 7",
        "I-16 half",
        "I-20",
        "I-20b",
        "I-21 text",
        "I-21 yes",
        "I-21 null",
        "negative",
        "unknown",
    ],
)
def test_a_value_that_cannot_be_is_refused(scene: Scene, values: dict[str, Any], constraint: str) -> None:
    row = scene.save({"OP-06": 20})
    with pytest.raises(ValidationError) as caught:
        scene.save(values)
    assert set(caught.value.message_dict) <= set(values)
    with refused(constraint):
        write(row, values)


def test_not_a_number_and_infinity_are_refused(scene: Scene) -> None:
    for value in (float("nan"), float("inf"), Decimal("NaN")):
        with pytest.raises(ValidationError, match="number"):
            scene.save({"OP-06": value})


def test_a_blank_has_a_reason_and_never_both(scene: Scene) -> None:
    row = scene.save({"OP-06": 20}, null_reasons={"OP-08": "NOT_SURVEYED"})
    assert row.null_reasons == {"OP-08": "NOT_SURVEYED"}
    with pytest.raises(ValidationError, match="reasons"):
        scene.save({}, null_reasons={"OP-08": "BECAUSE"})
    with refused("return_value_or_reason"):
        sql('UPDATE indicators_return SET null_reasons = \'{"OP-06": "REFUSED"}\' WHERE id = %s', row.pk)


def test_i16_one_return_for_an_organization_and_round(scene: Scene) -> None:
    row = scene.save({"OP-06": 20})
    with refused("return_once_a_round"):
        sql(
            "INSERT INTO indicators_return (organization_id, round_id, values, null_reasons, evidence, confirmed, incomplete,"
            " method, state, version, entered_by_id, entered_by_ids, entered_at, correction_reason)"
            " VALUES (%s, %s, '{}', '{}', '{}', '{}', '{}', 'survey', 'draft', 1, %s, '{}', now(), '')",
            scene.group.pk,
            scene.round.pk,
            scene.officer.pk,
        )
    with pytest.raises(returns.Conflict) as caught:
        returns.save_values(
            organization=scene.group, round=scene.round, values={"OP-06": 21}, by=scene.officer, version=None
        )
    assert caught.value.theirs.pk == row.pk and caught.value.mine == {"OP-06": 21}


def test_i17_level_four_needs_evidence_when_it_is_submitted(scene: Scene) -> None:
    row = scene.save({"GOV-1": 4})
    with pytest.raises(ValidationError, match="evidence"):
        returns.submit(of=row, by=scene.officer)
    with refused("return_rating_has_evidence"):
        sql("UPDATE indicators_return SET state = 'submitted' WHERE id = %s", row.pk)
    row = scene.save({}, evidence={"GOV-1": "minutes of 12 May, five members asked"})
    assert returns.submit(of=row, by=scene.officer).state == ReturnState.SUBMITTED


def test_i18_ratings_of_two_versions_of_the_scale_are_not_compared(scene: Scene) -> None:
    first = scene.save({"GOV-1": 3, "OP-06": 20})
    other = ScaleVersion.objects.create(scale=scene.round.scale_version.scale, number="2.0")
    second = Return(organization=scene.group, round=later_round(scene, other), values={"GOV-1": 5, "OP-06": 25})
    assert returns.comparable(first, first, "GOV-1")
    assert not returns.comparable(first, second, "GOV-1")
    assert returns.comparable(first, second, "OP-06.women"), "counts do not hang on the scale"


def test_i18_values_under_two_definitions_are_not_compared(scene: Scene) -> None:
    first = scene.save({"OP-06": 20, "OP-08": 3})
    second = Return(organization=scene.group, round=later_round(scene, scene.round.scale_version), values={"OP-06": 25})
    old = IndicatorVersion.objects.get(indicator__code="OP-06")
    IndicatorVersion.objects.filter(pk=old.pk).update(valid=DateRange(None, datetime.date(2021, 1, 1)))
    assert not returns.comparable(first, second, "OP-06"), "no definition was in force at the second"
    IndicatorVersion.objects.create(
        indicator=old.indicator,
        number=2,
        valid=DateRange(datetime.date(2021, 1, 1), None),
        name="Members",
        unit="households",
    )
    assert returns.comparable(first, first, "OP-06")
    assert not returns.comparable(first, second, "OP-06")
    assert returns.comparable(first, second, "OP-08")
    with refused("indicator_versions_no_overlap"):
        sql("UPDATE indicators_indicatorversion SET valid = '(,)' WHERE indicator_id = %s", old.indicator_id)


def test_a_round_of_outputs_describes_the_period_that_ends_on_its_date(scene: Scene) -> None:
    first_half = DateRange(datetime.date(2020, 1, 1), datetime.date(2020, 7, 1))
    fields: dict[str, Any] = {
        "programme": scene.round.programme,
        "kind": "semi_annual",
        "window": DateRange(datetime.date(2020, 7, 1), datetime.date(2020, 9, 1)),
        "scale_version": scene.round.scale_version,
    }
    with refused("round_of_outputs_has_its_period"):
        Round.objects.create(code="a", reference_date=datetime.date(2020, 6, 30), **fields)
    with refused("round_of_outputs_has_its_period"):
        Round.objects.create(code="a", reference_date=datetime.date(2020, 6, 29), period=first_half, **fields)
    with refused("round_of_outputs_has_its_period"):
        Round.objects.filter(pk=scene.round.pk).update(period=first_half)
    Round.objects.create(code="a", reference_date=datetime.date(2020, 6, 30), period=first_half, **fields)
    overlapping = DateRange(datetime.date(2020, 6, 1), datetime.date(2020, 8, 1))
    with refused("round_periods_no_overlap"):
        Round.objects.create(code="b", reference_date=datetime.date(2020, 7, 31), period=overlapping, **fields)


def test_i19_nobody_approves_what_they_entered(scene: Scene) -> None:
    row = returns.submit(of=scene.save({"OP-06": 20}), by=scene.officer)
    with pytest.raises(PermissionDenied):
        review.approve(of=row, by=scene.officer)
    Return.objects.filter(pk=row.pk).update(entered_by=scene.manager)
    with pytest.raises(ValidationError, match="Somebody else"):
        review.approve(of=row, by=scene.manager)
    with refused("return_approved_by_another"):
        sql(
            "UPDATE indicators_return SET state = 'approved', approved_at = now(), approved_by_id = entered_by_id"
            " WHERE id = %s",
            row.pk,
        )


def test_i19_a_locked_round_changes_only_after_reopening_with_a_reason(scene: Scene) -> None:
    row = scene.approved({"OP-06": 20})
    rounds.close(round=scene.round, by=scene.manager)
    rounds.lock(round=scene.round, by=scene.manager)
    scene.round.refresh_from_db()
    with pytest.raises(ValidationError, match="does not take entries"):
        scene.save({"OP-06": 21})
    with refused("return_locked_stays"):
        write(row, {"OP-06": 21})
    with refused("return_approved_stays"):
        sql("DELETE FROM indicators_return WHERE id = %s", row.pk)
    with pytest.raises(ValidationError, match="why"):
        rounds.reopen(round=scene.round, by=scene.manager, reason=" ")
    rounds.reopen(round=scene.round, by=scene.manager, reason="two groups were mixed up")
    assert (
        review.correct(of=row, by=scene.manager, values={"OP-06": 21}, code="mixed_up", reason="mixed up").values[
            "OP-06"
        ]
        == 21
    )


def test_an_approved_value_is_corrected_with_a_reason_and_what_was_reported_stays(scene: Scene) -> None:
    row = scene.approved({"OP-06": 20})
    with refused("return_approved_is_corrected"):
        write(row, {"OP-06": 25})
    with pytest.raises(ValidationError, match="why"):
        review.correct(of=row, by=scene.manager, values={"OP-06": 25}, code="other", reason="")
    corrected = review.correct(
        of=row, by=scene.manager, values={"OP-06": 25}, code="transcription", reason="typing slip"
    )
    assert (corrected.values, corrected.reported) == ({"OP-06": 25}, {"OP-06": 20})


def test_history_is_kept_of_raw_sql_too(scene: Scene) -> None:
    row = scene.save({"OP-06": 20})
    write(row, {"OP-06": 22})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT values ->> 'OP-06' FROM indicators_returnevent WHERE pgh_obj_id = %s ORDER BY pgh_id", [row.pk]
        )
        assert [found[0] for found in cursor.fetchall()] == ["20", "22"]


def test_the_due_list_is_frozen_when_the_round_opens(scene: Scene) -> None:
    assert list(scene.round.due.values_list("organization__code", "is_due")) == [("G1", True)]
    with pytest.raises(Exception, match=r"[Cc]annot update"), transaction.atomic():
        sql("UPDATE indicators_rounddue SET is_due = false, reason = 'too_young'")


def test_i20_a_computed_indicator_is_never_reported_for_a_phase() -> None:
    programme = Programme.objects.get(code="PCDP")
    with pytest.raises(ValidationError, match="not an indicator"):
        results.report(
            programme=programme,
            phase=None,
            indicator=Indicator.objects.get(code="SU-13"),
            value=Decimal(2),
            unit="ratio",
            basis="stock",
            by=None,
        )
    with refused("phase_result_indicator_fits"):
        sql(
            "UPDATE indicators_phaseresult SET indicator_id = (SELECT id FROM indicators_indicator WHERE code = 'SU-13')"
            " WHERE programme_id = %s",
            programme.pk,
        )


def test_a_result_has_a_value_or_a_reason() -> None:
    row = PhaseResult.objects.filter(value__isnull=False).first()
    assert row is not None
    with refused("phase_result_value_or_reason"):
        sql("UPDATE indicators_phaseresult SET value = NULL WHERE id = %s", row.pk)
    row.value = None
    with pytest.raises(ValidationError):
        row.full_clean()


def test_i23_an_incomplete_disaggregation_is_not_summed(scene: Scene) -> None:
    row = scene.save({"OP-06": 20, "OP-06.women": 8, "OP-06.men": 12})
    assert returns.total_of_cells(row, "OP-06") == 20
    row.incomplete = ["OP-06"]
    assert returns.total_of_cells(row, "OP-06") is None


def test_entering_needs_the_programme_and_a_due_organization(scene: Scene) -> None:
    stranger = factories.person(RoleName.ME_OFFICER, programme="PCDP")
    with pytest.raises(PermissionDenied):
        returns.save_values(organization=scene.group, round=scene.round, values={}, by=stranger)
    scene.round.due.all()
    other = registry.register(
        code="G2",
        name="Late",
        kind="shg",
        place=Place.objects.get(code="IND-TN"),
        formed_on=datetime.date(2021, 1, 1),
        promoter="project",
        programme=scene.round.programme,
        by=None,
    )
    with pytest.raises(ValidationError, match="not due"):
        returns.save_values(organization=other, round=scene.round, values={}, by=scene.officer)


def test_a_constraint_error_is_an_integrity_error(scene: Scene) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        sql("UPDATE indicators_round SET status = 'whatever'")
