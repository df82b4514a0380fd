"""Results reported for a phase: report one, correct one beside what was reported.

Unlike units and bases are never added up: metrics refuse it (I-22).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from indicators.models import Indicator, IndicatorLevel, PhaseResult, PhaseResultCorrection
from indicators.signals import results_changed
from programmes.access import Permission, require
from programmes.financing import CORRECTIONS_BY_BASIS
from programmes.models import CorrectionKind, Phase, Programme


@transaction.atomic
def report(
    *,
    programme: Programme,
    phase: Phase | None,
    indicator: Indicator,
    value: Decimal | None,
    unit: str,
    basis: str,
    by: Any,
    **fields: Any,
) -> PhaseResult:
    """Report one figure of a phase (or of the programme as a whole, with phase None).

    `value` None needs `null_reason` in `fields`. Raises ValidationError by field: a computed indicator or one of
    organizations (I-20), a phase of another programme, a mix of unsplit totals and phases.
    """
    if by is not None:
        require(by, Permission.ROUNDS_MANAGE, programme=programme)
    if indicator.is_computed or indicator.level != IndicatorLevel.PHASE:
        raise ValidationError(
            {"indicator": _("%(code)s is not an indicator that is reported for a phase.") % {"code": indicator.code}}
        )
    if phase is not None:
        if phase.programme_id != programme.pk:
            raise ValidationError({"phase": _("This phase belongs to another programme.")})
        others = PhaseResult.objects.filter(programme=programme, indicator=indicator)
        if others.filter(phase__is_aggregate=not phase.is_aggregate).exists():
            raise ValidationError(
                {"phase": _("This figure stands either in the phases or in their unsplit total, not in both.")}
            )
    errors: dict[str, Any] = {}
    if value is None and not fields.get("null_reason"):
        errors["null_reason"] = _("Give a value, or the reason why there is none.")
    elif value is not None and fields.get("null_reason"):
        errors["null_reason"] = _("Give either a value or a reason for not having one.")
    if value is not None and value < 0:
        errors["value"] = _("A result cannot be negative.")
    subject = {name: fields.get(name) or blank for name, blank in (("subcategory", ""), ("place", None))}
    if PhaseResult.objects.filter(programme=programme, phase=phase, indicator=indicator, **subject).exists():
        errors["indicator"] = _("This is reported already; correct the reported value instead.")
    if errors:
        raise ValidationError(errors)
    result = PhaseResult(
        programme=programme, phase=phase, indicator=indicator, value=value, unit=unit, basis=basis, **fields
    )
    result.full_clean()
    result.save()
    _tell(result)
    return result


@transaction.atomic
def correct(
    *,
    result: PhaseResult,
    kind: str,
    reason: str,
    by: Any,
    value: Decimal | None = None,
    basis: str = "",
    source: str = "",
    url: str = "",
) -> PhaseResultCorrection:
    """Put a corrected value or basis beside the reported one, which stays; supersedes an earlier one of its kind.

    Raises ValidationError when nothing is corrected, the reason is empty, or a documented one has no source.
    """
    if by is not None:
        require(by, Permission.ROUNDS_MANAGE, programme=result.programme)
    errors: dict[str, Any] = {}
    if value is None and not basis:
        errors["value"] = _("Give the corrected value, the corrected basis, or both.")
    elif value is not None and value < 0:
        errors["value"] = _("A result cannot be negative.")
    if not reason.strip():
        errors["reason"] = _("Say why it is corrected.")
    if kind == CorrectionKind.DOCUMENTED and not source.strip():
        errors["source"] = _("A documented correction needs its source.")
    if errors:
        raise ValidationError(errors)
    result.corrections.filter(kind=kind, superseded_at__isnull=True).update(superseded_at=timezone.now())
    correction = PhaseResultCorrection(
        result=result, kind=kind, value=value, basis=basis, reason=reason, source=source, url=url, author=by
    )
    correction.full_clean()
    correction.save()
    _tell(result)
    return correction


def _tell(result: PhaseResult) -> None:
    results_changed.send(
        sender=PhaseResult,
        phase_ids={result.phase_id} if result.phase_id else set(),
        programme_ids={result.programme_id},
    )


def on_basis(result: PhaseResult, basis: str) -> tuple[Decimal | None, str, PhaseResultCorrection | None]:
    """Value and count basis of a result on a figure basis, and the correction that changed them (None: as reported).

    Expects `result.corrections` to be prefetched.
    """
    in_force = {c.kind: c for c in result.corrections.all() if c.superseded_at is None}
    for kind in CORRECTIONS_BY_BASIS[basis]:
        if kind in in_force:
            correction = in_force[kind]
            value = result.value if correction.value is None else correction.value
            return value, correction.basis or result.basis, correction
    return result.value, result.basis, None
