"""Fixtures for every floor."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.utils import translation
from hypothesis import HealthCheck, settings

from accounts.models import User
from tests import factories

#: A busy machine must not fail a test by being slow.
settings.register_profile("trellis", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("trellis")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: Any, django_db_blocker: Any) -> None:
    """The case programmes are loaded once; each test works in a transaction over them."""
    with django_db_blocker.unblock():
        call_command("load_cases", verbosity=0)


@pytest.fixture(autouse=True)
def _english() -> None:
    """The language that one test's request chose must not reach the next."""
    translation.activate("en")


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Rate limits of one test must not reach the next."""
    cache.clear()


@pytest.fixture
def administrator(db: None) -> User:
    return factories.administrator()


@pytest.fixture
def api(administrator: User) -> Client:
    """A client that asks as an administrator, with a token."""
    return Client(headers={"authorization": factories.token_header(administrator)["HTTP_AUTHORIZATION"]})
