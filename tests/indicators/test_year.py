"""The year around entry: planning rounds, work lists, reminders, exit forms, evidence, forms and review in pages."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from indicators import batches, evidence, exits, reminders, returns, rounds
from indicators.models import EntryBatch, EvidenceFile, ExitForm, Reminder, Return, ReturnState, Round, RoundDue
from indicators.work import progress, work_list
from programmes.access import RoleName
from tests import factories
from tests.indicators.scenes import Scene

pytestmark = pytest.mark.django_db
DAY = datetime.date
PDF = b"%PDF-1.7 a paper"


def signed_in(someone: User) -> Client:
    client = Client()
    client.force_login(someone)
    return client


def set_window(round_: Round, last: DAY) -> None:
    Round.objects.filter(pk=round_.pk).update(window=DateRange(DAY(2020, 5, 1), last + datetime.timedelta(days=1)))


# --- rounds ----------------------------------------------------------------------------------------------------------
def test_a_manager_plans_opens_closes_locks_and_reopens_a_round(scene: Scene) -> None:
    client = signed_in(scene.manager)
    form = {
        "programme": "TNWDP",
        "kind": "semi_annual",
        "period_from": "2021-01-01",
        "reference_date": "2021-06-30",
        "window_from": "2021-07-01",
        "window_to": "2021-08-31",
    }
    for wrong, said in (
        ({"period_from": ""}, "first day of the period"),
        ({"window_to": "2021-06-01"}, "cannot be before"),
        ({"reference_date": "2021-02-30"}, "valid date"),
        ({"programme": "PCDP"}, "valid choice"),
    ):
        answer = client.post(reverse("indicators:rounds"), {**form, **wrong})
        assert answer.status_code == 200 and said in answer.content.decode(), wrong
        assert "2021-08-31" in answer.content.decode() or "window_to" in wrong, "what was typed stays"
    planned = client.post(reverse("indicators:rounds"), form)
    round_ = Round.objects.get(code="tnwdp-semi-annual-2021-06-30")
    assert planned["Location"] == reverse("indicators:round", args=[round_.code])
    again = client.post(reverse("indicators:rounds"), form)
    assert "already exists" in again.content.decode()
    for name, status in (("open", "open"), ("close", "closed"), ("lock", "locked")):
        client.post(reverse(f"indicators:step-{name}", args=[round_.code]))
        round_.refresh_from_db()
        assert round_.status == status
    client.post(reverse("indicators:step-reopen", args=[round_.code]), {"reason": " "})
    round_.refresh_from_db()
    assert round_.status == "locked", "not without a reason"
    client.post(reverse("indicators:step-reopen", args=[round_.code]), {"reason": "a district was late"})
    round_.refresh_from_db()
    assert (round_.status, round_.status_reason) == ("reopened", "a district was late")
    assert "a district was late" in client.get(reverse("indicators:round", args=[round_.code])).content.decode()


def test_managers_plan_and_officers_of_the_programme_propose(scene: Scene) -> None:
    def planned(by: User) -> Round:
        return rounds.plan(
            programme=scene.round.programme,
            kind="biennial",
            reference_date=DAY(2022, 6, 30),
            window=(DAY(2022, 5, 1), DAY(2022, 8, 31)),
            by=by,
        )

    for someone in (
        factories.person(RoleName.COUNTRY_PROGRAMME_MANAGER, country="GHA"),
        factories.person(RoleName.ME_OFFICER, programme="MRCP"),
        factories.person(RoleName.VIEWER, programme="TNWDP"),
    ):
        with pytest.raises(PermissionDenied):
            planned(someone)
    proposed = planned(scene.officer)
    with pytest.raises(PermissionDenied):
        rounds.open_round(round=proposed, by=scene.officer)
    assert rounds.open_round(round=proposed, by=scene.manager).status == "open"


def test_the_days_of_reminders_are_given_with_the_plan(scene: Scene) -> None:
    client = signed_in(scene.officer)
    page = reverse("indicators:rounds")
    assert "Propose a round" in client.get(page).content.decode()
    asked = {
        "programme": "TNWDP",
        "kind": "biennial",
        "reference_date": "2022-06-30",
        "window_from": "2022-05-01",
        "window_to": "2022-08-31",
        "reminder_days": "7, soon",
    }
    refused = client.post(page, asked).content.decode()
    assert "7, soon" in refused and not Round.objects.filter(kind="biennial").exists()
    client.post(page, {**asked, "reminder_days": "7, 1, -3"})
    assert Round.objects.get(kind="biennial").reminder_days == [7, 1, -3]


def test_who_has_not_reported_is_seen_at_a_glance(scene: Scene) -> None:
    page = reverse("indicators:round", args=[scene.round.code])
    client = signed_in(scene.officer)
    assert "1 not reported" in client.get(page).content.decode()
    scene.save({"OP-06": 20})
    found = progress([scene.round])[scene.round.pk]
    assert (found.due, found.entered, found.not_reported, found.coverage) == (1, 1, 1, 0)
    assert "Group one" in client.get(page, {"state": "draft"}).content.decode()
    assert "Group one" not in client.get(page, {"state": "approved"}).content.decode()
    assert client.get(page, {"state": "<script>"}).status_code == 200


# --- work ------------------------------------------------------------------------------------------------------------
def test_the_work_list_has_what_waits_for_each(scene: Scene) -> None:
    assert [one.round for one in work_list(scene.officer).to_enter] == [scene.round]
    assert work_list(factories.person(RoleName.ME_OFFICER, programme="MRCP")).is_empty
    row = returns.submit(of=scene.save({"OP-06": 20}), by=scene.officer)
    assert work_list(scene.officer).is_empty
    assert [one.submitted for one in work_list(scene.manager).to_approve] == [1]
    client = signed_in(scene.manager)
    decide = reverse("indicators:decide", args=[scene.round.code, "G1"])
    client.post(decide, {"send_back": "", "text": "count again"})
    assert [one.pk for one in work_list(scene.officer).returned] == [row.pk]
    assert "count again" in signed_in(scene.officer).get(reverse("indicators:work")).content.decode()


def test_officers_start_with_their_work_and_others_with_the_portfolio(scene: Scene) -> None:
    assert signed_in(scene.officer).get("/start/")["Location"] == "/work/"
    assert signed_in(scene.manager).get("/start/")["Location"] == "/"


def test_officers_are_reminded_once_a_day_in_their_language(scene: Scene) -> None:
    User.objects.filter(pk=scene.officer.pk).update(language="fr")
    today = timezone.localdate()
    set_window(scene.round, today + datetime.timedelta(days=5))
    assert reminders.send_due(today) == 0, "five days before is not in the cadence"
    set_window(scene.round, today + datetime.timedelta(days=3))
    assert (reminders.send_due(today), reminders.send_due(today)) == (1, 0)
    (sent,) = mail.outbox
    assert sent.to == [scene.officer.email] and "dans 3 jours" in sent.subject and scene.round.code in sent.body
    assert Reminder.objects.get().missing == 1
    set_window(scene.round, today - datetime.timedelta(days=7))
    assert reminders.send_due(today + datetime.timedelta(days=0)) == 0, "once a day"
    Reminder.objects.all().delete()
    assert reminders.send_due(today) == 1 and "il y a 7 jours" in mail.outbox[-1].subject
    scene.approved({"OP-06": 20})
    Reminder.objects.all().delete()
    assert reminders.send_due(today) == 0, "nobody is missing"


# --- exit forms ------------------------------------------------------------------------------------------------------
def test_an_organization_that_ended_gets_an_exit_form(scene: Scene) -> None:
    due = RoundDue.objects.get(round=scene.round)
    with pytest.raises(ValidationError, match="ended"):
        exits.record(due=due, ended_on=DAY(2019, 1, 1), reason="x", by=scene.officer)
    ended = _ended(scene)
    page = reverse("indicators:exit", args=[scene.round.code, "GONE"])
    client = signed_in(scene.officer)
    assert "exit form" in client.get(reverse("indicators:round", args=[scene.round.code])).content.decode()
    for wrong in ({"ended_on": "2021-01-01"}, {"ended_on": "1999-01-01"}, {"reason": ""}, {"last_members": "-1"}):
        filled = {"ended_on": "2019-05-01", "reason": "moved away", "last_members": "14", **wrong}
        assert client.post(page, filled).status_code == 200
    assert not ExitForm.objects.exists()
    client.post(page, {"ended_on": "2019-05-01", "reason": "moved away", "last_members": "14"})
    form = ExitForm.objects.get(due=ended)
    assert (form.ended_on, form.reason, form.last_members) == (DAY(2019, 5, 1), "moved away", 14)
    assert signed_in(scene.manager).post(page, {"ended_on": "2019-05-01", "reason": "x"}).status_code == 403


def _ended(scene: Scene) -> RoundDue:
    from organizations import registry

    gone = registry.register(
        code="GONE",
        name="Gone",
        kind="shg",
        place=scene.group.place,
        formed_on=DAY(2015, 1, 1),
        promoter="project",
        programme=scene.round.programme,
        by=None,
    )
    return RoundDue.objects.create(round=scene.round, organization=gone, is_due=False, reason="ended")


# --- the form, its evidence, its review --------------------------------------------------------------------------------
def test_the_form_saves_what_fits_keeps_what_was_typed_and_hands_in(scene: Scene) -> None:
    client = signed_in(scene.officer)
    page = reverse("indicators:return", args=[scene.round.code, "G1"])
    assert "No agreed rules" in client.get(page).content.decode()
    wrong = client.post(page, {"value:OP-06": "20", "value:OP-06.women": "25", "value:OP-08": "twelve", "submit": ""})
    text = wrong.content.decode()
    assert wrong.status_code == 422 and "more than" in text and "twelve" in text and 'value="25"' in text
    assert Return.objects.get().values == {"OP-06": 20}
    client.post(page, {"seen:OP-06": "20", "value:OP-06": "1,020", "value:GOV-1": "4", "submit": ""})
    assert Return.objects.get().state == ReturnState.DRAFT, "level 4 needs evidence"
    done = client.post(
        page,
        {"seen:OP-06": "1020", "value:OP-06": "1,020", "seen:GOV-1": "4", "value:GOV-1": "4",
         "evidence:GOV-1": "minutes of May", "reason:OP-08": "NOT_SURVEYED", "submit": ""},
    )  # fmt: skip
    row = Return.objects.get()
    assert done.status_code == 302 and row.state == ReturnState.SUBMITTED
    assert (row.values, row.null_reasons) == ({"OP-06": 1020, "GOV-1": 4}, {"OP-08": "NOT_SURVEYED"})


def test_a_form_that_was_open_meanwhile_shows_the_other_value(scene: Scene) -> None:
    client = signed_in(scene.officer)
    page = reverse("indicators:return", args=[scene.round.code, "G1"])
    scene.save({"OP-06": 22})
    late = client.post(page, {"seen:OP-06": "", "value:OP-06": "25"})
    assert late.status_code == 422 and "Somebody else entered 22" in late.content.decode()
    assert Return.objects.get().values == {"OP-06": 22}
    client.post(page, {"seen:OP-06": "22", "value:OP-06": "25"})
    assert Return.objects.get().values == {"OP-06": 25}


def test_a_manager_approves_and_corrects_with_a_reason_and_the_history_tells(scene: Scene) -> None:
    returns.submit(of=scene.save({"OP-06": 20}), by=scene.officer)
    client = signed_in(scene.manager)
    decide = reverse("indicators:decide", args=[scene.round.code, "G1"])
    client.post(reverse("indicators:approve-many", args=[scene.round.code]))
    assert Return.objects.get().state == ReturnState.APPROVED
    client.post(decide, {"correct": "", "key": "OP-06", "value": "21", "text": ""})
    assert Return.objects.get().values == {"OP-06": 20}, "not without a reason"
    client.post(decide, {"correct": "", "key": "OP-06", "value": "21", "code": "miscount", "text": "a page was missed"})
    row = Return.objects.get()
    assert (row.values, row.reported) == ({"OP-06": 21}, {"OP-06": 20})
    shown = client.get(reverse("indicators:return", args=[scene.round.code, "G1"])).content.decode()
    assert "a page was missed" in shown and "20" in shown and "→" in shown


def test_evidence_is_checked_kept_and_given_out_only_inside_the_scope(scene: Scene) -> None:
    row = scene.save({"GOV-1": 4})
    for content, name in ((b"<script>", "a.pdf"), (b"", "a.pdf"), (PDF + b"0" * evidence.LARGEST, "a.pdf")):
        with pytest.raises(ValidationError):
            evidence.attach(of=row, code="GOV-1", upload=SimpleUploadedFile(name, content), by=scene.officer)
    client = signed_in(scene.officer)
    attach = reverse("indicators:attach", args=[scene.round.code, "G1"])
    for _ in range(2):
        client.post(attach, {"key": "GOV-1", "file": SimpleUploadedFile("../../minutes.pdf", PDF)})
    kept = EvidenceFile.objects.get()
    assert "minutes" not in kept.file.name and kept.file.name.startswith("evidence/")
    assert Return.objects.get().evidence["GOV-1"].endswith("minutes.pdf")
    url = reverse("indicators:evidence", args=[kept.pk])
    answer = client.get(url)
    assert b"".join(answer.streaming_content) == PDF  # type: ignore[attr-defined]
    assert answer["Content-Disposition"].startswith("attachment") and answer["Content-Type"] == "application/pdf"
    assert signed_in(factories.person(RoleName.ME_OFFICER, programme="MRCP")).get(url).status_code == 404
    returns.submit(of=Return.objects.get(), by=scene.officer)


# --- batches of the grid -----------------------------------------------------------------------------------------------
def send(client: Client, scene: Scene, body: Any) -> Any:
    return client.post(
        reverse("indicators:entry-save", args=[scene.round.code]), data=body, content_type="application/json"
    )


def test_a_batch_sent_again_counts_once(scene: Scene) -> None:
    client = signed_in(scene.officer)
    key = str(uuid.uuid4())
    body = {"key": key, "rows": [{"organization": "G1", "changes": [{"key": "OP-06", "content": 20, "seen": None}]}]}
    first = send(client, scene, body).json()
    scene.save({"OP-06": 25})
    assert send(client, scene, body).json() == first
    assert Return.objects.get().values == {"OP-06": 25}, "the old batch did not come back"
    other = send(client, scene, {**body, "rows": []})
    assert other.status_code == 400 and "another batch" in other.json()["detail"]
    EntryBatch.objects.update(received_at=timezone.now() - batches.KEPT_FOR * 2)
    assert batches.forget_old() == 1


@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", "null", '{"key": 1, "rows": []}', '{"rows": {}}', "[" * 5000, '{"key": "x", "rows": [1]}',
     '{"key": "7b7a4c1e-0000-4000-8000-000000000000", "rows": [{"organization": 5}]}',
     '{"key": "7b7a4c1e-0000-4000-8000-000000000000", "rows": [{"organization": "G1", "changes": [{"key": 1}]}]}',
     '{"key": "7b7a4c1e-0000-4000-8000-000000000000", "rows": [{"organization": "G1", "changes":'
     ' [{"key": "OP-06", "content": NaN}]}]}',
     '{"key": "7b7a4c1e-0000-4000-8000-000000000000", "rows": [{"organization": "G1", "evidence": {"GOV-1": 5}}]}',
     '{"key": "7b7a4c1e-0000-4000-8000-000000000000", "rows": [{"organization": "G1", "confirm": {"a": "\\u0000"}}]}'],
)  # fmt: skip
def test_a_batch_that_cannot_be_read_is_answered_with_a_sentence(scene: Scene, body: str) -> None:
    answer = send(signed_in(scene.officer), scene, body)
    assert answer.status_code == 400 and answer.json()["detail"]
    assert not Return.objects.exists() and not EntryBatch.objects.exists()


def test_the_grid_asks_a_fixed_number_of_queries(scene: Scene, django_assert_max_num_queries: Any) -> None:
    client = signed_in(scene.officer)
    url = reverse("indicators:entry-data", args=[scene.round.code])
    with django_assert_max_num_queries(24):
        data = client.get(url).json()
    assert [row["code"] for row in data["rows"]] == ["G1"] and data["may_enter"]
    assert signed_in(scene.manager).get(url).json()["may_enter"] is False
