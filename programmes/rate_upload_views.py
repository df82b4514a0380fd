"""Pages of a sheet of rates: bring it, what it would change, take it over; the template."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from programmes import rate_sheets, rate_uploads
from programmes.models import RateUpload
from programmes.rate_forms import UploadForm
from programmes.rate_views import add_errors, common, for_writers, shown
from programmes.rates import BOOKS, CHANGED, NEW, SAME, WRONG, Book, Weighed

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: So many rows are shown, those with something to say first; the counts are of all.
SHOWN = 300
ORDER = (WRONG, CHANGED, NEW, SAME)


@require_safe
@login_required
@for_writers
def template_file(request: HttpRequest, of: str) -> HttpResponse:
    """An empty sheet with the headings."""
    answer = HttpResponse(rate_sheets.template(of), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="{of}.xlsx"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@for_writers
def start_page(request: HttpRequest, of: str) -> HttpResponse:
    """Bring a sheet; earlier sheets."""
    book = BOOKS[of]
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST" and form.is_valid():
        language = (get_language() or "en").split("-")[0]
        try:
            upload = rate_uploads.receive(
                book=book, upload=form.cleaned_data["file"], by=request.user, language=language
            )
        except ValidationError as error:
            add_errors(form, error)
        else:
            return redirect(f"programmes:{of}-sheet", pk=upload.pk)
    earlier = RateUpload.objects.visible_to(request.user).filter(of=of).select_related("user").defer("rows")[:20]
    context = {
        "form": form,
        "columns": rate_sheets.COLUMNS[of],
        "uploads": [(one, reverse(f"programmes:{of}-sheet", args=[one.pk])) for one in earlier],
        **common(book, request.user),
    }
    return render(request, "programmes/rate_upload.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@for_writers
def sheet_page(request: HttpRequest, of: str, pk: int) -> HttpResponse:
    """What a sheet would change, each bad cell with its sentence; taking it over."""
    book = BOOKS[of]
    upload = get_object_or_404(RateUpload.objects.visible_to(request.user), of=of, pk=pk)
    problems: list[str] = []
    reason = request.POST.get("reason", "")
    if request.method == "POST":
        try:
            done = rate_uploads.commit(upload=upload, by=request.user, seen=request.POST.get("seen", ""), reason=reason)
        except ValidationError as error:
            problems = error.messages
        else:
            count = sum(1 for one in done if one.verdict in (NEW, CHANGED))
            text = ngettext("%(n)d figure taken over.", "%(n)d figures taken over.", count) % {"n": count}
            messages.success(request, text)
            return redirect(f"programmes:{of}-sheet", pk=pk)
    found, seen = ([], "") if upload.committed_at else rate_uploads.look(upload)
    counts = Counter(one.verdict for one in found)
    labels = {WRONG: _("wrong"), CHANGED: _("corrected"), NEW: _("new"), SAME: _("as it stands there")}
    typed = {row["row"]: row["typed"] for row in upload.rows}
    ordered = sorted(found, key=lambda one: (ORDER.index(one.verdict), one.number))[:SHOWN]
    context = {
        "upload": upload,
        "lines": [_line(one, typed[one.number], labels, book) for one in ordered],
        "counts": [(labels[verdict], counts[verdict]) for verdict in ORDER if counts[verdict]],
        "rows": len(found),
        "wrong": counts[WRONG],
        "corrected": counts[CHANGED],
        "changes": counts[NEW] + counts[CHANGED],
        "seen": seen,
        "reason": reason,
        "problems": problems,
        **common(book, request.user),
    }
    return render(request, "programmes/rate_sheet.html", context, status=422 if problems else 200)


def _line(one: Weighed, typed: dict[str, str], labels: dict[str, str], book: Book) -> dict[str, Any]:
    columns = {column.name: column.label for column in rate_sheets.COLUMNS[book.name]}
    after = typed.get(book.value) or typed.get(rate_sheets.PER_DOLLAR, "")
    return {
        "row": one.number,
        "currency": typed.get("currency", ""),
        "date": typed.get("date", ""),
        "period_end": typed.get("period_end", ""),
        "before": shown(getattr(one.before, book.value)) if one.before else "",
        "after": shown(one.values[book.value]) if one.verdict != WRONG else after,
        "source": typed.get("source", ""),
        "source_before": one.before.source if one.before and one.before.source != one.values.get("source") else "",
        "label": labels[one.verdict],
        "is_wrong": one.verdict == WRONG,
        "errors": [
            {"label": columns.get(name, name), "typed": typed.get(name, ""), "text": " ".join(texts)}
            for name, texts in one.errors.items()
        ],
    }
