"""Packs: ask for one, see how far it is, fetch it, have it by e-mail again and again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Language
from programmes.forms import choose_from
from programmes.models import Programme
from programmes.rate_views import add_errors
from scaling.dashboards import filters
from scaling.dashboards.selection import LONGEST
from scaling.health import worker_lives
from scaling.reports import operations
from scaling.reports.api import answer_of
from scaling.reports.models import Cadence, PackFormat, Report, ReportSchedule, ReportState, without_content

#: So many of the last packs are shown.
SHOWN = 50


class PackForm(forms.Form):
    programme = forms.ModelChoiceField(
        Programme.objects.none(), label=gettext_lazy("Programme"), to_field_name="code", empty_label=None
    )
    format = forms.ChoiceField(label=gettext_lazy("Format"), choices=PackFormat.choices)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=Language.choices)
    cadence = forms.ChoiceField(
        label=gettext_lazy("When"),
        choices=[("", gettext_lazy("once, now")), *Cadence.choices],
        required=False,
        help_text=gettext_lazy("On a cadence you get an e-mail with a link; the first pack is made within the hour."),
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "programme", Programme.objects.visible_to(user).order_by("is_synthetic", "name"))


def _chosen(request: HttpRequest) -> dict[str, str]:
    """The filters that came along, from a page or from the form; checked by the operation."""
    query = request.POST if request.method == "POST" else request.GET
    return {name: query[name][: LONGEST + 1] for name in operations.TAKES if query.get(name)}


def _dropped(request: HttpRequest) -> list[str]:
    """Filters of the page that a pack does not take, in words."""
    labels = filters.labels()
    return [labels[name] for name in labels if name not in (*operations.TAKES, "programme") and request.GET.get(name)]


def _rows(request: HttpRequest) -> dict[str, Any]:
    """What changes while somebody looks: three queries."""
    rows = list(
        without_content()
        .visible_to(request.user)
        .select_related("programme", "asked_by", "schedule")
        .order_by("-pk")[:SHOWN]
    )
    going = any(row.is_open for row in rows)
    return {
        "rows": [(row, operations.in_words(row.selection), operations.may_end(row, request.user)) for row in rows],
        "going": going,
        "worker_lives": worker_lives() if going else True,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def reports_page(request: HttpRequest) -> HttpResponse:
    """Packs of the programmes that the asker reads, and a form for another. `?part=1` is what is looked at again."""
    if request.method != "POST" and request.GET.get("part"):
        return render(request, "scaling/reports_now.html", _rows(request))
    initial = {"programme": request.GET.get("programme", ""), "language": get_language() or "en"}
    form = PackForm(request.POST if request.method == "POST" else None, user=request.user, initial=initial)
    chosen = _chosen(request)
    if request.method == "POST" and form.is_valid():
        try:
            said = _ask(request, form.cleaned_data, chosen)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, said)
            return redirect("scaling:reports")
    plans = ReportSchedule.objects.visible_to(request.user).filter(owner_id=request.user.pk).select_related("programme")
    context = {
        **_rows(request),
        "form": form,
        "chosen": chosen,
        "chosen_words": operations.in_words(chosen),
        "dropped": ", ".join(_dropped(request)),
        "plans": [(plan, operations.in_words(plan.selection)) for plan in plans],
        "page_name": "reports",
    }
    return render(request, "scaling/reports.html", context, status=422 if form.errors else 200)


def _ask(request: HttpRequest, what: dict[str, Any], chosen: dict[str, str]) -> str:
    """What is said when it is done."""
    asked = {"programme": what["programme"], "language": what["language"], "format": what["format"]}
    if what["cadence"]:
        operations.plan(by=request.user, selection=chosen, cadence=what["cadence"], **asked)
        return _("You will get an e-mail whenever a pack is ready, the first within the hour.")
    operations.ask(by=request.user, selection=chosen, **asked)
    return _("Asked for. You can leave this page; the pack will be here.")


@require_safe
@login_required
@never_cache
def report_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The file of a pack that is ready; 404 outside the scope, and for one that is not ready."""
    report = get_object_or_404(
        Report.objects.visible_to(request.user).filter(state=ReportState.DONE).select_related("programme"), pk=pk
    )
    return answer_of(report)


@require_POST
@login_required
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    report = get_object_or_404(without_content().visible_to(request.user), pk=pk)
    try:
        operations.cancel(report=report, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("Cancelled."))
    return redirect("scaling:reports")


@require_POST
@login_required
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    report = get_object_or_404(without_content().visible_to(request.user), pk=pk)
    operations.delete(report=report, by=request.user)
    messages.success(request, _("Deleted."))
    return redirect("scaling:reports")


@require_POST
@login_required
def end_plan(request: HttpRequest, pk: int) -> HttpResponse:
    plan = get_object_or_404(ReportSchedule.objects.visible_to(request.user), pk=pk)
    operations.end_plan(schedule=plan, by=request.user)
    messages.success(request, _("Ended. The packs that were made stay."))
    return redirect("scaling:reports")
