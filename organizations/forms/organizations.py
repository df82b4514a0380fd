"""Forms about an organization itself: the filters of the list, put it in, change it, its status, merge and split."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from organizations.forms.fields import CodeField, CodesField, WordsField, day
from organizations.models import Kind, Organization, OrganizationStatus, Status, Tier
from organizations.models.organizations import MembersAre, Precision, Promoter
from organizations.models.statuses import ENDED, WITH_SUCCESSOR
from organizations.registry import TRANSITIONS
from programmes.access import Permission
from programmes.models import Place, Programme


def or_any(choices: Any, label: Any = _("any")) -> list[tuple[str, Any]]:
    return [("", label), *choices]


def length(model: Any, field: str) -> int:
    return int(model._meta.get_field(field).max_length)


class FilterForm(forms.Form):
    """What the list of organizations can be narrowed by; all of it stands in the address."""

    q = forms.CharField(label=_("Name or code"), required=False, max_length=200)
    programme = forms.ModelChoiceField(
        Programme.objects.none(), label=_("Programme"), required=False, to_field_name="code", empty_label=_("any")
    )
    place = CodeField(what="places", label=_("Place"), required=False, help_text="")
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=or_any(Kind.choices))
    tier = forms.ChoiceField(label=_("Tier"), required=False, choices=or_any(Tier.choices))
    status = forms.ChoiceField(label=_("Status today"), required=False, choices=or_any(Status.choices))
    apex = CodeField(what="apexes", label=_("Below the apex"), required=False, help_text="")
    alone = forms.BooleanField(label=_("in no apex"), required=False)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["programme"].queryset = Programme.objects.visible_to(user).order_by("code")  # type: ignore[attr-defined]
        self.fields["place"].queryset = Place.objects.visible_to(user)  # type: ignore[attr-defined]
        self.fields["apex"].queryset = Organization.objects.visible_to(user)  # type: ignore[attr-defined]


class FactsForm(forms.Form):
    """What the register says of an organization."""

    name = forms.CharField(label=_("Name"), max_length=length(Organization, "name"))
    kind = forms.ChoiceField(label=_("Kind"), choices=or_any(Kind.choices, _("choose")))
    tier = forms.ChoiceField(label=_("Tier"), choices=Tier.choices)
    members_are = forms.ChoiceField(label=_("Members are"), choices=MembersAre.choices)
    place = CodeField(what="places", label=_("Place"))
    formed_on = day(_("Formed"))
    formed_precision = forms.ChoiceField(
        label=_("Known to the"),
        choices=Precision.choices,
        help_text=_("If only the month or the year is known, choose its first day above."),
    )
    promoter = forms.ChoiceField(label=_("Promoted by"), choices=or_any(Promoter.choices, _("choose")))
    registered_on = day(_("Registered"), required=False)
    registration_law = forms.CharField(
        label=_("Registered under"), required=False, max_length=length(Organization, "registration_law")
    )
    registration_number = forms.CharField(
        label=_("Registration number"), required=False, max_length=length(Organization, "registration_number")
    )
    commodities = WordsField(
        label=_("Commodities"), required=False, max_length=2000, help_text=_("With commas between them.")
    )
    livelihood = forms.CharField(label=_("Livelihood"), required=False, max_length=length(Organization, "livelihood"))

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].queryset = Place.objects.visible_to(user)  # type: ignore[attr-defined]


class RegisterForm(FactsForm):
    """A new organization, in a programme whose register the person keeps."""

    programme = forms.ModelChoiceField(
        Programme.objects.none(), label=_("Programme"), to_field_name="code", empty_label=_("choose")
    )
    code = forms.CharField(
        label=_("Code"),
        max_length=length(Organization, "code"),
        help_text=_("Letters A to Z, digits, points, hyphens; it stays for good."),
    )
    status = forms.ChoiceField(
        label=_("Status"),
        choices=[(one.value, one.label) for one in (Status.ACTIVE, Status.FORMING)],
        help_text=_("Since the formation; what followed is added afterwards."),
    )

    field_order = ("programme", "code", "name", "kind", "tier", "members_are", "place", "status")

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.fields["programme"].queryset = Programme.objects.visible_to(  # type: ignore[attr-defined]
            user, Permission.REGISTRY_WRITE
        ).order_by("code")


class ChangeForm(FactsForm):
    """The facts of an organization that is there; `version` says which of them were seen."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2_147_483_647)


class StatusForm(forms.Form):
    """The next status; only those that may follow the present one."""

    status = forms.ChoiceField(label=_("New status"))
    on = day(_("From"), help_text=_("The first day on which it holds."))
    reason = forms.CharField(label=_("Reason"), required=False, max_length=length(OrganizationStatus, "reason"))

    def __init__(self, *args: Any, present: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        possible = TRANSITIONS.get(present, frozenset()) - WITH_SUCCESSOR
        self.fields["status"].choices = [one for one in Status.choices if one[0] in possible]  # type: ignore[attr-defined]


class CorrectStatusForm(forms.Form):
    """A status as it should have been put down."""

    value = forms.ChoiceField(label=_("Status"))
    since = day(_("From"), help_text=_("The status before ends on this day."))
    reason = forms.CharField(label=_("Reason"), required=False, max_length=length(OrganizationStatus, "reason"))
    evidence = forms.CharField(label=_("Evidence"), required=False, max_length=length(OrganizationStatus, "evidence"))

    def __init__(self, *args: Any, row: OrganizationStatus, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = {row.status} if row.status in ENDED else set(Status.values) - ENDED
        self.fields["value"].choices = [one for one in Status.choices if one[0] in kept]  # type: ignore[attr-defined]


class VerifyStatusForm(forms.Form):
    """Somebody saw that a status holds."""

    on = day(_("Seen on"))
    evidence = forms.CharField(
        label=_("What was seen"), required=False, max_length=length(OrganizationStatus, "evidence")
    )


class MergeForm(forms.Form):
    """A merger or a split: into what, from when."""

    status = forms.ChoiceField(label=_("What happens"))
    on = day(_("From"), help_text=_("The first day on which it is no more."))
    successors = CodesField(
        what="organizations",
        label=_("Into"),
        help_text=_("The organization that carries on; for a split all of them, one on each line."),
    )
    reason = forms.CharField(label=_("Reason"), required=False, max_length=length(OrganizationStatus, "reason"))

    def __init__(self, *args: Any, user: Any, present: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        possible = TRANSITIONS.get(present, frozenset()) & WITH_SUCCESSOR
        self.fields["status"].choices = [one for one in Status.choices if one[0] in possible]  # type: ignore[attr-defined]
        self.fields["successors"].queryset = Organization.objects.visible_to(user)  # type: ignore[attr-defined]
