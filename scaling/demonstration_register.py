"""Synthetic organizations, federations, linkages and support of the demonstration programme: a few dozen rows, always
the same, made through the operations that everybody uses. Their returns: `demonstration_returns.py`."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from organizations import apex_memberships, bulk, interventions, linkages, registry, services
from organizations.apex_memberships import Joining
from organizations.models import Linkage, Organization, Status, Tier
from programmes import rates
from programmes.models import Partner, Phase, Place, Programme
from scaling import demonstration_returns

DAY = datetime.date
KINDS = ("shg", "shg", "shg", "cooperative", "water_users")
GROUPS = 24
#: Formed after the baseline: growth that comes with new organizations.
FORMED_LATER = {18: DAY(2021, 2, 1), 19: DAY(2021, 5, 1), 20: DAY(2021, 9, 1), 22: DAY(2023, 3, 1), 23: DAY(2023, 6, 1)}
SUPPORTED = frozenset(range(14))
INVENTED = "invented for demonstration"
CONTRACT, SUPPLY = "written_contract", "input_supply"


@transaction.atomic
def load(*, programme: Programme, officer: Any, manager: Any) -> int:
    """Make the register and its rounds; returns how many organizations there are. Does nothing when they are there."""
    found = Organization.objects.filter(enrolments__programme=programme)
    if found.exists():
        return found.count()
    places = list(Place.objects.filter(code__startswith="KEN-D").order_by("code"))
    groups = bulk.register_many(
        rows=[_group(number, places[number % len(places)]) for number in range(GROUPS)], programme=programme, by=None
    )
    *unions, federation = bulk.register_many(
        rows=[
            *(
                _apex(f"DEMO-U{number + 1}", f"Union {number + 1} (synthetic)", Tier.LOCAL_APEX, place)
                for number, place in enumerate(places)
            ),
            _apex("DEMO-F1", "Hill Federation (synthetic)", Tier.MESO_APEX, places[0]),
        ],
        programme=programme,
        by=None,
    )
    _memberships(groups, unions, federation)
    _linkages(federation, unions, groups)
    _support(programme, groups, unions)
    _services(groups, unions)
    for year, index in ((2018, 100), (2020, 110), (2022, 124), (2024, 139)):
        rates.put(book=rates.PRICES, currency="KES", date=DAY(year, 6, 30), index=Decimal(index), source=INVENTED)
    registry.change_status(
        organization=groups[8], status=Status.DISBANDED, on=DAY(2023, 2, 1), by=None, reason="no meetings for two years"
    )
    registry.change_status(organization=groups[9], status=Status.DORMANT, on=DAY(2023, 9, 1), by=None)
    story = demonstration_returns.Story(programme, groups, [*unions, federation], officer, manager, SUPPORTED)
    demonstration_returns.make(story)
    return found.count()


def _group(number: int, place: Place) -> dict[str, Any]:
    return {
        "code": f"DEMO-G{number + 1:02}",
        "name": f"Group {number + 1} (synthetic)",
        "kind": KINDS[number % len(KINDS)],
        "place": place,
        "formed_on": FORMED_LATER.get(number, DAY(2014 + number % 4, 1 + number % 12, 1)),
        "promoter": "self" if number % 3 == 0 else "project",
        "is_synthetic": True,
    }


def _apex(code: str, name: str, tier: str, place: Place) -> dict[str, Any]:
    return {
        "code": code,
        "name": name,
        "kind": "union" if tier == Tier.LOCAL_APEX else "federation",
        "tier": tier,
        "place": place,
        "formed_on": DAY(2018, 1, 1),
        "promoter": "apex",
        "members_are": "organizations",
        "is_synthetic": True,
    }


def _memberships(groups: list[Organization], unions: list[Organization], federation: Organization) -> None:
    """Most joined at once, some over the years; every sixth stays alone, one left and came back, one has two."""
    joined = {1: DAY(2020, 10, 1), 2: DAY(2021, 6, 1), 7: DAY(2022, 9, 1), 14: DAY(2021, 2, 1), 16: DAY(2023, 4, 1)}
    first = DAY(2018, 4, 1)
    rows = [
        Joining(group, unions[number % len(unions)], max(joined.get(number, first), FORMED_LATER.get(number, first)))
        for number, group in enumerate(groups)
        if number % 6 != 5
    ]
    rows += [Joining(union, federation, DAY(2020, 1, 1)) for union in unions[:3]]
    rows.append(Joining(groups[0], unions[1], DAY(2021, 1, 1)))
    apex_memberships.join_many(rows=rows, by=None)
    left = groups[4].apex_memberships.get()
    apex_memberships.leave(membership=left, on=DAY(2020, 1, 1), by=None, reason="fees")
    apex_memberships.join(member=groups[4], apex=left.apex, on=DAY(2022, 1, 1), by=None)


# --- linkages --------------------------------------------------------------------------------------------------------
def _partners(country: Place) -> dict[str, Partner]:
    found = {code: Partner.objects.get(code=f"DEMO-{code}") for code in ("BANK", "BUYER")}
    for code, name, kind in (
        ("MILL", "Maize mill (synthetic)", "processor"),
        ("INPUTS", "Seed and fertilizer dealer (synthetic)", "input_supplier"),
        ("INSURER", "Crop insurer (synthetic)", "insurer"),
    ):
        found[code], _new = Partner.objects.get_or_create(
            code=f"DEMO-{code}",
            defaults={
                "name": name,
                "category": "private_company",
                "sector": "private",
                "type": kind,
                "country": country,
                "is_synthetic": True,
            },
        )
    return found


def _linkages(federation: Organization, unions: list[Organization], groups: list[Organization]) -> None:
    partner = _partners(federation.country)
    terms: tuple[tuple[Organization, str, str, str, str, DAY, DAY | None, int | None, str], ...] = (
        (federation, "BANK", "finance_credit", CONTRACT, "direct", DAY(2020, 6, 1), None, 12_000_000, "network"),
        (unions[1], "BUYER", "offtake", CONTRACT, "facilitated", DAY(2021, 3, 1), None, 900_000, "itself"),
        (groups[3], "BUYER", "offtake", CONTRACT, "facilitated", DAY(2021, 3, 1), None, 120_000, "itself"),
        # Two that ran out and were renewed, one that was ended, one that was breached.
        (unions[0], "MILL", "offtake", CONTRACT, "direct", DAY(2019, 9, 1), DAY(2021, 9, 1), 700_000, "network"),
        (unions[2], "INPUTS", SUPPLY, "memorandum", "facilitated", DAY(2020, 2, 1), DAY(2022, 2, 1), 40_000, "network"),
        (groups[13], "BUYER", "offtake", CONTRACT, "facilitated", DAY(2020, 3, 1), DAY(2023, 3, 1), 90_000, "itself"),
        (groups[1], "MILL", "offtake", CONTRACT, "direct", DAY(2021, 1, 1), DAY(2024, 1, 1), 80_000, "itself"),
        (groups[0], "BANK", "finance_savings", "account", "independent", DAY(2018, 6, 1), None, None, "itself"),
        (groups[2], "BANK", "finance_savings", "account", "facilitated", DAY(2021, 6, 1), None, None, "itself"),
        # Credit for one whose books fall short: weak, and funded.
        (groups[12], "BANK", "finance_credit", CONTRACT, "direct", DAY(2022, 9, 1), None, 150_000, "itself"),
        (groups[4], "MILL", "offtake", "oral", "independent", DAY(2022, 8, 1), None, None, "itself"),
        (unions[1], "MILL", "offtake", CONTRACT, "independent", DAY(2023, 5, 1), None, 650_000, "network"),
        (federation, "INSURER", "insurance", CONTRACT, "independent", DAY(2023, 1, 1), None, 300_000, "network"),
        (unions[3], "INPUTS", SUPPLY, CONTRACT, "independent", DAY(2022, 11, 1), None, 260_000, "network"),
    )  # fmt: skip
    made = linkages.open_many(
        rows=[
            {
                "organization": organization,
                "partner": partner[name],
                "kind": kind,
                "form": form,
                "causality": causality,
                "since": since,
                "until": until,
                "covers": covers,
                **({"value": Decimal(value), "currency": "KES"} if value else {}),
            }
            for organization, name, kind, form, causality, since, until, value, covers in terms
        ],
        by=None,
    )
    credit, sold, _small, mill, inputs, ended, breached, *_others = made
    linkages.renew(linkage=mill, until=DAY(2026, 9, 1), by=None, value=Decimal(1_100_000), currency="KES")
    linkages.renew(linkage=inputs, until=DAY(2027, 2, 1), by=None)
    linkages.end(linkage=ended, on=DAY(2022, 12, 1), by=None)
    linkages.end(linkage=breached, on=DAY(2022, 5, 1), by=None, breached=True)
    _money(credit, [sold, mill, made[11]], unions)


def _money(credit: Linkage, sales: list[Linkage], unions: list[Organization]) -> None:
    for day, amount, to in (
        (DAY(2020, 7, 1), 4_000_000, None),
        (DAY(2020, 7, 15), 4_000_000, unions[0]),
        (DAY(2022, 3, 1), 5_500_000, None),
        (DAY(2024, 2, 1), 7_000_000, None),
    ):
        linkages.record_transaction(
            linkage=credit,
            date=day,
            type="loan_disbursed",
            amount=Decimal(amount),
            currency="KES",
            passed_on_to=to,
            by=None,
        )
    for number, linkage in enumerate(sales):
        for year in (2022, 2024):
            day = DAY(year, 2, 1 + number)
            if linkage.valid.lower <= day:
                linkages.record_transaction(
                    linkage=linkage,
                    date=day,
                    type="sale",
                    amount=Decimal(420_000 - 90_000 * number + 40_000 * (year - 2022)),
                    currency="KES",
                    by=None,
                )


# --- support ---------------------------------------------------------------------------------------------------------
def _support(programme: Programme, groups: list[Organization], unions: list[Organization]) -> None:
    """Bonding first, then bridging, then brokering; less of it towards the end."""
    phase = Phase.objects.get(programme=programme, sequence=2)
    old = [groups[number] for number in sorted(SUPPORTED)]
    new = [groups[number] for number in (18, 19, 20)]
    for purpose, method, topic, since, until, reached in (
        ("bonding", "coaching", "rules and records", DAY(2019, 3, 1), DAY(2019, 9, 1), old[:12]),
        ("bonding", "training", "savings and internal loans", DAY(2019, 10, 1), DAY(2020, 4, 1), old),
        ("bonding", "mentoring", "leadership of women", DAY(2020, 9, 1), DAY(2021, 3, 1), old[:8]),
        ("bonding", "training", "starting a group", DAY(2021, 10, 1), DAY(2022, 3, 1), new),
        ("bridging", "process_advice", "by-laws of a union", DAY(2019, 3, 1), DAY(2019, 9, 1), unions),
        ("bridging", "exchange_visit", "a working union", DAY(2020, 10, 1), DAY(2020, 11, 1), [*unions, *old[:6]]),
        ("bridging", "coaching", "services for members", DAY(2021, 4, 1), DAY(2022, 4, 1), unions),
        ("brokering", "mentoring", "talking with a bank", DAY(2019, 6, 1), DAY(2020, 6, 1), unions[:2]),
        ("brokering", "process_advice", "contracts", DAY(2020, 11, 1), DAY(2021, 6, 1), [*unions, old[1], old[3]]),
        ("brokering", "coaching", "price and quality", DAY(2022, 9, 1), DAY(2023, 6, 1), unions[1:]),
    ):  # fmt: skip
        interventions.record(
            phase=phase,
            organizations=reached,
            purpose=purpose,
            method=method,
            topic=topic,
            since=since,
            until=until,
            participants=6 * len(reached),
            women=4 * len(reached),
            by=None,
        )


def _services(groups: list[Organization], unions: list[Organization]) -> None:
    kinds = ("inputs", "output_markets", "finance", "information")
    for number, union in enumerate(unions):
        for kind in kinds[: 4 - number]:
            services.add(organization=union, kind=kind, provider="own", since=DAY(2019, 1, 1), by=None)
    for number, group in enumerate(groups[:18]):
        provider = "own" if group.kind == "shg" else "apex"
        kind = "finance" if group.kind == "shg" else kinds[number % 2]
        services.add(organization=group, kind=kind, provider=provider, since=DAY(2019 + number % 4, 2, 1), by=None)
