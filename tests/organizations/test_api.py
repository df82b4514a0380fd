"""The register through the API: what a reader may not see is not told by way of what they may."""

from __future__ import annotations

import pytest
from django.test import Client

from organizations import linkages, registry
from programmes.access import RoleName
from programmes.models import Place, Programme
from tests import factories
from tests.organizations.test_impossible import DAY, make

pytestmark = pytest.mark.django_db


def test_the_other_side_of_a_linkage_is_named_only_inside_the_scope() -> None:
    own = make("OWN")
    other = registry.register(
        code="OTHER",
        name="Of another programme",
        kind="cooperative",
        place=Place.objects.get(code="IND-MH"),
        formed_on=DAY(2015, 1, 1),
        promoter="project",
        programme=Programme.objects.get(code="MRCP"),
        by=None,
    )
    linkages.open_linkage(
        organization=own,
        partner_organization=other,
        kind="offtake",
        form="oral",
        causality="direct",
        since=DAY(2019, 1, 1),
        by=None,
    )

    def seen(**scope: str) -> object:
        header = factories.token_header(factories.person(RoleName.VIEWER, **scope))
        answer = Client().get("/api/v1/linkages/?organization=OWN", **header)
        assert answer.status_code == 200
        (row,) = answer.json()["results"]
        return row["partner"], row["partner_organization"]

    assert seen(country="IND") == (None, "OTHER")
    assert seen(programme="TNWDP") == (None, None)
