"""Forms of exchange rates and price indices; rules stand in the operations."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from programmes import currencies
from programmes.forms import NumberField, area, day
from programmes.models import RateKind
from programmes.rate_sheets import per_unit
from programmes.rates import Book

PER_UNIT, PER_DOLLAR = "usd_per_unit", "units_per_usd"
QUOTED = [(PER_UNIT, _("US dollars for one unit")), (PER_DOLLAR, _("units for one US dollar"))]


def currency_choices(*more: str) -> list[tuple[str, str]]:
    """Codes with their names; `more` are codes that some row has beside those of ISO 4217."""
    codes = sorted({*currencies.CODES, *more} - {""})
    return [("", "–"), *((code, f"{code} · {currencies.name_of(code)}") for code in codes)]


class QuotedMixin(forms.Form):
    """A number that tables give either way round; `per_unit()` is US dollars for one unit."""

    def per_unit(self) -> Decimal | None:
        value: Decimal | None = self.cleaned_data["value"]
        if self.cleaned_data.get("quoted") == PER_DOLLAR and value is not None and value > 0:
            return per_unit(value)
        return value


class RateForm(QuotedMixin):
    currency = forms.ChoiceField(label=_("Currency"))
    kind = forms.ChoiceField(label=_("Kind"), choices=RateKind.choices)
    date = day(_("Day, or first day of the period"))
    period_end = day(_("Last day of the period"), required=False, help_text=_("Only for an average."))
    value = NumberField(label=_("Rate"))
    quoted = forms.ChoiceField(label=_("The rate is given as"), choices=QUOTED)
    source = forms.CharField(label=_("Source"), max_length=200, help_text=_("Who published it, and where."))

    def __init__(self, *args: Any, known: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, [code for code in currency_choices(*known) if code[0] != currencies.DOLLAR])

    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "currency": data["currency"],
            "kind": data["kind"],
            "date": data["date"],
            "period_end": data["period_end"],
            "usd_per_unit": self.per_unit(),
            "source": data["source"],
        }


class IndexForm(forms.Form):
    currency = forms.ChoiceField(label=_("Currency"))
    date = day(_("Day"))
    value = NumberField(
        label=_("Index"), help_text=_("Prices of the day / prices of the base year: 1.25 where a table says 125.")
    )
    base_year = forms.IntegerField(
        label=_("Base year"), help_text=_("The year whose prices count as 1; one for each currency.")
    )
    source = forms.CharField(label=_("Source"), max_length=200, help_text=_("Who published it, and where."))

    def __init__(self, *args: Any, known: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, currency_choices(*known))

    def values(self) -> dict[str, Any]:
        data = dict(self.cleaned_data)
        data["index"] = data.pop("value")
        return data


def _offer(form: forms.Form, choices: list[tuple[str, str]]) -> None:
    field = form.fields["currency"]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


class CorrectionForm(QuotedMixin):
    """Another value or source for a row, and why. `seen` is the value that the person looked at."""

    seen = forms.DecimalField(widget=forms.HiddenInput)
    value = NumberField(label=_("Value"))
    quoted = forms.ChoiceField(label=_("The rate is given as"), choices=QUOTED)
    source = forms.CharField(label=_("Source"), max_length=200)
    reason = forms.CharField(label=_("Reason of the correction"), max_length=500, widget=area())

    def __init__(self, *args: Any, book: Book, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if book.name != "rates":
            del self.fields["quoted"]


class WithdrawForm(forms.Form):
    reason = forms.CharField(label=_("Why it is withdrawn"), max_length=500, widget=area())


class RateFilter(forms.Form):
    """What the list may be narrowed by."""

    currency = forms.ChoiceField(label=_("Currency"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("all")), *RateKind.choices])
    since = day(_("From"), required=False)
    until = day(_("To"), required=False)

    def __init__(self, *args: Any, book: Book, known: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["currency"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("all")), *((code, f"{code} · {currencies.name_of(code)}") for code in known)]
        if book.name != "rates":
            del self.fields["kind"]


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.xlsb,.ods,.csv"}),
        help_text=_("XLSX, XLS, XLSB, ODS or CSV. Nothing changes before you have seen what would change."),
        error_messages={"required": _("Choose a file first."), "empty": _("The file is empty.")},
    )
