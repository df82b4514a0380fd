"""Organizations like one of them: of its kind and tier, in its place or its programme, in the last outcome round.

Medians, because a few large organizations pull a mean away from what is usual.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from statistics import median
from typing import Any

from django.db.models import BigIntegerField, F, Func, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from indicators.models import Return, ReturnState
from organizations.models import Organization
from scaling import observations
from scaling.dashboards import ratings
from scaling.readers import RoundRow

#: Where they are looked for; the first is the default and stands in no address.
WHERE = ("place", "programme")
#: Fewer than this are no comparison.
FEW = 3
#: Returns that are read; of more a part drawn by chance, the same at every look.
MOST = 400


@dataclass(frozen=True)
class Similar:
    """What is usual among them. `n`: those whose returns were read; `is_sample`: there are more."""

    where: str
    n: int = 0
    is_sample: bool = False
    members: Decimal | None = None
    counted: int = 0
    scores: Mapping[str, Decimal] = field(default_factory=dict)
    rated: Mapping[str, int] = field(default_factory=dict)


def labels() -> dict[str, str]:
    return {"place": _("in its place"), "programme": _("in its whole programme")}


def read(*, user: Any, organization: Organization, closing: RoundRow | None, where: str) -> Similar:
    """Approved returns of the closing round, without its own. Two queries, with many to draw from three."""
    if closing is None:
        return Similar(where)
    found: Any = Organization.objects.filter(kind=organization.kind, tier=organization.tier)
    if where == "place":
        found = found.within(organization.place)
    rows = (
        Return.objects.visible_to(user)
        .filter(round_id=closing.pk, state=ReturnState.APPROVED, organization__in=found)
        .exclude(organization=organization)
    )
    values = list(rows.values_list("values", flat=True)[: MOST + 1])
    is_sample = len(values) > MOST
    if is_sample:
        chance = Func(Cast(F("organization_id"), BigIntegerField()), Value(0), function="hashint8extended")
        values = list(rows.order_by(chance, "pk").values_list("values", flat=True)[:MOST])
    return _usual(where, values, is_sample, closing.scale)


def _usual(where: str, values: list[dict[str, Any]], is_sample: bool, scale: int) -> Similar:
    dimensions = ratings.scales()
    scores: dict[str, list[Decimal]] = {}
    for one in values:
        for name, score in dimensions.scores(one, scale).items():
            scores.setdefault(name, []).append(score)
    members = [Decimal(str(one[observations.MEMBERS])) for one in values if observations.MEMBERS in one]
    return Similar(
        where,
        len(values),
        is_sample,
        _median(members),
        len(members),
        {name: _middle(found) for name, found in scores.items() if len(found) >= FEW},
        {name: len(found) for name, found in scores.items()},
    )


def _median(found: list[Decimal]) -> Decimal | None:
    return _middle(found) if len(found) >= FEW else None


def _middle(found: Iterable[Decimal]) -> Decimal:
    return median(found)


__all__ = ["FEW", "WHERE", "Similar", "labels", "read"]
