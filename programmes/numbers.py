"""Numbers as people write them: `1 234,5`, `1,234.5`, `٣٤`. Read in the writer's language, never guessed.

`static/trellis/numbers.js` reads the same for the pages; tests/indicators/data/numbers.json holds the two together.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from babel import Locale
from babel.numbers import format_decimal
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from programmes.digits import latin_digits, shown

#: Language → (decimal separators, group separators). Spaces and apostrophes group everywhere.
SEPARATORS = {"en": (".", ","), "fr": (",", ""), "es": (",", "."), "ar": (".٫", ",٬")}
SPACES = "\u0020\u00a0\u202f\u2009\u2007'’"
MINUS = "-−–"
#: Longer numbers are slips of the hand, and would not survive a spreadsheet.
LONGEST = 15


class Unreadable(ValueError):
    """A text that is no number; `str()` is the sentence for the person who wrote it."""


def read(text: str, language: str = "en") -> Decimal | None:
    """A number as written in a language; None for an empty text (blank is not zero). Raises Unreadable."""
    bare = latin_digits(unicodedata.normalize("NFC", text).strip().strip("\u200e\u200f\u061c\u2066\u2069").strip())
    if not bare:
        return None
    negative = bare[0] in MINUS
    body = bare[1:].strip() if negative else bare
    point, group = SEPARATORS.get(language.split("-")[0], SEPARATORS["en"])
    if not re.fullmatch(rf"\d[\d.,٫٬{re.escape(SPACES)}]*", body) or not body[-1].isdigit():
        raise Unreadable(_("“%(text)s” is not a number.") % {"text": shown(text)})
    whole, fraction = _parts(body, point, group, text)
    if len(whole.lstrip("0")) + len(fraction) > LONGEST:
        raise Unreadable(_("“%(text)s” has too many digits.") % {"text": shown(text)})
    number = Decimal(f"{whole}.{fraction}" if fraction else whole)
    return -number if negative and number else number


def written(value: Decimal | None, language: str = "en") -> str:
    """A number for an input, without groups, so that `read` gives it back in the same language; "" for None."""
    if value is None:
        return ""
    point = SEPARATORS.get(language.split("-")[0], SEPARATORS["en"])[0][0]
    return f"{value.normalize() + 0:f}".replace(".", point)


def displayed(value: Decimal | None, most: int = 4) -> str:
    """A number in a table, grouped as the reader's language does, with Latin digits; "" for None. `most`: places."""
    if value is None:
        return ""
    code = (get_language() or "en").split("-")[0]
    locale = Locale.parse({"ar": "ar_EG"}.get(code, code))
    return str(format_decimal(value, format=f"#,##0.{'#' * most}", locale=locale, numbering_system="latn"))


def _parts(body: str, point: str, group: str, text: str) -> tuple[str, str]:
    """The digits before and after the decimal separator."""
    marks = [char for char in body if char in ".,٫٬"]
    if not marks:
        return _grouped(body, SPACES, text), ""
    last = marks[-1]
    if len(set(marks)) > 1:  # 1,234.5 or 1.234,5: the last one is the decimal separator, whatever the language
        if marks.count(last) > 1:
            raise Unreadable(_("“%(text)s” is not a number.") % {"text": shown(text)})
        whole, fraction = body.rsplit(last, 1)
        return _grouped(whole, SPACES + marks[0], text), _digits(fraction, text)
    if marks.count(last) > 1:  # 1,234,567
        return _grouped(body, SPACES + last, text), ""
    whole, fraction = body.split(last)
    if last in point:
        return _grouped(whole, SPACES, text), _digits(fraction, text)
    looks_grouped = len(fraction) == 3 and 1 <= len(whole) <= 3 and whole[0] != "0"
    if last in group and looks_grouped:
        return whole + fraction, ""
    if looks_grouped:  # 1.234 in French: a thousand or a little more than one?
        raise Unreadable(
            _("“%(text)s” can be read in two ways: write %(one)s or %(other)s.")
            % {"text": shown(text), "one": whole + fraction, "other": f"{whole}{point[0]}{fraction.rstrip('0') or '0'}"}
        )
    return _grouped(whole, SPACES, text), _digits(fraction, text)


def _digits(part: str, text: str) -> str:
    if not part.isdecimal():
        raise Unreadable(_("“%(text)s” is not a number.") % {"text": shown(text)})
    return part


def _grouped(part: str, separators: str, text: str) -> str:
    """`1 234 567` without its separators; groups of other than three digits are refused, save India's of two."""
    groups = re.split(f"[{re.escape(separators)}]", part)
    fits = len(groups) == 1 or (
        1 <= len(groups[0]) <= 3
        and len(groups[-1]) == 3
        and (all(len(one) == 3 for one in groups[1:]) or all(len(one) == 2 for one in groups[1:-1]))
    )
    if not fits or not all(one.isdecimal() for one in groups):
        raise Unreadable(_("“%(text)s” is not a number.") % {"text": shown(text)})
    return "".join(groups)
