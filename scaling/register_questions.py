"""What is asked of metrics of organizations, and which programmes, dates and rounds that means."""

from __future__ import annotations

import datetime
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count
from django.utils import timezone

from indicators.models import Round, RoundStatus
from organizations.models import ProgrammeEnrolment
from programmes.models import Programme
from scaling import readers, register_rollups
from scaling.answers import UnknownCode
from scaling.metrics.cells import LOCAL

Day = datetime.date
BY = ("selection", "programme", "place", "kind", "tier", "cohort", "round")


class NotThis(Exception):
    """A parameter that does not fit the others; `why` is one of the names in `metrics_api`."""

    def __init__(self, parameter: str, why: str) -> None:
        super().__init__(why)
        self.parameter, self.why = parameter, why


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked, as codes. `as_of`: the register of that day, with the last round before it. `known_at`: as it was
    known at that moment (with its zone), not now."""

    programmes: tuple[str, ...] = ()
    place: str = ""
    kind: str = ""
    tier: str = ""
    apex: str = ""
    organization: str = ""
    round: str = ""
    against: str = ""
    by: str = "selection"
    as_of: Day | None = None
    known_at: datetime.datetime | None = None
    dimension: str = "governance"
    months: Decimal = Decimal(24)
    prices: str = LOCAL
    include_synthetic: bool = False

    @property
    def today(self) -> Day:
        """The day on which it is asked: of what was known at a moment, the day of that moment here."""
        return timezone.localdate(self.known_at) if self.known_at is not None else datetime.date.today()


@dataclass(frozen=True)
class Source:
    """A programme on a day, with the round whose returns count."""

    programme: Programme
    on: Day
    closing: readers.RoundRow | None


def visible_programmes(user: Any) -> dict[str, Programme]:
    """Programmes that somebody may see today, whatever was known when, by code."""
    return {programme.code: programme for programme in Programme.objects.visible_to(user).order_by("code")}


def sources_of(visible: dict[str, Programme], question: Question) -> list[Source]:
    """The sources among the visible programmes. Raises UnknownCode, NotThis."""
    for code in question.programmes:
        if code not in visible:
            raise UnknownCode("programme", code)
    chosen = [visible[code] for code in question.programmes] or [
        programme for programme in visible.values() if question.include_synthetic or not programme.is_synthetic
    ]
    if question.organization and not question.programmes:
        enrolled = ProgrammeEnrolment.objects.filter(organization__code=question.organization)
        ids = set(enrolled.values_list("programme_id", flat=True))
        chosen = [programme for programme in visible.values() if programme.pk in ids]
    if question.round:
        by_pk = {programme.pk: programme for programme in visible.values()}
        found = Round.objects.filter(code=question.round, programme__in=by_pk).first()
        if found is None or (question.programmes and by_pk[found.programme_id].code not in question.programmes):
            raise UnknownCode("round", question.round)
        if found.status == RoundStatus.PLANNED:
            raise NotThis("round", "planned")
        if question.as_of is not None and question.as_of < found.reference_date:
            raise NotThis("as_of", "before_round")
        on = question.as_of or found.reference_date
        return [Source(by_pk[found.programme_id], on, register_rollups.round_row(found))]
    until = question.as_of or question.today
    rounds: dict[int, list[readers.RoundRow]] = defaultdict(list)
    opened = Round.objects.filter(programme__in=chosen, reference_date__lte=until).exclude(status=RoundStatus.PLANNED)
    for found in opened.order_by("reference_date", "pk"):
        rounds[found.programme_id].append(register_rollups.round_row(found))
    sources: list[Source] = []
    for programme in chosen:
        outcomes = [one for one in rounds[programme.pk] if one.is_outcome]
        if question.by == "round":
            sources += [Source(programme, one.date, one) for one in outcomes]
            continue
        closing = outcomes[-1] if outcomes else (rounds[programme.pk] or [None])[-1]  # type: ignore[list-item]
        on = question.as_of or (closing.date if closing is not None else until)
        sources.append(Source(programme, on, closing))
    return sources


def against_of(sources: list[Source], question: Question) -> readers.RoundRow | None:
    if not question.against:
        return None
    found = Round.objects.filter(
        code=question.against, programme__in={source.programme.pk for source in sources}
    ).first()
    if found is None:
        raise UnknownCode("against", question.against)
    if any(source.programme.pk != found.programme_id for source in sources):
        raise NotThis("against", "one_programme")
    if all(found.reference_date >= source.on for source in sources):
        raise NotThis("against", "later")
    return register_rollups.round_row(found)


def shared_organizations(sources: list[Source]) -> dict[str, int]:
    """Code of each organization that several of these programmes support → the one in which it counts: that of the
    latest date. A country counts it once."""
    days = {source.programme.pk: source.on for source in sources}
    if len(days) < 2:
        return {}
    enrolled: dict[str, set[int]] = defaultdict(set)
    for pk, programme_id, valid in ProgrammeEnrolment.objects.filter(
        programme__in=days,
        organization__in=ProgrammeEnrolment.objects.filter(programme__in=days)
        .values("organization")
        .annotate(n=Count("programme", distinct=True))
        .filter(n__gt=1)
        .values("organization"),
    ).values_list("organization__code", "programme_id", "valid"):
        day = days[programme_id]
        if (valid.lower is None or valid.lower <= day) and (valid.upper is None or day < valid.upper):
            enrolled[pk].add(programme_id)
    return {
        code: max(programmes, key=lambda pk: (days[pk], -pk))
        for code, programmes in enrolled.items()
        if len(programmes) > 1
    }
