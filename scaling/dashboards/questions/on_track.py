"""Targets: is the programme on track? (domain study, question 1)"""

from __future__ import annotations

from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from organizations.models import ProgrammeEnrolment
from scaling import figures, formats, recorded, target_progress
from scaling.dashboards import common
from scaling.dashboards.frame import Asked, NotEnoughData
from scaling.dashboards.page import Cell, Chip, Column, Empty, FigureCard, Headline, Option, Page, Table
from scaling.dashboards.registry import OF_ALL, QuestionPage
from scaling.figures import Bullet
from scaling.metrics.figures import Figure
from scaling.register_answers import MOST_RECORDS
from scaling.target_progress import Progress

#: Bars on one picture; the table has all.
DRAWN = 24
#: Within so many per cent of what should be reached by today is on track.
CLOSE = Decimal(5)


def build(asked: Asked, page: Page) -> None:
    asked.require_programme()
    programmes = asked.selection.programmes
    if ProgrammeEnrolment.objects.filter(programme__in=[one.pk for one in programmes]).count() > MOST_RECORDS:
        text = _("Returns are summed for at most %(most)s organizations; this selection has more.")
        raise NotEnoughData(
            _("Whether targets are met is told programme by programme."),
            Empty(
                _("Too many to sum while you wait"),
                text % {"most": formats.number(MOST_RECORDS)},
                _("Choose one programme") if len(programmes) > 1 else _("Targets and their history"),
                asked.links.here(programme=programmes[0].code)
                if len(programmes) > 1
                else f"{reverse('indicators:targets')}?programme={programmes[0].code}",
            ),
        )
    recorded.require(asked.selection.known_at, "indicators.Target")
    phases = [asked.selection.phase] if asked.selection.phase is not None else asked.selection.phases
    rows = target_progress.read(programmes=programmes, phases=phases, today=asked.selection.today)
    page.answer = _answer(rows)
    page.headlines = _headlines(rows)
    page.figures = [_bullets(asked, rows)]
    page.tables = [_table(asked, rows).of(indicators=tuple(dict.fromkeys(one.indicator.code for one in rows)))]
    page.chips.append(
        Chip(_("computed now from approved returns and reported results"), "clock")
        if asked.selection.known_at is None
        else common.as_known(asked.selection.known_at)
    )
    if any(one.is_synthetic for one in programmes):
        page.chips.append(common.synthetic_chip())
    page.records = [
        Option(_("Targets and their history"), _targets_url(asked)),
        Option(_("Results reported for phases"), reverse("indicators:results")),
    ]
    page.notes = [
        _("By today: the straight line over the targets stands so far; from zero, or a stock from its first count."),
        _("A stock is that of the last round that has closed; what is counted in periods is the sum of the periods."),
        _("Somebody reached in several periods may be in such a sum more than once; it is an upper bound."),
    ]


def _targets_url(asked: Asked) -> str:
    programme = asked.selection.programme
    return reverse("indicators:targets") + (f"?programme={programme.code}" if programme is not None else "")


def _groups(rows: list[Progress]) -> tuple[list[Progress], list[Progress], list[Progress]]:
    """Behind, on track (or ahead), and what cannot be told."""
    known = [one for one in rows if one.gap is not None]
    behind = [one for one in known if one.gap is not None and one.gap < -CLOSE]
    return behind, [one for one in known if one not in behind], [one for one in rows if one.gap is None]


def _percent(value: Decimal) -> str:
    return formats.share(Figure(value, unit="per cent"))


def _name(one: Progress, *, several: bool = False) -> str:
    part = f", {one.part}" if one.part else ""
    phase = f" · {common.phase_label(one.phase.label)}" if one.phase is not None else ""
    return f"{one.indicator.name}{part}{phase}" + (f" · {one.programme}" if several else "")


def _answer(rows: list[Progress]) -> str:
    if not rows:
        return _("No target has been set for this selection, so progress cannot be told.")
    behind, fine, unknown = _groups(rows)
    parts = [
        ngettext(
            "%(fine)s of %(all)s target that can be told is on track and %(behind)s is behind.",
            "%(fine)s of %(all)s targets that can be told are on track and %(behind)s are behind.",
            len(behind) + len(fine),
        )
        % {
            "fine": formats.number(len(fine)),
            "all": formats.number(len(behind) + len(fine)),
            "behind": formats.number(len(behind)),
        }
    ]
    if behind and behind[0].gap is not None:
        parts.append(
            _("Furthest behind: %(name)s, %(gap)s below what should be reached by today.")
            % {"name": _name(behind[0]), "gap": _percent(abs(behind[0].gap))}
        )
    if unknown:
        parts.append(
            ngettext("%(n)s target has nothing to compare.", "%(n)s targets have nothing to compare.", len(unknown))
            % {"n": formats.number(len(unknown))}
        )
    return " ".join(parts)


def _headlines(rows: list[Progress]) -> list[Headline]:
    behind, fine, unknown = _groups(rows)
    return [
        Headline(
            _("On track or ahead"),
            formats.number(len(fine)),
            note=_("within %(n)s of what should be reached") % {"n": _percent(CLOSE)},
        ),
        Headline(_("Behind"), formats.number(len(behind)), note=_("below it by more")),
        Headline(_("Cannot be told"), formats.number(len(unknown)), note=_("nothing reported, or not yet due")),
    ]


def _told(value: Decimal | None) -> str:
    if value is None:
        return formats.reason("NOT_REPORTED")
    return formats.number(value, 0 if value == value.to_integral_value() or abs(value) >= 100 else 1)


def _bullets(asked: Asked, rows: list[Progress]) -> FigureCard:
    title, subtitle = _("Reached of the end target"), _("the largest gap on top; diamond: where it should be today")
    drawn = [one for one in rows if one.share is not None or one.expected_share is not None][:DRAWN]
    if not any(one.share is not None for one in drawn):
        text = (
            _("Targets are there, but nothing that was reached has been approved or reported.")
            if rows
            else _("No target has been set.")
        )
        action, url = (_("Rounds"), reverse("indicators:rounds")) if rows else (_("Set targets"), _targets_url(asked))
        empty = Empty(_("Not enough data"), text, action, url)
        return FigureCard("reached", title, "", None, None, subtitle, 12, empty=empty)
    several = len({one.programme.pk for one in rows}) > 1
    marks = []
    for one in drawn:
        behind = one.gap is not None and one.gap < -CLOSE
        text = _("%(value)s of %(target)s") % {
            "value": _told(one.reached.value if one.reached else None),
            "target": _told(one.target.value),
        }
        marks.append(
            Bullet(
                _name(one, several=several),
                None if one.share is None else float(one.share),
                None if one.expected_share is None else float(one.expected_share),
                text,
                _told(one.expected) if one.expected is not None else "",
                "loss" if behind else "members",
                reverse("indicators:target", args=[one.target.pk]),
            )
        )
    best = max((one for one in drawn if one.share is not None), key=lambda one: one.share or Decimal(0))
    reading = _("Furthest: %(name)s at %(share)s of its end target.") % {
        "name": _name(best),
        "share": _percent(best.share or Decimal(0)),
    }
    figure = figures.bullets(
        marks, names=(_("reached"), _("should be reached by today")), goal=_("end target"), axis=_("per cent")
    )
    return FigureCard("reached", title, reading, None, figure, subtitle, 12, 44 * len(marks) + 140)


def _table(asked: Asked, rows: list[Progress]) -> Table:
    several = len({one.programme.pk for one in rows}) > 1
    lines = []
    for one in rows:
        value = one.reached.value if one.reached else None
        hint = _("the same person may be counted in several periods") if one.reached and one.reached.repeats else ""
        lines.append(
            [
                Cell(_name(one, several=several), url=reverse("indicators:target", args=[one.target.pk])),
                Cell(_told(None), "null")
                if value is None
                else Cell(_told(value), hint=hint, bound="≤" if hint else "", value=value),
                Cell("–" if one.reached is None else formats.day(one.reached.on)),
                Cell("–") if one.expected is None else Cell(_told(one.expected), value=one.expected),
                Cell(_told(one.target.value), value=one.target.value),
                Cell(formats.day(one.target.by_date)),
                Cell("–") if one.gap is None else Cell(formats.signed(one.gap, 0), value=one.gap),
            ]
        )
    if not lines:
        lines = [[Cell(_("no target"), "null"), *(Cell("–") for _column in range(6))]]
    columns = [
        Column(_("Indicator")),
        Column(_("Reached"), numeric=True),
        Column(_("As of")),
        Column(_("By today"), numeric=True, help=_("what should be reached, if progress were even")),
        Column(_("End target"), numeric=True),
        Column(_("By")),
        Column(_("Gap, per cent"), numeric=True),
    ]
    return asked.table(
        "targets", columns, lines, title=_("Target by target"), caption=_("Targets with what was reached, by gap")
    )


PAGE = QuestionPage(
    name="on-track",
    title=gettext_lazy("On track"),
    question=gettext_lazy("Do we reach our targets?"),
    icon="check2-circle",
    build=build,
    takes=OF_ALL,
)
