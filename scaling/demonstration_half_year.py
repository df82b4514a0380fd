"""The half-year of the demonstration programme that is open for entry now, so that there is work to do."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from indicators import returns, review, rounds

if TYPE_CHECKING:
    from scaling.demonstration_returns import Story

DAY = datetime.date
ASKED_AGAIN = 12


def make(story: Story) -> None:
    """The half-year before today, open for entry: a third is in, one of them came back."""
    today = DAY.today()
    begins, ends = (
        (DAY(today.year, 1, 1), DAY(today.year, 6, 30))
        if today.month > 6
        else (DAY(today.year - 1, 7, 1), DAY(today.year - 1, 12, 31))
    )
    round_ = rounds.plan(
        programme=story.programme,
        kind="semi_annual",
        reference_date=ends,
        period_from=begins,
        window=(today - datetime.timedelta(days=20), today + datetime.timedelta(days=18)),
        code="demo-hills-outputs",
        by=story.manager,
    )
    round_ = rounds.open_round(round=round_, by=story.manager)
    for number, group in enumerate(story.groups):
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
            by=story.officer,
        )
        if number % 2 == 0:
            row = returns.submit(of=row, by=story.officer)
        if number == ASKED_AGAIN:
            review.send_back(of=row, by=story.manager, comment="Six meetings in every group? Please look again.")
