"""Organizations that several of the selected programmes support: a country counts each once.

Stored cells are of one programme. Where programmes are put together, what such an organization adds is taken away from
all of them but one, with the same components: it is computed from the records of these organizations alone, which are
few, and kept until the rounds are computed again.
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
MOST_SHARED = 5_000
KEPT_FOR = 24 * 3600
#: Place, kind, tier and cohort of a leaf cell.
Leaf = tuple[str, str, str, str]


def can_be_taken_away(codes: Iterable[str]) -> bool:
    """Whether these organizations add nothing that hangs on others: no apex, whose span is that of its members, no
    family of merged or split organizations, no register of persons."""
    ids = list(Organization.objects.filter(code__in=list(codes)).values_list("pk", "tier"))
    pks = [pk for pk, _tier in ids]
    if len(pks) > MOST_SHARED or any(tier != "primary" for _pk, tier in ids):
        return False
    tied = Succession.objects.filter(Q(predecessor__in=pks) | Q(successor__in=pks)).exists()
    return not tied and not PersonMembership.objects.filter(organization__in=pks).exists()


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
        ids = Organization.objects.filter(code__in=codes).values_list("pk", flat=True)
        reading = readers.read(programme_id=source.programme.pk, on=source.on, closing=source.closing, only=ids)
        found = defaultdict(dict)
        for position, register in register_rollups.positions(reading).items():
            leaf = (position.place, position.kind, position.tier, position.cohort)
            found[leaf] = plus(found[leaf], flatten(register))
        found = dict(found)
        cache.set(key, found, KEPT_FOR)
    return found
