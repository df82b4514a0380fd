"""The OpenAPI document is true: Schemathesis asks every operation as each role, with and without sense, alone and in
sequences, and finds no 5xx, no answer that is not documented and nothing that violates a schema.

A short run; the long one is `./dev schema-check`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from rest_framework.throttling import SimpleRateThrottle

from accounts import tokens
from accounts.models import User
from scaling.demonstration import PEOPLE
from tests import schema_runs

pytestmark = pytest.mark.django_db

#: Set by `./dev schema-check`: so many examples for each operation, and the phase that goes through every limit.
EXAMPLES = int(os.environ.get("TRELLIS_SCHEMA_EXAMPLES", "0"))


@pytest.fixture(scope="module")
def demonstration(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[None]:
    path: Path = tmp_path_factory.mktemp("demonstration") / "sign-ins.json"
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_demonstration", "--sign-ins", str(path), verbosity=0)
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("email", [email for _role, email, _name, _where in PEOPLE])
def test_every_operation_answers_as_documented(
    demonstration: None, email: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(SimpleRateThrottle, "THROTTLE_RATES", {"user": None, "anon": None})
    _token, secret = tokens.create(user=User.objects.get(email=email), name="schema", days=1, can_write=True)
    found = schema_runs.run(
        f"Token {secret}",
        examples=EXAMPLES or schema_runs.FEW,
        phases=schema_runs.LONG if EXAMPLES else schema_runs.SHORT,
    )
    with capsys.disabled():
        if EXAMPLES:
            print(f"\n{email}: {found.summary()}")  # noqa: T201
    assert not found.errors, "\n".join(found.errors)
    assert not found.failures, found.told()
    # A run in which everything is refused would find nothing.
    assert len(found.operations) > 100 and len(found.accepted) > 20 and found.cases["stateful"] > 10
