"""What pages about ratings share: dimensions and their words, several metrics of one row, returns drawn evenly.

Shares and means are read from the stored cells. Two pictures need the levels of single organizations: they are drawn
from at most MOST returns, spread evenly over the round, so that a page costs the same however many there are.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from indicators.models import OUTPUT_KINDS, Return, ScaleItem
from organizations.models import Organization
from scaling import formats
from scaling.dashboards.frame import Asked
from scaling.metrics import REGISTER_METRICS, Outcome, RegisterSubject
from scaling.observations import Dimensions
from scaling.register_answers import Row

#: What is rated, as the scale names it: the five dimensions of capacity, then attitudes, structure and functioning.
CAPACITY = ("governance", "management", "leadership", "capacity-building mechanism", "resilience")
ATTITUDES, STRUCTURE, SYSTEMS = "attitudes and mindset", "structure", "functioning of systems"
ALL = (*CAPACITY, ATTITUDES, STRUCTURE, SYSTEMS)
#: Rated items of the functioning of systems.
SIX = ("SYS-1", "SYS-2", "SYS-3", "SYS-4", "SYS-5", "SYS-6")
LEAST, HIGHEST = 1, 6
#: Returns that are read one by one at most.
MOST = 400


def names() -> dict[str, str]:
    return {
        "governance": _("Governance"),
        "management": _("Management"),
        "leadership": _("Leadership"),
        "capacity-building mechanism": _("Capacity mechanism"),
        "resilience": _("Resilience"),
        ATTITUDES: _("Attitudes"),
        STRUCTURE: _("Structure"),
        SYSTEMS: _("Systems"),
    }


def of(row: Row, metric: str, dimension: str) -> Outcome:
    """A metric of scores of the same organizations as `row`, without joining their cells again."""
    subject = RegisterSubject(cell=row.register, dimension=dimension, thresholds=row.thresholds)
    return REGISTER_METRICS[metric].compute(subject)


def interval(found: Outcome) -> str:
    """`0.2 … 1.1`, or nothing where the interval is not told."""
    if found.low is None or found.high is None or found.low.value is None or found.high.value is None:
        return ""
    return f"{formats.signed(found.low.value, 2)} … {formats.signed(found.high.value, 2)}"


# --- returns drawn evenly -------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Drawn:
    """One organization of the sample: scores by dimension now and at its opening, levels of items now.

    `days`: days of support up to the round, from the first to the last day of each intervention; `interventions`: how
    many there were. `then` is None without an opening return, or where that used another version of the scale.
    """

    now: dict[str, Decimal]
    then: dict[str, Decimal] | None
    levels: dict[str, int]
    days: int
    interventions: int

    def change(self, dimension: str) -> Decimal | None:
        """Points gained; None where it is not scored at both dates."""
        if self.then is None or dimension not in self.then or dimension not in self.now:
            return None
        return self.now[dimension] - self.then[dimension]


@dataclass(frozen=True)
class Sample:
    """`is_whole`: every approved return of the selection is in it."""

    drawn: list[Drawn]
    is_whole: bool

    def words(self) -> str:
        """What the sample is, for a subtitle or a note."""
        n = formats.number(len(self.drawn))
        if self.is_whole:
            return _("all %(n)s organizations that reported") % {"n": n}
        return _("%(n)s organizations, drawn evenly from all that reported") % {"n": n}


# `few` stops counting behind MOST; then organizations are met at even steps of their ids, each step an index look-up.
_DRAW = """
    WITH few AS (
        SELECT r.id FROM indicators_return r WHERE r.round_id = ANY(%(rounds)s) AND r.state = 'approved'
        LIMIT %(most)s + 1
    ), counted AS (SELECT count(*) <= %(most)s AS is_whole FROM few), steps AS (
        SELECT b.round_id, b.low + (b.high - b.low) * s.i / %(each)s AS at FROM (
            SELECT x.round_id,
                (SELECT min(r.organization_id) FROM indicators_return r WHERE r.round_id = x.round_id) AS low,
                (SELECT max(r.organization_id) FROM indicators_return r WHERE r.round_id = x.round_id) AS high
            FROM unnest(%(rounds)s::bigint[]) x(round_id)
        ) b CROSS JOIN generate_series(0, %(each)s - 1) s(i), counted WHERE NOT counted.is_whole
    ), drawn AS (
        SELECT f.id FROM few f, counted WHERE counted.is_whole
        UNION
        SELECT n.id FROM steps CROSS JOIN LATERAL (
            SELECT r.id FROM indicators_return r
            WHERE r.round_id = steps.round_id AND r.organization_id >= steps.at AND r.state = 'approved'
            ORDER BY r.organization_id LIMIT 1
        ) n
    )
    SELECT counted.is_whole, c.id, c.organization_id, c.values::text, cr.scale_version_id, b.values::text,
           b.scale_version_id, COALESCE(s.days, 0), COALESCE(s.n, 0)
    FROM counted LEFT JOIN drawn ON true LEFT JOIN indicators_return c ON c.id = drawn.id
    LEFT JOIN indicators_round cr ON cr.id = c.round_id
    LEFT JOIN LATERAL (
        SELECT r.values, o.scale_version_id FROM indicators_return r JOIN indicators_round o ON o.id = r.round_id
        WHERE r.organization_id = c.organization_id AND r.state = 'approved' AND o.programme_id = cr.programme_id
          AND o.status <> 'planned' AND o.kind <> ALL(%(outputs)s) AND o.reference_date < cr.reference_date
          AND (%(against)s::bigint IS NULL OR o.id = %(against)s::bigint)
        ORDER BY o.kind = 'baseline' DESC, o.reference_date, o.id LIMIT 1
    ) b ON true
    LEFT JOIN LATERAL (
        SELECT count(*) AS n,
               sum(LEAST(COALESCE(upper(i.valid), p.completion + 1, cr.reference_date + 1), cr.reference_date + 1)
                   - lower(i.valid)) AS days
        FROM organizations_interventionorganization x
        JOIN organizations_intervention i ON i.id = x.intervention_id
        JOIN programmes_phase p ON p.id = i.phase_id
        WHERE x.organization_id = c.organization_id AND p.programme_id = cr.programme_id
          AND lower(i.valid) <= cr.reference_date
    ) s ON true
    ORDER BY c.id
"""


def draw(asked: Asked) -> Sample:
    """At most MOST approved returns of the closing rounds with their openings and support: three queries.

    Who may be seen is decided twice: rounds are those of the sources, and the returns pass `visible_to` again. A kind,
    tier, place or federation narrows what was drawn, so that a small part of a large round has a small sample.
    """
    now = asked.now
    rounds = [source.closing.pk for source in now.sources if source.closing is not None]
    with connection.cursor() as cursor:
        cursor.execute(
            _DRAW,
            {
                "rounds": rounds,
                "most": MOST,
                "each": max(1, MOST // max(1, len(rounds))),
                "against": None if now.against is None else now.against.pk,
                "outputs": list(OUTPUT_KINDS),
            },
        )
        rows = cursor.fetchall()
    is_whole = bool(rows and rows[0][0])
    wanted = _narrowed(asked, {row[2] for row in rows if row[2] is not None})
    kept = set(
        Return.objects.visible_to(asked.user)
        .filter(pk__in=[row[1] for row in rows if row[1] is not None], organization__in=wanted)
        .values_list("pk", flat=True)
    )
    found = scales()
    return Sample([_drawn(row[3:], found) for row in rows if row[1] in kept], is_whole)


def _narrowed(asked: Asked, ids: set[int]) -> Any:
    """Those of the drawn organizations that the filters take."""
    selection = asked.selection
    chosen = {name: selection[name] for name in ("kind", "tier") if selection[name]}
    found: Any = Organization.objects.visible_to(asked.user).filter(pk__in=ids, **chosen)
    if selection.place is not None:
        found = found.within(selection.place.row)
    if selection.apex is not None:
        found = found.under(selection.apex, on=asked.now.sources[0].on)
    return found.values("pk")


def scales() -> Dimensions:
    """Which items make a dimension, by version of the scale. One query."""
    items: dict[int, dict[str, list[str]]] = {}
    rows = ScaleItem.objects.order_by("version", "position").values_list("version", "dimension", "indicator__code")
    for version, dimension, code in rows:
        items.setdefault(version, {}).setdefault(dimension, []).append(code)
    return Dimensions({version: {one: tuple(codes) for one, codes in of.items()} for version, of in items.items()})


def _drawn(row: tuple[Any, ...], scales: Dimensions) -> Drawn:
    now, scale, then, scale_then, days, interventions = row
    values: dict[str, Any] = json.loads(now, parse_float=Decimal)
    before = None
    if then is not None and scale_then == scale:
        before = scales.scores(json.loads(then, parse_float=Decimal), scale)
    levels = {code: int(values[code]) for code in SIX if code in values}
    return Drawn(scales.scores(values, scale), before, levels, int(days), int(interventions))


def mean(values: Iterable[Decimal]) -> Decimal | None:
    found = list(values)
    return sum(found, Decimal(0)) / len(found) if found else None
