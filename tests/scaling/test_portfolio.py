"""Synthetic portfolios: what is refused in words, the same seed gives the same rows, and all of it goes away again."""

from __future__ import annotations

import datetime
import io
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.models import User
from indicators.models import ExitForm, Return, ReturnComment, Round, RoundDue, ScaleVersion
from organizations.models import ApexMembership, Intervention, Linkage, Organization, OrganizationStatus
from programmes.models import ExchangeRate, FinancingLine, Partner, Phase, Place, Programme
from scaling import portfolio
from scaling.models import DirtyMark
from scaling.portfolio import making
from scaling.portfolio.plan import Plan, Sizes
from scaling.portfolio.removal import dangling

pytestmark = pytest.mark.django_db

PLAN = Plan(organizations=2000, seed=11)
#: Rows by what they say, without the ids that a sequence happened to give.
FINGERPRINTS = {
    "register": """
        SELECT o.code, o.name, o.kind, o.tier, o.formed_on, o.promoter, p.code, s.status, s.valid, s.reason
        FROM organizations_organization o JOIN programmes_place p ON p.id = o.place_id
        JOIN organizations_organizationstatus s ON s.organization_id = o.id WHERE o.is_synthetic
        ORDER BY o.code, s.valid""",
    "federations": """
        SELECT o.code, a.code, m.valid, m.role, m.exit_reason FROM organizations_apexmembership m
        JOIN organizations_organization o ON o.id = m.member_id JOIN organizations_organization a ON a.id = m.apex_id
        WHERE o.is_synthetic ORDER BY o.code, a.code, m.valid""",
    "linkages": """
        SELECT o.code, l.kind, l.valid, l.value, l.currency, t.date, t.type, t.amount
        FROM organizations_linkage l JOIN organizations_organization o ON o.id = l.organization_id
        LEFT JOIN organizations_linkagetransaction t ON t.linkage_id = l.id WHERE o.is_synthetic
        ORDER BY o.code, l.kind, l.valid, t.date, t.type, t.amount""",
    "support": """
        SELECT o.code, i.purpose, i.valid, f.code FROM organizations_interventionorganization x
        JOIN organizations_organization o ON o.id = x.organization_id
        JOIN organizations_intervention i ON i.id = x.intervention_id JOIN programmes_phase f ON f.id = i.phase_id
        WHERE o.is_synthetic ORDER BY o.code, f.code, i.purpose""",
    "returns": """
        SELECT o.code, d.code, r.values, r.null_reasons, r.evidence, r.confirmed, r.state, r.version, u.email,
               r.entered_at, r.submitted_at, r.approved_at, r.reported, r.correction_code, r.correction_reason
        FROM indicators_return r JOIN organizations_organization o ON o.id = r.organization_id
        JOIN indicators_round d ON d.id = r.round_id JOIN accounts_user u ON u.id = r.entered_by_id
        WHERE o.is_synthetic ORDER BY d.code, o.code""",
    "history": """
        SELECT o.code, e.round_id IS NULL, e.version, e.state, e.values, e.pgh_created_at, e.pgh_label
        FROM indicators_returnevent e JOIN organizations_organization o ON o.id = e.organization_id
        WHERE o.is_synthetic ORDER BY o.code, e.pgh_created_at, e.version, e.values::text""",
    "due": """
        SELECT o.code, d.code, u.is_due, u.reason, x.ended_on, x.last_members FROM indicators_rounddue u
        JOIN organizations_organization o ON o.id = u.organization_id JOIN indicators_round d ON d.id = u.round_id
        LEFT JOIN indicators_exitform x ON x.due_id = u.id WHERE o.is_synthetic ORDER BY o.code, d.code""",
    "money": """
        SELECT f.code, p.code, l.financing_class, l.stage, l.amount, l.currency FROM programmes_financingline l
        JOIN programmes_phase f ON f.id = l.phase_id JOIN programmes_partner p ON p.id = l.partner_id
        JOIN programmes_programme g ON g.id = f.programme_id WHERE g.is_synthetic
        ORDER BY f.code, p.code, l.financing_class, l.stage""",
}  # fmt: skip


def fingerprint() -> dict[str, str]:
    found = {}
    with connection.cursor() as cursor:
        for name, query in FINGERPRINTS.items():
            cursor.execute(f"SELECT count(*), md5(string_agg(x::text, '|')) FROM ({query}) x")
            count, found[name] = cursor.fetchone()
            assert count, name
    return found


def scalar(query: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


# --- what is asked for -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("total", [25, 26, 100, 999, 25_000, 1_000_000, 10_000_000])
def test_the_sizes_add_up_in_the_proportions_of_the_mission(total: int) -> None:
    sizes = Sizes.of(total)
    assert sizes.total == total
    assert min(sizes.groups, sizes.village_organizations, sizes.clusters, sizes.unions) >= 1
    if total >= 10_000:
        assert sizes.groups / sizes.village_organizations == pytest.approx(16.4, rel=0.01)
        assert sizes.village_organizations / sizes.clusters == pytest.approx(24.6, rel=0.02)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"organizations": 50}, "25 organizations at least"),
        ({"organizations": -5}, "25 organizations at least"),
        ({"organizations": 10**8}, "20 million"),
        ({"organizations": 1000, "programmes": 0}, "programmes"),
        ({"organizations": 1000, "rounds": 0}, "rounds"),
        ({"organizations": 1000, "rounds": 99}, "rounds"),
        ({"organizations": 1000, "seed": -1}, "seed"),
    ],
)
def test_what_cannot_be_made_is_refused_in_words(asked: dict[str, int], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        call_command("make_portfolio", **asked)
    assert not Organization.objects.filter(is_synthetic=True).exists()


def test_neither_a_number_nor_a_seed_to_remove() -> None:
    with pytest.raises(CommandError, match="--organizations"):
        call_command("make_portfolio")


def test_production_refuses_to_make_and_to_remove(settings: Any) -> None:
    settings.MODE = "production"
    with pytest.raises(CommandError, match="one machine"):
        portfolio.make(PLAN)
    with pytest.raises(CommandError, match="one machine"):
        portfolio.remove(PLAN.seed)


def test_without_the_catalogue_it_says_what_to_run_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ScaleVersion.objects, "exists", lambda: False)
    with pytest.raises(CommandError, match="load_cases"):
        portfolio.make(PLAN)


# --- the same again, and away ----------------------------------------------------------------------------------------
def test_the_command_makes_refuses_a_second_time_and_removes() -> None:
    models = (
        Organization, OrganizationStatus, ApexMembership, Linkage, RoundDue, ExitForm, Return, ReturnComment, Place,
        Partner, Programme, Phase, FinancingLine, Round, User, ExchangeRate, DirtyMark, Intervention,
    )  # fmt: skip
    before = {model: model._default_manager.count() for model in models}
    out = io.StringIO()
    call_command("make_portfolio", organizations=300, seed=3, stdout=out)
    assert "300 organizations" in out.getvalue()
    assert all(model._default_manager.count() > before[model] for model in models)
    with pytest.raises(CommandError, match="already"):
        call_command("make_portfolio", organizations=300, seed=3)
    call_command("make_portfolio", organizations=120, seed=33, stdout=out)
    call_command("make_portfolio", remove=3, stdout=out)
    assert Organization.objects.filter(code__startswith="S33-").count() == 120
    assert not Organization.objects.filter(code__startswith="S3-").exists()
    call_command("make_portfolio", remove=33, stdout=out)
    assert {model: model._default_manager.count() for model in models} == before
    assert scalar("SELECT count(*) FROM indicators_returnevent") == scalar(
        "SELECT count(*) FROM indicators_returnevent e JOIN indicators_return r ON r.id = e.pgh_obj_id"
    )
    with pytest.raises(CommandError, match="no portfolio"):
        call_command("make_portfolio", remove=3)


def test_the_same_seed_gives_the_same_rows_and_another_seed_others() -> None:
    plan = Plan(organizations=300, seed=5)
    portfolio.make(plan)
    first = fingerprint()
    portfolio.remove(5)
    portfolio.make(plan)
    assert fingerprint() == first
    portfolio.remove(5)
    portfolio.make(Plan(organizations=300, seed=6))
    other = fingerprint()
    assert not [name for name in first if first[name] == other[name]]


def test_what_people_hung_on_it_goes_too_and_what_is_theirs_stops_the_removal() -> None:
    portfolio.make(Plan(organizations=300, seed=3))
    one = Organization.objects.filter(code__startswith="S3-", tier="primary", statuses__valid__contains=datetime.date(2024, 6, 1),
                                      statuses__status="active")[0]  # fmt: skip
    one.services.create(kind="inputs", provider="own", valid=DateRange(datetime.date(2024, 6, 1), None))
    phase = Phase.objects.exclude(programme__is_synthetic=True)[0]
    partner = Partner.objects.filter(code__startswith="SYN-3-")[0]
    line = FinancingLine.objects.create(
        phase=phase, partner=partner, financing_class="cofinancing", amount=1, currency="USD"
    )
    with pytest.raises(CommandError, match="programmes_financingline"), transaction.atomic():
        portfolio.remove(3)
    assert Organization.objects.filter(code__startswith="S3-").count() == 300
    line.delete()
    portfolio.remove(3)
    assert not Organization.objects.filter(code__startswith="S3-").exists()


def test_an_error_while_drawing_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("drawn badly")

    monkeypatch.setattr(making.Writer, "add", broken)
    with pytest.raises(RuntimeError, match="drawn badly"), transaction.atomic():
        portfolio.make(PLAN)
    assert not Programme.objects.filter(code__startswith="SYN-").exists()
    assert scalar("SHOW session_replication_role") == "origin"


def test_one_programme_and_one_round_are_enough() -> None:
    counts = portfolio.make(Plan(organizations=25, seed=1, programmes=1, rounds=1))
    assert counts["organizations"] == 25
    assert dangling() == []
