"""A pytest plugin, as it must run before Django reads its settings: one embedded PostgreSQL for a test session,
shared by all workers.

The migrations take longer than most files of tests. A cluster with a migrated database is kept in `var/tests` for each
state of the migrations; a session starts on a copy of it, and the databases of the workers are copies of that database.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

os.environ.setdefault("TRELLIS_MODE", "test")
os.environ.setdefault("CELERY_BROKER_URL", "memory://")

KEPT = ROOT / "var" / "tests"
#: A folder that the workers of a session share.
SHARED = "TRELLIS_TEST_SHARED"
TEMPLATE = "TRELLIS_TEST_TEMPLATE"

_server: Any = None
_state: Path | None = None


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One process at a time; a killed one leaves no lock behind."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _start_server() -> None:
    """Only in the process that starts the session: xdist's workers inherit what it leaves in the environment."""
    global _server, _state
    if SHARED in os.environ:
        return
    _state = Path(tempfile.mkdtemp(prefix="trellis-test-"))
    os.environ[SHARED] = str(_state / "shared")
    if os.environ.get("DATABASE_URL"):
        return
    from scaling.local.postgres import Postgres

    _server = Postgres(_state)
    if _server.home == _server.state:  # elsewhere the files belong to another user
        with locked(KEPT):
            shutil.copytree(_migrated(), _server.data)
        os.environ[TEMPLATE] = "migrated"
    _server.start()
    os.environ["DATABASE_URL"] = _server.url


def _migrated() -> Path:
    """The data folder of a cluster with the database `migrated`, made where it is not there yet."""
    found = KEPT / _digest() / "pgdata"
    if not found.exists():
        for old in KEPT.glob("*/"):
            shutil.rmtree(old)
        making = KEPT / "making"
        _migrate(making)
        making.rename(found.parent)
    return found


def _migrate(state: Path) -> None:
    from scaling.local import postgres

    server = postgres.Postgres(state)
    server.start(database="migrated")
    try:
        environment = os.environ | {"DATABASE_URL": server.url_of("migrated")}
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=environment, check=True)
    finally:
        server.stop()


def _digest() -> str:
    """Changes with any migration and with the packages that might bring some."""
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    for path in sorted(ROOT.glob("*/migrations/*.py")):
        digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()[:20]


def pytest_unconfigure(config: pytest.Config) -> None:
    if _server is not None:
        _server.stop()
        if _server.home != _server.state:
            shutil.rmtree(_server.home.parent, ignore_errors=True)
    if _state is not None:
        shutil.rmtree(_state, ignore_errors=True)


_start_server()
