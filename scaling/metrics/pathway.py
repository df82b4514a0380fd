"""The way from forming to linked: where organizations stand and how long the steps take (SU-09, SU-10; 4.9)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from scaling.metrics import figures as f
from scaling.metrics import register as r
from scaling.metrics.cells import EVENT, Spell
from scaling.metrics.figures import Figure
from scaling.metrics.register import RegisterSubject, add_metric, register_metric
from scaling.metrics.registry import Outcome, gettext_noop
from scaling.metrics.survival import median_months

FORMED = "formed"
STAGES = ("forming", "bonded", "aggregated", "linked")
#: Where an organization is that is at no stage: not formed yet, not active (forming, dormant), disbanded or merged.
ABSENT, INACTIVE, GONE = "absent", "inactive", "ended"
BESIDE = (ABSENT, INACTIVE, GONE)
#: Steps that are timed: from formation, and from the stage before.
STEPS = (
    (FORMED, "bonded"),
    (FORMED, "aggregated"),
    (FORMED, "linked"),
    ("bonded", "aggregated"),
    ("aggregated", "linked"),
)

_WORDS = {
    "forming": gettext_noop("Share of active primary organizations on the register and not yet bonded."),
    "bonded": gettext_noop("Share of active primary organizations that are bonded and in no apex yet."),
    "aggregated": gettext_noop("Share of active primary organizations in an apex and not linked yet."),
    "linked": gettext_noop("Share of active primary organizations with a linkage, their own or through an apex."),
}


def _stages(subject: RegisterSubject) -> dict[str, Figure]:
    found = subject.cell.pathway.stages
    return {stage: r.count(found.get(stage, 0), "organizations") for stage in STAGES}


def _active(subject: RegisterSubject) -> int:
    return sum(subject.cell.pathway.stages.values())


def _share(stage: str) -> Callable[[RegisterSubject], Outcome]:
    def stage_share(subject: RegisterSubject) -> Outcome:
        active = _active(subject)
        part = subject.cell.pathway.stages.get(stage, 0)
        return Outcome(r.percent(part, active), _stages(subject), n=active)

    return stage_share


for _stage in STAGES:
    add_metric(
        _share(_stage),
        name=f"stage_share_{_stage}",
        family="pathway",
        unit="per cent",
        formula=f"100 × {_stage} / active primary organizations",
        definition=_WORDS[_stage],
        components=STAGES,
        rests_on=r.REGISTER,
        catalogue_code="SU-09",
    )


@register_metric(
    family="pathway",
    unit="per cent",
    formula="100 × linked by themselves / active primary organizations",
    definition=gettext_noop("Share of active primary organizations with a linkage of their own."),
    components=("linked_direct", *STAGES),
    rests_on=r.REGISTER,
    catalogue_code="SU-09",
)
def stage_share_linked_direct(subject: RegisterSubject) -> Outcome:
    active, direct = _active(subject), subject.cell.pathway.linked_direct
    parts = {"linked_direct": r.count(direct, "organizations"), **_stages(subject)}
    return Outcome(r.percent(direct, active), parts, n=active)


@register_metric(
    family="pathway",
    unit="organizations",
    formula="aggregated or linked before bonding was confirmed",
    definition=gettext_noop(
        "Organizations that joined an apex or a partner before bonding; the rule is to bond first."
    ),
    components=("out_of_order",),
    rests_on=r.REGISTER,
    catalogue_code="SU-10",
)
def stages_out_of_order(subject: RegisterSubject) -> Outcome:
    figure = r.count(subject.cell.pathway.out_of_order, "organizations")
    return Outcome(figure, {"out_of_order": figure}, n=_active(subject))


#: What moves are told since: field of the components → word in the names of metrics.
_SINCE = {"from_previous": "previous_round", "from_opening": "opening"}
_MOVES = tuple(f"{then}_to_{now}" for then in STAGES for now in STAGES)
_FURTHER = {"forward": "a further", "back": "an earlier"}
_MOVED = {
    ("forward", "from_previous"): gettext_noop(
        "Share of organizations at a further stage than at the outcome round before, of those active at both."
    ),
    ("back", "from_previous"): gettext_noop(
        "Share of organizations at an earlier stage than at the outcome round before, of those active at both."
    ),
    ("forward", "from_opening"): gettext_noop(
        "Share of organizations at a further stage than at their baseline, of those active at both dates."
    ),
    ("back", "from_opening"): gettext_noop(
        "Share of organizations at an earlier stage than at their baseline, of those active at both dates."
    ),
}


def moved(moves: Mapping[tuple[str, str], int]) -> dict[str, int]:
    """Organizations active at both dates: how many went "forward", "back", or "stayed"."""
    found = {"forward": 0, "back": 0, "stayed": 0}
    for (then, now), n in moves.items():
        if then in STAGES and now in STAGES:
            step = STAGES.index(now) - STAGES.index(then)
            found["forward" if step > 0 else "back" if step < 0 else "stayed"] += n
    return found


def _moved(way: str, since: str) -> Callable[[RegisterSubject], Outcome]:
    def share_moved(subject: RegisterSubject) -> Outcome:
        moves: Mapping[tuple[str, str], int] = getattr(subject.cell.pathway, since)
        parts = {f"{a}_to_{b}": r.count(moves.get((a, b), 0), "organizations") for a in STAGES for b in STAGES}
        found = moved(moves)
        both = sum(found.values())
        figure = r.percent(found[way], both) if moves else f.null(f.MISSING_BASELINE, unit="per cent")
        return Outcome(figure, parts, n=both, n_due=_active(subject))

    return share_moved


for (_way, _since), _words in _MOVED.items():
    add_metric(
        _moved(_way, _since),
        name=f"moved_{_way}_since_{_SINCE[_since]}",
        family="pathway",
        unit="per cent",
        formula=f"100 × organizations at {_FURTHER[_way]} stage / active then and now",
        definition=_words,
        components=_MOVES,
        rests_on=r.REGISTER,
        catalogue_code="SU-09",
    )


def completed(spells: Mapping[Spell, int]) -> dict[Decimal, int]:
    """Months of those that reached the stage."""
    return {months: times for (months, end), times in spells.items() if end == EVENT}


def _parts(spells: Mapping[Spell, int]) -> tuple[dict[str, Figure], int]:
    reached, n = sum(completed(spells).values()), sum(spells.values())
    parts = {
        "reached": r.count(reached, "organizations"),
        "not_yet": r.count(n - reached, "organizations"),
    }
    return parts, n


def _time(origin: str, stage: str) -> Callable[[RegisterSubject], Outcome]:
    def time_to_stage(subject: RegisterSubject) -> Outcome:
        spells = subject.cell.pathway.times.get((origin, stage), {})
        parts, n = _parts(spells)
        return Outcome(median_months(spells), parts, n=n, n_due=n)

    return time_to_stage


def _time_completed(origin: str, stage: str) -> Callable[[RegisterSubject], Outcome]:
    def time_of_completed(subject: RegisterSubject) -> Outcome:
        spells = subject.cell.pathway.times.get((origin, stage), {})
        parts, n = _parts(spells)
        figure = r.median(completed(spells), "months", f.NOT_APPLICABLE)
        return Outcome(r.with_caveat(figure, r.BIASED), parts, n=sum(completed(spells).values()), n_due=n)

    return time_of_completed


for _origin, _to in STEPS:
    add_metric(
        _time(_origin, _to),
        name=f"months_from_{_origin}_to_{_to}",
        family="pathway",
        unit="months",
        formula=f"Kaplan-Meier median of days from {_origin} to {_to} / 30.4375",
        definition=gettext_noop(
            "Months after which half of the organizations reached the stage; those not there yet count with the time "
            "that they have taken so far."
        ),
        components=("reached", "not_yet"),
        rests_on=r.REGISTER,
        catalogue_code="SU-10",
    )
    add_metric(
        _time_completed(_origin, _to),
        name=f"months_from_{_origin}_to_{_to}_completed_only",
        family="pathway",
        unit="months",
        formula=f"median of days from {_origin} to {_to} / 30.4375, of those that reached it",
        definition=gettext_noop("Biased: leaves out the slow ones that are not there yet. Not to be shown alone."),
        components=("reached", "not_yet"),
        rests_on=r.REGISTER,
        catalogue_code="SU-10",
    )
