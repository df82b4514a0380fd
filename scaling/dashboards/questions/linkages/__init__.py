"""Linkages: who has crowded in, what is it worth, and does it last? (questions 11 and 12; domain study 4.12)"""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from scaling import figures, formats
from scaling.dashboards import behind, records
from scaling.dashboards.common import counted
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Cell, Column, FigureCard, Headline, Page
from scaling.dashboards.questions.linkages import agreed, agreements, buyers, flows, totals
from scaling.dashboards.questions.linkages.agreed import Agreed
from scaling.dashboards.questions.linkages.agreements import Drawn
from scaling.dashboards.registry import OF_ORGANIZATIONS, QuestionPage
from scaling.metrics import alerts as rules

#: Partners of an organization that are told apart; all beyond stand together.
MANY = 4


def build(asked: Asked, page: Page) -> None:
    now = asked.now
    day = agreed.day_of(asked)
    found = agreed.read(asked, day, totals.read(asked))
    drawn = agreements.read(asked, day)
    known = buyers.read(asked, found)
    page.answer = _answer(asked, found, drawn)
    page.headlines = _headlines(asked, found, drawn)
    page.figures = [
        flows.over_time(asked, found),
        flows.flows(asked, found),
        agreements.timeline(asked, drawn, found),
        _per_organization(asked).of("partners_per_organization", "partners_per_organization_with_apex"),
        buyers.card(asked, found, known).of("partner_concentration", "dependent_share"),
    ]
    page.tables = [
        agreements.expiring(asked, drawn),
        flows.values(asked, found),
        records.alert_table(
            asked,
            rules.ONE_BUYER,
            title=_("Alerts: one buyer"),
            caption=_("Open alerts of organizations that depend on one buyer"),
        ),
    ]
    page.own = {
        "next": asked.links.here(after=drawn.after) + "#lasting-title" if drawn.after else "",
        "first": asked.links.here(after="") + "#lasting-title" if asked.selection["after"] else "",
    }
    metrics = ("partners_per_organization_with_apex", "dependent_share", "renewal_rate")
    behind.organizations(asked, page, *metrics)
    page.notes = [
        _("Agreements are those of the register on %(day)s; partners per organization and renewals are of the rounds.")
        % {"day": formats.day(found.on)},
        _("Values are as agreed and are not converted: amounts in several currencies are not added up."),
        _("The mean index of concentration counts primary organizations and apexes that sold through a linkage."),
    ]
    if found.is_of_round and found.on != day:
        text = _("More than %(most)s agreements are counted with the round; single ones are listed as of %(day)s.")
        page.notes.append(text % {"most": formats.number(agreed.MANY), "day": formats.day(day)})
    if now.is_synthetic:
        page.notes.append(_("Partners of synthetic programmes are invented too."))


# --- the answer ------------------------------------------------------------------------------------------------------
def _answer(asked: Asked, found: Agreed, drawn: Drawn) -> str:
    partners, live = sum(found.partners.values()), sum(group.n for group in found.now)
    if found.too_many:
        per = asked.now.figure("partners_per_organization_with_apex")
        text = _("An active organization has %(n)s partners on average, its own or through an apex.") % {
            "n": formats.bounded(per, 2)
        }
        return " ".join(part for part in (text, behind.caveat(asked.now)) if part)
    if not live:
        text = _("No agreement with a partner is in force on %(day)s.") % {"day": formats.day(found.on)}
        return " ".join(part for part in (text, behind.caveat(asked.now)) if part)
    text = ngettext(
        "%(partners)s partner has crowded in, with %(live)s agreements in force%(worth)s%(before)s.",
        "%(partners)s partners have crowded in, with %(live)s agreements in force%(worth)s%(before)s.",
        partners,
    ) % {
        "partners": formats.number(partners),
        "live": formats.number(live),
        "worth": _worth(found),
        "before": _before(found),
    }
    return " ".join(part for part in (text, _lasting(asked, drawn), behind.caveat(asked.now)) if part)


def _worth(found: Agreed) -> str:
    currency = found.currency()
    if not currency:
        return ""
    value = sum(group.value for group in found.now if group.currency == currency)
    return _(", worth %(value)s %(currency)s where a value is on record") % {
        "value": formats.number(value),
        "currency": currency,
    }


def _before(found: Agreed) -> str:
    years = found.years
    if len(years) < 2:
        return ""
    return _("; at the end of %(year)s there were %(n)s") % {
        "year": years[-2],
        "n": formats.number(found.total(years[-2])),
    }


def _lasting(asked: Asked, drawn: Drawn) -> str:
    parts = []
    renewed = asked.now.figure("renewal_rate")
    if renewed.value is not None:
        parts.append(_("%(share)s of those that ended were renewed.") % {"share": formats.share(renewed)})
    dependent = asked.now.figure("dependent_share")
    if dependent.value is not None:
        text = _("%(share)s of the organizations with sales depend on one buyer.")
        parts.append(text % {"share": formats.share(dependent)})
    if drawn.soon:
        text = ngettext("%(n)s ends within 60 days.", "%(n)s end within 60 days.", drawn.soon)
        parts.append(text % {"n": formats.number(drawn.soon)})
    return " ".join(parts)


# --- headlines -------------------------------------------------------------------------------------------------------
def _headlines(asked: Asked, found: Agreed, drawn: Drawn) -> list[Headline]:
    now = asked.now
    per, own = now.row("partners_per_organization_with_apex").outcome, now.figure("partners_per_organization")
    dependent = now.row("dependent_share").outcome
    renewed = now.row("renewal_rate").outcome
    live = sum(group.n for group in found.now)
    return [
        Headline(
            _("Agreements in force"),
            "" if found.too_many else formats.number(live),
            comparison=_("%(n)s brokered by support") % {"n": formats.number(found.brokered)} if live else "",
            null=_("too many to count"),
            note=formats.day(found.on),
            help=_("Linkages of these organizations and apexes that hold on the day; negotiations are left out."),
            url="#lasting-title",
        ),
        Headline(
            _("Partners per organization"),
            formats.number(per.figure.value, 2) if per.figure.value is not None else "",
            comparison=_("%(n)s of their own") % {"n": formats.number(own.value, 2)} if own.value is not None else "",
            null=formats.reason(per.figure.null_reason),
            note=_beside(asked),
            help=_("Mean over active primary organizations, zeros included; their own or through an apex."),
            metrics=("partners_per_organization", "partners_per_organization_with_apex"),
        ),
        Headline(
            _("Renewed"),
            formats.share(renewed.figure) if renewed.figure.value is not None else "",
            null=formats.reason(renewed.figure.null_reason),
            note=ngettext("of %(n)s agreement that ended", "of %(n)s agreements that ended", renewed.n or 0)
            % {"n": formats.number(renewed.n or 0)},
            help=_("Agreements that ended between the dates and were renewed."),
            metrics=("renewal_rate",),
        ),
        Headline(
            _("Depend on one buyer"),
            formats.share(dependent.figure) if dependent.figure.value is not None else "",
            null=formats.reason(dependent.figure.null_reason),
            note=ngettext("of %(n)s organization with sales", "of %(n)s organizations with sales", dependent.n or 0)
            % {"n": formats.number(dependent.n or 0)},
            help=_("The sum of squared shares of each buyer in sales is above the threshold of the country."),
            url="#alerts",
            metrics=("dependent_share", "partner_concentration"),
        ),
    ]


def _beside(asked: Asked) -> str:
    if asked.beside is None:
        return ""
    other = asked.beside.figure("partners_per_organization_with_apex")
    return f"{asked.beside.sources[0].programme}: {formats.bounded(other, 2)}"


# --- partners of an organization -------------------------------------------------------------------------------------
def _per_organization(asked: Asked) -> FigureCard:
    """How many organizations have how many partners, their own or through an apex: from the stored histograms."""
    title = _("How many partners an organization has")
    dependency = asked.now.row("partners_per_organization_with_apex").register.dependency
    rows = {}
    for name, histogram in (("any", dependency.partners_any), ("own", dependency.partners)):
        rows[name] = [histogram.get(n, 0) for n in range(MANY)]
        rows[name].append(sum(times for n, times in histogram.items() if n >= MANY))
    labels = [_("none"), *(str(n) for n in range(1, MANY)), _("%(n)d and more") % {"n": MANY}]
    table = asked.table(
        "partners-per-organization",
        [
            Column(_("Partners")),
            Column(_("Organizations, their own or through an apex"), numeric=True),
            Column(_("Organizations, of their own"), numeric=True),
        ],
        [[Cell(label), counted(a), counted(b)] for label, a, b in zip(labels, rows["any"], rows["own"], strict=True)],
        caption=_("Active primary organizations by their number of partners"),
        title=title,
    )
    whole = sum(rows["any"])
    if not whole:
        empty = asked.missing("NOT_REPORTED", _("Active primary organizations"))
        return FigureCard("per-organization", title, "", table, None, span=6, empty=empty)
    texts = [ngettext("%(n)s organization", "%(n)s organizations", n) % {"n": formats.number(n)} for n in rows["any"]]
    roles = ["unseen", *("plain" for _n in range(MANY))]
    figure = figures.histogram(labels, rows["any"], texts, roles=roles, axis=_("partners"))
    reading = _("%(none)s of %(whole)s have no partner; %(own)s have one of their own.") % {
        "none": formats.number(rows["any"][0]),
        "whole": formats.number(whole),
        "own": formats.number(sum(rows["own"][1:])),
    }
    subtitle = _("active primary organizations, their own partners or through an apex")
    return FigureCard("per-organization", title, reading, table, figure, subtitle, 6, 320)


PAGE = QuestionPage(
    name="linkages",
    title=gettext_lazy("Linkages"),
    question=gettext_lazy("Who has crowded in, what is it worth, and does it last?"),
    icon="link-45deg",
    build=build,
    takes=OF_ORGANIZATIONS | {"beside"},
    template="dashboards/linkages.html",
    own=frozenset({"after"}),
)
