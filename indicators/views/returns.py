"""One return: the assessment laid out item by item, its review, its history, its evidence."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from indicators import evidence, history, instruments, returns, review
from indicators.instruments import Instrument
from indicators.models import CorrectionCode, EntryField, EvidenceFile, Return, ReturnState, Round, RoundDue, Way
from indicators.returns import Change, Content, RowChange, content_of
from indicators.rules import Finding, plain
from indicators.views.rounds import visible_round
from indicators.words import dimension_label, reasons
from programmes import numbers
from programmes.access import Permission, may
from programmes.texts import problem_of

#: Where the session keeps what was typed into the review until it fits.
TYPED = "typed_review"


@dataclass
class Input:
    """One field of the form: what stands, what was typed, what is said about it."""

    field: EntryField
    name: str
    part: str
    text: str = ""
    reason: str = ""
    seen: str = ""
    earlier: list[Any] = dataclasses.field(default_factory=list)
    findings: list[Finding] = dataclasses.field(default_factory=list)
    error: str = ""
    theirs: str = ""
    evidence: str = ""
    anchors: list[tuple[int, str]] = dataclasses.field(default_factory=list)
    verify: str = ""
    unit: str = ""
    definition: str = ""
    files: list[EvidenceFile] = dataclasses.field(default_factory=list)
    confirmed: dict[str, str] = dataclasses.field(default_factory=dict)

    @property
    def warnings(self) -> list[tuple[Finding, str]]:
        """Warnings with the note that confirmed them."""
        return [(one, self.confirmed.get(one.mark, "")) for one in self.findings if one.severity == "warning"]

    @property
    def blockers(self) -> list[Finding]:
        return [one for one in self.findings if one.severity == "blocker"]


@dataclass
class Section:
    title: str
    inputs: list[Input]


def due_return(request: HttpRequest, code: str, organization: str) -> tuple[Round, RoundDue, Return | None]:
    """The organization's line in a round inside the person's scope, else 404."""
    round_ = visible_round(request, code)
    due = get_object_or_404(
        RoundDue.objects.select_related("organization__place"),
        round=round_,
        organization__code=organization,
        is_due=True,
    )
    row = Return.objects.filter(round=round_, organization=due.organization).first()
    return round_, due, row


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def return_page(request: HttpRequest, code: str, organization: str) -> HttpResponse:
    """Enter, read and review one return."""
    round_, due, row = due_return(request, code, organization)
    instrument = instruments.load(round_)
    inputs = _inputs(instrument, due, row)
    cell = request.GET.get("cell", "")
    cell = cell if cell in instrument.fields else ""
    problem = ""
    if request.method == "POST":
        wanted, unreadable = _wanted(request, inputs, due)
        try:
            problem = _save(request, round_, inputs, wanted, unreadable)
        except ValidationError as error:
            problem = " ".join(error.messages)
        if not problem:
            return redirect("indicators:return", code=code, organization=organization)
    programme = round_.programme
    context = {
        "round": round_,
        "due": due,
        "row": row,
        "sections": _sections(inputs),
        "reasons": reasons(),
        "problem": problem,
        "may_enter": round_.takes_entries
        and may(request.user, Permission.RETURNS_ENTER, programme=programme)
        and (row is None or row.state != ReturnState.APPROVED),
        "may_review": may(request.user, Permission.RETURNS_REVIEW, programme=programme),
        "may_discuss": may(request.user, Permission.RETURNS_REVIEW, programme=programme)
        or may(request.user, Permission.RETURNS_ENTER, programme=programme),
        "comments": row.comments.select_related("author").order_by("written_at") if row else [],
        "audits": row is not None and may(request.user, Permission.AUDIT_READ, programme=programme),
        "history": history.of_return(row, cell)
        if row and may(request.user, Permission.AUDIT_READ, programme=programme)
        else [],
        "cell": cell,
        "cell_name": instrument.fields[cell].label if cell else "",
        "correction_codes": CorrectionCode.choices,
        "typed": request.session.pop(TYPED, {}) if request.method != "POST" else {},
        "page_name": "rounds",
    }
    return render(request, "indicators/return.html", context, status=422 if problem else 200)


def _inputs(instrument: Instrument, due: RoundDue, row: Return | None) -> dict[str, Input]:
    history = instruments.earlier_values(instrument, [due.organization_id]).get(due.organization_id, {})
    found = returns.findings_of(row) if row else []
    files = list(row.files.order_by("pk")) if row else []
    inputs = {}
    for one in instrument.order:
        name, part = instrument.heading(one)
        stands = content_of(row, one.key) if row else None
        version = instrument.versions.get(one.indicator.code)
        item = instrument.items.get(one.indicator.code) if one.value_type == "level" else None
        inputs[one.key] = Input(
            one,
            name,
            part,
            text=plain(stands) if isinstance(stands, Decimal) else "",
            reason=stands if isinstance(stands, str) else "",
            seen=_seen_text(stands),
            earlier=history.get(one.key, []),
            findings=[finding for finding in found if finding.key == one.key],
            evidence=row.evidence.get(one.key, "") if row else "",
            anchors=[(anchor.level, anchor.words()) for anchor in item.anchors.all()] if item else [],
            verify=item.text("means_of_verification") if item else "",
            unit=version.text("unit") if version else "",
            definition=version.text("definition") if version else "",
            files=[file for file in files if file.code == one.key],
            confirmed=row.confirmed if row else {},
        )
    return inputs


def _seen_text(content: Content) -> str:
    return "" if content is None else plain(content)


def _sections(inputs: dict[str, Input]) -> list[Section]:
    sections: dict[str, Section] = {}
    for one in inputs.values():
        title = dimension_label(one.field.indicator.dimension) or _("Numbers")
        sections.setdefault(title, Section(title, [])).inputs.append(one)
    return list(sections.values())


def _wanted(request: HttpRequest, inputs: dict[str, Input], due: RoundDue) -> tuple[RowChange, bool]:
    """What the person sent, and whether something in it could not be read; what was typed stays in the inputs."""
    language = get_language() or "en"
    changes, papers, unreadable = [], {}, False
    for key, one in inputs.items():
        if f"value:{key}" not in request.POST and f"reason:{key}" not in request.POST:
            continue
        one.text = request.POST.get(f"value:{key}", "")
        one.reason = request.POST.get(f"reason:{key}", "")
        one.seen = request.POST.get(f"seen:{key}", "")
        if one.field.value_type == "level":
            one.evidence = papers[key] = request.POST.get(f"evidence:{key}", one.evidence)
        try:
            number = numbers.read(one.text, language)
        except numbers.Unreadable as error:
            one.error, unreadable = str(error), True
            continue
        if number is not None and one.reason:
            one.error, unreadable = _("Give either a value or a reason for not having one."), True
            continue
        content: Content = number if number is not None else (one.reason or None)
        seen = _content(one.seen)
        if content != seen:
            changes.append(Change(key, content, seen))
    confirm = {
        name.removeprefix("confirm:"): str(text) for name, text in request.POST.items() if name.startswith("confirm:")
    }
    return RowChange(due.organization.code, changes, papers, confirm), unreadable


def _content(text: str) -> Content:
    if not text:
        return None
    try:
        return Decimal(text)
    except ArithmeticError:
        return text


def _save(request: HttpRequest, round_: Round, inputs: dict[str, Input], wanted: RowChange, unreadable: bool) -> str:
    """Save, and hand in when asked; a sentence when something stays to be mended."""
    (answer,) = returns.save_rows(round=round_, rows=[wanted], by=request.user, way=Way.FORM)
    if answer.refusal:
        return answer.refusal
    for key, message in answer.errors.items():
        if key in inputs:
            inputs[key].error = message
    for key, theirs in answer.conflicts.items():
        inputs[key].theirs = _seen_text(theirs)
        inputs[key].seen = _seen_text(theirs)
    for key, one in inputs.items():
        one.findings = [finding for finding in answer.findings if finding.key == key]
    if unreadable or answer.errors or answer.conflicts:
        return _("Everything that fits has been saved; the marked fields have not.")
    if "submit" not in request.POST:
        messages.success(request, _("Saved."))
        return ""
    done = returns.submit_rows(round=round_, by=request.user, organizations=[wanted.organization], way=Way.FORM)
    if done.kept:
        for key, message in done.kept[wanted.organization].items():
            if key in inputs:
                inputs[key].error = message
        return _("Saved as a draft. It can be submitted once the marked fields are mended.")
    messages.success(request, _("Submitted. Somebody else will review it."))
    return ""


@require_POST
@login_required
def decide(request: HttpRequest, code: str, organization: str) -> HttpResponse:
    """Approve, send back, correct or comment."""
    _round, _due, row = due_return(request, code, organization)
    if row is None:
        messages.error(request, _("Nothing has been entered."))
        return redirect("indicators:return", code=code, organization=organization)
    text, key = request.POST.get("text", ""), request.POST.get("key", "")
    try:
        if key and key not in instruments.load(_round).fields:
            raise ValidationError(_("There is no field with this code in the round."))
        if "approve" in request.POST:
            review.approve(of=row, by=request.user, way=Way.FORM)
        elif "send_back" in request.POST:
            review.send_back(of=row, by=request.user, comment=text, code=key, way=Way.FORM)
        elif "correct" in request.POST:
            _correct(request, row, key, text)
        else:
            review.comment(of=row, by=request.user, text=text, code=key)
    except numbers.Unreadable as error:
        messages.error(request, str(error))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("Done."))
        return redirect("indicators:return", code=code, organization=organization)
    # What was typed stays for the next try.
    kept = ("text", "key", "value", "reason", "code", "evidence")
    request.session[TYPED] = {
        name: typed for name in kept if (typed := request.POST.get(name, "")) and not problem_of(typed, longest=5000)
    }
    return redirect("indicators:return", code=code, organization=organization)


def _correct(request: HttpRequest, row: Return, key: str, text: str) -> None:
    """One approved value: a number, or a reason for having none."""
    value = numbers.read(request.POST.get("value", ""), get_language() or "en")
    reason, seen = request.POST.get("reason", ""), request.POST.get("evidence", "").strip()
    if (value is None) == (not reason):
        raise ValidationError(_("Give either a value or a reason for not having one."))
    review.correct(
        of=row,
        by=request.user,
        values={} if value is None else {key: value},
        null_reasons={key: reason} if reason else {},
        code=request.POST.get("code", ""),
        reason=text,
        evidence={key: seen} if seen else {},
        way=Way.FORM,
    )


@require_POST
@login_required
def attach(request: HttpRequest, code: str, organization: str) -> HttpResponse:
    """Keep a file as evidence of an item."""
    _round, _due, row = due_return(request, code, organization)
    upload, key = request.FILES.get("file"), request.POST.get("key", "")
    if row is None or upload is None or key not in instruments.load(_round).fields:
        messages.error(request, _("Save the level first, then add a file."))
    else:
        try:
            evidence.attach(of=row, code=key, upload=upload, by=request.user)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, _("Saved."))
    return redirect("indicators:return", code=code, organization=organization)


@require_safe
@login_required
def evidence_file(request: HttpRequest, pk: int) -> FileResponse:
    """A file of evidence, to be saved, never shown by the browser as a page of ours."""
    found = get_object_or_404(EvidenceFile.objects.visible_to(request.user), pk=pk)
    answer = FileResponse(
        found.file.open("rb"), as_attachment=True, filename=found.name, content_type=found.content_type
    )
    answer["Cache-Control"] = "private, no-store"
    return answer
