"""The entry grid: the page, what it shows, and what it sends."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from indicators import batches, instruments, returns, review
from indicators.instruments import Instrument
from indicators.models import Return, ReturnComment, Round, Way
from indicators.returns import content_of
from indicators.views.rounds import visible_round
from indicators.words import dimension_label, page_words, reasons
from indicators.work import Line, lines, progress
from programmes.access import Permission, may
from programmes.texts import problem_of


@require_safe
@login_required
def entry_page(request: HttpRequest, code: str) -> HttpResponse:
    """The grid's frame; the script fills it. Without scripts the list of the round leads to the forms."""
    round_ = visible_round(request, code)
    context = {
        "round": round_,
        "progress": progress([round_])[round_.pk],
        "may_enter": _may_enter(request, round_),
        "settings": {
            "data": reverse("indicators:entry-data", args=[code]),
            "save": reverse("indicators:entry-save", args=[code]),
            "submit": reverse("indicators:entry-submit", args=[code]),
            "comment": reverse("indicators:entry-comment", args=[code]),
            "round": code,
            "user": request.user.pk,
        },
        "words": page_words(),
        "page_name": "rounds",
    }
    return render(request, "indicators/entry.html", context)


def _may_enter(request: HttpRequest, round_: Round) -> bool:
    return round_.takes_entries and may(request.user, Permission.RETURNS_ENTER, programme=round_.programme)


def _json_or_refusal(request: HttpRequest, code: str) -> Round | JsonResponse:
    """A script is told by status, not sent to the sign-in page."""
    if not request.user.is_authenticated:
        return JsonResponse({"detail": _("Sign in again. What you entered is kept on this device.")}, status=401)
    return visible_round(request, code)


@require_safe
@never_cache
def entry_data(request: HttpRequest, code: str) -> HttpResponse:
    """Columns, rules, rows: everything the grid needs to work with the line down."""
    round_ = _json_or_refusal(request, code)
    if isinstance(round_, JsonResponse):
        return round_
    instrument = instruments.load(round_)
    due = [line for line in lines(round_) if line.due.is_due]
    ids = [line.organization.pk for line in due]
    earlier = instruments.earlier_values(instrument, ids)
    comments: Counter[tuple[int, str]] = Counter(
        ReturnComment.objects.filter(of_return__round=round_).values_list("of_return_id", "code")
    )
    fences = instruments.fences(instrument)
    return JsonResponse(
        {
            "token": get_token(request),
            "may_enter": _may_enter(request, round_),
            "book": instrument.book(),
            "columns": [_column(instrument, one) for one in instrument.order],
            "reasons": reasons(),
            "rows": [_row(line, earlier.get(line.organization.pk, {}), comments) for line in due],
            "fences": {
                kind: {key: [float(low), float(high)] for key, (low, high) in of_kind.items()}
                for kind, of_kind in fences.items()
            },
        }
    )


def _column(instrument: Instrument, one: Any) -> dict[str, Any]:
    name, part = instrument.heading(one)
    version = instrument.versions.get(one.indicator.code)
    item = instrument.items.get(one.indicator.code)
    return {
        "key": one.key,
        "name": name,
        "part": part,
        "section": dimension_label(one.indicator.dimension) or _("Numbers"),
        "unit": version.text("unit") if version else "",
        "definition": version.text("definition") if version else "",
        "anchors": [anchor.words() for anchor in item.anchors.all()] if item and one.value_type == "level" else [],
        "verify": item.text("means_of_verification") if item else "",
    }


def _row(line: Line, earlier: Any, comments: Counter[tuple[int, str]]) -> dict[str, Any]:
    row = line.row
    contents = (
        {key: batches.plain_content(content_of(row, key)) for key in [*row.values, *row.null_reasons]} if row else {}
    )
    return {
        "code": line.organization.code,
        "name": line.organization.name,
        "place": line.organization.place.name,
        "kind": line.organization.kind,
        "state": line.state,
        "version": row.version if row else 0,
        "contents": contents,
        "evidence": row.evidence if row else {},
        "confirmed": row.confirmed if row else {},
        "comments": {code: n for (owner, code), n in comments.items() if row and owner == row.pk},
        "earlier": {
            key: [[one.date.isoformat(), batches.plain_content(one.value)] for one in history]
            for key, history in earlier.items()
        },
        "url": reverse("indicators:return", args=[line.due.round.code, line.organization.code]),
    }


@require_POST
def entry_save(request: HttpRequest, code: str) -> HttpResponse:
    """One batch of changes; see `indicators.batches`."""
    round_ = _json_or_refusal(request, code)
    if isinstance(round_, JsonResponse):
        return round_
    try:
        return JsonResponse(batches.apply(body=request.body, round=round_, by=request.user))
    except ValidationError as error:
        return JsonResponse({"detail": " ".join(error.messages)}, status=400)
    except PermissionDenied as error:
        return JsonResponse({"detail": str(error)}, status=403)


@require_POST
def entry_submit(request: HttpRequest, code: str) -> HttpResponse:
    """Hand in every draft that is ready, or those named; says what keeps the others back."""
    round_ = _json_or_refusal(request, code)
    if isinstance(round_, JsonResponse):
        return round_
    wanted = _body(request).get("organizations")
    if wanted is not None and not (
        isinstance(wanted, list) and all(isinstance(one, str) and not problem_of(one, longest=60) for one in wanted)
    ):
        return JsonResponse({"detail": _("“organizations” must be a list of codes.")}, status=400)
    try:
        done = returns.submit_rows(round=round_, by=request.user, organizations=wanted, way=Way.GRID)
    except ValidationError as error:
        return JsonResponse({"detail": " ".join(error.messages)}, status=400)
    except PermissionDenied as error:
        return JsonResponse({"detail": str(error)}, status=403)
    return JsonResponse(
        {
            "submitted": {row.organization.code: row.version for row in done.submitted},
            "kept": done.kept,
        }
    )


@require_POST
def entry_comment(request: HttpRequest, code: str) -> HttpResponse:
    """A comment on one cell."""
    round_ = _json_or_refusal(request, code)
    if isinstance(round_, JsonResponse):
        return round_
    body = _body(request)
    organization, key = str(body.get("organization", "")), str(body.get("key", ""))
    if problem_of(organization, longest=60) or problem_of(key, longest=60):
        return JsonResponse({"detail": _("“organization” and “key” are codes.")}, status=400)
    row = get_object_or_404(Return, round=round_, organization__code=organization)
    try:
        review.comment(of=row, by=request.user, text=str(body.get("text", "")), code=key)
    except ValidationError as error:
        return JsonResponse({"detail": " ".join(error.messages)}, status=400)
    return JsonResponse({"comments": row.comments.filter(code=key).count()})


def _body(request: HttpRequest) -> dict[str, Any]:
    try:
        data = json.loads(request.body)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}
