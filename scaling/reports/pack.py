"""What a pack says: every question page with the pack's filters, the definitions of its metrics, the state of its data.

It is built by the same builders as the pages, so a page that is added later is in the next pack.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from django.conf import settings
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from programmes.models import Programme
from scaling import formats
from scaling.background import Refused
from scaling.dashboards import frame, registry
from scaling.dashboards.definitions import Definition, of_metrics
from scaling.dashboards.page import Page
from scaling.reports import quality
from scaling.reports.models import Report
from scaling.reports.operations import request_of, wrong
from scaling.reports.quality import Statement


class NotPossible(Refused):
    """Why the pack cannot be made, in a sentence."""


@dataclass
class Pack:
    """Texts in the pack's language, numbers formatted."""

    programme: str
    title: str
    #: label and value, for the cover
    facts: list[tuple[str, str]]
    known_at: datetime.datetime
    language: str
    rtl: bool
    is_synthetic: bool
    pages: list[Page]
    definitions: list[Definition]
    statements: list[Statement] = field(default_factory=list)


def collect(report: Report, far: Callable[[int], None] = lambda _done: None) -> Pack:
    """Build every page as who asked would see it. `far` is told how many are done. Raises NotPossible when the filters
    do not fit any more, for instance because a round or a role is gone."""
    programme, user = report.programme, report.asked_by
    if sentences := wrong(user, programme, report.selection):
        raise NotPossible(" ".join(sentences))
    pages: list[Page] = []
    for entry in registry.pages().values():
        far(len(pages))
        request = request_of(user, programme, report.selection, entry.url)
        pages.append(frame.build(request, entry, report.known_at))
    far(len(pages))
    return Pack(
        programme=str(programme),
        title=_("Supervision mission pack"),
        facts=_facts(report, pages),
        known_at=report.known_at,
        language=report.language,
        rtl=get_language_bidi(),
        is_synthetic=programme.is_synthetic,
        pages=pages,
        definitions=definitions({name for page in pages for name in page.metrics}),
        statements=quality.statements(report),
    )


def _facts(report: Report, pages: list[Page]) -> list[tuple[str, str]]:
    programme: Programme = report.programme
    countries = ", ".join(formats.country_name(one.names, one.name) for one in programme.countries.order_by("code"))
    chosen = {one.label: one.value for page in pages for one in page.filters if one.is_set}
    facts = [
        (_("Programme"), f"{programme.name} ({programme.code})"),
        (_("Countries"), countries or "–"),
        *chosen.items(),
        (_("As known at"), formats.moment(report.known_at)),
        (_("Asked for by"), report.asked_by.get_short_name()),
        (_("Site"), settings.SITE_URL),
    ]
    return list(dict(facts).items())


def definitions(names: set[str]) -> list[Definition]:
    """Of these metrics, by family and name; each says where it comes from."""
    return [replace(one, source=one.source or _("computed by Trellis")) for one in of_metrics(names)]
