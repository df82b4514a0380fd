"""A second, independent rating of a sample, and how far both agree."""

from __future__ import annotations

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from indicators import returns, rounds, second_assessments
from indicators.agreement import agreement, weighted_kappa
from indicators.models import SecondAssessment
from indicators.work import work_list
from organizations import registry
from programmes.access import RoleName
from programmes.models import Place
from tests import factories
from tests.indicators.scenes import Scene, later_round
from tests.organizations.test_impossible import refused, sql

pytestmark = pytest.mark.django_db
LEVELS = st.integers(1, 6)


@given(st.lists(st.tuples(LEVELS, LEVELS), max_size=30))
def test_agreement_counts_and_stays_in_its_limits(pairs: list[tuple[int, int]]) -> None:
    found = agreement(pairs)
    assert 0 <= found.exact <= found.within_one <= found.n == len(pairs)
    assert found.kappa is None or -1.0001 <= found.kappa <= 1
    assert agreement([(b, a) for a, b in pairs]).kappa == pytest.approx(found.kappa)
    if found.kappa is not None and found.exact == found.n:
        assert found.kappa == 1


def test_weighted_kappa_by_hand() -> None:
    # Observed squared distances (0+1+0+4)/4 = 1.25; expected over all 16 pairings (2,3,4,5)×(2,4,4,3):
    # from 2: 0+4+4+1, from 3: 1+1+1+0, from 4: 4+0+0+1, from 5: 9+1+1+4 → 32/16 = 2. 1 - 1.25/2 = 0.375.
    assert weighted_kappa([(2, 2), (3, 4), (4, 4), (5, 3)]) == pytest.approx(0.375)
    assert weighted_kappa([(3, 3), (3, 3)]) is None, "one level throughout says nothing"
    assert weighted_kappa([(3, 4)]) is None


def drawn(scene: Scene, size: int = 1) -> SecondAssessment:
    return second_assessments.draw(round=scene.round, size=size, by=scene.manager, seed=7)[0]


def test_the_draw_can_be_repeated_and_takes_nobody_twice(scene: Scene) -> None:
    for number in range(9):
        registry.register(
            code=f"N{number}",
            name=f"Group {number}",
            kind="shg",
            place=Place.objects.get(code="IND-TN"),
            formed_on=datetime.date(2015, 1, 1),
            promoter="project",
            programme=scene.round.programme,
            by=None,
        )
    later = later_round(scene, scene.round.scale_version)
    rounds.open_round(round=later, by=None)
    later.refresh_from_db()

    def names() -> set[str]:
        return set(SecondAssessment.objects.filter(round=later).values_list("organization__code", flat=True))

    second_assessments.draw(round=later, size=3, by=scene.manager, seed=11)
    first = names()
    SecondAssessment.objects.all().delete()
    second_assessments.draw(round=later, size=3, by=scene.manager, seed=11)
    assert names() == first and len(first) == 3
    second_assessments.draw(round=later, size=7, by=scene.manager)
    assert len(names()) == 10
    with pytest.raises(ValidationError, match="All are drawn"):
        second_assessments.draw(round=later, size=1, by=scene.manager)


def test_who_entered_the_first_ratings_cannot_assess_again(scene: Scene) -> None:
    row = drawn(scene)
    scene.save({"GOV-1": 3})
    with pytest.raises(ValidationError, match="Somebody else"):
        second_assessments.record(of=row, levels={"GOV-1": 3}, by=scene.officer)
    with refused("second_assessment_is_independent"):
        sql(
            "UPDATE indicators_secondassessment SET assessor_id = %s, done_at = now(), levels = '{\"GOV-1\": 3}'",
            scene.officer.pk,
        )
    other = factories.person(RoleName.ME_OFFICER, programme="TNWDP")
    second_assessments.record(of=row, levels={"GOV-1": 4, "SYS-4": 2}, by=other)
    with pytest.raises(ValidationError, match="has assessed"):
        second_assessments.record(of=row, levels={"GOV-1": 1}, by=scene.manager)
    with pytest.raises(PermissionDenied):
        second_assessments.record(of=row, levels={"GOV-1": 1}, by=factories.person(RoleName.VIEWER, programme="TNWDP"))


@pytest.mark.parametrize("levels", [{"GOV-1": 7}, {"GOV-1": 3.5}, {"GOV-1": "x"}, {"GOV-1": True}, {"OP-06": 3}, {}])
def test_only_levels_of_rated_items_are_taken(scene: Scene, levels: dict[str, object]) -> None:
    row = drawn(scene)
    with pytest.raises(ValidationError):
        second_assessments.record(of=row, levels=levels, by=scene.manager)
    with refused("second_assessment_levels_1_to_6"):
        sql(
            "UPDATE indicators_secondassessment SET assessor_id = %s, done_at = now(), levels = '{\"GOV-1\": 7}'",
            scene.manager.pk,
        )


def test_what_both_rated_is_compared_item_by_item(scene: Scene) -> None:
    row = drawn(scene)
    assert second_assessments.compare(scene.round) == []
    second_assessments.record(of=row, levels={"GOV-1": 4, "SYS-4": 2, "LEA-1": 1}, by=scene.manager)
    scene.save({"GOV-1": 3, "SYS-4": 2, "LEA-1": 3})
    assert second_assessments.compare(scene.round) == [], "a draft does not count"
    from indicators.models import Return

    returns.submit(of=Return.objects.get(), by=scene.officer)
    together, *items = second_assessments.compare(scene.round)
    assert (together.agreement.n, together.agreement.exact, together.agreement.within_one) == (3, 1, 2)
    assert [one.code for one in items] == ["GOV-1", "LEA-1", "SYS-4"]


def test_the_pages_draw_hide_the_first_levels_and_show_them_afterwards(scene: Scene) -> None:
    from indicators.models import Return

    scene.save({"GOV-1": 3})
    returns.submit(of=Return.objects.get(), by=scene.officer)
    client, other = Client(), factories.person(RoleName.ME_OFFICER, programme="TNWDP")
    client.force_login(scene.manager)
    page = reverse("indicators:second", args=[scene.round.code])
    assert client.post(page, {"size": "999"}).status_code == 422
    assert client.post(page, {"size": "1"}).status_code == 302
    assert [n for _round, n in work_list(other).second] == [1]
    client.force_login(other)
    form = reverse("indicators:second-form", args=[scene.round.code, "G1"])
    assert "first assessor: level" not in client.get(form).content.decode()
    bad = client.post(form, {"level:GOV-1": "9", "level:SYS-4": "2", "note": "seen in May"})
    assert bad.status_code == 422 and "seen in May" in bad.content.decode()
    assert client.post(form, {"level:GOV-1": "3"}).status_code == 302
    assert "first assessor: level 3" in client.get(form).content.decode()
    assert "100" in client.get(page).content.decode()
    assert work_list(other).second == []


def test_outside_the_scope_nothing_is_there_and_a_viewer_only_reads(scene: Scene) -> None:
    drawn(scene)
    page = reverse("indicators:second", args=[scene.round.code])
    form = reverse("indicators:second-form", args=[scene.round.code, "G1"])
    for someone, read, written in (
        (factories.person(RoleName.ME_OFFICER, programme="MRCP"), 404, 404),
        (factories.person(RoleName.VIEWER, programme="TNWDP"), 200, 403),
    ):
        client = Client()
        client.force_login(someone)
        assert [client.get(page).status_code, client.get(form).status_code] == [read, read]
        assert client.post(form, {"level:GOV-1": "3"}).status_code == written
        client.post(page, {"size": "1"})
    assert SecondAssessment.objects.count() == 1
    assert not SecondAssessment.objects.filter(done_at__isnull=False).exists()
