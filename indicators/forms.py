"""Forms of the pages of rounds and returns; what they check again is only how a field is written."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from indicators.models import OUTPUT_KINDS, Round, RoundKind
from indicators.models.rounds import remind_before_and_after
from programmes.access import Permission
from programmes.models import Programme


def day(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)


class RoundForm(forms.Form):
    """A round to plan, in a programme that the person manages."""

    programme = forms.ModelChoiceField(Programme.objects.none(), label=_("Programme"), to_field_name="code")
    kind = forms.ChoiceField(label=_("Kind of round"), choices=RoundKind.choices)
    reference_date = day(_("Date it describes"), help_text=_("For a half-year or year: the last day of the period."))
    period_from = day(_("First day of the period"), required=False, help_text=_("Only for a half-year or year."))
    window_from = day(_("First day of entry"))
    window_to = day(_("Last day of entry"))
    tags = forms.MultipleChoiceField(
        label=_("Serves also as"),
        required=False,
        choices=[(kind.value, kind.label) for kind in (RoundKind.MIDTERM, RoundKind.COMPLETION)],
        widget=forms.CheckboxSelectMultiple,
    )
    is_for_late_entrants = forms.BooleanField(
        label=_("Only for organizations that entered after the baseline"), required=False
    )

    reminder_days = SimpleArrayField(
        forms.IntegerField(min_value=-365, max_value=365),
        label=_("Remind officers on these days"),
        initial=remind_before_and_after,
        max_length=12,
        required=False,
        help_text=_("Days before the last day of entry, with commas; −7 is a week after it."),
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["programme"]
        assert isinstance(field, forms.ModelChoiceField)
        managed, entered = (
            Programme.objects.visible_to(user, permission).values("pk")
            for permission in (Permission.ROUNDS_MANAGE, Permission.RETURNS_ENTER)
        )
        field.queryset = Programme.objects.filter(Q(pk__in=managed) | Q(pk__in=entered)).order_by("code")

    def operands(self) -> dict[str, Any]:
        """What `rounds.plan` takes."""
        data = dict(self.cleaned_data)
        data["window"] = (data.pop("window_from"), data.pop("window_to"))
        if data["kind"] not in OUTPUT_KINDS:
            data.pop("period_from")
        return data


class ReasonForm(forms.Form):
    """Why a round is reopened."""

    reason = forms.CharField(
        label=_("Why it is reopened"), max_length=Round._meta.get_field("status_reason").max_length
    )


class ExitFormForm(forms.Form):
    """The last word on an organization that ended."""

    ended_on = day(_("Ended on"))
    reason = forms.CharField(label=_("Reason"), max_length=300)
    last_members = forms.IntegerField(label=_("Members when it was last counted"), required=False, min_value=0)
