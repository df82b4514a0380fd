"""Change of the scores of a dimension (SU-11, SU-12; domain study 4.10). The headline is the matched change.

Attribution is not claimed: these are changes, with the number of organizations behind them.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from scaling.metrics import figures as f
from scaling.metrics import register as r
from scaling.metrics.cells import Scores
from scaling.metrics.figures import Figure
from scaling.metrics.register import RegisterSubject, add_metric, register_metric
from scaling.metrics.registry import Outcome, gettext_noop

POINTS = "points"
PER_CENT = "per cent"
NOTHING = Scores()
#: 97.5 per cent of a normal distribution lie below this.
Z = Decimal("1.959963984540")


def scores_of(subject: RegisterSubject) -> Scores:
    return subject.cell.scores.get(subject.dimension, NOTHING)


def student_t(degrees: int) -> Decimal:
    """The 97.5 per cent point of Student's t for nine degrees of freedom or more, to three places.

    Expansion around the normal distribution in powers of 1 / degrees (Abramowitz and Stegun 26.7.5).
    """
    z, v = Z, Decimal(degrees)
    return (
        z
        + (z**3 + z) / (4 * v)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * v**3)
        + (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / (92160 * v**4)
    )


def half_width(n: int, differences: Decimal, squares: Decimal) -> Decimal:
    """Half of the 95 per cent interval of the mean of n ≥ 2 paired differences, from their sum and sum of squares."""
    variance = max(Decimal(0), (squares - differences**2 / n) / (n - 1))
    return student_t(n - 1) * (variance / n).sqrt()


def _no_pair(scores: Scores, unit: str) -> Figure:
    """Why there is no matched panel: other versions of the scale, no closing, no opening."""
    if scores.other_scale:
        return f.null(f.BASIS_MISMATCH, unit=unit)
    if scores.then.n and not scores.now.n:
        return f.null(f.NOT_SURVEYED, unit=unit)
    return f.null(f.MISSING_BASELINE, unit=unit)


def _means(scores: Scores) -> dict[str, Figure]:
    return {
        "then": f.divide(r.summed(scores.then, POINTS), f.known(scores.then.n), unit=POINTS),
        "now": f.divide(r.summed(scores.now, POINTS), f.known(scores.now.n), unit=POINTS),
    }


@register_metric(
    family="outcomes",
    unit=POINTS,
    formula="mean of (score now - score then), matched organizations",
    definition=gettext_noop(
        "Mean change of the dimension inside the organizations scored at both dates; from ten of them on with a 95 per "
        "cent interval. A change, not an effect of the programme."
    ),
    components=("then", "now", "matched"),
    rests_on=r.MATCHED,
    catalogue_code="SU-11",
    needs_opening=True,
    parameters=("dimension",),
)
def outcome_change_matched(subject: RegisterSubject) -> Outcome:
    scores = scores_of(subject)
    n = scores.matched.n
    if not n:
        return Outcome(_no_pair(scores, POINTS), {"matched": r.count(0)}, n=0)
    parts = {
        "then": f.known(Decimal(scores.matched.then) / n, unit=POINTS),
        "now": f.known(Decimal(scores.matched.now) / n, unit=POINTS),
        "matched": r.count(n, "organizations"),
    }
    change = Decimal(scores.differences) / n
    if n < max(2, subject.thresholds.interval_from_n):
        return Outcome(f.known(change, unit=POINTS), parts, n=n)
    half = half_width(n, Decimal(scores.differences), Decimal(scores.squares))
    low, high = (f.known(change + side, unit=POINTS) for side in (-half, half))
    return Outcome(f.known(change, unit=POINTS), parts, n=n, low=low, high=high)


@register_metric(
    family="outcomes",
    unit=POINTS,
    formula="mean score now - mean score then, whoever was there",
    definition=gettext_noop(
        "Mean now less mean then over all that were scored at each date. Who came and who left moves it, so that it is "
        "shown beside the matched change."
    ),
    components=("then", "now"),
    rests_on=r.ROUND,
    catalogue_code="SU-11",
    needs_opening=True,
    parameters=("dimension",),
)
def outcome_change_cross_section(subject: RegisterSubject) -> Outcome:
    scores = scores_of(subject)
    parts = _means(scores)
    if scores.other_scale:
        figure = f.null(f.BASIS_MISMATCH, unit=POINTS)
    elif not (scores.then.n and scores.now.n):
        figure = _no_pair(scores, POINTS)
    else:
        figure = f.subtract(parts["now"], parts["then"])
    return Outcome(figure, parts, n=scores.now.n)


@register_metric(
    family="outcomes",
    unit=POINTS,
    formula="mean score now",
    definition=gettext_noop("Mean score of the dimension over all organizations scored at the closing date."),
    components=("now",),
    rests_on=r.ROUND,
    catalogue_code="SU-11",
    parameters=("dimension",),
)
def outcome_mean_score(subject: RegisterSubject) -> Outcome:
    figure = _means(scores_of(subject))["now"]
    return Outcome(figure, {"now": figure}, n=scores_of(subject).now.n)


def _counts(scores: Scores) -> dict[str, Figure]:
    unit = "organizations"
    return {
        "improved": r.count(scores.improved, unit),
        "declined": r.count(scores.declined, unit),
        "stable": r.count(scores.matched.n - scores.improved - scores.declined, unit),
        "disbanded": r.count(scores.disbanded, unit),
    }


def _share(
    part: Callable[[Scores], int], others: Callable[[Scores], int] = lambda scores: 0
) -> Callable[[RegisterSubject], Outcome]:
    def share(subject: RegisterSubject) -> Outcome:
        scores = scores_of(subject)
        n = scores.matched.n + others(scores)
        figure = r.percent(part(scores), n) if n else _no_pair(scores, PER_CENT)
        return Outcome(figure, _counts(scores), n=n)

    return share


for _name, _function, _formula, _definition in (
    (
        "share_improved",
        _share(lambda s: s.improved),
        "100 × improved / matched organizations",
        gettext_noop("Share of matched organizations that gained 0.5 or more."),
    ),
    (
        "share_declined",
        _share(lambda s: s.declined),
        "100 × declined / matched organizations",
        gettext_noop("Share of matched organizations that lost 0.5 or more."),
    ),
    (
        "share_improved_with_disbanded",
        _share(lambda s: s.improved, lambda s: s.disbanded),
        "100 × improved / (matched + disbanded organizations)",
        gettext_noop("The same with organizations that ended since then as not improved."),
    ),
    (
        "share_satisfactory_then",
        _share(lambda s: int(s.satisfactory.then)),
        "100 × satisfactory then / matched organizations",
        gettext_noop("Share of matched organizations at 4.0 or more at the opening date."),
    ),
    (
        "share_satisfactory",
        _share(lambda s: int(s.satisfactory.now)),
        "100 × satisfactory now / matched organizations",
        gettext_noop("Share of matched organizations at 4.0 or more at the closing date."),
    ),
):
    add_metric(
        _function,
        name=_name,
        family="outcomes",
        unit=PER_CENT,
        formula=_formula,
        definition=_definition,
        components=("improved", "declined", "stable", "disbanded"),
        rests_on=r.MATCHED,
        catalogue_code="SU-12",
        needs_opening=True,
        parameters=("dimension",),
    )
