"""Fixtures for metrics and the pages that show them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from programmes.models import Programme
from scaling import rollups
from scaling.network.load import load
from tests import factories
from tests.scaling import network
from tests.scaling.network_programme import make_programme


@pytest.fixture(scope="module")
def network_loaded(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The invented network of the domain study as programme NET: loaded and computed once for the tests of a file."""
    with django_db_blocker.unblock(), transaction.atomic():
        load(network.FOLDER, programme=make_programme())
        while rollups.drain():
            pass
        yield
        transaction.set_rollback(True)


@pytest.fixture
def net(network_loaded: None, db: None) -> Programme:
    return Programme.objects.get(code="NET")


@pytest.fixture
def reader(net: Programme, client: Client) -> Client:
    """A browser of somebody who sees everything, with the network there."""
    client.force_login(factories.administrator())
    return client
