"""Forms of targets and of results of a phase; rules stand in the operations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from indicators.forms import day
from indicators.models import Indicator, IndicatorLevel, PhaseResult
from programmes.forms import NumberField
from programmes.models import CorrectionKind, Phase, Place, Programme
from programmes.vocabulary import CountBasis, NullReason, Qualifier


class IndicatorChoice(forms.ModelChoiceField):
    """Indicators by their code and their name in the reader's language; wants `versions` prefetched."""

    def __init__(self, **options: Any) -> None:
        super().__init__(Indicator.objects.none(), to_field_name="code", **options)

    def label_from_instance(self, obj: Any) -> str:
        return obj.label


class PhaseChoice(forms.ModelChoiceField):
    """Phases of one programme; empty stands for the programme as a whole. The only phase may have no label."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            Phase.objects.none(),
            to_field_name="code",
            required=False,
            empty_label=_("the programme as a whole"),
            **options,
        )

    def label_from_instance(self, obj: Any) -> str:
        return obj.label or obj.code


def choose_from(form: forms.Form, name: str, queryset: Any) -> None:
    """What a choice of rows offers, known only with the request."""
    chosen = form.fields[name]
    assert isinstance(chosen, forms.ModelChoiceField)
    chosen.queryset = queryset


class TargetForm(forms.Form):
    """A target of one programme."""

    indicator = IndicatorChoice(label=_("Indicator"))
    phase = PhaseChoice(label=_("Phase"))
    disaggregation = forms.SlugField(
        label=_("Part"), required=False, max_length=40, help_text=_("For example women; empty for the total.")
    )
    by_date = day(_("To be reached by"))
    value = NumberField(label=_("Value"))
    note = forms.CharField(label=_("Note"), required=False, max_length=300)

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "indicator", Indicator.objects.prefetch_related("versions"))
        choose_from(self, "phase", Phase.objects.filter(programme=programme))


class RevisionForm(forms.Form):
    """A new value for a target, and why."""

    value = NumberField(label=_("New value"))
    note = forms.CharField(label=_("Why it changes"), required=False, max_length=300)


class ResultForm(forms.Form):
    """A figure that a source reports for a phase of one programme, or for the programme as a whole."""

    indicator = IndicatorChoice(label=_("Indicator"))
    phase = PhaseChoice(label=_("Phase"))
    subcategory = forms.SlugField(
        label=_("Subcategory"), required=False, max_length=40, help_text=_("Where the source splits the figure.")
    )
    place = forms.ModelChoiceField(Place.objects.none(), label=_("Place"), required=False, to_field_name="code")
    value = NumberField(label=_("Value as reported"), required=False)
    null_reason = forms.ChoiceField(
        label=_("Why there is no value"), required=False, choices=[("", "–"), *NullReason.choices]
    )
    qualifier = forms.ChoiceField(label=_("Meant as"), choices=Qualifier.choices, initial=Qualifier.EXACT)
    unit = forms.CharField(label=_("Unit"), max_length=60)
    basis = forms.ChoiceField(
        label=_("Basis"), choices=CountBasis.choices, help_text=_("What the count covers; unlike bases never add up.")
    )
    as_printed = forms.CharField(label=_("As printed"), required=False, max_length=100)
    source = forms.CharField(label=_("Source"), required=False, max_length=300)
    note = forms.CharField(label=_("Note"), required=False, max_length=500)

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reported = Indicator.objects.filter(level=IndicatorLevel.PHASE, is_computed=False)
        choose_from(self, "indicator", reported.prefetch_related("versions"))
        choose_from(self, "phase", Phase.objects.filter(programme=programme))
        countries = programme.countries.values("pk")
        choose_from(self, "place", Place.objects.filter(country__in=countries) | Place.objects.filter(pk__in=countries))


class CorrectionForm(forms.Form):
    """A corrected value or basis beside what was reported."""

    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=CorrectionKind.choices,
        help_text=_("Documented: another source says so. Hypothesis: our inference, shown only where it is asked for."),
    )
    value = NumberField(label=_("Corrected value"), required=False)
    basis = forms.ChoiceField(
        label=_("Corrected basis"), required=False, choices=[("", _("as reported")), *CountBasis.choices]
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=PhaseResult._meta.get_field("note").max_length,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    source = forms.CharField(label=_("Source"), required=False, max_length=300)
    url = forms.URLField(label=_("Link"), required=False, max_length=400, assume_scheme="https")
