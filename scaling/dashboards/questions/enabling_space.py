"""Enabling space: is it opening or closing, and what is on the calendar? (domain study, question 19)"""

from __future__ import annotations

import datetime
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from programmes.models import Election, PolicyEvent, Space, SpaceAssessment
from programmes.models.context import PolicyDirection
from scaling import figures, formats, recorded
from scaling.dashboards import common
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Cell, Chip, Column, Empty, FigureCard, Headline, Option, Page, Table
from scaling.dashboards.registry import OF_ALL, QuestionPage
from scaling.figures import Mark, Moment, Series, Span

Day = datetime.date
#: The newest of each kind are drawn; older ones stand on the page where they are entered.
SHOWN = 200
#: More rated subjects than this are told by their tables only.
SUBJECTS = 3
#: A space that was rated longer ago is said to be old.
OLD = datetime.timedelta(days=2 * 365)
#: direction → role, symbol
ARROWS = {
    PolicyDirection.ENABLING: ("gain", "triangle-up"),
    PolicyDirection.CONSTRAINING: ("loss", "triangle-down"),
    PolicyDirection.MIXED: ("other", "diamond"),
}


@dataclass(frozen=True)
class Coming:
    """Something on the calendar."""

    day: Day
    what: str
    where: str
    url: str = ""


class Around:
    """What is recorded around the programmes of the selection."""

    def __init__(self, asked: Asked) -> None:
        self.today = asked.selection.today
        chosen = asked.selection
        every = {one.pk: one for programme in chosen.programmes for one in programme.countries.all()}
        countries = {pk: one for pk, one in every.items() if chosen["country"] in ("", one.code)}
        self.events = list(
            PolicyEvent.objects.visible_to(asked.user)
            .filter(country__in=countries)
            .select_related("country", "place")
            .order_by("-date", "-pk")[:SHOWN]
        )[::-1]
        self.elections = list(
            Election.objects.visible_to(asked.user)
            .filter(country__in=countries)
            .select_related("country")
            .order_by("-date", "-pk")[:SHOWN]
        )[::-1]
        rated = list(
            SpaceAssessment.objects.visible_to(asked.user)
            .filter(Q(programme__in=[one.pk for one in chosen.programmes]) | Q(country__in=countries))
            .select_related("programme", "country")
            .order_by("-date", "-pk")[: 5 * SHOWN]
        )[::-1]
        #: (subject, space) → its ratings by date
        self.ratings: dict[tuple[str, str], list[SpaceAssessment]] = defaultdict(list)
        for one in rated:
            subject = str(one.programme) if one.programme else common.place_name(one.country)  # type: ignore[arg-type]
            self.ratings[subject, one.space].append(one)
        self.subjects = list(dict.fromkeys(subject for subject, _space in self.ratings))
        self.coming = self._coming(asked)

    def _coming(self, asked: Asked) -> list[Coming]:
        election = _("Election, %(level)s: %(kind)s")
        found = [
            Coming(
                one.date,
                election % {"level": one.get_level_display(), "kind": one.kind},
                common.place_name(one.country),
                reverse("programmes:election", args=[one.pk]),
            )
            for one in self.elections
            if one.date >= self.today
        ]
        for event in self.events:
            if event.date >= self.today:
                url = reverse("programmes:policy-event", args=[event.pk])
                found.append(Coming(event.date, event.title, common.place_name(event.country), url))
        by_pk = {programme.pk: programme for programme in asked.selection.programmes}
        for phase in asked.selection.phases:
            for day, what in (
                (phase.midterm, _("Mid-term of %(phase)s")),
                (phase.completion, _("Completion of %(phase)s")),
                (phase.closing, _("Closing of %(phase)s")),
            ):
                if day is not None and day >= self.today and phase.programme_id in by_pk:
                    label = common.phase_label(phase.label)
                    found.append(Coming(day, what % {"phase": label}, str(by_pk[phase.programme_id])))
        return sorted(found, key=lambda one: (one.day, one.what))

    def changed(self) -> dict[tuple[str, str], int]:
        """Last rating less the first, of spaces rated more than once."""
        return {key: rows[-1].rating - rows[0].rating for key, rows in self.ratings.items() if len(rows) > 1}

    def last(self) -> list[int]:
        return [rows[-1].rating for rows in self.ratings.values()]

    def of(self, direction: str, since: Day | None = None) -> list[PolicyEvent]:
        return [
            one
            for one in self.events
            if one.direction == direction and one.date <= self.today and (since is None or one.date >= since)
        ]


def build(asked: Asked, page: Page) -> None:
    asked.require_programme()
    recorded.require(
        asked.selection.known_at, "programmes.PolicyEvent", "programmes.Election", "programmes.SpaceAssessment"
    )
    around = Around(asked)
    page.answer = _answer(around)
    page.headlines = _headlines(around)
    page.figures = [_timeline(asked, around), _change(asked, around)]
    page.tables = [_ratings(asked, around), *_events(asked, around)]
    page.chips.append(Chip(_("as recorded; nothing here is computed from returns"), "info-circle"))
    if any(one.is_synthetic for one in asked.selection.programmes):
        page.chips.append(common.synthetic_chip())
    page.records = [Option(_("Policy events, elections and ratings as entered"), _entered())]
    page.notes = [
        _("Spaces are rated from 1 to 6 by somebody who names the evidence; the arrow of an event is their judgement."),
        _("A rating holds until the next one; an event beside a change does not prove that it caused it."),
    ]


def _entered() -> str:
    return reverse("programmes:context")


def _names() -> dict[str, str]:
    return {code: str(label) for code, label in Space.choices}


# --- the answer ------------------------------------------------------------------------------------------------------
def _answer(around: Around) -> str:
    changed = around.changed()
    parts = []
    if changed:
        opened, closed = sum(1 for n in changed.values() if n > 0), sum(1 for n in changed.values() if n < 0)
        since = min(around.ratings[key][0].date for key in changed)
        parts.append(
            ngettext(
                "Of %(n)s rated space, %(opened)s opened and %(closed)s closed since %(since)s.",
                "Of %(n)s rated spaces, %(opened)s opened and %(closed)s closed since %(since)s.",
                len(changed),
            )
            % {
                "n": formats.number(len(changed)),
                "opened": formats.number(opened),
                "closed": formats.number(closed),
                "since": formats.day(since),
            }
        )
    elif around.ratings:
        parts.append(_("The spaces have been rated once; whether they open or close needs a second rating."))
    else:
        parts.append(_("Nobody has rated the spaces yet, so whether they open or close cannot be told."))
    if around.events:
        parts.append(
            _("%(up)s policy events helped and %(down)s hurt.")
            % {
                "up": formats.number(len(around.of(PolicyDirection.ENABLING))),
                "down": formats.number(len(around.of(PolicyDirection.CONSTRAINING))),
            }
        )
    if around.coming:
        one = around.coming[0]
        parts.append(_("Next: %(what)s, %(day)s.") % {"what": one.what, "day": formats.day(one.day)})
    if old := _old(around):
        parts.append(old)
    return " ".join(parts)


def _old(around: Around) -> str:
    newest = max((rows[-1].date for rows in around.ratings.values()), default=None)
    if newest is None or around.today - newest <= OLD:
        return ""
    return _("The newest rating is of %(day)s.") % {"day": formats.day(newest)}


def _headlines(around: Around) -> list[Headline]:
    last, changed = around.last(), around.changed()
    first = [rows[0].rating for rows in around.ratings.values()]
    mean = Decimal(sum(last)) / len(last) if last else None
    before = Decimal(sum(first)) / len(first) if first else None
    recent = around.today - OLD
    coming = around.coming[0] if around.coming else None
    return [
        Headline(
            _("Mean of the last ratings"),
            "" if mean is None else formats.number(mean, 1),
            unit=_("of 6"),
            comparison="" if before is None or not changed else _("%(n)s at first") % {"n": formats.number(before, 1)},
            direction="" if mean is None or mean == before else "up" if mean > (before or 0) else "down",
            null=formats.reason("NOT_SURVEYED"),
            note=_("%(n)s spaces rated") % {"n": len(last)},
        ),
        Headline(
            _("Helped in the last two years"),
            formats.number(len(around.of(PolicyDirection.ENABLING, recent))),
            note=_("%(n)s hurt") % {"n": formats.number(len(around.of(PolicyDirection.CONSTRAINING, recent)))},
            help=_("Policy events by the direction that was recorded; mixed ones are in neither."),
        ),
        Headline(
            _("Next on the calendar"),
            "" if coming is None else formats.day(coming.day),
            note="" if coming is None else coming.what,
            null=_("nothing is recorded ahead"),
            url="" if coming is None else coming.url,
        ),
    ]


# --- pictures --------------------------------------------------------------------------------------------------------
def _timeline(asked: Asked, around: Around) -> FigureCard:
    title = _("What happened, over the ratings of the spaces")
    subtitle = _("arrow up: helped; arrow down: hurt; below, each space in the colour of its rating")
    table = asked.table(
        "calendar",
        [Column(_("Date")), Column(_("What")), Column(_("Where"))],
        [[Cell(formats.day(one.day)), Cell(one.what, url=one.url), Cell(one.where)] for one in around.coming],
        caption=_("What is on the calendar, the nearest first"),
        title=_("What comes next"),
    )
    names = _names()
    rows = {
        PolicyDirection.ENABLING: _("Helped"),
        PolicyDirection.MIXED: _("Mixed"),
        PolicyDirection.CONSTRAINING: _("Hurt"),
    }
    moments = []
    for one in around.events:
        role, symbol = ARROWS[PolicyDirection(one.direction)]
        text = f"{formats.day(one.date)} · {one.title} ({one.get_stage_display()})"
        url = reverse("programmes:policy-event", args=[one.pk])
        moments.append(Moment(rows[PolicyDirection(one.direction)], one.date, role, text, symbol, "", url))
    for vote in around.elections:
        text = f"{formats.day(vote.date)} · {vote.get_level_display()}, {vote.kind}"
        url = reverse("programmes:election", args=[vote.pk])
        moments.append(Moment(_("Elections"), vote.date, "domestic_financial", text, "square", "", url))
    spans = []
    drawn = around.subjects[:SUBJECTS]
    for code, space in names.items():
        for subject in drawn:
            rated = around.ratings.get((subject, code), [])
            label = f"{space} · {subject}" if len(drawn) > 1 else space
            for i, rating in enumerate(rated):
                end = rated[i + 1].date if i + 1 < len(rated) else max(around.today, rating.date)
                text = _("%(rating)s of 6 from %(day)s") % {"rating": rating.rating, "day": formats.day(rating.date)}
                name = _("rated %(n)s") % {"n": rating.rating}
                spans.append(Span(label, rating.date, end, f"level-{rating.rating}", text, name))
    if not moments and not spans:
        text = _("No policy event, election or rating of a space has been entered for this selection.")
        empty = Empty(_("Not enough data"), text, _("Enter them"), _entered())
        return FigureCard("timeline", title, "", table if table.rows else None, None, subtitle, 12, empty=empty)
    spans.sort(key=lambda span: span.role)
    order = [rows[direction] for direction in rows if any(moment.row == rows[direction] for moment in moments)]
    order += [_("Elections")] if around.elections else []
    order += [
        f"{space} · {subject}" if len(drawn) > 1 else space
        for space in names.values()
        for subject in (drawn or [""])
        if any(span.row in (space, f"{space} · {subject}") for span in spans)
    ]
    figure = figures.timeline(
        spans,
        until=around.today,
        marks=[Mark(around.today.isoformat(), _("today"))],
        moments=moments,
        rows=list(dict.fromkeys(order)),
    )
    reading = _("%(events)s policy events and %(elections)s elections; %(ahead)s dates lie ahead.") % {
        "events": formats.number(len(around.events)),
        "elections": formats.number(len(around.elections)),
        "ahead": formats.number(len(around.coming)),
    }
    height = min(800, 44 * len(dict.fromkeys(order)) + 140)
    return FigureCard("timeline", title, reading, table if table.rows else None, figure, subtitle, 12, height)


def _change(asked: Asked, around: Around) -> FigureCard:
    title, subtitle = _("Ratings then and now"), _("first and last rating of each space, 1 to 6")
    changed = around.changed()
    if not changed or len(around.subjects) > 1:
        text = _("This needs two ratings of a space, and one programme or country to speak of.")
        empty = Empty(_("Not enough data"), text, _("Rate a space"), _entered())
        return FigureCard("change", title, "", None, None, subtitle, 6, empty=empty)
    names = _names()
    lines, rows = [], []
    for i, (key, change) in enumerate(sorted(changed.items(), key=lambda one: -one[1])):
        first, last = around.ratings[key][0], around.ratings[key][-1]
        role = figures.IN_TURN[i % len(figures.IN_TURN)]
        texts = [str(first.rating), str(last.rating)]
        lines.append(Series(names[key[1]], role, [float(first.rating), float(last.rating)], texts))
        rows.append(
            [
                Cell(names[key[1]]),
                Cell(texts[0], value=first.rating),
                Cell(texts[1], value=last.rating),
                Cell(formats.signed(Decimal(change)), value=change),
            ]
        )
    table = asked.table(
        "change",
        [
            Column(_("Space")),
            Column(_("First"), numeric=True),
            Column(_("Last"), numeric=True),
            Column(_("Change"), numeric=True),
        ],
        rows,
        caption=_("First and last rating of each space"),
        title=title,
    )
    most = max(changed, key=lambda key: abs(changed[key]))
    reading = _("%(space)s moved most: from %(first)s to %(last)s.") % {
        "space": names[most[1]],
        "first": around.ratings[most][0].rating,
        "last": around.ratings[most][-1].rating,
    }
    ends = (_("first"), _("last"))
    return FigureCard("change", title, reading, table, figures.slope(ends, lines), subtitle, 6, 320)


# --- tables ----------------------------------------------------------------------------------------------------------
def _ratings(asked: Asked, around: Around) -> Table:
    rows = []
    for code, space in _names().items():
        for subject in around.subjects or [""]:
            rated = around.ratings.get((subject, code), [])
            last = rated[-1] if rated else None
            rows.append(
                [
                    Cell(space),
                    Cell(subject or "–"),
                    Cell(_("not rated"), "null") if last is None else Cell(str(last.rating), value=last.rating),
                    Cell("–" if last is None else formats.day(last.date)),
                    Cell("–" if last is None else last.evidence[:300]),
                ]
            )
    return asked.table(
        "ratings",
        [
            Column(_("Space")),
            Column(_("Of")),
            Column(_("Last rating"), numeric=True),
            Column(_("On")),
            Column(_("Evidence")),
        ],
        rows,
        title=_("The five spaces"),
        caption=_("Last rating of each space, 1 to 6, with its evidence"),
    )


def _events(asked: Asked, around: Around) -> list[Table]:
    if not around.events:
        return []
    names = _names()
    signs = {PolicyDirection.ENABLING: "▲", PolicyDirection.CONSTRAINING: "▼", PolicyDirection.MIXED: "◆"}
    rows = [
        [
            Cell(formats.day(one.date)),
            Cell(one.title, url=reverse("programmes:policy-event", args=[one.pk])),
            Cell(f"{signs[PolicyDirection(one.direction)]} {one.get_direction_display()}"),
            Cell(", ".join(names[code] for code in one.spaces if code in names) or "–"),
            Cell(str(one.get_stage_display())),
            Cell(one.organizations_role[:200] or "–"),
            Cell(common.place_name(one.country)),
        ]
        for one in reversed(around.events)
    ]
    table = asked.table(
        "events",
        [
            Column(_("Date")),
            Column(_("Event")),
            Column(_("Direction")),
            Column(_("Spaces")),
            Column(_("Stage")),
            Column(_("Role of the organizations")),
            Column(_("Country")),
        ],
        rows,
        title=_("Policy events"),
        caption=_("Policy events, the newest first"),
    )
    return [table]


PAGE = QuestionPage(
    name="enabling-space",
    title=gettext_lazy("Enabling space"),
    question=gettext_lazy("Is the space for scaling up opening or closing, and what is on the calendar?"),
    icon="globe2",
    build=build,
    takes=OF_ALL - {"phase"},
)
