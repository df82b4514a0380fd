"""The same Idempotency-Key sent by several at the same time, in transactions of their own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from accounts.models import ApiToken, User
from programmes.access import RoleName
from programmes.models import RoleAssignment
from scaling.rest.models import StoredAnswer
from tests import factories
from tests.rest import Program

ROW = {
    "code": "N-1", "name": "Group", "kind": "shg", "place": "IND-TN", "formed_on": "2015-01-01",
    "promoter": "project", "programme": "TNWDP",
}  # fmt: skip


@pytest.fixture
def someone(django_db_setup: None, django_db_blocker: Any) -> Iterator[User]:
    """Committed, so that every thread sees them; taken back afterwards."""
    with django_db_blocker.unblock():
        person = factories.person(RoleName.ME_OFFICER, programme="TNWDP")
        yield person
        StoredAnswer.objects.filter(user=person).delete()
        ApiToken.objects.filter(user=person).delete()
        RoleAssignment.objects.filter(user=person).delete()
        person.delete()


def test_ten_at_the_same_time_are_one(someone: User) -> None:
    program = Program(someone)
    answers: list[Any] = []

    def send() -> None:
        try:
            body = {"rows": [ROW], "dry_run": True}
            answers.append(program.post("organizations/bulk/", body, idempotency_key="one"))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(10)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert [one.status_code for one in answers] == [200] * 10 and len({one.content for one in answers}) == 1
    assert sum(not one.has_header("Idempotency-Replayed") for one in answers) == 1
    assert StoredAnswer.objects.filter(user=someone).count() == 1
