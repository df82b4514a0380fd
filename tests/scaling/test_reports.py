"""Packs: asked for, made, killed and gone on with, cancelled, deleted, fetched, sent on a cadence; their page."""

from __future__ import annotations

import datetime
import hashlib
from typing import Any

import psycopg2
import pytest
from django.core import mail as post
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from indicators.models import Round
from programmes.access import RoleName
from programmes.models import Programme, RoleAssignment
from scaling import background, tasks
from scaling.dashboards import registry
from scaling.reports import building, operations
from scaling.reports.models import Report, ReportSchedule
from tests import factories
from tests.deployment.processes import wait_for
from tests.organizations.test_impossible import refused, sql

pytestmark = pytest.mark.django_db
DAY = datetime.date


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Who is told to work, in place of a queue."""
    found: list[int] = []
    monkeypatch.setattr(tasks.make_pack, "delay", found.append)
    return found


@pytest.fixture
def someone(net: Programme) -> User:
    return factories.person(RoleName.VIEWER, programme="NET")


def ask(by: User, **what: Any) -> Report:
    programme = Programme.objects.get(code=what.pop("programme", "NET"))
    options = {"selection": {}, "language": "en", "format": "xlsx"} | what
    return operations.ask(by=by, programme=programme, **options)


def plan(by: User, **what: Any) -> ReportSchedule:
    programme = Programme.objects.get(code=what.pop("programme", "NET"))
    options = {"selection": {}, "language": "fr", "format": "xlsx", "cadence": "monthly"} | what
    return operations.plan(by=by, programme=programme, **options)


# --- asking and making -----------------------------------------------------------------------------------------------
def test_a_pack_is_a_row_a_hint_after_commit_and_then_a_file(
    someone: User, told: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    before = timezone.now()
    with django_capture_on_commit_callbacks(execute=True):
        row = ask(someone, selection={"kind": "shg"})
    assert told == [row.pk] and before <= row.known_at <= row.created_at
    known = row.known_at
    assert tasks.make_pack.run(row.pk)
    row.refresh_from_db()
    assert (row.state, row.done, row.total) == ("done", len(registry.pages()) + 1, len(registry.pages()) + 1)
    assert row.known_at == known and row.selection == {"kind": "shg"}
    assert hashlib.sha256(bytes(row.content)).hexdigest() == row.sha256 and row.size == len(row.content)
    assert not tasks.make_pack.run(row.pk), "handed out again it finds nothing to do"


@pytest.mark.parametrize(
    ("what", "field", "said"),
    [
        ({"selection": {"kind": "church"}}, "selection", "Kind: One of"),
        ({"selection": {"place": "ATLANTIS"}}, "selection", "Place: There is no “ATLANTIS”"),
        ({"selection": {"as_of": "tomorrow"}}, "selection", "As of: A date such as"),
        ({"selection": {"beside": "PCDP"}}, "selection", "cannot be narrowed by “Beside”"),
        ({"selection": {"colour": "red"}}, "selection", "“colour”"),
        ({"selection": {"kind": ["shg"]}}, "selection", "One value"),
        ({"language": "tlh"}, "language", "en, fr, es, ar"),
        ({"format": "docx"}, "format", "pdf, xlsx"),
    ],
)
def test_what_cannot_be_asked_is_said_by_field(someone: User, what: dict[str, Any], field: str, said: str) -> None:
    with pytest.raises(ValidationError) as error:
        ask(someone, **what)
    assert said in error.value.message_dict[field][0]
    assert not Report.objects.exists()


def test_the_same_pack_twice_and_too_many_at_once_are_refused(someone: User) -> None:
    ask(someone)
    with pytest.raises(ValidationError, match="already"):
        ask(someone)
    ask(factories.administrator())
    for language in ("fr", "es", "ar"):
        ask(someone, language=language)
    ask(someone, format="pdf")
    with pytest.raises(ValidationError, match="wait already"):
        ask(someone, format="pdf", language="fr")


def test_a_programme_that_one_may_not_read_cannot_be_asked_for(someone: User) -> None:
    with pytest.raises(PermissionDenied):
        ask(someone, programme="PCDP")


def test_a_role_or_a_round_that_is_gone_meanwhile_is_said(someone: User) -> None:
    row = ask(someone)
    narrowed = ask(someone, selection={"round": "net-2022"})
    Round.objects.filter(code="net-2022").update(code="net-other")
    assert building.make(narrowed.pk)
    narrowed.refresh_from_db()
    assert narrowed.state == "failed" and "net-2022" in narrowed.problem
    RoleAssignment.objects.filter(user=someone).delete()
    assert building.make(row.pk)
    row.refresh_from_db()
    assert row.state == "failed" and "NET" in row.problem


# --- killed, cancelled, deleted --------------------------------------------------------------------------------------
def test_a_worker_killed_half_way_is_made_up_for_by_the_beat(someone: User, monkeypatch: pytest.MonkeyPatch) -> None:
    row = ask(someone)
    real = building.collect

    def dies(report: Report, far: Any) -> Any:
        far(1)
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(building, "collect", dies)
        with pytest.raises(SystemExit):
            tasks.make_pack.run(row.pk)
    row.refresh_from_db()
    assert (row.state, row.done, row.tries) == ("running", 1, 1) and row.content is None
    assert building.collect is real and tasks.packs.run() == 1
    row.refresh_from_db()
    assert (row.state, row.tries) == ("done", 2)


def test_what_stops_every_worker_ends_as_failed(someone: User, monkeypatch: pytest.MonkeyPatch) -> None:
    row = ask(someone)

    def dies(report: Report, far: Any) -> Any:
        raise SystemExit

    monkeypatch.setattr(building, "collect", dies)
    for _time in range(background.MOST_TRIES):
        with pytest.raises(SystemExit):
            tasks.packs.run()
    assert tasks.packs.run() == 1 and tasks.packs.run() == 0
    row.refresh_from_db()
    assert row.state == "failed" and "Workers were stopped" in row.problem


def test_a_defect_is_said_and_logged(someone: User, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    row = ask(someone)

    def broken(report: Report, far: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(building, "collect", broken)
    assert building.make(row.pk)
    row.refresh_from_db()
    assert row.state == "failed" and "did not foresee" in row.problem and "ZeroDivisionError" in caplog.text


def test_only_one_worker_is_at_a_pack(someone: User) -> None:
    row = ask(someone)
    settings = connection.get_connection_params()
    other = psycopg2.connect(**{name: settings[name] for name in settings if name not in ("cursor_factory",)})
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [building.LOCK_SPACE, row.pk])
        assert not building.make(row.pk)
        row.refresh_from_db()
        assert (row.state, row.tries) == ("queued", 0)
    finally:
        other.close()  # as when that worker is killed
    wait_for(lambda: not _is_held(row.pk), 30, "the end of the other worker's session")
    assert building.make(row.pk)


def _is_held(pk: int) -> bool:
    """The server ends a session a moment after its client has gone."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND objid = %s)",
            [building.LOCK_SPACE, pk],
        )
        return bool(cursor.fetchone()[0])


@pytest.mark.parametrize("how", ["cancel", "delete"])
def test_cancelled_or_deleted_while_it_is_made_it_leaves_nothing(
    someone: User, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    row = ask(someone)
    real = building.collect

    def meanwhile(report: Report, far: Any) -> Any:
        getattr(operations, how)(report=report, by=someone)
        return real(report, far)

    monkeypatch.setattr(building, "collect", meanwhile)
    assert not building.make(row.pk)
    left = list(Report.objects.values_list("state", "content"))
    assert left == ([("cancelled", None)] if how == "cancel" else [])
    if how == "cancel":
        with pytest.raises(ValidationError, match="ended already"):
            operations.cancel(report=row, by=someone)


def test_only_its_author_and_administrators_end_a_pack(someone: User) -> None:
    row = ask(someone)
    for other in (
        factories.person(RoleName.VIEWER, programme="NET"),
        factories.person(RoleName.ME_OFFICER, programme="NET"),
    ):
        for end in (operations.cancel, operations.delete):
            with pytest.raises(PermissionDenied):
                end(report=row, by=other)
    operations.cancel(report=row, by=factories.administrator())
    operations.delete(report=row, by=someone)
    assert not Report.objects.exists()


def test_the_database_knows_what_cannot_be(someone: User) -> None:
    row = ask(someone)
    made = ask(someone, language="fr")
    assert building.make(made.pk)
    for constraint, change, pk in (
        ("report_language_known", "language = 'tlh'", row.pk),
        ("report_format_known", "format = 'docx'", row.pk),
        ("report_state_known", "state = 'odd', ended_at = now()", row.pk),
        ("report_selection_is_object", "selection = '[]'", row.pk),
        ("report_done_up_to_total", "done = total + 1", row.pk),
        ("report_known_before_it_was_asked", "known_at = created_at + interval '1 day'", row.pk),
        ("report_ended_unless_open", "ended_at = now()", row.pk),
        ("report_ended_unless_open", "state = 'cancelled'", row.pk),
        ("report_running_was_begun", "state = 'running'", row.pk),
        ("report_file_when_done", "state = 'done', ended_at = now(), done = total", row.pk),
        ("report_file_when_done", "state = 'cancelled'", made.pk),
        ("report_file_is_what_it_says", "content = 'other'", made.pk),
        ("report_file_is_what_it_says", "size = size + 1", made.pk),
        ("report_problem_when_failed", "state = 'failed', ended_at = now()", row.pk),
        ("report_problem_when_failed", "problem = 'odd'", row.pk),
    ):
        with refused(constraint):
            sql(f"UPDATE scaling_report SET {change} WHERE id = {pk}")
    plan(someone)
    for constraint, change in (
        ("report_schedule_language_known", "language = 'tlh'"),
        ("report_schedule_format_known", "format = 'docx'"),
        ("report_schedule_cadence_known", "cadence = 'daily'"),
        ("report_schedule_next_not_before_first", "next_on = first_on - 1"),
        ("report_schedule_selection_is_object", "selection = '1'"),
    ):
        with refused(constraint):
            sql(f"UPDATE scaling_reportschedule SET {change}")


# --- on a cadence ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("cadence", "first", "today", "expected"),
    [
        ("monthly", DAY(2026, 1, 31), DAY(2026, 1, 31), DAY(2026, 2, 28)),
        ("monthly", DAY(2026, 1, 31), DAY(2026, 2, 28), DAY(2026, 3, 31)),
        ("monthly", DAY(2024, 1, 31), DAY(2024, 2, 10), DAY(2024, 2, 29)),
        ("quarterly", DAY(2026, 11, 30), DAY(2026, 12, 1), DAY(2027, 2, 28)),
        ("half_yearly", DAY(2026, 3, 1), DAY(2028, 3, 1), DAY(2028, 9, 1)),
        ("half_yearly", DAY(2026, 3, 1), DAY(2026, 3, 1), DAY(2026, 9, 1)),
    ],
)
def test_the_next_day_of_a_cadence(cadence: str, first: DAY, today: DAY, expected: DAY) -> None:
    row = ReportSchedule(cadence=cadence, first_on=first, next_on=first)
    assert operations.next_after(row, today) == expected


def test_a_pack_on_a_cadence_is_made_and_its_owner_told_once(someone: User, settings: Any) -> None:
    settings.SITE_URL = "https://trellis.example"
    User.objects.filter(pk=someone.pk).update(language="en")
    row = plan(someone, today=DAY(2026, 5, 31))
    assert operations.put_due(DAY(2026, 5, 30)) == []
    (made,) = operations.put_due(DAY(2026, 8, 2))
    row.refresh_from_db()
    assert row.next_on == DAY(2026, 8, 31), "three missed months are one pack"
    assert operations.put_due(DAY(2026, 8, 2)) == []
    assert tasks.packs.run() == 1
    (letter,) = post.outbox
    assert letter.to == [someone.email] and not letter.attachments
    assert f"https://trellis.example/reports/{made.pk}/file/" in letter.body and "NET" in letter.subject
    tasks.packs.run()
    assert len(post.outbox) == 1
    operations.end_plan(schedule=row, by=someone)
    assert Report.objects.get(pk=made.pk).schedule is None


def test_an_e_mail_that_a_killed_worker_did_not_send_is_sent_by_the_beat(
    someone: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan(someone)
    (made,) = operations.put_due()
    with monkeypatch.context() as patched:
        patched.setattr(building.mail, "tell", lambda pk: (_ for _ in ()).throw(SystemExit()))
        with pytest.raises(SystemExit):
            tasks.make_pack.run(made.pk)
    assert not post.outbox
    tasks.packs.run()
    assert len(post.outbox) == 1


def test_a_failed_pack_of_a_cadence_is_told_too_and_one_asked_for_is_not(someone: User) -> None:
    plan(someone, selection={"kind": "shg"}, language="en")
    operations.put_due()
    Report.objects.update(selection={"kind": "gone"})
    ask(someone)
    assert tasks.packs.run() == 2
    (letter,) = post.outbox
    assert "could not be made" in letter.body and "Kind" in letter.body


def test_who_lost_the_role_gets_no_pack_and_the_cadence_goes_on(someone: User) -> None:
    row = plan(someone, today=DAY(2026, 5, 31))
    RoleAssignment.objects.filter(user=someone).delete()
    assert operations.put_due(DAY(2026, 5, 31)) == []
    row.refresh_from_db()
    assert row.next_on == DAY(2026, 6, 30)


def test_what_cannot_be_planned_is_said(someone: User) -> None:
    plan(someone)
    with pytest.raises(ValidationError, match="already"):
        plan(someone)
    with pytest.raises(ValidationError) as error:
        plan(someone, selection={"round": "net-2022"})
    assert "Leave out: Round" in error.value.message_dict["selection"][0]
    with pytest.raises(ValidationError) as error:
        plan(someone, cadence="daily")
    assert "monthly" in error.value.message_dict["cadence"][0]
    with pytest.raises(PermissionDenied):
        operations.end_plan(
            schedule=ReportSchedule.objects.get(), by=factories.person(RoleName.VIEWER, programme="NET")
        )


# --- the page --------------------------------------------------------------------------------------------------------
def test_from_the_button_of_a_question_to_the_file(someone: User, client: Client) -> None:
    client.force_login(someone)
    page = client.get("/questions/membership/?programme=NET&kind=shg").context["page"]
    assert page.pack_url == "/reports/?programme=NET&kind=shg"
    shown = client.get(page.pack_url)
    assert b'name="kind" value="shg"' in shown.content
    form = {"programme": "NET", "format": "pdf", "language": "en", "cadence": "", "kind": "shg"}
    assert client.post("/reports/", form).status_code == 302
    row = Report.objects.get()
    assert row.selection == {"kind": "shg"}
    assert b'data-going="1"' in client.get("/reports/?part=1").content
    assert client.get(f"/reports/{row.pk}/file/").status_code == 404
    building.make(row.pk)
    answer = client.get(f"/reports/{row.pk}/file/")
    assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF-")
    assert answer["Content-Disposition"] == f'attachment; filename="net-{row.known_at:%Y-%m-%d}-en.pdf"'
    assert hashlib.sha256(answer.content).hexdigest() == row_sha(row)
    assert row_sha(row).encode() in client.get("/reports/").content
    assert client.post(f"/reports/{row.pk}/delete/").status_code == 302
    assert not Report.objects.exists()


def row_sha(row: Report) -> str:
    return Report.objects.get(pk=row.pk).sha256


def test_a_mistake_is_said_on_the_page_and_what_was_typed_stays(someone: User, client: Client) -> None:
    client.force_login(someone)
    form = {"programme": "NET", "format": "docx", "language": "ar", "cadence": "", "place": "ATLANTIS"}
    answer = client.post("/reports/", form)
    assert answer.status_code == 422 and b"docx" in answer.content
    assert b'name="place" value="ATLANTIS"' in answer.content and b'value="ar" selected' in answer.content
    answer = client.post("/reports/", form | {"format": "pdf"})
    assert answer.status_code == 422 and "There is no “ATLANTIS”" in answer.content.decode()
    assert client.post("/reports/", form | {"programme": "PCDP"}).status_code == 422
    assert not Report.objects.exists()
    assert "Beside" in client.get("/reports/?programme=NET&beside=PCDP").content.decode()


def test_a_cadence_is_begun_and_ended_on_the_page(someone: User, client: Client) -> None:
    client.force_login(someone)
    form = {"programme": "NET", "format": "pdf", "language": "es", "cadence": "quarterly"}
    assert client.post("/reports/", form).status_code == 302
    row = ReportSchedule.objects.get()
    assert "every quarter" in client.get("/reports/").content.decode()
    assert client.post("/reports/", form).status_code == 422
    assert client.post(f"/reports/cadences/{row.pk}/end/").status_code == 302
    assert not ReportSchedule.objects.exists()


def test_everybody_in_the_scope_fetches_a_pack_and_nobody_else(someone: User, client: Client) -> None:
    row = ask(someone)
    building.make(row.pk)
    client.force_login(factories.person(RoleName.VIEWER, programme="NET"))
    assert client.get(f"/reports/{row.pk}/file/").status_code == 200
    assert client.post(f"/reports/{row.pk}/delete/").status_code == 403
    client.force_login(factories.person(RoleName.VIEWER, programme="PCDP"))
    assert client.get(f"/reports/{row.pk}/file/").status_code == 404
    assert client.post(f"/reports/{row.pk}/delete/").status_code == 404
    assert b"NET" not in client.get("/reports/?part=1").content
    assert Report.objects.count() == 1


def test_the_page_takes_as_many_queries_for_many_packs_as_for_one(someone: User, client: Client) -> None:
    client.force_login(someone)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/reports/").status_code == 200
        assert not any('"content"' in one["sql"] for one in queries), "files are not read for a list"
        return len(queries)

    ask(someone)
    count()
    first = count()
    for language in ("fr", "es", "ar"):
        ask(someone, language=language)
        plan(someone, language=language)
    assert count() <= first + 1 and first <= 18
