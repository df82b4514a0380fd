"""JSON bodies, read strictly: what is ambiguous, endless or not storable is refused with a sentence, never guessed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser
from rest_framework.renderers import JSONRenderer

#: No honest body is nested deeper.
DEEPEST = 20


class TooLarge(APIException):
    status_code = 413

    def __init__(self, most: int) -> None:
        super().__init__(
            _("The body is too large; at most %(most)d bytes are read here. Send it in parts.") % {"most": most}
        )


def most_bytes(view: Any) -> int:
    """How much a view reads."""
    return int(getattr(view, "most_bytes", None) or settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0)


class StrictJSONParser(JSONParser):
    """UTF-8, no key twice, no NaN, no text that no database can keep, not nested without end, not too large."""

    renderer_class = JSONRenderer

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        context = parser_context or {}
        most = most_bytes(context.get("view"))
        raw = stream.read(most + 1)
        if len(raw) > most:
            raise TooLarge(most)
        charset = str(context.get("encoding") or "utf-8").lower()
        if charset not in ("utf-8", "utf8", "us-ascii"):
            raise ParseError(_("JSON is UTF-8; leave the charset out."))
        return read(raw)


def read(raw: bytes) -> Any:
    """A JSON document. Raises ParseError with a sentence."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ParseError(
            _("The body is not UTF-8: byte %(position)d cannot be read.") % {"position": error.start}
        ) from None
    try:
        found = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_each_once)
    except RecursionError:
        raise _too_deep() from None
    except json.JSONDecodeError as error:
        raise ParseError(
            _("This is not JSON: line %(line)d, column %(column)d.") % {"line": error.lineno, "column": error.colno}
        ) from None
    except ValueError:
        raise ParseError(_("A number has too many digits.")) from None
    for part, depth in _parts(found):
        if depth > DEEPEST:
            raise _too_deep()
        if isinstance(part, str) and not _storable(part):
            raise ParseError(_("A text contains characters that are no text (NUL, or half of a character)."))
    return found


def _too_deep() -> ParseError:
    return ParseError(_("The body is nested too deeply; at most %(most)d levels are read.") % {"most": DEEPEST})


def _no_constant(name: str) -> None:
    raise ParseError(_("%(name)s is not a JSON number; null stands for no value.") % {"name": name})


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ParseError(_("“%(name)s” stands twice in one object.") % {"name": twice[:60]})
    return found


def _parts(found: Any) -> Iterator[tuple[Any, int]]:
    """Everything in a document, keys too, with its depth; without recursion."""
    waiting = [(found, 1)]
    while waiting:
        part, depth = waiting.pop()
        yield part, depth
        if depth > DEEPEST:
            continue
        if isinstance(part, dict):
            waiting.extend((key, depth) for key in part)
            waiting.extend((value, depth + 1) for value in part.values())
        elif isinstance(part, list):
            waiting.extend((value, depth + 1) for value in part)


def _storable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return "\0" not in text
