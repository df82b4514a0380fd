"""Whatever is edited, in whatever order: drained cells equal a full rebuild and equal the naive oracle."""

from __future__ import annotations

import datetime
import importlib
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.models import User
from indicators import returns, review, rounds
from indicators.models import Return, Round
from organizations import apex_memberships, linkages, registry
from organizations.models import ApexMembership, BondingCheck, Linkage, Organization, Service
from programmes.access import RoleName
from programmes.models import Partner, Place, Programme
from scaling import rollups
from scaling.metrics.cells import Register
from scaling.metrics.stored import Flat, flatten, plus
from scaling.models import Cell, Components, DirtyMark, FederationTotal, Position, RoundLayout
from scaling.register_sql import store
from tests import factories
from tests.scaling import oracle

pytestmark = pytest.mark.django_db
Day = datetime.date
GROUPS = [f"G{number}" for number in range(5)]
APEXES = ["A1", "A2", "M1", "N1"]
DAYS = [Day(year, month, 1) for year in range(2017, 2023) for month in (1, 5, 9)]
Stored = tuple[dict[tuple[str, str, str], Flat], dict[str, Flat]]


class World:
    """A small network with two outcome rounds, and edits that may be refused."""

    def __init__(self) -> None:
        self.programme = Programme.objects.get(code="TNWDP")
        self.officer: User = factories.person(RoleName.ME_OFFICER, programme="TNWDP")
        self.manager: User = factories.person(RoleName.COUNTRY_PROGRAMME_MANAGER, country="IND")
        self.numbers = itertools.count(1)
        for code in GROUPS:
            self.register(code, kind="shg" if code < "G3" else "cooperative", formed_on=Day(2016, int(code[1]) + 1, 1))
        for code, tier in zip(APEXES, ("local_apex", "local_apex", "meso_apex", "national_apex"), strict=True):
            self.register(code, kind="union", tier=tier, members_are="organizations", formed_on=Day(2016, 1, 1))
        self.rounds = [self.round(2018, "baseline"), self.round(2020, "biennial"), self.round(2022, "biennial")]

        self._begin()

    def _begin(self) -> None:
        """A diamond under M1, and returns with gaps."""
        early, late = Day(2017, 1, 1), Day(2019, 9, 1)
        for member, apex, day in (
            ("G0", "A1", early), ("G1", "A1", late), ("G2", "A1", early), ("G2", "A2", late), ("A1", "M1", early),
            ("A2", "M1", late), ("M1", "N1", late), ("G3", "M1", Day(2022, 5, 1)),
        ):  # fmt: skip
            one, other = (Organization.objects.get(code=code) for code in (member, apex))
            apex_memberships.join(member=one, apex=other, on=day, by=None)
        for group, found in ((0, (0, 1, 2)), (1, (0, 2)), (2, (0, 1)), (3, (1, 2))):
            for number in found:
                self.approve(group, number, DAYS[group])

    def register(self, code: str, **fields: Any) -> Organization:
        return registry.register(
            code=code,
            name=code,
            place=Place.objects.get(code="IND-TN"),
            promoter="project",
            programme=self.programme,
            by=None,
            **fields,
        )

    def round(self, year: int, kind: str) -> Round:
        planned = rounds.plan(
            programme=self.programme,
            kind=kind,
            reference_date=Day(year, 6, 30),
            window=(Day(year, 5, 1), Day(year, 9, 1)),
            by=self.manager,
            code=f"world-{year}",
        )
        return rounds.open_round(round=planned, by=self.manager)

    def one(self, number: int) -> Organization:
        codes = [*GROUPS, *APEXES]
        return Organization.objects.get(code=codes[number % len(codes)])

    # --- edits -------------------------------------------------------------------------------------------------------
    def join(self, first: int, second: int, day: Day) -> None:
        apex = Organization.objects.get(code=APEXES[second % len(APEXES)])
        apex_memberships.join(member=self.one(first), apex=apex, on=day, by=None)

    def leave(self, first: int, second: int, day: Day) -> None:
        rows = ApexMembership.objects.order_by("pk")
        if rows:
            apex_memberships.leave(membership=rows[first % len(rows)], on=day, by=None)

    def status(self, first: int, second: int, day: Day) -> None:
        status = ("dormant", "active", "disbanded")[second % 3]
        registry.change_status(organization=self.one(first), status=status, on=day, by=None)

    def merge(self, first: int, second: int, day: Day) -> None:
        into = Organization.objects.get(code=GROUPS[second % len(GROUPS)])
        registry.change_status(organization=self.one(first), status="merged_into", on=day, by=None, successors=(into,))

    def split(self, first: int, second: int, day: Day) -> None:
        parts = tuple(
            self.register(f"S{next(self.numbers)}", kind="shg", formed_on=day) for _number in range(1 + second % 2)
        )
        registry.change_status(organization=self.one(first), status="split_into", on=day, by=None, successors=parts)

    def approve(self, first: int, second: int, day: Day) -> None:
        round_ = Round.objects.get(pk=self.rounds[second % 3].pk)
        one = self.one(first)
        found = Return.objects.filter(round=round_, organization=one).first()
        members = 10 + (first * 7 + second * 3 + day.month) % 20
        values = {"OP-06": members, "OP-06.women": members // 2}
        values |= {f"GOV-{item}": 1 + (day.month + item + second) % 3 for item in (1, 2, 3)}
        values |= {"LEA-1": 3, "LEA-2": 3, "ATT-1": 3, "SYS-4": 1 + first % 3}
        row = returns.save_values(
            organization=one,
            round=round_,
            values=values,
            by=self.officer,
            version=found.version if found else None,
        )
        Return.objects.filter(pk=row.pk).update(confirmed={one.mark: "so" for one in returns.findings_of(row)})
        returns.submit(of=Return.objects.get(pk=row.pk), by=self.officer)
        review.approve(of=Return.objects.get(pk=row.pk), by=self.manager)

    def correct(self, first: int, second: int, day: Day) -> None:
        rows = Return.objects.filter(state="approved").order_by("pk")
        if rows:
            members = 5 + second + day.year % 7
            values = {"OP-06": members, "OP-06.women": min(members, 3)}
            review.correct(
                of=rows[first % len(rows)], by=self.manager, values=values, code="miscount", reason="counted again"
            )

    def step(self, first: int, second: int, day: Day) -> None:
        round_ = Round.objects.get(pk=self.rounds[first % 3].pk)
        if round_.status in ("open", "reopened"):
            rounds.close(round=round_, by=self.manager)
        else:
            rounds.reopen(round=round_, by=self.manager, reason="late returns")

    def link(self, first: int, second: int, day: Day) -> None:
        linkages.open_linkage(
            organization=self.one(first),
            partner=Partner.objects.order_by("pk")[second % 3],
            kind="offtake",
            form=("oral", "memorandum")[second % 2],
            causality="direct",
            covers=("itself", "network")[first % 2],
            since=day,
            by=None,
        )

    def unlink(self, first: int, second: int, day: Day) -> None:
        rows = Linkage.objects.filter(reference="").order_by("pk")
        if rows:
            linkages.end(linkage=rows[first % len(rows)], on=day, by=None)

    def check(self, first: int, second: int, day: Day) -> None:
        BondingCheck.objects.create(organization=self.one(first), on=day, is_bonded=second % 3 > 0, source="list")

    def serve(self, first: int, second: int, day: Day) -> None:
        Service.objects.create(organization=self.one(first), kind="inputs", provider="own", valid=(day, None))


EDITS = [
    World.join, World.join, World.leave, World.status, World.merge, World.split, World.approve, World.approve,
    World.correct, World.step, World.link, World.unlink, World.check, World.serve,
]  # fmt: skip
EDIT = st.tuples(st.sampled_from(EDITS), st.integers(0, 8), st.integers(0, 8), st.sampled_from(DAYS))


def attempt(world: World, edit: Any, first: int, second: int, day: Day) -> bool:
    """Do an edit as a transaction would, with the checks of its commit; what is refused changes nothing."""
    try:
        with transaction.atomic():
            edit(world, first, second, day)
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    except (ValidationError, DatabaseError):
        return False
    return True


def drain() -> None:
    while rollups.drain():
        pass
    assert not DirtyMark.objects.exists()


def told(register: Register) -> Flat:
    """Components by path: zeros do not matter."""
    return flatten(register)


def together(rows: Iterable[Components], key: Callable[[Any], Any], paths: list[str]) -> dict[Any, Flat]:
    """The rows of all cohorts by what they are about."""
    found: dict[Any, Flat] = defaultdict(dict)
    for row in rows:
        found[key(row)] = plus(found[key(row)], store.flat_of(row, paths))
    return {about: flat for about, flat in found.items() if flat}


def rows_of(model: Any, round_: Round) -> tuple[Any, list[str]]:
    layout = RoundLayout.objects.filter(pk=round_.pk).first()
    return model.objects.filter(round=round_), list(layout.paths) if layout else []


def stored(round_: Round) -> Stored:
    cells, paths = rows_of(Cell, round_)
    leaves = cells.filter(within=False).exclude(kind="").exclude(tier="").select_related("place")
    totals, _paths = rows_of(FederationTotal, round_)
    return (
        together(leaves, lambda cell: (cell.place.code, cell.kind, cell.tier), paths),
        together(totals.select_related("apex"), lambda total: total.apex.code, paths),
    )


def of_oracle(round_: Round) -> Stored:
    cells, federations = oracle.of_round(Round.objects.get(pk=round_.pk))
    return (
        {key: flat for key, register in cells.items() if (flat := told(register))},
        {code: flat for code, register in federations.items() if (flat := told(register))},
    )


def assert_levels_add_up(round_: Round) -> None:
    """Each coarser cell is the sum of the leaves that it stands for, and these of their positions."""
    cells, paths = rows_of(Cell, round_)
    rows = list(cells.select_related("place"))
    leaves = [row for row in rows if not row.within and row.kind and row.tier]
    around = {row.place.code: {row.place.code, *(one.code for one in above(row.place))} for row in leaves}
    for row in rows:
        parts: Flat = {}
        for leaf in leaves:
            inside = row.place.code in (around[leaf.place.code] if row.within else {leaf.place.code})
            if inside and row.kind in ("", leaf.kind) and row.tier in ("", leaf.tier) and row.cohort == leaf.cohort:
                parts = plus(parts, store.flat_of(leaf, paths))
        assert store.flat_of(row, paths) == parts, row
    positions, _paths = rows_of(Position, round_)
    assert together(positions, lambda row: (row.place_id, row.kind, row.tier, row.cohort), paths) == together(
        leaves, lambda row: (row.place_id, row.kind, row.tier, row.cohort), paths
    )


def above(place: Place) -> list[Place]:
    return [] if place.parent is None else [place.parent, *above(place.parent)]


#: A world takes seconds to build: what fails is told as it was found, not shrunk for minutes.
QUICK = (Phase.explicit, Phase.reuse, Phase.generate)


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck), phases=QUICK)
@given(edits=st.lists(EDIT, min_size=4, max_size=14))
def test_drained_cells_equal_a_rebuild_and_the_oracle(edits: list[Any]) -> None:
    with transaction.atomic():
        world = World()
        drain()
        for position, edit in enumerate(edits):
            attempt(world, *edit)
            if position % 3 == 2:
                drain()
        drain()
        drained = [stored(round_) for round_ in world.rounds]
        for round_, found in zip(world.rounds, drained, strict=True):
            assert found == of_oracle(round_)
            assert_levels_add_up(round_)
        call_command("rebuild_rollups")
        assert [stored(round_) for round_ in world.rounds] == drained
        transaction.set_rollback(True)


def moves(round_: Round) -> dict[str, int]:
    """What the cells of a round hold of moves since the round before."""
    found: Flat = {}
    cells, paths = rows_of(Cell, round_)
    for cell in cells.filter(within=False).exclude(kind="").exclude(tier=""):
        found = plus(found, store.flat_of(cell, paths))
    start = "pathway|from_previous|"
    return {path.removeprefix(start): int(n) for path, n in found.items() if path.startswith(start)}


def test_what_changes_the_round_before_changes_where_its_organizations_came_from() -> None:
    world = World()
    drain()
    _first, middle, last = world.rounds
    assert not moves(world.rounds[0])
    before = moves(last)
    group = Organization.objects.get(code="G4")
    BondingCheck.objects.create(organization=group, on=Day(2020, 1, 1), is_bonded=True, source="list")
    drain()
    assert moves(middle) != {} and moves(last) != before
    assert moves(last)["bonded/bonded"] == before.get("bonded/bonded", 0) + 1

    found = Return.objects.get(round=middle, organization__code="G3", state="approved")
    stands = moves(last)
    levels = dict.fromkeys(("GOV-1", "GOV-2", "GOV-3", "LEA-1", "LEA-2", "ATT-1", "SYS-4"), 5)
    seen = dict.fromkeys(levels, "minutes of the year")
    review.correct(
        of=found, by=world.manager, values=found.values | levels, evidence=seen, code="miscount", reason="read again"
    )
    drain()
    assert moves(last)["bonded/forming"] == stands.get("bonded/forming", 0) + 1
    for round_ in world.rounds:
        assert stored(round_) == of_oracle(round_)


def test_rounds_computed_before_moves_were_counted_wait_to_be_computed_again() -> None:
    world = World()
    drain()
    module = importlib.import_module("scaling.migrations.0008_moves_from_stage_to_stage")
    module.mark(apps, None)
    marked = set(DirtyMark.objects.filter(kind="round").values_list("object_id", flat=True))
    assert {round_.pk for round_ in world.rounds} <= marked
