"""Federations: what has been built, and does it hold? (questions 9 and 10; domain study 4.6, 4.7)"""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from scaling import formats
from scaling.dashboards import behind, records
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Headline, Page
from scaling.dashboards.questions.federations import apexes, churn, days, picture, shape, tree
from scaling.dashboards.questions.federations.churn import Churn
from scaling.dashboards.questions.federations.days import Asking
from scaling.dashboards.registry import OF_ORGANIZATIONS, QuestionPage
from scaling.federation_tree import Level
from scaling.metrics import alerts as rules
from scaling.register_sets import RegisterSet


def build(asked: Asked, page: Page) -> None:
    now = asked.now
    asking = days.read(asked)
    top = tree.level(asked, asking, below=asked.selection.apex)
    centre = days.centre(asked, top)
    came = churn.read(asked, asking)
    page.answer = _answer(now, asking, came)
    page.headlines = _headlines(asked)
    page.figures = [
        picture.card(asked, asking, centre),
        shape.steps(asked).of("mean_depth", "network_depth"),
        churn.card(asked, came),
        apexes.card(asked, apexes.read(asked, asking)),
    ]
    page.tables = [
        shape.table(asked).of(*shape.METRICS),
        records.alert_table(
            asked,
            rules.FEDERATION_SHRINKING,
            title=_("Alerts: a federation is shrinking"),
            caption=_("Open alerts of federations that lost members"),
        ),
    ]
    page.own = _own(asked, asking, top, centre)
    behind.organizations(asked, page, "aggregation_ratio", "mean_span", "apexes_that_connect")
    page.notes = [
        _("Inter-professional associations unite professions: they do not count as the apex of a federation."),
        _("The tree and the picture are of the register on the day chosen there; the figures are those of the rounds."),
        _("Tree and picture show whole federations: place, kind and tier do not narrow them."),
    ]


def _own(asked: Asked, asking: Asking, top: Level, centre: Any) -> dict[str, Any]:
    """What the template draws besides: the tree's first level, and the search, day and slider of the picture."""
    today = asked.selection.today
    first = days.first_day(asked, asking)
    kept = {name: value for name, value in asked.selection.values.items() if name not in ("organization", "on")}
    return {
        "tree": tree.shown(asked, top, below=asked.selection.apex),
        "tree_title": asked.selection.apex.name if asked.selection.apex is not None else "",
        "on": asking.on,
        "first": first,
        "days": (today - first).days,
        "at": (asking.on - first).days,
        "centre": centre,
        "hidden": list(kept.items()),
        "network_url": asked.links.to(reverse("scaling:federation-network"), on="", organization=""),
        "lookup_url": reverse("organizations:lookup", kwargs={"what": "organizations"}),
    }


# --- the answer ------------------------------------------------------------------------------------------------------
def _answer(now: RegisterSet, asking: Asking, came: Churn) -> str:
    row = now.row("aggregation_ratio")
    ratio = row.outcome.figure
    if ratio.value is None:
        return _("What has been built cannot be told: %(reason)s.") % {"reason": formats.reason(ratio.null_reason)}
    found = row.register.structure
    total = sum(found.spans.values())
    text = ngettext(
        "%(share)s of the active primary organizations are in a federation, of %(apexes)s apex",
        "%(share)s of the active primary organizations are in a federation, of %(apexes)s apexes",
        total,
    ) % {"share": formats.share(ratio), "apexes": formats.number(total)}
    text += " " + _("(%(cut)s of them cut vertices, %(shells)s without a member); %(alone)s stand alone.") % {
        "cut": formats.number(found.cut_apexes),
        "shells": formats.number(found.spans.get(0, 0)),
        "alone": formats.number(found.depths.get(0, 0)),
    }
    return " ".join(part for part in (text, _holds(asking, came), behind.caveat(now)) if part)


def _holds(asking: Asking, came: Churn) -> str:
    year = asking.on.year
    if came.too_many or not came.years:
        return ""
    return _("In %(year)s, up to %(day)s, %(joined)s joined an apex and %(left)s left one.") % {
        "year": year,
        "day": formats.day(asking.on),
        "joined": formats.number(came.joined.get(year, 0)),
        "left": formats.number(came.left.get(year, 0)),
    }


# --- headlines -------------------------------------------------------------------------------------------------------
def _headlines(asked: Asked) -> list[Headline]:
    now = asked.now
    ratio, members = now.figure("aggregation_ratio"), now.figure("aggregation_ratio_by_members")
    paid = now.row("aggregation_ratio_paid_up").outcome
    depth, span = now.figure("mean_depth"), now.figure("mean_span")
    cut = now.row("apexes_that_connect").outcome
    return [
        Headline(
            _("In a federation"),
            formats.share(ratio) if ratio.value is not None else "",
            comparison=_("%(share)s of the members") % {"share": formats.share(members)}
            if members.value is not None
            else "",
            null=formats.reason(ratio.null_reason),
            note=_beside(asked),
            help=_("Active primary organizations with an apex, of all of them."),
            url=asked.organizations_url(tier="primary"),
            metrics=("aggregation_ratio",),
        ),
        Headline(
            _("Fee is paid"),
            formats.share(paid.figure) if paid.figure.value is not None else "",
            null=formats.reason(paid.figure.null_reason),
            help=_("Active primary organizations in an apex whose fee is paid, of all of them."),
            metrics=("aggregation_ratio_paid_up",),
        ),
        Headline(
            _("Member organizations per apex"),
            formats.number(span.value, 1) if span.value is not None else "",
            comparison=_("%(n)s steps to the top on average") % {"n": formats.number(depth.value, 1)}
            if depth.value is not None
            else "",
            null=formats.reason(span.null_reason),
            help=_("Direct members; inter-professional associations left out."),
            metrics=("mean_span",),
        ),
        Headline(
            _("Cut vertices"),
            formats.number(cut.figure.value or 0),
            note=ngettext("of %(n)s apex", "of %(n)s apexes", cut.n or 0) % {"n": formats.number(cut.n or 0)},
            help=_("Apexes whose end would separate organizations that are now connected."),
        ),
    ]


def _beside(asked: Asked) -> str:
    if asked.beside is None:
        return ""
    return f"{asked.beside.sources[0].programme}: {formats.share(asked.beside.figure('aggregation_ratio'))}"


PAGE = QuestionPage(
    name="federations",
    title=gettext_lazy("Federations"),
    question=gettext_lazy("What has been built upward, and does it hold?"),
    icon="diagram-3",
    build=build,
    takes=OF_ORGANIZATIONS | {"beside"},
    template="dashboards/federations.html",
    own=frozenset({"organization", "on"}),
)
