"""Rounds: the list, one round with who has not reported, its steps."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from indicators import exits, review, rounds
from indicators.forms import ExitFormForm, ReasonForm, RoundForm
from indicators.models import ReturnState, Round, RoundDue, SecondAssessment, Way
from indicators.work import Choice, lines, progress
from programmes.access import Permission, may

#: What the filter of a round's list may name.
STATES = ("", "untouched", *ReturnState.values, "not_due")
#: Lines on one page of a round.
PER_PAGE = 200


def visible_round(request: HttpRequest, code: str) -> Round:
    """A round inside the person's scope, else 404."""
    return get_object_or_404(Round.objects.visible_to(request.user).select_related("programme"), code=code)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def rounds_page(request: HttpRequest) -> HttpResponse:
    """All rounds of one's programmes; managers plan a new one here, officers propose one."""
    manages = may(request.user, Permission.ROUNDS_MANAGE)
    plans = manages or may(request.user, Permission.RETURNS_ENTER)
    form = RoundForm(request.POST or None, user=request.user) if plans else None
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            planned = rounds.plan(by=request.user, **form.operands())
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("The round is planned. It takes entries once a manager has opened it."))
            return redirect("indicators:round", code=planned.code)
    found = list(
        Round.objects.visible_to(request.user)
        .select_related("programme")
        .order_by("programme__code", "-reference_date", "kind")
    )
    context = {"rounds": progress(found).values(), "form": form, "manages": manages, "page_name": "rounds"}
    return render(request, "indicators/rounds.html", context)


def add_errors(form: Any, error: ValidationError) -> None:
    """Errors of an operation at the fields they name; those of no field of the form above it."""
    for field, texts in getattr(error, "message_dict", {"": error.messages}).items():
        form.add_error(field if field in form.fields else None, texts)


@require_safe
@login_required
def round_page(request: HttpRequest, code: str) -> HttpResponse:
    """How far a round is, who has not reported, and what can be done next."""
    round_ = visible_round(request, code)
    every = lines(round_)
    choice = _choice(request.GET)
    shown = [line for line in every if choice.takes(line)]
    programme = round_.programme
    context = {
        "round": round_,
        "progress": progress([round_])[round_.pk],
        "page": Paginator(shown, PER_PAGE).get_page(request.GET.get("page")),
        "choice": choice,
        "found": len(shown),
        "submitted_shown": sum(1 for line in shown if line.state == ReturnState.SUBMITTED),
        "query": urlencode([(name, value) for name, value in dataclasses.asdict(choice).items() if value]),
        "states": _state_options(every, choice),
        "places": _options((line.organization.place.code, line.organization.place.name) for line in every),
        "kinds": _options((line.organization.kind, line.organization.get_kind_display()) for line in every),
        "second": SecondAssessment.objects.visible_to(request.user).filter(round=round_).count(),
        "may_enter": may(request.user, Permission.RETURNS_ENTER, programme=programme) and round_.takes_entries,
        "may_review": may(request.user, Permission.RETURNS_REVIEW, programme=programme),
        "may_manage": may(request.user, Permission.ROUNDS_MANAGE, programme=programme),
        "reason_form": ReasonForm(),
        "page_name": "rounds",
    }
    return render(request, "indicators/round.html", context)


def _options(pairs: Iterable[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """Each (code, name) once, by name."""
    return sorted(set(pairs), key=lambda pair: str(pair[1]).casefold())


def _choice(given: QueryDict) -> Choice:
    """What the address or a form asks for; what no filter knows asks for nothing."""
    state, warned = given.get("state", ""), given.get("warned", "")
    return Choice(
        state=state if state in STATES else "",
        place=given.get("place", "")[:40],
        kind=given.get("kind", "")[:40],
        warned=warned if warned in ("yes", "no") else "",
        text=given.get("text", "").strip()[:100],
    )


def _state_options(every: list[Any], choice: Choice) -> list[dict[str, Any]]:
    """The states with how many lines of what else was chosen are in each, and the address of each."""
    labels = {"": _("all"), "untouched": _("nothing entered"), "not_due": _("not due"), **dict(ReturnState.choices)}
    options = []
    for state in STATES:
        other = dataclasses.replace(choice, state=state)
        count = sum(1 for line in every if other.takes(line))
        if count or state in ("", choice.state):
            query = urlencode([(name, value) for name, value in dataclasses.asdict(other).items() if value])
            options.append({"value": state, "label": labels[state], "count": count, "query": query})
    return options


STEPS: dict[str, Callable[..., Round]] = {
    "open": rounds.open_round,
    "close": rounds.close,
    "lock": rounds.lock,
}


@require_POST
@login_required
def step(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """Open, close, lock or reopen a round."""
    round_ = visible_round(request, code)
    try:
        if name == "reopen":
            rounds.reopen(round=round_, by=request.user, reason=request.POST.get("reason", ""))
        else:
            STEPS[name](round=round_, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("Done."))
    return redirect("indicators:round", code=code)


@require_POST
@login_required
def approve_many(request: HttpRequest, code: str) -> HttpResponse:
    """Approve the submitted returns that were ticked, or all of those that the filters show."""
    round_ = visible_round(request, code)
    choice = _choice(request.POST)
    every = lines(round_)
    ticked = set(request.POST.getlist("organization"))
    chosen = [line.organization.code for line in every if line.organization.code in ticked] or [
        line.organization.code
        for line in every
        if not ticked and choice.takes(line) and line.state == ReturnState.SUBMITTED
    ]
    try:
        done = review.approve_rows(round=round_, by=request.user, organizations=chosen, way=Way.FORM)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("indicators:round", code=code)
    count = len(done.approved)
    messages.success(request, ngettext("%(n)d return approved.", "%(n)d returns approved.", count) % {"n": count})
    for organization, why in list(done.kept.items())[:5]:
        messages.warning(request, f"{organization}: {why}")
    return redirect("indicators:round", code=code)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def exit_page(request: HttpRequest, code: str, organization: str) -> HttpResponse:
    """The exit form of an organization that ended before the round."""
    round_ = visible_round(request, code)
    due = get_object_or_404(
        RoundDue.objects.select_related("organization", "round__programme"),
        round=round_,
        organization__code=organization,
        is_due=False,
    )
    known = getattr(due, "exit_form", None)
    initial = {name: getattr(known, name) for name in ("ended_on", "reason", "last_members")} if known else {}
    form = ExitFormForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            exits.record(due=due, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("indicators:round", code=code)
    context = {"round": round_, "due": due, "form": form, "page_name": "rounds"}
    return render(request, "indicators/exit.html", context)
