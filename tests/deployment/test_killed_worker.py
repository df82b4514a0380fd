"""A worker killed with SIGKILL in the middle of an import, an export and a webhook, in a Trellis started as `./dev run`
does: nothing is lost, nothing is there twice. How long recovery took is written (`pytest -rP`)."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.deployment.processes import fetch, wait_for, workers_in
from tests.deployment.receiver import Receiver, listening
from tests.deployment.test_local_run import Site

pytestmark = pytest.mark.deployment

ROWS = 3_000
TOKENS = """
import json
from accounts import tokens
from accounts.models import User
print(json.dumps({name: tokens.create(user=User.objects.get(email=f"{name}@trellis.example"), name="test", days=1,
                                      can_write=True)[1] for name in ("officer", "manager")}))
"""


class Running:
    site: Site
    receiver: Receiver
    tokens: dict[str, str]
    temporary: Path

    def read(self, path: str, who: str = "officer") -> Any:
        status, _headers, body = fetch(f"{self.site.base}/api/v1/{path}", Authorization=f"Token {self.tokens[who]}")
        assert status == 200, body
        return json.loads(body)

    def send(self, path: str, body: Any, who: str = "officer") -> Any:
        done = subprocess.run(
            ["curl", "-sS", "--fail-with-body", "-H", f"Authorization: Token {self.tokens[who]}", "-H", "If-Match: *",
             "-H", "Content-Type: application/json", "-d", "@-", f"{self.site.base}/api/v1/{path}"],
            input=json.dumps(body).encode(), capture_output=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout
        return json.loads(done.stdout)

    def signal_worker(self, signum: int) -> set[int]:
        """The main process of the worker and its child, both."""
        found = workers_in(self.site.state)
        assert found
        for process in found.values():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(signum)
        return set(found)

    def kill(self) -> float:
        """Both die where they stand; the moment."""
        killed, moment = self.signal_worker(signal.SIGKILL), time.monotonic()
        wait_for(lambda: not killed & workers_in(self.site.state).keys(), 30, "the end of the worker")
        return moment


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    found = Running()
    folder = tmp_path_factory.mktemp("killed")
    found.temporary = folder / "tmp"
    found.temporary.mkdir()
    found.site = Site.prepared(folder / "state", TRELLIS_WEBHOOKS_TO_THIS_MACHINE="1", TMPDIR=str(found.temporary))
    try:
        with listening() as found.receiver:
            found.site.start()
            found.tokens = json.loads(found.site.shell(TOKENS).strip().splitlines()[-1])
            yield found
    finally:
        if found.site.process is not None:
            found.site.stop()


def tell(what: str, since: float) -> None:
    sys.stdout.write(f"{what}: whole again {time.monotonic() - since:.1f} s after the worker was killed\n")


def test_an_import_goes_on_with_the_first_part_that_is_not_written(running: Running) -> None:
    rows = [
        {"code": f"K-{n:05}", "name": f"Group {n}", "kind": "shg", "place": "KEN-D1", "formed_on": "2020-01-01",
         "promoter": "self", "programme": "DEMO-HILLS"}
        for n in range(ROWS)
    ]  # fmt: skip
    number = running.send("organizations/bulk/", {"rows": rows, "mode": "best_effort"})["id"]
    job = f"jobs/{number}/"
    wait_for(lambda: running.read(job)["done"] > 0, 240, "the first part")
    running.signal_worker(signal.SIGSTOP)
    before = running.read(job)
    assert before["state"] == "running" and 0 < before["done"] < ROWS, "it is killed in the middle"
    moment = running.kill()
    after = running.read(job)
    assert after["state"] == "running" and before["done"] <= after["done"] < ROWS

    wait_for(lambda: running.read(job)["state"] not in ("queued", "running"), 240, "the end of the import")
    tell("import", moment)
    ended = running.read(job)
    assert (ended["state"], ended["done"], ended["counts"]) == ("done", ROWS, {"created": ROWS})
    told = [row for part in range(ROWS // 1000) for row in running.read(f"{job}rows/?part={part}")["rows"]]
    assert [row["key"] for row in told] == [row["code"] for row in rows]
    counts = running.site.shell(
        "from organizations.models import Organization as O, OrganizationStatus as S, ProgrammeEnrolment as E\n"
        "of = {'organization__code__startswith': 'K-'}\n"
        "print(O.objects.filter(code__startswith='K-').count(), S.objects.filter(**of).count(),"
        " E.objects.filter(**of).count())"
    )
    assert counts.split() == [str(ROWS)] * 3, "each once, with one status and one enrolment"


def test_an_export_begins_again_and_leaves_nothing_behind(running: Running) -> None:
    def half_made() -> list[Path]:
        return [one for one in running.temporary.glob("trellis-export-*/rows.csv") if one.stat().st_size]

    for _attempt in range(3):  # one that was quicker than the look at it is asked for again
        number = running.send("export-files/", {"name": "organizations", "query": {"kind": "shg"}})["id"]
        export = f"export-files/{number}/"
        end = time.monotonic() + 120
        caught: list[Path] = []
        while not caught and time.monotonic() < end:
            with contextlib.suppress(FileNotFoundError):
                caught = half_made()
        running.signal_worker(signal.SIGSTOP)
        if running.read(export)["state"] == "running" and half_made():
            break
        running.signal_worker(signal.SIGCONT)
    else:
        raise AssertionError("no export could be caught half made")
    moment = running.kill()
    assert running.read(export)["state"] == "running" and half_made(), "it was killed in the middle"

    wait_for(lambda: running.read(export)["state"] not in ("queued", "running"), 240, "the end of the export")
    tell("export", moment)
    ended = running.read(export)
    listed = fetch(
        f"{running.site.base}/api/v1/exports/organizations.ndjson?kind=shg",
        Authorization=f"Token {running.tokens['officer']}",
    )[2]
    assert (ended["state"], ended["rows"]) == ("done", len(listed.splitlines())), ended
    status, _headers, file = fetch(
        f"{running.site.base}/api/v1/{export}file/", Authorization=f"Token {running.tokens['officer']}"
    )
    assert status == 200 and len(file) == ended["size"] and file[:4] == file[-4:] == b"PAR1"
    assert not list(running.temporary.glob("trellis-export-*")), "what the killed worker had written is cleared away"


def test_a_webhook_is_told_again_under_the_same_id(running: Running) -> None:
    made = {"url": running.receiver.url, "events": ["return.approved"], "programme": "DEMO-HILLS"}
    hook = running.send("webhooks/", made, "manager")["id"]
    running.receiver.hangs.set()
    waiting = running.read("returns/?round=demo-hills-outputs&state=submitted&fields=id", "manager")["results"]
    running.send(f"returns/{waiting[0]['id']}/approve/", {}, "manager")
    wait_for(lambda: bool(running.receiver.told), 120, "the first telling")
    moment = running.kill()
    deliveries = f"webhook-deliveries/?webhook={hook}"
    (delivery,) = running.read(deliveries, "manager")["results"]
    assert (delivery["state"], delivery["tries"]) == ("waiting", 1), "it was killed before an answer came"
    running.receiver.hangs.clear()

    wait_for(lambda: running.read(deliveries, "manager")["results"][0]["state"] != "waiting", 240, "the telling")
    tell("webhook", moment)
    (delivery,) = running.read(deliveries, "manager")["results"]
    assert (delivery["state"], delivery["tries"]) == ("delivered", 2)
    assert [bool(one["problem"]) for one in delivery["log"]] == [True, False]
    first, second = running.receiver.told
    assert first.body == second.body
    assert first.headers["Trellis-Event-Id"] == second.headers["Trellis-Event-Id"] == delivery["event"]
