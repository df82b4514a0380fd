"""Fields that the forms of the register share: days, amounts, and another row chosen by its code."""

from __future__ import annotations

import datetime
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.formats import get_format
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from organizations.models import Organization

DAY = "%Y-%m-%d"
#: A year outside these is a slip of the keyboard.
FIRST, LAST = datetime.date(1900, 1, 1), datetime.date(2100, 12, 31)
_PLAUSIBLE = _("A day between 1900 and 2100 is expected.")
_IN_BRACKETS = re.compile(r"\(([^()]+)\)\s*$")
#: Marks that only steer the direction of writing; they come along when a code is copied from an Arabic text.
_MARKS = dict.fromkeys(map(ord, "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"))
_lazy_reverse = lazy(reverse, str)


def day(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format=DAY),
        input_formats=[DAY],
        validators=[MinValueValidator(FIRST, _PLAUSIBLE), MaxValueValidator(LAST, _PLAUSIBLE)],
        **options,
    )


def until(**options: Any) -> forms.DateField:
    """The end of a period; half-open, and it says so."""
    help_text = _("The first day on which it no longer holds. Leave it empty while no end is known.")
    return day(**{"label": _("Until"), "required": False, "help_text": help_text, **options})


def ends_on(**options: Any) -> forms.DateField:
    return day(_("Ends on"), help_text=_("The first day on which it no longer holds."), **options)


class AmountField(forms.DecimalField):
    """A number as people write it: with the separators of their language, or with spaces between thousands."""

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = re.sub(r"(?<=\d)[ \u00a0\u202f](?=\d{3})", "", plain(value))
            thousands, decimals = (re.escape(get_format(name)) for name in ("THOUSAND_SEPARATOR", "DECIMAL_SEPARATOR"))
            if re.fullmatch(rf"-?\d{{1,3}}({thousands}\d{{3}})+({decimals}\d+)?", value):
                value = value.replace(get_format("THOUSAND_SEPARATOR"), "")
        return super().to_python(value)


def amount(label: Any, **options: Any) -> AmountField:
    return AmountField(
        label=label,
        max_digits=20,
        decimal_places=4,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        **options,
    )


def count(label: Any, **options: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=2_147_483_647, **options)


class CurrencyField(forms.CharField):
    """Three letters, however they were typed."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", _("Currency"))
        options.setdefault("help_text", _("Three letters, such as ETB."))
        super().__init__(
            max_length=3,
            validators=[RegexValidator(r"^[A-Z]{3}$", _("Three letters such as ETB are expected."))],
            widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "size": 4}),
            **options,
        )

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).upper()


class WordsField(forms.CharField):
    """Several words with commas between them, as a list."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or ""
        return [word.strip() for word in re.split(r"[,;،؛\n]", text) if word.strip()]

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def run_validators(self, value: Any) -> None:
        """The model says how long a word may be."""
        super().run_validators(", ".join(value))

    def validate(self, value: Any) -> None:
        super().validate(value or "")


def plain(text: str) -> str:
    return text.translate(_MARKS).strip()


class CodeField(forms.CharField):
    """Another row, given by its code, by “name (code)” as the suggestions write it, or by its whole name.

    `queryset` must be set to what the person may see before the form is used; what is outside is as unknown as what
    does not exist. `what` names the list that suggests (see views/lookup.py).
    """

    queryset: QuerySet[Any]

    def __init__(self, *, what: str, **options: Any) -> None:
        self.what = what
        options.setdefault("help_text", _("Type a part of the name, or the code."))
        widget = options.pop("widget", None) or forms.TextInput(attrs={"autocomplete": "off"})
        widget.attrs["data-lookup"] = _lazy_reverse("organizations:lookup", args=[what])
        super().__init__(max_length=options.pop("max_length", 300), widget=widget, **options)

    def prepare_value(self, value: Any) -> Any:
        return f"{value.name} ({value.code})" if hasattr(value, "code") else value

    def to_python(self, value: Any) -> str:
        return plain(super().to_python(value) or "")

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        bracketed = _IN_BRACKETS.search(text)
        codes = [text] + ([bracketed[1].strip()] if bracketed else [])
        found = {row.code: row for row in self.queryset.filter(code__in=codes)}
        for code in codes:
            if code in found:
                return found[code]
        named = list(self.queryset.filter(name__iexact=text)[:2])
        if len(named) == 1:
            return named[0]
        fitting = list(searched(self.queryset, text)[:5])
        if fitting:
            names = ", ".join(f"{row.name} ({row.code})" for row in fitting)
            raise ValidationError(_("Which one is meant? %(names)s") % {"names": names})
        raise ValidationError(_("Nothing that you may see has this code or name."))


class CodesField(CodeField):
    """Several rows, one to a line (or with commas between), by code or “name (code)”."""

    LIMIT = 500

    def __init__(self, *, what: str, **options: Any) -> None:
        options.setdefault("help_text", _("One code on each line."))
        attrs = {"rows": 4, "autocomplete": "off", "data-search": _("Search for a name and add it")}
        super().__init__(what=what, widget=forms.Textarea(attrs=attrs), max_length=60_000, **options)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return "\n".join(str(super(CodesField, self).prepare_value(one)) for one in value)
        return value

    def clean(self, value: Any) -> Any:
        text = forms.CharField.clean(self, value)
        lines = [found for one in text.splitlines() for found in _lines(plain(one))]
        if len(lines) > self.LIMIT:
            raise ValidationError(_("At most %(n)d at a time.") % {"n": self.LIMIT})
        codes = {line: (m[1].strip() if (m := _IN_BRACKETS.search(line)) else line) for line in lines}
        found = {row.code: row for row in self.queryset.filter(code__in={*codes, *codes.values()})}
        unknown = [line for line, code in codes.items() if line not in found and code not in found]
        if unknown:
            raise ValidationError(
                _("Nothing that you may see has these codes: %(codes)s") % {"codes": ", ".join(unknown[:10])}
            )
        rows = [found.get(line) or found[code] for line, code in codes.items()]
        return list({row.pk: row for row in rows}.values())


def _lines(line: str) -> list[str]:
    """A line that ends in a code in brackets is one row; in others commas part the codes."""
    if _IN_BRACKETS.search(line):
        return [line]
    return [part.strip() for part in re.split(r"[,;،]", line) if part.strip()]


def searched(queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Rows whose name or code contains a text."""
    if queryset.model is Organization:
        return queryset.named(text).order_by("name", "code")  # type: ignore[attr-defined,no-any-return]
    return queryset.filter(Q(name__icontains=text) | Q(code__icontains=text)).order_by("name", "code")
