"""The pictures of the Portfolio: who financed each programme, and in which countries."""

from __future__ import annotations

from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from programmes.models import Programme
from scaling import figures, formats
from scaling.answers import Workspace, answer
from scaling.dashboards import common, phases
from scaling.dashboards.common import cell
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Cell, Column, Empty, FigureCard
from scaling.metrics import METRICS
from scaling.metrics.figures import Figure
from scaling.metrics.figures import add as added

MILLION = 1_000_000
#: Bars on the picture, the largest first; the table has all.
DRAWN = 12


def programme_url(asked: Asked, programme: Programme) -> str:
    return asked.links.to(reverse("scaling:programmes"), programme=programme.code)


def _total(asked: Asked, workspace: Workspace, programme: Programme) -> Figure:
    return answer(workspace, METRICS["total_financing"], phases.chosen(asked, workspace, programme)).figure


def _size(found: Figure) -> Decimal:
    return found.value or Decimal(0)


def financing(asked: Asked, workspace: Workspace, financed: list[Programme]) -> FigureCard:
    totals = {programme.code: _total(asked, workspace, programme) for programme in financed}
    ordered = sorted(financed, key=lambda one: -_size(totals[one.code]))
    parts = {one.code: phases.chosen(asked, workspace, one) for one in ordered}
    amounts = {code: phases.by_group(workspace, found) for code, found in parts.items()}
    leverages = {
        code: answer(workspace, METRICS["leverage_ratio_design"], found).figure for code, found in parts.items()
    }
    drawn = [one for one in ordered if totals[one.code].value is not None][:DRAWN]
    series = phases.group_series([amounts[one.code] for one in drawn], [programme_url(asked, one) for one in drawn])
    labels = common.group_labels()
    shown = [group for group in common.GROUPS if any(amount[group].value is not None for amount in amounts.values())]
    table = asked.table(
        "financing-by-programme",
        [
            Column(_("Programme")),
            *(Column(labels[group], numeric=True) for group in shown),
            Column(_("Total"), numeric=True),
            Column(_("Leverage"), numeric=True),
        ],
        [
            [
                Cell(str(one), url=programme_url(asked, one)),
                *(cell(amounts[one.code][group], 1, divisor=MILLION) for group in shown),
                cell(totals[one.code], 1),
                cell(leverages[one.code], 2),
            ]
            for one in ordered
        ],
        title=_("Financing and leverage"),
        caption=_("Financing at design by group of financiers, US$ million"),
    )
    title, subtitle = _("Financing and leverage"), _("US$ million at design, by group of financiers · leverage ratio")
    if not series:
        text = _("Financing at design: no amount has been entered for these programmes. An administrator can do that.")
        empty = Empty(_("Not enough data"), text, _("Results reported for phases"), reverse("indicators:results"))
        return FigureCard("financing", title, "", table, None, subtitle, span=7, empty=empty)
    known = [one for one in ordered if leverages[one.code].value is not None]
    best = max(known, key=lambda one: _size(leverages[one.code]), default=None)
    reading = (
        _("%(programme)s drew the most for a dollar of IFAD: %(leverage)s.")
        % {"programme": str(best), "leverage": formats.bounded(leverages[best.code], 2)}
        if best
        else _("No leverage ratio can be computed.")
    )
    figure = figures.lying_bars([str(one) for one in drawn], series, [_after(totals, leverages, one) for one in drawn])
    return FigureCard(
        "financing", title, reading, table, figure, subtitle, span=7, height=110 + 46 * len(drawn)
    )  # fmt: skip


def _after(totals: dict[str, Figure], leverages: dict[str, Figure], one: Programme) -> str:
    total, leverage = formats.bounded(totals[one.code], 1), leverages[one.code]
    return total if leverage.value is None else f"{total} · {formats.bounded(leverage, 2)} ×"


def where(asked: Asked, workspace: Workspace, financed: list[Programme]) -> FigureCard:
    """Money of a programme in several countries is not split by its source: each country shows the whole."""
    parts: dict[str, list[Figure]] = {}
    names: dict[str, tuple[str, str]] = {}
    shared = set()
    for programme in financed:
        countries = list(programme.countries.all())
        for country in countries:
            parts.setdefault(country.iso3, []).append(_total(asked, workspace, programme))
            names[country.iso3] = (common.place_name(country), country.code)
            if len(countries) > 1:
                shared.add(str(programme))
    totals = {iso3: added(found) for iso3, found in parts.items()}
    ordered = sorted(totals, key=lambda iso3: (-_size(totals[iso3]), iso3))
    urls = {iso3: asked.links.here(country=names[iso3][1]) for iso3 in ordered}
    title, subtitle = _("Where the money works"), _("US$ million at design, by country")
    table = asked.table(
        "financing-by-country",
        [
            Column(_("Country")),
            Column(_("Programmes"), numeric=True),
            Column(_("Financing, US$ million"), numeric=True),
        ],
        [
            [Cell(names[iso3][0], url=urls[iso3]), common.counted(len(parts[iso3])), cell(totals[iso3], 1)]
            for iso3 in ordered
        ],
        title=title,
        caption=_("Financing at design by country, US$ million"),
    )
    drawn = [iso3 for iso3 in ordered if totals[iso3].value is not None]
    if not drawn:
        text = _("The country of a programme with financing: none of these names both.")
        empty = Empty(_("Not enough data"), text, _("Results reported for phases"), reverse("indicators:results"))
        return FigureCard("where", title, "", table, None, subtitle, span=5, empty=empty)
    reading = _("%(country)s has the most: US$ %(amount)s million.") % {
        "country": names[drawn[0]][0],
        "amount": formats.bounded(totals[drawn[0]], 1),
    }
    if shared:
        reading += " " + _("%(programmes)s: in several countries, counted whole in each.") % {
            "programmes": ", ".join(sorted(shared))
        }
    texts = [
        _("%(country)s: US$ %(amount)s million")
        % {"country": names[iso3][0], "amount": formats.bounded(totals[iso3], 1)}
        for iso3 in drawn
    ]
    figure = figures.country_map(
        drawn,
        [float(_size(totals[iso3])) for iso3 in drawn],
        texts,
        label=_("Financing"),
        urls=[urls[iso3] for iso3 in drawn],
    )
    height = 110 + 46 * min(max(len(financed), 3), DRAWN)
    return FigureCard("where", title, reading, table, figure, subtitle, span=5, height=height)
