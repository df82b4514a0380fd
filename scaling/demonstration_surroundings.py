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


@transaction.atomic
def load(*, programme: Programme, officer: Any, manager: Any) -> None:
    """Make them through the operations of the pages; does nothing when they are there."""
    if Target.objects.filter(programme=programme).exists():
        return
    phase = Phase.objects.get(programme=programme, sequence=2)
    year = DAY.today().year
    for code, value, by in (
        ("OP-06", 520, manager),
        ("OP-01", 64_000, manager),
        ("OP-12", 3_000, manager),
        ("OP-08", 96, officer),
    ):
        targets.set_target(
            programme=programme,
            phase=phase,
            indicator=Indicator.objects.get(code=code),
            by_date=DAY(year + 1, 12, 31),
            value=Decimal(value),
            note=INVENTED,
            by=by,
        )
    country = programme.countries.get()
    context.record_policy_event(
        country=country,
        title="Cooperatives Act (synthetic)",
        date=DAY(2019, 7, 1),
        type="law",
        stage="applied",
        direction="enabling",
        spaces=["institutional", "political"],
        organizations_role="The federation spoke before the committee.",
        source=INVENTED,
        by=manager,
    )
    context.record_policy_event(
        country=country,
        title="Grain export ban (synthetic)",
        date=DAY(2021, 10, 1),
        type="decree",
        stage="repealed",
        direction="constraining",
        spaces=["financial_fiscal"],
        source=INVENTED,
        by=manager,
    )
    context.record_election(
        country=country,
        level="local",
        kind="general (synthetic)",
        date=DAY(year + 1, 8, 9),
        source=INVENTED,
        by=manager,
    )
    for space, ratings in (("political", (3, 4)), ("institutional", (3, 5)), ("financial_fiscal", (4, 3))):
        for day, rating in zip((DAY(2020, 6, 30), DAY(2022, 6, 30)), ratings, strict=True):
            context.assess_space(
                programme=programme, space=space, date=day, rating=rating, evidence=INVENTED, author="", by=manager
            )
