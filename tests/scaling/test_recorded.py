"""What was published can be shown again, whatever is edited since: valid time and recorded time are two."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import psycopg2
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from indicators import results, returns, review
from indicators.models import OverlapSample, PhaseResult, Return, Round
from organizations import history, linkages
from organizations.models import ApexMembership, Linkage, Organization, OrganizationStatus
from organizations.signals import registry_changed
from programmes import financing
from programmes.models import FinancingLine, Place, PriceIndex, Programme, Trail
from programmes.trails import catch_up
from scaling import answers, portfolio, recorded, register_answers, rollups
from scaling.metrics import METRICS, REGISTER_METRICS
from scaling.portfolio.plan import Plan
from scaling.register_answers import Question
from scaling.thresholds import set_thresholds
from tests import factories
from tests.scaling.test_recorded_tables import now
from tests.scaling.test_register_rollups import DAYS, EDITS, QUICK, World

pytestmark = pytest.mark.django_db
Day = datetime.date
Moment = datetime.datetime
METRIC = REGISTER_METRICS["membership_growth_comparable"]
#: A whole programme by kind, a federation, each round, another opening, another day.
QUESTIONS = [
    {"by": "kind"}, {"apex": "M1"}, {"by": "round"}, {"round": "world-2022", "against": "world-2020", "by": "tier"},
    {"as_of": Day(2022, 9, 1), "by": "cohort"},
]  # fmt: skip


# --- whatever is edited ----------------------------------------------------------------------------------------------
class WithMoney(World):
    """The same world with a country's thresholds, rates, samples, business with partners, and figures of phases."""

    def _begin(self) -> None:
        super()._begin()
        self.steps = itertools.count(1)
        Round.objects.filter(programme=self.programme).update(currency="INR")
        self.country = Place.objects.get(code="IND")

    def limit(self, first: int, second: int, day: Day) -> None:
        values = {"satisfactory": Decimal(1 + first % 6), "verified_within_months": 1 + second}
        set_thresholds(country=self.country, since=day, values=values, reason="set", by=None)

    def rate(self, first: int, second: int, day: Day) -> None:
        financing.record_rate(currency="INR", date=day, usd_per_unit=Decimal(first + 1) / 100, source="bank")

    def index(self, first: int, second: int, day: Day) -> None:
        PriceIndex.objects.update_or_create(currency="INR", date=day, defaults={"index": second + 1, "source": "x"})

    def sample(self, first: int, second: int, day: Day) -> None:
        round_ = self.rounds[first % 3]
        OverlapSample.objects.update_or_create(
            round=round_, kind="", place=None, defaults={"asked": 10, "in_another": second}
        )

    def sell(self, first: int, second: int, day: Day) -> None:
        rows = Linkage.objects.filter(organization__code__in=("G0", "G1", "G2", "A1", "M1")).order_by("pk")
        if rows:
            linkages.record_transaction(
                linkage=rows[first % len(rows)],
                date=day,
                type="sale",
                amount=Decimal(second + 1),
                currency="INR",
                by=None,
            )

    def amount(self, first: int, second: int, day: Day) -> None:
        lines = FinancingLine.objects.filter(phase__programme=self.programme).order_by("pk")
        financing.correct_amount(
            line=lines[first % len(lines)],
            amount=Decimal(1000 + second),
            kind="documented",
            reason="x",
            source="y",
            by=None,
        )

    def result(self, first: int, second: int, day: Day) -> None:
        found = PhaseResult.objects.filter(programme=self.programme).order_by("pk")
        results.correct(
            result=found[first % len(found)], kind="documented", value=Decimal(second), reason="x", source="y", by=None
        )

    def forget(self, first: int, second: int, day: Day) -> None:
        """A row that never should have been: its deletion is known from now on, not for then."""
        rows = ApexMembership.objects.order_by("pk")
        if rows:
            row = rows[second % len(rows)]
            registry_changed.send(ApexMembership, organization_ids={row.member_id, row.apex_id})
            row.delete()


MORE = [*EDITS, *([WithMoney.limit, WithMoney.rate, WithMoney.index, WithMoney.sample, WithMoney.sell,
                   WithMoney.amount, WithMoney.result, WithMoney.forget] * 2)]  # fmt: skip
EDIT = st.tuples(st.sampled_from(MORE), st.integers(0, 8), st.integers(0, 8), st.sampled_from(DAYS))


def attempt(world: World, edit: Any, *operands: Any) -> None:
    """As a transaction of its own; one that is refused changes nothing."""
    try:
        with transaction.atomic():
            edit(world, *operands)
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    except (ValidationError, DatabaseError, PermissionDenied):
        pass


def drain() -> None:
    while rollups.drain():
        pass


def figures(user: User, known_at: Moment | None = None) -> list[Any]:
    """Everything metrics of organizations are computed from and one of them, and every metric of phases."""
    found: list[Any] = []
    for asked in QUESTIONS:
        question = Question(programmes=("TNWDP",), known_at=known_at, **asked)
        for row in register_answers.rows(user=user, metric=METRIC, question=question):
            found.append((row.group, row.register, row.outcome, row.thresholds, [source.on for source in row.sources]))
    space = answers.Workspace.load(user=user, basis="corrected", known_at=known_at)
    for metric in METRICS.values():
        rows = answers.rows(space, metric, programme_codes=["TNWDP"], phase_codes=[], by="phase")
        found += [(metric.name, row.outcome) for row in rows]
    return found


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck), phases=QUICK)
@given(edits=st.lists(EDIT, min_size=5, max_size=9))
def test_what_was_published_at_each_moment_can_be_shown_again(edits: list[Any]) -> None:
    with transaction.atomic():
        now()
        world = WithMoney()
        user = factories.administrator()
        published: list[tuple[Moment, list[Any]]] = []
        for edit in [None, *edits]:
            if edit is not None:
                attempt(world, *edit)
            drain()
            published.append((now(), figures(user)))
        assert not recorded.untold()
        for moment, then in published:
            again = figures(user, known_at=moment)
            assert [(one, other) for one, other in zip(again, then, strict=True) if one != other] == []
        transaction.set_rollback(True)


# --- in plain words --------------------------------------------------------------------------------------------------
@pytest.fixture
def world(db: None) -> World:
    now()
    made = World()
    drain()
    return made


def ask(api: Client, metric: str, **query: Any) -> Any:
    answer = api.get(f"/api/v1/metrics/{metric}/", {"programme": "TNWDP", **query})
    assert answer.status_code == 200, answer.content
    (row,) = answer.json()["results"]
    return row


def members(row: Any) -> Decimal:
    return Decimal(row["components"]["members"]["value"])


def refused(api: Client, known_at: str, metric: str = "members_observed", status: int = 400) -> str:
    answer = api.get(f"/api/v1/metrics/{metric}/", {"programme": "TNWDP", "known_at": known_at})
    assert answer.status_code == status, answer.content
    found: str = answer.json()["detail"]
    return found


def test_a_published_figure_is_shown_again_after_a_return_was_corrected(world: World, api: Client) -> None:
    published = ask(api, "members_observed", round="world-2020")
    assert published["known_at"] is None
    then = now()
    review.correct(
        of=Return.objects.get(round__code="world-2020", organization__code="G0"),
        by=world.manager,
        values={"OP-06": 99, "OP-06.women": 9},
        code="miscount",
        reason="counted again",
    )
    drain()
    corrected = ask(api, "members_observed", round="world-2020")
    again = ask(api, "members_observed", round="world-2020", known_at=then.isoformat())
    assert members(corrected) > members(published)
    differ = {"known_at", "computed_at", "marks_waiting"}
    assert {**again, **dict.fromkeys(differ)} == {**published, **dict.fromkeys(differ)}
    assert datetime.datetime.fromisoformat(again["known_at"]) == then


def test_what_was_approved_later_was_not_known(world: World, api: Client) -> None:
    draft = returns.save_values(
        organization=Organization.objects.get(code="G4"), round=world.rounds[1], values={"OP-06": 50}, by=world.officer,
        version=None,
    )  # fmt: skip
    entered = now()
    Return.objects.filter(pk=draft.pk).update(confirmed={one.mark: "so" for one in returns.findings_of(draft)})
    returns.submit(of=Return.objects.get(pk=draft.pk), by=world.officer)
    review.approve(of=Return.objects.get(pk=draft.pk), by=world.manager)
    approved = now()
    values = [
        members(ask(api, "members_observed", round="world-2020", known_at=moment.isoformat()))
        for moment in (entered, approved)
    ]
    assert values[1] == values[0] + 50


def test_valid_time_and_recorded_time_are_asked_together(world: World, api: Client) -> None:
    """That a group left in May was written down only now: of May it is known now, and was not before."""
    before = now()
    world.leave(0, 0, Day(2022, 7, 5))
    then, today = (
        ask(api, "aggregation_ratio", as_of="2022-08-01", round="world-2022", **more)
        for more in ({"known_at": before.isoformat()}, {})
    )
    assert (then["on"], today["on"]) == (["2022-08-01"], ["2022-08-01"])
    assert Decimal(today["value"]) < Decimal(then["value"])


def test_a_figure_of_a_phase_is_shown_again_after_an_amount_was_corrected(api: Client, db: None) -> None:
    now()
    question = {"phase": "TNWDP-1", "basis": "corrected"}
    code = FinancingLine.objects.filter(phase__programme__code="TNWDP", financing_class="anchor").first()
    assert code is not None
    question["phase"] = code.phase.code
    published, then = ask(api, "leverage_ratio_design", **question), now()
    financing.correct_amount(line=code, amount=Decimal(1), kind="documented", reason="x", source="y", by=None)
    drain()
    assert ask(api, "leverage_ratio_design", **question)["value"] != published["value"]
    again = ask(api, "leverage_ratio_design", **question, known_at=then.isoformat())
    assert (again["value"], again["components"]) == (published["value"], published["components"])
    assert datetime.datetime.fromisoformat(again["known_at"]) == then


def test_a_programme_or_organization_of_later_was_not_on_record(world: World, api: Client) -> None:
    then = now().isoformat()
    world.register("LATER", kind="shg", formed_on=Day(2018, 1, 1))
    Programme.objects.create(code="LATE", name="Late", instrument="project")
    for name, query in (
        ("organization", {"organization": "LATER"}), ("programme", {"programme": "LATE"})
    ):  # fmt: skip
        for metric in ("members_observed", "leverage_ratio_design")[: 1 if name == "organization" else 2]:
            answer = api.get(f"/api/v1/metrics/{metric}/", {**query, "known_at": then})
            assert answer.status_code == 400
            assert "no “LATE" in answer.json()["errors"][0]["detail"] and "on record" in answer.json()["detail"]


# --- what cannot be told is refused ----------------------------------------------------------------------------------
@pytest.mark.parametrize("metric", ["members_observed", "leverage_ratio_design"])
@pytest.mark.parametrize(
    "wrong",
    ["", "yesterday", "2022-06-30T10:00:00", "2022-06-30 10:00:00Z", "2022-06-30T10:00:00 02:00", "2022-13-01",
     "20220630T100000Z", "2022-W26-4", "2022-06-30T25:00:00Z", "1656583200", "2022-06-30T10:00:00+0200", "٢٠٢٢-٠٦-٣٠"],
)  # fmt: skip
def test_a_moment_needs_its_form_and_its_zone(api: Client, metric: str, wrong: str) -> None:
    assert "A moment with its time zone such as 2022-06-30T17:00:00Z is expected" in refused(api, wrong, metric)


@pytest.mark.parametrize("metric", ["members_observed", "leverage_ratio_design"])
def test_the_future_and_what_lies_before_the_trail_are_refused(api: Client, metric: str) -> None:
    today = timezone.localdate()
    for late in (today, today + datetime.timedelta(days=1), Day.max):
        assert "not over yet" in refused(api, late.isoformat(), metric)
    ahead = timezone.now() + datetime.timedelta(hours=1)
    assert "not over yet" in refused(api, ahead.isoformat(), metric)
    for early in ("2022-06-30", "0001-01-01", "0001-01-01T00:00:00+14:00", "2022-06-30T10:00:00Z"):
        assert "are on record since" in refused(api, early, metric)


def test_a_table_without_a_trail_is_named(api: Client) -> None:
    Trail.objects.filter(table="programmes_priceindex").delete()
    assert "Changes of price indices are not on record" in refused(api, timezone.now().isoformat())
    Trail.objects.create(table="programmes_priceindex", since=timezone.now() + datetime.timedelta(hours=1))
    assert "Changes of price indices are on record since" in refused(api, timezone.now().isoformat())


def test_a_date_is_the_end_of_that_day_here(settings: Any) -> None:
    from django.test import RequestFactory
    from rest_framework.request import Request

    from scaling.rest.parameters import one_moment

    settings.TIME_ZONE = "Asia/Kolkata"
    with timezone.override("Asia/Kolkata"):
        request = Request(RequestFactory().get("/", {"known_at": "2022-06-30"}))
        moment = one_moment(request, "known_at")
    assert moment == Moment(2022, 6, 30, 18, 29, 59, 999999, tzinfo=datetime.UTC)


@contextmanager
def somebody_writes() -> Iterator[None]:
    """Another session in the middle of a transaction that has written something."""
    options = connection.get_connection_params()
    other = psycopg2.connect(
        **{name: options[name] for name in ("dbname", "user", "password", "host", "port") if name in options}
    )
    try:
        with other.cursor() as cursor:
            cursor.execute("INSERT INTO scaling_heartbeat (name, seen_at) VALUES ('another', now())")
        yield
    finally:
        other.rollback()
        other.close()


def test_what_is_still_being_written_is_waited_for(api: Client) -> None:
    before = now().isoformat()
    with somebody_writes():
        after = now().isoformat()
        assert "still being written" in refused(api, after, status=409)
        ask(api, "members_observed", known_at=before)
    ask(api, "members_observed", known_at=after)


def test_nothing_can_be_written_into_what_was_known(world: World) -> None:
    with pytest.raises(DatabaseError), recorded.known(now()):
        Organization.objects.filter(code="G0").update(name="other")
    with pytest.raises(DatabaseError), recorded.known(now()):
        OrganizationStatus.objects.create(
            organization_id=1, status="active", valid=DateRange(Day(2020, 1, 1), None), reason=""
        )


def test_too_many_records_are_refused(world: World, api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(register_answers, "MOST_RECORDS", 5)
    assert "“known_at”" in refused(api, now().isoformat())


def test_the_number_of_queries_does_not_grow(world: World, administrator: User, django_assert_num_queries: Any) -> None:
    question = Question(programmes=("TNWDP",), known_at=now())
    register_answers.rows(user=administrator, metric=METRIC, question=question)  # roles are read once
    with django_assert_num_queries(31):
        register_answers.rows(user=administrator, metric=METRIC, question=question)
    world.register("MORE", kind="shg", formed_on=Day(2018, 1, 1))
    question = Question(programmes=("TNWDP",), known_at=now())
    with django_assert_num_queries(31):
        register_answers.rows(user=administrator, metric=METRIC, question=question)


# --- the trail itself ------------------------------------------------------------------------------------------------
def test_what_one_transaction_changes_is_known_from_one_moment(world: World) -> None:
    now()
    one = Organization.objects.get(code="G0")
    Organization.objects.filter(pk=one.pk).update(name="first")
    OrganizationStatus.objects.filter(organization=one).update(reason="second")
    events = [recorded.event_model(model).objects for model in (Organization, OrganizationStatus)]
    stamps = {found.order_by("-pgh_id").first().pgh_created_at for found in events}
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        assert len(stamps) == 1 and stamps.pop() > cursor.fetchone()[0]


def test_rows_that_were_there_before_the_trail_get_an_event_and_no_story(world: World, administrator: User) -> None:
    """What a migration does that begins a trail; a row that has a trail gets no second beginning."""
    one, event = Organization.objects.get(code="G0"), recorded.event_model(Organization)
    told = len(history.of(one, user=administrator, persons=True))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        event.objects.filter(pgh_obj_id=one.pk).delete()
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert recorded.untold() == {"organizations_organization": 1}
    with connection.cursor() as cursor:
        since = catch_up(cursor, Organization, event)
        assert now() > since
    assert not recorded.untold()
    assert len(history.of(one, user=administrator, persons=True)) == told - 1


def test_a_trail_that_begins_says_what_its_table_says(world: World) -> None:
    """Rows that were changed or deleted past the triggers are told as they are from then on, and all others once."""
    event = recorded.event_model(ApexMembership)
    first, second = ApexMembership.objects.order_by("pk")[:2]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        ApexMembership.objects.filter(pk=first.pk).update(fee_paid_until=Day(2020, 1, 1))
        ApexMembership.objects.filter(pk=second.pk).delete()
        cursor.execute("SET LOCAL session_replication_role = origin")
        before = event.objects.count()
        catch_up(cursor, ApexMembership, event)
        assert event.objects.count() == before + 2
        catch_up(cursor, ApexMembership, event)
    assert event.objects.count() == before + 2
    assert not recorded.untold()


def test_a_copied_portfolio_is_on_record_from_when_it_was_copied_in(administrator: User) -> None:
    before = now()
    portfolio.make(Plan(organizations=60, seed=21, programmes=2, rounds=2))
    assert not recorded.untold()
    drain()
    asked = {"programmes": ("SYN-21-1",), "by": "kind"}
    published = register_answers.rows(user=administrator, metric=METRIC, question=Question(**asked))
    known = register_answers.rows(user=administrator, metric=METRIC, question=Question(**asked, known_at=now()))
    assert published and [(row.group, row.register) for row in known] == [
        (row.group, row.register) for row in published
    ]
    with pytest.raises(answers.UnknownCode):
        register_answers.rows(user=administrator, metric=METRIC, question=Question(**asked, known_at=before))
    trails = {
        label: recorded.event_model(recorded.apps.get_model(label)).objects.count() for label in recorded.RESTED_ON
    }
    portfolio.remove(21)
    assert not recorded.untold()
    assert recorded.event_model(Organization).objects.count() == 0 < trails["organizations.Organization"]


def test_the_command_says_what_was_written_past_the_trail(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("check_trails")
    assert "as its trail says" in capsys.readouterr().out
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        Organization.objects.filter(code__in=["G0", "G1"]).update(kind="cooperative")
        cursor.execute("SET LOCAL session_replication_role = origin")
    with pytest.raises(CommandError, match="organizations_organization: 4 rows"):
        call_command("check_trails")
