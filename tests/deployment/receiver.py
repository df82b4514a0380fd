"""Somebody who is told by webhooks, on this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Told:
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """`told` is what came, in its order. While `hangs` is set nothing is answered."""

    url: str = ""
    told: list[Told] = field(default_factory=list)
    hangs: threading.Event = field(default_factory=threading.Event)


@contextmanager
def listening() -> Iterator[Receiver]:
    found, over = Receiver(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.told.append(Told(dict(self.headers.items()), body))
            if found.hangs.is_set():
                over.wait(60)
                return
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    found.url = f"http://127.0.0.1:{server.server_port}/hook"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield found
    finally:
        over.set()
        server.shutdown()
        server.server_close()
