"""Formulas of metrics in the reader's language: words are translated part by part, numbers and signs stay.

A formula is declared in English (`scaling/metrics/`), as the API gives it. Its parts stand here so that translators
meet each once; a test holds this list and the declarations together.
"""

from __future__ import annotations

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

#: Signs and numbers between the words, as they stand: `×`, ` / `, ` - `, brackets, `100`, `(t0)`, `M`.
_SIGN = re.compile(r"\s*(?:[×/+=^(),:]|(?<=\s)-(?=\s)|(?<![\w.])[\d.]+(?![\w.])|\bM\(t0?\)|\bB\b)\s*")
#: Names of components (`bank_accounts`) are no words: the API gives them, and readers look for them there.
_WORDS = re.compile(r"(?!.*_).*[^\W\d]{2,}")

PARTS: tuple[str, ...] = (
    gettext_noop("active organizations"),
    gettext_noop("active primary organizations"),
    gettext_noop("active primary organizations in an apex"),
    gettext_noop("active primary organizations in an apex whose fee is paid"),
    gettext_noop("active primary organizations without an apex"),
    gettext_noop("active then and now"),
    gettext_noop("aggregated"),
    gettext_noop("aggregated or linked before bonding was confirmed"),
    gettext_noop("agreements renewed"),
    gettext_noop("agreements that ended"),
    gettext_noop("alert"),
    gettext_noop("apex"),
    gettext_noop("apexes"),
    gettext_noop("apexes whose end would separate organizations that are connected"),
    gettext_noop("apexes without a member organization"),
    gettext_noop("approved returns"),
    gettext_noop("attending"),
    gettext_noop("attribution share"),
    gettext_noop("bac"),
    gettext_noop("beneficiaries"),
    gettext_noop("beneficiaries of the phase before"),
    gettext_noop("beneficiaries so far"),
    gettext_noop("beneficiary"),
    gettext_noop("bonded"),
    gettext_noop("borrower"),
    gettext_noop("borrowers"),
    gettext_noop("borrowing groups"),
    gettext_noop("borrowing individuals"),
    gettext_noop("change of disabled"),
    gettext_noop("change of indigenous"),
    gettext_noop("change of members"),
    gettext_noop("change of poorest"),
    gettext_noop("change of women"),
    gettext_noop("change of youth"),
    gettext_noop("cmrc"),
    gettext_noop("cofinancing"),
    gettext_noop("cofinancing agreed"),
    gettext_noop("cofinancing disbursed"),
    gettext_noop("comparable growth"),
    gettext_noop("coverage of all members"),
    gettext_noop("coverage of the poorest"),
    gettext_noop("crowd-in"),
    gettext_noop("days"),
    gettext_noop("declined"),
    gettext_noop("direct individual members of apexes"),
    gettext_noop("direct member organizations"),
    gettext_noop("disabled"),
    gettext_noop("disabled share of leaders"),
    gettext_noop("disabled share of members"),
    gettext_noop("disbanded"),
    gettext_noop("disbanded or dormant"),
    gettext_noop("disbanded organizations"),
    gettext_noop("districts"),
    gettext_noop("districts of the phase compared with"),
    gettext_noop("earlier"),
    gettext_noop("enterprises"),
    gettext_noop("exit rate of the other members"),
    gettext_noop("exit rate of the poorest"),
    gettext_noop("external credit outstanding"),
    gettext_noop("forming"),
    gettext_noop("high"),
    gettext_noop("ifad"),
    gettext_noop("ifad disbursed"),
    gettext_noop("ifad of all phases so far"),
    gettext_noop("ifad of the programmes whose model is copied"),
    gettext_noop("improved"),
    gettext_noop("imputed"),
    gettext_noop("imputed members of those missing"),
    gettext_noop("indigenous"),
    gettext_noop("indigenous share of leaders"),
    gettext_noop("indigenous share of members"),
    gettext_noop("joined"),
    gettext_noop("Kaplan-Meier median of days from aggregated to linked"),
    gettext_noop("Kaplan-Meier median of days from bonded to aggregated"),
    gettext_noop("Kaplan-Meier median of days from formed to aggregated"),
    gettext_noop("Kaplan-Meier median of days from formed to bonded"),
    gettext_noop("Kaplan-Meier median of days from formed to linked"),
    gettext_noop("late"),
    gettext_noop("later"),
    gettext_noop("left"),
    gettext_noop("linked"),
    gettext_noop("linked by themselves"),
    gettext_noop("loan-fund cash"),
    gettext_noop("loans outstanding"),
    gettext_noop("lost"),
    gettext_noop("matched"),
    gettext_noop("matched organizations"),
    gettext_noop("matched organizations with members then"),
    gettext_noop("max of the longest way up"),
    gettext_noop("mean of"),
    gettext_noop("mean score now"),
    gettext_noop("mean score then"),
    gettext_noop("median of"),
    gettext_noop("median of days from aggregated to linked"),
    gettext_noop("median of days from bonded to aggregated"),
    gettext_noop("median of days from formed to aggregated"),
    gettext_noop("median of days from formed to bonded"),
    gettext_noop("median of days from formed to linked"),
    gettext_noop("median of partners"),
    gettext_noop("median of services"),
    gettext_noop("members"),
    gettext_noop("members at the start"),
    gettext_noop("members now"),
    gettext_noop("members observed"),
    gettext_noop("members of organizations that offer it"),
    gettext_noop("members of organizations that reported"),
    gettext_noop("members of organizations whose fee is paid"),
    gettext_noop("members of primary organizations"),
    gettext_noop("members of primary organizations in an apex"),
    gettext_noop("members then"),
    gettext_noop("members who used a service"),
    gettext_noop("micro and small"),
    gettext_noop("net memberships"),
    gettext_noop("new"),
    gettext_noop("none"),
    gettext_noop("now"),
    gettext_noop("observed"),
    gettext_noop("of those that reached it"),
    gettext_noop("organic"),
    gettext_noop("organizations above the threshold of concentration"),
    gettext_noop("organizations at a further stage"),
    gettext_noop("organizations at an earlier stage"),
    gettext_noop("organizations that offer a service"),
    gettext_noop("organizations that report it"),
    gettext_noop("organizations that reported"),
    gettext_noop("organizations with an apex"),
    gettext_noop("organizations with external credit"),
    gettext_noop("organizations with sales by buyer"),
    gettext_noop("organizations with several apexes"),
    gettext_noop("own"),
    gettext_noop("partner"),
    gettext_noop("partners"),
    gettext_noop("poorest"),
    gettext_noop("poorest share of leaders"),
    gettext_noop("poorest share of members"),
    gettext_noop("product of"),
    gettext_noop("profit"),
    gettext_noop("refused"),
    gettext_noop("registered"),
    gettext_noop("replication"),
    gettext_noop("returns due"),
    gettext_noop("satisfactory now"),
    gettext_noop("satisfactory then"),
    gettext_noop("savings"),
    gettext_noop("score now"),
    gettext_noop("score then"),
    gettext_noop("second memberships"),
    gettext_noop("self-help groups"),
    gettext_noop("services"),
    gettext_noop("shg"),
    gettext_noop("small and medium"),
    gettext_noop("stated share"),
    gettext_noop("subprojects"),
    gettext_noop("sum of loans outstanding from outside the network"),
    gettext_noop("sum of members at the closing"),
    gettext_noop("sum of members at the opening"),
    gettext_noop("sum of memberships reported by primary organizations and apexes"),
    gettext_noop("sum of savings of primary organizations"),
    gettext_noop("sum of squared shares of each buyer in sales"),
    gettext_noop("sum of the longest ways up"),
    gettext_noop("the poorest in organizations that offer it"),
    gettext_noop("the poorest in organizations that reported them"),
    gettext_noop("the same then"),
    gettext_noop("then"),
    gettext_noop("total"),
    gettext_noop("total of all phases so far"),
    gettext_noop("under observation"),
    gettext_noop("unpaid balance of late loans"),
    gettext_noop("unseen"),
    gettext_noop("up to n months after support ended"),
    gettext_noop("vlc"),
    gettext_noop("watch"),
    gettext_noop("whoever was there"),
    gettext_noop("women"),
    gettext_noop("women share of leaders"),
    gettext_noop("women share of members"),
    gettext_noop("years"),
    gettext_noop("youth"),
    gettext_noop("youth share of leaders"),
    gettext_noop("youth share of members"),
)


def split(formula: str) -> list[str]:
    """Words and signs in turn, which joined are the formula again: words stand at even places."""
    found: list[str] = []
    at = 0
    for sign in _SIGN.finditer(formula):
        if sign.start() == at and len(found) > 1:
            found[-1] += sign.group()
        else:
            found += [formula[at : sign.start()], sign.group()]
        at = sign.end()
    return [*found, formula[at:]]


def parts(formula: str) -> list[str]:
    """The parts of a formula that are words."""
    return [one for one in split(formula)[::2] if _WORDS.match(one)]


def translated(formula: str) -> str:
    return "".join(_(one) if place % 2 == 0 and _WORDS.match(one) else one for place, one in enumerate(split(formula)))


__all__ = ["PARTS", "parts", "split", "translated"]
