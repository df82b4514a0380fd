"""What the top floor does when a lower one changed: a mark in the same transaction, a hint to Celery after commit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from indicators.models import OverlapSample, Round
from indicators.signals import results_changed, returns_changed
from organizations.models import BondingCheck, Intervention, PersonMembership, ProgrammeEnrolment, Service
from organizations.models.support import InterventionOrganization
from organizations.signals import registry_changed
from programmes.models import FinancingLine, Phase
from programmes.signals import phases_changed, prices_changed, rates_changed
from scaling import register_rollups
from scaling.background import tell
from scaling.models import MarkKind
from scaling.rollups import mark
from scaling.thresholds import thresholds_changed


def hint() -> None:
    """Tell a worker that marks wait. The beat drains them anyway, so a broker that is away costs only seconds."""
    tell("drain")


def _mark_rounds(ids: Iterable[int], organization_ids: Iterable[int] | None = None) -> None:
    wanted = set(ids)
    if wanted:
        mark(MarkKind.ROUND, wanted, organization_ids)
        transaction.on_commit(hint)


@receiver(phases_changed)
@receiver(results_changed)
def phases(sender: Any, *, phase_ids: set[int], **kwargs: Any) -> None:
    if phase_ids:
        mark(MarkKind.PHASE, phase_ids)
        transaction.on_commit(hint)


@receiver(rates_changed)
def rates(sender: Any, *, currencies: set[str], **kwargs: Any) -> None:
    phases(
        sender,
        phase_ids=set(FinancingLine.objects.filter(currency__in=currencies).values_list("phase_id", flat=True)),
    )
    _rounds_in(currencies)


def _rounds_in(currencies: Iterable[str]) -> None:
    found = Round.objects.filter(currency__in=list(currencies)).values_list("pk", flat=True)
    _mark_rounds(register_rollups.later_rounds(found))


@receiver(returns_changed)
def rounds(sender: Any, *, round_ids: set[int], organization_ids: set[int] | None = None, **kwargs: Any) -> None:
    """A round that looks back on this one changes with it."""
    _mark_rounds(register_rollups.later_rounds(round_ids), organization_ids)


@receiver(registry_changed)
def organizations(sender: Any, *, organization_ids: set[int], **kwargs: Any) -> None:
    _mark_rounds(register_rollups.rounds_of_organizations(organization_ids))


# --- what is upkept row by row, without an operation that would tell -------------------------------------------------
@receiver([post_save, post_delete], sender=BondingCheck)
@receiver([post_save, post_delete], sender=PersonMembership)
@receiver([post_save, post_delete], sender=Service)
@receiver([post_save, post_delete], sender=InterventionOrganization)
def of_an_organization(sender: Any, *, instance: Any, **kwargs: Any) -> None:
    _mark_rounds(register_rollups.rounds_of_organizations([instance.organization_id]))


@receiver([post_save, post_delete], sender=ProgrammeEnrolment)
def of_a_programme(sender: Any, *, instance: Any, **kwargs: Any) -> None:
    _mark_rounds(register_rollups.rounds_of_programmes([instance.programme_id]))


@receiver([post_save, post_delete], sender=Intervention)
def of_support(sender: Any, *, instance: Intervention, **kwargs: Any) -> None:
    _mark_rounds(register_rollups.rounds_of_programmes([instance.phase.programme_id]))


@receiver([post_save, post_delete], sender=Phase)
def of_a_phase(sender: Any, *, instance: Phase, **kwargs: Any) -> None:
    """Support ends with a phase where nothing else is known."""
    _mark_rounds(register_rollups.rounds_of_programmes([instance.programme_id]))


@receiver([post_save, post_delete], sender=OverlapSample)
def of_a_round(sender: Any, *, instance: OverlapSample, **kwargs: Any) -> None:
    _mark_rounds(register_rollups.later_rounds([instance.round_id]))


@receiver(prices_changed)
def prices(sender: Any, *, currencies: set[str], **kwargs: Any) -> None:
    _rounds_in(currencies)


@receiver(thresholds_changed)
def limits(sender: Any, *, programme_ids: set[int], **kwargs: Any) -> None:
    """Cells count who is above a threshold; alerts go by them."""
    _mark_rounds(register_rollups.rounds_of_programmes(programme_ids))
