"""The instrument of a round: which fields are asked, under which rules, and what they are compared with."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Prefetch
from django.utils.translation import gettext as _

from indicators.models import (
    Anchor,
    EntryField,
    IndicatorVersion,
    Return,
    ReturnState,
    Round,
    Rule,
    RuleKind,
    ScaleItem,
)
from indicators.models.catalogue import in_force
from indicators.rules import Field, RuleSpec, Sheet, as_json

#: Fewer peers than these make no fence.
ENOUGH_PEERS = 8
#: A fence stands so many interquartile ranges outside the quartiles (Tukey's "far out").
FAR_OUT = 3


@dataclass(frozen=True)
class Earlier:
    """A value of an earlier round that may be compared (I-18)."""

    date: datetime.date
    round: str
    value: Decimal


@dataclass(frozen=True)
class Instrument:
    """What a round asks, in the reader's language. `order` are the entry fields as columns."""

    round: Round
    order: list[EntryField]
    fields: dict[str, Field]
    rules: list[RuleSpec]
    versions: dict[str, IndicatorVersion]
    items: dict[str, ScaleItem] = field(default_factory=dict)

    @property
    def keys(self) -> list[str]:
        return [one.key for one in self.order]

    def heading(self, one: EntryField) -> tuple[str, str]:
        """Name of the indicator and of the part, for a column."""
        return self.name(one.indicator.code), one.text("label")

    def name(self, code: str) -> str:
        item = self.items.get(code)
        if item:
            return item.text("name")
        version = self.versions.get(code)
        return version.text("name") if version else code

    def book(self) -> dict[str, Any]:
        """Fields, rules and sentences for the page's script."""
        return as_json(self.fields, self.rules)


def asked_by_default(round_: Round) -> list[str]:
    """Codes of the indicators that the catalogue asks in rounds of this kind: defined on its date, not retired."""
    found = EntryField.objects.filter(
        collected_in__contains=[round_.collects], indicator__versions__valid__contains=round_.reference_date
    )
    codes = dict.fromkeys(found.order_by("position", "pk").values_list("indicator__code", flat=True))
    return list(codes)


def load(round_: Round) -> Instrument:
    """Four queries. A round that has not opened yet shows what the catalogue would ask today."""
    asked = round_.instrument or asked_by_default(round_)
    order = list(
        EntryField.objects.filter(indicator__code__in=asked, collected_in__contains=[round_.collects])
        .select_related("indicator")
        .prefetch_related("indicator__versions")
        .order_by("position", "pk")
    )
    versions = {}
    for one in order:
        version = in_force(one.indicator.versions.all(), round_.reference_date)
        if version:
            versions[one.indicator.code] = version
    items = {
        item.indicator.code: item
        for item in ScaleItem.objects.filter(version=round_.scale_version_id)
        .select_related("indicator")
        .prefetch_related(Prefetch("anchors", Anchor.objects.order_by("level")))
    }
    instrument = Instrument(round_, order, {}, [], versions, items)
    for one in order:
        instrument.fields[one.key] = Field(one.key, _label(instrument, one), one.value_type, one.minimum, one.maximum)
    instrument.rules.extend(_specs(instrument.fields))
    return instrument


def _label(instrument: Instrument, one: EntryField) -> str:
    name, part = instrument.heading(one)
    return _("%(name)s: %(part)s") % {"name": name, "part": part} if part else name


def _specs(fields: Mapping[str, Field]) -> Iterable[RuleSpec]:
    for rule in Rule.objects.filter(is_on=True).order_by("pk"):
        if all(key in fields for key in [*rule.left, *rule.right]):
            yield RuleSpec(
                rule.code,
                rule.kind,
                rule.severity,
                tuple(rule.left),
                rule.operator,
                tuple(rule.right),
                rule.limit,
            )


def earlier_values(instrument: Instrument, organizations: Iterable[int]) -> dict[int, dict[str, list[Earlier]]]:
    """Organization id → key → earlier approved values, the oldest first; only what may be compared (I-18)."""
    round_ = instrument.round
    rows = (
        Return.objects.filter(
            organization__in=list(organizations),
            state=ReturnState.APPROVED,
            round__programme=round_.programme_id,
            round__reference_date__lt=round_.reference_date,
        )
        .order_by("round__reference_date")
        .values_list("organization_id", "values", "round__reference_date", "round__code", "round__scale_version_id")
    )
    then: dict[tuple[str, datetime.date], bool] = {}

    def same_definition(code: str, day: datetime.date) -> bool:
        if (code, day) not in then:
            now = instrument.versions.get(code)
            then[code, day] = now is not None and in_force(now.indicator.versions.all(), day) == now
        return then[code, day]

    indicators = {one.key: one.indicator for one in instrument.order}
    found: dict[int, dict[str, list[Earlier]]] = {}
    for organization, values, day, code, scale in rows:
        for key, value in values.items():
            indicator = indicators.get(key)
            if indicator is None or (indicator.is_rating and scale != round_.scale_version_id):
                continue
            if same_definition(indicator.code, day):
                history = found.setdefault(organization, {}).setdefault(key, [])
                history.append(Earlier(day, code, Decimal(str(value))))
    return found


def fences(instrument: Instrument) -> dict[str, dict[str, tuple[Decimal, Decimal]]]:
    """Kind of organization → key → lowest and highest value that similar organizations make likely."""
    keys = {key for rule in instrument.rules if rule.kind == RuleKind.OUTLIER for key in rule.left}
    found: dict[str, dict[str, tuple[Decimal, Decimal]]] = {}
    with connection.cursor() as cursor:
        for key in sorted(keys):
            cursor.execute(
                """
                SELECT o.kind, count(*),
                       percentile_cont(0.25) WITHIN GROUP (ORDER BY (r.values ->> %(key)s)::numeric),
                       percentile_cont(0.75) WITHIN GROUP (ORDER BY (r.values ->> %(key)s)::numeric)
                FROM indicators_return r
                JOIN indicators_round d ON d.id = r.round_id
                JOIN organizations_organization o ON o.id = r.organization_id
                WHERE d.programme_id = %(programme)s AND r.state IN ('approved', 'submitted') AND r.values ? %(key)s
                GROUP BY o.kind
                """,
                {"key": key, "programme": instrument.round.programme_id},
            )
            for kind, peers, low, high in cursor.fetchall():
                if peers >= ENOUGH_PEERS:
                    reach = FAR_OUT * (high - low)
                    found.setdefault(kind, {})[key] = (
                        max(Decimal(0), Decimal(str(low - reach)).quantize(Decimal(1))),
                        Decimal(str(high + reach)).quantize(Decimal(1)),
                    )
    return found


def sheet_of(
    values: Mapping[str, Any],
    evidence: Mapping[str, str],
    earlier: Mapping[str, list[Earlier]],
    fence: Mapping[str, tuple[Decimal, Decimal]],
) -> Sheet:
    """A return's values as rules see them."""
    previous = {key: history[-1].value for key, history in earlier.items() if history}
    return Sheet({key: Decimal(str(value)) for key, value in values.items()}, previous, fence, evidence)
