"""Rounds and returns of the demonstration programme: a baseline and two rounds after it, with outcomes and outputs.

The values are invented by rules, so that they tell a story that a reader of the pages can find again: attitudes rise
before systems do, supported groups rise faster, a few fall, one loses its poorest members, one cannot keep its books.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from indicators import returns, review, rounds, second_assessments
from indicators.models import OverlapSample, Return, Round, ScaleVersion
from indicators.returns import Change, RowChange
from organizations.models import Organization, Status, Tier
from programmes.models import Programme
from scaling import demonstration_half_year

DAY = datetime.date
YEARS = (2020, 2022, 2024)
#: Where no return was made in a later round, which were sent back and which nobody has approved yet: year → numbers.
NOT_SURVEYED = {2022: (10, 21), 2024: (10,)}
SENT_BACK = {2022: (7,), 2024: (14,)}
NOT_APPROVED = {2022: (6,), 2024: (13,)}
FALLING = (4, 17)
POOREST_LEAVE = 3
#: Its books fall short: the gate of bonding is not met though everything else is.
BAD_BOOKS = 12
#: Rated items in the order in which wobble is dealt out, with what they stand above or below the rest at first.
ITEMS = {
    **dict.fromkeys(("GOV-1", "GOV-2", "GOV-3", "MAN-1", "MAN-2", "MAN-3", "LEA-1", "LEA-2"), 0.0),
    **dict.fromkeys(("CAP-1", "CAP-2", "RES-1", "RES-2", "RES-3"), -0.3),
    **dict.fromkeys(("SYS-1", "SYS-2", "SYS-3", "SYS-4", "SYS-5", "SYS-6"), -0.4),
    **dict.fromkeys(("ATT-1", "ATT-2", "ATT-3"), 0.7),
    **dict.fromkeys(("STR-1", "STR-2"), 0.3),
}
CONFIRMED = "asked again on the spot; the number stands (synthetic)"
SEEN = "minutes and books seen (synthetic)"


@dataclass
class Story:
    """Who takes part: groups in the order of their numbers, apexes, who was supported in becoming a group."""

    programme: Programme
    groups: list[Organization]
    apexes: list[Organization]
    officer: Any
    manager: Any
    supported: frozenset[int] = frozenset()
    #: members of a group in each year, which the apexes add up
    members: dict[tuple[int, int], int] = field(default_factory=dict)


def make(story: Story) -> None:
    """Outcome rounds with their years of outputs, corrections, second assessments; then the half-year before today."""
    for later, year in enumerate(YEARS):
        outcome = _round(story, year, "biennial" if later else "baseline")
        outputs = _round(story, year, "annual")
        rows = [(number, group) for number, group in enumerate(story.groups) if _reports(group, number, year)]
        _hand_in(
            story,
            outcome,
            [
                *(RowChange(group.code, *_outcomes(story, number, group, later)) for number, group in rows),
                *(RowChange(apex.code, *_of_apex(story, i, apex, later)) for i, apex in enumerate(story.apexes)),
            ],
            send_back=SENT_BACK.get(year, ()),
            keep=NOT_APPROVED.get(year, ()),
        )
        _hand_in(
            story, outputs, [RowChange(group.code, _outputs(story, number, group, later)) for number, group in rows]
        )
        OverlapSample.objects.create(round=outcome, asked=120, in_another=6 + 5 * later)
        OverlapSample.objects.create(round=outcome, kind="shg", asked=60, in_another=2 + 2 * later)
        _second_assessments(story, outcome, waiting=later == len(YEARS) - 1)
        _corrections(story, outcome, later)
        _as_it_was(outcome, year)
        _as_it_was(outputs, year)
        rounds.close(round=outcome, by=None)
        rounds.close(round=outputs, by=None)
    for one in Round.objects.filter(programme=story.programme, reference_date__year=YEARS[0]):
        rounds.lock(round=one, by=None)
    demonstration_half_year.make(story)


# --- rounds ----------------------------------------------------------------------------------------------------------
def _round(story: Story, year: int, kind: str) -> Round:
    annual = kind == "annual"
    round_ = Round.objects.create(
        programme=story.programme,
        code=f"demo-hills-outputs-{year}" if annual else f"demo-hills-{year}",
        kind=kind,
        reference_date=DAY(year, 6, 30),
        period=DateRange(DAY(year - 1, 7, 1), DAY(year, 7, 1)) if annual else None,
        window=DateRange(DAY(year, 5, 1), DAY(year, 9, 1)),
        scale_version=ScaleVersion.objects.order_by("pk")[0],
        currency="KES",
    )
    return rounds.open_round(round=round_, by=None)


def _reports(group: Organization, number: int, year: int) -> bool:
    if number in NOT_SURVEYED.get(year, ()) or group.formed_on > DAY(year, 6, 30) - rounds.OLD_ENOUGH:
        return False
    ended = group.statuses.filter(status=Status.DISBANDED, valid__startswith__lte=DAY(year, 6, 30))
    return not ended.exists()


def _hand_in(
    story: Story, round_: Round, rows: list[RowChange], *, send_back: Iterable[int] = (), keep: Iterable[int] = ()
) -> None:
    """Save, confirm the warnings there are, submit; approve all but some."""
    answers = returns.save_rows(round=round_, rows=rows, by=story.officer, method="assessment", all_or_nothing=True)
    for answer in answers:
        assert not (answer.errors or answer.refusal), (round_.code, answer.organization, answer.errors, answer.refusal)
    notes = [
        RowChange(answer.organization, confirm={one.mark: CONFIRMED for one in answer.findings})
        for answer in answers
        if any(one.severity == "warning" for one in answer.findings)
    ]
    if notes:
        returns.save_rows(round=round_, rows=notes, by=story.officer)
    done = returns.submit_rows(round=round_, by=story.officer)
    assert not done.kept, (round_.code, done.kept)
    for number in send_back:
        row = Return.objects.get(round=round_, organization=story.groups[number])
        review.send_back(of=row, by=story.manager, comment="Women and youth look swapped; please check.")
    kept = {story.groups[number].code for number in keep}
    review.approve_rows(
        round=round_,
        by=story.manager,
        organizations=[
            row.organization.code
            for row in done.submitted
            if row.organization.code not in kept and row.organization not in [story.groups[n] for n in send_back]
        ],
    )


def _as_it_was(round_: Round, year: int) -> None:
    """Operations stamp the day on which they run. Here entry, hand-in and approval happened in the round's own weeks:
    most in time, a few after the window had closed, some approved late."""
    stamped = []
    for number, row in enumerate(Return.objects.filter(round=round_).order_by("organization__code")):
        after = 85 + number if number % 10 == 9 else number * 17 % 75
        handed_in = DAY(year, 6, 10) + datetime.timedelta(days=after)
        row.entered_at = _at(handed_in, 9)
        row.submitted_at = _at(handed_in, 16) if row.submitted_at else None
        if row.approved_at:
            waited = 64 if number % 12 == 11 else 4 + number * 11 % 33
            row.approved_at = _at(handed_in + datetime.timedelta(days=waited), 11)
        stamped.append(row)
    Return.objects.bulk_update(stamped, ["entered_at", "submitted_at", "approved_at"], batch_size=1000)


def _at(day: DAY, hour: int) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time(hour)))


# --- values ----------------------------------------------------------------------------------------------------------
def _changes(values: Mapping[str, int | Decimal]) -> list[Change]:
    return [Change(key, Decimal(value)) for key, value in values.items()]


def _level(number: int, item: int, code: str, later: int, *, supported: bool) -> int:
    pace = -0.45 if number in FALLING else 0.15 if number % 7 == 3 else 0.6 + 0.2 * supported
    # What lags at first catches up; what is ahead stays ahead.
    ahead = ITEMS[code] if ITEMS[code] > 0 else ITEMS[code] * (1 - later / 2)
    wobble = (number * 3 + item * 5) % 7 / 7
    return min(max(int(2.5 + number % 5 * 0.35 + pace * later + ahead + wobble), 1), 6)


def _ratings(number: int, later: int, *, supported: bool) -> tuple[dict[str, int], dict[str, str]]:
    """Levels of all rated items, and what was seen where a level asks for it."""
    levels = {code: _level(number, item, code, later, supported=supported) for item, code in enumerate(ITEMS)}
    if number == BAD_BOOKS:
        levels["SYS-4"] = 2
    return levels, {code: SEEN for code, level in levels.items() if level >= 4}


def _people(story: Story, number: int, group: Organization, later: int) -> dict[str, int]:
    members = 15 + number % 9 + later * (1 + number % 5) - (4 * later if number in FALLING else 0)
    women = members if group.kind == "shg" else members * (4 + later) // 10
    poorest = members // 6 if later and number == POOREST_LEAVE else members * (6 + later) // 17
    leaders = 5 if number % 2 else 7
    women_leaders = leaders if group.kind == "shg" else min(1 + later, leaders)
    story.members[later, number] = members
    return {
        "OP-06": members,
        "OP-06.women": women,
        "OP-06.men": members - women,
        "OP-06.youth": members * (5 + later) // 20,
        "OP-06.poorest": poorest,
        "OP-08": leaders,
        "OP-08.women": min(women_leaders, women),
        "OP-08.youth": number % 2,
        "OP-08.poorest": 0 if number == POOREST_LEAVE else min(1 + (later > 0), poorest),
    }


def _outcomes(story: Story, number: int, group: Organization, later: int) -> tuple[list[Change], dict[str, str]]:
    people = _people(story, number, group, later)
    asked = min(10, people["OP-06"])
    levels, evidence = _ratings(number, later, supported=number in story.supported)
    values = {
        **people,
        **levels,
        "OQ-01.asked": asked,
        "OQ-01.satisfied": min(asked, 4 + later * 2 + number % 3),
        "OQ-02.asked": asked,
        "OQ-02.can_influence": min(asked, 3 + later * 2 + number % 2),
        "OQ-04": int(later > 0 and number % 2 == 0),
        "OQ-07.on_time": int(number not in (*FALLING, BAD_BOOKS)),
        "OQ-07.offices": 3,
        "OQ-07.changed": number % 4 if number % 4 < 3 else 1,
    }
    return _changes(values), evidence


def _of_apex(story: Story, number: int, apex: Organization, later: int) -> tuple[list[Change], dict[str, str]]:
    """An apex reports the members of its members, and is rated too."""
    mine = [n for n in range(len(story.groups)) if n % 4 == number or apex.tier != Tier.LOCAL_APEX]
    # Who did not report is still a member: the apex counts them as they last were.
    members = sum(story.members.get((later, n), story.members.get((later - 1, n), 0)) for n in mine)
    leaders = 7 if apex.tier == Tier.LOCAL_APEX else 9
    levels, evidence = _ratings(number + 1, later, supported=True)
    people = {"OP-06": members, "OP-08": leaders, "OP-08.women": 2 + later, "OP-08.youth": 1, "OP-08.poorest": 1}
    return _changes({**people, **levels}), evidence


def _outputs(story: Story, number: int, group: Organization, later: int) -> list[Change]:
    people = _people(story, number, group, later)
    members, meetings = people["OP-06"], 10 + number % 3
    before = story.members.get((later - 1, number), members - 2)
    left = number % 3
    attendances = meetings * members * min(60 + 8 * later + number % 9, 95) // 100
    served = members * min(40 + 15 * later + number % 20, 100) // 100
    savings = members * (900 + 400 * later + 60 * (number % 6))
    lent = savings * (6 + later) // 10
    outside = savings * (number % 4) * later // 2 if number % 4 else 0
    values: dict[str, int | Decimal] = {
        **people,
        "OP-01": members * 2,
        "OP-01.women": people["OP-06.women"] * 2,
        "OP-01.men": people["OP-06.men"] * 2,
        "OP-07.joined": max(members - before + left, 0),
        "OP-07.left": left if members - before + left >= 0 else before - members,
        "OP-10.meetings": meetings,
        "OP-10.eligible": members,
        "OP-10.attendances": attendances,
        "OP-10.attendances_women": attendances * people["OP-06.women"] // members,
        "OP-12.persons": 4 + number % 4,
        "OP-12.attendances": 9 + number % 5,
        "SU-19": served,
        "SU-19.poorest": min(served, people["OP-06.poorest"]) * (6 + later) // 10,
        "SU-20.savings": savings,
        "SU-20.loans_outstanding": lent,
        "SU-20.late_loans": lent * (6 - 2 * later + number % 5) // 100,
        "SU-20.fund_cash": savings - lent * 8 // 10,
        "SU-20.property_start": 2_000 + 1_000 * later,
        "SU-20.property_now": 2_500 + 1_200 * later,
        "SU-20.debts": 300,
        "SU-21.outstanding": outside,
    }
    return _changes(values)


# --- what doubts and mends them --------------------------------------------------------------------------------------
def _second_assessments(story: Story, round_: Round, *, waiting: bool) -> None:
    drawn = second_assessments.draw(round=round_, size=6, by=story.manager, seed=round_.reference_date.year)
    firsts = dict(Return.objects.filter(round=round_).values_list("organization", "values"))
    for i, one in enumerate(drawn):
        first = firsts.get(one.organization_id)
        if first is None or (waiting and i == len(drawn) - 1):
            continue
        levels = {
            code: min(max(first[code] + (1 if (i + k) % 6 == 0 else -1 if (i + k) % 8 == 5 else 0), 1), 6)
            for k, code in enumerate(ITEMS)
        }
        second_assessments.record(of=one, levels=levels, by=story.manager)


def _corrections(story: Story, round_: Round, later: int) -> None:
    """Approved values that turned out wrong; what was approved first is kept."""
    wrong = (
        (1, "transcription", "15 was read as 13 on the sheet", "OP-06.youth", 1),
        (16, "miscount", "one leader was counted twice", "OP-08.youth", 1),
        (20, "late_information", "the register of the poorest came later", "OP-06.poorest", 1),
    )
    for number, code, reason, key, more in wrong[: later + 1]:
        row = Return.objects.filter(round=round_, organization=story.groups[number], state="approved").first()
        if row is not None:
            review.correct(
                of=row,
                by=story.manager,
                values={key: row.values[key] + more},
                code=code,
                reason=f"{reason} (synthetic)",
            )
