"""Synthetic targets, policy events, an election and ratings of spaces around the demonstration programme."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from indicators import targets
from indicators.models import Indicator, Target
from programmes import context
from programmes.models import Phase, Programme

DAY = datetime.date
INVENTED = "invented for demonstration"
SPOKE = "The federation spoke before the committee."
#: title, day, type, stage, direction, spaces, what the organizations did
EVENTS: tuple[tuple[str, DAY, str, str, str, str, str], ...] = (
    ("Cooperatives bill tabled", DAY(2018, 3, 1), "law", "proposed", "enabling", "institutional", SPOKE),
    ("Cooperatives Act", DAY(2019, 7, 1), "law", "applied", "enabling", "institutional political", SPOKE),
    ("Interest rates capped for banks", DAY(2020, 4, 1), "regulation", "applied", "mixed", "financial_fiscal", ""),
    ("Extension budget doubled", DAY(2021, 7, 1), "budget", "adopted", "enabling", "technical_innovation", ""),
    ("Grain export ban", DAY(2021, 10, 1), "decree", "repealed", "constraining", "financial_fiscal", ""),
    (
        "Women may hold land titles",
        DAY(2022, 11, 15),
        "court_decision",
        "applied",
        "enabling",
        "cultural political",
        "",
    ),
    ("Levy on warehouse receipts", DAY(2023, 6, 1), "regulation", "adopted", "constraining", "financial_fiscal", ""),
    ("Seats for farmers in county councils", DAY(2024, 2, 1), "policy", "agenda", "enabling", "political", SPOKE),
    ("Guarantee fund for cooperatives", DAY(2025, 5, 1), "programme", "adopted", "enabling", "financial_fiscal", SPOKE),
)
#: indicator, part, year (None: next year), value, who sets it; what an officer sets is a proposal.
TARGETS: tuple[tuple[str, str, int | None, int, str], ...] = (
    ("OP-06", "", 2022, 430, "manager"),
    ("OP-06", "", None, 640, "manager"),
    ("OP-06", "women", None, 420, "manager"),
    ("OP-06", "poorest", None, 240, "manager"),
    ("OP-01", "", 2023, 2_400, "manager"),
    ("OP-12", "persons", 2023, 300, "manager"),
    ("SU-20", "savings", None, 900_000, "manager"),
    ("coverage_districts", "", 2023, 12, "manager"),
    ("OP-08", "", None, 96, "officer"),
)
RATED_ON = (DAY(2018, 6, 30), DAY(2020, 6, 30), DAY(2022, 6, 30), DAY(2024, 6, 30))
#: A space that nobody rated on a day has None.
RATINGS: dict[str, tuple[int | None, ...]] = {
    "political": (2, 3, 4, 4),
    "institutional": (2, 3, 5, 5),
    "technical_innovation": (3, 3, 4, 4),
    "financial_fiscal": (4, 4, 3, 3),
    "cultural": (None, 2, 2, 3),
}


@transaction.atomic
def load(*, programme: Programme, officer: Any, manager: Any) -> None:
    """Make them through the operations of the pages; does nothing when they are there."""
    if Target.objects.filter(programme=programme).exists():
        return
    phase = Phase.objects.get(programme=programme, sequence=2)
    year = DAY.today().year
    for code, part, ends, value, by in TARGETS:
        targets.set_target(
            programme=programme,
            phase=phase,
            indicator=Indicator.objects.get(code=code),
            disaggregation=part,
            by_date=DAY(ends or year + 1, 12, 31),
            value=Decimal(value),
            note=INVENTED,
            by=manager if by == "manager" else officer,
        )
    country = programme.countries.get()
    for title, day, kind, stage, direction, spaces, role in EVENTS:
        context.record_policy_event(
            country=country,
            title=f"{title} (synthetic)",
            date=day,
            type=kind,
            stage=stage,
            direction=direction,
            spaces=spaces.split(),
            organizations_role=role,
            source=INVENTED,
            by=manager,
        )
    for level, kind, day in (
        ("national", "general", DAY(2017, 8, 8)),
        ("local", "county assemblies", DAY(2019, 11, 12)),
        ("national", "general", DAY(2022, 8, 9)),
        ("regional", "cooperative delegates", DAY(year, 12, 15)),
        ("local", "general", DAY(year + 1, 8, 9)),
    ):
        context.record_election(
            country=country, level=level, kind=f"{kind} (synthetic)", date=day, source=INVENTED, by=manager
        )
    for space, ratings in RATINGS.items():
        for day, rating in zip(RATED_ON, ratings, strict=True):
            if rating is not None:
                context.assess_space(
                    programme=programme, space=space, date=day, rating=rating, evidence=INVENTED, author="", by=manager
                )
