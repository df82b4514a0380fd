"""Rounds and returns of a network, through the operations of entry and review, many rows at a time."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

from accounts.models import User
from indicators import returns, review, rounds
from indicators.models import CollectedIn, EntryField, OverlapSample, Return, Round, RoundKind, Severity, Way
from indicators.returns import Change, RowChange
from programmes import assignments
from programmes.access import Permission, RoleName, may
from programmes.models import Place, RoleAssignment
from scaling.metrics.records import ONE_PLACE
from scaling.metrics.savings_credit import cycled
from scaling.network.files import FileError, Line
from scaling.network.register import Network, currency_of, round_dates

Day = datetime.date
BATCH = 2000
#: column of observations.csv → field of the catalogue
OBSERVED = {
    "members": "OP-06",
    "women": "OP-06.women",
    "men": "OP-06.men",
    "youth": "OP-06.youth",
    "poorest": "OP-06.poorest",
    "indigenous": "OP-06.indigenous",
    "disabled": "OP-06.disabled",
    "leaders": "OP-08",
    "women_leaders": "OP-08.women",
    "youth_leaders": "OP-08.youth",
    "poorest_leaders": "OP-08.poorest",
}
MONEY = {
    "external_credit": "SU-21.outstanding",
    "loans_outstanding": "SU-20.loans_outstanding",
    "late_loans": "SU-20.late_loans",
    "loan_fund_cash": "SU-20.fund_cash",
    "property_start": "SU-20.property_start",
    "property_now": "SU-20.property_now",
    "debts": "SU-20.debts",
}
GOVERNANCE = ("GOV-1", "GOV-2", "GOV-3")
KINDS = ("baseline", "biennial", "midterm", "completion", "ex_post")


@dataclass
class Sheet:
    """What the files say about one organization in one round: field → (value, where it stands)."""

    values: dict[str, tuple[Decimal, Line, str]] = field(default_factory=dict)
    evidence: dict[str, str] = field(default_factory=dict)

    def put(self, key: str, value: Decimal | int, line: Line, column: str) -> None:
        found = self.values.get(key)
        if found is not None and found[0] != value:
            raise line.wrong(column, f"{found[1].file}, line {found[1].at} says {found[0]}")
        self.values[key] = (Decimal(value), line, column)


Sheets = dict[str, dict[str, Sheet]]


def load_values(network: Network) -> None:
    dates = round_dates(network)
    sheets: Sheets = defaultdict(lambda: defaultdict(Sheet))
    _observations(network, dates, sheets)
    _governance(network, dates, sheets)
    _apex_reports(network, dates, sheets)
    _yearly(network, dates, sheets)
    if not sheets:
        return
    officer, manager = _people(network)
    annual = set(_fields(CollectedIn.YEAR))
    outcome = set(_fields(CollectedIn.OUTCOME))
    for label, date in dates.items():
        found = sheets.get(label, {})
        main = _round(network, label, date, manager, first=date == min(dates.values()))
        _enter(network, main, {code: _part(sheet, outcome) for code, sheet in found.items()}, officer, manager)
        yearly = {code: _part(sheet, annual) for code, sheet in found.items() if sheet.values.keys() - outcome}
        if yearly:
            _enter(network, _year(network, label, date, manager), yearly, officer, manager)
    _samples(network, dates)


def _fields(collected: CollectedIn) -> Iterable[str]:
    return EntryField.objects.filter(collected_in__contains=[collected]).values_list("key", flat=True)


def _part(sheet: Sheet, keys: set[str]) -> Sheet:
    kept = {key: value for key, value in sheet.values.items() if key in keys}
    return Sheet(kept, {key: text for key, text in sheet.evidence.items() if key in kept})


# --- reading the files -----------------------------------------------------------------------------------------------
def _label(line: Line, dates: dict[str, Day]) -> str:
    return line.one_of("round", dates) if "round" in line.cells else list(dates)[-1]


def _observations(network: Network, dates: dict[str, Day], sheets: Sheets) -> None:
    known = {*OBSERVED, "org", "round"}
    codes = {one.key for one in EntryField.objects.all()}
    for column in network.folder.header("observations"):
        if column not in known | codes:
            raise FileError("observations.csv", 1, column, "this column is not known")
    seen = set()
    for line in network.folder.lines("observations", ("org", "round", "members")):
        one, label = network.organization(line, "org"), _label(line, dates)
        if (one.code, label) in seen:
            raise line.wrong("org", f"{one.code} stands twice in round {label}")
        seen.add((one.code, label))
        sheet = sheets[label][one.code]
        for column in line.cells:
            if column in ("org", "round") or not line.has(column):
                continue
            value = line.count(column) if column in OBSERVED else line.number(column)
            sheet.put(OBSERVED.get(column, column), value, line, column)


def levels_of(score: Decimal, items: int) -> list[int] | None:
    """Whole levels, as equal as can be, whose mean to one place is the score; None where there are none."""
    low = int(score.to_integral_value(ROUND_FLOOR))
    for raised in range(items):
        levels = [low + 1] * raised + [low] * (items - raised)
        if (Decimal(sum(levels)) / items).quantize(ONE_PLACE, ROUND_HALF_UP) == score:
            return levels
    return None


def _governance(network: Network, dates: dict[str, Day], sheets: Sheets) -> None:
    """The file gives the mean of the dimension; its three items get whole levels that have this mean, and say so."""
    for line in network.folder.lines("governance_scores", ("org",)):
        one = network.organization(line, "org")
        for column in line.cells:
            if not column.startswith("score_") or not line.has(column):
                continue
            label = column.removeprefix("score_")
            if label not in dates:
                raise line.wrong(column, f"there is no round “{label[:40]}”")
            score = line.number(column)
            levels = levels_of(score, len(GOVERNANCE)) if 1 <= score <= 6 else None
            if levels is None:
                raise line.wrong(column, f"{score} is not the mean of three levels from 1 to 6, to one place")
            for key, level in zip(GOVERNANCE, levels, strict=True):
                sheet = sheets[label][one.code]
                sheet.put(key, level, line, column)
                sheet.evidence[key] = f"{line.file} gives {score} for the dimension; levels of its items are spread."


def _apex_reports(network: Network, dates: dict[str, Day], sheets: Sheets) -> None:
    for line in network.folder.lines("apex_reports", ("org", "round", "memberships")):
        sheet = sheets[_label(line, dates)][network.organization(line, "org").code]
        sheet.put("OP-06", line.count("memberships"), line, "memberships")
        if line.has("direct_members"):
            sheet.put("OP-06.direct", line.count("direct_members"), line, "direct_members")


def _yearly(network: Network, dates: dict[str, Day], sheets: Sheets) -> None:
    """Numbers of the year that ends with a round; without a column `round` the last one."""
    for line in network.folder.lines("services", ("org",)):
        if line.has("served"):
            sheet = sheets[_label(line, dates)][network.organization(line, "org").code]
            sheet.put("SU-19", line.count("served"), line, "served")
            if line.has("served_poorest"):
                sheet.put("SU-19.poorest", line.count("served_poorest"), line, "served_poorest")
    for line in network.folder.lines("savings_groups", ("org",)):
        _savings(line, sheets[_label(line, dates)][network.organization(line, "org").code])
    for line in network.folder.lines("credit", ("round", "external_credit")):
        if line.has("org"):
            sheet = sheets[_label(line, dates)][network.organization(line, "org").code]
            sheet.put("SU-21.outstanding", line.number("external_credit"), line, "external_credit")


def _savings(line: Line, sheet: Sheet) -> None:
    if line.has("savers"):
        saved = cycled(line.count("savers"), line.number("saved_each"), line.count("times"))
        sheet.put("SU-20.savings", saved, line, "saved_each")
    for column, key in MONEY.items():
        if line.has(column):
            sheet.put(key, line.number(column), line, column)
    if line.has("attending"):
        sheet.put("OP-10.meetings", 1, line, "attending")
        sheet.put("OP-10.eligible", line.count("registered"), line, "registered")
        sheet.put("OP-10.attendances", line.count("attending"), line, "attending")
    if line.has("left"):
        left, joined = line.count("left"), line.count("joined")
        sheet.put("OP-07.left", left, line, "left")
        sheet.put("OP-07.joined", joined, line, "joined")
        now = sheet.values.get("OP-06")
        if line.has("start") and now is not None and line.count("start") + joined - left != now[0]:
            raise line.wrong("start", f"with those who joined and left this does not give {now[0]} members")


# --- rounds ----------------------------------------------------------------------------------------------------------
def _people(network: Network) -> tuple[User, User]:
    """Two accounts nobody can sign in with: what comes from files is entered by one and approved by the other."""
    country = network.programme.countries.order_by("code").first()
    found = []
    for name, role, permission in (
        ("entry", RoleName.ME_OFFICER, Permission.RETURNS_ENTER),
        ("approval", RoleName.COUNTRY_PROGRAMME_MANAGER, Permission.RETURNS_REVIEW),
    ):
        user, _new = User.objects.get_or_create(
            email=f"files-{name}@trellis.invalid", defaults={"name": f"Loaded from files ({name})"}
        )
        if not user.has_usable_password() or not user.password:
            user.set_unusable_password()
            user.save(update_fields=["password"])
        if not may(user, permission, programme=network.programme):
            of_country = role == RoleName.COUNTRY_PROGRAMME_MANAGER
            assignments.assign(
                user=user,
                role=role,
                by=None,
                programme=None if of_country else network.programme,
                country=country if of_country else None,
            )
            user = User.objects.get(pk=user.pk)
        found.append(user)
    return found[0], found[1]


def end_roles() -> None:
    """The two accounts keep no right when the load is over."""
    for row in RoleAssignment.objects.filter(user__email__endswith="@trellis.invalid", valid__endswith__isnull=True):
        assignments.end(assignment=row, by=None)


def _round(network: Network, label: str, date: Day, manager: Any, *, first: bool) -> Round:
    """The outcome round of a label; planned and opened if it is not there."""
    lines = {line.text("round"): line for line in network.folder.lines("rounds", ("round", "reference_date"))}
    kind = "baseline" if first else "biennial"
    if label in lines and lines[label].has("kind"):
        kind = lines[label].one_of("kind", KINDS)
    return _opened(network, f"{network.programme.code}-{label}", kind, date, None, manager)


def _year(network: Network, label: str, date: Day, manager: Any) -> Round:
    begins = Day(date.year - 1, date.month, min(date.day, 28)) + datetime.timedelta(days=1)
    if date.day >= 28:  # the day after the same end of month
        begins = (Day(date.year - 1, date.month, 28) + datetime.timedelta(days=4)).replace(day=1)
    return _opened(network, f"{network.programme.code}-{label}-year", RoundKind.ANNUAL, date, begins, manager)


def _opened(network: Network, code: str, kind: str, date: Day, begins: Day | None, manager: Any) -> Round:
    code = code.lower().replace("_", "-")
    found = Round.objects.filter(code=code).first()
    if found is None:
        planned = rounds.plan(
            programme=network.programme,
            kind=kind,
            reference_date=date,
            window=(date, date + datetime.timedelta(days=60)),
            period_from=begins,
            by=manager,
            code=code,
            currency=currency_of(network),
        )
        found = rounds.open_round(round=planned, by=manager)
        network.count("rounds", 1)
    if found.programme_id != network.programme.pk or found.reference_date != date:
        raise FileError("rounds.csv", 1, "round", f"the round {code} describes {found.reference_date.isoformat()}")
    return found


# --- entering --------------------------------------------------------------------------------------------------------
def _enter(network: Network, round_: Round, sheets: dict[str, Sheet], officer: Any, manager: Any) -> None:
    """New returns are entered, submitted and approved; those that are there must say the same."""
    held = {
        row.organization.code: row
        for row in Return.objects.filter(round=round_, organization__code__in=list(sheets)).select_related(
            "organization"
        )
    }
    new = []
    for code, sheet in sheets.items():
        if not sheet.values:
            continue
        if code not in held:
            new.append((code, sheet))
            continue
        for key, (value, line, column) in sheet.values.items():
            stands = held[code].values.get(key)
            if stands is None or Decimal(str(stands)) != value:
                raise line.wrong(column, f"the return in {round_.code} has {stands}; correct it there")
    for start in range(0, len(new), BATCH):
        _enter_batch(round_, dict(new[start : start + BATCH]), officer, manager)
    network.count("returns", len(new))
    if new:
        rounds.close(round=round_, by=manager)


def _enter_batch(round_: Round, sheets: dict[str, Sheet], officer: Any, manager: Any) -> None:
    if not round_.takes_entries:
        line = next(iter(next(iter(sheets.values())).values.values()))[1]
        raise line.wrong("round", f"{round_.code} takes no entries; reopen it to add returns")

    def save(confirm: dict[str, dict[str, str]]) -> list[returns.RowAnswer]:
        rows = [
            RowChange(
                code,
                [Change(key, value) for key, (value, _line, _column) in sheet.values.items()],
                sheet.evidence,
                confirm.get(code, {}),
            )
            for code, sheet in sheets.items()
        ]
        return returns.save_rows(round=round_, rows=rows, by=officer, way=Way.COMMAND, all_or_nothing=True)

    answers = save({})
    for answer in answers:
        _complain(sheets[answer.organization], answer)
    warnings = {
        answer.organization: {
            one.mark: "As the file has it." for one in answer.findings if one.severity == Severity.WARNING
        }
        for answer in answers
    }
    if any(warnings.values()):
        save(warnings)
    codes = list(sheets)
    submitted = returns.submit_rows(round=round_, by=officer, organizations=codes)
    for code, problems in submitted.kept.items():
        key, message = next(iter(problems.items()))
        _value, line, column = sheets[code].values.get(key, next(iter(sheets[code].values.values())))
        raise line.wrong(column, message)
    review.approve_rows(round=round_, by=manager, organizations=codes)


def _complain(sheet: Sheet, answer: returns.RowAnswer) -> None:
    first = next(iter(sheet.values.values()))
    if answer.refusal:
        raise first[1].wrong("org", answer.refusal)
    for key, message in answer.errors.items():
        _value, line, column = sheet.values.get(key, first)
        raise line.wrong(column, message)


def _samples(network: Network, dates: dict[str, Day]) -> None:
    for line in network.folder.lines("overlap_samples", ("round", "asked", "in_another")):
        code = f"{network.programme.code}-{line.one_of('round', dates)}".lower().replace("_", "-")
        place = None
        if line.has("place"):
            place = Place.objects.filter(code=line.text("place")).first()
            if place is None:
                raise line.wrong("place", "there is no such place")
        asked, in_another = line.count("asked"), line.count("in_another")
        if not asked or in_another > asked:
            raise line.wrong("in_another", "not more than were asked, and somebody must have been asked")
        OverlapSample.objects.update_or_create(
            round=Round.objects.get(code=code),
            kind=line.cells.get("kind", ""),
            place=place,
            defaults={"asked": asked, "in_another": in_another},
        )
