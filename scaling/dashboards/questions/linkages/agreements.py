"""Single agreements: their life as bars of time, a page at a time, and those that end soon."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, Q, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from organizations.models import Linkage, LinkageStatus, Organization
from scaling import figures, formats
from scaling.dashboards.common import counted
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Cell, Column, FigureCard, Table
from scaling.dashboards.questions.linkages import agreed, flows
from scaling.dashboards.questions.linkages.agreed import Agreed
from scaling.figures import Mark, Span

Day = datetime.date
#: Agreements drawn at once, and listed because they end soon.
PAGE, SOON_SHOWN = 40, 40
SOON = datetime.timedelta(days=60)
_MARK = re.compile(r"(-?\d{1,20}(?:\.\d{1,4})?)_(\d{1,18})", re.ASCII)


@dataclass(frozen=True)
class Drawn:
    """A page of agreements, the largest first; `after` is where the next begins. `soon`: how many end soon in all."""

    on: Day
    rows: list[Any]
    after: str
    expiring: list[Any]
    soon: int
    visible: frozenset[int]


def read(asked: Asked, on: Day) -> Drawn:
    """An `after` that no page gave is an error of the selection."""
    rows = agreed.linkages(asked, on).select_related("organization", "partner", "partner_organization")
    sized = rows.annotate(size=Coalesce("value", Value(Decimal(-1)), output_field=DecimalField()))
    if text := asked.selection["after"]:
        size, _sep, pk = text.partition("_")
        if (
            pk.isdecimal()
            and len(pk) < 19
            and len(size) < 25
            and size.removeprefix("-").replace(".", "", 1).isdecimal()
        ):
            sized = sized.filter(Q(size__lt=Decimal(size)) | Q(size=Decimal(size), pk__gt=int(pk)))
        else:
            asked.selection.errors[""] = _("This is not where a page of agreements begins.")
            del asked.selection.values["after"]
    read: list[Any] = list(sized.order_by("-size", "pk")[: PAGE + 1])
    shown = read[:PAGE]
    after = f"{shown[-1].size.normalize():f}_{shown[-1].pk}" if len(read) > PAGE else ""
    ending = rows.filter(valid__endswith__gt=on, valid__endswith__lte=on + SOON).exclude(
        status__in=(LinkageStatus.ENDED, LinkageStatus.BREACHED)
    )
    expiring = list(ending.order_by("valid__endswith", "pk")[:SOON_SHOWN])
    others = {one.partner_organization_id for one in (*shown, *expiring)} - {None}
    visible = Organization.objects.visible_to(asked.user).filter(pk__in=others).values_list("pk", flat=True)
    return Drawn(on, shown, after, expiring, ending.order_by().count(), frozenset(visible) if others else frozenset())


def partner(one: Linkage, visible: frozenset[int]) -> str:
    """Its name; an organization that the asker may not see stays unnamed."""
    if one.partner is not None:
        return one.partner.name
    known = one.partner_organization is not None and one.partner_organization_id in visible
    return str(one.partner_organization) if known else _("an organization of another network")


def timeline(asked: Asked, found: Drawn, all_of_them: Agreed) -> FigureCard:
    title = _("How long agreements last")
    on = found.on
    table = asked.table(
        "agreements",
        [
            Column(_("Organization")),
            Column(_("Partner")),
            Column(_("Kind")),
            Column(_("From")),
            Column(_("Until")),
            Column(_("Status")),
            Column(_("Renewals"), numeric=True),
            Column(_("Value"), numeric=True),
            Column(_("Currency")),
        ],
        [
            [
                Cell(one.organization.name, url=reverse("organizations:profile", args=[one.organization.code])),
                Cell(partner(one, found.visible)),
                Cell(str(one.get_kind_display())),
                Cell(formats.day(one.valid.lower)),
                Cell(formats.day(one.valid.upper) if one.valid.upper else "–"),
                Cell(_status_names()[_status(one, on)]),
                counted(one.renewals),
                Cell(formats.number(one.value), value=one.value)
                if one.value is not None
                else Cell(formats.reason("NOT_REPORTED"), "null"),
                Cell(one.currency),
            ]
            for one in found.rows
        ],
        caption=_("Agreements, the largest value first"),
        title=title,
    )
    if not found.rows:
        return FigureCard("lasting", title, "", table, None, span=12, empty=flows.none(asked, all_of_them))
    spans = [
        Span(
            _row(number, one, found.visible),
            one.valid.lower,
            min(one.valid.upper, on + SOON) if one.valid.upper else None,
            _STATUS_ROLES[_status(one, on)],
            _text(one, on),
            _status_names()[_status(one, on)],
            reverse("organizations:profile", args=[one.organization.code]),
        )
        for number, one in enumerate(found.rows, 1)
    ]
    figure = figures.timeline(spans, until=on, marks=[Mark(on.isoformat(), formats.day(on))])
    renewed = sum(1 for one in found.rows if one.renewals or one.status == LinkageStatus.RENEWED)
    reading = ngettext(
        "%(n)s agreement, of which %(renewed)s renewed at least once.",
        "%(n)s agreements, of which %(renewed)s renewed at least once.",
        len(found.rows),
    ) % {"n": formats.number(len(found.rows)), "renewed": formats.number(renewed)}
    subtitle = _("the largest first, %(most)d at a time") % {"most": PAGE}
    return FigureCard("lasting", title, reading, table, figure, subtitle, 12, 140 + 17 * len(found.rows))


def _row(number: int, one: Linkage, visible: frozenset[int]) -> str:
    """Numbered, so that two agreements of the same two have a line each."""
    return f"{number}. {_short(one.organization.name)} – {_short(partner(one, visible))}"


def _short(name: str) -> str:
    return name if len(name) <= 14 else f"{name[:13]}…"


_STATUS_ROLES = {"soon": "government", "renewed": "members", "in_force": "plain", "breached": "loss", "ended": "other"}


def _status_names() -> dict[str, str]:
    return {
        "soon": _("ends within 60 days"),
        "renewed": _("renewed"),
        "in_force": _("in force"),
        "breached": _("breached"),
        "ended": _("ended"),
    }


def _status(one: Linkage, on: Day) -> str:
    """As of the day: what has ended since was in force then."""
    end = one.valid.upper
    if one.status == LinkageStatus.BREACHED and (end is None or end <= on):
        return "breached"
    if end is not None and end <= on:
        return "renewed" if one.status == LinkageStatus.RENEWED else "ended"
    if end is not None and end <= on + SOON:
        return "soon"
    return "renewed" if one.renewals else "in_force"


def _text(one: Linkage, on: Day) -> str:
    until = formats.day(one.valid.upper) if one.valid.upper else _("open")
    parts = [
        str(one.get_kind_display()),
        f"{formats.day(one.valid.lower)} – {until}",
        _status_names()[_status(one, on)],
    ]
    if one.renewals:
        parts.append(ngettext("%(n)d renewal", "%(n)d renewals", one.renewals) % {"n": one.renewals})
    if one.value is not None:
        parts.append(f"{formats.number(one.value)} {one.currency}")
    return " · ".join(parts)


def expiring(asked: Asked, found: Drawn) -> Table:
    """Those that end soon; a name leads to where the agreement is renewed."""
    columns = [_("Organization"), _("Partner"), _("Kind"), _("Until")]
    subtitle = _("from %(day)s; %(n)s in all, %(most)d shown at most") % {
        "day": formats.day(found.on),
        "n": formats.number(found.soon),
        "most": SOON_SHOWN,
    }
    return asked.table(
        "expiring",
        [*(Column(label) for label in columns), Column(_("Renewals"), numeric=True)],
        [
            [
                Cell(one.organization.name, url=_renew_url(one)),
                Cell(partner(one, found.visible)),
                Cell(str(one.get_kind_display())),
                Cell(formats.day(one.valid.upper)),
                counted(one.renewals),
            ]
            for one in found.expiring
        ],
        title=_("Ending within 60 days"),
        caption=_("Agreements that end within 60 days, the first to end on top"),
        subtitle=subtitle if found.soon else _("none"),
    )


def _renew_url(one: Linkage) -> str:
    return reverse("organizations:renew-linkage", args=[one.organization.code, one.pk])
