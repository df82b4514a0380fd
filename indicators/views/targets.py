"""Targets: the list of a programme, one target with its history, a table of many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from indicators import target_table, targets
from indicators.models import IndicatorLevel, IndicatorType, Target
from indicators.target_forms import RevisionForm, TargetForm
from indicators.views.rounds import add_errors
from programmes import numbers
from programmes.access import Permission, may
from programmes.models import Phase, Programme


@dataclass(frozen=True)
class Chosen:
    """Where one is: a programme of one's scope, chosen in the address, and the filters beside it."""

    programmes: list[Programme]
    programme: Programme | None
    phases: list[Phase]
    phase: Phase | None
    #: Only what stands for the programme as a whole.
    whole: bool

    @property
    def phase_value(self) -> str:
        return self.phase.code if self.phase else ("whole" if self.whole else "")


def chosen_place(request: HttpRequest) -> Chosen:
    """Two queries. What the address names and the person may not see, or does not exist, is as if not named."""
    programmes = list(Programme.objects.visible_to(request.user).order_by("is_synthetic", "name", "pk"))
    wanted = request.GET.get("programme", "")
    programme = next((one for one in programmes if one.code == wanted), programmes[0] if programmes else None)
    phases = list(Phase.objects.filter(programme=programme)) if programme else []
    named = request.GET.get("phase", "")
    phase = next((one for one in phases if one.code == named), None)
    return Chosen(programmes, programme, phases, phase, named == "whole")


def visible_programme(request: HttpRequest, code: str) -> Programme:
    """A programme inside the person's scope, else 404."""
    return get_object_or_404(Programme.objects.visible_to(request.user), code=code)


def may_set(user: Any, programme: Programme | None) -> bool:
    return programme is not None and (
        may(user, Permission.ROUNDS_MANAGE, programme=programme)
        or may(user, Permission.RETURNS_ENTER, programme=programme)
    )


def require_may_set(user: Any, programme: Programme) -> None:
    if not may_set(user, programme):
        raise PermissionDenied(_("Your role does not allow this here."))


@dataclass(frozen=True)
class Line:
    """A target in the list: what holds, what is proposed, how often it was revised."""

    target: Target
    value: str
    proposed: str
    set_by: str
    set_on: Any
    revisions: int


def _lines(rows: list[Target]) -> list[Line]:
    found = []
    for chain in targets.chains(rows).values():
        stands = chain.in_force
        told = stands or chain.tip
        found.append(
            Line(
                chain.tip,
                numbers.displayed(stands.value) if stands else "",
                numbers.displayed(chain.pending.value) if chain.pending else "",
                told.set_by.get_short_name() if told.set_by else "",
                told.set_on,
                len(chain.history) - 1,
            )
        )
    return sorted(
        found,
        key=lambda one: (
            one.target.indicator.position,
            one.target.phase.sequence if one.target.phase else 0,
            one.target.disaggregation,
            one.target.by_date,
        ),
    )


def _kinds() -> list[tuple[str, Any]]:
    return [("", _("all")), *IndicatorType.choices, ("proposed", _("proposed"))]


@require_safe
@login_required
def targets_page(request: HttpRequest) -> HttpResponse:
    """The targets of one programme, by phase and kind of indicator."""
    place = chosen_place(request)
    show = request.GET.get("show", "")
    rows = Target.objects.visible_to(request.user).filter(programme=place.programme)
    if place.phase or place.whole:
        rows = rows.filter(phase=place.phase)
    if show in IndicatorType.values:
        rows = rows.filter(indicator__type=show)
    lines = _lines(list(rows.select_related("indicator", "phase", "set_by").prefetch_related("indicator__versions")))
    context = {
        "place": place,
        "show": show,
        "kinds": _kinds(),
        "waiting": sum(1 for line in lines if line.proposed),
        "lines": [line for line in lines if line.proposed] if show == "proposed" else lines,
        "may_set": may_set(request.user, place.programme),
        "may_accept": place.programme is not None
        and may(request.user, Permission.ROUNDS_MANAGE, programme=place.programme),
        "page_name": "targets",
    }
    return render(request, "indicators/targets.html", context)


def _list_url(programme: Programme) -> str:
    return f"{reverse('indicators:targets')}?{urlencode({'programme': programme.code})}"


def _told(request: HttpRequest, done: list[Target]) -> None:
    count = len(done)
    if any(one.is_proposal for one in done):
        said = ngettext("%(n)d target is proposed.", "%(n)d targets are proposed.", count)
    else:
        said = ngettext("%(n)d target is set.", "%(n)d targets are set.", count)
    messages.success(request, said % {"n": count})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def target_set(request: HttpRequest, code: str) -> HttpResponse:
    """Set or propose one target."""
    programme = visible_programme(request, code)
    require_may_set(request.user, programme)
    form = TargetForm(request.POST or None, programme=programme, initial={"indicator": request.GET.get("indicator")})
    if request.method == "POST" and form.is_valid():
        try:
            done = targets.set_target(programme=programme, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            _told(request, [done])
            return redirect(_list_url(programme))
    context = {
        "programme": programme,
        "form": form,
        "proposes": not may(request.user, Permission.ROUNDS_MANAGE, programme=programme),
        "page_name": "targets",
    }
    return render(request, "indicators/target_set.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def target_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One target: its history; a new value for it."""
    asked = get_object_or_404(Target.objects.visible_to(request.user).select_related("programme"), pk=pk)
    same = Target.objects.filter(
        indicator=asked.indicator_id,
        programme=asked.programme_id,
        phase=asked.phase_id,
        disaggregation=asked.disaggregation,
        by_date=asked.by_date,
    ).select_related("indicator", "phase", "programme", "set_by", "accepted_by")
    (chain,) = targets.chains(same.prefetch_related("indicator__versions")).values()
    allowed = may_set(request.user, asked.programme)
    form = RevisionForm(request.POST or None, initial={"value": chain.tip.value}) if allowed else None
    if request.method == "POST":
        require_may_set(request.user, asked.programme)
        assert form is not None
        if form.is_valid():
            try:
                done = targets.revise(target=asked, by=request.user, **form.cleaned_data)
            except ValidationError as error:
                add_errors(form, error)
            else:
                _told(request, [done])
                return redirect("indicators:target", pk=done.pk)
    context = {
        "target": chain.tip,
        "chain": chain,
        "in_force": numbers.displayed(chain.in_force.value) if chain.in_force else "",
        "history": [(one, numbers.displayed(one.value)) for one in reversed(chain.history)],
        "form": form,
        "may_accept": may(request.user, Permission.ROUNDS_MANAGE, programme=asked.programme),
        "page_name": "targets",
    }
    return render(request, "indicators/target.html", context, status=422 if form and form.errors else 200)


@require_POST
@login_required
def target_accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a proposal count."""
    target = get_object_or_404(Target.objects.visible_to(request.user).select_related("programme"), pk=pk)
    try:
        targets.accept(target=target, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The proposal is accepted and holds now."))
    return redirect(_list_url(target.programme))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def target_table_page(request: HttpRequest, code: str) -> HttpResponse:
    """Many targets of one programme at once: indicators down, dates across; all are saved or none."""
    programme = visible_programme(request, code)
    require_may_set(request.user, programme)
    phases = list(Phase.objects.filter(programme=programme))
    phase = next((one for one in phases if one.code == request.GET.get("phase", "")), None)
    kind = request.GET.get("kind", "")
    kind = kind if kind in target_table.KINDS else ""
    table = target_table.build(programme, phase, kind, target_table.read_dates(request.GET.getlist("date")))
    problem, note = "", str(request.POST.get("note", ""))[:300]
    if request.method == "POST":
        problem, done = _save_table(request, table, programme, phase, note)
        if not problem:
            if done:
                _told(request, done)
            else:
                messages.info(request, _("Nothing was changed."))
            return redirect(_list_url(programme))
    context = {
        "programme": programme,
        "phases": phases,
        "phase": phase,
        "kind": kind,
        "kinds": [("", _("those with a target")), *IndicatorType.choices, (IndicatorLevel.PHASE, _("of phases"))],
        "table": table,
        "more_dates": range(max(0, min(2, target_table.MOST_DATES - len(table.dates)))),
        "problem": problem,
        "note": note,
        "page_name": "targets",
    }
    return render(request, "indicators/target_table.html", context, status=422 if problem else 200)


def _save_table(
    request: HttpRequest, table: target_table.Table, programme: Programme, phase: Phase | None, note: str
) -> tuple[str, list[Target]]:
    """A sentence when something is to be mended (then nothing is saved), and what was set."""
    wanted = target_table.take(table, request.POST)
    if not any(cell.error for cell in table.cells):
        if "\0" in note:
            return _("The note contains a character that cannot be stored."), []
        try:
            return "", targets.set_many(programme=programme, phase=phase, cells=wanted, by=request.user, note=note)
        except ValidationError as error:
            for cell in table.cells:
                cell.error = " ".join(error.message_dict.get(cell.name, []))
    return _("Nothing has been saved yet: mend the marked fields."), []
