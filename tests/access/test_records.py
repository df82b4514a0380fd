"""Rounds, organizations, lists, what belongs to a programme, the catalogue: for whom each of their addresses is."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from indicators.models import (
    EvidenceFile,
    Indicator,
    PhaseResult,
    Return,
    Round,
    RoundDue,
    ScaleVersion,
    SecondAssessment,
    Target,
    WorkbookUpload,
)
from organizations import offices, registry
from organizations.models import (
    ApexMembership,
    Linkage,
    ListUpload,
    Office,
    Organization,
    OrganizationStatus,
    Service,
)
from programmes.models import (
    Place,
    Programme,
)
from tests import factories
from tests.access.expected import EXPECTED, PEOPLE_WHO, SIDES
from tests.access.scenes import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def of_a_round(two_sides: dict[str, dict[str, set[str]]]) -> dict[str, list[Any]]:
    """Arguments of every address of a round of PCDP, by name."""
    round_ = Round.objects.get(code="round-pcdp")
    ended = registry.register(
        code="ENDED",
        name="Ended",
        kind="shg",
        place=Place.objects.get(code="ETH"),
        formed_on=datetime.date(2015, 1, 1),
        promoter="project",
        programme=round_.programme,
        by=None,
    )
    RoundDue.objects.create(round=round_, organization=ended, is_due=False, reason="ended")
    row = Return.objects.get(round=round_)
    paper = EvidenceFile(
        of_return=row,
        code="GOV-1",
        name="a.pdf",
        content_type="application/pdf",
        size=5,
        sha256="0",
        uploaded_by=factories.user(),
    )
    paper.file.save("a", ContentFile(b"%PDF-"))
    upload = WorkbookUpload.objects.create(round=round_, user=factories.user(), name="a.xlsx", state="refused")
    SecondAssessment.objects.create(round=round_, organization=row.organization, seed=1, drawn_by=factories.user())
    with_organization = {"indicators:return", "indicators:decide", "indicators:attach", "indicators:second-form"}
    return {
        name: ["round-pcdp", "G-PCDP"]
        if name in with_organization
        else ["round-pcdp", "ENDED"]
        if name == "indicators:exit"
        else [paper.pk]
        if name == "indicators:evidence"
        else ["round-pcdp", upload.pk]
        if name in ("indicators:upload", "indicators:marked")
        else ["round-pcdp"]
        for name, rule in EXPECTED.items()
        if rule.startswith("round")
    }


def test_what_belongs_to_a_round_is_for_people_of_its_programme(of_a_round: dict[str, list[Any]]) -> None:
    """Each address as each kind of person: outside the scope nothing exists; inside, roles that may not are refused."""
    everybody = people()
    before = list(Return.objects.values_list("pk", "state", "version"))
    for name, arguments in of_a_round.items():
        url, rule = reverse(name, args=arguments), EXPECTED[name]
        for who, (someone, sides) in {**everybody, "anonymous": (None, set())}.items():
            if who in ("administrator", "manager") and rule == "round write":
                continue  # may change it: tests of the operations and of the pages
            client = Client()
            if someone is not None:
                client.force_login(someone)
            if rule == "round write":
                answer = client.post(url, data="{}", content_type="application/json")
            else:
                answer = client.get(url)
            if someone is None:
                assert answer.status_code == (401 if name.startswith("indicators:entry-") else 302), (name, who)
                assert "sign" in answer.content.decode().lower() or "/account/login/" in answer["Location"]
            elif "PCDP" not in sides:
                assert answer.status_code == 404, (name, who)
            elif rule == "round officer":
                assert answer.status_code == 403, (name, who)
            elif rule == "round write":
                assert answer.status_code in (302, 400, 403, 404), (name, who)
            else:
                assert answer.status_code == 200, (name, who, answer.content)
    assert list(Return.objects.values_list("pk", "state", "version")) == before, "nobody changed anything"


@pytest.fixture
def of_an_organization(two_sides: dict[str, dict[str, set[str]]]) -> dict[str, list[Any]]:
    """Arguments of every address of the group of PCDP, by name."""
    group = Organization.objects.get(code="G-PCDP")
    day = datetime.date(2020, 1, 1)
    service = group.services.get()
    office = offices.add(organization=group, person="P1", consent_on=day, title="Chair", since=day, by=None)
    rows = {
        "status": group.statuses.get().pk,
        "leave": group.apex_memberships.get().pk,
        "linkage": group.linkages.get().pk,
        "transaction": group.linkages.get().pk,
        "end-service": service.pk,
        "end-office": office.pk,
        "end-enrolment": group.enrolments.get().pk,
    }
    return {
        name: ["G-PCDP"]
        + (["returns", "csv"] if name == "scaling:organization-table" else [])
        + [pk for what, pk in rows.items() if what in name and "open" not in name and name != "organizations:status"]
        for name, rule in EXPECTED.items()
        if rule.startswith("organization")
    }


def test_an_organization_is_for_people_of_its_programmes(of_an_organization: dict[str, list[Any]]) -> None:
    """Each address as each kind of person: outside the scope nothing exists; who only reads is refused a change."""
    everybody = people()

    def standing() -> list[Any]:
        return [
            list(model.objects.order_by("pk").values_list())
            for model in (Organization, OrganizationStatus, ApexMembership, Linkage, Service, Office)
        ]

    before = standing()
    for name, arguments in of_an_organization.items():
        url, rule = reverse(name, args=arguments), EXPECTED[name]
        for who, (someone, sides) in {**everybody, "anonymous": (None, set())}.items():
            client = Client()
            if someone is not None:
                client.force_login(someone)
            posts_only = name == "organizations:take-back-status"
            answers = [] if posts_only else [client.get(url).status_code]
            if rule == "organization write":
                answers.append(client.post(url).status_code)
            if someone is None:
                expected = [302, 302]
            elif "PCDP" not in sides:
                expected = [404, 404]
            elif rule == "organization" or who in ("administrator", "manager"):
                expected = [200, 422]
            else:
                expected = [403, 403]
            if posts_only:
                assert answers == [302 if expected[1] == 422 else expected[1]], (name, who)
            else:
                assert answers == expected[: len(answers)], (name, who)
    assert standing() == before, "nobody changed anything"


def test_suggestions_stay_inside_the_scope(two_sides: dict[str, dict[str, set[str]]]) -> None:
    for who, (someone, sides) in people().items():
        client = Client()
        client.force_login(someone)
        found = client.get(reverse("organizations:lookup", args=["organizations"]), {"q": "group"}).json()["results"]
        assert {one["value"] for one in found} == {f"Group (G-{side})" for side in sides}, who


def test_a_list_is_for_who_keeps_the_register_of_its_programme(two_sides: dict[str, dict[str, set[str]]]) -> None:
    """Each address of a list as each kind of person: for whoever does not keep that register it does not exist."""
    kept = ListUpload.objects.create(
        programme=Programme.objects.get(code="PCDP"),
        user=factories.user(),
        name="a.csv",
        state="ready",
        outline=[{"name": "a", "rows": 1, "cut": False, "first": [["Name"]]}],
        sheet="a",
    )
    kept.file.save("a", ContentFile(b"Name"))
    before = Organization.objects.count()
    for name in [name for name, rule in EXPECTED.items() if rule.startswith("list")]:
        url, posts = reverse(name, args=[kept.pk]), EXPECTED[name] == "list write"
        for who, (someone, sides) in {**people(), "anonymous": (None, set())}.items():
            client = Client()
            if someone is not None:
                client.force_login(someone)
            answer = client.post(url) if posts else client.get(url)
            if someone is None:
                assert answer.status_code == 302 and "/account/login/" in answer["Location"]
            elif who in ("administrator", "manager"):
                assert answer.status_code in (200, 302), (name, who)
            else:
                assert "PCDP" not in sides or "viewer" in who
                assert answer.status_code == 404, (name, who)
            ListUpload.objects.filter(pk=kept.pk).update(state="ready", committed_at=None)
    assert Organization.objects.count() == before


def of_a_programme(side: str) -> dict[str, list[Any]]:
    """Arguments of every address of something in a programme, by name."""
    programme = Programme.objects.get(code=side)
    target = Target.objects.create(
        programme=programme,
        indicator=Indicator.objects.get(code="OP-06"),
        by_date=datetime.date(2030, 12, 31),
        value=10,
        set_on=datetime.date(2026, 1, 1),
        is_proposal=True,
    )
    result = PhaseResult.objects.filter(programme=programme).first()
    assert result is not None
    own = {"indicators:target": target.pk, "indicators:target-accept": target.pk, "indicators:result": result.pk}
    return {name: [own.get(name, side)] for name, rule in EXPECTED.items() if rule.startswith("programme")}


@pytest.mark.parametrize("side", sorted(SIDES))
def test_what_belongs_to_a_programme_is_for_its_people(side: str) -> None:
    """Outside the scope nothing exists; inside, roles that may not are refused, by reading and by sending."""
    everybody: dict[str, tuple[User | None, set[str]]] = {**people(), "anonymous": (None, set())}
    for name, arguments in of_a_programme(side).items():
        url, words = reverse(name, args=arguments), EXPECTED[name].split()[1:]
        may = PEOPLE_WHO[words[0]] if words else set(everybody)
        for who, (someone, sides) in everybody.items():
            client = Client()
            if someone is not None:
                client.force_login(someone)
            inside = side in sides
            expected = 302 if someone is None else 404 if not inside else 200 if who in may else 403
            if "post" not in words:
                assert client.get(url).status_code == expected, (name, who)
            if expected != 200:
                assert client.post(url).status_code == expected, (name, who)
    assert Target.objects.get().is_proposal, "nobody accepted it"


def test_the_catalogue_is_read_by_every_role_and_kept_by_administrators() -> None:
    version = ScaleVersion.objects.get()
    item = version.items.order_by("position")[0]
    arguments: dict[str, list[Any]] = {
        "indicators:scale-version": [version.pk],
        "indicators:indicator-new": [],
        "indicators:version-mend": ["OP-06", 1],
        "indicators:field": ["OP-06.women"],
        "indicators:rule-new": [],
        "indicators:rule": ["op-06-growth"],
        "indicators:scale-version-new": [version.scale.code],
        "indicators:scale-item-new": [version.pk],
        "indicators:scale-item": [item.pk],
        "indicators:scale-item-remove": [item.pk],
    }
    everybody: dict[str, tuple[User | None, set[str]]] = {**people(), "anonymous": (None, set())}
    for name, rule in EXPECTED.items():
        if not rule.startswith("catalogue"):
            continue
        url, words = reverse(name, args=arguments.get(name, ["OP-06"])), rule.split()[1:]
        for who, (someone, _sides) in everybody.items():
            client = Client()
            if someone is not None:
                client.force_login(someone)
            if someone is None:
                expected = {302}
            elif who == "nobody's":
                expected = {403, 404}
            else:
                expected = {200} if who == "administrator" or not words else {403}
            if "post" not in words:
                assert client.get(url).status_code in expected, (name, who)
            if words and who != "administrator":
                assert client.post(url).status_code in expected, (name, who)
    assert version.items.count() == 24, "nobody removed anything"
