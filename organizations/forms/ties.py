"""Forms about what ties an organization to others: apexes, linkages, services, support, offices, programmes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from organizations.forms.fields import CodeField, CodesField, CurrencyField, amount, count, day, ends_on, until
from organizations.forms.organizations import length, or_any
from organizations.models import (
    ApexMembership,
    ApexRole,
    Intervention,
    Linkage,
    LinkageKind,
    Office,
    Organization,
    Person,
    ServiceKind,
    TransactionType,
)
from organizations.models.apex_memberships import Profession
from organizations.models.linkages import Causality, Covers, LinkageForm
from organizations.models.people import Sex
from organizations.models.support import Method, Purpose, ServiceProvider
from programmes.access import Permission
from programmes.models import Partner, Phase, Programme

CHOOSE = _("choose")


class PersonalForm(forms.Form):
    """A form whose suggestions and choices depend on who fills it in."""

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, CodeField):
                model = Partner if field.what == "partners" else Organization
                field.queryset = model.objects.visible_to(user)  # type: ignore[attr-defined]


class EndForm(forms.Form):
    """Something ends."""

    on = ends_on()


class JoinForm(PersonalForm):
    apex = CodeField(what="apexes", label=_("Apex"))
    on = day(_("From"))
    until = until()
    role = forms.ChoiceField(label=_("Role"), choices=ApexRole.choices)
    profession = forms.ChoiceField(
        label=_("Profession"),
        required=False,
        choices=or_any(Profession.choices, "–"),
        help_text=_("Whom the member unites; only in an inter-professional association."),
    )
    fee_paid_until = day(_("Fee paid until"), required=False)


class LeaveForm(EndForm):
    reason = forms.CharField(label=_("Reason"), required=False, max_length=length(ApexMembership, "exit_reason"))


class OpenLinkageForm(PersonalForm):
    kind = forms.ChoiceField(label=_("Kind"), choices=or_any(LinkageKind.choices, CHOOSE))
    partner = CodeField(what="partners", label=_("Partner"), required=False)
    partner_organization = CodeField(
        what="organizations",
        label=_("or an organization of another network"),
        required=False,
        help_text=_("One of the two."),
    )
    form = forms.ChoiceField(label=_("Form"), choices=or_any(LinkageForm.choices, CHOOSE))
    since = day(_("From"))
    until = until()
    reference = forms.CharField(label=_("Contract reference"), required=False, max_length=length(Linkage, "reference"))
    signed_on = day(_("Signed"), required=False)
    value = amount(_("Value"), required=False)
    currency = CurrencyField(required=False)
    volume = amount(_("Volume"), required=False)
    volume_unit = forms.CharField(label=_("Unit of volume"), required=False, max_length=length(Linkage, "volume_unit"))
    covers = forms.ChoiceField(label=_("Covers"), choices=Covers.choices)
    causality = forms.ChoiceField(
        label=_("Brought about by support"),
        choices=or_any(Causality.choices, CHOOSE),
        help_text=_("Direct: it would not have come without the support."),
    )


class RenewLinkageForm(forms.Form):
    until = until(label=_("Now until"))
    reference = forms.CharField(
        label=_("New contract reference"), required=False, max_length=length(Linkage, "reference")
    )
    value = amount(_("New value"), required=False)
    currency = CurrencyField(required=False)


class EndLinkageForm(EndForm):
    breached = forms.BooleanField(label=_("It was breached"), required=False)


class TransactionForm(PersonalForm):
    date = day(_("Date"))
    type = forms.ChoiceField(label=_("Type"), choices=or_any(TransactionType.choices, CHOOSE))
    amount = amount(_("Amount"))
    currency = CurrencyField()
    passed_on_to = CodeField(
        what="organizations",
        label=_("Passed on to"),
        required=False,
        help_text=_("Only for money passed on inside the network: to whom. It is not counted again."),
    )


class ServiceForm(PersonalForm):
    kind = forms.ChoiceField(label=_("Service"), choices=or_any(ServiceKind.choices, CHOOSE))
    provider = forms.ChoiceField(label=_("Provided by"), choices=ServiceProvider.choices)
    partner = CodeField(
        what="partners", label=_("Partner"), required=False, help_text=_("Only when a partner provides it.")
    )
    since = day(_("From"))
    until = until()


class InterventionForm(PersonalForm):
    phase = forms.ModelChoiceField(Phase.objects.none(), label=_("Phase"), to_field_name="code", empty_label=CHOOSE)
    purpose = forms.ChoiceField(label=_("Purpose"), choices=or_any(Purpose.choices, CHOOSE))
    method = forms.ChoiceField(label=_("Method"), choices=or_any(Method.choices, CHOOSE))
    topic = forms.CharField(label=_("Topic"), required=False, max_length=length(Intervention, "topic"))
    provider = CodeField(what="partners", label=_("Provider"), required=False)
    since = day(_("From"))
    until = until(help_text=_("The first day after it. Leave it empty while it goes on."))
    organizations = CodesField(what="organizations", label=_("Organizations reached"))
    participants = count(_("Participants"), required=False)
    women = count(_("of them women"), required=False)
    cost = amount(_("Cost"), required=False)
    currency = CurrencyField(required=False)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        phases = Phase.objects.visible_to(user, Permission.REGISTRY_WRITE).filter(is_aggregate=False)
        self.fields["phase"].queryset = phases.select_related("programme").order_by(  # type: ignore[attr-defined]
            "programme__code", "sequence"
        )


class OfficeForm(forms.Form):
    person = forms.CharField(
        label=_("Code of the person"),
        max_length=length(Person, "code"),
        help_text=_("A code, not a name. A new code puts the person on record."),
    )
    consent_on = day(
        _("Consent given on"), required=False, help_text=_("Needed for a new person: the day they agreed to it.")
    )
    sex = forms.ChoiceField(label=_("Sex"), required=False, choices=or_any(Sex.choices, "–"))
    birth_year = forms.IntegerField(label=_("Year of birth"), required=False, min_value=1900, max_value=2100)
    title = forms.CharField(label=_("Office"), max_length=length(Office, "title"), help_text=_("Chair, treasurer …"))
    is_elected = forms.BooleanField(label=_("Elected"), required=False, initial=True)
    since = day(_("From"))
    until = until()


class EnrolForm(forms.Form):
    programme = forms.ModelChoiceField(
        Programme.objects.none(), label=_("Programme"), to_field_name="code", empty_label=CHOOSE
    )
    since = day(_("From"))
    until = until()

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["programme"].queryset = Programme.objects.visible_to(  # type: ignore[attr-defined]
            user, Permission.REGISTRY_WRITE
        ).order_by("code")
