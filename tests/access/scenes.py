"""Something on two sides, and a person of each role and kind of scope, for the walking tests."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from accounts.models import User
from indicators import rounds
from indicators.models import (
    Indicator,
    Return,
    Round,
    ScaleVersion,
    Target,
)
from organizations import apex_memberships, linkages, registry, services
from organizations.models import (
    Intervention,
)
from programmes import boundaries
from programmes.access import RoleName
from programmes.models import (
    BoundaryUpload,
    Election,
    Partner,
    Phase,
    Place,
    PolicyEvent,
    Programme,
    SpaceAssessment,
)
from scaling import thresholds
from scaling.models import Alert
from tests import factories
from tests.access.expected import SIDES


@pytest.fixture
def two_sides(db: None) -> dict[str, dict[str, set[str]]]:
    """Something in every resource on both sides; returns side → resource → codes or ids that belong to it alone."""
    own: dict[str, dict[str, set[str]]] = {}
    day = datetime.date(2020, 1, 1)
    for code, country_code in SIDES.items():
        programme, country = Programme.objects.get(code=code), Place.objects.get(code=country_code)
        phase = Phase.objects.filter(programme=programme).first()
        assert phase is not None
        common: dict[str, Any] = dict(
            place=country, formed_on=datetime.date(2015, 1, 1), promoter="project", programme=programme, by=None
        )
        group = registry.register(code=f"G-{code}", name="Group", kind="shg", **common)
        union = registry.register(
            code=f"U-{code}", name="Union", kind="union", tier="local_apex", members_are="organizations", **common
        )
        membership = apex_memberships.join(member=group, apex=union, on=day, by=None).membership
        linkage = linkages.open_linkage(
            organization=group,
            partner=Partner.objects.get(code="IFAD"),
            kind="other",
            form="oral",
            causality="direct",
            since=day,
            by=None,
        )
        support = Intervention.objects.create(
            phase=phase, purpose="bonding", method="training", valid=DateRange(day, None)
        )
        round_ = Round.objects.create(
            programme=programme,
            code=f"round-{code}".lower(),
            kind="baseline",
            reference_date=day,
            window=DateRange(day, datetime.date(2020, 3, 1)),
            scale_version=ScaleVersion.objects.get(),
        )
        rounds.open_round(round=round_, by=None)
        row = Return.objects.create(organization=group, round=round_, entered_by=factories.user(), values={"OP-06": 9})
        event = PolicyEvent.objects.create(
            country=country, title="Law", date=day, type="law", stage="adopted", direction="enabling"
        )
        election = Election.objects.create(country=country, level="national", kind="general", date=day)
        space = SpaceAssessment.objects.create(
            programme=programme, date=day, space="political", rating=3, evidence="seen"
        )
        alert = Alert.objects.create(
            rule="stagnation", programme=programme, organization=group, severity="watch", opened_at=timezone.now()
        )
        service = services.add(organization=group, kind="inputs", provider="own", since=day, by=None)
        target = Target.objects.create(
            programme=programme,
            indicator=Indicator.objects.get(code="OP-06"),
            by_date=datetime.date(2031, 12, 31),
            value=10,
            set_on=day,
            is_proposal=True,
        )
        limits = thresholds.set_thresholds(country=country, since=day, values={}, reason="agreed", by=None)
        own[code] = {
            "programmes": {code},
            "phases": set(programme.phases.values_list("code", flat=True)),
            "financing-lines": {
                str(pk) for p in programme.phases.all() for pk in p.financing_lines.values_list("pk", flat=True)
            },
            "policy-events": {str(event.pk)},
            "elections": {str(election.pk)},
            "space-assessments": {str(space.pk)},
            "organizations": {group.code, union.code},
            "apex-memberships": {str(membership.pk)},
            "linkages": {str(linkage.pk)},
            "interventions": {str(support.pk)},
            "results": {str(pk) for pk in programme.results.values_list("pk", flat=True)},
            "rounds": {round_.code},
            "returns": {str(row.pk)},
            "alerts": {str(alert.pk)},
            "thresholds": {str(limits.pk)},
            "services": {str(service.pk)},
            "targets": {str(target.pk)},
            "jobs": set(),
            "export-files": set(),
            "packs": set(),
            "webhooks": set(),
            "webhook-deliveries": set(),
        }
    return own


def people() -> dict[str, tuple[User, set[str]]]:
    """One person for each role and kind of scope, and the sides they may see."""
    return {
        "administrator": (factories.administrator(), {"PCDP", "TNWDP"}),
        "manager": (factories.person(RoleName.COUNTRY_PROGRAMME_MANAGER, country="ETH"), {"PCDP"}),
        "officer": (factories.person(RoleName.ME_OFFICER, programme="TNWDP"), {"TNWDP"}),
        "viewer of a country": (factories.person(RoleName.VIEWER, country="IND"), {"TNWDP"}),
        "viewer of a programme": (factories.person(RoleName.VIEWER, programme="PCDP"), {"PCDP"}),
        "api client": (factories.person(RoleName.API_CLIENT, programme="TNWDP"), {"TNWDP"}),
        "viewer of nothing here": (factories.person(RoleName.VIEWER, country="GHA"), set()),
        "nobody's": (factories.user(), set()),
    }


def outline_of_ethiopia() -> BoundaryUpload:
    """Ethiopia gets a boundary; returns a second file of it that is not taken over."""
    ring = [[36, 8], [37, 8], [37, 9], [36, 8]]
    area = {"type": "Polygon", "coordinates": [ring]}
    found = {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": {"code": "ETH"}, "geometry": area}],
    }
    by, place = factories.administrator(), Place.objects.get(code="ETH")
    options = {"source": "survey", "licence": "open", "by": by, "country": place}
    taken = boundaries.receive(upload=ContentFile(json.dumps(found).encode(), "a.json"), **options)  # type: ignore[arg-type]
    boundaries.commit(upload=taken, by=by, seen=boundaries.look(taken)[1])
    return boundaries.receive(upload=ContentFile(json.dumps(found).encode(), "b.json"), **options)  # type: ignore[arg-type]
