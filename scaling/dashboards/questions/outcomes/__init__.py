"""Outcomes: have governance, management, leadership, capacity mechanism and resilience improved, and do the systems
work? (domain study 4.10, questions 5 and 6)"""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from scaling import formats
from scaling.dashboards import behind, ratings
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Headline, Note, Page
from scaling.dashboards.questions.outcomes import fields, lines
from scaling.dashboards.registry import QuestionPage
from scaling.metrics import Outcome
from scaling.metrics.figures import Figure
from scaling.register_answers import Row

MATCHED = "outcome_change_matched"


def build(asked: Asked, page: Page) -> None:
    row = asked.now.row(MATCHED, dimension=ratings.CAPACITY[0])
    changes = {dimension: ratings.of(row, MATCHED, dimension) for dimension in ratings.ALL}
    page.answer = _answer(asked, row, changes)
    page.headlines = _headlines(asked, row, changes)
    page.figures = [
        lines.matched(asked, changes).of(MATCHED),
        lines.cross_section(asked, row).of("outcome_change_cross_section", "outcome_mean_score"),
        lines.moves(asked, row, changes).of("share_improved", "share_declined"),
        fields.six_systems(asked).of("outcome_mean_score"),
        fields.heat(asked, "kind").of("outcome_mean_score"),
        fields.heat(asked, "area").of("outcome_mean_score"),
        *(card.of("outcome_mean_score") for card in fields.radar(asked)),
    ]
    behind.organizations(asked, page, MATCHED, "outcome_change_cross_section", "share_satisfactory")
    page.left_out += _left_out(row, changes)
    page.notes = [
        _("Levels run from 1 to 6; a dimension is the mean of its rated items where two thirds of them are rated."),
        _("These are changes inside the same organizations, not effects of the programme."),
    ]


def _known(changes: dict[str, Outcome]) -> dict[str, Decimal]:
    """Matched change of the five dimensions, where there is one."""
    return {
        dimension: value
        for dimension in ratings.CAPACITY
        if (value := changes[dimension].figure.value) is not None
    }  # fmt: skip


# --- the answer ------------------------------------------------------------------------------------------------------
def _answer(asked: Asked, row: Row, changes: dict[str, Outcome]) -> str:
    parts = [_moved(asked, row, changes), _systems(row, changes), behind.caveat(asked.now)]
    return " ".join(part for part in parts if part)


def _moved(asked: Asked, row: Row, changes: dict[str, Outcome]) -> str:
    known, names = _known(changes), ratings.names()
    if not known:
        reason = changes[ratings.CAPACITY[0]].figure.null_reason
        return _("Whether governance, management, leadership and the others improved cannot be told: %(reason)s.") % {
            "reason": formats.reason(reason)
        }
    best = max(known, key=lambda dimension: known[dimension])
    found = changes[best]
    facts = {
        "up": formats.number(sum(1 for value in known.values() if value > 0)),
        "of": formats.number(len(known)),
        "since": _since(asked),
        "best": names[best],
        "points": formats.signed(known[best], 2),
        "n": formats.number(found.n or 0),
    }
    text = ngettext(
        "%(up)s of %(of)s dimension rated at both dates improved since %(since)s; %(best)s moved by %(points)s points "
        "in %(n)s organizations.",
        "%(up)s of %(of)s dimensions rated at both dates improved since %(since)s; most of all %(best)s, by %(points)s "
        "points in %(n)s organizations.",
        len(known),
    )
    if known[best] > 0 and found.low is not None and found.low.value is not None and found.low.value <= 0:
        text += " " + _("That may be chance.")
    share, before = (ratings.of(row, f"share_satisfactory{when}", best).figure for when in ("", "_then"))
    if share.value is not None and before.value is not None:
        text += " " + _("%(share)s of them stand at a satisfactory level there, %(before)s did.")
        facts |= {"share": formats.share(share), "before": formats.share(before)}
    return text % facts


def _since(asked: Asked) -> str:
    against = asked.now.against
    return _("the baseline") if against is None else formats.day(against.date)


def _systems(row: Row, changes: dict[str, Outcome]) -> str:
    mean = ratings.of(row, "outcome_mean_score", ratings.SYSTEMS).figure
    if mean.value is None:
        return ""
    change = changes[ratings.SYSTEMS].figure
    if change.value is None:
        return _("The systems stand at %(mean)s of 6.") % {"mean": formats.number(mean.value, 1)}
    return _("The systems stand at %(mean)s of 6 (%(change)s).") % {
        "mean": formats.number(mean.value, 1),
        "change": formats.signed(change.value, 2),
    }


# --- headlines -------------------------------------------------------------------------------------------------------
def _headlines(asked: Asked, row: Row, changes: dict[str, Outcome]) -> list[Headline]:
    known, names = _known(changes), ratings.names()
    made = []
    if known:
        ordered = sorted(known, key=lambda dimension: known[dimension])
        made.append(_change(asked, _("Gained the most: %(name)s") % {"name": names[ordered[-1]]}, changes[ordered[-1]]))
        if len(ordered) > 1:
            made.append(
                _change(asked, _("Gained the least: %(name)s") % {"name": names[ordered[0]]}, changes[ordered[0]])
            )
    else:
        made.append(_change(asked, _("Change of governance"), changes[ratings.CAPACITY[0]]))
    best = max(known, key=lambda dimension: known[dimension]) if known else ratings.CAPACITY[0]
    improved = ratings.of(row, "share_improved", best)
    declined = ratings.of(row, "share_declined", best).figure
    made.append(
        Headline(
            _("Organizations that improved: %(name)s") % {"name": names[best]},
            "" if improved.figure.value is None else formats.share(improved.figure),
            comparison="" if declined.value is None else _("%(share)s declined") % {"share": formats.share(declined)},
            null=formats.reason(improved.figure.null_reason),
            note=_matched(improved),
            help=_("Gained or lost half a level or more (the country's threshold), of those rated at both dates."),
            metrics=("share_improved", "share_declined"),
        )
    )
    systems = ratings.of(row, "outcome_mean_score", ratings.SYSTEMS)
    change = changes[ratings.SYSTEMS].figure
    made.append(
        Headline(
            _("Functioning of the systems"),
            formats.figure(systems.figure, 1),
            unit=_("of 6"),
            comparison="" if change.value is None else _points(change),
            direction=_direction(change),
            null=formats.reason(systems.figure.null_reason),
            note=ngettext("%(n)s organization rated", "%(n)s organizations rated", systems.n or 0)
            % {"n": formats.number(systems.n or 0)},
            help=_("Decisions, elections, procurement, money, communication and services: mean of the rated items."),
            metrics=("outcome_mean_score",),
        )
    )
    return made


def _change(asked: Asked, label: str, found: Outcome) -> Headline:
    span = ratings.interval(found)
    return Headline(
        label,
        "" if found.figure.value is None else formats.signed(found.figure.value, 2),
        unit=_("points"),
        direction=_direction(found.figure),
        comparison=_("95 per cent interval %(span)s") % {"span": span} if span else "",
        null=formats.reason(found.figure.null_reason),
        note=_matched(found),
        help=_("Mean change inside the organizations rated at both dates."),
        metrics=(MATCHED,),
    )


def _matched(found: Outcome) -> str:
    return ngettext(
        "%(n)s organization rated at both dates", "%(n)s organizations rated at both dates", found.n or 0
    ) % {"n": formats.number(found.n or 0)}


def _points(change: Figure) -> str:
    return _("%(change)s points since the baseline") % {"change": formats.signed(change.value or Decimal(0), 2)}


def _direction(found: Figure) -> str:
    return "" if not found.value else "up" if found.value > 0 else "down"


def _left_out(row: Row, changes: dict[str, Outcome]) -> list[Note]:
    """Who was rated then and is not in the comparison."""
    scores = [row.register.scores[name] for name in ratings.CAPACITY if name in row.register.scores]
    notes = []
    if ended := max((one.disbanded for one in scores), default=0):
        text = ngettext(
            "%(n)s organization rated at the opening has ended since; it is not in the matched change.",
            "%(n)s organizations rated at the opening have ended since; they are not in the matched change.",
            ended,
        )
        notes.append(Note(text % {"n": formats.number(ended)}))
    if other := max((one.other_scale for one in scores), default=0):
        text = ngettext(
            "%(n)s organization was rated on another version of the scale then; it is not compared.",
            "%(n)s organizations were rated on another version of the scale then; they are not compared.",
            other,
        )
        notes.append(Note(text % {"n": formats.number(other)}))
    return notes


PAGE = QuestionPage(
    name="outcomes",
    title=gettext_lazy("Outcomes"),
    question=gettext_lazy("Have the organizations become stronger, and do their systems work?"),
    icon="bar-chart-steps",
    build=build,
)
