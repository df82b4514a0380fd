"""Pages of a list: bring it, its columns, its words, its duplicates, what it would change, take it over."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from organizations import tasks
from organizations.lists import likely, operations, shown
from organizations.lists.layout import FIRST_ROWS
from organizations.models import ListState, ListUpload
from programmes.access import Permission
from programmes.models import Programme

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ON_A_PAGE = 40
#: Such states have their own page; the others wait.
CHOSEN = (ListState.COLUMNS, ListState.READY)


def _upload(request: HttpRequest, pk: int) -> ListUpload:
    """A list in a programme whose register the person keeps, else 404."""
    found = ListUpload.objects.visible_to(request.user, Permission.REGISTRY_WRITE).select_related("programme", "user")
    return get_object_or_404(found, pk=pk)


def _hint(upload: ListUpload) -> HttpResponse:
    transaction.on_commit(partial(tasks.hint_list, upload.pk))
    return redirect("lists:list", pk=upload.pk)


def _texts(error: ValidationError) -> dict[str, list[str]]:
    return error.message_dict if hasattr(error, "error_dict") else {"": error.messages}


def _number(text: str | None, fallback: int) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 7 else fallback


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def start_page(request: HttpRequest) -> HttpResponse:
    """Bring a list; earlier lists."""
    programmes = list(Programme.objects.visible_to(request.user, Permission.REGISTRY_WRITE).order_by("code"))
    chosen = request.POST.get("programme") or request.GET.get("programme", "")
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        programme = next((one for one in programmes if one.code == chosen), None)
        upload = request.FILES.get("file")
        if programme is None:
            errors["programme"] = [_("Choose one of your programmes.")]
        if upload is None:
            errors["file"] = [_("Choose a file first.")]
        if programme is not None and upload is not None:
            language = (get_language() or "en").split("-")[0]
            try:
                return _hint(operations.receive(programme=programme, upload=upload, by=request.user, language=language))
            except ValidationError as error:
                errors = _texts(error)
    earlier = ListUpload.objects.visible_to(request.user, Permission.REGISTRY_WRITE)
    context = {
        "programmes": programmes,
        "chosen": chosen,
        "errors": errors,
        "uploads": earlier.select_related("programme", "user").defer("plan", "outline", "choices")[:20],
        "page_name": "lists",
    }
    return render(request, "organizations/list_start.html", context, status=422 if errors else 200)


@require_safe
@login_required
def list_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What a list would change. Read here when no worker has come to it."""
    upload = _upload(request, pk)
    if upload.state in (ListState.RECEIVED, ListState.CHECKING) and request.GET.get("now"):
        operations.prepare(upload.pk)
        return redirect("lists:list", pk=pk)
    if upload.state == ListState.COLUMNS:
        return redirect("lists:columns", pk=pk)
    counts = upload.plan.get("counts", {})
    before = ListUpload.objects.filter(
        programme=upload.programme_id, sha256=upload.sha256, state=ListState.COMMITTED
    ).exclude(pk=pk)
    context = {
        "upload": upload,
        "plan": upload.plan,
        "counts": shown.counts(upload.plan),
        "lines": shown.lines(upload.plan),
        "wrong": counts.get(likely.WRONG, 0),
        "undecided": counts.get(likely.UNDECIDED, 0),
        "waiting": upload.plan.get("open_words", 0) or upload.plan.get("order", {}).get("asked", 0),
        "has_words": bool(upload.plan.get("asked") or upload.plan.get("order", {}).get("used")),
        "open": upload.state == ListState.READY,
        "before": before.order_by("committed_at").first() if upload.state == ListState.READY else None,
        "page_name": "lists",
    }
    return render(request, "organizations/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def columns_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Which sheet, which row of headings, and what each column is."""
    upload = _upload(request, pk)
    if upload.state not in CHOSEN:
        return redirect("lists:list", pk=pk)
    data = request.POST if request.method == "POST" else request.GET
    sheet = data.get("sheet") or upload.sheet
    names = [one["name"] for one in upload.outline]
    if request.method == "POST":
        header_row = _number(data.get("header_row"), 0)
        typed = {
            _number(key.removeprefix("column-"), -1): str(value)
            for key, value in data.items()
            if key.startswith("column-")
        }
        defaults = {
            key.removeprefix("default-"): str(value) for key, value in data.items() if key.startswith("default-")
        }
        errors: dict[str, list[str]] = {}
        try:
            return _hint(
                operations.choose_columns(
                    upload=upload, sheet=sheet, header_row=header_row, mapping=typed, defaults=defaults, by=request.user
                )
            )
        except ValidationError as error:
            errors = _texts(error)
    else:
        errors, typed, defaults = {}, {}, {}
        header_row = min(max(_number(data.get("header_row"), 0), 0), FIRST_ROWS)
        if sheet not in names:
            sheet = upload.sheet
    context = {
        "upload": upload,
        "sheets": upload.outline,
        "sheet": sheet,
        "errors": errors,
        "page_name": "lists",
        **shown.columns(upload, sheet, header_row, typed if request.method == "POST" else None, defaults, errors),
    }
    return render(request, "organizations/list_columns.html", context, status=422 if errors else 200)


def _page(request: HttpRequest, items: list[Any]) -> Any:
    return Paginator(items, ON_A_PAGE).get_page(request.GET.get("page"))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def words_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Words that are not known: the person says what each means."""
    upload = _upload(request, pk)
    if upload.state != ListState.READY:
        return redirect("lists:list", pk=pk)
    errors: dict[str, list[str]] = {}
    typed: dict[tuple[str, str], str] = {}
    if request.method == "POST":
        typed = shown.words_from(request.POST, upload.plan)
        try:
            return _hint(
                operations.choose_values(
                    upload=upload, values=typed, by=request.user, date_order=request.POST.get("date_order")
                )
            )
        except ValidationError as error:
            errors = _texts(error)
    page = _page(request, upload.plan.get("asked", []))
    context = {
        "upload": upload,
        "order": upload.plan.get("order", {}),
        "page": page,
        "words": shown.words(page.object_list, typed, errors),
        "places": shown.place_names(upload) if any(one["field"] == "place" for one in page.object_list) else [],
        "errors": errors,
        "page_name": "lists",
    }
    return render(request, "organizations/list_words.html", context, status=422 if errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def rows_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Rows that may be in the register already: new, the same, or left out."""
    upload = _upload(request, pk)
    if upload.state != ListState.READY:
        return redirect("lists:list", pk=pk)
    errors: dict[str, list[str]] = {}
    typed: dict[int, str] = {}
    if request.method == "POST":
        typed = {
            _number(key.removeprefix("row-"), -1): str(value)
            for key, value in request.POST.items()
            if key.startswith("row-")
        }
        try:
            return _hint(operations.choose_rows(upload=upload, rows=typed, by=request.user))
        except ValidationError as error:
            errors = _texts(error)
    page = _page(request, upload.plan.get("duplicates", []))
    context = {
        "upload": upload,
        "page": page,
        "rows": shown.duplicates(page.object_list, typed, errors),
        "errors": errors,
        "page_name": "lists",
    }
    return render(request, "organizations/list_rows.html", context, status=422 if errors else 200)


@require_POST
@login_required
def leave_out_wrong(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on without the rows that are wrong."""
    upload = _upload(request, pk)
    try:
        return _hint(operations.choose_rows(upload=upload, rows={}, by=request.user, leave_out_wrong=True))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("lists:list", pk=pk)


@require_POST
@login_required
def take_over(request: HttpRequest, pk: int) -> HttpResponse:
    """All or nothing."""
    upload = _upload(request, pk)
    try:
        count = operations.commit(upload=upload, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, ngettext("%(n)d change made.", "%(n)d changes made.", count) % {"n": count})
    return redirect("lists:list", pk=pk)


@require_safe
@login_required
def marked_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The list as it came, with its wrong cells marked."""
    upload = _upload(request, pk)
    try:
        content = operations.with_marks(upload=upload, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("lists:list", pk=pk)
    answer = HttpResponse(content, content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="list-{upload.pk}-marked.xlsx"'
    return answer
