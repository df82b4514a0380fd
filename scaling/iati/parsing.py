"""XML from outside, read warily: no DTD, no entities, no network, not deep, not large, UTF-8."""

from __future__ import annotations

import codecs
import re
from typing import Any

from django.utils.translation import gettext as _
from lxml import etree

#: An activity file of a large portfolio has some megabytes.
MOST_BYTES = 10 * 1024 * 1024
#: The standard nests nine levels.
DEEPEST = 30
#: So many elements are more than any honest file has.
MOST_ELEMENTS = 500_000
_DECLARED = re.compile(rb"""^<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")


class Refused(Exception):
    """The sentence says what is wrong with the file."""


def parse(raw: bytes) -> Any:
    """The root of a document. Raises Refused with a sentence."""
    if len(raw) > MOST_BYTES:
        raise Refused(_("The file is too large; at most %(most)d bytes are read.") % {"most": MOST_BYTES})
    if not raw.strip():
        raise Refused(_("The file is empty; an IATI activity file is expected."))
    text = raw.removeprefix(codecs.BOM_UTF8)
    _require_utf8(text)
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise Refused(_("The file has a document type or entities; IATI needs neither, and they are not read."))
    parser = etree.XMLPullParser(
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    depth = seen = 0
    try:
        for first in range(0, len(text), 65536):
            parser.feed(text[first : first + 65536])
            for event, _element in parser.read_events():
                depth += 1 if event == "start" else -1
                seen += event == "start"
                if depth > DEEPEST:
                    raise _too_deep()
                if seen > MOST_ELEMENTS:
                    raise Refused(
                        _("The file has too many elements; at most %(most)d are read.") % {"most": MOST_ELEMENTS}
                    )
        return parser.close()
    except etree.XMLSyntaxError as error:
        if "depth" in str(error.msg):  # the library's own limit, which comes first in one long piece
            raise _too_deep() from None
        line, column = error.position
        raise Refused(
            _("This is not XML that can be read: line %(line)d, column %(column)d: %(what)s")
            % {"line": line or 0, "column": column or 0, "what": str(error.msg)[:200]}
        ) from None


def _too_deep() -> Refused:
    return Refused(_("The file is nested too deeply; at most %(most)d levels are read.") % {"most": DEEPEST})


def _require_utf8(text: bytes) -> None:
    """Every IATI file is UTF-8: one declared otherwise, or in fact otherwise, would be read as something else."""
    declared = _DECLARED.match(text.lstrip())
    if declared is not None and declared.group(1).lower() not in (b"utf-8", b"utf8", b"us-ascii", b"ascii"):
        raise Refused(
            _("IATI files are UTF-8; this one says %(encoding)s.") % {"encoding": declared.group(1).decode()[:40]}
        )
    try:
        text.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(
            _("The file is not UTF-8: byte %(position)d cannot be read.") % {"position": error.start}
        ) from None


def activity_file(raw: bytes) -> Any:
    """The root of an activity file of version 2. Raises Refused."""
    root = parse(raw)
    if root.tag != "iati-activities":
        raise Refused(
            _("An activity file begins with iati-activities; this one begins with %(name)s.") % {"name": root.tag[:60]}
        )
    version = root.get("version", "")
    if not version.startswith("2."):
        raise Refused(
            _("Version 2 of the standard is read; this file says %(version)s.") % {"version": version[:20] or "–"}
        )
    return root
