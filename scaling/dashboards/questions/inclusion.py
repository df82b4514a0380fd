"""Inclusion: who takes part in the growth, who leads, is there elite capture? (domain study 4.3 to 4.5, question 4)"""

from __future__ import annotations

from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from organizations.models import Kind
from scaling import figures, formats
from scaling.dashboards import behind, records
from scaling.dashboards.common import cell, counted, signed
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Cell, Column, FigureCard, Headline, Page
from scaling.dashboards.registry import OF_ORGANIZATIONS, QuestionPage
from scaling.figures import Dumbbell, Mark, Series
from scaling.metrics import alerts as rules
from scaling.metrics.cells import GROUPS
from scaling.metrics.figures import Figure
from scaling.metrics.inclusion import LEVELS
from scaling.register_answers import Row
from scaling.register_sets import RegisterSet

#: Groups told first; the others only where somebody reports them.
ALWAYS = ("women", "youth", "poorest")


def build(asked: Asked, page: Page) -> None:
    now = asked.now
    page.answer = _answer(now)
    page.headlines = _headlines(asked)
    page.figures = [
        _slopes(asked).of("women_share", "women_share_drift", "youth_share", "poorest_share", "poorest_share_drift"),
        _leaders(asked).of("women_leadership_parity", "poorest_leadership_parity"),
        _over_rounds(asked).of("women_share", "youth_share", "poorest_share"),
        _by_kind(asked).of("women_share", "poorest_share"),
    ]
    page.tables = [
        records.alert_table(
            asked,
            rules.INCLUSION_FALLING,
            title=_("Alerts: inclusion is falling"),
            caption=_("Open alerts that inclusion is falling, the most severe first"),
        )
    ]
    metrics = ("women_share", "poorest_share_drift", "women_leadership_parity", "elite_capture")
    behind.organizations(asked, page, *metrics)
    page.notes = [
        _(
            "Shares then and now are those of the same organizations: who joined or left the register in between does "
            "not move them. Shares over the rounds are of all who reported."
        ),
        _("Parity 1 means that a group holds as many offices as its share of members."),
    ]


def groups(now: RegisterSet) -> list[str]:
    return [group for group in GROUPS if group in ALWAYS or now.row(f"{group}_share").outcome.figure.value is not None]


def names() -> dict[str, str]:
    return {
        "women": _("women"),
        "youth": _("youth"),
        "poorest": _("the poorest"),
        "indigenous": _("indigenous people"),
        "disabled": _("people with disabilities"),
    }


def levels() -> dict[str, str]:
    return {"none": _("no sign"), "watch": _("watch"), "alert": _("alert"), "high": _("high")}


# --- the answer ------------------------------------------------------------------------------------------------------
def _answer(now: RegisterSet) -> str:
    parts = [_women(now), _poorest(now), _capture(now)]
    return " ".join(part for part in (*parts, behind.caveat(now)) if part)


def _women(now: RegisterSet) -> str:
    share = now.figure("women_share")
    if share.value is None:
        return _("How many members are women: %(reason)s.") % {"reason": formats.reason(share.null_reason)}
    drift, parity = now.figure("women_share_drift"), now.figure("women_leadership_parity")
    text = {
        (True, True): _(
            "Women are %(share)s of members (%(points)s points since the baseline) and hold %(parity)s times that "
            "share of offices."
        ),
        (True, False): _("Women are %(share)s of members (%(points)s points since the baseline)."),
        (False, True): _("Women are %(share)s of members and hold %(parity)s times that share of offices."),
        (False, False): _("Women are %(share)s of members."),
    }[drift.value is not None, parity.value is not None]
    return text % {
        "share": formats.share(share),
        "points": formats.signed(drift.value or Decimal(0), 1),
        "parity": formats.number(parity.value or Decimal(0), 2),
    }


def _poorest(now: RegisterSet) -> str:
    share, drift = now.figure("poorest_share"), now.figure("poorest_share_drift")
    if share.value is None:
        return _("How many of them are among the poorest: %(reason)s.") % {"reason": formats.reason(share.null_reason)}
    facts = {"share": formats.share(share)}
    if drift.value is None:
        return _("The poorest are %(share)s.") % facts
    facts["points"] = formats.number(abs(drift.value), 1)
    if drift.value > 0:
        return _("The poorest are %(share)s, %(points)s points more than at the baseline.") % facts
    if drift.value < 0:
        return _("The poorest are %(share)s, %(points)s points fewer than at the baseline.") % facts
    return _("The poorest are %(share)s, as at the baseline.") % facts


def _capture(now: RegisterSet) -> str:
    """Whether the sum of all shows signs of elite capture; single organizations are in the list of alerts."""
    level = now.figure("elite_capture").value
    if level is None:
        return _("Whether a few take it over cannot be told.")
    return {
        0: _("The sum of all shows no sign of elite capture."),
        1: _("A first sign of elite capture is to be watched."),
        2: _("There are signs of elite capture."),
        3: _("There are strong signs of elite capture."),
    }[int(level)]


# --- headlines -------------------------------------------------------------------------------------------------------
def _headlines(asked: Asked) -> list[Headline]:
    now, labels = asked.now, names()
    made = []
    for group in ALWAYS:
        row, drift = now.row(f"{group}_share"), now.figure(f"{group}_share_drift")
        share = row.outcome.figure
        made.append(
            Headline(
                _("Share of members: %(group)s") % {"group": labels[group]},
                "" if share.value is None else formats.share(share, 1),
                comparison="" if drift.value is None else _points(drift.value),
                direction="" if not drift.value else "up" if drift.value > 0 else "down",
                null=formats.reason(share.null_reason),
                note=_beside(asked, group) or _took(now, group),
                help=_("Over the organizations that report the group; the change is of the same organizations."),
                metrics=(f"{group}_share", f"{group}_share_drift"),
            )
        )
    capture = now.figure("elite_capture")
    made.append(
        Headline(
            _("Elite capture"),
            "" if capture.value is None else levels()[LEVELS[int(capture.value)]],
            null=formats.reason(capture.null_reason),
            note=_open_alerts(asked),
            help=_(
                "Of the selection as a whole: share of the poorest, parity of offices, who leaves, and who stays in "
                "office beyond the term, against the thresholds of the country."
            ),
            url=reverse("scaling:alerts"),
            metrics=("elite_capture",),
        )
    )
    return made


def _points(value: Decimal) -> str:
    return _("%(points)s points since the baseline") % {"points": formats.signed(value, 1)}


def _took(now: RegisterSet, group: str) -> str:
    share = now.figure(f"{group}_share_of_growth")
    if share.value is None:
        return ""
    return _("took %(share)s of the growth") % {"share": formats.share(share)}


def _beside(asked: Asked, group: str) -> str:
    if asked.beside is None:
        return ""
    return f"{asked.beside.sources[0].programme}: {formats.share(asked.beside.figure(f'{group}_share'), 1)}"


def _open_alerts(asked: Asked) -> str:
    count = records.alerts_of(asked, rules.INCLUSION_FALLING).count()
    return ngettext("%(n)d organization with an open alert", "%(n)d organizations with an open alert", count) % {
        "n": count
    }


# --- pictures --------------------------------------------------------------------------------------------------------
def _share(part: Figure, whole: Figure) -> Decimal | None:
    if part.value is None or not whole.value:
        return None
    return part.value * 100 / whole.value


def _then_now(row: Row) -> tuple[Decimal | None, Decimal | None]:
    """Shares of the same organizations at both dates, in per cent."""
    parts = row.outcome.components
    if row.outcome.figure.value is None:
        return None, None
    return _share(parts["part_then"], parts["whole_then"]), _share(parts["part_now"], parts["whole_now"])


def _percent(value: Decimal | None) -> str:
    return "" if value is None else formats.share(Figure(value), 1)


def _slopes(asked: Asked) -> FigureCard:
    now, labels = asked.now, names()
    title = _("Shares of members, baseline and now")
    rows = {group: now.row(f"{group}_share_drift") for group in groups(now)}
    ends = {group: _then_now(row) for group, row in rows.items()}
    table = asked.table(
        "shares",
        [
            Column(_("Group")),
            Column(_("Share then, per cent"), numeric=True),
            Column(_("Share now, per cent"), numeric=True),
            Column(_("Change, points"), numeric=True),
            Column(_("Of the growth, per cent"), numeric=True),
            Column(_("Organizations"), numeric=True),
        ],
        [
            [
                Cell(labels[group]),
                *(_number(value, row.outcome.figure) for value in ends[group]),
                signed(row.outcome.figure, 1),
                cell(now.figure(f"{group}_share_of_growth"), 1),
                counted(row.outcome.n),
            ]
            for group, row in rows.items()
        ],
        title=title,
        caption=_("Shares of groups of members in the same organizations, at the baseline and now"),
    )
    drawn = [
        Series(labels[group], group, [float(then), float(later)], [_percent(then), _percent(later)])
        for group, (then, later) in ends.items()
        if then is not None and later is not None
    ]
    if not drawn:
        reason = next(iter(rows.values())).outcome.figure.null_reason
        empty = asked.missing(reason, _("Women, youth and the poorest among members at two dates"))
        return FigureCard("shares", title, "", table, None, span=7, empty=empty)
    moved = {group: row.outcome.figure.value or Decimal(0) for group, row in rows.items() if ends[group][0] is not None}
    most = max(moved, key=lambda group: abs(moved[group]))
    reading = _("The share that moved most: %(group)s, %(points)s points.") % {
        "group": labels[most],
        "points": formats.signed(moved[most], 1),
    }
    figure = figures.slope((_("baseline"), _("now")), drawn)
    subtitle = _("per cent of members of the same organizations")
    return FigureCard("shares", title, reading, table, figure, subtitle, 7, 360)


def _number(value: Decimal | None, figure: Figure) -> Cell:
    if value is None:
        return Cell(formats.reason(figure.null_reason), "null")
    return cell(Figure(value), 1)


def _leaders(asked: Asked) -> FigureCard:
    now, labels = asked.now, names()
    title = _("Who leads")
    rows = {group: now.row(f"{group}_leadership_parity") for group in groups(now)}
    table = asked.table(
        "leaders",
        [
            Column(_("Group")),
            Column(_("Share of members, per cent"), numeric=True),
            Column(_("Share of leaders, per cent"), numeric=True),
            Column(_("Parity"), numeric=True, help=_("1: as many offices as members")),
            Column(_("Organizations"), numeric=True),
        ],
        [
            [
                Cell(labels[group]),
                cell(row.outcome.components["share_of_members"], 1),
                cell(row.outcome.components["share_of_leaders"], 1),
                cell(row.outcome.figure, 2),
                counted(row.outcome.n),
            ]
            for group, row in rows.items()
        ],
        title=title,
        caption=_("Share of members and share of leaders of each group"),
    )
    known = {group: row for group, row in rows.items() if row.outcome.components["share_of_leaders"].value is not None}
    if not known:
        reason = next(iter(rows.values())).outcome.figure.null_reason
        empty = asked.missing(reason, _("Leaders by group (women, youth, the poorest)"))
        return FigureCard("leaders", title, "", table, None, span=5, empty=empty)
    limit = next(iter(rows.values())).thresholds.leadership_parity
    low = [labels[group] for group, row in known.items() if (row.outcome.figure.value or 1) < limit]
    if low:
        reading = _("Far fewer offices than members: %(groups)s.") % {"groups": ", ".join(low)}
    else:
        reading = _("No group falls below %(limit)s of its share.") % {"limit": formats.number(limit, 1)}
    figure = figures.dumbbells([_dumbbell(labels[g], row) for g, row in known.items()], (_("members"), _("leaders")))
    subtitle = _("per cent; the number is parity")
    return FigureCard("leaders", title, reading, table, figure, subtitle, 5, max(360, 120 + 60 * len(known)))


def _dumbbell(label: str, row: Row) -> Dumbbell:
    members, leaders = (row.outcome.components[name] for name in ("share_of_members", "share_of_leaders"))
    parity = row.outcome.figure
    return Dumbbell(
        label,
        None if members.value is None else float(members.value),
        None if leaders.value is None else float(leaders.value),
        formats.share(members, 1),
        formats.share(leaders, 1),
        "" if parity.value is None else formats.number(parity.value, 2),
    )


def _over_rounds(asked: Asked) -> FigureCard:
    title, labels, history = _("Shares over the rounds"), names(), asked.history
    several = len(asked.selection.programmes) > 1
    if history is None or several:
        return FigureCard("rounds", title, "", None, None, span=6, empty=asked.one_programme())
    shown = groups(asked.now)
    found = {group: history.rows(f"{group}_share", "round") for group in shown}
    dated = {source.closing.code: source.on for source in history.sources if source.closing is not None}
    ordered = sorted((code for code in found[shown[0]] if code in dated), key=lambda code: (dated[code], code))
    table = asked.table(
        "shares-by-round",
        [
            Column(_("Round")),
            *(Column(labels[group], numeric=True) for group in shown),
            Column(_("Organizations"), True),
        ],
        [
            [
                Cell(formats.day(dated[code]), url=asked.round_url(code)),
                *(cell(found[group][code].outcome.figure, 1) for group in shown),
                counted(found[shown[0]][code].outcome.n),
            ]
            for code in ordered
        ],
        title=title,
        caption=_("Shares of members in each round, per cent"),
    )
    lines = [
        Series(
            labels[group],
            group,
            [None if (value := found[group][code].outcome.figure.value) is None else float(value) for code in ordered],
            [formats.share(found[group][code].outcome.figure, 1) for code in ordered],
            [asked.links.here(round=code) for code in ordered],
        )
        for group in shown
    ]
    lines = [line for line in lines if sum(value is not None for value in line.values) > 1]
    if not lines:
        empty = asked.missing("NOT_REPORTED", _("Groups of members in at least two rounds"))
        return FigureCard("rounds", title, "", table, None, span=6, empty=empty)
    reading = ngettext("%(n)d round, whoever reported.", "%(n)d rounds, whoever reported in each.", len(ordered)) % {
        "n": len(ordered)
    }
    figure = figures.over_time([dated[code].isoformat() for code in ordered], lines)
    return FigureCard("rounds", title, reading, table, figure, _("per cent of members"), 6, 320)


def _by_kind(asked: Asked) -> FigureCard:
    title, labels = _("Women by kind of organization"), names()
    if not asked.now.splits("kind"):
        empty = asked.not_split_by_kind()
        return FigureCard("kinds", title, "", None, None, span=6, empty=empty)
    shown = groups(asked.now)
    drifts = {group: asked.now.rows(f"{group}_share_drift", "kind") for group in shown}
    shares = {group: asked.now.rows(f"{group}_share", "kind") for group in shown}
    kinds = [kind for kind, row in shares["women"].items() if row.outcome.n]
    table = asked.table(
        "shares-by-kind",
        [
            Column(_("Kind")),
            *(
                Column(text % {"group": labels[group]}, numeric=True)
                for group in shown
                for text in (_("%(group)s, per cent"), _("%(group)s, points"))
            ),
        ],
        [
            [
                Cell(str(Kind(kind).label), url=asked.links.here(kind=kind)),
                *(
                    one
                    for group in shown
                    for one in (
                        cell(shares[group][kind].outcome.figure, 1),
                        signed(drifts[group][kind].outcome.figure, 1),
                    )
                ),
            ]
            for kind in kinds
        ],
        title=title,
        caption=_("Shares of members by kind of organization now, and their change since the baseline"),
    )
    rows = []
    for kind in kinds:
        then, later = _then_now(drifts["women"][kind])
        if later is None:
            value = shares["women"][kind].outcome.figure.value
            if value is None:
                continue
            later = value
        rows.append(
            Dumbbell(
                str(Kind(kind).label),
                None if then is None else float(then),
                float(later),
                _percent(then),
                _percent(later),
                "" if then is None else formats.signed(later - then, 1),
                asked.links.here(kind=kind),
            )
        )
    if not rows:
        empty = asked.missing("NOT_REPORTED", _("Women among members, by kind"))
        return FigureCard("kinds", title, "", table, None, span=6, empty=empty)
    rows.sort(key=lambda row: -(row.second or 0))
    reading = _("Most women: %(kind)s, %(share)s; the table has the other groups.") % {
        "kind": rows[0].label,
        "share": rows[0].second_text,
    }
    figure = figures.dumbbells(
        rows, (_("baseline"), _("now")), roles=("then", "women"), marks=[Mark(50, _("half"))], span=(0, 100)
    )
    subtitle = _("per cent of members; click a dot to look inside")
    return FigureCard("kinds", title, reading, table, figure, subtitle, 6, max(320, 120 + 44 * len(rows)))


PAGE = QuestionPage(
    name="inclusion",
    title=gettext_lazy("Inclusion"),
    question=gettext_lazy("Who takes part in the growth: women, youth, the poorest? Do a few take it over?"),
    icon="universal-access",
    build=build,
    takes=OF_ORGANIZATIONS | {"beside"},
)
