"""Phase on phase: scaling factors, growth, elasticity (SU-23, domain study 4.15).

A phase is compared with the one named, else with the one before it; coverage that the source tells before and after a
scale-up inside one phase is compared with itself.
"""

from __future__ import annotations

from collections.abc import Callable

from scaling.metrics import figures as f
from scaling.metrics import reach
from scaling.metrics.coverage import districts, initial_districts
from scaling.metrics.finance import ifad, total
from scaling.metrics.per_unit import counted, organizations
from scaling.metrics.registry import Outcome, gettext_noop, metric, register
from scaling.metrics.subjects import Components, Subject

Count = Callable[[Components], f.Figure]

_MEASURES: tuple[tuple[str, Count, str], ...] = (
    ("coverage", districts, gettext_noop("Districts covered, against the earlier phase.")),
    ("beneficiary", reach.beneficiaries, gettext_noop("People benefiting, against the earlier phase.")),
    ("subproject", counted("subprojects"), gettext_noop("Subprojects, against the earlier phase.")),
    ("financing", total, gettext_noop("All financing at design, against the earlier phase.")),
    ("ifad", ifad, gettext_noop("IFAD's financing at design, against the earlier phase.")),
    ("shg", organizations("SHG"), gettext_noop("Self-help groups, against the earlier phase or programme.")),
    ("vlc", organizations("VLC"), gettext_noop("Village-level committees, against the earlier phase or programme.")),
    (
        "cmrc",
        organizations("CMRC"),
        gettext_noop("Community-managed resource centres, against the earlier phase or programme."),
    ),
)


def _earlier(subject: Subject) -> Components | None:
    return subject.against if subject.against is not None else subject.previous


def pair(subject: Subject, measure: str, count: Count) -> dict[str, f.Figure]:
    """The later and the earlier value of a measure."""
    later = count(subject.own)
    earlier_components = _earlier(subject)
    if earlier_components is not None:
        earlier = count(earlier_components)
    elif measure == "coverage" and initial_districts(subject.own).value is not None:
        earlier = initial_districts(subject.own)
    else:
        earlier = f.null(f.MISSING_BASELINE)
    return {"later": later, "earlier": earlier}


def factor(parts: dict[str, f.Figure]) -> f.Figure:
    return f.divide(parts["later"], parts["earlier"], unit="ratio", zero=f.ZERO_BASELINE, same_unit=True)


def _scaling_factor(measure: str, count: Count) -> Callable[[Subject], Outcome]:
    def scaling_factor(subject: Subject) -> Outcome:
        parts = pair(subject, measure, count)
        return Outcome(factor(parts), parts)

    return scaling_factor


def _growth(measure: str, count: Count) -> Callable[[Subject], Outcome]:
    def growth(subject: Subject) -> Outcome:
        parts = pair(subject, measure, count)
        ratio = factor(parts)
        if ratio.value is None:
            return Outcome(ratio.as_unit("per cent"), parts)
        figure = f.Figure((ratio.value - 1) * 100, unit="per cent", bound=ratio.bound, caveats=ratio.caveats)
        return Outcome(figure, parts)

    return growth


for _measure, _count, _definition in _MEASURES:
    register(
        name=f"{_measure}_scaling_factor",
        family="phase_on_phase",
        unit="ratio",
        formula="later / earlier",
        definition=_definition,
        components=("later", "earlier"),
        catalogue_code="SU-23",
        needs_against=True,
        function=_scaling_factor(_measure, _count),
    )
    register(
        name=f"{_measure}_growth_pct",
        family="phase_on_phase",
        unit="per cent",
        formula="100 × (later - earlier) / earlier",
        definition=_definition,
        components=("later", "earlier"),
        catalogue_code="SU-23",
        needs_against=True,
        function=_growth(_measure, _count),
    )


@metric(
    family="phase_on_phase",
    unit="ratio",
    formula="beneficiary_scaling_factor / financing_scaling_factor",
    definition=gettext_noop("Above 1 reach grows faster than money."),
    components=("beneficiary_scaling_factor", "financing_scaling_factor"),
    catalogue_code="SU-23",
    needs_against=True,
)
def reach_per_financing_elasticity(subject: Subject) -> Outcome:
    parts = {
        "beneficiary_scaling_factor": factor(pair(subject, "beneficiary", reach.beneficiaries)),
        "financing_scaling_factor": factor(pair(subject, "financing", total)),
    }
    return Outcome(
        f.divide(parts["beneficiary_scaling_factor"], parts["financing_scaling_factor"], unit="ratio"), parts
    )
