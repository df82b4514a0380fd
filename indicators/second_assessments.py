"""Second assessments: draw a sample of a round's organizations, rate them again without looking, compare."""

from __future__ import annotations

import random
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from indicators import instruments
from indicators.agreement import Agreement, agreement
from indicators.models import Return, ReturnState, Round, RoundDue, RoundStatus, SecondAssessment
from organizations.models import Organization
from programmes.access import Permission, may, require
from programmes.texts import checked

#: First ratings count once they have been handed in.
HANDED_IN = (ReturnState.SUBMITTED, ReturnState.APPROVED, ReturnState.RETURNED)


def _unlocked(round_: Round) -> Round:
    now = Round.objects.select_for_update(of=("self",), no_key=True).get(pk=round_.pk)
    if now.status in (RoundStatus.PLANNED, RoundStatus.LOCKED):
        raise ValidationError({"round": _("The round is not open, or locked.")})
    return now


@transaction.atomic
def draw(*, round: Round, size: int, by: Any, seed: int | None = None) -> list[SecondAssessment]:
    """Draw `size` more organizations that are due, each with the same chance. The same seed draws the same ones.

    Raises ValidationError for a size that is not there to draw, or a round without rated items.
    """
    require(by, Permission.ROUNDS_MANAGE, programme=round.programme)
    now = _unlocked(round)
    if not any(one.is_rating for one in instruments.load(now).fields.values()):
        raise ValidationError({"size": _("Nothing is rated in this round.")})
    drawn = SecondAssessment.objects.filter(round=now).values("organization")
    free = list(
        RoundDue.objects.filter(round=now, is_due=True)
        .exclude(organization__in=drawn)
        .order_by("organization__code")
        .values_list("organization", flat=True)
    )
    if not 1 <= size <= len(free):
        many = _("From 1 to %(most)s organizations can be drawn.") % {"most": len(free)}
        raise ValidationError({"size": many if free else _("All are drawn.")})
    seed = secrets.randbelow(2**31) if seed is None else seed
    chosen = random.Random(seed).sample(free, size)
    return SecondAssessment.objects.bulk_create(
        [SecondAssessment(round=now, organization_id=pk, seed=seed, drawn_by=by) for pk in sorted(chosen)]
    )


def may_assess(user: Any, round_: Round) -> bool:
    """Whoever enters or reviews returns of the programme may be second assessor."""
    return any(
        may(user, permission, programme=round_.programme)
        for permission in (Permission.RETURNS_ENTER, Permission.RETURNS_REVIEW)
    )


@transaction.atomic
def record(*, of: SecondAssessment, levels: Mapping[str, Any], by: Any, note: str = "") -> SecondAssessment:
    """Enter or mend the second ratings of one organization.

    Raises ValidationError by item for what is no level of a rated item of the round, when nothing is rated, when `by`
    entered the first ratings, or when another person assessed it already; PermissionDenied outside the scope.
    """
    if not may_assess(by, of.round):
        raise PermissionDenied(_("Your role does not allow this here."))
    now = _unlocked(of.round)
    row = SecondAssessment.objects.select_for_update(of=("self",)).get(pk=of.pk)
    if row.assessor_id not in (None, by.pk):
        raise ValidationError({"assessor": _("Somebody else has assessed this organization.")})
    first = Return.objects.filter(round=now, organization=row.organization_id).first()
    if first is not None and by.pk in first.entered_by_ids:
        raise ValidationError({"assessor": _("Somebody else than who entered the first ratings assesses it again.")})
    rated = {key for key, one in instruments.load(now).fields.items() if one.is_rating}
    errors = {
        key: _("A whole level from 1 to 6 is expected.")
        for key, level in levels.items()
        if key not in rated or isinstance(level, bool) or level not in (1, 2, 3, 4, 5, 6)
    }
    if errors:
        raise ValidationError(errors)
    if not levels:
        raise ValidationError({"levels": _("Give at least one level.")})
    row.levels = {key: int(level) for key, level in levels.items()}
    row.note = checked(note, "note", longest=300)
    row.assessor, row.done_at = by, timezone.now()
    row.save()
    return row


@dataclass(frozen=True)
class Compared:
    """Agreement on one item; `code` empty: on all together."""

    code: str
    name: str
    agreement: Agreement


def compare(round_: Round) -> list[Compared]:
    """Agreement on all items together, then item by item; only where both assessors gave a level."""
    seconds = {
        one.organization_id: one.levels for one in SecondAssessment.objects.filter(round=round_, done_at__isnull=False)
    }
    if not seconds:
        return []
    firsts = dict(
        Return.objects.filter(round=round_, organization__in=seconds, state__in=HANDED_IN).values_list(
            "organization", "values"
        )
    )
    instrument = instruments.load(round_)
    pairs: dict[str, list[tuple[int, int]]] = {}
    for organization, levels in seconds.items():
        for key, level in levels.items():
            if key in firsts.get(organization, {}):
                pairs.setdefault(key, []).append((int(firsts[organization][key]), int(level)))
    found = [
        Compared(key, instrument.name(key), agreement(pairs[key])) for key in instrument.fields if key in pairs
    ]  # in the order of the instrument
    together = [pair for of_item in pairs.values() for pair in of_item]
    return [Compared("", _("All items together"), agreement(together)), *found] if together else []


def sample(round_: Round, user: Any) -> list[SecondAssessment]:
    """The organizations drawn, those that wait first."""
    return list(
        SecondAssessment.objects.visible_to(user)
        .filter(round=round_)
        .select_related("organization__place", "assessor")
        .order_by("done_at", "organization__name")
    )


def first_levels(of: SecondAssessment) -> dict[str, int]:
    """The first ratings of the organization, once they are handed in."""
    values = (
        Return.objects.filter(round=of.round_id, organization=of.organization_id, state__in=HANDED_IN)
        .values_list("values", flat=True)
        .first()
    )
    return {key: int(level) for key, level in (values or {}).items() if key in of.levels}


def waiting_for(user: Any) -> list[tuple[Round, int]]:
    """Rounds with organizations that wait for a second assessment by somebody like `user`, and how many."""
    waiting = models.Count("second_assessments", filter=models.Q(second_assessments__done_at__isnull=True))
    rounds = {
        one.pk: one
        for permission in (Permission.RETURNS_ENTER, Permission.RETURNS_REVIEW)
        for one in Round.objects.visible_to(user, permission)
        .exclude(status=RoundStatus.LOCKED)
        .select_related("programme")
        .annotate(waiting=waiting)
        .filter(waiting__gt=0)
    }
    return [(one, one.waiting) for one in rounds.values()]  # type: ignore[attr-defined]


def of_organization(round_: Round, organization: str, user: Any) -> tuple[SecondAssessment, Organization] | None:
    """One organization of the sample inside the asker's scope."""
    found = (
        SecondAssessment.objects.visible_to(user)
        .filter(round=round_, organization__code=organization)
        .select_related("organization__place", "assessor", "round__programme")
        .first()
    )
    return (found, found.organization) if found else None
