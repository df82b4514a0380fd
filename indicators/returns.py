"""Enter and submit returns. Every way in (form, grid, workbook, API, command) calls these."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from indicators.models import Indicator, IndicatorLevel, Return, ReturnState, Round
from indicators.signals import returns_changed
from organizations.models import Organization
from programmes.access import Permission, require
from programmes.vocabulary import NullReason

#: Reasons that a person may give; the others are found by computing.
ENTERED_REASONS = (
    NullReason.NOT_REPORTED,
    NullReason.NOT_APPLICABLE,
    NullReason.NOT_SURVEYED,
    NullReason.REFUSED,
    NullReason.MISSING_BASELINE,
)


class Conflict(Exception):
    """Somebody else saved first: both versions, for the person to choose."""

    def __init__(self, theirs: Return, mine: Mapping[str, Any]) -> None:
        super().__init__("the return was changed meanwhile")
        self.theirs, self.mine = theirs, mine


def check_values(values: Mapping[str, Any], null_reasons: Mapping[str, str]) -> None:
    """The hard rules on a return's values, with a sentence for each key that breaks one.

    Raises ValidationError({key: sentence}): text in a number (I-21), a level outside 1..6 (I-16), a computed
    indicator (I-20), a subgroup above its total or sexes that do not add up (I-15), a value and a reason together.
    The database holds the same rules.
    """
    known = {
        indicator.code: indicator
        for indicator in Indicator.objects.filter(
            level=IndicatorLevel.ORGANIZATION, code__in={key.split(".")[0] for key in [*values, *null_reasons]}
        )
    }
    errors: dict[str, Any] = {}
    numbers: dict[str, Decimal] = {}
    for key in [*values, *null_reasons]:
        indicator = known.get(key.split(".")[0])
        if indicator is None:
            errors[key] = _("There is no indicator with this code.")
        elif indicator.is_computed:
            errors[key] = _("This indicator is computed; it is never entered.")
        elif key in values:
            problem = _number_problem(indicator, key, values[key])
            if problem:
                errors[key] = problem
            else:
                numbers[key] = Decimal(str(values[key]))
        if key in values and key in null_reasons:
            errors[key] = _("Give either a value or a reason for not having one.")
    for key, reason in null_reasons.items():
        if reason not in ENTERED_REASONS:
            errors[key] = _("One of these reasons is expected: %(known)s.") % {"known": ", ".join(ENTERED_REASONS)}
    for key, number in numbers.items():
        base = key.split(".")[0]
        if key != base and base in numbers and number > numbers[base]:
            errors[key] = _("This part (%(part)s) is more than the whole (%(whole)s).") % {
                "part": number,
                "whole": numbers[base],
            }
        women, men = numbers.get(f"{base}.women"), numbers.get(f"{base}.men")
        if base in numbers and women is not None and men is not None and women + men != numbers[base]:
            errors[f"{base}.women"] = _("Women (%(women)s) and men (%(men)s) do not add up to %(whole)s.") % {
                "women": women,
                "men": men,
                "whole": numbers[base],
            }
    if errors:
        raise ValidationError(errors)


def _number_problem(indicator: Indicator, key: str, value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return _("A number is expected.")
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return _("A number is expected.")
    if not number.is_finite():
        return _("A number is expected.")
    if indicator.is_rating and (key != indicator.code or number not in (1, 2, 3, 4, 5, 6)):
        return _("A whole level from 1 to 6 is expected.")
    if number < 0:
        return _("A number that is not negative is expected.")
    return None


def check_evidence(evidence: Mapping[str, str], values: Mapping[str, Any]) -> None:
    """Raises ValidationError by code for each level of 4 or more without evidence (I-17)."""
    rated = Indicator.objects.filter(code__in=values, is_rating=True).values_list("code", flat=True)
    missing = {
        code: _("Level 4 and above needs evidence: say what was seen.")
        for code in rated
        if values[code] >= 4 and not str(evidence.get(code, "")).strip()
    }
    if missing:
        raise ValidationError(missing)


@transaction.atomic
def save_values(
    *,
    organization: Organization,
    round: Round,
    values: Mapping[str, Any],
    by: Any,
    null_reasons: Mapping[str, str] | None = None,
    evidence: Mapping[str, str] | None = None,
    version: int | None = None,
    method: str = "assessment",
) -> Return:
    """Save a draft of an organization's values for a round; keys that are not named stay as they are.

    `version` is the one the person saw (None for a first save). Raises Conflict when somebody saved meanwhile,
    ValidationError by key, PermissionDenied outside the scope.
    """
    require(by, Permission.RETURNS_ENTER, programme=round.programme)
    if not round.takes_entries:
        raise ValidationError({"round": _("The round does not take entries now.")})
    if not round.due.filter(organization=organization, is_due=True).exists():
        raise ValidationError({"organization": _("%(name)s is not due in this round.") % {"name": organization.name}})
    found = Return.objects.select_for_update().filter(round=round, organization=organization).first()
    if found is not None and found.version != version:
        raise Conflict(found, values)
    if found is not None and found.state == ReturnState.APPROVED:
        raise ValidationError({"state": _("The return is approved; its values change only by a correction.")})
    row = found or Return(organization=organization, round=round, version=0)
    reasons = {key: reason for key, reason in {**row.null_reasons, **(null_reasons or {})}.items() if key not in values}
    numbers = {key: value for key, value in {**row.values, **values}.items() if key not in (null_reasons or {})}
    check_values(numbers, reasons)
    row.values, row.null_reasons = numbers, reasons
    row.evidence = {**row.evidence, **(evidence or {})}
    row.method, row.entered_by, row.entered_at, row.version = method, by, timezone.now(), row.version + 1
    row.entered_by_ids = sorted({*row.entered_by_ids, by.pk})
    row.state = ReturnState.DRAFT
    row.save()
    return row


@transaction.atomic
def submit(*, of: Return, by: Any) -> Return:
    """Hand a return in for review. Raises ValidationError by key: a level from 4 without evidence (I-17)."""
    row = Return.objects.select_for_update(of=("self",)).select_related("round").get(pk=of.pk)
    assert row.round is not None
    require(by, Permission.RETURNS_ENTER, programme=row.round.programme)
    if not row.round.takes_entries:
        raise ValidationError({"round": _("The round does not take entries now.")})
    if row.state not in (ReturnState.DRAFT, ReturnState.RETURNED):
        raise ValidationError({"state": _("Only a draft can be submitted.")})
    check_evidence(row.evidence, row.values)
    row.state, row.submitted_at, row.version = ReturnState.SUBMITTED, timezone.now(), row.version + 1
    row.save()
    return row


def tell(rows: Iterable[Return]) -> None:
    """Let the upper floor know, in the same transaction."""
    rows = list(rows)
    returns_changed.send(
        sender=Return,
        return_ids={row.pk for row in rows},
        round_ids={row.round_id for row in rows if row.round_id},
    )


def total_of_cells(of: Return, code: str) -> Decimal | None:
    """The sum of an indicator's cells; None when there are none or the set is marked incomplete (I-23)."""
    if code in of.incomplete:
        return None
    cells = [Decimal(str(value)) for key, value in of.values.items() if key.startswith(f"{code}.")]
    return sum(cells, Decimal(0)) if cells else None


def comparable(first: Return, second: Return) -> bool:
    """May ratings of two returns be compared? Only on one version of the scale (I-18)."""
    return (
        first.round is not None
        and second.round is not None
        and first.round.scale_version_id == second.round.scale_version_id
    )
