"""Schemathesis over the whole OpenAPI document, in this process and in one transaction that is taken back.

Everything about how it runs, and every place where a check cannot hold, stands here.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connections, transaction
from schemathesis.config import SchemathesisConfig
from schemathesis.config._checks import NEGATIVE_DATA_REJECTION_EXPECTED_STATUSES
from schemathesis.engine import events, from_schema
from schemathesis.transport.wsgi import WSGI_TRANSPORT

from scaling.rest.problems import PROBLEM

#: The same requests each time.
SEED = 20261124
#: Phases of a short run; the long one adds `coverage`, which goes through every limit of every field.
SHORT = ("fuzzing", "stateful")
LONG = ("examples", "coverage", "fuzzing", "stateful")
STEPS = 8
#: Examples of a short run for each operation, and sequences.
FEW = 3

#: What only the data can decide of a request that fits the schema: whether a code is there and may be seen, whether a
#: moment has passed, whether a page gave this cursor, and what goes together. By the parameter that a 400 names.
ONLY_DATA_KNOWS = frozenset(
    [
        "against",
        "apex",
        "as_of",
        "basis",
        "by",
        "cursor",
        "dataSet",
        "deleted",
        "dimension",
        "endDate",
        "format",
        "hxl",
        "indicator",
        "kind",
        "known_at",
        "lastUpdated",
        "lastUpdatedDuration",
        "months",
        "orgUnit",
        "organization",
        "part",
        "period",
        "phase",
        "place",
        "prices",
        "programme",
        "round",
        "startDate",
        "tier",
        "until",
        "updated_since",
    ]
)
#: Sentences about the form of a body, which the schema must have said; everything else that a write is refused for
#: (a code, a day before another, a version) only the data can decide.
ABOUT_FORM = re.compile(
    r"Unknown field|This field is required|Not a valid|A valid|One of these is expected|Ensure this field|"
    r"may not be (null|blank|empty)|Expected a|is expected: a text|A number is expected\.$"
)
#: The row did not stand in the version that the request named, or it named none; rows of a bulk write were refused.
ONLY_DATA_KNOWS_STATUSES = (412, 422, 428)


@dataclass
class Found:
    """What one run saw."""

    operations: set[str] = field(default_factory=set)
    #: Requests that were answered, by phase; answers by status; good answers by operation.
    cases: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    accepted: Counter[str] = field(default_factory=Counter)
    #: Each finding once: check, operation and first words → all of it, and the request that shows it.
    failures: dict[tuple[str, str, str], str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def summary(self) -> str:
        told = ", ".join(f"{number} {phase}" for phase, number in sorted(self.cases.items()))
        return f"{len(self.operations)} operations, {told}, answers {dict(sorted(self.statuses.items()))}"

    def told(self) -> str:
        """Every finding with a request that shows it."""
        parts = [f"{check}: {label}\n{text}" for (check, label, _words), text in sorted(self.failures.items())]
        return f"{len(parts)} findings in {self.summary()}\n\n" + "\n\n".join(parts)


def run(authorization: str, *, examples: int, phases: tuple[str, ...] = SHORT) -> Found:
    """All operations as whoever `authorization` belongs to; nothing of it stays."""
    found = Found()
    config = SchemathesisConfig.from_dict(configuration(authorization, examples))
    with _kept_failures(), application() as site, transaction.atomic():
        schema = schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", site, config=config)
        schema.config.phases.update(phases=list(phases))
        for event in from_schema(schema).execute():
            if isinstance(event, events.NonFatalError):
                found.errors.append(f"{event.label}: {event.value!r}"[:500])
            if isinstance(event, events.ScenarioFinished):
                _take(found, event)
        transaction.set_rollback(True)
    return found


def configuration(authorization: str, examples: int) -> dict[str, Any]:
    """All checks are on."""
    return {
        "seed": SEED,
        "continue-on-failure": True,
        "workers": 1,
        "headers": {"Authorization": authorization},
        "generation": {
            "max-examples": examples,
            "no-shrink": True,
            "database": "none",
            # JSON Schema has no word for it: NUL is refused everywhere (tests/indicators/test_bad_input.py).
            "allow-x00": False,
        },
        # 412 and 413 refuse too; the rest are the statuses that Schemathesis takes for a refusal.
        "checks": {
            "negative_data_rejection": {"expected-statuses": [*NEGATIVE_DATA_REJECTION_EXPECTED_STATUSES, "412", "413"]}
        },
        "phases": {"stateful": {"max-steps": STEPS}},
    }


@contextmanager
def application() -> Iterator[Any]:
    """The site, answering in whatever thread asks over this thread's connection, so over what its transaction wrote."""
    shared, site, lock = connections["default"], get_wsgi_application(), threading.Lock()

    def answer(environ: Any, start_response: Any) -> Any:
        # Werkzeug's client does not unpack what it says it accepts.
        environ.pop("HTTP_ACCEPT_ENCODING", None)
        with lock:
            connections["default"] = shared
            return site(environ, start_response)

    # As Django's own test client does: a connection in a transaction looks like a lost one to the end of a request.
    ends = (request_started, request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    shared.inc_thread_sharing()
    try:
        with mock.patch.object(WSGI_TRANSPORT, "send", _without_sockets(WSGI_TRANSPORT.send)):
            yield answer
    finally:
        shared.dec_thread_sharing()
        for signal in ends:
            signal.connect(close_old_connections)


def _without_sockets(send: Any) -> Any:
    """The check `ignored_auth` hands settings of sockets to a transport that has none."""

    def sent(case: Any, **kwargs: Any) -> Any:
        return send(
            case, **{k: v for k, v in kwargs.items() if k not in ("max_redirects", "verify", "cert", "proxies")}
        )

    return sent


@contextmanager
def _kept_failures() -> Iterator[None]:
    schemathesis.hook("filter_failure")(filter_failure)
    try:
        yield
    finally:
        schemathesis.hooks.GLOBAL_HOOK_DISPATCHER.unregister(filter_failure)


def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
    """Is it a finding? `positive_data_acceptance` takes a request that fits the schema for one that must succeed."""
    if type(failure).__name__ != "RejectedPositiveData":
        return True
    if (response.headers.get("content-type") or [""])[0] != PROBLEM:
        return True
    problem = response.json()
    fields = problem.get("errors", [])
    if case.method == "GET":
        return not fields or any(one["field"] not in ONLY_DATA_KNOWS for one in fields)
    if response.status_code in ONLY_DATA_KNOWS_STATUSES:
        return False
    return not fields or any(ABOUT_FORM.search(one["detail"]) for one in fields)


def _take(found: Found, event: Any) -> None:
    recorder = event.recorder
    for case_id, node in recorder.cases.items():
        label = node.value.operation.label
        found.operations.add(label)
        interaction = recorder.interactions.get(case_id)
        if interaction is None or interaction.response is None:
            continue
        found.cases[str(event.phase)] += 1
        found.statuses[interaction.response.status_code] += 1
        if interaction.response.status_code < 400:
            found.accepted[label] += 1
    for case_id, checks in recorder.checks.items():
        for check in checks:
            if check.failure_info is not None:
                _put(found, recorder, case_id, check)


def _put(found: Found, recorder: Any, case_id: str, check: Any) -> None:
    failure = check.failure_info.failure
    response = recorder.interactions[failure.case_id or case_id].response
    told = f"{response.status_code} {response.content[:600].decode('utf-8', 'replace')}" if response else ""
    key = (check.name, recorder.cases[case_id].value.operation.label, " ".join(failure.message.split())[:160])
    found.failures.setdefault(key, f"{failure}\n{check.failure_info.code_sample}\n{told}")
