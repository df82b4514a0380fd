"""Contribution: did attitudes and structure change with what was done, and did systems follow? (question 7, and what
was done of question 17)"""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from scaling import formats
from scaling.dashboards import behind, ratings
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Headline, Page
from scaling.dashboards.questions.contribution import pictures, support
from scaling.dashboards.registry import QuestionPage
from scaling.metrics import Outcome

CHAIN = (ratings.ATTITUDES, ratings.STRUCTURE, ratings.SYSTEMS)


def build(asked: Asked, page: Page) -> None:
    row = asked.now.row("outcome_change_matched", dimension=CHAIN[0])
    changes = {name: ratings.of(row, "outcome_change_matched", name) for name in CHAIN}
    improved = {name: ratings.of(row, "share_improved", name) for name in CHAIN}
    sample, outputs = ratings.draw(asked), support.outputs(asked)
    page.answer = _answer(asked, changes, outputs)
    page.headlines = _headlines(changes, outputs)
    page.figures = [
        pictures.chain(asked, changes, improved, sample).of("outcome_change_matched", "share_improved"),
        pictures.follow(asked, sample).of("outcome_change_matched"),
        pictures.doses(asked, sample),
        support.picture(asked, outputs),
    ]
    behind.organizations(asked, page, "outcome_change_matched", "share_improved")
    page.notes = [
        _(
            "No effect is claimed: organizations that were supported differ from those that were not, and much else "
            "happened meanwhile. The pictures show what went together, and in which order the theory would have it."
        ),
        _(
            "Days of support run from the first to the last day of each intervention up to the round; they are not "
            "days of training."
        ),
    ]
    if any(asked.selection[name] for name in ("kind", "tier", "place", "apex")):
        page.notes.append(_("Interventions are told of the whole programme; kind, tier and place do not narrow them."))


# --- the answer ------------------------------------------------------------------------------------------------------
def _answer(asked: Asked, changes: dict[str, Outcome], outputs: support.Outputs) -> str:
    parts = [support.words(outputs), _order(changes), _("This is no proof of an effect."), behind.caveat(asked.now)]
    return " ".join(part for part in parts if part)


def _order(changes: dict[str, Outcome]) -> str:
    """Whether systems moved less than what the theory puts before them."""
    values = {name: found.figure.value for name, found in changes.items()}
    mindset, structure, systems = (values[name] for name in CHAIN)
    if systems is None or (mindset is None and structure is None):
        reason = next(found.figure.null_reason for found in changes.values() if found.figure.value is None)
        return _("Whether attitudes and structure changed and systems followed cannot be told: %(reason)s.") % {
            "reason": formats.reason(reason)
        }
    facts = {
        "attitudes": _told(mindset),
        "structure": _told(structure),
        "systems": formats.signed(systems, 2),
        "n": formats.number(changes[ratings.SYSTEMS].n or 0),
    }
    before = max(value for value in (mindset, structure) if value is not None)
    if before > 0 and systems > 0:
        text = _(
            "In the same %(n)s organizations attitudes moved by %(attitudes)s points, structure by %(structure)s, and "
            "systems followed with %(systems)s."
        )
    elif before > 0:
        text = _(
            "In the same %(n)s organizations attitudes moved by %(attitudes)s points and structure by %(structure)s, "
            "but systems did not follow (%(systems)s)."
        )
    else:
        text = _(
            "In the same %(n)s organizations neither attitudes (%(attitudes)s) nor structure (%(structure)s) gained; "
            "systems moved by %(systems)s."
        )
    return text % facts


def _told(value: object) -> str:
    return _("not known") if value is None else formats.signed(value, 2)  # type: ignore[arg-type]


# --- headlines -------------------------------------------------------------------------------------------------------
def _headlines(changes: dict[str, Outcome], outputs: support.Outputs) -> list[Headline]:
    labels = {
        ratings.ATTITUDES: _("Change of attitudes"),
        ratings.STRUCTURE: _("Change of structure"),
        ratings.SYSTEMS: _("Change of systems"),
    }
    made = [
        Headline(
            _("Interventions"),
            formats.number(outputs.interventions),
            note=ngettext("%(n)s participant", "%(n)s participants", outputs.participants)
            % {"n": formats.number(outputs.participants)},
            help=_("Trainings, coaching, grants and other support that had begun by the date of the round."),
        )
    ]
    for name, found in changes.items():
        value, span = found.figure.value, ratings.interval(found)
        made.append(
            Headline(
                labels[name],
                "" if value is None else formats.signed(value, 2),
                unit=_("points"),
                direction="" if not value else "up" if value > 0 else "down",
                comparison=_("95 per cent interval %(span)s") % {"span": span} if span else "",
                null=formats.reason(found.figure.null_reason),
                note=ngettext(
                    "%(n)s organization rated at both dates", "%(n)s organizations rated at both dates", found.n or 0
                )
                % {"n": formats.number(found.n or 0)},
                help=_("Mean change inside the organizations rated at both dates."),
                metrics=("outcome_change_matched",),
            )
        )
    return made


PAGE = QuestionPage(
    name="contribution",
    title=gettext_lazy("Contribution"),
    question=gettext_lazy("Did attitudes and structure change with our support, and did the systems follow?"),
    icon="tools",
    build=build,
)
