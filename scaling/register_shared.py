"""Organizations that several of the selected programmes support: a country counts each once.

Stored cells are of one programme. Where programmes are put together, what such an organization adds is taken away from
all of them but one, with the same components: what the records of its family say with it, less what they say without
it. They are few, and the difference is kept until the rounds are computed again.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.core.cache import cache
from django.db.models import Q

from organizations.models import Organization, PersonMembership, Succession
from scaling import readers, register_rollups
from scaling.metrics.stored import Flat, flatten, plus
from scaling.models import RoundLayout
from scaling.register_questions import Source

#: More of them than this are not read while somebody waits.
MOST_SHARED = 20_000
KEPT_FOR = 24 * 3600
#: Place, kind, tier and cohort of a leaf cell.
Leaf = tuple[str, str, str, str]


def can_be_taken_away(codes: Iterable[str]) -> bool:
    """Whether what these organizations add hangs on nobody outside their families of merged and split ones: no apex,
    whose span is that of its members, and no register of persons, who may be in others too."""
    ids = list(Organization.objects.filter(code__in=list(codes)).values_list("pk", "tier"))
    if len(ids) > MOST_SHARED or any(tier != "primary" for _pk, tier in ids):
        return False
    return not PersonMembership.objects.filter(organization__in=_family(pk for pk, _tier in ids)).exists()


def _family(ids: Iterable[int]) -> set[int]:
    """These organizations with all that they came from or went into, however many steps away."""
    found = set(ids)
    new = found
    while new:
        ties = Succession.objects.filter(Q(predecessor__in=new) | Q(successor__in=new))
        new = {pk for tie in ties.values_list("predecessor", "successor") for pk in tie} - found
        found |= new
    return found


def taken_away(
    sources: Sequence[Source], shared: Mapping[str, int], layouts: Mapping[int, RoundLayout]
) -> dict[int, dict[Leaf, Flat]]:
    """By programme, what the organizations add that count in another one. `shared`: code → programme that keeps it."""
    away: dict[int, dict[Leaf, Flat]] = {}
    for source in sources:
        codes = sorted(code for code, keeper in shared.items() if keeper != source.programme.pk)
        if codes and source.closing is not None:
            away[source.programme.pk] = _of_source(source, codes, layouts[source.closing.pk])
    return away


def _of_source(source: Source, codes: list[str], layout: RoundLayout) -> dict[Leaf, Flat]:
    assert source.closing is not None
    named = hashlib.sha256("\n".join(codes).encode()).hexdigest()
    key = f"shared:{source.closing.pk}:{layout.computed_at.timestamp()}:{named}"
    found: dict[Leaf, Flat] | None = cache.get(key)
    if found is None:
        ids = _family(Organization.objects.filter(code__in=codes).values_list("pk", flat=True))
        reading = readers.read(programme_id=source.programme.pk, on=source.on, closing=source.closing, only=ids)
        family = set(Organization.objects.filter(pk__in=ids).values_list("code", flat=True))
        found = defaultdict(dict)
        for counted, sign in ((family, 1), (family - set(codes), -1)):
            for position, register in register_rollups.positions(reading, only=counted).items():
                leaf = (position.place, position.kind, position.tier, position.cohort)
                found[leaf] = plus(found[leaf], flatten(register), sign)
        found = dict(found)
        cache.set(key, found, KEPT_FOR)
    return found
