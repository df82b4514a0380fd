"""Many metrics from one read: the same figures as one by one, in a number of queries that does not grow."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from indicators import review
from indicators.models import Return
from organizations.models import Organization
from programmes.access import RoleName
from programmes.models import Programme
from scaling import register_answers, register_parts, register_sets, rollups
from scaling.metrics import REGISTER_METRICS
from scaling.register_questions import Question
from scaling.register_sql import store
from tests import factories

pytestmark = pytest.mark.django_db
ASKED: list[dict[str, Any]] = [
    {},
    {"round": "net-2020"},
    {"round": "net-2022", "against": "net-2018"},
    {"as_of": datetime.date(2022, 12, 31)},
    {"kind": "shg"},
    {"apex": "F1"},
    {"apex": "F1", "kind": "shg"},
]


@pytest.mark.parametrize("filters", ASKED, ids=str)
def test_a_set_answers_as_each_metric_alone(net: Programme, filters: dict[str, Any]) -> None:
    someone = factories.administrator()
    question = Question(programmes=("NET",), **filters)
    found = register_sets.read(user=someone, question=question).now
    for name, metric in REGISTER_METRICS.items():
        (alone,) = register_answers.rows(user=someone, metric=metric, question=question)
        assert found.row(name).outcome == alone.outcome, name
        assert found.row(name).thresholds == alone.thresholds


@pytest.mark.parametrize("by", ["kind", "tier", "cohort", "programme"])
def test_groups_are_those_of_the_metric_alone(net: Programme, by: str) -> None:
    someone = factories.administrator()
    metric = REGISTER_METRICS["members_observed"]
    found = register_sets.read(user=someone, question=Question(programmes=("NET",))).now.rows("members_observed", by)
    alone = register_answers.rows(user=someone, metric=metric, question=Question(programmes=("NET",), by=by))
    assert {group: row.outcome for group, row in found.items()} == {str(row.group): row.outcome for row in alone}


def test_history_holds_the_rounds_up_to_the_asked_one(net: Programme) -> None:
    someone = factories.administrator()
    alone = register_answers.rows(
        user=someone, metric=REGISTER_METRICS["members_observed"], question=Question(programmes=("NET",), by="round")
    )
    assert len(alone) > 2
    expected = {str(row.group): row.outcome for row in alone}
    whole = register_sets.read(user=someone, question=Question(programmes=("NET",)), history=True)
    assert whole.history is not None
    assert {code: row.outcome for code, row in whole.history.rows("members_observed", "round").items()} == expected
    until = register_sets.read(user=someone, question=Question(programmes=("NET",), round="net-2020"), history=True)
    assert until.history is not None
    rounds = until.history.rows("members_observed", "round")
    assert "net-2020" in rounds and "net-2022" not in rounds
    assert rounds == {code: row for code, row in rounds.items() if row.outcome == expected[code]}


def test_an_area_stands_for_all_that_lies_inside_it(net: Programme) -> None:
    someone = factories.administrator()
    places = Organization.objects.filter(enrolments__programme=net).values_list("place__code", "place__country__code")
    areas = {code: country or code for code, country in places}
    found = register_sets.read(user=someone, question=Question(programmes=("NET",)), areas=areas).now
    (country,) = set(areas.values())
    assert found.groups("area") == [country]
    whole = found.rows("members_observed", "area")[country].outcome
    assert whole == found.row("members_observed").outcome


def test_the_total_of_a_federation_is_not_split_and_says_so(net: Programme) -> None:
    found = register_sets.read(user=factories.administrator(), question=Question(programmes=("NET",), apex="F1")).now
    assert not found.splits("kind") and found.rows("members_observed", "kind") == {}
    assert found.splits("cohort") and found.figure("members_observed").value


def test_a_dozen_metrics_take_as_many_queries_as_one(net: Programme) -> None:
    someone = factories.administrator()

    def count(names: list[str]) -> int:
        with CaptureQueriesContext(connection) as queries:
            found = register_sets.read(user=someone, question=Question(programmes=("NET",)), history=True)
            for name in names:
                found.now.row(name)
                found.now.rows(name, "kind")
        return len(queries)

    count(["members_observed"])  # who may see what is looked up once
    assert count(list(REGISTER_METRICS)) == count(["members_observed"]) <= 14


def test_what_was_known_at_a_moment_has_its_rounds_too(net: Programme) -> None:
    """A pack is of a moment; its pictures over rounds are those of the pages."""
    someone, asked = factories.administrator(), Question(programmes=("NET",))
    moment = timezone.now()
    now = register_sets.read(user=someone, question=asked, history=True)
    then = register_sets.read(user=someone, question=replace(asked, known_at=moment), history=True)
    assert now.history is not None and then.history is not None
    rounds = now.history.rows("members_observed", "round")
    assert len(rounds) > 2
    assert {code: row.outcome for code, row in then.history.rows("members_observed", "round").items()} == {
        code: row.outcome for code, row in rounds.items()
    }


def _manager(programme: Programme) -> Any:
    country = programme.countries.get()
    return factories.person(RoleName.COUNTRY_PROGRAMME_MANAGER, country=country.code)


def test_registers_stay_in_memory_until_their_round_is_computed_again(
    net: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    someone = factories.administrator()
    read_again: list[int] = []
    flat = store.flat

    def counting(*args: Any) -> Any:
        read_again.append(1)
        return flat(*args)

    def members() -> Any:
        found = register_sets.read(user=someone, question=Question(programmes=("NET",)), history=True)
        assert found.history is not None
        return found.now.figure("members_observed").value, found.history.rows("members_observed", "round")

    monkeypatch.setattr(register_parts.store, "flat", counting)
    register_parts.forget()
    before, rounds = members()
    cold = len(read_again)
    assert cold > 2
    assert members()[0] == before and len(read_again) == cold, "a second look reads no row again"

    last = (
        Return.objects.filter(organization__tier="primary", state="approved", values__has_key="OP-06")
        .order_by("-round__reference_date", "organization__code")
        .first()
    )
    assert last is not None
    was = last.values["OP-06"]
    review.correct(of=last, by=_manager(net), values={"OP-06": was + 7}, code="miscount", reason="seven more")
    rollups.drain()
    drained = len(read_again)
    after, again = members()
    assert after == before + 7
    assert 0 < len(read_again) - drained < cold, "only rows of the rounds that were computed again are read"
    unchanged = [code for code, row in again.items() if row.outcome == rounds[code].outcome]
    assert len(unchanged) == len(rounds) - 1
