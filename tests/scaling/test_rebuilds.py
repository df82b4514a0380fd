"""Everything computed again: asked for, followed, cancelled, killed and gone on with; and the page of it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from indicators.models import Round
from programmes.access import RoleName
from programmes.models import Phase, Programme
from scaling import rebuilds, rollups, tasks
from scaling.models import DirtyMark, Heartbeat, MarkKind, PhaseCell, Rebuild
from tests import factories
from tests.organizations.test_impossible import refused, sql

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_worker(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Who is told to work, in place of a queue."""
    told: list[int] = []
    monkeypatch.setattr(tasks.rebuild, "delay", told.append)
    return told


def everything() -> int:
    return Phase.objects.count() + Round.objects.count()


def test_a_rebuild_is_a_row_and_its_marks_and_a_hint_after_commit(
    _no_worker: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    someone = factories.administrator()
    with django_capture_on_commit_callbacks(execute=True):
        row = rebuilds.start(by=someone)
    assert (row.total, row.asked_by, row.ended_at) == (everything(), someone, None)
    assert _no_worker == [row.pk]
    assert DirtyMark.objects.filter(rebuild=row).count() == row.total
    told: list[tuple[int, int]] = []
    PhaseCell.objects.all().delete()
    assert tasks.rebuild.run(row.pk) == row.total
    row.refresh_from_db()
    assert (row.outcome, row.done) == ("done", row.total) and row.ended_at is not None
    assert PhaseCell.objects.values("phase").distinct().count() == Phase.objects.count()
    again = rebuilds.start(by=None)
    rebuilds.run(again.pk, lambda done, of: told.append((done, of)))
    assert told[-1] == (again.total, again.total) and told == sorted(told) and len(told) > 1


def test_a_second_one_at_once_is_refused_by_the_operation_and_by_the_database() -> None:
    row = rebuilds.start(by=None)
    with pytest.raises(ValidationError, match="already"):
        rebuilds.start(by=None, programme=Programme.objects.get(code="PCDP"))
    assert DirtyMark.objects.filter(rebuild__isnull=False).count() == row.total
    with refused("rebuild_one_at_a_time"):
        sql("INSERT INTO scaling_rebuild (asked_at, total, done, outcome, problem) VALUES (now(), 1, 0, '', '')")
    with refused("rebuild_ended_with_an_outcome"):
        sql("UPDATE scaling_rebuild SET outcome = 'done'")
    with refused("rebuild_done_up_to_total"):
        sql("UPDATE scaling_rebuild SET done = total + 1")


def test_one_programme_concerns_only_its_own_phases_and_rounds() -> None:
    programme = Programme.objects.get(code="PCDP")
    row = rebuilds.start(by=None, programme=programme)
    marked = DirtyMark.objects.filter(kind=MarkKind.PHASE).values_list("object_id", flat=True)
    assert set(marked) == set(programme.phases.values_list("pk", flat=True))
    assert rebuilds.run(row.pk) == row.total == DirtyMark.objects.count() + programme.phases.count()
    empty = Programme.objects.create(code="NEW", name="New", instrument="project")
    with pytest.raises(ValidationError, match="no phase"):
        rebuilds.start(by=None, programme=empty)


def test_a_worker_killed_half_way_leaves_the_rest_to_the_beat(monkeypatch: pytest.MonkeyPatch) -> None:
    call_command("rebuild_rollups")
    before = list(PhaseCell.objects.order_by("phase", "basis").values_list("phase", "basis", "components"))
    row = rebuilds.start(by=None)
    real, seen = rollups.recompute_phase, []

    def dies(pk: int) -> None:
        if len(seen) == 3:
            raise SystemExit
        seen.append(pk)
        real(pk)

    with monkeypatch.context() as patched:
        patched.setattr(rollups, "recompute_phase", dies)
        with pytest.raises(SystemExit):
            tasks.rebuild.run(row.pk)
    row.refresh_from_db()
    assert row.ended_at is None and rebuilds.progress_of(row) == 3
    tasks.drain.run()
    row.refresh_from_db()
    assert (row.outcome, row.done) == ("done", row.total)
    assert not DirtyMark.objects.exists()
    assert before == list(PhaseCell.objects.order_by("phase", "basis").values_list("phase", "basis", "components"))


def test_a_worker_killed_between_the_last_result_and_the_end_is_made_up_for() -> None:
    row = rebuilds.start(by=None)
    rollups.drain()
    row.refresh_from_db()
    assert row.ended_at is None and rebuilds.progress_of(row) == row.total
    tasks.drain.run()
    row.refresh_from_db()
    assert row.outcome == "done"
    assert tasks.rebuild.run(row.pk) == row.total, "handed out again it finds nothing to do"


def test_a_cancelled_one_takes_back_its_own_marks_only() -> None:
    someone = factories.administrator()
    phase = Phase.objects.get(code="PCDP-II")
    row = rebuilds.start(by=someone)
    rollups.mark(MarkKind.PHASE, [phase.pk])
    rollups.drain(limit=2)
    done = rebuilds.progress_of(row)
    with pytest.raises(PermissionDenied):
        rebuilds.cancel(rebuild=row, by=factories.person(RoleName.COUNTRY_PROGRAMME_MANAGER, country="ETH"))
    ended = rebuilds.cancel(rebuild=row, by=someone)
    assert (ended.outcome, ended.done, ended.ended_by) == ("cancelled", done, someone) and 0 < done < row.total
    kept = DirtyMark.objects.values_list("object_id", "rebuild")
    assert set(kept) <= {(phase.pk, None)}, "what changed meanwhile is still computed"
    assert rebuilds.run(row.pk) == done
    with pytest.raises(ValidationError, match="ended"):
        rebuilds.cancel(rebuild=row, by=someone)
    rebuilds.start(by=someone)


def test_what_cannot_be_computed_is_told_and_does_not_hold_up_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    bad = Phase.objects.order_by("pk")[0].pk
    row = rebuilds.start(by=None)
    real = rollups.recompute_phase

    def breaks(pk: int) -> None:
        if pk == bad:
            raise ZeroDivisionError("by nothing")
        real(pk)

    with monkeypatch.context() as patched:
        patched.setattr(rollups, "recompute_phase", breaks)
        with pytest.raises(ZeroDivisionError):
            tasks.drain.run()
    row.refresh_from_db()
    assert f"phase {bad}" in row.problem and "by nothing" in row.problem
    assert rebuilds.left(row) == 1 and row.ended_at is None
    tasks.drain.run()
    row.refresh_from_db()
    assert (row.outcome, row.problem) == ("done", "")


def test_the_command_asks_for_one_programme_and_goes_on_with_an_open_one(capsys: pytest.CaptureFixture[str]) -> None:
    phases = Phase.objects.filter(programme__code="PCDP").count()
    call_command("rebuild_rollups", "--programme", "PCDP")
    row = Rebuild.objects.get()
    assert row.total == phases and f"{phases} phases and rounds computed" in capsys.readouterr().out
    with pytest.raises(CommandError, match="NOPE"):
        call_command("rebuild_rollups", "--programme", "NOPE")
    open_one = rebuilds.start(by=None)
    with pytest.raises(CommandError, match="already"):
        call_command("rebuild_rollups")
    call_command("rebuild_rollups", "--go-on")
    open_one.refresh_from_db()
    assert open_one.outcome == "done"


# --- the page --------------------------------------------------------------------------------------------------------
@pytest.fixture
def page(client: Client) -> Client:
    client.force_login(factories.administrator())
    return client


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def alive() -> None:
    Heartbeat.objects.update_or_create(name="worker", defaults={"seen_at": timezone.now()})


def test_the_page_starts_follows_and_cancels(page: Client) -> None:
    assert "Yes: no change waits" in words(page.get("/upkeep/"))
    assert "no sign of life" in words(page.get("/upkeep/"))
    assert page.post("/upkeep/").status_code == 302
    row = Rebuild.objects.get()
    assert "follow.js" in page.get("/upkeep/").content.decode()
    assert "stands still" in words(page.get("/upkeep/?part=1"))
    alive()
    assert "waits for a worker" in words(page.get("/upkeep/?part=1"))
    second = page.post("/upkeep/")
    assert second.status_code == 422 and "already" in words(second)
    rollups.drain(limit=2)
    part = page.get("/upkeep/?part=1")
    assert f"2 of {row.total} phases" in words(part) and 'data-going="1"' in part.content.decode()
    assert "<html" not in part.content.decode()
    page.post(f"/upkeep/{row.pk}/cancel/")
    shown = page.get("/upkeep/")
    assert "cancelled" in words(shown) and f"2 / {row.total}" in words(shown)
    assert 'data-going=""' in page.get("/upkeep/?part=1").content.decode()
    assert "ended already" in words(page.post(f"/upkeep/{row.pk}/cancel/", follow=True))


def test_the_page_refuses_what_is_no_programme_and_says_what_stops_a_rebuild(page: Client) -> None:
    assert page.post("/upkeep/", {"programme": "NOPE"}).status_code == 422
    assert page.post("/upkeep/", {"programme": "PCDP"}).status_code == 302
    assert "PCDP" in str(Rebuild.objects.get().programme.code)  # type: ignore[union-attr]
    Rebuild.objects.update(problem="phase 1: <b>broken</b>")
    assert "&lt;b&gt;broken" in page.get("/upkeep/").content.decode()


def test_the_page_asks_a_fixed_number_of_queries(page: Client) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            assert page.get("/upkeep/").status_code == 200
        return len(found)

    for _n in range(2):
        rebuilds.run(rebuilds.start(by=factories.administrator()).pk)
    few = asked()
    for _n in range(6):
        rebuilds.run(rebuilds.start(by=factories.administrator()).pk)
    assert asked() == few <= 17
