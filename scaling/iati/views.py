"""The page IATI: files to fetch, and who reports."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from programmes.access import Permission, may, require
from programmes.forms import PlaceChoice, choose_from
from programmes.models import Place, Programme
from programmes.rate_views import add_errors
from scaling.iati import reporters
from scaling.iati.models import ReportingOrganization


class ReporterForm(forms.ModelForm):  # type: ignore[type-arg]
    country = PlaceChoice(label=gettext_lazy("Country"), required=False, empty_label=gettext_lazy("everywhere"))

    class Meta:
        model = ReportingOrganization
        fields = [
            "country",
            "ref",
            "name",
            "type",
            "role",
            "partner",
            "secondary",
            "currency",
            "language",
            "sector",
            "flow_type",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "country", Place.objects.filter(level=0))  # type: ignore[arg-type]

    def _get_validation_exclusions(self) -> set[str]:
        """Naming a country again changes what is set for it: that there is one already is no fault."""
        return {*super()._get_validation_exclusions(), "country"}  # type: ignore[misc]


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def iati_page(request: HttpRequest) -> HttpResponse:
    """Files of the programmes that may be seen; administrators say who reports."""
    sets = may(request.user, Permission.FIGURES_MANAGE)
    if request.method == "POST":
        require(request.user, Permission.FIGURES_MANAGE)
    rows = list(
        ReportingOrganization.objects.visible_to(request.user)
        .select_related("country", "partner")
        .order_by("country__name")
    )
    asked = request.GET.get("country", "")
    chosen = next((row for row in rows if (row.country.code if row.country else "") == asked), None)
    form = None
    if sets:
        initial = {"country": asked} if chosen is not None and asked else {}
        form = ReporterForm(
            request.POST if request.method == "POST" else None,
            instance=chosen if request.method != "POST" else None,
            initial=initial,
        )
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            reporters.put(by=request.user, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("scaling:iati")
    programmes = list(
        Programme.objects.visible_to(request.user).prefetch_related("countries").order_by("is_synthetic", "name")
    )
    context = {
        "rows": rows,
        "form": form,
        "programmes": _told(programmes),
        "page_name": "iati",
    }
    return render(request, "scaling/iati.html", context, status=422 if form is not None and form.errors else 200)


def _told(programmes: list[Programme]) -> list[tuple[Programme, ReportingOrganization | None]]:
    """Each with who reports it, or nobody."""
    try:
        who: dict[int, ReportingOrganization] = reporters.of_programmes(programmes)
    except reporters.NoReporter as error:
        who = reporters.of_programmes(one for one in programmes if one.code not in error.codes)
    return [(one, who.get(one.pk)) for one in programmes]
