"""Small helpers for tests that start real processes on this machine."""

from __future__ import annotations

import contextlib
import json
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(check: Callable[[], bool], seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, f"{what} did not happen within {seconds} s"
        time.sleep(0.1)


def fetch(url: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, {k.lower(): v for k, v in error.headers.items()}, error.read()


def is_ready(base: str, **headers: str) -> bool:
    with contextlib.suppress(OSError):
        status, _headers, body = fetch(f"{base}/readyz", **headers)
        return status == 200 and json.loads(body)["status"] == "ready"
    return False


def working_in(state: Path) -> list[psutil.Process]:
    """Processes that name the state folder or work in it."""
    found = []
    for process in psutil.process_iter():
        try:
            mine = str(state) in " ".join(process.cmdline()) or str(process.cwd()).startswith(str(state))
            if mine and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


def workers_in(state: Path) -> dict[int, psutil.Process]:
    """The Celery processes of a state folder by number; one that ends while it is looked at does not count."""
    found = {}
    for process in working_in(state):
        with contextlib.suppress(psutil.Error):
            if "celery" in " ".join(process.cmdline()):
                found[process.pid] = process
    return found


def environment(**more: str) -> dict[str, Any]:
    import os

    clean = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL")}
    return {**clean, **more}
