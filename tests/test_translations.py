"""The compiled translations are those of the sources, and keep every placeholder."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from indicators.models import Anchor, EntryField, IndicatorVersion, ScaleItem

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


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language: str) -> None:
    source = read_po(open(LOCALE / language / "LC_MESSAGES" / "django.po", "rb"), locale=language)  # noqa: SIM115
    missing = {
        str(message.id)
        for message in source
        if message.id and (message.fuzzy or not (all(message.string) if message.pluralizable else message.string))
    }
    assert missing == set()
    assert len(list(source)) > 900


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_speaks_the_language(language: str) -> None:
    """Names, definitions and units of indicators, labels of fields, rating items and their anchors."""
    for version in IndicatorVersion.objects.select_related("indicator"):
        for field in ("name", "definition", "unit"):
            assert version.translations.get(language, {}).get(field), (version.indicator.code, field)
    for field in EntryField.objects.exclude(label=""):
        assert field.translations.get(language, {}).get("label"), field.key
    for item in ScaleItem.objects.all():
        assert item.translations[language]["name"] and item.translations[language]["means_of_verification"], item
    anchors = list(Anchor.objects.all())
    assert len(anchors) == 144
    assert all(anchor.translations[language]["text"] for anchor in anchors)
