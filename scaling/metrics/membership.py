"""Membership growth and where it comes from (SU-01, SU-02; domain study 4.1). Primary organizations only.

    M(t) - M(t0) = organic + new + lost + late + unseen

always adds up: `lost` and `unseen` are negative, and `late` leaves the comparable growth on both sides.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from scaling.metrics import figures as f
from scaling.metrics import register as r
from scaling.metrics.cells import Change, Membership
from scaling.metrics.figures import Figure
from scaling.metrics.register import RegisterSubject, add_metric, register_metric
from scaling.metrics.registry import Outcome, gettext_noop

MEMBERS = "members"
PER_CENT = "per cent"
PER_YEAR = "per cent per year"


def organic(membership: Membership) -> Decimal:
    """Change of the organizations observed at both dates, with those revived from dormancy."""
    matched = membership.matched
    return Decimal(matched.now - matched.then + membership.revived.total)


def parts_of_growth(membership: Membership) -> dict[str, Decimal]:
    """The five parts, in members; their sum is the change."""
    return {
        "organic": organic(membership),
        "new": Decimal(membership.new.total),
        "lost": -Decimal(membership.lost.total),
        "late": Decimal(membership.late.total),
        "unseen": -Decimal(membership.unseen.total),
    }


def _recall(subject: RegisterSubject, figure: Figure) -> Figure:
    recalled = subject.cell.membership.recalled.n
    return r.with_caveat(figure, r.RECALL_BASELINE) if recalled else figure


def _opening(subject: RegisterSubject) -> Figure:
    return r.summed(subject.cell.membership.then, MEMBERS, f.MISSING_BASELINE)


def _closing(subject: RegisterSubject) -> Figure:
    none = f.NOT_SURVEYED if subject.cell.due else f.NOT_APPLICABLE
    return r.summed(subject.cell.membership.now, MEMBERS, none)


@register_metric(
    family="membership",
    unit=MEMBERS,
    formula="sum of members at the opening",
    definition=gettext_noop("Members of active primary organizations observed at the opening date."),
    components=("members_then",),
    rests_on=r.ROUND,
    catalogue_code="OP-06",
    needs_opening=True,
)
def members_baseline(subject: RegisterSubject) -> Outcome:
    figure = _opening(subject)
    return Outcome(figure, {"members_then": figure}, n=subject.cell.membership.then.n)


@register_metric(
    family="membership",
    unit=MEMBERS,
    formula="sum of members at the closing",
    definition=gettext_noop("Members of active primary organizations that were observed; nothing is imputed."),
    components=("members",),
    rests_on=r.ROUND,
    catalogue_code="OP-06",
)
def members_observed(subject: RegisterSubject) -> Outcome:
    figure = _closing(subject)
    return Outcome(figure, {"members": figure}, n=subject.cell.membership.now.n)


_PARTS: tuple[tuple[str, Callable[[Membership], int], str], ...] = (
    (
        "organic",
        lambda m: m.matched.n + m.revived.n,
        gettext_noop("Change of members in organizations observed at both dates, and of those that came back to life."),
    ),
    ("new", lambda m: m.new.n, gettext_noop("Members of organizations formed after the opening date.")),
    (
        "lost",
        lambda m: m.lost.n,
        gettext_noop("Members, at the opening date, of organizations that are disbanded or dormant now; negative."),
    ),
    (
        "late",
        lambda m: m.late.n,
        gettext_noop("Members of organizations that existed at the opening date and were first observed later."),
    ),
    (
        "unseen",
        lambda m: m.unseen.n,
        gettext_noop("Members, at the opening date, of active organizations that were not observed now; negative."),
    ),
)


def _part(part: str, organizations: Callable[[Membership], int]) -> Callable[[RegisterSubject], Outcome]:
    def growth_part(subject: RegisterSubject) -> Outcome:
        membership = subject.cell.membership
        parts: dict[str, Figure] = {
            name: r.count(value, MEMBERS) for name, value in parts_of_growth(membership).items()
        }
        parts["revived"] = r.count(membership.revived.total, MEMBERS)
        figure = parts[part] if subject.years is not None else f.null(f.MISSING_BASELINE, unit=MEMBERS)
        return Outcome(figure, parts, n=organizations(membership))

    return growth_part


for _name, _organizations, _definition in _PARTS:
    add_metric(
        _part(_name, _organizations),
        name=f"growth_{_name}",
        family="membership",
        unit=MEMBERS,
        formula=_name,
        definition=_definition,
        components=("organic", "new", "lost", "late", "unseen", "revived"),
        rests_on=r.MATCHED,
        catalogue_code="SU-02",
        needs_opening=True,
    )


@register_metric(
    family="membership",
    unit=MEMBERS,
    formula="organic + new + lost + late + unseen",
    definition=gettext_noop("Members now less members at the opening date, taken apart into its five parts."),
    components=("organic", "new", "lost", "late", "unseen"),
    rests_on=r.MATCHED,
    catalogue_code="SU-02",
    needs_opening=True,
)
def membership_change(subject: RegisterSubject) -> Outcome:
    parts = parts_of_growth(subject.cell.membership)
    figures = {name: r.count(value, MEMBERS) for name, value in parts.items()}
    figure = r.count(sum(parts.values()), MEMBERS)
    if subject.years is None:
        figure = f.null(f.MISSING_BASELINE, unit=MEMBERS)
    return Outcome(figure, figures, n=subject.cell.membership.matched.n)


def comparable(membership: Membership) -> Change:
    """Both sides of the comparison: B = M(t0) + unseen, and M(t) - late; n of organizations with a baseline."""
    return Change(
        n=membership.matched.n + membership.lost.n,
        then=Decimal(membership.then.total) - membership.unseen.total,
        now=Decimal(membership.now.total) - membership.late.total,
    )


def _comparable_growth(membership: Membership) -> Figure:
    change = comparable(membership)
    if not change.n and membership.unseen.n:
        return f.null(f.NOT_SURVEYED, unit=PER_CENT)
    return r.growth(change)


@register_metric(
    family="membership",
    unit=PER_CENT,
    formula="100 × (M(t) - late - B) / B, B = M(t0) + unseen",
    definition=gettext_noop(
        "Growth of members, without organizations that were first observed later and without those not observed now. "
        "New organizations and lost ones count."
    ),
    components=("comparable_then", "comparable_now", "late", "unseen"),
    rests_on=r.MATCHED,
    catalogue_code="SU-01",
    needs_opening=True,
)
def membership_growth_comparable(subject: RegisterSubject) -> Outcome:
    membership = subject.cell.membership
    change = comparable(membership)
    parts = {
        "comparable_then": r.count(change.then, MEMBERS),
        "comparable_now": r.count(change.now, MEMBERS),
        "late": r.count(membership.late.total, MEMBERS),
        "unseen": r.count(-Decimal(membership.unseen.total), MEMBERS),
    }
    return Outcome(_recall(subject, _comparable_growth(membership)), parts, n=change.n)


@register_metric(
    family="membership",
    unit=PER_CENT,
    formula="100 × (M(t) - M(t0)) / M(t0)",
    definition=gettext_noop(
        "Not comparable: who was first observed later looks like growth, who was not observed now looks like loss. "
        "Shown only beside the comparable growth."
    ),
    components=("members_then", "members"),
    rests_on=r.ROUND,
    catalogue_code="SU-01",
    needs_opening=True,
)
def membership_growth_naive(subject: RegisterSubject) -> Outcome:
    parts = {"members_then": _opening(subject), "members": _closing(subject)}
    change = f.subtract(parts["members"], parts["members_then"])
    if parts["members_then"].value is None:
        change = parts["members_then"]
    figure = f.divide(change, parts["members_then"], unit=PER_CENT, times=100, zero=f.ZERO_BASELINE)
    return Outcome(r.with_caveat(figure, r.NOT_COMPARABLE), parts, n=subject.cell.membership.now.n)


def yearly(growth: Decimal, years: Decimal) -> Decimal:
    """Per cent a year that gives `growth` per cent in `years` > 0. Not defined when everything was lost."""
    return ((1 + growth / 100) ** (1 / years) - 1) * 100


@register_metric(
    family="membership",
    unit=PER_YEAR,
    formula="100 × ((1 + comparable growth / 100)^(1 / years) - 1), years = days / 365.25",
    definition=gettext_noop("Comparable growth of members as a rate for one year."),
    components=("comparable_growth", "years"),
    rests_on=r.MATCHED,
    catalogue_code="SU-01",
    needs_opening=True,
)
def membership_cagr(subject: RegisterSubject) -> Outcome:
    years = subject.years
    growth = _comparable_growth(subject.cell.membership)
    parts = {
        "comparable_growth": growth,
        "years": f.null(f.MISSING_BASELINE) if years is None else f.known(years, unit="years"),
    }
    n = comparable(subject.cell.membership).n
    if growth.value is None or years is None:
        return Outcome(f.null(growth.null_reason or f.MISSING_BASELINE, unit=PER_YEAR), parts, n=n)
    if subject.has_mixed_spans:
        return Outcome(f.null(f.BASIS_MISMATCH, unit=PER_YEAR), parts, n=n)
    if years <= 0 or growth.value <= -100:
        return Outcome(f.null(f.NOT_APPLICABLE, unit=PER_YEAR), parts, n=n)
    return Outcome(_recall(subject, f.known(yearly(growth.value, years), unit=PER_YEAR)), parts, n=n)


def _organic_growth(subject: RegisterSubject, change: Change) -> Outcome:
    parts = {"then": r.count(change.then, MEMBERS), "now": r.count(change.now, MEMBERS)}
    return Outcome(_recall(subject, r.growth(change)), parts, n=change.n)


@register_metric(
    family="membership",
    unit=PER_CENT,
    formula="100 × (members now - members then) / members then, matched organizations",
    definition=gettext_noop("Growth of members inside the organizations observed at both dates."),
    components=("then", "now"),
    rests_on=r.MATCHED,
    catalogue_code="SU-01",
    needs_opening=True,
)
def organic_growth(subject: RegisterSubject) -> Outcome:
    return _organic_growth(subject, subject.cell.membership.matched)


def without_zero_base(membership: Membership) -> Change:
    matched, zero = membership.matched, membership.zero_base
    return Change(n=matched.n - zero.n, then=matched.then, now=matched.now - zero.now)


@register_metric(
    family="membership",
    unit=PER_CENT,
    formula="100 × (members now - members then) / members then, matched organizations with members then",
    definition=gettext_noop("The same without organizations that had no member at the opening date."),
    components=("then", "now"),
    rests_on=r.MATCHED,
    catalogue_code="SU-01",
    needs_opening=True,
)
def organic_growth_without_zero_base(subject: RegisterSubject) -> Outcome:
    return _organic_growth(subject, without_zero_base(subject.cell.membership))


@register_metric(
    family="membership",
    unit=PER_CENT,
    formula="median of 100 × (members now - members then) / members then",
    definition=gettext_noop("Half of the matched organizations that had members grew by more than this."),
    components=("organizations", "without_baseline", "zero_baseline"),
    rests_on=r.MATCHED,
    catalogue_code="SU-01",
    needs_opening=True,
)
def median_organization_growth(subject: RegisterSubject) -> Outcome:
    membership = subject.cell.membership
    n = without_zero_base(membership).n
    reason = f.ZERO_BASELINE if membership.zero_base.n else f.MISSING_BASELINE
    figure = r.median(membership.growths, PER_CENT, reason)
    parts = {
        "organizations": r.count(n, "organizations"),
        "without_baseline": r.count(membership.late.n, "organizations"),
        "zero_baseline": r.count(membership.zero_base.n, "organizations"),
    }
    return Outcome(_recall(subject, figure), parts, n=n)
