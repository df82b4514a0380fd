"""What rules and figures of alerts are called, in words for people."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from scaling.metrics import alerts as rules


@dataclass(frozen=True)
class Words:
    """The name of a rule, and what to do about it."""

    name: Any
    advice: Any


RULES: dict[str, Words] = {
    rules.INCLUSION_FALLING: Words(
        _("Inclusion is falling"),
        _(
            "The poorest lose their share, lead far less than they are members, leave more often than others, or the "
            "same persons stay in office. Ask with the facilitator who joined, who left and who decides."
        ),
    ),
    rules.WEAK_FUNDED: Words(
        _("Funded while weak"),
        _("Credit or a grant began while the organization was below the bonding gate. Support its bonding first."),
    ),
    rules.STAGNATION: Words(
        _("Stagnation"),
        _("Over two rounds members did not grow and no further stage was reached. Ask what holds it back."),
    ),
    rules.FEDERATION_SHRINKING: Words(
        _("Federation is losing members"),
        _("It has fewer direct members than twelve months ago. Ask those who left what the federation did for them."),
    ),
    rules.ONE_BUYER: Words(
        _("Dependence on one buyer"),
        _("Most sales of the last twelve months went to one buyer. Look for a second one."),
    ),
    rules.AGGREGATED_EARLY: Words(
        _("Aggregated before bonding"),
        _("It joined an apex before it was bonded, and it is below the bonding gate."),
    ),
    rules.ROUND_OVERDUE: Words(
        _("Round is overdue"),
        _("The window ended and not all that are due were reported. Finish it, or close the round with its gaps."),
    ),
    rules.SURVIVAL_LOW: Words(
        _("Survival is below expectation"),
        _("Fewer organizations than expected still exist after support ended. Look at when and where they ended."),
    ),
}

FIGURES: dict[str, Any] = {
    "poorest_share_drift": _("share of the poorest, points"),
    "poorest_change": _("change of the poorest, members"),
    "members_change": _("change of members"),
    "women_parity": _("women: share of leaders / of members"),
    "poorest_parity": _("poorest: share of leaders / of members"),
    "exit_ratio": _("exit rate of the poorest / of others"),
    "entrenched": _("same persons beyond their term, per cent"),
    "linkages": _("linkages"),
    "since": _("since"),
    "below_gate_on": _("below the bonding gate on"),
    "members_then": _("members two rounds before"),
    "members_now": _("members now"),
    "stage": _("stage"),
    "direct_members_then": _("direct members twelve months ago"),
    "direct_members_now": _("direct members now"),
    "lost_per_cent": _("lost, per cent"),
    "concentration": _("index of concentration"),
    "buyers": _("buyers"),
    "round": _("round"),
    "window_ended": _("window ended on"),
    "due": _("due"),
    "not_reported": _("not reported"),
    "rounds_overdue": _("rounds overdue"),
    "survival": _("still existing, per cent"),
    "months": _("months after support"),
    "cohort": _("organizations in the cohort"),
    "expected": _("expected, per cent"),
}
STAGES: dict[str, Any] = {
    "forming": _("forming"),
    "bonded": _("bonded"),
    "aggregated": _("aggregated"),
    "linked": _("linked"),
}
DAYS = frozenset({"since", "below_gate_on", "window_ended"})


def name_of(rule: str) -> Any:
    """A rule that is no longer known keeps its code, as old rows may."""
    return RULES[rule].name if rule in RULES else rule


def shown(figures: Mapping[str, Any]) -> list[tuple[Any, str]]:
    """Figures as (label, text), in the order in which the rules give them."""
    return [
        (label, _text(name, figures[name])) for name, label in FIGURES.items() if figures.get(name) not in (None, "")
    ]


def _text(name: str, value: Any) -> str:
    if name in DAYS:
        return date_format(datetime.date.fromisoformat(value), "DATE_FORMAT")
    return str(STAGES.get(value, value)) if name == "stage" else str(value)
