"""What waits for whom: the work list of a person and the progress of a round."""

from __future__ import annotations

import datetime
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from indicators.models import DueReason, ExitForm, Return, ReturnState, Round, RoundDue, RoundStatus
from indicators.second_assessments import waiting_for
from organizations.models import Organization
from programmes.access import Permission

IN_WORK = (RoundStatus.OPEN, RoundStatus.REOPENED)


@dataclass(frozen=True)
class Progress:
    """How far a round has come. Counts of organizations; `days_left` until the window ends, negative when overdue."""

    round: Round
    due: int = 0
    draft: int = 0
    submitted: int = 0
    returned: int = 0
    approved: int = 0
    ended: int = 0
    exit_forms: int = 0

    @property
    def entered(self) -> int:
        return self.draft + self.submitted + self.returned + self.approved

    @property
    def not_reported(self) -> int:
        """Due, and neither submitted nor approved."""
        return self.due - self.submitted - self.approved

    @property
    def untouched(self) -> int:
        return self.due - self.entered

    @property
    def exits_missing(self) -> int:
        return self.ended - self.exit_forms

    @property
    def coverage(self) -> int | None:
        """Approved of due in per cent, rounded down: 100 only when all are."""
        return self.approved * 100 // self.due if self.due else None

    @property
    def days_left(self) -> int | None:
        end = last_day(self.round)
        return (end - datetime.date.today()).days if end else None

    @property
    def days_overdue(self) -> int:
        return -(self.days_left or 0)

    @property
    def is_overdue(self) -> bool:
        return self.days_left is not None and self.days_left < 0


def last_day(round_: Round) -> datetime.date | None:
    """The last day of the window of entry."""
    return round_.window.upper - datetime.timedelta(days=1) if round_.window.upper else None


def progress(rounds: list[Round]) -> dict[int, Progress]:
    """Round id → progress, in three queries."""
    ids = [one.pk for one in rounds]
    due: dict[int, Any] = {
        row["round"]: row
        for row in RoundDue.objects.filter(round__in=ids)
        .values("round")
        .annotate(due=Count("pk", filter=Q(is_due=True)), ended=Count("pk", filter=Q(reason=DueReason.ENDED)))
    }
    states: dict[int, dict[str, int]] = defaultdict(dict)
    for row in Return.objects.filter(round__in=ids).values("round", "state").annotate(n=Count("pk")):
        states[row["round"]][row["state"]] = row["n"]
    exits = dict(
        ExitForm.objects.filter(due__round__in=ids)
        .values("due__round")
        .annotate(n=Count("pk"))
        .values_list("due__round", "n")
    )
    return {
        one.pk: Progress(
            one,
            due=due.get(one.pk, {}).get("due", 0),
            ended=due.get(one.pk, {}).get("ended", 0),
            draft=states[one.pk].get(ReturnState.DRAFT, 0),
            submitted=states[one.pk].get(ReturnState.SUBMITTED, 0),
            returned=states[one.pk].get(ReturnState.RETURNED, 0),
            approved=states[one.pk].get(ReturnState.APPROVED, 0),
            exit_forms=exits.get(one.pk, 0),
        )
        for one in rounds
    }


@dataclass(frozen=True)
class WorkList:
    """What a person has to do: rounds to enter, returns sent back to them, returns that wait for their approval."""

    to_enter: list[Progress]
    to_approve: list[Progress]
    returned: list[Return]
    planned: list[Progress]
    #: rounds whose sample waits for a second assessment, with how many organizations
    second: list[tuple[Round, int]]

    @property
    def is_empty(self) -> bool:
        return not (self.to_enter or self.to_approve or self.returned or self.planned or self.second)


#: As many returns sent back are listed one by one; the round's page has them all.
LISTED = 50


def work_list(user: Any) -> WorkList:
    """A fixed number of queries, whatever the number of rounds."""
    enter = set(Round.objects.visible_to(user, Permission.RETURNS_ENTER).values_list("pk", flat=True))
    review = set(Round.objects.visible_to(user, Permission.RETURNS_REVIEW).values_list("pk", flat=True))
    manage = set(Round.objects.visible_to(user, Permission.ROUNDS_MANAGE).values_list("pk", flat=True))
    rounds = list(
        Round.objects.visible_to(user)
        .exclude(status=RoundStatus.LOCKED)
        .select_related("programme")
        .order_by("window", "pk")
    )
    found = progress(rounds)
    returned = (
        Return.objects.visible_to(user, Permission.RETURNS_ENTER)
        .filter(state=ReturnState.RETURNED, round__status__in=IN_WORK)
        .select_related("organization", "round")
        .prefetch_related("comments")
        .order_by("round", "organization__name")
    )
    return WorkList(
        to_enter=[
            found[one.pk] for one in rounds if one.pk in enter and one.status in IN_WORK and found[one.pk].not_reported
        ],
        to_approve=[found[one.pk] for one in rounds if one.pk in review and found[one.pk].submitted],
        returned=list(returned[:LISTED]),
        planned=[found[one.pk] for one in rounds if one.pk in manage and one.status == RoundStatus.PLANNED],
        second=waiting_for(user),
    )


@dataclass(frozen=True)
class Line:
    """One organization in a round."""

    due: RoundDue
    organization: Organization
    row: Return | None
    exit_form: ExitForm | None = None

    @property
    def state(self) -> str:
        """ "untouched", a state of the return, or "not_due"."""
        if not self.due.is_due:
            return "not_due"
        return self.row.state if self.row else "untouched"


@dataclass(frozen=True)
class Choice:
    """Which lines of a round are shown; empty fields choose nothing. `warned`: "yes" with confirmed warnings, "no"."""

    state: str = ""
    place: str = ""
    kind: str = ""
    warned: str = ""
    text: str = ""

    @property
    def is_empty(self) -> bool:
        return self == Choice()

    def takes(self, line: Line) -> bool:
        """Does a line belong to what was chosen?"""
        organization = line.organization
        warned = bool(line.row and line.row.confirmed)
        return (
            (not self.state or line.state == self.state)
            and (not self.place or organization.place.code == self.place)
            and (not self.kind or organization.kind == self.kind)
            and (not self.warned or warned == (self.warned == "yes"))
            and (not self.text or self.text.casefold() in f"{organization.code} {organization.name}".casefold())
        )


def lines(round_: Round) -> list[Line]:
    """Every organization of the round's list with its return, those not due last; three queries."""
    due = list(
        RoundDue.objects.filter(round=round_)
        .select_related("organization__place", "exit_form")
        .order_by("-is_due", "organization__name", "organization__code")
    )
    rows = {row.organization_id: row for row in Return.objects.filter(round=round_)}
    return [Line(one, one.organization, rows.get(one.organization_id), getattr(one, "exit_form", None)) for one in due]
