"""What benchmarks of whole portfolios share: one of the wanted size, and a clock."""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import transaction
from django.test import Client
from rest_framework.throttling import UserRateThrottle

from accounts.models import User
from organizations.models import Organization
from programmes import assignments
from programmes.access import RoleName, scope_of
from scaling import portfolio
from scaling.portfolio.plan import organization_prefix


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def wanted() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--organizations", type=int, default=10_000)
    return int(parser.parse_known_args()[0].organizations)


def asking() -> Client:
    """A browser of somebody who may see everything, not slowed down by the limit of requests."""
    person, _new = User.objects.get_or_create(email="administrator@trellis.example", defaults={"name": "Administrator"})
    if scope_of(person).is_empty:
        assignments.assign(user=person, role=RoleName.ADMINISTRATOR, by=None)
        person.__dict__.pop("_trellis_roles", None)
    UserRateThrottle.rate = "1000000/hour"
    client = Client()
    client.force_login(person)
    return client


@contextmanager
def of_size(organizations: int) -> Iterator[str]:
    """A portfolio of so many organizations; gives what their codes begin with.

    One of that size whose seed is that number is used as it is (`./dev manage make_portfolio --organizations N
    --seed N`); otherwise one is made in a transaction that is taken back.
    """
    prefix = organization_prefix(organizations)
    with transaction.atomic():
        if Organization.objects.filter(code__startswith=prefix).count() != organizations:
            portfolio.make(portfolio.Plan(organizations, organizations), say=say)
        yield prefix
        transaction.set_rollback(True)


def seconds(what: Callable[[], object], times: int = 3) -> float:
    """The median of some runs."""
    measured = []
    for _ in range(times):
        begun = time.perf_counter()
        what()
        measured.append(time.perf_counter() - begun)
    return statistics.median(measured)
