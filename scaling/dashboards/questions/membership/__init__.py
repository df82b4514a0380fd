"""Membership: is it growing, where does the growth come from, and how many persons are they? (domain study 4.1, 4.2,
questions 2 and 3)"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from scaling import formats
from scaling.dashboards import behind
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Headline, Note, Page
from scaling.dashboards.questions.membership import growing, reach
from scaling.dashboards.registry import OF_ORGANIZATIONS, QuestionPage
from scaling.metrics.figures import Figure
from scaling.register_answers import Row
from scaling.register_sets import RegisterSet


def build(asked: Asked, page: Page) -> None:
    now = asked.now
    page.answer = " ".join(part for part in (_answer(now), reach.sentence(now)) if part)
    page.headlines = _headlines(asked)
    page.figures = [
        growing.waterfall(asked).of(
            "members_baseline", *(f"growth_{part}" for part in growing.PARTS), "members_observed"
        ),
        growing.over_rounds(asked).of("members_observed", "round_coverage"),
        reach.card(asked),
        growing.by_kind(asked).of("membership_growth_comparable"),
        growing.spread(asked).of("median_organization_growth"),
    ]
    page.tables = [growing.cohorts(asked)]
    behind.organizations(asked, page, "membership_change", "membership_growth_comparable", "net_persons")
    page.left_out += _left_out(now)
    page.notes = [
        _(
            "Growth is comparable: organizations first observed after their baseline (“seen late”) and those not "
            "observed now (“not seen”) are taken out of both sides. New and lost organizations count."
        ),
        _("Members of primary organizations; somebody who belongs to two of them is counted in both."),
    ]


# --- the answer ------------------------------------------------------------------------------------------------------
def _answer(now: RegisterSet) -> str:
    growth = now.row("membership_growth_comparable")
    value = growth.outcome.figure.value
    members = now.figure("members_observed")
    if value is None:
        return _("Whether membership grows cannot be told: %(reason)s. %(members)s") % {
            "reason": formats.reason(growth.outcome.figure.null_reason),
            "members": _members(members),
        }
    parts = {name: now.figure(f"growth_{name}").value or Decimal(0) for name in growing.GROWTH}
    facts = {
        "growth": formats.share(_size(growth.outcome.figure), 1),
        "since": _since(now),
        "source": _source(parts, rising=value > 0),
    }
    if value > 0:
        text = _("Membership grew by %(growth)s since %(since)s%(source)s.") % facts
    elif value < 0:
        text = _("Membership fell by %(growth)s since %(since)s%(source)s.") % facts
    else:
        text = _("Membership has not changed since %(since)s%(source)s.") % facts
    return f"{text} {behind.caveat(now) or _members(members)}"


def _size(found: Figure) -> Figure:
    return found if found.value is None else Figure(abs(found.value), unit=found.unit, bound=found.bound)


def _since(now: RegisterSet) -> str:
    if now.against is not None:
        return formats.day(now.against.date)
    return _("the baseline")


def _source(parts: Mapping[str, Decimal], *, rising: bool) -> str:
    """Where most of it comes from, as the end of a sentence; nothing where the parts say nothing."""
    pulling = {name: value for name, value in parts.items() if (value > 0) == rising and value}
    if not pulling:
        return ""
    largest = max(pulling, key=lambda name: abs(pulling[name]))
    if len(pulling) == 1:
        return {
            ("organic", True): _(", all of it inside organizations that were there before"),
            ("new", True): _(", all of it from new organizations"),
            ("organic", False): _(", all of it from organizations that are still there"),
            ("lost", False): _(", all of it with organizations that ended or fell dormant"),
        }[largest, rising]
    share = formats.share(Figure(abs(pulling[largest]) * 100 / sum(abs(value) for value in pulling.values())))
    if rising:
        text = {
            "organic": _("; %(share)s of what was added joined organizations that were there before"),
            "new": _("; %(share)s of what was added came with new organizations"),
        }[largest]
    else:
        text = {
            "organic": _("; %(share)s of what was lost left organizations that are still there"),
            "lost": _("; %(share)s of what was lost went with organizations that ended or fell dormant"),
        }[largest]
    return text % {"share": share}


def _members(members: Figure) -> str:
    if members.value is None:
        return _("How many members there are now: %(reason)s.") % {"reason": formats.reason(members.null_reason)}
    return ngettext(
        "%(count)s member was observed in the last round.",
        "%(count)s members were observed in the last round.",
        int(members.value),
    ) % {"count": formats.number(members.value)}


# --- headlines -------------------------------------------------------------------------------------------------------
def _headlines(asked: Asked) -> list[Headline]:
    now = asked.now
    observed, opening = now.row("members_observed"), now.row("members_baseline")
    growth, yearly = now.figure("membership_growth_comparable"), now.figure("membership_cagr")
    organic, median = now.row("organic_growth"), now.row("median_organization_growth")
    then = opening.outcome.figure
    return [
        Headline(
            _("Members observed"),
            formats.figure(observed.outcome.figure),
            comparison="" if then.value is None else _("%(n)s at the baseline") % {"n": formats.bounded(then)},
            null=formats.reason(observed.outcome.figure.null_reason),
            note=_behind(observed),
            help=_("Members of active primary organizations with an approved return; nothing is imputed."),
            url=asked.organizations_url(),
            metrics=("members_observed",),
        ),
        Headline(
            _("Comparable growth"),
            formats.change(growth, 1) if growth.value is not None else "",
            comparison=_("%(rate)s a year") % {"rate": formats.change(yearly, 1)} if yearly.value is not None else "",
            direction=_direction(growth),
            null=formats.reason(growth.null_reason),
            note=_beside(asked, "membership_growth_comparable"),
            help=_("100 × (members now − seen late − B) ÷ B, where B is the baseline without those not seen now."),
            metrics=("membership_growth_comparable", "membership_cagr"),
        ),
        Headline(
            _("Growth inside organizations"),
            formats.change(organic.outcome.figure, 1) if organic.outcome.figure.value is not None else "",
            direction=_direction(organic.outcome.figure),
            null=formats.reason(organic.outcome.figure.null_reason),
            note=ngettext(
                "%(n)d organization seen at both dates",
                "%(n)d organizations seen at both dates",
                organic.outcome.n or 0,
            )
            % {"n": organic.outcome.n or 0},
            help=_("The same organizations then and now."),
            metrics=("organic_growth",),
        ),
        Headline(
            _("Half of the organizations grew by more than"),
            formats.change(median.outcome.figure, 1) if median.outcome.figure.value is not None else "",
            null=formats.reason(median.outcome.figure.null_reason),
            note=_("the median of %(n)s organizations") % {"n": formats.number(median.outcome.n or 0)},
            help=_("A few large organizations cannot move it."),
            metrics=("median_organization_growth",),
        ),
    ]


def _behind(row: Row) -> str:
    return _("%(n)s of %(due)s organizations") % {
        "n": formats.number(row.outcome.n or 0),
        "due": formats.number(row.outcome.n_due or 0),
    }


def _beside(asked: Asked, metric: str) -> str:
    """The same figure of the programme to compare with."""
    if asked.beside is None:
        return ""
    return f"{asked.beside.sources[0].programme}: {formats.change(asked.beside.figure(metric), 1)}"


def _direction(found: Figure) -> str:
    return "" if not found.value else "up" if found.value > 0 else "down"


def _left_out(now: RegisterSet) -> list[Note]:
    recalled = now.row("members_baseline").register.membership.recalled.n
    if not recalled:
        return []
    text = ngettext(
        "The baseline of %(count)s organization was told from memory afterwards.",
        "The baseline of %(count)s organizations was told from memory afterwards.",
        recalled,
    )
    return [Note(text % {"count": formats.number(recalled)})]


PAGE = QuestionPage(
    name="membership",
    title=gettext_lazy("Membership"),
    question=gettext_lazy("Is membership growing, and where does growth come from?"),
    icon="people",
    build=build,
    takes=OF_ORGANIZATIONS | {"beside"},
)
