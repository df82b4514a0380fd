"""Financing of a network's programme, exchange rates and prices."""

from __future__ import annotations

from decimal import Decimal

from django.core.exceptions import ValidationError

from programmes import financing, rates
from programmes.currencies import DOLLAR
from programmes.models import FinancingLine, Partner, PartnerCategory, Phase
from programmes.models.financing import FinancingClass
from scaling.metrics.crowd_in import new_credit
from scaling.network.register import Network, currency_of, round_dates

MILLION = Decimal(1_000_000)
STAGES = {"design": "agreed", "agreed": "agreed", "disbursed": "disbursed", "amended": "amended"}
TEN_PLACES = Decimal("1e-10")


def load_money(network: Network) -> None:
    _rates(network)
    _financing(network)


def _rates(network: Network) -> None:
    dates = round_dates(network)
    for line in network.folder.lines("credit", ("round",)):
        date = dates[line.one_of("round", dates)]
        source = f"{line.file}, line {line.at}"
        for column in ("per_dollar", "deflator"):
            if line.has(column) and line.number(column) <= 0:
                raise line.wrong(column, "a number above 0 is expected")
        currency = currency_of(network)
        if line.has("per_dollar") and currency != DOLLAR:
            rate = (1 / line.number("per_dollar")).quantize(TEN_PLACES)
            financing.record_rate(currency=currency, date=date, usd_per_unit=rate, source=source)
        if line.has("deflator"):
            index = line.number("deflator").quantize(TEN_PLACES)
            rates.put(book=rates.PRICES, currency=currency, date=date, index=index, source=source)
        if not line.has("org") and line.has("external_credit"):
            network.notes.append(f"{source} names no organization: its rates are loaded, its credit is not")


def _financing(network: Network) -> None:
    lines = network.folder.lines("finance", ("class", "stage", "category", "usd_million"))
    if not lines:
        return
    phase = Phase.objects.filter(programme=network.programme, is_aggregate=False).order_by("sequence").first()
    if phase is None:
        raise lines[0].wrong("class", f"{network.programme.code} has no phase that money could stand in")
    for line in lines:
        category = line.one_of("category", PartnerCategory.values)
        stage = STAGES[line.one_of("stage", STAGES)]
        rolled_over = line.number("rolled_over_usd_million") if line.has("rolled_over_usd_million") else Decimal(0)
        share = line.number("share_pct") / 100 if line.has("share_pct") else Decimal(1)
        financing_class = line.one_of("class", FinancingClass.values)
        partner, _new = Partner.objects.get_or_create(
            code=f"{network.programme.code}-{category}".upper()[:40],
            defaults={
                "name": f"{PartnerCategory(category).label} ({network.programme.code})",
                "category": category,
                "sector": "mixed",
                "type": "donor",
                "is_synthetic": network.programme.is_synthetic,
            },
        )
        held = FinancingLine.objects.filter(phase=phase, partner=partner, financing_class=financing_class, stage=stage)
        if held.exists():
            continue
        try:
            financing.record_line(
                phase=phase,
                partner=partner,
                financing_class=financing_class,
                stage=stage,
                amount=new_credit(line.number("usd_million"), rolled_over) * MILLION,
                currency="USD",
                attribution_share=share,
                source=f"{line.file}, line {line.at}",
                by=None,
            )
        except ValidationError as error:
            column, messages = next(iter(error.message_dict.items()))
            name = {"financing_class": "class", "amount": "usd_million", "attribution_share": "share_pct"}
            raise line.wrong(name.get(column, column), str(messages[0])) from None
        network.count("financing lines", 1)
