"""Portfolio: how far has everything scaled, and where?"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programmes.models import Phase, Programme
from programmes.vocabulary import FigureBasis
from scaling import figures, formats
from scaling.answers import Row, Workspace, answer
from scaling.dashboards import common, definitions, league
from scaling.dashboards.common import Query, cell
from scaling.dashboards.page import Cell, Chip, Column, Empty, FigureCard, Filter, Headline, Option, Page, Table
from scaling.figures import Series
from scaling.metrics import METRICS

MILLION = 1_000_000


def build(request: HttpRequest) -> Page:
    query = Query(request, {"basis": tuple(FigureBasis.values), "country": None, "synthetic": ("0", "1")})
    workspace = Workspace.load(user=request.user, basis=query["basis"])
    page = Page(
        name="portfolio",
        title=_("Portfolio"),
        question=_("How far has everything scaled, and where?"),
        answer="",
        share_url=query.url(),
    )
    programmes = _selected(workspace, query)
    page.filters = _filters(workspace, query)
    if not programmes:
        page.answer = _("There is nothing to show yet.")
        page.empty = Empty(
            _("No programme here"),
            _("No programme fits these filters, or none has been assigned to you yet. An administrator can do that."),
            _("Show everything"),
            reverse("scaling:portfolio"),
        )
        return page
    financed = [programme for programme in programmes if programme.is_ifad_financed]
    phases = [phase for programme in financed for phase in workspace.phases_of(programme)]
    rows = {
        name: answer(workspace, METRICS[name], phases)
        for name in ("total_financing", "ifad_financing", "ifad_share", "leverage_ratio_design")
    }
    page.answer = _answer(programmes, financed, rows)
    page.chips = _chips(workspace, phases, rows, programmes)
    page.headlines = _headlines(workspace, programmes, financed, rows)
    page.figures = [
        _financing_figure(workspace, query, financed).of("total_financing", "leverage_ratio_design"),
        _map(workspace, financed).of("total_financing"),
    ]
    page.tables = [league.build(workspace, query, programmes)]
    page.notes = _notes(programmes, query)
    definitions.explain(page, request.user)
    return page


def _selected(workspace: Workspace, query: Query) -> list[Programme]:
    return [
        programme
        for programme in workspace.programmes.values()
        if (query["synthetic"] == "1" or not programme.is_synthetic)
        and (not query["country"] or query["country"] in {country.code for country in programme.countries.all()})
    ]


def _filters(workspace: Workspace, query: Query) -> list[Filter]:
    countries = {
        country.code: common.place_name(country)
        for programme in workspace.programmes.values()
        for country in programme.countries.all()
        if query["synthetic"] == "1" or not programme.is_synthetic
    }
    options = [Option(_("all"), query.url(country=""), not query["country"])]
    options += [
        Option(name, query.url(country=code), query["country"] == code)
        for code, name in sorted(countries.items(), key=lambda item: item[1])
    ]
    filters = [
        Filter("country", _("Country"), countries.get(query["country"], _("all")), options),
        common.basis_filter(query),
    ]
    if any(programme.is_synthetic for programme in workspace.programmes.values()):
        labels = {"0": _("left out"), "1": _("counted in")}
        choices = [Option(label, query.url(synthetic=key), query["synthetic"] == key) for key, label in labels.items()]
        filters.append(Filter("synthetic", _("Demonstration data"), labels[query["synthetic"]], choices))
    return filters


def _answer(programmes: list[Programme], financed: list[Programme], rows: dict[str, Row]) -> str:
    total, leverage = rows["total_financing"].figure, rows["leverage_ratio_design"].figure
    countries = len({country.pk for programme in programmes for country in programme.countries.all()})
    if total.value is None:
        return ngettext(
            "%(count)d programme; its financing cannot be told: %(reason)s.",
            "%(count)d programmes; their financing cannot be told: %(reason)s.",
            len(programmes),
        ) % {"count": len(programmes), "reason": formats.reason(total.null_reason)}
    where = ngettext("%(count)d country", "%(count)d countries", countries) % {"count": countries}
    return ngettext(
        "%(count)d programme in %(where)s brings together US$ %(total)s million: "
        "for each dollar of IFAD others put in %(leverage)s.",
        "%(count)d programmes in %(where)s bring together US$ %(total)s million: "
        "for each dollar of IFAD others put in %(leverage)s.",
        len(financed),
    ) % {
        "count": len(financed),
        "where": where,
        "total": formats.bounded(total, 1),
        "leverage": formats.bounded(leverage, 2),
    }


def _chips(workspace: Workspace, phases: list[Phase], rows: dict[str, Row], programmes: list[Programme]) -> list[Chip]:
    chips = [common.freshness(workspace, phases), *common.amounts_reported(rows["total_financing"])]
    if any(programme.is_synthetic for programme in programmes):
        chips.append(common.synthetic_chip())
    return chips


def _headlines(
    workspace: Workspace, programmes: list[Programme], financed: list[Programme], rows: dict[str, Row]
) -> list[Headline]:
    phases = [phase for programme in financed for phase in workspace.phases_of(programme)]
    total, leverage = rows["total_financing"].figure, rows["leverage_ratio_design"].figure
    ifad, share = rows["ifad_financing"].figure, rows["ifad_share"].figure
    groups = workspace.joined(phases).result("organizations_created", "SHG")
    copies = [phase for p in programmes if not p.is_ifad_financed for phase in workspace.phases_of(p)]
    replication = answer(workspace, METRICS["replication_funds"], copies).figure
    multiple = answer(workspace, METRICS["replication_multiple"], copies).figure
    money_trend, money_direction = _trend(workspace, financed, "total_financing")
    leverage_trend, leverage_direction = _trend(workspace, financed, "leverage_ratio_design")
    headlines = [
        Headline(
            _("Financing at design"),
            formats.figure(total, 1),
            _("US$ million"),
            money_trend,
            money_direction,
            note=_("IFAD %(amount)s · %(share)s %%")
            % {"amount": formats.bounded(ifad, 1), "share": formats.bounded(share, 0)},
            bound=formats.BOUND_SIGNS[total.bound],
            null=formats.reason(total.null_reason),
            help=_("All financiers together, without what replicates the model elsewhere."),
            metrics=("total_financing", "ifad_share"),
        ),
        Headline(
            _("Leverage ratio"),
            formats.figure(leverage, 2),
            "",
            leverage_trend,
            leverage_direction,
            note=_("a ratio of sums, never a mean of ratios"),
            bound=formats.BOUND_SIGNS[leverage.bound],
            null=formats.reason(leverage.null_reason),
            help=_("Co-financing at design for one dollar of IFAD's."),
            metrics=("leverage_ratio_design",),
        ),
        Headline(
            _("Self-help groups created"),
            formats.figure(groups, 0),
            "",
            note=_("in programmes that report them"),
            bound=formats.BOUND_SIGNS[groups.bound],
            null=formats.reason(groups.null_reason),
        ),
    ]
    if copies:
        headlines.append(
            Headline(
                _("Replicated by others"),
                formats.figure(replication, 0),
                _("US$ million"),
                note=_("%(multiple)s × IFAD's money in the originals; not in the leverage ratio")
                % {"multiple": formats.bounded(multiple, 1)},
                bound=formats.BOUND_SIGNS[replication.bound],
                null=formats.reason(replication.null_reason),
                metrics=("replication_funds", "replication_multiple"),
            )
        )
    return headlines


def _trend(workspace: Workspace, financed: list[Programme], metric: str) -> tuple[str, str]:
    """Latest phases against the phases before them, in programmes that have both: ("+46 % …", "up"), or nothing."""
    pairs = {
        str(programme): phases[-2:]
        for programme in financed
        if len(phases := [phase for phase in workspace.phases_of(programme) if not phase.is_aggregate]) > 1
    }
    earlier = answer(workspace, METRICS[metric], [before for before, _last in pairs.values()]).figure
    later = answer(workspace, METRICS[metric], [last for _before, last in pairs.values()]).figure
    if not pairs or earlier.value is None or later.value is None or not earlier.value:
        return "", ""
    change = (later.value / earlier.value - 1) * 100
    text = _("%(change)s %% in the latest phase (%(programmes)s)") % {
        "change": formats.signed(change, 0),
        "programmes": ", ".join(pairs),
    }
    return text, "up" if change > 0 else "down" if change < 0 else ""


def by_group(workspace: Workspace, phases: list[Phase]) -> dict[str, Any]:
    """US$ at design for each group of financiers, as figures."""
    components = workspace.joined(phases)
    return {
        group: components.amount(classes=frozenset({"anchor", "cofinancing"}), stage="design", categories=categories)
        for group, categories in common.GROUPS.items()
    }


def group_series(amounts: list[dict[str, Any]]) -> list[Series]:
    """One stack for each group that has money somewhere."""
    labels = common.group_labels()
    series = []
    for group in common.GROUPS:
        values = [amount[group].value for amount in amounts]
        if any(value is not None for value in values):
            series.append(
                Series(
                    labels[group],
                    group,
                    [None if value is None else float(value / MILLION) for value in values],
                    [
                        formats.reason(amount[group].null_reason)
                        if amount[group].value is None
                        else formats.figure(amount[group], 1, divisor=MILLION)
                        for amount in amounts
                    ],
                )
            )
    return series


def _financing_figure(workspace: Workspace, query: Query, financed: list[Programme]) -> FigureCard:
    ordered = sorted(financed, key=lambda p: -_total(workspace, p))
    amounts = [by_group(workspace, workspace.phases_of(programme)) for programme in ordered]
    leverages = [
        answer(workspace, METRICS["leverage_ratio_design"], workspace.phases_of(programme)).figure
        for programme in ordered
    ]
    series = group_series(amounts)
    best = max(
        (pair for pair in zip(leverages, ordered, strict=True) if pair[0].value is not None),
        key=lambda pair: pair[0].value or Decimal(0),
        default=None,
    )
    reading = (
        _("%(programme)s drew the most for a dollar of IFAD: %(leverage)s.")
        % {"programme": str(best[1]), "leverage": formats.bounded(best[0], 2)}
        if best
        else _("No leverage ratio can be computed.")
    )
    labels = common.group_labels()
    shown = [group for group in common.GROUPS if any(s.role == group for s in series)]
    table = Table(
        "financing-by-programme",
        [
            Column(_("Programme")),
            *(Column(labels[group], numeric=True) for group in shown),
            Column(_("Leverage"), True),
        ],
        [
            [
                Cell(str(programme), url=query.url(league.programme_url(programme))),
                *(cell(amount[group], 1, divisor=MILLION) for group in shown),
                cell(leverage, 2),
            ]
            for programme, amount, leverage in zip(ordered, amounts, leverages, strict=True)
        ],
        caption=_("Financing at design by group of financiers, US$ million"),
    )
    if not series:
        empty = Empty(_("Not enough data"), _("No financing has been entered for these programmes."))
        return FigureCard("financing", _("Financing and leverage"), reading, table, None, span=7, empty=empty)
    figure = figures.lying_bars(
        [str(programme) for programme in ordered],
        series,
        [
            f"{formats.number(Decimal(_total(workspace, p)) / MILLION, 1)} · {formats.bounded(leverage, 2)} ×"
            for p, leverage in zip(ordered, leverages, strict=True)
        ],
    )
    return FigureCard(
        "financing",
        _("Financing and leverage"),
        reading,
        table,
        figure,
        _("US$ million at design, by group of financiers · leverage ratio"),
        span=7,
        height=110 + 46 * len(ordered),
    )


def _total(workspace: Workspace, programme: Programme) -> Decimal:
    total = answer(workspace, METRICS["total_financing"], workspace.phases_of(programme)).figure.value
    return (total or Decimal(0)) * MILLION


def _map(workspace: Workspace, financed: list[Programme]) -> FigureCard:
    totals: dict[str, Decimal] = {}
    names: dict[str, str] = {}
    for programme in financed:
        countries = list(programme.countries.all())
        for country in countries:
            # money of a programme in several countries is not split by the source; each country shows the whole
            totals[country.iso3] = totals.get(country.iso3, Decimal(0)) + _total(workspace, programme)
            names[country.iso3] = common.place_name(country)
    ordered = sorted(totals, key=lambda code: -totals[code])
    texts = [
        _("%(country)s: US$ %(amount)s million")
        % {"country": names[code], "amount": formats.number(totals[code] / MILLION, 1)}
        for code in ordered
    ]
    table = Table(
        "financing-by-country",
        [Column(_("Country")), Column(_("Financing, US$ million"), numeric=True)],
        [[Cell(names[code]), Cell(formats.number(totals[code] / MILLION, 1))] for code in ordered],
        caption=_("Financing at design by country, US$ million"),
    )
    if not ordered:
        empty = Empty(_("Not enough data"), _("None of these programmes names its country."))
        return FigureCard("where", _("Where the money works"), "", table, None, span=5, empty=empty)
    reading = _("%(country)s has the most: US$ %(amount)s million.") % {
        "country": names[ordered[0]],
        "amount": formats.number(totals[ordered[0]] / MILLION, 1),
    }
    figure = figures.country_map(
        ordered, [float(totals[code] / MILLION) for code in ordered], texts, label=_("Financing")
    )
    return FigureCard(
        "where",
        _("Where the money works"),
        reading,
        table,
        figure,
        _("US$ million at design, by country"),
        span=5,
        height=110 + 46 * max(len(financed), 3),
    )


def _notes(programmes: list[Programme], query: Query) -> list[str]:
    notes = [_("Replication is money of others that copies a model; it is never counted as leverage.")]
    if query["basis"] == "hypothesis":
        notes.append(_("One amount shown is our inference and no source confirms it."))
    if query["synthetic"] == "1" and any(programme.is_synthetic for programme in programmes):
        notes.append(_("Synthetic demonstration programmes are counted in; their figures are invented."))
    return notes
