"""Texts as people type them: cleaned for keeping, folded for comparing, and how alike two of them are."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Hashable, Iterable
from functools import lru_cache
from typing import Generic, TypeVar

from programmes.digits import latin_digits

#: Marks that only say which way a text runs, and characters without a width that nobody typed on purpose. The joiners
#: U+200C and U+200D stay: Persian and Indian scripts need them.
INVISIBLE = re.compile("[\u200b\u200e\u200f\u061c\u202a-\u202e\u2060\u2066-\u2069\ufeff\u00ad]")
NOT_ALPHANUMERIC = re.compile(r"[^a-z0-9]+")
#: Letters that Arabic writers use for one another, and the stroke that only lengthens.
ARABIC = str.maketrans({"ة": "ه", "ى": "ي", "ی": "ي", "ک": "ك", "ـ": None, "‌": None, "‍": None})
T = TypeVar("T", bound=Hashable)


def clean(text: str) -> str:
    """A text for keeping: composed, in one line, without control characters and marks of direction."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    bare = INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    bare = "".join(" " if unicodedata.category(char) in ("Cc", "Zl", "Zp", "Cs") else char for char in bare)
    return " ".join(bare.split())


@lru_cache(maxsize=100_000)
def normal(text: str) -> str:
    """A text for comparing: case, accents, digits' script, punctuation and spaces make no difference."""
    if text.isascii():
        return " ".join(NOT_ALPHANUMERIC.sub(" ", text.casefold()).split())
    folded = unicodedata.normalize("NFKD", clean(text).casefold().translate(ARABIC))
    bare = "".join(char for char in folded if not unicodedata.combining(char))
    words = "".join(char if char.isalnum() or unicodedata.category(char)[0] == "M" else " " for char in bare)
    return " ".join(latin_digits(words).split())


def key_of(text: str) -> str:
    """`normal`, or the text itself when it is nothing but marks."""
    return (normal(text) or clean(text).casefold())[:300]


def trigrams(text: str) -> frozenset[str]:
    """Of a normal text, as PostgreSQL's pg_trgm makes them: two blanks before and one after each word."""
    found: set[str] = set()
    for word in text.split():
        padded = f"  {word} "
        found.update(padded[at : at + 3] for at in range(len(padded) - 2))
    return frozenset(found)


def numbers_in(text: str) -> tuple[str, ...]:
    """“Group 1” and “Group 2” are not alike, however many letters they share: only equal numbers are compared."""
    return tuple(re.findall(r"\d+", text))


class Nearest(Generic[T]):
    """Finds the names most like a text without comparing it to all of them."""

    def __init__(self, names: Iterable[tuple[T, str]]) -> None:
        self._tokens: list[T] = []
        self._grams: list[frozenset[str]] = []
        self._index: dict[str, list[int]] = defaultdict(list)
        for token, name in names:
            grams = trigrams(name)
            for gram in grams:
                self._index[gram].append(len(self._tokens))
            self._tokens.append(token)
            self._grams.append(grams)

    def like(self, text: str, *, least: float = 0.2, most: int = 8) -> list[tuple[T, float]]:
        """(token, likeness from 0 to 1) of a normal text, most alike first, each token once."""
        grams = trigrams(text[:200])
        # Whatever is alike to `least` shares that part of the trigrams, so one of the rarest of the rest at least.
        rarest = sorted(grams, key=lambda gram: len(self._index.get(gram, ())))
        rarest = rarest[: len(grams) - math.ceil(least * len(grams)) + 1]
        best: dict[T, float] = {}
        for at in {at for gram in rarest for at in self._index.get(gram, ())}:
            shared = len(grams & self._grams[at])
            likeness = shared / (len(grams) + len(self._grams[at]) - shared)
            if likeness >= least and likeness > best.get(self._tokens[at], 0.0):
                best[self._tokens[at]] = likeness
        return sorted(best.items(), key=lambda pair: -pair[1])[:most]
