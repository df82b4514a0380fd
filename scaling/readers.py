"""From the database to plain records of a programme's organizations as of a date, in a fixed number of queries.

Valid time: memberships, statuses, linkages and returns that describe a later date are not seen. Approved returns only.
An organization counts in a programme when it is enrolled there on the date; apexes above it that are not are read as
well, because depth and linkages go through them, and count nowhere.
"""

from __future__ import annotations

import datetime
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import connection

from indicators.models import OUTPUT_KINDS, RoundKind
from scaling import observations, thresholds
from scaling import readers_sql as sql
from scaling.metrics import stages
from scaling.metrics.records import (
    INTER_PROFESSIONAL,
    PRIMARY,
    InApex,
    Observed,
    Rates,
    Record,
    Service,
    Status,
)
from scaling.metrics.thresholds import DEFAULT, Thresholds

Day = datetime.date
FOUR_PLACES = Decimal("0.0001")
YEAR = datetime.timedelta(days=365)
#: A new agreement with the same partner this soon after the old one ended renews it.
RENEWED_WITHIN = datetime.timedelta(days=183)


@dataclass(frozen=True)
class RoundRow:
    """A round as it matters here. `rank`: whose value counts when several rounds describe one date."""

    pk: int
    code: str
    kind: str
    date: Day
    scale: int
    currency: str

    @property
    def is_outcome(self) -> bool:
        return self.kind not in OUTPUT_KINDS

    @property
    def rank(self) -> int:
        return 0 if self.is_outcome else 1 if self.kind == RoundKind.ANNUAL else 2


@dataclass(frozen=True)
class Reading:
    """Records of a programme on a date. `own`: codes of the organizations that count in it. `baselines`: the own
    baseline of each before the closing round. `starts`: what those without one are compared with. `outcomes`: dates of
    the outcome rounds before the closing one. `limits`: the thresholds in force on the date."""

    on: Day
    records: list[Record]
    ids: dict[str, int]
    own: frozenset[str]
    baselines: dict[str, Day]
    starts: Day | None
    rates: Rates = field(default_factory=Rates)
    outcomes: tuple[Day, ...] = ()
    limits: Thresholds = DEFAULT

    @property
    def previous(self) -> Day | None:
        """The date of the outcome round before the closing one."""
        return self.outcomes[-1] if self.outcomes else None

    def openings(self) -> dict[str, Day]:
        """Each organization's own baseline; without one, the date of the first outcome round, from which it is seen as
        new or late."""
        if self.starts is None:
            return dict(self.baselines)
        return {code: self.baselines.get(code, self.starts) for code in self.ids}


def rounds_of(programme_id: int, until: Day) -> list[RoundRow]:
    """Rounds that opened and describe a date up to `until`, by date, the ones whose values count first."""
    rows = _query(
        """SELECT id, code, kind, reference_date, scale_version_id, currency FROM indicators_round
           WHERE programme_id = %(programme)s AND reference_date <= %(until)s AND status <> 'planned'""",
        {"programme": programme_id, "until": until},
    )
    return in_order(RoundRow(*row) for row in rows)


def in_order(rounds: Iterable[RoundRow]) -> list[RoundRow]:
    """By date; of those that describe one date, the one whose values count first."""
    return sorted(rounds, key=lambda one: (one.date, one.rank, one.pk))


def read(*, programme_id: int, on: Day, closing: RoundRow | None, only: Iterable[int] | None = None) -> Reading:
    """Records of a programme as of a date; the returns of `closing` count as observed on it. `only`: of these
    organizations and of what is above them; who else is below an apex is then not known."""
    facts = _Facts(programme_id, on, closing, only)
    return facts.reading()


def _query(statement: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


class _Facts:
    """Everything read, by the id of an organization."""

    def __init__(self, programme_id: int, on: Day, closing: RoundRow | None, only: Iterable[int] | None = None) -> None:
        self.programme_id, self.on, self.closing = programme_id, on, closing
        self.organizations = _query(
            sql.ORGANIZATIONS,
            {"programme": programme_id, "on": on, "only": None if only is None else sorted(only)},
        )
        self.ids = [row[0] for row in self.organizations]
        self.code = {row[0]: row[1] for row in self.organizations}
        self.tier = {row[0]: row[4] for row in self.organizations}
        self.rounds = rounds_of(programme_id, on)
        self.dimensions = _dimensions()
        self._statuses()
        self._ties()
        self._support()
        self._returns()

    def _rows(self, statement: str, **more: Any) -> list[tuple[Any, ...]]:
        return _query(statement, {"ids": self.ids, "on": self.on, "programme": self.programme_id, **more})

    def _statuses(self) -> None:
        self.statuses: dict[int, list[Status]] = defaultdict(list)
        self.verified: dict[int, Day] = {}
        for pk, status, start, end, verified in self._rows(sql.STATUSES):
            self.statuses[pk].append(Status(start=start, end=end, status=status))
            if verified is not None:
                self.verified[pk] = max(verified, self.verified.get(pk, verified))
        self.successors: dict[int, list[str]] = defaultdict(list)
        for pk, code in self._rows(sql.SUCCESSIONS):
            self.successors[pk].append(code)
        self.checks: dict[int, list[tuple[Day, bool]]] = defaultdict(list)
        for pk, day, is_bonded in self._rows(sql.CHECKS):
            self.checks[pk].append((day, is_bonded))

    def _ties(self) -> None:
        self.apexes: dict[str, list[InApex]] = defaultdict(list)
        for member, apex, start, end, fee in self._rows(sql.APEXES):
            self.apexes[self.code[member]].append(
                InApex(start=start, end=end, apex=self.code.get(apex, f"#{apex}"), fee_paid_until=fee)
            )
        self.agreements: dict[str, list[stages.Agreement]] = defaultdict(list)
        for pk, partner, kind, start, end, form, status, covers, funds in self._rows(sql.LINKAGES):
            self.agreements[self.code[pk]].append(
                stages.Agreement(
                    start=start,
                    end=end,
                    partner=partner,
                    kind=kind,
                    is_agreed=form != "oral",
                    for_network=covers == "network",
                    funds=funds,
                    renewed=status == "renewed",
                )
            )
        self.services: dict[int, list[Service]] = defaultdict(list)
        for pk, kind, provider, start, end in self._rows(sql.SERVICES):
            self.services[pk].append(Service(start=start or Day.min, end=end, kind=kind, provider=provider))
        self.sales: dict[int, dict[str, Decimal]] = defaultdict(dict)
        sold: dict[int, dict[str, dict[str, Decimal]]] = defaultdict(lambda: defaultdict(dict))
        for pk, partner, currency, amount in self._rows(sql.SALES, since=self.on - YEAR):
            sold[pk][currency][partner] = amount
        for pk, by_currency in sold.items():
            if len(by_currency) == 1:  # amounts of several currencies do not add up
                (self.sales[pk],) = by_currency.values()

    def _support(self) -> None:
        self.support_ended: dict[int, Day | None] = dict(self._rows(sql.SUPPORT))
        completed = self._rows(sql.COMPLETION)
        self.completion = completed[0][0] if completed else None

    def _returns(self) -> None:
        by_pk = {one.pk: one for one in self.rounds}
        order = {one.pk: position for position, one in enumerate(self.rounds)}
        self.values: dict[int, dict[Day, dict[str, Any]]] = defaultdict(dict)
        self.round_at: dict[int, dict[Day, RoundRow]] = defaultdict(dict)
        self.recalled: set[tuple[int, Day]] = set()
        self.assessed: dict[int, list[tuple[Day, dict[str, Any], int]]] = defaultdict(list)
        self.baseline: dict[int, Day] = {}
        baseline_kind: dict[int, bool] = {}
        answered: set[int] = set()
        rows = self._rows(sql.RETURNS, rounds=list(by_pk))
        for pk, round_id, text, method in sorted(rows, key=lambda row: order[row[1]]):
            one, values = by_pk[round_id], json.loads(text, parse_float=Decimal)
            date = one.date
            if self.closing is not None and date == self.closing.date:
                if one.pk == self.closing.pk:
                    answered.add(pk)
                date = self.on  # what the closing round saw holds until the day that is asked for
            if one.is_outcome:
                self.assessed[pk].append((one.date, values, one.scale))
                is_baseline = one.kind == RoundKind.BASELINE
                if date != self.on and (pk not in self.baseline or (is_baseline and not baseline_kind[pk])):
                    self.baseline[pk], baseline_kind[pk] = date, is_baseline
            at = self.values[pk].setdefault(date, {})
            if date == self.on and self.closing is not None and one.pk == self.closing.pk:
                self.values[pk][date] = {**at, **values}
                self.round_at[pk][date] = one
            else:
                self.values[pk][date] = {**values, **at}
                self.round_at[pk].setdefault(date, one)
            if method == "recall":
                self.recalled.add((pk, date))
            self.verified[pk] = max(one.date, self.verified.get(pk, one.date))
        if self.closing is not None:  # who did not report in the closing round was not observed in it
            for pk in self.values.keys() - answered:
                self.values[pk].pop(self.on, None)
        self.currency_of = {one.date: one.currency for one in reversed(self.rounds) if one.currency}
        self.due = {pk for (pk,) in self._rows(sql.DUE, round=self.closing.pk)} if self.closing is not None else set()
        self.second = {pk: (second, persons) for pk, second, persons in self._rows(sql.SECOND)}
        self.samples: dict[Day, dict[tuple[str, str], Decimal]] = defaultdict(dict)
        for round_id, kind, place, asked, in_another in self._rows(sql.SAMPLES, rounds=list(by_pk)):
            date = by_pk[round_id].date
            share = (Decimal(in_another) / asked).quantize(FOUR_PLACES, ROUND_HALF_UP)
            closes = self.closing is not None and date == self.closing.date
            self.samples[self.on if closes else date].setdefault((kind, place), share)

    # --- putting together --------------------------------------------------------------------------------------------
    def reading(self) -> Reading:
        associations = {self.code[row[0]] for row in self.organizations if row[3] == INTER_PROFESSIONAL}
        for code, found in self.agreements.items():
            self.agreements[code] = _with_renewals(found)
        records = [self._record(row, associations) for row in self.organizations]
        outcomes = [one.date for one in self.rounds if one.is_outcome]
        before = self.closing.date if self.closing is not None else self.on
        return Reading(
            on=self.on,
            records=records,
            ids={row[1]: row[0] for row in self.organizations},
            own=frozenset(row[1] for row in self.organizations if row[6]),
            baselines={self.code[pk]: date for pk, date in self.baseline.items()},
            starts=min((date for date in outcomes if date < before), default=None),
            rates=_rates(self.currency_of, self.closing, self.on),
            outcomes=tuple(sorted({date for date in outcomes if date < before})),
            limits=thresholds.InForce([self.programme_id]).of_programme(self.programme_id, self.on),
        )

    def _record(self, row: tuple[Any, ...], associations: set[str]) -> Record:
        pk, code, place, kind, tier, formed_on, _own = row
        ways = stages.ways_up(code, self.apexes) if tier == PRIMARY else ()
        linkages, linked = stages.partners_of(self.agreements.get(code, ()), ways, self.agreements)
        support_ended = self.support_ended.get(pk, self.completion)
        values = self.values.get(pk, {})
        decisions = self._decisions(pk)
        return Record(
            code=code,
            kind=kind,
            formed_on=formed_on,
            place=place,
            tier=tier,
            statuses=tuple(self.statuses.get(pk, ())),
            verified_on=self.verified.get(pk),
            successors=tuple(self.successors.get(pk, ())),
            due=frozenset({self.on}) if pk in self.due else frozenset(),
            observed={date: self._observed(row, date, found) for date, found in values.items()},
            apexes=tuple(self.apexes.get(code, ())),
            stages=(
                *stages.bonded(decisions, self.on),
                *stages.aggregated(self.apexes.get(code, ()), self.on, associations),
                *linked,
            ),
            linkages=tuple(linkages),
            services=tuple(self.services.get(pk, ())),
            sales=self.sales.get(pk, {}),
            support_ended_on=support_ended if tier == PRIMARY else None,
            gate=tuple((day, decided) for day, decided in decisions if decided is not None),
            entrenched=observations.entrenched(values.get(self.on, {})),
        )

    def _decisions(self, pk: int) -> list[tuple[Day, bool | None]]:
        """What checklists and assessments say of the bonding gate, by date."""
        decisions: list[tuple[Day, int, bool | None]] = [(day, 1, met) for day, met in self.checks.get(pk, ())]
        for day, values, scale in self.assessed.get(pk, ()):
            items = {code: Decimal(str(values[code])) for code in stages.GATE_ITEMS if code in values}
            decisions.append((day, 0, stages.gate(self.dimensions.scores(values, scale), items)))
        ordered = sorted(decisions, key=lambda one: one[:2])  # a checklist of the day of an assessment knows it
        return [(day, decided) for day, _order, decided in ordered]

    def _observed(self, row: tuple[Any, ...], date: Day, values: dict[str, Any]) -> Observed:
        pk, _code, place, kind, tier = row[:5]
        one = self.round_at[pk][date]
        share, sampled = self._second_share(pk, kind, place, date, values)
        return observations.observed(
            values,
            tier=tier,
            scale=one.scale,
            dimensions=self.dimensions,
            currency=self.currency_of.get(one.date, ""),
            recalled=(pk, date) in self.recalled,
            second_share=share,
            sampled=sampled,
        )

    def _second_share(
        self, pk: int, kind: str, place: str, date: Day, values: dict[str, Any]
    ) -> tuple[Decimal | None, bool]:
        """Exact where every member is on the register of persons; else from the narrowest sample that fits."""
        second, persons = self.second.get(pk, (0, 0))
        if date == self.on and persons and persons >= values.get(observations.MEMBERS, persons + 1):
            return (Decimal(second) / persons).quantize(FOUR_PLACES, ROUND_HALF_UP), False
        samples = self.samples.get(date, {})
        for key in ((kind, place), (kind, ""), ("", place), ("", "")):
            if key in samples:
                return samples[key], True
        return None, False


def _with_renewals(found: Iterable[stages.Agreement]) -> list[stages.Agreement]:
    """An agreement is renewed when a new one of the kind with the same partner follows within half a year."""
    every = list(found)
    out = []
    for one in every:
        end = one.end
        follows = end is not None and any(
            other.partner == one.partner and other.kind == one.kind and end <= other.start <= end + RENEWED_WITHIN
            for other in every
        )
        out.append(one if one.renewed or not follows else stages.Agreement(**{**vars(one), "renewed": True}))
    return out


def _dimensions() -> observations.Dimensions:
    items: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for version, dimension, code in _query(sql.ITEMS, {}):
        items[version][dimension].append(code)
    return observations.Dimensions(
        {version: {name: tuple(codes) for name, codes in found.items()} for version, found in items.items()}
    )


def _rates(currency_of: Mapping[Day, str], closing: RoundRow | None, on: Day) -> Rates:
    """The rate and the price index on or last before each date of a round that has a currency."""
    wanted = sorted({(currency, date) for date, currency in currency_of.items()})
    if not wanted:
        return Rates()
    rows = _query(sql.RATES, {"currencies": sorted({currency for currency, _date in wanted}), "on": on})
    tables: dict[str, dict[str, list[tuple[Day, Decimal]]]] = {"rate": {}, "index": {}}
    for table, currency, date, value in rows:
        tables[table].setdefault(currency, []).append((date, value))
    found: dict[str, dict[tuple[str, Day], Decimal]] = {"rate": {}, "index": {}}
    for currency, date in wanted:
        for table in found:
            known = [value for day, value in tables[table].get(currency, ()) if day <= date]
            if known:
                closes = closing is not None and date == closing.date
                found[table][currency, on if closes else date] = known[-1]
    return Rates(per_dollar={key: 1 / value for key, value in found["rate"].items()}, deflator=found["index"])
