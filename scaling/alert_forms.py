"""Forms of alerts and thresholds; rules stand in the operations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from organizations.forms.fields import CodeField
from programmes.forms import PlaceChoice, area, choose_from, day
from programmes.models import Place, Programme
from scaling import thresholds
from scaling.alert_words import RULES
from scaling.models import Severity, ThresholdSetting

OPEN, WAITING, CLOSED, ALL = "open", "waiting", "closed", "all"


class AlertFilter(forms.Form):
    """What the list of alerts may be narrowed by."""

    state = forms.ChoiceField(
        label=_("Which"),
        required=False,
        choices=[(ALL, _("all")), (OPEN, _("open")), (WAITING, _("not acknowledged")), (CLOSED, _("closed"))],
    )
    programme = forms.ModelChoiceField(
        Programme.objects.none(), label=_("Programme"), required=False, to_field_name="code", empty_label=_("all")
    )
    rule = forms.ChoiceField(
        label=_("About"),
        required=False,
        choices=[("", _("all")), *((rule, words.name) for rule, words in RULES.items())],
    )
    severity = forms.ChoiceField(label=_("Severity"), required=False, choices=[("", _("all")), *Severity.choices])
    place = CodeField(what="places", label=_("Place"), required=False, help_text="")

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "programme", Programme.objects.visible_to(user).order_by("name"))
        self.fields["place"].queryset = Place.objects.visible_to(user)  # type: ignore[attr-defined]


class NoteForm(forms.Form):
    note = forms.CharField(
        label=_("Note"), required=False, widget=area(), help_text=_("What you found, what was done, who follows it up.")
    )


class ThresholdForm(forms.Form):
    """Where, from when, why, and the thresholds by their names; an empty one stays as it is in force there."""

    country = PlaceChoice(label=_("Country"), required=False, empty_label=_("everywhere"))
    since = day(_("In force from"))

    def __init__(self, *args: Any, user: Any, everywhere: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "country", thresholds.settable_countries(user))
        if not everywhere:
            country = self.fields["country"]
            assert isinstance(country, forms.ModelChoiceField)
            country.required, country.empty_label = True, "–"
        for name in thresholds.NAMES:
            field = ThresholdSetting._meta.get_field(name).formfield()  # type: ignore[union-attr]
            assert field is not None
            field.required = False
            self.fields[name] = field
        self.fields["reason"] = forms.CharField(
            label=_("Reason"), max_length=500, widget=area(), help_text=_("Who agreed on it, and on what grounds.")
        )

    def operands(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "country": data["country"],
            "since": data["since"],
            "reason": data["reason"],
            "values": {name: data[name] for name in thresholds.NAMES if data[name] is not None},
        }
