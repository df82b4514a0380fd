"""Forms of the enabling space; rules stand in the operations."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import F
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from programmes import numbers
from programmes.access import Permission
from programmes.context import writable_countries
from programmes.models import Election, Place, PolicyEvent, Programme, Space
from programmes.models.context import ELECTION_LEVELS, PolicyDirection, PolicyStage, PolicyType

RATINGS = [(level, str(level)) for level in range(1, 7)]


def day(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)


def area() -> forms.Textarea:
    return forms.Textarea(attrs={"rows": 3})


class NumberField(forms.CharField):
    """A number as people write it in their language; gives a Decimal, or None where nothing is written."""

    def __init__(self, **options: Any) -> None:
        attrs = {"inputmode": "decimal", "autocomplete": "off"}
        super().__init__(max_length=60, widget=forms.TextInput(attrs=attrs), **options)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return numbers.read(text, get_language() or "en")
        except numbers.Unreadable as error:
            raise forms.ValidationError(str(error)) from error

    def prepare_value(self, value: Any) -> Any:
        return numbers.written(value, get_language() or "en") if isinstance(value, Decimal) else value


class PlaceChoice(forms.ModelChoiceField):
    """Places by their name in the reader's language."""

    def __init__(self, **options: Any) -> None:
        super().__init__(Place.objects.none(), to_field_name="code", **options)

    def label_from_instance(self, obj: Any) -> str:
        return obj.shown_name


def choose_from(form: forms.Form, name: str, queryset: Any) -> None:
    """What a choice of rows offers, known only with the request."""
    chosen = form.fields[name]
    assert isinstance(chosen, forms.ModelChoiceField)
    chosen.queryset = queryset


class PolicyEventForm(forms.Form):
    country = PlaceChoice(label=_("Country"))
    place = PlaceChoice(label=_("Place"), required=False, empty_label=_("the whole country"))
    title = forms.CharField(label=_("Title"), max_length=200)
    date = day(_("Date"))
    type = forms.ChoiceField(label=_("Type"), choices=PolicyType.choices)
    stage = forms.ChoiceField(label=_("Stage"), choices=PolicyStage.choices)
    direction = forms.ChoiceField(label=_("For organizations it is"), choices=PolicyDirection.choices)
    spaces = forms.MultipleChoiceField(
        label=_("Spaces"), required=False, choices=Space.choices, widget=forms.CheckboxSelectMultiple
    )
    organizations_role = forms.CharField(
        label=_("Role of the organizations"), required=False, max_length=2000, widget=area()
    )
    source = forms.CharField(label=_("Source"), required=False, max_length=300)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        countries = writable_countries(user)
        choose_from(self, "country", countries)
        below = Place.objects.filter(level__gt=0, country__in=countries.values("pk"))
        choose_from(self, "place", below.order_by(F("country__name"), "name"))


class ElectionForm(forms.Form):
    country = PlaceChoice(label=_("Country"))
    level = forms.ChoiceField(label=_("Level"), choices=ELECTION_LEVELS)
    kind = forms.CharField(
        label=_("Kind"), max_length=60, help_text=_("For example parliament, president, village councils.")
    )
    date = day(_("Date"))
    source = forms.CharField(label=_("Source"), required=False, max_length=300)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "country", writable_countries(user))


class AssessmentForm(forms.Form):
    programme = forms.ModelChoiceField(
        Programme.objects.none(), label=_("Programme"), required=False, to_field_name="code", empty_label="–"
    )
    country = PlaceChoice(
        label=_("or country"), required=False, empty_label="–", help_text=_("A rating is of one of the two.")
    )
    space = forms.ChoiceField(label=_("Space"), choices=Space.choices)
    date = day(_("Date"))
    rating = forms.TypedChoiceField(label=_("Rating, 1 to 6"), choices=[("", "–"), *RATINGS], coerce=int)
    evidence = forms.CharField(label=_("Evidence"), max_length=2000, widget=area())
    author = forms.CharField(label=_("Author"), required=False, max_length=150)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        programmes = Programme.objects.visible_to(user, Permission.REGISTRY_WRITE).order_by("name")
        choose_from(self, "programme", programmes)
        choose_from(self, "country", writable_countries(user))


def initial_of(row: PolicyEvent | Election | Any, form: type[forms.Form]) -> dict[str, Any]:
    """A row as its form shows it; places and programmes by their code."""
    found = {name: getattr(row, name) for name in form.base_fields}
    return {name: getattr(value, "code", value) for name, value in found.items()}
