"""Each table that figures rest on is read as it was known: a change in it does not reach what was known before, and would
if its trail were left out."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import F

from accounts.models import User
from indicators import models as i
from indicators import review
from organizations import models as o
from organizations.models.people import Person, PersonMembership
from organizations.models.support import InterventionOrganization
from programmes import models as p
from programmes.access import RoleName
from programmes.financing import correct_amount
from scaling import answers, recorded, register_answers, rollups
from scaling.metrics import METRICS, REGISTER_METRICS
from scaling.models import ThresholdSetting
from scaling.network.load import load
from scaling.register_answers import Question
from scaling.thresholds import set_thresholds
from tests import factories
from tests.scaling import network as n
from tests.scaling.network_programme import make_programme
from tests.scaling.test_network_api import credit_folder

pytestmark = pytest.mark.django_db
Day = datetime.date
NOW, THEN = "net-2022", "net-2018"
QUESTIONS = [
    Question(),
    Question(programmes=("NET",), by="kind"),
    Question(programmes=("NET",), by="place"),
    Question(round=NOW, against=THEN, by="tier"),
    Question(round="net-2022-year", by="kind"),
    Question(programmes=("NET",), apex="F1"),
    Question(programmes=("NET",), as_of=Day(2022, 12, 31)),
    Question(round="cred-2022-year", against="cred-2018-year"),
]


def now() -> datetime.datetime:
    """The moment; what is written after it is stamped later, as in a transaction of its own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp(), set_config('trellis.recorded_at', '', true)")
        found: datetime.datetime = cursor.fetchone()[0]
    return found


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[User]:
    """The invented network with everything that figures can rest on, loaded once for the tests of this file."""
    with django_db_blocker.unblock(), transaction.atomic():
        now()
        load(n.FOLDER, programme=make_programme())
        load(credit_folder(tmp_path_factory.mktemp("credit")), programme=make_programme("CRED"))
        group = o.Organization.objects.get(code="G1")
        country = p.Place.objects.get(code="XNA")
        phase = p.Phase.objects.get(code="NET-1")
        set_thresholds(country=country, since=Day(2015, 1, 1), values={"satisfactory": Decimal(5)}, reason="x", by=None)
        supported = o.Intervention.objects.create(
            phase=phase, purpose="bonding", method="training", valid=DateRange(Day(2017, 1, 1), Day(2017, 6, 1))
        )
        InterventionOrganization.objects.create(intervention=supported, organization=group)
        ended = o.OrganizationStatus.objects.filter(organization__code="G4", status="disbanded")
        o.Succession.objects.create(predecessor=ended.get().organization, successor=group, on=Day(2021, 9, 30))
        ended.update(status="merged_into")
        indicator = i.Indicator.objects.filter(phase_results__isnull=False).first()
        i.PhaseResult.objects.create(
            programme=phase.programme, phase=phase, indicator=indicator, value=100, unit="persons", basis="cumulative"
        )
        with connection.cursor() as cursor:  # what is checked at the end of a transaction: once, not in every test
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        yield factories.administrator()
        transaction.set_rollback(True)


def figures(user: User, known_at: datetime.datetime | None = None) -> list[Any]:
    """Everything that the metrics of organizations and of phases are computed from, and the figures."""
    metric = REGISTER_METRICS["membership_growth_comparable"]
    found: list[Any] = []
    for question in QUESTIONS:
        asked = Question(**{**vars(question), "known_at": known_at})
        for row in register_answers.rows(user=user, metric=metric, question=asked):
            on = [(source.programme.code, source.on, source.closing) for source in row.sources]
            found.append((row.group, on, row.register, row.thresholds, row.outcome))
    space = answers.Workspace.load(user=user, basis="corrected", known_at=known_at)
    for phase_metric in METRICS.values():
        rows = answers.rows(space, phase_metric, programme_codes=["NET"], phase_codes=[], by="phase")
        found += [(row.phases, row.programmes, row.outcome) for row in rows]
    return found


def one_more_member_of(count: int) -> None:
    """All members of G1 are on the register of persons; some of them are in G2 too."""
    country = p.Place.objects.get(code="XNA")
    first, second = (o.Organization.objects.get(code=code) for code in ("G1", "G2"))
    for number in range(count):
        person = Person.objects.create(code=f"person-{number}", country=country, consent_on=Day(2020, 1, 1))
        span = DateRange(Day(2021, 1, 1), None)
        PersonMembership.objects.create(person=person, organization=first, valid=span)
        PersonMembership.objects.create(person=person, organization=second, valid=span)


def correct_a_result() -> None:
    result = i.PhaseResult.objects.get(phase__code="NET-1")
    i.PhaseResultCorrection.objects.create(result=result, kind="documented", value=7, reason="x", source="y")


def replicate() -> None:
    net, cred = (p.Programme.objects.get(code=code) for code in ("NET", "CRED"))
    p.ProgrammeReplication.objects.create(programme=net, original=cred)


def correct_a_return() -> None:
    manager = factories.person(RoleName.COUNTRY_PROGRAMME_MANAGER, country="XNA")
    found = i.Return.objects.get(round__code=NOW, organization__code="G1")
    review.correct(of=found, by=manager, values={"OP-06": 30}, code="miscount", reason="counted again")


#: Table → a change in it that some figure shows.
CHANGES: dict[str, Callable[[], object]] = {
    "programmes.Place": lambda: p.Place.objects.filter(code="XNA").update(code="XNB"),
    "programmes.Partner": lambda: p.Partner.objects.filter(financing_lines__phase__code="NET-1").update(
        category="private_company"
    ),
    "programmes.Programme": lambda: p.Programme.objects.create(code="LATE", name="Late", instrument="project"),
    "programmes.ProgrammeCountry": lambda: p.Programme.objects.get(code="NET").countries.add(
        p.Place.objects.get(code="ETH")
    ),
    "programmes.ProgrammeReplication": replicate,
    "programmes.Phase": lambda: p.Phase.objects.filter(code="NET-1").update(completion=Day(2015, 1, 1)),
    "programmes.FinancingLine": lambda: p.FinancingLine.objects.filter(phase__code="NET-1").update(
        amount=F("amount") * 2 + 1
    ),
    "programmes.FinancingCorrection": lambda: correct_amount(
        line=p.FinancingLine.objects.filter(phase__code="NET-1", financing_class="anchor").first(),  # type: ignore[arg-type]
        amount=Decimal(1),
        kind="documented",
        reason="x",
        source="y",
        by=None,
    ),
    "programmes.ExchangeRate": lambda: p.ExchangeRate.objects.update(usd_per_unit=F("usd_per_unit") * 2),
    "programmes.PriceIndex": lambda: p.PriceIndex.objects.order_by("-date").first().delete(),  # type: ignore[union-attr]
    "organizations.Organization": lambda: o.Organization.objects.filter(code="G1").update(kind="cooperative"),
    "organizations.ProgrammeEnrolment": lambda: o.ProgrammeEnrolment.objects.filter(organization__code="G1").delete(),
    "organizations.OrganizationStatus": lambda: o.OrganizationStatus.objects.filter(organization__code="G1").update(
        status="dormant"
    ),
    "organizations.Succession": lambda: o.Succession.objects.update(successor=o.Organization.objects.get(code="G2")),
    "organizations.BondingCheck": lambda: o.BondingCheck.objects.all().delete(),
    "organizations.ApexMembership": lambda: o.ApexMembership.objects.filter(apex__code="F1").delete(),
    "organizations.Linkage": lambda: o.Linkage.objects.update(form="oral"),
    "organizations.LinkageTransaction": lambda: o.LinkageTransaction.objects.filter(type="sale").first().delete(),  # type: ignore[union-attr]
    "organizations.Service": lambda: o.Service.objects.filter(organization__code="G1").delete(),
    "organizations.Intervention": lambda: o.Intervention.objects.filter(phase__code="NET-1").update(
        valid=DateRange(Day(2017, 1, 1), Day(2021, 6, 1))
    ),
    "organizations.InterventionOrganization": lambda: InterventionOrganization.objects.filter(
        intervention__phase__code="NET-1"
    ).delete(),
    "organizations.PersonMembership": lambda: one_more_member_of(60),
    "indicators.Indicator": lambda: i.Indicator.objects.filter(code="GOV-1").update(code="GOV-X"),
    "indicators.ScaleItem": lambda: i.ScaleItem.objects.filter(indicator__code="GOV-1").update(dimension="other"),
    "indicators.Round": lambda: i.Round.objects.filter(code="cred-2022-year").update(currency=""),
    "indicators.RoundDue": lambda: i.RoundDue.objects.filter(round__code=NOW).first().delete(),  # type: ignore[union-attr]
    "indicators.OverlapSample": lambda: i.OverlapSample.objects.update(in_another=F("in_another") + 1),
    "indicators.Return": correct_a_return,
    "indicators.PhaseResult": lambda: i.PhaseResult.objects.filter(phase__code="NET-1").update(value=5),
    "indicators.PhaseResultCorrection": correct_a_result,
    "scaling.ThresholdSetting": lambda: ThresholdSetting.objects.update(satisfactory=Decimal(3)),
}


def test_every_table_that_is_rebuilt_is_tried() -> None:
    assert CHANGES.keys() == set(recorded.RESTED_ON)


@pytest.mark.parametrize("label", CHANGES)
def test_a_change_does_not_reach_what_was_known_before(
    world: User, db: None, label: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    while rollups.drain():
        pass
    before, then = figures(world), now()
    CHANGES[label]()
    assert figures(world, known_at=then) == before
    assert not recorded.untold()
    monkeypatch.setattr(recorded, "RESTED_ON", tuple(one for one in recorded.RESTED_ON if one != label))
    assert figures(world, known_at=then) != before
