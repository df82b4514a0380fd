"""Who the partners are: by type over time, and from organizations and apexes to types of partner by value."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from organizations.models import Tier
from scaling import figures, formats
from scaling.dashboards.common import counted
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Cell, Column, Empty, FigureCard, Table
from scaling.dashboards.questions.linkages import agreed
from scaling.dashboards.questions.linkages.agreed import Agreed, Group
from scaling.figures import Flow, Node, Series

#: What a partner does → the colour of who it is among financiers.
ROLES = {
    "input_supplier": "private",
    "buyer": "private",
    "processor": "private",
    "exporter": "private",
    "bank": "domestic_financial",
    "microfinance": "domestic_financial",
    "insurer": "domestic_financial",
    "technology_extension": "international",
    "research": "international",
    "local_government": "government",
    "ministry": "government",
    "ngo": "international",
    "donor": "international",
    "platform": "other",
    "households": "beneficiaries",
    agreed.ORGANIZATION: "beneficiaries",
}
#: Colours in a stack, in this order.
GROUPS = ("private", "domestic_financial", "government", "international", "beneficiaries", "other")


def _group_names() -> dict[str, str]:
    return {
        "private": _("buyers, suppliers, processors"),
        "domestic_financial": _("banks, microfinance, insurers"),
        "government": _("government"),
        "international": _("advice, research, NGOs, donors"),
        "beneficiaries": _("other organizations"),
        "other": _("platforms"),
    }


def none(asked: Asked, found: Agreed) -> Empty:
    if found.too_many:
        text = _(
            "More than %(most)s agreements are not counted while you wait. Choose a place, a kind or a federation."
        )
        return Empty(
            _("Too many to count while you wait"),
            text % {"most": formats.number(agreed.MOST)},
            _("Organizations"),
            asked.organizations_url(),
        )
    text = _("No agreement with a partner is on record up to this day; linkages are entered at each organization.")
    return Empty(_("Not enough data"), text, _("Organizations"), asked.organizations_url())


def over_time(asked: Asked, found: Agreed) -> FigureCard:
    """Agreements in force at the end of each year by what the partner does."""
    title = _("Partners by type over time")
    names = agreed.partner_names()
    present = sorted(found.begun, key=lambda who: (GROUPS.index(ROLES[who]), who))
    table = asked.table(
        "partners-by-year",
        [Column(_("Year")), *(Column(names[who].capitalize(), numeric=True) for who in present)],
        [[Cell(str(year)), *(counted(found.in_force(who, year)) for who in present)] for year in found.years],
        caption=_("Agreements in force at the end of each year, by type of partner; this year, on the day"),
        title=title,
    )
    if not found.years:
        return FigureCard("partners", title, "", table, None, span=7, empty=none(asked, found))
    series = []
    for role in GROUPS:
        types = [who for who in present if ROLES[who] == role]
        values = [sum(found.in_force(who, year) for who in types) for year in found.years]
        if any(values):
            texts = [
                ", ".join(f"{names[who]} {formats.number(n)}" for who in types if (n := found.in_force(who, year)))
                for year in found.years
            ]
            series.append(Series(_group_names()[role], role, values, texts))
    totals = [found.total(year) for year in found.years]
    figure = figures.stacked_bars(
        [str(year) for year in found.years], series, [formats.number(n) if n else "" for n in totals]
    )
    figure["layout"]["xaxis"] = {"type": "category"}
    reading = ngettext(
        "From %(before)s agreement in %(first)s to %(now)s on %(day)s.",
        "From %(before)s agreements in %(first)s to %(now)s on %(day)s.",
        totals[0],
    ) % {
        "before": formats.number(totals[0]),
        "first": found.years[0],
        "now": formats.number(totals[-1]),
        "day": formats.day(found.on),
    }
    subtitle = _("agreements in force at the end of each year; this year, on the day")
    return FigureCard("partners", title, reading, table, figure, subtitle, 7, 340)


def flows(asked: Asked, found: Agreed) -> FigureCard:
    """From kinds of organization and tiers of apex to types of partner; as wide as the value, or the number."""
    title = _("From organizations and apexes to partners")
    currency = found.currency()
    names = agreed.partner_names()
    sums: dict[tuple[str, str, str], tuple[Decimal, int]] = defaultdict(lambda: (Decimal(0), 0))
    for group in found.now:
        key = (_tier_role(group), agreed.holder_name(group), group.partner)
        value, n = sums[key]
        if not currency or (group.currency == currency and group.valued):
            sums[key] = (value + (group.value if currency else group.n), n + (group.valued if currency else group.n))
    kept = {key: pair for key, pair in sums.items() if pair[0]}
    table = _flow_table(asked, kept, currency, title)
    if not kept:
        return FigureCard("flows", title, "", table, None, span=5, empty=none(asked, found))
    left = sorted({(role, holder) for role, holder, _who in kept})
    right = sorted({who for _role, _holder, who in kept})
    nodes = [Node(holder, role) for role, holder in left] + [Node(names[who], ROLES[who], 1) for who in right]
    drawn = [
        Flow(
            left.index((role, holder)),
            len(left) + right.index(who),
            float(value),
            f"{holder} → {names[who]}: {_amount(value, currency)}",
        )
        for (role, holder, who), (value, _n) in sorted(kept.items())
    ]
    (_role, holder, who), (value, _n) = max(kept.items(), key=lambda one: (one[1][0], one[0]))
    reading = _("The largest: %(holder)s with %(partner)s, %(value)s.") % {
        "holder": holder,
        "partner": names[who],
        "value": _amount(value, currency),
    }
    out = sum(group.n for group in found.now) - sum(n for _value, n in kept.values())
    if currency and out:
        text = ngettext(
            "%(n)s agreement without a value in this currency is left out.",
            "%(n)s agreements without a value in this currency are left out.",
            out,
        )
        reading += " " + text % {"n": formats.number(out)}
    subtitle = (
        _("in force; as wide as their value in %(currency)s") % {"currency": currency}
        if currency
        else _("in force; as wide as their number, because no value is on record")
    )
    return FigureCard("flows", title, reading, table, figures.sankey(nodes, drawn), subtitle, 5, 340)


def _tier_role(group: Group) -> str:
    return "national_apex" if group.tier == Tier.INTERNATIONAL_APEX else group.tier


def _amount(value: Decimal, currency: str) -> str:
    if currency:
        return f"{formats.number(value)} {currency}"
    return ngettext("%(n)s agreement", "%(n)s agreements", int(value)) % {"n": formats.number(value)}


def _flow_table(
    asked: Asked, kept: dict[tuple[str, str, str], tuple[Decimal, int]], currency: str, title: str
) -> Table:
    names = agreed.partner_names()
    columns = [Column(_("Organizations")), Column(_("Type of partner")), Column(_("Agreements"), numeric=True)]
    if currency:
        columns.append(Column(_("Value in %(currency)s") % {"currency": currency}, numeric=True))
    rows = [
        [Cell(holder), Cell(names[who]), counted(n), *([Cell(formats.number(value), value=value)] if currency else [])]
        for (_role, holder, who), (value, n) in sorted(kept.items(), key=lambda one: -one[1][0])
    ]
    caption = _("Agreements in force from organizations and apexes to types of partner")
    return asked.table("flows", columns, rows, caption=caption, title=title)


def values(asked: Asked, found: Agreed) -> Table:
    """Partners, agreements and contract value by type of partner, a row for each currency."""
    names = agreed.partner_names()
    sums: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 3)
    for group in found.now:
        one = sums[group.partner, group.currency if group.valued else ""]
        sums[group.partner, group.currency if group.valued else ""] = [
            one[0] + group.n,
            one[1] + group.valued,
            one[2] + group.value,
        ]
    return asked.table(
        "contract-value",
        [
            Column(_("Type of partner")),
            Column(_("Partners"), numeric=True, help=_("whatever the currency")),
            Column(_("Agreements"), numeric=True),
            Column(_("With a value"), numeric=True),
            Column(_("Contract value"), numeric=True),
            Column(_("Currency")),
        ],
        [
            [
                Cell(names[who]),
                counted(found.partners.get(who, 0)),
                counted(int(n)),
                counted(int(valued)),
                Cell(formats.number(value), value=value) if valued else Cell(formats.reason("NOT_REPORTED"), "null"),
                Cell(currency),
            ]
            for (who, currency), (n, valued, value) in sorted(sums.items(), key=lambda one: (-one[1][2], one[0]))
        ],
        title=_("Contract value"),
        caption=_("Agreements in force by type of partner, and what they are worth"),
        subtitle=_("in force on %(day)s, as agreed") % {"day": formats.day(found.on)},
    )
