"""The catalogue: what is measured, for everybody to read; administrators keep it here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from indicators import catalogue_forms, catalogue_upkeep, rule_upkeep
from indicators.models import (
    CollectedIn,
    EntryField,
    Indicator,
    IndicatorLevel,
    IndicatorType,
    IndicatorVersion,
    Rule,
    ScaleItem,
)
from indicators.views.rounds import add_errors
from indicators.words import dimension_label
from programmes.access import Permission, may, require

PAGE = "catalogue"


def form_page(
    request: HttpRequest,
    form: Any,
    save: Callable[[], Any],
    *,
    title: str,
    back: str,
    to: Callable[[Any], str] | None = None,
    intro: str = "",
) -> HttpResponse:
    """A form on a page of its own: saved and gone to `to` (or back), or shown again with what was typed."""
    if request.method == "POST" and form.is_valid():
        try:
            done = save()
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect(to(done) if to else back)
    context = {"form": form, "title": title, "intro": intro, "back": back, "page_name": PAGE}
    return render(request, "indicators/catalogue_form.html", context, status=422 if form.errors else 200)


def _url(name: str, *arguments: Any) -> str:
    return reverse(f"indicators:{name}", args=arguments)


def visible_indicator(request: HttpRequest, code: str) -> Indicator:
    return get_object_or_404(Indicator.objects.visible_to(request.user), code=code)


def _found(request: HttpRequest) -> list[Indicator]:
    """What the filters of the address leave; unknown ones filter nothing. A search reads every language."""
    rows = Indicator.objects.visible_to(request.user).prefetch_related("versions", "fields")
    asked = request.GET
    for name, values in (("type", IndicatorType.values), ("level", IndicatorLevel.values)):
        if asked.get(name) in values:
            rows = rows.filter(**{name: asked[name]})
    if asked.get("dimension"):
        rows = rows.filter(dimension=asked["dimension"])
    if asked.get("asked_in") in CollectedIn.values:
        rows = rows.filter(
            pk__in=EntryField.objects.filter(collected_in__contains=[asked["asked_in"]]).values("indicator")
        )
    words = asked.get("q", "")[:100].casefold().split()
    return [row for row in rows if all(word in _all_words(row) for word in words)]


def _all_words(indicator: Indicator) -> str:
    texts = [indicator.code, *indicator.ifad_core_indicators]
    for version in indicator.versions.all():
        texts += [version.name, version.definition]
        texts += [text for of_language in version.translations.values() for text in of_language.values()]
    return " ".join(texts).casefold()


@require_safe
@login_required
def catalogue_page(request: HttpRequest) -> HttpResponse:
    """All indicators, with a search and filters."""
    visible = Indicator.objects.visible_to(request.user)
    dimensions = visible.exclude(dimension="").order_by("dimension").values_list("dimension", flat=True).distinct()
    kinds = dict(CollectedIn.choices)
    lines = [
        {
            "indicator": one,
            "version": one.version_now,
            "dimension": dimension_label(one.dimension),
            "asked_in": [
                kinds[kind] for kind in CollectedIn.values if any(kind in f.collected_in for f in one.fields.all())
            ],
        }
        for one in _found(request)
    ]
    context = {
        "lines": lines,
        "q": request.GET.get("q", "")[:100],
        "choices": [
            ("type", _("Type"), IndicatorType.choices, request.GET.get("type", "")),
            ("level", _("Measured on"), IndicatorLevel.choices, request.GET.get("level", "")),
            (
                "dimension",
                _("Dimension"),
                [(one, dimension_label(one)) for one in dimensions],
                request.GET.get("dimension", ""),
            ),
            ("asked_in", _("Asked in"), CollectedIn.choices, request.GET.get("asked_in", "")),
        ],
        "may_manage": may(request.user, Permission.CATALOGUE_MANAGE),
        "page_name": PAGE,
    }
    return render(request, "indicators/catalogue.html", context)


@require_safe
@login_required
def indicator_page(request: HttpRequest, code: str) -> HttpResponse:
    """One indicator: its versions in four languages, its numbers, the rules that name them, its anchors."""
    rows = Indicator.objects.visible_to(request.user).select_related("related")
    indicator = get_object_or_404(rows.prefetch_related("versions", "fields", "related__versions"), code=code)
    keys = [field.key for field in indicator.fields.all()]
    named = Rule.objects.filter(Q(left__overlap=keys) | Q(right__overlap=keys)) if keys else Rule.objects.none()
    items = ScaleItem.objects.filter(indicator=indicator).select_related("version__scale")
    versions = sorted(indicator.versions.all(), key=lambda one: one.number, reverse=True)
    kinds = dict(CollectedIn.choices)
    context = {
        "indicator": indicator,
        "version": indicator.version_now,
        "dimension": dimension_label(indicator.dimension),
        "versions": [(one, _in_languages(one)) for one in versions],
        "fields": [
            (field, [kinds[kind] for kind in field.collected_in if kind in kinds]) for field in indicator.fields.all()
        ],
        "rules": named,
        "items": items.order_by("-version_id"),
        "takes_fields": not indicator.is_computed and indicator.level == IndicatorLevel.ORGANIZATION,
        "may_manage": may(request.user, Permission.CATALOGUE_MANAGE),
        "page_name": PAGE,
    }
    return render(request, "indicators/indicator.html", context)


def _in_languages(version: IndicatorVersion) -> list[dict[str, str]]:
    found = [
        {
            "code": "en",
            "language": "English",
            "name": version.name,
            "definition": version.definition,
            "unit": version.unit,
        }
    ]
    for code, language in catalogue_forms.OTHERS:
        texts = version.translations.get(code, {})
        found.append(
            {"code": code, "language": language, **{k: texts.get(k, "") for k in ("name", "definition", "unit")}}
        )
    return found


# --- upkeep ----------------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def indicator_new(request: HttpRequest) -> HttpResponse:
    require(request.user, Permission.CATALOGUE_MANAGE)
    form = catalogue_forms.NewIndicatorForm(request.POST or None, initial=catalogue_forms.version_initial(None))
    return form_page(
        request,
        form,
        lambda: catalogue_upkeep.add_indicator(by=request.user, **form.operands()),
        title=_("A new indicator"),
        intro=_("After this come the numbers that organizations report for it."),
        back=_url("catalogue"),
        to=lambda made: _url("indicator", made.code),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def indicator_edit(request: HttpRequest, code: str) -> HttpResponse:
    indicator = visible_indicator(request, code)
    require(request.user, Permission.CATALOGUE_MANAGE)
    initial = {
        "dimension": indicator.dimension,
        "position": indicator.position,
        "ifad_core_indicators": ", ".join(indicator.ifad_core_indicators),
        "related": indicator.related.code if indicator.related else "",
    }
    form = catalogue_forms.IndicatorForm(request.POST or None, initial=initial)
    return form_page(
        request,
        form,
        lambda: catalogue_upkeep.change_indicator(indicator=indicator, by=request.user, **form.operands()),
        title=_("%(code)s: where it stands") % {"code": code},
        back=_url("indicator", code),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def version_new(request: HttpRequest, code: str) -> HttpResponse:
    indicator = visible_indicator(request, code)
    require(request.user, Permission.CATALOGUE_MANAGE)
    last = indicator.versions.order_by("-number").first()
    form = catalogue_forms.NewVersionForm(request.POST or None, initial=catalogue_forms.version_initial(last))
    return form_page(
        request,
        form,
        lambda: catalogue_upkeep.new_version(
            indicator=indicator, since=form.cleaned_data["since"], by=request.user, **form.texts()
        ),
        title=_("%(code)s: a new definition") % {"code": code},
        intro=_("Values measured under the old definition are never compared with those under the new one."),
        back=_url("indicator", code),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def version_mend(request: HttpRequest, code: str, number: int) -> HttpResponse:
    indicator = visible_indicator(request, code)
    version = get_object_or_404(IndicatorVersion.objects.visible_to(request.user), indicator=indicator, number=number)
    require(request.user, Permission.CATALOGUE_MANAGE)
    form = catalogue_forms.VersionForm(request.POST or None, initial=catalogue_forms.version_initial(version))
    return form_page(
        request,
        form,
        lambda: catalogue_upkeep.mend_version(version=version, by=request.user, **form.texts()),
        title=_("%(code)s: mend the words") % {"code": code},
        intro=_("Once a round has used this definition, only its translations change; otherwise make a new version."),
        back=_url("indicator", code),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def indicator_retire(request: HttpRequest, code: str) -> HttpResponse:
    indicator = visible_indicator(request, code)
    require(request.user, Permission.CATALOGUE_MANAGE)
    form = catalogue_forms.RetireForm(request.POST or None)
    return form_page(
        request,
        form,
        lambda: catalogue_upkeep.retire(indicator=indicator, on=form.cleaned_data["on"], by=request.user),
        title=_("Retire %(code)s") % {"code": code},
        intro=_("New rounds ask it no more. What was measured stays; a new version brings it back."),
        back=_url("indicator", code),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def field_new(request: HttpRequest, code: str) -> HttpResponse:
    indicator = visible_indicator(request, code)
    require(request.user, Permission.CATALOGUE_MANAGE)
    form = catalogue_forms.FieldForm(request.POST or None)
    return form_page(
        request,
        form,
        lambda: catalogue_upkeep.add_field(indicator=indicator, by=request.user, **form.operands()),
        title=_("%(code)s: a number to report") % {"code": code},
        back=_url("indicator", code),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def field_page(request: HttpRequest, key: str) -> HttpResponse:
    field = get_object_or_404(EntryField.objects.visible_to(request.user).select_related("indicator"), key=key)
    require(request.user, Permission.CATALOGUE_MANAGE)
    form = catalogue_forms.FieldForm(request.POST or None, field=field, initial=catalogue_forms.field_initial(field))
    return form_page(
        request,
        form,
        lambda: catalogue_upkeep.change_field(field=field, by=request.user, **form.operands()),
        title=key,
        back=_url("indicator", field.indicator.code),
    )


# --- rules -----------------------------------------------------------------------------------------------------------
@require_safe
@login_required
def rules_page(request: HttpRequest) -> HttpResponse:
    """All quality rules."""
    rules = Rule.objects.visible_to(request.user)
    context = {
        "rules": [(rule, rule_upkeep.holds_in_database(rule)) for rule in rules],
        "may_manage": may(request.user, Permission.CATALOGUE_MANAGE),
        "page_name": PAGE,
    }
    return render(request, "indicators/rules.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def rule_new(request: HttpRequest) -> HttpResponse:
    require(request.user, Permission.CATALOGUE_MANAGE)
    form = catalogue_forms.RuleForm(request.POST or None)
    return form_page(
        request,
        form,
        lambda: rule_upkeep.add_rule(by=request.user, **form.operands()),
        title=_("A new quality rule"),
        intro=_("It holds at once wherever a round asks all its keys."),
        back=_url("rules"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def rule_page(request: HttpRequest, code: str) -> HttpResponse:
    rule = get_object_or_404(Rule.objects.visible_to(request.user), code=code)
    require(request.user, Permission.CATALOGUE_MANAGE)
    form = catalogue_forms.RuleForm(request.POST or None, rule=rule, initial=catalogue_forms.rule_initial(rule))
    return form_page(
        request,
        form,
        lambda: rule_upkeep.change_rule(rule=rule, by=request.user, **form.operands()),
        title=f"{rule.code} · {rule.get_kind_display()}",
        back=_url("rules"),
    )
