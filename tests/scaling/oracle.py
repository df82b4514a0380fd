"""The same records as `scaling/readers.py` gives, written a second time: object by object, with no thought of speed."""

from __future__ import annotations

import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from indicators.models import Return, Round, ScaleItem
from organizations.models import Linkage, Organization
from programmes.models import Programme
from scaling.metrics import stages
from scaling.metrics.cells import Register
from scaling.metrics.network import below
from scaling.metrics.observe import cells_by, edges_on
from scaling.metrics.records import AtStage, InApex, Observed, Record, Service, Status, WithPartner

Day = datetime.date


def _observed(row: Return, tier: str) -> Observed:
    values: dict[str, Any] = row.values
    members = values.get("OP-06")
    scores = {}
    for dimension in ScaleItem.objects.values_list("dimension", flat=True).distinct():
        codes = [item.indicator.code for item in ScaleItem.objects.filter(dimension=dimension)]
        levels = [Decimal(values[code]) for code in codes if code in values]
        if levels and len(levels) * 3 >= len(codes) * 2:
            scores[dimension] = (sum(levels) / len(levels)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    primary = tier == "primary"
    return Observed(
        members=members if primary else None,
        memberships=None if primary else members,
        groups={"women": values["OP-06.women"]} if primary and "OP-06.women" in values else {},
        scores=scores,
        scale=str(row.round.scale_version_id),
    )


def _record(one: Organization, round_: Round) -> Record:
    on = round_.reference_date
    returns = [
        row
        for row in Return.objects.filter(organization=one, round__programme=round_.programme, state="approved")
        if row.round.reference_date <= on
    ]
    returns.sort(key=lambda row: row.round.reference_date)
    decisions = []
    for row in returns:
        levels = {code: Decimal(row.values[code]) for code in ("ATT-1", "SYS-4") if code in row.values}
        decisions.append((row.round.reference_date, 0, stages.gate(_observed(row, one.tier).scores, levels)))
    decisions += [(check.on, 1, check.is_bonded) for check in one.bonding_checks.all() if check.on <= on]
    apexes = _apexes(one, on)
    own = [link for link in one.linkages.all() if link.valid.lower <= on and link.status != "negotiating"]
    links = [WithPartner(start=x.valid.lower, end=x.valid.upper, partner=f"p{x.partner_id}") for x in own]
    reached: list[AtStage] = stages.bonded([(day, met) for day, _o, met in sorted(decisions, key=lambda x: x[:2])], on)
    reached += stages.aggregated(apexes, on, set())
    reached += [
        AtStage(start=x.valid.lower, end=x.valid.upper, stage="linked", direct=True) for x in own if x.form != "oral"
    ]
    if one.tier == "primary":
        for apex, start, end in _ways(one, on):
            for x in Linkage.objects.filter(organization=apex, covers="network"):
                first = max(start, x.valid.lower)
                last = min((day for day in (end, x.valid.upper) if day is not None), default=None)
                if x.valid.lower <= on and (last is None or first < last):
                    links.append(WithPartner(start=first, end=last, partner=f"p{x.partner_id}", direct=False))
                    if x.form != "oral":
                        reached.append(AtStage(start=first, end=last, stage="linked"))
    seen = [day for row in returns for day in [row.round.reference_date]]
    seen += [s.verified_on for s in one.statuses.all() if s.valid.lower <= on and s.verified_on]
    return Record(
        code=one.code,
        kind=one.kind,
        tier=one.tier,
        place=one.place.code,
        formed_on=one.formed_on,
        statuses=tuple(
            Status(
                start=s.valid.lower,
                end=s.valid.upper if s.valid.upper is not None and s.valid.upper <= on else None,
                status=s.status,
            )
            for s in one.statuses.order_by("valid")
            if s.valid.lower <= on
        ),
        verified_on=max(seen, default=None),
        successors=tuple(sorted(x.successor.code for x in one.successions.filter(on__lte=on))),
        due=frozenset({on}) if round_.due.filter(organization=one, is_due=True).exists() else frozenset(),
        observed={row.round.reference_date: _observed(row, one.tier) for row in returns},
        apexes=tuple(apexes),
        stages=tuple(reached),
        linkages=tuple(links),
        services=tuple(
            Service(start=x.valid.lower, end=x.valid.upper, kind=x.kind, provider=x.provider)
            for x in one.services.all()
            if x.valid.lower <= on
        ),
    )


def _apexes(one: Organization, on: Day) -> list[InApex]:
    return [
        InApex(start=x.valid.lower, end=x.valid.upper, apex=x.apex.code, fee_paid_until=x.fee_paid_until)
        for x in one.apex_memberships.order_by("apex", "valid")
        if x.valid.lower <= on
    ]


def _ways(one: Organization, on: Day) -> set[tuple[Organization, Day, Day | None]]:
    found = set()
    for x in one.apex_memberships.filter(valid__startswith__lte=on):
        found.add((x.apex, x.valid.lower, x.valid.upper))
        for apex, start, end in _ways_within(x.apex, on, x.valid.lower, x.valid.upper):
            found.add((apex, start, end))
    return found


def _ways_within(one: Organization, on: Day, start: Day, end: Day | None) -> set[tuple[Organization, Day, Day | None]]:
    found = set()
    for x in one.apex_memberships.filter(valid__startswith__lte=on):
        first = max(start, x.valid.lower)
        last = min((day for day in (end, x.valid.upper) if day is not None), default=None)
        if last is None or first < last:
            found.add((x.apex, first, last))
            found |= _ways_within(x.apex, on, first, last)
    return found


def _opening(one: Organization, round_: Round, first: Day | None) -> Day | None:
    """The own baseline: of a baseline round, else the first approved return; else the first round of all."""
    rows = Return.objects.filter(
        organization=one,
        state="approved",
        round__programme=round_.programme,
        round__reference_date__lt=round_.reference_date,
    )
    dates = sorted((row.round.kind != "baseline", row.round.reference_date) for row in rows)
    return dates[0][1] if dates else first


def of_round(round_: Round) -> tuple[dict[tuple[str, str, str], Register], dict[str, Register]]:
    """Cells by place, kind and tier, and federations by apex, of a programme in which everybody is enrolled."""
    programme: Programme = round_.programme
    on = round_.reference_date
    people = Organization.objects.filter(enrolments__programme=programme, formed_on__lte=on)
    opened = Round.objects.filter(programme=programme, reference_date__lt=on).exclude(status="planned")
    first = min((x.reference_date for x in opened), default=None)
    previous = max((x.reference_date for x in opened), default=None)
    records = [_record(one, round_) for one in people]
    opens = {one.code: day for one in people if (day := _opening(one, round_, first)) is not None}
    cells = cells_by(records, lambda x: (x.place, x.kind, x.tier), on=on, opens=opens, previous=previous)
    edges = edges_on(records, on)
    federations = {}
    for apex in {apex for _member, apex in edges} | {x.code for x in records if x.tier != "primary"}:
        inside = below(apex, edges) | {apex}
        # The family of a merged organization counts where the organization that leads it stands.
        positions = cells_by(records, lambda x: x.code, on=on, opens=opens, previous=previous)
        total = Register()
        for code, register in positions.items():
            if code in inside:
                total += register
        federations[apex] = total
    return cells, federations
