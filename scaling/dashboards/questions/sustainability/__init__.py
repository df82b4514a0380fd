"""Sustainability: which organizations will not survive our exit? (domain study 4.8, question 16)"""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from scaling import formats
from scaling.dashboards import behind
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Headline, Page
from scaling.dashboards.questions.sustainability import curves, watch
from scaling.dashboards.registry import OF_ORGANIZATIONS, QuestionPage
from scaling.dashboards.selection import PAGING
from scaling.register_answers import Row

ALIVE, FUNCTIONAL = "survival_after_support", "functional_survival_after_support"
FIVE_YEARS = Decimal(60)


def build(asked: Asked, page: Page) -> None:
    whole = asked.now.row(ALIVE)
    months = Decimal(whole.thresholds.survival_months)
    rows = {name: asked.now.row(name, months=months) for name in (ALIVE, FUNCTIONAL)}
    listed = watch.of(asked)
    page.answer = _answer(asked, rows, months, listed)
    page.headlines = _headlines(asked, rows, months, listed)
    page.figures = [
        curves.whole(asked, whole).of(ALIVE, FUNCTIONAL),
        curves.split(asked, "kind").of(ALIVE),
        curves.split(asked, "cohort").of(ALIVE),
    ]
    page.tables = [watch.table(asked, listed)]
    page.pager = watch.pager(asked, listed)
    behind.organizations(asked, page, ALIVE, FUNCTIONAL)
    page.notes = [
        _(
            "Time runs from the end of support of each organization: its last intervention, or the completion of the "
            "phase. Merged ones leave the observation; those not seen lately make the bounds: gone, or all alive."
        ),
        _(
            "To compare: the SAVIX site speaks of more than 90 per cent of savings groups alive after five years. "
            "These are data of those who promoted the groups."
        ),
        watch.note(listed),
    ]


# --- the answer ------------------------------------------------------------------------------------------------------
def _answer(asked: Asked, rows: dict[str, Row], months: Decimal, listed: watch.Listed) -> str:
    alive, working = rows[ALIVE].outcome, rows[FUNCTIONAL].outcome
    cohort = alive.n_due or 0
    facts = {"n": formats.number(cohort), "months": formats.number(months)}
    if not cohort:
        text = _("Support has not ended for any organization here: survival after it cannot be told yet.")
    elif alive.figure.value is None:
        text = ngettext(
            "Support ended for %(n)s organization, not yet %(months)s months ago: survival cannot be told.",
            "Support ended for %(n)s organizations, none of them %(months)s months ago: survival cannot be told.",
            cohort,
        )
    else:
        facts |= {"alive": formats.share(alive.figure), "working": formats.share(working.figure)}
        text = ngettext(
            "%(months)s months after support ended %(alive)s of %(n)s organization still exist, %(working)s function",
            "%(months)s months after support ended %(alive)s of %(n)s organizations still exist, %(working)s function",
            cohort,
        )
        low, high = alive.low, alive.high
        if low is not None and high is not None and low.value != high.value:
            text += _(" (existing: %(low)s to %(high)s, as some were not seen lately)")
            facts |= {"low": formats.share(low), "high": formats.share(high)}
        text += _(", where %(least)s are expected.")
        facts["least"] = formats.share(curves.per_cent(rows[ALIVE].thresholds.least_survival))
    return " ".join(part for part in (text % facts, _watched(listed), behind.caveat(asked.now)) if part)


def _watched(listed: watch.Listed) -> str:
    if not listed.count:
        return _("No organization shows a sign of risk.")
    if listed.is_cut:
        return _("More than %(n)s organizations show a sign of risk.") % {"n": formats.number(listed.count)}
    return ngettext(
        "%(n)s organization shows a sign of risk.", "%(n)s organizations show a sign of risk.", listed.count
    ) % {"n": formats.number(listed.count)}


# --- headlines -------------------------------------------------------------------------------------------------------
def _headlines(asked: Asked, rows: dict[str, Row], months: Decimal, listed: watch.Listed) -> list[Headline]:
    facts = {"months": formats.number(months)}
    five = asked.now.row(ALIVE, months=FIVE_YEARS)
    buyers = asked.now.figure("dependent_share")
    return [
        _survival(_("Exist %(months)s months after support") % facts, rows[ALIVE]),
        _survival(_("Function %(months)s months after support") % facts, rows[FUNCTIONAL]),
        _survival(_("Exist after five years"), five, _("SAVIX: more than 90 per cent (promoters' data)")),
        Headline(
            _("On the watch list"),
            ("≥ " if listed.is_cut else "") + formats.number(listed.count),
            note=""
            if buyers.value is None
            else _("%(share)s of those that sell depend on one buyer") % {"share": formats.share(buyers)},
            url="#watch",
            help=_("Organizations with open alerts, or dormant; in no apex and with one buyer they rank higher."),
        ),
    ]


def _survival(label: str, row: Row, note: str = "") -> Headline:
    found = row.outcome
    bounds = ""
    if found.low is not None and found.high is not None and found.low.value != found.high.value:
        bounds = _("between %(low)s and %(high)s") % {
            "low": formats.share(found.low, 1),
            "high": formats.share(found.high, 1),
        }
    cohort = ngettext("%(n)s organization", "%(n)s organizations", found.n_due or 0) % {
        "n": formats.number(found.n_due or 0)
    }
    return Headline(
        label,
        "" if found.figure.value is None else formats.share(found.figure, 1),
        comparison=bounds,
        null=formats.reason(found.figure.null_reason),
        note=note or cohort,
        help=_("Kaplan–Meier, over those whose support has ended."),
        metrics=(row.metric.name,),
    )


PAGE = QuestionPage(
    name="sustainability",
    title=gettext_lazy("Sustainability"),
    question=gettext_lazy("Which organizations will not survive our exit?"),
    icon="heart-pulse",
    build=build,
    takes=OF_ORGANIZATIONS | {PAGING},
)
