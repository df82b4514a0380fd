"""Results of an activity file as targets and results of a programme, by the operations that pages call.

Everything is looked up first; each fact is then taken over, found to be there already, in conflict with what is there,
left out (and why), or refused by its operation. A dry run does all of it and takes it back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from indicators import results, targets
from indicators.models import Indicator, IndicatorLevel, PhaseResult, Target
from programmes.access import Permission, require
from programmes.models import Phase, Place, Programme
from programmes.vocabulary import CountBasis, NullReason, Qualifier
from scaling.iati import facts
from scaling.iati.facts import RESULT, TARGET, Fact, Said, Source

CREATED, UNCHANGED, REVISED = "created", "unchanged", "revised"
CONFLICT, SKIPPED, FAILED = "conflict", "skipped", "failed"
STATUSES = (CREATED, UNCHANGED, REVISED, CONFLICT, SKIPPED, FAILED)
#: In a mapping: this indicator is left out on purpose.
LEFT_OUT = "-"
#: In a mapping of phases: the programme as a whole.
WHOLE = "*"
#: Rather than telling a conflict: leave what is there, or revise the target.
CONFLICTS = ("refuse", "keep", "revise")


@dataclass(frozen=True)
class Answer:
    """What becomes of one fact."""

    fact: Fact
    status: str
    indicator: str = ""
    phase: str = ""
    errors: dict[str, list[str]] = field(default_factory=dict)
    stored: Decimal | None = None


@dataclass
class Outcome:
    answers: list[Answer]
    unmapped: list[tuple[Said, list[str]]]
    written: bool

    @property
    def counts(self) -> dict[str, int]:
        return dict(Counter(one.status for one in self.answers))

    @property
    def stops(self) -> bool:
        """Whether something keeps all of it from being written."""
        return any(one.status in (CONFLICT, FAILED) for one in self.answers)


class _Undo(Exception):
    pass


def take_over(
    *,
    root: Any,
    programme: Programme,
    by: Any,
    dry_run: bool,
    indicators: Mapping[str, str] | None = None,
    phases: Mapping[str, str] | None = None,
    conflicts: str = "refuse",
) -> Outcome:
    """All or nothing. `indicators`: reference or title in the file → code here (LEFT_OUT: none); `phases`: identifier
    of an activity → code of a phase here (WHOLE: the programme). Raises Refused, PermissionDenied, ValidationError for
    a mapping that names what does not exist.
    """
    if by is not None:
        require(by, Permission.ROUNDS_MANAGE, programme=programme)
    found = facts.read(root)
    known = _Known.of(programme, found, indicators or {}, phases or {})
    outcome = Outcome([], known.unmapped(found), False)
    try:
        with transaction.atomic():
            # Two imports into one programme come after each other.
            Programme.objects.select_for_update(no_key=True).get(pk=programme.pk)
            known.load()
            outcome.answers = [_one(fact, known, by, conflicts) for fact in found]
            if dry_run or outcome.stops:
                raise _Undo
            outcome.written = True
    except _Undo:
        pass
    return outcome


# --- what is known here ----------------------------------------------------------------------------------------------
@dataclass
class _Known:
    programme: Programme
    by_code: dict[str, Indicator]
    by_title: dict[str, list[Indicator]]
    phases: dict[str, Phase]
    places: dict[str, Place]
    mapped: Mapping[str, str]
    mapped_phases: Mapping[str, str]
    targets: dict[targets.Identity, targets.Chain] = field(default_factory=dict)
    results: dict[tuple[int, int | None, str, int | None], PhaseResult] = field(default_factory=dict)

    @classmethod
    def of(
        cls, programme: Programme, found: list[Fact], indicators: Mapping[str, str], phases: Mapping[str, str]
    ) -> _Known:
        """Three queries, however many facts there are."""
        by_code, by_title = {}, {}  # type: dict[str, Indicator], dict[str, list[Indicator]]
        for one in Indicator.objects.prefetch_related("versions"):
            by_code[one.code] = one
            for version in one.versions.all():
                for name in {version.name, *(texts.get("name", "") for texts in version.translations.values())}:
                    if name and one not in by_title.setdefault(name.casefold(), []):
                        by_title[name.casefold()].append(one)
        own = {phase.code: phase for phase in Phase.objects.filter(programme=programme)}
        errors = {}
        if wrong := sorted({code for code in indicators.values() if code != LEFT_OUT and code not in by_code}):
            errors["indicator"] = _("There is no indicator “%(code)s”.") % {"code": wrong[0][:60]}
        if wrong := sorted({code for code in phases.values() if code != WHOLE and code not in own}):
            errors["phase"] = _("There is no phase “%(code)s” in this programme.") % {"code": wrong[0][:60]}
        keys = {text for fact in found for text in (*fact.indicator.references, *fact.indicator.titles)}
        if unused := sorted(set(indicators) - keys):
            errors.setdefault("indicator", _("The file has no indicator “%(key)s”.") % {"key": unused[0][:60]})
        if unused := sorted(set(phases) - {fact.source.identifier for fact in found}):
            errors.setdefault("phase", _("The file has no activity “%(key)s” with results.") % {"key": unused[0][:60]})
        if errors:
            raise ValidationError(errors)
        places = Place.objects.filter(code__in={fact.place for fact in found if fact.place})
        return cls(programme, by_code, by_title, own, {one.code: one for one in places}, indicators, phases)

    def load(self) -> None:
        """What stands there already: three queries."""
        self.targets = targets.chains(Target.objects.filter(programme=self.programme).select_related("indicator"))
        for row in PhaseResult.objects.filter(programme=self.programme):
            self.results[row.indicator_id, row.phase_id, row.subcategory, row.place_id] = row

    def indicator(self, said: Said) -> Indicator | str | None:
        """The indicator here; LEFT_OUT; None where nobody can tell."""
        for key in (*said.references, *said.titles):
            if key in self.mapped:
                code = self.mapped[key]
                return LEFT_OUT if code == LEFT_OUT else self.by_code[code]
        for reference in said.references:
            if reference in self.by_code:
                return self.by_code[reference]
        found = {one.pk: one for title in said.titles for one in self.by_title.get(title.casefold(), [])}
        return next(iter(found.values())) if len(found) == 1 else None

    def suggestions(self, said: Said) -> list[str]:
        """Codes that it may mean: of the same name, or of the same core indicator of IFAD."""
        found = {one.code for title in said.titles for one in self.by_title.get(title.casefold(), [])}
        found |= {code for code, one in self.by_code.items() if set(one.ifad_core_indicators) & set(said.references)}
        return sorted(found)

    def unmapped(self, found: list[Fact]) -> list[tuple[Said, list[str]]]:
        unknown = {fact.indicator: None for fact in found if self.indicator(fact.indicator) is None}
        return [(said, self.suggestions(said)) for said in unknown]

    def phase(self, source: Source) -> Phase | str | None:
        """The phase here, None for the programme as a whole; a sentence where nobody can tell."""
        if source.identifier in self.mapped_phases:
            code = self.mapped_phases[source.identifier]
            return None if code == WHOLE else self.phases[code]
        if source.carries_totals:
            return next((one for one in self.phases.values() if one.is_aggregate), None)
        if source.phase in self.phases:
            return self.phases[source.phase]
        if source.sequence is not None:
            found = [one for one in self.phases.values() if one.sequence == source.sequence and not one.is_aggregate]
            if found:
                return found[0]
            return _("The programme has no phase %(number)d; name one for the activity %(activity)s.") % {
                "number": source.sequence,
                "activity": source.identifier,
            }
        return None


# --- one fact --------------------------------------------------------------------------------------------------------
def _one(fact: Fact, known: _Known, by: Any, conflicts: str) -> Answer:
    indicator = known.indicator(fact.indicator)
    if indicator == LEFT_OUT:
        return Answer(fact, SKIPPED, errors={"indicator": [_("Left out, as you asked.")]})
    if fact.skipped:
        code = indicator.code if isinstance(indicator, Indicator) else ""
        return Answer(fact, SKIPPED, code, errors={"": [fact.skipped]})
    if not isinstance(indicator, Indicator):
        sentence = _("No indicator here has this reference or title; name one, or “-” to leave it out.")
        return Answer(fact, FAILED, errors={"indicator": [sentence]})
    if fact.wrong:
        return Answer(fact, FAILED, indicator.code, errors={"value": [fact.wrong]})
    phase = known.phase(fact.source)
    if isinstance(phase, str):
        return Answer(fact, FAILED, indicator.code, errors={"phase": [phase]})
    if fact.place and fact.place not in known.places:
        sentence = _("There is no place “%(code)s”.") % {"code": fact.place[:60]}
        return Answer(fact, FAILED, indicator.code, errors={"place": [sentence]})
    write = _target if fact.kind == TARGET else _result
    try:
        status, stored = write(fact, indicator, phase, known, by, conflicts)
    except ValidationError as error:
        errors = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        return Answer(fact, FAILED, indicator.code, phase.code if phase else "", errors)
    told: dict[str, list[str]] = {}
    if status == CONFLICT:
        told["value"] = [_("Another value stands here: %(value)s.") % {"value": _words(stored)}]
    elif status == SKIPPED:
        told[""] = [_("Another value stands here and is kept: %(value)s.") % {"value": _words(stored)}]
    return Answer(fact, status, indicator.code, phase.code if phase else "", told, stored)


def _words(value: Decimal | None) -> str:
    return "–" if value is None else f"{value.normalize():f}"


def _target(
    fact: Fact, indicator: Indicator, phase: Phase | None, known: _Known, by: Any, conflicts: str
) -> tuple[str, Decimal | None]:
    if fact.place:
        raise ValidationError({"place": _("A target is for a programme or a phase, not for a place.")})
    assert fact.end is not None and fact.value is not None
    programme = known.programme
    key = (indicator.pk, programme.pk, phase.pk if phase else None, fact.part, fact.end)
    stands = known.targets.get(key)
    if stands is None:
        row = targets.set_target(
            programme=programme, phase=phase, indicator=indicator, disaggregation=fact.part, by_date=fact.end,
            value=fact.value, note=fact.note, by=by,
        )  # fmt: skip
        known.targets[key] = targets.Chain([row])
        return CREATED, None
    now = stands.tip.value
    if now == fact.value:
        return UNCHANGED, now
    if conflicts == "revise":
        stands.history.append(targets.revise(target=stands.tip, value=fact.value, by=by, note=fact.note))
        return REVISED, now
    return SKIPPED if conflicts == "keep" else CONFLICT, now


def _result(
    fact: Fact, indicator: Indicator, phase: Phase | None, known: _Known, by: Any, conflicts: str
) -> tuple[str, Decimal | None]:
    if indicator.level != IndicatorLevel.PHASE:
        raise ValidationError(
            {"indicator": _("%(code)s is measured on organizations; only targets of it are taken over.")
             % {"code": indicator.code}}
        )  # fmt: skip
    place = known.places[fact.place] if fact.place else None
    key = (indicator.pk, phase.pk if phase else None, fact.part, place.pk if place else None)
    stands = known.results.get(key)
    kept = fact.kept
    reason = kept.get("null-reason", "") or ("" if fact.value is not None else NullReason.NOT_REPORTED)
    if stands is not None:
        if (stands.value, stands.null_reason) == (fact.value, reason):
            return UNCHANGED, stands.value
        return SKIPPED if conflicts == "keep" else CONFLICT, stands.value
    version = indicator.version_now or max(indicator.versions.all(), key=lambda one: one.number, default=None)
    known.results[key] = results.report(
        programme=known.programme,
        phase=phase,
        indicator=indicator,
        value=fact.value,
        unit=kept.get("unit") or (version.unit[:60] if version else ""),
        basis=kept.get("basis") or CountBasis.NOT_STATED,
        by=by,
        subcategory=fact.part,
        place=place,
        null_reason=reason,
        qualifier=kept.get("qualifier") or Qualifier.EXACT,
        as_printed=kept.get("as-printed", ""),
        label_as_printed=kept.get("label-as-printed", ""),
        source=kept.get("origin") or _source(fact),
        note=fact.note,
    )
    return CREATED, None


def _source(fact: Fact) -> str:
    """Where a result of somebody else's file comes from."""
    return f"IATI {fact.source.identifier}"[:300]


__all__ = ["CONFLICTS", "RESULT", "STATUSES", "Answer", "Outcome", "take_over"]
