"""Starts PostgreSQL, the broker, the web server and a worker, keeps them up, and stops them in order."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scaling.local import processes
from scaling.local.broker import Broker
from scaling.local.postgres import Busy, Postgres

FIRST_PORT = 8000
#: Written while the servers run, so that `./dev manage` finds them.
ENVIRONMENT_FILE = "environment.json"


def say(text: str = "") -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def secret_key(state: Path) -> str:
    """Made once for a data folder; readable by its owner only."""
    path = state / "secret-key"
    if not path.exists():
        processes.private_folder(state)
        unfinished = path.with_suffix(".new")
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(50))
        unfinished.rename(path)
    return path.read_text()


class Servers:
    """PostgreSQL and the broker, or the ones that the environment names."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.postgres = None if os.environ.get("DATABASE_URL") else Postgres(state)
        self.broker = None if os.environ.get("CELERY_BROKER_URL") else Broker(state)

    def start(self) -> dict[str, str]:
        """Start what is ours; returns the environment that Django needs."""
        processes.private_folder(self.state)
        environment = {
            "TRELLIS_MODE": "local",
            "TRELLIS_SECRET_KEY": secret_key(self.state),
            "TRELLIS_MEDIA_ROOT": str(self.state / "media"),
        }
        if self.postgres is not None:
            environment["DATABASE_URL"] = self.postgres.start().url
        if self.broker is not None:
            self.broker.start()
            environment["CELERY_BROKER_URL"] = self.broker.url
            environment["CACHE_URL"] = self.broker.cache_url
        return environment

    def revive(self) -> None:
        """Start again what has died; data are recovered from the write-ahead log."""
        if self.postgres is not None and self.postgres.has_died:
            say("PostgreSQL ended unexpectedly; starting it again.")
            self.postgres.start()
        if self.broker is not None and self.broker.has_died:
            say("The broker ended unexpectedly; starting it again.")
            self.broker.start()

    def stop(self) -> None:
        if self.broker is not None:
            self.broker.stop()
        if self.postgres is not None:
            self.postgres.stop()


class Child:
    """A process that is started again when it ends, more slowly each time it ends at once."""

    def __init__(self, name: str, command: list[str], env: dict[str, str], root: Path, log: Path) -> None:
        self.name, self.command, self.env, self.root, self.log = name, command, env, root, log
        self.process: subprocess.Popen[bytes] | None = None
        self.started = 0.0
        self.failures = 0
        self.next_try = 0.0

    def start(self) -> None:
        with open(self.log, "ab") as log:
            self.process = processes.start(self.command, log=log, env=self.env, cwd=self.root)
        self.started = time.monotonic()

    def watch(self) -> None:
        if self.process is None or self.process.poll() is None:
            return
        now = time.monotonic()
        if self.next_try == 0.0:
            self.failures = 0 if now - self.started > 30 else self.failures + 1
            self.next_try = now + min(0.5 * 2**self.failures, 30)
            say(f"The {self.name} ended unexpectedly; starting it again (its log: {self.log}).")
        elif now >= self.next_try:
            self.next_try = 0.0
            self.start()

    def stop(self) -> None:
        processes.stop(self.process)


def code_digest(root: Path) -> str:
    """Changes with any line of code or data that preparing the database could depend on."""
    digest = hashlib.sha256()
    for package in ("accounts", "programmes", "organizations", "indicators", "scaling"):
        for path in sorted((root / package).rglob("*")):
            if path.suffix in {".py", ".csv"}:
                digest.update(str(path.relative_to(root)).encode() + path.read_bytes())
    return digest.hexdigest()


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


class Supervisor:
    def __init__(self, *, root: Path, state: Path, port: int | None, fresh: bool, demo: bool) -> None:
        self.root, self.state, self.wanted_port, self.fresh, self.demo = root, state, port, fresh, demo
        self.stopping = False
        self.remembered = False
        self.began = time.monotonic()

    def run(self) -> int:
        """Until Ctrl-C or SIGTERM. Returns the exit status."""
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(signum, self._on_signal)
        port = self._port()
        if port is None:
            return 1
        if self.fresh:
            self._set_aside()
        servers = Servers(self.state)
        children: list[Child] = []
        try:
            environment = os.environ | servers.start() | {"TRELLIS_SITE_URL": f"http://127.0.0.1:{port}"}
            self._remember(environment)
            self._prepare(environment)
            children = self._children(environment, port)
            for child in children:
                child.start()
            if self._wait(port, servers, children):
                self._greet(port)
            while not self.stopping:
                servers.revive()
                for child in children:
                    child.watch()
                time.sleep(0.2)
            return 0
        except Busy as busy:
            say(str(busy))
            return 1
        except subprocess.CalledProcessError as error:
            if not self.stopping:
                say(f"This step failed: {' '.join(map(str, error.cmd[1:]))}")
            return 0 if self.stopping else 1
        finally:
            for child in reversed(children):
                child.stop()
            servers.stop()
            if self.remembered:  # a start that was refused must not take away what the running one wrote
                (self.state / ENVIRONMENT_FILE).unlink(missing_ok=True)
            if self.stopping:
                say("Stopped.")

    # --- steps ----------------------------------------------------------------------------------------------------
    def _on_signal(self, *_args: Any) -> None:
        self.stopping = True

    def _port(self) -> int | None:
        if self.wanted_port is not None:
            if port_is_free(self.wanted_port):
                return self.wanted_port
            say(f"Port {self.wanted_port} is taken; choose another with --port.")
            return None
        return next((port for port in range(FIRST_PORT, FIRST_PORT + 100) if port_is_free(port)), None)

    def _set_aside(self) -> None:
        if not self.state.exists():
            return
        postgres = Postgres(self.state)
        postgres._take_lock()  # raises Busy while somebody works with these data
        kept = self.state.with_name(f"data-{datetime.now(UTC):%Y%m%d-%H%M%S}")
        self.state.rename(kept)
        postgres.stop()
        say(f"Starting with new data; the old ones are kept in {kept}.")

    def _remember(self, environment: dict[str, str]) -> None:
        names = ["TRELLIS_MODE", "TRELLIS_SECRET_KEY", "TRELLIS_MEDIA_ROOT", "TRELLIS_SITE_URL"]
        names += ["DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL"]
        self.remembered = True
        path = self.state / ENVIRONMENT_FILE
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump({name: environment[name] for name in names if name in environment}, file)

    def _prepare(self, environment: dict[str, str]) -> None:
        """Migrations and data, unless this code has prepared these data already."""
        stamp, wanted = self.state / "prepared", f"{code_digest(self.root)} {environment['DATABASE_URL']} {self.demo}"
        if stamp.exists() and stamp.read_text() == wanted:
            return
        stamp.unlink(missing_ok=True)
        steps = [["migrate", "--verbosity=0"], ["load_cases", "--verbosity=0"]]
        if self.demo:
            steps.append(["load_demonstration", "--sign-ins", str(self.state / "sign-ins.json")])
        say("Preparing the database …")
        command = [sys.executable, "manage.py", "prepare"]
        for step in steps:
            command += ["--step", json.dumps(step)]
        subprocess.run(command, cwd=self.root, env=environment, check=True)
        stamp.write_text(wanted)

    def _children(self, environment: dict[str, str], port: int) -> list[Child]:
        programs = Path(sys.executable).parent
        environment = environment | {"C_FORCE_ROOT": "1"}
        web = [str(programs / "gunicorn"), "scaling.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2"]
        web += ["--threads", "4", "--log-level", "warning", "--no-control-socket"]
        worker = [str(programs / "celery"), "-A", "scaling", "worker", "--beat", "--concurrency", "1"]
        worker += ["--loglevel", "WARNING", "--schedule", str(self.state / "beat-schedule"), "--without-gossip"]
        return [
            Child("web server", web, environment, self.root, self.state / "web.log"),
            Child("worker", worker, environment, self.root, self.state / "worker.log"),
        ]

    def _wait(self, port: int, servers: Servers, children: list[Child], patience: float = 120) -> bool:
        """Until /readyz says that everything is there, the worker included."""
        deadline = time.monotonic() + patience
        while not self.stopping and time.monotonic() < deadline:
            if answers(f"http://127.0.0.1:{port}/readyz"):
                return True
            for child in children:
                child.watch()
            servers.revive()
            time.sleep(0.1)
        if not self.stopping:
            say(f"Not everything is ready yet; see the logs in {self.state} and http://127.0.0.1:{port}/readyz.")
        return False

    def _greet(self, port: int) -> None:
        say()
        say(f"Trellis is ready:  http://127.0.0.1:{port}   ({time.monotonic() - self.began:.1f} s)")
        sign_ins = self.state / "sign-ins.json"
        if self.demo and sign_ins.exists():
            say()
            say("Sign-ins for trying it on this machine:")
            for row in json.loads(sign_ins.read_text()):
                say(f"  {row['role']:28} {row['email']:32} {row['password']}   {row['scope']}")
        say()
        say("Ctrl-C stops it.")


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def with_servers(state: Path, root: Path, argv: list[str]) -> int:
    """Run a command with the servers of a running Trellis, or start them for as long as it takes."""
    remembered = state / ENVIRONMENT_FILE
    try:
        servers = Servers(state)
        environment = servers.start()
    except Busy:
        environment = json.loads(remembered.read_text())
        return subprocess.call(argv, cwd=root, env=os.environ | environment)
    stop: Callable[[], None] = servers.stop
    try:
        return subprocess.call(argv, cwd=root, env=os.environ | environment)
    finally:
        stop()
