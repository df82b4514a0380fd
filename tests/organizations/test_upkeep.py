"""Operations that keep the register: what they do, whom they let, and the sentence for what is not possible."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from organizations import (
    apex_memberships,
    enrolments,
    interventions,
    linkages,
    offices,
    registry,
    services,
    statuses,
)
from organizations.models import ApexMembership, Linkage, Organization, Person, ProgrammeEnrolment, Status
from organizations.signals import registry_changed
from programmes.access import RoleName
from programmes.models import Partner, Phase, Place, Programme
from tests import factories
from tests.organizations.test_impossible import DAY, apex, join, make

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard() -> Any:
    """Organizations of which an upper floor was told."""
    told: set[int] = set()

    def listen(sender: Any, organization_ids: set[int], **_more: Any) -> None:
        told.update(organization_ids)

    registry_changed.connect(listen)
    yield told
    registry_changed.disconnect(listen)


def linkage(organization: Organization, **more: Any) -> Linkage:
    common: dict[str, Any] = dict(kind="offtake", form="written_contract", causality="direct", by=None)
    if "partner_organization" not in more:
        common["partner"] = Partner.objects.get(code="IFAD")
    return linkages.open_linkage(organization=organization, since=DAY(2019, 1, 1), **{**common, **more})


def said(error: pytest.ExceptionInfo[ValidationError]) -> dict[str, list[str]]:
    return error.value.message_dict


# --- change ----------------------------------------------------------------------------------------------------------
def test_a_change_counts_up_the_version_and_is_told(heard: set[int]) -> None:
    group = make("G")
    heard.clear()
    now = registry.change(organization=group, version=1, by=None, name="Other", commodities=["maize", "teff"])
    assert (now.name, now.version, now.commodities) == ("Other", 2, ["maize", "teff"])
    assert heard == {group.pk}
    registry.change(organization=group, version=2, by=None, name="Other")
    assert Organization.objects.get(pk=group.pk).version == 2, "nothing changed, nothing counted"


def test_a_second_editor_is_told_what_stands_there_now_and_overwrites_nothing() -> None:
    group = make("G")
    registry.change(organization=group, version=1, by=None, name="First", livelihood="rice")
    with pytest.raises(ValidationError) as error:
        registry.change(organization=group, version=1, by=None, name="Second", kind="cooperative")
    assert "First" in said(error)["name"][0]
    assert "self-help group" in said(error)["kind"][0]
    group.refresh_from_db()
    assert (group.name, group.kind) == ("First", "shg")
    registry.change(organization=group, version=2, by=None, name="Second")
    registry.change(organization=group, version=1, by=None, name="Second")  # the same change is no conflict


def test_a_tier_that_does_not_fit_a_membership_is_refused_in_words() -> None:
    union, group = apex("U"), make("G")
    join(group, union, DAY(2019, 1, 1))
    with pytest.raises(ValidationError) as error:
        registry.change(organization=union, version=1, by=None, tier="primary")
    assert "apex" in said(error)["tier"][0]
    with pytest.raises(ValidationError) as error:
        registry.change(organization=group, version=1, by=None, kind="inter_professional")
    assert "kind" in said(error)
    with pytest.raises(ValidationError) as error:
        registry.change(organization=group, version=1, by=None, registered_on=DAY(2000, 1, 1))
    assert "registered_on" in said(error)


def test_a_formation_moves_the_first_status_and_stops_at_what_is_dated_earlier() -> None:
    group = make("G")
    services.add(organization=group, kind="inputs", provider="own", since=DAY(2018, 1, 1), by=None)
    now = registry.change(organization=group, version=1, by=None, formed_on=DAY(2016, 5, 1))
    assert now.statuses.get().valid.lower == now.enrolments.get().valid.lower == DAY(2016, 5, 1)
    with pytest.raises(ValidationError) as error:
        registry.change(organization=group, version=2, by=None, formed_on=DAY(2018, 2, 1))
    assert "service" in said(error)["formed_on"][0]
    with pytest.raises(ValidationError, match="future"):
        registry.change(
            organization=group, version=2, by=None, formed_on=datetime.date.today() + datetime.timedelta(days=1)
        )


@pytest.mark.parametrize("code", ["", "a b", "a/b", "-a", "é", "A\u202eB", "x" * 41])
def test_a_code_that_cannot_stand_in_an_address_is_refused(code: str) -> None:
    with pytest.raises(ValidationError) as error:
        make(code)
    assert "code" in said(error)


def test_a_name_that_hides_characters_is_refused_and_an_arabic_one_is_not() -> None:
    with pytest.raises(ValidationError) as error:
        registry.change(organization=make("G"), version=1, by=None, name="Union\u202etxt")
    assert "cannot be seen" in said(error)["name"][0]
    assert registry.change(organization=make("H"), version=1, by=None, name="اتحاد\u200c الفلاحين").version == 2


def test_an_officer_registers_only_where_they_keep_the_register() -> None:
    officer = factories.person(RoleName.ME_OFFICER, programme="TNWDP")
    common: dict[str, Any] = dict(name="N", kind="shg", formed_on=DAY(2015, 1, 1), promoter="self", by=officer)
    tamil_nadu, ethiopia = Place.objects.get(code="IND-TN"), Place.objects.get(code="ETH")
    own, other = Programme.objects.get(code="TNWDP"), Programme.objects.get(code="PCDP")
    registry.register(code="A", place=tamil_nadu, programme=own, **common)
    with pytest.raises(PermissionDenied):
        registry.register(code="B", place=ethiopia, programme=other, **common)
    with pytest.raises(ValidationError) as error:
        registry.register(code="B", place=ethiopia, programme=own, **common)
    assert "place" in said(error)
    with pytest.raises(ValidationError) as error:
        registry.register(code="A", place=tamil_nadu, programme=own, **common)
    assert "code" in said(error)


# --- status ----------------------------------------------------------------------------------------------------------
def test_an_end_closes_every_tie_and_tells_the_other_side(heard: set[int]) -> None:
    union, group = apex("U"), make("G")
    joined, sold = join(group, union, DAY(2019, 1, 1)), linkage(group)
    service = services.add(organization=group, kind="inputs", provider="own", since=DAY(2018, 1, 1), by=None)
    heard.clear()
    registry.change_status(organization=group, status=Status.DISBANDED, on=DAY(2022, 1, 1), by=None, reason="gone")
    for row in (joined, sold, service):
        row.refresh_from_db()
        assert row.valid.upper == DAY(2022, 1, 1)
    assert sold.status == "ended"
    assert heard == {group.pk, union.pk}


def test_an_end_before_something_that_begins_later_is_refused() -> None:
    union, group = apex("U"), make("G")
    join(group, union, DAY(2020, 1, 1))
    with pytest.raises(ValidationError) as error:
        registry.change_status(organization=group, status=Status.DISBANDED, on=DAY(2019, 1, 1), by=None)
    assert "member of an apex" in said(error)["on"][0]
    sold = linkage(make("H"))
    linkages.record_transaction(
        linkage=sold, date=DAY(2020, 5, 1), type="sale", amount=Decimal(1), currency="INR", by=None
    )
    with pytest.raises(ValidationError) as error:
        registry.change_status(organization=sold.organization, status=Status.DISBANDED, on=DAY(2020, 1, 1), by=None)
    assert "2020-05-01" in said(error)["on"][0]


def test_a_merger_has_one_successor_and_a_day_that_has_come() -> None:
    group, one, two = make("G"), make("A"), make("B")
    with pytest.raises(ValidationError, match="split"):
        registry.change_status(
            organization=group, status=Status.MERGED, on=DAY(2020, 1, 1), by=None, successors=(one, two)
        )
    with pytest.raises(ValidationError, match="future"):
        registry.change_status(organization=group, status=Status.DORMANT, on=DAY(2999, 1, 1), by=None)


def test_a_status_is_corrected_with_the_one_before() -> None:
    group = make("G")
    row = registry.change_status(organization=group, status=Status.DORMANT, on=DAY(2020, 1, 1), by=None)
    for day in (DAY(2019, 1, 1), DAY(2021, 1, 1)):
        statuses.correct(status=row, value="dormant", since=day, by=None, reason="seen")
        first, second = group.statuses.order_by("valid")
        assert first.valid.upper == second.valid.lower == day
    first = group.statuses.order_by("valid")[0]
    for status, value, since, field in (
        (row, "dormant", DAY(2015, 1, 1), "since"),
        (row, "disbanded", DAY(2020, 1, 1), "value"),
        (row, "forming", DAY(2020, 1, 1), "value"),
        (first, "forming", DAY(2015, 1, 1), "value"),
        (first, "active", DAY(2016, 1, 1), "since"),
    ):
        with pytest.raises(ValidationError) as error:
            statuses.correct(status=status, value=value, since=since, by=None)
        assert field in said(error), (value, since)


def test_an_end_moved_before_a_tie_is_refused_in_words() -> None:
    union, group = apex("U"), make("G")
    join(group, union, DAY(2019, 1, 1))
    row = registry.change_status(organization=group, status=Status.DISBANDED, on=DAY(2022, 1, 1), by=None)
    with pytest.raises(ValidationError) as error:
        statuses.correct(status=row, value="disbanded", since=DAY(2021, 1, 1), by=None)
    assert "life" in said(error)["since"][0]


def test_a_status_is_verified_on_a_day_on_which_it_holds() -> None:
    row = make("G").statuses.get()
    assert statuses.verify(status=row, on=DAY(2024, 1, 1), by=None, evidence="minutes").evidence == "minutes"
    with pytest.raises(ValidationError, match="does not hold"):
        statuses.verify(status=row, on=DAY(2014, 1, 1), by=None)


def test_a_merger_by_mistake_is_taken_back_and_the_first_status_is_not() -> None:
    group, other = make("G"), make("O")
    row = registry.change_status(
        organization=group, status=Status.MERGED, on=DAY(2020, 1, 1), by=None, successors=(other,)
    )
    statuses.take_back(status=row, by=None)
    only = group.statuses.get()
    assert (only.status, only.valid.upper, group.successions.count()) == ("active", None, 0)
    with pytest.raises(ValidationError, match="never the first"):
        statuses.take_back(status=only, by=None)


# --- apexes and linkages ---------------------------------------------------------------------------------------------
def test_an_overlap_in_an_apex_is_a_sentence() -> None:
    union, group = apex("U"), make("G")
    join(group, union, DAY(2019, 1, 1))
    with pytest.raises(ValidationError) as error:
        join(group, union, DAY(2020, 1, 1))
    assert said(error) == {"on": ["It is a member of this apex on some of these days already."]}
    with pytest.raises(ValidationError) as error:
        join(group, union, DAY(2018, 1, 1), DAY(2018, 1, 1))
    assert "until" in said(error)
    with pytest.raises(ValidationError) as error:
        apex_memberships.leave(membership=ApexMembership.objects.get(), on=DAY(2021, 1, 1), by=None, reason="x" * 201)
    assert "reason" in said(error)


def test_what_somebody_else_ended_meanwhile_is_not_ended_again() -> None:
    union, group = apex("U"), make("G")
    mine = join(group, union, DAY(2019, 1, 1))
    apex_memberships.leave(membership=ApexMembership.objects.get(), on=DAY(2020, 1, 1), by=None, reason="fees")
    with pytest.raises(ValidationError, match="nothing to leave"):
        apex_memberships.leave(membership=mine, on=DAY(2022, 1, 1), by=None)
    row = linkage(group, until=DAY(2020, 1, 1))
    linkages.renew(linkage=Linkage.objects.get(), until=DAY(2021, 1, 1), by=None)
    linkages.renew(linkage=row, until=DAY(2022, 1, 1), by=None)
    assert Linkage.objects.get().renewals == 2


def test_a_linkage_is_renewed_until_a_later_day() -> None:
    row = linkage(make("G"), until=DAY(2020, 1, 1), reference="C1")
    linkages.renew(linkage=row, until=DAY(2022, 1, 1), by=None, value=Decimal(5), currency="INR")
    row.refresh_from_db()
    assert (row.valid.upper, row.renewals, row.status, row.value, row.reference) == (
        DAY(2022, 1, 1),
        1,
        "renewed",
        5,
        "C1",
    )
    with pytest.raises(ValidationError, match="later day"):
        linkages.renew(linkage=row, until=DAY(2022, 1, 1), by=None)
    with pytest.raises(ValidationError) as error:
        linkages.renew(linkage=row, until=None, by=None, value=Decimal(5))
    assert "currency" in said(error)
    row.refresh_from_db()
    linkages.renew(linkage=row, until=None, by=None)
    with pytest.raises(ValidationError, match="nothing to renew"):
        linkages.renew(linkage=row, until=DAY(2030, 1, 1), by=None)
    linkages.end(linkage=row, on=DAY(2023, 1, 1), by=None, breached=True)
    with pytest.raises(ValidationError, match="has ended"):
        linkages.renew(linkage=row, until=DAY(2030, 1, 1), by=None)


def test_a_linkage_does_not_end_before_money_moved() -> None:
    row = linkage(make("G"))
    record: dict[str, Any] = dict(linkage=row, type="sale", by=None)
    linkages.record_transaction(date=DAY(2020, 1, 1), amount=Decimal(1), currency="INR", **record)
    with pytest.raises(ValidationError, match="comes later"):
        linkages.end(linkage=row, on=DAY(2019, 6, 1), by=None)
    for wrong, field in (
        (dict(amount=Decimal(-1), currency="INR", date=DAY(2020, 1, 1)), "amount"),
        (dict(amount=Decimal(1), currency="inr", date=DAY(2020, 1, 1)), "currency"),
        (dict(amount=Decimal(1), currency="INR", date=DAY(2018, 1, 1)), "date"),
        (dict(amount=Decimal(1), currency="INR", date=datetime.date.max, passed_on_to=make("H")), "passed_on_to"),
    ):
        with pytest.raises(ValidationError) as error:
            linkages.record_transaction(**record, **wrong)  # type: ignore[arg-type]
        assert field in said(error), wrong


def test_a_linkage_with_an_organization_that_is_no_more_is_refused() -> None:
    gone = make("H")
    registry.change_status(organization=gone, status=Status.DISBANDED, on=DAY(2018, 1, 1), by=None)
    with pytest.raises(ValidationError) as error:
        linkage(make("G"), partner_organization=gone)
    assert "partner_organization" in said(error)


# --- services, support, offices, programmes --------------------------------------------------------------------------
def test_a_service_is_added_once_and_ends() -> None:
    group = make("G")
    row = services.add(organization=group, kind="inputs", provider="own", since=DAY(2018, 1, 1), by=None)
    for wrong, field in (
        (dict(provider="own", since=DAY(2019, 1, 1)), "since"),
        (dict(provider="own", since=DAY(2014, 1, 1)), "since"),
        (dict(provider="partner", since=DAY(2019, 1, 1)), "partner"),
        (dict(provider="apex", since=DAY(2019, 1, 1), until=DAY(2018, 1, 1)), "until"),
    ):
        with pytest.raises(ValidationError) as error:
            services.add(organization=group, kind="inputs", by=None, **wrong)  # type: ignore[arg-type]
        assert field in said(error), wrong
    services.end(service=row, on=DAY(2020, 1, 1), by=None)
    services.add(organization=group, kind="inputs", provider="own", since=DAY(2020, 1, 1), by=None)
    with pytest.raises(ValidationError):
        services.end(service=row, on=DAY(2021, 1, 1), by=None)


def test_an_intervention_reaches_organizations_that_one_keeps_and_that_lived(heard: set[int]) -> None:
    officer = factories.person(RoleName.ME_OFFICER, programme="TNWDP")
    phase = Phase.objects.filter(programme__code="TNWDP").first()
    group, late = make("G"), make("L", formed=DAY(2021, 1, 1))
    common: dict[str, Any] = dict(phase=phase, purpose="bonding", method="training", since=DAY(2020, 1, 1), by=officer)
    heard.clear()
    made = interventions.record(organizations=[group, group], participants=5, women=5, **common)
    assert list(made.organizations.all()) == [group]
    assert heard == {group.pk}
    foreign = registry.register(
        code="F",
        name="F",
        kind="shg",
        place=Place.objects.get(code="ETH"),
        formed_on=DAY(2015, 1, 1),
        promoter="self",
        programme=Programme.objects.get(code="PCDP"),
        by=None,
    )
    for wrong, field in (
        (dict(organizations=[]), "organizations"),
        (dict(organizations=[group, late]), "organizations"),
        (dict(organizations=[foreign]), "organizations"),
        (dict(organizations=[group], women=3), "participants"),
        (dict(organizations=[group], participants=2, women=3), "women"),
        (dict(organizations=[group], cost=Decimal(3)), "currency"),
    ):
        with pytest.raises(ValidationError) as error:
            interventions.record(**common, **wrong)  # type: ignore[arg-type]
        assert field in said(error), wrong
    common["phase"] = Phase.objects.filter(programme__code="PCDP").first()
    with pytest.raises(PermissionDenied):
        interventions.record(organizations=[group], **common)


def test_an_office_needs_consent_for_a_new_person_and_knows_an_old_one() -> None:
    group = make("G")
    common: dict[str, Any] = dict(organization=group, person="P1", title="Chair", since=DAY(2020, 1, 1), by=None)
    with pytest.raises(ValidationError) as error:
        offices.add(consent_on=None, **common)
    assert "consent_on" in said(error)
    row = offices.add(consent_on=DAY(2020, 1, 1), sex="female", **common)
    with pytest.raises(ValidationError, match="already"):
        offices.add(consent_on=None, **common)
    offices.end(office=row, on=DAY(2021, 1, 1), by=None)
    offices.add(consent_on=None, **{**common, "since": DAY(2021, 1, 1)})
    assert Person.objects.get().consent_on == DAY(2020, 1, 1)
    abroad = Person.objects.create(code="P2", country=Place.objects.get(code="ETH"), consent_on=DAY(2020, 1, 1))
    with pytest.raises(ValidationError, match="somebody else"):
        offices.add(consent_on=DAY(2020, 1, 1), **{**common, "person": abroad.code})
    with pytest.raises(PermissionDenied):
        offices.end(office=row, on=DAY(2020, 6, 1), by=factories.person(RoleName.VIEWER, country="IND"))


def test_a_second_programme_sees_the_organization_from_then_on() -> None:
    group, manager = make("G"), factories.person(RoleName.COUNTRY_PROGRAMME_MANAGER, country="IND")
    other = Programme.objects.get(code="MRCP")
    reader = factories.person(RoleName.VIEWER, programme="MRCP")
    assert not Organization.objects.visible_to(reader).exists()
    row = enrolments.enrol(organization=group, programme=other, since=DAY(2020, 1, 1), by=manager)
    assert list(Organization.objects.visible_to(reader)) == [group]
    with pytest.raises(ValidationError) as error:
        enrolments.enrol(organization=group, programme=other, since=DAY(2021, 1, 1), by=manager)
    assert "since" in said(error)
    enrolments.end(enrolment=row, on=DAY(2022, 1, 1), by=manager)
    assert ProgrammeEnrolment.objects.get(pk=row.pk).valid.upper == DAY(2022, 1, 1)
    with pytest.raises(PermissionDenied):
        enrolments.enrol(
            organization=group,
            programme=other,
            since=DAY(2023, 1, 1),
            by=factories.person(RoleName.ME_OFFICER, programme="TNWDP"),
        )
