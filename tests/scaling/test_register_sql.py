"""SQL rollups against records read one organization after another, on portfolios with all the mess of real life."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import Q

from accounts.models import User
from indicators.models import Round
from organizations.models import Organization, PersonMembership, Succession
from scaling import portfolio, readers, register_rollups, register_shared
from scaling.metrics import REGISTER_METRICS
from scaling.metrics.cells import joined
from scaling.metrics.observe import edges_on
from scaling.metrics.stored import Flat, flatten, plus, unflatten
from scaling.models import Cell, Components, FederationTotal, RoundLayout
from scaling.network.load import load
from scaling.portfolio import lives
from scaling.register_answers import rows
from scaling.register_questions import Question, shared_organizations, sources_of, visible_programmes
from scaling.register_sql import store
from tests import factories
from tests.scaling import network as n
from tests.scaling.network_programme import make_programme
from tests.scaling.test_network_api import credit_folder

pytestmark = pytest.mark.django_db
ByCohort = dict[str, Flat]


def from_records(round_: Round) -> tuple[dict[object, ByCohort], dict[str, ByCohort]]:
    row = register_rollups.round_row(round_)
    reading = readers.read(programme_id=round_.programme_id, on=round_.reference_date, closing=row)
    found = register_rollups.positions(reading)
    computed = register_rollups.summed(found, edges_on(reading.records, reading.on))
    return (
        {key: told(cohorts) for key, cohorts in computed.cells.items()},
        {code: told(cohorts) for code, cohorts in computed.federations.items() if code in reading.ids},
    )


def as_number(value: Any) -> Decimal | None:
    """As the database gives it back."""
    return None if value is None else Decimal(str(value))


def told(cohorts: register_rollups.ByCohort) -> ByCohort:
    return {cohort: flat for cohort, register in cohorts.items() if (flat := flatten(register))}


def as_stored(round_: Round) -> tuple[dict[object, ByCohort], dict[str, ByCohort]]:
    paths = RoundLayout.objects.get(pk=round_.pk).paths
    cells: dict[object, ByCohort] = defaultdict(dict)
    for cell in (
        Cell.objects.filter(round=round_, within=False).exclude(kind="").exclude(tier="").select_related("place")
    ):
        _add(cells[cell.place.code, cell.kind, cell.tier], cell, paths)
    totals: dict[str, ByCohort] = defaultdict(dict)
    for total in FederationTotal.objects.filter(round=round_).select_related("apex"):
        _add(totals[total.apex.code], total, paths)
    return dict(cells), dict(totals)


def _add(cohorts: ByCohort, row: Components, paths: list[str]) -> None:
    flat = store.flat_of(row, paths)
    if flat:
        cohorts[row.cohort] = flat


def assert_alike(round_: Round) -> int:
    cells, federations = as_stored(round_)
    slow_cells, slow_federations = from_records(round_)
    assert cells == slow_cells
    assert federations == slow_federations
    return len(cells) + len(federations)


def rebuild() -> None:
    call_command("rebuild_rollups", verbosity=0)


def families() -> set[str]:
    """What the stored components are about."""
    paths = {path for layout in RoundLayout.objects.all() for path in layout.paths}
    bars = {store.BARS[int(key.split("|")[0])] for cell in Cell.objects.all() for key in cell.bars}
    return {path.split("|")[0] for path in paths | bars}


def test_a_synthetic_portfolio_is_summed_alike() -> None:
    portfolio.make(portfolio.Plan(600, 11, programmes=2, rounds=4), say=lambda text: None)
    rebuild()
    rounds = Round.objects.filter(programme__is_synthetic=True)
    compared = [assert_alike(round_) for round_ in rounds]
    assert len(compared) >= 8 and min(compared) > 20
    assert {"membership", "groups", "aggregation", "survival", "pathway", "dependency"} <= families()


def test_the_demonstration_is_summed_alike(tmp_path: Path) -> None:
    call_command("load_demonstration", "--sign-ins", f"{tmp_path}/sign-ins.json", verbosity=0)
    rebuild()
    compared = [assert_alike(round_) for round_ in Round.objects.exclude(status="planned")]
    assert sum(compared) > 60 and "estimates" in families()


def test_the_network_of_the_worked_examples_is_summed_alike(tmp_path: Path) -> None:
    load(n.FOLDER, programme=make_programme())
    load(credit_folder(tmp_path), programme=make_programme("CRED"))
    rebuild()
    rounds = Round.objects.filter(programme__code__in=["NET", "CRED"])
    assert len([assert_alike(round_) for round_ in rounds]) >= 5
    assert {"scores", "amounts", "comparable", "ratios", "reach", "entrenched"} - families() <= {"entrenched"}


def test_flat_components_come_back_as_they_were() -> None:
    portfolio.make(portfolio.Plan(200, 12, programmes=1, rounds=2), say=lambda text: None)
    round_ = Round.objects.filter(programme__is_synthetic=True).order_by("-reference_date").first()
    assert round_ is not None
    row = register_rollups.round_row(round_)
    reading = readers.read(programme_id=round_.programme_id, on=round_.reference_date, closing=row)
    registers = list(register_rollups.positions(reading).values())
    for register in registers:
        flat, paths, row = flatten(register), ["due"], Cell()
        store.put(row, flat, paths)
        assert store.flat_of(Cell(numbers=[as_number(n) for n in row.numbers], bars=row.bars), paths) == flat
        assert flatten(unflatten(flat)) == flat
    first, second = registers[0], joined(registers[1:])
    assert plus(flatten(first), flatten(second)) == flatten(first + second)
    assert plus(plus(flatten(first), flatten(second)), flatten(second), -1) == flatten(first)


def test_who_is_in_two_programmes_counts_once_without_reading_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stored cells less what counts elsewhere are what the records say, by every grouping."""
    # Many of both, so that families lie across: one member in two programmes, another in one.
    monkeypatch.setattr(lives, "IN_TWO", 0.3)
    monkeypatch.setattr(lives, "MERGED", 0.3)
    portfolio.make(portfolio.Plan(900, 13, programmes=2, rounds=2), say=lambda text: None)
    rebuild()
    user, codes = factories.administrator(), ("SYN-13-1", "SYN-13-2")
    question = Question(programmes=codes, include_synthetic=True)
    sources = sources_of(visible_programmes(user), question)
    shared = shared_organizations(sources)
    assert shared and not Organization.objects.filter(code__in=shared).exclude(tier="primary").exists()
    ties = Succession.objects.filter(Q(predecessor__code__in=shared) | Q(successor__code__in=shared))
    assert ties.exists(), "a family that reaches over the programmes is what is hard here"
    PersonMembership.objects.filter(organization__code__in=shared).delete()
    rebuild()
    assert register_shared.can_be_taken_away(shared)
    for by in ("selection", "kind", "tier", "place", "cohort"):
        asked = replace(question, by=by)
        found = answers(user, asked)
        with monkeypatch.context() as patched:
            patched.setattr(register_shared, "MOST_SHARED", -1)
            assert found == answers(user, asked), by
    once = sum(told.get("due", 0) for told in answers(user, question).values())
    twice = sum(told.get("due", 0) for told in answers(user, replace(question, by="programme")).values())
    assert once < twice


def answers(user: User, question: Question) -> dict[str | None, Flat]:
    metric = REGISTER_METRICS["members_observed"]
    return {row.group: flatten(row.register) for row in rows(user=user, metric=metric, question=question)}
