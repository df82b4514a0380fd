"""Depth, span, parents, orphans and cut vertices of the network, over the rounds and by steps to the top."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scaling import figures, formats
from scaling.dashboards.common import cell
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Cell, Column, FigureCard, Table
from scaling.metrics.figures import Figure

METRICS = (
    "aggregation_ratio",
    "network_depth",
    "mean_depth",
    "mean_span",
    "multi_parent_share",
    "organizations_without_apex",
    "apexes_without_members",
    "apexes_that_connect",
)
#: Steps to the top that are told apart; all beyond stand together.
DEEPEST = 5


def names() -> dict[str, str]:
    return {
        "aggregation_ratio": _("In a federation, per cent"),
        "network_depth": _("Longest way to the top, steps"),
        "mean_depth": _("Mean steps to the top"),
        "mean_span": _("Member organizations per apex"),
        "multi_parent_share": _("In several apexes, per cent"),
        "organizations_without_apex": _("Without an apex"),
        "apexes_without_members": _("Apexes without members"),
        "apexes_that_connect": _("Cut vertices"),
    }


_PLACES = {"mean_depth": 1, "mean_span": 1}


def table(asked: Asked) -> Table:
    """A row for each round, the last on top; only the selected dates where rounds cannot be told."""
    labels = names()
    rows: list[list[Cell]] = []
    history = asked.history
    if history is not None:
        found = {metric: history.rows(metric, "round") for metric in METRICS}
        closing = {one.closing.code: one for one in history.sources if one.closing is not None}
        for code in sorted(closing, key=lambda code: (closing[code].on, code), reverse=True):
            if code in found[METRICS[0]]:
                label = f"{formats.day(closing[code].on)} · {closing[code].programme}"
                figures_of = [found[metric][code].outcome.figure for metric in METRICS]
                rows.append([Cell(label, url=asked.round_url(code)), *_cells(figures_of)])
    else:
        rows.append([Cell(_("selected day")), *_cells([asked.now.figure(metric) for metric in METRICS])])
    return asked.table(
        "shape",
        [Column(_("Round")), *(Column(labels[metric], numeric=True) for metric in METRICS)],
        rows,
        title=_("The shape of the network"),
        caption=_("Depth, span, parents, organizations without an apex and cut vertices in each round"),
        subtitle=_("a cut vertex is an apex whose end would separate others"),
    )


def _cells(found: list[Figure]) -> list[Cell]:
    return [cell(figure, _PLACES.get(metric, 0)) for metric, figure in zip(METRICS, found, strict=True)]


def steps(asked: Asked) -> FigureCard:
    """How many primary organizations stand how many steps below the top."""
    title = _("How far it is to the top")
    depths: Mapping[int, int] = asked.now.row("mean_depth").register.structure.depths
    counts = [depths.get(step, 0) for step in range(DEEPEST)]
    counts.append(sum(n for step, n in depths.items() if step >= DEEPEST))
    labels = [_("no apex"), *(str(step) for step in range(1, DEEPEST)), _("%(n)d and more") % {"n": DEEPEST}]
    while len(counts) > 2 and not counts[-1]:
        counts.pop()
        labels.pop()
    texts = [ngettext("%(n)s organization", "%(n)s organizations", n) % {"n": formats.number(n)} for n in counts]
    found = asked.table(
        "steps-to-the-top",
        [Column(_("Steps to the top")), Column(_("Primary organizations"), numeric=True)],
        [[Cell(label), Cell(formats.number(n), value=n)] for label, n in zip(labels, counts, strict=True)],
        caption=_("Active primary organizations by their steps to the top of the federation"),
        title=title,
    )
    if not sum(counts):
        empty = asked.missing("NOT_REPORTED", _("Active primary organizations"))
        return FigureCard("steps", title, "", found, None, span=5, empty=empty)
    roles = ["unseen", *("plain" for _n in counts[1:])]
    figure = figures.histogram(labels, counts, texts, roles=roles, axis=_("steps to the top"))
    whole = sum(counts)
    reading = _("%(alone)s of %(whole)s stand alone; the longest way up has %(depth)s steps.") % {
        "alone": formats.number(counts[0]),
        "whole": formats.number(whole),
        "depth": formats.number(max((step for step, n in depths.items() if n), default=0)),
    }
    return FigureCard("steps", title, reading, found, figure, _("active primary organizations"), 5, 320)
