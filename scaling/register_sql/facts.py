"""Approved returns of a programme as typed rows: one for each organization and view.

A view is what was seen on a date: the returns of its one round, or of several rounds that describe the same date, the
first of which counts for what both report. Dates of the closing round have a view of their own, in which that round
comes first and who did not answer it is left out.
"""

from __future__ import annotations

import copy
import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from scaling import observations
from scaling.metrics import stages
from scaling.metrics.cells import GROUPS
from scaling.readers import RoundRow

Day = datetime.date
#: Column of `s_return` → field of the catalogue.
WHOLE = {
    "members": observations.MEMBERS,
    "direct_members": "OP-06.direct",
    "leaders": observations.LEADERS,
    **{f"g_{group}": f"{observations.MEMBERS}.{group}" for group in GROUPS},
    **{f"l_{group}": f"{observations.LEADERS}.{group}" for group in GROUPS},
    "exited": "OP-07.left",
    "meetings": "OP-10.meetings",
    "eligible": "OP-10.eligible",
    "attending": "OP-10.attendances",
    "served": observations.SERVED,
    "served_poorest": f"{observations.SERVED}.poorest",
    "kept_terms": "OQ-07.on_time",
    "changed_offices": "OQ-07.changed",
}
NUMBERS = {
    **{f"m_{name}": key for name, key in observations.MONEY.items()},
    **{f"i_{number}": code for number, code in enumerate(stages.GATE_ITEMS)},
    "gov_2": "GOV-2",
}


@dataclass(frozen=True)
class View:
    """What was seen on a date. `rounds`: the one whose value counts first. `is_closing`: of that round only."""

    number: int
    date: Day
    rounds: tuple[RoundRow, ...]
    is_closing: bool = False


class Facts:
    """Builds `s_return` (org, view, scale, active, recalled, columns as above, s_0… for the dimensions).

    `rounds` as `readers.rounds_of` sorts them. `only`: a table of organizations (column id) that alone are read.
    """

    def __init__(self, rounds: Sequence[RoundRow], only: str | None = None) -> None:
        self.rounds = list(rounds)
        self.only = only
        self._views: dict[tuple[tuple[int, ...], bool], View] = {}
        with connection.cursor() as cursor:
            cursor.execute(
                """SELECT s.version_id, s.dimension, i.code FROM indicators_scaleitem s
                   JOIN indicators_indicator i ON i.id = s.indicator_id ORDER BY s.version_id, s.position"""
            )
            items: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
            for version, dimension, code in cursor.fetchall():
                items[version][dimension].append(code)
        self.items = items
        self.dimensions = sorted({name for found in items.values() for name in found})
        self._create()
        for one in self.rounds:
            self._view((one,))

    def until(self, day: Day) -> Facts:
        """The same rows, as if later rounds were not there."""
        found = copy.copy(self)
        found.rounds = [one for one in self.rounds if one.date <= day]
        return found

    # --- views -------------------------------------------------------------------------------------------------------
    def of_round(self, one: RoundRow) -> View:
        """What this round alone saw."""
        return self._view((one,))

    def on(self, day: Day) -> View | None:
        """What was seen on a day, by whatever round."""
        return self._view(tuple(one for one in self.rounds if one.date == day))

    def closing(self, closing: RoundRow, on: Day) -> View:
        """What counts as seen on `on`: the closing round first, then others of its date."""
        others = [one for one in self.rounds if one.date in (closing.date, on) and one.pk != closing.pk]
        found = self._view((closing, *others), is_closing=True)
        assert found is not None
        return found

    def _view(self, rounds: tuple[RoundRow, ...], is_closing: bool = False) -> View:
        if not rounds:
            return None  # type: ignore[return-value]
        is_closing = is_closing and len(rounds) > 1
        key = (tuple(one.pk for one in rounds), is_closing)
        if key not in self._views:
            view = View(len(self._views), rounds[0].date, rounds, is_closing)
            self._views[key] = view
            self._read(view)
        return self._views[key]

    # --- reading -----------------------------------------------------------------------------------------------------
    def _create(self) -> None:
        columns = [f"{name} bigint" for name in WHOLE] + [f"{name} numeric" for name in NUMBERS]
        columns += [f"s_{number} numeric" for number in range(len(self.dimensions))]
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS s_return")
            cursor.execute(
                f"""CREATE TEMP TABLE s_return (org bigint NOT NULL, view int NOT NULL, scale bigint NOT NULL,
                    active boolean NOT NULL, recalled boolean NOT NULL, {", ".join(columns)}) ON COMMIT DROP"""
            )

    def _read(self, view: View) -> None:
        names = [*WHOLE, *NUMBERS, *(f"s_{number}" for number in range(len(self.dimensions)))]
        with connection.cursor() as cursor:
            for scale in sorted({one.scale for one in view.rounds}):
                source, parameters = self._source(view, scale)
                cursor.execute(
                    f"""INSERT INTO s_return (org, view, scale, active, recalled, {", ".join(names)})
                        SELECT r.org, {view.number}, {scale},
                               EXISTS (SELECT 1 FROM organizations_organizationstatus s WHERE s.organization_id = r.org
                                       AND s.status = 'active' AND s.valid @> %s::date),
                               r.recalled, {", ".join(self._values(scale))}
                        FROM ({source}) r""",
                    [view.date, *parameters],
                )
            cursor.execute("ANALYZE s_return")

    def _source(self, view: View, scale: int) -> tuple[str, list[Any]]:
        """Organization, values and whether they were told afterwards, of those whose first round has this scale."""
        only = "" if self.only is None else f"AND r.organization_id IN (SELECT id FROM {self.only})"
        if len(view.rounds) == 1:
            return (
                f"""SELECT r.organization_id AS org, r.method = 'recall' AS recalled, r.values AS v
                    FROM indicators_return r WHERE r.round_id = %s AND r.state = 'approved' {only}""",
                [view.rounds[0].pk],
            )
        order = " ".join(f"WHEN {one.pk} THEN {place}" for place, one in enumerate(view.rounds))
        scales = " ".join(f"WHEN {place} THEN {one.scale}" for place, one in enumerate(view.rounds))
        answered = "AND min(r.place) = 0" if view.is_closing else ""
        return (
            f"""SELECT r.org, r.recalled, r.v FROM (
                    SELECT r.org, bool_or(r.recalled) AS recalled, min(r.place) AS first,
                           jsonb_object_agg(e.key, e.value ORDER BY r.place DESC) FILTER (WHERE e.key IS NOT NULL) AS v
                    FROM (SELECT r.organization_id AS org, r.method = 'recall' AS recalled, r.values AS v,
                                 CASE r.round_id {order} END AS place
                          FROM indicators_return r WHERE r.round_id = ANY(%s) AND r.state = 'approved' {only}) r
                    LEFT JOIN LATERAL jsonb_each(r.v) e ON true
                    GROUP BY r.org HAVING CASE min(r.place) {scales} END = {scale} {answered}
                ) r""",
            [[one.pk for one in view.rounds]],
        )

    def _values(self, scale: int) -> Iterable[str]:
        """SQL of every column from the values `r.v`."""
        yield from (_whole(key) for key in WHOLE.values())
        yield from (f"(r.v -> '{key}')::numeric" for key in NUMBERS.values())
        for dimension in self.dimensions:
            codes = self.items[scale].get(dimension, [])
            yield self._score(codes) if codes else "NULL::numeric"

    @staticmethod
    def _score(codes: Sequence[str]) -> str:
        """Mean of the scored items to one place, where at least two thirds are scored (3.3)."""
        levels = [f"(r.v -> '{code}')::numeric" for code in codes]
        scored = f"num_nonnulls({', '.join(levels)})"
        added = " + ".join(f"COALESCE({level}, 0)" for level in levels)
        return f"CASE WHEN {scored} > 0 AND 3 * {scored} >= {2 * len(codes)} THEN round(({added}) / {scored}, 1) END"


def _whole(key: str) -> str:
    """A whole number; yes and no count as 1 and 0."""
    value = f"(r.v -> '{key}')"
    return f"CASE {value} WHEN 'true' THEN 1 WHEN 'false' THEN 0 ELSE {value}::bigint END"


__all__ = ["NUMBERS", "WHOLE", "Facts", "View"]
