"""Pictures and tables of the page on data quality."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from indicators.models import CorrectionCode, Rule
from scaling import figures, formats, return_quality
from scaling.dashboards.common import cell, counted
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Cell, Column, Empty, FigureCard, Table
from scaling.dashboards.questions.data_quality.facts import Facts
from scaling.figures import Series
from scaling.metrics import figures as f
from scaling.metrics.figures import Figure
from scaling.register_answers import MOST_RECORDS
from scaling.return_quality import OfRound

#: Organizations listed on the page; all are on a list of their own.
LISTED = 15


def _empty(text: str, asked: Asked) -> Empty:
    rounds = asked.now.rounds
    url = asked.round_url(rounds[-1].code) if rounds else reverse("indicators:rounds")
    return Empty(_("Not enough data"), text, _("The round and its returns"), url)


def _too_many(asked: Asked) -> Empty:
    several = len(asked.selection.programmes) > 1
    return Empty(
        _("Too many to count while you wait"),
        _("This is counted from the returns themselves, for at most %(most)s organizations.")
        % {"most": formats.number(MOST_RECORDS)},
        _("Choose one programme") if several else _("Rounds"),
        asked.links.here(programme=asked.selection.programmes[0].code) if several else reverse("indicators:rounds"),
    )


# --- coverage by area and round --------------------------------------------------------------------------------------
def calendar(asked: Asked) -> FigureCard:
    title, subtitle = _("Coverage by area and round"), _("approved returns of those due; blank: nobody was due")
    history = asked.history
    if history is None or not history.splits("area"):
        text = _("Coverage by area is stored for whole programmes, not for this day or federation.")
        whole = asked.links.here(as_of="", apex="", against="")
        empty = Empty(_("Not split by area"), text, _("Show the whole"), whole)
        if len(asked.selection.programmes) > 1 and whole == asked.links.here():
            empty = asked.one_programme()
        return FigureCard("calendar", title, "", None, None, subtitle, 7, empty=empty)
    inside = {one.code for one in asked.selection.children()}
    found = history.over_rounds("round_coverage")
    if any(area in inside for area, _code in found):  # the whole beside its parts would be read as one of them
        found = {key: row for key, row in found.items() if key[0] in inside}
    dated = {source.closing.code: source for source in history.sources if source.closing is not None}
    codes = sorted({code for _area, code in found}, key=lambda code: (dated[code].on, code))
    names = asked.selection.area_names()
    areas = sorted({area for area, _code in found}, key=lambda area: names.get(area, area))
    several = len({dated[code].programme for code in codes}) > 1
    labels = [formats.day(dated[code].on) + (f" · {dated[code].programme}" if several else "") for code in codes]
    rows, values, texts, urls = [], [], [], []
    for area in areas:
        own = [found.get((area, code)) for code in codes]
        shares = [None if row is None or not row.register.due else row.outcome.figure for row in own]
        values.append([None if one is None or one.value is None else float(one.value) for one in shares])
        texts.append(
            [
                "" if row is None or share is None else _("%(share)s, %(n)s of %(due)s") % {
                    "share": formats.share(share),
                    "n": formats.number(row.register.reported),
                    "due": formats.number(row.register.due),
                }
                for row, share in zip(own, shares, strict=True)
            ]
        )  # fmt: skip
        urls.append([asked.links.here(place=area, round=code) for code in codes])
        rows.append(
            [
                Cell(names.get(area, area), url=asked.links.here(place=area)),
                *(Cell(_("nobody due"), "null") if one is None else cell(one, 0) for one in shares),
            ]
        )
    table = asked.table(
        "calendar",
        [Column(_("Area")), *(Column(label, numeric=True) for label in labels)],
        rows,
        caption=_("Organizations with an approved return of those due, in per cent, by area and round"),
        title=title,
    )
    known = [
        (value, names.get(area, area), label)
        for area, line in zip(areas, values, strict=True)
        for value, label in zip(line, labels, strict=True)
        if value is not None
    ]
    if not known:
        empty = _empty(_("In no area was an organization due."), asked)
        return FigureCard("calendar", title, "", table, None, subtitle, 7, empty=empty)
    full = sum(1 for value, _area, _label in known if value >= 100)
    least = min(known, key=lambda one: one[0])
    reading = _("Complete in %(full)s of %(all)s fields; the least was %(share)s, in %(area)s on %(round)s.") % {
        "full": full,
        "all": len(known),
        "share": formats.share(Figure(Decimal(str(least[0])), unit="per cent")),
        "area": least[1],
        "round": least[2],
    }
    short = [[formats.share(Figure(Decimal(str(v)))) if v is not None else "" for v in line] for line in values]
    shown = [[text or s for text, s in zip(a, b, strict=True)] for a, b in zip(texts, short, strict=True)]
    shown_areas = [names.get(area, area) for area in areas]
    figure = figures.heat_map(labels, shown_areas, values, shown, least=0, most=100, urls=urls)
    return FigureCard("calendar", title, reading, table, figure, subtitle, 7, max(220, 40 * len(areas) + 100))


# --- time to approval ------------------------------------------------------------------------------------------------
def days(asked: Asked, facts: Facts) -> FigureCard:
    title, subtitle = _("From handing in to approval"), _("approved returns of the rounds below, by days")
    if facts.quality is None:
        return FigureCard("days", title, "", None, None, subtitle, 5, empty=_too_many(asked))
    edges = [0, *return_quality.BINS]
    names = [
        *(
            _("%(low)s to %(high)s") % {"low": formats.number(low), "high": formats.number(high - 1)}
            for low, high in itertools.pairwise(edges)
        ),
        _("%(low)s or more") % {"low": formats.number(edges[-1])},
    ]
    counts = [sum(one.bins[i] for one in facts.quality.of.values() if one.bins) for i in range(len(names))]
    table = asked.table(
        "days",
        [Column(_("Days")), Column(_("Returns"), numeric=True)],
        [[Cell(name), counted(n)] for name, n in zip(names, counts, strict=True)],
        caption=_("Approved returns by the days that they waited for approval"),
        title=title,
    )
    total = sum(counts)
    if not total:
        empty = _empty(_("No return of these rounds has been handed in and approved."), asked)
        return FigureCard("days", title, "", table, None, subtitle, 5, empty=empty)
    quick = counts[0] + counts[1]
    reading = ngettext(
        "%(quick)s of %(total)s approved return waited less than two weeks, %(long)s two months or more.",
        "%(quick)s of %(total)s approved returns waited less than two weeks, %(long)s two months or more.",
        total,
    ) % {
        "quick": formats.number(quick),
        "total": formats.number(total),
        "long": formats.number(counts[-1]),
    }
    texts = [formats.number(n) for n in counts]
    roles = ["members", "members", "plain", "then", "loss"]
    figure = figures.histogram(names, counts, texts, roles=roles, axis=_("days"))
    return FigureCard("days", title, reading, table, figure, subtitle, 5, 300)


# --- corrections and warnings ----------------------------------------------------------------------------------------
def corrections(asked: Asked, facts: Facts) -> FigureCard:
    title, subtitle = _("Approved values corrected, by reason"), _("what was first approved is kept beside it")
    if facts.quality is None:
        return FigureCard("corrections", title, "", None, None, subtitle, 6, empty=_too_many(asked))
    labels: dict[str, Any] = dict(CorrectionCode.choices)
    found = facts.quality.corrections
    table = asked.table(
        "corrections",
        [Column(_("Reason")), Column(_("Returns"), numeric=True)],
        [[Cell(str(labels.get(code, code))), counted(n)] for code, n in found.items()],
        caption=_("Returns whose approved values were corrected, by the coded reason"),
        title=title,
    )
    if not found:
        empty = _empty(_("No approved value has been corrected in these rounds."), asked)
        return FigureCard("corrections", title, "", table, None, subtitle, 6, empty=empty)
    approved = sum(one.approved for one in facts.quality.of.values())
    total = sum(found.values())
    reading = ngettext(
        "%(n)s of %(all)s approved returns was corrected; most often: %(reason)s.",
        "%(n)s of %(all)s approved returns were corrected; most often: %(reason)s.",
        total,
    ) % {
        "n": formats.number(total),
        "all": formats.number(approved),
        "reason": str(labels.get(next(iter(found)), next(iter(found)))),
    }
    return FigureCard("corrections", title, reading, table, _bars(labels, found, "other"), subtitle, 6, 280)


def warnings(asked: Asked, facts: Facts) -> FigureCard:
    title, subtitle = _("Warnings confirmed with a note"), _("by rule, in the round that the figures rest on")
    if facts.quality is None:
        return FigureCard("warnings", title, "", None, None, subtitle, 6, empty=_too_many(asked))
    found = facts.quality.warnings
    rules = {rule.code: rule for rule in Rule.objects.filter(code__in=found)}
    labels = {code: _rule(rules.get(code), code) for code in found}
    rounds = asked.now.rounds
    url = f"{asked.round_url(rounds[-1].code)}?warned=yes" if len(rounds) == 1 else ""
    table = asked.table(
        "warnings",
        [Column(_("Rule")), Column(_("Confirmed"), numeric=True)],
        [[Cell(labels[code], url=url), counted(n)] for code, n in found.items()],
        caption=_("Warnings that somebody let stand with a note, by rule"),
        title=title,
    )
    if not found:
        empty = _empty(_("No warning was confirmed: every value handed in lay within the rules."), asked)
        return FigureCard("warnings", title, "", table, None, subtitle, 6, empty=empty)
    total = sum(found.values())
    reading = ngettext(
        "%(n)s warning stands confirmed in %(all)s returns; most often: %(rule)s.",
        "%(n)s warnings stand confirmed in %(all)s returns; most often: %(rule)s.",
        total,
    ) % {
        "n": formats.number(total),
        "all": formats.number(facts.quality.checked),
        "rule": labels[next(iter(found))],
    }
    return FigureCard("warnings", title, reading, table, _bars(labels, found, "government", url), subtitle, 6, 280)


def _rule(rule: Rule | None, code: str) -> str:
    return code if rule is None else f"{rule.get_kind_display()}: {rule.says}"


def _bars(labels: dict[str, Any], found: dict[str, int], role: str, url: str = "") -> dict[str, Any]:
    names = [str(labels.get(code, code)) for code in found]
    texts = [formats.number(n) for n in found.values()]
    one = Series("", role, [float(n) for n in found.values()], texts, [url] * len(names))
    return figures.lying_bars(names, [one], texts)


# --- second assessors ------------------------------------------------------------------------------------------------
def agreement(asked: Asked, facts: Facts) -> FigureCard:
    title, subtitle = _("Do two assessors agree?"), _("share of ratings by how far two independent assessors differ")
    rounds = asked.now.rounds
    if not facts.agreed:
        text = _(
            "No organization of this round was rated by a second assessor, or the selection is more than one round."
        )
        url = reverse("indicators:second", args=[rounds[-1].code]) if rounds else reverse("indicators:rounds")
        text = asked.untold("indicators.SecondAssessment") or text
        empty = Empty(_("Not enough data"), text, _("Draw a sample and rate it again"), url)
        return FigureCard("agreement", title, "", None, None, subtitle, 12, empty=empty)
    rows, texts = facts.agreed, []
    parts: tuple[list[float | None], ...] = ([], [], [])
    for one in rows:
        result = one.agreement
        apart = (result.exact, result.within_one - result.exact, result.n - result.within_one)
        for line, n in zip(parts, apart, strict=True):
            line.append(100 * n / result.n)
        texts.append(formats.share(_percent(result.exact_share)))
    table = asked.table(
        "agreement",
        [
            Column(_("Item")),
            Column(_("Ratings compared"), numeric=True),
            Column(_("Equal"), numeric=True),
            Column(_("Equal or one level apart"), numeric=True),
            Column(_("Weighted kappa"), numeric=True, help=_("1 is full agreement, 0 what chance alone would give")),
        ],
        [
            [
                Cell(one.name),
                counted(one.agreement.n),
                cell(_percent(one.agreement.exact_share)),
                cell(_percent(one.agreement.within_one_share)),
                Cell(_("too few"), "null")
                if one.agreement.kappa is None
                else Cell(
                    formats.number(Decimal(str(one.agreement.kappa)), 2),
                    value=Decimal(str(round(one.agreement.kappa, 4))),
                ),
            ]
            for one in rows
        ],
        caption=_("How far first and second ratings agree, by item"),
        title=title,
    )
    names = (_("equal"), _("one level apart"), _("further apart"))
    series = [
        Series(name, role, line, [formats.share(_percent(value)) for value in line])
        for name, role, line in zip(names, ("level-6", "level-4", "level-1"), parts, strict=True)
    ]
    whole = rows[0].agreement
    reading = _("%(equal)s of %(n)s ratings are equal and %(near)s at most one level apart%(kappa)s.") % {
        "equal": formats.share(_percent(whole.exact_share)),
        "n": formats.number(whole.n),
        "near": formats.share(_percent(whole.within_one_share)),
        "kappa": ""
        if whole.kappa is None
        else _(" (weighted kappa %(k)s)") % {"k": formats.number(Decimal(str(whole.kappa)), 2)},
    }
    figure = figures.lying_bars([one.name for one in rows], series, texts)
    return FigureCard("agreement", title, reading, table, figure, subtitle, 12, min(800, 26 * len(rows) + 120))


def _percent(value: float | None) -> Figure:
    return f.null("NOT_SURVEYED") if value is None else Figure(Decimal(str(value)), unit="per cent")


# --- tables ----------------------------------------------------------------------------------------------------------
def tables(asked: Asked, facts: Facts) -> list[Table]:
    return [_rounds(asked, facts), *([_missing(asked, facts)] if facts.missing else [])]


def _rounds(asked: Asked, facts: Facts) -> Table:
    counts = facts.quality.of if facts.quality is not None else {}
    columns = [
        Column(_("Round")),
        Column(_("Kind")),
        Column(_("Due"), numeric=True),
        Column(_("Handed in"), numeric=True),
        Column(_("Approved"), numeric=True),
        Column(_("Late"), numeric=True, help=_("handed in after the window of entry had closed")),
        Column(_("Days to approval"), numeric=True, help=_("median")),
        Column(_("Corrected"), numeric=True),
    ]
    several = len({one.programme_id for one in facts.rounds}) > 1
    stored = _stored(asked) if facts.quality is None else {}
    rows = []
    for one in facts.rounds:
        of = counts.get(one.pk) or stored.get(one.code) or OfRound()
        told = (one.code in stored, False, one.code in stored, False)
        name = formats.day(one.reference_date)
        rows.append(
            [
                Cell(f"{one.programme} · {name}" if several else name, url=asked.round_url(one.code)),
                Cell(str(one.get_kind_display())),
                *(
                    Cell(_("too many to count here"), "null") if facts.quality is None and not is_told else counted(n)
                    for n, is_told in zip((of.due, of.handed_in, of.approved, of.late), told, strict=True)
                ),
                Cell(formats.reason("NOT_REPORTED"), "null")
                if of.days is None
                else Cell(formats.number(Decimal(str(of.days))), value=Decimal(str(round(of.days, 1)))),
                Cell(_("too many to count here"), "null") if facts.quality is None else counted(of.corrected),
            ]
        )
    caption = _("Entry in the latest rounds: due, handed in, approved, late, corrected")
    return asked.table("rounds", columns, rows, title=_("Round by round"), caption=caption)


def _stored(asked: Asked) -> dict[str, OfRound]:
    """What cells hold of each outcome round: who was due and who has an approved return, of however many."""
    rows = {} if asked.history is None else asked.history.rows("round_coverage", "round")
    return {code: OfRound(due=row.register.due, approved=row.register.reported) for code, row in rows.items()}


def _missing(asked: Asked, facts: Facts) -> Table:
    columns = [Column(_("Organization")), Column(_("Area")), Column(_("Round")), Column(_("What to do"))]
    rows = [
        [
            Cell(one.organization.name, url=reverse("organizations:profile", args=[one.organization.code])),
            Cell(one.organization.place.shown_name),
            Cell(formats.day(one.round.reference_date), url=asked.round_url(one.round.code)),
            Cell(
                _("Open the return"),
                url=reverse("indicators:return", args=[one.round.code, one.organization.code]),
            ),
        ]
        for one in facts.missing
    ]
    subtitle = _("the first %(n)s by name; the whole list is under “Who has not reported”") % {"n": len(rows)}
    return asked.table(
        "missing",
        columns,
        rows,
        title=_("Who has not reported"),
        subtitle=subtitle if len(rows) == LISTED else "",
        caption=_("Organizations that were due and have neither handed in nor got an approval"),
    )
