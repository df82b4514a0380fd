"""Pages of alerts and thresholds."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from organizations.models import Organization
from organizations.views.pages import add_errors, posted
from scaling import alert_words, alerts, thresholds
from scaling.alert_forms import ALL, CLOSED, OPEN, WAITING, AlertFilter, NoteForm, ThresholdForm
from scaling.metrics.thresholds import DEFAULT
from scaling.models import Alert, ThresholdSetting

PER_PAGE = 100


@dataclass(frozen=True)
class Line:
    """An alert with its words."""

    alert: Alert
    name: Any
    figures: list[tuple[Any, str]]

    @classmethod
    def of(cls, alert: Alert) -> Line:
        return cls(alert, alert_words.name_of(alert.rule), alert_words.shown(alert.figures))


def narrowed(rows: QuerySet[Alert], asked: dict[str, Any]) -> QuerySet[Alert]:
    state = asked.get("state") or OPEN
    if state != ALL:
        rows = rows.filter(closed_at__isnull=state != CLOSED)
    if state == WAITING:
        rows = rows.filter(acknowledged_at__isnull=True)
    for name in ("programme", "rule", "severity"):
        if asked.get(name):
            rows = rows.filter(**{name: asked[name]})
    if asked.get("place"):
        rows = rows.filter(organization__in=Organization.objects.within(asked["place"]).values("pk"))
    return rows


@require_safe
@login_required
def alerts_page(request: HttpRequest) -> HttpResponse:
    """What needs somebody's eye, open first. A filter that cannot be read finds nothing and says so."""
    form = AlertFilter({"state": OPEN, **request.GET.dict()}, user=request.user)
    rows = Alert.objects.visible_to(request.user).select_related("programme", "organization__place", "acknowledged_by")
    found = narrowed(rows, form.cleaned_data) if form.is_valid() else rows.none()  # type: ignore[arg-type]
    page = Paginator(alerts.listed(found), PER_PAGE).get_page(request.GET.get("page"))
    kept = {name: request.GET[name] for name in form.fields if request.GET.get(name)}
    context = {
        "form": form,
        "page": page,
        "lines": [Line.of(alert) for alert in page],
        "query": urlencode(kept),
        "is_narrowed": bool(kept),
        "page_name": "alerts",
    }
    return render(request, "scaling/alerts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def alert_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One alert: its figures, what to do, and the note of who acknowledges it."""
    rows = Alert.objects.visible_to(request.user).select_related("programme", "organization__place", "acknowledged_by")
    alert = get_object_or_404(rows, pk=pk)
    may = alerts.may_acknowledge(request.user, alert)
    if request.method == "POST" and not may:
        raise PermissionDenied(_("Your role does not allow this here."))
    form = NoteForm(posted(request), initial={"note": alert.note})
    if request.method == "POST" and form.is_valid():
        try:
            alerts.acknowledge(alert=alert, by=request.user, note=form.cleaned_data["note"])
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("Noted. The alert closes by itself when its condition ends."))
            return redirect("scaling:alerts")
    context = {
        "alert": alert,
        "line": Line.of(alert),
        "advice": alert_words.RULES[alert.rule].advice if alert.rule in alert_words.RULES else "",
        "form": form if may and alert.closed_at is None else None,
        "page_name": "alerts",
    }
    return render(request, "scaling/alert.html", context, status=422 if form.errors else 200)


# --- thresholds ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Held:
    """The thresholds of a country, or of everywhere: those that hold today, and every row through time."""

    country: Any
    label: str
    values: list[tuple[Any, Any, bool]]
    rows: list[ThresholdSetting]
    is_own: bool
    may_set: bool


def _held(user: Any, country: Any, rows: list[ThresholdSetting], everywhere: thresholds.Thresholds) -> Held:
    today = datetime.date.today()
    own = next((thresholds.of_row(row) for row in rows if thresholds.holds(row, today)), None)
    now = own or everywhere
    values = [
        (ThresholdSetting._meta.get_field(name).verbose_name, getattr(now, name), differs)  # type: ignore[union-attr]
        for name in thresholds.NAMES
        for differs in [getattr(now, name) != getattr(DEFAULT, name)]
    ]
    label = country.shown_name if country else _("everywhere")
    return Held(country, label, values, rows, own is not None, thresholds.may_set(user, country))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def thresholds_page(request: HttpRequest) -> HttpResponse:
    """What is in force where, since when and why; a form for who may set them."""
    user = request.user
    everywhere = thresholds.may_set(user, None)
    sets = everywhere or thresholds.settable_countries(user).exists()
    if request.method == "POST" and not sets:
        raise PermissionDenied(_("Your role does not allow this here."))
    rows = list(
        ThresholdSetting.objects.visible_to(user)
        .select_related("country", "set_by")
        .order_by("country__name", "-valid")
    )
    by_country: dict[Any, list[ThresholdSetting]] = {None: []}
    for row in rows:
        by_country.setdefault(row.country, []).append(row)
    general = thresholds.in_force(None, datetime.date.today())
    form = None
    if sets:
        chosen = thresholds.settable_countries(user).filter(code=request.GET.get("country", "")).first()
        initial = {"since": datetime.date.today(), "country": chosen}
        if chosen is not None or "everywhere" in request.GET:
            initial |= vars(thresholds.in_force(chosen, datetime.date.today()))
        form = ThresholdForm(posted(request), initial=initial, user=user, everywhere=everywhere)
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            thresholds.set_thresholds(by=user, **form.operands())
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("Set. Figures and alerts are computed again with them."))
            return redirect("scaling:thresholds")
    context = {
        "held": [_held(user, country, found, general) for country, found in by_country.items()],
        "own": len(by_country) - 1,
        "form": form,
        "page_name": "thresholds",
    }
    return render(request, "scaling/thresholds.html", context, status=422 if form is not None and form.errors else 200)
