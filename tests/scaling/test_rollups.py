"""Marks and rollups: figures follow changes, whatever is away or killed in between."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client

from programmes import financing
from programmes.models import ExchangeRate, FinancingLine, Partner, Phase
from scaling import rollups
from scaling.models import DirtyMark, PhaseCell

pytestmark = pytest.mark.django_db


def leverage(api: Client, phase: str = "PCDP-II", basis: str = "corrected") -> str | None:
    url = f"/api/v1/metrics/leverage_ratio_design/?phase={phase}&basis={basis}"
    found: str | None = api.get(url).json()["results"][0]["value"]
    return found


def correct(amount: int = 60_000_000) -> None:
    line = FinancingLine.objects.get(phase__code="PCDP-II", partner__code="WB")
    financing.correct_amount(
        line=line, amount=Decimal(amount), kind="documented", reason="test", source="test", by=None
    )


def test_a_correction_marks_its_phase_and_the_figure_follows(api: Client) -> None:
    before = leverage(api)
    correct()
    assert DirtyMark.objects.count() == 1
    assert leverage(api) == before
    assert rollups.drain() == 1
    assert DirtyMark.objects.count() == 0
    assert leverage(api) == "2.0435897436"
    assert leverage(api, basis="printed") == "2.5564102564"


def test_a_change_that_is_rolled_back_leaves_no_mark() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        correct()
        raise RuntimeError
    assert not DirtyMark.objects.exists()


def test_the_broker_being_away_does_not_stop_a_change(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: object, api: Client
) -> None:
    from scaling import tasks

    def away(*_args: object, **_kwargs: object) -> None:
        raise ConnectionError("no broker")

    monkeypatch.setattr(tasks.drain, "delay", away)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        correct()
    assert DirtyMark.objects.count() == 1
    tasks.drain.run()
    assert leverage(api) == "2.0435897436"


def test_a_worker_that_dies_while_computing_loses_no_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    correct()

    def dies(_phase_id: int) -> None:
        raise SystemExit

    monkeypatch.setattr(rollups, "recompute_phase", dies)
    with pytest.raises(SystemExit), transaction.atomic():
        rollups.drain()
    assert DirtyMark.objects.count() == 1


def test_draining_again_changes_nothing_and_equals_a_rebuild() -> None:
    call_command("rebuild_rollups", verbosity=0)
    correct()
    rollups.drain()
    first = list(PhaseCell.objects.order_by("phase", "basis").values_list("phase", "basis", "components"))
    assert rollups.drain() == 0
    call_command("rebuild_rollups", verbosity=0)
    assert list(PhaseCell.objects.order_by("phase", "basis").values_list("phase", "basis", "components")) == first


def test_money_without_a_rate_is_said_and_a_rate_mends_it(api: Client) -> None:
    financing.record_line(
        phase=Phase.objects.get(code="PCDP-II"),
        partner=Partner.objects.get(code="NABARD"),
        financing_class="cofinancing",
        amount=Decimal(1_000_000),
        currency="ETB",
        value_date=datetime.date(2010, 1, 1),
        by=None,
    )
    rollups.drain()
    url = "/api/v1/metrics/total_financing/?phase=PCDP-II"
    row = api.get(url).json()["results"][0]
    assert (row["value"], row["null_reason"]) == (None, "NO_RATE")
    financing.record_rate(currency="ETB", date=datetime.date(2009, 12, 31), usd_per_unit=Decimal("0.08"), source="test")
    assert ExchangeRate.objects.count() == 1
    rollups.drain()
    assert api.get(url).json()["results"][0]["value"] == "138.78"


def test_two_recomputes_of_one_scope_do_not_run_at_once() -> None:
    correct()
    phase = Phase.objects.get(code="PCDP-II")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
    assert rollups._try_lock(rollups.LOCK_SPACE["phase"], phase.pk)  # type: ignore[index]
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [rollups.LOCK_SPACE["phase"], phase.pk])  # type: ignore[index]
            assert cursor.fetchone() == (False,)
    finally:
        other.close()
