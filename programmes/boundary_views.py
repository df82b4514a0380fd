"""Pages of boundaries: which places have one, bringing a file, what it would change, taking it over."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Min, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from programmes import boundaries
from programmes.access import scope_of
from programmes.boundaries import NEW, REPLACED, UNMATCHED, WRONG
from programmes.boundary_matching import Weighed, properties
from programmes.forms import PlaceChoice, choose_from
from programmes.models import BoundaryUpload, MatchBy, Place
from programmes.rate_views import add_errors

#: So many features are shown, those with something to say first; the counts are of all.
SHOWN = 300
ORDER = (WRONG, UNMATCHED, REPLACED, NEW)


class BringForm(forms.Form):
    country = PlaceChoice(label=gettext_lazy("Country"))
    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=forms.FileInput(attrs={"accept": ".geojson,.json"}),
        help_text=gettext_lazy(
            "GeoJSON: a FeatureCollection of areas in WGS84, of any level or several. Nothing changes before you have "
            "seen what would change."
        ),
        error_messages={
            "required": gettext_lazy("Choose a file first."),
            "empty": gettext_lazy("The file is empty."),
        },
    )
    source = forms.CharField(
        label=gettext_lazy("Source"), max_length=300, help_text=gettext_lazy("Who published it, where, of which year.")
    )
    licence = forms.CharField(
        label=gettext_lazy("Licence"), max_length=200, help_text=gettext_lazy("How it may be used; shown at the map.")
    )


class MatchForm(forms.Form):
    key = forms.ChoiceField(label=gettext_lazy("Property of the features"))
    match_by = forms.ChoiceField(label=gettext_lazy("It holds the"), choices=MatchBy.choices)

    def __init__(self, *args: Any, known: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["key"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(name, name) for name in known]


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def list_page(request: HttpRequest) -> HttpResponse:
    """Which places have boundaries, from where; a file may be brought by who manages rounds of a country."""
    own = boundaries.countries_of(request.user)
    may_write = own.exists()
    if request.method == "POST" and not may_write:
        raise PermissionDenied(_("Your role does not allow this here."))
    country = request.GET.get("country", "")
    form = (
        BringForm(request.POST, request.FILES) if request.method == "POST" else BringForm(initial={"country": country})
    )
    choose_from(form, "country", own.order_by("name", "pk"))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            upload = boundaries.receive(
                country=data["country"], upload=data["file"], source=data["source"], licence=data["licence"],
                by=request.user,
            )  # fmt: skip
        except ValidationError as error:
            add_errors(form, error)
        else:
            return redirect("programmes:boundary-file", pk=upload.pk)
    files = BoundaryUpload.objects.filter(country__in=own).select_related("user", "country").defer("features")
    context = {
        "form": form if may_write else None,
        "countries": _countries(request.user, set(own.values_list("pk", flat=True))),
        "files": files[:20],
        "page_name": "boundaries",
    }
    return render(request, "programmes/boundaries.html", context, status=422 if form.errors else 200)


def _countries(user: Any, own: set[int]) -> list[dict[str, Any]]:
    """Of each country of the reader's scope: places of each level, how many have a boundary, and its sources."""
    places = Place.objects.visible_to(user)
    scope = scope_of(user)
    if not scope.everything:
        seen = scope.countries_of_programmes
        places = places.filter(Q(pk__in=seen) | Q(country__in=seen))
    countries = {one.pk: one for one in places.filter(level=0).order_by("name", "pk")}
    levels: dict[int, list[dict[str, Any]]] = {pk: [] for pk in countries}
    counted: Any = places.filter(level__gt=0).values("country", "level").order_by("level")
    for row in counted.annotate(n=Count("pk"), known=Count("boundary"), called=Min("level_name")):
        if row["country"] in levels:
            levels[row["country"]].append(row)
    sources: dict[int, list[dict[str, Any]]] = {pk: [] for pk in countries}
    used: Any = (
        BoundaryUpload.objects.filter(country__in=countries, boundaries__isnull=False).order_by("source").distinct()
    )
    for row in used.values("country", "source", "licence", "is_synthetic"):
        sources[row["country"]].append(row)
    return [
        {"row": row, "levels": levels[pk], "sources": sources[pk], "may_write": pk in own and bool(sources[pk])}
        for pk, row in countries.items()
    ]


def _file(request: HttpRequest, pk: int) -> BoundaryUpload:
    """404 for what is none of the asker's countries."""
    rows = BoundaryUpload.objects.filter(country__in=boundaries.countries_of(request.user))
    return get_object_or_404(rows.select_related("country", "user", "withdrawn_by"), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def file_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What a file would change, feature by feature; matching it otherwise; taking it over."""
    upload = _file(request, pk)
    known = properties(upload)
    problems: list[str] = []
    form = MatchForm(known=known, initial={"key": upload.key, "match_by": upload.match_by})
    if request.method == "POST":
        try:
            if "match" in request.POST:
                key, way = request.POST.get("key", ""), request.POST.get("match_by", "")
                boundaries.match(upload=upload, key=key, match_by=way, by=request.user)
                return redirect("programmes:boundary-file", pk=pk)
            count = boundaries.commit(upload=upload, by=request.user, seen=request.POST.get("seen", ""))
        except ValidationError as error:
            problems = error.messages
        else:
            text = ngettext("%(n)d boundary taken over.", "%(n)d boundaries taken over.", count) % {"n": count}
            messages.success(request, text)
            return redirect("programmes:boundary-file", pk=pk)
    found, seen = ([], "") if upload.committed_at else boundaries.look(upload)
    counts = Counter(one.verdict for one in found)
    labels = {
        WRONG: _("wrong"),
        UNMATCHED: _("left out"),
        REPLACED: _("replaces a boundary"),
        NEW: _("new"),
    }
    ordered = sorted(found, key=lambda one: (ORDER.index(one.verdict), one.row))[:SHOWN]
    context = {
        "upload": upload,
        "form": form if known else None,
        "lines": [_line(one, labels) for one in ordered],
        "counts": [(labels[verdict], counts[verdict]) for verdict in ORDER if counts[verdict]],
        "rows": len(found),
        "wrong": counts[WRONG],
        "changes": counts[NEW] + counts[REPLACED],
        "seen": seen,
        "problems": problems,
        "page_name": "boundaries",
    }
    return render(request, "programmes/boundary_file.html", context, status=422 if problems else 200)


def _line(one: Weighed, labels: dict[str, str]) -> dict[str, Any]:
    return {
        "row": one.row,
        "label": one.label,
        "value": one.value,
        "place": one.place,
        "verdict": labels[one.verdict],
        "words": one.words,
    }


@require_POST
@login_required
def withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """Take the boundaries of a country away."""
    country = get_object_or_404(boundaries.countries_of(request.user), code=code)
    count = boundaries.withdraw(country=country, by=request.user)
    text = ngettext("%(n)d boundary taken away.", "%(n)d boundaries taken away.", count) % {"n": count}
    messages.success(request, text)
    return redirect("programmes:boundaries")
