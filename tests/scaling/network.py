"""The invented network of the domain study (section 4) as records: facts from `data/network/*.csv`."""

from __future__ import annotations

import csv
import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from scaling.metrics.crowd_in import attributed, new_credit
from scaling.metrics.records import (
    ACTIVE,
    DISBANDED,
    INTER_PROFESSIONAL,
    AtStage,
    InApex,
    Observed,
    Rates,
    Record,
    Service,
    Status,
    WithPartner,
    months_between,
)
from scaling.metrics.savings_credit import cycled
from scaling.metrics.subjects import Components, Money

FOLDER = Path(__file__).parent / "data" / "network"
ROUNDS = {year: datetime.date(int(year), 6, 30) for year in ("2018", "2020", "2022")}
THEN, BETWEEN, NOW = ROUNDS.values()
SUPPORT_ENDED, SEEN_LAST = datetime.date(2020, 12, 31), datetime.date(2022, 12, 31)
MILLION = Decimal(1_000_000)
#: 6 per cent of memberships are a second one of the same person: from a sample.
SECOND_SHARE = Decimal("0.06")


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((FOLDER / f"{name}.csv").read_text(encoding="utf-8").splitlines()))


def day(text: str) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None


def since(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def _observed() -> dict[str, dict[datetime.date, Observed]]:
    found: dict[str, dict[datetime.date, Observed]] = defaultdict(dict)
    for row in rows("observations"):
        found[row["org"]][ROUNDS[row["round"]]] = Observed(
            members=int(row["members"]),
            groups={group: int(row[group]) for group in ("women", "youth", "poorest")},
            leaders=int(row["leaders"]),
            leader_groups={group: int(row[f"{group}_leaders"]) for group in ("women", "poorest")},
            second_share=SECOND_SHARE,
            sampled=True,
        )
    for row in rows("governance_scores"):
        for year in ("2018", "2022"):
            if row[f"score_{year}"]:
                seen = found[row["org"]][ROUNDS[year]]
                found[row["org"]][ROUNDS[year]] = replace(seen, scores={"governance": Decimal(row[f"score_{year}"])})
    for row in rows("apex_reports"):
        found[row["org"]][ROUNDS[row["round"]]] = Observed(
            memberships=int(row["memberships"]), direct_members=int(row["direct_members"])
        )
    for row in rows("services"):
        if row["served"]:
            found[row["org"]][NOW] = replace(found[row["org"]][NOW], served=int(row["served"]))
    for row in rows("savings_groups"):
        found[row["org"]][NOW] = replace(found[row["org"]][NOW], **_savings(row))
    return found


def _savings(row: dict[str, str]) -> dict[str, object]:
    names = (
        "external_credit",
        "loans_outstanding",
        "late_loans",
        "loan_fund_cash",
        "property_start",
        "property_now",
        "debts",
    )
    money = {name: Decimal(row[name]) for name in names}
    money["savings"] = cycled(int(row["savers"]), Decimal(row["saved_each"]), int(row["times"]))
    return {
        "money": money,
        "currency": "LCU",
        "attending": int(row["attending"]),
        "registered": int(row["registered"]),
        "exits": {"": (int(row["left"]), int(row["start"]) + int(row["joined"]))},
    }


def records() -> list[Record]:
    """The twelve organizations. A round was due for who was active on its date and six months old."""
    observed, services = _observed(), {row["org"]: row for row in rows("services")}
    edges, sales = rows("apex_memberships"), rows("sales")
    stages = {row["org"]: row for row in rows("stages")}
    found = []
    for row in rows("organizations"):
        code, formed, ended = row["code"], since(row["formed_on"]), day(row["disbanded_on"])
        statuses = [Status(start=formed, end=ended, status=ACTIVE)]
        if ended:
            statuses.append(Status(start=ended, status=DISBANDED))
        counts = services.get(code, {})
        found.append(
            Record(
                code=code,
                kind=INTER_PROFESSIONAL if row["kind"] == "inter-professional association" else row["kind"],
                tier=row["tier"],
                formed_on=formed,
                statuses=tuple(statuses),
                verified_on=SEEN_LAST,
                due=frozenset(
                    date
                    for date in ROUNDS.values()
                    if row["tier"] == "primary"
                    and statuses[0].holds(date)
                    and formed <= date
                    and months_between(formed, date) >= 6
                ),
                observed=observed.get(code, {}),
                apexes=tuple(
                    InApex(start=since(edge["start"]), end=day(edge["end"]), apex=edge["apex"])
                    for edge in edges
                    if edge["member"] == code
                ),
                stages=_stages(stages[code]) if code in stages else (),
                linkages=tuple(
                    WithPartner(start=formed, partner=f"{code}-{number}")
                    for number in range(int(counts.get("partners", 0)))
                ),
                services=tuple(
                    Service(start=formed, kind=f"service {number}") for number in range(int(counts.get("services", 0)))
                ),
                sales={sale["buyer"]: Decimal(sale["value"]) for sale in sales if sale["org"] == code},
                support_ended_on=SUPPORT_ENDED if row["tier"] == "primary" else None,
            )
        )
    return found


def _stages(row: dict[str, str]) -> tuple[AtStage, ...]:
    return tuple(
        AtStage(
            start=since(row[f"{stage}_on"]),
            stage=stage,
            direct=stage == "linked" and row["linkage_route"] == "direct",
        )
        for stage in ("bonded", "aggregated", "linked")
        if row[f"{stage}_on"]
    )


def named(found: Iterable[Record], *codes: str) -> list[Record]:
    return [record for record in found if record.code in codes]


def credit() -> tuple[Record, Rates]:
    """Credit of one organization in two years, with rates of exchange and prices (4.11)."""
    lines = rows("credit")
    record = Record(
        code="X",
        kind="shg",
        formed_on=datetime.date(2010, 1, 1),
        statuses=(Status(start=datetime.date(2010, 1, 1), status=ACTIVE),),
        observed={
            ROUNDS[line["round"]]: Observed(
                money={"external_credit": Decimal(line["external_credit"])}, currency="LCU", members=0
            )
            for line in lines
        },
    )
    rates = Rates(
        per_dollar={("LCU", ROUNDS[line["round"]]): Decimal(line["per_dollar"]) for line in lines},
        deflator={("LCU", ROUNDS[line["round"]]): Decimal(line["deflator"]) for line in lines},
    )
    return record, rates


def finance() -> Components:
    """The financing of 4.11: what was rolled over is taken off, what is shared is attributed."""
    lines = []
    for row in rows("finance"):
        usd = new_credit(Decimal(row["usd_million"]), Decimal(row["rolled_over_usd_million"])) * MILLION
        share = attributed(usd, Decimal(row["share_pct"]))
        lines.append(Money(row["class"], row["stage"], row["category"], usd, attributed_usd=share))
    return Components(money=tuple(lines))
