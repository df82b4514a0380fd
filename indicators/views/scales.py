"""The rating scale: its versions, items and anchors."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, OuterRef, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from indicators import scales
from indicators.catalogue_forms import ItemForm, NewItemForm, ScaleVersionForm, item_initial
from indicators.models import Anchor, Round, Scale, ScaleItem, ScaleVersion
from indicators.views.catalogue import PAGE, form_page
from indicators.words import dimension_label
from programmes.access import Permission, may, require


def _url(name: str, *arguments: Any) -> str:
    return reverse(f"indicators:{name}", args=arguments)


def visible_version(request: HttpRequest, pk: int) -> ScaleVersion:
    return get_object_or_404(ScaleVersion.objects.visible_to(request.user).select_related("scale"), pk=pk)


def _with_anchors() -> Prefetch[Any]:
    return Prefetch("anchors", Anchor.objects.order_by("level"))


@require_safe
@login_required
def scales_page(request: HttpRequest) -> HttpResponse:
    """All scales with their versions."""
    versions = ScaleVersion.objects.annotate(
        count=Count("items"), used=Exists(Round.objects.filter(scale_version=OuterRef("pk")))
    ).order_by("-pk")
    found = Scale.objects.visible_to(request.user).order_by("pk").prefetch_related(Prefetch("versions", versions))
    context = {"scales": found, "may_manage": may(request.user, Permission.CATALOGUE_MANAGE), "page_name": PAGE}
    return render(request, "indicators/scales.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def scale_version_new(request: HttpRequest, code: str) -> HttpResponse:
    scale = get_object_or_404(Scale.objects.visible_to(request.user), code=code)
    require(request.user, Permission.CATALOGUE_MANAGE)
    form = ScaleVersionForm(request.POST or None)
    return form_page(
        request,
        form,
        lambda: scales.new_version(scale=scale, by=request.user, **form.cleaned_data),
        title=_("A new version of the scale"),
        intro=_("It begins as a copy of the newest version. Scores of different versions are never compared."),
        back=_url("scales"),
        to=lambda made: _url("scale-version", made.pk),
    )


@require_safe
@login_required
def scale_version_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One version: its items with their six levels."""
    version = visible_version(request, pk)
    items = version.items.select_related("indicator").prefetch_related(_with_anchors()).order_by("position")
    used = scales.is_used(version)
    context = {
        "version": version,
        "items": [
            (item, dimension_label(item.dimension), [(anchor.level, anchor.words()) for anchor in item.anchors.all()])
            for item in items
        ],
        "used": used,
        "may_change": may(request.user, Permission.CATALOGUE_MANAGE) and not used,
        "page_name": PAGE,
    }
    return render(request, "indicators/scale_version.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def item_new(request: HttpRequest, pk: int) -> HttpResponse:
    version = visible_version(request, pk)
    require(request.user, Permission.CATALOGUE_MANAGE)
    form = NewItemForm(request.POST or None, version=version)
    return form_page(
        request,
        form,
        lambda: scales.add_item(version=version, by=request.user, **form.cleaned_data),
        title=_("A new item of the scale"),
        intro=_("Indicators that are ratings and have no item in this version yet."),
        back=_url("scale-version", pk),
        to=lambda made: _url("scale-item", made.pk),
    )


def _visible_item(request: HttpRequest, pk: int) -> ScaleItem:
    rows = ScaleItem.objects.visible_to(request.user).select_related("version__scale", "indicator")
    return get_object_or_404(rows.prefetch_related(_with_anchors()), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def item_page(request: HttpRequest, pk: int) -> HttpResponse:
    item = _visible_item(request, pk)
    require(request.user, Permission.CATALOGUE_MANAGE)
    form = ItemForm(request.POST or None, initial=item_initial(item))
    return form_page(
        request,
        form,
        lambda: scales.change_item(item=item, by=request.user, **form.operands()),
        title=f"{item.indicator.code} · {item.version}",
        back=_url("scale-version", item.version_id),
    )


@require_POST
@login_required
def item_remove(request: HttpRequest, pk: int) -> HttpResponse:
    item = _visible_item(request, pk)
    require(request.user, Permission.CATALOGUE_MANAGE)
    try:
        scales.remove_item(item=item, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The item is out of this version."))
    return redirect("indicators:scale-version", pk=item.version_id)
