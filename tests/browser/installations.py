"""Installations to walk through: fresh ones with next to nothing in them, and one with many organizations.

`python -m tests.browser.installations fresh|little|many N` fills the database that DATABASE_URL names, in a process of
its own, and prints what is there now as JSON: the roles with the session of somebody who holds each, and the codes that
stand in addresses.
"""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from scaling.local import processes
from tests.deployment.processes import ROOT, environment, fetch, free_port, wait_for

DAY = datetime.date
#: Roles as they are walked, whoever may most first.
ROLES = ("administrator", "country_programme_manager", "me_officer", "viewer", "api_client")


@dataclass(frozen=True)
class Place:
    """What a walk needs to know: role → session, and the codes in addresses ("" where there is none of the sort)."""

    sessions: dict[str, str]
    programme: str = ""
    round: str = ""
    organization: str = ""
    apex: str = ""


@dataclass(frozen=True)
class Web:
    """A web server on a database, without worker or broker: nothing is computed but what was asked for here."""

    base: str
    environment: dict[str, str]

    def fill(self, *stage: str) -> list[Place]:
        done = subprocess.run(
            [sys.executable, "-m", "tests.browser.installations", *stage],
            cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, text=True, check=True,
        )  # fmt: skip
        return [Place(**one) for one in json.loads(done.stdout.splitlines()[-1])]


@contextmanager
def new_database(server: str, name: str, template: str) -> Iterator[str]:
    """The address of a database of its own on the server of this address, gone afterwards."""
    import psycopg2

    def run(statement: str) -> None:
        connection = psycopg2.connect(server)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
        connection.close()

    run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    finally:
        run(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def served(database: str, folder: Path) -> Iterator[Web]:
    """Trellis on the database of this address; its files and its log lie in `folder`."""
    port = free_port()
    env = environment(
        TRELLIS_MODE="local",
        TRELLIS_SECRET_KEY="only for a walk on this machine " * 2,
        TRELLIS_MEDIA_ROOT=str(folder / "media"),
        DATABASE_URL=database,
        CELERY_BROKER_URL="memory://",
    )
    command = [
        Path(sys.executable).parent / "gunicorn",
        "scaling.wsgi",
        "--bind",
        f"127.0.0.1:{port}",
        "--workers",
        "1",
    ]
    command += ["--threads", "4", "--log-level", "warning", "--no-control-socket"]
    with open(folder / "web.log", "ab") as log:
        server = processes.start(command, log=log, env=env, cwd=ROOT)
        try:
            base = f"http://127.0.0.1:{port}"
            wait_for(lambda: _answers(base), 60, "the web server")
            yield Web(base, env)
        finally:
            processes.stop(server)


def _answers(base: str) -> bool:
    try:
        return fetch(f"{base}/healthz")[0] == 200
    except OSError:
        return False


# --- filling, in a process with Django -----------------------------------------------------------------------------
def fresh() -> list[Place]:
    """What the compose file's first start leaves, and the administrator that everything begins with."""
    from django.core.management import call_command

    call_command("prepare", step=['["migrate", "--verbosity=0"]', '["load_catalogue", "--verbosity=0"]'])
    return [Place({"administrator": _session("administrator")})]


def little() -> list[Place]:
    """A programme just made, and one with two organizations, a round and one approved return; people of every role on
    each of them, who see nothing else."""
    from programmes.models import Place as Area
    from programmes.models import Programme

    places = []
    for code, iso3 in (("JUST-MADE", "XNA"), ("LITTLE", "XNB")):
        country = Area.objects.create(code=iso3, name=f"Country {iso3}", iso3=iso3, level_name="country")
        programme = Programme.objects.create(code=code, name=f"Programme {code.title()}", instrument="project")
        programme.countries.add(country)
        people = {role: _session(role, programme=code) for role in ROLES}
        places.append(_one_return(programme, country, people) if code == "LITTLE" else Place(people, code))
    return places


def _one_return(programme: Any, country: Any, people: dict[str, str]) -> Place:
    from accounts.models import User
    from indicators import returns, review, rounds
    from organizations import registry
    from programmes.models import Phase
    from scaling import rollups

    today = DAY.today()
    Phase.objects.create(
        programme=programme, code="LITTLE-1", sequence=1, label="Phase I", effectiveness=DAY(today.year - 2, 1, 1),
        completion=DAY(today.year + 3, 12, 31),
    )  # fmt: skip
    groups = [
        registry.register(
            code=f"L{number}", name=f"Group {number}", kind="shg", place=country, formed_on=DAY(today.year - 3, 3, 1),
            promoter="project", programme=programme, by=None,
        )
        for number in (1, 2)
    ]  # fmt: skip
    manager = User.objects.get(email="country_programme_manager.little@example.org")
    officer = User.objects.get(email="me_officer.little@example.org")
    planned = rounds.plan(
        programme=programme, kind="baseline", reference_date=today - datetime.timedelta(days=30), code="little-baseline",
        window=(today - datetime.timedelta(days=30), today + datetime.timedelta(days=60)), by=manager,
    )  # fmt: skip
    opened = rounds.open_round(round=planned, by=manager)
    row = returns.save_values(
        organization=groups[0], round=opened, by=officer,
        values={"OP-06": 20, "OP-06.women": 14, "OP-06.men": 6, "OP-06.youth": 5},
    )  # fmt: skip
    review.approve(of=returns.submit(of=row, by=officer), by=manager)
    rollups.drain()
    return Place(people, programme.code, opened.code, groups[0].code)


def many(organizations: int) -> list[Place]:
    """The synthetic portfolio whose seed is its size, computed, with people of every role on its first programme."""
    from indicators.models import Round
    from organizations.models import Organization, Tier
    from programmes.models import Programme
    from scaling import portfolio, rollups
    from scaling.models import DirtyMark
    from scaling.portfolio.plan import organization_prefix

    if not Programme.objects.filter(code__startswith=f"SYN-{organizations}-").exists():
        portfolio.make(portfolio.Plan(organizations, organizations), say=_say)
    while DirtyMark.objects.exists():
        _say(f"{rollups.drain()} phases and rounds computed")
    code = f"SYN-{organizations}-1"
    found = Organization.objects.filter(
        code__startswith=organization_prefix(organizations), enrolments__programme__code=code
    )
    return [
        Place(
            {role: _session(role, programme=code) for role in ROLES},
            code,
            Round.objects.filter(programme__code=code, status="open").values_list("code", flat=True)[0],
            found.filter(tier=Tier.PRIMARY).order_by("code").values_list("code", flat=True)[0],
            found.exclude(tier=Tier.PRIMARY).order_by("code").values_list("code", flat=True)[0],
        )
    ]


def _session(role: str, programme: str = "") -> str:
    """The session of somebody with this role who has seen the tour; an administrator has it everywhere."""
    from django.conf import settings
    from django.test import Client
    from django.utils import timezone

    from accounts.models import User
    from programmes import assignments
    from programmes.models import Programme

    everywhere = role == "administrator"
    email = "administrator@example.org" if everywhere else f"{role}.{programme.lower()}@example.org"
    user = User.objects.filter(email=email).first()
    if user is None:
        make = User.objects.create_superuser if everywhere else User.objects.create_user
        user = make(email, "a long enough password 1", name=role.replace("_", " ").title(), tour_seen_at=timezone.now())
        where: dict[str, Any] = {}
        if role == "country_programme_manager":
            where = {"country": Programme.objects.get(code=programme).countries.get()}
        elif not everywhere:
            where = {"programme": Programme.objects.get(code=programme)}
        assignments.assign(user=user, role=role, by=None, **where)
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scaling.settings")
    import django

    django.setup()
    stages = {"fresh": fresh, "little": little, "many": many}
    found = stages[sys.argv[1]](*map(int, sys.argv[2:]))
    sys.stdout.write(json.dumps([asdict(one) for one in found]) + "\n")


if __name__ == "__main__":
    main()
