"""A pytest plugin, as it must run before Django reads its settings: one embedded PostgreSQL for a test session,
shared by all workers."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

os.environ.setdefault("TRELLIS_MODE", "test")
os.environ.setdefault("CELERY_BROKER_URL", "memory://")

_server = None
_state: Path | None = None


def _start_server() -> None:
    """Only in the process that starts the session: xdist's workers inherit DATABASE_URL."""
    global _server, _state
    if os.environ.get("DATABASE_URL"):
        return
    from scaling.local.postgres import Postgres

    _state = Path(tempfile.mkdtemp(prefix="trellis-test-"))
    _server = Postgres(_state).start()
    os.environ["DATABASE_URL"] = _server.url


def pytest_unconfigure(config: pytest.Config) -> None:
    if _server is not None:
        _server.stop()
        if _server.home != _server.state:
            shutil.rmtree(_server.home.parent, ignore_errors=True)
    if _state is not None:
        shutil.rmtree(_state, ignore_errors=True)


_start_server()
