"""The life of one organization as bars of time: statuses, ties, services, support."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from scaling import figures, formats
from scaling.dashboards.organization.known import Known
from scaling.dashboards.page import Cell, Column, Empty, FigureCard
from scaling.figures import Span


def card(known: Known) -> FigureCard:
    title, subtitle = _("Its life, ties and support"), _("statuses, apexes, linkages, services, support")
    today = known.today
    spans: list[Span] = []

    def put(row: str, valid: Any, role: str, text: str) -> None:
        start = valid.lower or known.organization.formed_on
        end = valid.upper if valid.upper is not None and valid.upper <= today else today
        if start < end:
            spans.append(Span(row, start, end, role, text, row))

    for status in known.profile.statuses:
        role = "unseen" if status.status != "active" else "members"
        put(_("Status"), status.valid, role, str(status.get_status_display()))
    for tie in known.profile.up:
        put(_("Apexes"), tie.valid, "aggregated", tie.apex.name)
    for link in known.profile.linkages:
        partner = link.partner.name if link.partner else ""
        put(_("Linkages"), link.valid, "private", f"{link.get_kind_display()} {partner}".strip())
    for service in known.profile.services:
        put(_("Services"), service.valid, "coverage", str(service.get_kind_display()))
    for done in known.profile.interventions:
        put(_("Support"), done.valid, "government", f"{done.get_purpose_display()}: {done.get_method_display()}")
    rows = [
        [
            Cell(span.row),
            Cell(span.text),
            Cell(formats.day(span.start)),
            Cell(formats.day(span.end) if span.end and span.end < today else _("goes on")),
        ]
        for span in spans
    ]
    columns = [Column(_("Of")), Column(_("What")), Column(_("From")), Column(_("Until"))]
    caption = _("Statuses, apexes, linkages, services and support with their days")
    table = known.table("life", columns, rows, caption, title)
    if not spans:
        text = _("Nothing with days is on record.")
        empty = Empty(_("Not enough data"), text, _("What the register says of it"), known.url())
        return FigureCard("life", title, "", None, None, subtitle, 6, empty=empty)
    reading = _("%(apexes)s apexes, %(linkages)s linkages and %(support)s times support on record.") % {
        "apexes": len(known.profile.up),
        "linkages": len(known.profile.linkages),
        "support": len(known.profile.interventions),
    }
    return FigureCard("life", title, reading, table, figures.timeline(spans, until=today), subtitle, 6, 340)
