"""Synthetic organizations, federations, linkages and returns of the demonstration programme: a few dozen rows, always
the same, made through the operations that everybody uses."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from indicators import returns, review, rounds
from indicators.models import Round, ScaleVersion
from organizations import apex_memberships, linkages, registry
from organizations.models import Intervention, Organization, Status, Tier
from organizations.models.support import InterventionOrganization
from programmes.models import Partner, Phase, Place, Programme

DAY = datetime.date
KINDS = ("shg", "shg", "shg", "cooperative", "water_users")
GROUPS = 24


@transaction.atomic
def load(*, programme: Programme, officer: Any, manager: Any) -> int:
    """Make the register and two rounds; returns how many organizations there are. Does nothing when they are there."""
    found = Organization.objects.filter(enrolments__programme=programme)
    if found.exists():
        return found.count()
    places = list(Place.objects.filter(code__startswith="KEN-D").order_by("code"))
    groups = [_group(programme, number, places[number % len(places)]) for number in range(GROUPS)]
    unions = [
        _apex(programme, f"DEMO-U{number + 1}", f"Union {number + 1} (synthetic)", Tier.LOCAL_APEX, place)
        for number, place in enumerate(places)
    ]
    federation = _apex(programme, "DEMO-F1", "Hill Federation (synthetic)", Tier.MESO_APEX, places[0])
    for number, group in enumerate(groups):
        if number % 6 != 5:  # every sixth stays alone
            apex_memberships.join(member=group, apex=unions[number % len(unions)], on=DAY(2018, 4, 1), by=None)
    for union in unions[:3]:
        apex_memberships.join(member=union, apex=federation, on=DAY(2020, 1, 1), by=None)
    apex_memberships.join(member=groups[0], apex=unions[1], on=DAY(2021, 1, 1), by=None)  # a second parent
    left = groups[4].apex_memberships.get()
    apex_memberships.leave(membership=left, on=DAY(2020, 1, 1), by=None, reason="fees")
    apex_memberships.join(member=groups[4], apex=left.apex, on=DAY(2022, 1, 1), by=None)  # and came back
    _linkages(federation, unions, groups)
    _support(programme, groups, unions)
    _rounds(programme, groups, officer, manager)
    registry.change_status(
        organization=groups[8], status=Status.DISBANDED, on=DAY(2023, 2, 1), by=None, reason="no meetings for two years"
    )
    registry.change_status(organization=groups[9], status=Status.DORMANT, on=DAY(2023, 9, 1), by=None)
    return found.count()


def _group(programme: Programme, number: int, place: Place) -> Organization:
    return registry.register(
        code=f"DEMO-G{number + 1:02}",
        name=f"Group {number + 1} (synthetic)",
        kind=KINDS[number % len(KINDS)],
        place=place,
        formed_on=DAY(2014 + number % 4, 1 + number % 12, 1),
        promoter="self" if number % 3 == 0 else "project",
        programme=programme,
        is_synthetic=True,
        by=None,
    )


def _apex(programme: Programme, code: str, name: str, tier: str, place: Place) -> Organization:
    return registry.register(
        code=code,
        name=name,
        kind="union" if tier == Tier.LOCAL_APEX else "federation",
        tier=tier,
        place=place,
        formed_on=DAY(2018, 1, 1),
        promoter="apex",
        programme=programme,
        members_are="organizations",
        is_synthetic=True,
        by=None,
    )


def _linkages(federation: Organization, unions: list[Organization], groups: list[Organization]) -> None:
    bank, buyer = Partner.objects.get(code="DEMO-BANK"), Partner.objects.get(code="DEMO-BUYER")
    credit = linkages.open_linkage(
        organization=federation,
        partner=bank,
        kind="finance_credit",
        form="written_contract",
        causality="direct",
        since=DAY(2020, 6, 1),
        covers="network",
        value=Decimal(12_000_000),
        currency="KES",
        by=None,
    )
    for day, to in ((DAY(2020, 7, 1), None), (DAY(2020, 7, 15), unions[0])):
        linkages.record_transaction(
            linkage=credit,
            date=day,
            type="loan_disbursed",
            amount=Decimal(4_000_000),
            currency="KES",
            passed_on_to=to,
            by=None,
        )
    for organization in (unions[1], groups[3]):
        linkages.open_linkage(
            organization=organization,
            partner=buyer,
            kind="offtake",
            form="written_contract",
            causality="facilitated",
            since=DAY(2021, 3, 1),
            by=None,
        )


def _support(programme: Programme, groups: list[Organization], unions: list[Organization]) -> None:
    phase = Phase.objects.get(programme=programme, sequence=2)
    for purpose, method, reached in (
        ("bonding", "coaching", groups[:12]),
        ("bridging", "process_advice", unions),
        ("brokering", "mentoring", unions[:2]),
    ):
        intervention = Intervention.objects.create(
            phase=phase,
            purpose=purpose,
            method=method,
            valid=DateRange(DAY(2019, 3, 1), DAY(2019, 9, 1)),
            participants=30,
            women=18,
        )
        for organization in reached:
            InterventionOrganization.objects.create(intervention=intervention, organization=organization)


def _rounds(programme: Programme, groups: list[Organization], officer: Any, manager: Any) -> None:
    for later, year in enumerate((2020, 2022)):
        round_ = Round.objects.create(
            programme=programme,
            code=f"demo-hills-{year}",
            kind="biennial" if later else "baseline",
            reference_date=DAY(year, 6, 30),
            window=DateRange(DAY(year, 5, 1), DAY(year, 9, 1)),
            scale_version=ScaleVersion.objects.order_by("pk")[0],
        )
        round_ = rounds.open_round(round=round_, by=None)
        for number, group in enumerate(groups):
            if later and number % 11 == 10:
                continue  # not surveyed
            members = 15 + number % 9 + later * (number % 5)
            women = members if group.kind == "shg" else members * 2 // 5
            # Two things to see among the alerts: a group that the poorest leave, and one below the bonding gate.
            poorest = members // 6 if later and number == 3 else (members + 2 * later) // 3
            row = returns.save_values(
                organization=group,
                round=round_,
                values={
                    "OP-06": members,
                    "OP-06.women": women,
                    "OP-06.men": members - women,
                    "OP-06.youth": members // 4,
                    "OP-06.poorest": poorest,
                    "GOV-1": min(3, 2 + (number + later) % 3),
                    "SYS-4": 2 if number == 12 else 3,
                },
                by=officer,
            )
            row = returns.submit(of=row, by=officer)
            if number % 8 == 7 and later:
                review.send_back(of=row, by=manager, comment="Women and youth look swapped; please check.")
            elif number % 8 != 6 or not later:
                review.approve(of=row, by=manager)
        rounds.close(round=round_, by=None)
    rounds.lock(round=Round.objects.get(code="demo-hills-2020"), by=None)
    _half_year(programme, groups, officer, manager)


def _half_year(programme: Programme, groups: list[Organization], officer: Any, manager: Any) -> None:
    """The half-year before today, open for entry: a third is in, one of them came back."""
    today = DAY.today()
    begins, ends = (
        (DAY(today.year, 1, 1), DAY(today.year, 6, 30))
        if today.month > 6
        else (DAY(today.year - 1, 7, 1), DAY(today.year - 1, 12, 31))
    )
    round_ = rounds.plan(
        programme=programme,
        kind="semi_annual",
        reference_date=ends,
        period_from=begins,
        window=(today - datetime.timedelta(days=20), today + datetime.timedelta(days=18)),
        code="demo-hills-outputs",
        by=manager,
    )
    round_ = rounds.open_round(round=round_, by=manager)
    for number, group in enumerate(groups):
        if number % 3 or not round_.due.filter(organization=group, is_due=True).exists():
            continue
        members = 18 + number % 9
        women = members if group.kind == "shg" else members * 2 // 5
        row = returns.save_values(
            organization=group,
            round=round_,
            values={
                "OP-06": members,
                "OP-06.women": women,
                "OP-06.men": members - women,
                "OP-06.youth": members // 4,
                "OP-10.meetings": 6,
            },
            null_reasons={"OP-12.persons": "NOT_SURVEYED"},
            by=officer,
        )
        if number % 2 == 0:
            row = returns.submit(of=row, by=officer)
        if number == 12:
            review.send_back(of=row, by=manager, comment="Six meetings in every group? Please look again.")
