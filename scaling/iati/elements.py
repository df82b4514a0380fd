"""Small pieces of XML that every part of a file is made of."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import translation
from lxml import etree

from scaling.iati.codes import NAMESPACE

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
NAMES = {"trellis": NAMESPACE}
#: What XML 1.0 cannot hold; a database can.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Element = Any


def legal(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)


def add(parent: Element, name: str, /, **attributes: Any) -> Element:
    """A child; attributes that are None or empty are left out, `_` in their names is a hyphen."""
    return etree.SubElement(parent, name, told(attributes))


def own(parent: Element, name: str, /, **attributes: Any) -> Element:
    """A child in our own namespace."""
    return etree.SubElement(parent, f"{{{NAMESPACE}}}{name}", told(attributes))


def told(attributes: Mapping[str, Any]) -> dict[str, str]:
    return {
        name.rstrip("_").replace("_", "-"): legal(written(value))
        for name, value in attributes.items()
        if value is not None and value != ""
    }


def written(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, Decimal):
        return plain(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def plain(value: Decimal) -> str:
    """`1900000`, `2.5`, never `1.9E+6`."""
    return f"{value.normalize():f}"


def narrative(parent: Element, text: str, language: str = "") -> None:
    one = add(parent, "narrative")
    if language:
        one.set(XML_LANG, language)
    one.text = legal(text)


def texts(parent: Element, name: str, *narratives: str, **attributes: Any) -> Element:
    """An element of narratives in the language of the activity."""
    element = add(parent, name, **attributes)
    for text in narratives:
        narrative(element, text)
    return element


def in_languages(parent: Element, name: str, say: Callable[[str], str], first: str) -> Element:
    """An element with a narrative in each language in which `say` says something of its own, `first` in any case."""
    element = add(parent, name)
    said: dict[str, str] = {}
    for language in sorted(dict(settings.LANGUAGES), key=lambda one: one != first):
        with translation.override(language):
            text = say(language)
        if text and text not in said.values():
            said[language] = text
    for language, text in said.items():
        narrative(element, text, language)
    return element
