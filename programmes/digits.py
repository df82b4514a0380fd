"""Digits of every script, and texts of others inside a sentence."""

from __future__ import annotations

import unicodedata


def latin_digits(text: str) -> str:
    """Digits of every script as 0..9."""
    return "".join(str(unicodedata.digit(char)) if char.isdigit() and not char.isascii() else char for char in text)


def shown(text: str) -> str:
    """A text inside a sentence: short, in one line."""
    line = " ".join(text.split())
    return line if len(line) <= 40 else line[:39] + "…"
