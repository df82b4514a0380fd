"""A programme with one group, one open baseline round, an officer and a manager."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.models import User
from indicators import returns, review
from indicators.models import Return, Round, ScaleVersion
from organizations.models import Organization


@dataclass
class Scene:
    officer: User
    manager: User
    group: Organization
    round: Round

    def save(self, values: dict[str, Any], **more: Any) -> Return:
        found = Return.objects.filter(round=self.round, organization=self.group).first()
        return returns.save_values(
            organization=self.group,
            round=self.round,
            values=values,
            by=self.officer,
            version=found.version if found else None,
            **more,
        )

    def approved(self, values: dict[str, Any]) -> Return:
        return review.approve(of=returns.submit(of=self.save(values), by=self.officer), by=self.manager)


def later_round(scene: Scene, scale: ScaleVersion) -> Round:
    return Round.objects.create(
        programme=scene.round.programme,
        code="TNWDP-2022",
        kind="biennial",
        reference_date=datetime.date(2022, 6, 30),
        window=DateRange(datetime.date(2022, 5, 1), datetime.date(2022, 9, 1)),
        scale_version=scale,
    )
