"""Child processes that end with their parent, and folders that only their owner can enter."""

from __future__ import annotations

import ctypes
import hashlib
import os
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any

PR_SET_PDEATHSIG = 1
CLONE_NEWUSER = 0x10000000
#: The uid that PostgreSQL sees when root starts it; it refuses to run as 0.
UNPRIVILEGED = 65534
#: A Unix socket's name may have about 100 bytes; its file name takes some of them.
LONGEST_SOCKET_FOLDER = 80

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def _dies_with_parent(signum: int, parent: int) -> Callable[[], None]:
    def prepare() -> None:
        os.setsid()  # Ctrl-C reaches the supervisor alone, which stops its children in order
        if _libc is not None:
            _libc.prctl(PR_SET_PDEATHSIG, signum)
            if os.getppid() != parent:  # it died between fork and here
                os._exit(1)

    return prepare


def start(
    command: Sequence[str | Path],
    *,
    log: IO[Any] | int | None = None,
    env: dict[str, str] | None = None,
    death_signal: int = signal.SIGTERM,
    cwd: Path | None = None,
    **options: Any,
) -> subprocess.Popen[bytes]:
    """Start a child that gets `death_signal` when this process is killed, however that happens."""
    return subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT if log is not None else None,
        env=env,
        cwd=cwd,
        preexec_fn=_dies_with_parent(death_signal, os.getpid()),
        **options,
    )


def stop(process: subprocess.Popen[bytes] | None, signum: int = signal.SIGTERM, patience: float = 20) -> None:
    """Ask a child to end, wait, and end it if it does not."""
    if process is None or process.poll() is not None:
        return
    process.send_signal(signum)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)


def private_folder(path: Path) -> Path:
    """Make a folder that only this user enters, or make sure that it is one. Raises RuntimeError if it is not."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise RuntimeError(f"{path} is not a folder of this user")
    if found.st_mode & 0o077:
        path.chmod(0o700)
    return path


def socket_folder(state: Path) -> Path:
    """A private folder for sockets: inside the state folder, or a short one elsewhere when its path is too long."""
    inside = state / "run"
    if len(os.fsencode(inside)) <= LONGEST_SOCKET_FOLDER and "," not in str(inside):
        return private_folder(inside)
    key = hashlib.sha256(os.fsencode(state)).hexdigest()[:12]
    return private_folder(Path(tempfile.gettempdir()) / f"trellis-{os.getuid()}-{key}")


def user_namespaces_work() -> bool:
    """Can root start a program under another uid without making a user? (Not in every container.)"""
    if _libc is None or os.environ.get("TRELLIS_NO_USER_NAMESPACES") == "1":
        return False
    pid = os.fork()
    if pid == 0:
        os._exit(0 if _libc.unshare(CLONE_NEWUSER) == 0 else 1)
    return os.waitpid(pid, 0)[1] == 0
