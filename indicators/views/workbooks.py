"""The workbook of a round: download, upload, what it would change, take it over."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from indicators import tasks
from indicators.models import Round, WorkbookUpload
from indicators.models.workbooks import UploadState
from indicators.views.rounds import visible_round
from indicators.workbooks import plan, write
from programmes.access import Permission, may, require

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _xlsx(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def workbook_page(request: HttpRequest, code: str) -> HttpResponse:
    """Download, upload, earlier uploads."""
    round_ = visible_round(request, code)
    problem = ""
    if request.method == "POST":
        upload = request.FILES.get("file")
        try:
            if upload is None:
                require(request.user, Permission.RETURNS_ENTER, programme=round_.programme)
                raise ValidationError(_("Choose a file first."))
            kept = plan.receive(
                round=round_, upload=upload, by=request.user, language=(get_language() or "en").split("-")[0]
            )
        except ValidationError as error:
            problem = " ".join(error.messages)
        else:
            transaction.on_commit(partial(tasks.hint_workbook, kept.pk))
            return redirect("indicators:upload", code=code, pk=kept.pk)
    own = WorkbookUpload.objects.visible_to(request.user).filter(round=round_).select_related("user")[:20]
    context = {
        "round": round_,
        "uploads": own,
        "problem": problem,
        "may_enter": round_.takes_entries and may(request.user, Permission.RETURNS_ENTER, programme=round_.programme),
        "page_name": "rounds",
    }
    return render(request, "indicators/workbook.html", context, status=422 if problem else 200)


@require_safe
@login_required
def workbook_file(request: HttpRequest, code: str) -> HttpResponse:
    """The workbook with what stands there now."""
    return _xlsx(write.of_round(visible_round(request, code)), code)


def _upload(request: HttpRequest, code: str, pk: int) -> tuple[Round, WorkbookUpload]:
    round_ = visible_round(request, code)
    return round_, get_object_or_404(WorkbookUpload.objects.visible_to(request.user), round=round_, pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def upload_page(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """What an uploaded workbook would change; taking it over. Read here when no worker has come to it."""
    round_, upload = _upload(request, code, pk)
    if request.method == "POST":
        try:
            count = plan.commit(upload=upload, by=request.user, conflicts=request.POST.get("conflicts", ""))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, ngettext("%(n)d row taken over.", "%(n)d rows taken over.", count) % {"n": count})
        return redirect("indicators:upload", code=code, pk=pk)
    if upload.state == UploadState.RECEIVED and request.GET.get("now"):
        plan.prepare(upload.pk)
        return redirect("indicators:upload", code=code, pk=pk)
    counts = upload.plan.get("counts", {})
    context = {
        "round": round_,
        "upload": upload,
        "counts": [(label, counts[name]) for name, label in verdicts().items() if counts.get(name)],
        "lines": [{**line, "verdict_label": verdicts()[line["verdict"]]} for line in upload.plan.get("lines", [])],
        "errors": counts.get("error", 0),
        "conflicts": counts.get("conflict", 0),
        "nothing": upload.state == UploadState.READY and not counts,
        "page_name": "rounds",
    }
    return render(request, "indicators/upload.html", context)


def verdicts() -> dict[str, str]:
    return {
        "error": _("wrong"),
        "conflict": _("changed by somebody else meanwhile"),
        "warning": _("with a warning"),
        "changed": _("changed"),
        "new": _("new"),
    }


@require_safe
@login_required
def marked_file(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """The workbook as it was typed, with its wrong cells marked."""
    _round, upload = _upload(request, code, pk)
    require(request.user, Permission.RETURNS_ENTER, programme=_round.programme)
    if upload.state != UploadState.READY or upload.user_id != request.user.pk:
        return redirect("indicators:upload", code=code, pk=pk)
    try:
        return _xlsx(plan.with_marks(upload), f"{code}-marked")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("indicators:upload", code=code, pk=pk)
