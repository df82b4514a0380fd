"""Financing as budgets and transactions; what has no day or is not the activity's own money stands beside them."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from programmes import currencies
from programmes.models import FinancingClass, FinancingLine, FinancingStage, Phase
from scaling.iati import codes
from scaling.iati.codes import BudgetStatus, BudgetType, TransactionType
from scaling.iati.elements import Element, add, narrative, own, plain, texts
from scaling.iati.models import ReportingOrganization
from scaling.indicator_lines import span

Day = datetime.date
BUDGETS = {
    FinancingStage.PLANNED_AT_DESIGN: (BudgetType.ORIGINAL, BudgetStatus.INDICATIVE),
    FinancingStage.AMENDED: (BudgetType.REVISED, BudgetStatus.COMMITTED),
}


@dataclass(frozen=True)
class Placed:
    """A line and where it goes: `why_not` says why the standard has no place for it."""

    line: FinancingLine
    day: Day | None
    why_not: str = ""


def placed(line: FinancingLine, phase: Phase) -> Placed:
    """The day of its value is that of the line; of plans and agreements without one, the approval of the phase."""
    start, end = span(phase)
    day = line.value_date
    if day is None and line.stage != FinancingStage.DISBURSED:
        day = phase.approval or start
    why_not = ""
    if line.amount is None:
        why_not = line.null_reason
    elif line.financing_class == FinancingClass.CROWD_IN:
        why_not = "crowd-in"
    elif line.currency not in currencies.CODES:
        why_not = "unknown-currency"
    elif day is None:
        why_not = "no-value-date"
    elif day > timezone.localdate():
        why_not = "value-date-in-future"
    elif line.stage in BUDGETS and (start is None or end is None):
        why_not = "no-period"
    return Placed(line, day, why_not)


def budgets(activity: Element, phase: Phase, lines: Iterable[Placed]) -> None:
    """One budget for each stage, currency and day of value: IATI has no financier of a budget, its parts say."""
    stacks: dict[tuple[str, str, Day | None], list[FinancingLine]] = defaultdict(list)
    for one in lines:
        if not one.why_not and one.line.stage in BUDGETS:
            stacks[one.line.stage, one.line.currency, one.day].append(one.line)
    start, end = span(phase)
    for (stage, currency, day), stack in sorted(stacks.items(), key=lambda item: str(item[0])):
        kind, status = BUDGETS[FinancingStage(stage)]
        budget = add(activity, "budget", type=kind.value, status=status.value)
        add(budget, "period-start", iso_date=start)
        add(budget, "period-end", iso_date=end)
        value = add(budget, "value", currency=currency, value_date=day)
        value.text = plain(sum(line.amount for line in stack if line.amount is not None) + 0)  # type: ignore[arg-type]
        for line in stack:
            _own(budget, line)


def transactions(activity: Element, lines: Iterable[Placed], reporter: ReportingOrganization) -> None:
    for one in lines:
        line = one.line
        if one.why_not or line.stage in BUDGETS:
            continue
        outgoing = line.partner_id == reporter.partner_id
        if line.stage == FinancingStage.DISBURSED:
            kind = TransactionType.DISBURSEMENT if outgoing else TransactionType.INCOMING
        else:
            kind = TransactionType.COMMITMENT if outgoing else TransactionType.INCOMING_COMMITMENT
        transaction = add(activity, "transaction", ref=f"{line.pk}")
        add(transaction, "transaction-type", code=kind.value)
        add(transaction, "transaction-date", iso_date=one.day)
        value = add(transaction, "value", currency=line.currency, value_date=one.day)
        value.text = plain(line.amount)  # type: ignore[arg-type]
        if said := _words(line):
            texts(transaction, "description", said)
        provider = add(
            transaction,
            "provider-org",
            ref=reporter.ref if outgoing else None,
            type=codes.organisation_type(line.partner),
        )
        narrative(provider, line.partner.name)
        if not outgoing:
            receiver = add(transaction, "receiver-org", ref=reporter.ref, type=reporter.type)
            narrative(receiver, reporter.name)
        if finance := codes.FINANCE.get(line.instrument):  # type: ignore[call-overload]
            add(transaction, "finance-type", code=finance)
        _own(transaction, line)


def elsewhere(activity: Element, lines: Iterable[Placed]) -> None:
    """What neither a budget nor a transaction can say, with the reason."""
    for one in lines:
        if one.why_not:
            _own(activity, one.line, one.why_not)


def default_finance(lines: Iterable[FinancingLine]) -> str | None:
    """The type of all money of the anchor, where there is only one."""
    found = {codes.FINANCE.get(line.instrument) for line in lines if line.financing_class == FinancingClass.ANCHOR}  # type: ignore[call-overload]
    return found.pop() if len(found) == 1 else None


def _words(line: FinancingLine) -> str:
    said = [_("In kind: %(how)s.") % {"how": line.valuation_method}] if line.is_in_kind else []
    said += [
        _("Corrected (%(kind)s) to %(amount)s: %(reason)s")
        % {"kind": one.get_kind_display(), "amount": f"{one.amount.normalize():f}", "reason": one.reason}
        for one in line.corrections.all()
        if one.superseded_at is None
    ]
    return " ".join(said)


def _own(parent: Element, line: FinancingLine, why_not: str = "") -> None:
    """The line as it is kept here, with its corrections beside what was printed."""
    told = own(
        parent,
        "financing",
        partner=line.partner.code,
        name=line.partner.name,
        class_=line.financing_class,
        stage=line.stage,
        instrument=line.instrument,
        amount=line.amount,
        currency=line.currency,
        value_date=line.value_date,
        as_printed=f"{line.as_printed} {line.unit_as_printed}".strip(),
        why_not_published=why_not,
    )
    for one in line.corrections.all():
        if one.superseded_at is None:
            own(told, "correction", kind=one.kind, amount=one.amount, reason=one.reason, source=one.source)
