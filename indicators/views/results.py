"""Results reported for a phase as a whole: the list, one reported, one corrected beside what was reported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from indicators import results
from indicators.models import PhaseResult, PhaseResultCorrection
from indicators.results import on_basis
from indicators.target_forms import CorrectionForm, ResultForm
from indicators.views.rounds import add_errors
from indicators.views.targets import chosen_place, visible_programme
from programmes import numbers
from programmes.access import Permission, may, require
from programmes.models import CorrectionKind
from programmes.vocabulary import CountBasis, FigureBasis, Qualifier

SIGNS = {Qualifier.AT_LEAST: "≥", Qualifier.AT_MOST: "≤", Qualifier.MORE_THAN: ">"}


@dataclass(frozen=True)
class Version:
    """A figure on one basis: the value in words (empty: none), what its count covers, why it differs."""

    value: str
    basis: str
    why: str = ""


@dataclass(frozen=True)
class Line:
    """A reported figure with what stands beside it; `corrected` and `hypothesis` only where they differ."""

    result: PhaseResult
    reported: Version
    corrected: Version | None
    hypothesis: Version | None


def line_of(result: PhaseResult) -> Line:
    """Wants `corrections` prefetched."""
    sign = SIGNS.get(Qualifier(result.qualifier), "")
    value = numbers.displayed(result.value)
    reported = Version(f"{sign}\N{NO-BREAK SPACE}{value}" if sign and value else value, result.get_basis_display())
    found: dict[str, Version | None] = {}
    for basis, kind in (
        (FigureBasis.CORRECTED, CorrectionKind.DOCUMENTED),
        (FigureBasis.HYPOTHESIS, CorrectionKind.HYPOTHESIS),
    ):
        number, count_basis, correction = on_basis(result, basis.value)
        holds = correction is not None and correction.kind == kind
        found[basis] = (
            Version(numbers.displayed(number), str(CountBasis(count_basis).label), correction.reason)
            if holds and correction is not None
            else None
        )
    return Line(result, reported, found[FigureBasis.CORRECTED], found[FigureBasis.HYPOTHESIS])


def _with_all() -> Any:
    return PhaseResult.objects.select_related("programme", "phase", "indicator", "place").prefetch_related(
        "indicator__versions",
        Prefetch("corrections", PhaseResultCorrection.objects.select_related("author").order_by("pk")),
    )


@require_safe
@login_required
def results_page(request: HttpRequest) -> HttpResponse:
    """What sources report for the phases of one programme; corrections and hypotheses stand beside it."""
    place = chosen_place(request)
    rows = _with_all().visible_to(request.user).filter(programme=place.programme)
    if place.phase or place.whole:
        rows = rows.filter(phase=place.phase)
    show = request.GET.get("show", "")
    lines = [line_of(row) for row in rows.order_by("indicator__position", "phase__sequence", "subcategory", "pk")]
    filters: dict[str, Any] = {
        "corrected": lambda line: line.corrected or line.hypothesis,
        "missing": lambda line: line.result.value is None,
    }
    context = {
        "place": place,
        "show": show if show in filters else "",
        "shows": [("", _("all")), ("corrected", _("corrected")), ("missing", _("without a value"))],
        "corrected": sum(1 for line in lines if filters["corrected"](line)),
        "count": len(lines),
        "lines": [line for line in lines if filters[show](line)] if show in filters else lines,
        "may_report": place.programme is not None
        and may(request.user, Permission.ROUNDS_MANAGE, programme=place.programme),
        "page_name": "targets",
    }
    return render(request, "indicators/results.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def result_report(request: HttpRequest, code: str) -> HttpResponse:
    """Report one figure."""
    programme = visible_programme(request, code)
    require(request.user, Permission.ROUNDS_MANAGE, programme=programme)
    form = ResultForm(request.POST or None, programme=programme)
    if request.method == "POST" and form.is_valid():
        try:
            results.report(programme=programme, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("The result is reported."))
            return redirect(f"{reverse('indicators:results')}?{urlencode({'programme': programme.code})}")
    context = {"programme": programme, "form": form, "page_name": "targets"}
    return render(request, "indicators/result_report.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def result_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One reported figure, all its corrections, and a new one."""
    result = get_object_or_404(_with_all().visible_to(request.user), pk=pk)
    allowed = may(request.user, Permission.ROUNDS_MANAGE, programme=result.programme)
    form = CorrectionForm(request.POST or None) if allowed else None
    if request.method == "POST":
        require(request.user, Permission.ROUNDS_MANAGE, programme=result.programme)
        assert form is not None
        if form.is_valid():
            try:
                results.correct(result=result, by=request.user, **form.cleaned_data)
            except ValidationError as error:
                add_errors(form, error)
            else:
                messages.success(request, _("The correction stands beside what was reported."))
                return redirect("indicators:result", pk=pk)
    context = {
        "line": line_of(result),
        "result": result,
        "corrections": [(one, numbers.displayed(one.value)) for one in reversed(result.corrections.all())],
        "form": form,
        "page_name": "targets",
    }
    return render(request, "indicators/result.html", context, status=422 if form and form.errors else 200)
