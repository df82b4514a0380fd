"""Agreements of large selections, as they were counted when the last round was computed.

Where there are more than can be counted while somebody waits, the page tells those of the round's date.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from scaling.dashboards.frame import Asked
from scaling.dashboards.questions.linkages.agreed import Agreed, Buyers, Group
from scaling.models import LinkageTotal
from scaling.register_questions import Source
from scaling.register_sql.linkage_totals import CLASSES


def read(asked: Asked) -> Agreed | None:
    """None where nothing is stored of the selection: several programmes (which may share organizations), a federation,
    a day that is none of a round, what was known at a moment, a round that is still to be computed."""
    source = _source(asked)
    if source is None or source.closing is None:
        return None
    selection = asked.selection
    chosen = {name: selection[name] for name in ("kind", "tier") if selection[name]}
    where: dict[str, Any] = {"place": None} if selection.place is None else {"place": selection.place.row}
    rows = LinkageTotal.objects.filter(round=source.closing.pk, **where, **chosen).order_by("kind", "tier", "partner")
    found = list(rows.values_list("kind", "tier", "partner", "facts"))
    return _together(source, found) if found else None


def _source(asked: Asked) -> Source | None:
    selection = asked.selection
    if selection.apex is not None or selection.known_at is not None or len(asked.now.sources) != 1:
        return None
    (source,) = asked.now.sources
    return source if source.closing is not None and source.closing.date == source.on else None


def _together(source: Source, rows: Iterable[tuple[str, str, str, Mapping[str, Any]]]) -> Agreed:
    begun: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    ended: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    partners: dict[str, set[str]] = defaultdict(set)
    now: list[Group] = []
    classes = [0] * (len(CLASSES) + 1)
    brokered = above = 0
    for kind, tier, who, facts in rows:
        for edge, counts in (("begun", begun), ("ended", ended)):
            for year, n in facts.get(edge, {}).items():
                counts[who][int(year)] += n
        for currency, (n, valued, value) in facts.get("held", {}).items():
            now.append(Group(tier, kind, who, currency, n, valued, Decimal(value)))
        brokered += facts.get("brokered", 0)
        if "partners" in facts:
            partners[who].update(facts["partners"])
        for place, n in enumerate(facts.get("buyers", ())):
            classes[place] += n
        above += facts.get("above", 0)
    return Agreed(
        on=source.on,
        begun={who: dict(years) for who, years in begun.items()},
        ended={who: dict(years) for who, years in ended.items()},
        now=now,
        partners={who: len(found) for who, found in partners.items()},
        brokered=brokered,
        buyers=Buyers(tuple(classes), above),
    )


__all__ = ["read"]
