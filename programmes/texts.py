"""Texts as people and programs send them: kept whole, or refused with a sentence that says what would be right."""

from __future__ import annotations

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

#: A note, a comment, what was seen.
NOTE = 2000
#: Control characters (Cc) but line breaks and tabs, and halves of surrogate pairs (Cs).
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def problem_of(text: str, *, longest: int = NOTE) -> str:
    """What keeps a text from being stored; empty when nothing does.

    NUL and lone halves of surrogate pairs cannot be stored; other control characters but line breaks and tabs mean
    nothing in a text. Nothing is cut off silently.
    """
    if len(text) > longest:
        return _("At most %(most)s characters are expected, not %(n)s.") % {"most": longest, "n": len(text)}
    if _UNREADABLE.search(text):
        return _("The text holds characters that cannot be read. Type it anew.")
    return ""


def checked(text: str, field: str, *, longest: int = NOTE) -> str:
    """The text, stripped and composed (NFC). Raises ValidationError at `field`."""
    problem = problem_of(text, longest=longest)
    if problem:
        raise ValidationError({field: problem})
    return unicodedata.normalize("NFC", text.strip())
