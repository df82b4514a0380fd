"""Formats that the address of data value sets reads and writes beside JSON, for DRF."""

from __future__ import annotations

from typing import Any

from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

from scaling.rest.parsers import TooLarge, most_bytes
from scaling.rest.renderers import JSONRenderer


class _Written(BaseRenderer):
    """Its text is made by `WRITERS`; what is no data value set (a problem, a summary) is JSON."""

    charset = "utf-8"

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> Any:
        return JSONRenderer().render(data)


class CsvValues(_Written):
    media_type, format = "application/csv", "csv"


class TextCsvValues(_Written):
    media_type, format = "text/csv", "csv"


class XmlValues(_Written):
    media_type, format = "application/xml", "xml"


class AdxValues(_Written):
    media_type, format = "application/adx+xml", "adx"


class _Raw(BaseParser):
    """Bytes as they are, up to the limit of the view."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        most = most_bytes((parser_context or {}).get("view"))
        raw: bytes = stream.read(most + 1)
        if len(raw) > most:
            raise TooLarge(most)
        return raw


class CsvParser(_Raw):
    media_type = "application/csv"


class TextCsvParser(_Raw):
    media_type = "text/csv"


class XmlParser(_Raw):
    media_type = "application/xml"


class AdxParser(_Raw):
    media_type = "application/adx+xml"
