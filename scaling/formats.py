"""Numbers, money and times as people write them in each language (CLDR through Babel)."""

from __future__ import annotations

import datetime
import re
from decimal import ROUND_HALF_UP, Decimal

from babel import Locale
from babel.dates import format_skeleton, format_timedelta
from babel.numbers import format_decimal, format_percent
from django.utils import timezone
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from scaling.metrics.figures import Bound, Figure

MILLION = Decimal(1_000_000)
BOUND_SIGNS = {Bound.EXACT: "", Bound.LOWER: "≥", Bound.UPPER: "≤", Bound.UNSURE: "≈"}


def locale() -> Locale:
    """Latin digits in Arabic too: figures are compared with those of other documents and of the spreadsheet."""
    code = (get_language() or "en").split("-")[0]
    return Locale.parse({"ar": "ar_EG"}.get(code, code))


def rounded(value: Decimal, places: int) -> Decimal:
    """Half up, as the design asks; at display only."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def number(value: Decimal | int, places: int = 0) -> str:
    """`1,234.5`, `1 234,5` … with exactly so many places."""
    pattern = "#,##0" + (f".{'0' * places}" if places else "")
    return str(
        format_decimal(rounded(Decimal(value), places), format=pattern, locale=locale(), numbering_system="latn")
    )


def signed(value: Decimal, places: int = 0) -> str:
    """A change with its sign; a real minus, not a hyphen; no change has none."""
    size = rounded(value, places)
    sign = "−" if size < 0 else "+" if size > 0 else ""
    return _isolated(sign + number(abs(value), places)) if sign else number(size, places)


def figure(found: Figure, places: int = 0, *, divisor: Decimal | int = 1) -> str:
    """A figure's value, or an empty string; the bound sign stands beside it, not in it."""
    return "" if found.value is None else number(found.value / Decimal(divisor), places)


def bounded(found: Figure, places: int = 0) -> str:
    """A figure inside a sentence: `≥ 2.00`, or the reason why there is none."""
    if found.value is None:
        return reason(found.null_reason)
    sign = BOUND_SIGNS[found.bound]
    text = f"{sign}\N{NO-BREAK SPACE}{figure(found, places)}" if sign else figure(found, places)
    return _isolated(text) if sign else text


def _isolated(text: str) -> str:
    """So that a sign keeps its side and its meaning inside Arabic words."""
    return f"\N{LEFT-TO-RIGHT ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}" if get_language_bidi() else text


def people(value: Decimal) -> tuple[str, str]:
    """A large count and its unit word: (`4.70`, `million`), (`87,539`, ``)."""
    return (number(value / MILLION, 2), _("million")) if value >= MILLION else (number(value), "")


def reason(code: str) -> str:
    """A null reason in words."""
    return {
        "NOT_REPORTED": _("not reported"),
        "NOT_APPLICABLE": _("not applicable"),
        "NOT_SURVEYED": _("not surveyed"),
        "REFUSED": _("refused"),
        "MISSING_BASELINE": _("nothing to compare with"),
        "ZERO_BASELINE": _("baseline is zero"),
        "UNIT_MISMATCH": _("units differ"),
        "BASIS_MISMATCH": _("bases differ"),
        "SUPPRESSED_SMALL_N": _("too few to show"),
        "NO_RATE": _("no exchange rate"),
    }.get(code, code)


def ago(moment: datetime.datetime) -> str:
    """`4 minutes ago`."""
    delta = moment - timezone.now()
    if delta > datetime.timedelta(seconds=-60):
        return _("just now")
    return str(format_timedelta(delta, add_direction=True, locale=locale()))


def country_name(iso3_names: dict[str, str], fallback: str) -> str:
    """A place's name in the reader's language."""
    return iso3_names.get((get_language() or "en").split("-")[0]) or fallback


def separators() -> str:
    """Decimal sign and thousands sign, as Plotly wants them: `.,` or `,\u202f`."""
    symbols = locale().number_symbols["latn"]
    return f"{symbols['decimal']}{symbols['group']}"


def share(found: Figure, places: int = 0) -> str:
    """Per cent with its sign as the language writes it: `12%`, `12 %`; or the reason why there is none."""
    if found.value is None:
        return reason(found.null_reason)
    text = str(
        format_percent(
            rounded(found.value, places) / 100,
            format=_percent_pattern(places),
            locale=locale(),
            decimal_quantization=False,
            numbering_system="latn",
        )
    )
    sign = BOUND_SIGNS[found.bound]
    text = text.replace("-", "−")
    return _isolated(f"{sign}\N{NO-BREAK SPACE}{text}" if sign else text)


def change(found: Figure, places: int = 0) -> str:
    """The same of a change: with its plus."""
    text = share(found, places)
    if found.value is None or rounded(found.value, places) <= 0:
        return text
    return (
        text.replace("\N{LEFT-TO-RIGHT ISOLATE}", "\N{LEFT-TO-RIGHT ISOLATE}+") if get_language_bidi() else f"+{text}"
    )


def _percent_pattern(places: int) -> str:
    pattern = str(locale().percent_formats[None].pattern)
    return re.sub(r"0(\.0+|\.#+)?(?=[^0]*$)", "0" + (f".{'0' * places}" if places else ""), pattern, count=1)


def moment(when: datetime.datetime) -> str:
    """A day and a time in UTC, the same for all readers of a file."""
    when = when.astimezone(datetime.UTC)
    return f"{day(when.date())}, {when:%H:%M} UTC"


def day(value: datetime.date) -> str:
    """A date in the medium form of the language: `30 Jun 2022`."""
    return str(format_skeleton("yMMMd", value, locale=locale()))
