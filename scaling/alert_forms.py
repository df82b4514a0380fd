"""Forms of alerts and thresholds; rules stand in the operations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

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
    place = PlaceChoice(label=_("Place"), required=False, empty_label=_("all"))

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        programmes = Programme.objects.visible_to(user).order_by("name")
        choose_from(self, "programme", programmes)
        countries = Place.objects.filter(programmes__in=programmes)
        choose_from(self, "place", Place.objects.visible_to(user).filter(pk__in=_inside(countries)).order_by("name"))


def _inside(countries: Any) -> Any:
    """Places of these countries that may hold organizations, the countries themselves included."""
    pks = countries.values("pk")
    return Place.objects.filter(pk__in=pks).values("pk").union(Place.objects.filter(country__in=pks).values("pk"))


class NoteForm(forms.Form):
    note = forms.CharField(
        label=_("Note"), required=False, widget=area(), help_text=_("What you found, what was done, who follows it up.")
    )


class ThresholdForm(forms.Form):
    """Where, from when, why, and the thresholds by their names."""

    country = PlaceChoice(label=_("Country"), required=False, empty_label=_("everywhere"))
    since = day(_("In force from"))

    def __init__(self, *args: Any, user: Any, everywhere: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "country", thresholds.settable_countries(user))
        self.fields["country"].required = not everywhere
        for name in thresholds.NAMES:
            field = ThresholdSetting._meta.get_field(name).formfield()  # type: ignore[union-attr]
            assert field is not None
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
            "values": {name: data[name] for name in thresholds.NAMES},
        }
