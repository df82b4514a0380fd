"""Returns and open alerts of one organization."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from indicators.models import ReturnState
from scaling import alert_words, formats, observations
from scaling.dashboards import common
from scaling.dashboards.organization.known import Known
from scaling.dashboards.page import Cell, Column, Table


def returns(known: Known) -> Table:
    rows = []
    for one in known.returns:
        url = reverse("indicators:return", args=[one.round.code, known.organization.code])
        members = one.values.get(observations.MEMBERS)
        rows.append(
            [
                Cell(formats.day(one.round.reference_date), url=url),
                Cell(str(one.round.get_kind_display())),
                Cell(str(one.round.programme)),
                Cell(str(ReturnState(one.state).label), url=url),
                Cell(formats.reason("NOT_REPORTED"), "null") if members is None else common.counted(int(members)),
                Cell(_("yes") if one.reported is not None else "–", hint=one.correction_reason),
            ]
        )
    columns = [
        Column(_("Round")),
        Column(_("Kind")),
        Column(_("Programme")),
        Column(_("State")),
        Column(_("Members"), numeric=True),
        Column(_("Corrected")),
    ]
    return known.table("returns", columns, rows, _("Its returns, the newest first"), _("Its returns by round"))


def alerts(known: Known) -> Table:
    rows = [
        [
            Cell(str(alert_words.name_of(one.rule)), url=reverse("scaling:alert", args=[one.pk])),
            Cell(str(one.get_severity_display())),
            Cell(formats.day(one.opened_at.date())),
            Cell("; ".join(f"{label}: {text}" for label, text in alert_words.shown(one.figures))),
        ]
        for one in known.alerts
    ]
    columns = [Column(_("Alert")), Column(_("Severity")), Column(_("Since")), Column(_("Figures"))]
    return known.table("alerts", columns, rows, _("Alerts that are open"), _("Open alerts"))
