"""Records that stand behind a question page: which organizations are selected, and the open alerts of them."""

from __future__ import annotations

from datetime import date as Day
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from organizations.models import Organization
from scaling import alert_words, alerts
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Cell, Column, Table
from scaling.models import Alert

#: Alerts listed on a page; the rest is one click away.
MOST_ALERTS = 25


def narrowed(asked: Asked, *, on: Day) -> Any:
    """Organizations of the selected place, kind, tier and federation; None where whole programmes are selected."""
    selection = asked.selection
    chosen: dict[str, Any] = {name: selection[name] for name in ("kind", "tier") if selection[name]}
    if not chosen and selection.place is None and selection.apex is None:
        return None
    found: Any = Organization.objects.visible_to(asked.user).filter(**chosen)
    if selection.place is not None:
        found = found.within(selection.place.row)
    if selection.apex is not None:
        found = found.under(selection.apex, on=on)
    return found


def alerts_of(asked: Asked, rule: str) -> QuerySet[Alert]:
    """Open alerts of a rule, of organizations of the selection."""
    rows = Alert.objects.visible_to(asked.user).filter(
        rule=rule, closed_at__isnull=True, programme__in=asked.selection.programmes
    )
    found = narrowed(asked, on=asked.now.sources[0].on)
    return rows if found is None else rows.filter(organization__in=found.values("pk"))


def alert_table(asked: Asked, rule: str, *, title: str, caption: str) -> Table:
    """The gravest of them, as the table “alerts” of the page."""
    rows = list(alerts.gravest(alerts_of(asked, rule).select_related("organization__place", "programme"))[:MOST_ALERTS])
    return asked.table(
        "alerts",
        [
            Column(_("Organization")),
            Column(_("Severity")),
            Column(_("Place")),
            Column(_("Why")),
            Column(_("Opened")),
        ],
        [
            [
                Cell(
                    alert.organization.name if alert.organization else str(alert.programme),
                    url=reverse("scaling:alert", args=[alert.pk]),
                ),
                Cell(str(alert.get_severity_display())),
                Cell(alert.organization.place.shown_name if alert.organization else ""),
                Cell(" · ".join(f"{label}: {value}" for label, value in alert_words.shown(alert.figures))),
                Cell(date_format(alert.opened_at, "DATE_FORMAT")),
            ]
            for alert in rows
        ],
        title=title,
        caption=caption,
        subtitle=_("the most severe first, %(most)d at most") % {"most": MOST_ALERTS}
        if rows
        else asked.untold("scaling.Alert") or _("none is open here"),
    )


__all__ = ["MOST_ALERTS", "alert_table", "alerts_of", "narrowed"]
