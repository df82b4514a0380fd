"""`./dev run` on one machine: starts, refuses a second, survives what is killed, stops without leaving anything."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from scaling.local import processes
from tests.deployment.processes import ROOT, environment, fetch, free_port, is_ready, wait_for, workers_in, working_in
from tests.server import SHARED, locked

pytestmark = pytest.mark.deployment


class Site:
    """A Trellis started as `./dev run` does, with its own data folder (with a space in its path)."""

    def __init__(self, state: Path, *prefix: str, **more: str) -> None:
        self.state, self.port, self.prefix, self.more = state, free_port(), prefix, more
        self.base = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[str] | None = None

    def start(self, *options: str) -> None:
        self.process = subprocess.Popen(
            [*self.prefix, sys.executable, "-m", "scaling.local", "run", "--port", str(self.port), *options],
            cwd=ROOT,
            env=environment(TRELLIS_STATE=str(self.state), **self.more),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        wait_for(lambda: is_ready(self.base) or self.process.poll() is not None, 300, "the site")  # type: ignore[union-attr]
        assert self.process.poll() is None, self.process.stdout.read()  # type: ignore[union-attr]

    def stop(self, signum: int = signal.SIGINT) -> str:
        assert self.process is not None
        self.process.send_signal(signum)
        return self.process.communicate(timeout=120)[0]

    @classmethod
    def prepared(cls, state: Path, **more: str) -> Site:
        """One with the demonstration loaded: the first start of a session does it, the others begin with a copy."""
        shared = Path(os.environ[SHARED])
        with locked(shared):
            first = cls(shared / "first")
            if not (first.state / "sign-ins.json").exists():
                first.start()
                first.stop()
                wait_for(lambda: not working_in(first.state), 90, "the end of all processes")
        if (first.state / "pgdata").exists():  # where root has no user namespaces they are another user's
            shutil.copytree(first.state, state)
        return cls(state, **more)

    def shell(self, lines: str) -> str:
        """What lines of Python print with Django set up, beside the running site."""
        done = subprocess.run(
            [sys.executable, "-m", "scaling.local", "with", sys.executable, "manage.py", "shell", "-v0", "-c", lines],
            cwd=ROOT,
            env=environment(TRELLIS_STATE=str(self.state), **self.more),
            capture_output=True,
            text=True,
            timeout=240,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    found = Site(tmp_path / "data of Trellis")
    yield found
    if found.process is not None and found.process.poll() is None:
        found.process.kill()
    wait_for(lambda: not working_in(found.state), 90, "the end of all processes")


def sign_ins(site: Site) -> list[dict[str, str]]:
    path = site.state / "sign-ins.json"
    assert path.stat().st_mode & 0o077 == 0
    rows: list[dict[str, str]] = json.loads(path.read_text())
    return rows


def test_it_runs_survives_and_stops(site: Site) -> None:
    site.start()
    people = sign_ins(site)
    assert {row["role"] for row in people} >= {"administrator", "country programme manager", "viewer"}
    assert fetch(f"{site.base}/account/login/")[0] == 200

    second = subprocess.run(
        [sys.executable, "-m", "scaling.local", "run", "--port", str(free_port())],
        cwd=ROOT,
        env=environment(TRELLIS_STATE=str(site.state)),
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert second.returncode == 1 and "already runs" in second.stdout

    site.shell("from programmes.models import Programme as P; P.objects.filter(code='PCDP').update(goal='kept')")

    # a worker that is killed comes back
    workers = workers_in(site.state)
    assert workers
    for worker in workers.values():
        with contextlib.suppress(psutil.Error):
            worker.kill()
    wait_for(lambda: bool(workers_in(site.state).keys() - workers.keys()), 90, "a new worker")

    # the supervisor is killed with everything running: nothing survives it
    assert site.process is not None
    os.kill(site.process.pid, signal.SIGKILL)
    site.process.wait(10)
    wait_for(lambda: not working_in(site.state), 90, "the end of all children")

    # a stale pid file of somebody else's number does not confuse the next start; data and sign-ins are there
    (site.state / "pgdata" / "postmaster.pid").write_text(f"{os.getpid()}\n")
    site.start()
    assert sign_ins(site) == people
    kept = site.shell("from programmes.models import Programme as P; print(P.objects.get(code='PCDP').goal)")
    assert kept.strip() == "kept"
    assert "Stopped." in site.stop()
    assert not working_in(site.state)


def test_a_half_finished_first_start_is_recovered_from(site: Site) -> None:
    unfinished = site.state / "pgdata.new"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18")
    site.start("--no-demo")
    assert not (site.state / "sign-ins.json").exists()
    site.stop(signal.SIGTERM)


def test_a_taken_port_is_told(site: Site) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", site.port))
        taken.listen()
        answer = subprocess.run(
            [sys.executable, "-m", "scaling.local", "run", "--port", str(site.port)],
            cwd=ROOT,
            env=environment(TRELLIS_STATE=str(site.state)),
            capture_output=True,
            text=True,
            timeout=240,
        )
    assert answer.returncode == 1 and "is taken" in answer.stdout


@pytest.mark.skipif(os.geteuid() != 0, reason="the other tests already run as an ordinary user")
@pytest.mark.skipif(not processes.user_namespaces_work(), reason="nobody else can be here without user namespaces")
def test_it_runs_as_an_ordinary_user_too(tmp_path: Path) -> None:
    """In a user namespace whose only user is an ordinary one: PostgreSQL then starts without root's ways round."""
    site = Site(tmp_path / "data of somebody", "unshare", "--user", "--map-user=1000", "--map-group=1000", "--")
    try:
        site.start("--no-demo")
        assert fetch(f"{site.base}/account/login/")[0] == 200
        assert "Trellis is ready" in site.stop()
    finally:
        if site.process is not None and site.process.poll() is None:
            site.process.kill()
        wait_for(lambda: not working_in(site.state), 90, "the end of all processes")
    assert not list(Path("/var/lib").glob("trellis-*")), "no copy of the programs was made for an ordinary user"
