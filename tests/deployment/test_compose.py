"""The files of the deployment agree with each other and with the settings. No engine is needed to read them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from scaling.local.postgres import Postgres

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SETTINGS = (ROOT / "scaling/settings.py").read_text()
OWN = ("migrate", "web", "worker", "beat")


def test_every_part_is_there() -> None:
    assert set(COMPOSE["services"]) == {"database", "broker", *OWN}


@pytest.mark.parametrize("name", OWN)
def test_each_process_gets_what_the_settings_require(name: str) -> None:
    required = set(re.findall(r'required\("(\w+)"\)', SETTINGS)) | {
        "TRELLIS_ALLOWED_HOSTS",
        "TRELLIS_MODE",
        "CACHE_URL",
    }
    given = COMPOSE["services"][name]["environment"]
    assert required <= set(given)
    assert given["TRELLIS_MODE"] == "production"


def test_secrets_come_from_the_environment_and_are_asked_for() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    for secret in ("TRELLIS_SECRET_KEY", "POSTGRES_PASSWORD"):
        assert f"${{{secret}:?" in text
    assert not re.search(r"(PASSWORD|SECRET_KEY): [\"']?[A-Za-z0-9]", text)


def test_migrations_come_before_everything_that_needs_them() -> None:
    for name in ("web", "worker", "beat"):
        needs = COMPOSE["services"][name]["depends_on"]
        assert needs["migrate"]["condition"] == "service_completed_successfully"
        assert needs["broker"]["condition"] == "service_healthy"
    assert COMPOSE["services"]["migrate"]["depends_on"]["database"]["condition"] == "service_healthy"


def test_everything_that_stays_has_a_health_check() -> None:
    assert "HEALTHCHECK" in DOCKERFILE
    for name in ("database", "broker", "worker", "beat"):
        assert COMPOSE["services"][name]["healthcheck"]["test"]


def test_only_the_web_is_reachable_and_only_from_the_machine() -> None:
    published = {name: service["ports"] for name, service in COMPOSE["services"].items() if "ports" in service}
    assert published == {"web": ["127.0.0.1:8000:8000"]}


def test_images_are_pinned_and_the_user_is_an_ordinary_one() -> None:
    for service in COMPOSE["services"].values():
        tag = service["image"].rsplit(":", 1)[1]
        assert tag not in ("latest", "")
    assert all(re.search(r":\S*\d", line) for line in DOCKERFILE.splitlines() if line.startswith("FROM"))
    assert DOCKERFILE.index("USER trellis") < DOCKERFILE.index('CMD ["gunicorn"')
    assert "--require-hashes" in DOCKERFILE and "npm ci" in DOCKERFILE


def test_every_variable_that_is_read_is_explained() -> None:
    read = set(re.findall(r'"((?:TRELLIS_|DATABASE_|CELERY_BROKER|CACHE_)\w+)"', SETTINGS))
    explained = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.M))
    assert read <= explained


def test_initdb_takes_the_arguments_of_the_compose_file(tmp_path: Path) -> None:
    """With no encoding in the surroundings, as in the image, initdb refuses a builtin locale that needs UTF-8."""
    arguments = COMPOSE["services"]["database"]["environment"]["POSTGRES_INITDB_ARGS"].split()
    server = Postgres(tmp_path)
    process = server._popen(
        [
            "env",
            "LC_ALL=C",
            str(server.bin / "initdb"),
            "-D",
            str(server.home / "cluster"),
            "-U",
            "trellis",
            "--auth=trust",
            *arguments,
        ],
        subprocess.PIPE,
    )
    output = process.communicate(timeout=300)[0].decode(errors="replace")
    assert process.returncode == 0, output
