"""Due lists and returns, drawn from the lives of organizations: late, missing, returned, corrected; no database.

What is drawn keeps the rules of the catalogue: cells within their total, sexes that add up, evidence from level 4 on,
and a note where a level jumps.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from scaling.portfolio.lives import WOMEN, Organization

RATINGS = ("GOV-1", "MAN-1", "LEA-1", "CAP-1", "RES-1", "SYS-4", "ATT-1")
ASKED = ("OP-06", "OP-08", *RATINGS)
MEMBERS = ("OP-06", "OP-06.women", "OP-06.men", "OP-06.youth", "OP-06.poorest")
EVIDENCE = ("minutes seen", "books seen", "audit report", "board asked", "members asked")
CODES = ("transcription", "miscount", "definition", "late_information", "verification", "mixed_up")
NOTES = (
    "Two columns were swapped on the sheet.",
    "Counted again with the secretary.",
    "Members who had left were still counted.",
    "The register of members came later.",
)
COMMENTS = ("Please check women and men.", "The level needs another look.", "Is the count of the poorest right?")
WAYS = ("grid", "grid", "form", "workbook", "workbook", "api")
OLD_ENOUGH = 183

#: How likely a due organization has: no return, a draft, one submitted, one sent back; the rest is approved.
OPEN_ROUND = (0.25, 0.35, 0.5, 0.55)
PAST_ROUND = (0.06, 0.07, 0.075, 0.09)


@dataclass(frozen=True, slots=True)
class RoundDays:
    """A round as far as drawing needs it; `people` are the ids of two officers and of the manager."""

    id: int
    reference: int
    window: tuple[int, int]
    is_open: bool
    people: tuple[int, int, int]


@dataclass(slots=True)
class Sheet:
    """One return. Days are ordinals; `version` counts the steps it went through."""

    state: str
    version: int
    values: dict[str, int]
    reasons: dict[str, str]
    evidence: dict[str, str]
    confirmed: dict[str, str]
    officer: int
    entered_by: tuple[int, ...]
    way: str
    method: str
    entered: int
    submitted: int | None = None
    approver: int | None = None
    approved: int | None = None
    reported: dict[str, int] | None = None
    code: str = ""
    note: str = ""
    comment: str = ""


@dataclass(slots=True)
class Entry:
    """An organization in a round: whether it is due, its return, or the exit form of one that ended."""

    round: RoundDays
    reason: str
    sheet: Sheet | None = None
    exit_form: tuple[int, str, int | None] | None = None


def due_reason(one: Organization, day: int) -> str:
    """The same as when a round opens (indicators.rounds.open_round)."""
    status = one.status_on(day)
    if status in ("disbanded", "merged_into"):
        return "ended"
    if status == "forming":
        return "forming"
    return "too_young" if one.formed > day - OLD_ENOUGH else "due"


def entries(one: Organization, rounds: list[list[RoundDays]], random: Random) -> list[Entry]:
    """What an organization has in the rounds of each programme it is enrolled in."""
    found = []
    for programme, since, until in one.enrolled:
        history = History(one, random)
        for round_ in rounds[programme]:
            if not (since <= round_.reference and (until is None or round_.reference < until)):
                continue
            entry = Entry(round_, due_reason(one, round_.reference))
            if entry.reason == "due":
                entry.sheet = history.sheet(round_)
            elif entry.reason == "ended" and one.end is not None and random.random() < 0.8:
                entry.exit_form = (one.end, one.statuses[-1][3], history.members or None)
            found.append(entry)
    return found


class History:
    """Draws the returns of one organization in one programme, each from the one approved before."""

    def __init__(self, one: Organization, random: Random) -> None:
        self.random = random.random
        self.counts_members = one.tier == "primary"
        self.members = 0
        share = WOMEN.get(one.kind, 0.4) + (self.random() - 0.5) * 0.2
        self.women = min(1.0, max(0.0, share))
        self.poorest = 0.15 + self.random() * 0.35
        self.youth = 0.1 + self.random() * 0.4
        self.levels = [1 + int(self.random() * 3.6) for _ in RATINGS]
        self.is_first = True

    def sheet(self, round_: RoundDays) -> Sheet | None:
        random = self.random
        none, draft, submitted, returned = OPEN_ROUND if round_.is_open else PAST_ROUND
        chance = random()
        if chance < none:
            return None
        first, second, manager = round_.people
        officer = first if random() < 0.6 else second
        both = random() < 0.1
        opens, closes = round_.window
        late = not round_.is_open and random() < 0.08
        entered = (closes + int(random() * 60)) if late else opens + int(random() * (closes - opens - 8))
        values, members, confirmed = self._values()
        reasons = self._reasons(values)
        sheet = Sheet(
            "draft",
            1,
            values,
            reasons,
            {code: EVIDENCE[level % 5] for code, level in values.items() if level >= 4 and code in RATING_SET},
            {mark: note for mark, note in confirmed.items() if mark.partition(":")[2] in values},
            officer,
            tuple(sorted((first, second))) if both else (officer,),
            WAYS[int(random() * 6)],
            "assessment" if random() < 0.9 else "estimate",
            entered,
        )
        if chance < draft:
            return sheet
        sheet.state, sheet.version, sheet.submitted = "submitted", 2, entered + int(random() * 8)
        if chance < submitted:
            return sheet
        sheet.version = 3
        if chance < returned:
            sheet.state, sheet.comment = "returned", COMMENTS[int(random() * 3)]
            return sheet
        sheet.state, sheet.approver, sheet.approved = "approved", manager, sheet.submitted + 1 + int(random() * 25)
        if self.counts_members and "OP-06" in values and random() < 0.03:
            members = self._correct(sheet)
        # What the next round is compared with is what was approved, as corrected.
        self.members = members if "OP-06" in values else self.members
        self.levels = [values.get(code, old) for code, old in zip(RATINGS, self.levels, strict=True)]
        self.is_first = False
        return sheet

    def _values(self) -> tuple[dict[str, int], int, dict[str, str]]:
        random = self.random
        if self.members == 0:
            members = int(5.2 + 6 * random() + 6 * random())
        else:
            members = min(24, max(5, self.members - 1 + int(random() * 3.7)))
        levels, confirmed = list(self.levels), {}
        if not self.is_first:
            for place, level in enumerate(levels):
                chance = random()
                levels[place] = min(6, max(1, level + (-1 if chance < 0.1 else 1 if chance > 0.65 else 0)))
            if random() < 0.01:
                place = int(random() * len(levels))
                if self.levels[place] <= 3:
                    levels[place] = self.levels[place] + 3
                    confirmed[f"rating-jump:{RATINGS[place]}"] = "Seen with the whole board."
        values = self._of_members(members) if self.counts_members else {}
        leaders = min(members, 3 + int(random() * 4))
        values["OP-08"] = leaders
        values["OP-08.women"] = min(leaders, values.get("OP-06.women", leaders), round(leaders * self.women * 0.8))
        values.update(zip(RATINGS, levels, strict=True))
        return values, members, confirmed

    def _of_members(self, members: int) -> dict[str, int]:
        women = round(members * self.women)
        return {
            "OP-06": members,
            "OP-06.women": women,
            "OP-06.men": members - women,
            "OP-06.youth": round(members * self.youth),
            "OP-06.poorest": round(members * self.poorest),
        }

    def _reasons(self, values: dict[str, int]) -> dict[str, str]:
        """Takes some values out, and says why they are not there."""
        random, reasons = self.random, {}
        if not self.counts_members:
            reasons = dict.fromkeys(MEMBERS, "NOT_APPLICABLE")
        elif random() < 0.005:
            reasons = dict.fromkeys(MEMBERS, "REFUSED")
        else:
            if random() < 0.1:
                reasons["OP-06.poorest"] = "NOT_SURVEYED"
            if random() < 0.08:
                reasons["OP-06.youth"] = "NOT_REPORTED"
        for key, share, reason in (
            ("OP-08.women", 0.05, "NOT_REPORTED"),
            ("CAP-1", 0.12, "NOT_SURVEYED"),
            ("RES-1", 0.12, "NOT_SURVEYED"),
        ):
            if random() < share:
                reasons[key] = reason
        for key in reasons:
            values.pop(key, None)
        return reasons

    def _correct(self, sheet: Sheet) -> int:
        """Another number of members, with what was approved first kept beside it; the number that now stands."""
        first = sheet.values
        members = first["OP-06"] + (1 if self.random() < 0.5 else -1)
        again = {key: value for key, value in self._of_members(members).items() if key in first}
        sheet.reported, sheet.values, sheet.version = first, {**first, **again}, 4
        for key, whole in (("OP-08", "OP-06"), ("OP-08.women", "OP-06.women")):
            if key in first:
                sheet.values[key] = min(first[key], sheet.values[whole])
        sheet.code = CODES[int(self.random() * len(CODES))]
        sheet.note = NOTES[int(self.random() * len(NOTES))]
        return members


RATING_SET = frozenset(RATINGS)
