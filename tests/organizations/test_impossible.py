"""What must be impossible in the register (domain study 2.4), through the operation and straight in SQL."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from organizations import apex_memberships, linkages, registry
from organizations.models import ApexMembership, Linkage, Organization, Person, Status, Tier
from programmes.models import Partner, Phase, Place, Programme

pytestmark = pytest.mark.django_db

DAY = datetime.date


def make(
    code: str, *, tier: str = Tier.PRIMARY, kind: str = "shg", formed: DAY = DAY(2015, 1, 1), **fields: Any
) -> Organization:
    return registry.register(
        code=code,
        name=f"Organization {code}",
        kind=kind,
        tier=tier,
        place=Place.objects.get(code="IND-TN"),
        formed_on=formed,
        promoter="project",
        programme=Programme.objects.get(code="TNWDP"),
        by=None,
        **fields,
    )


def apex(code: str, tier: str = Tier.LOCAL_APEX, **fields: Any) -> Organization:
    return make(code, tier=tier, kind="federation", members_are="organizations", **fields)


@contextmanager
def refused(constraint: str) -> Iterator[None]:
    """The database refuses, now or when deferred checks are made, and names the constraint."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        yield
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert constraint in (caught.value.__cause__.diag.constraint_name or str(caught.value))  # type: ignore[union-attr]


def sql(text: str, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(text, parameters)


def sql_join(member: Organization, parent: Organization, span: str) -> None:
    sql(
        "INSERT INTO organizations_apexmembership (member_id, apex_id, valid, role, profession, exit_reason)"
        " VALUES (%s, %s, %s, 'full', '', '')",
        member.pk,
        parent.pk,
        span,
    )


def join(member: Organization, parent: Organization, since: DAY, until: DAY | None = None) -> ApexMembership:
    return apex_memberships.join(member=member, apex=parent, on=since, until=until, by=None).membership


# --- I-01 ------------------------------------------------------------------------------------------------------------
def test_i01_an_organization_is_never_its_own_apex() -> None:
    one = apex("A")
    with pytest.raises(ValidationError, match="own apex"):
        join(one, one, DAY(2020, 1, 1))
    with refused("apex_membership_no"):
        sql_join(one, one, "[2020-01-01,)")


def test_i01_a_circle_of_three_is_refused() -> None:
    a, b, c = apex("A"), apex("B"), apex("C")
    join(a, b, DAY(2018, 1, 1))
    join(b, c, DAY(2018, 1, 1))
    with pytest.raises(ValidationError, match="below"):
        join(c, a, DAY(2020, 1, 1))
    with refused("apex_membership_no_circle"):
        sql_join(c, a, "[2020-01-01,)")


def test_i01_a_circle_on_one_single_date_is_refused_and_one_on_no_date_is_not() -> None:
    a, b, c = apex("A"), apex("B"), apex("C")
    join(a, b, DAY(2018, 1, 1), DAY(2019, 1, 1))
    join(b, c, DAY(2018, 1, 1))
    join(c, a, DAY(2019, 1, 1))
    with refused("apex_membership_no_circle"):
        sql("UPDATE organizations_apexmembership SET valid = '[2018-01-01,2019-01-02)' WHERE member_id = %s", a.pk)


# --- I-02 ------------------------------------------------------------------------------------------------------------
def test_i02_overlapping_memberships_in_one_apex_are_refused_and_rejoining_on_the_leaving_day_is_not() -> None:
    group, union = make("G"), apex("U")
    first = join(group, union, DAY(2018, 1, 1))
    with pytest.raises(ValidationError):
        join(group, union, DAY(2019, 1, 1))
    with refused("apex_membership_no_overlap"):
        sql_join(group, union, "[2019-01-01,)")
    apex_memberships.leave(membership=first, on=DAY(2020, 1, 1), by=None)
    assert join(group, union, DAY(2020, 1, 1)).valid.lower == DAY(2020, 1, 1)


def test_i02_two_statuses_on_one_day_and_a_gap_between_statuses_are_refused() -> None:
    group = make("G")
    with refused("status_one_a_day"):
        sql(
            "INSERT INTO organizations_organizationstatus (organization_id, status, valid, reason, evidence)"
            " VALUES (%s, 'dormant', '[2020-01-01,2021-01-01)', '', '')",
            group.pk,
        )
    with refused("status_no_gap"):
        sql("UPDATE organizations_organizationstatus SET valid = '[2015-01-01,2020-01-01)'")
        sql(
            "INSERT INTO organizations_organizationstatus (organization_id, status, valid, reason, evidence)"
            " VALUES (%s, 'dormant', '[2020-02-01,)', '', '')",
            group.pk,
        )
    with pytest.raises(ValidationError, match="later day"):
        registry.change_status(organization=group, status=Status.DORMANT, on=DAY(2014, 1, 1), by=None)


def test_i02_an_organization_without_any_status_is_refused() -> None:
    group = make("G")
    with refused("status_no_gap"):
        sql("DELETE FROM organizations_organizationstatus WHERE organization_id = %s", group.pk)


# --- I-03 ------------------------------------------------------------------------------------------------------------
def test_i03_nothing_is_dated_before_the_formation_or_after_the_end() -> None:
    group, union, bank = make("G"), apex("U"), Partner.objects.get(code="NABARD")
    with pytest.raises(ValidationError, match="does not exist"):
        join(group, union, DAY(2014, 1, 1))
    with refused("apex_membership_inside_lives"):
        sql_join(group, union, "[2014-01-01,)")
    registry.change_status(organization=group, status=Status.DISBANDED, on=DAY(2020, 1, 1), by=None)
    with pytest.raises(ValidationError, match="does not exist"):
        join(group, union, DAY(2019, 1, 1))
    with refused("linkage_inside_life"):
        sql(
            "INSERT INTO organizations_linkage (organization_id, partner_id, kind, form, reference, valid, currency,"
            " volume_unit, renewals, status, covers, causality) VALUES (%s, %s, 'finance_credit', 'account', '',"
            " '[2021-01-01,)', '', '', 0, 'in_force', 'itself', 'direct')",
            group.pk,
            bank.pk,
        )
    with pytest.raises(ValidationError, match="does not exist"):
        linkages.open_linkage(
            organization=group,
            partner=bank,
            kind="finance_credit",
            form="account",
            causality="direct",
            since=DAY(2021, 1, 1),
            by=None,
        )


def test_i03_an_end_closes_open_ties_and_refuses_to_leave_one_open() -> None:
    group, union = make("G"), apex("U")
    membership = join(group, union, DAY(2018, 1, 1))
    with refused("ties_inside_life"):
        sql(
            "UPDATE organizations_organizationstatus SET valid = '[2015-01-01,2020-01-01)' WHERE organization_id = %s",
            group.pk,
        )
        sql(
            "INSERT INTO organizations_organizationstatus (organization_id, status, valid, reason, evidence)"
            " VALUES (%s, 'disbanded', '[2020-01-01,)', '', '')",
            group.pk,
        )
    registry.change_status(organization=group, status=Status.DISBANDED, on=DAY(2020, 1, 1), by=None)
    membership.refresh_from_db()
    assert membership.valid.upper == DAY(2020, 1, 1)


# --- I-04 to I-06 ----------------------------------------------------------------------------------------------------
def test_i04_no_person_is_a_member_of_an_inter_professional_association() -> None:
    association = make("I", tier=Tier.MESO_APEX, kind="inter_professional", members_are="organizations")
    person = Person.objects.create(code="P", country=Place.objects.get(code="IND"), consent_on=DAY(2020, 1, 1))
    with refused("person_membership_of_persons"):
        sql(
            "INSERT INTO organizations_personmembership (person_id, organization_id, valid, exit_reason)"
            " VALUES (%s, %s, '[2020-01-01,)', '')",
            person.pk,
            association.pk,
        )
    with pytest.raises(ValidationError):
        make("J", kind="inter_professional")
    with refused("organization_inter_professional_unites_organizations"):
        sql("UPDATE organizations_organization SET members_are = 'persons' WHERE id = %s", association.pk)


def test_i05_a_primary_organization_is_no_apex() -> None:
    group, other = make("G"), make("H")
    with pytest.raises(ValidationError, match="primary"):
        join(group, other, DAY(2018, 1, 1))
    with refused("apex_membership_apex_is_no_primary"):
        sql_join(group, other, "[2018-01-01,)")
    union = apex("U")
    join(group, union, DAY(2018, 1, 1))
    with refused("organization_change_fits_its_ties"):
        sql("UPDATE organizations_organization SET tier = 'primary' WHERE id = %s", union.pk)


def test_i06_an_apex_is_not_of_a_lower_tier_and_the_same_tier_only_warns() -> None:
    local, meso = apex("L"), apex("M", Tier.MESO_APEX)
    with pytest.raises(ValidationError, match="higher tier"):
        join(meso, local, DAY(2018, 1, 1))
    with refused("apex_membership_tiers_rise"):
        sql_join(meso, local, "[2018-01-01,)")
    joined = apex_memberships.join(member=local, apex=apex("K"), on=DAY(2018, 1, 1), by=None)
    assert [str(warning) for warning in joined.warnings] == ["Both are of the same tier."]


# --- I-07, I-08 ------------------------------------------------------------------------------------------------------
def test_i07_a_merger_needs_a_successor_that_lives() -> None:
    group, other = make("G"), make("H")
    with pytest.raises(ValidationError, match="successors"):
        registry.change_status(organization=group, status=Status.MERGED, on=DAY(2020, 1, 1), by=None)
    with refused("status_has_successor"):
        sql("UPDATE organizations_organizationstatus SET status = 'merged_into' WHERE organization_id = %s", group.pk)
    registry.change_status(organization=other, status=Status.DISBANDED, on=DAY(2019, 1, 1), by=None)
    with pytest.raises(ValidationError, match="does not exist"):
        registry.change_status(
            organization=group, status=Status.MERGED, on=DAY(2020, 1, 1), by=None, successors=(other,)
        )
    with refused("succession_fits_lives"):
        sql(
            'INSERT INTO organizations_succession (predecessor_id, successor_id, "on") VALUES (%s, %s, %s)',
            group.pk,
            other.pk,
            DAY(2020, 1, 1),
        )


def test_i07_a_merger_keeps_the_lineage() -> None:
    group, other = make("G"), make("H")
    registry.change_status(organization=group, status=Status.MERGED, on=DAY(2020, 1, 1), by=None, successors=(other,))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert [row.successor for row in group.successions.all()] == [other]


def test_i08_a_partner_above_or_below_in_the_network_is_no_linkage() -> None:
    group, union, top = make("G"), apex("U"), apex("T", Tier.MESO_APEX)
    join(group, union, DAY(2018, 1, 1))
    join(union, top, DAY(2018, 1, 1))
    for one, two in ((group, top), (top, group)):
        with pytest.raises(ValidationError, match="same network"):
            linkages.open_linkage(
                organization=one,
                partner_organization=two,
                kind="offtake",
                form="oral",
                causality="direct",
                since=DAY(2019, 1, 1),
                by=None,
            )
        with refused("linkage_outside_its_network"):
            sql(
                "INSERT INTO organizations_linkage (organization_id, partner_organization_id, kind, form, reference,"
                " valid, currency, volume_unit, renewals, status, covers, causality) VALUES (%s, %s, 'offtake', 'oral',"
                " '', '[2019-01-01,)', '', '', 0, 'in_force', 'itself', 'direct')",
                one.pk,
                two.pk,
            )


# --- I-09 (programmes), I-12, I-13 -----------------------------------------------------------------------------------
def test_i09_closing_before_effectiveness_and_a_repeated_sequence_are_refused() -> None:
    phase = Phase.objects.get(code="PCDP-II")
    phase.effectiveness, phase.closing = DAY(2015, 1, 1), DAY(2014, 1, 1)
    with pytest.raises(ValidationError):
        phase.full_clean()
    with refused("phase_closing_not_before_effectiveness"):
        sql("UPDATE programmes_phase SET effectiveness = '2015-01-01', closing = '2014-01-01' WHERE id = %s", phase.pk)
    with refused("phase_sequence_once"):
        sql("UPDATE programmes_phase SET sequence = 1 WHERE id = %s", phase.pk)


@pytest.fixture
def credit() -> tuple[Linkage, Organization]:
    group, union = make("G"), apex("U")
    join(group, union, DAY(2018, 1, 1))
    linkage = linkages.open_linkage(
        organization=union,
        partner=Partner.objects.get(code="NABARD"),
        kind="finance_credit",
        form="written_contract",
        causality="direct",
        since=DAY(2019, 1, 1),
        by=None,
    )
    return linkage, group


def test_i12_i13_what_is_passed_on_inside_the_network_or_rolled_over_is_not_counted_again(
    credit: tuple[Linkage, Organization],
) -> None:
    linkage, group = credit
    record = dict(linkage=linkage, date=DAY(2019, 6, 1), amount=Decimal(100), currency="INR", by=None)
    linkages.record_transaction(type="loan_disbursed", **record)  # type: ignore[arg-type]
    linkages.record_transaction(type="loan_disbursed", passed_on_to=group, **record)  # type: ignore[arg-type]
    linkages.record_transaction(type="savings_deposited", passed_on_to=group, **record)  # type: ignore[arg-type]
    linkages.record_transaction(type="roll_over", **record)  # type: ignore[arg-type]
    counted = list(linkage.transactions.order_by("pk").values_list("crosses_network_boundary", flat=True))
    assert counted == [True, False, False, False]
    with pytest.raises(Exception, match=r"generated column|crosses_network_boundary"), transaction.atomic():
        sql("UPDATE organizations_linkagetransaction SET crosses_network_boundary = true")
    with refused("transaction_passed_on_inside_network"):
        sql(
            "INSERT INTO organizations_linkagetransaction (linkage_id, date, type, amount, currency, passed_on_to_id)"
            " VALUES (%s, '2019-06-01', 'loan_disbursed', 1, 'INR', %s)",
            linkage.pk,
            make("X").pk,
        )


def test_i10_an_amount_without_currency_is_refused(credit: tuple[Linkage, Organization]) -> None:
    linkage, _group = credit
    linkage.value = Decimal(5)
    with pytest.raises(ValidationError):
        linkage.full_clean()
    with refused("linkage_amount_with_currency"):
        sql("UPDATE organizations_linkage SET value = 5 WHERE id = %s", linkage.pk)


def test_below_an_apex_each_organization_comes_once_whatever_the_paths() -> None:
    group, one, two, top = make("G"), apex("A"), apex("B"), apex("T", Tier.MESO_APEX)
    for member, parent in ((group, one), (group, two), (one, top), (two, top)):
        join(member, parent, DAY(2018, 1, 1))
    found = Organization.objects.all().under(top, on=DAY(2019, 1, 1))
    assert sorted(found.values_list("code", flat=True)) == ["A", "B", "G"]
    assert not Organization.objects.all().under(top, on=DAY(2017, 1, 1)).exists()
    assert ApexMembership.objects.filter(valid__contains=DateRange(DAY(2018, 5, 1), DAY(2018, 6, 1))).count() == 4
