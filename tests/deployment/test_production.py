"""The processes of the compose file, started directly: gunicorn, worker and beat with a broker on TCP and PostgreSQL
by address, in production mode."""

from __future__ import annotations

import json
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scaling.local import processes
from scaling.local.broker import Broker
from scaling.local.postgres import Postgres
from tests.deployment.processes import ROOT, environment, fetch, free_port, is_ready, wait_for

pytestmark = pytest.mark.deployment

PROGRAMS = Path(sys.executable).parent
#: What a proxy in front adds.
PROXY = {"Host": "trellis.example.org", "X-Forwarded-Proto": "https"}


class Production:
    base: str
    env: dict[str, str]


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Production]:
    state = tmp_path_factory.mktemp("production")
    database = Postgres(state).start()
    broker = Broker(state, port=free_port()).start()
    port = free_port()
    site = Production()
    site.base = f"http://127.0.0.1:{port}"
    site.env = environment(
        TRELLIS_MODE="production",
        TRELLIS_SECRET_KEY=secrets.token_urlsafe(60),
        TRELLIS_ALLOWED_HOSTS="trellis.example.org",
        TRELLIS_BEHIND_PROXY="1",
        TRELLIS_STATIC_ROOT=str(state / "static"),
        TRELLIS_MEDIA_ROOT=str(state / "media"),
        DATABASE_URL=database.url,
        CELERY_BROKER_URL=broker.url,
        CACHE_URL=broker.cache_url,
        C_FORCE_ROOT="1",
    )
    manage(site, "prepare", "--step", '["migrate", "--noinput"]', "--step", '["load_cases"]')
    manage(site, "collectstatic", "--noinput", "--verbosity=0", "--ignore=drf_spectacular_sidecar/redoc")
    log = open(state / "log", "ab")  # noqa: SIM115 - for the life of the processes
    commands = (
        [PROGRAMS / "gunicorn", "scaling.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "1", "--threads", "2",
         "--no-control-socket"],
        [PROGRAMS / "celery", "-A", "scaling", "worker", "--concurrency", "1"],
        [PROGRAMS / "celery", "-A", "scaling", "beat", "--schedule", str(state / "beat-schedule")],
    )  # fmt: skip
    children = [processes.start(command, log=log, env=site.env, cwd=ROOT) for command in commands]
    try:
        wait_for(lambda: is_ready(site.base, **PROXY), 240, "readiness")
        yield site
    finally:
        for child in children:
            processes.stop(child)
        broker.stop()
        database.stop()
        log.close()


def manage(site: Production, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, env=site.env, capture_output=True, text=True, timeout=2400
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_it_is_alive_and_ready(production: Production) -> None:
    assert fetch(f"{production.base}/healthz")[0] == 200
    status, _headers, body = fetch(f"{production.base}/readyz", **PROXY)
    assert status == 200
    assert json.loads(body)["checks"] == {"database": "ok", "migrations": "ok", "broker": "ok", "worker": "ok"}


def test_the_health_check_of_the_image_passes(production: Production) -> None:
    """Run as the Dockerfile writes it: by address, without the host name of the site and without HTTPS."""
    text = (ROOT / "Dockerfile").read_text()
    line = re.search(r"HEALTHCHECK[^\n]*\\\n\s*CMD (\[.*\])", text)
    assert line
    command = json.loads(line[1].replace("http://127.0.0.1:8000", production.base))
    assert command[0] == "python" and production.base in command[2]
    done = subprocess.run([sys.executable, *command[1:]], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert fetch(f"{production.base}/account/login/")[0] == 400, "other pages ask for the name of the site"


def test_static_files_are_hashed_compressed_and_kept(production: Production) -> None:
    _status, _headers, page = fetch(f"{production.base}/account/login/", **PROXY)
    text = page.decode()
    path = next(
        part for part in text.split('"') if part.startswith("/static/trellis/trellis.") and part.endswith(".css")
    )
    assert path != "/static/trellis/trellis.css"
    status, headers, _body = fetch(f"{production.base}{path}", **PROXY, **{"Accept-Encoding": "br"})
    assert (status, headers["content-encoding"]) == (200, "br")
    assert "immutable" in headers["cache-control"] and "max-age=315360000" in headers["cache-control"]


def test_the_answers_carry_the_safety_headers(production: Production) -> None:
    _status, headers, _body = fetch(f"{production.base}/account/login/", **PROXY)
    assert "max-age=31536000" in headers["strict-transport-security"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert "script-src 'self'" in headers["content-security-policy"]
    assert "Secure" in headers["set-cookie"]


def test_plain_http_is_sent_to_https(production: Production) -> None:
    import http.client

    connection = http.client.HTTPConnection(production.base.removeprefix("http://"), timeout=10)
    connection.request("GET", "/account/login/", headers={"Host": "trellis.example.org"})
    answer = connection.getresponse()
    assert answer.status == 301 and str(answer.getheader("Location")).startswith("https://")


def test_an_unknown_host_is_refused(production: Production) -> None:
    assert fetch(f"{production.base}/account/login/", **{**PROXY, "Host": "evil.example"})[0] == 400


def test_the_deployment_check_is_clean(production: Production) -> None:
    assert "no issues" in manage(production, "check", "--deploy", "--fail-level", "WARNING")


def test_demonstration_data_are_refused(production: Production, tmp_path: Path) -> None:
    refused = subprocess.run(
        [sys.executable, "manage.py", "load_demonstration", "--sign-ins", str(tmp_path / "x")],
        cwd=ROOT,
        env=production.env,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert refused.returncode != 0 and "only where Trellis runs on one machine" in refused.stderr


def test_a_change_is_computed_by_the_worker(production: Production) -> None:
    manage(
        production,
        "shell",
        "-v0",
        "-c",
        "from scaling.models import PhaseCell as C; C.objects.all().delete()\n"
        "from scaling.rollups import mark; from programmes.models import Phase\n"
        "from django.db import transaction\n"
        "with transaction.atomic(): mark('phase', Phase.objects.values_list('pk', flat=True))",
    )

    def computed() -> bool:
        out = manage(
            production, "shell", "-v0", "-c", "from scaling.models import PhaseCell as C; print(C.objects.count())"
        )
        return out.strip().splitlines()[-1] == "33"

    wait_for(computed, 240, "the worker's figures")


def test_production_does_not_start_without_its_secret(production: Production) -> None:
    env = {**production.env, "TRELLIS_SECRET_KEY": ""}
    done = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=ROOT, env=env, capture_output=True, text=True, timeout=240
    )
    assert done.returncode != 0 and "TRELLIS_SECRET_KEY is not set" in done.stderr
