"""Support of a phase to organizations: record what was done, for whom."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from organizations.models import Intervention, Organization
from organizations.models.support import InterventionOrganization
from organizations.refusals import in_words, keep, span
from organizations.registry import changed
from organizations.ties import outside_life
from programmes.access import Permission, require
from programmes.models import Partner, Phase


@transaction.atomic
def record(
    *,
    phase: Phase,
    organizations: Sequence[Organization],
    purpose: str,
    method: str,
    since: datetime.date,
    by: Any,
    until: datetime.date | None = None,
    topic: str = "",
    provider: Partner | None = None,
    participants: int | None = None,
    women: int | None = None,
    cost: Decimal | None = None,
    currency: str = "",
) -> Intervention:
    """One intervention and the organizations it reached, each once; dates are half-open.

    Raises ValidationError by field: nobody reached, an organization outside what `by` keeps or that did not exist
    then, women without participants.
    """
    if by is not None:
        require(by, Permission.REGISTRY_WRITE, programme=phase.programme)
    reached = list({one.pk: one for one in organizations}.values())
    if not reached:
        raise ValidationError({"organizations": _("Name at least one organization.")})
    if by is not None:
        kept = Organization.objects.visible_to(by, Permission.REGISTRY_WRITE)
        if kept.filter(pk__in=[one.pk for one in reached]).count() < len(reached):
            raise ValidationError({"organizations": _("You do not keep the register of all of these organizations.")})
    period = span(since, until)
    outside = outside_life(reached, period)
    if outside:
        raise ValidationError(
            {
                "organizations": _("Not all days lie within the life of: %(names)s.")
                % {"names": ", ".join(one.name for one in outside[:5])}
            }
        )
    if women is not None and participants is None:
        raise ValidationError({"participants": _("Say how many participants there were, not only how many women.")})
    intervention = Intervention(
        phase=phase,
        purpose=purpose,
        method=method,
        topic=topic,
        provider=provider,
        valid=period,
        participants=participants,
        women=women,
        cost=cost,
        currency=currency,
    )
    keep(intervention)
    with in_words(since="organizations"):
        InterventionOrganization.objects.bulk_create(
            InterventionOrganization(intervention=intervention, organization=one) for one in reached
        )
    changed(*reached)
    return intervention
