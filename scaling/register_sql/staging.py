"""A programme on a day, one row for each organization in `s_org`: what `readers` and `metrics.observe` know of it.

stage(facts, programme_id=…, on=…, closing=…) → Stage, with tables
    s_org     id, pos (NULL where it counts nowhere) and what the sums of `columns.py` look at
    s_pos     where organizations stand alike: id, leaf, place_id, kind, tier, cohort, apexes, apex
    s_leaves  cells of one cohort: leaf, place_id, kind, tier, cohort
    s_member  membership of each family in the decomposition (4.1), by the organization that leads it
    s_edge    memberships in force: member, apex, is_edge (both exist), is_upward (not an association)
    s_apex    depth, span, is_cut of each apex in the graph
    s_view    dates that organizations are compared with, and their rates
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from scaling import readers, thresholds
from scaling.metrics import network, stages
from scaling.metrics.records import Rates
from scaling.metrics.thresholds import Thresholds
from scaling.readers import RoundRow
from scaling.register_sql import members, path_steps, steps
from scaling.register_sql.columns import Money
from scaling.register_sql.facts import Facts, View
from scaling.register_sql.tables import fetch, run, table

Day = datetime.date


@dataclass(frozen=True)
class Stage:
    """What was staged. `early`: views before the day, by date; `now`: the view that counts as seen on it. `previous`:
    the date of the outcome round before the closing one."""

    programme_id: int
    on: Day
    closing: RoundRow
    now: View
    early: tuple[View, ...]
    previous: Day | None
    money: Money
    limits: Thresholds
    dimensions: list[str]

    @property
    def early_numbers(self) -> list[int]:
        return [view.number for view in self.early]

    @property
    def parameters(self) -> dict[str, Any]:
        return {
            "programme": self.programme_id,
            "on": self.on,
            "round": self.closing.pk,
            "now": self.now.number,
            "previous": self.previous,
            "early": self.early_numbers,
            "verified_within": self.limits.verified_within_months,
            "concentration": self.limits.concentration,
        }


def stage(
    facts: Facts,
    *,
    programme_id: int,
    on: Day,
    closing: RoundRow,
    against: Day | None = None,
    graph: Mapping[int, tuple[int, bool]] | None = None,
) -> Stage:
    """Everybody against the own baseline, or all `against` one date. Where `facts.only` names a table, only these
    organizations count, and `graph` tells span and cut of the apexes among them, which hang on the others."""
    found = _stage(facts, programme_id, on, closing)
    parameters = found.parameters
    table("s_known", steps.KNOWN_OF_ONLY.format(only=facts.only) if facts.only else steps.KNOWN, parameters)
    table("s_status", steps.STATUS, parameters)
    table("s_edge", steps.EDGES, parameters)
    _apexes(graph)
    table("s_up", steps.PARENTS, parameters)
    outcomes = [one for one in facts.rounds if one.is_outcome]
    _baselines(facts, outcomes, on, closing, against)
    table("s_standing", steps.STANDING)
    table("s_leaves", steps.LEAVES_OF_CELLS)
    table("s_pos", steps.POSITIONS)
    table("s_at", steps.POSITION_OF)
    _views(facts, found)
    _gates(facts, outcomes, parameters)
    table("s_verified", steps.VERIFIED.format(views=_dated(facts)), parameters)
    table("s_link", path_steps.LINKS, parameters)
    table("s_own_link", path_steps.OWN_LINKS, {**parameters, "renewed_within": readers.RENEWED_WITHIN.days})
    table("s_aggregated", path_steps.AGGREGATED, {**parameters, "six_months": stages.SIX_MONTHS.days})
    _networks(parameters)
    table("s_support", steps.SUPPORT, parameters)
    table("s_survival", steps.with_months(steps.SURVIVAL).format(completion=_completion(parameters)), parameters)
    table("s_offered", steps.OFFERED, parameters)
    table("s_service", steps.SERVICES)
    table("s_sale", steps.SALES, {**parameters, "since": on - readers.YEAR})
    _second(facts, found)
    table("s_org", steps.ORGANIZATIONS, parameters)
    members.stage(parameters)
    return found


def _per_dollar(rates: Rates, currency: str, day: Day) -> Decimal | None:
    return Decimal(1) if currency == "USD" else rates.per_dollar.get((currency, day))


def date_views(facts: Facts, on: Day, closing: RoundRow) -> dict[Day, View]:
    """What was seen on each date before the day."""
    dates = sorted({one.date for one in facts.rounds if one.date <= on} - {closing.date, on})
    return {day: view for day in dates if (view := facts.on(day)) is not None}


def _stage(facts: Facts, programme_id: int, on: Day, closing: RoundRow) -> Stage:
    early = date_views(facts, on, closing)
    currencies = {one.date: one.currency for one in reversed(facts.rounds) if one.currency and one.date <= on}
    currency = currencies.get(closing.date, "")
    rates = readers._rates(currencies, closing, on)
    return Stage(
        programme_id=programme_id,
        on=on,
        closing=closing,
        now=facts.closing(closing, on),
        early=tuple(early.values()),
        previous=max((one.date for one in facts.rounds if one.is_outcome and one.date < closing.date), default=None),
        money=Money(currency, _per_dollar(rates, currency, on), rates.deflator.get((currency, on))),
        limits=thresholds.InForce([programme_id]).of_programme(programme_id, on),
        dimensions=facts.dimensions,
    )


# --- the graph -------------------------------------------------------------------------------------------------------
def _apexes(graph: Mapping[int, tuple[int, bool]] | None) -> None:
    """Depth, span and whether others hang on it, of each apex. Of a part of the graph, the last two are told.

    An organization with one apex and nothing below hangs on that apex alone: for cut vertices it is enough to know
    that there are some, so only the rest of the graph is looked at node by node.
    """
    core = fetch(steps.CORE_EDGES)
    edges = [(str(member), str(apex)) for member, apex, _is_apex in core]
    depths = network.depths([(str(member), str(apex)) for member, apex, is_apex in core if is_apex])
    spans = dict(fetch(steps.SPANS))
    rows: list[tuple[int, int, int, bool]] = []
    if graph is None:
        cut = network.cut_vertices(edges)
        leaves = dict(fetch(steps.LEAVES))
        near = network.neighbours(edges)
        cut |= {str(apex) for apex, n in leaves.items() if n + len(near.get(str(apex), ())) > 1}
        known = {*spans, *(member for member, _apex, is_apex in core if is_apex)}
        rows = [(apex, depths.get(str(apex), 0), spans.get(apex, 0), str(apex) in cut) for apex in known]
    else:
        known = {*spans, *graph}
        rows = [(apex, depths.get(str(apex), 0), *graph.get(apex, (0, False))) for apex in known]
    run("DROP TABLE IF EXISTS s_apex")
    run("CREATE TEMP TABLE s_apex (apex bigint, depth int, span int, is_cut boolean) ON COMMIT DROP")
    columns: Iterable[Any] = zip(*rows, strict=True) if rows else ([], [], [], [])
    names = ("apex", "depth", "span", "is_cut")
    run(
        """INSERT INTO s_apex SELECT * FROM
           unnest(%(apex)s::bigint[], %(depth)s::int[], %(span)s::int[], %(is_cut)s::boolean[])""",
        {name: list(column) for name, column in zip(names, columns, strict=True)},
    )
    run("ANALYZE s_apex")


def _networks(parameters: Mapping[str, Any]) -> None:
    """Partners of the network linkages of each apex and of all above it, on the day and in their time."""
    table("s_net_partner", path_steps.NETWORK_PARTNERS, parameters)
    run("DROP TABLE IF EXISTS s_net")
    run("CREATE TEMP TABLE s_net (apex bigint PRIMARY KEY, linked datemultirange NOT NULL) ON COMMIT DROP")
    run(path_steps.NETWORK_LINKED)
    while fetch(path_steps.NETWORK_BELOW, parameters)[0][0]:
        pass
    run("ANALYZE s_net")
    table("s_partners_above", path_steps.PARTNERS_ABOVE)
    table("s_linked_above", path_steps.LINKED_ABOVE, parameters)


# --- dates -----------------------------------------------------------------------------------------------------------
def _baselines(facts: Facts, outcomes: list[RoundRow], on: Day, closing: RoundRow, against: Day | None) -> None:
    """Own baseline: the first return of a baseline round, else of an outcome round. Opening: `against`, else the own
    baseline, else the date of the first outcome round."""
    usable = [one for one in outcomes if one.date <= on and one.date not in (closing.date, on)]
    ranked = sorted(usable, key=lambda one: one.kind != "baseline")
    values = ", ".join(
        f"({facts.of_round(one).number}, {place}, DATE '{one.date.isoformat()}')" for place, one in enumerate(ranked)
    )
    values = values or "(-1, 0, NULL::date)"
    starts = min((one.date for one in outcomes if one.date < closing.date), default=None)
    table(
        "s_base",
        f"""SELECT k.id, b.date AS baseline, COALESCE(%(against)s::date, b.date, %(starts)s::date) AS opening
            FROM s_known k LEFT JOIN (
                SELECT r.org, min(v.place) AS place FROM s_return r
                JOIN (VALUES {values}) v(view, place, date) ON v.view = r.view GROUP BY r.org
            ) f ON f.org = k.id LEFT JOIN (VALUES {values}) b(view, place, date) ON b.place = f.place""",
        {"against": against, "starts": starts},
    )


def _views(facts: Facts, found: Stage) -> None:
    """The dates that may be opened on: view, currency and rates."""
    early = date_views(facts, found.on, found.closing)
    currencies = {one.date: one.currency for one in reversed(facts.rounds) if one.currency}
    rates = readers._rates({day: currencies[day] for day in early if day in currencies}, None, found.on)
    run("DROP TABLE IF EXISTS s_view")
    run(
        """CREATE TEMP TABLE s_view (date date, view int, currency text, per_dollar numeric, deflator numeric)
           ON COMMIT DROP"""
    )
    for day, view in early.items():
        currency = currencies.get(day, "")
        run(
            "INSERT INTO s_view VALUES (%(date)s, %(view)s, %(currency)s, %(per_dollar)s, %(deflator)s)",
            {
                "date": day,
                "view": view.number,
                "currency": currency,
                "per_dollar": _per_dollar(rates, currency, day),
                "deflator": rates.deflator.get((currency, day)),
            },
        )
    run("ANALYZE s_view")


def _dated(facts: Facts) -> str:
    """(view, date) of each round alone, as SQL."""
    found = [f"({facts.of_round(one).number}, DATE '{one.date.isoformat()}')" for one in facts.rounds]
    return ", ".join(found) or "(-1, NULL::date)"


def _gates(facts: Facts, outcomes: list[RoundRow], parameters: Mapping[str, Any]) -> None:
    """Since when an organization is bonded, and whether it is: the last decision of a day is that of the day."""
    values = ", ".join(
        f"({facts.of_round(one).number}, {place}, DATE '{one.date.isoformat()}')" for place, one in enumerate(outcomes)
    )
    numbers = {name: number for number, name in enumerate(facts.dimensions)}
    parts = [(f"r.s_{numbers[name]}", least) for name, least in stages.GATE_DIMENSIONS.items() if name in numbers]
    missing = len(parts) < len(stages.GATE_DIMENSIONS)
    parts += [(f"r.i_{number}", least) for number, least in enumerate(stages.GATE_ITEMS.values())]
    failed = " OR ".join(f"COALESCE({name} < {least}, false)" for name, least in parts)
    unknown = " OR ".join([*(f"{name} IS NULL" for name, _least in parts), *(["true"] if missing else [])])
    table(
        "s_gate",
        path_steps.GATES.format(
            values=values or "(-1, 0, NULL::date)",
            met=f"CASE WHEN {failed} THEN false WHEN {unknown} THEN NULL ELSE true END",
        ),
        parameters,
    )


def _completion(parameters: Mapping[str, Any]) -> str:
    found = fetch(readers.sql.COMPLETION, parameters)
    return f"DATE '{found[0][0].isoformat()}'" if found and found[0][0] is not None else "NULL::date"


def _second(facts: Facts, found: Stage) -> None:
    """Share of memberships that are a second one: from the register of persons, else from the narrowest sample."""
    rounds = [one.pk for one in facts.rounds if one.date in (found.closing.date, found.on)]
    samples: dict[tuple[str, str], str] = {}
    rows = fetch(readers.sql.SAMPLES, {"rounds": rounds})
    for _round, kind, place, asked, in_another in rows:
        share = (Decimal(in_another) / asked).quantize(readers.FOUR_PLACES, ROUND_HALF_UP)
        samples.setdefault((kind, place), str(share))
    run("DROP TABLE IF EXISTS s_sample")
    run("CREATE TEMP TABLE s_sample (kind text, place text, share numeric) ON COMMIT DROP")
    run(
        "INSERT INTO s_sample SELECT * FROM unnest(%(kind)s::text[], %(place)s::text[], %(share)s::numeric[])",
        {
            "kind": [kind for kind, _place in samples],
            "place": [place for _kind, place in samples],
            "share": list(samples.values()),
        },
    )
    persons = steps.PERSONS_OF_ONLY.format(only=facts.only) if facts.only else steps.PERSONS
    table("s_person", persons, found.parameters)


__all__ = ["Stage", "date_views", "stage"]
