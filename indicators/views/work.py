"""The first page after signing in, and the work list."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from indicators.models import Reminder
from indicators.work import work_list
from programmes.access import Permission, scope_of


@require_safe
@login_required
def start(request: HttpRequest) -> HttpResponse:
    """Officers begin with what is due, everybody else with the Portfolio."""
    enters = not scope_of(request.user, Permission.RETURNS_ENTER).is_empty
    return redirect("indicators:work" if enters else "scaling:portfolio")


@require_safe
@login_required
def work_page(request: HttpRequest) -> HttpResponse:
    reminders = Reminder.objects.filter(user=request.user.pk).select_related("round").order_by("-day")[:5]
    context = {"work": work_list(request.user), "reminders": reminders, "page_name": "work"}
    return render(request, "indicators/work.html", context)
