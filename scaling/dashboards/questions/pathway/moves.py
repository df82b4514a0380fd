"""Who moved from which stage to which: flows between rounds, and since the own baseline (question 8)."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scaling import figures, formats
from scaling.dashboards.common import counted
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Cell, Column, FigureCard, Table
from scaling.dashboards.questions.pathway import stocks
from scaling.figures import Flow, Node
from scaling.metrics.cells import Pathway
from scaling.metrics.pathway import ABSENT, GONE, INACTIVE, STAGES, moved

Day = datetime.date
Moves = Mapping[tuple[str, str], int]
#: So many steps from round to round are drawn side by side.
MOST_LEGS = 3
#: From the top of a column: the furthest stage first, then who is not on the way.
ORDER = (*reversed(STAGES), INACTIVE, ABSENT, GONE)
ROLES = {**{stage: stage for stage in STAGES}, INACTIVE: "other", ABSENT: "gain", GONE: "loss"}


@dataclass(frozen=True)
class Leg:
    """Moves between two dates, their words and where a look at each leads."""

    before: str
    after: str
    moves: Moves
    url_before: str = ""
    url_after: str = ""


def state_names() -> dict[str, str]:
    return {
        **stocks.names(),
        INACTIVE: _("not active"),
        ABSENT: _("not formed yet"),
        GONE: _("ended"),
    }


# --- between which dates ---------------------------------------------------------------------------------------------
def legs(asked: Asked, way: Pathway) -> list[Leg]:
    """From round to round where one programme's rounds are told; else one step up to the asked dates."""
    against = asked.now.against
    if against is not None:
        here = asked.links.here
        moves = way.from_opening
        return [Leg(formats.day(against.date), _now(asked), moves, here(round=against.code))] if moves else []
    found = _over_rounds(asked)
    if found:
        return found[-MOST_LEGS:]
    return [Leg(_("the round before"), _now(asked), way.from_previous)] if way.from_previous else []


def _now(asked: Asked) -> str:
    days = {source.on for source in asked.now.sources}
    return formats.day(days.pop()) if len(days) == 1 else _("the last round")


def _over_rounds(asked: Asked) -> list[Leg]:
    """One programme, its rounds one after another; nothing where rounds are not told or belong to several."""
    history = asked.history
    if history is None or asked.selection.programme is None:
        return []
    rows = history.rows("stage_share_linked", "round")
    by_day: dict[Day, str] = {}
    for one in history.rounds:
        if one.code in rows:
            by_day[one.date] = one.code
    days = sorted(by_day)
    last = max((source.on for source in asked.now.sources), default=None)
    if not days or days[-1] != last:  # asked for another day than that of a round
        return []
    found = []
    for before, after in itertools.pairwise(days):
        moves = rows[by_day[after]].register.pathway.from_previous
        urls = [asked.links.here(round=by_day[day]) for day in (before, after)]
        found.append(Leg(formats.day(before), formats.day(after), moves, *urls))
    return [leg for leg in found if leg.moves]


# --- words -----------------------------------------------------------------------------------------------------------
def sentence(found: Sequence[Leg]) -> str:
    """What moved in the last step, for the answer."""
    if not found:
        return ""
    ways = moved(found[-1].moves)
    both = sum(ways.values())
    if not both:
        return ""
    return ngettext(
        "Of %(both)s organization active then and on %(before)s, %(forward)s moved on and %(back)s fell back.",
        "Of %(both)s organizations active then and on %(before)s, %(forward)s moved on and %(back)s fell back.",
        both,
    ) % {
        "both": formats.number(both),
        "before": found[-1].before,
        "forward": formats.number(ways["forward"]),
        "back": formats.number(ways["back"]),
    }


def _reading(leg: Leg) -> str:
    names = state_names()
    steps = {pair: n for pair, n in leg.moves.items() if pair[0] != pair[1] and set(pair) <= set(STAGES)}
    new = sum(n for (then, now), n in leg.moves.items() if then == ABSENT and now in STAGES)
    gone = sum(n for (then, now), n in leg.moves.items() if then in STAGES and now not in STAGES)
    if not steps:
        text = _("Between the last two dates nobody moved from one stage to another.")
    else:
        (then, now), n = max(steps.items(), key=lambda one: (one[1], one[0]))
        text = _("Most often from %(then)s to %(now)s: %(n)s.") % {
            "then": names[then],
            "now": names[now],
            "n": formats.number(n),
        }
    more = _("New: %(new)s; no longer active: %(gone)s.") % {
        "new": formats.number(new),
        "gone": formats.number(gone),
    }
    return f"{text} {more}"


# --- picture and table -----------------------------------------------------------------------------------------------
def card(asked: Asked, found: Sequence[Leg]) -> FigureCard:
    title = _("Who moved from which stage to which")
    table = _table(asked, found, title)
    if not found:
        empty = asked.missing("MISSING_BASELINE", _("Stages at an earlier round"))
        return FigureCard("moves", title, "", table, None, span=12, empty=empty)
    subtitle = _("active primary organizations; as wide as their number")
    return FigureCard("moves", title, _reading(found[-1]), table, _figure(found), subtitle, 12, 400)


def _size(into_and_out: Sequence[int]) -> str:
    return formats.number(max(into_and_out))


def _figure(found: Sequence[Leg]) -> dict[str, Any]:
    names = state_names()
    counts: dict[tuple[int, str], list[int]] = {}
    for i, leg in enumerate(found):
        for (then, now), n in leg.moves.items():
            counts.setdefault((i, then), [0, 0])[1] += n
            counts.setdefault((i + 1, now), [0, 0])[0] += n
    order = sorted(counts, key=lambda one: (one[0], ORDER.index(one[1])))
    place = {key: i for i, key in enumerate(order)}
    urls = [found[0].url_before, *(leg.url_after for leg in found)]
    nodes = [
        Node(
            f"{names[state]} {_size(counts[column, state])}",
            ROLES[state],
            column,
            urls[column],
            _size(counts[column, state]),
        )
        for column, state in order
    ]
    flows = [
        Flow(
            place[i, then],
            place[i + 1, now],
            n,
            f"{leg.before} {names[then]} → {leg.after} {names[now]}: {formats.number(n)}",
            leg.url_after,
        )
        for i, leg in enumerate(found)
        for (then, now), n in sorted(leg.moves.items(), key=lambda one: tuple(ORDER.index(state) for state in one[0]))
    ]
    return figures.sankey(nodes, flows, [found[0].before, *(leg.after for leg in found)])


def _table(asked: Asked, found: Sequence[Leg], title: str) -> Table:
    names = state_names()
    return asked.table(
        "moves",
        [
            Column(_("From")),
            Column(_("Stage then")),
            Column(_("To")),
            Column(_("Stage now")),
            Column(_("Organizations"), numeric=True),
        ],
        [
            [Cell(leg.before, url=leg.url_before), Cell(names[then]), Cell(leg.after, url=leg.url_after),
             Cell(names[now]), counted(n)]
            for leg in found
            for (then, now), n in sorted(
                leg.moves.items(), key=lambda one: tuple(ORDER.index(state) for state in one[0])
            )
        ],
        caption=_("Primary organizations by the stage they were at and the stage they are at"),
        title=title,
    )  # fmt: skip


def since_baseline(asked: Asked, way: Pathway) -> Table:
    """Each organization against its own baseline, or the round that is compared with: stages then by stages now."""
    names = state_names()
    then = [state for state in ORDER if any(pair[0] == state for pair in way.from_opening)]
    now = [state for state in ORDER if any(pair[1] == state for pair in way.from_opening)]
    against = asked.now.against
    since = _("since the own baseline of each") if against is None else _("since %(day)s") % {
        "day": formats.day(against.date)
    }  # fmt: skip
    return asked.table(
        "moves-since-baseline",
        [Column(_("Stage then")), *(Column(names[state].capitalize(), numeric=True) for state in now)],
        [
            [Cell(names[state].capitalize()), *(counted(way.from_opening.get((state, to), 0)) for to in now)]
            for state in then
        ],
        title=_("From stage to stage since the baseline"),
        subtitle=since,
        caption=_("Primary organizations by their stage at the opening (rows) and now (columns)"),
    )


__all__ = ["Leg", "card", "legs", "sentence", "since_baseline"]
