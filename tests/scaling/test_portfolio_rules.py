"""A synthetic portfolio holds no row that the rules of the house would have refused, and real life is in it.

Triggers and foreign keys are off while rows are copied, so everything that they would have said is asked here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from indicators import instruments, rounds
from indicators.models import ExitForm, Return, ReturnComment, ReturnState, Round, RoundDue, Severity
from indicators.rules import check
from organizations.models import (
    ApexMembership,
    BondingCheck,
    Linkage,
    LinkageTransaction,
    Organization,
    OrganizationStatus,
    ProgrammeEnrolment,
    Succession,
)
from organizations.models.support import InterventionOrganization
from organizations.registry import TRANSITIONS
from programmes.models import FinancingLine, Phase
from scaling import portfolio, rollups
from scaling.models import DirtyMark, PhaseCell
from scaling.portfolio.plan import Plan
from scaling.portfolio.removal import dangling
from tests import factories

pytestmark = pytest.mark.django_db

PLAN = Plan(organizations=2000, seed=11)
MADE = (
    Organization, OrganizationStatus, Succession, ProgrammeEnrolment, ApexMembership, BondingCheck, Linkage,
    LinkageTransaction, InterventionOrganization, RoundDue, ExitForm, Return, ReturnComment,
)  # fmt: skip


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, int]]:
    """One portfolio for the whole file; each test works in a transaction over it."""
    with django_db_blocker.unblock():
        counts = portfolio.make(PLAN)
    yield counts
    with django_db_blocker.unblock():
        portfolio.remove(PLAN.seed)


def scalar(query: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


# --- every rule holds ------------------------------------------------------------------------------------------------
def test_no_rule_of_the_database_is_broken(made: dict[str, int]) -> None:
    """Triggers and foreign keys were off while copying: each is asked again, for every row."""
    assert scalar("SHOW session_replication_role") == "origin"
    assert dangling() == []
    with connection.cursor() as cursor:
        # A row written onto itself goes through the triggers of its table as if it were new; returns of a locked
        # round may not be touched, which is why the rounds are reopened first.
        cursor.execute(
            "UPDATE indicators_round SET status = 'reopened', status_reason = 'test' WHERE status = 'locked'"
        )
        for model in MADE:
            cursor.execute(f"UPDATE {model._meta.db_table} SET id = id")
            assert cursor.rowcount > 0, model
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SELECT count(organizations_check_life(id)) FROM organizations_organization")
        cursor.execute("SELECT count(indicators_check_return(r)) FROM indicators_return r")
        # Constraints of the tables hold whatever COPY does; that they are valid is asked all the same.
        cursor.execute("SELECT count(*) FROM pg_constraint WHERE NOT convalidated")
        assert cursor.fetchone()[0] == 0


def test_a_broken_rule_would_be_seen(made: dict[str, int]) -> None:
    """The test above is worth something: one bad row of each kind makes it fail."""
    bad = (
        ("UPDATE organizations_apexmembership SET valid = daterange('1990-01-01', NULL) WHERE id = (SELECT max(id) FROM organizations_apexmembership)", ApexMembership),
        ("UPDATE indicators_return SET values = values || '{\"OP-06\": 1, \"OP-06.women\": 2}' WHERE id = (SELECT max(id) FROM indicators_return)", Return),
        ("UPDATE organizations_linkagetransaction SET date = '1990-01-01' WHERE id = (SELECT max(id) FROM organizations_linkagetransaction)", LinkageTransaction),
    )  # fmt: skip
    for statement, model in bad:
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(statement)
            cursor.execute("SET LOCAL session_replication_role = origin")
            cursor.execute(f"UPDATE {model._meta.db_table} SET id = id")


def test_statuses_follow_each_other_as_the_register_allows(made: dict[str, int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT before, status, count(*) FROM (
                SELECT status, lag(status) OVER (PARTITION BY organization_id ORDER BY valid) AS before
                FROM organizations_organizationstatus) x WHERE before IS NOT NULL GROUP BY 1, 2"""
        )
        steps = {(before, after): count for before, after, count in cursor.fetchall()}
    assert all(after in TRANSITIONS[before] for before, after in steps)
    assert {("active", "disbanded"), ("active", "dormant"), ("dormant", "active"), ("active", "merged_into")} <= set(
        steps
    )


def test_due_lists_are_what_opening_the_round_would_freeze(made: dict[str, int]) -> None:
    for drawn in Round.objects.filter(programme__code__startswith=PLAN.prefix):
        again = Round.objects.create(
            programme=drawn.programme, code=f"{drawn.code}-again", kind="midterm", window=drawn.window,
            reference_date=drawn.reference_date, scale_version=drawn.scale_version,
        )  # fmt: skip
        rounds.open_round(round=again, by=None)
        frozen, expected = (set(one.due.values_list("organization_id", "is_due", "reason")) for one in (drawn, again))
        assert frozen == expected, drawn
        assert len(frozen) > 100


def test_returns_pass_the_rules_of_the_catalogue_and_only_due_organizations_report(made: dict[str, int]) -> None:
    unconfirmed: Counter[str] = Counter()
    for round_ in Round.objects.filter(programme__code__startswith=PLAN.prefix):
        instrument = instruments.load(round_)
        rows = list(round_.returns.select_related("organization"))
        earlier = instruments.earlier_values(instrument, [row.organization_id for row in rows])
        fences = instruments.fences(instrument)
        due = set(round_.due.filter(is_due=True).values_list("organization_id", flat=True))
        for row in rows:
            assert row.organization_id in due
            sheet = instruments.sheet_of(
                row.values, row.evidence, earlier.get(row.organization_id, {}), fences.get(row.organization.kind, {})
            )
            for finding in check(instrument.fields, instrument.rules, sheet):
                if row.state == ReturnState.DRAFT and finding.severity == Severity.BLOCKER:
                    continue
                assert finding.severity == Severity.WARNING, (row.pk, finding)
                if finding.mark not in row.confirmed:
                    unconfirmed[finding.rule] += 1
    # What is far out is judged against all who report by now, not against those who had when it was entered.
    assert unconfirmed.pop("op-06-outlier", 0) <= 10
    assert not unconfirmed


def test_the_history_of_a_return_ends_with_the_return(made: dict[str, int]) -> None:
    same = " AND ".join(
        f"e.{name} IS NOT DISTINCT FROM r.{name}"
        for name in (
            "values", "null_reasons", "evidence", "state", "version", "changed_by_id", "changed_from", "approved_by_id",
            "approved_at", "submitted_at", "entered_by_ids", "reported", "correction_code", "correction_reason",
        )
    )  # fmt: skip
    last = "SELECT DISTINCT ON (pgh_obj_id) * FROM indicators_returnevent ORDER BY pgh_obj_id, pgh_id DESC"
    matched = scalar(f"SELECT count(*) FROM indicators_return r JOIN ({last}) e ON e.pgh_obj_id = r.id AND {same}")
    assert matched == Return.objects.count() == made["returns"]
    events = scalar("SELECT count(*) FROM indicators_returnevent")
    assert events == scalar("SELECT sum(version) FROM indicators_return") == made["history of returns"]
    assert not scalar(
        """SELECT count(*) FROM (SELECT pgh_created_at < lag(pgh_created_at)
           OVER (PARTITION BY pgh_obj_id ORDER BY pgh_id) AS back FROM indicators_returnevent) x WHERE back"""
    )


# --- real life is in it ----------------------------------------------------------------------------------------------
def test_proportions_and_the_mess_of_real_life(made: dict[str, int]) -> None:
    own = Organization.objects.filter(code__startswith="S11-")
    assert own.count() == made["organizations"] == 2000
    assert own.filter(is_synthetic=True).count() == 2000
    last = Return.objects.filter(round__reference_date=PLAN.reference_dates[-1], organization__tier="primary")
    members = [row.values["OP-06"] for row in last if "OP-06" in row.values]
    assert sum(members) / len(members) == pytest.approx(11.7, abs=0.5)
    sizes = [
        len(values) for values in Return.objects.filter(organization__tier="primary").values_list("values", flat=True)
    ]
    assert 11.5 <= sum(sizes) / len(sizes) <= 14
    groups = own.filter(tier="primary")
    in_unions = groups.filter(apex_memberships__apex__kind="union").distinct().count()
    assert 0.03 <= in_unions / groups.count() <= 0.08
    came_back = scalar(
        "SELECT count(*) FROM (SELECT 1 FROM organizations_apexmembership GROUP BY member_id, apex_id HAVING count(*) > 1) x"
    )
    joined = groups.filter(apex_memberships__isnull=False).distinct()
    checked = joined.filter(bonding_checks__on__lte=F("apex_memberships__valid__startswith")).distinct().count()
    assert 0.8 <= checked / joined.count() <= 0.95
    moved = groups.filter(apex_memberships__exit_reason__in=["fees", "distance"]).count()
    assert came_back > 3
    assert moved > 10
    assert ProgrammeEnrolment.objects.filter(organization__in=groups).count() > groups.count()
    states = Counter(Return.objects.values_list("state", flat=True))
    assert set(states) == set(ReturnState.values)
    assert Return.objects.filter(reported__isnull=False).exclude(correction_code="").exists()
    assert Return.objects.exclude(confirmed={}).exists()
    late = scalar(
        "SELECT count(*) FROM indicators_return r JOIN indicators_round d ON d.id = r.round_id WHERE r.entered_at::date >= upper(d.window)"
    )
    assert late > 50
    missing = RoundDue.objects.filter(is_due=True).count() - Return.objects.count()
    assert missing > 100
    assert ExitForm.objects.exists()
    assert Linkage.objects.filter(partner_organization__isnull=False).exists()
    assert LinkageTransaction.objects.filter(passed_on_to__isnull=False).exists()
    assert FinancingLine.objects.filter(phase__programme__is_synthetic=True).values("currency").distinct().count() == 3
    assert set(Round.objects.filter(programme__is_synthetic=True).values_list("status", flat=True)) == {
        "open", "closed", "locked"
    }  # fmt: skip


def test_phases_and_rounds_are_marked_and_the_figures_follow(made: dict[str, int]) -> None:
    phases = Phase.objects.filter(programme__code__startswith=PLAN.prefix)
    marked = set(DirtyMark.objects.values_list("kind", "object_id"))
    assert {("phase", phase.pk) for phase in phases} <= marked
    assert {
        ("round", pk) for pk in Round.objects.filter(programme__is_synthetic=True).values_list("pk", flat=True)
    } <= marked
    rollups.drain()
    assert PhaseCell.objects.filter(phase__in=phases).count() == 3 * phases.count()


def test_the_pages_and_the_register_show_it_and_say_that_it_is_synthetic(made: dict[str, int], client: Any) -> None:
    rollups.drain()
    client.force_login(factories.administrator())
    answer = client.get(f"/programmes/{PLAN.prefix}1/")
    assert answer.status_code == 200
    assert "(synthetic)" in answer.content.decode()
