"""Reminders: officers hear before a window ends, and after it while organizations are missing."""

from __future__ import annotations

import datetime
import logging
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from indicators.models import Reminder, Round
from indicators.work import IN_WORK, Progress, last_day, progress
from programmes.access import Permission, holders

log = logging.getLogger(__name__)


def send_due(today: datetime.date | None = None) -> int:
    """Remind of every round whose cadence names today; each officer at most once a day. Returns how many were told."""
    today = today or datetime.date.today()
    rounds = [
        one
        for one in Round.objects.filter(status__in=IN_WORK).select_related("programme")
        if (end := last_day(one)) is not None and (end - today).days in one.reminder_days
    ]
    told = 0
    for one in progress(rounds).values():
        if one.not_reported:
            told += sum(
                _tell(one, officer, today) for officer in holders(Permission.RETURNS_ENTER, one.round.programme)
            )
    return told


def _tell(one: Progress, officer: Any, today: datetime.date) -> bool:
    """One officer, one round, one day. The row comes first: a mail is never sent twice."""
    try:
        with transaction.atomic():
            Reminder.objects.create(round=one.round, user=officer, day=today, missing=one.not_reported)
    except IntegrityError:
        return False
    with translation.override(officer.language or "en"):
        subject, body = words(one, today)
        try:
            send_mail(subject, body, None, [officer.email])
        except OSError:  # the list on the work page says the same; the mail server's trouble is logged
            log.exception("reminder of %s to user %s could not be sent", one.round.code, officer.pk)
    return True


def words(one: Progress, today: datetime.date) -> tuple[str, str]:
    """Subject and text in the active language."""
    end = last_day(one.round)
    assert end is not None
    days = (end - today).days
    if days >= 0:
        when = ngettext("in %(count)d day", "in %(count)d days", days) % {"count": days}
        subject = _("%(round)s closes %(when)s") % {"round": one.round.code, "when": when}
    else:
        when = ngettext("%(count)d day ago", "%(count)d days ago", -days) % {"count": -days}
        subject = _("%(round)s should have closed %(when)s") % {"round": one.round.code, "when": when}
    missing = ngettext(
        "%(count)d of %(due)d organization has not reported yet.",
        "%(count)d of %(due)d organizations have not reported yet.",
        one.not_reported,
    ) % {"count": one.not_reported, "due": one.due}
    link = f"{settings.SITE_URL}{reverse('indicators:round', args=[one.round.code])}"
    return subject, f"{missing}\n\n{link}\n"
