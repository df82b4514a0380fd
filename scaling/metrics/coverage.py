"""Where a phase works: districts (in Ethiopia woreda) covered, and their share of all (OP-17).

The source may tell what was covered at first and what after the State scaled it up; the latest counts.
"""

from __future__ import annotations

from scaling.metrics import figures as f
from scaling.metrics.registry import Outcome, gettext_noop, metric
from scaling.metrics.subjects import Components, Subject

KEY = "coverage_districts"
INITIAL = "initial"
SCALED_UP = "after_scale_up"


def districts(components: Components) -> f.Figure:
    """Districts covered at last."""
    scaled_up = components.result(KEY, SCALED_UP)
    return scaled_up if scaled_up.value is not None else components.result(KEY)


def initial_districts(components: Components) -> f.Figure:
    """Districts covered before a scale-up inside the phase; NOT_REPORTED when none is told."""
    return components.result(KEY, INITIAL)


@metric(
    family="coverage",
    unit="districts",
    formula="districts",
    definition=gettext_noop("Administrative units in which the phase works; where it was scaled up later, after that."),
    components=("districts",),
    catalogue_code="OP-17",
)
def coverage_districts(subject: Subject) -> Outcome:
    figure = districts(subject.own)
    return Outcome(figure, {"districts": figure})


@metric(
    family="coverage",
    unit="per cent",
    formula="100 × districts / districts of the phase compared with",
    definition=gettext_noop("Districts covered as a part of those of another phase that is said to cover all."),
    components=("districts", "all_districts"),
    needs_against=True,
)
def coverage_share(subject: Subject) -> Outcome:
    parts = {
        "districts": districts(subject.own),
        "all_districts": districts(subject.against) if subject.against else f.null(f.MISSING_BASELINE),
    }
    return Outcome(
        f.divide(parts["districts"], parts["all_districts"], unit="per cent", times=100, same_unit=True), parts
    )


@metric(
    family="coverage",
    unit="districts",
    formula="stated share / 100 × districts",
    definition=gettext_noop(
        "How many districts the share that the source states in words would be, if this phase covers all of them. "
        "It shows whether the words agree with the counts."
    ),
    components=("stated_share", "districts"),
)
def districts_for_stated_share(subject: Subject) -> Outcome:
    share = subject.programme.result("coverage_share")
    all_districts = districts(subject.own)
    parts = {"stated_share": share, "districts": all_districts}
    if share.value is None or all_districts.value is None:
        reason = share.null_reason or all_districts.null_reason
        return Outcome(f.null(reason, unit="districts"), parts)
    figure = f.Figure(share.value * all_districts.value / 100, unit="districts", bound=share.bound)
    return Outcome(figure, parts)
