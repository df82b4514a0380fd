"""Pages of exchange rates and price indices: the list, one figure, and what was changed. Sheets: rate_upload_views.py.

Each address names its book ("rates" or "prices"); both have the same pages.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from programmes import currencies, numbers, rate_history, rates
from programmes.access import Permission, may, scope_of
from programmes.rate_checks import PLACES
from programmes.rate_forms import CorrectionForm, IndexForm, RateFilter, RateForm, WithdrawForm
from programmes.rates import BOOKS, Book

PER_PAGE = 100
View = Callable[..., HttpResponse]


def for_writers(view: View) -> View:
    """Pages that change something: 403 with a sentence for who only reads."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not rates.may_write(request.user):
            raise PermissionDenied(_("Your role does not allow this here."))
        return view(request, *args, **kwargs)

    return guarded


def shown(value: Any) -> str:
    """A rate or index with all its digits."""
    return numbers.displayed(value, most=PLACES)


def add_errors(form: forms.BaseForm, error: ValidationError, renamed: dict[str, str] | None = None) -> None:
    """Errors of an operation at the fields that show them."""
    found = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    for name, texts in found.items():
        field = (renamed or {}).get(name, name)
        form.add_error(field if field in form.fields else None, texts)


def known_currencies(book: Book, user: Any) -> list[str]:
    rows = book.model.objects.visible_to(user)
    return list(rows.order_by("currency").values_list("currency", flat=True).distinct())


def address(book: Book, page: str = "", **query: str) -> str:
    url = reverse(f"programmes:{book.name}{f'-{page}' if page else ''}")
    return f"{url}?{urlencode(query)}" if query else url


def common(book: Book, user: Any) -> dict[str, Any]:
    """What every page of the two books knows."""
    return {
        "of": book.name,
        "is_rates": book is rates.RATES,
        "may_write": rates.may_write(user),
        "links": {"list": address(book), **{name: address(book, name) for name in ("new", "sheets", "template")}},
        "page_name": "rates",
    }


def narrowed(rows: QuerySet[Any], asked: dict[str, Any]) -> QuerySet[Any]:
    for name in ("currency", "kind"):
        if asked.get(name):
            rows = rows.filter(**{name: asked[name]})
    if asked.get("since"):
        rows = rows.filter(date__gte=asked["since"])
    if asked.get("until"):
        rows = rows.filter(date__lte=asked["until"])
    return rows


@require_safe
@login_required
def list_page(request: HttpRequest, of: str) -> HttpResponse:
    """All figures by currency, the newest first. A filter that cannot be read finds nothing and says so."""
    book = BOOKS[of]
    known = known_currencies(book, request.user)
    form = RateFilter(request.GET, book=book, known=known)
    rows = book.model.objects.visible_to(request.user)
    found = narrowed(rows, form.cleaned_data) if form.is_valid() else rows.none()
    page = Paginator(found.order_by("currency", "-date", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    kept = {name: request.GET[name] for name in form.fields if request.GET.get(name)}
    lines = [
        {
            "row": row,
            "name": currencies.name_of(row.currency),
            "value": shown(getattr(row, book.value)),
            "url": reverse(f"programmes:{of}-row", args=[row.pk]),
        }
        for row in page
    ]
    context = {
        "form": form,
        "page": page,
        "lines": lines,
        "known": len(known),
        "query": urlencode(kept),
        "is_narrowed": bool(kept),
        **common(book, request.user),
    }
    return render(request, "programmes/rates.html", context)


def _asked(request: HttpRequest, names: Any) -> dict[str, str]:
    """What a link fills a form with."""
    return {name: request.GET[name] for name in names if request.GET.get(name)}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@for_writers
def new_page(request: HttpRequest, of: str) -> HttpResponse:
    """Enter one figure; a link from the page of what is missing fills the form in."""
    book = BOOKS[of]
    kind: Any = RateForm if book is rates.RATES else IndexForm
    initial = _asked(request, kind.base_fields)
    known = [*known_currencies(book, request.user), *_invented(initial.get("currency", ""))]
    form = kind(request.POST if request.method == "POST" else None, initial=initial, known=known)
    if request.method == "POST" and form.is_valid():
        try:
            rates.enter(book=book, by=request.user, **form.values())
        except ValidationError as error:
            add_errors(form, error, {book.value: "value"})
        else:
            messages.success(request, _("Entered. Figures that rest on it are computed again."))
            if request.GET.get("from") == "missing":
                return redirect("scaling:missing-rates")
            return redirect(address(book, currency=form.cleaned_data["currency"]))
    title = _("A new exchange rate") if book is rates.RATES else _("A new price index")
    context = {"form": form, "title": title, **common(book, request.user)}
    return render(request, "programmes/rate_form.html", context, status=422 if form.errors else 200)


def _invented(code: str) -> list[str]:
    """A currency that a link names is offered too, where it is one."""
    return [code] if currencies.is_known(code) else []


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@for_writers
def row_page(request: HttpRequest, of: str, pk: int) -> HttpResponse:
    """One figure: its history, correcting it, withdrawing it."""
    book = BOOKS[of]
    row = get_object_or_404(book.model.objects.visible_to(request.user), pk=pk)
    value = getattr(row, book.value)
    form = CorrectionForm(
        request.POST if request.method == "POST" else None,
        book=book,
        initial={"seen": value, "value": value.normalize() + 0, "source": row.source},
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            rates.correct(
                row=row,
                value=form.per_unit() or data["value"],
                source=data["source"],
                reason=data["reason"],
                seen=data["seen"],
                by=request.user,
            )
        except ValidationError as error:
            add_errors(form, error, {book.value: "value"})
        else:
            messages.success(request, _("Corrected. Figures that rest on it are computed again."))
            return redirect(address(book, currency=row.currency))
    return _show_row(request, book, row, form, WithdrawForm(), status=422 if form.errors else 200)


def _show_row(request: HttpRequest, book: Book, row: Any, form: Any, leaving: Any, *, status: int) -> HttpResponse:
    context = {
        "form": form,
        "leaving": leaving,
        "row": row,
        "name": currencies.name_of(row.currency),
        "value": shown(getattr(row, book.value)),
        "withdraw": reverse(f"programmes:{book.name}-withdraw", args=[row.pk]),
        "changes": _changes(request, book=book, row=row.pk),
        **common(book, request.user),
    }
    return render(request, "programmes/rate.html", context, status=status)


@require_POST
@login_required
@for_writers
def withdraw(request: HttpRequest, of: str, pk: int) -> HttpResponse:
    """Take a figure away, with a reason."""
    book = BOOKS[of]
    row = get_object_or_404(book.model.objects.visible_to(request.user), pk=pk)
    leaving = WithdrawForm(request.POST)
    if leaving.is_valid():
        try:
            rates.withdraw(row=row, reason=leaving.cleaned_data["reason"], by=request.user)
        except ValidationError as error:
            add_errors(leaving, error)
        else:
            messages.success(request, _("Withdrawn. It stays in the history; figures are computed again without it."))
            return redirect(address(book, currency=row.currency))
    value = getattr(row, book.value)
    form = CorrectionForm(book=book, initial={"seen": value, "value": value.normalize() + 0, "source": row.source})
    return _show_row(request, book, row, form, leaving, status=422)


@require_safe
@login_required
def changes_page(request: HttpRequest) -> HttpResponse:
    """What was entered, corrected and withdrawn; who did is told to those who read the audit trail."""
    context = {"changes": _changes(request), **common(rates.RATES, request.user)}
    return render(request, "programmes/rate_changes.html", context)


def _changes(request: HttpRequest, *, book: Book | None = None, row: int | None = None) -> list[dict[str, Any]]:
    if scope_of(request.user).is_empty:
        return []
    names = may(request.user, Permission.AUDIT_READ)
    found = rate_history.newest(book=book, row=row, names=names)
    return [{**vars(one), "before": shown(one.before), "after": shown(one.after)} for one in found]
