"""The page of the codes that a DHIS2 uses; for who keeps the catalogue."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from programmes.access import Permission, require
from programmes.rate_views import add_errors
from scaling.exchange.dhis2 import mapping
from scaling.exchange.dhis2.models import CodeKind, Dhis2Code
from scaling.rest.renderers import to_csv

PER_PAGE = 100


class CodeForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("What"), choices=CodeKind.choices)
    own = forms.CharField(
        label=gettext_lazy("Called here"),
        max_length=100,
        help_text=gettext_lazy(
            "The key of a field (OP-06.women), the code of an organization, place or programme, or programme/kind of "
            "round (PCDP/annual). What is there already is replaced."
        ),
    )
    code = forms.CharField(label=gettext_lazy("Code in DHIS2"), max_length=100)
    uid = forms.CharField(label=gettext_lazy("Identifier in DHIS2"), max_length=11, required=False)
    option_combo = forms.CharField(
        label=gettext_lazy("Category option combination"), max_length=100, required=False,
        help_text=gettext_lazy("Of a data element; “default” if empty."),
    )  # fmt: skip
    option_combo_uid = forms.CharField(label=gettext_lazy("Its identifier"), max_length=11, required=False)
    dimensions = forms.CharField(
        label=gettext_lazy("Dimensions in ADX"), max_length=300, required=False,
        help_text=gettext_lazy("Of a data element, such as GENDER=FMLE AGE=0-14."),
    )  # fmt: skip


class SheetForm(forms.Form):
    file = forms.FileField(label=gettext_lazy("CSV or workbook"))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def codes_page(request: HttpRequest) -> HttpResponse:
    """What is mapped; a form for one, a sheet for many."""
    require(request.user, Permission.CATALOGUE_MANAGE)
    brings = request.method == "POST" and "file" in request.FILES
    writes = request.method == "POST" and not brings
    form = CodeForm(request.POST if writes else None, initial={"kind": CodeKind.DATA_ELEMENT})
    sheet = SheetForm(request.POST, request.FILES) if brings else SheetForm()
    problems: list[str] = []
    chosen = sheet if brings else form
    if request.method == "POST" and chosen.is_valid():
        try:
            changed = _written(request, chosen)
        except ValidationError as error:
            if brings:
                problems = _sentences(error)
            else:
                add_errors(form, error, {f"1.{name}": name for name in form.fields})
        else:
            text = ngettext("%(n)d code written.", "%(n)d codes written.", changed) % {"n": changed}
            messages.success(request, text)
            return redirect("scaling:dhis2")
    wrong = bool(problems or form.errors or sheet.errors)
    page = Paginator(mapping.listed(), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form, "sheet": sheet, "problems": problems, "page": page, "columns": mapping.COLUMNS,
        "page_name": "dhis2",
    }  # fmt: skip
    return render(request, "scaling/dhis2.html", context, status=422 if wrong else 200)


def _written(request: HttpRequest, form: forms.Form) -> int:
    if isinstance(form, SheetForm):
        upload = form.cleaned_data["file"]
        return mapping.put(rows=mapping.rows_of(upload.read(), upload.name), by=request.user)
    return mapping.put(rows=[form.cleaned_data], by=request.user)


def _sentences(error: ValidationError) -> list[str]:
    """Errors of a sheet; its first row holds the headings, so the first that is read is row 2."""
    found = []
    for name, texts in error.message_dict.items():
        number, _dot, column = name.partition(".")
        where = _("Row %(n)d, %(column)s: ") % {"n": int(number) + 1, "column": column} if number.isdigit() else ""
        found.append(where + " ".join(texts))
    return found[:50]


@require_safe
@login_required
def codes_file(request: HttpRequest) -> HttpResponse:
    """All of them, as a sheet that can be brought again."""
    require(request.user, Permission.CATALOGUE_MANAGE)
    rows: list[dict[str, Any]] = [dict(mapping.told(row)) for row in mapping.listed()]
    empty = dict.fromkeys(mapping.COLUMNS, "")
    answer = HttpResponse(to_csv(rows or [empty]), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="dhis2-codes.csv"'
    return answer


@require_POST
@login_required
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    require(request.user, Permission.CATALOGUE_MANAGE)
    mapping.remove(row=get_object_or_404(Dhis2Code.objects.visible_to(request.user), pk=pk), by=request.user)
    messages.success(request, _("Removed; it is called by its own code again."))
    return redirect("scaling:dhis2")
