"""From what everybody reports to persons: members who are counted again are taken out, step by step (question 2;
domain study 4.2)."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from scaling import figures, formats
from scaling.dashboards.common import cell, signed
from scaling.dashboards.frame import Asked
from scaling.dashboards.page import Cell, Column, FigureCard, Table
from scaling.figures import Step
from scaling.metrics.figures import Figure, known, subtract
from scaling.metrics.registry import Outcome
from scaling.register_sets import RegisterSet

METRICS = ("gross_memberships", "net_memberships", "net_persons")


def persons(outcome: Outcome) -> str:
    """Persons in words: a number, or between which bounds it lies; empty where nothing is known."""
    if outcome.figure.value is not None:
        return formats.bounded(outcome.figure)
    if outcome.low is None or outcome.high is None:
        return ""
    low, high = formats.bounded(outcome.low), formats.bounded(outcome.high)
    return low if low == high else _("%(low)s to %(high)s") % {"low": low, "high": high}


def sentence(now: RegisterSet) -> str:
    """For the answer: how many persons these memberships are."""
    found = now.row("net_persons").outcome
    gross = now.figure("gross_memberships")
    if gross.value is None or not persons(found):
        return ""
    return _("%(gross)s memberships are reported by organizations and apexes; they are %(persons)s persons.") % {
        "gross": formats.bounded(gross),
        "persons": persons(found),
    }


def _why(outcome: Outcome, net: Figure) -> str:
    """What is known of second memberships, and so why persons are a number or a range."""
    covered = outcome.components["memberships_covered"].value or Decimal(0)
    if net.value is None:
        return ""
    if not covered:
        return _("who belongs to two organizations is not known: no register of persons and no sample covers them")
    if outcome.figure.value is None:
        return _("known for %(covered)s of %(net)s memberships only; the rest may hold more") % {
            "covered": formats.number(covered),
            "net": formats.bounded(net),
        }
    if outcome.figure.caveats:
        return _("the same person in a second organization, estimated from a sample")
    return _("the same person in a second organization, from the register of persons")


def card(asked: Asked) -> FigureCard:
    title, subtitle = _("How many persons that is"), _("memberships, until each person is counted once")
    gross, net = asked.now.figure("gross_memberships"), asked.now.figure("net_memberships")
    outcome = asked.now.row("net_persons").outcome
    again = subtract(gross, net)
    table = _table(asked, title, outcome, gross, net, again)
    lacking = gross if gross.value is None else net
    if gross.value is None or net.value is None or again.value is None:
        empty = asked.missing(lacking.null_reason, _("Members of primary organizations and apexes"))
        return FigureCard("reach", title, "", table, None, subtitle, 12, empty=empty)
    second = outcome.components["second_memberships"].value or Decimal(0)
    high = outcome.figure if outcome.figure.value is not None else outcome.high or known(net.value - second)
    steps = [
        Step(_("reported by all"), float(gross.value), formats.bounded(gross), "then", True),
        Step(_("counted again in apexes"), -float(again.value), formats.signed(-again.value), "unseen"),
        Step(_("memberships, each once"), float(net.value), formats.bounded(net), "members", True),
        Step(_("second memberships"), -float(second), formats.signed(-second), "unseen"),
        Step(_("persons"), float(high.value or 0), persons(outcome), "now", True, asked.organizations_url()),
    ]
    reading = _("Of %(gross)s memberships %(again)s are counted again in apexes: %(persons)s persons.") % {
        "gross": formats.bounded(gross),
        "again": formats.bounded(again),
        "persons": persons(outcome),
    }
    if outcome.figure.value is None:
        reading += " " + _("The bar of persons shows the most that it can be.")
    return FigureCard("reach", title, reading, table, figures.waterfall(steps), subtitle, 12, 320, metrics=METRICS)


def _table(asked: Asked, title: str, outcome: Outcome, gross: Figure, net: Figure, again: Figure) -> Table:
    second = outcome.components["second_memberships"]
    known_second = second.value if net.value is not None else None
    lost = Cell(formats.reason(net.null_reason), "null") if known_second is None else signed(known(-known_second))
    rows = [
        [Cell(_("Reported by all")), cell(gross), Cell(_("a naive sum: members are counted again in every apex"))],
        [
            Cell(_("Counted again in apexes")),
            cell(again) if again.value is None else signed(known(-again.value)),
            Cell(_("apexes report the members of their organizations once more")),
        ],
        [
            Cell(_("Memberships, each once")),
            cell(net),
            Cell(_("members of primary organizations and individuals who belong to an apex directly")),
        ],
        [Cell(_("Second memberships")), lost, Cell(_why(outcome, net))],
        [Cell(_("Persons, at least")), _bound(outcome.low, outcome), Cell(_low_why(outcome))],
        [Cell(_("Persons, at most")), _bound(outcome.high, outcome), Cell("")],
    ]
    return asked.table(
        "reach",
        [Column(_("Step")), Column(_("Memberships or persons"), numeric=True), Column(_("Why"))],
        rows,
        caption=_("From memberships reported to persons, what is taken away and why"),
        title=title,
    )


def _bound(found: Figure | None, outcome: Outcome) -> Cell:
    return cell(outcome.figure if found is None else found)


def _low_why(outcome: Outcome) -> str:
    if outcome.figure.value is not None or outcome.low is None:
        return ""
    return _("no fewer than the members of the largest kind of organization")


__all__ = ["METRICS", "card", "persons", "sentence"]
