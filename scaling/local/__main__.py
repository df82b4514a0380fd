"""`python -m scaling.local run` starts everything; `… with COMMAND` runs a command with the servers there."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from scaling.local.supervisor import Supervisor, with_servers

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev")
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="Trellis on this machine")
    run.add_argument("--port", type=int, help="the port to listen on; 8000 or the next free one if not given")
    run.add_argument("--fresh", action="store_true", help="start with a new data folder; the old one is kept aside")
    run.add_argument("--no-demo", action="store_true", help="no demonstration portfolio and sign-ins")
    servers = commands.add_parser("with", help="run a command with the servers there")
    servers.add_argument("argv", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    state = Path(os.environ.get("TRELLIS_STATE", ROOT / "var" / "data"))
    if options.command == "with":
        return with_servers(state, ROOT, options.argv)
    if options.port is not None and not 1 <= options.port <= 65535:
        parser.error("a port is a number from 1 to 65535")
    return Supervisor(root=ROOT, state=state, port=options.port, fresh=options.fresh, demo=not options.no_demo).run()


if __name__ == "__main__":
    sys.exit(main())
