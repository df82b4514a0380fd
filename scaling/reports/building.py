"""Making packs in the background (`scaling/background.py`). Nothing half-made is ever kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from django.db import transaction
from django.db.models import F
from django.dispatch import Signal
from django.utils.translation import gettext as _

from scaling.background import Stopped, Work
from scaling.dashboards import registry
from scaling.reports import mail, pdf, xlsx
from scaling.reports.models import PackFormat, Report, ReportState, without_content
from scaling.reports.pack import Pack, collect

#: kwargs: report (Report, without its file) — it is ready, in the transaction that says so.
report_finished = Signal()
#: First key of the advisory lock: one worker at a pack.
LOCK_SPACE = 7304
WRITERS: dict[str, Callable[[Pack], bytes]] = {PackFormat.PDF: pdf.write, PackFormat.XLSX: xlsx.write}


def make_all() -> int:
    """Every pack that waits or was left behind, and e-mails that were not sent; how many packs."""
    made = WORK.run_all()
    for pk in list(mail.untold().values_list("pk", flat=True)):
        mail.tell(pk)
    return made


def make(report_id: int) -> bool:
    """Make a pack if it is open and nobody is at it, and tell who asked. May be called again at any time. Whether it
    was brought to an end."""
    ended = WORK.run(report_id)
    if ended:
        mail.tell(report_id)
    return ended


def _make(report: Report) -> bool:
    content = WRITERS[report.format](collect(report, lambda done: _far(report, done)))
    with transaction.atomic():
        finished = WORK.end(
            report,
            ReportState.DONE,
            done=F("total"),
            content=content,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
        )
        if finished:
            report_finished.send(sender=Report, report=report)
    return finished


def _far(report: Report, done: int) -> None:
    if not WORK.mine(report).update(done=done):
        raise Stopped


WORK = Work(
    rows=lambda: without_content().select_related("programme", "asked_by"),
    do=_make,
    space=LOCK_SPACE,
    often_stopped=lambda: _("Workers were stopped while they made it. Ask for less of it, or try again later."),
    begins=lambda: {"done": 0, "total": len(registry.pages()) + 1},
    owned=lambda report: {"tries": report.tries},
)
