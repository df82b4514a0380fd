"""Making packs in the background.

The row says what is to be done; a lock of the database says whether somebody is at it, and goes with the worker that
held it. So a worker may be killed at any moment: the beat finds an open row that nobody holds and begins again, a few
times, and then says that it failed. Nothing half-made is ever kept.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable

from django.db import OperationalError, transaction
from django.db.models import F
from django.dispatch import Signal
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from scaling.dashboards import registry
from scaling.held import held
from scaling.reports import mail, pdf, xlsx
from scaling.reports.models import OPEN, PackFormat, Report, ReportState
from scaling.reports.pack import NotPossible, Pack, collect

log = logging.getLogger(__name__)
#: kwargs: report (Report, without its file) — it is ready, in the transaction that says so.
report_finished = Signal()
#: First key of the advisory lock: one worker at a pack.
LOCK_SPACE = 7304
#: A pack that stopped so many workers is not tried again.
MOST_TRIES = 3
WRITERS: dict[str, Callable[[Pack], bytes]] = {PackFormat.PDF: pdf.write, PackFormat.XLSX: xlsx.write}


class Stopped(Exception):
    """Cancelled or deleted meanwhile."""


def hint(report_id: int) -> None:
    """Tell a worker. When none can be told the beat makes the pack all the same."""
    from scaling.tasks import make_pack

    try:
        make_pack.delay(report_id)
    except Exception:
        log.warning("The broker cannot be reached; the pack waits for the beat.", exc_info=True)


def make_all() -> int:
    """Every pack that waits or was left behind, the oldest first, and e-mails that were not sent; how many packs."""
    ids = Report.objects.filter(state__in=OPEN).order_by("pk").values_list("pk", flat=True)
    made = sum(make(pk) for pk in list(ids))
    for pk in list(mail.untold().values_list("pk", flat=True)):
        mail.tell(pk)
    return made


def make(report_id: int) -> bool:
    """Make a pack if it is open and nobody is at it. May be called again at any time. Whether it was brought to an
    end."""
    with held(LOCK_SPACE, report_id) as mine:
        ended = mine and _make(report_id)
    if ended:
        mail.tell(report_id)
    return ended


def _make(report_id: int) -> bool:
    steps = len(registry.pages()) + 1
    begun = Report.objects.filter(pk=report_id, state__in=OPEN).update(
        state=ReportState.RUNNING, tries=F("tries") + 1, done=0, total=steps
    )
    if not begun:
        return False
    report = Report.objects.defer("content").select_related("programme", "asked_by").get(pk=report_id)
    with translation.override(report.language):
        if report.tries > MOST_TRIES:
            return _fail(report, _("Workers were stopped while they made it. Ask for less of it, or try again later."))
        try:
            content = WRITERS[report.format](collect(report, lambda done: _far(report, done)))
        except Stopped:
            return False
        except NotPossible as why:
            return _fail(report, str(why))
        except OperationalError:  # the database went away; the beat begins again
            raise
        except Exception:
            log.exception("pack %s could not be made", report.pk)
            return _fail(report, _("Something went wrong that we did not foresee; it is in the log of the server."))
    return _finish(report, content)


def _own(report: Report) -> dict[str, object]:
    """The row as long as this try is the one at it."""
    return {"pk": report.pk, "state": ReportState.RUNNING, "tries": report.tries}


def _far(report: Report, done: int) -> None:
    if not Report.objects.filter(**_own(report)).update(done=done):
        raise Stopped


@transaction.atomic
def _finish(report: Report, content: bytes) -> bool:
    finished = Report.objects.filter(**_own(report)).update(
        state=ReportState.DONE,
        ended_at=timezone.now(),
        done=F("total"),
        content=content,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )
    if finished:
        report_finished.send(sender=Report, report=report)
    return bool(finished)


def _fail(report: Report, why: str) -> bool:
    return bool(
        Report.objects.filter(**_own(report)).update(
            state=ReportState.FAILED, ended_at=timezone.now(), problem=why[:500]
        )
    )
