"""Targets: set one, revise it beside what it was, propose one and accept it.

Who manages rounds sets targets; who enters returns proposes them. A proposal counts once it is accepted.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from indicators.models import EntryField, Indicator, Target
from indicators.models.scales import HIGHEST, LOWEST
from indicators.models.targets import IDENTITY
from programmes.access import Permission, may, require
from programmes.models import Phase, Programme

#: Dates outside are slips of the hand.
FIRST_YEAR, LAST_YEAR = 1970, 2100

#: (indicator id, programme id, phase id, part, date)
Identity = tuple[int, int, int | None, str, datetime.date]


@dataclass
class Chain:
    """One target through time, the oldest first."""

    history: list[Target] = field(default_factory=list)

    @property
    def tip(self) -> Target:
        return self.history[-1]

    @property
    def in_force(self) -> Target | None:
        return next((one for one in reversed(self.history) if not one.is_proposal), None)

    @property
    def pending(self) -> Target | None:
        """A proposal that waits to be accepted."""
        return self.tip if self.tip.is_proposal else None


def chains(rows: Iterable[Target]) -> dict[Identity, Chain]:
    """Targets by what they are of. A revision always has a higher number than what it revises."""
    found: dict[Identity, Chain] = {}
    for row in sorted(rows, key=lambda one: one.pk):
        found.setdefault(identity(row), Chain()).history.append(row)
    return found


def identity(row: Target) -> Identity:
    return tuple(getattr(row, name) for name in IDENTITY)  # type: ignore[return-value]


def _proposes(by: Any, programme: Programme) -> bool:
    """Whether what `by` sets is only a proposal. Raises PermissionDenied for who may do neither."""
    if by is None or may(by, Permission.ROUNDS_MANAGE, programme=programme):
        return False
    require(by, Permission.RETURNS_ENTER, programme=programme)
    return True


def _check(
    indicator: Indicator, phase: Phase | None, programme: Programme, part: str, by_date: datetime.date, value: Decimal
) -> None:
    errors: dict[str, str] = {}
    if phase is not None and phase.programme_id != programme.pk:
        errors["phase"] = _("This phase belongs to another programme.")
    elif not FIRST_YEAR <= by_date.year <= LAST_YEAR:
        errors["by_date"] = _("Give a date between %(first)s and %(last)s.") % {"first": FIRST_YEAR, "last": LAST_YEAR}
    elif phase is not None and phase.effectiveness and by_date < phase.effectiveness:
        errors["by_date"] = _("The phase begins only on %(day)s.") % {"day": phase.effectiveness.isoformat()}
    if indicator.is_rating and not LOWEST <= value <= HIGHEST:
        errors["value"] = _("A level from 1 to 6 is expected.")
    elif value < 0 and not indicator.is_computed:
        errors["value"] = _("A target cannot be negative.")
    elif abs(value) >= 10**15:
        errors["value"] = _("This number has too many digits.")
    if part:
        keys = EntryField.objects.filter(indicator=indicator).values_list("key", flat=True)
        known = sorted(key.split(".", 1)[1] for key in keys if "." in key)
        if known and part not in known:
            errors["disaggregation"] = _("%(code)s has only these parts: %(parts)s.") % {
                "code": indicator.code,
                "parts": ", ".join(known),
            }
    if errors:
        raise ValidationError(errors)


@transaction.atomic
def set_target(
    *,
    programme: Programme,
    indicator: Indicator,
    by_date: datetime.date,
    value: Decimal,
    by: Any,
    phase: Phase | None = None,
    disaggregation: str = "",
    note: str = "",
) -> Target:
    """Set the first target of an indicator for a programme, or one of its phases, by a date; `value` in its unit.

    A proposal when `by` only enters returns. Raises PermissionDenied, and ValidationError by field: a phase of another
    programme, a date that cannot be meant, a value outside the range, an unknown part, a target that exists already.
    """
    proposal = _proposes(by, programme)
    _check(indicator, phase, programme, disaggregation, by_date, value)
    # Two people who set the same target at once wait for each other here.
    Programme.objects.select_for_update(no_key=True).get(pk=programme.pk)
    if Target.objects.filter(
        indicator=indicator, programme=programme, phase=phase, disaggregation=disaggregation, by_date=by_date
    ).exists():
        raise ValidationError({"by_date": _("There is a target for this date already; revise that one.")})
    target = Target(
        indicator=indicator,
        programme=programme,
        phase=phase,
        disaggregation=disaggregation,
        by_date=by_date,
        value=value,
        note=note,
        is_proposal=proposal,
        set_on=timezone.localdate(),
        set_by=by,
    )
    target.full_clean()
    target.save()
    return target


@transaction.atomic
def revise(*, target: Target, value: Decimal, by: Any, note: str = "") -> Target:
    """A new value that follows `target`, which stays as history. Accepts its number or that of a revision before.

    A proposal when `by` only enters returns: what was in force stays in force until it is accepted. Raises
    PermissionDenied, and ValidationError by field: somebody revised it meanwhile, the same value again, a bad value.
    """
    proposal = _proposes(by, target.programme)
    # The lock makes the second of two people wait, and then read what the first one did.
    now = Target.objects.select_for_update().get(pk=target.pk)
    if Target.objects.filter(revises=now).exists():
        raise ValidationError(_("Somebody revised this target meanwhile; look at it again."))
    _check(now.indicator, now.phase, now.programme, now.disaggregation, now.by_date, value)
    if now.value == value and (proposal or not now.is_proposal):
        raise ValidationError({"value": _("This is the value it has already.")})
    revision = Target(
        **{name: getattr(now, name) for name in IDENTITY},
        value=value,
        note=note,
        is_proposal=proposal,
        set_on=timezone.localdate(),
        set_by=by,
        revises=now,
    )
    revision.full_clean()
    revision.save()
    return revision


@transaction.atomic
def accept(*, target: Target, by: Any) -> Target:
    """Make a proposal count. Raises PermissionDenied, and ValidationError when it is none or was revised meanwhile."""
    if by is not None:
        require(by, Permission.ROUNDS_MANAGE, programme=target.programme)
    now = Target.objects.select_for_update().get(pk=target.pk)
    if not now.is_proposal or Target.objects.filter(revises=now).exists():
        raise ValidationError(_("This is no longer a proposal that waits; look at it again."))
    now.is_proposal, now.accepted_by = False, by
    now.full_clean()
    now.save(update_fields=["is_proposal", "accepted_by"])
    return now


@dataclass(frozen=True)
class Wanted:
    """A cell of the table: what is wanted, and the value that its writer saw there (None: empty)."""

    indicator: Indicator
    disaggregation: str
    by_date: datetime.date
    value: Decimal | None
    seen: Decimal | None


@transaction.atomic
def set_many(
    *, programme: Programme, phase: Phase | None, cells: Mapping[str, Wanted], by: Any, note: str = ""
) -> list[Target]:
    """Set or revise the targets of many cells, all or none. Cells whose value is the one seen are left alone.

    Raises PermissionDenied, and ValidationError whose keys are those of `cells`.
    """
    _proposes(by, programme)
    known = chains(Target.objects.select_for_update().filter(programme=programme, phase=phase))
    phase_id = phase.pk if phase else None
    errors: dict[str, list[str]] = {}
    done: list[Target] = []
    for key, cell in cells.items():
        if cell.value == cell.seen:
            continue
        stands = known.get((cell.indicator.pk, programme.pk, phase_id, cell.disaggregation, cell.by_date))
        now = stands.tip.value if stands else None
        try:
            if now != cell.seen:
                raise ValidationError(_("Somebody else set %(value)s meanwhile.") % {"value": now})
            if cell.value is None:
                raise ValidationError(_("A target is revised, not emptied."))
            if stands is None:
                done.append(
                    set_target(
                        programme=programme,
                        phase=phase,
                        indicator=cell.indicator,
                        disaggregation=cell.disaggregation,
                        by_date=cell.by_date,
                        value=cell.value,
                        by=by,
                        note=note,
                    )
                )
            else:
                done.append(revise(target=stands.tip, value=cell.value, by=by, note=note))
        except ValidationError as error:
            errors[key] = error.messages
    if errors:
        raise ValidationError(errors)
    return done
