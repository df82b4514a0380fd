"""Forms of the catalogue's upkeep; rules stand in the operations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from indicators.forms import day
from indicators.models import (
    OPERATORS,
    CollectedIn,
    EntryField,
    Indicator,
    IndicatorLevel,
    IndicatorType,
    IndicatorVersion,
    Rule,
    RuleKind,
    ScaleItem,
    Severity,
    ValueType,
)
from indicators.scales import LEVELS
from indicators.target_forms import IndicatorChoice, choose_from
from programmes.forms import NumberField
from programmes.vocabulary import CountBasis

#: Languages beside English, which the fields themselves are in.
OTHERS = [(code, name) for code, name in settings.LANGUAGES if code != "en"]


def area(rows: int = 2) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class TranslatedForm(forms.Form):
    """Texts in English and, behind each, in the other languages (`name`, `name_fr` …)."""

    #: Field → how long it may be; None for a text of many lines.
    translated: dict[str, int | None] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ordered: dict[str, forms.Field] = {}
        for name, field in self.fields.items():
            ordered[name] = field
            if name not in self.translated:
                continue
            longest = self.translated[name]
            for code, language in OTHERS:
                spoken = {"lang": code, "dir": "auto"}
                widget: forms.Widget = forms.TextInput(attrs=spoken)
                if longest is None:
                    widget = forms.Textarea(attrs={"rows": 2, **spoken})
                ordered[f"{name}_{code}"] = forms.CharField(
                    label=format_lazy("{} ({})", field.label or name, language),
                    required=False,
                    max_length=longest or 5000,
                    widget=widget,
                )
        self.fields = ordered

    def translations(self, rename: dict[str, str] | None = None) -> dict[str, dict[str, str]]:
        """{"fr": {"name": …}}, without what is empty; `rename` gives a field another key there."""
        found: dict[str, dict[str, str]] = {}
        for name in rename or self.translated:
            for code, _language in OTHERS:
                text = self.cleaned_data[f"{name}_{code}"]
                if text:
                    found.setdefault(code, {})[(rename or {}).get(name, name)] = unix(text)
        return found


def unix(text: Any) -> Any:
    """Lines end as they do in the database, so that an unchanged text is the same text."""
    return text.replace("\r\n", "\n") if isinstance(text, str) else text


def translated_initial(row: Any, names: tuple[str, ...], key: str = "") -> dict[str, str]:
    """What stands in a row's translations, for the fields `name_fr` …; `key` if they have another name there."""
    return {
        f"{name}_{code}": row.translations.get(code, {}).get(key or name, "") for name in names for code, _l in OTHERS
    }


class VersionForm(TranslatedForm):
    """What an indicator means."""

    translated = {"name": 200, "definition": None, "unit": 120}

    name = forms.CharField(label=_("Name"), max_length=200)
    definition = forms.CharField(label=_("Definition"), max_length=5000, widget=area(3))
    unit = forms.CharField(label=_("Unit"), max_length=120)
    data_type = forms.CharField(label=_("Data type"), required=False, max_length=120)
    frequency = forms.CharField(label=_("Frequency"), required=False, max_length=120)
    disaggregation = forms.CharField(label=_("Disaggregation"), required=False, max_length=2000, widget=area())
    aggregation_rule = forms.CharField(
        label=_("Aggregation over organizations"), required=False, max_length=2000, widget=area()
    )
    checks = forms.CharField(label=_("Checks"), required=False, max_length=2000, widget=area())
    source = forms.CharField(label=_("Source"), required=False, max_length=200)
    higher_is_better = forms.BooleanField(label=_("Higher is better"), required=False)

    VERSION_FIELDS = (
        "name",
        "definition",
        "unit",
        "data_type",
        "frequency",
        "disaggregation",
        "aggregation_rule",
        "checks",
        "source",
        "higher_is_better",
    )

    def texts(self) -> dict[str, Any]:
        return {
            **{name: unix(self.cleaned_data[name]) for name in self.VERSION_FIELDS},
            "translations": self.translations(),
        }


def version_initial(version: IndicatorVersion | None) -> dict[str, Any]:
    if version is None:
        return {"higher_is_better": True}
    return {
        **{name: getattr(version, name) for name in VersionForm.VERSION_FIELDS},
        **translated_initial(version, ("name", "definition", "unit")),
    }


class NewVersionForm(VersionForm):
    since = day(_("Valid from"), help_text=_("The version before ends the day before."))
    field_order = ["since"]


def core_codes(form: forms.Form) -> list[str]:
    """IFAD core indicators, as written with commas between."""
    return [one.strip() for one in form.cleaned_data["ifad_core_indicators"].split(",") if one.strip()]


def core_field() -> forms.CharField:
    return forms.CharField(
        label=_("IFAD core indicators"),
        required=False,
        max_length=200,
        help_text=_("Codes with commas between, for example 2.1.3, SF.2.1."),
    )


class NewIndicatorForm(VersionForm):
    """An indicator with its first version."""

    code = forms.CharField(
        label=_("Code"), max_length=20, help_text=_("Capital letters, digits and hyphens; it never changes.")
    )
    level = forms.ChoiceField(label=_("Measured on"), choices=IndicatorLevel.choices)
    type = forms.ChoiceField(label=_("Type"), choices=IndicatorType.choices)
    dimension = forms.CharField(label=_("Dimension"), required=False, max_length=60)
    is_computed = forms.BooleanField(label=_("Computed, never entered"), required=False)
    is_rating = forms.BooleanField(label=_("Rating from 1 to 6"), required=False)
    ifad_core_indicators = core_field()
    related = IndicatorChoice(label=_("Related indicator"), required=False)
    since = day(_("Valid from"), required=False, help_text=_("Empty: always."))
    field_order = ["code", "level", "type", "dimension", "is_computed", "is_rating"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "related", Indicator.objects.prefetch_related("versions"))
        self.order_fields(self.field_order)

    def operands(self) -> dict[str, Any]:
        names = ("code", "level", "type", "dimension", "is_computed", "is_rating", "related", "since")
        own = {name: self.cleaned_data[name] for name in names}
        return {**own, "ifad_core_indicators": core_codes(self), **self.texts()}


class IndicatorForm(forms.Form):
    """Where an indicator stands, and what it goes with."""

    dimension = forms.CharField(label=_("Dimension"), required=False, max_length=60)
    position = forms.IntegerField(label=_("Position in the list"), min_value=0, max_value=32767)
    ifad_core_indicators = core_field()
    related = IndicatorChoice(label=_("Related indicator"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "related", Indicator.objects.prefetch_related("versions"))

    def operands(self) -> dict[str, Any]:
        return {**self.cleaned_data, "ifad_core_indicators": core_codes(self)}


class RetireForm(forms.Form):
    on = day(_("Asked no more from"))


class FieldForm(TranslatedForm):
    """A number that organizations report. The part is asked only for a new one."""

    translated = {"label": 200}

    part = forms.CharField(
        label=_("Part"),
        required=False,
        max_length=40,
        help_text=_("Small letters, for example women; empty for the total."),
    )
    label = forms.CharField(
        label=_("Label of the part"), required=False, max_length=EntryField._meta.get_field("label").max_length
    )
    value_type = forms.ChoiceField(label=_("Type of value"), choices=ValueType.choices)
    minimum = NumberField(label=_("Least value"), required=False)
    maximum = NumberField(label=_("Greatest value"), required=False)
    basis = forms.ChoiceField(
        label=_("Basis"), required=False, choices=[("", _("none")), *CountBasis.choices], help_text=_("For counts.")
    )
    collected_in = forms.MultipleChoiceField(
        label=_("Asked in"),
        required=False,
        choices=CollectedIn.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Open rounds that ask the indicator ask this number at once; new rounds from their opening on."),
    )
    position = forms.IntegerField(
        label=_("Position"),
        required=False,
        min_value=0,
        max_value=32767,
        help_text=_("Among all numbers; empty: after the others of the indicator."),
    )

    def __init__(self, *args: Any, field: EntryField | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if field is not None:
            del self.fields["part"]
            self.fields["position"].required = True

    def operands(self) -> dict[str, Any]:
        names = [name for name in FieldForm.base_fields if name in self.fields]
        data = {name: self.cleaned_data[name] for name in names}
        data["minimum"] = data["minimum"] or 0
        return {**data, "translations": self.translations()}


def field_initial(field: EntryField) -> dict[str, Any]:
    names = ("label", "value_type", "minimum", "maximum", "basis", "collected_in", "position")
    return {**{name: getattr(field, name) for name in names}, **translated_initial(field, ("label",))}


class RuleForm(forms.Form):
    """A quality rule. Code and kind are asked only for a new one."""

    code = forms.SlugField(label=_("Code"), max_length=60)
    kind = forms.ChoiceField(label=_("Kind"), choices=RuleKind.choices)
    severity = forms.ChoiceField(label=_("Severity"), choices=Severity.choices)
    left = forms.CharField(
        label=_("Keys"),
        required=False,
        max_length=1000,
        help_text=_("With spaces between, for example OP-06.women OP-06.men; for ratings, empty means all of them."),
    )
    operator = forms.ChoiceField(label=_("Compared by"), required=False, choices=[("", "–"), *OPERATORS])
    right = forms.CharField(
        label=_("Compared with"),
        required=False,
        max_length=1000,
        help_text=_("The other side; for a balance, what came in and what went out."),
    )
    limit = NumberField(label=_("Limit"), required=False, help_text=_("Levels, per cent or level, as the kind says."))
    is_on = forms.BooleanField(label=_("In use"), required=False, initial=True)

    def __init__(self, *args: Any, rule: Rule | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("code", "kind") if rule is not None else ("is_on",):
            del self.fields[name]

    def operands(self) -> dict[str, Any]:
        return {**self.cleaned_data, **{side: self.cleaned_data[side].split() for side in ("left", "right")}}


def rule_initial(rule: Rule) -> dict[str, Any]:
    return {
        "severity": rule.severity,
        "left": " ".join(rule.left),
        "operator": rule.operator,
        "right": " ".join(rule.right),
        "limit": rule.limit,
        "is_on": rule.is_on,
    }


class ScaleVersionForm(forms.Form):
    number = forms.CharField(label=_("Version"), max_length=20)
    valid_from = day(_("Valid from"), help_text=_("Rounds that describe a day from then on score on it."))


class NewItemForm(forms.Form):
    indicator = IndicatorChoice(label=_("Rating"))

    def __init__(self, *args: Any, version: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        free = Indicator.objects.filter(is_rating=True).exclude(scale_items__version=version)
        choose_from(self, "indicator", free.prefetch_related("versions"))


class ItemForm(TranslatedForm):
    """An item of the scale with the words of its six levels."""

    translated = {"name": 200, "means_of_verification": None, **{f"anchor_{level}": None for level in LEVELS}}

    position = forms.IntegerField(label=_("Position"), min_value=1, max_value=32767)
    dimension = forms.CharField(label=_("Dimension"), max_length=60)
    name = forms.CharField(label=_("Name"), max_length=200)
    means_of_verification = forms.CharField(label=_("How to verify"), required=False, max_length=2000, widget=area())

    anchor_1, anchor_2, anchor_3, anchor_4, anchor_5, anchor_6 = (
        forms.CharField(label=format_lazy(_("Level {level}"), level=level), max_length=2000, widget=area())
        for level in LEVELS
    )

    def operands(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            **{name: unix(data[name]) for name in ("position", "dimension", "name", "means_of_verification")},
            "translations": self.translations({"name": "name", "means_of_verification": "means_of_verification"}),
            "anchors": {level: unix(data[f"anchor_{level}"]) for level in LEVELS},
            "anchor_translations": {level: self.translations({f"anchor_{level}": "text"}) for level in LEVELS},
        }


def item_initial(item: ScaleItem) -> dict[str, Any]:
    """Wants `anchors` prefetched."""
    found: dict[str, Any] = {
        **{name: getattr(item, name) for name in ("position", "dimension", "name", "means_of_verification")},
        **translated_initial(item, ("name", "means_of_verification")),
    }
    for anchor in item.anchors.all():
        found[f"anchor_{anchor.level}"] = anchor.text
        found.update(translated_initial(anchor, (f"anchor_{anchor.level}",), "text"))
    return found
