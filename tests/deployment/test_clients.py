"""docs/clients.md as it stands there, run against the demonstration: `curl` for every operation, a program from its token
to a chart and on, a typed client."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.deployment.processes import ROOT, environment, fetch, wait_for
from tests.deployment.receiver import Receiver, listening
from tests.deployment.test_local_run import Site

pytestmark = pytest.mark.deployment

TEXT = (ROOT / "docs" / "clients.md").read_text()
PROGRAMS = Path(sys.executable).parent
#: Tokens that may write, and thresholds of a country, which the demonstration has not.
PREPARE = """
import datetime, json
from accounts import tokens
from accounts.models import User
from programmes.models import Place
from scaling import thresholds
people = {name: User.objects.get(email=f"{name}@trellis.example") for name in ("officer", "manager", "administrator")}
thresholds.set_thresholds(country=Place.objects.get(code="KEN"), since=datetime.date(2026, 1, 1), values={},
                          reason="as everywhere", by=people["manager"])
print(json.dumps({name: tokens.create(user=user, name="test", days=1, can_write=True)[1] for name, user in people.items()}))
"""
#: Says of each answer of curl what it was, beside what the caller reads.
TELLING = """#!/bin/sh
exec 9>>"$CURL_LOG"
exec {curl} -sS --max-time 60 -w '%{{stderr}}%{{method}} %{{http_code}} %{{url_effective}} %{{content_type}}\\n' "$@" 2>&9
"""


def blocks(language: str, text: str = TEXT) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


class Live:
    site: Site
    receiver: Receiver
    tokens: dict[str, str]
    schema: dict[str, Any]

    def environment(self, **more: str) -> dict[str, str]:
        """What the page asks to be exported."""
        return environment(
            TRELLIS=self.site.base,
            TRELLIS_TOKEN=self.tokens["officer"],
            TRELLIS_MANAGER_TOKEN=self.tokens["manager"],
            TRELLIS_ADMINISTRATOR_TOKEN=self.tokens["administrator"],
            TRELLIS_HOOK=self.receiver.url,
            **more,
        )


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    found = Live()
    found.site = Site.prepared(tmp_path_factory.mktemp("clients") / "state", TRELLIS_WEBHOOKS_TO_THIS_MACHINE="1")
    try:
        with listening() as found.receiver:
            found.site.start()
            found.tokens = json.loads(found.site.shell(PREPARE).strip().splitlines()[-1])
            found.schema = json.loads(
                fetch(
                    f"{found.site.base}/api/v1/schema/?format=json", Authorization=f"Token {found.tokens['officer']}"
                )[2]
            )
            yield found
    finally:
        if found.site.process is not None:
            found.site.stop()


# --- curl ------------------------------------------------------------------------------------------------------------
def operations(schema: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method.upper(), path): operation
        for path, item in schema["paths"].items()
        for method, operation in item.items()
        if method in ("get", "post", "patch", "put", "delete")
    }


def path_of(schema: dict[str, Any], address: str) -> str:
    """The path of the schema that an address is of; one with fewer variables goes first."""
    for path in sorted(schema["paths"], key=lambda one: one.count("{")):
        if re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)), address):
            return str(path)
    raise AssertionError(f"{address} is not in the schema")


def test_every_operation_has_a_curl_and_answers_as_the_schema_says(live: Live, tmp_path: Path) -> None:
    curl = shutil.which("curl")
    assert curl, "curl is needed to try its examples"
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "curl").write_text(TELLING.format(curl=curl))
    (tmp_path / "bin" / "curl").chmod(0o700)
    done = subprocess.run(
        ["bash", "-e", "-u", "-o", "pipefail", "-c", "\n".join(blocks("sh"))],
        cwd=tmp_path,
        env=live.environment(PATH=f"{tmp_path / 'bin'}:{os.environ['PATH']}", CURL_LOG=str(tmp_path / "log")),
        capture_output=True,
        text=True,
        timeout=300,
    )
    answers = [line.split(" ", 3) for line in (tmp_path / "log").read_text().splitlines()]
    wrong = [" ".join(answer) for answer in answers if len(answer) != 4 or not answer[1].startswith("2")]
    assert not wrong, f"{wrong}\n{done.stdout[-2000:]}"
    assert done.returncode == 0, done.stderr

    seen = set()
    for method, status, url, media in answers:
        key = method, path_of(live.schema, urlsplit(url).path)
        seen.add(key)
        told = operations(live.schema)[key]["responses"]
        assert status in told, f"{key} answers {status}, which the schema does not name"
        known = set(told[status].get("content", {})) or {""}
        assert media.partition(";")[0] in known, f"{key} answers {media}, not {known}"
    assert not operations(live.schema).keys() - seen, "there is no curl for these"


# --- the program -----------------------------------------------------------------------------------------------------
def run(live: Live, lines: str, folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", lines], cwd=folder, env=live.environment(), capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_ten_lines_make_a_chart_of_what_the_api_says(live: Live, tmp_path: Path) -> None:
    ten = blocks("python")[0]
    code = [line for line in ten.splitlines() if line.strip() and not line.startswith("import")]
    assert len(code) <= 10
    run(live, ten, tmp_path)
    page = (tmp_path / "members.html").read_text()

    assert "Members of the organizations of the programme" in page
    for name in ("women", "men", "youth"):
        assert re.search(rf'"name":"{name}".{{0,40}}"x":\["2020-06-30"', page), name
    assert re.search(r'"y":\[290(\.0)?,335(\.0)?,436(\.0)?', page), "women, as the demonstration counts them"


def test_the_program_goes_on_from_there(live: Live, tmp_path: Path) -> None:
    walk = [one for one in blocks("python") if "trellis_api" not in one]
    signature = next(one for one in blocks("python", (ROOT / "docs" / "webhooks.md").read_text()) if "is_ours" in one)
    tell = """
print(json.dumps({"organizations": len(organizations), "linkages": len(rows), "again": len(again),
                  "answers": [row["status"] for row in answers], "returns": len(returns), "state": made["state"]}))
"""
    told = json.loads(run(live, signature + "\n".join(walk) + tell, tmp_path))
    assert told["organizations"] >= 30 and told["linkages"] > 5 and told["again"] <= told["linkages"]
    assert told["answers"] == ["created"] * 3
    assert told["returns"] > 100 and told["state"] == "done"
    assert (tmp_path / "returns.parquet").read_bytes()[:4] == b"PAR1"


def test_a_webhook_that_truly_came_is_believed_once(live: Live) -> None:
    """Made, and told of an approval, by a running Trellis; checked by the lines of the page."""
    names: dict[str, Any] = {}
    exec(next(one for one in blocks("python", (ROOT / "docs" / "webhooks.md").read_text()) if "is_ours" in one), names)
    exec(next(one for one in blocks("python") if "def receive" in one), names)

    def send(path: str, body: Any, *more: str) -> Any:
        done = subprocess.run(
            ["curl", "-sS", "-H", f"Authorization: Token {live.tokens['manager']}", "-H",
             "Content-Type: application/json", *more, f"{live.site.base}/api/v1/{path}", "-d", json.dumps(body)],
            capture_output=True, check=True,
        )  # fmt: skip
        return json.loads(done.stdout)

    url = f"{live.receiver.url}/signed"
    secret = send("webhooks/", {"url": url, "events": ["return.approved"], "programme": "DEMO-HILLS"})["secret"]
    listed = fetch(
        f"{live.site.base}/api/v1/returns/?round=demo-hills-outputs&state=submitted&fields=id",
        Authorization=f"Token {live.tokens['manager']}",
    )[2]
    number = json.loads(listed)["results"][0]["id"]
    assert send(f"returns/{number}/approve/", {}, "-H", "If-Match: *")["state"] == "approved"

    def came() -> list[Any]:
        return [one for one in live.receiver.told if json.loads(one.body)["data"]["return"] == number]

    wait_for(lambda: bool(came()), 60, "the telling")
    first = came()[0]
    assert names["receive"]("another secret", first.headers, first.body) is None
    assert names["receive"](secret, first.headers, first.body + b" ") is None
    assert names["receive"](secret, first.headers, first.body)["type"] == "return.approved"
    assert names["receive"](secret, first.headers, first.body) is None, "the same event again"


# --- a typed client --------------------------------------------------------------------------------------------------
def test_a_client_made_from_the_schema_compiles_is_typed_and_reads(live: Live, tmp_path: Path) -> None:
    (tmp_path / "schema.json").write_text(json.dumps(live.schema))
    (tmp_path / "types.yml").write_text(blocks("yaml")[0])
    # client.py is the generator's own text, the same for every schema; it hands *args on without their types.
    (tmp_path / "mypy.ini").write_text("[mypy]\n[mypy-trellis_api.client]\ndisable_error_code = arg-type\n")
    for command in (
        ["openapi-python-client", "generate", "--path", "schema.json", "--config", "types.yml", "--meta", "none",
         "--output-path", "trellis_api", "--fail-on-warning"],
        [sys.executable, "-m", "compileall", "-q", "trellis_api"],
        ["mypy", "--config-file", "mypy.ini", "--cache-dir", "cache", "trellis_api"],
    ):  # fmt: skip
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env=live.environment(PATH=f"{PROGRAMS}:{os.environ['PATH']}"),
            capture_output=True,
            text=True,
            timeout=240,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    lines = next(one for one in blocks("python") if "trellis_api" in one)
    assert run(live, lines, tmp_path).split() == ["Group", "1", "(synthetic)", "shg", "['DEMO-U1',", "'DEMO-U2']"]
