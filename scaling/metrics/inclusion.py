"""Who takes part, who leads, who takes the growth, and the elite-capture alert (SU-04, SU-05; domain study 4.3 to 4.5).

Shares are ratios of sums over the organizations that report the cell; n tells how many they are. Drift and share of
growth are on the matched panel: the same organizations then and now.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from scaling.metrics import figures as f
from scaling.metrics import register as r
from scaling.metrics.cells import GROUPS, Subgroup
from scaling.metrics.figures import Figure
from scaling.metrics.register import RegisterSubject, add_metric, register_metric
from scaling.metrics.registry import Outcome, gettext_noop

PER_CENT = "per cent"
POINTS = "percentage points"
NOBODY = Subgroup()

#: Levels of the alert; the figure is their place in this list.
LEVELS = ("none", "watch", "alert", "high")


def group_of(subject: RegisterSubject, group: str) -> Subgroup:
    return subject.cell.groups.get(group, NOBODY)


def share(subgroup: Subgroup) -> Figure:
    """Per cent of members now. NOT_REPORTED if nobody reports the cell, NOT_APPLICABLE without members."""
    return r.ratio(subgroup.now, PER_CENT, 100)


def share_then(subgroup: Subgroup) -> Figure:
    if not subgroup.then.n:
        return f.null(f.MISSING_BASELINE, unit=PER_CENT)
    return r.ratio(subgroup.then, PER_CENT, 100, f.ZERO_BASELINE)


def drift(subgroup: Subgroup) -> Figure:
    """Points by which the share moved on the matched panel."""
    if not subgroup.part.n:
        return f.null(f.MISSING_BASELINE, unit=POINTS)
    then, now = subgroup.whole.then, subgroup.whole.now
    if then == 0:
        return f.null(f.ZERO_BASELINE, unit=POINTS)
    if now == 0:
        return f.null(f.NOT_APPLICABLE, unit=POINTS)
    return f.known(Decimal(subgroup.part.now) * 100 / now - Decimal(subgroup.part.then) * 100 / then, unit=POINTS)


def parity(subgroup: Subgroup) -> Figure:
    """Share of leaders / share of members. NOT_APPLICABLE where the subgroup has no member or nobody leads."""
    leaders = r.ratio(subgroup.leaders, "ratio")
    return f.divide(leaders, r.ratio(subgroup.members, "ratio"), unit="ratio")


def share_of_growth(subgroup: Subgroup) -> Figure:
    """Per cent of the net growth of members that the subgroup took; NOT_APPLICABLE if members did not grow (4.4)."""
    if not subgroup.part.n:
        return f.null(f.MISSING_BASELINE, unit=PER_CENT)
    grown = Decimal(subgroup.whole.now - subgroup.whole.then)
    if grown <= 0:
        return f.null(f.NOT_APPLICABLE, unit=PER_CENT)
    return f.known((subgroup.part.now - subgroup.part.then) * 100 / grown, unit=PER_CENT)


def exit_ratio(subgroup: Subgroup) -> Figure:
    """Exit rate of the subgroup / that of everybody else in the same organizations."""
    return f.divide(r.ratio(subgroup.exits, "ratio"), r.ratio(subgroup.exits_others, "ratio"), unit="ratio")


def _pair(subgroup: Subgroup) -> dict[str, Figure]:
    return {"part": r.count(subgroup.now.numerator), "whole": r.count(subgroup.now.denominator)}


def _panel(subgroup: Subgroup) -> dict[str, Figure]:
    return {
        "part_then": r.count(subgroup.part.then),
        "part_now": r.count(subgroup.part.now),
        "whole_then": r.count(subgroup.whole.then),
        "whole_now": r.count(subgroup.whole.now),
    }


def _leaders(subgroup: Subgroup) -> dict[str, Figure]:
    return {
        "share_of_leaders": r.ratio(subgroup.leaders, PER_CENT, 100),
        "share_of_members": r.ratio(subgroup.members, PER_CENT, 100),
    }


def _of(
    group: str,
    value: Callable[[Subgroup], Figure],
    parts: Callable[[Subgroup], dict[str, Figure]],
    organizations: Callable[[Subgroup], int],
) -> Callable[[RegisterSubject], Outcome]:
    def of_group(subject: RegisterSubject) -> Outcome:
        subgroup = group_of(subject, group)
        return Outcome(value(subgroup), parts(subgroup), n=organizations(subgroup))

    return of_group


for _group in GROUPS:
    add_metric(
        _of(_group, share, _pair, lambda s: s.now.n),
        name=f"{_group}_share",
        family="inclusion",
        unit=PER_CENT,
        formula=f"100 × {_group} / members",
        definition=gettext_noop("Share of members who belong to the group, over the organizations that report it."),
        components=("part", "whole"),
        rests_on=r.ROUND,
        catalogue_code="SU-04",
    )
    add_metric(
        _of(_group, parity, _leaders, lambda s: s.leaders.n),
        name=f"{_group}_leadership_parity",
        family="inclusion",
        unit="ratio",
        formula=f"{_group} share of leaders / {_group} share of members",
        definition=gettext_noop("1 means that the group holds as many offices as its share of members."),
        components=("share_of_leaders", "share_of_members"),
        rests_on=r.ROUND,
        catalogue_code="SU-05",
    )
    add_metric(
        _of(_group, drift, _panel, lambda s: s.part.n),
        name=f"{_group}_share_drift",
        family="inclusion",
        unit=POINTS,
        formula=f"100 × {_group} / members now - the same then, matched organizations",
        definition=gettext_noop("Points by which the share of the group moved inside the same organizations."),
        components=("part_then", "part_now", "whole_then", "whole_now"),
        rests_on=r.MATCHED,
        catalogue_code="SU-05",
        needs_opening=True,
    )
    add_metric(
        _of(_group, share_of_growth, _panel, lambda s: s.part.n),
        name=f"{_group}_share_of_growth",
        family="inclusion",
        unit=PER_CENT,
        formula=f"100 × change of {_group} / change of members, matched organizations",
        definition=gettext_noop(
            "The part of the net growth that the group took. Below zero the group shrank while others grew."
        ),
        components=("part_then", "part_now", "whole_then", "whole_now"),
        rests_on=r.MATCHED,
        catalogue_code="SU-05",
        needs_opening=True,
    )


def _large_enough(subject: RegisterSubject, figure: Figure, *denominators: int | Decimal) -> Figure:
    """No alert on a share with few members in its denominator."""
    if figure.value is not None and min(denominators) < subject.thresholds.smallest_denominator:
        return f.null(f.SUPPRESSED_SMALL_N, unit=figure.unit)
    return figure


def _parity_for_alert(subject: RegisterSubject, group: str) -> Figure:
    subgroup = group_of(subject, group)
    return _large_enough(subject, parity(subgroup), subgroup.members.denominator)


def entrenched_share(subject: RegisterSubject) -> Figure:
    """Per cent of organizations where the same persons hold the main offices beyond their term and GOV-2 is low."""
    return r.ratio(subject.cell.entrenched, PER_CENT, 100)


def _exits_for_alert(subject: RegisterSubject, poorest: Subgroup) -> Figure:
    return _large_enough(subject, exit_ratio(poorest), poorest.exits.denominator, poorest.exits_others.denominator)


def _at_least(figure: Figure, limit: Decimal) -> bool:
    return figure.value is not None and figure.value >= limit


def _below(figure: Figure, limit: Decimal) -> bool:
    return figure.value is not None and figure.value < limit


@register_metric(
    family="inclusion",
    unit="level",
    formula="0 none, 1 watch, 2 alert, 3 high",
    definition=gettext_noop(
        "Watch: the share of the poorest fell. Alert: it fell more while members grew, or women or the poorest lead "
        "far less than their share of members. High: an alert while the poorest became fewer, or the poorest leave "
        "far more often than others, or the same persons stay in office beyond their term and do not account for it."
    ),
    components=(
        "poorest_share_drift",
        "poorest_change",
        "members_change",
        "women_parity",
        "poorest_parity",
        "exit_ratio",
        "entrenched",
    ),
    rests_on=r.MATCHED,
    catalogue_code="SU-05",
)
def elite_capture(subject: RegisterSubject) -> Outcome:
    """The level of the alert (4.5), with the thresholds of the subject.

    Shares with fewer members than `smallest_denominator` alert nobody. Null with the reason of the drift when nothing
    could be looked at.
    """
    limits = subject.thresholds
    poorest = group_of(subject, "poorest")
    signs = {
        "poorest_share_drift": _large_enough(subject, drift(poorest), poorest.whole.then, poorest.whole.now),
        "women_parity": _parity_for_alert(subject, "women"),
        "poorest_parity": _parity_for_alert(subject, "poorest"),
        "exit_ratio": _exits_for_alert(subject, poorest),
        "entrenched": entrenched_share(subject),
    }
    fewer = poorest.part.now < poorest.part.then
    parts = {
        **signs,
        "poorest_change": r.count(poorest.part.now - poorest.part.then),
        "members_change": r.count(poorest.whole.now - poorest.whole.then),
    }
    if all(sign.value is None for sign in signs.values()):
        return Outcome(f.null(signs["poorest_share_drift"].null_reason, unit="level"), parts, n=poorest.part.n)
    moved = signs["poorest_share_drift"].value
    grown = poorest.whole.now > poorest.whole.then
    watch = moved is not None and moved <= -limits.watch_points
    alert = (moved is not None and moved <= -limits.alert_points and grown) or any(
        _below(signs[name], limits.leadership_parity) for name in ("women_parity", "poorest_parity")
    )
    high = (
        (alert and fewer and moved is not None)
        or _at_least(signs["exit_ratio"], limits.exit_ratio)
        or _at_least(signs["entrenched"], limits.entrenched_share)
    )
    level = 3 if high else 2 if alert else 1 if watch else 0
    return Outcome(f.known(level, unit="level"), parts, n=max(poorest.part.n, poorest.leaders.n))


@register_metric(
    family="inclusion",
    unit="ratio",
    formula="exit rate of the poorest / exit rate of the other members",
    definition=gettext_noop("Above 1 the poorest leave more often than others; 1.5 and more alerts."),
    components=("exits_poorest", "exits_others"),
    rests_on=r.ROUND,
    catalogue_code="SU-05",
)
def poorest_exit_ratio(subject: RegisterSubject) -> Outcome:
    poorest = group_of(subject, "poorest")
    parts = {
        "exits_poorest": r.ratio(poorest.exits, PER_CENT, 100),
        "exits_others": r.ratio(poorest.exits_others, PER_CENT, 100),
    }
    return Outcome(exit_ratio(poorest), parts, n=poorest.exits.n)
