"""Financing: record an amount, correct it beside what was reported, convert with a rate that has a source."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from programmes import rates
from programmes.access import Permission, require
from programmes.models import (
    CorrectionKind,
    ExchangeRate,
    FinancingClass,
    FinancingCorrection,
    FinancingLine,
    FinancingStage,
    Partner,
    PartnerCategory,
    Phase,
)
from programmes.signals import phases_changed
from programmes.vocabulary import FigureBasis

#: Corrections that hold on a basis, the strongest first. A hypothesis is never a default.
CORRECTIONS_BY_BASIS: dict[str, tuple[str, ...]] = {
    FigureBasis.PRINTED.value: (),
    FigureBasis.CORRECTED.value: (CorrectionKind.DOCUMENTED.value,),
    FigureBasis.HYPOTHESIS.value: (CorrectionKind.HYPOTHESIS.value, CorrectionKind.DOCUMENTED.value),
}


@transaction.atomic
def record_line(
    *,
    phase: Phase,
    partner: Partner,
    financing_class: str,
    amount: Decimal | None,
    currency: str,
    by: Any,
    stage: str = FinancingStage.PLANNED_AT_DESIGN,
    **fields: Any,
) -> FinancingLine:
    """Record one amount of one financier in a phase.

    `amount` is in units of `currency`; None needs `null_reason` in `fields`. `by` is the acting user, None for a
    command. Raises ValidationError by field: an anchor that is not IFAD's, replication in a programme of IFAD's own
    money, a phase whose programme already carries (or does not carry) unsplit totals, and what the database refuses.
    """
    if by is not None:
        require(by, Permission.REGISTRY_WRITE, programme=phase.programme)
    is_ifad = partner.category == PartnerCategory.IFAD
    if (financing_class == FinancingClass.ANCHOR) != is_ifad:
        raise ValidationError(
            {"financing_class": _("The anchor is IFAD's own money and only that; choose co-financing for the others.")}
        )
    if financing_class == FinancingClass.REPLICATION and phase.programme.is_ifad_financed:
        raise ValidationError(
            {"financing_class": _("Replication belongs to the programme of others that copies the model.")}
        )
    carriers = FinancingLine.objects.filter(phase__programme_id=phase.programme_id)
    if carriers.filter(phase__is_aggregate=not phase.is_aggregate).exists():
        raise ValidationError(
            {
                "phase": _(
                    "This programme has totals that are not split by phase; money stands either there or in phases."
                )
            }
        )
    line = FinancingLine(
        phase=phase,
        partner=partner,
        financing_class=financing_class,
        amount=amount,
        currency=currency,
        stage=stage,
        **fields,
    )
    line.full_clean()
    line.save()
    phases_changed.send(sender=FinancingLine, phase_ids={phase.pk})
    return line


@transaction.atomic
def correct_amount(
    *,
    line: FinancingLine,
    amount: Decimal,
    kind: str,
    reason: str,
    by: Any,
    source: str = "",
    url: str = "",
) -> FinancingCorrection:
    """Put a corrected amount beside the reported one, which stays. An earlier correction of the kind is superseded.

    Raises ValidationError when a documented correction has no source, or the reason is empty.
    """
    if by is not None:
        require(by, Permission.REGISTRY_WRITE, programme=line.phase.programme)
    line.corrections.filter(kind=kind, superseded_at__isnull=True).update(superseded_at=timezone.now())
    correction = FinancingCorrection(
        line=line, amount=amount, kind=kind, reason=reason, source=source, url=url, author=by
    )
    correction.full_clean()
    correction.save()
    phases_changed.send(sender=FinancingCorrection, phase_ids={line.phase_id})
    return correction


def record_rate(
    *, currency: str, date: datetime.date, usd_per_unit: Decimal, source: str, by: Any = None
) -> ExchangeRate:
    """The rate of a day (US dollars for one unit) from a file that a command loads; see `programmes.rates.put`."""
    row = rates.put(book=rates.RATES, by=by, currency=currency, date=date, usd_per_unit=usd_per_unit, source=source)
    assert isinstance(row, ExchangeRate)
    return row


class Rates:
    """US dollars for amounts, at the nearest earlier rate; read once for many lines.

    An average holds from the first day of its period on; on that day itself the rate of the day goes before it.
    """

    def __init__(self, wanted: set[str]) -> None:
        rows = ExchangeRate.objects.filter(currency__in=wanted - {"USD"}).order_by("currency", "date", "kind")
        self.rows: dict[str, list[tuple[datetime.date, Decimal]]] = {}
        for currency, date, rate in rows.values_list("currency", "date", "usd_per_unit"):
            self.rows.setdefault(currency, []).append((date, rate))

    def usd(self, amount: Decimal, currency: str, on: datetime.date | None) -> Decimal | None:
        """The amount in US dollars; None when there is no rate on or before the date (NO_RATE)."""
        if currency == "USD":
            return amount
        if on is None:
            return None
        known = [rate for date, rate in self.rows.get(currency, []) if date <= on]
        return amount * known[-1] if known else None


def amount_on(line: FinancingLine, basis: str) -> tuple[Decimal | None, FinancingCorrection | None]:
    """The amount of a line on a basis, and the correction that gave it (None: as reported).

    Expects `line.corrections` to be prefetched.
    """
    in_force = {c.kind: c for c in line.corrections.all() if c.superseded_at is None}
    for kind in CORRECTIONS_BY_BASIS[basis]:
        if kind in in_force:
            return in_force[kind].amount, in_force[kind]
    return line.amount, None
