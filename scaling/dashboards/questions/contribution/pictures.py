"""Pictures of what went together: the chain of the theory, systems against what comes before them, days of support."""

from __future__ import annotations

import itertools
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scaling import figures, formats
from scaling.dashboards import ratings
from scaling.dashboards.common import cell, counted, signed
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Cell, Column, Empty, FigureCard
from scaling.dashboards.ratings import Drawn, Sample
from scaling.figures import Dot, Mark, Step
from scaling.metrics import Outcome
from scaling.metrics.figures import Figure

#: Bins of the days of support of an organization: none, then up to each of these, then more.
BINS = (0, 30, 90, 180, 365)
#: Fewer organizations than this say nothing of a bin; it stays in the table.
SMALLEST = 3


def _nothing(reason: str) -> Figure:
    return Figure(None, reason)


def chain(
    asked: Asked, changes: dict[str, Outcome], improved: dict[str, Outcome], sample: Sample
) -> FigureCard:  # fmt: skip
    """Four shares of organizations, each a step of the theory: supported, attitudes, structure, systems improved."""
    title = _("From support to systems")
    reached = sum(1 for one in sample.drawn if one.interventions)
    supported = Figure(Decimal(100 * reached) / len(sample.drawn)) if sample.drawn else _nothing("NOT_REPORTED")
    names = {
        ratings.ATTITUDES: _("attitudes improved"),
        ratings.STRUCTURE: _("structure improved"),
        ratings.SYSTEMS: _("systems improved"),
    }
    roles = {ratings.ATTITUDES: "bonded", ratings.STRUCTURE: "aggregated", ratings.SYSTEMS: "linked"}
    table = asked.table(
        "chain",
        [
            Column(_("Step")),
            Column(_("Organizations, per cent"), numeric=True),
            Column(_("Mean change, points"), numeric=True),
            Column(_("Organizations behind it"), numeric=True),
        ],
        [
            [Cell(_("supported")), cell(supported, 1), Cell(""), counted(len(sample.drawn))],
            *(
                [Cell(names[name]), cell(found.figure, 1), signed(changes[name].figure, 2), counted(found.n)]
                for name, found in improved.items()
            ),
        ],
        title=title,
        caption=_("Share of organizations that were supported, and that improved in attitudes, structure and systems"),
    )
    known = {name: found.figure for name, found in improved.items() if found.figure.value is not None}
    if not known:
        reason = improved[ratings.SYSTEMS].figure.null_reason
        empty = asked.missing(reason, _("Ratings of attitudes, structure and systems at two dates"))
        return FigureCard("chain", title, "", table, None, span=7, empty=empty)
    steps = []
    if supported.value is not None:
        steps.append(Step(_("supported"), float(supported.value), formats.share(supported), "bonding", True))
    steps += [
        Step(names[name], float(figure.value or 0), formats.share(figure), roles[name], True)
        for name, figure in known.items()
    ]
    reading = _("%(supported)s were supported; %(steps)s.") % {
        "supported": formats.share(supported),
        "steps": ", ".join(f"{names[name]}: {formats.share(figure)}" for name, figure in known.items()),
    }
    subtitle = _("per cent of organizations; improved: half a level or more since the baseline")
    return FigureCard("chain", title, reading, table, figures.waterfall(steps), subtitle, 7, 340)


def _before(one: Drawn) -> Decimal | None:
    """Change of attitudes and structure together: the mean of those that are known."""
    known = [value for name in (ratings.ATTITUDES, ratings.STRUCTURE) if (value := one.change(name)) is not None]
    return ratings.mean(known)


def follow(asked: Asked, sample: Sample) -> FigureCard:
    """Change of systems against change of attitudes and structure; organizations at the same point are one dot."""
    title = _("Did systems follow?")
    pairs = [
        (_half(before), _half(systems))
        for one in sample.drawn
        if (before := _before(one)) is not None and (systems := one.change(ratings.SYSTEMS)) is not None
    ]
    quarters = {
        "both": sum(1 for x, y in pairs if x > 0 and y > 0),
        "before": sum(1 for x, y in pairs if x > 0 >= y),
        "systems": sum(1 for x, y in pairs if x <= 0 < y),
        "neither": sum(1 for x, y in pairs if x <= 0 and y <= 0),
    }
    words = {
        "both": _("attitudes or structure gained, and systems"),
        "before": _("attitudes or structure gained, systems did not"),
        "systems": _("only systems gained"),
        "neither": _("neither gained"),
    }
    table = asked.table(
        "follow",
        [Column(_("What moved")), Column(_("Organizations"), numeric=True)],
        [[Cell(words[name]), counted(n)] for name, n in quarters.items()],
        title=title,
        caption=_("Organizations by whether attitudes and structure gained, and whether systems did"),
    )
    if not pairs:
        empty = asked.missing("MISSING_BASELINE", _("Attitudes, structure and systems of the same organizations"))
        return FigureCard("follow", title, "", table, None, span=5, empty=empty)
    dots = [
        Dot(
            float(x),
            float(y),
            ngettext("%(n)s organization: %(x)s, then %(y)s", "%(n)s organizations: %(x)s, then %(y)s", n)
            % {"n": formats.number(n), "x": formats.signed(x, 1), "y": formats.signed(y, 1)},
            "gain" if x > 0 and y > 0 else "loss" if y < 0 else "plain",
            n,
        )
        for (x, y), n in sorted(Counter(pairs).items())
    ]
    reading = _("Of %(n)s organizations, both gained in %(both)s; what comes before gained alone in %(before)s.") % {
        "n": formats.number(len(pairs)),
        "both": formats.number(quarters["both"]),
        "before": formats.number(quarters["before"]),
    }
    figure = figures.scatter(
        dots,
        names={"gain": _("both gained"), "loss": _("systems lost"), "plain": _("others")},
        x_axis=_("attitudes and structure, points gained"),
        y_axis=_("systems, points gained"),
        marks=[Mark(0, "")],
    )
    return FigureCard("follow", title, reading, table, figure, sample.words(), 5, 360)


def _half(value: Decimal) -> Decimal:
    """To the nearest half, so that dots at one place become one."""
    return (value * 2).quantize(Decimal(1), ROUND_HALF_UP) / 2


def doses(asked: Asked, sample: Sample) -> FigureCard:
    """Days of support of an organization, in bins, against its mean change."""
    title = _("More support, more change?")
    chain_of = {
        ratings.ATTITUDES: ("bonded", _("attitudes")),
        ratings.STRUCTURE: ("aggregated", _("structure")),
        ratings.SYSTEMS: ("linked", _("systems")),
    }
    bins: list[list[Drawn]] = [[] for _edge in range(len(BINS) + 1)]
    for one in sample.drawn:
        bins[sum(one.days > edge for edge in BINS)].append(one)
    labels = [_("none"), *(_("%(low)s to %(high)s") % {"low": low + 1, "high": high} for low, high in _pairs()),
              _("more than %(low)s") % {"low": BINS[-1]}]  # fmt: skip
    found: dict[str, list[tuple[Decimal | None, int]]] = {}
    for name in chain_of:
        found[name] = []
        for group in bins:
            values = [value for one in group if (value := one.change(name)) is not None]
            found[name].append((ratings.mean(values), len(values)))
    table = asked.table(
        "doses",
        [
            Column(_("Days of support")),
            *(Column(_("%(name)s, points gained") % {"name": word}, numeric=True) for _role, word in chain_of.values()),
            Column(_("Organizations"), numeric=True),
        ],
        [
            [
                Cell(labels[i]),
                *(
                    signed(_nothing("MISSING_BASELINE") if (m := found[n][i][0]) is None else Figure(m), 2)
                    for n in chain_of
                ),
                counted(len(bins[i])),
            ]
            for i in range(len(bins))
        ],
        title=title,
        caption=_("Mean change of organizations by their days of support"),
    )
    supported = sum(1 for one in sample.drawn if one.days)
    dots: list[Dot] = []
    met: dict[str, list[Decimal]] = {}
    for name, (role, word) in chain_of.items():
        for i, group in enumerate(bins):
            value, n = found[name][i]
            if value is None or n < SMALLEST:
                continue
            days = ratings.mean(Decimal(one.days) for one in group) or Decimal(0)
            text = ngettext(
                "%(word)s, %(days)s days: %(change)s points, %(n)s organization",
                "%(word)s, %(days)s days: %(change)s points, %(n)s organizations",
                n,
            ) % {"word": word, "days": labels[i], "change": formats.signed(value, 2), "n": formats.number(n)}
            dots.append(Dot(float(days), float(value), text, role))
            met.setdefault(name, []).append(value)
    if not supported:
        text = _("Interventions with the organizations that they reached: none is recorded up to this round.")
        empty = Empty(
            _("Not enough data"), text, _("Organizations, where support is entered"), asked.organizations_url()
        )
        return FigureCard("doses", title, "", table, None, span=7, empty=empty)
    if not dots:
        what = _("Ratings at two dates of at least %(n)s organizations with as much support") % {"n": SMALLEST}
        return FigureCard("doses", title, "", table, None, span=7, empty=asked.missing("MISSING_BASELINE", what))
    last = ratings.SYSTEMS if ratings.SYSTEMS in met else next(iter(met))
    reading = _(
        "From the least to the most days of support, %(name)s went from %(first)s to %(last)s points gained."
    ) % {
        "name": chain_of[last][1],
        "first": formats.signed(met[last][0], 2),
        "last": formats.signed(met[last][-1], 2),
    }
    if len(met[last]) == 1:
        reading = _("All organizations had about as much support: nothing can be compared.")
    figure = figures.scatter(
        dots,
        names=dict(chain_of.values()),
        x_axis=_("days of support of an organization, mean of the bin"),
        y_axis=_("points gained, mean"),
        connected=True,
    )
    subtitle = _("bins of %(n)s organizations or more; %(sample)s") % {"n": SMALLEST, "sample": sample.words()}
    return FigureCard("doses", title, reading, table, figure, subtitle, 7, 360)


def _pairs() -> list[tuple[int, int]]:
    return list(itertools.pairwise(BINS))
