"""Every question page as it was known at a moment: what was corrected, entered or removed later is not in it."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from indicators import targets
from indicators.models import Indicator, Return, Round, RoundDue, SecondAssessment, Target
from organizations.models import (
    ApexMembership,
    Intervention,
    Linkage,
    Organization,
    OrganizationStatus,
    ProgrammeEnrolment,
    Service,
)
from organizations.models.support import InterventionOrganization
from programmes import context
from programmes.models import Election, FinancingLine, Phase, PolicyEvent, Programme, SpaceAssessment, Trail
from scaling import recorded, rollups
from scaling.dashboards import registry
from scaling.dashboards.page import Page
from scaling.models import Alert, MarkKind
from tests import factories
from tests.scaling.test_recorded_tables import now

pytestmark = pytest.mark.django_db
Day = datetime.date


def told(page: Page) -> list[Any]:
    """All that a page tells in words and numbers; what its links and chips say of the moment is left out."""
    leaves = page.own["tree"].leaves if "tree" in page.own else []
    return [
        page.answer,
        [(one.label, one.value, one.comparison, one.null, one.note) for one in page.headlines],
        [(card.id, card.reading, card.empty and card.empty.text) for card in page.figures],
        {name: [[(cell.text, cell.value) for cell in row] for row in table.rows] for name, table in page.all_tables.items()},
        [(leaf.code, leaf.text, leaf.is_cut) for leaf in leaves],
    ]  # fmt: skip


def page(client: Client, name: str, known_at: datetime.datetime | None = None) -> Page:
    url = registry.pages()[name].url
    if name == "programme":
        url = "/programmes/NET/"
    query = {"programme": "NET"} if name != "programme" else {}
    if known_at is not None:
        query["known_at"] = known_at.isoformat()
    answer = client.get(url, query)
    assert answer.status_code == 200, answer.content.decode()[:2000]
    found: Page = answer.context["page"]
    return found


@pytest.fixture
def full(net: Programme, client: Client) -> Client:
    """The network with something of all that pages show beside figures."""
    client.force_login(factories.administrator())
    country, phase = net.countries.get(), Phase.objects.get(code="NET-1")
    context.record_policy_event(
        country=country, title="Act", date=Day(2020, 1, 1), type="law", stage="adopted", direction="enabling", by=None
    )
    context.record_election(country=country, level="local", kind="council", date=Day(2021, 5, 1), by=None)
    for day, rating in ((Day(2018, 1, 1), 2), (Day(2020, 1, 1), 4)):
        context.assess_space(programme=net, space="political", date=day, rating=rating, evidence="seen", by=None)
    targets.set_target(
        programme=net, indicator=Indicator.objects.get(code="OP-06"), phase=None, by_date=Day(2030, 1, 1),
        value=Decimal(600), disaggregation="", by=None,
    )  # fmt: skip
    supported = Intervention.objects.create(
        phase=phase, purpose="bonding", method="training", valid=DateRange(Day(2017, 1, 1), Day(2017, 6, 1)),
        participants=30,
    )  # fmt: skip
    InterventionOrganization.objects.create(intervention=supported, organization=Organization.objects.get(code="G1"))
    while rollups.drain():
        pass
    rules = ("inclusion_falling", "aggregated_early", "one_buyer", "federation_shrinking", "stagnation")
    for rule, code in zip(rules, ("G1", "G2", "C1", "F1", "G3"), strict=True):
        Alert.objects.get_or_create(
            rule=rule, programme=net, organization=Organization.objects.get(code=code), closed_at=None,
            defaults={"severity": "watch", "opened_at": timezone.now()},
        )  # fmt: skip
    Alert.objects.update(severity="watch")
    return client


def recompute() -> None:
    """All figures of now, whatever the way in which something was changed."""
    rollups.mark(MarkKind.ROUND, Round.objects.filter(programme__code="NET").values_list("pk", flat=True))
    rollups.mark(MarkKind.PHASE, Phase.objects.filter(programme__code="NET").values_list("pk", flat=True))
    while rollups.drain():
        pass


def correct_members() -> None:
    row = Return.objects.get(round__code="net-2022", organization__code="G1")
    Return.objects.filter(pk=row.pk).update(
        values={**row.values, "OP-06": 40}, reported=row.values, correction_code="miscount", correction_reason="x"
    )


def correct_ratings() -> None:
    rated = set(Indicator.objects.filter(is_rating=True).values_list("code", flat=True))
    for row in Return.objects.filter(round__code="net-2022"):
        before = row.values
        row.values = {key: 6 if key in rated else value for key, value in row.values.items()}
        Return.objects.filter(pk=row.pk).update(
            values=row.values, reported=before, correction_code="miscount", correction_reason="x"
        )


def worse(rule: str) -> Callable[[], object]:
    """An alert becomes graver; the computation would say again what it is."""

    def change() -> None:
        Alert.objects.filter(rule=rule).update(severity="high")

    return change


def closed(rule: str) -> Callable[[], object]:
    def change() -> None:
        Alert.objects.filter(rule=rule).update(closed_at=timezone.now())

    return change


def rate_again() -> None:
    first = Return.objects.get(round__code="net-2022", organization__code="G1")
    rated = set(Indicator.objects.filter(is_rating=True).values_list("code", flat=True))
    made = SecondAssessment(
        round=Round.objects.get(code="net-2022"), organization=Organization.objects.get(code="G1"), seed=1,
        drawn_by=factories.user(), levels={key: 3 for key in first.values if key in rated}, done_at=timezone.now(),
    )  # fmt: skip
    made.assessor = made.drawn_by
    made.save()


#: Page → changes after the moment, each of which the page of now shows.
CHANGES: dict[str, list[Callable[[], object]]] = {
    "portfolio": [lambda: FinancingLine.objects.filter(phase__code="NET-1").update(amount=F("amount") * 2)],
    "programme": [lambda: FinancingLine.objects.filter(phase__code="NET-1").update(amount=F("amount") * 2)],
    "on-track": [
        correct_members,
        lambda: targets.revise(target=Target.objects.get(), value=Decimal(900), by=None),
    ],
    "membership": [correct_members],
    "map": [correct_members],
    "pathway": [worse("aggregated_early"), lambda: Linkage.objects.update(form="oral")],
    "federations": [
        lambda: ApexMembership.objects.filter(apex__code="C1", member__code="G3").delete(),
        correct_members,
        worse("federation_shrinking"),
        lambda: Service.objects.all().delete(),
    ],
    "sustainability": [
        worse("stagnation"),
        closed("stagnation"),
        lambda: OrganizationStatus.objects.filter(organization__code="G6", valid__contains=Day.today()).update(
            status="dormant"
        ),
    ],
    "outcomes": [correct_ratings],
    "contribution": [lambda: Intervention.objects.update(participants=500)],
    "inclusion": [worse("inclusion_falling")],
    "services": [lambda: Service.objects.filter(organization__code="G1").delete()],
    "finance": [lambda: FinancingLine.objects.filter(phase__code="NET-1").update(amount=F("amount") * 2)],
    "linkages": [
        worse("one_buyer"),
        lambda: Linkage.objects.update(valid=DateRange(Day(2020, 1, 1), Day(2021, 1, 1))),
    ],
    "enabling-space": [
        lambda: PolicyEvent.objects.update(direction="constraining"),
        lambda: Election.objects.all().delete(),
        lambda: SpaceAssessment.objects.update(rating=5),
    ],
    "data-quality": [
        correct_members,
        rate_again,
        lambda: RoundDue.objects.filter(round__code="net-2022", organization__code="G1").delete(),
        lambda: Return.objects.filter(round__code="net-2022", organization__code="G2").update(
            confirmed={"op-06-growth:OP-06": "asked again"}
        ),
    ],
}


def test_every_page_is_tried() -> None:
    assert CHANGES.keys() == registry.pages().keys()
    assert all("known_at" in entry.takes for entry in registry.pages().values())


@pytest.mark.parametrize(
    ("name", "number"), [(name, number) for name, changes in CHANGES.items() for number in range(len(changes))]
)
def test_a_page_of_a_moment_shows_what_was_known_then(full: Client, name: str, number: int) -> None:
    before, then = told(page(full, name)), now()
    assert told(page(full, name, then)) == before, "the moment tells what now tells, as long as nothing changed"
    now()
    change = CHANGES[name][number]
    change()
    if change.__qualname__.split(".")[0] not in ("worse", "closed"):
        recompute()
    found = page(full, name, then)
    assert told(page(full, name)) != before
    assert told(found) == before
    assert found.banner is not None and "As known on" in found.banner.text


def test_levels_of_the_tree_and_the_network_are_those_of_the_moment(full: Client) -> None:
    then = now().isoformat()
    now()
    ApexMembership.objects.filter(apex__code="C1", member__code="G3").delete()
    recompute()
    level = "/questions/federations/level/"
    asked = {"programme": "NET", "below": "C1"}
    assert "organizations/G3/" not in full.get(level, asked).content.decode()
    assert "organizations/G3/" in full.get(level, {**asked, "known_at": then}).content.decode()
    picture = "/questions/federations/network/"
    names = [
        full.get(picture, {"programme": "NET", "organization": "C1", **more}).json()["table"]
        for more in ({}, {"known_at": then})
    ]
    assert [">G3<" in one or "organization=G3" in one for one in names] == [False, True]
    assert full.get(level, {**asked, "known_at": "2001-01-01"}).status_code == 400


def test_a_moment_takes_a_fixed_number_of_queries(full: Client, net: Programme) -> None:
    def count(name: str, moment: datetime.datetime) -> int:
        with CaptureQueriesContext(connection) as queries:
            page(full, name, moment)
        return len(queries)

    for name in ("federations", "linkages"):
        first = count(name, now())
        for number in range(3):
            one = Organization.objects.get(code="G1")
            one.pk, one.code = None, f"MORE-{name}-{number}"
            one.save(force_insert=True)
            OrganizationStatus.objects.create(organization=one, status="active", valid=DateRange(one.formed_on, None))
            ProgrammeEnrolment.objects.create(organization=one, programme=net, valid=DateRange(Day(2021, 1, 1), None))
        assert count(name, now()) <= first, name


def test_what_went_on_record_later_is_said_where_it_would_stand(full: Client) -> None:
    """Figures are told of a moment at which alerts had no trail yet; pages that are made of such records are refused."""
    then = now()
    Trail.objects.filter(table__in=("scaling_alert", "programmes_election")).update(since=timezone.now())
    found = page(full, "pathway", then)
    assert not found.all_tables["alerts"].rows and "are on record since" in found.all_tables["alerts"].subtitle
    listed = page(full, "sustainability", then)
    assert any("are on record since" in note for note in listed.notes)
    answer = full.get("/questions/enabling-space/", {"programme": "NET", "known_at": then.isoformat()})
    assert answer.status_code == 400 and "elections are on record since" in answer.content.decode()


def test_a_chosen_round_that_was_not_there_is_refused(full: Client, net: Programme) -> None:
    then = now()
    now()
    last = Round.objects.get(code="net-2022")
    last.pk, last.code, last.reference_date = None, "net-2024", Day(2024, 6, 30)
    last.save(force_insert=True)
    url = "/questions/membership/?programme=NET&round=net-2024"
    assert full.get(url).status_code == 200
    assert full.get(url, {"programme": "NET", "round": "net-2024", "known_at": then.isoformat()}).status_code == 400


def test_a_function_of_the_database_reads_the_moment_too(full: Client) -> None:
    """Its plan of an earlier call in the session would read the tables themselves."""
    apex, on = Organization.objects.get(code="C1"), Day(2022, 6, 30)
    below = set(Organization.objects.under(apex, on=on).values_list("code", flat=True))
    then = now()
    now()
    ApexMembership.objects.filter(apex=apex, member__code="G3").delete()
    assert set(Organization.objects.under(apex, on=on).values_list("code", flat=True)) == below - {"G3"}
    with recorded.known(then):
        assert set(Organization.objects.under(apex, on=on).values_list("code", flat=True)) == below
        with recorded.known(then):  # the same moment inside itself
            assert Organization.objects.get(code="G1").name
    assert set(Organization.objects.under(apex, on=on).values_list("code", flat=True)) == below - {"G3"}
