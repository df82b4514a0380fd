"""Numbers as people write them; the page's script reads the same (tests/browser/test_entry_rules.py)."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programmes import numbers

CASES = json.loads((Path(__file__).parent / "data" / "numbers.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("text", "language", "expected"), CASES)
def test_a_number_is_read_as_its_writer_meant_it(text: str, language: str, expected: object) -> None:
    if isinstance(expected, str):
        with pytest.raises(numbers.Unreadable):
            numbers.read(text, language)
    else:
        found = numbers.read(text, language)
        assert found == (None if expected is None else Decimal(str(expected)))


def test_the_sentence_says_what_would_be_right() -> None:
    with pytest.raises(numbers.Unreadable, match="write 1234 or 1,234"):
        numbers.read("1.234", "fr")


@given(st.text(max_size=30), st.sampled_from(["en", "fr", "es", "ar"]))
def test_no_text_ends_in_anything_but_a_number_or_a_sentence(text: str, language: str) -> None:
    try:
        found = numbers.read(text, language)
    except numbers.Unreadable as error:
        assert str(error)
    else:
        assert found is None or found.is_finite()


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2), st.sampled_from(["en", "fr", "es", "ar"]))
def test_what_is_written_out_in_a_language_is_read_back(value: Decimal, language: str) -> None:
    from babel.numbers import format_decimal

    written = format_decimal(value, format="#,##0.00", locale=language)
    assert numbers.read(written, language) == value
