"""Many rows at once and in the background; keys under which a request happens once."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from organizations.models import ApexMembership, Linkage, Organization
from programmes.access import RoleName
from programmes.models import RoleAssignment
from scaling import background, tasks
from scaling.rest import idempotency, jobs
from scaling.rest.models import BulkJob, StoredAnswer
from tests import factories
from tests.organizations.test_impossible import make
from tests.rest import Program, fields

pytestmark = pytest.mark.django_db
KEY = {"idempotency_key": "5f0c"}


def row(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "code": f"N-{number}", "name": f"Group {number}", "kind": "shg", "place": "IND-TN", "formed_on": "2015-01-01",
        "promoter": "project", "programme": "TNWDP", **changes,
    }  # fmt: skip


@pytest.fixture
def someone(db: None) -> User:
    return factories.person(RoleName.ME_OFFICER, programme="TNWDP")


@pytest.fixture
def officer(someone: User) -> Program:
    return Program(someone)


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Who is told to work, in place of a queue."""
    found: list[int] = []
    monkeypatch.setattr(tasks.bulk_job, "delay", found.append)
    return found


def statuses(answer: Any) -> list[str]:
    return [one["status"] for one in answer.json()["rows"]]


def own() -> list[str]:
    return list(Organization.objects.filter(code__startswith="N-").order_by("code").values_list("code", flat=True))


# --- at once ---------------------------------------------------------------------------------------------------------
def test_rows_are_created_found_changed_and_refused_each_by_itself(officer: Program) -> None:
    made = officer.post("organizations/bulk/", {"rows": [row(1), row(2)]})
    assert made.status_code == 200 and made.json()["counts"] == {"created": 2}, made.content
    rows = [
        row(1),
        row(2, name="B", version=1),
        row(3),
        row(4, kind="tribe"),
        {"code": "N-5", "name": "no more"},
        row(6, place="IND-MH"),
        row(7, place="GHA"),
        row(8, famous=True),
        7,
        row(3),
        row(9, formed_on="2999-01-01"),
        row(1, name="C"),
    ]
    answer = officer.post("organizations/bulk/", {"rows": rows, "mode": "best_effort"})
    assert answer.status_code == 200
    told = answer.json()["rows"]
    assert [one["index"] for one in told] == list(range(12))
    assert statuses(answer) == [
        "unchanged", "updated", "created", "failed", "failed", "created", "failed", "failed", "failed", "failed",
        "failed", "failed",
    ]  # fmt: skip
    where = {one["index"]: {error["field"] for error in one["errors"]} for one in told if one["errors"]}
    assert where == {
        3: {"kind"},
        4: {"kind", "place", "formed_on", "promoter", "programme"},
        6: {"place"},
        7: {"famous"},
        8: {""},
        9: {""},
        10: {"formed_on"},
        11: {""},
    }
    assert told[1] == {"index": 1, "key": "N-2", "status": "updated", "errors": [], "version": 2}
    assert own() == ["N-1", "N-2", "N-3", "N-6"]
    assert Organization.objects.get(code="N-1").name == "Group 1"


def test_all_or_nothing_is_nothing_and_says_why(officer: Program) -> None:
    answer = officer.post("organizations/bulk/", {"rows": [row(1), row(2, kind="tribe"), row(3)]})
    assert answer.status_code == 422 and answer["Content-Type"] == "application/problem+json"
    assert statuses(answer) == ["skipped", "failed", "skipped"] and "1 of 3" in answer.json()["detail"]
    assert own() == []


@pytest.mark.parametrize("mode", ["all_or_nothing", "best_effort"])
def test_a_dry_run_answers_and_writes_nothing(officer: Program, mode: str) -> None:
    rows = [row(1), row(2, kind="tribe")]
    answer = officer.post("organizations/bulk/", {"rows": rows, "mode": mode, "dry_run": True})
    assert answer.status_code == 200 and statuses(answer) == ["created", "failed"]
    assert own() == []


def test_what_the_database_refuses_costs_one_row(officer: Program) -> None:
    """Two memberships are above one of these: the trigger of the table says no to a change of its tier."""
    make("N-1", kind="union", tier="local_apex", members_are="organizations")
    make("N-2")
    made = officer.post("apex-memberships/bulk/", {"rows": [{"member": "N-2", "apex": "N-1", "start": "2019-01-01"}]})
    assert made.status_code == 200, made.content
    rows = [
        {"code": "N-1", "tier": "primary", "version": 1},
        {"code": "N-2", "name": "B", "version": 1},
    ]
    answer = officer.post("organizations/bulk/", {"rows": rows, "mode": "best_effort"})
    assert statuses(answer) == ["failed", "updated"]
    assert answer.json()["rows"][0]["errors"][0]["field"] == "tier"
    assert Organization.objects.get(code="N-2").version == 2


def test_memberships_join_and_end(officer: Program) -> None:
    make("A", kind="union", tier="local_apex", members_are="organizations")
    groups = [make(f"G-{number}").code for number in range(4)]
    rows = [{"member": code, "apex": "A", "start": "2019-01-01"} for code in groups]
    assert statuses(officer.post("apex-memberships/bulk/", {"rows": rows})) == ["created"] * 4
    again = [rows[0], {**rows[1], "end": "2020-01-01"}, {**rows[2], "role": "associate"}, {**rows[3], "apex": "G-1"}]
    answer = officer.post("apex-memberships/bulk/", {"rows": again, "mode": "best_effort"})
    assert statuses(answer) == ["unchanged", "updated", "failed", "failed"], answer.content
    assert ApexMembership.objects.filter(valid__endswith="2020-01-01").count() == 1


def test_linkages_open_once(officer: Program) -> None:
    make("G-1")
    one = {
        "organization": "G-1", "partner": "IFAD", "kind": "offtake", "form": "oral", "causality": "direct",
        "start": "2019-01-01",
    }  # fmt: skip
    rows = [one, {**one, "kind": "other"}, {**one, "kind": "insurance", "partner": "NOBODY"}]
    answer = officer.post("linkages/bulk/", {"rows": rows, "mode": "best_effort"})
    assert statuses(answer) == ["created", "created", "failed"], answer.content
    assert statuses(officer.post("linkages/bulk/", {"rows": rows[:2]})) == ["unchanged", "unchanged"]
    assert Linkage.objects.count() == 2


def test_queries_do_not_grow_with_the_rows(officer: Program) -> None:
    def queries(first: int, many: int) -> int:
        rows = [row(number) for number in range(first, first + many)]
        with CaptureQueriesContext(connection) as found:
            assert officer.post("organizations/bulk/", {"rows": rows}).status_code == 200
        changed = [{"code": one["code"], "name": "B", "version": 1} for one in rows]
        with CaptureQueriesContext(connection) as more:
            assert officer.post("organizations/bulk/", {"rows": changed}).json()["counts"] == {"updated": many}
        joined = [{"member": one["code"], "apex": "A", "start": "2019-01-01"} for one in rows]
        with CaptureQueriesContext(connection) as last:
            assert officer.post("apex-memberships/bulk/", {"rows": joined}).json()["counts"] == {"created": many}
        return len(found) + len(more) + len(last)

    make("A", kind="union", tier="local_apex", members_are="organizations")
    officer.get("organizations/")
    assert queries(1, 2) == queries(10, 40)


def test_who_may_not_write_fails_row_by_row_and_learns_nothing(someone: User) -> None:
    make("G-1")
    viewer = Program(factories.person(RoleName.VIEWER, programme="TNWDP"))
    answer = viewer.post("organizations/bulk/", {"rows": [row(1), {"code": "G-1", "name": "B"}], "mode": "best_effort"})
    assert statuses(answer) == ["failed", "failed"]
    far = Program(factories.person(RoleName.ME_OFFICER, programme="PCDP"))
    answer = far.post("apex-memberships/bulk/", {"rows": [{"member": "G-1", "apex": "NO", "start": "2019-01-01"}]})
    texts = [error["detail"] for error in answer.json()["rows"][0]["errors"]]
    assert texts == ["There is no “G-1” that you may see.", "There is no “NO” that you may see."]
    assert Program(someone, can_write=False).post("organizations/bulk/", {"rows": [row(1)]}).status_code == 403
    assert Program(factories.user()).post("organizations/bulk/", {"rows": [row(1)]}).status_code == 403
    assert own() == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "rows"), ([], ""), ({"rows": []}, "rows"), ({"rows": {}}, "rows"), ({"rows": [1], "mode": "some"}, "mode"),
        ({"rows": [1], "dry_run": "perhaps"}, "dry_run"), ({"rows": [1], "speed": 9}, "speed"),
    ],
)  # fmt: skip
def test_a_bad_envelope_is_a_400(officer: Program, body: Any, field: str) -> None:
    answer = officer.post("organizations/bulk/", body)
    assert answer.status_code == 400 and field in fields(answer)


# --- keys ------------------------------------------------------------------------------------------------------------
def test_a_request_with_a_key_happens_once(officer: Program) -> None:
    body = row(1)
    first = officer.post("organizations/", body, **KEY)
    again = officer.post("organizations/", body, **KEY)
    assert (first.status_code, again.status_code) == (201, 201), "not a 200: the first answer comes again"
    assert again["Idempotency-Replayed"] == "true" and not first.has_header("Idempotency-Replayed")
    assert again.content == first.content and again["Location"] == first["Location"] and again["ETag"] == first["ETag"]
    other = officer.post("organizations/", row(2), **KEY)
    assert other.status_code == 422 and own() == ["N-1"]
    assert officer.post("services/", body, **KEY).status_code == 422, "nor at another address"
    stranger = Program(factories.person(RoleName.ME_OFFICER, programme="TNWDP"))
    assert stranger.post("organizations/", row(2), **KEY).status_code == 201, "keys are each one's own"


def test_an_answer_that_is_an_error_is_not_kept(officer: Program) -> None:
    assert officer.post("organizations/", row(1, kind="tribe"), **KEY).status_code == 400
    assert officer.post("organizations/bulk/", {"rows": [row(1, kind="tribe")]}, **KEY).status_code == 422
    assert not StoredAnswer.objects.exists()
    assert officer.post("organizations/", row(1), **KEY).status_code == 201
    assert officer.post("organizations/", row(2), idempotency_key="").status_code == 400
    assert officer.post("organizations/", row(2), idempotency_key="x" * 300).status_code == 400


def test_a_process_killed_in_between_leaves_neither_effect_nor_key(
    officer: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = StoredAnswer.save

    def killed(*_args: Any, **_kwargs: Any) -> None:
        raise SystemExit

    monkeypatch.setattr(StoredAnswer, "save", killed)
    with pytest.raises(SystemExit):
        officer.post("organizations/", row(1), **KEY)
    assert own() == [] and not StoredAnswer.objects.exists()
    monkeypatch.setattr(StoredAnswer, "save", save)
    assert officer.post("organizations/", row(1), **KEY).status_code == 201


def test_keys_are_forgotten_after_two_days(officer: Program) -> None:
    officer.post("organizations/", row(1), **KEY)
    assert tasks.forget_old_answers() == 0
    StoredAnswer.objects.update(created_at=timezone.now() - idempotency.KEPT_FOR)
    assert tasks.forget_old_answers() == 1


# --- jobs ------------------------------------------------------------------------------------------------------------
@pytest.fixture
def small(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three rows are many, and two a part."""
    settings.API_BULK_INLINE, settings.API_BULK_MOST = 2, 10
    monkeypatch.setattr(jobs, "PART", 2)


def asked(officer: Program, rows: list[Any], **more: Any) -> Any:
    answer = officer.post("organizations/bulk/", {"rows": rows, "mode": "best_effort", **more})
    assert answer.status_code == 202, answer.content
    return answer


def test_many_rows_become_a_job(
    officer: Program, small: None, told: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    rows = [row(1), row(2), row(3, kind="tribe"), row(4), row(1)]
    with django_capture_on_commit_callbacks(execute=True):
        answer = asked(officer, rows)
    job = answer.json()
    assert told == [job["id"]] and answer["Location"].endswith(f"/jobs/{job['id']}/") and answer["Retry-After"]
    assert (job["state"], job["done"], job["total"], job["allowed_actions"]) == ("queued", 0, 5, ["cancel"])
    assert jobs.WORK.run(job["id"])
    now = officer.get(answer["Location"]).json()
    assert (now["state"], now["done"], now["counts"]) == ("done", 5, {"created": 3, "failed": 2})
    parts = [officer.get(f"jobs/{job['id']}/rows/?part={n}").json() for n in range(3)]
    assert [one["index"] for part in parts for one in part["rows"]] == [0, 1, 2, 3, 4]
    assert [one["index"] for one in officer.get(f"jobs/{job['id']}/rows/?part=1&status=failed").json()["rows"]] == [2]
    assert officer.get(f"jobs/{job['id']}/rows/?part=3").status_code == 400
    assert officer.get(f"jobs/{job['id']}/rows/?status=odd").status_code == 400
    assert own() == ["N-1", "N-2", "N-4"]
    assert officer.post(f"jobs/{job['id']}/cancel/").status_code == 409
    assert not jobs.WORK.run(job["id"]), "it has ended"
    assert officer.post("organizations/bulk/", {"rows": [row(n) for n in range(11)]}).status_code == 413


def test_a_killed_worker_leaves_whole_parts_and_the_next_goes_on(
    officer: Program, small: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    pk = asked(officer, [row(number) for number in range(1, 8)]).json()["id"]
    put, done = jobs._put, []

    def killed(job: Any, part: int, answers: Any) -> None:
        if len(done) == 2:
            raise SystemExit  # in the middle of the third part, whose rows are written and not committed
        done.append(part)
        put(job, part, answers)

    monkeypatch.setattr(jobs, "_put", killed)
    with pytest.raises(SystemExit):
        jobs.WORK.run(pk)
    assert len(own()) == 4 and BulkJob.objects.get(pk=pk).done == 4
    monkeypatch.setattr(jobs, "_put", put)
    assert tasks.bulk_jobs() == 1, "the beat goes on with it"
    job = BulkJob.objects.get(pk=pk)
    assert (job.state, job.done, job.counts) == ("done", 7, {"created": 7}) and len(own()) == 7


def test_a_job_of_all_or_nothing_is_one(officer: Program, small: None) -> None:
    rows = [row(1), row(2), row(3), row(4, kind="tribe")]
    pk = asked(officer, rows, mode="all_or_nothing").json()["id"]
    assert jobs.WORK.run(pk) and own() == []
    assert BulkJob.objects.get(pk=pk).counts == {"skipped": 3, "failed": 1}
    pk = asked(officer, rows[:3], mode="all_or_nothing").json()["id"]
    assert jobs.WORK.run(pk) and len(own()) == 3
    pk = asked(officer, [row(7), row(8), row(9)], dry_run=True).json()["id"]
    assert jobs.WORK.run(pk) and len(own()) == 3 and BulkJob.objects.get(pk=pk).counts == {"created": 3}


def test_a_cancelled_job_stops(officer: Program, small: None) -> None:
    pk = asked(officer, [row(1), row(2), row(3)]).json()["id"]
    cancelled = officer.post(f"jobs/{pk}/cancel/")
    assert cancelled.json()["state"] == "cancelled" and cancelled.json()["allowed_actions"] == []
    assert not jobs.WORK.run(pk) and own() == []


def test_one_that_stops_workers_is_given_up(officer: Program, small: None) -> None:
    pk = asked(officer, [row(1), row(2), row(3)]).json()["id"]
    BulkJob.objects.filter(pk=pk).update(tries=background.MOST_TRIES, state="running")
    assert jobs.WORK.run(pk)
    job = BulkJob.objects.get(pk=pk)
    assert job.state == "failed" and job.problem and own() == []


def test_who_lost_the_role_meanwhile_writes_nothing(officer: Program, someone: User, small: None) -> None:
    pk = asked(officer, [row(1), row(2), row(3)]).json()["id"]
    RoleAssignment.objects.filter(user=someone).delete()
    jobs.WORK.run(pk)
    assert own() == [] and BulkJob.objects.get(pk=pk).counts == {"failed": 3}


def test_a_job_is_its_owners(officer: Program, someone: User, small: None) -> None:
    pk = asked(officer, [row(1), row(2), row(3)]).json()["id"]
    other = Program(factories.person(RoleName.ME_OFFICER, programme="TNWDP"))
    assert other.get(f"jobs/{pk}/").status_code == 404 and other.post(f"jobs/{pk}/cancel/").status_code == 404
    assert other.get("jobs/").json()["results"] == []
    assert Program(someone, can_write=False).post(f"jobs/{pk}/cancel/").status_code == 403
    for _number in range(jobs.MOST_OPEN - 1):
        asked(officer, [row(1), row(2), row(3)])
    assert officer.post("organizations/bulk/", {"rows": [row(1), row(2), row(3)]}).status_code == 409


def test_registry_and_database_agree_after_a_rollback(officer: Program) -> None:
    """What a dry run tried is gone, marks of figures too."""
    from scaling.models import DirtyMark

    before = DirtyMark.objects.count()
    officer.post("organizations/bulk/", {"rows": [row(1)], "dry_run": True})
    assert DirtyMark.objects.count() == before and not Organization.objects.filter(code="N-1").exists()
