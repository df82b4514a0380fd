"""The compiled translations are those of the sources, and keep every placeholder."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).resolve().parents[1] / "locale"
LANGUAGES = ("fr", "es", "ar")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_texts_are_those_of_the_source(language: str) -> None:
    folder = LOCALE / language / "LC_MESSAGES"
    source = read_po(open(folder / "django.po", "rb"), locale=language)  # noqa: SIM115
    compiled = io.BytesIO()
    write_mo(compiled, source)
    assert (folder / "django.mo").read_bytes() == compiled.getvalue()


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_are_kept(language: str) -> None:
    source = read_po(open(LOCALE / language / "LC_MESSAGES" / "django.po", "rb"), locale=language)  # noqa: SIM115

    def placeholders(text: str) -> set[str]:
        return set(re.findall(r"%\(\w+\)[sd]", text))

    for message in source:
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        for text in filter(None, texts):
            assert placeholders(text) == placeholders(ids[-1]), (message.id, text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_speak_the_language(language: str) -> None:
    """What every reader of a dashboard meets is translated: no text of these pages is left in English."""
    source = read_po(open(LOCALE / language / "LC_MESSAGES" / "django.po", "rb"), locale=language)  # noqa: SIM115
    texts = {m.id if isinstance(m.id, str) else m.id[0]: m.string for m in source}
    root = LOCALE.parent
    pages = "\n".join(
        path.read_text() for path in (*root.glob("scaling/dashboards/*.py"), *root.glob("templates/**/*.html"))
    )
    asked = set(re.findall(r'(?<!\w)_\("([^"]+)"\)', pages)) | set(re.findall(r'{% translate "([^"]+)" %}', pages))
    assert len(asked) > 150
    missing = {text for text in asked if not texts.get(text)}
    assert missing == set()
