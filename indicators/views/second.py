"""Second assessments of a round: the sample, one assessment, how far both agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from indicators import instruments, second_assessments
from indicators.models import RoundStatus
from indicators.views.rounds import add_errors, visible_round
from indicators.words import dimension_label
from programmes.access import Permission, may


class DrawForm(forms.Form):
    """How many organizations to draw."""

    size = forms.IntegerField(label=gettext_lazy("Organizations to draw"), min_value=1)
    seed = forms.IntegerField(
        label=gettext_lazy("Seed of the draw"),
        required=False,
        min_value=0,
        max_value=2**31 - 1,
        help_text=gettext_lazy("Leave it blank for a new one; the same seed draws the same organizations."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def second_page(request: HttpRequest, code: str) -> HttpResponse:
    """The sample, the agreement so far, and the draw for whoever manages rounds."""
    round_ = visible_round(request, code)
    manages = may(request.user, Permission.ROUNDS_MANAGE, programme=round_.programme)
    form = DrawForm(request.POST or None) if manages else None
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            drawn = second_assessments.draw(round=round_, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            count = len(drawn)
            text = ngettext("%(n)d organization was drawn.", "%(n)d organizations were drawn.", count) % {"n": count}
            messages.success(request, text)
            return redirect("indicators:second", code=code)
    context = {
        "round": round_,
        "sample": second_assessments.sample(round_, request.user),
        "compared": second_assessments.compare(round_),
        "form": form,
        "may_assess": second_assessments.may_assess(request.user, round_),
        "page_name": "rounds",
    }
    return render(request, "indicators/second.html", context, status=422 if form and form.errors else 200)


@dataclass
class Item:
    """One rated item of the form."""

    key: str
    name: str
    verify: str
    anchors: list[tuple[int, str]]
    level: str = ""
    first: int | None = None
    error: str = ""


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def second_form(request: HttpRequest, code: str, organization: str) -> HttpResponse:
    """Rate one organization of the sample again. The first ratings are shown only once this is done."""
    round_ = visible_round(request, code)
    found = second_assessments.of_organization(round_, organization, request.user)
    if found is None:
        raise Http404
    row, chosen = found
    sections = _sections(round_, row)
    problem = ""
    if request.method == "POST":
        levels: dict[str, Any] = {}
        for items in sections.values():
            for item in items:
                item.level = request.POST.get(f"level:{item.key}", "")[:3]
                if item.level:
                    levels[item.key] = int(item.level) if item.level.isascii() and item.level.isdigit() else item.level
        try:
            second_assessments.record(of=row, levels=levels, by=request.user, note=request.POST.get("note", ""))
        except ValidationError as error:
            said = getattr(error, "message_dict", {"": error.messages})
            for items in sections.values():
                for item in items:
                    item.error = " ".join(said.pop(item.key, []))
            problem = " ".join(text for texts in said.values() for text in texts) or _("Mend the marked items.")
        else:
            messages.success(request, _("Saved."))
            return redirect("indicators:second-form", code=code, organization=organization)
    context = {
        "round": round_,
        "row": row,
        "organization": chosen,
        "sections": sections.items(),
        "problem": problem,
        "note": request.POST.get("note", row.note),
        "may_assess": second_assessments.may_assess(request.user, round_)
        and round_.status not in (RoundStatus.PLANNED, RoundStatus.LOCKED)
        and row.assessor_id in (None, request.user.pk),
        "page_name": "rounds",
    }
    return render(request, "indicators/second_form.html", context, status=422 if problem else 200)


def _sections(round_: Any, row: Any) -> dict[str, list[Item]]:
    instrument = instruments.load(round_)
    firsts = second_assessments.first_levels(row) if row.done_at else {}
    sections: dict[str, list[Item]] = {}
    for one in instrument.order:
        item = instrument.items.get(one.indicator.code)
        if one.value_type != "level" or item is None:
            continue
        sections.setdefault(dimension_label(one.indicator.dimension), []).append(
            Item(
                one.key,
                item.text("name"),
                item.text("means_of_verification"),
                [(anchor.level, anchor.words()) for anchor in item.anchors.all()],
                level=str(row.levels.get(one.key, "")),
                first=firsts.get(one.key),
            )
        )
    return sections
