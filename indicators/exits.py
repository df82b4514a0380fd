"""Exit forms: the last word on an organization that ended before a round."""

from __future__ import annotations

import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from indicators.models import DueReason, ExitForm, RoundDue
from programmes.access import Permission, require


@transaction.atomic
def record(
    *, due: RoundDue, ended_on: datetime.date, reason: str, by: Any, last_members: int | None = None
) -> ExitForm:
    """Enter or mend an exit form. Raises ValidationError by field: not ended, a date outside the organization's life or
    after the round, no reason."""
    require(by, Permission.RETURNS_ENTER, programme=due.round.programme)
    if not due.round.takes_entries:
        raise ValidationError({"round": _("The round does not take entries now.")})
    if due.reason != DueReason.ENDED:
        raise ValidationError({"organization": _("Only an organization that has ended gets an exit form.")})
    if not due.organization.formed_on <= ended_on <= due.round.reference_date:
        raise ValidationError(
            {
                "ended_on": _("A date from %(first)s to %(last)s is expected.")
                % {"first": due.organization.formed_on.isoformat(), "last": due.round.reference_date.isoformat()}
            }
        )
    form = ExitForm.objects.filter(due=due).first() or ExitForm(due=due)
    form.ended_on, form.reason, form.last_members, form.entered_by = ended_on, reason.strip(), last_members, by
    form.full_clean()
    form.save()
    return form
