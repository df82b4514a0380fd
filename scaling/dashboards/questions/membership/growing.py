"""Where the growth of membership comes from, round by round, kind by kind, and how it spreads (domain study 4.1)."""

from __future__ import annotations

import datetime
import itertools
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from organizations.models import Kind
from scaling import figures, formats
from scaling.dashboards.common import cell, counted, signed
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Cell, Column, FigureCard, Table
from scaling.figures import Series, Step
from scaling.register_answers import Row

PARTS = ("organic", "new", "lost", "late", "unseen")
#: Parts that are growth or loss; the other two are organizations that were seen for the first time, or not seen.
GROWTH = ("organic", "new", "lost")
#: Bins of the histogram, in per cent; the ends are open.
BINS = (-50, -25, -10, 0, 10, 25, 50, 100)


def _part_names() -> dict[str, str]:
    return {
        "organic": _("inside organizations"),
        "new": _("new organizations"),
        "lost": _("lost organizations"),
        "late": _("seen late"),
        "unseen": _("not seen now"),
    }


def _part_help() -> dict[str, str]:
    return {
        "organic": _("joined or left organizations that were observed at both dates"),
        "new": _("formed after the baseline"),
        "lost": _("disbanded or dormant now; their members at the baseline"),
        "late": _("existed at the baseline and were first observed later: not growth"),
        "unseen": _("active, not observed in this round; their members at the baseline: not a loss"),
    }


def waterfall(asked: Asked) -> FigureCard:
    now = asked.now
    title, subtitle = _("Where growth comes from"), _("members; grey: only seen for the first time, or not seen")
    opening, closing = now.row("members_baseline"), now.row("members_observed")
    parts = {name: now.row(f"growth_{name}") for name in PARTS}
    table = asked.table(
        "growth",
        [
            Column(_("Part")),
            Column(_("Members"), numeric=True),
            Column(_("Organizations"), numeric=True),
            Column(_("What it is")),
        ],
        [
            [Cell(_("baseline")), cell(opening.outcome.figure), _n(opening), Cell("")],
            *(
                [Cell(_part_names()[name]), signed(row.outcome.figure), _n(row), Cell(_part_help()[name])]
                for name, row in parts.items()
            ),
            [Cell(_("now")), cell(closing.outcome.figure), _n(closing), Cell("")],
        ],
        caption=_("Members at the baseline, what was added and lost since, and members now"),
        title=title,
    )
    lacking = next((row.outcome.figure for row in (opening, *parts.values()) if row.outcome.figure.value is None), None)
    if lacking is not None or closing.outcome.figure.value is None:
        figure = lacking or closing.outcome.figure
        what = _("Members at the baseline") if lacking else _("Members in the last round")
        return FigureCard("growth", title, "", table, None, subtitle, 12, empty=asked.missing(figure.null_reason, what))
    steps = [
        Step(
            _("baseline"),
            float(opening.outcome.figure.value or 0),
            formats.figure(opening.outcome.figure),
            "then",
            True,
        )
    ]
    for name, row in parts.items():
        value = row.outcome.figure.value or Decimal(0)
        role = "unseen" if name not in GROWTH else "gain" if value >= 0 else "loss"
        steps.append(Step(_part_names()[name], float(value), formats.signed(value), role))
    steps.append(
        Step(
            _("now"),
            float(closing.outcome.figure.value),
            formats.figure(closing.outcome.figure),
            "now",
            True,
            asked.organizations_url(),
        )
    )
    change = now.figure("membership_change")
    reading = _("%(change)s members in all; %(real)s of them are growth or loss, the rest is who was seen.") % {
        "change": formats.signed(change.value or Decimal(0)),
        "real": formats.signed(sum((parts[name].outcome.figure.value or Decimal(0) for name in GROWTH), Decimal(0))),
    }
    return FigureCard("growth", title, reading, table, figures.waterfall(steps), subtitle, 7, 340)


def _n(row: Row) -> Cell:
    return counted(row.outcome.n)


def over_rounds(asked: Asked) -> FigureCard:
    title = _("Members over the rounds")
    history = asked.history
    if history is None:
        empty = asked.missing("NOT_APPLICABLE", _("Members over the rounds, for this day, federation or comparison"))
        return FigureCard("rounds", title, "", None, None, span=5, empty=empty)
    observed, reached = history.rows("members_observed", "round"), history.rows("round_coverage", "round")
    named = {source.closing.code: source for source in history.sources if source.closing is not None}
    ordered = sorted((code for code in observed if code in named), key=lambda code: (named[code].on, code))
    table = asked.table(
        "members-by-round",
        [
            Column(_("Round")),
            Column(_("Programme")),
            Column(_("Members observed"), numeric=True),
            Column(_("Organizations"), numeric=True),
            Column(_("Reported of those due"), numeric=True),
        ],
        [
            [
                Cell(formats.day(named[code].on), url=asked.round_url(code)),
                Cell(str(named[code].programme)),
                cell(observed[code].outcome.figure),
                _n(observed[code]),
                cell(reached[code].outcome.figure, 0),
            ]
            for code in ordered
        ],
        caption=_("Members observed in each round"),
        title=title,
    )
    days = sorted({named[code].on for code in ordered})
    lines = []
    programmes = list(dict.fromkeys(named[code].programme for code in ordered))
    for i, programme in enumerate(programmes[: len(figures.IN_TURN)]):
        own: dict[datetime.date, str] = {named[code].on: code for code in ordered if named[code].programme == programme}
        rows = [observed.get(own.get(day, "")) for day in days]
        lines.append(
            Series(
                str(programme) if len(programmes) > 1 else "",
                figures.IN_TURN[i],
                [_float(row) for row in rows],
                [formats.bounded(row.outcome.figure) if row is not None else "" for row in rows],
                [asked.links.here(programme=programme.code, round=own[day]) if day in own else "" for day in days],
            )
        )
    if not any(value is not None for line in lines for value in line.values) or len(days) < 2:
        text = _("Members of one more round") if len(days) < 2 else _("Members of the rounds")
        return FigureCard("rounds", title, "", table, None, span=5, empty=asked.missing("NOT_REPORTED", text))
    first, last = observed[ordered[0]], observed[ordered[-1]]
    reading = _(
        "From %(first)s members in %(before)s organizations to %(last)s in %(after)s; rounds with gaps show fewer."
    ) % {
        "first": formats.bounded(first.outcome.figure),
        "before": formats.number(first.outcome.n or 0),
        "last": formats.bounded(last.outcome.figure),
        "after": formats.number(last.outcome.n or 0),
    }
    figure = figures.over_time([day.isoformat() for day in days], lines)
    return FigureCard("rounds", title, reading, table, figure, _("observed, nothing imputed"), 5, 340)


def _float(row: Row | None) -> float | None:
    return None if row is None or row.outcome.figure.value is None else float(row.outcome.figure.value)


def by_kind(asked: Asked) -> FigureCard:
    title = _("Growth by kind of organization")
    growth, observed = (asked.now.rows(name, "kind") for name in ("membership_growth_comparable", "members_observed"))
    primary = {
        kind: row for kind, row in growth.items() if row.register.membership.now.n or row.register.membership.then.n
    }
    ordered = sorted(primary, key=lambda kind: -(growth[kind].outcome.figure.value or Decimal(-999)))
    table = asked.table(
        "growth-by-kind",
        [
            Column(_("Kind")),
            Column(_("Comparable growth, per cent"), numeric=True),
            Column(_("Members observed"), numeric=True),
            Column(_("Organizations compared"), numeric=True),
        ],
        [
            [
                Cell(str(Kind(kind).label), url=asked.links.here(kind=kind)),
                cell(growth[kind].outcome.figure, 1),
                cell(observed[kind].outcome.figure),
                _n(growth[kind]),
            ]
            for kind in ordered
        ],
        caption=_("Comparable growth of members by kind of organization"),
        title=title,
    )
    if not asked.now.splits("kind"):
        empty = asked.not_split_by_kind()
        return FigureCard("kinds", title, "", table, None, span=7, empty=empty)
    known = [kind for kind in ordered if growth[kind].outcome.figure.value is not None]
    if not known:
        reason = next((growth[kind].outcome.figure.null_reason for kind in ordered), "NOT_REPORTED")
        empty = asked.missing(reason, _("Members at two dates, by kind"))
        return FigureCard("kinds", title, "", table, None, span=7, empty=empty)
    labels = [str(Kind(kind).label) for kind in known]
    texts = [formats.change(growth[kind].outcome.figure, 1) for kind in known]
    bars = Series(
        _("comparable growth"),
        "plain",
        [_float(growth[kind]) for kind in known],
        texts,
        [asked.links.here(kind=kind) for kind in known],
    )
    reading = _("%(kind)s grew the most: %(growth)s.") % {"kind": labels[0], "growth": texts[0]}
    if (growth[known[0]].outcome.figure.value or 0) <= 0:
        reading = _("No kind grew; %(kind)s did best: %(growth)s.") % {"kind": labels[0], "growth": texts[0]}
    figure = figures.lying_bars(labels, [bars], texts)
    figure["layout"]["showlegend"] = False
    subtitle = _("comparable growth since the baseline; click a bar to look inside")
    return FigureCard("kinds", title, reading, table, figure, subtitle, 7, max(300, 110 + 40 * len(known)))


def spread(asked: Asked) -> FigureCard:
    """How many organizations grew by how much: whether the sum hides many that shrink."""
    title = _("How organizations grew")
    growths = asked.now.row("median_organization_growth").register.membership.growths
    counts = [0] * (len(BINS) + 1)
    shrinking = 0
    for value, times in growths.items():
        counts[sum(value >= edge for edge in BINS)] += times
        shrinking += times if value < 0 else 0
    names = [
        _("below %(edge)s") % {"edge": _edge(BINS[0])},
        *(f"{_edge(low)} … {_edge(high)}" for low, high in itertools.pairwise(BINS)),
        _("%(edge)s and more") % {"edge": _edge(BINS[-1])},
    ]
    texts = [ngettext("%(n)d organization", "%(n)d organizations", n) % {"n": n} for n in counts]
    table = asked.table(
        "spread",
        [Column(_("Growth, per cent")), Column(_("Organizations"), numeric=True)],
        [[Cell(name), counted(n)] for name, n in zip(names, counts, strict=True)],
        caption=_("Organizations by growth of their members since the baseline"),
        title=title,
    )
    total = sum(counts)
    if not total:
        empty = asked.missing("MISSING_BASELINE", _("Members of the same organizations at two dates"))
        return FigureCard("spread", title, "", table, None, span=5, empty=empty)
    reading = ngettext(
        "%(shrinking)s of %(total)s organization lost members.",
        "%(shrinking)s of %(total)s organizations lost members.",
        total,
    ) % {"shrinking": formats.number(shrinking), "total": formats.number(total)}
    roles = ["loss" if i <= BINS.index(0) else "gain" for i in range(len(counts))]
    figure = figures.histogram(names, counts, texts, roles=roles, axis=_("growth since the baseline, per cent"))
    return FigureCard("spread", title, reading, table, figure, _("organizations seen at both dates"), 5, 300)


def _edge(value: int) -> str:
    return formats.number(value).replace("-", "−")


def cohorts(asked: Asked) -> Table:
    metrics = ("members_baseline", "growth_organic", "growth_lost", "members_observed", "membership_growth_comparable")
    found = {name: asked.now.rows(name, "cohort") for name in metrics}
    cohorts = sorted(found["members_observed"], key=lambda one: (one in ("", "None"), one))
    rows = []
    for cohort in cohorts:
        row = found["members_observed"][cohort]
        if not (row.register.membership.now.n or row.register.membership.then.n):
            continue
        label = (
            formats.day(datetime.date.fromisoformat(cohort))
            if cohort not in ("", "None")
            else _("no baseline of its own")
        )
        rows.append(
            [
                Cell(label),
                *(cell(found[name][cohort].outcome.figure, 1 if name == metrics[-1] else 0) for name in metrics),
            ]
        )
    return asked.table(
        "cohorts",
        [
            Column(_("Own baseline on")),
            Column(_("Members then"), numeric=True),
            Column(_("Inside organizations"), numeric=True),
            Column(_("Lost"), numeric=True),
            Column(_("Members now"), numeric=True),
            Column(_("Comparable growth, per cent"), numeric=True),
        ],
        rows,
        caption=_("Members by the date of the organizations' own baseline"),
        title=_("By cohort"),
        subtitle=_("organizations with the same baseline"),
    )
