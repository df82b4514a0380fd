"""The e-mail about a pack of a cadence: that it is there and where, never the file itself."""

from __future__ import annotations

import logging

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from scaling.reports.models import Report, ReportState

log = logging.getLogger(__name__)
TOLD = (ReportState.DONE, ReportState.FAILED)


def untold() -> QuerySet[Report]:
    return Report.objects.filter(schedule__isnull=False, mailed_at__isnull=True, state__in=TOLD)


def tell(report_id: int) -> bool:
    """Tell the owner of the cadence, once: the row says so first. Whether there was anybody to tell."""
    if not untold().filter(pk=report_id).update(mailed_at=timezone.now()):
        return False
    report = Report.objects.defer("content").select_related("programme", "asked_by").get(pk=report_id)
    if not report.asked_by.is_active:
        return False
    with translation.override(report.asked_by.language or "en"):
        subject, body = words(report)
        try:
            send_mail(subject, body, None, [report.asked_by.email])
        except OSError:  # the page of packs says the same; the mail server's trouble is logged
            log.exception("pack %s: user %s could not be told", report.pk, report.asked_by_id)
    return True


def words(report: Report) -> tuple[str, str]:
    """Subject and text in the active language."""
    name = str(report.programme)
    if report.state == ReportState.DONE:
        link = f"{settings.SITE_URL}{reverse('scaling:report-file', args=[report.pk])}"
        text = _("The pack of %(programme)s is ready. Sign in to fetch it:") % {"programme": name}
        return _("Pack of %(programme)s") % {"programme": name}, f"{text}\n\n{link}\n"
    link = f"{settings.SITE_URL}{reverse('scaling:reports')}"
    text = _("The pack of %(programme)s could not be made: %(why)s") % {"programme": name, "why": report.problem}
    return _("Pack of %(programme)s: not made") % {"programme": name}, f"{text}\n\n{link}\n"
