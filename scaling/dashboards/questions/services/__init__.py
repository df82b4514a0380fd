"""Services: do members get services, and the poorest too? (question 15; domain study 4.12)"""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scaling import formats
from scaling.dashboards import behind
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Headline, Page
from scaling.dashboards.questions.services import offered, used
from scaling.dashboards.registry import OF_ORGANIZATIONS, QuestionPage
from scaling.metrics.figures import Figure
from scaling.register_sets import RegisterSet


def build(asked: Asked, page: Page) -> None:
    now = asked.now
    page.answer = _answer(now)
    page.headlines = _headlines(asked)
    page.figures = [
        offered.by_provider(asked),
        offered.poorest_beside_all(asked),
        used.by_kind(asked),
        used.over_rounds(asked),
    ]
    page.tables = [used.by_area(asked)]
    metrics = ("service_coverage", "poorest_coverage_parity", "organizations_with_services", "members_offered_finance")
    behind.organizations(asked, page, *metrics)
    page.notes = [
        _("A service counts once for an organization: under itself, else an apex, else a partner who provides it."),
        _("Offered: the organization has the service. Used: members who used one, as the approved returns say."),
        _("Parity 1 means that the poorest are served as much as all members of the same organizations."),
    ]


# --- the answer ------------------------------------------------------------------------------------------------------
def _answer(now: RegisterSet) -> str:
    parts = [_used(now), _parity(now), _offered(now)]
    return " ".join(part for part in (*parts, behind.caveat(now)) if part)


def _used(now: RegisterSet) -> str:
    found = now.row("service_coverage").outcome
    if found.figure.value is None:
        return _("How many members use a service: %(reason)s.") % {"reason": formats.reason(found.figure.null_reason)}
    return _("%(share)s of members used a service, in %(n)s of %(due)s organizations that said so.") % {
        "share": formats.share(found.figure),
        "n": formats.number(found.n or 0),
        "due": formats.number(found.n_due or 0),
    }


def _parity(now: RegisterSet) -> str:
    parity = now.figure("poorest_coverage_parity")
    if parity.value is None:
        return _("Whether the poorest are served as well is not reported.")
    facts = {"parity": formats.number(parity.value, 2)}
    if parity.value < 1:
        return _("The poorest are served %(parity)s times as much: less than others.") % facts
    return _("The poorest are served %(parity)s times as much: no less than others.") % facts


def _offered(now: RegisterSet) -> str:
    share = now.figure("organizations_with_services")
    if share.value is None:
        return ""
    text = _("%(share)s of the active organizations offer a service") % {"share": formats.share(share)}
    most = offered.most_common(now)
    if most:
        text = _("%(text)s, most often %(service)s (%(n)s)") % {
            "text": text,
            "service": offered.names()[most],
            "n": formats.share(now.figure(f"organizations_with_{most}")),
        }
    return f"{text}."


# --- headlines -------------------------------------------------------------------------------------------------------
def _headlines(asked: Asked) -> list[Headline]:
    now = asked.now
    coverage, parity = now.row("service_coverage").outcome, now.row("poorest_coverage_parity").outcome
    share, mean = now.row("organizations_with_services").outcome, now.figure("services_per_organization")
    without = (share.components["organizations"].value or 0) - (share.components["offering"].value or 0)
    return [
        Headline(
            _("Members who used a service"),
            formats.share(coverage.figure) if coverage.figure.value is not None else "",
            null=formats.reason(coverage.figure.null_reason),
            note=_("%(n)s of %(due)s organizations")
            % {"n": formats.number(coverage.n or 0), "due": formats.number(coverage.n_due or 0)},
            help=_("Members who used at least one service in the year, of the organizations that reported it."),
            metrics=("service_coverage",),
        ),
        Headline(
            _("The poorest, against all"),
            formats.number(parity.figure.value, 2) if parity.figure.value is not None else "",
            null=formats.reason(parity.figure.null_reason),
            direction=_direction(parity.figure),
            note=_("1: served alike"),
            metrics=("poorest_coverage_parity",),
        ),
        Headline(
            _("Organizations that offer one"),
            formats.share(share.figure) if share.figure.value is not None else "",
            null=formats.reason(share.figure.null_reason),
            note=_("%(n)s offer none") % {"n": formats.number(without)},
            url=asked.organizations_url(tier="primary"),
            metrics=("organizations_with_services",),
        ),
        Headline(
            _("Services per organization"),
            formats.number(mean.value, 1) if mean.value is not None else "",
            null=formats.reason(mean.null_reason),
            note=_("mean of the active, zeros included"),
            metrics=("services_per_organization",),
        ),
    ]


def _direction(parity: Figure) -> str:
    return "down" if parity.value is not None and parity.value < Decimal(1) else ""


PAGE = QuestionPage(
    name="services",
    title=gettext_lazy("Services"),
    question=gettext_lazy("Do members get services, and the poorest too?"),
    icon="person-check",
    build=build,
    takes=OF_ORGANIZATIONS,
)
